/** Parsers that misread field lines and line ends. */
import type { Mutant, Patch } from '../mutant.ts';
import { fail, readingBareCr, replacing } from './patches.ts';

const PUSH_FIELD =
  'fields.push([text.slice(marks[i], marks[i + 1]), text.slice(marks[i + 2], marks[i + 3])]);';
const NAME = 'text.slice(marks[i], marks[i + 1])';
const VALUE = 'text.slice(marks[i + 2], marks[i + 3])';
const BAD_NAME = "throw bad('field-name', 'a field line does not begin with a token and a colon');";
const FIELD_START = 'if (nameEnd === this.#lineStart || bytes[at] !== COLON) {';
const NAME_LOOP = 'while (TOKEN[bytes[at]!] === 1) at++;\n    const nameEnd';
const WHITE_SPACE = 'return byte === SP || byte === HTAB;';
const TEXT = 'const TEXT = bytesWhere((byte) => byte === HTAB || (byte >= 0x20 && byte !== 0x7f));';
const HEADERS = 'const headers = this.#fieldsOf(text);';

function pushing(field: string): Patch[] {
  return [replacing(PUSH_FIELD, `fields.push(${field});`)];
}

export const fieldMutants: Mutant[] = [
  {
    name: 'white-space-kept',
    story: 'slice(colon + 1): the space behind the colon is still there.',
    patches: [
      replacing('while (valueStart < valueEnd && isWhiteSpace(bytes[valueStart]!)) valueStart++;\n', ''),
      replacing('while (valueEnd > valueStart && isWhiteSpace(bytes[valueEnd - 1]!)) valueEnd--;\n', ''),
    ],
    killedBy: { 'lab-05/simple-request': fail('otherwise') },
  },
  {
    name: 'one-space-before-value',
    story: "split(': '): a colon and one space. More spaces stay, and without one the line is refused.",
    patches: [
      replacing(
        FIELD_START,
        `if (nameEnd === this.#lineStart || bytes[at] !== COLON || bytes[at + 1] !== SP) {`,
      ),
      replacing('let valueStart = at + 1;', 'let valueStart = at + 2;'),
      replacing('while (valueStart < valueEnd && isWhiteSpace(bytes[valueStart]!)) valueStart++;\n', ''),
    ],
    killedBy: { 'lab-05/field-white-space': fail('otherwise') },
  },
  {
    name: 'spaces-only',
    story: 'White space is the space; HTAB is forgotten.',
    patches: [replacing(WHITE_SPACE, 'return byte === SP;')],
    killedBy: { 'lab-05/field-white-space': fail('ows-kept') },
  },
  {
    name: 'trim',
    story: 'String.trim knows twenty more kinds of white space, U+00A0 among them.',
    patches: pushing(`[${NAME}, ${VALUE}.trim()]`),
    killedBy: { 'lab-05/obs-text': fail('trimmed-too-much') },
  },
  {
    name: 'names-in-lower-case',
    story: 'Names are compared without regard to case, so they are stored in lower case.',
    patches: pushing(`[${NAME}.toLowerCase(), ${VALUE}]`),
    killedBy: { 'lab-05/simple-request': fail('name-case') },
  },
  {
    name: 'values-in-lower-case',
    story: 'line.toLowerCase() before the line is split: the value goes with the name.',
    patches: pushing(`[${NAME}, ${VALUE}.toLowerCase()]`),
    killedBy: { 'lab-05/field-lines': fail('otherwise') },
  },
  {
    name: 'fields-in-an-object',
    story: 'headers[name] = value, as node:http shows them. The second Cookie replaces the first.',
    patches: [
      replacing(
        HEADERS,
        'const headers: Field[] = Object.entries(Object.fromEntries(this.#fieldsOf(text)));',
      ),
    ],
    killedBy: { 'lab-05/field-lines': fail('fields-merged') },
  },
  {
    name: 'fields-joined',
    story: 'Repeated fields are joined with a comma, which RFC 9110 §5.3 allows and this lab does not.',
    patches: [
      replacing(
        HEADERS,
        `const joined = new Map<string, string>();
      for (const [name, value] of this.#fieldsOf(text)) {
        const before = joined.get(name);
        joined.set(name, before === undefined ? value : \`\${before}, \${value}\`);
      }
      const headers: Field[] = [...joined];`,
      ),
    ],
    killedBy: { 'lab-05/field-lines': fail('fields-merged') },
  },
  {
    name: 'fields-as-an-object',
    story: 'headers is the object itself, as in every framework.',
    patches: [
      replacing(
        "type: 'request', method, target, version, headers,",
        "type: 'request', method, target, version, headers: Object.fromEntries(headers) as unknown as Field[],",
      ),
    ],
    killedBy: { 'lab-05/simple-request': fail('field-shape') },
  },
  {
    name: 'value-to-the-next-colon',
    story: "const [name, value] = line.split(':'). The port of a Host is gone, and so is half a date.",
    patches: pushing(`[${NAME}, ${VALUE}.split(':')[0]!.trim()]`),
    killedBy: { 'lab-05/field-value': fail('split-colon') },
  },
  {
    name: 'values-as-utf-8',
    story: 'toString() without an encoding: everything is UTF-8 these days.',
    patches: pushing(`[${NAME}, Buffer.from(${VALUE}, 'latin1').toString()]`),
    killedBy: { 'lab-05/obs-text': fail('utf8-value') },
  },
  {
    name: 'ascii-only',
    story: 'HTTP is ASCII, so a byte from 0x80 is a mistake.',
    patches: [replacing(TEXT, TEXT.replace('byte >= 0x20 && byte !== 0x7f', 'byte >= 0x20 && byte < 0x7f'))],
    killedBy: { 'lab-05/obs-text': fail('refused-obs-text') },
  },
  {
    name: 'name-of-any-characters',
    story: "The name is what stands before the first colon: indexOf(':').",
    patches: [
      replacing(
        NAME_LOOP,
        NAME_LOOP.replace('TOKEN[bytes[at]!] === 1', 'bytes[at] !== COLON && bytes[at] !== CR'),
      ),
    ],
    killedBy: { 'lab-05/field-name': fail('otherwise') },
  },
  {
    name: 'name-trimmed',
    story: 'name.trim(): the white space before the colon is taken off, and with it the line of defence.',
    patches: [
      replacing(
        `${NAME_LOOP} = at - start;`,
        `${NAME_LOOP} = at - start;
    while (isWhiteSpace(bytes[at]!)) at++;`,
      ),
    ],
    killedBy: { 'lab-05/space-before-colon': fail('otherwise') },
  },
  {
    name: 'letters-and-hyphens',
    story: '/^[A-Za-z-]+$/ for a name. It fits all that one has ever seen.',
    patches: [
      replacing(
        NAME_LOOP,
        NAME_LOOP.replace('TOKEN[bytes[at]!] === 1', '/[A-Za-z-]/.test(String.fromCharCode(bytes[at]!))'),
      ),
    ],
    killedBy: { 'lab-05/field-name': fail('token-refused') },
  },
  {
    name: 'line-without-colon-skipped',
    story: 'A line that is no field line is ignored: be liberal in what you accept.',
    patches: [replacing(BAD_NAME, 'return;')],
    killedBy: { 'lab-05/field-name': fail('otherwise'), 'lab-05/obs-fold': fail('fold-as-field') },
  },
  {
    name: 'control-characters-kept',
    story: 'Everything between two line ends is text.',
    patches: [replacing(TEXT, 'const TEXT = bytesWhere((byte) => byte !== CR && byte !== LF);')],
    killedBy: { 'lab-05/control-characters': fail('otherwise') },
  },
  {
    name: 'nul-ends-value',
    story: 'A habit from C: the value ends at the first zero byte.',
    patches: [
      replacing(
        TEXT,
        'const TEXT = bytesWhere((byte) => byte === 0 || byte === HTAB || (byte >= 0x20 && byte !== 0x7f));',
      ),
      replacing(PUSH_FIELD, `fields.push([${NAME}, ${VALUE}.split('\\0')[0]!]);`),
    ],
    killedBy: { 'lab-05/control-characters': fail('otherwise') },
  },
  {
    name: 'line-trimmed',
    story: 'line.trim() before the colon is looked for: a folded line becomes a field of its own.',
    patches: [
      replacing(
        'let at = start + this.#lineStart;',
        `while (isWhiteSpace(bytes[start + this.#lineStart]!)) this.#lineStart++;
    let at = start + this.#lineStart;`,
      ),
    ],
    killedBy: { 'lab-05/white-space-first': fail('otherwise') },
  },
  {
    name: 'bare-cr-removed',
    story: "replaceAll('\\r', ''): line ends are CR LF or LF, so a CR says nothing.",
    patches: readingBareCr("[name, value.replaceAll('\\r', '')]"),
    killedBy: { 'lab-05/bare-cr': fail('otherwise') },
  },
  {
    name: 'bare-lf-in-fields-only',
    story: 'The request line is cut at CR LF, the rest at LF with a CR taken off where there is one.',
    patches: [
      replacing(
        '      if (!input.lineEnd()) return false;\n',
        '      if (!input.lineEnd(true)) return false;\n',
      ),
      replacing(
        'lineEnd(): boolean {\n    const at = this.#at;\n',
        `lineEnd(bareLf = false): boolean {
    const at = this.#at;
    if (bareLf && at < this.#end && this.bytes[at] === LF) {
      this.#at++;
      return true;
    }
`,
      ),
    ],
    killedBy: { 'lab-05/bare-lf': fail('bare-lf-differs') },
  },
  {
    name: 'bare-lf-in-heads-only',
    story: 'A head may have bare LFs. Trailers were written another day, and cut at CR LF.',
    patches: [
      replacing(
        'lineEnd(): boolean {\n    const at = this.#at;\n',
        `lineEnd(): boolean {
    const at = this.#at;
    if (this.#limit.what === 'head' && at < this.#end && this.bytes[at] === LF) {
      this.#at++;
      return true;
    }
`,
      ),
    ],
    killedBy: { 'lab-05/bare-lf-trailers': fail('bare-lf-differs') },
  },
];
