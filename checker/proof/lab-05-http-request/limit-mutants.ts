/** Parsers whose limits are missing, one off, or come too late. */
import type { Mutant, Patch } from '../mutant.ts';
import { fail, replacing } from './patches.ts';

const HOLD = 'if (bytes > maxBytes) throw new Refusal(';
const SCAN_END =
  'const end = Math.min(this.#end, this.start + Math.min(from + limit.maxBytes, this.#limit.maxBytes) + 1);';
const SECTION_HELD = 'hold(this.#limit, at - this.start);';
const FIELDS = 'if (this.#marks.length === 4 * this.#limits.maxFields) {';
const LIMITS = 'this.#limits = { ...DEFAULT_LIMITS, ...limits };';
const NEEDED = 'const needed = Math.min(chunk.length, this.#limit.maxBytes + 2 - this.#keptBytes);';
const SIZE_HELD = 'if (size > maxBytes) throw bodyTooLong(maxBytes);';
const LENGTH_HELD = 'if (contentLength > maxBodyBytes) throw bodyTooLong(maxBodyBytes);';

/** The limits of this name do not hold. */
function without(limit: string): Patch[] {
  return [replacing(LIMITS, `this.#limits = { ...DEFAULT_LIMITS, ...limits, ${limit}: 2 ** 40 };`)];
}

