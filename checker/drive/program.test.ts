import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Drive } from './drive.ts';
import { Output } from './program.ts';
import { eventually, firstLine, IDLE, runs, script } from './test-programs.ts';
import { sleep } from './waiting.ts';

let drive: Drive;
beforeAll(async () => {
  drive = await Drive.open();
});
afterAll(() => drive.close());

describe('the end of a program', () => {
  test('is known with its exit code and its last words', async () => {
    const program = drive.spawn(
      script(`
        for (let line = 1; line <= 20; line += 1) console.error('line ' + line + '  ');
        console.error('');
        console.error('z'.repeat(10_000));
        console.log('done');
        process.exitCode = 7;`),
    );
    expect(await program.exited).toEqual({ code: 7, signal: null });
    expect(program.describeExit()).toBe('exit code 7');
    expect(program.stdout.text()).toBe('done\n');
    expect(program.lastStderr()).toHaveLength(12);
    expect(program.lastStderr().at(-2)).toBe('line 20');
    expect(program.lastStderr().at(-1)).toBe(`${'z'.repeat(500)}…`);
  });

  test('by an error is told by the lines about the program, without the frames inside of Node', async () => {
    const program = drive.spawn(
      script("function mine() { throw new RangeError('too far'); } setImmediate(() => [1].map(mine));"),
    );
    await program.exited;
    const lines = program.lastStderr().join('\n');
    expect(lines).toContain('RangeError: too far');
    expect(lines).toMatch(/ at .*mine /);
    expect(lines).not.toContain('(node:internal');
  });

  test('by a signal is told from one by itself', async () => {
    const program = drive.spawn(script("process.kill(process.pid, 'SIGKILL');"));
    expect(await program.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(program.describeExit()).toBe('signal SIGKILL');
  });

  test('of one that cannot be started says why', async () => {
    const program = drive.spawn({ ...script(''), command: '/no/such/program' });
    expect(program.pid).toBeUndefined();
    const exit = await program.exited;
    expect(exit.failedToStart).toContain('ENOENT');
    expect(program.describeExit()).toContain('it could not be started: spawn /no/such/program ENOENT');
    expect(await program.stop()).toBe(exit);
  });

  test('does not wait for a grandchild that holds its output', async () => {
    const began = performance.now();
    const program = drive.spawn(
      script(`
        const { spawn } = require('node:child_process');
        spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20_000)'], { detached: true, stdio: 'inherit' }).unref();
        process.exitCode = 3;`),
    );
    expect(await program.exited).toEqual({ code: 3, signal: null });
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test.skipIf(process.platform === 'win32')(
    'is known after its output, however long the checker stalls',
    async () => {
      const program = drive.spawn(
        script(`
          const { spawn } = require('node:child_process');
          spawn('sh', ['-c', 'sleep 0.3; echo last; sleep 20'], { detached: true, stdio: 'inherit' }).unref();`),
      );
      expect(await eventually(() => !runs(program.pid!))).toBe(true);
      await sleep(50);
      // A stall in this phase of the event loop is followed by its timers, before anything is read.
      await new Promise(setImmediate);
      for (const until = performance.now() + 600; performance.now() < until; );
      await program.exited;
      expect(program.stdout.text()).toBe('last\n');
    },
  );
});

describe.skipIf(process.platform === 'win32')('stopping a program', () => {
  test('lets it end by itself in time', async () => {
    const program = drive.spawn(
      script(`process.on('SIGTERM', () => process.exit(0)); console.log('up'); ${IDLE}`),
    );
    await firstLine(program);
    expect(await program.stop()).toEqual({ code: 0, signal: null });
  });

  test('kills one that ignores SIGTERM after its grace', async () => {
    const program = drive.spawn(script(`process.on('SIGTERM', () => {}); console.log('up'); ${IDLE}`));
    await firstLine(program);
    const began = performance.now();
    expect(await program.stop(200)).toEqual({ code: null, signal: 'SIGKILL' });
    expect(performance.now() - began).toBeGreaterThanOrEqual(195);
  });

  test('gives up on one that SIGKILL does not end', async () => {
    const program = drive.spawn(script(IDLE));
    const kill = vi.spyOn(program, 'killGroup').mockImplementation(() => {});
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const end = program.kill();
    vi.advanceTimersByTime(5000);
    vi.useRealTimers();
    expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
    expect(program.exit).toBeUndefined();
    kill.mockRestore();
    await program.kill();
    expect(program.exit).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('takes its children along', async () => {
    const program = drive.spawn(
      script(`
        const { spawn } = require('node:child_process');
        console.log(spawn(process.execPath, ['-e', '${IDLE}'], { stdio: 'ignore' }).pid);
        ${IDLE}`),
    );
    const child = Number(await firstLine(program));
    expect(runs(child)).toBe(true);
    await program.kill();
    expect(await eventually(() => !runs(child))).toBe(true);
  });

  test('of which the children are left takes those along too', async () => {
    const program = drive.spawn(
      script(`
        const { spawn } = require('node:child_process');
        console.log(spawn(process.execPath, ['-e', '${IDLE}'], { stdio: 'ignore' }).pid);
        process.exit(0);`),
    );
    const child = Number(await firstLine(program));
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(await eventually(() => !runs(child))).toBe(true);
  });
});

describe('what goes in and out', () => {
  test('passes through standard input and output', async () => {
    const program = drive.spawn(script('process.stdin.pipe(process.stdout);'));
    program.write('to and ');
    program.write(Uint8Array.of(0x66, 0x72, 0x6f));
    program.endInput();
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(program.stdout.text()).toBe('to and fro');
    expect(program.stdout.ended).toBe(true);
  });

  test('passes through a channel of its own when asked for', async () => {
    const program = drive.spawn({
      ...script(`
        const channel = new (require('node:net').Socket)({ fd: 3 });
        channel.once('data', (bytes) => channel.end(bytes.reverse()));`),
      channel: true,
    });
    program.channel!.write('abc');
    const answer = await new Promise((resolve) =>
      program.channel!.once('data', (bytes) => resolve(String(bytes))),
    );
    expect(answer).toBe('cba');
    expect(drive.spawn(script('')).channel).toBeUndefined();
  });

  test('is counted whole and kept as far as 8 MiB', async () => {
    const program = drive.spawn(
      script(
        "process.stdout.write('a'.repeat(9 * 1024 * 1024)); process.stdout.write('b'.repeat(1024 * 1024));",
      ),
    );
    await program.exited;
    expect(program.stdout.totalBytes).toBe(10 * 1024 * 1024);
    expect(program.stdout.bytes().length).toBeGreaterThanOrEqual(Output.KEPT_BYTES);
    expect(program.stdout.bytes().length).toBeLessThan(Output.KEPT_BYTES + 1024 * 1024);
    expect(program.stdout.bytes().includes('b')).toBe(false);
  });

  test('has its last words at its end, however much came before', async () => {
    const program = drive.spawn(
      script("process.stderr.write('a\\n'.repeat(5 * 1024 * 1024)); console.error('the last words');"),
    );
    await program.exited;
    expect(program.lastStderr().slice(-2)).toEqual(['a', 'the last words']);
    expect(program.stderr.lastText().length).toBe(Output.TAIL_BYTES);
  });
});
