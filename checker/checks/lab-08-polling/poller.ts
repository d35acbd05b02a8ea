/** Step 5, the core of the client: class `Poller`, call by call. */
import { kindOf, shownJson } from '../../peer/json.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import type { Random } from '../../run/random.ts';
import type { Evidence } from '../../run/result.ts';
import { type Message, type Outcome, type PollerOptions, Polls, type Step, WRONG_POLLS } from './polls.ts';

const LIMIT_MS = 5000;
const TOLERANCE_MS = 1.001;
const SHOWN_CALLS = 6;

type Call =
  | { call: 'ask'; nowMs: number }
  | { call: 'receive'; outcome: Outcome; nowMs: number; random: number };

/** A row: the options, then calls; each is compared with what the judge's own poller returns. */
interface Row {
  name: string;
  options: PollerOptions;
  calls: Call[];
}

const ask = (nowMs: number): Call => ({ call: 'ask', nowMs });
const receive = (outcome: Outcome, nowMs: number, random = 0): Call => ({
  call: 'receive',
  outcome,
  nowMs,
  random,
});
const news = (...ids: number[]): Outcome => ({
  type: 'messages',
  messages: ids.map((id) => ({ id, text: `message ${id}` })),
});
const none: Outcome = { type: 'none' };
const failed: Outcome = { type: 'failed' };

const HINTS = {
  'other-target':
    'The target is not the one that the server has to get. Compare it letter by letter with the table in the README: the path, since, and for a long poll timeout in seconds.',
  'no-step': 'receive returns an object with messages, an array, and delayMs, a number.',
  'given-twice':
    'A message was given out twice. The server may say again what it has said; compare each id with the greatest one that was given out, and leave out what is not greater.',
  'since-forgotten':
    'since is back at 0 after an answer. What the poller has read must be kept from one poll to the next.',
  'since-counted':
    'since is the greatest id that was given out, not the number of messages: ids may have gaps.',
  'since-is-last':
    'since went back: the last message of an answer need not have the greatest id, when the server repeats an old one.',
  'since-lost': 'A failure loses nothing: since stays as it is, or everything is read again.',
  'interval-after-answer':
    'The interval was counted from the answer. It goes from the start of one poll to the start of the next: the time that the answer took is a part of it.',
  'piles-up':
    'A poll took longer than the interval, and now the missed ones are made up, one at once after the other. Count from the start of the last poll, not from a timetable.',
  'negative-delay': 'The answer took longer than the interval, and the delay is negative: at once is 0.',
  'interval-when-long':
    'A long poll is asked again at once: the server holds it, and that is the pause. A message that comes while the client sleeps would wait.',
  'interval-when-failed':
    'After a failure the delay is not the interval: it doubles with each failure in a row.',
  'no-wait':
    'After a failure the next request comes at once: a server in trouble is asked by all, without a pause.',
  'never-grows': 'The delay stays the same, however often it fails. It doubles with each failure in a row.',
  'grows-by-addition': 'The delay grows by the same amount each time. It doubles: times 2 to the n-1.',
  'first-wait-doubled': 'The first failure already has twice the delay. Count: the first one has 2 to the 0.',
  'no-jitter':
    'The delay does not depend on the random number. Without it all clients that lost the same server come back in the same moment.',
  'full-jitter': 'Half of the ceiling is certain, and the other half by chance: ceiling × (1 + random) / 2.',
  'jitter-beyond':
    'The delay is more than the ceiling: ceiling × (1 + random) / 2 lies between one half and the whole.',
  'no-cap': 'The delay grows beyond maxRetryMs. Where is it held?',
  'cap-after-jitter':
    'First the ceiling is held at maxRetryMs, then chance is applied. The other way round all wait exactly maxRetryMs.',
  overflow:
    'After many failures the number is no longer what it was meant to be: 1 << 31 is negative, and 1 << 32 is 1.',
  'never-reset': 'After a success the count of failures begins again.',
  'reset-by-news-only': 'A 204 is a success too: the count of failures begins again after it.',
  otherwise:
    'Take the calls of the report one after the other and work out by hand what each has to return. What does your Poller remember between them?',
};

