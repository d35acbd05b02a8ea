/** Step 1: listen, and say so. */

import { expectAnnouncement } from '../../peer/announcement.ts';
import { accepts } from '../../peer/tcp.ts';
import type { Check, Machine } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';

/** A connection is taken or refused at once; this much is for a busy machine. */
const ACCEPTED_MS = 5000;

const noSecondAddress = ({ platform }: Machine): string | undefined =>
  platform === 'linux'
    ? undefined
    : 'only Linux has a second address, 127.0.0.2, without being set up for it';

export const listening: Check[] = [
  {
    id: 'lab-01/listens',
    step: 1,
    title: 'the server listens on HOST and PORT',
    rule: 'README, step 1',
    quote: 'Listen on the address `HOST` and the port `PORT`, both from the environment.',
    level: 'lab',
    hints: {
      'never-listened':
        'The program runs, but nothing listens on HOST and PORT. Is the call that listens ever reached, and does it get both from the environment?',
      'other-address':
        'Your server listens on PORT, but on another address than HOST. Give listen the host from HOST beside the port; a name such as localhost or that of the machine may stand for another address.',
      otherwise: 'Does the program reach the call that listens, and with the port from PORT?',
    },
    async run(judge) {
      const { host, port } = await judge.server();
      await expectAccepted(judge, host, port, 'other-address');
    },
  },
  {
    id: 'lab-01/host',
    step: 1,
    program: 'own',
    title: 'it listens on HOST and on no other address',
    rule: 'README, step 1',
    quote: 'It listens on that address only: whoever connects to another one is refused.',
    level: 'lab',
    needs: ['lab-01/listens'],
    lacks: noSecondAddress,
    hints: {
      'host-ignored':
        'Without a host listen takes every address of the machine, also those that the whole network can reach. Give it the host from HOST beside the port.',
      'localhost-only':
        'Your server listens on the address that is right when HOST is not set, and here HOST was another one. It comes from the environment, as PORT does.',
      otherwise: 'Give listen the host from HOST beside the port.',
    },
    async run(judge) {
      const { host, port } = await judge.startServer({ host: '127.0.0.2' });
      await expectAccepted(judge, host, port, 'localhost-only');
      if (await accepts('127.0.0.1', port, ACCEPTED_MS)) {
        judge.fail(`HOST was ${host}, and your server took a connection on 127.0.0.1 too`, 'host-ignored', {
          accepted: [`a refused connection on 127.0.0.1:${port}`],
          actual: 'an accepted connection',
        });
      }
      judge.observe();
    },
  },
  {
    id: 'lab-01/announces',
    step: 1,
    title: 'it says where it listens',
    rule: 'README, step 1',
    quote: 'Once it listens, it writes the line `listening on HOST:PORT` to stdout.',
    level: 'lab',
    needs: ['lab-01/listens'],
    hints: {
      'no-announcement':
        'Others wait for this line before they connect. It goes to stdout, not stderr, and at once: not when the first client comes.',
      'other-announcement':
        'Compare the two lines letter by letter. The line is read by programs, so it has to be exact.',
      otherwise: 'Write the line in the function that listen calls when it listens.',
    },
    async run(judge) {
      await expectAnnouncement(judge, await judge.server());
    },
  },
];

async function expectAccepted(judge: Judge, host: string, port: number, symptom: string): Promise<void> {
  if (!(await accepts(host, port, ACCEPTED_MS))) {
    judge.fail(`your server listens on port ${port}, but took no connection on ${host}`, symptom, {
      accepted: [`an accepted connection on ${host}:${port}`],
      actual: 'no connection',
    });
  }
  judge.observe();
}
