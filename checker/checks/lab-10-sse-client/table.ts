/** A check that is a table of rows. */
import { expectRows, type Row } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { HINTS } from './hints.ts';
import { drawWords, type Words } from './rows.ts';
import { PARSER } from './symptoms.ts';

export interface Table extends Pick<Check, 'id' | 'step' | 'title' | 'quote' | 'needs'> {
  /** Default the README's step. */
  rule?: string;
  /** Beside those that all checks of the parser share. */
  hints: Check['hints'];
  rows: (words: Words) => Row[];
}

export function asCheck({ rows, rule, hints, ...check }: Table): Check {
  return {
    ...check,
    rule: rule ?? `README, step ${check.step}`,
    level: 'lab',
    hints: { ...HINTS, ...hints },
    run: (judge) => expectRows(judge, PARSER, rows(drawWords(judge))),
  };
}
