import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Drive } from './drive.ts';
import {
  commandLine,
  isRunnable,
  openDescriptors,
  type ProcessRow,
  pageBytes,
  processesWith,
  processRow,
  processTable,
  treeOf,
  waitChannel,
} from './processes.ts';
import { eventually, firstLine, IDLE, script } from './test-programs.ts';

describe('the tree of a process', () => {
  test('is the process and its descendants, in whatever order the table lists them', () => {
    const table = [row(40, 30), row(30, 20), row(20, 10), row(10, 1), row(50, 1)];
    expect(pidsOf(treeOf(10, table))).toEqual([10, 20, 30, 40]);
    expect(pidsOf(treeOf(30, table))).toEqual([30, 40]);
  });

  test('holds members of its group whose parent has ended, and their children', () => {
    const table = [row(10, 1), row(20, 1, { group: 10 }), row(30, 20, { group: 30 }), row(40, 1)];
    expect(pidsOf(treeOf(10, table))).toEqual([10, 20, 30]);
  });

  test('leaves out what has ended, though not its children', () => {
    const table = [row(10, 1, { state: 'Z' }), row(20, 10, { state: 'Z' }), row(30, 20)];
    expect(pidsOf(treeOf(10, table))).toEqual([30]);
  });

  test('does not hold the group of which the process is a mere member', () => {
    const table = [row(10, 1, { group: 5 }), row(20, 1, { group: 5 })];
    expect(pidsOf(treeOf(10, table))).toEqual([10]);
  });
});

describe.skipIf(process.platform === 'win32')('the table of this machine', () => {
  test('counts CPU time and memory of this very process', () => {
    const before = processRow(process.pid)!;
    const ballast = Buffer.alloc(64 * 1024 * 1024, 1);
    for (const until = performance.now() + 300; performance.now() < until; ) ballast[0]! ^= 1;
    const after = processTable().find(({ pid }) => pid === process.pid)!;
    expect(after.parent).toBe(process.ppid);
    expect(after.residentBytes - before.residentBytes).toBeGreaterThan(32 * 1024 * 1024);
    expect(after.cpuMs - before.cpuMs).toBeGreaterThan(50);
    expect(after.cpuMs - before.cpuMs).toBeLessThan(5000);
  });

  test('knows nothing of a process that is not there', () => {
    // Above the largest pid that Linux or macOS gives out.
    expect(processRow(5_000_000)).toBeUndefined();
    expect(treeOf(5_000_000)).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('where ps must be asked', () => {
  const asOnMac = <T>(look: () => T): T => {
    const platform = Object.getOwnPropertyDescriptor(process, 'platform')!;
    Object.defineProperty(process, 'platform', { ...platform, value: 'darwin' });
    try {
      return look();
    } finally {
      Object.defineProperty(process, 'platform', platform);
    }
  };

  test.skipIf(spawnSync('ps', ['-A']).status !== 0)('it tells the same', () => {
    const row = asOnMac(() => processRow(process.pid))!;
    expect(row).toMatchObject({ pid: process.pid, parent: process.ppid });
    expect(row.residentBytes).toBeGreaterThan(16 * 1024 * 1024);
  });

  test('and cannot be started, the table is empty', () => {
    const { PATH } = process.env;
    process.env.PATH = '/no/such/folder';
    try {
      expect(asOnMac(processTable)).toEqual([]);
    } finally {
      process.env.PATH = PATH;
    }
  });
});

describe.skipIf(process.platform !== 'linux')('looking into a process', () => {
  let drive: Drive;
  beforeAll(async () => {
    drive = await Drive.open();
  });
  afterAll(() => drive.close());

  test('the size of a page is the one that the machine has', () => {
    expect(pageBytes()).toBe(Number(execFileSync('getconf', ['PAGESIZE'])));
  });

  test('a child with a session of its own is still a descendant', async () => {
    const parent = drive.spawn(
      script(`
        const { spawn } = require('node:child_process');
        const child = spawn(process.execPath, ['-e', '${IDLE}'], { detached: true, stdio: 'ignore' });
        console.log(child.pid);
        ${IDLE}`),
    );
    const child = Number(await firstLine(parent));
    expect(parent.pids().sort()).toEqual([parent.pid!, child].sort());
    expect(processRow(child)).toMatchObject({ parent: parent.pid, group: child });
  });

  test('finds a process by what stands in its environment, whole', async () => {
    const marked = drive.spawn(script(`console.log(); ${IDLE}`, { COLOUR_OF_TEST: 'green' }));
    await firstLine(marked);
    expect(processesWith('COLOUR_OF_TEST', 'green')).toEqual([marked.pid]);
    expect(processesWith('COLOUR_OF_TEST', 'gree')).toEqual([]);
    expect(processesWith('OF_TEST', 'green')).toEqual([]);
  });

  test('counts open descriptors', async () => {
    const program = drive.spawn(
      script(`
        const fs = require('node:fs');
        console.log('up');
        process.stdin.once('data', () => {
          for (let at = 0; at < 50; at += 1) fs.openSync('/dev/null');
          console.log('opened');
        });`),
    );
    await firstLine(program);
    const before = openDescriptors(program.pid!)!;
    program.write('go\n');
    expect(await eventually(() => program.stdout.text().includes('opened'))).toBe(true);
    expect(openDescriptors(program.pid!)! - before).toBe(50);
    expect(openDescriptors(5_000_000)).toBeUndefined();
  });

  test('names the call in which a main thread waits', async (ctx) => {
    const idle = drive.spawn(script(`console.log(); ${IDLE}`));
    const stuck = drive.spawn(
      script(`
        require('node:fs').writeSync(1, '\\n');
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`),
    );
    await Promise.all([firstLine(idle), firstLine(stuck)]);
    const waits = (pid: number | undefined, pattern: RegExp) => pattern.test(waitChannel(pid!) ?? '');
    const isTold = await eventually(() => waitChannel(idle.pid!) !== undefined, 2000);
    if (!isTold) return ctx.skip('this kernel does not tell where a process waits');
    expect(await eventually(() => waits(idle.pid, /poll/))).toBe(true);
    expect(await eventually(() => waits(stuck.pid, /futex/))).toBe(true);
  });

  test('tells a process that computes from one that waits', async () => {
    const spinning = drive.spawn(script("require('node:fs').writeSync(1, '\\n'); for (;;);"));
    const idle = drive.spawn(script(`console.log(); ${IDLE}`));
    await Promise.all([firstLine(spinning), firstLine(idle)]);
    expect(await eventually(() => isRunnable(spinning.pid!) && !isRunnable(idle.pid!))).toBe(true);
    await spinning.kill();
    expect(isRunnable(5_000_000)).toBe(false);
  });

  test('reads the command line', async () => {
    const program = drive.spawn(script(`console.log(); ${IDLE}`));
    await firstLine(program);
    expect(commandLine(program.pid!)).toContain(`-e console.log(); ${IDLE}`);
    expect(commandLine(5_000_000)).toBe('');
  });
});

function row(pid: number, parent: number, other: Partial<ProcessRow> = {}): ProcessRow {
  return { pid, parent, group: pid, state: 'S', cpuMs: 0, residentBytes: 0, ...other };
}

function pidsOf(rows: ProcessRow[]): number[] {
  return rows.map(({ pid }) => pid).sort((a, b) => a - b);
}
