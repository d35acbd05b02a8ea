/**
 * Before a student is blamed: the same check again, with the same inputs, on programs of its own; then the reference
 * on it. What passes the second time is flaky; what the reference fails too is our fault or the machine's.
 */
import { inLanes } from './lanes.ts';
import type { CheckResult } from './result.ts';
import { type CheckRun, isFailure, overruled } from './run-check.ts';

/** How the checker runs single checks again. */
export interface SecondLooks {
  /** Run these checks one after another on a program that nobody has used; the result of the last. */
  subject: (runs: readonly CheckRun[]) => Promise<CheckResult>;
  /** The same with the reference; undefined where there is none. */
  reference: ((runs: readonly CheckRun[]) => Promise<CheckResult>) | undefined;
}

/** How many checks are looked at again at once. */
const LANES = 3;
/** Symptoms that need no second look: ten seconds without a listening socket, and a limit far above every right use. */
const CERTAIN = new Set(['never-listened', 'broke-limit']);

/**
 * Look again at every failure.
 *
 * @param runs  all checks that were run
 * @returns the new results of those whose verdict does not stand, by the check's id
 */
export async function confirm(
  runs: readonly CheckRun[],
  looks: SecondLooks,
): Promise<Map<string, CheckResult>> {
  const doubtful = runs.filter(({ result, symptom }) => isFailure(result) && !CERTAIN.has(symptom ?? ''));
  const confirmed = await inLanes(doubtful, LANES, (run) => confirmOne(run, runs, looks));
  return new Map(confirmed.map((result) => [result.id, result]));
}

async function confirmOne(
  run: CheckRun,
  runs: readonly CheckRun[],
  looks: SecondLooks,
): Promise<CheckResult> {
  const { result } = run;
  const again = await looks.subject([run]);
  // On a fresh server it passes. Then what earlier checks left behind may be what it fails on.
  const before = runs.filter((other) => run.before.includes(other.result.id));
  if (
    again.verdict === 'pass' &&
    (before.length === 0 || !isFailure(await looks.subject([...before, run])))
  ) {
    return overruled(
      result,
      'flaky',
      `failed, then passed with the same seed. The first time: ${result.message}`,
    );
  }
  const ours = await looks.reference?.([run]);
  if (ours === undefined || ours.verdict === 'pass' || ours.verdict === 'not-run') return result;
  const message = `the checker or this machine failed, not your program: the reference fails here too (${ours.message})`;
  return overruled(result, 'error', message);
}
