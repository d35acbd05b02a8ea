import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Drive } from '../drive/drive.ts';
import { kernelTells } from '../drive/kernel-sockets.ts';
import { type ServerProgram, startServer } from '../drive/server-program.ts';
import { eventually, script } from '../drive/test-programs.ts';
import { sleep } from '../drive/waiting.ts';
import { delivered, readBytes, unreadBytes, unsentBytes } from './delivery.ts';
import { connect } from './tcp.ts';
import { converse, makeJudge } from './test-judge.ts';

const TRIES = 100;

/** Reports the size of each data event of each connection: a line, at the end of that connection. */
const COUNTS_EVENTS = `
  require('node:net').createServer((socket) => {
    const sizes = [];
    socket.on('data', (piece) => sizes.push(piece.length));
    socket.on('end', () => { console.log(sizes.join(' ')); });
    socket.on('error', () => {});
  }).listen(Number(process.env.PORT), process.env.HOST);`;

describe('two pieces to another process', () => {
  let drive: Drive;
  let server: ServerProgram;
  beforeAll(async () => {
    drive = await Drive.open();
    const launch = (host: string, port: number) => script(COUNTS_EVENTS, { HOST: host, PORT: String(port) });
    const started = await startServer(drive, launch, { transport: 'tcp', host: '127.0.0.1' });
    if (!started.started) throw new Error(started.message);
    server = started;
  });
  afterAll(() => drive.close());

  test(`with a cut between them are two data events, in ${TRIES} of ${TRIES} tries`, async () => {
    const lines = await eventsOf((peer) => peer.send(Buffer.from('abcdefgh'), { cuts: [3] }));
    expect(lines).toEqual(Array(TRIES).fill('3 5'));
  });

  /** What the program reports of `TRIES` connections, on each of which `send` was done. */
  async function eventsOf(
    send: (peer: Awaited<ReturnType<typeof connect>>) => Promise<void>,
  ): Promise<string[]> {
    const judge = makeJudge();
    const before = server.program.stdout.text().split('\n').length - 1;
    const lines = (): string[] => server.program.stdout.text().split('\n').slice(before, -1);
    for (let round = 1; round <= TRIES; round += 1) {
      const peer = await connect(judge, server);
      await send(peer);
      peer.end();
      for (let waited = 0; lines().length < round && waited < 2000; waited += 1) await sleep(1);
      peer.vanish();
    }
    return lines();
  }
});

describe.skipIf(!kernelTells)('what the kernel tells of a connection', () => {
  test('a piece that is read is verified, one that is left is not', async () => {
    const { peer, socket } = await converse((socket) => socket.resume());
    await peer.send(Buffer.from('hello'));
    expect(await delivered(peer.route)).toBe('verified');
    socket.pause();
    await sleep(20);
    await peer.send(Buffer.alloc(200_000));
    expect(await delivered(peer.route)).toBe('unread');
  });

  test('two pieces that nobody waited for are one data event: a cut that is not waited for is no cut', async () => {
    const { peer, socket } = await converse(() => {}, { paused: true });
    const sizes: number[] = [];
    socket.on('data', (piece) => sizes.push(piece.length));
    socket.pause();
    void peer.send(Buffer.from('abc'));
    await peer.send(Buffer.from('defgh'));
    expect(await eventually(() => unreadBytes(peer.route) === 8)).toBe(true);
    socket.resume();
    expect(await eventually(() => sizes.length > 0)).toBe(true);
    expect(sizes).toEqual([8]);
  });

  test('a connection that is gone has read nothing for certain', async () => {
    const { peer } = await converse((socket) => socket.destroy());
    await peer.over();
    peer.vanish();
    await sleep(50);
    expect(await delivered(peer.route)).toBe('unread');
  });

  test('how much of what was sent has been read, and how much waits at which end', async () => {
    const { peer, socket } = await converse(() => {}, { reading: false, paused: true });
    await peer.send(Buffer.alloc(3000));
    expect(await eventually(() => unreadBytes(peer.route) === 3000)).toBe(true);
    expect(readBytes(peer.route, peer.sentBytes)).toBe(0);
    expect(unsentBytes(peer.route)).toBe(0);
    socket.resume();
    expect(await eventually(() => unreadBytes(peer.route) === 0)).toBe(true);
    expect(readBytes(peer.route, peer.sentBytes)).toBe(3000);
    socket.write(Buffer.alloc(32 * 1024 * 1024));
    expect(await eventually(() => unsentBytes(peer.route)! > 0)).toBe(true);
  });
});
