/** What the judge knows about LengthPrefixDecoder: rows of messages, and the mistakes that can be told from what came. */
import { throughText } from '../../peer/compare.ts';
import type { Core, CoreSymptom, Row, Seen } from '../../peer/core.ts';
import { chunksOf, describe, isFailure, isMessage, offsetsOf, sameList } from './events.ts';

export const PREFIX_BYTES = 4;

/** A row that says what must come of it. */
export interface MessageRow extends Row {
  messages: readonly Uint8Array[];
  /** After these messages. */
  fails: boolean;
}

export interface MessageRowOptions
  extends Pick<Row, 'end' | 'inOnePiece' | 'focus' | 'symptom' | 'symptomOfThrow'> {
  maxBytes?: number;
  fails?: boolean;
  /** What stands behind the messages. */
  behind?: Uint8Array;
}

/** The messages, each with its length in front, and what stands behind them; then the decoder fails or not. */
export function messageRow(
  name: string,
  messages: readonly Uint8Array[],
  { maxBytes, fails = false, behind = new Uint8Array(), ...rest }: MessageRowOptions = {},
): MessageRow {
  return {
    name: maxBytes === undefined ? name : `${name} (maxBytes is ${maxBytes.toLocaleString('en-US')})`,
    bytes: Buffer.concat([...messages.map(prefixed), behind]),
    messages,
    fails,
    ...(maxBytes !== undefined && { args: [{ maxBytes }] }),
    accepts: [
      {
        what: inWords(messages, fails),
        holds: (events) =>
          events.length === messages.length + (fails ? 1 : 0) &&
          messages.every((bytes, index) => {
            const event = events[index];
            return isMessage(event) && Buffer.compare(event.bytes, bytes) === 0;
          }) &&
          (!fails || isFailure(events.at(-1))),
      },
    ],
    ...rest,
  };
}

/** A message as it stands in the stream. */
export function prefixed(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([lengthOf(bytes.length), bytes]);
}

/** 4 bytes, big-endian. */
export function lengthOf(messageBytes: number): Uint8Array {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(messageBytes);
  return prefix;
}

/** What a mistaken decoder gives out: bytes in base 16, and whether it fails. */
interface Reading {
  messages: string[];
  fails: boolean;
}

interface Mistake {
  slug: string;
  /** It can show at some cuts only. */
  atCuts?: true;
  reads: (chunks: readonly Buffer[], whole: Buffer, row: MessageRow) => readonly Reading[];
}

const MISTAKES: Mistake[] = [
  { slug: 'little-endian', reads: (_, whole, row) => [parse(whole, row, (prefix) => prefix.readUInt32LE())] },
  {
    slug: 'signed',
    reads: (_, whole, row) => [parse(whole, row, (prefix) => prefix.readInt32BE())],
  },
  {
    slug: 'short-length',
    reads: (_, whole, row) => [
      parse(whole, row, (prefix) => prefix.readUInt8(3)),
      parse(whole, row, (prefix) => prefix.readUInt16BE(2)),
    ],
  },
  {
    slug: 'counts-prefix',
    reads: (_, whole, row) => [parse(whole, row, (prefix) => prefix.readUInt32BE() - PREFIX_BYTES)],
  },
  {
    slug: 'prefix-kept',
    reads: (_, __, { messages, fails }) => [
      { messages: messages.map((bytes) => hex(prefixed(bytes))), fails },
    ],
  },
  {
    slug: 'empty-swallowed',
    atCuts: true,
    reads: (_, __, { messages, fails }) => [
      { messages: messages.filter(({ length }) => length > 0).map(hex), fails },
    ],
  },
  {
    slug: 'text-round-trip',
    atCuts: true,
    reads: (_, __, { messages, fails }) => [
      { messages: messages.map((bytes) => hex(throughText(bytes))), fails },
    ],
  },
  {
    slug: 'chunk-is-message',
    atCuts: true,
    reads: (chunks) => [
      { messages: chunks.map(hex), fails: false },
      { messages: chunks.map((chunk) => hex(chunk.subarray(PREFIX_BYTES))), fails: false },
    ],
  },
  {
    slug: 'first-only',
    atCuts: true,
    reads: (chunks) => [
      { messages: firstOfEach(chunks, true), fails: false },
      { messages: firstOfEach(chunks, false), fails: false },
    ],
  },
  {
    slug: 'message-late',
    reads: (_, __, { messages }) => [{ messages: messages.slice(0, -1).map(hex), fails: false }],
  },
];

/** What shows before the messages are compared. */
const FIRST: CoreSymptom[] = [
  {
    slug: 'shape',
    when: ({ events }) => events.some((event) => !isMessage(event) && !isFailure(event)),
  },
  { slug: 'after-failed', when: ({ events }) => events.slice(0, -1).some(isFailure) },
  {
    slug: 'lost-before',
    when: ({ row, events }) =>
      (row as MessageRow).fails &&
      (row as MessageRow).messages.length > 0 &&
      events.length === 1 &&
      isFailure(events[0]),
  },
  {
    slug: 'no-event',
    when: ({ row, events, wholeHolds }) =>
      events.length === 0 && (row as MessageRow).messages.length > 0 && !wholeHolds,
  },
  { slug: 'bytes-changed', when: isChangedLater },
];

