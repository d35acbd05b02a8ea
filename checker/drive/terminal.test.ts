import { existsSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Drive, studentEnvironment } from './drive.ts';
import { processesWith, processRow } from './processes.ts';
import { findReason } from './pseudo-terminal.ts';
import { noTerminalReason, Terminal, type TerminalProgram } from './terminal.ts';

const reason = await noTerminalReason();
const LIMIT_MS = 10_000;

let drive: Drive;
let terminal: Terminal;

describe('why there is no terminal', () => {
  const fails = (message: string, code?: string) => () =>
    Promise.reject(Object.assign(new Error(message), code === undefined ? {} : { code }));

  test('says that node-pty is not installed', async () => {
    const load = fails("Cannot find package 'node-pty'", 'ERR_MODULE_NOT_FOUND');
    expect(await findReason('linux', load)).toMatch(/^node-pty is not installed/);
  });

  test('says that it is not compiled', async () => {
    const load = fails('Failed to load native module: pty.node, checked: build/Release');
    expect(await findReason('linux', load)).toMatch(/^node-pty is installed but not compiled/);
  });

  test('says what the machine answered', async () => {
    const spawn = (): never => {
      throw new Error('forkpty(3) failed.');
    };
    const load = async () => ({ spawn }) as unknown as typeof import('node-pty');
    expect(await findReason('linux', load)).toBe(
      'this machine opens no pseudo-terminal (forkpty(3) failed.)',
    );
  });

  test('does not even load it on Windows', async () => {
    expect(await findReason('win32', fails('must not be called'))).toMatch(/^on Windows/);
  });
});

describe.runIf(reason !== undefined)('without a terminal', () => {
  test('opening one fails with the reason', async () => {
    const own = await Drive.open();
    await expect(Terminal.open(own)).rejects.toThrow(reason!);
    await own.close();
  });
});

