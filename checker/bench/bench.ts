/** Speed beside real peers: what a bench is, and which labs have one. What comes out of one is in report/bench.ts. */
import { cpus } from 'node:os';
import type { Lab } from '../course/course.ts';
import { Drive } from '../drive/drive.ts';
import type { BenchDocument, LabBench } from '../report/bench.ts';

export type { LabBench } from '../report/bench.ts';

/** Somebody's lab beside the references. */
export interface Subject {
  /** As the report calls it: `labs`. */
  name: string;
  labsFolder: string;
  /** Folders that stand in for earlier labs, by the lab's folder name. */
  standIns: ReadonlyMap<string, string>;
}

export interface BenchRequest {
  lab: Lab;
  /** Undefined: the references only. */
  subject: Subject | undefined;
  root: string;
  effort: Effort;
  /** Called with a line for each step. */
  onProgress: (line: string) => void;
}

/** How long to measure. */
export interface Effort {
  /** How often everybody gets a turn in each case. */
  rounds: number;
  /** One turn of a parser, in ms. */
  sliceMs: number;
  /** One turn of a server under load, in ms. */
  loadMs: number;
  /** Before the first turn that counts, in ms. */
  warmUpMs: number;
}

/** Some 30 s a lab. */
export const FULL_EFFORT: Effort = { rounds: 9, sliceMs: 40, loadMs: 1000, warmUpMs: 250 };

export interface Bench {
  /** What is measured, and beside whom: the title of the report. */
  title: string;
  run: (request: BenchRequest, drive: Drive) => Promise<Pick<LabBench, 'tables' | 'notes' | 'refused'>>;
}

const BENCHES: { [lab: string]: () => Promise<Bench> } = {
  'lab-05': async () => (await import('./lab-05-http-request/index.ts')).default,
  'lab-06': async () => (await import('./lab-06-http-server/index.ts')).default,
  'lab-09': async () => (await import('./lab-09-sse-writer/index.ts')).default,
  'lab-10': async () => (await import('./lab-10-sse-client/index.ts')).default,
};

/** Ids of the labs that have a bench. */
export const LABS_WITH_BENCH = Object.keys(BENCHES);

/** Runs of minutes are no accident here; the bench itself is bounded by its effort. */
const LIMITS = { wallMs: 600_000, cpuMs: 300_000, descriptors: 16_384 };

/**
 * Measure one lab.
 *
 * @throws Error when the machine cannot: a peer is missing in this Node, a process cannot be started
 */
export async function runBench(request: BenchRequest): Promise<LabBench> {
  const began = performance.now();
  const load = BENCHES[request.lab.id];
  if (load === undefined) throw new Error(`${request.lab.id} has no bench`);
  const [bench, drive] = await Promise.all([load(), Drive.open(LIMITS)]);
  try {
    const measured = await bench.run(request, drive);
    return {
      lab: request.lab.id,
      title: bench.title,
      ...measured,
      durationMs: performance.now() - began,
    };
  } finally {
    await drive.close();
  }
}

export function toDocument(labs: LabBench[]): BenchDocument {
  const [{ model = 'unknown' } = {}, ...others] = cpus();
  return {
    schema: 'barewire/bench/v1',
    node: process.version,
    machine: `${model.trim()}, ${others.length + 1} cores`,
    labs,
  };
}
