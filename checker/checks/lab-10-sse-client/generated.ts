/** Step 6: streams drawn from the seed, read by the judge's own reader. */
import { expectGenerated } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { HINTS } from './hints.ts';
import { reads } from './reading.ts';
import { drawWords } from './rows.ts';
import { readPieces, StreamReader } from './stream-reader.ts';
import { parserAfter } from './symptoms.ts';
import { rowsNeeded, type Table } from './table.ts';

const NEEDS = [
  'lab-10/in-time',
  'lab-10/lf-cr',
  'lab-10/other-line-ends',
  'lab-10/bom',
  'lab-10/data-lines',
  'lab-10/id-nul',
  'lab-10/first-id',
  'lab-10/retry-ignored',
  'lab-10/line-end-in-character',
  'lab-10/any-character',
  'lab-10/unfinished-retry',
];
/** Of lines, more of those that change what is kept. */
const NAMES = ['data', 'data', 'data', 'event', 'id', 'id', 'id', 'retry', '', 'Data', ' data', 'datas'];
/** Of ids, few: the same ones come again, and smaller ones. */
const IDS = ['', ' 1', '1', ' 2', '12', '3', ' 7', '12', '\0', 'é'];
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

/** The tables name the mistakes. */
export const generated = (tables: readonly Table[]): Check[] => [
  {
    id: 'lab-10/generated-streams',
    step: 6,
    title: 'generated streams are read as the standard says',
    rule: 'README, step 6',
    quote: 'What was not ended by an empty line is lost',
    level: 'lab',
    needs: NEEDS,
    hints: {
      ...HINTS,
      otherwise:
        'The stream was drawn, and then made as small as it can be while it still fails: everything in it matters. Each rule has a check of its own; here two of them meet. Follow it line by line on paper.',
    },
    async run(judge) {
      const passed = rowsNeeded(NEEDS, tables, drawWords(judge));
      await expectGenerated(
        judge,
        parserAfter(() => passed),
        {
          what: 'generated streams',
          runs: 40,
          arbitrary: (fc) => {
            const lineEnd = fc.constantFrom('\n', '\n', '\r', '\r\n');
            const value = fc.oneof(
              { weight: 4, arbitrary: fc.constantFrom(...VALUES.map(utf8)) },
              { weight: 1, arbitrary: fc.constantFrom(...WRONG_BYTES) },
            );
            const id = fc.constantFrom(...IDS.map(utf8));
            const field = fc
              .constantFrom(...NAMES)
              .chain((name) => fc.tuple(fc.constant(name), fc.option(name === 'id' ? id : value), lineEnd))
              .map(([name, written, end]) => `${name}${written === null ? '' : `:${written}`}${end}`);
            const block = fc
              .tuple(fc.array(field, { maxLength: 4, size: 'max' }), lineEnd)
              .map(([fields, end]) => fields.join('') + end);
            return fc.record({
              bom: fc.boolean(),
              blocks: fc.array(block, { minLength: 4, maxLength: 14, size: 'max' }),
              rest: fc.constantFrom('', '', 'data: a', 'retry: 1', 'id'),
              lastEventId: fc.constantFrom('', '', 'x'),
            });
          },
          rowOf: ({ bom, blocks, rest, lastEventId }) => {
            const bytes = Buffer.from(`${bom ? utf8('\ufeff') : ''}${blocks.join('')}${rest}`, 'latin1');
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
        },
      );
    },
  },
];

/** The UTF-8 of a text, each byte as one character. */
function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
