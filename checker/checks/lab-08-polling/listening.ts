/** Step 1: listening, and going away. */
import { type AddressInfo, createServer } from 'node:net';
import { expectAnnouncement } from '../../peer/announcement.ts';
import { HttpPeer } from '../../peer/http.ts';
import type { Check } from '../../run/check.ts';
import {
  EXIT_MS,
  expectExitZero,
  expectPortInUse,
  noSigterm,
  PORT_IN_USE_HINTS,
  SIGTERM_HINTS,
  terminate,
} from '../contract.ts';
import { BoardClient, boardHints } from './board.ts';

export const listening: Check[] = [
  {
    id: 'lab-08/announces',
    step: 1,
    title: 'the server listens on HOST and PORT, and says so',
    rule: 'README, step 1',
    quote: 'on the address `HOST` only, `listening on HOST:PORT` on stdout',
    level: 'lab',
    hints: {
      'no-announcement': 'Others wait for this line before they connect. It goes to stdout, and at once.',
      'other-announcement': 'Compare the two lines letter by letter. The line is read by programs.',
      otherwise:
        'Does the program reach the call that listens, and with PORT and HOST? Write the line when listen has called back.',
    },
    async run(judge) {
      await expectAnnouncement(judge, await judge.server());
    },
  },
  {
    id: 'lab-08/port-in-use',
    step: 1,
    program: 'own',
    title: 'a port in use is one line on stderr and exit code 1',
    rule: 'README, step 1',
    quote: 'a port in use is one line on stderr and exit code 1',
    level: 'lab',
    needs: ['lab-08/announces'],
    hints: PORT_IN_USE_HINTS,
    async run(judge) {
      const holder = createServer().listen({ host: '127.0.0.1', port: 0 });
      judge.defer(() => holder.close());
      await new Promise((resolve) => holder.once('listening', resolve));
      await expectPortInUse(judge, (holder.address() as AddressInfo).port);
    },
  },
];

export const goingAway: Check[] = [
  {
    id: 'lab-08/sigterm',
    step: 4,
    program: 'own',
    title: 'SIGTERM with waiting polls: they get 204 or are cut, exit code 0, soon',
    rule: 'README, step 4',
    quote: 'On SIGTERM polls that wait are answered with 204, or cut off. They do not hold up the end.',
    level: 'lab',
    needs: ['lab-08/wait-post'],
    lacks: noSigterm,
    hints: boardHints({
      ...SIGTERM_HINTS,
      'never-ends':
        'Polls still wait, and so the server does not end: their timers and their connections keep it alive. At SIGTERM nobody may wait any longer.',
      'status-200':
        'There was no news at SIGTERM. A poll that waits then gets 204, or its connection is cut.',
      otherwise:
        'On SIGTERM: stop accepting, answer the waiting polls with 204 or cut them, then exit with 0.',
    }),
    async run(judge) {
      const server = await judge.startServer();
      const polls = Array.from(
        { length: 5 },
        (_, index) => new BoardClient(judge, server, `poll ${index + 1}`),
      );
      const other = new BoardClient(judge, server, 'another client');
      for (const poll of polls) await poll.begin('/messages/wait?since=0&timeout=50');
      await other.comeBehind();
      other.http.tcp.vanish();
      const idle = await HttpPeer.connect(judge, server, { lane: 'idle' });
      terminate(judge, server.program);
      void idle.tcp.over(EXIT_MS).then((over) => over && idle.tcp.end());
      for (const { http } of polls) void http.tcp.over(EXIT_MS).then((over) => over && http.tcp.end());
      await expectExitZero(judge, server.program, 'after SIGTERM with waiting polls');
      for (const poll of polls) {
        if (poll.http.tcp.rest().length > 0)
          await poll.expect({ to: 'GET /messages/wait, at SIGTERM', status: 204 });
        judge.observe();
      }
    },
  },
];
