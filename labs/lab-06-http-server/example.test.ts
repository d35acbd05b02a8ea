/**
 * Visible tests of lab 06. Run them with `npm run example lab-06`, and add your own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect as netConnect } from 'node:net';
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

test('a response has a status line, fields, an empty line and a body', async () => {
  const response = await ask('GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const [head, body] = response.split('\r\n\r\n');
  const [statusLine, ...fields] = head!.split('\r\n');
  expect(statusLine).toMatch(/^HTTP\/1\.1 200 /);
  expect(fields.map((field) => field.toLowerCase())).toContain('content-length: 14');
  expect(body).toBe('Hello, world!\n');
});

test('two requests in one segment get two responses, in order', async () => {
  const response = await ask(
    'GET /slow?ms=100 HTTP/1.1\r\nHost: localhost\r\n\r\n' +
      'GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  );
  expect(response.match(/HTTP\/1\.1 200 /g)).toHaveLength(2);
  expect(response.indexOf('waited 100 ms')).toBeGreaterThan(0);
  expect(response.indexOf('Hello, world!')).toBeGreaterThan(response.indexOf('waited 100 ms'));
});

test('a body comes back byte by byte', async () => {
  const response = await ask(
    'POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 4\r\n\r\n\x00\xff\xc3\x28',
  );
  expect(response.split('\r\n\r\n')[1]).toBe('\x00\xff\xc3\x28');
});

/** Send these bytes (Latin-1) and read until the server ends the connection. */
async function ask(bytes: string): Promise<string> {
  const client = netConnect({ port, host: '127.0.0.1' });
  await once(client, 'connect');
  client.write(bytes, 'latin1');
  let received = '';
  for await (const chunk of client) received += (chunk as Buffer).toString('latin1');
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
