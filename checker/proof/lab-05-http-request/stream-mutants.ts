/** Parsers that are wrong about time: what comes together, what comes apart, and what comes next. */
import type { Mutant } from '../mutant.ts';
import { fail, replacing } from './patches.ts';

const RECEIVE = `    this.#input.add(chunk);
    try {`;
const END_EVENT = "this.#events.push({ type: 'end', trailers });";
const HEAD_EVENT =
  "this.#events.push({ type: 'request', method, target, version, headers, body, keepAlive });";
const FAIL = `  #fail({ status, code, message }: Refusal): void {
`;
const BODY_EVENT = "      this.#events.push({ type: 'body', bytes: piece });\n    }";
const END =
  "if (!this.#betweenRequests) this.#fail(bad('incomplete', 'the connection ends within a request'));";
const HALF_LINE_END = 'if (at + 1 >= this.#end) return false;';

export const streamMutants: Mutant[] = [
  {
    name: 'event-is-request',
    story: 'One data event is one request: split at CR LF CR LF, and whatever is behind it is the body.',
    files: { 'parser.ts': 'programs/event-is-request.ts' },
    killedBy: { 'lab-05/simple-request': fail('one-event-one-request') },
  },
  {
    name: 'thrown-at-half-a-line',
    story: 'The version is read from the third word of the line, which is not there yet.',
    patches: [
      replacing(
        RECEIVE,
        `    const text = Buffer.from(chunk).toString('latin1');
    if (this.#betweenRequests && /^[A-Z]/.test(text)) text.split(' ')[2]!.trim();
${RECEIVE}`,
      ),
    ],
    killedBy: { 'lab-05/simple-request': { verdict: 'crash', misconception: 'one-event-one-request' } },
  },
  {
    name: 'cr-without-its-lf',
    story: 'A CR at the end of a chunk is a line end already. Its LF comes with the next chunk.',
    patches: [
      replacing(
        HALF_LINE_END,
        `if (at + 1 === this.#end) {
      this.#at = at + 1;
      return true;
    }
    if (at + 1 > this.#end) return false;`,
      ),
    ],
    killedBy: { 'lab-05/simple-request': fail('cut-line-end') },
  },
  {
    name: 'fixed-buffer',
    story:
      'What is kept from one call to the next has room for 50 bytes. A habit from C, with `char buffer[50]`.',
    patches: [
      replacing('if (bytes <= this.#kept.length) return;', 'if (this.#kept.length > 0) return;'),
      replacing('Buffer.allocUnsafe(Math.max(2 * bytes, 512))', 'Buffer.alloc(50)'),
    ],
    killedBy: { 'lab-05/any-cut': fail('one-event-one-request') },
  },
  {
    name: 'white-space-at-a-cut',
    story:
      "White space behind a value is looked for in what this call brought. What was kept has been looked at, hasn't it?",
    patches: [
      replacing(
        'while (valueEnd > valueStart && isWhiteSpace',
        'while (valueEnd > Math.max(valueStart, this.#input.keptBytes) && isWhiteSpace',
      ),
      replacing(
        '  /** Bytes of the section that have been read. */',
        `  get keptBytes(): number {
    return this.bytes === this.#kept ? this.#keptBytes : 0;
  }

  /** Bytes of the section that have been read. */`,
      ),
    ],
    killedBy: { 'lab-05/field-white-space': fail('cut') },
  },
  {
    name: 'first-segment-is-body',
    story: 'What came with the head is the body: on the own machine it always is.',
    patches: [replacing('left -= piece.length;', 'left = 0;')],
    killedBy: { 'lab-05/length-body': fail('first-segment-only') },
  },
  {
    name: 'body-kept-until-complete',
    story: 'The body is collected and handed on in one event, when it is complete. So is a film.',
    patches: [
      replacing(
        BODY_EVENT,
        `      pieces.push(piece);
    }
    if (pieces.length > 0) this.#events.push({ type: 'body', bytes: Buffer.concat(pieces) });`,
      ),
      replacing(
        'for (let left = bytes; left > 0; ) {',
        'const pieces: Uint8Array[] = [];\n    for (let left = bytes; left > 0; ) {',
      ),
    ],
    killedBy: { 'lab-05/body-in-time': fail('body-kept') },
  },
  {
    name: 'request-with-its-body',
    story: 'The request event waits until something of its body is there.',
    patches: [
      replacing(
        HEAD_EVENT,
        `if (body !== 'none' && contentLength !== 0) {
        input.begin(LINE_END);
        while (!input.hasMore()) yield;
      }
      ${HEAD_EVENT}`,
      ),
    ],
    killedBy: { 'lab-05/body-in-time': fail('request-late') },
  },
  {
    name: 'chunked-request-late',
    story:
      'The request event comes with the first bytes of the next thing, so that it can be told what it is.',
    patches: [
      replacing(
        HEAD_EVENT,
        `if (body === 'chunked') {
        input.begin(LINE_END);
        while (!input.hasMore()) yield;
      }
      ${HEAD_EVENT}`,
      ),
    ],
    killedBy: { 'lab-05/chunks-in-time': fail('request-late'), 'lab-05/end-in-chunked': fail('lost-events') },
  },
  {
    name: 'one-request-a-call',
    story:
      'Each call of receive returns at most one request; the next one comes with the next call, or the end.',
    patches: [
      replacing(
        '    return this.#handOver();\n  }\n\n  /**\n   * The peer',
        '    return this.handOverOne();\n  }\n\n  /**\n   * The peer',
      ),
      replacing(
        '    if (this.#finished) return [];\n    this.#input.add(chunk);',
        '    if (this.#finished) return this.handOverOne();\n    this.#input.add(chunk);',
      ),
      replacing(
        '    if (this.#finished) return [];\n    this.#finished = true;',
        '    if (this.#finished) return this.#handOver();\n    this.#finished = true;',
      ),
      replacing(
        '  #handOver(): HttpEvent[] {',
        `  handOverOne(): HttpEvent[] {
    const end = this.#events.findIndex(({ type }) => type === 'end');
    return this.#events.splice(0, end < 0 ? this.#events.length : end + 1);
  }

  #handOver(): HttpEvent[] {`,
      ),
    ],
    killedBy: { 'lab-05/pipelined-in-time': fail('request-late') },
  },
  {
    name: 'events-a-call-later',
    story: 'Events are queued, and the queue is emptied at the beginning of the next call.',
    patches: [
      replacing(
        '    return this.#handOver();\n  }\n\n  /**\n   * The peer',
        '    return this.handOverBefore();\n  }\n\n  /**\n   * The peer',
      ),
      replacing(
        '    if (this.#finished) return [];\n    this.#input.add(chunk);',
        '    if (this.#finished) return this.handOverBefore();\n    this.#input.add(chunk);',
      ),
      replacing(
        '    if (this.#finished) return [];\n    this.#finished = true;',
        '    if (this.#finished) return [...this.handOverBefore(), ...this.handOverBefore()];\n    this.#finished = true;',
      ),
      replacing(
        `${END}\n    return this.#handOver();`,
        `${END}\n    return [...this.handOverBefore(), ...this.handOverBefore()];`,
      ),
      replacing(
        '  #handOver(): HttpEvent[] {',
        `  before: HttpEvent[] = [];
  handOverBefore(): HttpEvent[] {
    const { before } = this;
    this.before = this.#handOver();
    return before;
  }

  #handOver(): HttpEvent[] {`,
      ),
    ],
    killedBy: { 'lab-05/head-in-time': fail('request-late') },
  },
  {
    name: 'empty-line-in-one-piece',
    story: 'An empty line before a request is looked for with startsWith, in what the call brought.',
    patches: [
      replacing(
        "too many empty lines before a request');\n        while (!input.lineEnd()) yield;",
        "too many empty lines before a request');\n        if (!input.lineEnd()) throw bad('empty-line', 'half an empty line');",
      ),
    ],
    killedBy: { 'lab-05/empty-lines': fail('cut-line-end') },
  },
  {
    name: 'rest-of-chunk-dropped',
    story: 'When a request is complete the parser begins anew, with an empty buffer.',
    patches: [
      replacing(
        END_EVENT,
        `${END_EVENT}
      input.begin(LINE_END);
      input.take(Number.POSITIVE_INFINITY);`,
      ),
    ],
    killedBy: {
      'lab-05/end-between-requests': fail('inconsistent'),
      'lab-05/pipelined': fail('pipelined-dropped'),
    },
  },
  {
    name: 'fields-of-the-request-before',
    story: 'The list of fields is cleared in the constructor, and not between two requests.',
    patches: [replacing('    this.#marks.length = 0;\n', '')],
    killedBy: { 'lab-05/pipelined': fail('otherwise') },
  },
  {
    name: 'search-from-the-beginning',
    story: 'With every chunk the whole head is searched for its end again.',
    patches: [
      replacing(
        '    const bytes = this.bytes;\n    const end = Math.min(',
        `    let seen = 0;
    for (let i = this.start; i < this.#at; i++) seen += this.bytes[i]! >> 7;
    if (seen < 0) return false;
    const bytes = this.bytes;
    const end = Math.min(`,
      ),
    ],
    killedBy: { 'lab-05/long-head': fail('quadratic') },
  },
  {
    name: 'text-searched-again',
    story: "this.text += chunk, and this.text.indexOf('\\r\\n\\r\\n') from its beginning, with every chunk.",
    patches: [
      replacing(
        RECEIVE,
        `    this.text += Buffer.from(chunk).toString('latin1');
    this.headEnd = this.text.indexOf('\\r\\n\\r\\n');
    if (this.headEnd >= 0) this.text = '';
${RECEIVE}`,
      ),
      replacing(
        '  #handOver(): HttpEvent[] {',
        "  text = '';\n  headEnd = -1;\n  #handOver(): HttpEvent[] {",
      ),
    ],
    killedBy: { 'lab-05/long-head': fail('quadratic') },
  },
  {
    name: 'line-made-text-again',
    story: 'With every chunk all that is kept is made text, to look for the line end in it.',
    patches: [
      replacing(
        '    this.#input.keep();\n',
        "    if (this.#input.bytes.toString('latin1').endsWith('\\r\\n\\r\\n')) this.headEnds++;\n    this.#input.keep();\n",
      ),
      replacing('  #handOver(): HttpEvent[] {', '  headEnds = 0;\n  #handOver(): HttpEvent[] {'),
    ],
    killedBy: { 'lab-05/long-head': fail('quadratic') },
  },
  {
    name: 'everything-concatenated',
    story: 'this.buffer = Buffer.concat([this.buffer, chunk]), of all that ever came.',
    patches: [
      replacing(
        RECEIVE,
        `    this.all = Buffer.concat([this.all, chunk]);
${RECEIVE}`,
      ),
      replacing(
        '  #handOver(): HttpEvent[] {',
        '  all: Buffer = Buffer.alloc(0);\n  #handOver(): HttpEvent[] {',
      ),
    ],
    killedBy: { 'lab-05/long-body': fail('quadratic') },
  },
  {
    name: 'buffer-cut-after-each-request',
    story: 'The rest is copied to the front of the buffer after each request.',
    patches: [
      replacing(
        '    this.start = this.#at;\n    this.#limit = limit;',
        `    this.start = this.#at;
    if (limit.what === 'head') {
      this.bytes = this.#chunk = Buffer.from(this.bytes.subarray(this.#at, this.#end));
      this.#end = this.#chunk.length;
      this.start = this.#at = 0;
    }
    this.#limit = limit;`,
      ),
    ],
    killedBy: { 'lab-05/many-pipelined': fail('quadratic') },
  },
  {
    name: 'events-lost-with-the-mistake',
    story: 'A mistake returns [failed], and forgets what was in the array already.',
    patches: [replacing(FAIL, `${FAIL}    this.#events = [];\n`)],
    killedBy: {
      'lab-05/good-then-bad': fail('lost-events'),
      'lab-05/generated-mistakes': fail('lost-events'),
    },
  },
  {
    name: 'thrown',
    story: 'A mistake is thrown, as mistakes are.',
    patches: [replacing('      this.#fail(error);\n', '      this.#finished = true;\n      throw error;\n')],
    killedBy: { 'lab-05/failed-is-last': { verdict: 'crash', misconception: 'threw' } },
  },
  {
    name: 'crash-on-malformed-line',
    story: 'The colon is there, one thinks, and takes what is behind it.',
    patches: [
      replacing(
        "throw bad('field-name', 'a field line does not begin with a token and a colon');",
        'throw new TypeError("Cannot read properties of undefined (reading \'trim\')");',
      ),
    ],
    killedBy: {
      'lab-05/field-name': { verdict: 'crash', misconception: 'threw' },
      'lab-05/trailers-refused': { verdict: 'crash', misconception: 'threw' },
    },
  },
  {
    name: 'goes-on-after-failed',
    story: 'After a mistake the parser tries again with the next chunk.',
    patches: [
      replacing('    this.#finished = true;\n  }\n', '  }\n'),
      replacing(
        'this.#finished = this.#reading.next().done === true;',
        `const { done } = this.#reading.next();
      if (done === true) this.#reading = this.#readRequests();`,
      ),
      replacing(
        '      this.#fail(error);\n',
        '      this.#fail(error);\n      this.#input.take(Number.POSITIVE_INFINITY);\n      this.#input.begin(LINE_END);\n      this.#reading = this.#readRequests();\n',
      ),
      replacing('readonly #reading =', '#reading ='),
    ],
    killedBy: { 'lab-05/failed-is-last': fail('after-failed') },
  },
  {
    name: 'mistake-told-at-the-end',
    story: 'A mistake is noted, and told when the connection ends.',
    patches: [
      replacing('      this.#fail(error);\n', '      this.refusal = error;\n'),
      replacing(
        RECEIVE,
        `    if (this.refusal !== undefined) return [];
${RECEIVE}`,
      ),
      replacing(END, `if (this.refusal !== undefined) this.#fail(this.refusal);\n    else ${END}`),
      replacing(
        '  #handOver(): HttpEvent[] {',
        '  refusal: Refusal | undefined;\n  #handOver(): HttpEvent[] {',
      ),
    ],
    killedBy: { 'lab-05/mistakes-in-time': fail('late') },
  },
  {
    name: 'end-says-nothing',
    story: 'end() has nothing to do, says the starter, and it stays so.',
    patches: [replacing(END, '')],
    killedBy: { 'lab-05/end-in-request': fail('silent-end') },
  },
  {
    name: 'end-is-end-of-body',
    story: 'The peer has sent all that it wanted to send, so the body is complete.',
    patches: [
      replacing(END, "if (!this.#betweenRequests) this.#events.push({ type: 'end', trailers: [] });"),
    ],
    killedBy: { 'lab-05/end-in-request': fail('silent-end') },
  },
  {
    name: 'end-is-always-a-failure',
    story: 'A connection that ends is a mistake, between two requests as well.',
    patches: [replacing(END, END.replace('if (!this.#betweenRequests) ', ''))],
    killedBy: { 'lab-05/simple-request': fail('otherwise') },
  },
  {
    name: 'no-end-without-body',
    story: 'Without a body there is nothing that could end.',
    patches: [replacing(END_EVENT, `if (body !== 'none') ${END_EVENT}`)],
    killedBy: { 'lab-05/simple-request': fail('end-missing') },
  },
];
