import prompts from 'prompts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findLab, studentLabs } from '../course/course.ts';
import { contentOf, recordResult } from '../course/progress.ts';
import { chooseLab } from './menu.ts';
import { makeCourse, type TestCourse } from './test-course.ts';

vi.mock('prompts', () => ({ default: vi.fn() }));

let course: TestCourse;
beforeEach(() => {
  course = makeCourse();
});
afterEach(() => course.remove());

test('starts at the first lab that is not passed', async () => {
  const first = findLab('1', course.root);
  const result = {
    verdict: 'pass',
    points: 2,
    maxPoints: 2,
    at: new Date().toISOString(),
    failingSteps: [],
  } as const;
  const content = contentOf(first, studentLabs(course.root));
  await recordResult(first, content, { ...result, failingSteps: [] }, course.root);
  vi.mocked(prompts).mockImplementation(async (question) => {
    const { choices, initial } = question as {
      choices: { title: string; value: unknown }[];
      initial: number;
    };
    expect(choices.map(({ title }) => title)).toEqual([
      'lab-01  TCP echo  (passed)',
      'lab-03  UDP echo',
      'lab-04  Framing',
    ]);
    return { lab: choices[initial]!.value };
  });
  expect((await chooseLab(course.root))?.id).toBe('lab-03');
});

test('is left without a lab', async () => {
  vi.mocked(prompts).mockResolvedValue({});
  expect(await chooseLab(course.root)).toBeUndefined();
});
