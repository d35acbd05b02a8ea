/** Step 2: stay up, and go in order. */
import { UdpPeer } from '../../peer/udp.ts';
import { UdpSocket } from '../../peer/udp-socket.ts';
import type { Check } from '../../run/check.ts';
import {
  expectExitZero,
  expectPortInUse,
  noSigterm,
  PORT_IN_USE_HINTS,
  SIGTERM_HINTS,
  terminate,
} from '../contract.ts';
import { ECHO_SYMPTOMS, ECHOES } from './echo.ts';

const BURST = 1000;

export const staying: Check[] = [
  {
    id: 'lab-03/survives-burst',
    step: 2,
    program: 'own',
    title: 'a burst of 1,000 datagrams does not end it',
    rule: 'README, step 2',
    quote:
      'A burst of 1,000 datagrams, and clients that are gone before their answer comes, do not end your server: the next datagram is answered.',
    level: 'lab',
    needs: ['lab-03/echo-first'],
    hints: {
      crashed:
        'One datagram at a time your server survives, a thousand in a row it does not. What does it do while the one before is still under way? And what happens when a client is gone?',
      behind:
        'After the burst your server was still busy with it, or with something it keeps for each datagram. Whoever asked long ago has given up: nothing is gained by answering later.',
      otherwise: 'Answer each datagram when it comes and keep nothing of it afterwards.',
    },
    async run(judge) {
      const server = await judge.startServer();
      const word = judge.draw('word', (random) => random.letters(8));
      for (const lane of ['B', 'C', 'D']) {
        const gone = await UdpPeer.open(judge, server, lane);
        await gone.send(Buffer.from(word));
        await gone.vanish();
      }
      const silence = { waiting: 'behind', busy: 'behind', blocked: 'behind', late: 'behind' };
      const crowd = await UdpPeer.open(judge, server, 'A');
      await crowd.burst(
        Array.from({ length: BURST }, (_, index) => Buffer.from(`${index}:${word}`)),
        { what: 'the end of the burst', symptoms: ECHO_SYMPTOMS, silence },
      );
      const next = await UdpPeer.open(judge, server, 'E');
      const what = 'the echo after the burst';
      await next.ask(Buffer.from(word), { what, symptoms: ECHO_SYMPTOMS, silence });
    },
  },
  {
    id: 'lab-03/sigterm',
    step: 2,
    program: 'own',
    title: 'SIGTERM: exit code 0, soon',
    rule: 'README, step 2',
    quote: 'On SIGTERM it ends with exit code 0 within 2 s.',
    level: 'lab',
    needs: ['lab-03/echo-first'],
    lacks: noSigterm,
    hints: {
      ...SIGTERM_HINTS,
      'never-ends':
        'A program with an open socket or a running timer goes on. UDP has no connections to finish: close the socket, and stop what else is running.',
      otherwise: 'On SIGTERM close the socket; then nothing keeps the program.',
    },
    async run(judge) {
      const server = await judge.startServer();
      const client = await UdpPeer.open(judge, server);
      await client.ask(Buffer.from(judge.draw('word', (random) => random.letters(5))), ECHOES);
      terminate(judge, server.program);
      await expectExitZero(judge, server.program, 'after SIGTERM');
    },
  },
  {
    id: 'lab-03/port-in-use',
    step: 2,
    program: 'own',
    title: 'a port in use is one line on stderr and exit code 1',
    rule: 'README, step 2',
    quote: 'When the port is in use, it writes one line to stderr and ends with exit code 1.',
    level: 'lab',
    needs: ['lab-03/binds'],
    hints: PORT_IN_USE_HINTS,
    async run(judge) {
      const holder = await UdpSocket.open('127.0.0.1');
      judge.defer(() => holder.close());
      await expectPortInUse(judge, holder.port);
    },
  },
];
