/** Servers in other languages, through `--cmd`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { RunResult } from '../run/result.ts';
import { checkIn, leftOf, PROGRAMS, tryServer } from './try-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'barewire-foreign-'));
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  expect(await leftOf(process.pid)).toEqual([]);
});

test('a right echo server in Python, a thread for each client: full marks', async (ctx) => {
  if (!works('python3')) return ctx.skip('this machine has no python3');
  expectFullMarks(await tryServer(['python3', join(PROGRAMS, 'echo-threads.py')]));
});

test('a right echo server in C, a process for each client: full marks', async (ctx) => {
  if (!works('cc')) return ctx.skip('this machine has no C compiler');
  const result = await tryServer([compiled('cc', 'echo-fork.c')]);
  expectFullMarks(result);
  expect(result.subject).toBe('a program of the tests');
});

test('a first server in C++: the fixed reply is named, and what else can be told', async (ctx) => {
  if (!works('c++')) return ctx.skip('this machine has no C++ compiler');
  const result = await tryServer([compiled('c++', 'one-reply.cpp')]);
  expect(result).toMatchObject({ verdict: 'fail', points: 2 });
  expect(checkIn(result, 'lab-01/listens').verdict).toBe('pass');
  expect(checkIn(result, 'lab-01/port-in-use').verdict).toBe('pass');
  expect(checkIn(result, 'lab-01/announces')).toMatchObject({
    verdict: 'fail',
    misconception: 'other-announcement',
    message: expect.stringContaining('your server wrote "Waiting for clients on port '),
  });
  expect(checkIn(result, 'lab-01/echo-first')).toMatchObject({
    verdict: 'fail',
    misconception: 'fixed-reply',
    message: expect.stringMatching(/^byte 0 of the echo is 0x47, expected 0x[67]\w$/),
    evidence: { actual: '24 bytes, different from byte 0 on' },
  });
  // It listens on every address, where HOST is one; only Linux has two that tell.
  const fail = process.platform === 'linux' ? 3 : 2;
  expect(result.counts).toMatchObject({ pass: 2, fail });
});

test('host and port may be filled into the command', async () => {
  const code = `const [, host, port] = process.argv;
    require('node:net').createServer((socket) => socket.pipe(socket))
      .listen(Number(port), host, () => console.log('listening on ' + host + ':' + port));`;
  const result = await tryServer([process.execPath, '-e', code, '{host}', '{port}'], {
    only: ['lab-01/announces', 'lab-01/echo-first'],
  });
  expect(result.verdict).toBe('pass');
});

test('a command that does not exist is told so', async () => {
  const result = await tryServer(['no-such-program-anywhere', 'server.py'], { confirm: false });
  expect(result).toMatchObject({ verdict: 'fail', points: 0 });
  expect(checkIn(result, 'lab-01/listens').message).toMatch(
    /^your server ended before it listened on port \d+: it could not be started: spawn no-such-program-anywhere ENOENT$/,
  );
});

function expectFullMarks(result: RunResult): void {
  const others = result.checks.filter(({ verdict }) => verdict !== 'pass');
  expect(others.map(({ id, verdict, message }) => `${id} ${verdict}: ${message}`)).toEqual([]);
  expect(result).toMatchObject({ verdict: 'pass', points: result.maxPoints });
  expect(result.points).toBeGreaterThan(10);
}

function works(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0;
}

function compiled(compiler: string, source: string): string {
  const program = join(folder, source.replace('.', '-'));
  const { status, stderr } = spawnSync(compiler, ['-O1', '-o', program, join(PROGRAMS, source)]);
  if (status !== 0) throw new Error(`${source} does not compile: ${stderr}`);
  return program;
}
