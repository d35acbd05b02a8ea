/** Wrong and right framers, and which checks must tell them apart. */
import type { Proof } from '../mutant.ts';
import { encodingMutants } from './encoding-mutants.ts';
import { failureMutants } from './failure-mutants.ts';
import { lineMutants } from './line-mutants.ts';
import { messageMutants } from './message-mutants.ts';
import { variants } from './variants.ts';

const proof: Proof = {
  starter: {
    'lab-04/lines': { verdict: 'fail', misconception: 'no-event' },
    'lab-04/encode-line': { verdict: 'fail', misconception: 'empty' },
    'lab-04/messages': { verdict: 'fail', misconception: 'no-event' },
    'lab-04/encode-length-prefixed': { verdict: 'fail', misconception: 'empty' },
  },
  mutants: [...lineMutants, ...messageMutants, ...failureMutants, ...encodingMutants],
  variants,
};

export default proof;
