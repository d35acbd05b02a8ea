/** Parsers beside a peer: everybody reads the same cases, is held against what the peer reads, and is timed in turns. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from '../build/bundle.ts';
import type { Drive } from '../drive/drive.ts';
import type { BenchTable, LabBench } from '../report/bench.ts';
import type { Bench, BenchRequest, Effort } from './bench.ts';
import { rotated, rowOf } from './figures.ts';
import { Worker } from './worker.ts';

/** Importing and reading a case takes some ms; a parser that hangs is not waited for. */
const LIMIT_MS = 10_000;

/** What the process behind a contestant understands; see the `parser-main.ts` of each lab. */
export type ParserRequest<Case> =
  /** `bundle` is the URL of the lab's module; without one it is the peer. */
  | { type: 'load'; bundle?: string }
  /** @returns what was read, as numbers by name: the same for everybody who reads it right */
  | { type: 'counts'; case: Case }
  /** @returns nanoseconds per message */
  | { type: 'time'; case: Case; ms: number };

/** Files of the solutions under another name: texts that stand in for what they hold. */
export interface Reference {
  who: string;
  overrides?: ReadonlyMap<string, string>;
}

export interface ParserBench<Case> {
  title: string;
  notes: string[];
  /** The process behind each contestant, in the bench room: `lab-05-http-request/parser-main`. */
  program: string;
  peer: string;
  /** The lab's module. */
  module: { file: string; exports: string[] };
  references: (request: BenchRequest) => Reference[];
  cases: { name: string; case: Case }[];
  /** What is read, in the plural: `requests`. */
  messages: string;
  figure: string;
  ratio: string;
}

interface Contestant {
  who: string;
  worker: Worker;
}

const ask = <T, Case>({ worker }: Contestant, request: ParserRequest<Case>, limitMs = LIMIT_MS): Promise<T> =>
  worker.ask<T>(request, limitMs);

export function parserBench<Case>(bench: ParserBench<Case>): Bench {
  return {
    title: bench.title,
    run: async (request, drive) => {
      const { contestants, refused } = await meet(bench, request, drive);
      const { length } = bench.cases;
      request.onProgress(
        `${contestants.map(({ who }) => who).join(', ')}: ${length} cases, ${request.effort.rounds} rounds`,
      );
      const table = await measure(bench, contestants, request);
      return { tables: [table], notes: bench.notes, refused };
    },
  };
}

/** Everybody who reads the cases right, the peer first. */
async function meet<Case>(
  bench: ParserBench<Case>,
  request: BenchRequest,
  drive: Drive,
): Promise<{ contestants: Contestant[]; refused: LabBench['refused'] }> {
  const { lab, root, subject } = request;
  const { file, exports } = bench.module;
  const peer = await enter(bench, drive, bench.peer);
  await ask(peer, { type: 'load' });
  const right: object[] = [];
  for (const each of bench.cases) right.push(await ask(peer, { type: 'counts', case: each.case }));
  const contestants = [peer];
  const refused: LabBench['refused'] = [];
  const solutions = join(root, 'solutions');
  const entries = [
    ...bench.references(request).map((reference) => ({ ...reference, labsFolder: solutions })),
    ...(subject === undefined ? [] : [{ who: subject.name, labsFolder: subject.labsFolder }]),
  ];
  for (const [index, { who, ...source }] of entries.entries()) {
    const built = await build({
      ...source,
      labFolder: lab.folder,
      keepNames: false,
      entries: [file],
      allowedImports: lab.imports,
      exporting: [{ file, exports }],
      outputFolder: join(drive.folder, `contestant-${index}`),
    });
    if (!built.ok) {
      refused.push({ who, why: 'it cannot be run', problems: built.problems });
      continue;
    }
    const contestant = await enter(bench, drive, who);
    try {
      await ask(contestant, { type: 'load', bundle: pathToFileURL(built.bundles.get(file)!).href });
      await holdAgainst(right, bench, contestant);
      contestants.push(contestant);
    } catch (error) {
      // It may be in a loop that does not end, and would take the time of the others.
      await contestant.worker.stop();
      refused.push({ who, why: (error as Error).message, problems: [] });
    }
  }
  return { contestants, refused };
}

async function enter<Case>({ program }: ParserBench<Case>, drive: Drive, who: string): Promise<Contestant> {
  // Node warns of the binding to llhttp, which is not documented; --expose-gc lets each turn begin with a young heap.
  const nodeOptions = ['--expose-gc', '--no-deprecation'];
  return { who, worker: await Worker.start(drive, { program, nodeOptions }) };
}

/** @throws Error in one line when it does not read what the peer reads */
async function holdAgainst<Case>(
  right: readonly object[],
  { cases, messages }: ParserBench<Case>,
  contestant: Contestant,
): Promise<void> {
  for (const [index, each] of cases.entries()) {
    const counts = await ask<{ [what: string]: number }, Case>(contestant, {
      type: 'counts',
      case: each.case,
    });
    for (const [what, expected] of Object.entries(right[index]!)) {
      const actual = counts[what];
      if (actual === expected) continue;
      throw new Error(
        `it does not read the ${messages} right (${each.name}: ${what} ${actual}, expected ${expected})`,
      );
    }
  }
}

async function measure<Case>(
  { cases, figure, ratio }: ParserBench<Case>,
  contestants: Contestant[],
  { effort, onProgress }: BenchRequest,
): Promise<BenchTable> {
  const rows = [];
  for (const { name, case: each } of cases) {
    rows.push(rowOf(name, await measureCase(each, contestants, effort), (own, peer) => peer / own));
    onProgress(name);
  }
  return { figure, ratio, rows };
}

async function measureCase<Case>(
  each: Case,
  contestants: Contestant[],
  { rounds, sliceMs, warmUpMs }: Effort,
) {
  const time = (contestant: Contestant, ms: number) =>
    ask<number, Case>(contestant, { type: 'time', case: each, ms }, ms + LIMIT_MS);
  const samples = contestants.map((contestant) => ({ ...contestant, values: [] as number[] }));
  for (const contestant of contestants) await time(contestant, warmUpMs);
  for (let round = 0; round < rounds; round += 1) {
    for (const own of rotated(samples, round)) own.values.push(await time(own, sliceMs));
  }
  return samples;
}
