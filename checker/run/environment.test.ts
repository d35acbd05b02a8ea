import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Drive } from '../drive/drive.ts';
import { Stage, type StageOptions } from './stage.ts';

async function stageWith(options: Partial<StageOptions>): Promise<Stage> {
  const drive = await Drive.open();
  onTestFinished(() => drive.close());
  return new Stage({
    drive,
    bundles: { server: ['/server.mjs'], client: [], module: ['/module.mjs'] },
    commandFolder: tmpdir(),
    transport: 'tcp',
    patienceMs: 0,
    ...options,
  });
}

describe("a suite's environment", () => {
  test('reaches every server, and gives way to what a check sets', async () => {
    const stage = await stageWith({ environment: () => ({ FILES: '/files', LIMIT: '1' }) });
    const { env } = stage.launchServer('127.0.0.1', 1234, { LIMIT: '2' });
    expect(env).toMatchObject({ HOST: '127.0.0.1', PORT: '1234', FILES: '/files', LIMIT: '2' });
  });

  test('comes with a folder to run in, for each server another', async () => {
    const stage = await stageWith({});
    const folders = [1, 2].map(() => stage.launchServer('127.0.0.1', 1234, {}).cwd);
    expect(new Set(folders).size).toBe(2);
    for (const folder of folders) expect(folder.startsWith(stage.drive.folder)).toBe(true);
  });

  test('reaches a command too', async () => {
    const stage = await stageWith({ command: ['run', '{port}'], environment: () => ({ FILES: '/files' }) });
    expect(stage.launchServer('127.0.0.1', 1234, {})).toMatchObject({
      command: 'run',
      args: ['1234'],
      env: { FILES: '/files' },
    });
  });

  test('is made anew for each server, and can be read from the one that runs', async () => {
    let made = 0;
    const stage = await stageWith({ environment: () => ({ DATA: `/data-${++made}` }) });
    expect(stage.launchServer('127.0.0.1', 1234, {}).env.DATA).toBe('/data-1');
    const launch = stage.launchServer('127.0.0.1', 1234, {});
    const program = stage.drive.spawn({ ...launch, args: ['--version'] });
    expect(program.environment.DATA).toBe('/data-2');
    await program.exited;
  });
});

test("a program of ours is started with the student's module as its argument", async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'barewire-host-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, 'host.mjs');
  writeFileSync(program, 'console.log(process.argv[2], process.env.HOST, process.env.PORT)');
  const stage = await stageWith({});
  const running = stage.drive.spawn(stage.launchHost(program, '127.0.0.1', 1234, {}));
  await running.exited;
  expect(running.stdout.text()).toBe('/module.mjs 127.0.0.1 1234\n');
});

test('checks share the program and a server on the module; both are dropped together', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'barewire-host-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, 'host.mjs');
  writeFileSync(
    program,
    "import { createServer } from 'node:net'; createServer().listen(process.env.PORT, process.env.HOST);",
  );
  const stage = await stageWith({
    bundles: { server: [program], client: [], module: ['/module.mjs'] },
  });
  const [own, hosted, again] = [
    await stage.sharedServer(),
    await stage.sharedServer(program),
    await stage.sharedServer(program),
  ];
  expect(again).toBe(hosted);
  expect(hosted.program.pid).not.toBe(own.program.pid);
  hosted.program.signal('SIGKILL');
  await hosted.program.exited;
  expect(await stage.deadServer()).toBe(hosted.program);
  await stage.dropShared();
  expect(own.program.exit).toMatchObject({ signal: 'SIGKILL' });
  expect((await stage.sharedServer(program)).program.pid).not.toBe(hosted.program.pid);
  await stage.close();
});
