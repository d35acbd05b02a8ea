/** Step 2, WHATWG HTML §9.2.6: what one line says. */
import { event } from './reading.ts';
import { row } from './rows.ts';
import type { Table } from './table.ts';

export const fields: Table[] = [
  {
    id: 'lab-10/one-space',
    step: 2,
    title: 'one space behind the colon is removed, and no more',
    quote:
      'If the value begins with a space (0x20), that one space is removed, and no more: of `data:  a ` the value is ` a `, with a space on both sides. A tab stays.',
    needs: ['lab-10/simple-event'],
    hints: {
      otherwise:
        'Look at the first character behind the colon. If it is a space, leave it out; the rest is the value.',
    },
    rows: ({ one, two }) => [
      row('no space behind the colon', `data:${one}\n\n`, [event(one)]),
      row('two spaces behind the colon, and one at the end', `data:  ${one} \n\n`, [event(` ${one} `)]),
      row('three spaces behind the colon', `data:   ${one}\n\n`, [event(`  ${one}`)]),
      row('a space at the end', `data: ${one} \n\n`, [event(`${one} `)]),
      row('spaces within the value', `data: ${one}  ${two}\n\n`, [event(`${one}  ${two}`)]),
      row('a tab behind the colon', `data:\t${one}\n\n`, [event(`\t${one}`)]),
      row('a tab behind the space', `data: \t${one}\t\n\n`, [event(`\t${one}\t`)]),
      row('a value of two spaces', 'data:  \n\n', [event(' ')]),
    ],
  },
  {
    id: 'lab-10/first-colon',
    step: 2,
    title: 'the first colon ends the name',
    quote:
      'What stands before the first colon of a line is the name of a field, what stands behind it is the value.',
    needs: ['lab-10/simple-event'],
    hints: {
      otherwise: 'Find the first colon. Left of it is the name, all that is right of it is the value.',
    },
    rows: ({ one, two }) => [
      row('a colon in data', `data: ${one}:${two}\n\n`, [event(`${one}:${two}`)]),
      row('a colon and a space in data', `data: ${one}: ${two}\n\n`, [event(`${one}: ${two}`)]),
      row('a URL in data', `data: http://${one}:80/?a:b\n\n`, [event(`http://${one}:80/?a:b`)]),
      row('JSON in data', `data:{"a":"${one}","b":[1,2]}\n\n`, [event(`{"a":"${one}","b":[1,2]}`)]),
      row('a second colon right behind the first', `data::${one}\n\n`, [event(`:${one}`)]),
      row('a field name in data', `data: data: ${one}\n\n`, [event(`data: ${one}`)]),
    ],
  },
  {
    id: 'lab-10/no-colon',
    step: 2,
    title: 'a line without a colon is a name with an empty value',
    quote: 'A line without a colon is a name with an empty value: `data` is the same as `data:`.',
    needs: ['lab-10/simple-event'],
    hints: {
      otherwise: 'There need not be a colon. What does `indexOf` say then, and what becomes of the name?',
    },
    rows: ({ one }) => [
      row('a line data, and one with a value', `data\ndata: ${one}\n\n`, [event(`\n${one}`)]),
      row('a line without a colon that is no name', `${one}\ndata: ${one}\n\n`, [event(one)]),
    ],
  },
  {
    id: 'lab-10/comments',
    step: 2,
    title: 'a comment does nothing',
    quote: 'A line that begins with a colon is a comment, and does nothing. It does not end an event.',
    needs: ['lab-10/simple-event'],
    hints: {
      otherwise: 'Comments keep a connection alive. They come anywhere, also between two lines of one event.',
    },
    rows: ({ one, two, type }) => [
      row('a comment in front', `: ${two}\ndata: ${one}\n\n`, [event(one)]),
      row('a comment within an event', `data: ${one}\n: ${type}\ndata: ${two}\n\n`, [
        event(`${one}\n${two}`),
      ]),
      row('a block that is a comment', `:${one}\n\ndata: ${two}\n\n`, [event(two)]),
      row('a comment that looks like a field', `:data: ${one}\n: data: ${one}\ndata: ${two}\n\n`, [
        event(two),
      ]),
      row('a comment with a colon', `: a: ${one}\n\n`, []),
      row('many comments', `${':\n\n'.repeat(9)}data: ${one}\n\n`, [event(one)]),
    ],
  },
  {
    id: 'lab-10/field-names',
    step: 2,
    title: 'a line with another name does nothing',
    quote: 'Every other line does nothing: `Data: a`, ` data: a` and `date: a` are fields that nobody knows.',
    needs: ['lab-10/simple-event'],
    hints: { otherwise: 'Compare the whole name, as it stands there, with the four that are known.' },
    rows: ({ one, two, type, ms }) => [
      row('an unknown field', `date: ${one}\ndata: ${two}\n\n`, [event(two)]),
      row('Data with a capital', `Data: ${one}\ndata: ${two}\n\n`, [event(two)]),
      row('DATA and EVENT in capitals', `EVENT: ${type}\nDATA: ${one}\ndata: ${two}\n\n`, [event(two)]),
      row('ID and RETRY in capitals', `ID: ${type}\nRETRY: ${ms}\ndata: ${two}\n\n`, [event(two)]),
      row('a space in front of a name', ` data: ${one}\ndata: ${two}\n\n`, [event(two)]),
      row('a space behind a name', `data : ${one}\ndata: ${two}\n\n`, [event(two)]),
      row('a tab in front of a name', `\tevent: ${type}\ndata: ${two}\n\n`, [event(two)]),
      row('a longer name', `data2: ${one}\nevents: ${type}\nidx: ${type}\ndata: ${two}\n\n`, [event(two)]),
      row('a shorter name', `dat: ${one}\neven: ${type}\ni: ${type}\ndata: ${two}\n\n`, [event(two)]),
      row('an unknown field only', `message: ${one}\n\n`, []),
      row('a line of a space', `data: ${one}\n \ndata: ${two}\n\n`, [event(`${one}\n${two}`)]),
      row(
        'names of what every object has',
        `constructor: ${one}\n__proto__: ${one}\ntoString\ndata: ${two}\n\n`,
        [event(two)],
      ),
    ],
  },
];