export const poller: Check[] = [
  {
    id: 'lab-08/poller-ask',
    step: 5,
    title: 'Poller.ask: the target by mode, since and timeout',
    rule: 'README, the contract',
    quote:
      'In long mode it is `/messages/wait` with `since` and `timeout`, in short mode `/messages` with `since`.',
    level: 'lab',
    hints: HINTS,
    run: (judge) =>
      tryRows(judge, [
        { name: 'the first short poll', options: { mode: 'short' }, calls: [ask(0)] },
        { name: 'the first long poll', options: { mode: 'long' }, calls: [ask(5)] },
        {
          name: 'a long poll of half a second',
          options: { mode: 'long', timeoutSeconds: 0.5 },
          calls: [ask(0)],
        },
        ...judge
          .draw('timeouts', (random) => [1, 2].map(() => random.integer(2, 60)))
          .map((timeoutSeconds): Row => {
            return {
              name: 'a timeout of its own',
              options: { mode: 'long', timeoutSeconds },
              calls: [ask(0), receive(news(1, 2), 10), ask(10)],
            };
          }),
      ]),
  },
  {
    id: 'lab-08/poller-messages',
    step: 5,
    title: 'Poller.receive gives out each message once, in order, and since follows',
    rule: 'README, step 5',
    quote:
      'Messages with an id greater than that of all given out before are given out, in their order, once; `since` is the greatest id that was given out.',
    level: 'lab',
    needs: ['lab-08/poller-ask'],
    hints: HINTS,
    async run(judge) {
      const at = judge.draw('at', (random) => random.integer(2, 30));
      const rows: Row[] = (['short', 'long'] as const).flatMap((mode) => {
        const options = { mode };
        return [
          {
            name: 'one answer after the other',
            options,
            calls: [ask(0), receive(news(1, 2), 10), ask(10), receive(news(3), 30), ask(30)],
          },
          {
            name: 'an answer that says old things again',
            options,
            calls: [
              ask(0),
              receive(news(at, at + 1), 10),
              ask(10),
              receive(news(at - 1, at, at + 1, at + 2), 20),
              ask(20),
            ],
          },
          {
            name: 'an answer with old things only',
            options,
            calls: [
              ask(0),
              receive(news(1, 2, 3), 10),
              ask(10),
              receive(news(1, 2), 20),
              ask(20),
              receive(news(4), 30),
            ],
          },
          {
            name: 'ids with gaps',
            options,
            calls: [ask(0), receive(news(at, at * 3), 10), ask(10), receive(news(at * 3 + 5), 20), ask(20)],
          },
          {
            name: 'no news',
            options,
            calls: [
              ask(0),
              receive(news(), 10),
              ask(10),
              receive(none, 20),
              ask(20),
              receive(news(7), 30),
              ask(30),
              receive(none, 40),
              ask(40),
            ],
          },
        ];
      });
      await tryRows(judge, rows);
    },
  },
  {
    id: 'lab-08/poller-failed-since',
    step: 5,
    title: 'a failure loses nothing: since stays',
    rule: 'README, step 5',
    quote: 'A failure loses nothing: `since` stays as it is.',
    level: 'lab',
    needs: ['lab-08/poller-messages'],
    hints: HINTS,
    run: (judge) =>
      tryRows(
        judge,
        (['short', 'long'] as const).map((mode) => ({
          name: 'failures between answers',
          options: { mode },
          calls: [
            ask(0),
            receive(news(1, 2), 10),
            ask(10),
            receive(failed, 20, 0.5),
            ask(1000),
            receive(failed, 1020, 0.25),
            ask(3000),
            receive(news(2, 3), 3010),
            ask(3010),
          ],
        })),
      ),
  },
  {
    id: 'lab-08/poller-long',
    step: 5,
    title: 'a long poll is asked again at once',
    rule: 'README, step 5',
    quote: 'after `messages` or `none` in long mode at once: `delayMs` is 0',
    level: 'lab',
    hints: HINTS,
    run: (judge) =>
      tryRows(judge, [
        {
          name: 'answers to long polls',
          options: { mode: 'long', intervalMs: 700 },
          calls: [
            ask(0),
            receive(news(1), 10, 0.5),
            ask(10),
            receive(none, 30_010, 0.5),
            ask(30_010),
            receive(news(), 30_020, 0.9),
          ],
        },
      ]),
  },
  {
    id: 'lab-08/poller-short',
    step: 5,
    title: 'short polls start one interval apart, and never pile up',
    rule: 'README, step 5',
    quote:
      '`intervalMs` less what the answer has taken, and 0 when it has taken longer than that. Intervals that were missed are not made up for',
    level: 'lab',
    needs: ['lab-08/poller-ask'],
    hints: HINTS,
    run: (judge) => {
      const intervalMs = judge.draw('interval', (random) => random.integer(200, 900));
      const start = judge.draw('start', (random) => random.integer(1000, 9000));
      const options = { mode: 'short', intervalMs } as const;
      return tryRows(judge, [
        {
          name: 'a quick answer',
          options,
          calls: [
            ask(start),
            receive(news(1), start + 50),
            ask(start + intervalMs),
            receive(none, start + intervalMs + 10),
          ],
        },
        {
          name: 'an answer that takes exactly the interval',
          options,
          calls: [ask(start), receive(none, start + intervalMs)],
        },
        {
          name: 'an answer that takes longer than three intervals, then quick ones',
          options,
          calls: [
            ask(start),
            receive(news(1), start + intervalMs * 3.5),
            ask(start + intervalMs * 3.5),
            receive(news(2), start + intervalMs * 3.5 + 20),
            ask(start + intervalMs * 4.5),
            receive(none, start + intervalMs * 4.5 + 30),
          ],
        },
        {
          name: 'the default interval',
          options: { mode: 'short' },
          calls: [ask(start), receive(news(), start + 100)],
        },
      ]);
    },
  },
  {
    id: 'lab-08/poller-back-off',
    step: 5,
    title: 'after failures the delay doubles, half of it by chance, up to a limit',
    rule: 'README, step 5',
    quote:
      'After the n-th failure in a row the ceiling is `retryMs` × 2^(n−1), and `maxRetryMs` at most; the wait is between half of the ceiling and the whole: `delayMs` = ceiling × (1 + `random`) / 2.',
    level: 'lab',
    needs: ['lab-08/poller-ask'],
    hints: HINTS,
    run: (judge) => {
      const retryMs = judge.draw('retry', (random) => random.integer(100, 900));
      const maxRetryMs = retryMs * 10;
      const random = judge.draw('random', (random) => random.integer(10, 90)) / 100;
      return tryRows(
        judge,
        (['short', 'long'] as const).flatMap((mode) => [
          {
            name: 'failures in a row',
            options: { mode, retryMs, maxRetryMs },
            calls: Array.from({ length: 8 }, (_, n) => [
              ask(n * 10_000),
              receive(failed, n * 10_000 + 10, n % 3 === 0 ? random : n % 3 === 1 ? 0 : 0.999),
            ]).flat(),
          },
          {
            name: 'failures with the default times',
            options: { mode },
            calls: Array.from({ length: 9 }, (_, n) => [
              ask(n * 50_000),
              receive(failed, n * 50_000 + 10, random),
            ]).flat(),
          },
          {
            name: 'a first wait over the limit',
            options: { mode, retryMs: maxRetryMs * 2, maxRetryMs },
            calls: [ask(0), receive(failed, 10, random), ask(50_000), receive(failed, 50_010, 0)],
          },
        ]),
      );
    },
  },
  {
    id: 'lab-08/poller-many-failures',
    step: 5,
    title: 'after thousands of failures the delay is still the greatest',
    rule: 'README, step 5',
    quote: 'After the n-th failure in a row the ceiling is `retryMs` × 2^(n−1), and `maxRetryMs` at most',
    level: 'lab',
    needs: ['lab-08/poller-back-off'],
    hints: HINTS,
    run: (judge) =>
      tryRows(judge, [
        {
          name: '3,000 failures in a row',
          options: { mode: 'long', retryMs: 500, maxRetryMs: 30_000 },
          calls: Array.from({ length: 3000 }, (_, n) => [
            ask(n * 40_000),
            receive(failed, n * 40_000 + 1, 0.5),
          ]).flat(),
        },
      ]),
  },
  {
    id: 'lab-08/poller-reset',
    step: 5,
    title: 'after a success the count of failures begins again',
    rule: 'README, step 5',
    quote: '`messages` and `none` are successes: the next failure is the first again.',
    level: 'lab',
    needs: ['lab-08/poller-back-off'],
    hints: HINTS,
    run: (judge) =>
      tryRows(
        judge,
        (['short', 'long'] as const).flatMap((mode) =>
          [news(1), news(), none].map((success) => ({
            name: `failures, then ${success.type === 'none' ? 'a 204' : 'a 200'}, then failures`,
            options: { mode },
            calls: [
              ...[0, 1, 2].flatMap((n) => [ask(n * 10_000), receive(failed, n * 10_000 + 10, 0.5)]),
              ask(40_000),
              receive(success, 40_010, 0.5),
              ...[5, 6].flatMap((n) => [ask(n * 10_000), receive(failed, n * 10_000 + 10, 0.5)]),
            ],
          })),
        ),
      ),
  },
  {
    id: 'lab-08/poller-generated',
    step: 5,
    title: 'any sequence of outcomes',
    rule: 'README, the contract',
    quote: 'It is called once after each `ask`.',
    level: 'lab',
    needs: ['lab-08/poller-messages', 'lab-08/poller-short', 'lab-08/poller-long', 'lab-08/poller-reset'],
    hints: HINTS,
    async run(judge) {
      const rows = Array.from({ length: 30 }, (_, number) =>
        judge.draw(`row ${number}`, (random) => JSON.stringify(drawnRow(random))),
      );
      await tryRows(
        judge,
        rows.map((row) => JSON.parse(row) as Row),
      );
    },
  },
];

