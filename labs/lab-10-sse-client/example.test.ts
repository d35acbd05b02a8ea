/**
 * Visible tests of lab 10. Run them with `npm run example lab-10`, and add your own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { EventStreamParser } from './event-stream-parser.ts';
import { Reconnection } from './reconnection.ts';

test('one chunk can have several events', () => {
  const parser = new EventStreamParser();
  const stream = ': a comment\nid: 7\nevent: departure\ndata: the train to\ndata: Utrecht\n\ndata: mind the gap\n\n';
  expect(parser.receive(Buffer.from(stream))).toEqual([
    { type: 'event', event: 'departure', data: 'the train to\nUtrecht', lastEventId: '7' },
    { type: 'event', event: 'message', data: 'mind the gap', lastEventId: '7' },
  ]);
  expect(parser.end()).toEqual([]);
});

test('one event can come in several chunks', () => {
  const parser = new EventStreamParser();
  // Cut in the name, in the ü (c3 bc), and between CR and LF. The last CR ends the event: nobody waits for an LF.
  const chunks = ['6461', '74613a206772c3', 'bc6e0d', '0a0d'].map((hex) => Buffer.from(hex, 'hex'));
  expect(chunks.map((chunk) => parser.receive(chunk))).toEqual([
    [],
    [],
    [],
    [{ type: 'event', event: 'message', data: 'grün', lastEventId: '' }],
  ]);
});

test('a client that fails waits longer, until a stream is opened', () => {
  const reconnection = new Reconnection({ retryMs: 3000 });
  reconnection.opened(0);
  expect([0.5, 0.5, 0.5].map((random) => reconnection.lost(random))).toEqual([3000, 4500, 9000]);
  reconnection.opened(20_000);
  expect(reconnection.lost(0.5)).toBe(3000);
});

test('the client prints the events, and comes back with the last id', async () => {
  const requests: string[] = [];
  const server = createServer((socket) => {
    socket.once('data', (head) => {
      requests.push(String(head));
      socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nid: 1\ndata: hello\n\n');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = startClient((server.address() as AddressInfo).port);
  try {
    await expect.poll(() => requests.length, { timeout: 4000 }).toBeGreaterThan(1);
    expect(requests[0]).toMatch(/^GET \/events HTTP\/1\.1\r\n/);
    expect(requests[0]).toMatch(/^accept: *text\/event-stream\r$/im);
    expect(requests[0]).not.toMatch(/^last-event-id:/im);
    expect(requests[1]).toMatch(/^last-event-id: *1\r$/im);
    expect(JSON.parse(client.printed.split('\n')[0]!)).toEqual({
      event: 'message',
      data: 'hello',
      lastEventId: '1',
    });
  } finally {
    stop(client.process, server);
  }
});

function startClient(port: number): { process: ChildProcess; printed: string } {
  const program = fileURLToPath(new URL('./client.ts', import.meta.url));
  const client = {
    process: spawn(process.execPath, ['--import', 'tsx', program], {
      env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), RETRY_MS: '50' },
    }),
    printed: '',
  };
  client.process.stdout!.setEncoding('utf8').on('data', (text: string) => {
    client.printed += text;
  });
  return client;
}

function stop(client: ChildProcess, server: Server): void {
  client.kill('SIGKILL');
  server.close();
}
