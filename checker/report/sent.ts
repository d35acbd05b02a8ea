/** What the judge sent, escaped, with a mark and a caret where it was cut. */
import type { Sent } from '../run/result.ts';
import { columnsOf, count, grouped, wrap } from './columns.ts';
import { escapeText, escapeTokens, rowsOf, type Token } from './escape.ts';
import type { Palette } from './palette.ts';

const CUT_MARK = '│';
const MOST_ROWS = 6;
/** With more cuts than that in sight, marks hide the text that they cut. */
const MOST_MARKS = 6;

/**
 * @param columns  longest line
 * @returns at least one line; of a long run only the rows around what matters, with how much is left out
 */
export function sentLines({ label, excerpt, cuts, focus }: Sent, columns: number, paint: Palette): string[] {
  const name = label === '' ? '' : `${escapeText(label)}: `;
  if (excerpt.totalBytes === 0 && excerpt.bytes.length === 0) return [`${name}nothing`];
  const end = excerpt.offset + excerpt.bytes.length;
  const inSight = cuts.filter((cut) => cut >= excerpt.offset && cut <= end);
  const marked = inSight.length <= MOST_MARKS ? inSight : [];

  const tokens = escapeTokens(excerpt.bytes, marked, excerpt.offset);
  const pieces = withCuts(tokens, marked);
  const textColumns = pieces.reduce((sum, piece) => sum + piece.columns, 2);
  const aside = name !== '' && columnsOf(name) + textColumns > columns;
  const indent = aside ? '' : ' '.repeat(columnsOf(name));
  const rows = rowsOf(pieces, columns - indent.length - 2);
  const shown = rowsAround(rows, whatMatters(excerpt, inSight, focus));
  const lines = shown.flatMap((row) => rowLines(row, columns - indent.length, paint, focus));
  const placed = lines.map((line, index) => (index === 0 && !aside ? name : indent) + line);
  return [
    ...(aside ? [name.trimEnd()] : []),
    ...placed,
    ...remarks(shown, excerpt, cuts, marked)
      .flatMap((line) => wrap(line, columns - indent.length))
      .map((line) => indent + paint.faint(line)),
  ];
}

/**
 * The offset that must be in sight: the byte that the failure is about. Where none is named: what was sent last made
 * the difference, when everything sent is there; a part of more was chosen for what stands near its beginning.
 */
function whatMatters({ offset, bytes, totalBytes }: Sent['excerpt'], cuts: number[], focus?: number): number {
  if (focus !== undefined) return focus;
  const end = offset + bytes.length;
  if (offset === 0 && end >= totalBytes) return cuts.at(-1) ?? end;
  return cuts[0] ?? offset;
}

/** A token, or the mark of a cut before the byte at `offset`. */
type Piece = Token & { cut?: true };

function withCuts(tokens: Token[], cuts: number[]): Piece[] {
  const pieces: Piece[] = [];
  const mark = (offset: number): Piece => ({ text: CUT_MARK, columns: 1, offset, byteLength: 0, cut: true });
  for (const token of tokens) {
    if (cuts.includes(token.offset)) pieces.push(mark(token.offset));
    pieces.push(token);
  }
  const last = tokens.at(-1);
  const end = last === undefined ? 0 : last.offset + last.byteLength;
  if (cuts.includes(end)) pieces.push(mark(end));
  return pieces;
}

/** At most `MOST_ROWS` rows: the one that holds the offset, one before it, and what follows. */
function rowsAround(rows: Piece[][], offset: number): Piece[][] {
  const found = rows.findLastIndex((row) => row[0]!.offset <= offset);
  const first = Math.max(0, Math.min(found - 1, rows.length - MOST_ROWS));
  return rows.slice(first, first + MOST_ROWS);
}

/** The row in quotes and, under it, a caret for each cut in it, else for the byte that the failure is about. */
function rowLines(row: Piece[], columns: number, paint: Palette, focus?: number): string[] {
  const text = row.map((piece) => (piece.cut ? paint.mark(piece.text) : piece.text)).join('');
  const quoted = `"${text}"`;
  if (!row.some((piece) => piece.cut)) return [quoted, ...focusLine(row, columns, focus).map(paint.mark)];
  let column = 1;
  let carets = '';
  for (const piece of row) {
    if (piece.cut) carets += `${' '.repeat(column - carets.length)}^`;
    column += piece.columns;
  }
  return [quoted, ...named(carets, cutNames(row), columns).map(paint.mark)];
}

/** A caret under the byte with this offset, when it stands in the row. */
function focusLine(row: Piece[], columns: number, focus: number | undefined): string[] {
  let column = 1;
  for (const piece of row) {
    if (focus !== undefined && focus >= piece.offset && focus < piece.offset + piece.byteLength) {
      return named(`${' '.repeat(column)}^`, `byte ${grouped(focus)}`, columns);
    }
    column += piece.columns;
  }
  return [];
}

/** The carets with their name: behind them, else before them, else below. */
function named(carets: string, name: string, columns: number): string[] {
  const before = carets.indexOf('^') - 1;
  if (carets.length + 1 + name.length <= columns) return [`${carets} ${name}`];
  if (name.length <= before) return [name.padStart(before) + carets.slice(before)];
  return [carets, name];
}

/** `cut after 70,001 and 70,010 bytes` */
function cutNames(row: Piece[]): string {
  const places = row.filter((piece) => piece.cut).map((piece) => grouped(piece.offset));
  const all = places.length === 1 ? places[0]! : `${places.slice(0, -1).join(', ')} and ${places.at(-1)}`;
  return `cut after ${all} ${all === '1' ? 'byte' : 'bytes'}`;
}

function remarks(
  shown: Piece[][],
  { totalBytes, bytes, offset }: Sent['excerpt'],
  cuts: number[],
  marked: number[],
): string[] {
  const from = shown[0]?.[0]?.offset ?? offset;
  const last = shown.at(-1)?.at(-1);
  const to = last === undefined ? from : last.offset + last.byteLength;
  const lines: string[] = [];
  if (from > 0 || to < Math.max(totalBytes, offset + bytes.length)) {
    const total = Math.max(totalBytes, offset + bytes.length);
    const before = from === 0 ? '' : `${count(from, 'byte')} before this`;
    const after = to >= total ? '' : `${count(total - to, 'byte')} after this`;
    lines.push([before, after].filter((part) => part !== '').join(', '));
  }
  if (cuts.length > marked.length) lines.push(cutting(cuts, Math.max(totalBytes, to)));
  return lines;
}

/** Cuts that are too many to be marked, in words. */
function cutting(cuts: number[], totalBytes: number): string {
  const [first] = cuts;
  if (first === undefined) return '';
  const even =
    cuts.every((cut, index) => cut === first * (index + 1)) && totalBytes <= first * (cuts.length + 1);
  if (even && first === 1) return 'sent byte by byte';
  if (even) return `sent in pieces of ${count(first, 'byte')}`;
  return `sent in ${grouped(cuts.length + 1)} pieces, the first of ${count(first, 'byte')}`;
}
