import { afterEach, beforeEach, expect, test } from 'vitest';
import { findLab, studentLabs } from '../course/course.ts';
import { contentOf, recordResult } from '../course/progress.ts';
import { run } from './labs.ts';
import { makeCourse, makeWorld, type TestCourse } from './test-course.ts';

let course: TestCourse;
beforeEach(() => {
  course = makeCourse();
});
afterEach(() => course.remove());

async function map(): Promise<string[]> {
  const { context, out, err } = makeWorld(course.root);
  expect(await run([], context)).toBe(0);
  expect(err).toEqual([]);
  return out.join('\n').split('\n');
}

async function record(name: string, points: number): Promise<void> {
  const lab = findLab(name, course.root);
  const verdict = points === 2 ? 'pass' : 'fail';
  const result = { verdict, points, maxPoints: 2, at: new Date().toISOString(), failingSteps: [] } as const;
  await recordResult(
    lab,
    contentOf(lab, studentLabs(course.root)),
    { ...result, failingSteps: [] },
    course.root,
  );
}

test('a new clone is untouched, and begins at the first lab', async () => {
  expect((await map()).slice(1)).toEqual([
    expect.stringMatching(/^▶ · lab-01 /),
    expect.stringMatching(/^ {2}· lab-03 /),
    expect.stringMatching(/^ {2}· lab-04 /),
  ]);
});

test('shows what is passed, begun, and changed since it passed', async () => {
  await record('1', 2);
  await record('3', 2);
  course.write('labs/lab-03-udp-echo/server.ts', 'one more idea');
  course.write('labs/lab-04-framing/framing.ts', 'a first idea');
  expect((await map()).slice(1)).toEqual([
    expect.stringMatching(/^ {2}✓ lab-01 .* passed +2 of 2 points$/),
    expect.stringMatching(/^▶ ~ lab-03 .* changed since it passed/),
    expect.stringMatching(/^ {2}… lab-04 .* started$/),
  ]);
  await record('3', 1);
  expect((await map())[2]).toMatch(/changed since it passed +1 of 2 points$/);
});

test('a damaged record is said once, and the map is there', async () => {
  course.write('.barewire/progress.json', '{');
  const { context, out, err } = makeWorld(course.root);
  await run([], context);
  expect(out).toHaveLength(1);
  expect(err).toEqual([expect.stringMatching(/^the record of your progress was damaged/)]);
});
