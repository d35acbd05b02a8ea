import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../course/course.ts';

const main = ['--import', 'tsx', join('checker', 'cli', 'main.ts')];

/** Runs the real process, as an npm script would, but without what the npm around the tests has set. */
function barewire(args: string[], environment: Record<string, string> = {}): SpawnSyncReturns<string> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_'));
  return spawnSync(process.execPath, [...main, ...args], {
    cwd: repositoryRoot,
    encoding: 'utf8',
    env: { ...Object.fromEntries(inherited), INIT_CWD: repositoryRoot, ...environment },
  });
}

test.each([
  [['chekc'], 'there is no command "chekc". Did you mean check? Commands: check, start, labs,'],
  [['check', '--sed', '7'], 'unknown option --sed. Did you mean --seed?'],
  [['check', 'lab-99'], 'there is no lab "lab-99". Labs: lab-01'],
  [['check', 'lab-99', '--json'], 'there is no lab "lab-99". Labs: lab-01'],
  [['check', 'lab-01', '--labs', 'nowhere'], 'there is no folder "nowhere" for --labs'],
  [
    ['check', 'lab-01', '--labs', 'checker'],
    '"checker" holds no labs: --labs needs a folder with folders lab-NN-… in it',
  ],
  [['check', 'lab-01', '--cmd', 'python3 "a.py'], '--cmd has a " that is not closed'],
  [['check', 'lab-01', '--repeat', '0'], '--repeat needs a whole number from 1, and got "0"'],
  [['check', 'all', '--repeat', '2'], '--repeat and all do not go together'],
  [
    ['check', '--json'],
    'which lab? Usage: npm run check [lab] [-- options], for example: npm run check lab-01',
  ],
  [['check'], 'which lab? Usage: npm run check [lab] [-- options], for example: npm run check lab-01'],
  [['start'], 'npm run start needs <lab>. Usage: npm run start <lab> [file] [-- options]'],
  [
    ['start', '1', 'sever.ts'],
    'lab-01 has no program "sever.ts". Did you mean server.ts? Programs: server.ts.',
  ],
  [['replay', 'echo-binary'], '"echo-binary" is no check: its id looks like lab-01/echo-binary'],
  [['labs', 'lab-01'], 'there is an argument too many: lab-01. Usage: npm run labs'],
])('%j is wrong usage: one line on stderr, nothing on stdout', (args, line) => {
  const { status, stdout, stderr } = barewire(args);
  expect(stderr.startsWith(line), stderr).toBe(true);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stdout).toBe('');
  expect(status).toBe(2);
});

test('no command at all shows them', () => {
  const { status, stdout, stderr } = barewire([]);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain('npm run check [lab] [-- options]');
});

test('help is no error', () => {
  expect(barewire(['help'])).toMatchObject({ status: 0, stderr: '' });
  const { status, stdout } = barewire(['check', '--help']);
  expect(status).toBe(0);
  expect(stdout).toContain('--labs DIR');
});

test('what npm kept for itself is said', () => {
  const { status, stdout, stderr } = barewire(['check', 'lab-01', '7'], {
    npm_lifecycle_event: 'check',
    npm_config_seed: 'true',
  });
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toBe(
    'npm kept --seed for itself: options come after a lone --. Write: npm run check lab-01 -- --seed 7\n',
  );
});

test('a command that waits for what can never come is a failure of ours, not a success', () => {
  const waiting = 'data:text/javascript,export const run = () => new Promise(() => {});';
  const hooks = `export const resolve = (name, context, next) =>
    name.endsWith('/labs.ts') ? { url: ${JSON.stringify(waiting)}, shortCircuit: true } : next(name, context);`;
  const register = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hooks))});`;
  const { status, stdout, stderr } = barewire(['labs'], { NODE_OPTIONS: `--import=${dataUrl(register)}` });
  expect(stderr).toBe('the checker itself failed: it waits for something that cannot come any more\n');
  expect([status, stdout]).toEqual([3, '']);
});

function dataUrl(text: string): string {
  return `data:text/javascript,${encodeURIComponent(text)}`;
}

test.runIf(process.platform !== 'win32')('nobody reading standard output is no failure', async () => {
  const child = spawn(process.execPath, [...main, 'help'], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  expect(await new Promise((done) => child.on('close', done))).toBe(0);
  expect(stderr).toBe('');
});
