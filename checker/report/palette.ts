/** Colours, and the signs that carry the same meaning without them. */
import { Chalk } from 'chalk';
import type { Verdict } from '../run/result.ts';

export interface Palette {
  verdict: (verdict: Verdict, text: string) => string;
  /** What to read first. */
  strong: (text: string) => string;
  /** What may be skipped. */
  faint: (text: string) => string;
  /** Names of the rows of a report. */
  label: (text: string) => string;
  good: (text: string) => string;
  bad: (text: string) => string;
  warn: (text: string) => string;
  /** Where to look: cuts and carets. */
  mark: (text: string) => string;
  /** What the student's program said itself. */
  student: (text: string) => string;
  /** Something to type. */
  command: (text: string) => string;
}

/** One column each; the verdict's name always stands beside it. */
export const SIGNS: Readonly<Record<Verdict, string>> = {
  pass: '✓',
  fail: '✗',
  timeout: '…',
  crash: '■',
  skipped: '-',
  'not-run': '○',
  flaky: '≈',
  error: '!',
};

/** @param colour  false: the text comes back unchanged, without a single escape sequence */
export function palette(colour: boolean): Palette {
  const chalk = new Chalk({ level: colour ? 1 : 0 });
  const verdicts: Record<Verdict, (text: string) => string> = {
    pass: chalk.green,
    fail: chalk.red,
    timeout: chalk.yellow,
    crash: chalk.magenta,
    skipped: chalk.gray,
    'not-run': chalk.blue,
    flaky: chalk.cyan,
    error: chalk.black.bgYellow,
  };
  return {
    verdict: (verdict, text) => verdicts[verdict](text),
    // Chalk's own functions join all their arguments, so that one in `map` would print the index too.
    strong: (text) => chalk.bold(text),
    faint: (text) => chalk.dim(text),
    label: (text) => chalk.dim(text),
    good: (text) => chalk.green(text),
    bad: (text) => chalk.red(text),
    warn: (text) => chalk.yellow(text),
    mark: (text) => chalk.yellow.bold(text),
    student: (text) => chalk.cyan(text),
    command: (text) => chalk.bold(text),
  };
}
