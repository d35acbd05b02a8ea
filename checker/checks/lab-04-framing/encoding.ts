/** Calls of the functions that write: what they must return, and what they must refuse. */
import { count, difference, excerpt, firstDifference } from '../../peer/compare.ts';
import type { Judge } from '../../run/judge.ts';
import type { Sent } from '../../run/result.ts';
import { bytesInWords, describe, quoted } from './events.ts';

const LIMIT_MS = 2000;

/** A mistake that shows in the bytes; the first that fits is named. */
interface Mistake<Written> {
  slug: string;
  when: (came: Buffer, expected: Buffer, written: Written) => boolean;
}

const EMPTY: Mistake<unknown> = { slug: 'empty', when: (came) => came.length === 0 };
const OTHER_LENGTH: Mistake<unknown> = {
  slug: 'other-length',
  when: (came, expected) => came.length !== expected.length,
};

const OF_A_LINE: Mistake<string>[] = [
  EMPTY,
  { slug: 'no-line-end', when: (came, _, text) => came.equals(Buffer.from(text)) },
  { slug: 'crlf', when: (came, _, text) => came.equals(Buffer.from(`${text}\r\n`)) },
  { slug: 'latin1', when: (came, _, text) => came.equals(Buffer.from(`${text}\n`, 'latin1')) },
  OTHER_LENGTH,
];

const OF_A_MESSAGE: Mistake<Buffer>[] = [
  EMPTY,
  { slug: 'no-prefix', when: (came, _, bytes) => came.equals(bytes) },
  {
    slug: 'little-endian',
    when: (came, expected) =>
      sameBehindPrefix(came, expected) && came.readUInt32LE() === expected.readUInt32BE(),
  },
  {
    slug: 'counts-prefix',
    when: (came, expected) => sameBehindPrefix(came, expected) && came.readUInt32BE() === expected.length,
  },
  {
    slug: 'short-length',
    when: (came, expected) =>
      sameBehindPrefix(came, expected) &&
      [0xff, 0xffff].some((mask) => came.readUInt32BE() === (expected.readUInt32BE() & mask)),
  },
  { slug: 'wrong-length', when: sameBehindPrefix },
  OTHER_LENGTH,
];

function sameBehindPrefix(came: Buffer, expected: Buffer): boolean {
  return came.length >= 4 && came.subarray(4).equals(expected.subarray(4));
}

/** Call a function that writes; it must return just these bytes. */
export async function expectBytes(
  judge: Judge,
  name: string,
  argument: string | Uint8Array,
  expected: Buffer,
): Promise<void> {
  const host = await judge.module();
  const given = inWords(argument);
  const evidence = { sent: [sentTo(name, argument)], accepted: [bytesInWords(expected)] };
  const outcome = await host.call(name, [argument], LIMIT_MS);
  if (outcome.kind !== 'ok') judge.failModule(outcome, evidence);
  const { value } = outcome;
  if (!(value instanceof Uint8Array)) {
    const what = value === undefined ? 'nothing' : typeof value === 'string' ? 'a string' : describe(value);
    judge.fail(`given ${given}, ${name} returns ${what}, not a Uint8Array`, 'not-bytes', evidence);
  }
  const came = Buffer.from(value);
  const at = firstDifference(expected, came);
  if (at === undefined) {
    judge.observe();
    return;
  }
  const symptom =
    typeof argument === 'string'
      ? OF_A_LINE.find(({ when }) => when(came, expected, argument))
      : OF_A_MESSAGE.find(({ when }) => when(came, expected, Buffer.from(argument)));
  judge.fail(`given ${given}, ${name} returns ${bytesInWords(came)}`, symptom?.slug ?? 'otherwise', {
    ...evidence,
    actual: `${count(came.length, 'byte')}, different from byte ${at} on`,
    difference: difference(expected, came, at),
  });
}

/** Call a function that writes; it must throw a TypeError or a RangeError. */
export async function expectRefused(
  judge: Judge,
  name: string,
  what: string,
  argument: string,
  symptom: string,
): Promise<void> {
  const host = await judge.module();
  const evidence = { sent: [sentTo(name, argument)], accepted: ['a TypeError', 'a RangeError'] };
  const outcome = await host.call(name, [argument], LIMIT_MS);
  if (outcome.kind === 'ok') {
    const { value } = outcome;
    const returned = value instanceof Uint8Array ? bytesInWords(value) : describe(value);
    judge.fail(`given ${what}, ${name} returns ${returned}`, symptom, { ...evidence, actual: returned });
  }
  if (outcome.kind !== 'threw') judge.failModule(outcome, evidence);
  const error = outcome.error.name;
  if (error !== 'TypeError' && error !== 'RangeError') {
    judge.fail(
      `given ${what}, ${name} throws ${error === '' ? 'no Error' : `${error}`}`,
      'other-error',
      evidence,
    );
  }
  judge.observe();
}

function sentTo(name: string, argument: string | Uint8Array): Sent {
  const bytes = typeof argument === 'string' ? Buffer.from(withoutSurrogates(argument)) : argument;
  return { label: `to ${name}`, excerpt: excerpt(bytes, 0), cuts: [] };
}

/** Half of a surrogate pair has no UTF-8, so it is shown as one would write it. */
function withoutSurrogates(text: string): string {
  return text.replace(/\p{Surrogate}/gu, (half) => `\\u{${half.charCodeAt(0).toString(16)}}`);
}

function inWords(argument: string | Uint8Array): string {
  return typeof argument === 'string' ? quoted(argument) : bytesInWords(argument);
}
