/** For the tests of the whole engine: a server program, given as text or as a command, through the checks of lab 01. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findLab, repositoryRoot, solutionFolder } from '../course/course.ts';
import { sleep } from '../drive/waiting.ts';
import type { CheckResult, RunResult } from '../run/result.ts';
import { type RunRequest, runLab } from '../run/run.ts';

export const lab01 = findLab('lab-01');

/** Folder of the programs that these tests grade. */
export const PROGRAMS = join(repositoryRoot, 'checker', 'proof', 'programs');

/** Grade a server.ts; `program` is its text, or a command that stands in for it. */
export function tryServer(program: string | string[], options: Partial<RunRequest> = {}): Promise<RunResult> {
  const text = typeof program === 'string' ? { overrides: serverText(program) } : { command: program };
  return runLab({
    lab: lab01,
    labsFolder: join(repositoryRoot, 'solutions'),
    subject: 'a program of the tests',
    ...text,
    ...options,
  });
}

/** Whether a right server still comes to a pass: the next run after a bad one. */
export async function nextRunWorks(): Promise<boolean> {
  const result = await tryServer(readFileSync(join(solutionFolder(lab01), 'server.ts'), 'utf8'), {
    only: ['lab-01/echo-first'],
  });
  return result.verdict === 'pass';
}

export function checkIn(result: RunResult, id: string): CheckResult {
  const check = result.checks.find((candidate) => candidate.id === id);
  if (check === undefined)
    throw new Error(`${id} is not among ${result.checks.map((each) => each.id).join(', ')}`);
  return check;
}

/**
 * Processes that runs of the checker process `pid` have started and that are still there after at most `limitMs`.
 * Only Linux tells; elsewhere none is found.
 */
export async function leftOf(pid: number, limitMs = 5000): Promise<number[]> {
  for (let waitedMs = 0; ; waitedMs += 25) {
    const left = withEnvironment(`BAREWIRE_RUN=${pid}-`);
    if (left.length === 0 || waitedMs >= limitMs) return left;
    await sleep(25);
  }
}

/** Pids of all processes with an entry in their environment that begins so. */
export function withEnvironment(beginning: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && environmentOf(pid).some((entry) => entry.startsWith(beginning)));
}

function serverText(text: string): Map<string, string> {
  return new Map([[join(solutionFolder(lab01), 'server.ts'), text]]);
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    return [];
  }
}
