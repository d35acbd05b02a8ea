/** A run of checks as text for a person at a terminal. */
import type { CheckResult, RunResult, TypeAdvice, Verdict } from '../run/result.ts';
import { checkDetails, levelName } from './check-details.ts';
import { columnsOf, count, padEnd, wrap, wrapItems } from './columns.ts';
import { escapeText } from './escape.ts';
import { type Palette, palette, SIGNS } from './palette.ts';
import { placeOf, problemLines } from './problems.ts';
import { graded, isGraded, otherVerdicts, totalsLines } from './totals.ts';

export interface ReportOptions {
  /** False: not one escape sequence in the text. */
  colour: boolean;
  /** Columns of the terminal; the report uses 60 to 110 of them. */
  width: number;
  /** Show every event of the first failing check, not only the last ones. */
  trace: boolean;
  /** What the compiler found beside the run. */
  advice: readonly TypeAdvice[];
  /** Only some of the lab's checks were run (a replay): the report concludes nothing about the lab. */
  part?: boolean;
}

const MIN_COLUMNS = 60;
const MAX_COLUMNS = 110;
/** Kept free beside the titles of the steps. */
const STEP_COUNT_COLUMNS = 36;
const FRACTION_COLUMNS = 8;
const TYPE_ADVICE_SHOWN = 5;
/** As many checks with one and the same reason share a line. */
const SHARED_REASON = 3;

/**
 * The whole report: header, steps, the first check that did not pass in full, the others one line each, totals.
 *
 * Whatever a student's program wrote is escaped in it: the text holds no control character but line feeds and, with
 * colour, our own colours.
 *
 * @returns lines joined by line feeds, without one at the end
 */
export function renderReport(result: RunResult, options: ReportOptions): string {
  const columns = reportColumns(options.width);
  const paint = palette(options.colour);
  const sections =
    result.problems.length > 0
      ? [headerLines(result, columns, paint), ...problemSections(result, columns, paint)]
      : [
          headerLines(result, columns, paint),
          stepLines(result, columns, paint),
          ...failureSections(result, { columns, trace: options.trace, paint }),
          typeAdviceLines(options.advice, columns, paint),
          totalsLines(result, options.part ?? false, columns, paint),
        ];
  const filled = sections.filter((lines) => lines.length > 0);
  return filled.map((lines) => lines.join('\n')).join('\n\n');
}

/** What the compiler found, as a section of its own for below a report that did not wait for it; empty without any. */
export function renderTypeAdvice(
  advice: readonly TypeAdvice[],
  { colour, width }: Pick<ReportOptions, 'colour' | 'width'>,
): string {
  return typeAdviceLines(advice, reportColumns(width), palette(colour)).join('\n');
}

/** Columns that a report uses of a terminal's. */
export function reportColumns(width: number): number {
  return Math.min(MAX_COLUMNS, Math.max(MIN_COLUMNS, Math.floor(width)));
}

function headerLines(result: RunResult, columns: number, paint: Palette): string[] {
  const seed = result.checks.length === 0 ? '' : ` · seed ${escapeText(result.seed)}`;
  return [
    `${paint.strong(result.lab)}  ${paint.strong(escapeText(result.title))}`,
    ...wrap(`${escapeText(result.subject)}${seed}`, columns).map(paint.faint),
    ...result.notices.flatMap((notice) => noticeLines(notice, columns, paint)),
  ];
}

function noticeLines(notice: string, columns: number, paint: Palette): string[] {
  const lines = wrap(escapeText(notice), columns - 6);
  return lines.map((line, index) => `${paint.warn(index === 0 ? 'note: ' : '      ')}${line}`);
}

function problemSections(result: RunResult, columns: number, paint: Palette): string[][] {
  const sections = result.problems.map((problem) => problemLines(problem, columns, paint));
  return [...sections, wrap('No check was run: the program cannot be started like this.', columns)];
}

function stepLines(result: RunResult, columns: number, paint: Palette): string[] {
  const steps = result.steps.filter(({ number }) => result.checks.some((check) => check.step === number));
  const widest = Math.max(0, ...steps.map(({ title }) => columnsOf(escapeText(title))));
  const titleColumns = Math.min(widest, columns - STEP_COUNT_COLUMNS);
  const numberColumns = Math.max(0, ...steps.map(({ number }) => String(number).length));
  return steps.flatMap(({ number, title }) => {
    const checks = result.checks.filter((check) => check.step === number);
    const verdict = verdictOf(checks);
    const front = `  ${SIGNS[verdict]} step ${padEnd(String(number), numberColumns)}  `;
    const titles = wrap(escapeText(title), titleColumns);
    const counts = stepCounts(checks, columns - front.length - titleColumns - 2, paint);
    const lines = Array.from({ length: Math.max(titles.length, counts.length) }, (_, index) =>
      `${padEnd(titles[index] ?? '', titleColumns)}  ${counts[index] ?? ''}`.trimEnd(),
    );
    const painted = front.replace(SIGNS[verdict], (sign) => paint.verdict(verdict, sign));
    return lines.map((line, index) => (index === 0 ? painted : ' '.repeat(front.length)) + line);
  });
}

/** The verdict that a step's sign shows: that of its first graded check that did not pass. */
function verdictOf(checks: CheckResult[]): Verdict {
  const relevant = checks.filter(isGraded);
  const failing =
    relevant.find((check) => isFailing(check)) ?? relevant.find(({ verdict }) => verdict === 'skipped');
  if (failing !== undefined) return failing.verdict;
  return relevant.some(({ verdict }) => verdict === 'pass') ? 'pass' : 'not-run';
}

