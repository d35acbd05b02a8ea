/** Step 6, WHATWG HTML §9.2.6: the stream ends in the middle. */
import { event, id, retry } from './reading.ts';
import { raw, row } from './rows.ts';
import type { Table } from './table.ts';

export const ending: Table[] = [
  {
    id: 'lab-10/unfinished',
    step: 6,
    title: 'what was not ended by an empty line is lost',
    quote: 'What was not ended by an empty line is lost: its data is no event, its id was never set.',
    needs: ['lab-10/id-event'],
    hints: {
      otherwise: '`end` gives out nothing, whatever is kept. The server sends it again, to who asks for it.',
    },
    rows: ({ one, two, type, id: seven }) => [
      row('a line of data without its end', `data: ${one}`, []),
      row('a line of data', `data: ${one}\n`, []),
      row('a line of data with CRLF', `data: ${one}\r\n`, []),
      row('lines of an event', `event: ${type}\nid: ${seven}\ndata: ${one}\n`, []),
      row('an event, and half of another', `data: ${one}\n\ndata: ${two}`, [event(one)]),
      row('an event, and a line of another', `data: ${one}\n\ndata: ${two}\n`, [event(one)]),
      row('an id line without data', `id: ${seven}\n`, []),
      row('an id whose block is not finished', `data: ${one}\n\nid: ${seven}\n`, [event(one)]),
      row('an id line without its end', `data: ${one}\n\nid: ${seven}`, [event(one)]),
      row('an id, and half of another', `id: ${seven}\n\nid: ${two}\n`, [id(seven)]),
      row('half of a character', raw(`data: ${one}\n\ndata: \xe2\x82`), [event(one)]),
      row('one word', one, []),
    ],
  },
  {
    id: 'lab-10/unfinished-retry',
    step: 6,
    title: 'a retry is lost only in a line that has not ended',
    quote: 'A `retry` whose line has ended was given out before; in an unfinished line it is lost too.',
    needs: ['lab-10/retry', 'lab-10/unfinished'],
    hints: {
      otherwise:
        'A line without its end may be half of a line: `retry: 10` may be the beginning of `retry: 10000`.',
    },
    rows: ({ one, ms }) => [
      row('a retry line without its end', `retry: ${ms}`, []),
      row('a retry line, and a line of data', `retry: ${ms}\ndata: ${one}\n`, [retry(ms)]),
      row('a retry line, and half of another', `retry: ${ms}\nretry: 1`, [retry(ms)]),
      row('a line of data, and a retry line', `data: ${one}\nretry: ${ms}\n`, [retry(ms)]),
    ],
  },
];