export const limitMutants: Mutant[] = [
  {
    name: 'one-byte-too-few',
    story: '>= for >: the limit is the first length that is refused.',
    patches: [
      replacing(
        HOLD,
        HOLD.replace('bytes > maxBytes', 'bytes > maxBytes || (bytes === maxBytes && status !== 400)'),
      ),
    ],
    killedBy: { 'lab-05/limit-request-line': fail('one-too-few') },
  },
  {
    name: 'one-byte-too-many',
    story: 'The limit is compared with the length without its last byte.',
    patches: [
      replacing(HOLD, HOLD.replace('maxBytes)', 'maxBytes + 1)')),
      replacing(SCAN_END, SCAN_END.replace('+ 1)', '+ 2)')),
    ],
    killedBy: { 'lab-05/limit-request-line': fail('unlimited') },
  },
  {
    name: 'method-without-limit',
    story: 'Methods are short.',
    patches: without('maxMethodBytes'),
    killedBy: { 'lab-05/limit-request-line': fail('unlimited') },
  },
  {
    name: 'target-too-long-is-431',
    story: 'The head is too large, whatever is large in it: 431.',
    patches: [
      replacing(
        "what: 'request target', maxBytes: limits.maxTargetBytes, status: 414",
        "what: 'request target', maxBytes: limits.maxTargetBytes, status: 431",
      ),
    ],
    killedBy: { 'lab-05/limit-request-line': fail('other-status') },
  },
  {
    name: 'field-line-without-limit',
    story: 'Only the head as a whole is limited.',
    patches: without('maxFieldLineBytes'),
    killedBy: { 'lab-05/limit-field-line': fail('unlimited') },
  },
  {
    name: 'line-end-counted',
    story: 'The length of a line is measured with its CR LF.',
    patches: [
      replacing(
        'if (lineEnd === this.#lineStart) return true;',
        `if (lineEnd === this.#lineStart) return true;
      hold(this.#fieldLineLimit, input.length - this.#lineStart);`,
      ),
    ],
    killedBy: { 'lab-05/limit-field-line': fail('one-too-few') },
  },
  {
    name: 'only-values-limited',
    story: 'The limit is held against the value, when its white space is off.',
    patches: [
      replacing(
        'scan(TEXT, this.#lineStart, this.#fieldLineLimit)',
        "scan(TEXT, this.#lineStart, { what: '', maxBytes: 2 ** 40, status: 431 })",
      ),
      replacing(
        '    this.#marks.push(',
        '    hold(this.#fieldLineLimit, valueEnd - valueStart);\n    this.#marks.push(',
      ),
    ],
    killedBy: { 'lab-05/limit-field-line': fail('unlimited') },
  },
  {
    name: 'head-without-limit',
    story: 'Each line is limited, and so is their number.',
    patches: without('maxHeadBytes'),
    killedBy: { 'lab-05/limit-head': fail('unlimited') },
  },
  {
    name: 'head-counts-the-trailers',
    story: 'One counter for all field lines of a request; it is reset when the next one begins.',
    patches: [
      replacing(
        "input.begin({ what: 'trailer section', maxBytes: limits.maxHeadBytes, status: 431 });",
        "input.begin({ what: 'trailer section', maxBytes: limits.maxHeadBytes - headBytes, status: 431 });",
      ),
      replacing('trailers = yield* this.#readChunks();', 'trailers = yield* this.#readChunks(text.length);'),
      replacing('*#readChunks(): ', '*#readChunks(headBytes: number): '),
    ],
    killedBy: { 'lab-05/limit-trailers': fail('sections-added') },
  },
  {
    name: 'fields-without-limit',
    story: 'Bytes are limited, and who counts lines?',
    patches: without('maxFields'),
    killedBy: { 'lab-05/limit-fields': fail('unlimited') },
  },
  {
    name: 'one-field-too-many',
    story: 'The field is pushed, and then counted.',
    patches: [replacing(FIELDS, FIELDS.replace('===', '>'))],
    killedBy: { 'lab-05/limit-fields': fail('unlimited') },
  },
  {
    name: 'one-field-too-few',
    story: '>= for >, of fields.',
    patches: [
      replacing(
        FIELDS,
        FIELDS.replace('=== 4 * this.#limits.maxFields', '>= 4 * (this.#limits.maxFields - 1)'),
      ),
    ],
    killedBy: { 'lab-05/limit-fields': fail('one-too-few') },
  },
  {
    name: 'chunk-line-without-limit',
    story: 'A chunk-size line has four digits.',
    patches: without('maxChunkLineBytes'),
    killedBy: { 'lab-05/limit-chunk-line': fail('unlimited') },
  },
  {
    name: 'body-without-limit',
    story: 'maxBodyBytes is an option that nobody reads.',
    patches: [replacing(SIZE_HELD, ''), replacing(LENGTH_HELD, '')],
    killedBy: { 'lab-05/limit-body': fail('unlimited') },
  },
  {
    name: 'chunks-not-added-up',
    story: 'Each chunk is held against the limit, alone.',
    patches: [replacing('limits.maxBodyBytes - bodyBytes', 'limits.maxBodyBytes')],
    killedBy: { 'lab-05/limit-body': fail('chunks-not-added') },
  },
  {
    name: 'limits-at-the-line-end',
    story: 'A line is measured when it is complete. If it never is, it never is.',
    patches: [
      replacing(SCAN_END, 'const end = this.#end;'),
      replacing(
        '    hold(limit, at - this.start - from);\n',
        '    if (at < end) hold(limit, at - this.start - from);\n',
      ),
      replacing(SECTION_HELD, `if (at < end) ${SECTION_HELD}`),
      replacing(NEEDED, 'const needed = chunk.length;'),
    ],
    killedBy: { 'lab-05/limit-at-once': fail('late') },
  },
  {
    name: 'default-limits-replaced',
    story: 'limits = DEFAULT_LIMITS as a default argument: whoever gives one limit has no others.',
    patches: [
      replacing(
        LIMITS,
        `const none = { maxMethodBytes: 2 ** 40, maxTargetBytes: 2 ** 40, maxFieldLineBytes: 2 ** 40, maxHeadBytes: 2 ** 40,
      maxFields: 2 ** 40, maxChunkLineBytes: 2 ** 40, maxBodyBytes: 2 ** 40 };
    this.#limits = Object.keys(limits).length === 0 ? DEFAULT_LIMITS : { ...none, ...limits };`,
      ),
    ],
    killedBy: { 'lab-05/limit-defaults': fail('others-undefined') },
  },
];
