/** Line decoders with one mistake each. */
import type { Mutant } from '../mutant.ts';
import { fail, findingLines, replacing } from './patches.ts';

const LINE_END = 'bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes';
const DECODE = "return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);";
const COUNTED = 'const counted = this.#line.length + piece.length - (last === CR ? 1 : 0);';
const EXCEEDS = 'if (this.#exceeds(piece)) {';
const FINISH = 'events.push(this.#finishLine());';

/** A hand-written UTF-8 decoder with one of its tests left out. */
function decodingByHand(without: 'overlong' | 'surrogate' | 'too-high'): string {
  const tests = {
    overlong: 'code < [0, 0x80, 0x800, 0x10000][more]!',
    surrogate: '(code >= 0xd800 && code <= 0xdfff)',
    'too-high': 'code > 0x10ffff',
  };
  const refused = Object.entries(tests).flatMap(([name, test]) => (name === without ? [] : [test]));
  return `let text = '';
    for (let at = 0; at < bytes.length; ) {
      const first = bytes[at]!;
      const more = first < 0x80 ? 0 : first < 0xc0 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf8 ? 3 : -1;
      if (more < 0 || at + more >= bytes.length) return undefined;
      let code = more === 0 ? first : first & (0x3f >> more);
      for (let index = 1; index <= more; index += 1) {
        if ((bytes[at + index]! & 0xc0) !== 0x80) return undefined;
        code = (code << 6) | (bytes[at + index]! & 0x3f);
      }
      if (${refused.join(' || ')}) return undefined;
      text += String.fromCodePoint(Math.min(code, 0x10ffff));
      at += more + 1;
    }
    return text;`;
}

