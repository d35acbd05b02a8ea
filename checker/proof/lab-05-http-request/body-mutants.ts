/** Parsers that find the end of a body at the wrong place, or hand on something else than its bytes. */
import type { Mutant } from '../mutant.ts';
import { fail, replacing } from './patches.ts';

const PIECE = "this.#events.push({ type: 'body', bytes: piece });";
const LENGTH = 'const contentLength = Number(lengths[0]);';
const ONE_LENGTH = 'if (lengths.length > 1 || !DIGITS.test(lengths[0]!)) {';
const READ_LENGTH = "if (body === 'length') yield* this.#readBody(contentLength);";
const READ_CHUNKS = "if (body === 'chunked') trailers = yield* this.#readChunks();";
const LENGTHS = "const lengths = valuesOf('content-length', headers);";
const CODINGS = "const codings = valuesOf('transfer-encoding', headers);";
const CHECK_TRAILERS = '    checkTrailers(trailers);\n';
const CHUNK_LINE = 'const digits = CHUNK_LINE.exec(line)?.[1];';
const SIZE = 'const size = Number.parseInt(digits, 16);';
const READ_SIZE = 'const size = readChunkSize(input.text(), limits.maxBodyBytes - bodyBytes);';
const AFTER_DATA = `      // The CRLF behind the data is compared, not skipped: who skips two bytes reads another message.
      input.begin(LINE_END);
      while (!input.lineEnd()) yield;
`;

