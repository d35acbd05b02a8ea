/** From samples to the figures of a table. */
import type { BenchCell, BenchRow } from '../report/bench.ts';

/** What one contestant's turns came to, in order. */
export interface Samples {
  who: string;
  values: number[];
}

/**
 * One row of a table.
 *
 * @param samples  the peer's first
 * @param ratio    of the medians of a contestant and the peer
 */
export function rowOf(
  name: string,
  samples: Samples[],
  ratio: (own: number, peer: number) => number,
): BenchRow {
  const peer = median(samples[0]!.values);
  const cells = samples.map(({ who, values }): BenchCell => {
    const middle = median(values);
    return {
      who,
      median: middle,
      min: Math.min(...values),
      max: Math.max(...values),
      ratio: ratio(middle, peer),
    };
  });
  return { case: name, cells };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The list, begun one further in each round, so that nobody always comes after the same one. */
export function rotated<T>(list: readonly T[], round: number): T[] {
  const first = round % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}
