import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { Drive } from './drive.ts';
import type { Limits } from './limits.ts';
import { eventually, firstLine, IDLE, runs, script } from './test-programs.ts';

let drive: Drive | undefined;
afterEach(() => drive?.close());

const SPAWN_FIVE = `
  const { spawn } = require('node:child_process');
  for (let index = 0; index < 5; index += 1) spawn(process.execPath, ['-e', ${JSON.stringify(IDLE)}], { stdio: 'ignore' });`;

interface Case {
  what: string;
  limits: Partial<Limits>;
  code: string;
  message: string;
}

const CASES: Case[] = [
  { what: 'wall time', limits: { wallMs: 300 }, code: IDLE, message: 'ran longer than 0.3 s' },
  {
    what: 'CPU time',
    limits: { cpuMs: 400 },
    code: 'for (;;);',
    message: 'used more than 0.4 s of CPU time',
  },
  {
    what: 'CPU time of a child',
    limits: { cpuMs: 600 },
    code: `require('node:child_process').spawn(process.execPath, ['-e', 'for (;;);']); ${IDLE}`,
    message: 'used more than 0.6 s of CPU time',
  },
  {
    what: 'memory',
    limits: { memoryBytes: 192 * 1024 * 1024 },
    code: `const kept = []; setInterval(() => kept.push(Buffer.alloc(8e6, 1)), 5);`,
    message: 'used more than 192 MiB of memory',
  },
  {
    what: 'output',
    limits: { outputBytes: 1024 * 1024 },
    code: `setInterval(() => { console.log('x'.repeat(50_000)); console.error('y'.repeat(50_000)); }, 1);`,
    message: 'wrote more than 1 MiB to stdout and stderr',
  },
  {
    what: 'descriptors',
    limits: { descriptors: 100 },
    code: `for (let at = 0; at < 120; at += 1) require('node:fs').openSync('/dev/null'); ${IDLE}`,
    message: 'held more than 100 descriptors open',
  },
  {
    what: 'processes',
    limits: { processes: 4 },
    code: `${SPAWN_FIVE} ${IDLE}`,
    message: 'ran more than 4 processes at once',
  },
];

describe.skipIf(process.platform !== 'linux')(
  'a program over its limit is stopped, and the limit named',
  () => {
    test.each(CASES)('$what', async ({ limits, code, message }) => {
      drive = await Drive.open(limits);
      const program = drive.spawn(script(code));
      expect(await program.exited).toMatchObject({ signal: 'SIGKILL' });
      expect(program.brokenLimit).toBe(message);
      expect(program.describeExit()).toBe(`it ${message} and was stopped`);
      // The end of the first is known a moment before the others have ended.
      expect(await eventually(() => program.pids().length === 0)).toBe(true);
    });
  },
);

test('a program that stays below every limit is left alone', async () => {
  drive = await Drive.open({ wallMs: 60_000, processes: 2, descriptors: 200, outputBytes: 1000 });
  const program = drive.spawn(script("setTimeout(() => console.log('done'), 400);"));
  expect(await program.exited).toEqual({ code: 0, signal: null });
  expect(program.brokenLimit).toBeUndefined();
});

test.skipIf(process.platform !== 'linux')('children that left the group are stopped with it', async () => {
  drive = await Drive.open({ wallMs: 1500 });
  const program = drive.spawn(
    script(`
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', ${JSON.stringify(IDLE)}], { detached: true, stdio: 'ignore' });
      console.log(child.pid);
      ${IDLE}`),
  );
  const child = Number(await firstLine(program));
  expect(runs(child)).toBe(true);
  await program.exited;
  expect(await eventually(() => !runs(child))).toBe(true);
});

test('memory that processes share is counted once', async (ctx) => {
  if (process.platform !== 'linux') return ctx.skip('only Linux tells what is shared');
  if (spawnSync('python3', ['--version']).status !== 0) return ctx.skip('this machine has no python3');
  const code = `
import os, time
shared = b"x" * 100_000_000
for _ in range(4):
    if os.fork() == 0:
        time.sleep(60)
print(flush=True)
time.sleep(0.5)`;
  drive = await Drive.open({ memoryBytes: 250 * 1024 * 1024 });
  const program = drive.spawn({ ...script(''), command: 'python3', args: ['-c', code] });
  await firstLine(program);
  expect(program.usage()!.residentBytes).toBeGreaterThan(400_000_000);
  expect(await program.exited).toEqual({ code: 0, signal: null });
});

test('a program that `watch` put under the limits is stopped like the others, until it is taken out again', async () => {
  drive = await Drive.open({ wallMs: 100 });
  const stopped: string[] = [];
  const watched = (name: string) => ({
    pid: process.pid,
    startedAt: performance.now(),
    exit: undefined,
    stopForLimit: (limit: string) => stopped.push(`${name} ${limit}`),
  });
  drive.watch(watched('one'));
  const end = drive.watch(watched('other'));
  end();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(new Set(stopped)).toEqual(new Set(['one ran longer than 0.1 s']));
});
