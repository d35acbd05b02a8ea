/** Step 2: stay up, and go in order. */

import { sleep } from '../../drive/waiting.ts';
import { ProgramConsole } from '../../peer/console.ts';
import { UdpPeer } from '../../peer/udp.ts';
import { UdpSocket } from '../../peer/udp-socket.ts';
import type { Check, Machine } from '../../run/check.ts';
import { ECHO_SYMPTOMS, ECHOES } from './echo.ts';

const BURST = 1000;
/** contracts: within 2 s; the judge waits 4 s before it kills. */
const EXIT_MS = 4000;

const noSigterm = ({ platform }: Machine): string | undefined =>
  platform === 'win32' ? 'Windows has no SIGTERM that a program could handle' : undefined;

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
      'no-handler': 'SIGTERM ended the program the hard way: nothing listens for it. process.on can.',
      'never-ends':
        'A program with an open socket or a running timer goes on. UDP has no connections to finish: close the socket, and stop what else is running.',
      'exit-code':
        'The program ended as asked, so its exit code is 0. Another code says that something went wrong.',
      otherwise: 'On SIGTERM close the socket; then nothing keeps the program.',
    },
    async run(judge) {
      const server = await judge.startServer();
      const client = await UdpPeer.open(judge, server);
      await client.ask(Buffer.from(judge.draw('word', (random) => random.letters(5))), ECHOES);
      const { program } = server;
      const output = new ProgramConsole(judge, program);
      judge.trace.judge('', 'sends SIGTERM');
      program.signal('SIGTERM');
      await Promise.race([program.exited, sleep(EXIT_MS)]);
      if (program.exit?.signal === 'SIGTERM') {
        judge.fail('SIGTERM ended your server before it could end by itself', 'no-handler', {
          accepted: ['exit code 0 within 2 s'],
          actual: program.describeExit(),
        });
      }
      await output.expectExit({ code: 0, when: 'after SIGTERM', limitMs: 0 });
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
    hints: {
      crashed:
        'A stack trace is for the author of a program, not for its user. The socket has an error event: say in one line what is wrong.',
      'stack-trace':
        'A stack trace is for the author of a program, not for its user. Say in one line what is wrong.',
      'many-lines': 'One line is enough to say what is wrong and where.',
      'no-message':
        'The program ended without a word. Its user cannot know why: say it in one line on stderr.',
      'exit-code':
        'Exit code 0 says that all went well, and other programs believe it. This one could not do its work: exit with 1.',
      'never-ends':
        'The port is taken, and the program goes on as if it were not. The socket has an error event for that.',
      otherwise: 'Listen for the error event of the socket, say what is wrong in one line, exit with 1.',
    },
    async run(judge) {
      const holder = await UdpSocket.open('127.0.0.1');
      judge.defer(() => holder.close());
      judge.trace.note(`the judge itself holds UDP port ${holder.port} of 127.0.0.1`);
      const output = new ProgramConsole(judge, judge.runServer('127.0.0.1', holder.port));
      const when = `with port ${holder.port} in use`;
      await output.expectExit({ code: 1, when, limitMs: EXIT_MS });
      output.expectOneLine('that the port is in use');
    },
  },
];
