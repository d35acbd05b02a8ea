import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Lab } from './course.ts';
import {
  contentOf,
  currentLab,
  hasPassed,
  lastResult,
  loadProgress,
  type Result,
  recordHint,
  recordResult,
} from './progress.ts';

let root: string;
let file: string;
let lockFile: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'barewire-progress-'));
  file = join(root, '.barewire', 'progress.json');
  lockFile = join(root, '.barewire', 'progress.lock');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function lab(number: number): Lab {
  const id = `lab-${String(number).padStart(2, '0')}`;
  return {
    id,
    slug: 'x',
    folder: `${id}-x`,
    title: 'X',
    part: 'Part I',
    programs: { server: 'server.ts' },
    modules: [],
    given: [],
    files: ['server.ts', 'more.ts'],
    imports: [],
    needs: [],
    hours: 1,
    reads: [],
  };
}

function result(points: number, minute = 0): Result {
  const at = new Date(Date.UTC(2026, 0, 1, 20, minute)).toISOString();
  return {
    verdict: points === 9 ? 'pass' : 'fail',
    points,
    maxPoints: 9,
    at,
    failingSteps: points === 9 ? [] : [2],
  };
}

test('begins empty, and writes nothing while nothing happens', async () => {
  expect(await loadProgress(root)).toEqual({ progress: {}, notices: [] });
  expect(existsSync(join(root, '.barewire'))).toBe(false);
});

test('remembers results, the best points and hints', async () => {
  expect(await recordResult(lab(1), 'a', result(7), root)).toEqual([]);
  expect(await recordResult(lab(1), 'b', result(4, 1), root)).toEqual([]);
  expect(await recordHint(lab(1), 2, 2, root)).toEqual([]);
  expect(await recordHint(lab(1), 2, 1, root)).toEqual([]);
  const { progress } = await loadProgress(root);
  expect(progress['lab-01']).toEqual({
    bestPoints: 7,
    results: { a: result(7), b: result(4, 1) },
    hints: { '2': 2 },
  });
  expect(lastResult(progress, lab(1))).toEqual(result(4, 1));
  expect(lastResult(progress, lab(2))).toBeUndefined();
  expect(JSON.parse(readFileSync(file, 'utf8')).schema).toBe('barewire/progress/v1');
  expect(readdirSync(join(root, '.barewire'))).toEqual(['progress.json']);
});

test('forgets the oldest contents of a lab', async () => {
  for (let minute = 0; minute < 33; minute++)
    await recordResult(lab(1), `c${minute}`, result(1, minute), root);
  const { progress } = await loadProgress(root);
  const kept = Object.keys(progress['lab-01']!.results);
  expect(kept).toHaveLength(30);
  expect(kept).not.toContain('c2');
  expect(kept).toContain('c3');
});

describe('the content of the files', () => {
  const labs = () => join(root, 'labs');
  const write = (name: string, text: string) => writeFileSync(join(labs(), 'lab-01-x', name), text);
  beforeEach(() => mkdirSync(join(labs(), 'lab-01-x'), { recursive: true }));

  test('has one name, and another after every change', () => {
    const seen = [contentOf(lab(1), labs())];
    write('server.ts', '');
    seen.push(contentOf(lab(1), labs()));
    write('server.ts', 'ab');
    seen.push(contentOf(lab(1), labs()));
    write('server.ts', 'a');
    write('more.ts', 'b');
    seen.push(contentOf(lab(1), labs()));
    expect(new Set(seen).size).toBe(4);
    write('notes.ts', "not one of the lab's files");
    expect(contentOf(lab(1), labs())).toBe(seen[3]);
  });

  test('decides which lab is the current one', async () => {
    const all = [lab(1), lab(2)];
    const current = async () => currentLab(all, (await loadProgress(root)).progress, labs())?.id;
    write('server.ts', 'right');
    expect(await current()).toBe('lab-01');
    await recordResult(lab(1), contentOf(lab(1), labs()), result(9), root);
    expect(await current()).toBe('lab-02');
    write('server.ts', 'broken again');
    expect(await current()).toBe('lab-01');
    await recordResult(lab(1), contentOf(lab(1), labs()), result(3), root);
    write('server.ts', 'right');
    expect(hasPassed((await loadProgress(root)).progress, lab(1), labs())).toBe(true);
    await recordResult(lab(2), contentOf(lab(2), labs()), result(9), root);
    expect(await current()).toBeUndefined();
  });
});

