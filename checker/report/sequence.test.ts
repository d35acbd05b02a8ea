import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../run/result.ts';
import { columnsOf } from './columns.ts';
import { palette } from './palette.ts';
import { bytesOf, LOST_CR_TRACE } from './sample-results.ts';
import { sequence } from './sequence.ts';

const paint = palette(false);

function event(change: Partial<TraceEvent> = {}): TraceEvent {
  return { atMs: 1, lane: '', from: 'judge', text: 'connects', ...change };
}

function lines(trace: TraceEvent[], columns = 80, all = false): string[] {
  return sequence(trace, { columns, all, paint });
}

test('two lanes, numbered, with what was not read', () => {
  expect(lines(LOST_CR_TRACE).join('\n')).toMatchInlineSnapshot(`
    "    ms  judge                                 your program
    1  0.0  connects from port 40112           ─▶
    2  0.4  sends 6 bytes "hello\\r"            ─▶
    3  1.2  sends 6 bytes "\\nworld"            ─▶ (not read)
    4  1.9                                     ◀─ sends 11 bytes "hello\\nworld"
    5  2.0  · the echo is one byte short"
  `);
});

test('several connections have names', () => {
  const trace = [
    event({ lane: 'A' }),
    event({ lane: 'client 17', text: 'sends 1 byte', bytes: bytesOf('x'), delivery: 'unverified' }),
    event({ lane: 'A', from: 'student', text: 'ends its side (FIN)' }),
  ];
  expect(lines(trace).join('\n')).toMatchInlineSnapshot(`
    "    ms             judge                           your program
    1  1.0  A          connects                     ─▶
    2  1.0  client 17  sends 1 byte "x"             ─▶ (unverified)
    3  1.0  A                                       ◀─ ends its side (FIN)"
  `);
});

describe('a long trace', () => {
  const trace = Array.from({ length: 30 }, (_, index) => event({ text: `does ${index + 1}` }));

  test('shows the last events and says where the others are', () => {
    const shown = lines(trace);
    expect(shown[0]).toBe('18 earlier events left out; --trace shows all');
    expect(shown[2]).toMatch(/^19 .* does 19 /);
    expect(shown.at(-1)).toMatch(/^30 .* does 30 /);
    expect(shown).toHaveLength(2 + 12);
  });

  test('is shown whole on request', () => {
    const shown = lines(trace, 80, true);
    expect(shown[1]).toMatch(/^ 1 .* does 1 /);
    expect(shown).toHaveLength(1 + 30);
  });

  test('twelve events are all', () => {
    expect(lines(trace.slice(0, 12)).join('\n')).not.toContain('left out');
  });
});

describe('bytes', () => {
  const long = { text: 'sends 131,072 bytes', bytes: new Uint8Array(512).fill(0x61), totalBytes: 131_072 };

  test.each([58, 78, 108])('are cut at their end only, with a count, at %i columns', (columns) => {
    for (const from of ['judge', 'student'] as const) {
      const text = lines([event({ from, ...long })], columns).join('\n');
      const shown = [...text.matchAll(/"(a+)"/g)].reduce((sum, [, letters]) => sum + letters!.length, 0);
      const count = Number(text.match(/… ([\d,]+) more/)![1]!.replaceAll(',', ''));
      expect(shown + count).toBe(131_072);
      for (const line of text.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
    }
  });

  test('at 58 columns with names of connections too', () => {
    const shown = lines(
      [event({ lane: 'client 17', ...long }), event({ from: 'student', lane: 'B', ...long })],
      58,
    );
    for (const line of shown) expect(columnsOf(line)).toBeLessThanOrEqual(58);
  });

  test('are escaped, like the words beside them', () => {
    const trace = [
      event({ from: 'student', text: 'stdout \x1b[2J', bytes: bytesOf('\x1b[31m\x07'), lane: '\x1b[0m' }),
      event({ from: 'note', text: 'says \x1b[2J' }),
    ];
    const text = lines(trace).join('\n');
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    expect(text).toContain('\\x1b[31m\\x07');
  });
});

test('no events, no lines', () => {
  expect(lines([])).toEqual([]);
});