export const lineMutants: Mutant[] = [
  {
    name: 'chunk-is-line',
    story: 'What arrives in one data event is taken for one line: it always is, on the own machine.',
    patches: findingLines(`
if (chunk.length > 0) events.push({ type: 'line', text: Buffer.from(chunk).toString().replace(/\\r?\\n$/, '') });`),
    killedBy: { 'lab-04/lines': fail('chunk-is-message') },
  },
  {
    name: 'split-each-chunk',
    story: "The classic: chunk.toString().split('\\n'), and each part is a line.",
    patches: findingLines(`
for (const text of Buffer.from(chunk).toString().split(/\\r?\\n/)) events.push({ type: 'line', text });`),
    killedBy: { 'lab-04/lines': fail('split-per-chunk') },
  },
  {
    name: 'split-without-empty',
    story:
      'The same, with the empty part behind the last LF filtered away, and all the other empty ones too.',
    patches: findingLines(`
const parts = Buffer.from(chunk).toString().split(/\\r?\\n/).filter((text) => text !== '');
for (const text of parts) events.push({ type: 'line', text });`),
    killedBy: { 'lab-04/lines': fail('empty-swallowed') },
  },
  {
    name: 'split-only-last-empty-dropped',
    story: 'Split each chunk and drop the last part where it is empty. Right as long as no line is cut.',
    patches: findingLines(`
const parts = Buffer.from(chunk).toString().split(/\\r?\\n/);
if (parts.at(-1) === '') parts.pop();
for (const text of parts) events.push({ type: 'line', text });`),
    killedBy: { 'lab-04/lines-any-cut': fail('split-per-chunk') },
  },
  {
    name: 'numbers',
    story: 'chunk.toString() on what is no Buffer but a Uint8Array.',
    patches: findingLines(`
this.kept += chunk.toString();
const parts = this.kept.split('\\n');
if (parts.length === 1) parts.push('');
this.kept = parts.pop()!;
for (const text of parts) events.push({ type: 'line', text });`),
    killedBy: { 'lab-04/lines': fail('numbers') },
  },
  {
    name: 'rest-dropped',
    story: 'Only complete lines of a chunk are given out, and nobody keeps what stands behind them.',
    patches: findingLines(`
const parts = Buffer.from(chunk).toString().split(/\\r?\\n/);
for (const text of parts.slice(0, -1)) events.push({ type: 'line', text });`),
    killedBy: { 'lab-04/lines-any-cut': fail('rest-dropped') },
  },
  {
    name: 'rest-overwritten',
    story: 'The rest is put in front of the next chunk, unless that one has no LF at all.',
    patches: findingLines(`
const parts = Buffer.from(chunk).toString().split('\\n');
if (parts.length > 1) parts[0] = this.kept + parts[0];
this.kept = parts.pop()!;
for (const text of parts) events.push({ type: 'line', text: text.replace(/\\r$/, '') });`),
    killedBy: { 'lab-04/lines-any-cut': fail('rest-overwritten') },
  },
  {
    name: 'first-line-only',
    story: 'An if where a while belongs: one line for each chunk, and the rest is forgotten.',
    patches: [replacing(FINISH, `${FINISH}\n      break;`)],
    killedBy: { 'lab-04/lines': fail('first-only') },
  },
  {
    name: 'one-line-a-call',
    story: 'An if where a while belongs, and what is left waits for the next chunk.',
    patches: findingLines(`
this.kept += Buffer.from(chunk).toString();
const end = this.kept.indexOf('\\n');
if (end >= 0) {
  events.push({ type: 'line', text: this.kept.slice(0, end).replace(/\\r$/, '') });
  this.kept = this.kept.slice(end + 1);
}`),
    killedBy: { 'lab-04/lines': fail('first-only') },
  },
  {
    name: 'line-late',
    story:
      'The last part of a split is always kept, after the LF was taken away: it comes out with the next chunk or at the end.',
    patches: [
      ...findingLines(`
this.kept += Buffer.from(chunk).toString();
const parts = this.kept.split(/(?<=\\n)/);
this.kept = parts.pop() ?? '';
for (const text of parts) events.push({ type: 'line', text: text.replace(/\\r?\\n$/, '') });`),
      replacing(
        'if (this.#line.length === 0) return [];',
        "if (this.kept.endsWith('\\n')) return [{ type: 'line', text: this.kept.replace(/\\r?\\n$/, '') }];\n    if (this.kept === '') return [];",
      ),
    ],
    killedBy: { 'lab-04/line-at-its-end': fail('no-event') },
  },
  {
    name: 'last-line-late',
    story: 'It waits for a byte behind the LF, to see whether there is another line.',
    patches: findingLines(`
this.kept += Buffer.from(chunk).toString();
for (let end = this.kept.indexOf('\\n'); end >= 0 && end + 1 < this.kept.length; end = this.kept.indexOf('\\n')) {
  events.push({ type: 'line', text: this.kept.slice(0, end).replace(/\\r$/, '') });
  this.kept = this.kept.slice(end + 1);
}`),
    killedBy: { 'lab-04/lines': fail('no-event') },
  },
  {
    name: 'lines-swapped-shape',
    story: 'The lines come out as bare strings, without an object around them.',
    patches: [replacing("return { type: 'line', text };", 'return text as unknown as LineEvent;')],
    killedBy: { 'lab-04/lines': fail('shape') },
  },
  {
    name: 'returns-nothing',
    story: 'The events are found, and receive forgets its return when there are none.',
    patches: [
      replacing(
        '    let rest = chunk;\n    while (rest.length > 0 && !this.#failed) {',
        '    if (chunk.indexOf(LF) < 0) return undefined as unknown as LineEvent[];\n    let rest = chunk;\n    while (rest.length > 0 && !this.#failed) {',
      ),
    ],
    killedBy: { 'lab-04/lines-any-cut': fail('not-array') },
  },
  {
    name: 'line-end-kept',
    story: 'The LF is given out with the line.',
    patches: [replacing("return { type: 'line', text };", "return { type: 'line', text: `${text}\\n` };")],
    killedBy: { 'lab-04/lines': fail('line-end-kept') },
  },
  {
    name: 'trimmed',
    story: 'trim() takes the CR away, and all the spaces too.',
    patches: [replacing("return { type: 'line', text };", "return { type: 'line', text: text.trim() };")],
    killedBy: { 'lab-04/lines': fail('trimmed') },
  },
  {
    name: 'unicode-line-ends',
    story: 'A regular expression that knows all the line ends of Unicode.',
    patches: findingLines(`
this.kept += Buffer.from(chunk).toString();
const parts = this.kept.split(/\\r?\\n|[\\v\\f\\x85\\u2028\\u2029]/);
this.kept = parts.pop()!;
for (const text of parts) events.push({ type: 'line', text });`),
    killedBy: { 'lab-04/lines': fail('other-line-ends') },
  },
  {
    name: 'cr-kept',
    story: 'Only LF is looked at; it works with printf and nc, and not with a client from Windows.',
    patches: [replacing(LINE_END, 'bytes')],
    killedBy: { 'lab-04/line-ends': fail('cr-kept') },
  },
  {
    name: 'lone-cr',
    story: 'A CR alone ends a line, as in the files of old Macs.',
    patches: findingLines(`
this.kept += Buffer.from(chunk).toString();
const parts = this.kept.split(/\\r\\n|\\r(?!$)|\\n/);
this.kept = parts.pop()!;
for (const text of parts) events.push({ type: 'line', text });`),
    killedBy: { 'lab-04/line-ends': fail('lone-cr') },
  },
  {
    name: 'all-crs-taken',
    story: 'Every CR at the end of the line is taken away, however many there are.',
    patches: [
      replacing(
        "return { type: 'line', text };",
        "return { type: 'line', text: text.replace(/\\r+$/, '') };",
      ),
    ],
    killedBy: { 'lab-04/line-ends': fail('lone-cr') },
  },
  {
    name: 'crlf-cut-keeps-cr',
    story: 'The CR is looked for in the last piece only, not in what was kept.',
    patches: [
      replacing(
        'this.#line.append(piece);',
        'this.#line.append(end >= 0 && piece.at(-1) === CR ? piece.subarray(0, -1) : piece);',
      ),
      replacing(LINE_END, 'bytes'),
    ],
    killedBy: { 'lab-04/line-ends': fail('crlf-cut') },
  },
  {
    name: 'crlf-cut-empty-line',
    story: 'A CR at the end of a chunk ends the line, and the LF that comes then ends another one.',
    patches: [
      replacing(
        'if (end < 0) break;',
        'if (end < 0) {\n        if (piece.at(-1) === CR) events.push(this.#finishLine());\n        break;\n      }',
      ),
    ],
    killedBy: { 'lab-04/line-ends': fail('crlf-cut') },
  },
  {
    name: 'text-per-chunk',
    story: 'Each chunk is made into text as it comes, and lines are found in the text.',
    patches: findingLines(`
this.kept += Buffer.from(chunk).toString();
const parts = this.kept.split('\\n');
this.kept = parts.pop()!;
for (const text of parts) events.push({ type: 'line', text: text.replace(/\\r$/, '') });`),
    killedBy: {
      'lab-04/generated-lines': fail('text-per-chunk'),
      'lab-04/characters-cut': fail('text-per-chunk'),
      'lab-04/invalid-utf8': fail('lossy'),
    },
  },
  {
    name: 'fatal-per-chunk',
    story: 'Each chunk is decoded strictly as it comes: half a character is taken for an error.',
    patches: [
      replacing(
        EXCEEDS,
        `if (decodeUtf8(piece) === undefined) {\n        events.push(this.#fail('invalid-utf8', 'no UTF-8'));\n        break;\n      }\n      ${EXCEEDS}`,
      ),
    ],
    killedBy: { 'lab-04/characters-cut': fail('character-cut') },
  },
  {
    name: 'latin1',
    story: "toString('latin1'), because it never loses a byte.",
    patches: [replacing(DECODE, "return Buffer.from(bytes).toString('latin1');")],
    killedBy: { 'lab-04/characters-cut': fail('latin1') },
  },
  {
    name: 'lossy',
    story: 'toString() makes U+FFFD of what is no UTF-8, and nobody notices.',
    patches: [replacing(DECODE, 'return Buffer.from(bytes).toString();')],
    killedBy: { 'lab-04/invalid-utf8': fail('lossy') },
  },
  {
    name: 'fffd-means-invalid',
    story: 'toString(), and U+FFFD in the text is the sign that something was replaced.',
    patches: [
      replacing(
        DECODE,
        "const text = Buffer.from(bytes).toString();\n    return text.includes('\\ufffd') ? undefined : text;",
      ),
    ],
    killedBy: { 'lab-04/characters-kept': fail('replacement-refused') },
  },
  {
    name: 'nul-ends-text',
    story: 'Text ends at NUL, as in C.',
    patches: [
      replacing(
        DECODE,
        "return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).split('\\0')[0];",
      ),
    ],
    killedBy: { 'lab-04/characters-kept': fail('nul-lost') },
  },
  {
    name: 'bom-dropped',
    story: 'A TextDecoder with fatal, and without ignoreBOM, whose name sounds like the opposite.',
    patches: [replacing('{ fatal: true, ignoreBOM: true }', '{ fatal: true }')],
    killedBy: { 'lab-04/characters-kept': fail('bom-dropped') },
  },
  {
    name: 'overlong-taken',
    story: 'A UTF-8 decoder of its own that does not ask for the shortest form.',
    patches: [replacing(DECODE, decodingByHand('overlong'))],
    killedBy: { 'lab-04/invalid-utf8': fail('overlong') },
  },
  {
    name: 'surrogates-taken',
    story: 'A UTF-8 decoder of its own that knows no surrogates.',
    patches: [replacing(DECODE, decodingByHand('surrogate'))],
    killedBy: { 'lab-04/invalid-utf8': fail('surrogate') },
  },
  {
    name: 'too-high-taken',
    story: 'A UTF-8 decoder of its own that takes all that four bytes can say.',
    patches: [replacing(DECODE, decodingByHand('too-high'))],
    killedBy: { 'lab-04/invalid-utf8': fail('too-high') },
  },
  {
    name: 'no-line-limit',
    story: 'maxBytes is taken and forgotten.',
    patches: [replacing(EXCEEDS, 'if (false as boolean) {')],
    killedBy: { 'lab-04/line-limit': fail('no-limit') },
  },
  {
    name: 'line-limit-off-by-one',
    story: 'maxBytes itself is too many.',
    patches: [replacing('return counted > this.#maxBytes;', 'return counted >= this.#maxBytes;')],
    killedBy: { 'lab-04/line-limit': fail('off-by-one') },
  },
  {
    name: 'line-end-counted',
    story: 'The CR before the LF is counted.',
    patches: [
      replacing(
        COUNTED,
        'const counted = this.#line.length + piece.length;\n    if (last === undefined) return false;',
      ),
    ],
    killedBy: { 'lab-04/line-limit': fail('line-end-counted') },
  },
  {
    name: 'characters-counted',
    story: 'The length of the text is compared with maxBytes.',
    patches: [
      replacing(EXCEEDS, 'if (false as boolean) {'),
      replacing(
        "    if (text === undefined) return this.#fail('invalid-utf8'",
        "    if (text !== undefined && text.length > this.#maxBytes) return this.#fail('too-long', 'too long');\n    if (text === undefined) return this.#fail('invalid-utf8'",
      ),
    ],
    killedBy: { 'lab-04/line-limit': fail('characters-counted') },
  },
  {
    name: 'limit-of-chunk',
    story: 'The piece at hand is compared with maxBytes, not the line.',
    patches: [replacing(COUNTED, 'const counted = piece.length - (last === CR ? 1 : 0);')],
    killedBy: { 'lab-04/line-limit': fail('cut') },
  },
  {
    name: 'limit-of-stream',
    story: 'The bytes of all lines are counted together.',
    patches: [replacing(COUNTED, `${COUNTED.slice(0, -1)} + this.#offset;`)],
    killedBy: { 'lab-04/line-limit': fail('limit-of-stream') },
  },
  {
    name: 'line-default-one-mib',
    story: 'Where maxBytes is not given, the limit is 1 MiB.',
    patches: [replacing('const DEFAULT_MAX_BYTES = 2 ** 16;', 'const DEFAULT_MAX_BYTES = 2 ** 20;')],
    killedBy: { 'lab-04/line-limit': fail('default'), 'lab-04/message-limit': fail('default') },
  },
  {
    name: 'limit-after-line',
    story: 'The limit is looked at when the line is complete. Until then everything is kept.',
    patches: [replacing(EXCEEDS, 'if (end >= 0 && this.#exceeds(piece)) {')],
    killedBy: { 'lab-04/line-limit-at-once': fail('waits-for-lf') },
  },
  {
    name: 'limit-with-room',
    story: 'Until the LF comes one byte more is let through, whatever it is: it might be a CR.',
    patches: [
      replacing(
        'return counted > this.#maxBytes;',
        'return counted > this.#maxBytes && (counted > this.#maxBytes + 1 || this.#complete);',
      ),
      replacing(
        '  #failed = false;\n\n  constructor({ maxBytes = DEFAULT_MAX_BYTES }: DecoderOptions = {}) {\n    this.#maxBytes = maxBytes;\n  }\n\n  /**\n   * Take the next bytes of the stream.\n   *\n   * @param chunk  any number of bytes, from none to many lines',
        '  #failed = false;\n  #complete = false;\n\n  constructor({ maxBytes = DEFAULT_MAX_BYTES }: DecoderOptions = {}) {\n    this.#maxBytes = maxBytes;\n  }\n\n  /**\n   * Take the next bytes of the stream.\n   *\n   * @param chunk  any number of bytes, from none to many lines',
      ),
      replacing(EXCEEDS, `this.#complete = end >= 0;\n      ${EXCEEDS}`),
    ],
    killedBy: { 'lab-04/line-limit-at-once': fail('waits-for-lf') },
  },
  {
    name: 'too-early',
    story: 'The CR is given its room only when the LF is in sight.',
    patches: [
      replacing(
        EXCEEDS,
        'if (end < 0 ? this.#line.length + piece.length > this.#maxBytes : this.#exceeds(piece)) {',
      ),
    ],
    killedBy: { 'lab-04/line-limit': fail('too-early') },
  },
  {
    name: 'every-cr-free',
    story: 'Every CR is taken for a part of the line end and not counted.',
    patches: [
      replacing(
        COUNTED,
        'void last;\n    const all = [...this.#line.bytes, ...piece];\n    const counted = all.filter((byte) => byte !== CR).length;',
      ),
    ],
    killedBy: { 'lab-04/line-limit-at-once': fail('cr-uncounted') },
  },
  {
    name: 'copied-for-each-piece',
    story:
      'Buffer.concat([kept, chunk]) for each chunk: each byte of a long line is copied once for each piece behind it.',
    patches: [
      replacing('if (length > this.#room.length) {', 'if (piece.length > 0) {'),
      replacing('new Uint8Array(Math.max(length, 2 * this.#room.length))', 'new Uint8Array(length)'),
      replacing(
        'piece: Uint8Array): void {',
        'piece: Uint8Array): void {\n    if (this.#length === 0) this.#room = new Uint8Array();',
      ),
    ],
    killedBy: { 'lab-04/long-line': fail('quadratic'), 'lab-04/long-message': fail('quadratic') },
  },
  {
    name: 'line-searched-again',
    story: 'With each chunk the search for the LF begins again at the start of all that is kept.',
    patches: [
      replacing(
        'const end = rest.indexOf(LF);',
        'if (this.#line.bytes.indexOf(LF) >= 0) break;\n      const end = rest.indexOf(LF);',
      ),
    ],
    killedBy: { 'lab-04/long-line': fail('quadratic') },
  },
  {
    name: 'rest-copied-for-each-line',
    story: 'The rest of the chunk is copied after each line.',
    patches: [replacing('rest = rest.subarray(end + 1);', 'rest = rest.slice(end + 1);')],
    killedBy: { 'lab-04/many-lines': fail('quadratic') },
  },
];