describe('a damaged file', () => {
  test.each([
    '',
    '{ "schema": "barewire/pro',
    'null',
    '{ "schema": "barewire/progress/v9", "labs": {} }',
    '{ "schema": "barewire/progress/v1", "labs": { "lab-01": 3 } }',
    '{ "schema": "barewire/progress/v1", "labs": { "lab-01": { "bestPoints": 1, "hints": {}, "results": { "a": {} } } } }',
  ])('is set aside with one line: %j', async (text) => {
    mkdirSync(join(root, '.barewire'));
    writeFileSync(file, text);
    const { progress, notices } = await loadProgress(root);
    expect(progress).toEqual({});
    expect(notices).toHaveLength(1);
    const aside = /is kept as \.barewire\/(\S+), and a new one begins$/.exec(notices[0]!)?.[1];
    expect(readFileSync(join(root, '.barewire', aside!), 'utf8')).toBe(text);
    expect(await loadProgress(root)).toEqual({ progress: {}, notices: [] });
  });

  test('does not lose the result that is being recorded', async () => {
    mkdirSync(join(root, '.barewire'));
    writeFileSync(file, 'damaged');
    const notices = await recordResult(lab(1), 'a', result(9), root);
    expect(notices[0]).toMatch(/damaged/);
    expect((await loadProgress(root)).progress['lab-01']!.bestPoints).toBe(9);
  });
});

test('a folder that cannot be written costs one line and nothing else', async () => {
  writeFileSync(join(root, '.barewire'), 'a file where the folder should be');
  expect(await loadProgress(root)).toEqual({ progress: {}, notices: [] });
  const notices = await recordResult(lab(1), 'a', result(9), root);
  expect(notices).toHaveLength(1);
  expect(notices[0]).toMatch(/^your progress is not kept: /);
});

describe('a lock that was left behind', () => {
  beforeEach(() => mkdirSync(join(root, '.barewire')));

  test('by a process that is dead is taken over at once', async () => {
    const dead = spawn(process.execPath, ['-e', '']);
    await new Promise((done) => dead.on('exit', done));
    writeFileSync(lockFile, `${dead.pid} token`);
    const begin = Date.now();
    expect(await recordHint(lab(1), 1, 1, root)).toEqual([]);
    expect(Date.now() - begin).toBeLessThan(2000);
  });

  test('more than 5 s ago is taken over although its pid lives', async () => {
    writeFileSync(lockFile, `${process.pid} token`);
    const sixSecondsAgo = Date.now() / 1000 - 6;
    utimesSync(lockFile, sixSecondsAgo, sixSecondsAgo);
    expect(await recordHint(lab(1), 1, 1, root)).toEqual([]);
    expect(existsSync(lockFile)).toBe(false);
  });

  test('is waited for while its holder lives', async () => {
    writeFileSync(lockFile, `${process.pid} token`);
    const recorded = recordHint(lab(1), 1, 1, root);
    await sleep(200);
    expect(existsSync(file)).toBe(false);
    rmSync(lockFile);
    expect(await recorded).toEqual([]);
    expect(existsSync(file)).toBe(true);
  });
});

/** Another process that records hints for a lab, step 1 to `steps`. */
function writer(number: number, steps: number): ChildProcess {
  const code = `
    import { recordHint } from ${JSON.stringify(new URL('./progress.ts', import.meta.url).href)};
    console.log('begins');
    for (let step = 1; step <= ${steps}; step++) {
      const notices = await recordHint(${JSON.stringify(lab(number))}, step, 1, ${JSON.stringify(root)});
      if (notices.length > 0) throw new Error(notices.join());
    }`;
  const script = join(root, `writer-${number}.mts`);
  writeFileSync(script, code);
  return spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

const exitOf = (child: ChildProcess) =>
  new Promise((done) => child.on('exit', (code, signal) => done(code ?? signal)));

test('three processes that write at once lose nothing', async () => {
  const exits = [writer(1, 40), writer(2, 40), writer(3, 40)].map(exitOf);
  expect(await Promise.all(exits)).toEqual([0, 0, 0]);
  const { progress } = await loadProgress(root);
  for (const id of ['lab-01', 'lab-02', 'lab-03']) expect(Object.keys(progress[id]!.hints)).toHaveLength(40);
});

test('a kill in the middle of writing leaves a whole file, and the next writer goes on', async () => {
  // A long file makes the writing itself the likely moment of the kill.
  for (let number = 5; number < 60; number++) await recordHint(lab(number), 1, 1, root);
  for (let round = 0; round < 6; round++) {
    const child = writer(1, 100_000);
    const exited = exitOf(child);
    await new Promise((done) => child.stdout!.once('data', done));
    await sleep(20 + 17 * round);
    child.kill('SIGKILL');
    await exited;
    const { progress, notices } = await loadProgress(root);
    expect(notices).toEqual([]);
    expect(Object.keys(progress).length).toBeGreaterThanOrEqual(55);
    expect(await recordHint(lab(2), round + 1, 1, root)).toEqual([]);
  }
  expect(Object.keys((await loadProgress(root)).progress['lab-02']!.hints)).toHaveLength(6);
  expect(readdirSync(join(root, '.barewire'))).toEqual(['progress.json']);
});
