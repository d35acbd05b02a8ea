import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { asTyped, findSubject, type Place } from './subject.ts';
import { UsageError } from './usage-error.ts';

let root: string;
let place: Place;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'barewire-subject-')));
  for (const labs of ['labs', 'solutions', 'class/ada']) {
    mkdirSync(join(root, labs, 'lab-01-tcp-echo'), { recursive: true });
  }
  mkdirSync(join(root, 'empty'));
  place = { root, standingIn: join(root, 'class') };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test("is the student's own labs when nothing is named", () => {
  expect(findSubject(undefined, place)).toEqual({
    labsFolder: join(root, 'labs'),
    name: '../labs',
    own: true,
  });
});

test('is looked for where the student stands', () => {
  expect(findSubject('ada', place)).toEqual({
    labsFolder: join(root, 'class', 'ada'),
    name: 'ada',
    own: false,
  });
});

test('is looked for in the repository after that', () => {
  expect(findSubject('solutions', place)).toMatchObject({ labsFolder: join(root, 'solutions'), own: false });
  expect(findSubject('solutions/', { root, standingIn: root }).name).toBe('solutions');
});

test.runIf(process.platform !== 'win32')('knows its own labs by another path', () => {
  symlinkSync(join(root, 'labs'), join(root, 'mine'));
  expect(findSubject('mine', place).own).toBe(true);
  expect(findSubject(join(root, 'labs'), place).own).toBe(true);
});

test.each([
  ['nowhere', 'there is no folder "nowhere" for --labs'],
  ['', '--labs needs the name of a folder, for example: --labs solutions'],
  ['empty', '"empty" holds no labs: --labs needs a folder with folders lab-NN-… in it'],
  ['labs/lab-01-tcp-echo', '--labs needs the folder around the labs, and "labs/lab-01-tcp-echo" is one lab'],
  ['file.txt', '--labs needs a folder that holds labs, and "file.txt" is a file'],
])('refuses %j in one line', (named, message) => {
  writeFileSync(join(root, 'file.txt'), '');
  expect(() => findSubject(named, place)).toThrow(new UsageError(message));
});

test('says how to get lost labs back', () => {
  rmSync(join(root, 'labs', 'lab-01-tcp-echo'), { recursive: true });
  expect(() => findSubject(undefined, place)).toThrow(/holds no folder lab-NN-…; `git checkout labs` brings/);
});

test('names a path as it would be typed', () => {
  expect(asTyped(root, root)).toBe('.');
  expect(asTyped(join(root, 'labs', 'a.ts'), root)).toBe('labs/a.ts');
  expect(asTyped(root, join(root, 'a', 'b', 'c'))).toBe(root.replaceAll('\\', '/'));
});
