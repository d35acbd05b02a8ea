/** Step 4, WHATWG HTML §9.2.6: the reconnection time that a stream names. */
import { event, id, retry } from './reading.ts';
import { raw, row } from './rows.ts';
import type { Table } from './table.ts';

export const retries: Table[] = [
  {
    id: 'lab-10/retry',
    step: 4,
    title: 'retry with digits is given out',
    quote:
      "`retry` with a value of ASCII digits only, one or more, gives out `{ type: 'retry', retryMs }` at the end of its line, and does not wait for an empty line.",
    needs: ['lab-10/cr-at-once', 'lab-10/field-names', 'lab-10/id-event'],
    hints: {
      otherwise:
        'When the line is over: is its value digits only? Then a `retry` event with the number goes into the list.',
    },
    rows: ({ one, id: seven, ms }) => [
      row('a retry line', `retry: ${ms}\n\n`, [retry(ms)]),
      row('a retry line without a space', `retry:${ms}\n\n`, [retry(ms)]),
      row('a retry line with CRLF', `retry: ${ms}\r\n\r\n`, [retry(ms)]),
      row('a retry line and no empty line', `retry: ${ms}\n`, [retry(ms)], { end: false }),
      row('a retry line in front of data', `retry: ${ms}\ndata: ${one}\n\n`, [retry(ms), event(one)]),
      row('a retry line behind data', `data: ${one}\nretry: ${ms}\n\n`, [retry(ms), event(one)]),
      row('a retry line and an id', `retry: ${ms}\nid: ${seven}\n\n`, [retry(ms), id(seven)]),
      row('two retry lines in one block', `retry: ${ms}\nretry: 5\ndata: ${one}\n\n`, [
        retry(ms),
        retry(5),
        event(one),
      ]),
      row('a retry line with a CR and nothing behind it', `retry: ${ms}\r`, [retry(ms)], { end: false }),
      row('a retry line behind an unknown field', `foo: ${one}\nretry: ${ms}\n`, [retry(ms)]),
      row('the same retry twice', `retry: ${ms}\n\nretry: ${ms}\n\n`, [retry(ms), retry(ms)]),
      row('retry: 0', 'retry: 0\n\n', [retry(0)]),
      row('a retry with leading zeros', 'retry: 007\n\n', [retry(7)]),
      row('a retry of ten digits', 'retry: 4294967296\n\n', [retry(4294967296)]),
      row('a retry of 30 digits', `retry: 1${'0'.repeat(29)}\n\n`, [retry(1e29)]),
    ],
  },
  {
    id: 'lab-10/retry-ignored',
    step: 4,
    title: 'retry with anything but digits is ignored',
    quote:
      'Any other value, such as an empty one, `-1`, `+1`, `1.5`, `1e3`, `10s` or one with spaces around it that are left, is ignored.',
    needs: ['lab-10/retry'],
    hints: {
      otherwise: 'One or more of 0 to 9, from the first character to the last. Everything else is ignored.',
    },
    rows: ({ one, ms }) => {
      const ignored = (name: string, value: string) =>
        row(name, `retry:${value}\ndata: ${one}\n\n`, [event(one)]);
      return [
        ignored('a retry of letters', ` ${one}`),
        ignored('a retry with a unit', ` ${ms}s`),
        ignored('a retry with an x behind it', ` ${ms}x`),
        ignored('a retry with a minus', ` -${ms}`),
        ignored('a retry with a plus', ` +${ms}`),
        ignored('a retry with a decimal point', ` ${ms}.5`),
        ignored('a retry with an exponent', ' 1e3'),
        ignored('a retry in hexadecimal', ' 0x10'),
        ignored('an empty retry', ''),
        ignored('a retry that is a space', ' '),
        row('a line retry without a colon', `retry\ndata: ${one}\n\n`, [event(one)]),
        ignored('a retry with a second space in front', `  ${ms}`),
        ignored('a retry with a space behind it', ` ${ms} `),
        ignored('a retry with a tab in front', `\t${ms}`),
        ignored('a retry with an underscore', ' 1_000'),
        ignored('a retry in Arabic digits', ' \u0661\u0662\u0663'),
        ignored('a retry in wide digits', ' \uff11\uff12'),
        ignored('a retry with a NUL', ` ${ms}\0`),
        ignored('two numbers in a retry', ` ${ms} 7`),
        row('a retry with a byte that is not UTF-8', raw(`retry: ${ms}\xff\ndata: ${one}\n\n`), [event(one)]),
      ];
    },
  },
];
