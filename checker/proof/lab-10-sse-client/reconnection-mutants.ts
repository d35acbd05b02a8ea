/** Mistakes in when to come back: steps 7 and 8. */
import type { Mutant, Patch } from '../mutant.ts';

const CEILING = 'const ceilingMs = Math.min(this.#maxRetryMs, this.#retryMs * 2 ** doublings);';
const WAIT = 'return Math.min(MAX_TIMER_MS, Math.max(this.#retryMs, (ceilingMs * (1 + random)) / 2));';
const SILENT = 'if (this.#silenceMs === 0 || this.#heardMs === undefined) return undefined;';

export const reconnectionMutants: Mutant[] = [
  {
    name: 'jitter-on-first-wait',
    story:
      'Every wait gets its jitter, the first one too: half of the time the server is asked before it wants it.',
    patches: [replacing(WAIT, 'return Math.min(MAX_TIMER_MS, (ceilingMs * (1 + random)) / 2);')],
    killedBy: { 'lab-10/first-wait': { verdict: 'fail', misconception: 'shorter-than-retry' } },
  },
  {
    name: 'first-wait-doubled',
    story: 'The failure is counted before the wait is worked out, so the first wait is doubled already.',
    patches: [
      replacing('Math.min(this.#losses, MAX_DOUBLINGS)', 'Math.min(this.#losses + 1, MAX_DOUBLINGS)'),
    ],
    killedBy: { 'lab-10/first-wait': { verdict: 'fail', misconception: 'first-wait-doubled' } },
  },
  {
    name: 'at-once-at-first',
    story: 'The first time it comes back at once: perhaps it was nothing.',
    patches: [replacing(WAIT, `if (doublings === 0) return 0;\n    ${WAIT}`)],
    killedBy: { 'lab-10/first-wait': { verdict: 'fail', misconception: 'shorter-than-retry' } },
  },
  {
    name: 'fixed-wait',
    story: "The wait is the reconnection time, always, as in 002's `setTimeout(() => this.connect(), 3000)`.",
    patches: [replacing('this.#retryMs * 2 ** doublings', 'this.#retryMs')],
    killedBy: { 'lab-10/back-off': { verdict: 'fail', misconception: 'never-grows' } },
  },
  {
    name: 'no-jitter',
    story: "The delay is doubled and nothing is random, as in 002's poll_with_backoff.",
    patches: [replacing('(ceilingMs * (1 + random)) / 2', 'ceilingMs')],
    killedBy: { 'lab-10/back-off': { verdict: 'fail', misconception: 'no-jitter' } },
  },
  {
    name: 'full-jitter',
    story: 'The whole wait is random, as in the article that everybody cites.',
    patches: [replacing('(ceilingMs * (1 + random)) / 2', 'ceilingMs * random')],
    killedBy: { 'lab-10/back-off': { verdict: 'fail', misconception: 'full-jitter' } },
  },
  {
    name: 'grows-by-addition',
    story: 'One more reconnection time after each failure.',
    patches: [replacing('this.#retryMs * 2 ** doublings', 'this.#retryMs * (1 + doublings)')],
    killedBy: { 'lab-10/back-off': { verdict: 'fail', misconception: 'grows-by-addition' } },
  },
  {
    name: 'no-cap',
    story: 'Nobody bounds the doubling: after ten failures it waits for most of an hour.',
    patches: [replacing(CEILING, 'const ceilingMs = this.#retryMs * 2 ** doublings;')],
    killedBy: { 'lab-10/back-off': { verdict: 'fail', misconception: 'no-cap' } },
  },
  {
    name: 'cap-on-retry',
    story: 'maxRetryMs is applied last, and shortens what the server has asked for.',
    patches: [
      replacing(
        WAIT,
        'return Math.min(this.#maxRetryMs, Math.max(this.#retryMs, (ceilingMs * (1 + random)) / 2));',
      ),
    ],
    killedBy: { 'lab-10/first-wait': { verdict: 'fail', misconception: 'cap-on-retry' } },
  },
  {
    name: 'opened-forgotten',
    story:
      'The failures are counted and never forgotten, so a client of a week waits half a minute for everything.',
    patches: [replacing('    this.#losses = 0;\n', '')],
    killedBy: { 'lab-10/first-wait': { verdict: 'fail', misconception: 'opened-forgotten' } },
  },
  {
    name: 'opened-takes-one-off',
    story:
      'Each stream that is opened takes one failure off the count, so after ten failures ten streams are punished.',
    patches: [replacing('    this.#losses = 0;\n', '    this.#losses = Math.max(0, this.#losses - 1);\n')],
    killedBy: { 'lab-10/opened-resets': { verdict: 'fail', misconception: 'otherwise' } },
  },
  {
    name: 'retry-unused',
    story: "`retry` is read and nothing is done with it, as in 002's client.",
    patches: [
      replacing(
        '  retry(retryMs: number): void {\n    this.#retryMs = retryMs;',
        '  retry(_retryMs: number): void {',
      ),
    ],
    killedBy: { 'lab-10/retry-sets-wait': { verdict: 'fail', misconception: 'retry-ignored' } },
  },
  {
    name: 'retry-zero-ignored',
    story: '0 is false.',
    patches: [
      replacing(
        '    this.#retryMs = retryMs;\n  }\n\n  /** A response',
        '    if (retryMs) this.#retryMs = retryMs;\n  }\n\n  /** A response',
      ),
    ],
    killedBy: { 'lab-10/retry-sets-wait': { verdict: 'fail', misconception: 'retry-zero-ignored' } },
  },
  {
    name: 'retry-until-opened',
    story: 'What the server has asked for is taken for a property of one stream.',
    patches: [
      replacing('  #retryMs: number;\n', '  #retryMs: number;\n  readonly #firstRetryMs: number;\n'),
      replacing(
        '    this.#maxRetryMs = maxRetryMs;',
        '    this.#firstRetryMs = retryMs;\n    this.#maxRetryMs = maxRetryMs;',
      ),
      replacing(
        '    this.#losses = 0;\n',
        '    this.#losses = 0;\n    this.#retryMs = this.#firstRetryMs;\n',
      ),
    ],
    killedBy: { 'lab-10/retry-sets-wait': { verdict: 'fail', misconception: 'retry-forgotten' } },
  },
  {
    name: 'timer-overflow',
    story:
      'A server that says `retry: 9999999999` wants to be left alone, and is asked a thousand times a second.',
    patches: [replacing('Math.min(MAX_TIMER_MS, Math.max(', 'Math.max('), replacing('/ 2));', '/ 2);')],
    killedBy: { 'lab-10/longest-wait': { verdict: 'fail', misconception: 'timer-overflow' } },
  },
  {
    name: 'doubled-by-shift',
    story: '`1 << n` is 2^n, until it is negative, and then 1 again.',
    patches: [replacing('this.#retryMs * 2 ** doublings', 'this.#retryMs * (1 << this.#losses)')],
    killedBy: { 'lab-10/thousands-of-failures': { verdict: 'fail', misconception: 'shift-overflow' } },
  },
  {
    name: 'zero-times-infinity',
    story: 'Nobody has tried a thousand failures with `retry: 0`: 0 × Infinity is NaN.',
    patches: [replacing('Math.min(this.#losses, MAX_DOUBLINGS)', 'this.#losses')],
    killedBy: { 'lab-10/thousands-of-failures': { verdict: 'fail', misconception: 'not-a-number' } },
  },
  {
    name: 'heard-ignored',
    story: 'The silence is counted from the beginning of the stream, so every stream is cut after it.',
    patches: [
      replacing(
        '  heard(nowMs: number): void {\n    this.#heardMs = nowMs;',
        '  heard(_nowMs: number): void {',
      ),
    ],
    killedBy: { 'lab-10/silence-left': { verdict: 'fail', misconception: 'heard-ignored' } },
  },
  {
    name: 'opened-not-heard',
    story:
      'The silence begins with the first bytes. A server that goes away before them is waited for, for ever.',
    patches: [
      replacing(
        '  opened(nowMs: number): void {\n    this.#losses = 0;\n    this.#heardMs = nowMs;',
        '  opened(_nowMs: number): void {\n    this.#losses = 0;',
      ),
    ],
    killedBy: { 'lab-10/silence-left': { verdict: 'fail', misconception: 'opened-not-heard' } },
  },
  {
    name: 'negative-silence',
    story: 'What is left is a difference, and nobody asks whether it is positive.',
    patches: [
      replacing(
        'Math.max(0, this.#heardMs + this.#silenceMs - nowMs)',
        'this.#heardMs + this.#silenceMs - nowMs',
      ),
    ],
    killedBy: { 'lab-10/silence-left': { verdict: 'fail', misconception: 'negative-silence' } },
  },
  {
    name: 'silence-zero-is-dead',
    story: '0 is taken for a time like any other: every stream is dead when it begins.',
    patches: [replacing(SILENT, 'if (this.#heardMs === undefined) return undefined;')],
    killedBy: { 'lab-10/silence-undefined': { verdict: 'fail', misconception: 'silence-of-nothing' } },
  },
  {
    name: 'heard-when-closed',
    story: 'A stream that is lost is still watched.',
    patches: [replacing('    this.#heardMs = undefined;\n', '')],
    killedBy: { 'lab-10/silence-undefined': { verdict: 'fail', misconception: 'silent-while-closed' } },
  },
];

function replacing(find: string, replace: string): Patch {
  return { file: 'reconnection.ts', find, replace };
}
