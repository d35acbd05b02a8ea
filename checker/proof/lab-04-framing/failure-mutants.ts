/** Decoders that fail wrongly, or not at the end. */
import type { Mutant } from '../mutant.ts';
import { fail, replacing } from './patches.ts';

const LINE_TOO_LONG = "events.push(this.#fail('too-long', `a line of more than ${this.#maxBytes} bytes`));";
const LINE_END = `    if (this.#line.length === 0) return [];
    return [this.#fail('unfinished', \`the stream ends after \${this.#line.length} bytes of a line\`)];`;
const MESSAGE_END =
  'if (this.#failed || (this.#messageBytes === undefined && this.#part.length === 0)) return [];';
const MESSAGE_UNFINISHED =
  "return [this.#fail('unfinished', `the stream ends after ${this.#part.length} bytes of ${part}`)];";

export const failureMutants: Mutant[] = [
  {
    name: 'thrown',
    story: 'A line that is too long is an exception: the lines before it in the same chunk are lost with it.',
    patches: [replacing(LINE_TOO_LONG, "throw new RangeError('line too long');")],
    killedBy: { 'lab-04/line-limit': { verdict: 'crash', misconception: 'threw' } },
  },
  {
    name: 'decoder-throws',
    story: 'The TextDecoder is fatal, and nobody catches what it throws.',
    patches: [
      replacing('  } catch {\n    return undefined;\n  }', '  } finally {\n    // Nothing to do.\n  }'),
    ],
    killedBy: { 'lab-04/invalid-utf8': { verdict: 'crash', misconception: 'threw' } },
  },
  {
    name: 'goes-on-in-chunk',
    story:
      'The line that is too long is reported and left out, and the next one comes as if nothing had been.',
    patches: [
      replacing(
        `${LINE_TOO_LONG}\n        break;`,
        `${LINE_TOO_LONG}\n        this.#failed = false;\n        if (end < 0) break;\n        rest = rest.subarray(end + 1);\n        continue;`,
      ),
    ],
    killedBy: { 'lab-04/failed-is-last': fail('after-failed') },
  },
  {
    name: 'goes-on-in-next-chunk',
    story: 'The loop over the chunk is left, and the next call knows nothing of the failure.',
    patches: [replacing('while (rest.length > 0 && !this.#failed) {', 'while (rest.length > 0) {')],
    killedBy: { 'lab-04/failed-is-last': fail('after-failed') },
  },
  {
    name: 'message-goes-on',
    story: 'After a length that is too large the next four bytes are taken for a length again.',
    patches: [replacing('    while (!this.#failed) {', '    while (true) {')],
    killedBy: { 'lab-04/failed-is-last': fail('after-failed') },
  },
  {
    name: 'end-fails-again',
    story: 'end() looks only at what is kept, and the failure has left it there.',
    patches: [replacing('    this.#failed = true;\n    this.#line.clear();', '    this.#failed = true;')],
    killedBy: { 'lab-04/failed-is-last': fail('after-failed') },
  },
  {
    name: 'lost-before',
    story: 'A failure is returned at once, without what the chunk had brought before.',
    patches: [
      replacing(`${LINE_TOO_LONG}\n        break;`, `${LINE_TOO_LONG}\n        return events.slice(-1);`),
    ],
    killedBy: { 'lab-04/line-limit': fail('lost-before') },
  },
  {
    name: 'invalid-loses-lines',
    story: 'A line that is no UTF-8 is returned at once, without the lines before it.',
    patches: [
      replacing(
        '      rest = rest.subarray(end + 1);',
        '      rest = rest.subarray(end + 1);\n      if (this.#failed) return events.slice(-1);',
      ),
    ],
    killedBy: { 'lab-04/invalid-utf8': fail('lost-before') },
  },
  {
    name: 'end-silent',
    story: 'end() has nothing to do.',
    patches: [replacing(LINE_END, '    return [];')],
    killedBy: { 'lab-04/line-unfinished': fail('end-silent') },
  },
  {
    name: 'end-gives-rest',
    story: 'end() gives out what is left as the last line, as files are read.',
    patches: [replacing(LINE_END, '    return this.#line.length === 0 ? [] : [this.#finishLine()];')],
    killedBy: { 'lab-04/line-unfinished': fail('gives-unfinished') },
  },
  {
    name: 'end-always-fails',
    story: 'The end of the stream is taken for an error.',
    patches: [replacing('    if (this.#line.length === 0) return [];\n    return', '    return')],
    killedBy: { 'lab-04/lines': fail('refused') },
  },
  {
    name: 'empty-stream-fails',
    story: 'A stream without a byte is taken for an error: there must be at least one line.',
    patches: [
      replacing(
        'if (this.#line.length === 0) return [];',
        'if (this.#line.length === 0 && this.#offset > 0) return [];',
      ),
    ],
    killedBy: { 'lab-04/line-unfinished': fail('end-fails') },
  },
  {
    name: 'message-end-silent',
    story: 'end() of the other decoder has nothing to do.',
    patches: [replacing(MESSAGE_END, 'if (this.#failed || this.#offset >= 0) return [];')],
    killedBy: { 'lab-04/message-unfinished': fail('end-silent') },
  },
  {
    name: 'message-end-gives-rest',
    story: 'The bytes that came of a message are given out at the end.',
    patches: [
      replacing(
        MESSAGE_UNFINISHED,
        `if (this.#part.length > 0) return this.#finishMessage();\n    ${MESSAGE_UNFINISHED}`,
      ),
    ],
    killedBy: { 'lab-04/message-unfinished': fail('gives-unfinished') },
  },
  {
    name: 'end-after-length-silent',
    story: 'end() asks for bytes that are kept. After a length there are none, and five are missing.',
    patches: [replacing(MESSAGE_END, 'if (this.#part.length === 0) return [];')],
    killedBy: { 'lab-04/message-unfinished': fail('end-silent') },
  },
  {
    name: 'end-in-length-silent',
    story: 'end() asks for a message that has begun, and a length is none yet.',
    patches: [replacing(MESSAGE_END, 'if (this.#failed || this.#messageBytes === undefined) return [];')],
    killedBy: { 'lab-04/message-unfinished': fail('end-silent') },
  },
  {
    name: 'own-codes',
    story: 'The codes are made up, in the spelling of Node.',
    patches: [
      replacing("#fail('invalid-utf8', 'a line that", "#fail('ERR_ENCODING' as Failed['code'], 'a line that"),
    ],
    killedBy: { 'lab-04/failure-says': fail('wrong-code') },
  },
  {
    name: 'offset-without-line-ends',
    story: 'The offset is the sum of the lines, without their ends.',
    patches: [replacing('this.#offset += bytes.length + 1;', 'this.#offset += text.length;')],
    killedBy: { 'lab-04/failure-says': fail('wrong-offset') },
  },
  {
    name: 'offset-in-chunk',
    story: 'The offset counts from the start of the chunk.',
    patches: [
      replacing(
        '    const events: LineEvent[] = [];',
        '    const events: LineEvent[] = [];\n    if (this.#line.length === 0) this.#offset = 0;',
      ),
    ],
    killedBy: { 'lab-04/failure-says': fail('offset-in-chunk') },
  },
  {
    name: 'offset-of-the-message',
    story: 'The offset points behind the length, at the first byte of the message.',
    patches: [
      replacing(
        "    this.#part.clear();\n    return { type: 'failed', code, message, offset: this.#offset };",
        "    this.#part.clear();\n    return { type: 'failed', code, message, offset: this.#offset + PREFIX_BYTES };",
      ),
    ],
    killedBy: { 'lab-04/failure-says': fail('wrong-offset') },
  },
];
