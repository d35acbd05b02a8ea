/** How many columns a text takes in a terminal, and text laid out in them. */

const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uAC00-\uD7A3\u3001-\u303F\uFF01-\uFF60]/u;
const HALF_WIDTH = /[\uFF61-\uFF9F]/;
const NO_WIDTH = /\p{M}/u;

/** Columns of a text without colour codes. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOfCharacter(character);
  return columns;
}

/** Columns of one code point: 0, 1 or 2. */
export function columnsOfCharacter(character: string): number {
  if (character <= '~') return 1;
  if (NO_WIDTH.test(character)) return 0;
  return WIDE.test(character) && !HALF_WIDTH.test(character) ? 2 : 1;
}

/** The text with spaces after it, up to `columns`. */
export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

/** The text with spaces before it, up to `columns`. */
export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - columnsOf(text))) + text;
}

/**
 * Break prose at spaces, and words that are longer than a line anywhere.
 *
 * @param columns  longest line; at least 1
 * @returns at least one line
 */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (columnsOf(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = chop(word, columns);
    line = pieces.pop() ?? '';
    lines.push(...pieces);
  }
  return [...lines, line];
}

/** `a · b · c`, broken only between the items. */
export function wrapItems(items: readonly string[], columns: number, separator = ' · '): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    const longer = last === undefined ? item : last + separator + item;
    if (last === undefined || columnsOf(longer) > columns) lines.push(item);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** Break a text at the last column, whatever stands there. At least one line. */
export function chop(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const character of text) {
    const wide = columnsOfCharacter(character);
    if (used + wide > columns && line !== '') {
      lines.push(line);
      line = '';
      used = 0;
    }
    line += character;
    used += wide;
  }
  return [...lines, line];
}

/** `1 byte`, `1,472 bytes` */
export function count(number: number, noun: string): string {
  return `${grouped(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** `70,000` */
export function grouped(number: number): string {
  return number.toLocaleString('en-US');
}
