import { describe, expect, test } from 'vitest';
import { chop, columnsOf, count, padStart, wrap, wrapItems } from './columns.ts';

test('wide characters take two columns, combining ones none', () => {
  expect(columnsOf('ab')).toBe(2);
  expect(columnsOf('界😀')).toBe(4);
  expect(columnsOf('e\u0301')).toBe(1);
  expect(padStart('界', 4)).toBe('  界');
});

describe('wrap', () => {
  test('breaks at spaces and keeps every word', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('', 7)).toEqual(['']);
  });

  test('a word that is longer than a line is broken', () => {
    expect(wrap('a abcdefgh b', 5)).toEqual(['a', 'abcde', 'fgh b']);
  });
});

test('items stay whole', () => {
  expect(wrapItems(['seed 7f3a', '0.9 s', '3 points'], 18)).toEqual(['seed 7f3a · 0.9 s', '3 points']);
});

test('chop keeps every character', () => {
  expect(chop('ab界cd', 3)).toEqual(['ab', '界c', 'd']);
});

test('counts', () => {
  expect(count(1, 'byte')).toBe('1 byte');
  expect(count(70_000, 'byte')).toBe('70,000 bytes');
});
