import { describe, expect, test } from 'vitest';
import type { Difference, Excerpt } from '../run/result.ts';
import { columnsOf } from './columns.ts';
import { hexdump } from './hexdump.ts';
import { palette } from './palette.ts';
import { bytesOf } from './sample-results.ts';

const plain = palette(false);

function whole(text: string): Excerpt {
  const bytes = bytesOf(text);
  return { offset: 0, bytes, totalBytes: bytes.length };
}

function dump(difference: Difference, columns: number): string {
  return hexdump(difference, columns, plain).join('\n');
}

describe('a short difference', () => {
  const difference = { at: 5, expected: whole('hello\r\n'), actual: whole('hello\n') };

  test('is marked byte by byte', () => {
    expect(dump(difference, 60)).toMatchInlineSnapshot(`
      "expected  0  68 65 6c 6c 6f 0d 0a     hello··
      came      0  68 65 6c 6c 6f 0a (ends here)  hello·
                                  ^^ ^^ byte 5"
    `);
  });

  test('has rows of 16 bytes where they fit', () => {
    expect(dump(difference, 80)).toMatchInlineSnapshot(`
      "expected  0  68 65 6c 6c 6f 0d 0a                              hello··
      came      0  68 65 6c 6c 6f 0a (ends here)                     hello·
                                  ^^ ^^ byte 5"
    `);
  });
});

test('nothing came', () => {
  expect(dump({ at: 0, expected: whole('hello'), actual: whole('') }, 60)).toMatchInlineSnapshot(`
    "expected  0  68 65 6c 6c 6f           hello
    came      0  (ends here)
                 ^^ ^^ ^^ ^^ ^^ byte 0"
  `);
});

test('more came than expected, from the beginning of a row on', () => {
  expect(
    dump({ at: 8, expected: whole('12345678'), actual: whole('12345678again') }, 60),
  ).toMatchInlineSnapshot(`
    "same       0  31 32 33 34 35 36 37 38  12345678
    expected   8  (ends here)
    came       8  61 67 61 69 6e           again
                  ^^ ^^ ^^ ^^ ^^ byte 8"
  `);
});

test('one of two ends rows earlier', () => {
  const difference = { at: 3, expected: whole('abcdefghijklmnopqrstuvwxyz'), actual: whole('abc') };
  expect(dump(difference, 60)).toMatchInlineSnapshot(`
    "expected   0  61 62 63 64 65 66 67 68  abcdefgh
    came       0  61 62 63 (ends here)     abc
                           ^^ ^^ ^^ ^^ ^^ byte 3
    after this: expected 18 bytes, came 0 bytes"
  `);
});

test('the labels of the difference name the sides, escaped', () => {
  const labels = { expected: 'sent', actual: 'typed\x1b[2J' };
  const text = dump({ at: 0, expected: whole('a'), actual: whole('b'), labels }, 60);
  expect(text).toContain('sent         ');
  expect(text).toContain('typed\\x1b[2J');
});

describe('at byte 70,000', () => {
  const bytes = new Uint8Array(160).fill(0x61);
  const other = bytes.with(70_000 - 69_952, 0x58);
  const difference = {
    at: 70_000,
    expected: { offset: 69_952, bytes, totalBytes: 131_072 },
    actual: { offset: 69_952, bytes: other, totalBytes: 70_100 },
  };

  test('the byte is shown, with what precedes and follows', () => {
    expect(dump(difference, 88)).toMatchInlineSnapshot(`
      "69,984 bytes before this, the same on both sides
      same      69,984  61 61 61 61 61 61 61 61  61 61 61 61 61 61 61 61  aaaaaaaaaaaaaaaa
      expected  70,000  61 61 61 61 61 61 61 61  61 61 61 61 61 61 61 61  aaaaaaaaaaaaaaaa
      came      70,000  58 61 61 61 61 61 61 61  61 61 61 61 61 61 61 61  Xaaaaaaaaaaaaaaa
                        ^^ byte 70,000
      same      70,016  61 61 61 61 61 61 61 61  61 61 61 61 61 61 61 61  aaaaaaaaaaaaaaaa
      after this: expected 61,040 bytes, came 68 bytes"
    `);
  });

  test.each([60, 70, 80, 98, 110])('the caret stands under the byte at %i columns', (columns) => {
    const lines = hexdump(difference, columns, plain);
    const came = lines.find((line) => line.startsWith('came'))!;
    const carets = lines[lines.indexOf(came) + 1]!;
    const at = carets.indexOf('^^');
    expect(came.slice(at, at + 2)).toBe('58');
    expect(carets).toBe(`${' '.repeat(at)}^^ byte 70,000`);
    for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
  });
});

test.each([0, 1, 7, 8, 15, 16, 17, 47, 48, 63])('the differing byte %i is never cut off', (at) => {
  const bytes = new Uint8Array(64).fill(0x61);
  const side = (content: Uint8Array) => ({ offset: 0, bytes: content, totalBytes: 64 });
  for (const columns of [58, 100]) {
    const lines = hexdump({ at, expected: side(bytes), actual: side(bytes.with(at, 0x7a)) }, columns, plain);
    const came = lines.find((line) => line.startsWith('came'))!;
    const caret = lines[lines.indexOf(came) + 1]!;
    expect(came.slice(caret.indexOf('^^')).startsWith('7a')).toBe(true);
  }
});

test('an excerpt that begins inside a row leaves its place empty', () => {
  const side = (text: string) => ({ offset: 5, bytes: bytesOf(text), totalBytes: 8 });
  expect(dump({ at: 7, expected: side('abc'), actual: side('abd') }, 60)).toMatchInlineSnapshot(`
    "5 bytes before this, the same on both sides
    expected  0                 61 62 63       abc
    came      0                 61 62 64       abd
                                      ^^ byte 7"
  `);
});

test('a byte beyond what is known of either side is no difference', () => {
  const side = (text: string) => ({ offset: 0, bytes: bytesOf(text), totalBytes: 100 });
  const lines = hexdump({ at: 1, expected: side('abcd'), actual: side('axc') }, 60, plain);
  expect(lines.at(-2)?.trim()).toBe('^^ byte 1');
});

test('the place is marked even where neither side is known', () => {
  const side = { offset: 0, bytes: bytesOf('ab'), totalBytes: 100 };
  expect(hexdump({ at: 3, expected: side, actual: side }, 60, plain).join('\n')).toContain('^^ byte 3');
});
