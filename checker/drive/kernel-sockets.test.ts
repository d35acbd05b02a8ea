import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Drive } from './drive.ts';
import {
  addressOf,
  anyHolderOf,
  boundUdpPorts,
  type Endpoint,
  holderOf,
  kernelTells,
  listeningPorts,
  tcpConnection,
  tcpListeners,
  udpSockets,
  unreadAt,
  unsentBytesOf,
} from './kernel-sockets.ts';
import { eventually, firstLine, script } from './test-programs.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

test.runIf(process.platform === 'linux')('whether the tables hold anything is seen by looking', async () => {
  vi.resetModules();
  vi.doMock('node:fs', async (original) => ({
    ...(await original<typeof import('node:fs')>()),
    openSync: () => {
      throw new Error('masked');
    },
  }));
  const masked = await import('./kernel-sockets.ts');
  vi.doUnmock('node:fs');
  expect(masked.kernelTells).toBe(false);
});

describe.skipIf(!kernelTells)('the tables of a Linux kernel', () => {
  const families = [
    { family: 'IPv4', listenOn: '127.0.0.1', connectTo: '127.0.0.1' },
    { family: 'IPv6', listenOn: '::1', connectTo: '::1' },
    { family: 'IPv4 on an IPv6 socket', listenOn: '::', connectTo: '127.0.0.1' },
    { family: 'a loopback address with other digits', listenOn: '127.31.0.254', connectTo: '127.31.0.254' },
  ];
  for (const { family, listenOn, connectTo } of families) {
    test(`find both ends of a connection over ${family}`, async (ctx) => {
      const pair = await connectedPair(listenOn, connectTo);
      if (pair === undefined) return ctx.skip(`this machine cannot listen on ${listenOn}`);
      const { client, server, port } = pair;
      const listeners = tcpListeners(port);
      expect(listeners).toMatchObject([{ localPort: port, listening: true, drops: 0 }]);
      expect(listeners.map(addressOf)).toEqual([listenOn]);
      const [near, far] = [localEnd(client), remoteEnd(client)];
      expect(tcpConnection(near, far)).toMatchObject({ localPort: near.port, listening: false });
      expect(tcpConnection(far, near)).toMatchObject({ localPort: port, listening: false });
      expect(addressOf(tcpConnection(far, near)!)).toBe(localEnd(server).address);
      // The server names itself in its own way (::ffff:127.0.0.1); it is the same socket.
      expect(tcpConnection(localEnd(server), remoteEnd(server))).toEqual(tcpConnection(far, near));
      expect(tcpConnection(near, { ...far, port: far.port === 1 ? 2 : far.port - 1 })).toBeUndefined();
    });
  }

  test('count the bytes that nobody has read yet', async () => {
    const { client, server } = (await connectedPair('127.0.0.1', '127.0.0.1'))!;
    const unread = () => tcpConnection(localEnd(server), remoteEnd(server))?.receiveQueueBytes;
    client.write(Buffer.alloc(1234));
    expect(await eventually(() => unread() === 1234)).toBe(true);
    expect(unreadAt(localEnd(server).port)).toBe(1234);
    server.resume();
    expect(await eventually(() => unread() === 0)).toBe(true);
  });

  test('count the bytes that cannot leave', async () => {
    const { client } = (await connectedPair('127.0.0.1', '127.0.0.1'))!;
    const unsent = () => tcpConnection(localEnd(client), remoteEnd(client))?.sendQueueBytes ?? 0;
    expect(unsent()).toBe(0);
    client.write(Buffer.alloc(32 * 1024 * 1024));
    expect(await eventually(() => unsent() > 1000)).toBe(true);
    expect(unsentBytesOf([process.pid])).toBeGreaterThanOrEqual(unsent());
    expect(unsentBytesOf([1])).toBe(0);
  });

  test('say nothing of a port on which nobody listens any more', async () => {
    const { server, client, port, listener } = (await connectedPair('127.0.0.1', '127.0.0.1'))!;
    client.destroy();
    server.destroy();
    await new Promise((resolve) => listener.close(resolve));
    expect(tcpListeners(port)).toEqual([]);
  });

  test('tell whose socket it is, and on which ports a process listens', async () => {
    const drive = await Drive.open();
    closers.push(() => drive.close());
    const program = drive.spawn(
      script(`
        const tcp = require('node:net').createServer().listen(0, '127.0.0.1', () => {
          const udp = require('node:dgram').createSocket('udp4');
          udp.bind(0, '127.0.0.1', () => console.log(tcp.address().port, udp.address().port));
        });`),
    );
    const [tcp, udp] = (await firstLine(program)).split(' ').map(Number) as [number, number];
    const [theirs] = tcpListeners(tcp);
    expect(holderOf(theirs!, [process.pid, program.pid!])).toBe(program.pid);
    expect(holderOf(theirs!, [process.pid])).toBeUndefined();
    expect(anyHolderOf(theirs!)).toBe(program.pid);
    expect(listeningPorts([program.pid!])).toEqual([tcp]);
    expect(boundUdpPorts([program.pid!])).toEqual([udp]);
    expect(listeningPorts([process.pid])).not.toContain(tcp);
  });

  test('count the datagrams that the kernel itself dropped', async () => {
    const drive = await Drive.open();
    closers.push(() => drive.close());
    const deaf = drive.spawn(
      script(`
        const socket = require('node:dgram').createSocket('udp4');
        socket.bind(0, '127.0.0.1', () => {
          require('node:fs').writeSync(1, socket.address().port + '\\n');
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
        });`),
    );
    const port = Number(await firstLine(deaf));
    expect(udpSockets(port)).toMatchObject([{ localPort: port, listening: false, drops: 0 }]);
    const sender = script(`
      const socket = require('node:dgram').createSocket('udp4');
      socket.connect(${port}, '127.0.0.1', () => {
        for (let sent = 0; sent < 2000; sent += 1) socket.send(Buffer.alloc(1400));
      });
      setTimeout(() => process.exit(), 500);`);
    await drive.spawn(sender).exited;
    const [row] = udpSockets(port);
    expect(row!.drops).toBeGreaterThan(0);
    expect(row!.receiveQueueBytes).toBeGreaterThan(1400);
  });
});

interface Pair {
  listener: Server;
  port: number;
  client: Socket;
  server: Socket;
}

async function connectedPair(listenOn: string, connectTo: string): Promise<Pair | undefined> {
  const listener = createServer({ pauseOnConnect: true });
  const listens = await new Promise<boolean>((resolve) => {
    listener.once('error', () => resolve(false));
    listener.listen(0, listenOn, () => resolve(true));
  });
  if (!listens) return undefined;
  closers.push(() => listener.close());
  const { port } = listener.address() as AddressInfo;
  const client = connect(port, connectTo);
  closers.push(() => client.destroy());
  const [[server]] = (await Promise.all([once(listener, 'connection'), once(client, 'connect')])) as [
    [Socket],
    unknown,
  ];
  closers.push(() => server.destroy());
  return { listener, port, client, server };
}

function localEnd(socket: Socket): Endpoint {
  return { address: socket.localAddress!, port: socket.localPort! };
}

function remoteEnd(socket: Socket): Endpoint {
  return { address: socket.remoteAddress!, port: socket.remotePort! };
}
