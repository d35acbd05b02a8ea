/** Wrong and right TCP clients, and which checks must tell them apart. */
import type { Proof } from '../mutant.ts';
import { mutants } from './mutants.ts';
import { variants } from './variants.ts';

const proof: Proof = {
  starter: { 'lab-02/connects': { verdict: 'crash', misconception: 'never-connected' } },
  mutants,
  variants,
};

export default proof;
