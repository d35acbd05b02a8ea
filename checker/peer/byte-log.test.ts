import { expect, test } from 'vitest';
import { ByteLog } from './byte-log.ts';

test('bytes that come in pieces are seen as one run, whatever the sizes', () => {
  const log = new ByteLog();
  expect(log.bytes()).toHaveLength(0);
  const pieces = [1, 4095, 1, 0, 4096, 100_000, 3].map((length, index) => Buffer.alloc(length, index + 1));
  for (const piece of pieces) log.append(piece);
  expect(Buffer.compare(log.bytes(), Buffer.concat(pieces))).toBe(0);
});

test('a piece may be written over by its owner once it was appended', () => {
  const log = new ByteLog();
  const piece = Buffer.from('abc');
  log.append(piece);
  piece.fill('x');
  log.append(piece);
  expect(Buffer.from(log.bytes()).toString()).toBe('abcxxx');
});
