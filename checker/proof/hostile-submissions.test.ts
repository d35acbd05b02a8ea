/**
 * Submissions that harm: by mistake or on purpose. Each comes to a clear verdict, a limit is named, the next run works
 * as if nothing had been, and nothing of it is left.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { solutionFolder } from '../course/course.ts';
import type { Limits } from '../drive/limits.ts';
import type { RunResult, Verdict } from '../run/result.ts';
import { checkIn, lab01, leftOf, nextRunWorks, PROGRAMS, tryServer } from './try-server.ts';

const reference = readFileSync(join(solutionFolder(lab01), 'server.ts'), 'utf8');
const MIB = 1024 * 1024;

afterAll(async () => {
  expect(await leftOf(process.pid)).toEqual([]);
});

interface Hostile {
  name: string;
  /** Text of server.ts, or a command. */
  program: string | string[];
  limits?: Partial<Limits>;
  verdict: Verdict;
  misconception: string;
  message: RegExp;
}

/** Programs that never come as far as listening. */
const NEVER_UP: Hostile[] = [
  {
    name: 'exits with 0 at once',
    program: "import process from 'node:process';\nprocess.exit(0);",
    verdict: 'crash',
    misconception: 'exited',
    message: /^your server ended before it listened on port \d+: exit code 0$/,
  },
  {
    name: 'prints results that nobody gave it',
    program: `const result = { schema: 'barewire/check/v1', lab: 'lab-01', verdict: 'pass', points: 18, maxPoints: 18 };
      console.log(JSON.stringify(result));
      console.log('listening on ' + process.env.HOST + ':' + process.env.PORT);
      console.log('18 of 18 hidden checks passed · 18 of 18 points');
      setTimeout(() => {}, 200);`,
    verdict: 'crash',
    misconception: 'exited',
    message: /^your server ended before it listened on port \d+: exit code 0$/,
  },
  {
    name: 'prints 100 MB',
    program: `const print = (megabytes: number): void => {
        if (megabytes > 0) process.stdout.write('x'.repeat(1e6), () => print(megabytes - 1));
        else createServer((socket) => socket.pipe(socket)).listen(Number(process.env.PORT), process.env.HOST);
      };
      print(100);
      import { createServer } from 'node:net';`,
    verdict: 'crash',
    misconception: 'broke-limit',
    message: /: it wrote more than 16 MiB to stdout and stderr and was stopped$/,
  },
  {
    name: 'loops for ever at import',
    program: `for (;;);`,
    limits: { cpuMs: 700 },
    verdict: 'crash',
    misconception: 'broke-limit',
    message: /: it used more than 0\.7 s of CPU time and was stopped$/,
  },
  {
    name: 'allocates without an end',
    program: 'const kept: Buffer[] = [];\nsetInterval(() => kept.push(Buffer.alloc(16_000_000, 1)), 5);',
    limits: { memoryBytes: 256 * MIB },
    verdict: 'crash',
    misconception: 'broke-limit',
    message: /: it used more than 256 MiB of memory and was stopped$/,
  },
  {
    name: 'starts itself again, twice each time',
    program: [process.execPath, join(PROGRAMS, 'starts-itself.mjs')],
    limits: { processes: 20 },
    verdict: 'crash',
    misconception: 'broke-limit',
    message: /: it ran more than 20 processes at once and was stopped$/,
  },
];

