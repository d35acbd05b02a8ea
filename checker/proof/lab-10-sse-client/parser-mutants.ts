/** Mistakes in reading an event stream: steps 1 to 6 and 8. They are made in the plainest parser, as beginners make them. */
import type { Claims, Mutant, Patch } from '../mutant.ts';

const KEEP = '      this.#keep(line);\n';
const NUL = "if (name === 'id' && !value.includes('\\0')) this.#idBuffer = value;";
const RETRY = '/^[0-9]+$/.test(value)';
const SPACE = "    if (value.startsWith(' ')) value = value.slice(1);\n";
const JOIN = "const data = this.#data.join('\\n');";
const RESET = "    this.#data = [];\n    this.#dataBytes = 0;\n    this.#type = '';\n";

/** Which check catches each, how, and what its report calls the mistake. */
const CAUGHT: {
  [mutant: string]: [check: string, verdict: 'fail' | 'crash' | 'timeout', misconception: string];
} = {
  'lf-only': ['line-ends', 'fail', 'lf-only'],
  'cr-alone-is-text': ['line-ends', 'fail', 'cr-alone'],
  'crlf-twice': ['line-ends', 'fail', 'crlf-twice'],
  'crlf-forgotten-at-cut': ['cut-in-crlf', 'fail', 'crlf-cut'],
  'lf-cr-is-one': ['lf-cr', 'fail', 'lf-cr-one-end'],
  'unicode-line-ends': ['other-line-ends', 'fail', 'other-line-ends'],
  'cr-waits': ['cr-at-once', 'fail', 'cr-waits'],
  'bom-kept': ['bom', 'fail', 'bom-kept'],
  'bom-anywhere': ['bom', 'fail', 'bom-anywhere'],
  strip: ['one-space', 'fail', 'trimmed'],
  'all-spaces': ['one-space', 'fail', 'trimmed'],
  'space-kept': ['simple-event', 'fail', 'space-kept'],
  'colon-space': ['one-space', 'fail', 'space-needed'],
  'last-colon': ['first-colon', 'fail', 'last-colon'],
  'no-colon-ignored': ['no-colon', 'fail', 'no-colon-ignored'],
  'comment-ends-block': ['comments', 'fail', 'comment-ends-block'],
  'names-in-any-case': ['field-names', 'fail', 'name-case'],
  'names-by-prefix': ['field-names', 'fail', 'name-prefix'],
  'data-overwritten': ['data-lines', 'fail', 'last-data-only'],
  'data-joined': ['data-lines', 'fail', 'data-joined'],
  'empty-data-lost': ['empty-data', 'fail', 'empty-data-lost'],
  'lfs-stripped': ['data-lines', 'fail', 'lfs-stripped'],
  'event-without-data': ['no-data', 'fail', 'event-without-data'],
  'no-default-type': ['simple-event', 'fail', 'no-default-type'],
  'first-type': ['type', 'fail', 'first-type'],
  'type-kept': ['block-reset', 'fail', 'type-kept'],
  'type-kept-without-data': ['block-reset', 'fail', 'type-kept-without-data'],
  'id-per-event': ['id-stays', 'fail', 'id-per-event'],
  'id-at-its-line': ['id-event', 'fail', 'id-untold'],
  'first-id-of-block': ['id-at-empty-line', 'fail', 'first-id-of-block'],
  'empty-id-ignored': ['id-values', 'fail', 'empty-id-ignored'],
  'id-is-a-number': ['id-values', 'fail', 'id-is-a-number'],
  'id-with-nul': ['id-nul', 'fail', 'id-with-nul'],
  'id-untold': ['id-event', 'fail', 'id-untold'],
  'id-told-again': ['id-event', 'fail', 'id-told-again'],
  'first-id-ignored': ['first-id', 'fail', 'first-id-ignored'],
  'parse-int': ['retry-ignored', 'fail', 'retry-parse-int'],
  'retry-number': ['retry-ignored', 'fail', 'retry-number'],
  'retry-zero-lost': ['retry', 'fail', 'retry-zero-lost'],
  'retry-waits': ['retry', 'fail', 'retry-waits'],
  'retry-in-half-line': ['unfinished-retry', 'fail', 'end-is-line-end'],
  'decoded-by-chunk': ['characters-cut', 'fail', 'decoded-by-chunk'],
  latin1: ['characters-cut', 'fail', 'latin1'],
  'invalid-dropped': ['invalid-utf8', 'fail', 'invalid-dropped'],
  'fatal-decoder': ['invalid-utf8', 'crash', 'threw'],
  'nul-dropped': ['any-character', 'fail', 'nul-dropped'],
  'end-dispatches': ['unfinished', 'fail', 'end-is-empty-line'],
  'one-event-a-call': ['simple-event', 'fail', 'one-event-a-call'],
  'one-event-a-call-queued': ['in-time', 'fail', 'one-event-a-call'],
  'ids-grow': ['generated-streams', 'fail', 'otherwise'],
  'no-limit': ['limit-of-line', 'fail', 'limit-at-line-end'],
  'no-limit-of-data': ['limit-of-data', 'fail', 'no-limit'],
  'limit-too-small': ['limit-accepts', 'fail', 'failed-too-early'],
  'limit-of-stream': ['limit-accepts', 'fail', 'failed-too-early'],
  'goes-on-with-the-next-event': ['failed-is-last', 'fail', 'after-failed'],
  'goes-on-after-failed': ['limit-of-line', 'fail', 'after-failed'],
  'searched-again': ['long-line', 'fail', 'quadratic'],
  'joined-at-each-line': ['many-lines', 'fail', 'quadratic'],
  'rest-copied-at-each-line': ['many-events', 'fail', 'quadratic'],
  'comments-add-up': ['limit-not-added', 'fail', 'failed-too-early'],
};

