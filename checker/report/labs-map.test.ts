import { expect, test } from 'vitest';
import { columnsOf } from './columns.ts';
import { type LabRow, renderLabs } from './labs-map.ts';

const row = (change: Partial<LabRow>): LabRow => ({
  id: 'lab-01',
  title: 'A TCP echo server',
  part: 'Part I: transport',
  hours: 2,
  state: 'untouched',
  current: false,
  ...change,
});
const ROWS = [
  row({ state: 'passed', points: 20, maxPoints: 20 }),
  row({ id: 'lab-02', title: 'A line client', state: 'changed since it passed', points: 9, maxPoints: 12 }),
  row({ id: 'lab-03', title: 'UDP', hours: 3, state: 'started', points: 3, maxPoints: 14, current: true }),
  row({ id: 'lab-05', title: 'An HTTP/1.1 request parser', part: 'Part II: HTTP', hours: 10 }),
];

test('the map', () => {
  expect(renderLabs(ROWS, { colour: false, width: 100 })).toMatchInlineSnapshot(`
    "Part I: transport
      ✓ lab-01  A TCP echo server            2 h  passed                   20 of 20 points
      ~ lab-02  A line client                2 h  changed since it passed  9 of 12 points
    ▶ … lab-03  UDP                          3 h  started                  3 of 14 points

    Part II: HTTP
      · lab-05  An HTTP/1.1 request parser  10 h"
  `);
});

test('long titles are wrapped beside the rest', () => {
  const rows = [row({ title: 'Messages on a byte stream, their lengths and their ends', state: 'passed' })];
  const lines = renderLabs(rows, { colour: false, width: 80 }).split('\n');
  for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(80);
  expect(lines.join(' ').replaceAll(/ +/g, ' ')).toContain('their lengths and their ends');
});

test('no labs', () => {
  expect(renderLabs([], { colour: false, width: 80 })).toBe('There are no labs here yet.');
});