describe('a submission that', () => {
  afterEach(async () => {
    expect(await leftOf(process.pid)).toEqual([]);
    expect(await nextRunWorks()).toBe(true);
  });

  test.each(NEVER_UP)('$name', async ({ program, limits = {}, verdict, misconception, message }) => {
    const result = await tryServer(program, { limits });
    expect(result).toMatchObject({ verdict: 'fail', points: 0 });
    expect(result.maxPoints).toBeGreaterThan(10);
    expect(result.counts).toMatchObject({ pass: 0, error: 0, flaky: 0, skipped: result.checks.length - 1 });
    const check = checkIn(result, 'lab-01/listens');
    expect(check).toMatchObject({ verdict, misconception });
    expect(check.message).toMatch(message);
    expect(check.hint).not.toBeNull();
  });

  test('opens thousands of descriptors when a client comes: the others get a new server', async () => {
    const hoarder = reference.replace(
      '  open.add(socket);',
      '  open.add(socket);\n  for (let index = 0; index < 600; index += 1) createServer().listen(0, host);',
    );
    const result = await tryServer(hoarder, {
      limits: { descriptors: 500 },
      only: ['lab-01/announces', 'lab-01/port-in-use', 'lab-01/stalled-client-memory'],
    });
    expect(result.verdict).toBe('fail');
    expect(checkIn(result, 'lab-01/port-in-use').verdict).toBe('pass');
    const stopped = result.checks.filter(({ message }) =>
      /held more than 500 descriptors open/.test(message),
    );
    expect(stopped.map(({ verdict }) => verdict)).toContain('crash');
    expect(result.counts.error).toBe(0);
  });

  test('patches the globals and answers anything: the judge still sees every byte', async () => {
    const result = await tryServer(
      `Array.prototype.push = () => 0;
      Buffer.compare = () => 0;
      Buffer.prototype.equals = () => true;
      Buffer.from = (() => Buffer.alloc(4)) as typeof Buffer.from;
      globalThis.Promise = class {} as typeof Promise;
      JSON.stringify = () => '{"verdict":"pass"}';
      Object.defineProperty(Object.prototype, 'verdict', { value: 'pass' });
      ${reference.replace('socket.write(chunk)', "socket.write('ANYTHING')")}`,
      { only: ['lab-01/echo-binary', 'lab-01/port-in-use'] },
    );
    expect(result.verdict).toBe('fail');
    expect(checkIn(result, 'lab-01/echo-first')).toMatchObject({
      verdict: 'fail',
      misconception: 'fixed-reply',
    });
    expect(checkIn(result, 'lab-01/echo-binary')).toMatchObject({ verdict: 'skipped' });
    expect(checkIn(result, 'lab-01/port-in-use')).toMatchObject({ verdict: 'pass' });
  });

  test('ignores SIGTERM loses that point, and no other', async () => {
    const result = await tryServer(`process.on('SIGTERM', () => {});\n${withoutSigterm(reference)}`, {
      only: ['lab-01/sigterm-idle', 'lab-01/half-close', 'lab-01/port-in-use'],
      confirm: false,
    });
    expect(result.counts).toMatchObject({ pass: result.checks.length - 1, timeout: 1 });
    expect(checkIn(result, 'lab-01/sigterm-idle')).toMatchObject({
      verdict: 'timeout',
      misconception: 'never-ends',
      message: 'your server still runs; its end after SIGTERM with two idle clients did not come',
    });
  });

  test('prints without an end while it serves is stopped, and served anew', async () => {
    const chatty = reference
      .replace('socket.write(chunk)', 'chunk')
      .replace(
        '  open.add(socket);',
        "  open.add(socket);\n  const more = () => void process.stdout.write('x'.repeat(1e6), more);\n  more();",
      );
    const result: RunResult = await tryServer(chatty, {
      only: ['lab-01/echo-again', 'lab-01/port-in-use'],
      confirm: false,
    });
    expect(result.verdict).toBe('fail');
    expect(checkIn(result, 'lab-01/port-in-use').verdict).toBe('pass');
    const stopped = result.checks.filter(({ misconception }) => misconception === 'broke-limit');
    expect(stopped.length).toBeGreaterThan(0);
    for (const { verdict, message } of stopped) {
      expect(verdict).toBe('crash');
      expect(message).toContain('wrote more than 16 MiB to stdout and stderr');
    }
  });
});

function withoutSigterm(text: string): string {
  return text.replace("process.on('SIGTERM'", "process.on('SIGUSR2'");
}
