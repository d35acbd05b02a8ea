import { describe, expect, test } from 'vitest';
import {
  assertCutsFit,
  BYTE_BY_BYTE,
  type Cuts,
  chunkCount,
  chunkEnd,
  everySplit,
  shortestFailure,
  WHOLE,
} from './cuts.ts';

test.each<[string, Cuts, number, number[]]>([
  ['whole', WHOLE, 5, [5]],
  ['whole, without a byte', WHOLE, 0, []],
  ['byte by byte', BYTE_BY_BYTE, 3, [1, 2, 3]],
  ['byte by byte, without a byte', BYTE_BY_BYTE, 0, []],
  ['pieces that fit', { everyBytes: 2 }, 4, [2, 4]],
  ['pieces and a rest', { everyBytes: 2 }, 5, [2, 4, 5]],
  ['a piece larger than all', { everyBytes: 9 }, 5, [5]],
  ['cuts', [1, 4], 5, [1, 4, 5]],
  ['empty chunks', [0, 2, 2, 5], 5, [0, 2, 2, 5, 5]],
])('%s', (_, cuts, length, ends) => {
  assertCutsFit(cuts, length);
  expect(chunkCount(cuts, length)).toBe(ends.length);
  expect(ends.map((_end, index) => chunkEnd(cuts, index, length))).toEqual(ends);
});

test.each<[Cuts]>([[[3, 2]], [[6]], [[-1]], [[0.5]], [{ everyBytes: 0 }], [{ everyBytes: 1.5 }]])(
  '%j does not fit 5 bytes',
  (cuts) => expect(() => assertCutsFit(cuts, 5)).toThrow(RangeError),
);

test('every split leaves no chunk empty', () => {
  expect(everySplit(4)).toEqual([[1], [2], [3]]);
  expect(everySplit(1)).toEqual([]);
  expect(everySplit(0)).toEqual([]);
});

describe('the shortest failure', () => {
  const ways = [BYTE_BY_BYTE, { everyBytes: 3 }, ...everySplit(8).reverse(), WHOLE].map((cuts) => ({ cuts }));
  const failing = (wrong: (cuts: Cuts) => boolean) =>
    shortestFailure(ways, 8, ({ cuts }) => !wrong(cuts))?.cuts;

  test('is none when all hold', () => expect(failing(() => false)).toBeUndefined());
  test('is the whole when that is wrong already', () => expect(failing(() => true)).toEqual(WHOLE));
  test('is the first split that differs', () =>
    expect(failing((cuts) => Array.isArray(cuts) && cuts[0] >= 5)).toEqual([5]));
  test('is the coarsest cutting when no single split differs', () =>
    expect(failing((cuts) => 'everyBytes' in cuts)).toEqual({ everyBytes: 3 }));
});
