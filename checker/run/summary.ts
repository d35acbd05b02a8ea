/** What the checks of a run come to, all together. */
import type { Suite } from './check.ts';
import { type CheckResult, type Problem, type RunResult, VERDICTS, type Verdict } from './result.ts';
import type { RunRequest } from './run.ts';

/** The result of a run in which these checks came to these results. */
export function summary(
  { lab, subject }: RunRequest,
  { steps }: Suite,
  seed: string,
  checks: CheckResult[],
  durationMs: number,
): RunResult {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  for (const check of checks) counts[check.verdict] += 1;
  const total = (pick: (check: CheckResult) => number): number =>
    checks.reduce((sum, check) => sum + pick(check), 0);
  return {
    schema: 'barewire/check/v1',
    lab: lab.id,
    title: lab.title,
    subject,
    verdict: overall(checks),
    seed,
    durationMs: Math.round(durationMs),
    points: total((check) => check.points),
    maxPoints: total((check) => check.maxPoints),
    counts,
    sealed: { total: 0, run: 0 },
    steps: steps.map(({ number, title }) => ({ number, title })),
    checks,
    problems: [],
    notices: [],
  };
}

/** The result of a run in which no check could be started, for the student's files cannot be run. */
export function cannotRun(
  request: RunRequest,
  suite: Suite,
  seed: string,
  problems: Problem[],
  durationMs: number,
): RunResult {
  const graded = suite.checks.filter(({ level }) => level !== 'advice');
  const maxPoints = graded.reduce((sum, check) => sum + (check.points ?? 1), 0);
  return { ...summary(request, suite, seed, [], durationMs), verdict: 'fail', maxPoints, problems };
}

/** A run in which no graded check passed or failed has shown nothing: that is the machine's fault, never a pass. */
function overall(checks: CheckResult[]): RunResult['verdict'] {
  const graded = checks.filter((check) => check.level !== 'advice' && check.verdict !== 'not-run');
  if (graded.some((check) => check.verdict === 'error')) return 'error';
  if (graded.some((check) => check.verdict !== 'pass')) return 'fail';
  return graded.length === 0 ? 'error' : 'pass';
}
