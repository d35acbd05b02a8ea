import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Drive } from './drive.ts';
import { kernelTells } from './kernel-sockets.ts';
import { freePort, listening, type Transport } from './ports.ts';
import type { Launch } from './program.ts';
import { endServer, type ServerOptions, type ServerProgram, startServer } from './server-program.ts';
import { IDLE, script } from './test-programs.ts';

const LISTEN =
  "require('node:net').createServer().listen(Number(process.env.PORT), process.env.HOST); process.on('SIGTERM', () => process.exit(0));";
const LISTEN_LATER = `setTimeout(() => { ${LISTEN} }, 300);`;
const BIND = "require('node:dgram').createSocket('udp4').bind(Number(process.env.PORT), process.env.HOST);";

let drive: Drive;
beforeEach(async () => {
  drive = await Drive.open();
});
afterEach(() => drive.close());

describe('a server that comes up', () => {
  test.each<[string, string, Transport, string]>([
    ['over TCP', LISTEN, 'tcp', '127.0.0.1'],
    ['after a while', LISTEN_LATER, 'tcp', '127.0.0.1'],
    ['on another address of this machine', LISTEN, 'tcp', '127.0.0.77'],
    ['over UDP', BIND, 'udp', '127.0.0.1'],
  ])(
    '%s is ready when it is bound, and its port is free after its end',
    async (_what, code, transport, host) => {
      const server = await started(code, { transport, host });
      expect(listening(transport, server.port)).toBe(true);
      expect(server.addresses).toEqual([host]);
      await endServer(server, 2000);
      expect(listening(transport, server.port)).toBe(false);
    },
  );

  test('by a child of the program is taken for its own', async () => {
    const server = await started(
      `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(LISTEN)}]); ${IDLE}`,
    );
    await endServer(server, 0);
    expect(listening('tcp', server.port)).toBe(false);
  });

  test.skipIf(!kernelTells)('by a child with a session of its own gives its port free too', async () => {
    const server = await started(
      `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(LISTEN)}], { detached: true }); ${IDLE}`,
    );
    await endServer(server, 0);
    expect(listening('tcp', server.port)).toBe(false);
  });

  test('may open another port first', async () => {
    const server = await started(
      `require('node:net').createServer().listen(0, '127.0.0.1', () => { ${LISTEN_LATER} });`,
    );
    expect(server.readyAfterMs).toBeGreaterThan(300);
  });

  test.skipIf(!kernelTells)(
    'may take its time after another port, if it is a new one each time',
    async () => {
      const later = `setTimeout(() => { ${LISTEN} }, 2000);`;
      const server = await started(
        `require('node:net').createServer().listen(0, '127.0.0.1', () => { ${later} });`,
      );
      expect(server.readyAfterMs).toBeGreaterThan(2000);
    },
  );

  test.skipIf(!kernelTells)('on all addresses says so', async () => {
    const server = await started(
      "require('node:net').createServer().listen(Number(process.env.PORT), '0.0.0.0');",
    );
    expect(server.addresses).toEqual(['0.0.0.0']);
  });

  test.skipIf(!kernelTells)('may listen on one address after the other', async () => {
    const first = "require('node:net').createServer().listen(Number(process.env.PORT), '127.0.0.9');";
    expect((await started(first + LISTEN_LATER)).addresses.sort()).toEqual(['127.0.0.1', '127.0.0.9']);
  });
});

