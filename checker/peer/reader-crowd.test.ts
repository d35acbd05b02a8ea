import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { ServerProgram } from '../drive/server-program.ts';
import { ReaderCrowd } from './reader-crowd.ts';
import { endedSubject, failureOf, makeJudge, makeSubject } from './test-judge.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const A = { type: 'message', data: 'a', id: '1' };
const B = { type: 'add', data: 'b', id: '2' };
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const BYTES_A = chunk('id: 1\ndata: a\n\n');
const BYTES_B = chunk('event: add\nid: 2\ndata: b\n\n');

/** A server that says `greeting` to each reader that asks, and holds all of them in `sockets`. */
async function serve(greeting: (reader: number, request: string) => string = () => HEAD) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      sockets.push(socket);
      socket.write(greeting(sockets.length, bytes.toString()));
    });
    onTestFinished(() => void socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const judge = makeJudge();
  const program = { host: '127.0.0.1', port, program: makeSubject() } as unknown as ServerProgram;
  const toAll = (text: string): void => {
    for (const socket of sockets) socket.write(text);
  };
  return { judge, program, sockets, toAll };
}

test('all of them get all events, and those that come later too', async () => {
  const requests = new Set<string>();
  const { judge, program, sockets, toAll } = await serve((_reader, request) => {
    requests.add(request);
    return HEAD;
  });
  const crowd = await ReaderCrowd.gather(judge, program, 230, ['A: b']);
  expect([crowd.size, sockets.length, requests.size]).toEqual([230, 230, 1]);
  expect([...requests][0]).toContain('\r\nA: b\r\n');
  toAll(BYTES_A);
  await crowd.expectEvents([A]);
  toAll(`1\r\n:\r\n1\r\n\n\r\n${BYTES_B}`);
  await crowd.expectEvents([B]);
  expect(judge.observations).toBe(2);
});

test.each(['fin', 'reset'] as const)('they leave by %s', async (how) => {
  const { judge, program, sockets } = await serve();
  const crowd = await ReaderCrowd.gather(judge, program, 3);
  const gone = Promise.all(
    sockets.map((socket) => new Promise((resolve) => socket.resume().once('close', resolve))),
  );
  await crowd.leave(how);
  await gone;
  expect(crowd.size).toBe(0);
});

test('one that gets another event is found, with its number', async () => {
  const { judge, program, sockets } = await serve();
  const crowd = await ReaderCrowd.gather(judge, program, 5);
  for (const [index, socket] of sockets.entries()) socket.write(index === 3 ? BYTES_B : BYTES_A + BYTES_B);
  const failure = await failureOf(crowd.expectEvents([A, B]));
  expect(failure).toMatchObject({ verdict: 'fail', symptom: 'gap' });
  expect(failure.message).toMatch(/^reader \d of 5 dispatched an event of the type "add"/);
});

test('one that gets an event twice is found when the next one is expected', async () => {
  const { judge, program, toAll } = await serve();
  const crowd = await ReaderCrowd.gather(judge, program, 2);
  toAll(BYTES_A + BYTES_A);
  await crowd.expectEvents([A]);
  toAll(BYTES_B);
  expect(await failureOf(crowd.expectEvents([B]))).toMatchObject({ verdict: 'fail', symptom: 'twice' });
});

test.each([
  [
    'refuses one',
    'HTTP/1.1 503 \r\nContent-Length: 0\r\n\r\n',
    'status-503',
    'reader 2 was answered with 503',
  ],
  [
    'is done with one',
    'HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n',
    'complete',
    'the response to reader 2 is complete',
  ],
])('a server that %s', async (_what, answer, symptom, text) => {
  const { judge, program } = await serve((reader) => (reader === 2 ? answer : HEAD));
  const failure = await failureOf(ReaderCrowd.gather(judge, program, 2));
  expect(failure).toMatchObject({ verdict: 'fail', symptom });
  expect(failure.message.replace(/reader \d/, 'reader 2')).toBe(text);
});

test('readers that are ended before they have got all were cut', async () => {
  const { judge, program, sockets } = await serve();
  const crowd = await ReaderCrowd.gather(judge, program, 3);
  for (const socket of sockets.slice(1)) socket.write(BYTES_A);
  sockets[0]!.destroy();
  const failure = await failureOf(crowd.expectEvents([A]));
  expect(failure).toMatchObject({ verdict: 'fail', symptom: 'readers-cut' });
  expect(failure.message).toContain('ended 1 of 3 readers before');
});

test('what is no chunk is named', async () => {
  const { judge, program, sockets } = await serve();
  const crowd = await ReaderCrowd.gather(judge, program, 2);
  sockets[1]!.write('zz\r\n');
  sockets[0]!.destroy();
  expect(await failureOf(crowd.expectEvents([A]))).toMatchObject({ symptom: 'chunk-size' });
});

test('a program that has ended is a crash', async () => {
  const { judge, program, sockets } = await serve();
  const ended = { ...program, program: endedSubject() } as ServerProgram;
  const crowd = await ReaderCrowd.gather(judge, ended, 2);
  for (const socket of sockets) socket.destroy();
  expect(await failureOf(crowd.expectEvents([A]))).toMatchObject({ verdict: 'crash', symptom: 'crashed' });
});
