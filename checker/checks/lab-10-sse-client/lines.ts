/** Step 1, WHATWG HTML §9.2.5: lines, and the byte order mark. */
import type { Row } from '../../peer/core.ts';
import { event } from './reading.ts';
import { row, type Words } from './rows.ts';
import type { Table } from './table.ts';

const ENDS =
  'A line ends with LF (0x0A), with CR (0x0D), or with both, CRLF. The three may be mixed in one stream: `data: a` CR `data: b` LF CRLF is one event.';

/** All line ends that a stream can have, but for LF CR. */
function mixed({ one, two }: Words): Row[] {
  return [
    row('CRLF at all line ends', `data: ${one}\r\n\r\n`, [event(one)]),
    row('CR, LF and CRLF in one event', `data: ${one}\rdata: ${two}\n\r\n`, [event(`${one}\n${two}`)]),
    row('CR at all line ends', `data: ${one}\r\r`, [event(one)]),
    row('two lines of data with CRLF', `data: ${one}\r\ndata: ${two}\r\n\r\n`, [event(`${one}\n${two}`)]),
    row('two lines of data with CR', `data: ${one}\rdata: ${two}\r\r`, [event(`${one}\n${two}`)]),
    row('CRLF, and an empty line with LF', `data: ${one}\r\n\n`, [event(one)]),
    row('CRLF, and an empty line with CR', `data: ${one}\r\n\r`, [event(one)]),
    row('LF, and an empty line with CRLF', `data: ${one}\n\r\ndata: ${two}\n\n`, [event(one), event(two)]),
    row('two events with CR', `data: ${one}\r\rdata: ${two}\r\r`, [event(one), event(two)]),
    row('two events with CRLF', `data: ${one}\r\n\r\ndata: ${two}\r\n\r\n`, [event(one), event(two)]),
  ];
}

