import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { kernelTells } from './kernel-sockets.ts';
import { answered, freePort, listening } from './ports.ts';

describe('a free port', () => {
  test('can be listened on', async () => {
    const port = await freePort('tcp', '127.0.0.1');
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    expect((server.address() as AddressInfo).port).toBe(port);
    server.close();
  });

  test('is not one that is taken, on whatever address', async () => {
    const holder = createServer().listen(await freePort('tcp', '127.0.0.1'), '127.0.0.9');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    // The first draw gives the taken port.
    const draw = vi.spyOn(Math, 'random').mockReturnValueOnce((port - 20_000 + 0.5) / 12_000);
    const free = await freePort('tcp', '127.0.0.1');
    expect(draw.mock.calls.length).toBeGreaterThanOrEqual(2);
    draw.mockRestore();
    holder.close();
    expect(free).not.toBe(port);
  });

  test.each(['tcp', 'udp'] as const)(
    'is sought 50 times before the machine is blamed: %s',
    async (transport) => {
      const draw = vi.spyOn(Math, 'random');
      // No address of this machine: nothing can be bound there.
      await expect(freePort(transport, '192.0.2.1')).rejects.toThrow(
        `no free ${transport.toUpperCase()} port found between 20000 and 31999 (EADDRNOTAVAIL)`,
      );
      expect(draw).toHaveBeenCalledTimes(50);
      draw.mockRestore();
    },
  );
});

describe('without the tables, whether somebody holds a port', () => {
  test('is told by a connection that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await answered('tcp', '127.0.0.1', port)).toBe(true);
    await new Promise((resolve) => server.close(resolve));
    expect(await answered('tcp', '127.0.0.1', port)).toBe(false);
  });

  test('is told for UDP by the system, which does not give it twice', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    expect(await answered('udp', '127.0.0.1', port)).toBe(true);
    await new Promise<void>((resolve) => socket.close(resolve));
    expect(await answered('udp', '127.0.0.1', port)).toBe(false);
  });
});

describe.skipIf(!kernelTells)('whether somebody holds a port', () => {
  test('is told for TCP and UDP apart', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await Promise.all([once(server, 'listening'), once(socket, 'listening')]);
    const tcp = (server.address() as AddressInfo).port;
    const udp = socket.address().port;
    expect(listening('tcp', tcp)).toBe(true);
    expect(listening('udp', udp)).toBe(true);
    await Promise.all([
      new Promise((resolve) => server.close(resolve)),
      new Promise<void>((resolve) => socket.close(resolve)),
    ]);
    expect(listening('tcp', tcp)).toBe(false);
    expect(listening('udp', udp)).toBe(false);
  });
});
