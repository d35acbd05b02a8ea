/** Wrong and right TCP clients, and which checks must tell them apart. */
import type { Proof } from '../mutant.ts';
import { ending } from './ending.ts';
import { connecting, talking } from './talking.ts';
import { atTerminal, trouble } from './trouble.ts';
import { variants } from './variants.ts';

const proof: Proof = {
  starter: { 'lab-02/connects': { verdict: 'crash', misconception: 'never-connected' } },
  mutants: [...connecting, ...talking, ...ending, ...trouble, ...atTerminal],
  variants,
};

export default proof;