export const lines: Table[] = [
  {
    id: 'lab-10/simple-event',
    step: 1,
    title: 'a line of data and an empty line are an event',
    rule: 'README, the contract',
    quote: 'an event: its type, its data, and the last event ID of the stream, all strings',
    hints: {
      otherwise:
        'One line `data: a` and one empty line, both ended by LF: one `event`, a `message`, its id empty.',
    },
    rows: ({ one, two }) => [
      row('one event', `data: ${one}\n\n`, [event(one)]),
      row('two events', `data: ${one}\n\ndata: ${two}\n\n`, [event(one), event(two)]),
      row('a stream without a byte', '', []),
    ],
  },
  {
    id: 'lab-10/line-ends',
    step: 1,
    title: 'LF, CR and CRLF end a line',
    quote: ENDS,
    needs: ['lab-10/simple-event'],
    hints: { otherwise: 'A CR ends a line; an LF ends a line, unless a CR stands right before it.' },
    // What the cuts do to them is the matter of cut-in-crlf.
    rows: (words) => mixed(words).map((one) => ({ ...one, inOnePiece: true })),
  },
  {
    id: 'lab-10/lf-cr',
    step: 1,
    title: 'LF CR is two line ends',
    quote: 'LF CR is two line ends.',
    needs: ['lab-10/line-ends'],
    hints: { otherwise: 'LF ends one line, and the CR behind it an empty one.' },
    rows: ({ one, two }) => [
      row('LF, and an empty line with CR', `data: ${one}\n\rdata: ${two}\n\n`, [event(one), event(two)]),
      row('LF CR behind a line of data', `data: ${one}\n\rdata: ${two}\n\r`, [event(one), event(two)]),
      row('CR CR LF behind a line of data', `data: ${one}\r\r\ndata: ${two}\r\r\n`, [event(one), event(two)]),
    ],
  },
  {
    id: 'lab-10/other-line-ends',
    step: 1,
    title: 'nothing but LF and CR ends a line',
    quote: 'Nothing else ends a line.',
    needs: ['lab-10/line-ends'],
    hints: { otherwise: 'These characters belong to the value. What did you look for a line end with?' },
    rows: ({ one, two }) => [
      row('U+2028 in data', `data: ${one}\u2028${two}\n\n`, [event(`${one}\u2028${two}`)]),
      row('U+2029 in data', `data: ${one}\u2029${two}\n\n`, [event(`${one}\u2029${two}`)]),
      row('U+0085 in data', `data: ${one}\u0085${two}\n\n`, [event(`${one}\u0085${two}`)]),
      row('VT and FF in data', `data: ${one}\v${two}\f${one}\n\n`, [event(`${one}\v${two}\f${one}`)]),
      row('a backslash and an n in data', `data: ${one}\\n${two}\\r\n\n`, [event(`${one}\\n${two}\\r`)]),
    ],
  },
  {
    id: 'lab-10/cr-at-once',
    step: 1,
    title: 'a CR ends its line at once, and the LF behind it belongs to it',
    quote:
      'A CR ends its line at once. Nobody knows when the next byte comes, so when the CR of an empty line is the last byte of a chunk, the event is given out by that call of `receive`.',
    needs: ['lab-10/line-ends'],
    hints: {
      otherwise: 'The CR is there, and so the line is over. What comes next is looked at when it comes.',
    },
    rows: ({ one }) => [
      row('an empty line whose CR is the last byte', `data: ${one}\r\n\r`, [event(one)], { end: false }),
      row('an event with CRs and nothing behind it', `data: ${one}\r\r`, [event(one)], { end: false }),
    ],
  },
  {
    id: 'lab-10/cut-in-crlf',
    step: 1,
    title: 'a CRLF that is cut in two is one line end',
    quote: 'An LF that comes next belongs to that CR, and is no empty line.',
    needs: ['lab-10/line-ends'],
    hints: {
      otherwise:
        'Remember that the last byte was a CR. Only a byte that comes ends that memory: an empty chunk does not.',
    },
    rows: (words) => [
      ...mixed(words),
      row('a second empty line behind a CRLF', `data: ${words.one}\r\n\r\n\ndata: a\r\n\r\n`, [
        event(words.one),
        event('a'),
      ]),
      row('data behind a CR and an LF of its own', `data: ${words.one}\r\r\n\ndata: a\r\r`, [
        event(words.one),
        event('a'),
      ]),
    ],
  },
  {
    id: 'lab-10/bom',
    step: 1,
    title: 'one byte order mark is skipped, at the very beginning only',
    quote:
      'One byte order mark (EF BB BF) at the very beginning of the stream is skipped. Anywhere else, and a second one behind the first, it is a character like any other.',
    needs: ['lab-10/simple-event'],
    hints: {
      otherwise:
        'EF BB BF is U+FEFF. Look for it once, in the first three bytes of the stream, and they may come one by one.',
    },
    rows: ({ one, two }) => [
      row('a mark in data', `data: ${one}\ufeff${two}\n\n`, [event(`${one}\ufeff${two}`)]),
      row('a mark in front', `\ufeffdata: ${one}\n\n`, [event(one)]),
      row('a mark in front of an empty line', `\ufeff\ndata: ${one}\n\n`, [event(one)]),
      row('two marks in front', `\ufeff\ufeffdata: ${one}\ndata: ${two}\n\n`, [event(two)]),
      row('a mark in front of the second line', `data: ${one}\n\ufeffdata: ${two}\n\n`, [event(one)]),
      row('a mark in front of the second event', `data: ${one}\n\n\ufeffdata: ${two}\n\n`, [event(one)]),
      row('a mark behind an empty line', `\n\ufeffdata: ${one}\ndata: ${two}\n\n`, [event(two)]),
      row('a mark at the beginning of data', `data: \ufeff${one}\n\n`, [event(`\ufeff${one}`)]),
      row('a mark in front and one in data', `\ufeffdata:\ufeff${one}\n\n`, [event(`\ufeff${one}`)]),
    ],
  },
];
