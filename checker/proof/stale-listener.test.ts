/** A correct echo server of an earlier evening still runs. Its merits are its own. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kernelTells } from '../drive/kernel-sockets.ts';
import { freePort } from '../drive/ports.ts';
import type { RunResult } from '../run/result.ts';
import { checkIn, leftOf, tryServer } from './try-server.ts';

let stale: Server;
let stalePort: number;
beforeAll(async () => {
  stale = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(stale, 'listening');
  stalePort = (stale.address() as AddressInfo).port;
});
afterAll(async () => {
  stale.close();
  expect(await leftOf(process.pid)).toEqual([]);
});

describe.concurrent('with an echo server left running', () => {
  test('a submission that only sleeps scores 0, and is told that it never listened', async () => {
    const result = await tryServer("import 'node:net'; setInterval(() => {}, 1e6);");
    expectNothing(result);
    expect(checkIn(result, 'lab-01/listens')).toMatchObject({
      verdict: 'timeout',
      misconception: 'never-listened',
    });
    expect(checkIn(result, 'lab-01/listens').message).toMatch(
      /^your server never listened on 127\.0\.0\.1:\d+: it runs, but after 10 s that port is closed$/,
    );
  });

  test.skipIf(!kernelTells)('a submission with a free port fixed in its source is told so', async () => {
    const port = await freePort('tcp', '127.0.0.1');
    expectFixedPort(await tryServer(echoOn(port)), port);
  });

  test('a submission with the port of the other fixed in its source is told so', async () => {
    expectFixedPort(await tryServer(echoOn(stalePort)), stalePort);
  });

  test('a submission that catches the error and says so in its own words is told the same', async () => {
    const caught = `${echoOn(stalePort)}.on('error', (error) => { console.error('sorry: ' + error.message); process.exit(1); });`;
    expectFixedPort(await tryServer(caught), stalePort);
  });
});

function echoOn(port: number): string {
  return `import { createServer } from 'node:net';
    createServer((socket) => socket.pipe(socket)).listen(${port}, '127.0.0.1', () => console.log('listening'))`;
}

function expectFixedPort(result: RunResult, port: number): void {
  expectNothing(result);
  const check = checkIn(result, 'lab-01/listens');
  expect(check).toMatchObject({ verdict: 'fail', misconception: 'fixed-port' });
  expect(check.message).toMatch(
    new RegExp(`^your server uses port ${port}, but PORT was \\d+: the port is fixed in the source$`),
  );
}

function expectNothing(result: RunResult): void {
  expect(result).toMatchObject({ verdict: 'fail', points: 0 });
  expect(result.maxPoints).toBeGreaterThan(10);
  expect(result.counts).toMatchObject({ pass: 0, error: 0, skipped: result.checks.length - 1 });
}
