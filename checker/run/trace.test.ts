import { expect, test } from 'vitest';
import { Trace } from './trace.ts';

test('a trace keeps what was done by whom, in order, with the first 512 bytes', () => {
  const trace = new Trace();
  const bytes = Buffer.alloc(600, 7);
  trace.judge('A', 'sends 600 bytes', bytes, 'verified');
  bytes.fill(0);
  trace.student('A', 'ends its side (FIN)');
  trace.note('nothing moved');
  const [first, second, third] = trace.events;
  expect(first).toMatchObject({ lane: 'A', from: 'judge', totalBytes: 600, delivery: 'verified' });
  // A copy: what is written over later is shown as it was sent.
  expect(first!.bytes).toEqual(new Uint8Array(512).fill(7));
  expect(second).toMatchObject({ lane: 'A', from: 'student', text: 'ends its side (FIN)' });
  expect(second).not.toHaveProperty('bytes');
  expect(third).toMatchObject({ lane: '', from: 'note' });
  expect(first!.atMs).toBeLessThanOrEqual(third!.atMs);
});

test('of a long trace the beginning and the end are kept, and what is missing is counted', () => {
  const trace = new Trace();
  for (let event = 0; event < 5000; event += 1) trace.note(`${event}`);
  const texts = trace.complete().map(({ text }) => text);
  expect(texts).toHaveLength(4001);
  expect(texts.slice(999, 1002)).toEqual(['999', '1,000 events left out here', '2000']);
  expect(texts.at(-1)).toBe('4999');
});
