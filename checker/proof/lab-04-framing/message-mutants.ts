/** Decoders of messages with a length in front, with one mistake each. */
import type { Mutant } from '../mutant.ts';
import { fail, findingMessages, replacing } from './patches.ts';

const LENGTH = 'new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)';
const COPY = 'const bytes = this.#part.bytes.slice();';
const MESSAGE = "return [{ type: 'message', bytes }];";
const TOO_LONG = 'if (messageBytes > this.#maxBytes) {';

/** Reads messages from \`this.kept\`, which is what was kept and the chunk. */
const READING = `
while (this.kept.length >= 4 && this.kept.length >= 4 + this.kept.readUInt32BE()) {
  const end = 4 + this.kept.readUInt32BE();
  events.push({ type: 'message', bytes: this.kept.subarray(4, end) });
  this.kept = this.kept.subarray(end);
}`;

export const messageMutants: Mutant[] = [
  {
    name: 'chunk-is-message',
    story:
      'What arrives in one data event is taken for one message: its first four bytes are cut off, and that is it.',
    patches: findingMessages(`
if (chunk.length > 4) events.push({ type: 'message', bytes: chunk.subarray(4) });`),
    killedBy: { 'lab-04/messages': fail('chunk-is-message') },
  },
  {
    name: 'second-message-dropped',
    story: 'An if where a while belongs: one message for each chunk.',
    patches: findingMessages(`
this.kept = Buffer.concat([this.kept, chunk]);
${READING.trim().replace('while', 'if')}`),
    killedBy: { 'lab-04/messages': fail('first-only') },
  },
  {
    name: 'rest-of-chunk-dropped',
    story: 'Each chunk is read by itself; a message that is not complete in it is lost.',
    patches: findingMessages(`
this.kept = Buffer.from(chunk);
${READING.trim()}`),
    killedBy: { 'lab-04/messages-any-cut': fail('prefix-cut') },
  },
  {
    name: 'little-endian',
    story: 'getUint32 with true, or readUInt32LE: it is what the own processor does.',
    patches: [replacing(LENGTH, LENGTH.replace('(0)', '(0, true)'))],
    killedBy: { 'lab-04/messages': fail('little-endian') },
  },
  {
    name: 'signed-length',
    story: 'The four bytes are put together with << and |, which give signed numbers.',
    patches: [
      replacing(LENGTH, '(bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!'),
      replacing(
        'rest.subarray(0, partBytes - this.#part.length)',
        'rest.subarray(0, Math.max(0, partBytes - this.#part.length))',
      ),
    ],
    killedBy: { 'lab-04/message-limit': fail('signed') },
  },
  {
    name: 'signed-length-for-an-array',
    story:
      'The length is signed, and an array of that length is made at once. One of a negative length throws.',
    patches: [
      replacing(LENGTH, '(bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!'),
      replacing(
        'this.#messageBytes = messageBytes;',
        'void new Uint8Array(messageBytes);\n    this.#messageBytes = messageBytes;',
      ),
    ],
    killedBy: { 'lab-04/message-limit': { verdict: 'crash', misconception: 'signed' } },
  },
  {
    name: 'one-byte-length',
    story: 'Only the last byte of the length is looked at: all messages of the first test are short.',
    patches: [replacing(LENGTH, 'bytes[3]!')],
    killedBy: { 'lab-04/messages': fail('short-length') },
  },
  {
    name: 'two-byte-length',
    story: 'The length is read from its last two bytes, as in the protocol of the year before.',
    patches: [replacing(LENGTH, '(bytes[2]! << 8) | bytes[3]!')],
    killedBy: { 'lab-04/message-limit': fail('short-length') },
  },
  {
    name: 'length-counts-prefix',
    story: 'The length is taken for that of the whole, its own four bytes included.',
    patches: [replacing(LENGTH, `Math.max(0, ${LENGTH} - PREFIX_BYTES)`)],
    killedBy: { 'lab-04/messages': fail('counts-prefix') },
  },
  {
    name: 'prefix-kept',
    story: 'The message is given out with its length in front.',
    patches: [
      replacing(COPY, 'const bytes = encodeLengthPrefixed(this.#part.bytes);'),
      replacing('this.#offset += PREFIX_BYTES + bytes.length;', 'this.#offset += bytes.length;'),
    ],
    killedBy: { 'lab-04/messages': fail('prefix-kept') },
  },
  {
    name: 'message-in-one-piece',
    story: 'The length may come in pieces, and the message is expected to stand in one chunk.',
    patches: [
      replacing(
        'if (this.#part.length < partBytes) break;',
        'if (this.#part.length < partBytes) {\n        if (this.#messageBytes !== undefined) this.#part.clear();\n        break;\n      }',
      ),
    ],
    killedBy: { 'lab-04/messages-any-cut': fail('rest-dropped') },
  },
  {
    name: 'prefix-in-one-piece',
    story: 'The length is read as soon as a message begins, from the bytes that the chunk happens to have.',
    patches: findingMessages(`
this.kept = Buffer.concat([this.kept, chunk]);
if (this.kept.length > 0 && this.kept.length < 4) this.kept = Buffer.alloc(0);
${READING.trim()}`),
    killedBy: { 'lab-04/messages-any-cut': fail('prefix-cut') },
  },
  {
    name: 'empty-message-swallowed',
    story: 'if (length) { … }: a message of length 0 is nothing.',
    patches: [replacing(MESSAGE, "return bytes.length > 0 ? [{ type: 'message', bytes }] : [];")],
    killedBy: { 'lab-04/messages': fail('empty-swallowed') },
  },
  {
    name: 'empty-message-late',
    story: 'Nothing is done while the chunk is empty, so an empty message waits for the next byte.',
    patches: [
      replacing(
        '      if (this.#part.length < partBytes) break;',
        '      if (this.#part.length < partBytes || (piece.length === 0 && rest.length === 0)) break;',
      ),
    ],
    killedBy: { 'lab-04/messages': fail('message-late') },
  },
  {
    name: 'message-as-text',
    story: 'The bytes make a detour through a string.',
    patches: [replacing(COPY, 'const bytes = Buffer.from(Buffer.from(this.#part.bytes).toString());')],
    killedBy: { 'lab-04/messages': fail('text-round-trip') },
  },
  {
    name: 'rest-as-text',
    story: 'What is left of a chunk is kept as a string, because += is so convenient.',
    patches: findingMessages(`
this.kept = Buffer.concat([Buffer.from(this.kept.toString()), chunk]);
${READING.trim()}`),
    killedBy: { 'lab-04/generated-messages': fail('text-round-trip') },
  },
  {
    name: 'bytes-as-list',
    story: 'The bytes of a message come out as a list of numbers.',
    patches: [
      replacing(MESSAGE, "return [{ type: 'message', bytes: [...bytes] as unknown as Uint8Array }];"),
    ],
    killedBy: { 'lab-04/messages': fail('shape') },
  },
  {
    name: 'buffer-used-again',
    story: 'The message is a window onto the buffer in which the next message is put together.',
    patches: [replacing(COPY, 'const bytes = this.#part.bytes;')],
    killedBy: { 'lab-04/messages': fail('bytes-changed') },
  },
  {
    name: 'no-message-limit',
    story: 'maxBytes is taken and forgotten.',
    patches: [replacing(TOO_LONG, 'if (false as boolean) {')],
    killedBy: { 'lab-04/message-limit': fail('waits-for-bytes') },
  },
  {
    name: 'message-limit-off-by-one',
    story: 'maxBytes itself is too many.',
    patches: [replacing(TOO_LONG, 'if (messageBytes >= this.#maxBytes) {')],
    killedBy: { 'lab-04/message-limit': fail('off-by-one') },
  },
  {
    name: 'prefix-counted',
    story: 'The four bytes of the length count as a part of the message.',
    patches: [replacing(TOO_LONG, 'if (messageBytes + PREFIX_BYTES > this.#maxBytes) {')],
    killedBy: { 'lab-04/message-limit': fail('off-by-one') },
  },
  {
    name: 'limit-after-message',
    story: 'The limit is looked at when the message is complete. Until then everything is kept.',
    patches: [
      replacing(TOO_LONG, 'if (false as boolean) {'),
      replacing(
        COPY,
        `if (this.#part.length > this.#maxBytes) return [this.#fail('too-long', 'too long')];\n    ${COPY}`,
      ),
    ],
    killedBy: { 'lab-04/message-limit': fail('waits-for-bytes') },
  },
  {
    name: 'rest-copied-for-each-message',
    story: 'The rest of the chunk is copied after each part of a message.',
    patches: [replacing('rest = rest.subarray(piece.length);', 'rest = rest.slice(piece.length);')],
    killedBy: { 'lab-04/many-messages': fail('quadratic') },
  },
];
