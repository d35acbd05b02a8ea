/** One check that did not pass, in full: what was asked, sent and seen, and what to think about. */
import type { CheckResult, Evidence } from '../run/result.ts';
import { chop, columnsOf, count, padEnd, wrap } from './columns.ts';
import { escapeText } from './escape.ts';
import { hexdump } from './hexdump.ts';
import { type Palette, SIGNS } from './palette.ts';
import { sentLines } from './sent.ts';
import { sequence } from './sequence.ts';

export interface DetailOptions {
  /** Longest line. */
  columns: number;
  /** Show the whole trace. */
  trace: boolean;
  paint: Palette;
}

const INDENT = '  ';
const LABEL_COLUMNS = 10;
/** Of one line that the student's program wrote. */
const LONGEST_STDERR = 400;

/** What the verdict alone does not say. */
const REMARKS: Readonly<Partial<Record<CheckResult['verdict'], string>>> = {
  flaky:
    'What follows is from the run that failed. It counts as not passed: a program must be right every time.',
  error:
    'This is the fault of the checker or of the machine, not yours: there is nothing to repair in your files. ' +
    'Run the command again. If it stays, show this report to your instructor.',
};

export function checkDetails(check: CheckResult, options: DetailOptions): string[] {
  const { paint, columns } = options;
  const inner = columns - INDENT.length;
  const remark = REMARKS[check.verdict];
  const message = wrap(escapeText(check.message), inner).map(paint.strong);
  const lines = [
    ...message,
    ...(remark === undefined ? [] : wrap(remark, inner)),
    '',
    ...rows(check, inner, options),
  ];
  return [...headlines(check, columns, paint), ...lines.map((line) => (line === '' ? '' : INDENT + line))];
}

/** `MUST`, `rule of the lab`, `advice, not graded` */
export function levelName({ level }: CheckResult): string {
  return { MUST: 'MUST', lab: 'rule of the lab', advice: 'advice, not graded' }[level];
}

function headlines(check: CheckResult, columns: number, paint: Palette): string[] {
  const verdict = `${SIGNS[check.verdict]} ${check.verdict.toUpperCase()}`;
  const title = escapeText(check.title);
  const front = `${paint.verdict(check.verdict, verdict)}  ${paint.strong(check.id)}  ${paint.faint(levelName(check))}`;
  const beside = columnsOf(`${verdict}  ${check.id}  ${levelName(check)}  ${title}`) <= columns;
  if (beside) return [`${front}  ${title}`];
  return [front, ...wrap(title, columns - INDENT.length).map((line) => INDENT + line)];
}

function rows(check: CheckResult, columns: number, { trace, paint }: DetailOptions): string[] {
  const room = columns - LABEL_COLUMNS;
  const row = (label: string, lines: string[]) => labelled(label, lines, paint);
  const prose = (text: string) => wrap(escapeText(text), room);
  // Where nothing was said on a wire, what the judge notes is prose and no picture.
  const events = check.trace.every(({ from }) => from === 'note')
    ? check.trace.flatMap(({ text }) => prose(text))
    : sequence(check.trace, { columns, all: trace, paint });
  const evidence =
    check.evidence === undefined ? [] : evidenceRows(check.evidence, check.message, room, paint);
  const lines = [
    ...evidence,
    ...apart(evidence, events),
    ...row('rule', [...prose(check.rule), ...prose(`“${check.quote}”`)]),
  ];
  // The hint was chosen from a failure that the reference shows as well: it would send her looking for nothing.
  if (check.hint !== null && check.verdict !== 'error') lines.push(...row('hint', prose(check.hint)));
  if (check.replay !== null) lines.push(...row('replay', [paint.command(escapeText(check.replay))]));
  return lines;
}

function evidenceRows(evidence: Evidence, message: string, room: number, paint: Palette): string[] {
  const { sent, accepted, actual, difference, stderr = [] } = evidence;
  const row = (label: string, lines: string[]) => labelled(label, lines, paint);
  const prose = (text: string) => wrap(escapeText(text), room);
  return [
    ...row(
      'sent',
      sent.flatMap((one) => sentLines(one, room, paint)),
    ),
    ...row(
      'accepted',
      accepted.flatMap((one, index) => prose(index === 0 ? one : `or ${one}`)),
    ),
    ...row('actual', actual === '' || actual === message ? [] : prose(actual)),
    ...row('bytes', difference === undefined ? [] : hexdump(difference, room, paint)),
    ...row(
      'stderr',
      stderr.flatMap((line) => stderrLines(line, room, paint)),
    ),
  ];
}

/** The trace between empty lines: it is a picture of its own. */
function apart(before: string[], trace: string[]): string[] {
  if (trace.length === 0) return [];
  return [...(before.length === 0 ? [] : ['']), ...trace, ''];
}

/** The lines beside their label; nothing when there are none. */
function labelled(label: string, lines: string[], paint: Palette): string[] {
  return lines.map((line, index) => {
    const front = padEnd(index === 0 ? label : '', LABEL_COLUMNS);
    return (index === 0 ? paint.label(front) : front) + line;
  });
}

/** The student's own voice: each line behind a bar, so that none of it can be taken for ours. */
function stderrLines(line: string, room: number, paint: Palette): string[] {
  const escaped = escapeText(line);
  const left = escaped.length - LONGEST_STDERR;
  const shown = left > 0 ? `${escaped.slice(0, LONGEST_STDERR)} … ${count(left, 'more character')}` : escaped;
  const bar = '│ ';
  return chop(shown, room - columnsOf(bar)).map((piece) => paint.faint(bar) + paint.student(piece));
}
