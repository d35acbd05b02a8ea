/** Wrong and right request parsers, and which checks must tell them apart. */
import type { Proof } from '../mutant.ts';
import { bodyMutants } from './body-mutants.ts';
import { fieldMutants } from './field-mutants.ts';
import { limitMutants } from './limit-mutants.ts';
import { persistenceMutants } from './persistence-mutants.ts';
import { refusalMutants } from './refusal-mutants.ts';
import { requestLineMutants } from './request-line-mutants.ts';
import { streamMutants } from './stream-mutants.ts';
import { variants } from './variants.ts';

const proof: Proof = {
  starter: {
    'lab-05/simple-request': { verdict: 'fail', misconception: 'no-event' },
  },
  mutants: [
    ...requestLineMutants,
    ...fieldMutants,
    ...bodyMutants,
    ...streamMutants,
    ...refusalMutants,
    ...limitMutants,
    ...persistenceMutants,
  ],
  variants,
};

export default proof;