function drawnRow(random: Random): Row {
  const options: PollerOptions = {
    mode: random.pick(['short', 'long']),
    intervalMs: random.integer(10, 2000),
    timeoutSeconds: random.integer(1, 60),
    retryMs: random.integer(10, 1000),
    maxRetryMs: random.integer(1000, 60_000),
  };
  const calls: Call[] = [];
  let nowMs = random.integer(0, 1_000_000);
  let id = 0;
  for (let turn = random.integer(3, 12); turn > 0; turn -= 1) {
    calls.push(ask(nowMs));
    nowMs += random.integer(1, 3000);
    const kind = random.integer(0, 3);
    const first = Math.max(1, id - random.integer(0, 2));
    const count = random.integer(0, 4);
    const messages = news(...Array.from({ length: count }, (_, n) => first + n));
    if (kind < 2) id = Math.max(id, first + count - 1);
    const outcome = kind < 2 ? messages : kind === 2 ? none : failed;
    calls.push(receive(outcome, nowMs, random.integer(0, 999) / 1000));
    nowMs += random.integer(0, 5000);
  }
  return { name: 'a drawn sequence', options, calls };
}

async function tryRows(judge: Judge, rows: readonly Row[]): Promise<void> {
  const host = await judge.module();
  for (const row of rows) {
    const calls = row.calls.map((call) =>
      call.call === 'ask'
        ? (['ask', call.nowMs] as const)
        : (['receive', call.outcome, call.nowMs, call.random] as const),
    );
    const outcome = await host.play({ className: 'Poller', constructorArgs: [row.options], calls }, LIMIT_MS);
    if (outcome.kind !== 'ok') {
      const at = outcome.at.during === 'method' ? outcome.at.call : 0;
      judge.failModule(outcome, shownCalls(row, at, 'what the README says of this call'));
    }
    const { values } = outcome;
    const right = replay(row, new Polls(row.options));
    const at = row.calls.findIndex((_, index) => !isRight(right[index]!, values[index]));
    if (at >= 0) failRow(judge, row, right, values, at);
    judge.observe();
  }
}

