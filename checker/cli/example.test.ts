import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { repositoryRoot } from '../course/course.ts';
import { makeCourse, type TestCourse } from './test-course.ts';

let course: TestCourse;
beforeEach(() => {
  course = makeCourse();
});
afterEach(() => course.remove());

/** The real command on the labs of the small course. */
function example() {
  const main = join(repositoryRoot, 'checker', 'cli', 'main.ts');
  return spawnSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), main, 'example', 'lab-01', '--labs', join(course.root, 'labs')],
    { encoding: 'utf8', env: { ...process.env, INIT_CWD: course.root, NO_COLOR: '1' } },
  );
}

test.each([
  ['pass', 3, 0],
  ['fail', 4, 1],
])('tests that %s', (_name, sum, exitCode) => {
  course.write(
    'labs/lab-01-tcp-echo/example.test.ts',
    `import { expect, test } from 'vitest';\ntest('adds', () => expect(1 + 2).toBe(${sum}));\n`,
  );
  // Another lab's tests, and the repository's own, stay out of it.
  course.write('labs/lab-03-udp-echo/example.test.ts', `throw new Error('not asked for');\n`);
  const { status, stdout } = example();
  expect(stdout).toMatch(/Tests {2}1 (passed|failed) \(1\)/);
  expect(status).toBe(exitCode);
});

test('a lab without them is one line', () => {
  const { status, stdout, stderr } = example();
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toBe('there is no file labs/lab-01-tcp-echo/example.test.ts\n');
});
