/** Wrong and right echo servers, and which checks must tell them apart. */
import type { Proof } from '../mutant.ts';
import { mutants } from './mutants.ts';
import { variants } from './variants.ts';

const proof: Proof = {
  starter: { 'lab-01/listens': { verdict: 'crash', misconception: 'exited' } },
  mutants,
  variants,
};

export default proof;
