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
function example(lab = 'lab-01', ...options: string[]) {
  const main = join(repositoryRoot, 'checker', 'cli', 'main.ts');
  return spawnSync(
    process.execPath,
    [
      '--import',
      import.meta.resolve('tsx'),
      main,
      'example',
      lab,
      '--labs',
      join(course.root, 'labs'),
      ...options,
    ],
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

test('a program that the tests start gets the reference of an earlier lab that is not passed', () => {
  course.write('labs/lab-05-http-request/parser.ts', 'export class RequestParser {}');
  course.write(
    'labs/lab-06-http-server/server.ts',
    "import * as parser from '../lab-05-http-request/parser.ts';\nconsole.log('DEFAULT_LIMITS' in parser);\n",
  );
  course.write(
    'labs/lab-06-http-server/example.test.ts',
    `import { execFileSync } from 'node:child_process';
    import { fileURLToPath } from 'node:url';
    import { expect, test } from 'vitest';
    const tsx = ${JSON.stringify(import.meta.resolve('tsx'))};
    test('whose', () => {
      const program = fileURLToPath(new URL('./server.ts', import.meta.url));
      expect(String(execFileSync(process.execPath, ['--import', tsx, program]))).toBe('true\\n');
    });`,
  );
  const { status, stdout, stderr } = example('lab-06');
  expect(stdout).toMatch(/Tests {2}1 passed \(1\)/);
  expect(stderr).toContain('the reference stood in for it');
  expect(status).toBe(0);
  expect(example('lab-06', '--own').status).toBe(1);
});

test('a lab without them is one line', () => {
  const { status, stdout, stderr } = example();
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toBe('there is no file labs/lab-01-tcp-echo/example.test.ts\n');
});
