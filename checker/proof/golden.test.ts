/**
 * Golden reports, one a verdict: what a student reads, letter by letter. After a change that is meant, record them
 * anew and look at the difference:
 *
 *     BAREWIRE_RECORD=1 npx vitest run checker/proof/golden
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { findLab, repositoryRoot } from '../course/course.ts';
import { renderReport } from '../report/terminal.ts';
import type { RunResult } from '../run/result.ts';
import { type RunRequest, runLab } from '../run/run.ts';
import { sourcesOf } from './mutant.ts';
import { loadProof } from './prove.ts';

const folder = fileURLToPath(new URL('./golden/', import.meta.url));
const madeUp = mkdtempSync(join(tmpdir(), 'barewire-golden-'));
afterAll(() => rmSync(madeUp, { recursive: true, force: true }));

test('pass', async () => expectGolden('pass', await runReference()));

// Of the real lab: a mutant for each verdict that a student's program comes to.
test.each([
  ['fail', 'text-round-trip', 'lab-01/echo-binary'],
  ['timeout', 'line-by-line', 'lab-01/echo-first'],
  ['skipped', 'fixed-reply', 'lab-01/echo-again'],
])('%s', async (verdict, mutant, check) => {
  const result = await runMutant(mutant, check);
  expect(result.checks.map(({ verdict: seen }) => seen)).toContain(verdict);
  expectGolden(verdict, result);
});

test('crash', async () => {
  const patches = [
    {
      file: 'server.ts',
      find: 'if (!socket.write(chunk)) socket.pause();',
      replace: 'process.exit(chunk ? 3 : 0);',
    },
  ];
  const overrides = sourcesOf(findLab('lab-01'), { name: 'exits-on-data', story: '', patches });
  expectGolden('crash', await run({ only: ['lab-01/echo-first'], overrides }));
});

// Of a made-up lab: what only machines and checkers do.
test.each([
  ['not-run', `lacks: () => 'this machine has no pseudo-terminal', run: async () => {}`],
  [
    'flaky',
    `run: async (judge) => {
      if (!globalThis.hasRun) { globalThis.hasRun = true; judge.fail('the answer was 41', 'otherwise', { accepted: ['42'], actual: '41' }); }
      judge.observe();
    }`,
  ],
  ['error', `run: async () => { throw new Error('the socket table could not be read'); }`],
])('%s', async (verdict, check) => {
  const result = await runMadeUp(check);
  expect(result.checks.map(({ verdict: seen }) => seen)).toContain(verdict);
  expectGolden(verdict, result);
});

function expectGolden(name: string, result: RunResult): void {
  const options = { colour: false, width: 100, trace: false, advice: [] };
  const text = `${renderReport(normalised(result), options)}\n`;
  const file = join(folder, `${name}.txt`);
  if (process.env.BAREWIRE_RECORD === '1') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, 'utf8'));
}

/** Without what differs from run to run: times and ports. */
function normalised(result: RunResult): RunResult {
  const withoutPorts = (text: string): string =>
    text.replace(/\bport \d{4,5}\b/g, 'port 50000').replace(/(127\.0\.0\.1):\d{4,5}/g, '$1:50000');
  const checks = result.checks.map((check) => ({
    ...check,
    message: withoutPorts(check.message),
    trace: check.trace.map((event, index) => ({ ...event, atMs: index, text: withoutPorts(event.text) })),
  }));
  return { ...result, durationMs: 1000, checks };
}

function runReference(): Promise<RunResult> {
  return run({ only: ['lab-01/echo-binary', 'lab-01/half-close-short'] });
}

async function runMutant(name: string, check: string): Promise<RunResult> {
  const lab = findLab('lab-01');
  const { mutants } = await loadProof(lab);
  const mutant = mutants.find((candidate) => candidate.name === name)!;
  return run({ only: [check], overrides: sourcesOf(lab, mutant) });
}

function run(request: Partial<RunRequest>): Promise<RunResult> {
  return runLab({
    lab: findLab('lab-01'),
    labsFolder: join(repositoryRoot, 'solutions'),
    subject: 'labs/lab-01-tcp-echo',
    seed: '7f3a2c',
    confirm: false,
    patienceMs: 0,
    ...request,
  });
}

/** A lab of two checks, one that passes and the one given; its program and its reference do nothing. */
async function runMadeUp(check: string): Promise<RunResult> {
  const root = mkdtempSync(join(madeUp, 'root-'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const common = `step: 1, rule: 'README, step 1', quote: 'It answers 42.', level: 'lab', program: 'own', hints: { otherwise: 'Count again.' }`;
  write('labs/lab-90-made-up/lab.json', JSON.stringify(IDENTITY));
  for (const place of ['labs', 'solutions']) write(`${place}/lab-90-made-up/server.ts`, 'export {};\n');
  write(
    'checker/checks/lab-90-made-up/index.ts',
    `export default {
      lab: 'lab-90',
      steps: [{ number: 1, title: 'Answer', why: '', hints: ['', '', ''] }],
      checks: [
        { id: 'lab-90/first', title: 'it is there', ${common}, run: async (judge) => judge.observe() },
        { id: 'lab-90/second', title: 'it answers 42', ${common}, ${check} },
      ],
    };`,
  );
  const lab = findLab('lab-90', root);
  return runLab({
    lab,
    root,
    labsFolder: join(root, 'labs'),
    subject: 'labs/lab-90-made-up',
    seed: '7f3a2c',
  });
}

const IDENTITY = {
  id: 'lab-90',
  slug: 'made-up',
  title: 'A made-up lab',
  part: 'Part I: transport',
  programs: { server: 'server.ts' },
  files: ['server.ts'],
  imports: [],
  needs: [],
  hours: 1,
  reads: [],
};
