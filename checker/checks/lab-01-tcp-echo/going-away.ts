/** Step 6: going away. */
import { type AddressInfo, createServer } from 'node:net';
import type { Program } from '../../drive/program.ts';
import type { ServerProgram } from '../../drive/server-program.ts';
import { sleep } from '../../drive/waiting.ts';
import { count, difference, firstDifference } from '../../peer/compare.ts';
import { readBytes } from '../../peer/delivery.ts';
import { untilStalled } from '../../peer/stall.ts';
import { accepts, connect, type TcpPeer } from '../../peer/tcp.ts';
import type { Check, Machine } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import {
  EXIT_MS,
  expectExitZero,
  expectPortInUse,
  noSigterm,
  PORT_IN_USE_HINTS,
  SIGTERM_HINTS,
  terminate,
} from '../contract.ts';

/** README: at once. This much is for a machine that does not let the program run at once; only a wrong one takes it. */
const REFUSED_MS = 1000;
const ASK_AGAIN_MS = 20;

/** Read from the socket, but perhaps still in a stream's own buffer, where the program has not seen it. */
const STREAM_BYTES = 256 * 1024;

/** What it has read is what it owes. */
const untold = ({ platform }: Machine): string | undefined =>
  platform === 'linux' ? undefined : 'only Linux tells how much of what was sent a program has read';

const HINTS = {
  ...SIGTERM_HINTS,
  'never-ends':
    'server.close waits until the last connection is gone, and an idle client stays for ever. End the idle connections yourself, and give up on the last ones after a while.',
  'cut-off':
    'Bytes that your server had read never arrived. Two traps: to write after end() is an error, which destroys the socket; and a socket that is closed while bytes wait in it unread sends RST, which throws away what was on its way. Let a connection that is busy go on until its client ends it.',
  'still-accepts':
    'A new client was taken after SIGTERM. Closing the server comes first, then finishing with those who are there.',
  otherwise: 'On SIGTERM: stop accepting, finish what is under way, end what is idle, then exit with 0.',
};

export const goingAway: Check[] = [
  {
    id: 'lab-01/sigterm-idle',
    step: 6,
    program: 'own',
    title: 'SIGTERM with idle clients: exit code 0, soon',
    rule: 'README, step 6',
    quote:
      'On SIGTERM it stops accepting at once, ends idle connections, and ends with exit code 0 within 2 s.',
    level: 'lab',
    needs: ['lab-01/echo-first'],
    lacks: noSigterm,
    hints: HINTS,
    async run(judge) {
      const server = await judge.startServer();
      const polite = await connect(judge, server, { lane: 'A' });
      const deaf = await connect(judge, server, { lane: 'B' });
      for (const client of [polite, deaf]) {
        await client.send(Buffer.from('hello'));
        await client.expect({ bytes: Buffer.from('hello'), what: `the echo to client ${client.lane}` });
      }
      terminate(judge, server.program);
      // Client A answers a FIN with its own; client B never does.
      void polite.over(EXIT_MS).then((over) => over && polite.end());
      await expectExitZero(judge, server.program, 'after SIGTERM with two idle clients');
    },
  },
  {
    id: 'lab-01/sigterm-busy',
    step: 6,
    program: 'own',
    title: 'SIGTERM with an echo under way: it is finished, nobody new is taken',
    rule: 'README, step 6',
    quote: 'What your server has read by then is echoed before the connection ends.',
    level: 'lab',
    needs: ['lab-01/echo-first'],
    lacks: untold,
    hints: HINTS,
    async run(judge) {
      for (let round = 1; round <= 3; round += 1) if (await terminateWhileBusy(judge)) return;
      throw new Error('three times this machine was too slow to read an echo within the 2 s after SIGTERM');
    },
  },
  {
    id: 'lab-01/port-in-use',
    step: 6,
    program: 'own',
    title: 'a port in use is one line on stderr and exit code 1',
    rule: 'README, step 6',
    quote: 'When the port is in use, it writes one line to stderr and ends with exit code 1.',
    level: 'lab',
    needs: ['lab-01/listens'],
    hints: PORT_IN_USE_HINTS,
    async run(judge) {
      const holder = createServer().listen({ host: '127.0.0.1', port: 0 });
      judge.defer(() => holder.close());
      await new Promise((resolve) => holder.once('listening', resolve));
      await expectPortInUse(judge, (holder.address() as AddressInfo).port);
    },
  },
];

