import { describe, expect, test } from 'vitest';
import {
  count,
  difference,
  excerpt,
  firstDifference,
  hexByte,
  isBeginningOf,
  throughText,
} from './compare.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('the first difference', () => {
  test.each([
    ['equal runs', 'abc', 'abc', undefined],
    ['two empty runs', '', '', undefined],
    ['the first byte', 'xbc', 'abc', 0],
    ['the last byte', 'abc', 'abx', 2],
    ['an end on the one side', 'abc', 'ab', 2],
    ['an end on the other side', '', 'a', 0],
    ['a zero byte', 'a\0b', 'a\0c', 2],
    ['the first of several', 'abcdef', 'abXdeY', 2],
  ])('%s', (_what, expected, actual, at) => {
    expect(firstDifference(bytes(expected), bytes(actual))).toBe(at);
  });

  test('is found at every place of a run', () => {
    const expected = Buffer.alloc(70, 1);
    for (let at = 0; at < expected.length; at += 1) {
      const actual = Buffer.from(expected);
      actual[at] = 2;
      actual.fill(3, Math.min(at + 5, 70));
      expect(firstDifference(expected, actual)).toBe(at);
    }
  });
});

test('a difference shows both sides from the same offset, with what leads up to it', () => {
  const expected = Buffer.alloc(1000, 1);
  const actual = Buffer.from(expected).fill(2, 500);
  const shown = difference(expected, actual, 500);
  expect(shown.at).toBe(500);
  expect(shown.expected.offset).toBe(shown.actual.offset);
  expect(shown.expected.offset).toBeLessThanOrEqual(500 - 32);
  expect(shown.expected.offset % 16).toBe(0);
  expect(shown.actual.bytes[500 - shown.actual.offset]).toBe(2);
  expect(shown.actual.bytes[499 - shown.actual.offset]).toBe(1);
  expect(difference(expected, actual, 3).actual.offset).toBe(0);
});

test('an excerpt is a copy, and ends where the whole does', () => {
  const whole = Buffer.from('0123456789');
  const part = excerpt(whole, 8, 5);
  whole.fill('x');
  expect(part).toMatchObject({ offset: 8, totalBytes: 10 });
  expect(Buffer.from(part.bytes).toString()).toBe('89');
  expect(excerpt(whole, 50)).toMatchObject({ offset: 10, bytes: new Uint8Array() });
});

test('a beginning is told from what only looks like one', () => {
  expect(isBeginningOf(bytes('ab'), bytes('abc'))).toBe(true);
  expect(isBeginningOf(bytes(''), bytes('abc'))).toBe(true);
  expect(isBeginningOf(bytes('abcd'), bytes('abc'))).toBe(false);
  expect(isBeginningOf(bytes('ax'), bytes('abc'))).toBe(false);
});

test('what is no UTF-8 does not survive a text', () => {
  expect(throughText(bytes('a\xffb'))).toEqual(Buffer.from('61efbfbd62', 'hex'));
  expect(throughText(Buffer.from('zwölf €'))).toEqual(Buffer.from('zwölf €'));
});

test('numbers and bytes are written as people read them', () => {
  expect(count(1, 'byte')).toBe('1 byte');
  expect(count(0, 'byte')).toBe('0 bytes');
  expect(count(8_388_608, 'byte')).toBe('8,388,608 bytes');
  expect(hexByte(10)).toBe('0x0a');
});
