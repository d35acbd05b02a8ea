/** Wrong and right echo servers and clients, and which checks must tell them apart. */
import type { Proof } from '../mutant.ts';
import { clientMutants } from './client-mutants.ts';
import { serverMutants } from './server-mutants.ts';
import { variants } from './variants.ts';

const proof: Proof = {
  starter: {
    'lab-03/binds': { verdict: 'crash', misconception: 'exited' },
    'lab-03/client-prompts': { verdict: 'crash', misconception: 'no-prompt' },
  },
  mutants: [...serverMutants, ...clientMutants],
  variants,
};

export default proof;
