/** Step 2: the same lines at any cut. */
import { expectRows } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { LINE_HINTS } from './hints.ts';
import { lineCore, lineRow } from './line-core.ts';

export const anyCut: Check[] = [
  {
    id: 'lab-04/lines-any-cut',
    step: 2,
    title: 'the same lines, wherever the bytes are cut',
    rule: 'README, step 2',
    quote:
      'The same bytes give the same events, wherever they are cut into chunks: in a line, between two lines, between CR and LF.',
    level: 'lab',
    needs: ['lab-04/lines'],
    hints: LINE_HINTS,
    async run(judge) {
      const [a = '', b = '', c = ''] = judge.draw('words', (random) => [
        random.letters(random.integer(4, 7)),
        random.letters(3),
        random.letters(2),
      ]);
      await expectRows(judge, lineCore(), [
        lineRow('one line', `${a}\n`, [a]),
        lineRow('three lines', `${a}\n${b}\n${c}\n`, [a, b, c]),
        lineRow('empty lines between others', `\n${a}\n\n${b}\n\n`, ['', a, '', b, '']),
      ]);
    },
  },
  {
    id: 'lab-04/crlf-any-cut',
    step: 2,
    title: 'CRLF is one line end, also when it is cut in two',
    rule: 'README, step 2',
    quote:
      'The same bytes give the same events, wherever they are cut into chunks: in a line, between two lines, between CR and LF.',
    level: 'lab',
    needs: ['lab-04/lines-any-cut', 'lab-04/line-ends'],
    hints: LINE_HINTS,
    async run(judge) {
      const [a = '', b = ''] = judge.draw('words', (random) => [random.letters(4), random.letters(3)]);
      await expectRows(judge, lineCore(), [
        lineRow('lines that end with CRLF', `${a}\r\n${b}\r\n`, [a, b]),
        lineRow('empty lines that end with CRLF', '\r\n\r\n', ['', '']),
        lineRow('CRs that end no line', `${a}\r${b}\r\r\n\r${b}\n`, [`${a}\r${b}\r`, `\r${b}`]),
      ]);
    },
  },
];
