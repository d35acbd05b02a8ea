/**
 * The candidate that was probably meant by a mistyped word.
 *
 * @param word  what was typed
 * @param candidates  what exists
 * @returns the candidate with the fewest edits (letters inserted, removed, replaced or swapped with their
 *   neighbour), or undefined when even that one needs more than a third of its letters changed
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const edits = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest && edits <= Math.max(1, candidate.length / 3)) {
      best = candidate;
      fewest = edits;
    }
  }
  return best;
}

/** Edits from `a` to `b`: the optimal string alignment distance, one row of the table at a time. */
function editDistance(a: string, b: string): number {
  let twoAbove: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = above[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      let edits = Math.min(replaced, above[column]! + 1, current[column - 1]! + 1);
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) edits = Math.min(edits, twoAbove[column - 2]! + 1);
      current.push(edits);
    }
    twoAbove = above;
    above = current;
  }
  return above[b.length]!;
}
