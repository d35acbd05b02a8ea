import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { commandLine, processTable, treeOf } from './processes.ts';
import { Reaper } from './reaper.ts';
import { eventually, IDLE, runs } from './test-programs.ts';

/** A checker with a spinning program, which has a child in a session of its own, which has a child. */
const CHECKER = `
  import { Drive, studentEnvironment } from ${JSON.stringify(new URL('./drive.ts', import.meta.url).href)};
  const drive = await Drive.open();
  const grandchild = ${JSON.stringify(IDLE)};
  const child = "const { pid } = require('node:child_process').spawn(process.execPath, ['-e', " +
    JSON.stringify(grandchild) + "]); console.log(pid); " + grandchild;
  const spinning = "const child = require('node:child_process').spawn(process.execPath, ['-e', " +
    JSON.stringify(child) + "], { detached: true }); child.stdout.once('data', (pid) => {" +
    " console.log(child.pid + ' ' + pid); setTimeout(() => { for (;;); }, 20); });";
  const program = drive.spawn({
    command: process.execPath, args: ['-e', spinning], env: studentEnvironment({}), cwd: '/', label: 'it',
  });
  while (!program.stdout.text().includes('\\n')) await program.stdout.change();
  const pids = [program.pid, ...program.stdout.text().trim().split(' ').map(Number)];
  console.log(JSON.stringify({ folder: drive.folder, pids }));
  setInterval(() => {}, 1e6);
`;

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

describe.skipIf(process.platform !== 'linux')('when the checker is gone', () => {
  test.each([
    ['killed', 'SIGKILL', (pid: number): boolean => process.kill(pid, 'SIGKILL')],
    ['ended by Ctrl-C in its terminal', 'SIGINT', (pid: number): boolean => process.kill(-pid, 'SIGINT')],
  ] as const)('%s, so is all that it started, and its folder', async (_how, signal, end) => {
    const checker = start(['--import', 'tsx', '--input-type=module', '-e', CHECKER]);
    const { folder, pids } = JSON.parse(await firstLineOf(checker)) as { folder: string; pids: number[] };
    expect(pids).toHaveLength(3);
    expect(pids.every(runs)).toBe(true);
    expect(existsSync(folder)).toBe(true);
    const everybody = treeOf(checker.pid!, processTable()).map(({ pid }) => pid);
    const isReaper = (pid: number): boolean => commandLine(pid).startsWith('barewire reaper');
    expect(await eventually(() => everybody.some(isReaper))).toBe(true);

    const ended = new Promise((resolve) => checker.once('exit', (_code, by) => resolve(by)));
    end(checker.pid!);
    expect(await ended).toBe(signal);
    expect(await eventually(() => !pids.some(runs), 3000)).toBe(true);
    expect(await eventually(() => !existsSync(folder) && !everybody.some(runs), 3000)).toBe(true);
  });
});

describe.skipIf(process.platform === 'win32')('the reaper', () => {
  test('kills the groups that it guards at the end, and no other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'barewire-'));
    const [guarded, released, stranger] = [start(['-e', IDLE]), start(['-e', IDLE]), start(['-e', IDLE])];
    const reaper = await Reaper.start('no-such-mark');
    reaper.removeAtEnd(folder);
    reaper.guard(guarded.pid!);
    reaper.guard(released.pid!);
    reaper.release(released.pid!);
    expect(existsSync(folder)).toBe(true);
    reaper.end();
    expect(await eventually(() => !runs(guarded.pid!) && !existsSync(folder))).toBe(true);
    expect(runs(released.pid!)).toBe(true);
    expect(runs(stranger.pid!)).toBe(true);
  });
});

test('a reaper that cannot be started is an error', async () => {
  const { execPath } = process;
  process.execPath = '/no/such/node';
  try {
    await expect(Reaper.start('no-such-mark')).rejects.toThrow('spawn /no/such/node ENOENT');
  } finally {
    process.execPath = execPath;
  }
});

/** A process in a group of its own. */
function start(args: string[]): ChildProcess {
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  return child;
}

async function firstLineOf(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout!) {
    text += chunk;
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0]!;
}
