/** Pollers that forget, count wrong, or ask too often: step 5. */
import type { Mutant } from '../mutant.ts';
import { poll } from './patches.ts';

const IS_NEW = '      if (id <= this.#since) return false;\n';
const MOVES = '      this.#since = id;\n';
const SHORT = 'return Math.max(0, this.#askedMs + this.#options.intervalMs - nowMs);';
const CEILING = 'const ceilingMs = Math.min(this.#ceilingMs, this.#options.maxRetryMs);';
const GROWS = 'this.#ceilingMs = ceilingMs * 2;';
const WAIT = 'return (ceilingMs * (1 + random)) / 2;';
const RESET = '    this.#ceilingMs = this.#options.retryMs;\n    const messages';
const FAILED = "if (outcome.type === 'failed') return";

export const core: Mutant[] = [
  {
    name: 'timeout-in-ms',
    story: 'Times are in milliseconds everywhere, so the timeout in the request is too.',
    patches: [poll('&timeout=${timeoutSeconds}`', '&timeout=${timeoutSeconds * 1000}`')],
    killedBy: { 'lab-08/poller-ask': { verdict: 'fail', misconception: 'other-target' } },
  },
  {
    name: 'since-never-sent',
    story: 'The server is asked for everything, each time; what is old is left out here.',
    patches: [poll('return `/messages?since=${this.#since}`', 'return `/messages`')],
    killedBy: { 'lab-08/poller-ask': { verdict: 'fail', misconception: 'other-target' } },
  },
  {
    name: 'given-twice',
    story: 'What the server sends is taken for new, since it was asked for what is new.',
    patches: [poll(IS_NEW, '')],
    killedBy: { 'lab-08/poller-messages': { verdict: 'fail', misconception: 'given-twice' } },
  },
  {
    name: 'since-is-a-count',
    story: 'since counts the messages that came, which is the same as long as the ids have no gaps.',
    patches: [
      poll(MOVES, ''),
      poll(
        '    return messages.filter(({ id }) => {\n',
        '    const before = this.#since;\n    return messages.filter(({ id }) => {\n      if (id > before) this.#since += 1;\n      if (id > before) return true;\n',
      ),
    ],
    killedBy: { 'lab-08/poller-messages': { verdict: 'fail', misconception: 'since-counted' } },
  },
  {
    name: 'since-of-the-last',
    story: 'since is the id of the last message in the answer, whatever came before it.',
    patches: [
      poll(
        '    const messages = outcome.type',
        "    const last = outcome.type === 'messages' ? outcome.messages.at(-1)?.id : undefined;\n    const messages = outcome.type",
      ),
      poll(
        '    return { messages, delayMs: this.#untilNext(nowMs) };',
        '    this.#since = last ?? this.#since;\n    return { messages, delayMs: this.#untilNext(nowMs) };',
      ),
    ],
    killedBy: { 'lab-08/poller-messages': { verdict: 'fail', misconception: 'since-is-last' } },
  },
  {
    name: 'from-the-start-after-a-failure',
    story: 'After a failure all begins anew: since too.',
    patches: [
      poll(
        FAILED,
        "if (outcome.type === 'failed') this.#since = 0;\n    if (outcome.type === 'failed') return",
      ),
    ],
    killedBy: { 'lab-08/poller-failed-since': { verdict: 'fail', misconception: 'since-lost' } },
  },
  {
    name: 'long-with-interval',
    story: 'The interval is kept in long mode as well: what comes in the pause waits for its end.',
    patches: [poll("    if (this.#options.mode === 'long') return 0;\n", '')],
    killedBy: { 'lab-08/poller-long': { verdict: 'fail', misconception: 'interval-when-long' } },
  },
  {
    name: 'interval-after-the-answer',
    story:
      'The interval begins when the answer has come, so a slow server is asked less often than one wants.',
    patches: [poll(SHORT, 'return this.#options.intervalMs;')],
    killedBy: { 'lab-08/poller-short': { verdict: 'fail', misconception: 'interval-after-answer' } },
  },
  {
    name: 'negative-delay',
    story: 'The difference of two times is taken for a delay, whatever its sign.',
    patches: [poll(SHORT, 'return this.#askedMs + this.#options.intervalMs - nowMs;')],
    killedBy: { 'lab-08/poller-short': { verdict: 'fail', misconception: 'negative-delay' } },
  },
  {
    name: 'missed-intervals-made-up',
    story: 'A timetable: each poll has its time, also the ones that were missed.',
    patches: [
      poll('    this.#askedMs = nowMs;\n', '    this.#askedMs ||= nowMs;\n'),
      poll(
        SHORT,
        'this.#askedMs += this.#options.intervalMs;\n    return Math.max(0, this.#askedMs - nowMs);',
      ),
    ],
    killedBy: { 'lab-08/poller-short': { verdict: 'fail', misconception: 'piles-up' } },
  },
  {
    name: 'no-wait-after-failure',
    story: 'A long poll is asked again at once, whatever came of the last.',
    patches: [poll(WAIT, 'return 0 * random;')],
    killedBy: { 'lab-08/poller-back-off': { verdict: 'fail', misconception: 'no-wait' } },
  },
  {
    name: 'interval-after-failure',
    story: 'A failure is a poll as any other, and the next one comes after the interval.',
    patches: [poll(WAIT, 'return this.#options.intervalMs + 0 * random;')],
    killedBy: { 'lab-08/poller-back-off': { verdict: 'fail', misconception: 'interval-when-failed' } },
  },
  {
    name: 'same-wait-always',
    story: 'The wait after a failure is a constant.',
    patches: [poll(GROWS, '')],
    killedBy: { 'lab-08/poller-back-off': { verdict: 'fail', misconception: 'never-grows' } },
  },
  {
    name: 'grows-by-addition',
    story: 'Each failure adds the same to the wait.',
    patches: [poll(GROWS, 'this.#ceilingMs = ceilingMs + this.#options.retryMs;')],
    killedBy: { 'lab-08/poller-back-off': { verdict: 'fail', misconception: 'grows-by-addition' } },
  },
  {
    name: 'no-jitter',
    story: 'Chance looks untidy, and the test with one client works without it.',
    patches: [poll(WAIT, 'return ceilingMs + 0 * random;')],
    killedBy: { 'lab-08/poller-back-off': { verdict: 'fail', misconception: 'no-jitter' } },
  },
  {
    name: 'full-jitter',
    story: 'The wait is drawn from 0 on, as many articles have it.',
    patches: [poll(WAIT, 'return ceilingMs * random;')],
    killedBy: { 'lab-08/poller-back-off': { verdict: 'fail', misconception: 'full-jitter' } },
  },
  {
    name: 'no-cap',
    story: 'maxRetryMs is an option that nobody looks at.',
    patches: [poll(CEILING, 'const ceilingMs = this.#ceilingMs;')],
    killedBy: { 'lab-08/poller-back-off': { verdict: 'fail', misconception: 'no-cap' } },
  },
  {
    name: 'shifted-too-far',
    story: 'The power of two is a shift, and after 31 failures its sign is turned round.',
    patches: [
      poll('  #ceilingMs: number;\n', '  #ceilingMs: number;\n  #failures = 0;\n'),
      poll(
        CEILING,
        'const ceilingMs = Math.min(this.#options.retryMs * (1 << this.#failures), this.#options.maxRetryMs);',
      ),
      poll(GROWS, 'this.#failures += 1;'),
      poll(RESET, '    this.#failures = 0;\n    const messages'),
    ],
    killedBy: { 'lab-08/poller-many-failures': { verdict: 'fail', misconception: 'overflow' } },
  },
  {
    name: 'never-reset',
    story: 'The count of failures is never set back: after a bad day the client stays slow.',
    patches: [poll(RESET, '    const messages')],
    killedBy: { 'lab-08/poller-reset': { verdict: 'fail', misconception: 'never-reset' } },
  },
  {
    name: 'reset-by-news-only',
    story: 'A success is an answer with messages; a 204 is none.',
    patches: [
      poll(
        RESET,
        "    if (outcome.type === 'messages') this.#ceilingMs = this.#options.retryMs;\n    const messages",
      ),
    ],
    killedBy: { 'lab-08/poller-reset': { verdict: 'fail', misconception: 'reset-by-news-only' } },
  },
  {
    name: 'many-messages-forgotten',
    story: 'Of an answer with many messages only the last three are given out.',
    patches: [poll('#takeNew(outcome.messages)', '#takeNew(outcome.messages.slice(-3))')],
    killedBy: { 'lab-08/poller-generated': { verdict: 'fail', misconception: 'otherwise' } },
  },
];
