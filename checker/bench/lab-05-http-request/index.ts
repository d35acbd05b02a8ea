/** lab-05: parsers of requests beside llhttp. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from '../../build/bundle.ts';
import { solutionFolder } from '../../course/course.ts';
import type { Drive } from '../../drive/drive.ts';
import type { BenchTable, LabBench } from '../../report/bench.ts';
import type { Bench, BenchRequest, Effort } from '../bench.ts';
import { rotated, rowOf } from '../figures.ts';
import { Worker } from '../worker.ts';
import type { Request } from './parser-main.ts';
import { CASES, type Case, type Counts, nameOf } from './workloads.ts';

/** Importing and reading 256 requests takes some ms; a parser that hangs is not waited for. */
const LIMIT_MS = 10_000;

interface Contestant {
  who: string;
  worker: Worker;
}

const ask = <T>({ worker }: Contestant, request: Request, limitMs = LIMIT_MS): Promise<T> =>
  worker.ask<T>(request, limitMs);

export default {
  title: 'Parsers of HTTP/1.1 requests beside llhttp, the one of Node',
  run: async (request, drive) => {
    const { contestants, refused } = await meet(request, drive);
    request.onProgress(
      `${contestants.map(({ who }) => who).join(', ')}: ${CASES.length} cases, ${request.effort.rounds} rounds`,
    );
    const table = await measure(contestants, request);
    return { tables: [table], notes: NOTES, refused };
  },
} satisfies Bench;

const NOTES = [
  'Everybody makes strings of method, target, names and values. Each has a process of its own; they take turns.',
];

/** Everybody who reads the workloads right, the peer first. */
async function meet(
  request: BenchRequest,
  drive: Drive,
): Promise<{ contestants: Contestant[]; refused: LabBench['refused'] }> {
  const { lab, root, subject } = request;
  const reference = solutionFolder(lab, root);
  const plain = join(reference, 'parser.ts');
  const fast = new Map([[plain, readFileSync(join(reference, 'fast-parser.ts'), 'utf8')]]);
  const peer = await enter(drive, 'llhttp');
  await load(peer);
  const right: Counts[] = [];
  for (const each of CASES) right.push(await ask<Counts>(peer, { type: 'counts', case: each }));
  const contestants = [peer];
  const refused: LabBench['refused'] = [];
  const solutions = join(root, 'solutions');
  const entries = [
    { who: 'parser.ts', labsFolder: solutions },
    { who: 'fast-parser.ts', labsFolder: solutions, overrides: fast },
    ...(subject === undefined ? [] : [{ who: subject.name, labsFolder: subject.labsFolder }]),
  ];
  for (const [index, { who, ...source }] of entries.entries()) {
    const built = await build({
      ...source,
      labFolder: lab.folder,
      entries: ['parser.ts'],
      allowedImports: lab.imports,
      exporting: [{ file: 'parser.ts', exports: ['RequestParser'] }],
      outputFolder: join(drive.folder, `contestant-${index}`),
    });
    if (!built.ok) {
      refused.push({ who, why: 'it cannot be run', problems: built.problems });
      continue;
    }
    const contestant = await enter(drive, who);
    try {
      await load(contestant, built.bundles.get('parser.ts'));
      await holdAgainst(right, contestant);
      contestants.push(contestant);
    } catch (error) {
      // It may be in a loop that does not end, and would take the time of the others.
      await contestant.worker.stop();
      refused.push({ who, why: (error as Error).message, problems: [] });
    }
  }
  return { contestants, refused };
}

async function enter(drive: Drive, who: string): Promise<Contestant> {
  // Node warns of the binding, which is not documented; --expose-gc lets each turn begin with a young heap.
  const worker = await Worker.start(drive, {
    program: 'lab-05-http-request/parser-main',
    nodeOptions: ['--expose-gc', '--no-deprecation'],
  });
  return { who, worker };
}

/** @param bundle  path of a module with a RequestParser; without one it is Node's own parser */
function load(contestant: Contestant, bundle?: string): Promise<void> {
  return ask(contestant, { type: 'load', ...(bundle && { bundle: pathToFileURL(bundle).href }) });
}

/** @throws Error in one line when it does not read what the peer reads */
async function holdAgainst(right: readonly Counts[], contestant: Contestant): Promise<void> {
  for (const [index, each] of CASES.entries()) {
    const counts = await ask<Counts>(contestant, { type: 'counts', case: each });
    for (const [what, expected] of Object.entries(right[index]!)) {
      const actual = counts[what as keyof Counts];
      if (actual === expected) continue;
      throw new Error(
        `it does not read the requests right (${nameOf(each)}: ${what} ${actual}, expected ${expected})`,
      );
    }
  }
}

async function measure(contestants: Contestant[], { effort, onProgress }: BenchRequest): Promise<BenchTable> {
  const rows = [];
  for (const each of CASES) {
    rows.push(await measureCase(each, contestants, effort));
    onProgress(nameOf(each));
  }
  return { figure: 'nanoseconds per request', ratio: 'times the speed of llhttp', rows };
}

async function measureCase(each: Case, contestants: Contestant[], { rounds, sliceMs, warmUpMs }: Effort) {
  const time = (contestant: Contestant, ms: number) =>
    ask<number>(contestant, { type: 'time', case: each, ms }, ms + LIMIT_MS);
  const samples = contestants.map((contestant) => ({ ...contestant, values: [] as number[] }));
  for (const contestant of contestants) await time(contestant, warmUpMs);
  for (let round = 0; round < rounds; round += 1) {
    for (const own of rotated(samples, round)) own.values.push(await time(own, sliceMs));
  }
  return rowOf(nameOf(each), samples, (own, peer) => peer / own);
}
