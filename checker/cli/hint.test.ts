import { afterEach, beforeEach, expect, test } from 'vitest';
import { findLab } from '../course/course.ts';
import { recordResult } from '../course/progress.ts';
import { UsageError } from '../course/usage-error.ts';
import { run } from './hint.ts';
import { makeCourse, makeWorld, type TestCourse } from './test-course.ts';

let course: TestCourse;
beforeEach(() => {
  course = makeCourse();
});
afterEach(() => course.remove());

async function hint(...args: string[]): Promise<string> {
  const { context, out, err } = makeWorld(course.root);
  expect(await run(args, context)).toBe(0);
  expect(err).toEqual([]);
  return out.join('\n');
}

test('says one hint more each time, up to three', async () => {
  expect(await hint('1', '2')).toBe(
    'lab-01, step 2: Echo\nThat is the service.\n\n1. uno\n\n2 more: npm run hint lab-01 2',
  );
  expect(await hint('1', '2')).toContain('1. uno\n2. due\n\n1 more: npm run hint lab-01 2');
  expect(await hint('1', '2')).toContain('3. tre\n\nThat was the last hint for this step.');
  expect(await hint('1', '2')).toContain('3. tre\n\nThere is no further hint.');
  expect(await hint('1', '1')).toContain('1. one\n\n2 more');
});

test('is about step 1 when nothing is known, and about the failing step when something is', async () => {
  expect(await hint('1')).toContain('step 1: Listen');
  const result = { points: 1, maxPoints: 2, at: '2026-01-01T20:00:00.000Z', failingSteps: [2] };
  await recordResult(findLab('1', course.root), 'content', { verdict: 'fail', ...result }, course.root);
  expect(await hint('1')).toContain('step 2: Echo');
});

test('knows no other step', async () => {
  const { context } = makeWorld(course.root);
  await expect(run(['1', '7'], context)).rejects.toThrow(
    new UsageError('lab-01 has no step "7". Steps: 1 Listen · 2 Echo'),
  );
});
