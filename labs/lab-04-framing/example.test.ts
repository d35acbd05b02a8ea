/**
 * Visible tests of lab 04. Run them with `npm run example lab-04`, and add your own.
 */
import { expect, test } from 'vitest';
import { encodeLengthPrefixed, encodeLine, LengthPrefixDecoder, LineDecoder } from './framing.ts';

test('one chunk can have several lines', () => {
  const decoder = new LineDecoder();
  expect(decoder.receive(Buffer.from('red\ngreen\r\n\nblue\n'))).toEqual([
    { type: 'line', text: 'red' },
    { type: 'line', text: 'green' },
    { type: 'line', text: '' },
    { type: 'line', text: 'blue' },
  ]);
  expect(decoder.end()).toEqual([]);
});

test('one message can come in several chunks', () => {
  const decoder = new LengthPrefixDecoder();
  // Length 3, in two pieces; then three bytes, in two pieces.
  const chunks = [[0x00, 0x00], [0x00, 0x03, 0xff], [], [0x00, 0xfe]];
  const events = chunks.flatMap((chunk) => decoder.receive(Uint8Array.from(chunk)));
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({ type: 'message' });
  expect([...(events[0] as { bytes: Uint8Array }).bytes]).toEqual([0xff, 0x00, 0xfe]);
  expect(decoder.end()).toEqual([]);
});

test('what is written can be read', () => {
  expect(Buffer.from(encodeLine('grün')).toString('hex')).toBe('6772c3bc6e0a');
  expect(Buffer.from(encodeLengthPrefixed(Uint8Array.of(1, 2))).toString('hex')).toBe('000000020102');
  expect(() => encodeLine('two\nlines')).toThrow();
});