export const bodyMutants: Mutant[] = [
  {
    name: 'body-as-text',
    story: 'body += chunk.toString(): the body is text, until the first photograph.',
    patches: [replacing(PIECE, "this.#events.push({ type: 'body', bytes: Buffer.from(piece.toString()) });")],
    killedBy: { 'lab-05/body-bytes': fail('text-body'), 'lab-05/chunked-bytes': fail('text-body') },
  },
  {
    name: 'body-as-string',
    story: 'The event holds a string, which is so much nicer to print.',
    patches: [
      replacing(
        PIECE,
        "this.#events.push({ type: 'body', bytes: piece.toString() as unknown as Uint8Array });",
      ),
    ],
    killedBy: { 'lab-05/length-body': fail('body-shape') },
  },
  {
    name: 'get-has-no-body',
    story: 'Only POST and PUT have bodies. The body of a GET is read as the next request.',
    patches: [
      replacing(READ_LENGTH, READ_LENGTH.replace('if (', "if (method !== 'GET' && method !== 'HEAD' && ")),
    ],
    killedBy: { 'lab-05/length-body': fail('method-decides') },
  },
  {
    name: 'body-of-post-to-the-end',
    story: 'A POST has a body, and without a length it goes on until the connection ends.',
    patches: [
      replacing(
        READ_LENGTH,
        `${READ_LENGTH}
      if (body === 'none' && method === 'POST') yield* this.#readBody(2 ** 53);`,
      ),
    ],
    killedBy: { 'lab-05/no-length': fail('otherwise'), 'lab-05/pipelined-bodies': fail('kept-state') },
  },
  {
    name: 'names-compared-with-case',
    story: "headers['Content-Length'], and a client that writes content-length has no body.",
    patches: [
      replacing(
        'field[0].toLowerCase() === name',
        'field[0] === name.replace(/(^|-)[a-z]/g, (first) => first.toUpperCase())',
      ),
    ],
    killedBy: { 'lab-05/length-value': fail('name-compared') },
  },
  {
    name: 'length-by-parse-int',
    story: 'parseInt takes what it can read and forgets the rest: 5abc is 5.',
    patches: [
      replacing(ONE_LENGTH, 'if (lengths.length > 1 || !(Number.parseInt(lengths[0]!, 10) >= 0)) {'),
      replacing(LENGTH, 'const contentLength = Number.parseInt(lengths[0]!, 10);'),
    ],
    killedBy: { 'lab-05/length-invalid': fail('parse-int') },
  },
  {
    name: 'length-by-number',
    story: "Number() knows 0x10, 1e3, and that '' is 0.",
    patches: [
      replacing(
        ONE_LENGTH,
        'if (lengths.length > 1 || !Number.isInteger(Number(lengths[0])) || Number(lengths[0]) < 0) {',
      ),
    ],
    killedBy: { 'lab-05/length-invalid': fail('parse-int') },
  },
  {
    name: 'length-without-leading-zeros',
    story: 'A number does not begin with 0, so 0003 is refused.',
    patches: [replacing('const DIGITS = /^[0-9]+$/;', 'const DIGITS = /^(?:0|[1-9][0-9]*)$/;')],
    killedBy: { 'lab-05/length-value': fail('octal') },
  },
  {
    name: 'length-in-32-bits',
    story: 'A length is an integer, and `| 0` makes integers. 4294967300 becomes 4.',
    patches: [replacing(LENGTH, 'const contentLength = Number(lengths[0]) | 0;')],
    killedBy: { 'lab-05/length-overflow': fail('otherwise') },
  },
  {
    name: 'first-length-wins',
    story: 'headers.find(): the first Content-Length, and nobody looks for another one.',
    patches: [replacing(LENGTHS, LENGTHS.replace(';', '.slice(0, 1);'))],
    killedBy: { 'lab-05/length-conflict': fail('smuggle-first') },
  },
  {
    name: 'last-length-wins',
    story: 'headers[name] = value: the last Content-Length has replaced the first.',
    patches: [replacing(LENGTHS, LENGTHS.replace(';', '.slice(-1);'))],
    killedBy: { 'lab-05/length-conflict': fail('smuggle-last') },
  },
  {
    name: 'first-of-a-list',
    story: "parseInt('5, 6') is 5. Two lines are refused, and a list in one line is not.",
    patches: [
      replacing(ONE_LENGTH, 'if (lengths.length > 1 || !/^[0-9]+(?: *,|$)/.test(lengths[0]!)) {'),
      replacing(LENGTH, 'const contentLength = Number.parseInt(lengths[0]!, 10);'),
    ],
    killedBy: { 'lab-05/length-conflict': fail('smuggle-first') },
  },
  {
    name: 'equal-lengths-added',
    story: 'All the lengths together are the length of the body.',
    patches: [
      replacing(
        ONE_LENGTH,
        'if (!lengths.every((length) => DIGITS.test(length)) || new Set(lengths).size > 1) {',
      ),
      replacing(LENGTH, 'const contentLength = lengths.reduce((sum, length) => sum + Number(length), 0);'),
    ],
    killedBy: { 'lab-05/length-conflict': fail('equal-lengths') },
  },
  {
    name: 'chunked-ignored',
    story: 'Transfer-Encoding is not looked at. The chunks are read as the next request.',
    patches: [replacing(CODINGS, 'const codings: string[] = [];')],
    killedBy: { 'lab-05/chunked': fail('chunked-ignored') },
  },
  {
    name: 'chunks-handed-on-raw',
    story: 'The body goes on until the last chunk, with all the sizes and line ends in it.',
    patches: [
      replacing(
        READ_CHUNKS,
        `if (body === 'chunked') {
        let all = '';
        while (!all.endsWith('0\\r\\n\\r\\n')) {
          input.begin(LINE_END);
          while (!input.hasMore()) yield;
          all += String.fromCharCode(input.take(1)[0]!);
        }
        this.#events.push({ type: 'body', bytes: Buffer.from(all, 'latin1') });
      }`,
      ),
    ],
    killedBy: { 'lab-05/chunked': fail('chunked-ignored') },
  },
  {
    name: 'decimal-chunk-size',
    story: 'A size is a number, and numbers are decimal. `a` is none.',
    patches: [replacing(SIZE, 'const size = Number.parseInt(digits, 10);')],
    killedBy: { 'lab-05/chunked': fail('decimal-size') },
  },
  {
    name: 'last-chunk-is-one-zero',
    story: "line === '0' ends the body. A client that writes 00, or an extension behind it, waits for ever.",
    patches: [
      replacing('if (size === 0) break;', "if (lastLine === '0') break;"),
      replacing(READ_SIZE, `const lastLine = input.text();\n      ${READ_SIZE}`),
    ],
    killedBy: { 'lab-05/chunked': fail('last-chunk') },
  },
  {
    name: 'chunk-data-by-lines',
    story:
      'The data of a chunk is what stands before the next CR LF; the size is for those who like numbers.',
    patches: [
      replacing(
        '      yield* this.#readBody(size);\n',
        `      input.begin({ what: 'chunk', maxBytes: size, status: 400 });
      while (!input.scan(NOT_CR, 0, lineLimit)) yield;
      this.#events.push({ type: 'body', bytes: Buffer.from(input.text(), 'latin1') });
`,
      ),
      replacing('/** VCHAR */', 'const NOT_CR = bytesWhere((byte) => byte !== CR);\n/** VCHAR */'),
    ],
    killedBy: { 'lab-05/chunked': fail('chunk-data-searched') },
  },
  {
    name: 'chunked-in-lower-case-only',
    story: "value === 'chunked'. Somebody sends Chunked.",
    patches: [
      replacing("if (name !== '') names.push(name.toLowerCase());", "if (name !== '') names.push(name);"),
    ],
    killedBy: { 'lab-05/chunked-name': fail('chunked-ignored') },
  },
  {
    name: 'no-chunk-extensions',
    story: 'A chunk-size line is a size. Who needs extensions?',
    patches: [replacing(CHUNK_LINE, 'const digits = /^([0-9A-Fa-f]+)$/.exec(line)?.[1];')],
    killedBy: { 'lab-05/chunk-extensions': fail('otherwise') },
  },
  {
    name: 'extensions-without-white-space',
    story: 'The extension begins with a semicolon right behind the size, and a space there is a mistake.',
    patches: [replacing(CHUNK_LINE, 'const digits = /^([0-9A-Fa-f]+)(?:;[^\\t ]*)?$/.exec(line)?.[1];')],
    killedBy: { 'lab-05/chunk-extensions': fail('otherwise') },
  },
  {
    name: 'chunk-size-by-parse-int',
    story:
      'parseInt(line, 16) needs no regular expression: it knows 0x, signs, and stops at what it does not know.',
    patches: [replacing(CHUNK_LINE, 'const digits = Number.parseInt(line, 16) >= 0 ? line : undefined;')],
    killedBy: { 'lab-05/chunk-size': fail('parse-int') },
  },
  {
    name: 'chunk-size-in-32-bits',
    story: 'size = size << 4 | digit, as in C. Sixteen million terabytes are 5 bytes.',
    patches: [
      replacing(
        SIZE,
        'let size = 0;\n  for (const digit of digits) size = (size << 4) | Number.parseInt(digit, 16);',
      ),
    ],
    killedBy: { 'lab-05/chunk-size-overflow': fail('otherwise') },
  },
  {
    name: 'chunk-size-digits-counted',
    story: 'What has more than 13 digits is too much for a number, and nobody looks whether they are zeros.',
    patches: [replacing(SIZE, `if (digits.length > 13) throw bodyTooLong(maxBytes);\n  ${SIZE}`)],
    killedBy: { 'lab-05/chunk-size-overflow': fail('leading-zeros') },
  },
  {
    name: 'chunk-end-skipped',
    story: 'Behind the data are two bytes, and they are skipped.',
    patches: [
      replacing(
        AFTER_DATA,
        `      for (let left = 2; left > 0; left--) {
        input.begin(LINE_END);
        while (!input.hasMore()) yield;
        input.take(1);
      }
`,
      ),
    ],
    killedBy: { 'lab-05/chunk-end': fail('otherwise') },
  },
  {
    name: 'no-quoted-pairs',
    story: 'A quoted string goes to the next quote, whatever stands before it.',
    patches: [replacing('"(?:[^"\\\\]|\\\\.)*"', '"[^"]*"')],
    killedBy: { 'lab-05/chunk-extensions': fail('quoted-extension') },
  },
  {
    name: 'last-chunk-without-extension',
    story: 'The last chunk is a line of zeros; with an extension behind them it is a chunk of no bytes.',
    patches: [
      replacing('if (size === 0) break;', 'if (/^0+$/.test(lastLine)) break;'),
      replacing(READ_SIZE, `const lastLine = input.text();\n      ${READ_SIZE}`),
    ],
    killedBy: { 'lab-05/chunk-extensions': fail('otherwise') },
  },
  {
    name: 'bare-lf-in-chunks',
    story: 'One function reads all lines, and it takes a bare LF for a line end everywhere.',
    patches: [
      replacing(
        'lineEnd(): boolean {\n    const at = this.#at;\n',
        `lineEnd(): boolean {
    const at = this.#at;
    if (at < this.#end && this.bytes[at] === LF) {
      this.#at++;
      return true;
    }
`,
      ),
      replacing('if (input.byte !== CR) break;', 'if (input.byte !== CR && input.byte !== LF) break;'),
    ],
    killedBy: { 'lab-05/chunk-bare-lf': fail('otherwise') },
  },
  {
    name: 'trailers-dropped',
    story: 'Nobody sends trailers, so they are read and thrown away.',
    patches: [replacing('    return trailers;\n', '    return [];\n')],
    killedBy: { 'lab-05/trailers': fail('trailers-dropped') },
  },
  {
    name: 'trailers-not-read',
    story: 'Behind the last chunk comes the empty line, always.',
    patches: [
      replacing(
        '    while (!this.#readFieldLines()) yield;\n    const trailers = this.#fieldsOf(input.text());',
        '    while (!input.lineEnd()) yield;\n    const trailers: Field[] = [];',
      ),
    ],
    killedBy: { 'lab-05/trailers': fail('otherwise') },
  },
  {
    name: 'trailers-not-checked',
    story: 'Trailers are split at the colon and no more: the rules for fields are somewhere else.',
    patches: [
      replacing(
        '    while (!this.#readFieldLines()) yield;\n    const trailers = this.#fieldsOf(input.text());',
        `    const trailers: Field[] = [];
    for (let from = 0; ; from = input.length) {
      while (!input.scan(NOT_CR, from, lineLimit)) yield;
      const line = input.text().slice(from);
      while (!input.lineEnd()) yield;
      if (line === '') break;
      const colon = line.indexOf(':');
      trailers.push([line.slice(0, Math.max(colon, 0)).trim(), withoutWhiteSpace(line.slice(colon + 1))]);
    }`,
      ),
      replacing('/** VCHAR */', 'const NOT_CR = bytesWhere((byte) => byte !== CR);\n/** VCHAR */'),
    ],
    killedBy: { 'lab-05/trailers-refused': fail('otherwise') },
  },
  {
    name: 'trailer-believed',
    story:
      'Trailers go through the code that looks for Content-Length, and then there is a body behind the body.',
    patches: [
      replacing(
        CHECK_TRAILERS,
        "    const [length] = valuesOf('content-length', trailers);\n    if (length !== undefined) yield* this.#readBody(Number(length));\n",
      ),
    ],
    killedBy: { 'lab-05/trailer-framing': fail('trailer-believed') },
  },
];
