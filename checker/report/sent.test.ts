import { describe, expect, test } from 'vitest';
import type { Sent } from '../run/result.ts';
import { columnsOf } from './columns.ts';
import { palette } from './palette.ts';
import { bytesOf } from './sample-results.ts';
import { sentLines } from './sent.ts';

const plain = palette(false);

function sent(text: string, cuts: number[] = [], label = ''): Sent {
  const bytes = bytesOf(text);
  return { label, excerpt: { offset: 0, bytes, totalBytes: bytes.length }, cuts };
}

test('a cut between CR and LF', () => {
  expect(sentLines(sent('hello\r\nworld', [6]), 60, plain)).toEqual([
    '"hello\\r│\\nworld"',
    '        ^ cut after 6 bytes',
  ]);
});

test('the caret stands under the mark behind escapes of every width', () => {
  const [text, caret] = sentLines(sent('\x00\x01\r\n\xffab', [1, 2, 5, 6]), 60, plain);
  expect(text).toBe('"\\0│\\x01│\\r\\n\\xff│a│b"');
  for (let at = 0; at < text!.length; at += 1) expect(caret![at] === '^').toBe(text![at] === '│');
  expect(caret).toMatch(/ cut after 1, 2, 5 and 6 bytes$/);
});

test('a cut inside a character shows its bytes', () => {
  const bytes = new TextEncoder().encode('aëb');
  expect(
    sentLines({ label: '', excerpt: { offset: 0, bytes, totalBytes: 4 }, cuts: [2] }, 60, plain),
  ).toEqual(['"a\\xc3│\\xabb"', '      ^ cut after 2 bytes']);
});

test('a cut after the first byte and one at the very end', () => {
  expect(sentLines(sent('ab', [1]), 60, plain)[1]).toBe('  ^ cut after 1 byte');
  expect(sentLines(sent('ab', [2]), 60, plain)).toEqual(['"ab│"', '   ^ cut after 2 bytes']);
});

test('many cuts are told in words', () => {
  const every = (size: number) => [1, 2, 3, 4, 5, 6, 7].map((number) => number * size);
  expect(sentLines(sent('abcdefgh', every(1)), 60, plain)).toEqual(['"abcdefgh"', 'sent byte by byte']);
  expect(sentLines(sent('abcdefghabcdefgh', every(2)), 60, plain)[1]).toBe('sent in pieces of 2 bytes');
  expect(sentLines(sent('abcdefghabcdefgh', [1, 2, 3, 5, 6, 7, 9]), 60, plain)[1]).toBe(
    'sent in 8 pieces, the first of 1 byte',
  );
});

describe('a part of a long run', () => {
  const bytes = new Uint8Array(160).fill(0x80);
  const long = {
    label: 'on connection A',
    excerpt: { offset: 69_952, bytes, totalBytes: 131_072 },
    cuts: [65_536, 70_001],
  };

  test.each([60, 80, 110])('holds the cut, and says what is left out, at %i columns', (columns) => {
    const lines = sentLines(long, columns, plain);
    expect(lines.join('\n')).toContain('│');
    expect(lines.join('\n')).toMatch(/\^ cut after 70,001 bytes|cut after 70,001 bytes \^/);
    expect(lines.join(' ')).toMatch(/[\d,]+ bytes before this, [\d,]+ bytes after this/);
    for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
  });

  test('without a cut, holds its beginning', () => {
    const excerpt = { ...long.excerpt, bytes: bytes.with(40, 0x41) };
    expect(sentLines({ ...long, excerpt, cuts: [] }, 60, plain).join('\n')).toContain('A');
  });
});

describe('all that was sent, longer than six rows', () => {
  const text = `first${'.'.repeat(500)}last`;

  test('shows what was sent last', () => {
    const lines = sentLines(sent(text), 60, plain);
    expect(lines.join('\n')).toContain('last"');
    expect(lines.at(-1)).toMatch(/^\d+ bytes before this$/);
  });

  test('shows the last cut', () => {
    const lines = sentLines(sent(text, [2]), 60, plain);
    expect(lines.slice(0, 2)).toEqual([expect.stringMatching(/^"fi│rst/), '   ^ cut after 2 bytes']);
    expect(lines.at(-1)).toMatch(/^\d+ bytes after this$/);
  });
});

test('labels stand before the text, above it when there is no room', () => {
  expect(sentLines(sent('ab', [1], 'typed'), 60, plain)).toEqual([
    'typed: "a│b"',
    '         ^ cut after 1 byte',
  ]);
  expect(sentLines(sent('abcdefgh'.repeat(3), [], 'on connection A'), 30, plain)).toEqual([
    'on connection A:',
    '"abcdefghabcdefghabcdefgh"',
  ]);
});

test('nothing was sent', () => {
  expect(sentLines(sent('', [], 'on connection B'), 60, plain)).toEqual(['on connection B: nothing']);
});

test('the name of a caret at the end of the line stands before it, of carets everywhere below them', () => {
  const [, one] = sentLines(sent('abcdefgh'.repeat(4), [31]), 40, plain);
  expect(one).toBe(`${' '.repeat(13)}cut after 31 bytes ^`);
  const [text, carets, name] = sentLines(sent('abcdefgh'.repeat(4), [2, 31]), 40, plain);
  expect([carets!.indexOf('^'), carets!.lastIndexOf('^')]).toEqual([
    text!.indexOf('│'),
    text!.lastIndexOf('│'),
  ]);
  expect(name).toBe('cut after 2 and 31 bytes');
});

test('a caret under the byte that the failure is about, behind escapes', () => {
  expect(sentLines({ ...sent('a\0b\xffc'), focus: 3 }, 60, plain)).toEqual([
    '"a\\0b\\xffc"',
    '     ^ byte 3',
  ]);
  expect(sentLines({ ...sent('a\0b\xffc', [2]), focus: 3 }, 60, plain)[1]).toBe('    ^ cut after 2 bytes');
});
