/** The course checks itself: what its folders, its READMEs, its checks and its proofs say about each other. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listLabs, repositoryRoot } from '../course/course.ts';
import type { Suite } from '../run/check.ts';
import { loadSuite } from '../run/run.ts';
import { sourcesOf } from './mutant.ts';
import { loadProof } from './prove.ts';

const labs = listLabs();

/** What lies in `solutions/` beside the files of a lab and their NOTES: another reference, and the parts of a larger one. */
const EXTRAS: { [lab: string]: string[] } = {
  'lab-05': ['fast-parser.ts'],
  'lab-06': ['connection.ts', 'lists.ts', 'request.ts', 'response.ts'],
  'lab-07': ['store.ts'],
  'lab-08': ['board.ts'],
};

test('there are labs', () => expect(labs.map(({ id }) => id)).toContain('lab-01'));

test.skipIf(!process.env.CI)('in CI the labs compile, their example tests included', () => {
  const compiler = join(repositoryRoot, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', repositoryRoot], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

describe.each(labs)('$id', (lab) => {
  const readme = read('labs', lab.folder, 'README.md');

  test('every room has its folder', () => {
    const needed = [
      ...lab.files.flatMap((file) => [`labs/${lab.folder}/${file}`, `solutions/${lab.folder}/${file}`]),
      ...[...lab.files, ...lab.given].map((file) => `checker/starters/${lab.folder}/${file}`),
      `labs/${lab.folder}/README.md`,
      `labs/${lab.folder}/example.test.ts`,
      `solutions/${lab.folder}/NOTES.md`,
    ];
    expect(needed.filter((path) => !existsSync(join(repositoryRoot, path)))).toEqual([]);
  });

  test('no stray file lies in the starters or the solutions', () => {
    expect(readdirSync(join(repositoryRoot, 'checker/starters', lab.folder)).sort()).toEqual(
      [...lab.files, ...lab.given].sort(),
    );
    expect(readdirSync(join(repositoryRoot, 'solutions', lab.folder)).sort()).toEqual(
      ['NOTES.md', ...lab.files, ...lab.given, ...(EXTRAS[lab.id] ?? [])].sort(),
    );
  });

  test.skipIf(!process.env.CI)("in CI the student's files are the pristine starters", () => {
    for (const file of [...lab.files, ...lab.given]) {
      expect(read('labs', lab.folder, file)).toBe(read('checker/starters', lab.folder, file));
    }
  });

  test('what a student is given is what the reference uses', () => {
    for (const file of lab.given)
      expect(read('checker/starters', lab.folder, file)).toBe(read('solutions', lab.folder, file));
  });

  test('each starter says what is to do, and names the lab', () => {
    for (const file of lab.files)
      expect(read('checker/starters', lab.folder, file)).toContain(`TODO(${lab.id})`);
  });

  test('the README has all the parts of a lab README', () => {
    const headings = [...readme.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([
      'The idea',
      'Read',
      'The contract',
      'Steps',
      'Try it by hand',
      'Done when',
      'Going further',
    ]);
    expect(readme).toContain(`npm run check ${lab.id}`);
  });

  test('the steps of the README are the steps of the suite', async () => {
    const { steps } = await loadSuite(lab);
    const inReadme = [...readme.matchAll(/^### (\d+)\. (.+)$/gm)].map(
      ([, number, title]) => `${number} ${title}`,
    );
    expect(steps.map(({ number, title }) => `${number} ${title}`)).toEqual(inReadme);
    expect(steps.length).toBeGreaterThanOrEqual(4);
    expect(steps.length).toBeLessThanOrEqual(10);
  });

  test('nothing is graded that does not stand in the README, word for word, or in an RFC that it cites', async () => {
    const { checks } = await loadSuite(lab);
    const hidden = checks.filter(({ rule, quote }) => {
      if (rule.startsWith('README, ')) return !plain(readme).includes(plain(quote));
      const document = /^RFC \d+/.exec(rule)?.[0];
      return document === undefined || !readme.includes(document);
    });
    expect(hidden.map(({ id, rule, quote }) => `${id}: ${rule}: ${quote}`)).toEqual([]);
  });

  test('a rule that names a part of the README stands in that part', async () => {
    const { checks } = await loadSuite(lab);
    const misplaced = checks.filter(
      ({ rule, quote }) =>
        rule.startsWith('README, ') &&
        !plain(partOf(readme, rule.slice('README, '.length))).includes(plain(quote)),
    );
    expect(misplaced.map(({ id, rule, quote }) => `${id}: ${rule}: ${quote}`)).toEqual([]);
  });

  test('the suite is well formed', async () => {
    const suite = await loadSuite(lab);
    expect(mistakesIn(suite, lab.id)).toEqual([]);
  });

  test('every step has three hints, none empty', async () => {
    const { steps } = await loadSuite(lab);
    for (const { hints, why } of steps) {
      expect(hints).toHaveLength(3);
      for (const text of [...hints, why]) expect(text.length).toBeGreaterThan(20);
    }
  });

  test('the proof is large enough, and every check is claimed by a mutant', async () => {
    const [proof, suite] = await Promise.all([loadProof(lab), loadSuite(lab)]);
    expect(proof.mutants.length).toBeGreaterThanOrEqual(15);
    expect(proof.variants.length).toBeGreaterThanOrEqual(5);
    const names = [...proof.mutants, ...proof.variants].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const claimed = new Set(proof.mutants.flatMap(({ killedBy }) => Object.keys(killedBy)));
    expect(suite.checks.map(({ id }) => id).filter((id) => !claimed.has(id))).toEqual([]);
    expect([...claimed].filter((id) => !suite.checks.some((check) => check.id === id))).toEqual([]);
  });

  test('every mutant and variant differs from the reference', async () => {
    const { mutants, variants } = await loadProof(lab);
    for (const program of [...mutants, ...variants]) {
      const sources = sourcesOf(lab, program);
      expect(sources.size, program.name).toBeGreaterThan(0);
      for (const [path, text] of sources) expect(text, program.name).not.toBe(readFileSync(path, 'utf8'));
    }
  });
});

function mistakesIn({ checks, steps, lab }: Suite, id: string): string[] {
  const mistakes: string[] = [];
  if (lab !== id) mistakes.push(`the suite is of ${lab}`);
  for (const [index, check] of checks.entries()) {
    const before = checks.slice(0, index);
    if (!new RegExp(`^${id}/[a-z0-9]+(-[a-z0-9]+)*$`).test(check.id)) mistakes.push(`${check.id}: not an id`);
    if (before.some((other) => other.id === check.id)) mistakes.push(`${check.id}: there are two of it`);
    if (!steps.some(({ number }) => number === check.step))
      mistakes.push(`${check.id}: no step ${check.step}`);
    for (const need of check.needs ?? []) {
      if (!before.some((other) => other.id === need))
        mistakes.push(`${check.id}: needs ${need}, which is not before it`);
    }
    if (check.step < (before.at(-1)?.step ?? 0)) mistakes.push(`${check.id}: out of order`);
  }
  for (const { number } of steps) {
    if (!checks.some(({ step }) => step === number)) mistakes.push(`step ${number} has no check`);
  }
  return mistakes;
}

/** The text of `the contract` or of `step 3`; empty where the README has no such part. */
function partOf(readme: string, name: string): string {
  const step = /^step (\d+)$/.exec(name)?.[1];
  if (step === undefined && name !== 'the contract') return '';
  const heading = step === undefined ? '## The contract\n' : `### ${step}. `;
  return readme.split(/^(?=###? )/m).find((part) => part.startsWith(heading)) ?? '';
}

/** Prose without its markup and line ends. */
function plain(text: string): string {
  return text.replaceAll(/[`*_]/g, '').replaceAll(/\s+/g, ' ');
}

function read(...path: string[]): string {
  return readFileSync(join(repositoryRoot, ...path), 'utf8');
}
