/** For the tests of the commands: a small course in a temporary folder, and a world to run commands in. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CheckResult, RunResult, Verdict } from '../run/result.ts';
import type { Context } from './context.ts';

export interface TestCourse {
  root: string;
  /** Writes a file below the root. */
  write: (path: string, text: string) => void;
  remove: () => void;
}

const LABS = [
  {
    id: 'lab-01',
    slug: 'tcp-echo',
    title: 'TCP echo',
    programs: { server: 'server.ts' },
    files: ['server.ts'],
  },
  {
    id: 'lab-03',
    slug: 'udp-echo',
    title: 'UDP echo',
    programs: { server: 'server.ts', client: 'client.ts' },
    files: ['server.ts', 'client.ts'],
  },
  {
    id: 'lab-04',
    slug: 'framing',
    title: 'Framing',
    module: { file: 'framing.ts', exports: ['LineDecoder'] },
    files: ['framing.ts'],
    needs: ['lab-01'],
  },
];

/** Three labs with their starters, `solutions/` beside them; the suite of lab-01 has two steps and two checks. */
export function makeCourse(): TestCourse {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'barewire-cli-')));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('package.json', '{ "type": "module" }');
  for (const lab of LABS) {
    const folder = `${lab.id}-${lab.slug}`;
    const identity = { part: 'Part I: transport', imports: [], needs: [], hours: 2, reads: [], ...lab };
    write(`labs/${folder}/lab.json`, JSON.stringify(identity));
    for (const file of lab.files) {
      for (const place of ['labs', 'solutions', 'checker/starters']) {
        write(`${place}/${folder}/${file}`, `// the starter of ${lab.id}/${file}\n`);
      }
    }
  }
  write('checker/checks/lab-01-tcp-echo/index.ts', `export default ${JSON.stringify(SUITE)};\n`);
  return { root, write, remove: () => rmSync(root, { recursive: true, force: true }) };
}

const SUITE = {
  lab: 'lab-01',
  steps: [
    { number: 1, title: 'Listen', why: 'Nobody can call otherwise.', hints: ['one', 'two', 'three'] },
    { number: 2, title: 'Echo', why: 'That is the service.', hints: ['uno', 'due', 'tre'] },
  ],
  checks: [{ id: 'lab-01/listens' }, { id: 'lab-01/echo-binary' }],
};

export interface World {
  context: Context;
  out: string[];
  err: string[];
}

/** A world without a terminal; `changes` make it another one. */
export function makeWorld(root: string, changes: Partial<Context> = {}): World {
  const out: string[] = [];
  const err: string[] = [];
  const context: Context = {
    root,
    standingIn: root,
    environment: {},
    platform: 'linux',
    terminal: false,
    colour: false,
    columns: undefined,
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    outClosed: () => false,
    ...changes,
  };
  return { context, out, err };
}

/** What a run of lab-01 comes to, with one check of this verdict in step 2. */
export function resultOf(verdict: Verdict, seed = '5eed'): RunResult {
  const points = verdict === 'pass' ? 2 : 1;
  const overall = verdict === 'pass' ? 'pass' : verdict === 'error' ? 'error' : 'fail';
  const counts = { pass: 1, fail: 0, timeout: 0, crash: 0, skipped: 0, 'not-run': 0, flaky: 0, error: 0 };
  counts[verdict] += 1;
  return {
    schema: 'barewire/check/v1',
    lab: 'lab-01',
    title: 'TCP echo',
    subject: 'labs/lab-01-tcp-echo',
    verdict: overall,
    seed,
    durationMs: 100,
    points,
    maxPoints: 2,
    counts,
    sealed: { total: 0, run: 0 },
    steps: SUITE.steps.map(({ number, title }) => ({ number, title })),
    checks: [checkOf('lab-01/listens', 1, 'pass'), checkOf('lab-01/echo-binary', 2, verdict)],
    problems: [],
    notices: [],
  };
}

function checkOf(id: string, step: number, verdict: Verdict): CheckResult {
  return {
    id,
    step,
    title: `The server does ${id}.`,
    rule: `README, step ${step}`,
    quote: 'It does so.',
    level: 'MUST',
    verdict,
    points: verdict === 'pass' ? 1 : 0,
    maxPoints: 1,
    durationMs: 1,
    message: verdict === 'pass' ? 'it did' : 'it did not',
    misconception: null,
    hint: null,
    replay: null,
    trace: [],
  };
}
