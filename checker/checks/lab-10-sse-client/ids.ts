/** Step 4, WHATWG HTML §9.2.6: the last event ID. */
import { event, id } from './reading.ts';
import { row } from './rows.ts';
import type { Table } from './table.ts';

export const ids: Table[] = [
  {
    id: 'lab-10/id-stays',
    step: 4,
    title: 'the last event ID belongs to the stream',
    quote:
      'It stays for all later events, until another `id` line sets it: it belongs to the stream, not to the event.',
    needs: ['lab-10/one-space'],
    hints: { otherwise: 'Data and type are reset at an empty line. The id is not.' },
    rows: ({ one, two, id: seven, other }) => [
      row('an event with an id', `id: ${seven}\ndata: ${one}\n\n`, [event(one, { lastEventId: seven })]),
      row('an event with an id, and one without', `id: ${seven}\ndata: ${one}\n\ndata: ${two}\n\n`, [
        event(one, { lastEventId: seven }),
        event(two, { lastEventId: seven }),
      ]),
      row(
        'an id, two events without, another id',
        `id: ${seven}\ndata: a\n\ndata: b\n\ndata: c\n\nid:${other}\ndata: d\n\n`,
        [
          event('a', { lastEventId: seven }),
          event('b', { lastEventId: seven }),
          event('c', { lastEventId: seven }),
          event('d', { lastEventId: other }),
        ],
      ),
      row('the same id twice', `id: ${seven}\ndata: ${one}\n\nid: ${seven}\ndata: ${two}\n\n`, [
        event(one, { lastEventId: seven }),
        event(two, { lastEventId: seven }),
      ]),
      row('an event before the first id', `data: ${one}\n\nid: ${seven}\ndata: ${two}\n\n`, [
        event(one),
        event(two, { lastEventId: seven }),
      ]),
    ],
  },
  {
    id: 'lab-10/id-at-empty-line',
    step: 4,
    title: 'an id line counts at the next empty line',
    quote: 'An `id` line sets the last event ID of the stream at the next empty line.',
    needs: ['lab-10/id-stays'],
    hints: {
      otherwise: 'Two variables: what the `id` lines have said, and what the last empty line made of it.',
    },
    rows: ({ one, id: seven, other }) => [
      row('an id behind the data', `data: ${one}\nid: ${seven}\n\n`, [event(one, { lastEventId: seven })]),
      row('two ids in one block', `id: ${other}\nid: ${seven}\ndata: ${one}\n\n`, [
        event(one, { lastEventId: seven }),
      ]),
    ],
  },
  {
    id: 'lab-10/id-values',
    step: 4,
    title: 'an id is text, and may be empty',
    quote:
      'An `id` with an empty value sets it to the empty string. An `id` whose value has a NUL (U+0000) in it is ignored. The value is text like any other, no number: `007` stays `007`.',
    needs: ['lab-10/id-stays', 'lab-10/first-colon', 'lab-10/no-colon', 'lab-10/empty-data'],
    hints: { otherwise: 'Take the value as it is. Empty is a value too.' },
    rows: ({ one, two, id: seven }) => [
      row('an empty id', `id: ${seven}\ndata: ${one}\n\nid:\ndata: ${two}\n\n`, [
        event(one, { lastEventId: seven }),
        event(two),
      ]),
      row('an id line without a colon', `id: ${seven}\ndata: ${one}\n\nid\ndata: ${two}\n\n`, [
        event(one, { lastEventId: seven }),
        event(two),
      ]),
      row('an id with leading zeros', `id: 007\ndata: ${one}\n\n`, [event(one, { lastEventId: '007' })]),
      row('an id of 20 digits', `id: 12345678901234567890\ndata: ${one}\n\n`, [
        event(one, { lastEventId: '12345678901234567890' }),
      ]),
      row('the id 0', `id: 0\ndata: ${one}\n\n`, [event(one, { lastEventId: '0' })]),
      row('two spaces in front of the id, and one at its end', `id:  ${seven} \ndata: ${one}\n\n`, [
        event(one, { lastEventId: ` ${seven} ` }),
      ]),
      row('colons in the id', `id: ${seven}:1:2\ndata: ${one}\n\n`, [
        event(one, { lastEventId: `${seven}:1:2` }),
      ]),
      row('an id and empty data', `id: ${seven}\ndata:\n\n`, [event('', { lastEventId: seven })]),
      row('an id that is a word', `id: ${seven}-x/#\ndata: ${one}\n\n`, [
        event(one, { lastEventId: `${seven}-x/#` }),
      ]),
    ],
  },
  {
    id: 'lab-10/id-nul',
    step: 4,
    title: 'an id with a NUL is ignored',
    quote: 'An `id` whose value has a NUL (U+0000) in it is ignored.',
    needs: ['lab-10/id-stays'],
    hints: { otherwise: 'Ignored means: as if the line were not there. The id from before stays.' },
    rows: ({ one, id: seven, other }) => [
      row('an id with a NUL', `id: ${seven}\0${other}\ndata: ${one}\n\n`, [event(one)]),
      row('an id with a NUL behind another one', `id: ${seven}\nid: ${other}\0\ndata: ${one}\n\n`, [
        event(one, { lastEventId: seven }),
      ]),
      row('an id that is a NUL, in a later event', `id: ${seven}\ndata: a\n\nid: \0\ndata: ${one}\n\n`, [
        event('a', { lastEventId: seven }),
        event(one, { lastEventId: seven }),
      ]),
      row('an id with a NUL in front of a good one', `id: \0${other}\nid: ${seven}\ndata: ${one}\n\n`, [
        event(one, { lastEventId: seven }),
      ]),
    ],
  },
  {
    id: 'lab-10/id-event',
    step: 4,
    title: 'another last event ID without data is told',
    quote:
      "When a block without data has changed the last event ID, the parser gives out `{ type: 'id', lastEventId }`. When it is the same as before, nothing is given out. A block with data gives out its event only, which has the id in it.",
    needs: ['lab-10/id-at-empty-line', 'lab-10/id-values', 'lab-10/block-reset'],
    hints: {
      otherwise:
        'At an empty line without data: is the last event ID another one than before this line? Only then.',
    },
    rows: ({ one, id: seven, other }) => [
      row('an id without data, and then data', `id: ${seven}\n\ndata: ${one}\n\n`, [
        id(seven),
        event(one, { lastEventId: seven }),
      ]),
      row('an id without data', `id: ${seven}\n\n`, [id(seven)]),
      row('the same id without data twice', `id: ${seven}\n\nid: ${seven}\n\n`, [id(seven)]),
      row('another id and the old one in one block', `id: ${seven}\n\nid: ${other}\nid: ${seven}\n\n`, [
        id(seven),
      ]),
      row('two ids without data', `id: ${seven}\n\nid: ${other}\n\n`, [id(seven), id(other)]),
      row('an event, and its id again without data', `id: ${seven}\ndata: ${one}\n\nid: ${seven}\n\n`, [
        event(one, { lastEventId: seven }),
      ]),
      row('an id without data, and the same with data', `id: ${seven}\n\nid: ${seven}\ndata: ${one}\n\n`, [
        id(seven),
        event(one, { lastEventId: seven }),
      ]),
      row('two ids in a block without data', `id: ${other}\nid: ${seven}\n\ndata: ${one}\n\n`, [
        id(seven),
        event(one, { lastEventId: seven }),
      ]),
      row('an empty id without data', `id: ${seven}\ndata: a\n\nid:\n\ndata: ${one}\n\n`, [
        event('a', { lastEventId: seven }),
        id(''),
        event(one),
      ]),
      row(
        'a type and an id without data, and then data',
        `event: ${other}\nid: ${seven}\n\ndata: ${one}\n\n`,
        [id(seven), event(one, { lastEventId: seven })],
      ),
      row('an empty id at the beginning', `id:\n\n`, []),
      row('empty lines behind an id', `id: ${seven}\n\n\n\n`, [id(seven)]),
    ],
  },
  {
    id: 'lab-10/first-id',
    step: 4,
    title: 'a stream begins with the last event ID that the parser is given',
    quote:
      'With the option `lastEventId`, the stream begins with that last event ID: its first events have it when no `id` line came before.',
    needs: ['lab-10/id-event'],
    hints: {
      otherwise:
        'It is the value with which both begin: what the `id` lines have said, and what the last empty line made of it.',
    },
    rows: ({ one, two, id: seven, other }) => {
      const args = [{ lastEventId: seven }];
      return [
        row(
          'an event without an id',
          `data: ${one}\n\ndata: ${two}\n\n`,
          [event(one, { lastEventId: seven }), event(two, { lastEventId: seven })],
          { args },
        ),
        row(
          'another id',
          `data: ${one}\n\nid: ${other}\ndata: ${two}\n\n`,
          [event(one, { lastEventId: seven }), event(two, { lastEventId: other })],
          { args },
        ),
        row('an empty line', '\n', [], { args }),
        row('a comment and a block without data', `: ${one}\n\nevent: a\n\n`, [], { args }),
        row('the same id without data', `id: ${seven}\n\n`, [], { args }),
        row('an empty id', `id\n\ndata: ${one}\n\n`, [id(''), event(one)], { args }),
        row('an id with a NUL', `id: a\0\ndata: ${one}\n\n`, [event(one, { lastEventId: seven })], { args }),
      ];
    },
  },
];
