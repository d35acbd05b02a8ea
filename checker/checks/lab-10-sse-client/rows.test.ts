/** The rows say what the standard says: held against the judge's own reader, at many cuts. */
import { createParser } from 'eventsource-parser';
import { describe, expect, test } from 'vitest';
import { allWays } from '../../peer/core-cuts.ts';
import { ending } from './ending.ts';
import { events } from './events.ts';
import { fields } from './fields.ts';
import { HINTS } from './hints.ts';
import { ids } from './ids.ts';
import { lines } from './lines.ts';
import type { StreamReading } from './reading.ts';
import { retries } from './retries.ts';
import type { Words } from './rows.ts';
import { piecesOf, readPieces, StreamReader } from './stream-reader.ts';
import { text } from './text.ts';
import { HINTS as WAIT_HINTS } from './waiting-scripts.ts';
import { WRONG_WAITS } from './waits.ts';
import { WRONG_EVENTS } from './wrong-events.ts';
import { WRONG_IDS } from './wrong-ids.ts';
import { WRONG_LINES } from './wrong-lines.ts';

const WORDS: Words = { one: 'abcd', two: 'xyz', type: 'kind', id: 'iq', other: 'ids', ms: 1234 };
const tables = [lines, fields, events, ids, retries, text, ending].flat();
const rows = tables.flatMap((table) => table.rows(WORDS).map((row) => ({ ...row, id: table.id })));

test('there are many rows, and none has the name of another in its check', () => {
  expect(rows.length).toBeGreaterThan(150);
  const names = rows.map(({ id, name }) => `${id}: ${name}`);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

describe.each(rows)('$id: $name', ({ bytes, args, accepts }) => {
  const stream = bytes as Uint8Array;
  const option = (args?.[0] ?? {}) as { lastEventId?: string };

  test("the judge's reader comes to it at every cut", () => {
    const [reading] = accepts as StreamReading[];
    for (const cuts of allWays(stream.length)) {
      const told = readPieces(new StreamReader(option.lastEventId), piecesOf(stream, cuts)).flat();
      expect(told, JSON.stringify(cuts)).toEqual(reading!.expected);
    }
  });
});

test('a parser that many programs use finds the same data, where it follows the standard', () => {
  for (const { bytes, accepts, id, name } of rows) {
    const stream = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes as Uint8Array);
    // It waits for the byte behind a CR, and its mark comes as three characters.
    if (/[\r\ufeff]/.test(stream)) continue;
    const found: string[] = [];
    createParser({ onEvent: ({ data }) => found.push(data) }).feed(stream);
    const [reading] = accepts as StreamReading[];
    const expected = reading!.expected.flatMap((one) => (one.type === 'event' ? [one.data] : []));
    expect.soft(found, `${id}: ${name}`).toEqual(expected);
  }
});

test('every wrong reader is told from the right one by some row', () => {
  const unseen = [...WRONG_LINES, ...WRONG_EVENTS, ...WRONG_IDS].filter(([, Reader]) =>
    rows.every(({ bytes, args, end, accepts }) => {
      const { lastEventId } = (args?.[0] ?? {}) as { lastEventId?: string };
      return allWays((bytes as Uint8Array).length).every((cuts) => {
        const told = readPieces(new Reader(lastEventId), piecesOf(bytes as Uint8Array, cuts), end).flat();
        return accepts[0]!.holds(told);
      });
    }),
  );
  expect(unseen.map(([slug]) => slug)).toEqual([]);
});

test('each mistake that can be named has a hint', () => {
  const readers = [...WRONG_LINES, ...WRONG_EVENTS, ...WRONG_IDS].map(([slug]) => slug);
  expect(readers.filter((slug) => !Object.hasOwn(HINTS, slug))).toEqual([]);
  const waits = WRONG_WAITS.map(([slug]) => slug);
  expect(waits.filter((slug) => !Object.hasOwn(WAIT_HINTS, slug))).toEqual([]);
});
