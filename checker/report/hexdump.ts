/** Two runs of bytes, one under the other, at the place where they part. */
import type { Difference, Excerpt } from '../run/result.ts';
import { count, grouped, padEnd, padStart } from './columns.ts';
import { escapeText } from './escape.ts';
import type { Palette } from './palette.ts';

const ENDS_HERE = '(ends here)';
/** Bytes shown before and after the row that holds the first difference. */
const CONTEXT_BYTES = 16;
const SAME = 'same';

/**
 * A labelled hexdump around the first difference: a row that is the same on both sides stands once, one that is not
 * stands twice with a mark under each byte that differs. The first such byte is always shown.
 *
 * @param columns  the lines are no longer than that where rows of 8 bytes fit into it
 */
export function hexdump(difference: Difference, columns: number, paint: Palette): string[] {
  return new Dump(difference, columns, paint).lines();
}

class Dump {
  readonly #at: number;
  readonly #expected: Excerpt;
  readonly #actual: Excerpt;
  readonly #labels: { expected: string; actual: string };
  readonly #paint: Palette;
  readonly #rowBytes: number;
  readonly #labelColumns: number;
  readonly #offsetColumns: number;

  constructor({ at, expected, actual, labels }: Difference, columns: number, paint: Palette) {
    this.#at = at;
    this.#expected = expected;
    this.#actual = actual;
    this.#paint = paint;
    this.#labels = {
      expected: escapeText(labels?.expected ?? 'expected'),
      actual: escapeText(labels?.actual ?? 'came'),
    };
    this.#labelColumns = Math.max(this.#labels.expected.length, this.#labels.actual.length, SAME.length);
    this.#offsetColumns = grouped(Math.max(endOf(expected), endOf(actual))).length;
    this.#rowBytes = this.#gutter + hexColumns(16) + 2 + 16 <= columns ? 16 : 8;
  }

  lines(): string[] {
    const size = this.#rowBytes;
    const middle = Math.floor(this.#at / size) * size;
    const first = Math.max(middle - CONTEXT_BYTES, Math.floor(this.#begin / size) * size, 0);
    const last = Math.min(middle + CONTEXT_BYTES, this.#lastRow(middle));
    const lines = this.#before(first);
    for (let row = first; row <= last; row += size) lines.push(...this.#row(row));
    return [...lines, ...this.#after(last + size)];
  }

  get #begin(): number {
    return Math.min(this.#expected.offset, this.#actual.offset);
  }

  get #gutter(): number {
    return this.#labelColumns + 2 + this.#offsetColumns + 2;
  }

  /** The last row with a byte in it, and never one before the difference. */
  #lastRow(middle: number): number {
    // One side is over: more of the other would say no more.
    if (pastEnd(this.#expected, this.#at) || pastEnd(this.#actual, this.#at)) return middle;
    const end = Math.max(endOf(this.#expected), endOf(this.#actual));
    return Math.max(middle, Math.floor((end - 1) / this.#rowBytes) * this.#rowBytes);
  }

  #before(first: number): string[] {
    const hidden = Math.max(first, this.#begin);
    if (hidden === 0) return [];
    return [this.#paint.faint(`${count(hidden, 'byte')} before this, the same on both sides`)];
  }

  #after(next: number): string[] {
    const rest = ({ totalBytes }: Excerpt) => Math.max(0, totalBytes - next);
    const [expected, actual] = [rest(this.#expected), rest(this.#actual)];
    if (expected === 0 && actual === 0) return [];
    const sides = `${this.#labels.expected} ${count(expected, 'byte')}, ${this.#labels.actual} ${count(actual, 'byte')}`;
    const sentence =
      expected === actual ? `${count(expected, 'byte')} after this on both sides` : `after this: ${sides}`;
    return [this.#paint.faint(sentence)];
  }

  #row(row: number): string[] {
    const offsets = Array.from({ length: this.#rowBytes }, (_, index) => row + index);
    const differs = offsets.map((offset) => this.#differs(offset));
    if (!differs.includes(true)) return [this.#side(SAME, this.#expected, row, differs)];
    const lines: string[] = [];
    if (shownIn(this.#expected, row, this.#at)) {
      lines.push(this.#side(this.#labels.expected, this.#expected, row, differs, this.#paint.good));
    }
    if (shownIn(this.#actual, row, this.#at)) {
      lines.push(this.#side(this.#labels.actual, this.#actual, row, differs, this.#paint.bad));
    }
    return [...lines, this.#carets(row, differs)];
  }

  /** Whether the sides differ there; false where only one of them is known. */
  #differs(offset: number): boolean {
    if (offset < this.#at) return false;
    if (offset === this.#at) return true;
    const [expected, actual] = [byteAt(this.#expected, offset), byteAt(this.#actual, offset)];
    if (expected !== undefined && actual !== undefined) return expected !== actual;
    const known = expected !== undefined || actual !== undefined;
    return known && (pastEnd(this.#expected, offset) || pastEnd(this.#actual, offset));
  }

  #side(
    label: string,
    side: Excerpt,
    row: number,
    differs: boolean[],
    colour = (text: string): string => text,
  ): string {
    const cells: string[] = [];
    let text = '';
    let used = 0;
    for (const [index, differing] of differs.entries()) {
      const offset = row + index;
      const byte = byteAt(side, offset);
      if (byte === undefined && this.#endsEarly(side, offset)) break;
      const shown = byte === undefined ? '  ' : byte.toString(16).padStart(2, '0');
      const paint = differing ? colour : (plain: string) => plain;
      cells.push(paint(shown));
      text += paint(byte === undefined ? ' ' : asCharacter(byte));
      used += 1;
    }
    const ended = used < this.#rowBytes;
    const gutter = `${colour(padEnd(label, this.#labelColumns))}  ${this.#offset(row)}  `;
    // Where a side ends, the remark takes the place of the bytes that are missing.
    const room = Math.max(0, hexColumns(this.#rowBytes) - hexColumns(used) - (used > 0 ? 1 : 0));
    const space = used > 0 ? ' ' : '';
    if (!ended) return `${gutter}${joined(cells)}  ${text}`.trimEnd();
    const ending = padEnd(ENDS_HERE, room);
    return `${gutter}${joined(cells)}${space}${colour(ending)}  ${text}`.trimEnd();
  }

  /** Whether the other side goes on where this one has ended. */
  #endsEarly(side: Excerpt, offset: number): boolean {
    const other = side === this.#expected ? this.#actual : this.#expected;
    return pastEnd(side, offset) && side.totalBytes < other.totalBytes;
  }

  #carets(row: number, differs: boolean[]): string {
    const cells = differs.map((differing) => (differing ? '^^' : '  '));
    const here = row <= this.#at && this.#at < row + this.#rowBytes;
    const carets = `${' '.repeat(this.#gutter)}${joined(cells)}`.trimEnd();
    return this.#paint.mark(here ? `${carets} byte ${grouped(this.#at)}` : carets);
  }

  #offset(row: number): string {
    return this.#paint.faint(padStart(grouped(row), this.#offsetColumns));
  }
}

function byteAt({ offset, bytes }: Excerpt, at: number): number | undefined {
  return at < offset ? undefined : bytes[at - offset];
}

/** Where the known bytes of a side end. */
function endOf({ offset, bytes }: Excerpt): number {
  return offset + bytes.length;
}

function pastEnd(side: Excerpt, offset: number): boolean {
  return offset >= Math.max(side.totalBytes, endOf(side));
}

/** A side that ended in an earlier row is not repeated; where the difference is its end, it stands there. */
function shownIn(side: Excerpt, row: number, at: number): boolean {
  return row <= at || !pastEnd(side, row);
}

/** `68 65 6c …`, with a wider gap in the middle of 16. */
function joined(cells: string[]): string {
  if (cells.length <= 8) return cells.join(' ');
  return `${cells.slice(0, 8).join(' ')}  ${cells.slice(8).join(' ')}`;
}

function hexColumns(cells: number): number {
  return cells === 0 ? 0 : cells * 3 - 1 + (cells > 8 ? 1 : 0);
}

function asCharacter(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·';
}