describe('a server that does not come up', () => {
  test('because it ended is a crash, with its last words', async () => {
    const failure = await notStarted("console.error('no'); process.exit(3);");
    expect(failure).toMatchObject({ verdict: 'crash', symptom: 'exited' });
    expect(failure.message).toMatch(/^your program ended before it listened on port \d+: exit code 3$/);
    expect(failure.program.lastStderr()).toEqual(['no']);
  });

  test('because it broke a limit says so', async () => {
    const failure = await notStarted("for (;;) require('node:fs').writeSync(1, 'x'.repeat(100_000));");
    expect(failure).toMatchObject({ verdict: 'crash', symptom: 'broke-limit' });
    expect(failure.message).toContain('it wrote more than 16 MiB to stdout and stderr and was stopped');
  });

  test('because it never listens is a timeout', async () => {
    const failure = await notStarted(IDLE, { readyMs: 300 });
    expect(failure).toMatchObject({ verdict: 'timeout', symptom: 'never-listened' });
    expect(failure.message).toMatch(
      /^your program never listened on 127\.0\.0\.1:\d+: it runs, but after 0\.3 s that port is closed$/,
    );
  });

  test.skipIf(!kernelTells)('because it listens elsewhere is told which port it uses', async () => {
    const fixed = await freePort('tcp', '127.0.0.1');
    const failure = await notStarted(`require('node:net').createServer().listen(${fixed}, '127.0.0.1');`);
    expect(failure).toMatchObject({ verdict: 'fail', symptom: 'fixed-port' });
    expect(failure.message).toMatch(
      new RegExp(`^your program uses port ${fixed}, but PORT was \\d+: the port is fixed in the source$`),
    );
  });

  test.skipIf(!kernelTells)(
    'because it listens on a new port each time is told that PORT was another',
    async () => {
      const failure = await notStarted("require('node:net').createServer().listen(0, '127.0.0.1');", {
        readyMs: 2000,
      });
      expect(failure).toMatchObject({ verdict: 'fail', symptom: 'fixed-port' });
      expect(failure.message).toMatch(/^your program listens on port \d+, but PORT was \d+$/);
    },
  );

  test.skipIf(!kernelTells).each<[Transport, string, string]>([
    ['tcp', "require('node:net').createServer().listen(Number(process.env.PORT), '::1');", '::1'],
    [
      'udp',
      "require('node:dgram').createSocket('udp4').bind(Number(process.env.PORT), '127.0.1.1');",
      '127.0.1.1',
    ],
  ])('because it listens on another address is told which: %s', async (transport, code, address) => {
    const failure = await notStarted(code, { transport });
    expect(failure).toMatchObject({ verdict: 'fail', symptom: 'other-address' });
    expect(failure.message).toMatch(
      new RegExp(
        `^your program listens on port \\d+, but on the address ${address}, and HOST was 127\\.0\\.0\\.1$`,
      ),
    );
  });

  test('because the port in its source is taken on an IPv6 address is told that port', async () => {
    const failure = await notStarted(
      "console.error('Error: listen EADDRINUSE: address already in use ::1:3000'); process.exit(1);",
    );
    expect(failure.message).toContain('your program uses port 3000, but PORT was');
  });

  test.skipIf(!kernelTells)('because it left a daemon behind is no fault of the machine', async () => {
    const daemon = `spawn(process.execPath, ['-e', ${JSON.stringify(LISTEN_LATER)}], { detached: true })`;
    const failure = await notStarted(`require('node:child_process').${daemon}.unref(); process.exit(0);`);
    expect(failure).toMatchObject({ verdict: 'crash', symptom: 'exited' });
    expect(failure.message).toContain('exit code 0');
  });

  test('because somebody else holds the port in its source is told the same', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const failure = await notStarted(`require('node:net').createServer().listen(${port}, '127.0.0.1');`);
    holder.close();
    expect(failure).toMatchObject({ verdict: 'fail', symptom: 'fixed-port' });
    expect(failure.message).toContain(`your program uses port ${port}, but PORT was`);
  });

  test.skipIf(!kernelTells)('is not excused by a stranger who listens on its port', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    await expect(start(IDLE, { port })).rejects.toThrow(
      new RegExp(`^process ${process.pid} \\(.*\\) took port ${port}$`, 's'),
    );
    holder.close();
  });
});

function start(code: string, options: Partial<ServerOptions> = {}): ReturnType<typeof startServer> {
  const launch = (host: string, port: number): Launch => script(code, { HOST: host, PORT: String(port) });
  return startServer(drive, launch, { transport: 'tcp', host: '127.0.0.1', ...options });
}

async function started(code: string, options: Partial<ServerOptions> = {}): Promise<ServerProgram> {
  const server = await start(code, options);
  if (!server.started) throw new Error(`it did not start: ${server.message}`);
  return server;
}

async function notStarted(code: string, options: Partial<ServerOptions> = {}) {
  const server = await start(code, options);
  if (server.started) throw new Error('it started');
  return server;
}
