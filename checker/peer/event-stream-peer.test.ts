import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { ServerProgram } from '../drive/server-program.ts';
import type { DispatchedEvent } from './event-stream.ts';
import {
  EventStreamPeer,
  type ExpectedEvent,
  notePublished,
  otherSymptom,
  streamRequest,
} from './event-stream-peer.ts';
import { failureOf, makeJudge, makeSubject } from './test-judge.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n';
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;
const message = (data: string, id = '') => ({ type: 'message', data, id });

/** A reader of what `serve` writes when it is asked. */
async function read(
  serve: (socket: Socket, request: string) => void,
  request: Parameters<typeof EventStreamPeer.ask>[2] = {},
  published: readonly ExpectedEvent[] = [],
) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => serve(socket, bytes.toString()));
    onTestFinished(() => void socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const judge = makeJudge();
  const program = { host: '127.0.0.1', port, program: makeSubject() } as unknown as ServerProgram;
  for (const event of published) notePublished(program, event);
  return { judge, reader: await EventStreamPeer.ask(judge, program, request) };
}

const writes = (text: string) => (socket: Socket) => void socket.write(text);
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

test('events are taken in order, in any pieces, whatever stands between them', async () => {
  const stream = 'retry: 5\n\n:x\nid: 1\ndata: a\n\nid: 2\n\ndata: b\n\n';
  const { judge, reader } = await read((socket) => {
    socket.write(CHUNKED);
    for (const byte of stream) socket.write(chunk(byte));
  });
  await reader.expectHead();
  await reader.expectEvents([message('a', '1'), { type: 'message', data: 'b' }]);
  reader.expectNothingYet('behind them');
  expect([reader.lastEventId, judge.observations]).toEqual(['2', 2]);
});

test('a stream that ends with its connection is read too', async () => {
  const { reader } = await read(writes(`${HEAD}\r\ndata: a\n\n`), { version: '1.0' });
  await reader.expectHead();
  await reader.expectEvent(message('a'));
});

test('a request carries what was asked for', async () => {
  const bytes = streamRequest({ lastEventId: 'é', version: '1.0', fields: ['A: b'] });
  expect(Buffer.from(bytes).toString()).toBe(
    'GET /events HTTP/1.0\r\nHost: localhost\r\nAccept: text/event-stream\r\nA: b\r\nLast-Event-ID: é\r\n\r\n',
  );
});

test.each([
  ['an error', 'HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n', 'status-404'],
  ['a response that is over', 'HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\n\n', 'complete'],
  ['a broken head', 'HTTP/1.1 200 \r\nA : b\r\n\r\n', 'space-before-colon'],
])('no head of a stream: %s', async (_what, text, symptom) => {
  const { reader } = await read(writes(text));
  expect(await failureOf(reader.expectHead())).toMatchObject({ verdict: 'fail', symptom });
});

test('a head that does not come is held back', async () => {
  const { reader } = await read(() => {});
  expect(await failureOf(reader.expectHead())).toMatchObject({
    verdict: 'timeout',
    symptom: 'head-held-back',
  });
});

test.each([
  ['its last line has no end', 'data: a', 'timeout', 'no-line-end'],
  ['no empty line ends it', 'data: a\n', 'timeout', 'no-empty-line'],
  ['it has no data', 'event: add\n\n', 'timeout', 'no-data'],
  ['nothing comes', ':\n', 'timeout', 'not-delivered'],
  ['another text', 'data: b\n\n', 'fail', 'unpublished'],
  ['another type', 'event: add\ndata: a\n\n', 'fail', 'type'],
  ['a stray line', 'data: b\nc\n\n', 'fail', 'data-on-one-line'],
  ['a sign of life that is an event', 'event: heartbeat\ndata: ping\n\n', 'fail', 'heartbeat-event'],
  ['a character that was cut', 'data: \ufffd\n\n', 'fail', 'cut-character'],
  ['a reset', 'event: reset\ndata: x\n\n', 'fail', 'unexpected-reset'],
])('an event that does not come as it must: %s', async (_what, stream, verdict, symptom) => {
  const { reader } = await read(writes(CHUNKED + chunk(stream)));
  await reader.expectHead();
  expect(await failureOf(reader.expectEvent({ type: 'message', data: 'a', id: '1' }))).toMatchObject({
    verdict,
    symptom,
  });
});

test('chunks that are none are found, with their place in the response', async () => {
  const { reader } = await read(async (socket) => {
    socket.write(CHUNKED + chunk('data: a\n\n'));
    await began;
    socket.write('3\r\nabcd');
  });
  let begin = (): void => {};
  const began = new Promise<void>((resolve) => {
    begin = resolve;
  });
  await reader.expectHead();
  await reader.expectEvent(message('a'));
  begin();
  const failure = await failureOf(reader.expectEvent(message('b')));
  expect(failure.symptom).toBe('chunk-end');
  const before = CHUNKED.length + chunk('data: a\n\n').length;
  expect(failure.message).toContain(`at byte ${before + 6} of the response to GET /events`);
});

test('a stream that breaks off is no silence', async () => {
  const { reader } = await read((socket) => socket.end(CHUNKED + chunk('data: a\n')));
  await reader.expectHead();
  expect(await failureOf(reader.expectEvent(message('a')))).toMatchObject({
    verdict: 'fail',
    symptom: 'fin',
  });
});

test('what nobody expected is named when it is looked for', async () => {
  const { reader } = await read(writes(CHUNKED + chunk('data: a\n\n')));
  await reader.settle(() => reader.unread.length > 0);
  const looking = async () => reader.expectNothingYet('although nothing was published');
  expect(await failureOf(looking())).toMatchObject({ verdict: 'fail', symptom: 'unpublished' });
  reader.skip();
  reader.expectNothingYet('behind it');
});

test('an event in the place of another tells which mistake brings it', () => {
  const event = (data: string, id: string): DispatchedEvent => ({ ...message(data, id), start: 0, end: 0 });
  const [a, b, c] = [message('a', '1'), message('b', '2'), message('c', '3')];
  expect(otherSymptom(event('a', '1'), [b], [a], [])).toBe('twice');
  expect(otherSymptom(event('a', '1'), [b], [a], [], new Set([a]))).toBe('old-event');
  expect(otherSymptom(event('b', '2'), [a, b, c], [], [a])).toBe('wrong-order');
  expect(otherSymptom(event('b', '2'), [a, b, c], [], [])).toBe('gap');
  expect(otherSymptom(event('a', '9'), [a], [], [])).toBe('id');
  expect(otherSymptom(event('x', '1'), [a], [], [])).toBe('data');
  expect(otherSymptom(event('x', '9'), [a], [], [])).toBe('unpublished');
});

test.each([
  ['is old for a new reader', {}, 'old-event'],
  ['is no longer old for one that comes back', { lastEventId: '0' }, 'unpublished'],
  [
    'nor for one whose whole request was written',
    { bytes: streamRequest({ lastEventId: '0' }) },
    'unpublished',
  ],
])('what was published before %s', async (_what, request, symptom) => {
  const { reader } = await read(writes(CHUNKED + chunk('id: 1\ndata: a\n\n')), request, [message('a', '1')]);
  await reader.expectHead();
  expect(await failureOf(reader.expectEvent(message('b', '2')))).toMatchObject({ verdict: 'fail', symptom });
});
