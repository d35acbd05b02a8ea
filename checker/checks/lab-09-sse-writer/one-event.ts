/** Steps 1 and 2, and the comments of step 5: what a reader makes of the bytes that the module writes. */
import type { Check } from '../../run/check.ts';
import type { Random } from '../../run/random.ts';
import { CALL_HINTS, expectComment, expectRead, expectTypeError } from './calls.ts';
import { seen } from './requests.ts';

const hints = <T extends { otherwise: string }>(own: T) => ({ ...CALL_HINTS, ...own });
const OTHERWISE = {
  otherwise: 'Look at the bytes in this report, line by line: what does a reader make of each (§9.2.6)?',
};

/** A text without line ends that is no trouble. */
const word = (random: Random): string => random.letters(random.integer(1, 12));
const PARTS = [
  '\n',
  '\r',
  '\r\n',
  '\n\n',
  ' ',
  '  ',
  ':',
  'data: x',
  'id',
  'event: e',
  '\0',
  'é',
  '🙂',
  '\ufeff',
  '\u2028',
  '\t',
  'retry: 1',
];
const BAD_RETRIES = [
  -1,
  1.5,
  1e21,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0.5,
  1e-7,
];

export const oneEvent: Check[] = [
  {
    id: 'lab-09/one-event',
    step: 1,
    title: 'an event is dispatched with its type, id and data',
    rule: 'README, step 1',
    quote:
      "A reader of `encodeEvent({ event: 'add', id: '7', data: 'milk' })` dispatches one event: its type is `add`, its id `7`, its data `milk`.",
    level: 'lab',
    hints: hints(OTHERWISE),
    async run(judge) {
      await expectRead(judge, [{ event: 'add', id: '7', data: 'milk' }], {
        events: [{ type: 'add', id: '7', data: 'milk' }],
      });
      const [type, id, data] = judge.draw('words', (random) => [
        word(random),
        word(random),
        word(random),
      ]) as [string, string, string];
      await expectRead(judge, [{ event: type, id, data }], { events: [{ type, id, data }], lastEventId: id });
      await expectRead(judge, [{ data }], { events: [{ type: 'message', id: '', data }] });
    },
  },
  {
    id: 'lab-09/left-out',
    step: 1,
    title: 'a member that is left out writes no line',
    rule: 'README, step 1',
    quote:
      '`encodeEvent` writes a line for each member that is there, and none for a member that is left out.',
    level: 'lab',
    needs: ['lab-09/one-event'],
    hints: hints(OTHERWISE),
    async run(judge) {
      const [type, id, data] = judge.draw('words', (random) => [
        word(random),
        word(random),
        word(random),
      ]) as [string, string, string];
      await expectRead(judge, [{ event: type, data }], { events: [{ type, id: '', data }], lastEventId: '' });
      await expectRead(judge, [{ id, data }], { events: [{ type: 'message', id, data }], lastEventId: id });
      await expectRead(judge, [{ id }, { data }], {
        events: [{ type: 'message', id, data }],
        lastEventId: id,
      });
    },
  },
  {
    id: 'lab-09/blocks',
    step: 1,
    title: 'each call is a block: several stand one behind the other',
    rule: 'README, the contract',
    quote: 'Each call stands by itself: the bytes of one call, and then those of another, are two blocks.',
    level: 'lab',
    needs: ['lab-09/one-event'],
    hints: hints(OTHERWISE),
    async run(judge) {
      const words = judge.draw('words', (random) => Array.from({ length: 8 }, () => word(random)));
      await expectRead(
        judge,
        words.map((data, index) => ({ data, id: `${index}`, ...(index % 2 === 0 && { event: data }) })),
        {
          events: words.map((data, index) => ({
            data,
            id: `${index}`,
            type: index % 2 === 0 ? data : 'message',
          })),
        },
      );
    },
  },
  {
    id: 'lab-09/utf8',
    step: 1,
    title: 'text is UTF-8, and a lone surrogate arrives as U+FFFD',
    rule: 'README, step 1',
    quote: 'The text is sent as UTF-8; a lone surrogate, which UTF-8 cannot say, arrives as U+FFFD.',
    level: 'lab',
    needs: ['lab-09/one-event'],
    hints: hints(OTHERWISE),
    async run(judge) {
      for (const text of ['é', 'Grüße, 世界 🙂', '\ufeffbom', '\u2028\u2029\u0085', 'a\ud800b', '\udc00'])
        await expectRead(judge, [{ event: text, id: text, data: text }], {
          events: [{ type: seen(text), id: seen(text), data: seen(text) }],
        });
    },
  },
  {
    id: 'lab-09/no-data',
    step: 1,
    title: 'without data nothing is dispatched, and nothing leaks',
    rule: 'README, step 1',
    quote:
      "Without `data` no event is dispatched. `encodeEvent({ id: '7' })` sets the id that the reader will come back with, and `encodeEvent({})` does nothing at all. Nothing of one block leaks into the next one.",
    level: 'lab',
    needs: ['lab-09/one-event'],
    hints: hints({
      ...OTHERWISE,
      type: CALL_HINTS.leak,
      'id-not-set': 'The id of a block without data counts: the empty line sets it.',
    }),
    async run(judge) {
      const [type, id, data] = judge.draw('words', (random) => [
        word(random),
        word(random),
        word(random),
      ]) as [string, string, string];
      await expectRead(judge, [{ id }], { events: [], lastEventId: id });
      await expectRead(judge, [{}], { events: [], lastEventId: '' });
      await expectRead(judge, [{ id }, {}], { events: [], lastEventId: id });
      await expectRead(judge, [{ event: type }, { data }], { events: [{ type: 'message', id: '', data }] });
      await expectRead(judge, [{ event: type, id, retry: 5 }, { data }, {}, { data, event: type }], {
        events: [
          { type: 'message', id, data },
          { type, id, data },
        ],
      });
    },
  },
  {
    id: 'lab-09/empty-type-and-id',
    step: 1,
    title: 'an empty type is none, an empty id is one',
    rule: 'README, step 1',
    quote:
      "`event: ''` is as if there were none, and the event is a `message`. `id: ''` is not: the reader forgets its id.",
    level: 'lab',
    needs: ['lab-09/no-data'],
    hints: hints(OTHERWISE),
    async run(judge) {
      const data = judge.draw('data', word);
      await expectRead(judge, [{ event: '', data }], { events: [{ type: 'message', id: '', data }] });
      await expectRead(
        judge,
        [
          { id: '7', data },
          { id: '', data },
        ],
        {
          events: [
            { type: 'message', id: '7', data },
            { type: 'message', id: '', data },
          ],
          lastEventId: '',
        },
      );
    },
  },
  {
    id: 'lab-09/retry',
    step: 1,
    title: 'retry is written in digits, or refused',
    rule: 'README, step 1',
    quote:
      '`retry` is a whole number from 0 to 2^53 - 1, in milliseconds, and is written in decimal digits. For any other number (negative, a fraction, larger, NaN, infinite) `encodeEvent` throws a `TypeError`.',
    level: 'lab',
    needs: ['lab-09/one-event'],
    hints: hints(OTHERWISE),
    async run(judge) {
      const drawn = judge.draw('retry', (random) => random.integer(1, 100_000));
      for (const retry of [drawn, 0, 15_000]) {
        await expectRead(judge, [{ retry }], { events: [], retry });
        await expectRead(judge, [{ retry, data: 'x' }], {
          events: [{ type: 'message', id: '', data: 'x' }],
          retry,
        });
      }
      for (const retry of BAD_RETRIES) await expectTypeError(judge, { retry, data: 'x' }, 'bad-retry');
    },
  },
  {
    id: 'lab-09/lines-of-data',
    step: 2,
    title: 'data of several lines arrives with all of them',
    rule: 'README, step 2',
    quote: 'each line of the data gets a `data:` of its own; the reader puts an LF between them',
    level: 'lab',
    needs: ['lab-09/one-event'],
    hints: hints(OTHERWISE),
    async run(judge) {
      const lines = judge.draw('lines', (random) =>
        Array.from({ length: random.integer(3, 6) }, () => word(random)),
      );
      for (const data of [
        'first\nsecond',
        lines.join('\n'),
        ': not a comment\nsecond\n:',
        'id: 8\nevent: other\nretry: 1',
      ])
        await expectRead(judge, [{ data }, { data: 'next' }], {
          events: [
            { type: 'message', id: '', data },
            { type: 'message', id: '', data: 'next' },
          ],
        });
    },
  },
  {
    id: 'lab-09/line-ends',
    step: 2,
    title: 'LF, CR and CRLF in the data arrive as LF, also at its ends',
    rule: 'README, step 2',
    quote: 'So all three in the data arrive as LF',
    level: 'lab',
    needs: ['lab-09/lines-of-data'],
    hints: hints(OTHERWISE),
    async run(judge) {
      for (const data of [
        'a\rb',
        'a\nb',
        'a\r\nb',
        'a\r\rb',
        'a\n\nb',
        'a\n\rb',
        'a\r\n\r\nb',
        'a\n',
        '\n',
        '\n\n',
        '\na',
        'a\r\n',
        '\r',
        'a\r\rdata: b',
      ])
        await expectRead(judge, [{ data }, { data: 'next' }], {
          events: [
            { type: 'message', id: '', data: seen(data) },
            { type: 'message', id: '', data: 'next' },
          ],
        });
    },
  },
  {
    id: 'lab-09/empty-data',
    step: 2,
    title: 'empty data is dispatched',
    rule: 'README, step 2',
    quote:
      "Empty data is data. `encodeEvent({ data: '' })` is an event with empty data, and it is dispatched.",
    level: 'lab',
    needs: ['lab-09/one-event'],
    hints: hints(OTHERWISE),
    async run(judge) {
      await expectRead(judge, [{ data: '' }, { data: '', event: 'add', id: '7' }], {
        events: [
          { type: 'message', id: '', data: '' },
          { type: 'add', id: '7', data: '' },
        ],
      });
    },
  },
  {
    id: 'lab-09/spaces',
    step: 2,
    title: 'spaces at the beginning arrive, all of them',
    rule: 'README, step 2',
    quote:
      'A reader takes one space away behind the colon. A value that begins with spaces arrives with all of them, in `data`, `event` and `id` alike.',
    level: 'lab',
    needs: ['lab-09/lines-of-data'],
    hints: hints(OTHERWISE),
    async run(judge) {
      for (const text of [' a', '  a', ' ', '\ta ', 'a  '])
        await expectRead(judge, [{ event: text, id: text, data: `${text}\n${text}` }], {
          events: [{ type: text, id: text, data: `${text}\n${text}` }],
        });
    },
  },
  {
    id: 'lab-09/nul',
    step: 2,
    title: 'NUL in data and in the type arrives as it is',
    rule: 'README, step 2',
    quote: 'NUL in `data` and in `event` arrives as it is.',
    level: 'lab',
    needs: ['lab-09/one-event'],
    hints: hints(OTHERWISE),
    async run(judge) {
      await expectRead(judge, [{ data: 'a\0b', event: 'x\0' }], {
        events: [{ type: 'x\0', id: '', data: 'a\0b' }],
      });
    },
  },
  {
    id: 'lab-09/refused',
    step: 2,
    title: 'CR or LF in type or id, and NUL in id, are refused',
    rule: 'README, step 2',
    quote:
      'CR or LF in `event` or `id` throws a `TypeError`. So does NUL in `id`, because a reader ignores such an id.',
    level: 'lab',
    needs: ['lab-09/one-event'],
    hints: hints(OTHERWISE),
    async run(judge) {
      const [before, behind] = judge.draw('words', (random) => [word(random), word(random)]) as [
        string,
        string,
      ];
      for (const end of ['\n', '\r', '\r\n']) {
        for (const text of [`${before}${end}data: ${behind}`, `${before}${end}`, end]) {
          await expectTypeError(judge, { event: text, data: 'x' }, 'injected');
          await expectTypeError(judge, { id: text, data: 'x' }, 'injected');
        }
      }
      await expectTypeError(judge, { id: `${before}\0${behind}`, data: 'x' }, 'nul-in-id');
    },
  },
  {
    id: 'lab-09/any-text',
    step: 2,
    title: 'any text arrives, whatever stands in it',
    rule: 'README, step 2',
    quote: 'No text in the data can end the event, or become a field of it.',
    level: 'lab',
    needs: ['lab-09/line-ends', 'lab-09/spaces', 'lab-09/utf8', 'lab-09/nul', 'lab-09/empty-data'],
    hints: hints(OTHERWISE),
    async run(judge) {
      const texts = judge.draw('texts', (random) => [
        ':a',
        'b\n:c',
        ...Array.from({ length: 40 }, () =>
          Array.from({ length: random.integer(1, 9) }, () =>
            random.integer(0, 2) === 0 ? random.letters(random.integer(1, 4)) : random.pick(PARTS),
          ).join(''),
        ),
      ]);
      await expectRead(
        judge,
        texts.map((data, index) => ({ data, id: `${index}` })),
        { events: texts.map((data, index) => ({ type: 'message', id: `${index}`, data: seen(data) })) },
      );
    },
  },
];

export const comments: Check[] = [
  {
    id: 'lab-09/comment',
    step: 5,
    title: 'encodeComment gives bytes that a reader skips',
    rule: 'README, step 5',
    quote:
      'No line of the text becomes a field or ends a block: a text of several lines makes several comment lines, or throws a `TypeError`.',
    level: 'lab',
    needs: ['lab-09/one-event'],
    hints: hints({
      otherwise: 'Each line that the comment has begins with a colon and ends with a line end.',
    }),
    async run(judge) {
      const [one, two] = judge.draw('words', (random) => [word(random), word(random)]) as [string, string];
      for (const text of [
        '',
        one,
        ` ${one}: é`,
        `${one}\ndata: ${two}`,
        `${one}\rid: ${two}`,
        `${one}\r\nevent: ${two}\r\n`,
      ])
        await expectComment(judge, text);
    },
  },
];
