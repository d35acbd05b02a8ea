/** The reference's parser says what the letter of the standard says, on any bytes and at any cut. */
import { describe, expect, test } from 'vitest';
import {
  EventStreamParser,
  type StreamEvent,
} from '../../../solutions/lab-10-sse-client/event-stream-parser.ts';
import { interpret } from './standard.ts';

/** What streams are made of, so that drawn ones have something in them. */
const PARTS: Uint8Array[] = [
  ...[
    '\n',
    '\n',
    '\r',
    '\r\n',
    '\n\n',
    '\r\n\r\n',
    '\r\r',
    ':',
    ' ',
    ': ',
    '  ',
    '\0',
    '\ufeff',
    '\ufffd',
    '\t',
  ],
  ...[
    'data',
    'data:',
    'data: ',
    'data: a\n\n',
    'event',
    'event: ',
    'id',
    'id: ',
    'id:1\n',
    'retry: ',
    'retry:7\n',
  ],
  ...[
    '7',
    '007',
    '1e3',
    '-1',
    'Data: ',
    'dat',
    'datas:',
    'date: a\n',
    ': ping\n',
    'é',
    '€',
    '😀',
    '\u0085',
    '\u2028',
  ],
]
  .map((text) => new TextEncoder().encode(text) as Uint8Array)
  .concat(
    // Bytes that are no UTF-8: beginnings without an end, ends without a beginning, overlong forms, surrogates.
    [
      [0x80],
      [0xbf],
      [0xc3],
      [0xe2, 0x82],
      [0xf0, 0x9f, 0x98],
      [0xf0, 0x9f],
      [0xc0, 0xaf],
      [0xed, 0xa0, 0x80],
    ].map((bytes) => Uint8Array.from(bytes)),
    [[0xf4, 0x90, 0x80, 0x80], [0xff], [0xfe], [0xe0, 0x80], [0xf8, 0x88], [0xef, 0xbb]].map((bytes) =>
      Uint8Array.from(bytes),
    ),
  );

describe('the reference and the letter of the standard', () => {
  test('agree on streams of likely parts, at every cut in two and byte by byte', () => {
    const random = randomFrom(1);
    for (let round = 0; round < 3000; round += 1) {
      const stream = Buffer.concat(times(1 + below(12, random), () => pick(PARTS, random)));
      const expected = interpret(stream);
      expect(parse([stream]), stream.toString('hex')).toEqual(expected);
      expect(parse(byteByByte(stream)), stream.toString('hex')).toEqual(expected);
      for (let cut = 1; cut < stream.length; cut += 1) {
        const events = parse([stream.subarray(0, cut), stream.subarray(cut)]);
        if (JSON.stringify(events) !== JSON.stringify(expected))
          expect(events, `${stream.toString('hex')} cut at ${cut}`).toEqual(expected);
      }
    }
  });

  test('agree on any bytes in the data, which are decoded as TextDecoder decodes them', () => {
    const random = randomFrom(2);
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = Uint8Array.from(times(1 + below(8, random), () => anyByte(random)));
      const stream = Buffer.concat([Buffer.from('data:'), bytes, Buffer.from('\n\n')]);
      const expected = JSON.stringify(interpret(stream));
      if (
        JSON.stringify(parse([stream])) !== expected ||
        JSON.stringify(parse(byteByByte(stream))) !== expected
      )
        expect(parse([stream]), stream.toString('hex')).toEqual(interpret(stream));
    }
  });

  test('agree on long streams in drawn pieces, empty ones among them', () => {
    const random = randomFrom(3);
    for (let round = 0; round < 200; round += 1) {
      const stream = Buffer.concat(times(400, () => pick(PARTS, random)));
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < stream.length; ) {
        const length = below(40, random);
        pieces.push(stream.subarray(at, at + length));
        at += length;
      }
      expect(parse(pieces, 'before')).toEqual(interpret(stream, 'before'));
    }
  });

  test('agree on every pair and every triple of bytes that matter, at every cut', () => {
    const bytes = [0x00, 0x0a, 0x0d, 0x20, 0x3a, 0x61, 0x80, 0xbb, 0xbf, 0xc3, 0xe2, 0xef, 0xf0, 0xff];
    for (const first of bytes) {
      for (const second of bytes) {
        for (const third of bytes) {
          for (const before of ['', 'data:', 'data:a\r', 'id']) {
            const stream = Buffer.concat([
              Buffer.from(before),
              Uint8Array.of(first, second, third),
              Buffer.from('data: z\n\n'),
            ]);
            const expected = JSON.stringify(interpret(stream));
            expect(JSON.stringify(parse([stream])), stream.toString('hex')).toBe(expected);
            expect(JSON.stringify(parse(byteByByte(stream))), stream.toString('hex')).toBe(expected);
          }
        }
      }
    }
  });
});

