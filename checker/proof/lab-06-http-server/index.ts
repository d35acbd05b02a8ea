/** Wrong and right HTTP servers, and which checks must tell them apart. */
import type { Proof } from '../mutant.ts';
import { connections } from './connections.ts';
import { files } from './files.ts';
import { library } from './library.ts';
import { responses } from './responses.ts';
import { survival } from './survival.ts';
import { variants } from './variants.ts';

const proof: Proof = {
  starter: { 'lab-06/listens': { verdict: 'crash', misconception: 'exited' } },
  mutants: [...responses, ...connections, ...survival, ...library, ...files],
  variants,
};

export default proof;
