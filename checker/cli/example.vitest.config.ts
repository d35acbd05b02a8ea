import { defineConfig } from 'vitest/config';

/** For `npm run example`, which names the file. The repository's own configuration leaves the labs out. */
export default defineConfig({ test: { include: ['**/lab-*/example.test.ts'] } });
