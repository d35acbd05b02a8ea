/** Step 8: a server that never sends an empty line must not fill the memory. */
import type { Row } from '../../peer/core.ts';
import { type Expected, event, FAILED, id } from './reading.ts';
import { row } from './rows.ts';
import type { Table } from './table.ts';

const LIMIT = 64;
const SMALL = [{ maxEventBytes: LIMIT }];

function limited(
  name: string,
  stream: string,
  expected: readonly Expected[],
  options: Partial<Row> = {},
): Row {
  return row(name, stream, expected, { args: SMALL, ...options });
}

export const limits: Table[] = [
  {
    id: 'lab-10/limit-accepts',
    step: 8,
    title: 'data of up to maxEventBytes is accepted',
    quote: 'Data of up to `maxEventBytes` bytes is accepted, in one line or in several.',
    needs: ['lab-10/data-lines'],
    hints: {
      'failed-too-early':
        'It came to `failed`, and the data is no longer than the limit. The limit is for the data: the name of the field, its line end and the LFs between lines of data may come on top of it.',
      otherwise: 'Data of exactly `maxEventBytes` bytes is still an event.',
    },
    rows: ({ one, two }) => [
      limited('data of as many bytes as the limit', `data: ${'x'.repeat(LIMIT)}\n\n`, [
        event('x'.repeat(LIMIT)),
      ]),
      limited('data of one byte less than the limit', `data:${'y'.repeat(LIMIT - 1)}\n\n`, [
        event('y'.repeat(LIMIT - 1)),
      ]),
      limited('eight lines of data', `${`data: ${two}abcd\n`.repeat(8)}\n`, [
        event(Array(8).fill(`${two}abcd`).join('\n')),
      ]),
      limited('characters of two bytes up to the limit', `data: ${'é'.repeat(LIMIT / 2)}\n\n`, [
        event('é'.repeat(LIMIT / 2)),
      ]),
      row(
        'data of 1 MiB, and no limit given',
        `data: ${one}${'z'.repeat(2 ** 20 - 4)}\n\n`,
        [event(one + 'z'.repeat(2 ** 20 - 4))],
        { inOnePiece: true },
      ),
    ],
  },
  {
    id: 'lab-10/limit-of-line',
    step: 8,
    title: 'a line of more than twice maxEventBytes fails before its end',
    quote:
      'A line, or the data of one event, of more than twice as many comes to `failed` with the code `too-large`, before its end has come, and also when all of it comes in one chunk.',
    needs: ['lab-10/limit-accepts'],
    hints: {
      'limit-at-line-end':
        'The line is far too long, and nothing came of it, since its end has not come. It may never come: look at the limit when bytes are kept.',
      'no-limit': 'It is far too long, and it was taken. Count what you keep, and stop at the limit.',
      'limit-of-complete-line':
        'The line is far too long, and it was taken, since all of it came in one chunk. The limit is for such a line too: else the network decides, by where it cuts, what fails.',
      otherwise: 'A line that is not complete is kept somewhere. How long may it get?',
    },
    rows: ({ one }) => [
      limited('a long line of data without its end', `data: ${'x'.repeat(3 * LIMIT)}`, [FAILED], {
        end: false,
        symptom: 'limit-at-line-end',
      }),
      limited('a long line without a colon', 'd'.repeat(3 * LIMIT), [FAILED], {
        end: false,
        symptom: 'limit-at-line-end',
      }),
      limited('a long comment without its end', `:${'x'.repeat(3 * LIMIT)}`, [FAILED], {
        end: false,
        symptom: 'limit-at-line-end',
      }),
      limited('a long comment with its end', `:${'x'.repeat(3 * LIMIT)}\n`, [FAILED], {
        symptom: 'limit-of-complete-line',
      }),
      limited('a long line of an unknown field', `foo: ${'x'.repeat(3 * LIMIT)}`, [FAILED], {
        end: false,
        symptom: 'limit-at-line-end',
      }),
      limited('a long id without its line end', `id: ${'x'.repeat(3 * LIMIT)}`, [FAILED], {
        end: false,
        symptom: 'limit-at-line-end',
      }),
      limited(
        'an event, and a long line',
        `data: ${one}\n\ndata: ${'x'.repeat(3 * LIMIT)}`,
        [event(one), FAILED],
        { end: false, symptom: 'limit-at-line-end' },
      ),
      row(
        '2 MiB and more without a line end, and no limit given',
        `data: ${'x'.repeat(2 ** 21 + 2 ** 16)}`,
        [FAILED],
        {
          inOnePiece: true,
          symptom: 'no-limit',
        },
      ),
    ],
  },
  {
    id: 'lab-10/limit-of-data',
    step: 8,
    title: 'data of more than twice maxEventBytes fails before the empty line',
    quote:
      'A line, or the data of one event, of more than twice as many comes to `failed` with the code `too-large`, before its end has come, and also when all of it comes in one chunk.',
    needs: ['lab-10/limit-accepts'],
    hints: {
      'no-limit':
        'Each line is short, and the data has grown far beyond the limit. The lines of one event add up, until its empty line comes. It may never come.',
      'limit-in-characters':
        'The data is short in characters, and too long in bytes. The limit is in bytes of the stream: a character may have four of them.',
      otherwise: 'The data of one event is kept somewhere. How long may it get?',
    },
    rows: ({ one, two }) => [
      limited('many lines of data without an empty line', `data: ${one}${two}\n`.repeat(30), [FAILED], {
        end: false,
        symptom: 'no-limit',
      }),
      limited('many lines of data with CRs', `data: ${one}${two}\r`.repeat(30), [FAILED], {
        end: false,
        symptom: 'no-limit',
      }),
      limited('lines of data with comments between them', `data: ${one}${two}\n:\n`.repeat(30), [FAILED], {
        end: false,
        symptom: 'no-limit',
      }),
      limited(
        'many lines of data with their empty line',
        `${`data: ${one}${two}\n`.repeat(30)}\n`,
        [FAILED],
        {
          symptom: 'no-limit',
        },
      ),
      limited('a line of characters of three bytes', `data: ${'漢'.repeat(50)}`, [FAILED], {
        end: false,
        symptom: 'limit-in-characters',
      }),
      limited('many lines of characters of three bytes', `data: ${'漢'.repeat(10)}\n`.repeat(5), [FAILED], {
        end: false,
        symptom: 'limit-in-characters',
      }),
    ],
  },
  {
    id: 'lab-10/limit-not-added',
    step: 8,
    title: 'what is over does not count',
    quote: 'What is over does not count: neither comments nor finished blocks add up.',
    needs: ['lab-10/limit-accepts', 'lab-10/comments'],
    hints: {
      'failed-too-early':
        'It came to `failed`, and each event and each line is short. What do you count, and where does that count begin again? What was a comment or an event is over and kept nowhere.',
      otherwise:
        'Count only what is kept: the line that is coming, and the data of the event that is coming.',
    },
    rows: ({ one, two, id: seven }) => [
      limited('many short events', `data: ${one}\n\n`.repeat(40), Array(40).fill(event(one))),
      limited('many comments, and an event', `${`: ${one}\n`.repeat(60)}data: ${two}\n\n`, [event(two)]),
      limited('many comments within an event', `data: ${one}\n${`: ${one}\n`.repeat(60)}data: ${two}\n\n`, [
        event(`${one}\n${two}`),
      ]),
      limited('many blocks without data', `${`event: ${one}\n\n`.repeat(40)}data: ${two}\n\n`, [event(two)]),
      limited('many empty lines', `${'\r\n'.repeat(300)}data: ${two}\n\n`, [event(two)]),
      limited('many unknown fields', `${`foo: ${one}\n`.repeat(60)}data: ${two}\n\n`, [event(two)]),
      limited('many ids', `${`id: ${seven}\n\n`.repeat(40)}data: ${two}\n\n`, [
        id(seven),
        event(two, { lastEventId: seven }),
      ]),
    ],
  },
  {
    id: 'lab-10/failed-is-last',
    step: 8,
    title: 'failed is the last one, and what was complete comes before it',
    quote:
      '`failed` is the last one: after it nothing more comes, and each later call of `receive` or `end` returns an empty list. What was complete before it in the same chunk is given out as always.',
    needs: ['lab-10/limit-of-line', 'lab-10/limit-of-data'],
    hints: {
      otherwise: 'Remember that it has failed: every later call returns an empty list, whatever comes.',
    },
    rows: ({ one, two }) => {
      const long = `data: ${'x'.repeat(3 * LIMIT)}`;
      return [
        limited('a long line, its end, and an event', `${long}\n\ndata: ${one}\n\n`, [FAILED]),
        limited('an event, a long line, and another event', `data: ${one}\n\n${long}\n\ndata: ${two}\n\n`, [
          event(one),
          FAILED,
        ]),
        limited('two long lines', `${long}\n\n${long}\n\n`, [FAILED]),
        limited(
          'two events, a long line and a retry',
          `data: ${one}\n\ndata: ${two}\n\n${long}\nretry: 5\n`,
          [event(one), event(two), FAILED],
        ),
      ];
    },
  },
];