export const parserMutants: Mutant[] = [
  // Lines
  mutant('lf-only', 'Lines end with \\n, as everywhere else in JavaScript.', [['/[\\r\\n]/g', '/\\n/g']]),
  mutant('cr-alone-is-text', 'LF and CRLF end a line; nobody has seen a CR alone.', [
    ['/[\\r\\n]/g', '/\\n/g'],
    ['this.#readLine(this.#line);', "this.#readLine(this.#line.replace(/\\r$/, ''));"],
  ]),
  mutant('crlf-twice', 'CR ends a line, and so does LF: CRLF ends two.', [
    ['const isRest = text', 'const isRest = false && text'],
  ]),
  mutant('crlf-forgotten-at-cut', 'CRLF is one line end, as long as both come in one chunk.', [
    ['    let start = 0;\n', '    this.#afterCr = false;\n    let start = 0;\n'],
  ]),
  mutant('lf-cr-is-one', 'CR and LF next to each other are one line end, in any order.', [
    [
      "text[index] === '\\n' && this.#afterCr && line",
      "this.#last !== '' && this.#last !== text[index] && line",
    ],
    ["      this.#afterCr = text[index] === '\\r';", "      this.#last = isRest ? '' : text[index]!;"],
    ['  #afterCr = false;\n', "  #last = '';\n"],
  ]),
  mutant('unicode-line-ends', "Python's splitlines knows ten line ends, and so does this one.", [
    ['/[\\r\\n]/g', '/[\\r\\n\\v\\f\\u0085\\u2028\\u2029]/g'],
  ]),
  mutant(
    'cr-waits',
    'A CR at the end of a chunk may be half of a CRLF, so it waits for the next byte, or for the end.',
    [
      [
        'const text = this.#decoder.decode(chunk, { stream: true });',
        "let text = this.#waiting + this.#decoder.decode(chunk, { stream: true });\n    this.#waiting = text.endsWith('\\r') ? '\\r' : '';\n    if (this.#waiting !== '') text = text.slice(0, -1);",
      ],
      ["  #line = '';\n  #lineBytes = 0;\n", "  #line = '';\n  #waiting = '';\n  #lineBytes = 0;\n"],
      [
        '    return [];\n  }\n',
        "    this.#events = [];\n    if (this.#waiting !== '') this.#readLine(this.#line);\n    return this.#events;\n  }\n",
      ],
    ],
  ),
  mutant('bom-kept', 'The decoder is told to leave the mark in, and nobody takes it out.', [
    ['new TextDecoder()', "new TextDecoder('utf-8', { ignoreBOM: true })"],
  ]),
  mutant('bom-anywhere', 'U+FEFF is invisible, so it is taken out everywhere.', [
    ['{ stream: true });\n', "{ stream: true }).replaceAll('\\ufeff', '');\n"],
  ]),
  // Fields
  mutant('strip', "`.strip()`: 002's client takes all white space from both ends of a value.", [
    [SPACE, '    value = value.trim();\n'],
  ]),
  mutant('all-spaces', 'trimStart looks like what is needed.', [[SPACE, '    value = value.trimStart();\n']]),
  mutant('space-kept', 'The value begins behind the colon.', [[SPACE, '']]),
  mutant('colon-space', 'The line is cut at ": ", which every server sends.', [
    ["const colon = line.indexOf(':');", "const colon = line.indexOf(': ');"],
  ]),
  mutant('last-colon', 'JSON has colons too: the line is cut at the last one.', [
    ["line.indexOf(':')", "line.lastIndexOf(':')"],
  ]),
  mutant('no-colon-ignored', 'A line without a colon is no field.', [
    ['    const name = colon < 0', '    if (colon < 0) return;\n    const name = colon < 0'],
  ]),
  mutant('comment-ends-block', 'A comment is a line of its own, between two events.', [
    ["    if (line === '') {", "    if (line === '' || line.startsWith(':')) {"],
  ]),
  mutant('names-in-any-case', 'Field names of HTTP are compared without their case, and these?', [
    ['    if (value.startsWith', '    const name = found.toLowerCase();\n    if (value.startsWith'],
    ['const name = colon < 0', 'const found = colon < 0'],
  ]),
  mutant('names-by-prefix', 'startsWith is as good as ===.', [
    ["if (name === 'data')", "if (name.startsWith('data'))"],
  ]),
  // Events
  mutant('data-overwritten', 'data is a variable.', [['this.#data.push(value)', 'this.#data = [value]']]),
  mutant('data-joined', 'The lines are put together as they are.', [["join('\\n')", "join('')"]]),
  mutant('empty-data-lost', 'if (data): an empty string is false.', [
    ['if (this.#data.length > 0) {', "if (this.#data.join('') !== '') {"],
  ]),
  mutant('lfs-stripped', 'The LF at the end is taken off, with all others there.', [
    [JOIN, "const data = this.#data.join('\\n').replace(/\\n+$/, '');"],
  ]),
  mutant('event-without-data', 'A block with a type is an event.', [
    ['if (this.#data.length > 0) {', "if (this.#data.length > 0 || this.#type !== '') {"],
  ]),
  mutant('no-default-type', 'The type is what the stream says.', [["this.#type || 'message'", 'this.#type']]),
  mutant('first-type', 'The type is set once.', [
    ["if (name === 'event') this.#type = value;", "if (name === 'event') this.#type ||= value;"],
  ]),
  mutant('type-kept', 'The type is not reset at all: one `event` line, and all that follows has it.', [
    [RESET, '    this.#data = [];\n    this.#dataBytes = 0;\n'],
  ]),
  mutant('type-kept-without-data', "The type is reset with the data, when there was some: 002's client.", [
    [
      RESET,
      "    if (this.#data.length > 0) this.#type = '';\n    this.#data = [];\n    this.#dataBytes = 0;\n",
    ],
  ]),
  // Ids and retry
  mutant('id-per-event', "The id is forgotten after each event, as 002's client does.", [
    [RESET, `${RESET}    this.#idBuffer = '';\n`],
  ]),
  mutant('id-at-its-line', 'The id counts from its line on.', [
    [NUL, `${NUL}\n    if (name === 'id') this.#id = this.#idBuffer;`],
  ]),
  mutant('first-id-of-block', 'Only the first id of a block counts.', [
    [
      " && !value.includes('\\0')) this.#idBuffer",
      " && !value.includes('\\0') && this.#id === this.#idBuffer) this.#idBuffer",
    ],
  ]),
  mutant('empty-id-ignored', 'An empty id is no id.', [
    ["if (name === 'id' &&", "if (name === 'id' && value !== '' &&"],
  ]),
  mutant('id-is-a-number', 'Ids are numbers.', [
    [
      NUL,
      "if (name === 'id') this.#idBuffer = /^[0-9]+$/.test(value) ? String(Number(value)) : value.includes('\\0') ? this.#idBuffer : value;",
    ],
  ]),
  mutant('id-with-nul', 'Who sends a NUL?', [[" && !value.includes('\\0')", '']]),
  mutant('id-untold', 'Without data there is nothing to say.', [
    ["      this.#events.push({ type: 'id', lastEventId: this.#id });", '      // Nothing to say.'],
  ]),
  mutant('id-told-again', 'Every block with an id and without data is told.', [
    ['const changed = this.#id !== this.#idBuffer;', "const changed = this.#idBuffer !== '';"],
  ]),
  mutant('ids-grow', 'Ids are numbers that grow: one that is smaller is of an event that came before.', [
    [NUL, NUL.replace('&&', '&& !(Number(value) < Number(this.#id)) &&')],
  ]),
  mutant('first-id-ignored', 'The option is read and not used.', [
    ['    this.#idBuffer = lastEventId;\n', "    this.#idBuffer = '';\n"],
  ]),
  mutant('parse-int', 'parseInt makes a number of anything that begins with one.', [
    [RETRY, '!Number.isNaN(Number.parseInt(value, 10))'],
    ['Number(value)', 'Number.parseInt(value, 10)'],
  ]),
  mutant('retry-number', 'Number knows what a number is.', [[RETRY, 'Number(value) >= 0']]),
  mutant('retry-zero-lost', 'A retry of 0 is false.', [[RETRY, `${RETRY} && Number(value)`]]),
  mutant('retry-waits', 'retry is kept for the event that it stands in.', [
    [
      "      this.#events.push({ type: 'retry', retryMs: Number(value) });",
      '      this.#retryMs = Number(value);',
    ],
    [
      '    const changed',
      "    if (this.#retryMs !== undefined) this.#events.push({ type: 'retry', retryMs: this.#retryMs });\n    this.#retryMs = undefined;\n    const changed",
    ],
    ["  #type = '';\n", "  #type = '';\n  #retryMs: number | undefined;\n"],
  ]),
  mutant('retry-in-half-line', 'A retry needs no line end: its digits are there.', [
    [
      '    return [];\n  }\n',
      "    const rest = /^retry: ?([0-9]+)$/.exec(this.#line);\n    return rest === null ? [] : [{ type: 'retry', retryMs: Number(rest[1]) }];\n  }\n",
    ],
  ]),
  // Text and the end
  mutant('decoded-by-chunk', "Each chunk is decoded by itself, as line.decode('utf-8') does.", [
    ['decode(chunk, { stream: true })', 'decode(chunk)'],
  ]),
  mutant('latin1', 'One byte, one character.', [
    ['this.#decoder.decode(chunk, { stream: true })', "Buffer.from(chunk).toString('latin1')"],
  ]),
  mutant('invalid-dropped', 'What is no text is left out.', [
    ['{ stream: true });\n', "{ stream: true }).replaceAll('\\ufffd', '');\n"],
  ]),
  mutant('fatal-decoder', 'The decoder throws at the first byte that is no UTF-8.', [
    ['new TextDecoder()', "new TextDecoder('utf-8', { fatal: true })"],
  ]),
  {
    name: 'line-end-swallowed',
    story: 'How long a character is, its first byte says; what comes then belongs to it.',
    files: { 'event-stream-parser.ts': 'programs/byte-by-byte.ts' },
    patches: [
      replacing('  #offset = 0;\n', '  #offset = 0;\n  #left = 0;\n'),
      replacing(
        '    if (byte === 0x0a || byte === 0x0d) {\n',
        '    const isWithin = this.#left > 0;\n    this.#left = isWithin ? this.#left - 1 : byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0;\n    if (!isWithin && (byte === 0x0a || byte === 0x0d)) {\n',
      ),
    ],
    killedBy: { 'lab-10/line-end-in-character': { verdict: 'fail', misconception: 'otherwise' } },
  },
  mutant('nul-dropped', 'A NUL ends a string, so it is taken out.', [
    [SPACE, `${SPACE}    if (name === 'data') value = value.replaceAll('\\0', '');\n`],
  ]),
  mutant('end-dispatches', 'At the end what is there is given out: better than nothing.', [
    [
      '    return [];\n  }\n',
      '    this.#events = [];\n    this.#dispatch();\n    return this.#events;\n  }\n',
    ],
  ]),
  mutant('one-event-a-call', 'receive returns what it has found.', [
    ['    return this.#events;\n  }\n\n  end', '    return this.#events.slice(0, 1);\n  }\n\n  end'],
  ]),
  mutant('one-event-a-call-queued', 'One event for one call: the others wait in a queue.', [
    ['    this.#events = [];\n    const text', '    const text'],
    ['    return this.#events;\n  }\n\n  end', '    return this.#events.splice(0, 1);\n  }\n\n  end'],
    ['    return [];\n', '    return this.#events;\n'],
  ]),
  // Limits
  mutant('no-limit', 'Memory is large.', [
    ['this.#lineBytes > this.#maxBytes + 6', 'this.#lineBytes < 0'],
    ['this.#dataBytes > this.#maxBytes + 1', 'this.#dataBytes < 0'],
  ]),
  mutant('no-limit-of-data', 'Each line has its limit, and an event has any number of lines.', [
    ['this.#dataBytes > this.#maxBytes + 1', 'this.#dataBytes < 0'],
  ]),
  mutant('limit-too-small', 'The name counts: data of the limit is refused.', [
    ['this.#maxBytes + 6', 'this.#maxBytes'],
  ]),
  mutant('limit-of-stream', 'The bytes are counted, and never forgotten.', [
    ["      this.#line = '';\n      this.#lineBytes = 0;\n", "      this.#line = '';\n"],
  ]),
  mutant(
    'goes-on-with-the-next-event',
    'An event that is too large is skipped, and the next one is read: one bad event need not end the stream.',
    [
      [
        '    if (this.#failed) return;\n    this.#lineBytes',
        '    if (this.#failed) {\n      this.#lineBytes += piece.length;\n      return;\n    }\n    this.#lineBytes',
      ],
      [
        "      this.#line = '';\n      this.#lineBytes = 0;\n",
        "      if (this.#failed && this.#lineBytes === 0 && !isRest) {\n        this.#failed = false;\n        this.#dataBytes = 0;\n      }\n      this.#line = '';\n      this.#lineBytes = 0;\n",
      ],
    ],
  ),
  mutant('goes-on-after-failed', '`failed` is given out, and then the next line is read.', [
    ['    if (this.#failed) return;\n    this.#lineBytes', '    this.#lineBytes'],
    ['if (!this.#failed && !isRest)', 'if (!isRest)'],
  ]),
  mutant('searched-again', 'What is kept is searched again with every chunk.', [
    ['const text = this.#decoder', 'const text = this.#line + this.#decoder'],
    ['    let start = 0;\n', "    this.#line = '';\n    this.#lineBytes = 0;\n    let start = 0;\n"],
  ]),
  mutant('joined-at-each-line', 'The data so far is put together at each line, to see how long it is.', [
    ['this.#dataBytes += bytesOf(value) + 1;', "this.#dataBytes = bytesOf(this.#data.join('\\n')) + 1;"],
  ]),
  mutant(
    'rest-copied-at-each-line',
    'The rest of the chunk is cut off after each line, as an array of letters.',
    [[KEEP, `${KEEP}      Buffer.from(text.slice(index));\n`]],
  ),
  mutant('comments-add-up', 'Every byte of a block counts, and comments are bytes.', [
    [
      "    if (name === 'event') this.#type = value;",
      "    if (colon === 0) this.#dataBytes += bytesOf(line);\n    if (this.#dataBytes > this.#maxBytes + 1) this.#fail();\n    if (name === 'event') this.#type = value;",
    ],
  ]),
];

function replacing(find: string, replace: string): Patch {
  return { file: 'event-stream-parser.ts', find, replace };
}

/** One mistake in the plain parser. */
function mutant(name: string, story: string, changes: [find: string, replace: string][]): Mutant {
  const [check, verdict, misconception] = CAUGHT[name]!;
  const killedBy: Claims = { [`lab-10/${check}`]: { verdict, misconception } };
  const patches = changes.map(([find, replace]) => replacing(find, replace));
  return { name, story, files: { 'event-stream-parser.ts': 'programs/plain-parser.ts' }, patches, killedBy };
}
