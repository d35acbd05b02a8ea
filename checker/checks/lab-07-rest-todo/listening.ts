/** Step 1: listening, and going away. */
import { type AddressInfo, createServer } from 'node:net';
import { expectAnnouncement } from '../../peer/announcement.ts';
import type { Check } from '../../run/check.ts';
import {
  expectExitZero,
  expectListensOnHost,
  expectPortInUse,
  LISTENS_HINTS,
  noSigterm,
  PORT_IN_USE_HINTS,
  SIGTERM_HINTS,
  terminate,
} from '../contract.ts';
import { TodoClient, todoHints } from './todos.ts';

export const listens: Check[] = [
  {
    id: 'lab-07/listens',
    step: 1,
    title: 'the server listens on HOST and PORT, and on no other address',
    rule: 'README, step 1',
    quote: 'on the address `HOST` only',
    level: 'lab',
    hints: LISTENS_HINTS,
    async run(judge) {
      await expectListensOnHost(judge);
    },
  },
  {
    id: 'lab-07/announces',
    step: 1,
    title: 'it says where it listens',
    rule: 'README, step 1',
    quote: '`listening on HOST:PORT` on stdout',
    level: 'lab',
    needs: ['lab-07/listens'],
    hints: {
      'no-announcement': 'Others wait for this line before they connect. It goes to stdout, and at once.',
      'other-announcement': 'Compare the two lines letter by letter. The line is read by programs.',
      otherwise: 'Write the line when listen has called back.',
    },
    async run(judge) {
      await expectAnnouncement(judge, await judge.server());
    },
  },
];

export const goingAway: Check[] = [
  {
    id: 'lab-07/port-in-use',
    step: 1,
    program: 'own',
    title: 'a port in use is one line on stderr and exit code 1',
    rule: 'README, step 1',
    quote: 'a port in use is one line on stderr and exit code 1',
    level: 'lab',
    needs: ['lab-07/listens'],
    hints: PORT_IN_USE_HINTS,
    async run(judge) {
      const holder = createServer().listen({ host: '127.0.0.1', port: 0 });
      judge.defer(() => holder.close());
      await new Promise((resolve) => holder.once('listening', resolve));
      await expectPortInUse(judge, (holder.address() as AddressInfo).port);
    },
  },
  {
    id: 'lab-07/sigterm',
    step: 1,
    program: 'own',
    title: 'SIGTERM ends the server with exit code 0, although a client is still there',
    rule: 'README, step 1',
    quote: 'On SIGTERM it stops accepting at once and ends with exit code 0 within 2 s.',
    level: 'lab',
    needs: ['lab-07/add'],
    lacks: noSigterm,
    hints: todoHints({
      ...SIGTERM_HINTS,
      'never-ends':
        'A connection that persists keeps the program alive, and so does a timer or an open file. The server of lab 06 has close(graceMs) for it: when it is fulfilled, exit.',
      otherwise: 'On SIGTERM: close the server, wait until it has closed, then exit with 0.',
    }),
    async run(judge) {
      const server = await judge.startServer();
      const client = new TodoClient(judge, server, 'A');
      await client.add({ task: judge.draw('task', (random) => random.letters(8)) });
      await client.list();
      terminate(judge, server.program);
      await expectExitZero(judge, server.program, 'after SIGTERM with an idle connection');
    },
  },
];
