/** Step 6: streams drawn from the seed, read by the judge's own reader. */
import { expectGenerated } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { HINTS } from './hints.ts';
import { reads } from './reading.ts';
import { readPieces, StreamReader } from './stream-reader.ts';
import { PARSER } from './symptoms.ts';

const NAMES = ['data', 'data', 'data', 'event', 'id', 'retry', '', 'Data', ' data', 'foo', 'datas'];
const VALUES = [
  '',
  ' ',
  'a',
  ' a',
  '  a ',
  ':',
  ' b:c',
  '\ta',
  '7',
  ' 12',
  '1x',
  '\0',
  'é',
  ' 😀',
  '\ufeff',
  '\u2028',
];
const WRONG_BYTES = ['\xff', '\xc3', '\xe2\x82', '\xf0\x9f\x98', '\x80', '\xed\xa0\x80'];

export const generated: Check[] = [
  {
    id: 'lab-10/generated-streams',
    step: 6,
    title: 'generated streams are read as the standard says',
    rule: 'README, step 6',
    quote: 'What was not ended by an empty line is lost',
    level: 'lab',
    needs: [
      'lab-10/lf-cr',
      'lab-10/other-line-ends',
      'lab-10/cut-in-crlf',
      'lab-10/bom',
      'lab-10/one-space',
      'lab-10/first-colon',
      'lab-10/no-colon',
      'lab-10/comments',
      'lab-10/field-names',
      'lab-10/data-lines',
      'lab-10/empty-data',
      'lab-10/block-reset',
      'lab-10/id-at-empty-line',
      'lab-10/id-values',
      'lab-10/id-nul',
      'lab-10/id-event',
      'lab-10/first-id',
      'lab-10/retry-ignored',
      'lab-10/line-end-in-character',
      'lab-10/any-character',
      'lab-10/unfinished-retry',
    ],
    hints: {
      ...HINTS,
      otherwise:
        'The stream was drawn, and then made as small as it can be while it still fails: everything in it matters. Each rule has a check of its own; here two of them meet. Follow it line by line on paper.',
    },
    async run(judge) {
      await expectGenerated(judge, PARSER, {
        what: 'generated streams',
        runs: 60,
        arbitrary: (fc) => {
          const lineEnd = fc.constantFrom('\n', '\n', '\r', '\r\n');
          const value = fc.oneof(fc.constantFrom(...VALUES.map(utf8)), fc.constantFrom(...WRONG_BYTES));
          const field = fc
            .tuple(fc.constantFrom(...NAMES), fc.option(value), lineEnd)
            .map(([name, written, end]) => `${name}${written === null ? '' : `:${written}`}${end}`);
          const line = fc.oneof({ weight: 3, arbitrary: field }, { weight: 2, arbitrary: lineEnd });
          return fc.record({
            bom: fc.boolean(),
            lines: fc.array(line, { minLength: 1, maxLength: 14 }),
            rest: fc.constantFrom('', '', 'data: a', 'retry: 1', 'id'),
            lastEventId: fc.constantFrom('', '', 'x'),
          });
        },
        rowOf: ({ bom, lines, rest, lastEventId }) => {
          const bytes = Buffer.from(`${bom ? utf8('\ufeff') : ''}${lines.join('')}${rest}`, 'latin1');
          const told = readPieces(new StreamReader(lastEventId), [bytes]).flat();
          return {
            name:
              lastEventId === ''
                ? 'a generated stream'
                : `a generated stream that begins with id "${lastEventId}"`,
            bytes,
            args: [{ lastEventId }],
            accepts: [reads(...told)],
          };
        },
      });
    },
  },
];

/** The UTF-8 of a text, each byte as one character. */
function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
