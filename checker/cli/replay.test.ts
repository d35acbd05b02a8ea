import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadProgress } from '../course/progress.ts';
import { keepExchange } from '../run/exchange.ts';
import type { RunRequest } from '../run/run.ts';
import { run } from './replay.ts';
import { makeCourse, makeWorld, resultOf, type TestCourse } from './test-course.ts';

let course: TestCourse;
beforeEach(() => {
  course = makeCourse();
});
afterEach(() => course.remove());

async function replay(...args: string[]) {
  const requests: RunRequest[] = [];
  const { context, out } = makeWorld(course.root);
  const exitCode = await run(args, context, {
    runLab: async (request) => {
      requests.push(request);
      return resultOf('fail');
    },
    startTypeAdvice: async () => ({ result: Promise.resolve([]), cancel: () => {} }),
  });
  return { exitCode, out: out.join('\n'), request: requests[0]! };
}

test('runs just that check, and keeps no progress', async () => {
  const { exitCode, request } = await replay('lab-01/echo-binary', '--seed', '7', '--labs', 'solutions');
  expect(request).toMatchObject({ only: ['lab-01/echo-binary'], replay: true, seed: '7' });
  expect(request.subject).toBe('solutions/lab-01-tcp-echo');
  expect(exitCode).toBe(1);
  await replay('lab-01/echo-binary');
  expect((await loadProgress(course.root)).progress).toEqual({});
});

test('takes the seed of the kept exchange when none is given', async () => {
  expect((await replay('lab-01/echo-binary')).request).not.toHaveProperty('seed');
  const check = 'lab-01/echo-binary';
  keepExchange(course.root, { schema: 'barewire/exchange/v1', check, seed: 'kept', inputs: {} });
  expect((await replay('lab-01/echo-binary')).request.seed).toBe('kept');
  expect((await replay('lab-01/echo-binary', '--seed', 'other')).request.seed).toBe('other');
});

test('shows all that happened, to machines too', async () => {
  const { out } = await replay('lab-01/echo-binary', '--json');
  expect(JSON.parse(out).checks[1]).toHaveProperty('trace');
});

test.each([
  [['lab-01/echo-bniary'], 'lab-01 has no check "echo-bniary". Did you mean lab-01/echo-binary?'],
  [['echo-binary'], '"echo-binary" is no check: its id looks like lab-01/echo-binary'],
  [['lab-77/echo'], 'there is no lab "lab-77". Labs: lab-01, lab-03, lab-04.'],
  [['lab-01/listens', '--cmd', 'a', '--labs', 'b'], '--cmd and --labs do not go together'],
])('%j is refused', async (args, message) => {
  await expect(replay(...args)).rejects.toThrow(message);
});
