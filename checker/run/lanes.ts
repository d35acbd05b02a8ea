/** Several pieces of work at once, but not all. */

/** Work through a list, `lanes` at a time; the results are in the order of the list. */
export async function inLanes<T, R>(
  list: readonly T[],
  lanes: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = [...list.entries()];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      results[next[0]] = await work(next[1]);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
