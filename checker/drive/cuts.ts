/**
 * Ways of cutting a run of bytes into chunks, as a network may.
 *
 * The module host counts with these too, after the student's code had its chance to patch what is global; so the
 * functions marked "plain" use arithmetic only.
 */

/** Offsets after which a new chunk begins, ascending; or the size of all chunks but the last, in bytes. */
export type Cuts = readonly number[] | { readonly everyBytes: number };

export const WHOLE: Cuts = [];
export const BYTE_BY_BYTE: Cuts = { everyBytes: 1 };

/** Every way to cut `length` bytes into two chunks that are not empty: after 1, 2, … `length` - 1. */
export function everySplit(length: number): Cuts[] {
  return Array.from({ length: Math.max(0, length - 1) }, (_, index) => [index + 1]);
}

/** @throws RangeError when the cuts do not fit `length` bytes: our fault, never the student's */
export function assertCutsFit(cuts: Cuts, length: number): void {
  if ('everyBytes' in cuts) {
    if (Number.isInteger(cuts.everyBytes) && cuts.everyBytes > 0) return;
    throw new RangeError(`chunks of ${cuts.everyBytes} bytes, expected a whole number from 1 on`);
  }
  const sorted = cuts.every((cut, index) => Number.isInteger(cut) && cut >= (cuts[index - 1] ?? 0));
  if (!sorted || (cuts.at(-1) ?? 0) > length) {
    throw new RangeError(`cuts at ${cuts.join(', ')}, expected ascending offsets from 0 to ${length}`);
  }
}

/** How many chunks `length` bytes come in; none when there are neither bytes nor cuts. Plain. */
export function chunkCount(cuts: Cuts, length: number): number {
  if ('everyBytes' in cuts) {
    const rest = length % cuts.everyBytes;
    return (length - rest) / cuts.everyBytes + (rest > 0 ? 1 : 0);
  }
  return length === 0 && cuts.length === 0 ? 0 : cuts.length + 1;
}

/** Offset of the first byte behind the chunk with this index, from 0; 0 for index -1. Plain. */
export function chunkEnd(cuts: Cuts, index: number, length: number): number {
  if (index < 0) return 0;
  const end = 'everyBytes' in cuts ? (index + 1) * cuts.everyBytes : cuts[index];
  return end === undefined || end > length ? length : end;
}

/**
 * Of the ways whose outcome is wrong, the one that shows the mistake best: the fewest chunks, and among those the
 * earliest cut. With every single split among the ways, it is the first split that differs.
 *
 * @param length  of the bytes that were cut
 * @param holds   whether the outcome is right: the same as for the whole, or what is expected
 * @returns undefined when all hold
 */
export function shortestFailure<Way extends { readonly cuts: Cuts }>(
  ways: readonly Way[],
  length: number,
  holds: (way: Way) => boolean,
): Way | undefined {
  const chunks = (way: Way): number => chunkCount(way.cuts, length);
  const firstCut = (way: Way): number => chunkEnd(way.cuts, 0, length);
  const [first] = ways
    .filter((way) => !holds(way))
    .sort((a, b) => chunks(a) - chunks(b) || firstCut(a) - firstCut(b));
  return first;
}
