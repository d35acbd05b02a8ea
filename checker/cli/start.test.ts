import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { repositoryRoot } from '../course/course.ts';
import { UsageError } from '../course/usage-error.ts';
import { run } from './start.ts';
import { makeCourse, makeWorld, type TestCourse } from './test-course.ts';

let course: TestCourse;
beforeEach(() => {
  course = makeCourse();
});
afterEach(() => course.remove());

test('a lab that is a module has nothing to start', async () => {
  const { context } = makeWorld(course.root);
  await expect(run(['4'], context)).rejects.toThrow(
    new UsageError(
      'lab-04 is a module and has no program to start; npm run example lab-04 calls it, and so does "Try it by hand" in its README',
    ),
  );
});

test('a missing file is one line, with the way out', async () => {
  const { context, err } = makeWorld(course.root);
  course.write('mine/lab-01-tcp-echo/notes.txt', '');
  expect(await run(['1', '--labs', 'mine'], context)).toBe(1);
  expect(err).toEqual([
    'there is no file mine/lab-01-tcp-echo/server.ts; npm run reset lab-01 puts the starter there',
  ]);
});

test('the reference stands in for an earlier lab that is not passed, and a line says so; --own uses what is there', async () => {
  const { context, err } = makeWorld(course.root);
  const needing = JSON.parse(readFileSync(join(course.root, 'labs/lab-03-udp-echo/lab.json'), 'utf8'));
  course.write('labs/lab-03-udp-echo/lab.json', JSON.stringify({ ...needing, needs: ['lab-01'] }));
  course.write(
    'labs/lab-03-udp-echo/server.ts',
    `import { code } from '../lab-01-tcp-echo/server.ts'; process.exitCode = code;`,
  );
  course.write('labs/lab-01-tcp-echo/server.ts', 'export const code: number = 7;');
  course.write('solutions/lab-01-tcp-echo/server.ts', 'export const code: number = 5;');
  expect(await run(['3'], context)).toBe(5);
  expect(err).toEqual([expect.stringContaining('the reference stood in for it')]);
  expect(await run(['3', '--own'], context)).toBe(7);
  expect(await run(['3', '--labs', 'solutions'], context)).toBe(0);
  expect(err.slice(1)).toEqual([
    expect.stringContaining('lab-01 is not passed with these files: what fails'),
  ]);
});

/** The real command, with `source` as the server of lab-01. */
function start(source: string): ChildProcess {
  course.write('labs/lab-01-tcp-echo/server.ts', source);
  const main = join(repositoryRoot, 'checker', 'cli', 'main.ts');
  return spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), main, 'start', 'lab-01', '--labs', join(course.root, 'labs')],
    { env: { ...process.env, INIT_CWD: course.root, PORT: '4321' }, stdio: ['pipe', 'pipe', 'inherit'] },
  );
}

test("the program gets this process's input, output, environment and folder, and gives its exit code", async () => {
  const child = start(`
    const line: string = [process.cwd(), process.env.PORT].join(' ');
    process.stdin.on('data', (chunk) => { console.log(line, String(chunk)); process.exit(7); });`);
  child.stdin!.write('hello');
  const [output] = await once(child.stdout!, 'data');
  expect(String(output)).toBe(`${course.root} 4321 hello\n`);
  expect(await once(child, 'exit')).toEqual([7, null]);
});

test.runIf(process.platform !== 'win32')('a signal goes on to the program', async () => {
  const child = start(`
    process.on('SIGTERM', () => process.exit(5));
    setInterval(() => {}, 1000);
    console.log('ready');`);
  await once(child.stdout!, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([5, null]);
});

test.runIf(process.platform !== 'win32')(
  'a program that a signal ends, ends the command likewise',
  async () => {
    const child = start(`process.kill(process.pid, 'SIGKILL');`);
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  },
);
