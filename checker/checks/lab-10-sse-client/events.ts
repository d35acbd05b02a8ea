/** Step 3, WHATWG HTML §9.2.6: what an empty line gives out. */
import { event } from './reading.ts';
import { row } from './rows.ts';
import type { Table } from './table.ts';

export const events: Table[] = [
  {
    id: 'lab-10/data-lines',
    step: 3,
    title: 'several lines of data are one data with LFs between them',
    quote:
      'One LF is removed from the end of the data, and no more: two lines `data: a` and `data: b` are the data `a\\nb`, and the two lines `data` and `data` are the data `\\n`.',
    needs: ['lab-10/one-space'],
    hints: {
      otherwise:
        'Each `data` line appends its value and an LF. At the empty line one LF is removed from the end.',
    },
    rows: ({ one, two, type }) => [
      row('two lines of data', `data: ${one}\ndata: ${two}\n\n`, [event(`${one}\n${two}`)]),
      row('three lines of data', `data: ${two}\ndata: ${one}\ndata: ${two}\n\n`, [
        event(`${two}\n${one}\n${two}`),
      ]),
      row('an empty line of data in the middle', `data: ${one}\ndata:\ndata: ${two}\n\n`, [
        event(`${one}\n\n${two}`),
      ]),
      row('an empty line of data at the beginning', `data:\ndata: ${one}\n\n`, [event(`\n${one}`)]),
      row('an empty line of data at the end', `data: ${one}\ndata:\n\n`, [event(`${one}\n`)]),
      row('two empty lines of data', 'data\ndata\n\n', [event('\n')]),
      row('three empty lines of data', 'data:\ndata\ndata: \n\n', [event('\n\n')]),
      row('another field between two lines of data', `data: ${one}\nevent: ${type}\ndata: ${two}\n\n`, [
        event(`${one}\n${two}`, { event: type }),
      ]),
    ],
  },
  {
    id: 'lab-10/empty-data',
    step: 3,
    title: 'an event may have empty data',
    quote: 'A block with a line `data:` is an event although its data is empty.',
    needs: ['lab-10/one-space', 'lab-10/no-colon'],
    hints: { otherwise: 'What decides is that there was a `data` line.' },
    rows: ({ one, type }) => [
      row('a line data: without a value', 'data:\n\n', [event('')]),
      row('a line data alone', 'data\n\n', [event('')]),
      row('a line data: with one space', 'data: \n\n', [event('')]),
      row('a type and empty data', `event: ${type}\ndata:\n\n`, [event('', { event: type })]),
      row('empty data, and then some', `data:\n\ndata: ${one}\n\n`, [event(''), event(one)]),
    ],
  },
  {
    id: 'lab-10/no-data',
    step: 3,
    title: 'a block without data is no event',
    quote: 'A block without any `data` line is no event.',
    needs: ['lab-10/simple-event'],
    hints: { otherwise: 'No `data` line, no event: whatever else the block says.' },
    rows: ({ one, type }) => [
      row('empty lines', '\n\n\n', []),
      row('empty lines behind an event', `data: ${one}\n\n\n\n\n`, [event(one)]),
      row('empty lines between two events', `data: ${one}\n\n\n\ndata: ${type}\n\n`, [
        event(one),
        event(type),
      ]),
      row('a type without data', `event: ${type}\n\n`, []),
      row('an unknown field only', `foo: ${one}\n\n`, []),
    ],
  },
  {
    id: 'lab-10/type',
    step: 3,
    title: 'the type is that of the last event line, or message',
    quote:
      'The type of an event is `message` where its block has no `event` line, or an empty one: the last `event` line counts, also when it is empty.',
    needs: ['lab-10/one-space', 'lab-10/no-colon', 'lab-10/comments'],
    hints: {
      otherwise: 'Each `event` line sets the type anew; a type that is empty at the empty line is `message`.',
    },
    rows: ({ one, two, type }) => [
      row('a type before the data', `event: ${type}\ndata: ${one}\n\n`, [event(one, { event: type })]),
      row('a type behind the data', `data: ${one}\nevent: ${type}\n\n`, [event(one, { event: type })]),
      row('two types', `event: ${two}\nevent: ${type}\ndata: ${one}\n\n`, [event(one, { event: type })]),
      row('an empty type', `event:\ndata: ${one}\n\n`, [event(one)]),
      row('a type, and an empty one', `event: ${type}\nevent:\ndata: ${one}\n\n`, [event(one)]),
      row('an empty type, and one', `event:\nevent: ${type}\ndata: ${one}\n\n`, [
        event(one, { event: type }),
      ]),
      row('a line event without a colon', `event: ${type}\nevent\ndata: ${one}\n\n`, [event(one)]),
      row('two spaces in front of the type', `event:  ${type}\ndata: ${one}\n\n`, [
        event(one, { event: ` ${type}` }),
      ]),
      row('a space at the end of the type', `event:${type} \ndata: ${one}\n\n`, [
        event(one, { event: `${type} ` }),
      ]),
      row('a comment between a type and data', `event: ${type}\n:\ndata: ${one}\n\n`, [
        event(one, { event: type }),
      ]),
      row('the type message', `event: message\ndata: ${one}\n\n`, [event(one)]),
      row('types with their case', `event: ${type.toUpperCase()}\ndata: ${one}\n\n`, [
        event(one, { event: type.toUpperCase() }),
      ]),
    ],
  },
  {
    id: 'lab-10/block-reset',
    step: 3,
    title: 'data and type begin anew after each empty line',
    quote:
      'After each empty line the data and the type begin anew, also after a block that was no event: `event: a`, an empty line, `data: b`, an empty line is a `message`.',
    needs: ['lab-10/type', 'lab-10/no-data'],
    hints: {
      otherwise:
        'At every empty line, event or not: forget the data, forget the type. Is there a way around these two lines?',
    },
    rows: ({ one, two, type }) => [
      row('an event of a type, and one without', `event: ${type}\ndata: ${one}\n\ndata: ${two}\n\n`, [
        event(one, { event: type }),
        event(two),
      ]),
      row('a type without data, and then data', `event: ${type}\n\ndata: ${one}\n\n`, [event(one)]),
      row('a type, a comment and two empty lines', `event: ${type}\n:\n\n\ndata: ${one}\n\n`, [event(one)]),
      row('empty data, and an event', `event: ${type}\ndata\n\ndata: ${two}\n\n`, [
        event('', { event: type }),
        event(two),
      ]),
    ],
  },
];
