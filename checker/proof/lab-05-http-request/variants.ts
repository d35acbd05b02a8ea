/** Request parsers of other designs, and with other legal readings. All are right. */
import type { Variant } from '../mutant.ts';
import { readingBareCr, replacing } from './patches.ts';

const LINE_END = 'lineEnd(): boolean {\n    const at = this.#at;\n';
const ONE_LENGTH = 'if (lengths.length > 1 || !DIGITS.test(lengths[0]!)) {';
const OLD = "if (version === '1.0') throw bad('coding-in-1.0', 'Transfer-Encoding in HTTP/1.0');";
const BESIDE =
  "if (lengths.length > 0) throw bad('length-and-coding', 'Content-Length beside Transfer-Encoding');";
const KEEP_ALIVE = 'keepAlive = persists(version, headers);';
const BAD_NAME = "throw bad('field-name', 'a field line does not begin with a token and a colon');";
const PIECE = "this.#events.push({ type: 'body', bytes: piece });";
const UNKNOWN =
  "if (codings.length > 1) throw new Refusal(501, 'transfer-coding', `${codings[0]} is not understood`);";
const CHECK_TRAILERS = '    checkTrailers(trailers);\n';

export const variants: Variant[] = [
  {
    name: 'fast',
    story:
      'The fast parser: words compared four bytes at a time, and lines that clients really send taken as a whole.',
    files: { 'parser.ts': '../../../solutions/lab-05-http-request/fast-parser.ts' },
  },
  {
    name: 'byte-by-byte',
    story: 'A state machine that looks at one byte at a time, and puts characters together.',
    files: { 'parser.ts': 'programs/byte-by-byte.ts' },
  },
  {
    name: 'lines-and-expressions',
    story:
      'Lines found with indexOf, split and matched by regular expressions; bare LF, obs-fold and more taken.',
    files: { 'parser.ts': 'programs/lines-and-expressions.ts' },
  },
  {
    name: 'generators-all-the-way',
    story: 'A generator for each part, delegated to with yield*.',
    files: { 'parser.ts': 'programs/generators-all-the-way.ts' },
  },
  {
    name: 'bare-lf-taken',
    story: 'A single LF is a line end in the head and in trailers, and an empty line before a request too.',
    patches: [
      replacing(
        LINE_END,
        `${LINE_END}    const { what } = this.#limit;
    if ((what === 'head' || what === 'trailer section' || what === 'empty line') && at < this.#end && this.bytes[at] === LF) {
      this.#at++;
      hold(this.#limit, this.length);
      return true;
    }
`,
      ),
      replacing(
        `        input.begin(LINE_END);
        while (!input.hasMore()) yield;
        if (input.byte !== CR) break;`,
        `        input.begin({ what: 'empty line', maxBytes: 2, status: 400 });
        while (!input.hasMore()) yield;
        if (input.byte !== CR && input.byte !== LF) break;`,
      ),
    ],
  },
  {
    name: 'length-and-coding-taken',
    story:
      'Content-Length twice, Content-Length beside Transfer-Encoding and chunked in HTTP/1.0 are read as the RFC allows.',
    patches: [
      replacing(
        ONE_LENGTH,
        `const lengthsInLists = lengths.flatMap((list) => list.split(',').map(withoutWhiteSpace));
  if (new Set(lengthsInLists.map(Number)).size > 1 || !lengthsInLists.every((length) => DIGITS.test(length))) {`,
      ),
      replacing(
        'const contentLength = Number(lengths[0]);',
        'const contentLength = Number(lengthsInLists[0]);',
      ),
      replacing(OLD, ''),
      replacing(BESIDE, ''),
      replacing(
        KEEP_ALIVE,
        `${KEEP_ALIVE}
      if (body === 'chunked' && (version === '1.0' || valuesOf('content-length', headers).length > 0)) keepAlive = false;`,
      ),
    ],
  },
  {
    name: 'white-space-lines-ignored',
    story: 'Lines with white space before the first field line are consumed, as RFC 9112 §2.2 allows.',
    patches: [
      replacing(
        BAD_NAME,
        `if (isWhiteSpace(bytes[start + this.#lineStart]!) && this.#marks.length === 0) return;
      ${BAD_NAME}`,
      ),
    ],
  },
  {
    name: 'bare-cr-is-space',
    story: 'A bare CR in a field line is read as SP.',
    patches: readingBareCr("[name, withoutWhiteSpace(value.replaceAll('\\r', ' '))]"),
  },
  {
    name: 'body-byte-by-byte',
    story: 'Each byte of a body is an event with a copy of its own, and an empty one stands before the end.',
    patches: [
      replacing(
        PIECE,
        `for (const byte of piece) this.#events.push({ type: 'body', bytes: Uint8Array.of(byte) });
      if (left === 0) this.#events.push({ type: 'body', bytes: new Uint8Array(0) });`,
      ),
    ],
  },
  {
    name: 'stricter',
    story:
      'One empty line, no odd characters in a target, no empty elements, `none` for a length of 0, 400 and 505 elsewhere.',
    patches: [
      replacing('const MAX_EMPTY_LINES = 8;', 'const MAX_EMPTY_LINES = 1;'),
      replacing(
        '  const legal =\n',
        "  if (/[|{}^\"\\\\<>`#]|%(?![0-9A-Fa-f]{2})/.test(target)) throw bad('target', 'not a URI');\n  const legal =\n",
      ),
      replacing("if (name !== '') names.push(name.toLowerCase());", 'names.push(name.toLowerCase());'),
      replacing(
        "return { body: 'length', contentLength };",
        "return { body: contentLength === 0 ? 'none' : 'length', contentLength };",
      ),
      replacing(
        "if (major === undefined) throw bad('version', `${JSON.stringify(text)} is no HTTP version`);",
        "if (major === undefined) throw new Refusal(505, 'version', 'no HTTP version');",
      ),
      replacing(UNKNOWN, UNKNOWN.replace('new Refusal(501, ', 'bad(')),
      replacing(
        CHECK_TRAILERS,
        "    for (const [name] of trailers) {\n      if (/^(content-length|transfer-encoding|host)$/i.test(name)) throw bad('trailer', 'forbidden');\n    }\n",
      ),
      replacing(
        'if (contentLength > maxBodyBytes) throw bodyTooLong(maxBodyBytes);',
        "if (!Number.isSafeInteger(contentLength)) throw bad('content-length', 'too large');\n  if (contentLength > maxBodyBytes) throw bodyTooLong(maxBodyBytes);",
      ),
      replacing(
        'if (!this.#betweenRequests) this.#fail',
        'if (!this.#betweenRequests || this.#input.offset > this.lastEnd) this.#fail',
      ),
      replacing(
        "this.#events.push({ type: 'end', trailers });",
        "this.#events.push({ type: 'end', trailers });\n      this.lastEnd = input.offset;",
      ),
      replacing('  #handOver(): HttpEvent[] {', '  lastEnd = 0;\n  #handOver(): HttpEvent[] {'),
    ],
  },
];