/** What shows when the messages explain nothing. */
const LAST: CoreSymptom[] = [
  {
    slug: 'text-round-trip',
    when: ({ row, events }) =>
      events.some((event) => isMessage(event) && hasReplacement(event.bytes)) &&
      !(row as MessageRow).messages.some(hasReplacement),
  },
  { slug: 'prefix-cut', when: (seen) => seen.wholeHolds && isCutInPrefix(seen) },
  {
    slug: 'rest-dropped',
    when: ({ row, events, wholeHolds }) =>
      wholeHolds && events.filter(isMessage).length < (row as MessageRow).messages.length,
  },
  {
    slug: 'refused',
    when: ({ row, events, wholeHolds }) =>
      !(row as MessageRow).fails && !wholeHolds && events.some(isFailure),
  },
];

/** @param own  slugs of the check's rows: where such a row fails in one piece, its slug is named before any other mistake */
export function messageCore(...own: string[]): Core {
  return {
    className: 'LengthPrefixDecoder',
    emptyPieces: true,
    describe,
    symptoms: [
      ...FIRST,
      ...own.map((slug) => ({
        slug,
        when: ({ row, wholeHolds }: Seen) => row.symptom === slug && !wholeHolds,
      })),
      ...MISTAKES.map(symptomOf),
      ...LAST,
    ],
  };
}

function symptomOf({ slug, atCuts, reads }: Mistake): CoreSymptom {
  return {
    slug,
    when: (seen) => {
      const row = seen.row as MessageRow;
      const came: Reading = {
        messages: seen.events.filter(isMessage).map(({ bytes }) => hex(bytes)),
        fails: seen.events.some(isFailure),
      };
      if (seen.wholeHolds && !atCuts) return false;
      if (sameList(came.messages, row.messages.map(hex))) return false;
      const chunks = chunksOf(seen);
      return reads(chunks, Buffer.concat(chunks), row).some((reading) => same(came, reading));
    },
  };
}

function same(one: Reading, other: Reading): boolean {
  return one.fails === other.fails && sameList(one.messages, other.messages);
}

/** Read messages whose length is understood in some way. Negative lengths are complete at once, and empty. */
function parse(bytes: Buffer, { args, end = true }: Row, lengthIn: (prefix: Buffer) => number): Reading {
  const { maxBytes = 65_536 } = (args?.[0] ?? {}) as { maxBytes?: number };
  const messages: string[] = [];
  let at = 0;
  while (at + PREFIX_BYTES <= bytes.length) {
    const length = lengthIn(bytes.subarray(at, at + PREFIX_BYTES));
    if (length > maxBytes) return { messages, fails: true };
    const from = at + PREFIX_BYTES;
    if (from + length > bytes.length) break;
    messages.push(hex(bytes.subarray(from, Math.max(from, from + length))));
    at = from + Math.max(0, length);
  }
  return { messages, fails: end && at < bytes.length };
}

function bigEndian(prefix: Buffer): number {
  return prefix.readUInt32BE();
}

/** One message of each chunk, and the rest kept for the next or forgotten. */
function firstOfEach(chunks: readonly Buffer[], kept: boolean): string[] {
  let rest: Buffer = Buffer.alloc(0);
  return chunks.flatMap((chunk) => {
    rest = Buffer.concat([rest, chunk]);
    if (rest.length < PREFIX_BYTES || rest.length < PREFIX_BYTES + bigEndian(rest)) return [];
    const end = PREFIX_BYTES + bigEndian(rest);
    const message = hex(rest.subarray(PREFIX_BYTES, end));
    rest = kept ? rest.subarray(end) : Buffer.alloc(0);
    return [message];
  });
}

/** As many messages as must come, of the right lengths, the last one right, and an earlier one not. */
function isChangedLater({ row, events }: Seen): boolean {
  const { messages } = row as MessageRow;
  const came = events.filter(isMessage).map(({ bytes }) => bytes);
  if (came.length !== messages.length || came.length < 2) return false;
  if (came.some((bytes, index) => bytes.length !== messages[index]!.length)) return false;
  const wrong = came.findIndex((bytes, index) => Buffer.compare(bytes, messages[index]!) !== 0);
  return wrong >= 0 && wrong < came.length - 1 && Buffer.compare(came.at(-1)!, messages.at(-1)!) === 0;
}

/** Whether there is U+FFFD in it, or what a length too short left of it. */
function hasReplacement(bytes: Uint8Array): boolean {
  return Buffer.from(bytes).includes(Buffer.of(0xef, 0xbf));
}

/** Whether there are cuts, and all of them go through a length. */
function isCutInPrefix(seen: Seen): boolean {
  const { messages } = seen.row as MessageRow;
  const inside = new Set<number>();
  let at = 0;
  for (const length of [...messages.map((bytes) => bytes.length), 0]) {
    for (const offset of [1, 2, 3]) inside.add(at + offset);
    at += PREFIX_BYTES + length;
  }
  const cuts = offsetsOf(seen.cuts, Buffer.concat(chunksOf(seen)).length);
  return cuts.length > 0 && cuts.every((cut) => inside.has(cut));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

function inWords(messages: readonly Uint8Array[], fails: boolean): string {
  const all = messages.map((bytes) => describe({ type: 'message', bytes }));
  const shown = all.length > 6 ? [...all.slice(0, 6), `${all.length - 6} more`] : all;
  if (!fails) return shown.length === 0 ? 'no event' : shown.join(', ');
  return shown.length === 0 ? 'failed' : `${shown.join(', ')}, then failed`;
}
