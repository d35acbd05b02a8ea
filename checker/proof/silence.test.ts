/** Servers that listen and never answer properly: each is told apart from the others by its first line. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { kernelTells } from '../drive/kernel-sockets.ts';
import type { CheckResult, Verdict } from '../run/result.ts';
import { checkIn, leftOf, PROGRAMS, tryServer } from './try-server.ts';

interface Silent {
  name: string;
  /** TypeScript: the function that is called for each connection, and options of createServer. */
  onConnection: string;
  options?: string;
  verdict: Verdict;
  misconception: string;
  message: RegExp;
  /** Only the late one is waited for. */
  patienceMs?: number;
}

const onData = (code: string): string => `socket.on('data', (chunk) => { ${code} })`;

const SERVERS: Silent[] = [
  {
    name: 'a busy loop',
    onConnection: onData('for (;;);'),
    verdict: 'timeout',
    misconception: 'busy',
    message:
      /^your server's event loop is blocked: it used [\d.]+ ms of CPU time in \d+ ms and read nothing; the echo \(\d bytes\) did not come$/,
  },
  {
    name: 'silence',
    onConnection: onData(''),
    verdict: 'timeout',
    misconception: 'waiting',
    message: /^your server read all \d bytes and waits for more; the echo \(\d bytes\) did not come$/,
  },
  {
    name: 'an answer after 3 s',
    onConnection: onData('setTimeout(() => socket.write(chunk), 3000)'),
    verdict: 'timeout',
    misconception: 'late',
    message: /^your server answered too late: the echo \(\d bytes\) began \d\.\d s after the 2 s it had$/,
    patienceMs: 3500,
  },
  {
    name: 'a crash on the first data',
    onConnection: onData("throw new Error('no idea')"),
    verdict: 'crash',
    misconception: 'crashed',
    message: /^your server ended \(exit code 1\) instead of sending the echo \(\d bytes\)$/,
  },
  {
    name: 'FIN without data',
    onConnection: onData('socket.end()'),
    verdict: 'fail',
    misconception: 'fin',
    message: /^your server closed the connection \(FIN\) before the echo \(\d bytes\)$/,
  },
  {
    name: 'RST without data',
    onConnection: onData('socket.resetAndDestroy()'),
    verdict: 'fail',
    misconception: 'reset',
    message: /^your server reset the connection \(RST\) before the echo \(\d bytes\)$/,
  },
];

const LINUX_SERVERS: Silent[] = [
  {
    name: 'a wait that blocks',
    onConnection: onData('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'),
    verdict: 'timeout',
    misconception: 'blocked',
    message:
      /^your server's event loop is blocked: it sits inside a call that waits \(futex\w*\); the echo \(\d bytes\) did not come$/,
  },
  {
    name: 'a connection that is never read',
    onConnection: '',
    options: '{ pauseOnConnect: true }',
    verdict: 'timeout',
    misconception: 'not-reading',
    message: /^your server does not read: \d bytes wait in its socket; the echo \(\d bytes\) did not come$/,
  },
];

const servers = kernelTells ? [...SERVERS, ...LINUX_SERVERS] : SERVERS;

describe('a server that listens and does not answer properly', () => {
  const seen = new Map<string, CheckResult>();
  // All at once: it is waiting that takes the time.
  beforeAll(async () => {
    await Promise.all(
      servers.map(async (server) => {
        const result = await tryServer(programOf(server), {
          only: ['lab-01/echo-first'],
          confirm: false,
          patienceMs: server.patienceMs ?? 0,
        });
        seen.set(server.name, checkIn(result, 'lab-01/echo-first'));
      }),
    );
  });

  test.each(servers)('$name: $misconception', ({ name, verdict, misconception, message }) => {
    const check = seen.get(name)!;
    expect(check.message).toMatch(message);
    expect(check).toMatchObject({ verdict, misconception, points: 0 });
    expect(check.hint).not.toBe('');
    expect(check.evidence?.sent[0]?.excerpt.totalBytes).toBeGreaterThan(3);
  });

  test('gets a first line and a hint that no other gets', () => {
    const checks = [...seen.values()];
    const firstLines = checks.map(({ message }) => message.replaceAll(/\d+/g, 'N'));
    expect(new Set(firstLines).size).toBe(servers.length);
    expect(new Set(checks.map(({ hint }) => hint)).size).toBe(servers.length);
  });
});

test('a server that is blocked on a write to one client is told so by the other', async (ctx) => {
  if (!kernelTells) return ctx.skip('this system does not tell where a process waits');
  if (spawnSync('python3', ['--version']).status !== 0) return ctx.skip('this machine has no python3');
  const result = await tryServer(['python3', join(PROGRAMS, 'blocking-write.py')], {
    only: ['lab-01/stalled-client-resumes'],
    confirm: false,
    patienceMs: 0,
  });
  expect(checkIn(result, 'lab-01/echo-first').verdict).toBe('pass');
  const check = checkIn(result, 'lab-01/stalled-client-resumes');
  expect(check).toMatchObject({ verdict: 'timeout', misconception: 'others-wait' });
  expect(check.message).toMatch(
    /^your server is blocked on a write: .*; the echo to client B \(6 bytes\) did not come$/,
  );
});

test('nothing is left of any of them', async () => {
  expect(await leftOf(process.pid)).toEqual([]);
});

function programOf({ onConnection, options = '{}' }: Silent): string {
  return `import { createServer } from 'node:net';
    const { HOST, PORT } = process.env;
    createServer(${options}, (socket) => { ${onConnection} })
      .listen(Number(PORT), HOST, () => console.log(\`listening on \${HOST}:\${PORT}\`));`;
}
