import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // A student's own example tests run by `npm run example`; the repository's tests must not fail because of them.
    include: ['checker/**/*.test.ts', 'solutions/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The tests start real programs on real sockets; two cores serve two files at a time.
    maxWorkers: 2,
    maxConcurrency: 2,
    // On shared cores a program can starve; a test that fails is tried once more, and vitest says so.
    retry: 1,
  },
});
