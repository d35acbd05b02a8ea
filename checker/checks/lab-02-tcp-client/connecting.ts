/** Step 1: connect, and say so. */
import type { Check } from '../../run/check.ts';
import { CheckFailure } from '../../run/failure.ts';
import { INPUT_HINTS } from './symptoms.ts';
import { expectConnected, startTalk } from './talk.ts';

/** What Node prints of an error that nobody caught. */
const STACK_LINE = /^\s+at .*[:)]|^Node\.js v\d/;

export const connecting: Check[] = [
  {
    id: 'lab-02/connects',
    step: 1,
    program: 'own',
    title: 'the client connects to HOST and PORT, and says nothing unasked',
    rule: 'README, step 1',
    quote: 'Connect to the address `HOST` and the port `PORT`, both from the environment.',
    level: 'lab',
    hints: {
      'never-connected':
        'Nobody came to the port where the judge listens. Does the program reach the call that connects, and with HOST and PORT from the environment?',
      'threw-first':
        'Your program threw an error first, before it connected: see stderr, which says what and in which line.',
      'fixed-port':
        'Your client went to another port. The port must come from the environment variable PORT (it is text there, so make a number of it), with 3000 only where PORT is not set.',
      unasked: INPUT_HINTS.unasked,
      fin: 'Your client ended the connection at once. It ends its side at the end of the input, and here the input is still open. The README: "At the end of the input your side ends (FIN), after all that was typed."',
      crashed:
        'Your client was connected, and ended before anything was typed. The input is open and the server has not ended. Its last lines on stderr, if it had any, say why; if it had none: what calls process.exit?',
      otherwise: 'Make a connection to HOST and PORT, and keep it.',
    },
    async run(judge) {
      const { server } = await startTalk(judge).catch(blameThrow);
      judge.observe();
      await server.expectQuiet(20, 'before anything was typed');
    },
  },
  {
    id: 'lab-02/says-connected',
    step: 1,
    program: 'own',
    title: 'it says that it is connected',
    rule: 'README, step 1',
    quote: 'Once connected, print the line `Connected to HOST:PORT` on stdout.',
    level: 'lab',
    needs: ['lab-02/connects'],
    hints: {
      'no-announcement':
        'The connection is there, but stdout says nothing about it. The line goes to stdout, not stderr, when the connection is made: which event tells?',
      'other-announcement':
        'Compare the two lines letter by letter. Programs read stdout, so it has to be exact.',
      otherwise: 'Print the line when the connection is made, before anything else.',
    },
    async run(judge) {
      await expectConnected(await startTalk(judge));
    },
  },
];

/** A client that never connected because it threw needs no advice on connecting. */
function blameThrow(error: unknown): never {
  const threw =
    error instanceof CheckFailure &&
    error.verdict === 'crash' &&
    error.symptom === 'never-connected' &&
    error.evidence.stderr?.some((line) => STACK_LINE.test(line));
  if (threw) throw new CheckFailure(error.verdict, error.message, 'threw-first', error.evidence);
  throw error;
}
