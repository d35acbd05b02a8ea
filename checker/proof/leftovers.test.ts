import { expect, test } from 'vitest';
import { countLeftovers } from './leftover-runs.ts';

test.skipIf(process.platform !== 'linux')(
  'of runs that end, are interrupted or killed nothing is left',
  async () => {
    // The fourth is interrupted, the eighth killed.
    const left = await countLeftovers(8, 3);
    expect(left).toEqual({
      runs: 8,
      interrupted: 1,
      killed: 1,
      wrongExits: [],
      processes: 0,
      listeners: 0,
      folders: 0,
    });
  },
);
