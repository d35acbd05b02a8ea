/**
 * Visible tests of lab 03. Run them with `npm run example lab-03`, and add your own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const started: ChildProcess[] = [];
const opened: Socket[] = [];

afterEach(() => {
  for (const program of started.splice(0)) program.kill('SIGKILL');
  for (const socket of opened.splice(0)) socket.close();
});

test('the server sends a datagram back', async () => {
  const port = await startServer();
  const client = await openSocket();
  client.send('hello', port, '127.0.0.1');
  const [answer, sender] = (await once(client, 'message')) as [Buffer, RemoteInfo];
  expect(String(answer)).toBe('hello');
  expect(sender.port).toBe(port);
});

test('the client sends the line and prints the answer', async () => {
  const server = await openSocket();
  const client = start('client.ts', server.address().port);
  client.stdin!.write('what time is it?\n');
  const [question, sender] = await questionOf(client, server);
  expect(String(question)).toBe('what time is it?');
  server.send('five to twelve', sender.port, sender.address);
  expect(await output(client)).toBe('Enter a message: five to twelve\n');
  expect(client.exitCode).toBe(0);
});

test('the client asks again when the first answer is lost', async () => {
  const server = await openSocket();
  const client = start('client.ts', server.address().port, { TIMEOUT_MS: '100' });
  client.stdin!.write('hello\n');
  await questionOf(client, server);
  const [question, sender] = await questionOf(client, server);
  server.send(question, sender.port, sender.address);
  expect(await output(client)).toBe('Enter a message: hello\n');
});

/** Start one of your programs; it is killed after the test. */
function start(file: string, port: number, env: Record<string, string> = {}): ChildProcess {
  const program = fileURLToPath(new URL(`./${file}`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  started.push(child);
  return child;
}

/** Start your server on a free port and wait until it says that it listens. */
async function startServer(): Promise<number> {
  const probe = createSocket('udp4');
  probe.bind(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  const server = start('server.ts', port);
  const [line] = await Promise.race([
    once(server.stdout!, 'data'),
    once(server, 'exit').then(() => {
      throw new Error('the server ended before it said that it listens');
    }),
  ]);
  expect(String(line)).toContain(`listening on 127.0.0.1:${port}`);
  return port;
}

/** A socket of the test's own, on a free port. */
async function openSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  opened.push(socket);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** The next datagram that comes to `server`, and its sender. */
async function questionOf(client: ChildProcess, server: Socket): Promise<[Buffer, RemoteInfo]> {
  const question = once(server, 'message') as Promise<[Buffer, RemoteInfo]>;
  const end = once(client, 'exit').then(() => {
    throw new Error('the client ended before it sent a datagram');
  });
  return Promise.race([question, end]);
}

/** All that the program writes to stdout, when it has ended. */
async function output(program: ChildProcess): Promise<string> {
  let text = '';
  program.stdout!.on('data', (chunk) => {
    text += chunk;
  });
  await once(program, 'close');
  return text;
}
