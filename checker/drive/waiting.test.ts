import { describe, expect, test } from 'vitest';
import { sleep, waitUntil } from './waiting.ts';

const never = () => new Promise<never>(() => {});

describe('waiting', () => {
  test('does not wait for what already holds', async () => {
    let looked = 0;
    expect(await waitUntil(() => ++looked > 0, never, 0)).toBe(true);
    expect(looked).toBe(1);
  });

  test('looks again at each change', async () => {
    let arrived = false;
    const change = sleep(20).then(() => {
      arrived = true;
    });
    expect(
      await waitUntil(
        () => arrived,
        () => change,
        10_000,
      ),
    ).toBe(true);
  });

  test('looks again by itself where no change is told', async () => {
    let arrived = false;
    setTimeout(() => {
      arrived = true;
    }, 120);
    expect(await waitUntil(() => arrived, never, 10_000)).toBe(true);
  });

  test('gives up after its limit, not before', async () => {
    const began = performance.now();
    expect(await waitUntil(() => false, never, 200)).toBe(false);
    expect(performance.now() - began).toBeGreaterThanOrEqual(195);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test('does not count the time in which the judge itself could not run', async () => {
    let arrived = false;
    setTimeout(() => {
      // The judge stands still for longer than the whole limit; what it waits for comes right after.
      for (const until = performance.now() + 500; performance.now() < until; );
      setTimeout(() => {
        arrived = true;
      }, 60);
    }, 10);
    expect(await waitUntil(() => arrived, never, 400)).toBe(true);
  });
});
