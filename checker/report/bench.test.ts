import { expect, test } from 'vitest';
import { type BenchDocument, renderBench } from './bench.ts';

const document: BenchDocument = {
  schema: 'barewire/bench/v1',
  node: 'v20.19.0',
  machine: 'a machine, 2 cores',
  labs: [
    {
      lab: 'lab-05',
      title: 'Parsers beside a peer',
      tables: [
        {
          figure: 'nanoseconds per request',
          ratio: 'times the speed of llhttp',
          rows: [
            {
              case: 'small GET',
              cells: [
                { who: 'llhttp', median: 755.4, min: 713, max: 790, ratio: 1 },
                { who: 'labs', median: 6.471, min: 6, max: 1234.5, ratio: 2.974 },
              ],
            },
          ],
        },
      ],
      notes: ['Everybody has a process of its own.'],
      refused: [{ who: 'mine', why: 'it reads nothing', problems: [] }],
      durationMs: 31_400,
    },
  ],
};

test('a block of lines for each case, the peer first', () => {
  expect(renderBench(document, { colour: false, width: 100 }).split('\n')).toEqual([
    'lab-05  Parsers beside a peer',
    'Node 20.19.0 · a machine, 2 cores',
    '',
    'nanoseconds per request          median   min    max  times the speed of llhttp',
    'small GET                llhttp     755   713    790',
    '                         labs      6.47  6.00  1,235                     2.97 ×',
    '',
    'Everybody has a process of its own.',
    '',
    '✗ mine was not measured: it reads nothing',
    '',
    "31 s. The machine's noise is in min and max.",
  ]);
});
