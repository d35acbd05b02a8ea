/** A check that is a table of rows. */
import { expectRows, type Row } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { HINTS } from './hints.ts';
import { drawWords, type Words } from './rows.ts';
import { parserAfter } from './symptoms.ts';

export interface Table extends Pick<Check, 'id' | 'step' | 'title' | 'quote' | 'needs'> {
  /** Default the README's step. */
  rule?: string;
  /** Beside those that all checks of the parser share. */
  hints: Check['hints'];
  rows: (words: Words) => Row[];
}

/** The checks of tables, each of which may need others of them. */
export function asChecks(tables: readonly Table[]): Check[] {
  return tables.map(({ rows, rule, hints, ...check }) => ({
    ...check,
    rule: rule ?? `README, step ${check.step}`,
    level: 'lab',
    hints: { ...HINTS, ...hints },
    run: (judge) => {
      const words = drawWords(judge);
      const all = rows(words);
      const passed = (row: Row): Row[] => [
        ...rowsNeeded(check.needs ?? [], tables, words),
        ...all.slice(0, Math.max(0, all.indexOf(row))),
      ];
      return expectRows(judge, parserAfter(passed), all);
    },
  }));
}

/** All rows that have passed where these checks have. */
export function rowsNeeded(needs: readonly string[], tables: readonly Table[], words: Words): Row[] {
  const needed = new Set(needs);
  // A table needs earlier ones only, so one pass from the end finds all.
  for (const { id, needs: more = [] } of [...tables].reverse()) {
    if (needed.has(id)) for (const need of more) needed.add(need);
  }
  return tables.filter(({ id }) => needed.has(id)).flatMap(({ rows }) => rows(words));
}
