/** Steps 7 and 8: how long to wait, and how long a stream may be silent. */
import type { Check } from '../../run/check.ts';
import { expectScripts, HINTS, losses } from './waiting-scripts.ts';

export const waits: Check[] = [
  {
    id: 'lab-10/first-wait',
    step: 7,
    title: 'the first wait is the reconnection time',
    rule: 'README, step 7',
    quote: 'The first wait after a stream that was opened is R, exactly. So is the first wait of all.',
    level: 'lab',
    hints: { ...HINTS, otherwise: 'Nothing has failed yet, so n is 0: the wait is R, whatever `random` is.' },
    async run(judge) {
      const ms = judge.draw('ms', (random) => random.integer(100, 9000));
      await expectScripts(judge, [
        { name: 'the first attempt of all has failed', calls: [['lost', 0.5]] },
        {
          name: 'the first stream was lost',
          calls: [
            ['opened', 1000],
            ['lost', 0.9],
          ],
        },
        {
          name: 'the first stream was lost, with retryMs',
          options: { retryMs: ms },
          calls: [
            ['opened', 5],
            ['lost', 0],
          ],
        },
        {
          name: 'streams are opened and lost in turn',
          options: { retryMs: ms },
          calls: [
            ['opened', 0],
            ['lost', 0.3],
            ['opened', 10],
            ['lost', 0.99],
            ['opened', 20],
            ['lost', 0],
          ],
        },
        {
          name: 'retryMs is longer than maxRetryMs',
          options: { retryMs: 60_000 },
          calls: [
            ['opened', 0],
            ['lost', 0.5],
          ],
        },
      ]);
    },
  },
  {
    id: 'lab-10/back-off',
    step: 7,
    title: 'waits grow after failed attempts, with jitter, up to a limit',
    rule: 'README, step 7',
    quote:
      'When n attempts in a row have failed since that wait, the next wait is at least R, and grows: it is `max(R, ceiling × (1 + random) / 2)`, where `ceiling` is R × 2^n, but at most `maxRetryMs`.',
    level: 'lab',
    needs: ['lab-10/first-wait'],
    hints: { ...HINTS, otherwise: 'Take the example below the rule, and follow n from call to call.' },
    async run(judge) {
      const randoms = judge.draw('randoms', (random) =>
        Array.from({ length: 8 }, () => random.integer(0, 999) / 1000),
      );
      const [a = 0, b = 0, c = 0] = randoms;
      const retryMs = judge.draw('R', (random) => random.integer(200, 2000));
      await expectScripts(judge, [
        {
          name: 'attempts fail, as in the README',
          calls: [
            ['opened', 0],
            ['lost', 0.5],
            ['lost', 0.5],
            ['lost', 0.5],
          ],
        },
        {
          name: 'attempts fail, and random is 0',
          options: { retryMs },
          calls: [['opened', 0], ...losses(0, 0, 0, 0)],
        },
        {
          name: 'attempts fail, and random is drawn',
          options: { retryMs, maxRetryMs: 10 ** 6 },
          calls: [['opened', 0], ...losses(...randoms)],
        },
        { name: 'attempts fail from the beginning', options: { retryMs }, calls: losses(a, b, c) },
        { name: 'attempts fail up to maxRetryMs', calls: losses(a, b, c, a, 0, 0.999, 0.5, b) },
        {
          name: 'retryMs is longer than maxRetryMs, and attempts fail',
          options: { retryMs: 5000, maxRetryMs: 1000 },
          calls: losses(0.9, 0.9, 0.1, 0.5),
        },
      ]);
    },
  },
  {
    id: 'lab-10/opened-resets',
    step: 7,
    title: 'a stream that is opened ends the growth',
    rule: 'README, step 7',
    quote: '`opened` sets n to 0.',
    level: 'lab',
    needs: ['lab-10/back-off'],
    hints: {
      ...HINTS,
      otherwise: 'A stream that opened is a success: what failed before it does not count any more.',
    },
    async run(judge) {
      await expectScripts(judge, [
        {
          name: 'a stream opens after failures',
          calls: [...losses(0.5, 0.5, 0.5), ['opened', 9], ...losses(0.5, 0.5)],
        },
        {
          name: 'bytes come between failures and do not count',
          calls: [
            ['opened', 0],
            ['heard', 5],
            ...losses(0.5, 0.5),
            ['opened', 50],
            ['heard', 60],
            ...losses(0.5),
          ],
        },
      ]);
    },
  },
  {
    id: 'lab-10/retry-sets-wait',
    step: 7,
    title: 'retry sets the reconnection time, and it stays',
    rule: 'README, step 7',
    quote:
      'Let R be the reconnection time: `retryMs`, until `retry` sets another. It then stays, also for later streams.',
    level: 'lab',
    needs: ['lab-10/back-off'],
    hints: {
      ...HINTS,
      otherwise: 'One variable: the option is its first value, `retry` sets it, and nothing else does.',
    },
    async run(judge) {
      const ms = judge.draw('ms', (random) => random.integer(50, 2500));
      await expectScripts(judge, [
        {
          name: 'retry comes in a stream',
          calls: [
            ['opened', 0],
            ['retry', ms],
            ['lost', 0.5],
            ['lost', 0.5],
          ],
        },
        {
          name: 'retry came in an earlier stream',
          calls: [
            ['opened', 0],
            ['retry', ms],
            ['lost', 0.5],
            ['opened', 9],
            ['lost', 0.5],
            ['opened', 19],
            ['lost', 0.1],
          ],
        },
        {
          name: 'two retries come',
          calls: [
            ['opened', 0],
            ['retry', 9999],
            ['retry', ms],
            ['lost', 0.5],
          ],
        },
        {
          name: 'retry is 0',
          calls: [
            ['opened', 0],
            ['retry', 0],
            ['lost', 0.5],
            ['lost', 0.5],
          ],
        },
        {
          name: 'retry is longer than maxRetryMs',
          calls: [['opened', 0], ['retry', 45_000], ...losses(0.5, 0.9)],
        },
        {
          name: 'retry comes after failures',
          calls: [...losses(0.5, 0.5, 0.5), ['retry', ms], ['lost', 0.5]],
        },
      ]);
    },
  },
  {
    id: 'lab-10/longest-wait',
    step: 7,
    title: 'no wait is longer than a timer can be, however often it fails',
    rule: 'README, step 7',
    quote:
      'No wait is longer than 2,147,483,647 ms: a timer of Node that is longer fires at once. This is true for R itself.',
    level: 'lab',
    needs: ['lab-10/retry-sets-wait'],
    hints: { ...HINTS, otherwise: 'At the very end of `lost`: at most 2,147,483,647.' },
    async run(judge) {
      await expectScripts(judge, [
        {
          name: 'retry is 2,147,483,647',
          calls: [
            ['opened', 0],
            ['retry', 2 ** 31 - 1],
            ['lost', 0.5],
          ],
        },
        {
          name: 'retry is 2,147,483,648',
          calls: [
            ['opened', 0],
            ['retry', 2 ** 31],
            ['lost', 0.5],
          ],
        },
        {
          name: 'retry has 30 digits',
          calls: [
            ['opened', 0],
            ['retry', 1e29],
            ['lost', 0.5],
            ['lost', 0.5],
          ],
        },
        {
          name: 'retry is without an end',
          calls: [
            ['opened', 0],
            ['retry', Number.POSITIVE_INFINITY],
            ['lost', 0],
          ],
        },
        {
          name: 'maxRetryMs is far too long',
          options: { maxRetryMs: 1e12 },
          calls: losses(...Array<number>(40).fill(0.5)),
        },
      ]);
    },
  },
  {
    id: 'lab-10/thousands-of-failures',
    step: 7,
    title: 'a wait is right after thousands of failures, and for an R of 0',
    rule: 'README, step 7',
    quote: 'It is right after thousands of failures too, and for an R of 0, where every wait is 0.',
    level: 'lab',
    needs: ['lab-10/retry-sets-wait'],
    hints: { ...HINTS, otherwise: 'What becomes of 2^n when n is 31, 32, 1023, 1024? And of 0 times that?' },
    async run(judge) {
      await expectScripts(judge, [
        { name: '40 attempts fail', calls: losses(...Array<number>(40).fill(0.5)) },
        { name: '3,000 attempts fail', calls: losses(...Array<number>(3000).fill(0.25)) },
        {
          name: '3,000 attempts fail, and R is 0',
          options: { retryMs: 0 },
          calls: losses(...Array<number>(3000).fill(0.25)),
        },
      ]);
    },
  },
];