/** @returns false when the judge itself was so slow that a right server may have given up on it */
async function terminateWhileBusy(judge: Judge): Promise<boolean> {
  const server = await judge.startServer();
  const bytes = judge.drawBulk('block', 16 * 1024 * 1024);
  const client = await connect(judge, server, { reading: false });
  void client.pump(bytes);
  await untilStalled(client);
  const taken = readBytes(client.route, client.sentBytes);
  if (taken === undefined) failGone(judge, server.program);
  const read = Math.max(0, taken - STREAM_BYTES);
  judge.trace.note(
    `the client has sent ${count(client.sentBytes, 'byte')} and read nothing; your server has read at least ${count(read, 'byte')}`,
  );
  terminate(judge, server.program);
  const toldAt = performance.now();
  await expectRefusal(judge, server);
  judge.trace.judge('', 'begins to read');
  const beganMs = performance.now() - toldAt;
  client.startReading();
  await client.receive(bytes.length, EXIT_MS);
  const cutWhileReading = client.endedAt - toldAt > 1000 && client.endedAt - client.lastReceivedAt < 300;
  if (client.receivedBytes < read && (beganMs > 500 || cutWhileReading)) return false;
  expectBeginning(judge, client, bytes, read);
  client.end();
  await expectExitZero(judge, server.program, 'after SIGTERM and the echo under way');
  return true;
}

/** The kernel knows no such connection any more. */
function failGone(judge: Judge, program: Program): never {
  const evidence = {
    accepted: ['a connection that stays open until its client has read the echo'],
    actual: program.exit === undefined ? 'a closed connection' : program.describeExit(),
  };
  if (program.exit !== undefined)
    judge.crash(
      `your server ended (${program.describeExit()}) while a client read nothing`,
      'crashed',
      program,
      evidence,
    );
  judge.fail('your server ended the connection of a client that read nothing', 'otherwise', evidence);
}

/** Asked until it refuses: on a busy machine the signal may reach it late. */
async function expectRefusal(judge: Judge, { host, port }: ServerProgram): Promise<void> {
  const began = performance.now();
  while (await accepts(host, port)) {
    const sinceMs = Math.round(performance.now() - began);
    if (sinceMs > REFUSED_MS) {
      judge.fail(`your server took a new client ${sinceMs} ms after SIGTERM`, 'still-accepts', {
        accepted: ['a refused connection'],
        actual: 'an accepted connection',
      });
    }
    await sleep(ASK_AGAIN_MS);
  }
  judge.observe();
}

/** What came must be the beginning of what was sent, and reach at least as far as the server had read. */
function expectBeginning(judge: Judge, client: TcpPeer, sent: Uint8Array, read: number): void {
  const received = client.received();
  const at = firstDifference(sent.subarray(0, Math.max(read, received.length)), received);
  if (at === undefined) {
    judge.observe();
    return;
  }
  const evidence = {
    sent: [client.sentExcerpt(at)],
    accepted: [`at least the ${count(read, 'byte')} that it had read`],
    actual: `${count(received.length, 'byte')}, then ${client.ended === 'reset' ? 'RST' : 'the end'}`,
    difference: difference(sent, received, at),
  };
  if (at < received.length)
    judge.fail(`byte ${at.toLocaleString('en-US')} of the echo is wrong`, 'otherwise', evidence);
  const reset = client.ended === 'reset' ? 'your server reset the connection (RST): ' : '';
  judge.fail(
    `after SIGTERM ${reset}${count(received.length, 'byte')} came back, but your server had read at least ${count(read, 'byte')}`,
    'cut-off',
    evidence,
  );
}
