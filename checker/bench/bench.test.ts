import { mkdtempSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findLab, repositoryRoot } from '../course/course.ts';
import { type Effort, type LabBench, runBench, type Subject } from './bench.ts';
import { median, rotated, rowOf } from './figures.ts';

/** It is not speed that is tested here, so nobody is measured for long. */
const LEAST: Effort = { rounds: 1, sliceMs: 1, loadMs: 20, warmUpMs: 1 };

/** A labs folder with the starters in it. */
let labs: string;
beforeAll(async () => {
  labs = mkdtempSync(join(tmpdir(), 'barewire-bench-'));
  await cp(join(repositoryRoot, 'checker', 'starters'), labs, { recursive: true });
});
afterAll(() => rmSync(labs, { recursive: true, force: true }));

function bench(lab: string, subject?: Subject): Promise<LabBench> {
  const request = { lab: findLab(lab), subject, root: repositoryRoot, effort: LEAST, onProgress: () => {} };
  return runBench(request);
}

test('lab-05: everybody reads all of the workloads, and has a figure in each case', async () => {
  const { tables, refused } = await bench('lab-05', { name: 'mine', labsFolder: labs, standIns: new Map() });
  expect(refused).toEqual([
    { who: 'mine', why: expect.stringMatching(/^it does not read the requests right/), problems: [] },
  ]);
  expect(tables.flatMap(({ rows }) => rows.map((row) => row.case))).toHaveLength(9);
  for (const row of tables[0]!.rows) {
    expect(row.cells.map(({ who }) => who)).toEqual(['llhttp', 'parser.ts', 'fast-parser.ts']);
    for (const { median, min, max, ratio } of row.cells) {
      expect(Math.min(median, min, max, ratio)).toBeGreaterThan(0);
    }
  }
});

test('lab-06: everybody answers under load; a starter is left out with the reason', async () => {
  const { tables, refused } = await bench('lab-06', {
    name: 'mine',
    labsFolder: labs,
    standIns: new Map([['lab-05-http-request', join(repositoryRoot, 'solutions', 'lab-05-http-request')]]),
  });
  expect(refused).toEqual([{ who: 'mine', why: expect.stringMatching(/that is step 1/), problems: [] }]);
  for (const row of tables.flatMap(({ rows }) => rows)) {
    expect(row.cells.map(({ who }) => who)).toEqual([
      'node:http',
      'node:net',
      'http.ts',
      'http.ts on fast-parser.ts',
    ]);
    for (const { median } of row.cells) expect(median).toBeGreaterThan(0);
  }
});

test('lab-09: every event arrives at every reader; a starter is left out with the reason', async () => {
  const standIns = new Map(
    ['lab-05-http-request', 'lab-06-http-server'].map((lab) => [lab, join(repositoryRoot, 'solutions', lab)]),
  );
  const { tables, refused } = await bench('lab-09', { name: 'mine', labsFolder: labs, standIns });
  expect(refused).toEqual([{ who: 'mine', why: expect.any(String), problems: [] }]);
  expect(tables).toHaveLength(2);
  for (const row of tables.flatMap(({ rows }) => rows))
    expect(row.cells.map(({ who }) => who)).toEqual(['node:http', 'node:net', 'server.ts']);
});

test('lab-10: everybody reads all of the streams, and has a figure in each case', async () => {
  const { tables, refused } = await bench('lab-10', { name: 'mine', labsFolder: labs, standIns: new Map() });
  expect(refused).toEqual([
    { who: 'mine', why: expect.stringMatching(/^it does not read the events right/), problems: [] },
  ]);
  for (const row of tables[0]!.rows) {
    expect(row.cells.map(({ who }) => who)).toEqual(['eventsource-parser', 'event-stream-parser.ts']);
    for (const { median, ratio } of row.cells) expect(Math.min(median, ratio)).toBeGreaterThan(0);
  }
});

test('figures are medians beside the first', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  const samples = [
    { who: 'peer', values: [10, 30, 20] },
    { who: 'own', values: [5, 5, 6] },
  ];
  expect(rowOf('a case', samples, (own, peer) => peer / own).cells).toEqual([
    { who: 'peer', median: 20, min: 10, max: 30, ratio: 1 },
    { who: 'own', median: 5, min: 5, max: 6, ratio: 4 },
  ]);
});

test('each turn begins with another one', () => {
  expect([0, 1, 2, 3].map((round) => rotated(['a', 'b', 'c'], round).join(''))).toEqual([
    'abc',
    'bca',
    'cab',
    'abc',
  ]);
});
