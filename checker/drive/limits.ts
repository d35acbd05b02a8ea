/** What a program may use before the checker stops it, so that a mistake never takes the machine down. */
import { openDescriptors, type ProcessRow, processTable, shareOfMemory, treeOf } from './processes.ts';
import type { Exit } from './program.ts';

export interface Limits {
  /** How long one program may run, in milliseconds. */
  wallMs: number;
  /** CPU time of the program and its descendants, in milliseconds. */
  cpuMs: number;
  /** Resident memory of the program and its descendants, in bytes. */
  memoryBytes: number;
  /** Bytes written to stdout and stderr together. */
  outputBytes: number;
  /** Open descriptors of one process. */
  descriptors: number;
  /** Processes of the program at once. */
  processes: number;
}

/**
 * Far above what a right solution needs (the heaviest reference uses 2 s of CPU time, 150 MiB and 210
 * descriptors; a server in C may have a process for each of 200 clients), far below what hurts the machine of a
 * student.
 */
export const DEFAULT_LIMITS: Limits = {
  wallMs: 120_000,
  cpuMs: 30_000,
  memoryBytes: 1024 * 1024 * 1024,
  outputBytes: 16 * 1024 * 1024,
  descriptors: 4096,
  processes: 400,
};

/** What can be looked at: a program that `Drive.spawn` started, or one in the terminal. */
export interface Watched {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  /** `performance.now()` at the start. */
  readonly startedAt: number;
  /** Undefined while it runs. */
  readonly exit: Exit | undefined;
  /** Stop it for good; `limit` reads as the end of a sentence about the program. */
  stopForLimit(limit: string): void;
}

/** A program that allocates without end gains about 100 MiB in 100 ms. Where `ps` must be asked, looking costs more. */
const LOOK_EVERY_MS = process.platform === 'linux' ? 100 : 500;

/** Look at the programs again and again; stop each that goes over. Returns what ends the looking. */
export function watchLimits(programs: ReadonlySet<Watched>, limits: Limits): () => void {
  const timer = setInterval(() => {
    if (programs.size === 0) return;
    const table = processTable();
    for (const program of programs) {
      const broken = brokenLimit(program, table, limits);
      if (broken !== undefined) program.stopForLimit(broken);
    }
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function brokenLimit(
  program: Watched,
  table: ReturnType<typeof processTable>,
  limits: Limits,
): string | undefined {
  if (program.pid === undefined || program.exit !== undefined) return undefined;
  if (performance.now() - program.startedAt > limits.wallMs)
    return `ran longer than ${limits.wallMs / 1000} s`;
  const tree = treeOf(program.pid, table);
  if (tree.reduce((total, { cpuMs }) => total + cpuMs, 0) > limits.cpuMs)
    return `used more than ${limits.cpuMs / 1000} s of CPU time`;
  if (exceedsMemory(tree, limits.memoryBytes)) {
    return `used more than ${limits.memoryBytes / 1024 / 1024} MiB of memory`;
  }
  if (tree.length > limits.processes) return `ran more than ${limits.processes} processes at once`;
  if (tree.some((row) => (openDescriptors(row.pid) ?? 0) > limits.descriptors)) {
    return `held more than ${limits.descriptors} descriptors open`;
  }
  return undefined;
}

/**
 * Pages that processes share are resident in each of them. Linux tells how many share them, which costs more, so it is
 * asked last. Elsewhere nobody tells, and the sum would blame a program with many children for memory that it has once:
 * there each process is held against the limit by itself.
 */
function exceedsMemory(tree: ProcessRow[], limitBytes: number): boolean {
  if (process.platform !== 'linux') return tree.some(({ residentBytes }) => residentBytes > limitBytes);
  const sum = (bytesOf: (row: ProcessRow) => number): number =>
    tree.reduce((total, row) => total + bytesOf(row), 0);
  return sum(({ residentBytes }) => residentBytes) > limitBytes && sum(shareOfMemory) > limitBytes;
}