describe('the limit', () => {
  const data = (bytes: number): Uint8Array => Buffer.from(`data: ${'x'.repeat(bytes)}\n\n`);

  test('takes as much data as it says, in one line or in several, and not twice as much', () => {
    expect(parse([data(1000)], '', 1000)).toHaveLength(1);
    expect(parse([data(1001)], '', 1000)).toMatchObject([{ type: 'failed', code: 'too-large' }]);
    const lines = (count: number): Uint8Array => Buffer.from(`${'data:123456789\n'.repeat(count)}\n`);
    expect(parse([lines(100)], '', 999)).toMatchObject([{ type: 'event' }]);
    expect(parse([lines(101)], '', 999)).toMatchObject([{ type: 'failed' }]);
    expect(parse([Buffer.from('data\n'.repeat(1002))], '', 1000)).toMatchObject([{ type: 'failed' }]);
  });

  test('does not look at the cuts', () => {
    for (const stream of [
      data(1000),
      data(1001),
      data(3000),
      Buffer.from(`: ${'x'.repeat(3000)}\n\ndata: a\n\n`),
    ]) {
      const whole = parse([stream], '', 1000);
      expect(parse(byteByByte(stream), '', 1000)).toEqual(whole);
      for (let cut = 1; cut < stream.length; cut += 7)
        expect(parse([stream.subarray(0, cut), stream.subarray(cut)], '', 1000)).toEqual(whole);
    }
  });

  test('fails before the end of a line has come, and for good', () => {
    const parser = new EventStreamParser({ maxEventBytes: 1000 });
    expect(parser.receive(Buffer.from('data: a\n\n'))).toHaveLength(1);
    expect(parser.receive(Buffer.from('x'.repeat(1007)))).toMatchObject([{ type: 'failed', offset: 9 }]);
    expect(parser.receive(Buffer.from('\n\ndata: a\n\n'))).toEqual([]);
    expect(parser.end()).toEqual([]);
  });

  test('adds up neither comments nor finished blocks', () => {
    const stream = `data: a\n${`: ${'x'.repeat(900)}\n`.repeat(10)}\n`.repeat(10);
    expect(parse([Buffer.from(stream)], '', 1000)).toHaveLength(10);
  });
});

test('a CR at the end of a chunk dispatches at once', () => {
  const parser = new EventStreamParser();
  expect(parser.receive(Buffer.from('data: a\r\r'))).toHaveLength(1);
  expect(parser.receive(Buffer.from('\ndata: b\n'))).toEqual([]);
  expect(parser.receive(Buffer.from('\n'))).toMatchObject([{ data: 'b' }]);
});

function parse(pieces: readonly Uint8Array[], lastEventId = '', maxEventBytes = 2 ** 20): StreamEvent[] {
  const parser = new EventStreamParser({ lastEventId, maxEventBytes });
  const events = pieces.flatMap((piece) => parser.receive(piece));
  return events.concat(parser.end());
}

function byteByByte(stream: Uint8Array): Uint8Array[] {
  return Array.from(stream, (byte) => Uint8Array.of(byte));
}

/** Mostly what begins or goes on in UTF-8, or ends a line. */
function anyByte(random: () => number): number {
  return random() < 0.5
    ? below(256, random)
    : pick([0x0a, 0x0d, 0x80, 0xbf, 0xc2, 0xe0, 0xed, 0xf0, 0xf4], random);
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

function pick<T>(values: readonly T[], random: () => number): T {
  return values[below(values.length, random)]!;
}

function below(limit: number, random: () => number): number {
  return Math.floor(random() * limit);
}

/** The same numbers for the same seed: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
