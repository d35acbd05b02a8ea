/** What this machine has for measuring. */
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Whether a process can be kept on a core of its own. */
export function canPin(): boolean {
  return (
    process.platform === 'linux' && availableParallelism() > 1 && answersTo('taskset', ['-V'], /taskset/)
  );
}

/** Whether a program is there, by what it prints about itself. */
export function answersTo(command: string, args: string[], pattern: RegExp): boolean {
  try {
    return pattern.test(execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }));
  } catch (error) {
    // wrk -v prints its version and ends with 1.
    return pattern.test(String((error as { stdout?: string }).stdout ?? ''));
  }
}
