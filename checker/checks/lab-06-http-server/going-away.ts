/** Step 1: going away. */
import { type AddressInfo, createServer } from 'node:net';
import { sleep } from '../../drive/waiting.ts';
import { HttpPeer } from '../../peer/http.ts';
import { accepts } from '../../peer/tcp.ts';
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
import { hello, helloRequest, hints, request } from './requests.ts';

/** README: at once. This much is for a machine that does not let the program run at once. */
const REFUSED_MS = 1000;
const ASK_AGAIN_MS = 20;
/** Under way when the signal comes, and well within the second that the README gives. */
const UNDER_WAY_MS = 250;

const HINTS = hints({
  ...SIGTERM_HINTS,
  'never-ends':
    'server.close waits until the last connection is gone, and a persistent one stays for ever. End those that wait for their next request.',
  'still-accepts': 'A new client was taken after SIGTERM. Closing the server comes first.',
  'cut-off':
    'The answer was under way when SIGTERM came, and it never arrived. Finish what is under way, then end the connection.',
  otherwise: 'On SIGTERM: stop accepting, finish what is under way, end what is idle, then exit with 0.',
});

export const goingAway: Check[] = [
  {
    id: 'lab-06/port-in-use',
    step: 1,
    program: 'own',
    title: 'a port in use is one line on stderr and exit code 1',
    rule: 'README, step 1',
    quote: 'a port in use is one line on stderr and exit code 1',
    level: 'lab',
    needs: ['lab-06/listens'],
    hints: PORT_IN_USE_HINTS,
    async run(judge) {
      const holder = createServer().listen({ host: '127.0.0.1', port: 0 });
      judge.defer(() => holder.close());
      await new Promise((resolve) => holder.once('listening', resolve));
      await expectPortInUse(judge, (holder.address() as AddressInfo).port);
    },
  },
  {
    id: 'lab-06/sigterm',
    step: 1,
    program: 'own',
    title: 'SIGTERM with idle connections: nobody new is taken, exit code 0, soon',
    rule: 'README, step 1',
    quote:
      'On SIGTERM it stops accepting at once, ends idle connections, and ends with exit code 0 within 2 s.',
    level: 'lab',
    needs: ['lab-06/hello'],
    lacks: noSigterm,
    hints: HINTS,
    async run(judge) {
      const server = await judge.startServer();
      const idle = await HttpPeer.connect(judge, server, { lane: 'A' });
      await idle.ask(helloRequest(), hello);
      const silent = await HttpPeer.connect(judge, server, { lane: 'B' });
      const begun = await HttpPeer.connect(judge, server, { lane: 'C' });
      const half = helloRequest().subarray(0, 10);
      await begun.send(half, { cuts: [half.length], requests: 0 });
      terminate(judge, server.program);
      void silent.tcp.over(EXIT_MS).then((over) => over && silent.tcp.end());
      await expectExitZero(judge, server.program, 'after SIGTERM with idle connections');
    },
  },
  {
    id: 'lab-06/sigterm-under-way',
    step: 2,
    program: 'own',
    title: 'a response that is under way at SIGTERM is finished, and nobody new is taken',
    rule: 'README, step 1',
    quote: 'A response that is under way by then is finished, if that takes no longer than 1 s.',
    level: 'lab',
    needs: ['lab-06/slow'],
    lacks: noSigterm,
    hints: HINTS,
    async run(judge) {
      const server = await judge.startServer();
      const to = `GET /slow?ms=${UNDER_WAY_MS}`;
      const client = await HttpPeer.connect(judge, server, { lane: 'A' });
      const asked = request(to);
      await client.send(asked, { cuts: [asked.length] });
      terminate(judge, server.program);
      const began = performance.now();
      while (server.program.exit === undefined && (await accepts(server.host, server.port))) {
        if (performance.now() - began > REFUSED_MS) {
          judge.fail('your server took a new client a second after SIGTERM', 'still-accepts', {
            accepted: ['a refused connection'],
            actual: 'an accepted connection',
          });
        }
        await sleep(ASK_AGAIN_MS);
      }
      await client.expectResponse({
        to: `${to}, under way at SIGTERM`,
        status: 200,
        body: `waited ${UNDER_WAY_MS} ms\n`,
        silence: { fin: 'cut-off', reset: 'cut-off', crashed: 'cut-off' },
      });
      client.tcp.end();
      await expectExitZero(judge, server.program, 'after SIGTERM and the response under way');
    },
  },
];
