/** A bound on a wait for one answer. */

/**
 * What `answer` settles to, or undefined when it has not settled after `limitMs`.
 * The timer is gone once it has, so that nothing keeps the checker alive.
 */
export function within<T>(answer: Promise<T>, limitMs: number): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, limitMs, undefined);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
