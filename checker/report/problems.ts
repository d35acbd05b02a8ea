/** Why a program could not be run at all: the place, the line with a caret, what is wrong, what to do. */
import type { Problem } from '../run/result.ts';
import { columnsOf, wrap } from './columns.ts';
import { escapeText } from './escape.ts';
import type { Palette } from './palette.ts';

/** Before the caret, when the line is too long to be shown from its beginning. */
const LEAD_COLUMNS = 24;
/** No line of a report reaches that far, though a minified source may. */
const FAR = 400;

/** @param columns  longest line */
export function problemLines(problem: Problem, columns: number, paint: Palette): string[] {
  const lines = [`${paint.bad('✗')} ${paint.strong(escapeText(placeOf(problem)))}`];
  if (problem.sourceLine !== undefined && problem.line > 0) {
    lines.push('', ...sourceLines(problem.sourceLine, problem, columns - 4, paint), '');
  }
  lines.push(...wrap(escapeText(problem.message), columns - 2).map((line) => `  ${paint.bad(line)}`));
  lines.push(...wrap(escapeText(problem.advice), columns - 2).map((line) => `  ${line}`));
  return lines;
}

/** `server.ts:12:9`, as editors and terminals make links of it. */
export function placeOf({ file, line, column }: { file: string; line: number; column: number }): string {
  const place = [file, ...(line > 0 ? [line] : []), ...(line > 0 && column > 0 ? [column] : [])];
  return place.join(':');
}

function sourceLines(source: string, { line, column }: Problem, columns: number, paint: Palette): string[] {
  const number = `    ${line} │ `;
  const under = `    ${' '.repeat(String(line).length)} │ `;
  const room = columns - number.length + 4;
  const { text, caret } = excerptOf(source.trimEnd(), column, room);
  const lines = [paint.faint(number) + text];
  if (caret !== undefined) lines.push(`${paint.faint(under)}${' '.repeat(caret)}${paint.mark('^')}`);
  return lines;
}

/** The part of a line around a column (from 1; 0 for none), and where in it the caret belongs. */
function excerptOf(source: string, column: number, room: number): { text: string; caret?: number } {
  const at = Math.max(0, column - 1);
  const before = escapeText(source.slice(Math.max(0, at - FAR), at));
  const rest = escapeText(source.slice(at, at + FAR));
  const cutFront = columnsOf(before) + 1 > room || columnsOf(before + rest) > room;
  const lead = cutFront ? lastColumns(before, LEAD_COLUMNS) : before;
  const front = lead === before ? lead : `…${lead}`;
  const back = firstColumns(rest, room - columnsOf(front) - 1);
  const text = front + (back === rest ? rest : `${back}…`);
  return column > 0 ? { text, caret: columnsOf(front) } : { text };
}

function firstColumns(text: string, columns: number): string {
  let kept = '';
  for (const character of text) {
    if (columnsOf(kept + character) > columns) break;
    kept += character;
  }
  return kept;
}

function lastColumns(text: string, columns: number): string {
  const characters = [...text];
  while (columnsOf(characters.join('')) > columns) characters.shift();
  return characters.join('');
}
