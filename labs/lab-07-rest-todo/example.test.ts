/**
 * Visible tests of lab 07. Run them with `npm run example lab-07`, and add your own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const program = fileURLToPath(new URL('./server.ts', import.meta.url));
let folder: string;
let server: ChildProcess;
let base: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-07-'));
  await start();
});

afterEach(async () => {
  await stop('SIGKILL');
  await rm(folder, { recursive: true });
});

test('a new list is empty', async () => {
  const { status, type, value } = await ask('GET', '/todos');
  expect({ status, type, value }).toEqual({ status: 200, type: 'application/json', value: [] });
});

test('what was added has a path of its own', async () => {
  const added = await ask('POST', '/todos', { task: 'buy milk' });
  expect(added.status).toBe(201);
  expect(added.value).toEqual({ id: expect.any(Number), task: 'buy milk', completed: false });
  expect(added.location).toBe(`/todos/${added.value.id}`);
  expect((await ask('GET', added.location!)).value).toEqual(added.value);
});

test('the list is still there after the next start', async () => {
  const added = await ask('POST', '/todos', { task: 'buy milk' });
  expect(added.status).toBe(201);
  await stop('SIGKILL');
  await start();
  expect((await ask('GET', '/todos')).value).toEqual([added.value]);
});

/** Send this request, with the value as JSON, and read the answer. Your tests may use `fetch`; only your server may not. */
async function ask(method: string, path: string, value?: unknown) {
  const response = await fetch(new URL(path, base), {
    method,
    ...(value !== undefined && {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(value),
    }),
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('Content-Type')?.split(';')[0],
    location: response.headers.get('Location'),
    value: text === '' ? undefined : JSON.parse(text),
  };
}

async function start(): Promise<void> {
  const port = await freePort();
  base = `http://127.0.0.1:${port}`;
  server = spawn(process.execPath, ['--import', 'tsx', program], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), DATA: join(folder, 'todos.json') },
  });
  // The line on stdout is the sign that the server can be talked to.
  const [line] = await Promise.race([
    once(server.stdout!, 'data'),
    once(server, 'exit').then(() => {
      throw new Error('the server ended before it said that it listens');
    }),
  ]);
  expect(String(line)).toContain(`listening on 127.0.0.1:${port}`);
}

async function stop(signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill(signal);
  await exited;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port: free } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return free;
}
