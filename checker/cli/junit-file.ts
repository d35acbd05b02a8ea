import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RunResult } from '../run/result.ts';
import type { CheckOptions } from './check.ts';
import type { Context } from './context.ts';

/**
 * Write the JUnit report of `--junit`, if it was asked for.
 *
 * @returns false when it could not be written; a line on standard error has said so
 */
export async function writeJUnit(
  results: RunResult[],
  options: CheckOptions,
  context: Context,
): Promise<boolean> {
  if (options.junit === undefined) return true;
  const { toJUnit } = await import('../report/junit.ts');
  try {
    writeFileSync(resolve(context.standingIn, options.junit), toJUnit(results));
    return true;
  } catch (error) {
    context.err(`the JUnit report was not written: ${(error as Error).message}`);
    return false;
  }
}
