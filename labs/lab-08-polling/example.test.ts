/**
 * Visible tests of lab 08. Run them with `npm run example lab-08`, and add your own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBody, request } from './http-client.ts';
import { Poller } from './poll.ts';

describe('the Poller', () => {
  test('asks for what is behind the last message that it gave out', () => {
    const poller = new Poller({ mode: 'long', timeoutSeconds: 20 });
    expect(poller.ask(0)).toBe('/messages/wait?since=0&timeout=20');
    const milk = { id: 1, text: 'milk' };
    expect(poller.receive({ type: 'messages', messages: [milk] }, 400, 0.5)).toEqual({
      messages: [milk],
      delayMs: 0,
    });
    expect(poller.ask(400)).toBe('/messages/wait?since=1&timeout=20');
  });

  test('waits longer after each failure', () => {
    const poller = new Poller({ mode: 'short', retryMs: 100 });
    const delays = [0, 0, 0].map((random, n) => {
      poller.ask(n * 1000);
      return poller.receive({ type: 'failed' }, n * 1000, random).delayMs;
    });
    expect(delays).toEqual([50, 100, 200]);
  });
});

describe('the server', () => {
  let server: ChildProcess;
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    const program = fileURLToPath(new URL('./server.ts', import.meta.url));
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

  afterAll(() => {
    server.kill('SIGKILL');
  });

  test('a poll that waits is answered by a post', async () => {
    const waiting = ask('GET', '/messages/wait?since=0&timeout=20');
    const posted = await ask('POST', '/messages', { text: 'milk' });
    expect(posted).toEqual({ status: 201, value: { id: 1, text: 'milk' } });
    expect(await waiting).toEqual({ status: 200, value: { messages: [{ id: 1, text: 'milk' }], last: 1 } });
  });

  test('without news the answer is 204', async () => {
    expect(await ask('GET', '/messages/wait?since=1000&timeout=0.1')).toEqual({
      status: 204,
      value: undefined,
    });
  });

  async function ask(method: string, target: string, value?: unknown) {
    const body = value === undefined ? undefined : Buffer.from(JSON.stringify(value));
    const response = await request({ host: '127.0.0.1', port, method, target, body });
    const text = Buffer.from(await readBody(response, 1_000_000)).toString();
    return { status: response.status, value: text === '' ? undefined : JSON.parse(text) };
  }
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port: free } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return free;
}