function failRow(judge: Judge, row: Row, right: unknown[], values: unknown[], at: number): never {
  const call = row.calls[at]!;
  const expected = shownJson(right[at], 300);
  const actual = shownJson(values[at], 300);
  judge.fail(
    `given ${row.name}, ${call.call} (call ${at + 1} of ${row.calls.length}) returned ${shownJson(values[at], 120)}`,
    symptomOf(row, values, at),
    { ...shownCalls(row, at, expected), actual },
  );
}

function symptomOf(row: Row, values: unknown[], at: number): string {
  const value = values[at];
  if (row.calls[at]!.call === 'receive' && !isStep(value)) return 'no-step';
  for (const [symptom, Wrong] of WRONG_POLLS) {
    const wrong = replay(row, new Wrong(row.options));
    if (row.calls.slice(0, at + 1).every((_, index) => isRight(wrong[index]!, values[index]))) return symptom;
  }
  if (typeof value !== 'string' && row.calls[at]!.call === 'ask') return 'other-target';
  return row.calls[at]!.call === 'ask' ? 'other-target' : 'otherwise';
}

function shownCalls(row: Row, at: number, expected: string): Partial<Evidence> {
  const from = Math.max(0, at + 1 - SHOWN_CALLS);
  const lines = row.calls
    .slice(from, at + 1)
    .map((call) =>
      call.call === 'ask'
        ? `ask(${call.nowMs})`
        : `receive(${JSON.stringify(call.outcome)}, ${call.nowMs}, ${call.random})`,
    );
  const bytes = Buffer.from(
    [`new Poller(${JSON.stringify(row.options)})`, ...(from > 0 ? ['…'] : []), ...lines].join('\n'),
  );
  return {
    sent: [{ label: 'these calls', excerpt: { offset: 0, bytes, totalBytes: bytes.length }, cuts: [] }],
    accepted: [expected],
  };
}

