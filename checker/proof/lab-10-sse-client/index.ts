/** Wrong and right EventSources, and which checks must tell them apart. */
import type { Proof } from '../mutant.ts';
import { asking, printing, staying, taking } from './client-mutants.ts';
import { parserMutants } from './parser-mutants.ts';
import { reconnectionMutants } from './reconnection-mutants.ts';
import { variants } from './variants.ts';

const proof: Proof = {
  starter: {
    'lab-10/simple-event': { verdict: 'fail', misconception: 'no-event' },
    'lab-10/first-wait': { verdict: 'fail', misconception: 'shorter-than-retry' },
    'lab-10/request': { verdict: 'crash', misconception: 'never-connected' },
  },
  mutants: [...parserMutants, ...reconnectionMutants, ...asking, ...printing, ...taking, ...staying],
  variants,
};

export default proof;
