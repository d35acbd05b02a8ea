import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Judge, Subject } from '../run/judge.ts';
import { HttpService } from './http-service.ts';
import { endedSubject, failureOf, makeJudge, makeSubject } from './test-judge.ts';

const GET = 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n';
const LAST = 'GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

interface Scene {
  judge: Judge;
  service: HttpService;
  /** Another connection of the student's client. */
  open: () => Promise<Socket>;
}

async function stage(client: Subject = makeSubject({ label: 'your client' })): Promise<Scene> {
  const judge = makeJudge();
  const service = await HttpService.listen(judge);
  service.follow(client);
  const open = async (): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port: service.port, allowHalfOpen: true });
    socket.on('error', () => {});
    onTestFinished(() => {
      socket.destroy();
    });
    await once(socket, 'connect');
    return socket;
  };
  return { judge, service, open };
}

async function textOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}

test('requests are given out in order, on one connection and on several', async () => {
  const { service, open } = await stage();
  const first = await open();
  first.write(GET);
  const one = await service.next();
  expect(one).toMatchObject({ line: 'GET /a', over: false });
  expect(service.outstanding).toBe(1);
  await one.respond(200, [['A', 'b']], 'hello');
  expect(service.outstanding).toBe(0);
  first.write(GET.slice(0, 9));
  (await open()).write(GET);
  const two = await service.next();
  first.write(GET.slice(9));
  const three = await service.next();
  expect(three.beside).toEqual([two]);
  expect(three.connection).toBe(one.connection);
  expect(service.pending).toBe(0);
});

test('a response is by length, in chunks, or until the end', async () => {
  const { service, open } = await stage();
  const answers = await Promise.all(
    (['length', 'chunked', 'close'] as const).map(async (framing) => {
      const socket = await open();
      socket.write(LAST);
      const exchange = await service.next();
      await exchange.respond(200, [], 'hello', { framing, chunks: 2, cuts: [3] });
      return [framing, (await textOf(socket)).split('\r\n\r\n').slice(1).join('|')];
    }),
  );
  expect(Object.fromEntries(answers)).toEqual({
    length: 'hello',
    chunked: '3\r\nhel\r\n2\r\nlo\r\n0|',
    close: 'hello',
  });
});

test('a response can be sent bit by bit, and 204 has no body', async () => {
  const { service, open } = await stage();
  const socket = await open();
  socket.write(LAST);
  const exchange = await service.next();
  await exchange.begin(200);
  await exchange.send('ab');
  expect(service.outstanding).toBe(1);
  await exchange.finish();
  expect(await textOf(socket)).toMatch(/chunked\r\nConnection: close\r\n\r\n2\r\nab\r\n0\r\n\r\n$/);
  const other = await open();
  other.write(LAST);
  await (await service.next()).respond(204);
  expect(await textOf(other)).toBe('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n');
});

test('a request that breaks a rule is named, with its bytes', async () => {
  const { service, open } = await stage();
  (await open()).write('GET /a HTTP/1.1\r\nAccept: x\r\n\r\n');
  const failure = await failureOf(service.next());
  expect(failure).toMatchObject({ verdict: 'fail', symptom: 'no-host' });
  expect(failure.message).toContain('a request without a Host field (RFC 9112 §3.2)');
});

test('a request before the broken one is given out', async () => {
  const { service, open } = await stage();
  (await open()).write(`${GET}GET /b HTTP/1.1\nHost: x\n\n`);
  expect((await service.next()).line).toBe('GET /a');
  expect(await failureOf(service.next())).toMatchObject({ symptom: 'bare-lf' });
});

test.each([
  ['nobody comes', '', 'timeout', 'never-connected'],
  ['a request is not finished', GET.slice(0, -2), 'timeout', 'unfinished-request'],
  ['a connection says nothing', undefined, 'timeout', 'waiting'],
])('%s', async (_what, bytes, verdict, symptom) => {
  const { service, open } = await stage();
  if (bytes !== '') {
    const socket = await open();
    if (bytes !== undefined) socket.write(bytes);
  }
  expect(await failureOf(service.next({ limitMs: 100 }))).toMatchObject({ verdict, symptom });
});

test('a client that has ended is a crash', async () => {
  const { service } = await stage(endedSubject({ label: 'your client' }));
  expect(await failureOf(service.next())).toMatchObject({
    verdict: 'crash',
    message: 'your client ended (exit code 1) instead of sending a request',
  });
});

test('connections are refused for a while, and the open ones stay', async () => {
  const { service, open } = await stage();
  const socket = await open();
  await service.until(() => service.connections.length === 1);
  await service.refuse();
  const refused = connect(service.port, '127.0.0.1');
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
  socket.write(GET);
  await (await service.next()).respond(204);
  await service.listenAgain();
  (await open()).write(GET);
  const exchange = await service.next();
  exchange.reset();
  expect(service.outstanding).toBe(0);
});

test('an exchange that the client gives up is over', async () => {
  const { service, open } = await stage();
  const socket = await open();
  socket.write(GET);
  const exchange = await service.next();
  socket.destroy();
  expect(await service.until(() => exchange.over)).toBe(true);
  expect(service.outstanding).toBe(0);
});
