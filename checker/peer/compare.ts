/** Where what came leaves what was expected, and which known mistake makes just this difference. */
import type { Difference, Excerpt } from '../run/result.ts';

/** A mistake that can be seen in the bytes that came. */
export interface Symptom {
  /** Looked up in the check's `hints`. */
  slug: string;
  /** @param actual  what came so far; shorter than `expected` when the rest is missing */
  when: (actual: Uint8Array, expected: Uint8Array) => boolean;
}

/** Shown before the first difference, so that the eye finds its place. */
const LEAD_BYTES = 48;
const SHOWN_BYTES = 160;

/** The first offset at which two runs of bytes differ or one ends; undefined when they are equal. */
export function firstDifference(expected: Uint8Array, actual: Uint8Array): number | undefined {
  const common = Math.min(expected.length, actual.length);
  if (Buffer.compare(expected.subarray(0, common), actual.subarray(0, common)) === 0) {
    return expected.length === actual.length ? undefined : common;
  }
  // Halving: comparing blocks is done by the machine, byte by byte only at the end.
  let [low, high] = [0, common];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (Buffer.compare(expected.subarray(low, middle), actual.subarray(low, middle)) === 0) low = middle;
    else high = middle;
  }
  return low;
}

/** Whether `whole` begins with `part`. */
export function isBeginningOf(part: Uint8Array, whole: Uint8Array): boolean {
  return part.length <= whole.length && Buffer.compare(part, whole.subarray(0, part.length)) === 0;
}

/** Both sides around the first difference, cut at the same offset. */
export function difference(expected: Uint8Array, actual: Uint8Array, at: number): Difference {
  const offset = Math.max(0, (at - LEAD_BYTES) & ~15);
  return { at, expected: excerpt(expected, offset), actual: excerpt(actual, offset) };
}

/** A part of `whole` from `offset` on, long enough to be shown. */
export function excerpt(whole: Uint8Array, offset: number, length = SHOWN_BYTES): Excerpt {
  const from = Math.min(offset, whole.length);
  // A copy, which slice of a Buffer is not: a report must not keep 64 MiB alive.
  return {
    offset: from,
    bytes: new Uint8Array(whole.subarray(from, from + length)),
    totalBytes: whole.length,
  };
}

/** A text that was decoded as UTF-8 and encoded again: what is no UTF-8 became U+FFFD, EF BF BD. */
export function throughText(bytes: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(bytes).toString('utf8'));
}

/** `0xef` */
export function hexByte(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}

/** `1 byte`, `1,472 bytes` */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}