/** `3 of 5` and, beside it, what the others came to. */
function stepCounts(checks: CheckResult[], columns: number, paint: Palette): string[] {
  const { passed, total } = graded(checks);
  const fraction = padEnd(total === 0 ? '' : `${passed} of ${total}`, FRACTION_COLUMNS);
  const others = wrapItems(otherVerdicts(checks.filter(isGraded)), columns - FRACTION_COLUMNS - 2, ', ');
  if (others.length === 0) return [fraction];
  return others.map(
    (line, index) => `${index === 0 ? fraction : ' '.repeat(FRACTION_COLUMNS)}  ${paint.faint(line)}`,
  );
}

/** Did run and did not pass. */
function isFailing({ verdict }: CheckResult): boolean {
  return verdict !== 'pass' && verdict !== 'skipped' && verdict !== 'not-run';
}

interface Layout {
  columns: number;
  trace: boolean;
  paint: Palette;
}

function failureSections(result: RunResult, layout: Layout): string[][] {
  const { columns, paint } = layout;
  const failing = result.checks.filter(isFailing);
  const first = failing.find(isGraded) ?? failing[0];
  const others = result.checks.filter((check) => check !== first && check.verdict !== 'pass');
  const advice = others.filter((check) => !isGraded(check) && isFailing(check));
  const notRun = others.filter(({ verdict }) => verdict === 'not-run');
  const rest = others.filter((check) => !advice.includes(check) && !notRun.includes(check));
  return [
    first === undefined ? [] : checkDetails(first, layout),
    section('Also not passed', otherLines(rest, columns, paint), paint),
    section('Not run on this machine', otherLines(notRun, columns, paint), paint),
    section('Advice (shown, never graded)', otherLines(advice, columns, paint), paint),
  ];
}

function section(title: string, lines: string[], paint: Palette): string[] {
  return lines.length === 0 ? [] : [paint.strong(title), ...lines];
}

/** One line a check; those that wait for the same thing together, and many that wait without their names. */
function otherLines(checks: CheckResult[], columns: number, paint: Palette): string[] {
  const skipped = checks.filter(({ verdict }) => verdict === 'skipped');
  if (skipped.length > SKIPPED_NAMED) {
    const others = checks.filter(({ verdict }) => verdict !== 'skipped');
    const summary = `${count(skipped.length, 'check')}: each needs one that did not pass`;
    return [...otherLines(others, columns, paint), otherFront('skipped', paint) + summary];
  }
  const groups = groupsOf(checks);
  const single = groups.filter((group) => group.length === 1).flat();
  const idColumns = Math.max(0, ...single.map(({ id }) => id.length));
  return groups.flatMap((group) =>
    group.length === 1
      ? otherLine(group[0]!, idColumns, columns, paint)
      : togetherLines(group, columns, paint),
  );
}

function groupsOf(checks: CheckResult[]): CheckResult[][] {
  const groups: CheckResult[][] = [];
  for (const check of checks) {
    if (groups.some((group) => group.includes(check))) continue;
    const same = checks.filter((other) => other.verdict === check.verdict && other.message === check.message);
    const waits = check.verdict === 'skipped' || check.verdict === 'not-run';
    groups.push(waits && same.length >= SHARED_REASON ? same : [check]);
  }
  return groups;
}

/** More names than that tell a reader nothing: the steps above say where they are. */
const SKIPPED_NAMED = 16;
const VERDICT_COLUMNS = 7;
const OTHER_INDENT = ' '.repeat(2 + 2 + VERDICT_COLUMNS + 2);

function otherLine(check: CheckResult, idColumns: number, columns: number, paint: Palette): string[] {
  const front = otherFront(check.verdict, paint);
  const level = check.level === 'advice' && !isFailing(check) ? ` (${levelName(check)})` : '';
  const message = escapeText(check.message) + level;
  const beside = `${padEnd(check.id, idColumns)}  ${message}`;
  if (OTHER_INDENT.length + columnsOf(beside) <= columns) return [front + beside];
  const below = wrap(message, columns - OTHER_INDENT.length);
  return [front + check.id, ...below.map((line) => OTHER_INDENT + line)];
}

function togetherLines(checks: CheckResult[], columns: number, paint: Palette): string[] {
  const [{ verdict, message }] = checks as [CheckResult];
  const room = columns - OTHER_INDENT.length;
  const [first = '', ...more] = wrap(`${count(checks.length, 'check')}: ${escapeText(message)}`, room);
  const ids = wrap(checks.map(({ id }) => id).join(' '), room).map(paint.faint);
  return [otherFront(verdict, paint) + first, ...[...more, ...ids].map((line) => OTHER_INDENT + line)];
}

function otherFront(verdict: Verdict, paint: Palette): string {
  return `  ${paint.verdict(verdict, SIGNS[verdict])} ${paint.verdict(verdict, verdict)}${' '.repeat(
    VERDICT_COLUMNS - verdict.length + 2,
  )}`;
}

function typeAdviceLines(advice: readonly TypeAdvice[], columns: number, paint: Palette): string[] {
  if (advice.length === 0) return [];
  const more = advice.length - TYPE_ADVICE_SHOWN;
  return [
    paint.strong('The TypeScript compiler also says (advice, not graded)'),
    ...advice
      .slice(0, TYPE_ADVICE_SHOWN)
      .flatMap((one) => [
        `  ${escapeText(placeOf(one))}`,
        ...wrap(escapeText(one.message), columns - 4).map((line) => `    ${line}`),
      ]),
    ...(more > 0 ? [paint.faint(`  and ${more} more`)] : []),
  ];
}
