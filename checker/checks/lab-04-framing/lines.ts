/** Step 1: lines, in one piece; and how they are written. The same lines at any cut are in step 2. */
import { expectRows } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { expectBytes, expectRefused } from './encoding.ts';
import { LINE_HINTS } from './hints.ts';
import { lineCore, lineRow, SPACES_RULE } from './line-core.ts';

const inOnePiece = true;

const ENCODE_HINTS = {
  empty: 'Nothing came back. encodeLine has to return the bytes of the line, its line end included.',
  'not-bytes': 'A line on the wire is bytes. TextEncoder makes a Uint8Array of a text.',
  'no-line-end': 'The line end is missing: without it the reader waits for more.',
  crlf: 'The line ends with CR LF. The reader would take it; what you write ends with one LF.',
  latin1:
    'A character beyond ASCII has more than one byte in UTF-8. Was its code taken for a byte, or the text written as Latin-1?',
  'other-length':
    'Bytes are missing at the end, or there are too many. A text has characters, a line on the wire has bytes, and there are more of them.',
  otherwise: 'The line is the UTF-8 of the text, then one LF. Nothing else.',
};

export const lines: Check[] = [
  {
    id: 'lab-04/lines',
    step: 1,
    title: 'every line of a chunk is one event',
    rule: 'README, step 1',
    quote: 'Each line is one event, in order, however many lines a chunk has.',
    level: 'lab',
    hints: LINE_HINTS,
    async run(judge) {
      const [a = '', b = '', c = ''] = judge.draw('words', (random) => [
        random.letters(random.integer(3, 6)),
        random.letters(random.integer(2, 5)),
        random.letters(1),
      ]);
      await expectRows(judge, lineCore(), [
        lineRow('one line', `${a}\n`, [a], { inOnePiece }),
        lineRow('three lines in one chunk', `${a}\n${b}\n${c}\n`, [a, b, c], { inOnePiece }),
        lineRow('two empty lines between others', `${a}\n\n\n${b}\n`, [a, '', '', b], { inOnePiece }),
        lineRow('an empty line first', `\n${c}\n`, ['', c], { inOnePiece }),
        lineRow('spaces and tabs', ` ${a}\t \n  \n`, [` ${a}\t `, '  '], {
          inOnePiece,
          rule: SPACES_RULE,
        }),
        lineRow('control characters that end no line', `${a}\v${b}\f${c}\x1e\n`, [`${a}\v${b}\f${c}\x1e`], {
          inOnePiece,
        }),
      ]);
    },
  },
  {
    id: 'lab-04/encode-line',
    step: 1,
    title: 'encodeLine writes UTF-8 and one LF',
    rule: 'README, step 1',
    quote: 'encodeLine(text) returns the text in UTF-8 and one LF.',
    level: 'lab',
    hints: ENCODE_HINTS,
    async run(judge) {
      const [a = '', b = ''] = judge.draw('words', (random) => [random.letters(5), random.letters(3)]);
      for (const text of [a, '', `${a} é€ ${b}🙂`, `${a}\r${b}\0`, `\ufeff${b}`]) {
        await expectBytes(judge, 'encodeLine', text, Buffer.from(`${text}\n`));
      }
    },
  },
  {
    id: 'lab-04/encode-line-refuses',
    step: 1,
    title: 'encodeLine refuses what cannot be read back',
    rule: 'README, step 1',
    quote:
      'It throws a TypeError or a RangeError for a text that could not be read back: one with an LF in it, one that ends with CR, and one with half of a surrogate pair, which has no UTF-8.',
    level: 'lab',
    needs: ['lab-04/encode-line'],
    hints: {
      'lf-written':
        'One text went in, and the reader would see two lines. Who can put an LF into a text can write lines in your name; so a writer refuses it.',
      'cr-written':
        'The CR at the end of the text and your LF are one line end for the reader, and the CR is lost. What does a writer do with a text that would not come back?',
      'surrogate-written':
        'Half of a surrogate pair has no UTF-8. TextEncoder and Buffer write U+FFFD in its place without a word. How can you find out that a text is not well formed?',
      'other-error': 'It throws, but neither a TypeError nor a RangeError: those are what the README names.',
      otherwise: 'For such a text encodeLine throws instead of returning.',
    },
    async run(judge) {
      const [a = '', b = ''] = judge.draw('words', (random) => [random.letters(4), random.letters(3)]);
      const texts: [name: string, text: string, symptom: string][] = [
        ['a text with an LF in it', `${a}\n${b}`, 'lf-written'],
        ['a text that ends with LF', `${a}\n`, 'lf-written'],
        ['a text that ends with CR', `${a}\r`, 'cr-written'],
        ['half of a surrogate pair at the end', `${b}\ud83d`, 'surrogate-written'],
        ['the second half of a surrogate pair alone', `${a}\ude42${b}`, 'surrogate-written'],
      ];
      for (const [name, text, symptom] of texts)
        await expectRefused(judge, 'encodeLine', name, text, symptom);
    },
  },
];
