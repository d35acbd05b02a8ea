/** Wrong and right writers of event streams, and which checks must tell them apart. */
import type { Proof } from '../mutant.ts';
import { encoding } from './encoding.ts';
import { responses } from './responses.ts';
import { resuming } from './resuming.ts';
import { variants } from './variants.ts';

const proof: Proof = {
  starter: {
    'lab-09/one-event': { verdict: 'fail', misconception: 'empty' },
    'lab-09/listens': { verdict: 'crash', misconception: 'exited' },
  },
  mutants: [...encoding, ...responses, ...resuming],
  variants,
};

export default proof;
