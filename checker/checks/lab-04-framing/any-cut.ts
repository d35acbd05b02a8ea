/** Step 2: the same lines at any cut, and what else step 1 says about them. */
import { expectRows } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { LINE_HINTS } from './hints.ts';
import { lineCore, lineRow, SPACES_RULE } from './line-core.ts';

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
        lineRow('empty lines between others', `\n${a}\n\n\n${b}\n\n`, ['', a, '', '', b, '']),
        lineRow('spaces and tabs', ` ${a}\t \n  \n`, [` ${a}\t `, '  '], { rule: SPACES_RULE }),
        lineRow('control characters that end no line', `${a}\v${b}\f${c}\x1e\n`, [`${a}\v${b}\f${c}\x1e`]),
      ]);
    },
  },
  {
    id: 'lab-04/line-ends',
    step: 2,
    title: 'CRLF is one line end, and any other CR is text',
    rule: 'README, step 1',
    quote: 'A CR (0x0D) right before that LF belongs to the line end; any other CR is a part of the text.',
    level: 'lab',
    needs: ['lab-04/lines-any-cut'],
    hints: LINE_HINTS,
    async run(judge) {
      const [a = '', b = ''] = judge.draw('words', (random) => [random.letters(3), random.letters(4)]);
      await expectRows(judge, lineCore(), [
        lineRow('a line that ends with CRLF', `${a}\r\n`, [a]),
        lineRow('LF and CRLF mixed', `${a}\n${b}\r\n${b}\n`, [a, b, b]),
        lineRow('empty lines that end with CRLF', '\r\n\r\n\n', ['', '', '']),
        lineRow('a CR between letters', `${a}\r${b}\n`, [`${a}\r${b}`]),
        lineRow('two CRs before the LF', `${a}\r\r\n`, [`${a}\r`]),
        lineRow('a CR behind an LF', `${a}\n\r${b}\r\n`, [a, `\r${b}`]),
        lineRow('CRs that end no line', `${a}\r${b}\r\r\n\r${b}\n`, [`${a}\r${b}\r`, `\r${b}`]),
      ]);
    },
  },
  {
    id: 'lab-04/line-at-its-end',
    step: 2,
    title: 'a line comes with its LF, not later',
    rule: 'README, step 1',
    quote: 'A line is given out by the call of receive that brings its LF, not by a later one.',
    level: 'lab',
    needs: ['lab-04/lines-any-cut'],
    hints: {
      ...LINE_HINTS,
      'split-per-chunk':
        'What stands behind the last LF came out as a line. Its own LF has not arrived yet, and more of it may come.',
    },
    async run(judge) {
      const [a = '', b = '', c = ''] = judge.draw('words', (random) =>
        [3, 4, 2].map((n) => random.letters(n)),
      );
      const end = false;
      await expectRows(judge, lineCore(), [
        lineRow('a line, and then silence', `${a}\n`, [a], { end }),
        lineRow('two lines, and then silence', `${a}\n${b}\r\n`, [a, b], { end }),
        lineRow('a line and the beginning of another', `${a}\n${c}`, [a], { end }),
      ]);
    },
  },
];
