/** One run of one check: its conversation, and the verdict that comes of it. */
import type { Program } from '../drive/program.ts';
import type { Check } from './check.ts';
import { COMMON_HINTS } from './common-hints.ts';
import type { Inputs } from './exchange.ts';
import { CheckFailure, NotRun } from './failure.ts';
import { Judge } from './judge.ts';
import type { CheckResult, Evidence, Verdict } from './result.ts';
import type { Stage } from './stage.ts';

/** Every wait inside a check is bounded; this bounds their sum, for programs that answer drop by drop. */
const CHECK_LIMIT_MS = 60_000;

export interface CheckRun {
  result: CheckResult;
  /** What was drawn, to be kept when the check did not pass. */
  inputs: Inputs;
  /** Of a failure. */
  symptom: string | undefined;
  /** Ids of the checks that had used the same shared server or module before. */
  before: string[];
}

/**
 * @param seed      of the whole run
 * @param replayed  inputs of a kept exchange, used instead of drawing
 */
export async function runCheck(
  check: Check,
  stage: Stage,
  seed: string,
  replayed?: Inputs,
): Promise<CheckRun> {
  const shared = (check.program ?? 'shared') === 'shared';
  const judge = new Judge(stage, `${seed}/${check.id}`, shared, replayed);
  const before = shared ? stage.useShared(check.id) : [];
  const began = performance.now();
  const outcome = await settle(check, judge);
  const final = await leave(judge, shared ? stage : undefined, outcome);
  const result = makeResult(check, final, seed, judge, performance.now() - began);
  return { result, inputs: judge.inputs, symptom: final.symptom, before };
}

/** A verdict that blames the student's program. */
export function isFailure({ verdict }: CheckResult): boolean {
  return verdict === 'fail' || verdict === 'timeout' || verdict === 'crash';
}

/** The result of a check that was not run. */
export function unrun(check: Check, verdict: 'skipped' | 'not-run', message: string): CheckResult {
  return describe(check, { verdict, message }, 0);
}

/** The same result with another verdict, and why. */
export function overruled(result: CheckResult, verdict: 'flaky' | 'error', message: string): CheckResult {
  return { ...result, verdict, message, points: 0 };
}

interface Outcome {
  verdict: Verdict;
  message: string;
  symptom?: string;
  evidence?: Partial<Evidence>;
}

/** Clean up after the conversation. A shared server that it has ended is this check's doing; the next gets a new one. */
async function leave(judge: Judge, stage: Stage | undefined, outcome: Outcome): Promise<Outcome> {
  try {
    await judge.cleanUp();
    if (stage === undefined) return outcome;
    const dead = outcome.verdict === 'pass' ? await stage.deadServer() : undefined;
    if (outcome.verdict !== 'pass' || dead !== undefined) await stage.dropShared();
    return dead === undefined ? outcome : endedAfterwards(dead);
  } catch (error) {
    return broken(`after the check: ${(error as Error).message}`);
  }
}

function endedAfterwards(program: Program): Outcome {
  return {
    verdict: 'crash',
    message: `${program.label} ended (${program.describeExit()}) when the conversation was over`,
    symptom: program.brokenLimit === undefined ? 'crashed' : 'broke-limit',
    evidence: {
      accepted: ['a server that goes on for the next client'],
      actual: program.describeExit(),
      stderr: program.lastStderr(),
    },
  };
}

async function settle(check: Check, judge: Judge): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const overtime = new Promise<never>((_resolve, reject) => {
    const message = `the whole conversation took longer than ${CHECK_LIMIT_MS / 1000} s`;
    timer = setTimeout(
      () => reject(new CheckFailure('timeout', message, 'late', judge.evidence)),
      CHECK_LIMIT_MS,
    );
  });
  try {
    await Promise.race([check.run(judge), overtime]);
    if (judge.observations === 0) return broken('the check ended without having seen anything');
    return { verdict: 'pass', message: 'passed' };
  } catch (thrown) {
    if (thrown instanceof CheckFailure) return afterLimit(judge, thrown) ?? thrown;
    if (thrown instanceof NotRun) return { verdict: 'not-run', message: thrown.message };
    const error = thrown as Error;
    return broken(process.env.BAREWIRE_DEBUG === '1' ? (error.stack ?? error.message) : error.message);
  } finally {
    clearTimeout(timer);
  }
}

/** Where the checker stopped a program, all that the check saw is that: lost bytes, a reset, a refused connection. */
function afterLimit(judge: Judge, { symptom, evidence }: CheckFailure): Outcome | undefined {
  const stopped = judge.stoppedProgram();
  if (stopped === undefined || symptom === 'broke-limit') return undefined;
  const message = `the checker stopped ${stopped.label}: it ${stopped.brokenLimit}`;
  return { verdict: 'crash', message, symptom: 'broke-limit', evidence };
}

function broken(what: string): Outcome {
  return { verdict: 'error', message: `the checker or this machine failed, not your program: ${what}` };
}

function makeResult(
  check: Check,
  outcome: Outcome,
  seed: string,
  judge: Judge,
  durationMs: number,
): CheckResult {
  const result = describe(check, outcome, durationMs);
  result.trace = judge.trace.complete();
  if (outcome.verdict === 'pass' || outcome.verdict === 'not-run') return result;
  result.replay = `npm run replay ${check.id} -- --seed ${seed}`;
  if (outcome.evidence !== undefined) {
    result.evidence = { sent: [], accepted: [], actual: '', ...outcome.evidence };
  }
  return result;
}

function describe(check: Check, { verdict, message, symptom }: Outcome, durationMs: number): CheckResult {
  const maxPoints = check.level === 'advice' || verdict === 'not-run' ? 0 : (check.points ?? 1);
  const named = symptom !== undefined && (symptom in check.hints || symptom in COMMON_HINTS);
  return {
    id: check.id,
    step: check.step,
    title: check.title,
    rule: check.rule,
    quote: check.quote,
    level: check.level,
    verdict,
    points: verdict === 'pass' ? maxPoints : 0,
    maxPoints,
    durationMs: Math.round(durationMs),
    message,
    misconception: named ? symptom : null,
    hint:
      symptom === undefined ? null : (check.hints[symptom] ?? COMMON_HINTS[symptom] ?? check.hints.otherwise),
    replay: null,
    trace: [],
  };
}
