/**
 * Visible tests of lab 01. Run them with `npm run example lab-01`, and add your own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect as netConnect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const program = fileURLToPath(new URL('./server.ts', import.meta.url));
let server: ChildProcess;
let port: number;

beforeEach(async () => {
  port = await freePort();
  server = spawn(process.execPath, ['--import', 'tsx', program], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port) },
  });
  // The line on stdout is the sign that the server can be talked to.
  const [line] = await Promise.race([
    once(server.stdout!, 'data'),
    once(server, 'exit').then(() => {
      throw new Error('the server ended before it said that it listens');
    }),
  ]);
  expect(String(line)).toContain(`listening on 127.0.0.1:${port}`);
});

afterEach(() => {
  server.kill('SIGKILL');
});

test('a word comes back', async () => {
  const client = await connect();
  client.write('hello');
  expect(String(await receive(client, 5))).toBe('hello');
});

test('bytes that are no text come back', async () => {
  const bytes = Buffer.from([0x00, 0xff, 0xc3, 0x28]);
  const client = await connect();
  client.write(bytes);
  expect(await receive(client, bytes.length)).toEqual(bytes);
});

test('the server ends its side after the client', async () => {
  const client = await connect();
  client.end('bye');
  expect(String(await receive(client, 3))).toBe('bye');
  await once(client, 'end');
});

async function connect(): Promise<Socket> {
  const client = netConnect({ port, host: '127.0.0.1' });
  await once(client, 'connect');
  return client;
}

/** Wait until that many bytes have come: one `data` event may bring fewer, or more. */
async function receive(client: Socket, length: number): Promise<Buffer> {
  let received = Buffer.alloc(0);
  while (received.length < length) {
    const [chunk] = (await once(client, 'data')) as [Buffer];
    received = Buffer.concat([received, chunk]);
  }
  return received;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port: free } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return free;
}
