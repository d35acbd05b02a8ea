/** Step 8: work grows with the number of bytes, not with its square. */
import { expectLinear } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { HINTS } from './hints.ts';
import { memberOf, typeOf } from './reading.ts';
import { drawWords } from './rows.ts';
import { PARSER } from './symptoms.ts';

const LINEAR =
  'The judge sends one long line and many short lines of one event in pieces of 16 bytes, and many short events in one piece: eight times the bytes take about eight times as long, not 64 times.';
const HUGE = [{ maxEventBytes: 2 ** 26 }];

/** Of the smaller inputs; the larger have eight times as many. */
const LINE_PIECES = 5000;
const DATA_LINES = 6000;
const EVENTS = 8000;

const GROWTH_HINTS = {
  ...HINTS,
  otherwise:
    'It does not end as it should, however long it takes. Do the shorter streams of the other checks pass?',
};

export const growth: Check[] = [
  {
    id: 'lab-10/long-line',
    step: 8,
    title: 'a long line in small pieces costs no more than its bytes',
    rule: 'README, step 8',
    quote: LINEAR,
    level: 'lab',
    needs: ['lab-10/limit-accepts'],
    hints: {
      ...GROWTH_HINTS,
      quadratic:
        'Each piece of the line costs more than the one before. Joining all that was kept with every new piece and looking for the line end from its beginning costs the square. Where did the last call stop looking?',
    },
    async run(judge) {
      const { one } = drawWords(judge);
      await expectLinear(judge, PARSER, {
        name: 'one long line in pieces of 16 bytes',
        bytes: (units) => Buffer.from(`data: ${one}${'x'.repeat(units * 16)}\n\n`),
        units: LINE_PIECES,
        everyBytes: 16,
        args: HUGE,
        holds: (last, units) => last.length === 1 && lengthOf(last[0]) === units * 16 + one.length,
        what: 'one event',
        symptomOf: symptomOf,
      });
    },
  },
  {
    id: 'lab-10/many-lines',
    step: 8,
    title: 'an event of many lines costs no more than its bytes',
    rule: 'README, step 8',
    quote: LINEAR,
    level: 'lab',
    needs: ['lab-10/limit-accepts'],
    hints: {
      ...GROWTH_HINTS,
      quadratic:
        'Each line of the event costs more than the one before. What do you do with all the data so far when a line is added to it: copy it, or count its bytes again?',
    },
    async run(judge) {
      const { one } = drawWords(judge);
      await expectLinear(judge, PARSER, {
        name: 'many lines of one event in pieces of 16 bytes',
        bytes: (units) => Buffer.from(`${`data: ${one}\n`.repeat(units)}\n`),
        units: DATA_LINES,
        everyBytes: 16,
        args: HUGE,
        holds: (last, units) => last.length === 1 && lengthOf(last[0]) === units * (one.length + 1) - 1,
        what: 'one event',
        symptomOf: symptomOf,
      });
    },
  },
  {
    id: 'lab-10/many-events',
    step: 8,
    title: 'many events in one piece cost no more than their bytes',
    rule: 'README, step 8',
    quote: LINEAR,
    level: 'lab',
    needs: ['lab-10/limit-accepts', 'lab-10/in-time'],
    hints: {
      ...GROWTH_HINTS,
      quadratic:
        'Each event costs as much as all that is left behind it. Copying the rest of a chunk after each line or event costs the square. An offset into the chunk costs nothing.',
    },
    async run(judge) {
      const { one } = drawWords(judge);
      await expectLinear(judge, PARSER, {
        name: 'many events in one piece',
        bytes: (units) => Buffer.from(`data: ${one}\n\n`.repeat(units)),
        units: EVENTS,
        holds: (last) => last.length === 8 && last.every((event) => memberOf(event, 'data') === one),
        what: 'the last events',
        symptomOf: symptomOf,
      });
    },
  },
];

function lengthOf(event: unknown): number | undefined {
  const data = memberOf(event, 'data');
  return typeof data === 'string' ? data.length : undefined;
}

function symptomOf(last: readonly unknown[]): string | undefined {
  return typeOf(last.at(-1)) === 'failed' ? 'failed-too-early' : undefined;
}
