/** What a core of lab 04 may give out, as the judge sees it: any value may come, so everything is looked at. */
import { type Cuts, chunkCount, chunkEnd } from '../../drive/cuts.ts';
import type { Core, CoreSymptom, Seen } from '../../peer/core.ts';

const SHOWN_CHARACTERS = 40;
const SHOWN_BYTES = 8;

export interface Line {
  type: 'line';
  text: string;
}

export interface Message {
  type: 'message';
  bytes: Uint8Array;
}

export interface Failure {
  type: 'failed';
  code?: unknown;
  offset?: unknown;
}

export function isLine(event: unknown): event is Line {
  return typeOf(event) === 'line' && typeof (event as Line).text === 'string';
}

export function isMessage(event: unknown): event is Message {
  return typeOf(event) === 'message' && (event as Message).bytes instanceof Uint8Array;
}

export function isFailure(event: unknown): event is Failure {
  return typeOf(event) === 'failed';
}

/** One event in a few words. */
export function describe(event: unknown): string {
  if (isLine(event)) return `line ${quoted(event.text)}`;
  if (isMessage(event)) return `message of ${bytesInWords(event.bytes)}`;
  if (isFailure(event)) return `failed (${failureInWords(event)})`;
  return `${shorten(asText(event))}, which is no event of this decoder`;
}

export function quoted(text: string): string {
  const all = JSON.stringify(text);
  const shown = all.length <= SHOWN_CHARACTERS + 2 ? all : `${all.slice(0, SHOWN_CHARACTERS)}…"`;
  return text.length > SHOWN_CHARACTERS
    ? `${shown} (${text.length.toLocaleString('en-US')} characters)`
    : shown;
}

export function bytesInWords(bytes: Uint8Array): string {
  if (bytes.length === 0) return '0 bytes';
  const shown = [...bytes.subarray(0, SHOWN_BYTES)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join(' ');
  const more = bytes.length > SHOWN_BYTES ? ' …' : '';
  return `${bytes.length.toLocaleString('en-US')} byte${bytes.length === 1 ? '' : 's'} (${shown}${more})`;
}

/** A core that looks for these mistakes first. */
export function withSymptoms(core: Core, ...symptoms: CoreSymptom[]): Core {
  return { ...core, symptoms: [...symptoms, ...core.symptoms] };
}

/** The chunks in which the bytes of a row came. */
export function chunksOf({ row, cuts }: Pick<Seen, 'row' | 'cuts'>): Buffer[] {
  const bytes = typeof row.bytes === 'string' ? Buffer.from(row.bytes, 'latin1') : Buffer.from(row.bytes);
  return Array.from({ length: chunkCount(cuts, bytes.length) }, (_, index) =>
    bytes.subarray(chunkEnd(cuts, index - 1, bytes.length), chunkEnd(cuts, index, bytes.length)),
  );
}

/** The offsets between two chunks. */
export function offsetsOf(cuts: Cuts, length: number): number[] {
  return Array.from({ length: chunkCount(cuts, length) - 1 }, (_, index) => chunkEnd(cuts, index, length));
}

export function sameList<T>(some: readonly T[], others: readonly T[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}

function typeOf(event: unknown): unknown {
  return typeof event === 'object' && event !== null ? (event as { type?: unknown }).type : undefined;
}

function failureInWords({ code, offset }: Failure): string {
  const named = typeof code === 'string' ? shorten(code) : `code ${shorten(asText(code))}`;
  return `${named}, offset ${shorten(asText(offset))}`;
}

function asText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

function shorten(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}
