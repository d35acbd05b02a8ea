/** Wrong and right to-do lists, and which checks must tell them apart. */
import type { Proof } from '../mutant.ts';
import { kept } from './kept.ts';
import { requests } from './requests.ts';
import { statuses } from './statuses.ts';
import { variants } from './variants.ts';

const proof: Proof = {
  starter: { 'lab-07/listens': { verdict: 'crash', misconception: 'exited' } },
  mutants: [...requests, ...statuses, ...kept],
  variants,
};

export default proof;