describe.runIf(reason === undefined)('in a terminal', () => {
  beforeAll(async () => {
    drive = await Drive.open();
    terminal = await Terminal.open(drive, { columns: 40, rows: 10 });
  });
  afterAll(async () => {
    await terminal.close();
    await drive.close();
  });

  test('a person types to a prompt and reads the answer', async () => {
    const program = await run(PROMPT);
    expect(await program.waitForScreen((screen) => screen === 'name> ', LIMIT_MS)).toBe(true);
    await program.type('Ada\r');
    expect(await program.exited).toEqual({ code: 7, signal: null });
    expect(program.screen()).toBe('name> Ada\nhello Ada');
    expect(program.leftRawMode).toBe(false);
  });

  test('a character of several bytes passes both ways', async () => {
    const program = await run(PROMPT);
    await program.waitForScreen((screen) => screen !== '', LIMIT_MS);
    await program.type('Zoë 日本\r');
    await program.exited;
    expect(program.screen()).toBe('name> Zoë 日本\nhello Zoë 日本');
  });

  test('a line that is wrapped on the screen is one line', async () => {
    const program = await run(`console.log('x'.repeat(100)); console.log('y')`);
    await program.exited;
    expect(program.screen()).toBe(`${'x'.repeat(100)}\ny`);
  });

  test('a program asks the terminal for its size and for the cursor', async () => {
    const program = await run(`
      process.stdin.setRawMode(true);
      process.stdin.once('data', (answer) => {
        console.log(process.stdout.columns, process.stdout.rows, JSON.stringify(String(answer)));
        process.exit();
      });
      process.stdout.write('\\x1b[3;5H\\x1b[6n');`);
    await program.exited;
    expect(program.screen()).toContain('40 10 "\\u001b[3;5R"');
  });

  test('Ctrl-C ends a program, and the next one finds the terminal as it was', async () => {
    const first = await run(`setInterval(() => {}, 1000); console.log('waits')`);
    await first.waitForScreen((screen) => screen.includes('waits'), LIMIT_MS);
    await first.type('\x03');
    expect(await first.exited).toEqual({ code: null, signal: 'SIGINT' });
    const next = await run(PROMPT);
    expect(await next.waitForScreen((screen) => screen === 'name> ', LIMIT_MS)).toBe(true);
    await next.type('Bob\r');
    expect(await next.exited).toEqual({ code: 7, signal: null });
    expect(first.screen()).toBe('waits\n^C');
  });

  test('Ctrl-D is the end of the input', async () => {
    const program = await run(`
      process.stdin.on('data', (bytes) => console.log('got', bytes.length));
      process.stdin.on('end', () => console.log('end of input'));
      console.log('ready');`);
    await program.waitForScreen((screen) => screen.includes('ready'), LIMIT_MS);
    await program.type('abc\r');
    await program.waitForScreen((screen) => screen.includes('got 4'), LIMIT_MS);
    await program.type('\x04');
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(program.screen()).toBe('ready\nabc\ngot 4\nend of input');
  });

  test('100 KB of output are there to the last line, 20 times', async () => {
    const lines = Array.from(
      { length: 2500 },
      (_, index) => `${String(index).padStart(5, '0')} ${'-'.repeat(34)}`,
    );
    for (let round = 0; round < 20; round += 1) {
      const program = await run(
        `for (let i = 0; i < 2500; i += 1) console.log(String(i).padStart(5, '0') + ' ' + '-'.repeat(34));`,
      );
      expect(await program.exited).toEqual({ code: 0, signal: null });
      expect(program.screen()).toBe(lines.join('\n'));
    }
  });

  test('keys that nobody read do not reach the next program', async () => {
    const first = await run(`setTimeout(() => {}, 300); console.log('deaf')`);
    await first.waitForScreen((screen) => screen.includes('deaf'), LIMIT_MS);
    await first.type('for nobody\rhalf a line');
    await first.exited;
    const next = await run(PROMPT);
    await next.waitForScreen((screen) => screen.includes('name> '), LIMIT_MS);
    await next.type('Eve\r');
    await next.exited;
    expect(next.screen()).toBe('name> Eve\nhello Eve');
  });

  test('raw mode that is left behind is reported and repaired', async () => {
    const first = await run(`process.stdin.setRawMode(true); process.kill(process.pid, 'SIGKILL')`);
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(first.leftRawMode).toBe(true);
    const next = await run(PROMPT);
    await next.waitForScreen((screen) => screen === 'name> ', LIMIT_MS);
    await next.type('Ada\r');
    await next.exited;
    expect(next.screen()).toBe('name> Ada\nhello Ada');
    expect(next.leftRawMode).toBe(false);
  });

  test('an unfinished control sequence and the other screen stay with the program that left them', async () => {
    const first = await run(`process.stdout.write('\\x1b[?1049h\\x1b[?25lon the other screen\\x1b]0;title')`);
    await first.exited;
    expect(first.screen()).toBe('on the other screen');
    const next = await run(`console.log('clean')`);
    await next.exited;
    expect(next.screen()).toBe('clean');
  });

  test('a program that spins is killed, and its children with it', async () => {
    const program = await run(`
      const { spawn } = await import('node:child_process');
      const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'inherit' });
      console.log('child', child.pid);
      for (;;);`);
    await program.waitForScreen((screen) => /child \d+/.test(screen), LIMIT_MS);
    const child = Number(/child (\d+)/.exec(program.screen())![1]);
    await program.kill();
    expect(program.exit).toEqual({ code: null, signal: 'SIGKILL' });
    await gone(child);
    await gone(program.pid);
    expect(await (await run(`process.exit(3)`)).exited).toEqual({ code: 3, signal: null });
    expect(program.endedTerminal).toBe(false);
  });

  test.each([
    ['kills its parent', `process.kill(process.ppid, 'SIGKILL'); setInterval(() => {}, 1000)`],
    ['kills its whole group', `process.kill(0, 'SIGKILL')`],
  ])('a program that %s ends with the terminal, and the next one gets another', async (_, source) => {
    const program = await run(source);
    expect(await program.exited).toEqual({ code: null, signal: 'SIGHUP' });
    expect(program.endedTerminal).toBe(true);
    await gone(program.pid);
    const next = await run(`console.log('alive')`);
    expect(await next.exited).toEqual({ code: 0, signal: null });
    expect(next.screen()).toBe('alive');
  });

  test('a program that stops its parent is killed all the same', async () => {
    const program = await run(
      `process.kill(process.ppid, 'SIGSTOP'); console.log('stopped'); setInterval(() => {}, 1000)`,
    );
    await program.waitForScreen((screen) => screen.includes('stopped'), LIMIT_MS);
    await program.kill();
    expect(program.endedTerminal).toBe(true);
    await gone(program.pid);
    expect(await (await run(`process.exit(3)`)).exited).toEqual({ code: 3, signal: null });
  });

  test('a program that asks all of its group to end ends alone', async () => {
    const program = await run(`process.kill(0, 'SIGTERM'); setInterval(() => {}, 1000)`);
    expect(await program.exited).toEqual({ code: null, signal: 'SIGTERM' });
    expect(program.endedTerminal).toBe(false);
  });

  test('a program waits until the one before has ended', async () => {
    const [first, second] = await Promise.all([
      run(`setTimeout(() => console.log('first'), 200)`),
      run(`console.log('second')`),
    ]);
    await second.exited;
    expect(first.screen()).toBe('first');
    expect(second.screen()).toBe('second');
  });

  test('a folder that is not there is an error, and the terminal stays', async () => {
    const launch = { args: ['x.mjs'], env: {}, cwd: join(drive.folder, 'nowhere') };
    await expect(terminal.run(launch)).rejects.toThrow('node could not be started');
    expect(await (await run(`process.exit(3)`)).exited).toEqual({ code: 3, signal: null });
  });

  test.runIf(process.platform === 'linux')(
    'a program inherits nothing but the terminal, and carries our mark',
    async () => {
      const program = await run(`console.log('ready'); setInterval(() => {}, 1000)`);
      await program.waitForScreen((screen) => screen.includes('ready'), LIMIT_MS);
      const files = readdirSync(`/proc/${program.pid}/fd`).map((fd) =>
        readlinkSync(`/proc/${program.pid}/fd/${fd}`),
      );
      expect(files.filter((file) => file.startsWith('/dev/pts/')).length).toBeGreaterThanOrEqual(3);
      expect(files.filter((file) => /ptmx|socket/.test(file))).toEqual([]);
      expect(processesWith('BAREWIRE_RUN', drive.mark)).toContain(program.pid);
      await program.kill();
    },
  );
});

