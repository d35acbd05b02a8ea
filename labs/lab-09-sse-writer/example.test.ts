/**
 * Visible tests of lab 09. Run them with `npm run example lab-09`, and add your own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeComment, encodeEvent } from './event-stream.ts';

test('an event is some lines, and an empty one', () => {
  expect(linesOf(encodeEvent({ event: 'add', id: '7', data: 'milk' }))).toEqual([
    'data: milk',
    'event: add',
    'id: 7',
  ]);
});

test('each line of the data has a field of its own', () => {
  expect(linesOf(encodeEvent({ data: 'red\ngreen' }))).toEqual(['data: green', 'data: red']);
});

test('what would end the line is refused', () => {
  expect(() => encodeEvent({ event: 'add\ndata: more' })).toThrow(TypeError);
});

test('a comment begins with a colon', () => {
  expect(Buffer.from(encodeComment('still here')).toString()).toMatch(/^:/);
});

describe('the server', () => {
  let server: ChildProcess;
  let base: string;

  beforeEach(async () => {
    const port = await freePort();
    base = `http://127.0.0.1:${port}`;
    server = spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('./server.ts', import.meta.url))],
      {
        env: { ...process.env, HOST: '127.0.0.1', PORT: String(port) },
      },
    );
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

  test('what is published reaches a reader, with the id of the answer', async () => {
    const reader = await fetch(`${base}/events`);
    expect(reader.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const answer = await fetch(`${base}/publish`, { method: 'POST', body: '{ "data": "milk" }' });
    expect(answer.status).toBe(201);
    const { id } = (await answer.json()) as { id: string };
    let received = '';
    for await (const chunk of reader.body!) {
      received += Buffer.from(chunk).toString();
      if (/\n\r?\n/.test(received)) break;
    }
    expect(received).toContain('milk');
    expect(received).toContain(id);
  });
});

/** The lines of a block, in order of the alphabet, each with one space behind the colon; the empty one must be there. */
function linesOf(block: Uint8Array): string[] {
  const lines = Buffer.from(block)
    .toString()
    .split(/\r\n|\r|\n/);
  expect(lines.splice(-2)).toEqual(['', '']);
  return lines.map((line) => line.replace(/: ?/, ': ')).sort();
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