function replay(row: Row, polls: Polls): (string | Step)[] {
  return row.calls.map((call) =>
    call.call === 'ask' ? polls.ask(call.nowMs) : polls.receive(call.outcome, call.nowMs, call.random),
  );
}

function isRight(expected: string | Step, actual: unknown): boolean {
  if (typeof expected === 'string') return typeof actual === 'string' && sameTarget(expected, actual);
  if (!isStep(actual)) return false;
  return (
    Math.abs(actual.delayMs - expected.delayMs) <= TOLERANCE_MS &&
    actual.delayMs >= 0 === expected.delayMs >= 0 &&
    sameMessages(expected.messages, actual.messages)
  );
}

function isStep(value: unknown): value is Step {
  if (kindOf(value) !== 'an object') return false;
  const { messages, delayMs } = value as Partial<Step>;
  return Array.isArray(messages) && typeof delayMs === 'number' && !Number.isNaN(delayMs);
}

function sameMessages(expected: readonly Message[], actual: readonly unknown[]): boolean {
  return (
    expected.length === actual.length &&
    expected.every(({ id, text }, index) => {
      const message = actual[index] as Partial<Message> | null;
      return message?.id === id && message.text === text;
    })
  );
}

/** The same path and the same parameters, in any order, numbers by value. */
export function sameTarget(expected: string, actual: string): boolean {
  const [path, query] = actual.split('?');
  const [rightPath, rightQuery] = expected.split('?');
  if (path !== rightPath) return false;
  const given = [...new URLSearchParams(query)];
  const right = [...new URLSearchParams(rightQuery)];
  return (
    given.length === right.length &&
    right.every(([name, value]) =>
      given.some((other) => other[0] === name && other[1] !== '' && Number(other[1]) === Number(value)),
    )
  );
}