describe.runIf(reason === undefined)('limits in a terminal', () => {
  test('a program that prints without end is stopped', async () => {
    const own = await Drive.open({ outputBytes: 1024 * 1024 });
    const small = await Terminal.open(own);
    const program = await run(`for (;;) console.log('again and again')`, own, small);
    await program.exited;
    expect(program.brokenLimit).toBe('wrote more than 1 MiB to the terminal');
    await small.close();
    await own.close();
  });

  test('a program that allocates without end is stopped', async () => {
    const own = await Drive.open({ memoryBytes: 200 * 1024 * 1024 });
    const small = await Terminal.open(own);
    const program = await run(
      `const kept = []; setInterval(() => kept.push(Buffer.alloc(2 ** 22, 1)), 5)`,
      own,
      small,
    );
    await program.exited;
    expect(program.brokenLimit).toBe('used more than 200 MiB of memory');
    await small.close();
    await own.close();
    expect(existsSync(own.folder)).toBe(false);
  });

  test('closing kills what still runs', async () => {
    const own = await Drive.open();
    const other = await Terminal.open(own);
    const program = await run(`process.on('SIGHUP', () => {}); setInterval(() => {}, 1000)`, own, other);
    await other.close();
    await gone(program.pid);
    expect(program.exit).toEqual({ code: null, signal: 'SIGHUP' });
    await expect(run('', own, other)).rejects.toThrow('the terminal is closed');
    await own.close();
  });
});

const PROMPT = `
  import { createInterface } from 'node:readline';
  const lines = createInterface({ input: process.stdin });
  process.stdout.write('name> ');
  lines.on('line', (name) => {
    console.log('hello ' + name);
    process.exit(7);
  });`;

let programs = 0;

function run(source: string, own = drive, where = terminal): Promise<TerminalProgram> {
  const folder = join(own.folder, 'programs');
  mkdirSync(folder, { recursive: true });
  programs += 1;
  const file = join(folder, `${programs}.mjs`);
  writeFileSync(file, source);
  return where.run({ args: [file], env: studentEnvironment({}), cwd: folder });
}

/** Waits until a killed process has left the table, or lies in it as ended. */
async function gone(pid: number): Promise<void> {
  await expect.poll(() => processRow(pid)?.state ?? 'Z', { timeout: LIMIT_MS }).toBe('Z');
}
