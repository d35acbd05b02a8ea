/** How results look in the world a command runs in. */
import type { ReportOptions } from '../report/terminal.ts';
import type { RunResult, TypeAdvice } from '../run/result.ts';
import type { CheckOptions } from './check.ts';
import type { Context } from './context.ts';

/** Where no terminal tells its width, reports are made for this one. */
const DEFAULT_COLUMNS = 100;

/** Colour and width for every kind of report. */
export function look({ colour, columns }: Context): Pick<ReportOptions, 'colour' | 'width'> {
  return { colour, width: columns ?? DEFAULT_COLUMNS };
}

/** The report of one run for people. */
export async function reportOf(
  result: RunResult,
  { trace }: Pick<CheckOptions, 'trace'>,
  context: Context,
  advice: readonly TypeAdvice[] = [],
  part = false,
): Promise<string> {
  const { renderReport } = await import('../report/terminal.ts');
  return renderReport(result, { ...look(context), trace, advice, part });
}

/** A document for machines. */
export function jsonOf(document: object): string {
  return JSON.stringify(document, null, 2);
}
