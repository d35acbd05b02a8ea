/** Waiting for something with a bound that is fair on a busy machine. */
import { within } from './within.ts';

const SLICE_MS = 50;

/**
 * Wait until `done()` holds, for at most `limitMs` of the judge's own attention: a stretch in which the judge could
 * not run counts as one slice at most, so that a machine that stalls does not eat the student's time.
 *
 * @param done    looked at first, then after each change and each slice
 * @param change  settles when it may be worth looking again
 * @returns whether `done()` held in time
 */
export async function waitUntil(
  done: () => boolean,
  change: () => Promise<unknown>,
  limitMs: number,
): Promise<boolean> {
  for (let waitedMs = 0; !done(); ) {
    if (waitedMs >= limitMs) return false;
    const before = performance.now();
    await within(change(), SLICE_MS);
    waitedMs += Math.min(performance.now() - before, 2 * SLICE_MS);
  }
  return true;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
