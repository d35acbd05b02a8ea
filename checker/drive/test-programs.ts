/** For the tests of the drivers: small programs, given as JavaScript, and a bounded wait. */

import { studentEnvironment } from './drive.ts';
import { processRow } from './processes.ts';
import type { Launch, Program } from './program.ts';
import { sleep, waitUntil } from './waiting.ts';

/** How to run a piece of JavaScript (CommonJS) as a student's program would be run. */
export function script(code: string, env: Record<string, string> = {}): Launch {
  return {
    command: process.execPath,
    args: ['-e', code],
    env: studentEnvironment(env),
    cwd: process.cwd(),
    label: 'your program',
  };
}

/** A script that stays for ever, idle. */
export const IDLE = 'setInterval(() => {}, 1e6);';

/** Wait until `done()` holds; false when it did not within `limitMs` (generous: two cores serve many tests). */
export function eventually(done: () => boolean, limitMs = 10_000): Promise<boolean> {
  return waitUntil(done, () => sleep(10), limitMs);
}

/** What the program wrote to stdout, once that has a line end in it. */
export async function firstLine(program: Program, limitMs = 10_000): Promise<string> {
  await waitUntil(
    () => program.stdout.text().includes('\n') || program.exit !== undefined,
    () => Promise.race([program.stdout.change(), program.exited]),
    limitMs,
  );
  return program.stdout.text().split('\n')[0] ?? '';
}

/** Whether a process is there and has not ended; one whose end nobody has asked about does not count. */
export function runs(pid: number): boolean {
  const row = processRow(pid);
  return row !== undefined && row.state !== 'Z';
}
