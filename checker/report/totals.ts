/** What a run comes to: the last lines of a report. */
import { type CheckResult, type RunResult, VERDICTS } from '../run/result.ts';
import { count, grouped, wrap, wrapItems } from './columns.ts';
import { escapeText } from './escape.ts';
import type { Palette } from './palette.ts';

export interface Fraction {
  passed: number;
  /** Without those that this machine could not run. */
  total: number;
}

export function isGraded({ level }: CheckResult): boolean {
  return level !== 'advice';
}

/** How many graded checks passed, of those that this machine can run. */
export function graded(checks: readonly CheckResult[]): Fraction {
  return fractionOf(checks.filter(isGraded));
}

/** `1 timeout`, `2 skipped`; the passed ones are left out. */
export function otherVerdicts(checks: readonly CheckResult[]): string[] {
  const parts = VERDICTS.map((verdict) => {
    const number = checks.filter((check) => check.verdict === verdict).length;
    return verdict === 'pass' || number === 0 ? '' : `${number} ${verdict}`;
  });
  return parts.filter((part) => part !== '');
}

/**
 * What it means; `18 of 20 hidden checks passed`, points, time, seed; advice, and what was not run.
 *
 * @param part  only some of the lab's checks were run
 */
export function totalsLines(result: RunResult, part: boolean, columns: number, paint: Palette): string[] {
  const { passed, total } = graded(result.checks);
  const items = [
    `${grouped(passed)} of ${grouped(total)} hidden checks passed${sealed(result)}`,
    `${grouped(result.points)} of ${count(result.maxPoints, 'point')}`,
    `${(result.durationMs / 1000).toFixed(1)} s`,
    `seed ${escapeText(result.seed)}`,
  ];
  const paintTotals = result.verdict === 'pass' ? paint.good : paint.strong;
  return [
    ...conclusions(result, part).flatMap((sentence) => wrap(sentence, columns)),
    ...wrapItems(items, columns).map((part) => paintTotals(part)),
    ...besides(result, columns).map(paint.faint),
  ];
}

/** Of a part of the checks: only what its own lines do not say. */
function conclusions(result: RunResult, part: boolean): string[] {
  if (!part || result.verdict === 'error') return [conclusion(result)];
  const passed = result.checks.length === 1 ? 'This check passes.' : 'These checks pass.';
  return result.verdict === 'pass' ? [passed] : [];
}

function conclusion(result: RunResult): string {
  const { total } = graded(result.checks);
  const notRun = result.counts['not-run'] > 0;
  if (result.verdict === 'pass') {
    return notRun
      ? `Well done: your program does all of ${result.lab} that this machine can check.`
      : `Well done: your program does all that ${result.lab} asks.`;
  }
  if (total === 0) return 'No graded check could be run here, so this run says nothing about your program.';
  if (result.verdict === 'error') {
    return 'The checker or this machine failed, not your program. Until that is repaired, the totals are incomplete.';
  }
  const open = result.checks.filter(
    (check) => isGraded(check) && !['pass', 'not-run'].includes(check.verdict),
  );
  if (open.length === 1) return 'Not there yet, but only the check above is left.';
  return 'Not there yet. Begin with the check above: the others may follow from it.';
}

function sealed({ sealed: { total, run } }: RunResult): string {
  if (total === 0) return '';
  const checks = count(total, 'sealed check');
  return run === 0
    ? `; ${checks} ${total === 1 ? 'runs' : 'run'} when you are graded`
    : `; ${run} of ${checks} ran`;
}

function besides(result: RunResult, columns: number): string[] {
  const advice = fractionOf(result.checks.filter((check) => !isGraded(check)));
  const notRun = result.checks.filter((check) => isGraded(check) && check.verdict === 'not-run').length;
  return [
    ...(advice.total === 0 ? [] : [`advice: ${advice.passed} of ${advice.total} followed (never graded)`]),
    ...(notRun === 0
      ? []
      : [`${count(notRun, 'check')} not run on this machine: no points asked, none given`]),
  ].flatMap((sentence) => wrap(sentence, columns));
}

function fractionOf(checks: readonly CheckResult[]): Fraction {
  const run = checks.filter(({ verdict }) => verdict !== 'not-run');
  return { passed: run.filter(({ verdict }) => verdict === 'pass').length, total: run.length };
}
