import { afterAll, beforeAll, expect, test } from 'vitest';
import { Drive } from '../drive/drive.ts';
import { kernelTells } from '../drive/kernel-sockets.ts';
import { CheckFailure } from '../run/failure.ts';
import { Judge } from '../run/judge.ts';
import { Stage } from '../run/stage.ts';
import { UdpPeer } from './udp.ts';
import { UdpService } from './udp-service.ts';
import { UdpSocket } from './udp-socket.ts';

/** Echoes, but sleeps first when it is told to; the kernel's queue fills meanwhile. */
const SLEEPY_SERVER = `
const socket = require('node:dgram').createSocket('udp4');
socket.on('message', (data, { port, address }) => {
  if (data.toString() === 'deaf') socket.removeAllListeners('message');
  else if (data.toString() === 'sleep') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  else socket.send(data, port, address);
});
socket.bind(Number(process.env.PORT), process.env.HOST, () => console.log('listening on ' + process.env.PORT));
`;

let drive: Drive;

beforeAll(async () => {
  drive = await Drive.open();
});

afterAll(() => drive.close());

test.runIf(kernelTells)('what the kernel dropped is sent again, and the trace says so', async () => {
  await withJudge(async (judge) => {
    const server = await judge.startServer();
    const crowd = await UdpSocket.open(server.host);
    judge.defer(() => crowd.close());
    const to = { address: server.host, port: server.port };
    await crowd.send(Buffer.from('sleep'), to);
    await Promise.all(Array.from({ length: 2000 }, () => crowd.send(Buffer.from('noise'), to)));

    const peer = await UdpPeer.open(judge, server);
    await peer.ask(Buffer.from('hello'));

    expect(judge.trace.events.map(({ text }) => text).join('\n')).toMatch(/the kernel dropped .* sent again/);
  });
});

test('a server that stays silent is not asked again where the kernel tells that it lost nothing', async () => {
  await withJudge(async (judge) => {
    const server = await judge.startServer();
    const peer = await UdpPeer.open(judge, server);
    const silence = peer.ask(Buffer.from('deaf'));
    await expect(silence).rejects.toThrow(/idle and waits/);
    await expect(silence).rejects.toBeInstanceOf(CheckFailure);
  });
});

test('a datagram that the judge sees late is not taken for one that came late', async () => {
  await withJudge(async (judge) => {
    const service = await UdpService.open(judge);
    const client = await UdpSocket.open('127.0.0.1');
    judge.defer(() => client.close());
    await new Promise((resolve) => setTimeout(resolve, 50));
    const sentAt = performance.now();
    await client.send(Buffer.from('early'), { address: service.host, port: service.port });
    while (performance.now() < sentAt + 200); // A judge that is busy.
    await new Promise((resolve) => setTimeout(resolve, 50));

    const [question] = service.questions;
    expect(question!.notBefore).toBeLessThanOrEqual(sentAt);
  });
});

async function withJudge(run: (judge: Judge) => Promise<void>): Promise<void> {
  const stage = new Stage({
    drive,
    bundles: { server: [], client: [], module: [] },
    command: [process.execPath, '-e', SLEEPY_SERVER],
    commandFolder: drive.folder,
    transport: 'udp',
    patienceMs: 0,
  });
  const judge = new Judge(stage, 'seed', false);
  try {
    await run(judge);
  } finally {
    await judge.cleanUp();
    await stage.close();
  }
}
