import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from '../course/usage-error.ts';
import { run } from './reset.ts';
import { makeCourse, makeWorld, type TestCourse } from './test-course.ts';

let course: TestCourse;
beforeEach(() => {
  course = makeCourse();
});
afterEach(() => course.remove());

const STARTER = '// the starter of lab-03/server.ts\n';
const text = (path: string) => readFileSync(join(course.root, path), 'utf8');
const folder = 'labs/lab-03-udp-echo';

test('puts the starter back and keeps what was there', async () => {
  const { context, out } = makeWorld(course.root);
  course.write(`${folder}/server.ts`, 'mine');
  expect(await run(['3'], context)).toBe(0);
  expect(out).toEqual([
    `${folder}/server.ts is the starter again; your file is kept as ${folder}/server.ts.backup-1`,
    `${folder}/client.ts is the starter already: nothing to do`,
  ]);
  expect(text(`${folder}/server.ts`)).toBe(STARTER);
  expect(text(`${folder}/server.ts.backup-1`)).toBe('mine');
});

test('never overwrites a backup', async () => {
  const { context, out } = makeWorld(course.root, { standingIn: join(course.root, folder) });
  for (const mine of ['first', 'second', 'third']) {
    course.write(`${folder}/server.ts`, mine);
    await run(['lab-03', 'server.ts'], context);
  }
  expect(out.at(-1)).toBe('server.ts is the starter again; your file is kept as server.ts.backup-3');
  expect([1, 2, 3].map((number) => text(`${folder}/server.ts.backup-${number}`))).toEqual([
    'first',
    'second',
    'third',
  ]);
});

test('resets only the file that is named, by any path to it', async () => {
  const { context, out } = makeWorld(course.root);
  course.write(`${folder}/server.ts`, 'mine');
  course.write(`${folder}/client.ts`, 'mine too');
  await run(['3', `${folder}/client.ts`], context);
  expect(out).toHaveLength(1);
  expect(text(`${folder}/server.ts`)).toBe('mine');
});

test('brings a deleted file and a deleted folder back', async () => {
  const { context, out } = makeWorld(course.root);
  rmSync(join(course.root, folder, 'server.ts'));
  await run(['3', 'server.ts'], context);
  expect(out).toEqual([`${folder}/server.ts is the starter again; there was no file before`]);
  expect(readdirSync(join(course.root, folder)).some((name) => name.includes('backup'))).toBe(false);
});

test('knows no other file', async () => {
  const { context } = makeWorld(course.root);
  await expect(run(['3', 'sever.ts'], context)).rejects.toThrow(
    new UsageError('lab-03 has no starter "sever.ts". Did you mean server.ts? Files: server.ts, client.ts.'),
  );
  expect(existsSync(join(course.root, folder, 'sever.ts'))).toBe(false);
});
