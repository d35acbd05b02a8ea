/** Wrong and right servers, pollers and clients, and which checks must tell them apart. */
import type { Proof } from '../mutant.ts';
import { asking } from './asking.ts';
import { core } from './core.ts';
import { serving } from './serving.ts';
import { variants } from './variants.ts';

const proof: Proof = {
  starter: {
    'lab-08/announces': { verdict: 'crash', misconception: 'exited' },
    'lab-08/poller-ask': { verdict: 'fail', misconception: 'other-target' },
    'lab-08/client-prints': { verdict: 'crash', misconception: 'never-connected' },
  },
  mutants: [...serving, ...core, ...asking],
  variants,
};

export default proof;
