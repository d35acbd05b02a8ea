import { defineConfig } from 'vitest/config';

/** For `npm run example`, which names the lab's folder. The repository's own configuration leaves the labs out. */
export default defineConfig({ test: { include: ['example.test.ts'] } });