export const silences: Check[] = [
  {
    id: 'lab-10/silence-left',
    step: 8,
    title: 'silenceLeft counts from what was heard last',
    rule: 'README, step 8',
    quote:
      'Otherwise it is the time of the last `opened` or `heard`, plus `silenceMs`, minus `now`, but never less than 0.',
    level: 'lab',
    needs: ['lab-10/first-wait'],
    hints: {
      ...HINTS,
      otherwise: 'Remember the time of the last `opened` or `heard`; the rest is one subtraction.',
    },
    async run(judge) {
      const start = judge.draw('start', (random) => random.integer(1000, 99_999));
      const options = { silenceMs: 500 };
      await expectScripts(judge, [
        {
          name: 'a stream opened',
          options,
          calls: [
            ['opened', start],
            ['silenceLeft', start],
            ['silenceLeft', start + 200],
          ],
        },
        {
          name: 'bytes came',
          options,
          calls: [
            ['opened', start],
            ['heard', start + 300],
            ['silenceLeft', start + 400],
            ['heard', start + 700],
            ['silenceLeft', start + 700],
          ],
        },
        {
          name: 'it is over',
          options,
          calls: [
            ['opened', start],
            ['silenceLeft', start + 500],
            ['silenceLeft', start + 9000],
          ],
        },
        {
          name: 'a second stream opened',
          options,
          calls: [
            ['opened', start],
            ['heard', start + 10],
            ['lost', 0],
            ['opened', start + 5000],
            ['silenceLeft', start + 5100],
          ],
        },
        {
          name: 'a stream opened at the time 0',
          options,
          calls: [
            ['opened', 0],
            ['silenceLeft', 100],
          ],
        },
      ]);
    },
  },
  {
    id: 'lab-10/silence-undefined',
    step: 8,
    title: 'silenceLeft is undefined where a stream may be silent, or where none is open',
    rule: 'README, step 8',
    quote:
      '`silenceLeft(now)` is `undefined` when `silenceMs` is 0, before the first `opened`, and from `lost` until the next `opened`.',
    level: 'lab',
    needs: ['lab-10/silence-left'],
    hints: { ...HINTS, otherwise: 'No limit, or no stream: `undefined`.' },
    async run(judge) {
      const options = { silenceMs: 500 };
      await expectScripts(judge, [
        {
          name: 'silenceMs is left out',
          calls: [
            ['opened', 1000],
            ['silenceLeft', 1100],
            ['heard', 1200],
            ['silenceLeft', 99_000],
          ],
        },
        {
          name: 'silenceMs is 0',
          options: { silenceMs: 0 },
          calls: [
            ['opened', 1000],
            ['silenceLeft', 1100],
          ],
        },
        { name: 'no stream was opened yet', options, calls: [['silenceLeft', 1100]] },
        {
          name: 'attempts have failed',
          options,
          calls: [
            ['lost', 0],
            ['silenceLeft', 1100],
            ['lost', 0],
            ['silenceLeft', 2100],
          ],
        },
        {
          name: 'a stream was lost',
          options,
          calls: [
            ['opened', 1000],
            ['heard', 1050],
            ['silenceLeft', 1100],
            ['lost', 0],
            ['silenceLeft', 1200],
            ['opened', 2000],
            ['silenceLeft', 2000],
          ],
        },
      ]);
    },
  },
];
