import type { Message } from 'esbuild';
import type { Problem } from '../run/result.ts';
import { displayPath, type Place } from './source.ts';

/** Finds the bracket or quote in a file (absolute path) that is never closed. */
export type FindOpened = (file: string) => Place | undefined;

/**
 * What esbuild reports, in plain words. A refusal or problem that our plugin put into `detail` goes through.
 *
 * @returns for each file the refused imports, or else the first syntax error; in order of file and place
 */
export function compilerProblems(messages: readonly Message[], findOpened: FindOpened): Problem[] {
  const problems: Problem[] = [];
  const filesWithSyntaxError = new Set<string>();
  for (const message of [...messages].sort(byPlace)) {
    const problem = toProblem(message, findOpened);
    if (problem.kind === 'syntax') {
      if (filesWithSyntaxError.has(problem.file)) continue;
      filesWithSyntaxError.add(problem.file);
    }
    problems.push(problem);
  }
  return problems;
}

function byPlace({ location: a }: Message, { location: b }: Message): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column;
}

function toProblem(message: Message, findOpened: FindOpened): Problem {
  const detail = message.detail as Partial<Problem> | undefined;
  if (isWholeProblem(detail)) return detail;
  const place = placeOf(message);
  if (/end of file|^Unterminated string/.test(message.text) && message.location !== null) {
    const opened = findOpened(message.location.file);
    if (opened !== undefined) return { kind: 'syntax', file: place.file, ...opened, ...neverClosed(opened) };
  }
  const words = isRefusal(detail) ? detail : inPlainWords(message);
  return { kind: words.kind, ...place, message: words.message, advice: words.advice };
}

function placeOf({ location }: Message): Pick<Problem, 'file' | 'line' | 'column' | 'sourceLine'> {
  if (location === null) return { file: '', line: 0, column: 0 };
  // esbuild counts columns in bytes from 0.
  const before = Buffer.from(location.lineText).subarray(0, location.column).toString();
  return {
    file: displayPath(location.file),
    line: location.line,
    column: before.length + 1,
    sourceLine: location.lineText,
  };
}

function neverClosed({ column, sourceLine }: Place): Pick<Problem, 'message' | 'advice'> {
  const opener = sourceLine.charAt(column - 1);
  if (/[{([]/.test(opener)) {
    return {
      message: `the file ends, and this ${opener} is not closed`,
      advice: 'Close it. The bracket that is missing may also belong to a block inside of it.',
    };
  }
  return {
    message: 'this string is not closed',
    advice: 'Close it with the quote that opened it. Only `…` may go over several lines.',
  };
}

interface Words {
  kind: Problem['kind'];
  message: string;
  advice: string;
}

const LOOK_AROUND =
  'Look at this place and at the end of the line above: something is missing or stands there twice.';

/** The commonest messages: pattern, what is wrong, what to do. `$1` is the pattern's first group. */
const TRANSLATIONS: readonly [pattern: RegExp, message: string, advice: string][] = [
  [
    /^Unexpected end of file|but found end of file$/,
    'the file ends in the middle of something',
    'Something is missing at the end: a closing ), ] or }, or the rest of the last line.',
  ],
  [/^Unterminated regular expression/, 'a regular expression is not closed', 'Close it with a slash.'],
  [/^Expected "\*\/" to terminate/, 'a comment is not closed', 'Close it with */.'],
  [/^Expected identifier but found "(.+)"$/, "expected a name, found '$1'", LOOK_AROUND],
  [/^Expected string but found "(.+)"$/, "expected a text in quotes, found '$1'", 'Put it into quotes.'],
  [/^Expected "(.+)" but found "(.+)"$/, "expected '$1', found '$2'", LOOK_AROUND],
  [/^Unexpected "(.+)"$/, "did not expect '$1' here", LOOK_AROUND],
  [/^Syntax error "(.+)"$/, "'$1' has no meaning here", 'Take the character out, or put it into quotes.'],
  [
    /^The symbol "(.+)" has already been declared/,
    '$1 is declared twice in the same block',
    'Give one of the two another name, or assign to the first without let or const.',
  ],
  [
    /^Cannot assign to "(.+)" because it is a constant/,
    '$1 is a const and keeps its first value',
    'Declare it with let if it is to change.',
  ],
  [
    /^The constant "(.+)" must be initialized/,
    '$1 is a const without a value',
    'Give it one with =, or declare it with let.',
  ],
  [
    /^"await" can only be used inside an "async" function/,
    'await stands in a function that is not async',
    'Write async before the function.',
  ],
  [
    /^Top-level return cannot be used/,
    'return stands outside of any function',
    'Put the code into a function, or use if … else.',
  ],
];

function inPlainWords({ text, location }: Message): Words {
  if (/^(<<<<<<<|=======|>>>>>>>)/.test(location?.lineText ?? '')) {
    return {
      kind: 'syntax',
      message: 'a merge conflict is left in the file',
      advice:
        'Keep the one of the two versions that you want, and delete the lines <<<<<<<, ======= and >>>>>>>.',
    };
  }
  const missing = /^No matching export in "(.+)" for import "(.+)"$/.exec(text);
  if (missing?.[1] !== undefined && missing[2] !== undefined) {
    return {
      kind: 'missing-export',
      message: `${displayPath(missing[1])} does not export ${missing[2]}`,
      advice: 'Write export before its declaration there, or look at the spelling here.',
    };
  }
  for (const [pattern, message, advice] of TRANSLATIONS) {
    const match = pattern.exec(text);
    if (match !== null) {
      const filled = message.replace(/\$(\d)/g, (_, group: string) =>
        (match[Number(group)] ?? '').replaceAll('\\"', '"'),
      );
      return { kind: 'syntax', message: filled, advice };
    }
  }
  return { kind: 'syntax', message: text, advice: 'Node cannot read the file before this is repaired.' };
}

function isRefusal(detail: Partial<Problem> | undefined): detail is Words {
  return detail?.kind !== undefined && detail.message !== undefined && detail.advice !== undefined;
}

function isWholeProblem(detail: Partial<Problem> | undefined): detail is Problem {
  return isRefusal(detail) && (detail as Partial<Problem>).file !== undefined;
}
