/**
 * Visible tests of lab 02. Run them with `npm run example lab-02`, and add your own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const program = fileURLToPath(new URL('./client.ts', import.meta.url));
let server: Server;
let port: number;
let client: ChildProcess;
let printed: string;
/** The server's end of the client's connection. */
let socket: Socket;

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  client = spawn(process.execPath, ['--import', 'tsx', program], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port) },
  });
  printed = '';
  client.stdout!.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  [socket] = await Promise.race([
    once(server, 'connection'),
    once(client, 'exit').then(() => {
      throw new Error('the client ended before it connected');
    }),
  ]);
});

afterEach(() => {
  client.kill('SIGKILL');
  socket?.destroy();
  server.close();
});

test('it says that it is connected, and prints what arrives', async () => {
  socket.write('wel');
  await untilPrinted(`Connected to 127.0.0.1:${port}\nwel`);
  socket.write('come\n');
  await untilPrinted(`Connected to 127.0.0.1:${port}\nwelcome\n`);
});

test('what is typed is sent', async () => {
  client.stdin!.write('hello\n');
  expect(await receive(6)).toBe('hello\n');
});

test('when the server ends, the client says so and exits with 0', async () => {
  socket.end('bye\n');
  const [exitCode] = await once(client, 'exit');
  await untilPrinted(`Connected to 127.0.0.1:${port}\nbye\nDisconnected from 127.0.0.1:${port}\n`);
  expect(exitCode).toBe(0);
});

/** Wait until stdout holds this: it may come in many pieces. */
async function untilPrinted(text: string): Promise<void> {
  await expect.poll(() => printed, { timeout: 2000 }).toBe(text);
}

/** Wait until that many bytes have come from the client: one `data` event may bring fewer, or more. */
async function receive(length: number): Promise<string> {
  let received = '';
  while (received.length < length) received += String((await once(socket, 'data'))[0]);
  return received;
}
