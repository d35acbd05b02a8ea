/**
 * Which check runs when: those that share a server one after another, those that start their own beside them; none
 * before the checks that it needs. Where nothing but a module is shared there may be several of it.
 */
import type { Check } from './check.ts';
import type { CheckResult } from './result.ts';
import { unrun } from './run-check.ts';

/** How many checks with programs of their own run at once: most of their time is waiting, and two cores are busy with it. */
const LANES = 5;

export interface Schedule {
  checks: Check[];
  /** Stop starting checks after the first graded one that did not pass. */
  bail: boolean;
  /** False: run every check whatever became of those that it needs. */
  heedNeeds: boolean;
  /** How many checks that share something run at once, each with what its lane shares. */
  sharedLanes: number;
  /** @param lane  from 0 */
  runOne: (check: Check, lane: number) => Promise<CheckResult>;
}

/**
 * Run all; the results are in the order of the checks.
 *
 * @throws Error when a check needs one that is not before it: it would be waited for without an end
 */
export async function runAll(schedule: Schedule): Promise<CheckResult[]> {
  const { checks, bail, heedNeeds, sharedLanes, runOne } = schedule;
  for (const [index, { id, needs = [] }] of checks.entries()) {
    const later = needs.find((need) => checks.slice(index).some((other) => other.id === need));
    if (later !== undefined) throw new Error(`${id} needs ${later}, which is not before it`);
  }
  const results = new Map<string, Promise<CheckResult>>();
  const settled = new Map<string, (result: CheckResult) => void>();
  for (const check of checks) {
    results.set(check.id, new Promise((resolve) => settled.set(check.id, resolve)));
  }
  let bailedAt: string | undefined;

  const runNext = async (check: Check, lane: number): Promise<void> => {
    const unmet = heedNeeds ? await firstUnmet(check, results) : undefined;
    let result: CheckResult;
    if (unmet !== undefined) result = unrun(check, 'skipped', `needs ${unmet}, which did not pass`);
    else if (bailedAt !== undefined)
      result = unrun(check, 'skipped', `not started: --bail stopped at ${bailedAt}`);
    else result = await runOne(check, lane);
    if (bail && check.level !== 'advice' && !['pass', 'not-run', 'skipped'].includes(result.verdict))
      bailedAt ??= check.id;
    settled.get(check.id)?.(result);
  };

  const work = async (queue: Check[], lane: number): Promise<void> => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) await runNext(check, lane);
  };
  const lanes = (queue: Check[], number: number): Promise<void>[] =>
    Array.from({ length: number }, (_, lane) => work(queue, lane));
  const shared = checks.filter((check) => (check.program ?? 'shared') === 'shared');
  const own = checks.filter((check) => check.program === 'own');
  await Promise.all([...lanes(shared, sharedLanes), ...lanes(own, LANES)]);
  return Promise.all(checks.map((check) => results.get(check.id)!));
}

/** The checks named, and all that they need, in the suite's order. */
export function withNeeds(checks: Check[], ids: readonly string[]): Check[] {
  const wanted = new Set(ids);
  // A check needs earlier ones only, so one pass from the end finds all.
  for (const check of [...checks].reverse()) {
    if (wanted.has(check.id)) for (const need of check.needs ?? []) wanted.add(need);
  }
  return checks.filter((check) => wanted.has(check.id));
}

/** The first check that this one needs and that did not pass; one that cannot run here stands in nobody's way. */
async function firstUnmet(
  check: Check,
  results: Map<string, Promise<CheckResult>>,
): Promise<string | undefined> {
  for (const need of check.needs ?? []) {
    const result = await results.get(need);
    if (result !== undefined && result.verdict !== 'pass' && result.verdict !== 'not-run') return need;
  }
  return undefined;
}
