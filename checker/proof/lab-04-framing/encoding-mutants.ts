/** Writers with one mistake each. */
import type { Mutant } from '../mutant.ts';
import { fail, replacing } from './patches.ts';

const WRITE_LINE = 'return new TextEncoder().encode(`${text}\\n`);';
const SURROGATE =
  "if (/\\p{Surrogate}/u.test(text)) throw new RangeError('half of a surrogate pair has no UTF-8');";
const WRITE_LENGTH = 'setUint32(0, bytes.length)';

export const encodingMutants: Mutant[] = [
  {
    name: 'no-line-end',
    story: 'The text is written without its LF.',
    patches: [replacing(WRITE_LINE, 'return new TextEncoder().encode(text);')],
    killedBy: { 'lab-04/encode-line': fail('no-line-end') },
  },
  {
    name: 'crlf-written',
    story: 'Each line ends with CR LF, as in HTTP.',
    patches: [replacing(WRITE_LINE, WRITE_LINE.replace('\\n', '\\r\\n'))],
    killedBy: { 'lab-04/encode-line': fail('crlf') },
  },
  {
    name: 'latin1-written',
    story: 'Each character becomes a byte.',
    patches: [replacing(WRITE_LINE, "return Buffer.from(`${text}\\n`, 'latin1');")],
    killedBy: { 'lab-04/encode-line': fail('latin1') },
  },
  {
    name: 'room-for-characters',
    story: 'The array is as long as the text has characters, and the rest does not fit.',
    patches: [
      replacing(
        WRITE_LINE,
        'const line = new Uint8Array(text.length + 1);\n  new TextEncoder().encodeInto(`${text}\\n`, line);\n  return line;',
      ),
    ],
    killedBy: { 'lab-04/encode-line': fail('other-length') },
  },
  {
    name: 'string-written',
    story: 'A string comes back: socket.write takes it as well.',
    patches: [replacing(WRITE_LINE, 'return `${text}\\n` as unknown as Uint8Array;')],
    killedBy: { 'lab-04/encode-line': fail('not-bytes') },
  },
  {
    name: 'lf-written',
    story: 'Nobody asks whether the text is one line.',
    patches: [replacing("if (text.includes('\\n')) throw new RangeError('a line has no LF in it');", '')],
    killedBy: { 'lab-04/encode-line-refuses': fail('lf-written') },
  },
  {
    name: 'cr-written',
    story: 'LF is refused, and a CR at the end becomes a part of the line end.',
    patches: [
      replacing("if (text.endsWith('\\r')) throw new RangeError('a line does not end with CR');", ''),
    ],
    killedBy: { 'lab-04/encode-line-refuses': fail('cr-written') },
  },
  {
    name: 'surrogate-written',
    story: 'TextEncoder writes U+FFFD for half of a surrogate pair.',
    patches: [replacing(SURROGATE, '')],
    killedBy: { 'lab-04/encode-line-refuses': fail('surrogate-written') },
  },
  {
    name: 'plain-error',
    story: 'It throws an Error, and nobody can tell it from any other.',
    patches: [
      replacing(
        "throw new RangeError('a line has no LF in it')",
        "throw new Error('a line has no LF in it')",
      ),
    ],
    killedBy: { 'lab-04/encode-line-refuses': fail('other-error') },
  },
  {
    name: 'cr-refused-everywhere',
    story: 'Every CR is refused, to be safe.',
    patches: [replacing("text.endsWith('\\r')", "text.includes('\\r')")],
    killedBy: { 'lab-04/encode-line': { verdict: 'crash', misconception: 'threw' } },
  },
  {
    name: 'length-little-endian',
    story: 'The length is written as the own processor keeps it.',
    patches: [replacing(WRITE_LENGTH, 'setUint32(0, bytes.length, true)')],
    killedBy: { 'lab-04/encode-length-prefixed': fail('little-endian') },
  },
  {
    name: 'length-with-prefix',
    story: 'The length counts its own four bytes.',
    patches: [replacing(WRITE_LENGTH, 'setUint32(0, message.length)')],
    killedBy: { 'lab-04/encode-length-prefixed': fail('counts-prefix') },
  },
  {
    name: 'length-in-one-byte',
    story: 'Uint8Array.of(0, 0, 0, length): short messages are all that was tried.',
    patches: [replacing(WRITE_LENGTH, 'setUint8(3, bytes.length)')],
    killedBy: { 'lab-04/encode-length-prefixed': fail('short-length') },
  },
  {
    name: 'length-of-characters',
    story: 'The length is that of the text, because messages were strings once.',
    patches: [replacing(WRITE_LENGTH, 'setUint32(0, [...Buffer.from(bytes).toString()].length)')],
    killedBy: { 'lab-04/encode-length-prefixed': fail('wrong-length') },
  },
  {
    name: 'no-length',
    story: 'The bytes are written as they are.',
    patches: [
      replacing(
        'new DataView(message.buffer).setUint32(0, bytes.length);',
        'if (message.length > 0) return bytes;',
      ),
    ],
    killedBy: { 'lab-04/encode-length-prefixed': fail('no-prefix') },
  },
];
