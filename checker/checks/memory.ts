/** How much memory a server takes while a client does not do its part. */
import type { ServerProgram } from '../drive/server-program.ts';
import { sleep } from '../drive/waiting.ts';
import type { Judge } from '../run/judge.ts';
import type { Evidence } from '../run/result.ts';

export const MIB = 1024 * 1024;
/** What a server that keeps everything would do with the garbage of the moment before. */
const PAUSE_MS = 100;

/** Resident bytes. */
export function memoryOf({ program }: ServerProgram): number {
  return program.usage()?.residentBytes ?? 0;
}

export interface Growth {
  /** What it had before. */
  level: number;
  bound: number;
  /** Waits until nothing moves any more, and calls `each` meanwhile. */
  stalled: (each: () => void) => Promise<void>;
  symptom: string;
  /** For sentences: `a client read nothing`. */
  what: string;
  evidence: () => Partial<Evidence>;
}

/** The server's memory must stay within `bound` of `level` until nothing moves any more, and a moment longer. */
export async function expectGrowthWithin(judge: Judge, server: ServerProgram, growth: Growth): Promise<void> {
  const { level, bound, symptom, what } = growth;
  let peak = 0;
  const look = (): void => {
    peak = Math.max(peak, memoryOf(server));
  };
  await growth.stalled(look);
  await sleep(PAUSE_MS);
  look();
  const grown = Math.max(0, peak - level);
  judge.trace.note(`${what}; memory grew by ${mib(grown)} (from ${mib(level)})`);
  const evidence = { ...growth.evidence(), actual: `${mib(grown)} more` };
  if (server.program.exit !== undefined) {
    const { program } = server;
    judge.crash(`your server ended (${program.describeExit()}) while ${what}`, 'crashed', program, evidence);
  }
  if (grown > bound) judge.fail(`memory grew by ${mib(grown)} while ${what}`, symptom, evidence);
  judge.observe();
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}
