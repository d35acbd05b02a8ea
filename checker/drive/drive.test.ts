import { existsSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { Drive, studentEnvironment } from './drive.ts';
import { processesWith, treeOf } from './processes.ts';
import { eventually, firstLine, IDLE, runs, script } from './test-programs.ts';
import { sleep } from './waiting.ts';

describe('closing a drive', () => {
  test('ends what still runs and removes its folder', async () => {
    const drive = await Drive.open();
    const programs = [drive.spawn(script(IDLE)), drive.spawn(script('for (;;);'))];
    expect(existsSync(drive.folder)).toBe(true);
    await drive.close();
    for (const program of programs) expect(program.exit).toMatchObject({ signal: 'SIGKILL' });
    expect(existsSync(drive.folder)).toBe(false);
  });

  test.skipIf(process.platform !== 'linux')('ends a daemon that left the group of its program', async () => {
    const drive = await Drive.open();
    const program = drive.spawn(
      script(`
        const { spawn } = require('node:child_process');
        const daemon = spawn(process.execPath, ['-e', '${IDLE}'], { detached: true, stdio: 'ignore' });
        console.log(daemon.pid);
        daemon.unref();`),
    );
    const daemon = Number(await firstLine(program));
    await program.exited;
    expect(processesWith('BAREWIRE_RUN', drive.mark)).toEqual([daemon]);
    expect(runs(daemon)).toBe(true);
    await drive.close();
    expect(await eventually(() => !runs(daemon))).toBe(true);
  });

  test('leaves the programs of another drive alone', async () => {
    const [one, other] = await Promise.all([Drive.open(), Drive.open()]);
    const program = other.spawn(script(`console.log(); ${IDLE}`));
    await firstLine(program);
    await one.close();
    expect(one.mark).not.toBe(other.mark);
    expect(runs(program.pid!)).toBe(true);
    await other.close();
  });
});

test.skipIf(process.platform === 'win32')(
  'without a temporary folder there is no drive, and no reaper stays',
  async () => {
    await (await Drive.open()).close();
    await sleep(500);
    const family = () => treeOf(process.pid).map(({ pid }) => pid);
    const before = new Set(family());
    vi.stubEnv('TMPDIR', '/no/such/folder');
    await expect(Drive.open()).rejects.toThrow('ENOENT');
    vi.unstubAllEnvs();
    expect(await eventually(() => family().every((pid) => before.has(pid)))).toBe(true);
  },
);

test("a student's program gets the user's environment without npm's, node's and ours", () => {
  process.env.npm_config_seed = '1';
  process.env.NODE_OPTIONS_OF_TEST = '--inspect';
  process.env.BAREWIRE_RUN = 'another';
  process.env.MY_OWN_SETTING = 'kept';
  const { MODE } = process.env;
  process.env.MODE = 'of the shell';
  try {
    const environment = studentEnvironment({ PORT: '4000', MY_NEW_SETTING: 'added' });
    expect(environment).toMatchObject({ MY_OWN_SETTING: 'kept', MY_NEW_SETTING: 'added', PORT: '4000' });
    const names = Object.keys(environment);
    expect(names.filter((name) => /^(npm_|NODE_|VITEST|TSX_|BAREWIRE_)/.test(name))).toEqual([]);
    expect(environment.PATH).toBe(process.env.PATH);
    expect(environment.MODE).toBeUndefined();
  } finally {
    if (MODE === undefined) delete process.env.MODE;
    else process.env.MODE = MODE;
    for (const name of ['npm_config_seed', 'NODE_OPTIONS_OF_TEST', 'BAREWIRE_RUN', 'MY_OWN_SETTING'])
      delete process.env[name];
  }
});
