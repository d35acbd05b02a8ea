import { describe, expect, test } from 'vitest';
import { WHOLE } from '../../drive/cuts.ts';
import { row } from './messages.ts';
import { body, describeEvent, end, failure, mergeBodies, reads, refused, someOf } from './reading.ts';
import { HINTS, PARSER } from './symptoms.ts';

const REQUEST = {
  type: 'request',
  method: 'GET',
  target: '/a',
  version: '1.1',
  headers: [['Host', 'a']],
  body: 'none',
  keepAlive: true,
} as const;
const END = { type: 'end', trailers: [] };
const bytes = (text: string): { type: 'body'; bytes: Uint8Array } => ({
  type: 'body',
  bytes: Buffer.from(text, 'latin1'),
});

/** What a student may return by mistake. */
const ODD_EVENTS: unknown[] = [
  null,
  undefined,
  7,
  'request',
  [],
  {},
  { type: null },
  { type: 'request' },
  { ...REQUEST, headers: { Host: 'a' } },
  { ...REQUEST, headers: new Map([['Host', 'a']]) },
  { ...REQUEST, headers: ['Host', 'a'] },
  { ...REQUEST, headers: [['Host'], null, [1, 2], [undefined, undefined]] },
  { ...REQUEST, method: undefined, target: 3n, keepAlive: 'yes' },
  { type: 'body' },
  { type: 'body', bytes: 'text' },
  { type: 'body', bytes: [1, 2] },
  { type: 'end' },
  { type: 'end', trailers: [[]] },
  { type: 'failed' },
  { type: 'failed', status: '400' },
];

describe('a reading', () => {
  test('joins bodies, and knows no empty one', () => {
    expect(mergeBodies([REQUEST, bytes('a'), bytes(''), bytes('b'), END])).toEqual([
      REQUEST,
      bytes('ab'),
      END,
    ]);
    expect(mergeBodies([bytes('')])).toEqual([]);
  });

  test('holds for its events, and for no others', () => {
    const reading = reads(REQUEST, body('ab'), end());
    expect(reading.holds([REQUEST, bytes('ab'), END])).toBe(true);
    expect(reading.holds([REQUEST, bytes('ab')])).toBe(false);
    expect(reading.holds([REQUEST, bytes('ab'), END, END])).toBe(false);
    expect(reading.holds([REQUEST, bytes('ac'), END])).toBe(false);
    expect(reading.holds([{ ...REQUEST, headers: [['host', 'a']] }, bytes('ab'), END])).toBe(false);
  });

  test('takes any beginning of a body before a failure', () => {
    const reading = reads(REQUEST, someOf('abc'), failure(400, 413));
    for (const text of ['a', 'ab', 'abc']) {
      expect(reading.holds([REQUEST, bytes(text), { type: 'failed', status: 413 }])).toBe(true);
    }
    expect(reading.holds([REQUEST, { type: 'failed', status: 400 }])).toBe(true);
    expect(reading.holds([REQUEST, bytes('x'), { type: 'failed', status: 400 }])).toBe(false);
    expect(reading.holds([REQUEST, bytes('abc'), { type: 'failed', status: 500 }])).toBe(false);
  });

  test('takes a value that is like its pattern', () => {
    const reading = reads({ ...REQUEST, headers: [['X', /^a +b$/]] });
    expect(reading.holds([{ ...REQUEST, headers: [['X', 'a  b']] }])).toBe(true);
    expect(reading.holds([{ ...REQUEST, headers: [['X', 'ab']] }])).toBe(false);
  });

  test('says what it is in the words for what came', () => {
    const events = [REQUEST, bytes('a\r\xff'), { type: 'end', trailers: [['X', 'b']] }];
    expect(events.map(describeEvent).join(', ')).toBe(reads(REQUEST, body('a\r\xff'), end(['X', 'b'])).what);
    expect(describeEvent(bytes('\0\x7f'))).toBe('body of 2 bytes "\\x00\\x7f"');
  });
});

describe('any value', () => {
  const rows = [
    row('a request', 'GET /a HTTP/1.1\r\nHost: a\r\n\r\nab', [reads(REQUEST, body('ab'), end())]),
    row('a mistake', 'GET\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', [refused(400)]),
    row('a mistake in a body', '\r\n\r\n', [reads(REQUEST, someOf('ab'), failure(400))]),
  ];

  test.each(ODD_EVENTS.map((event) => [describeEvent(event), event]))('%s can be borne', (_words, event) => {
    for (const made of rows) {
      for (const given of [[event], [REQUEST, event], [event, REQUEST, END], [REQUEST, event, END]]) {
        const events = mergeBodies(given);
        expect(made.accepts.some(({ holds }) => holds(events))).toBe(false);
        for (const wholeHolds of [true, false]) {
          const seen = { row: made, cuts: WHOLE, events, whole: events, wholeHolds };
          const slug = PARSER.symptoms.find(({ when }) => when(seen))?.slug;
          if (slug !== undefined) expect(Object.keys(HINTS)).toContain(slug);
        }
      }
    }
  });
});
