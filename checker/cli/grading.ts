/** What all ways of `check` share: run a lab's checks, remember the result, turn it into an exit code. */
import type { TypeAdviceRequest, TypeAdviceRun } from '../build/type-advice.ts';
import type { Lab } from '../course/course.ts';
import { contentOf, recordResult } from '../course/progress.ts';
import type { CheckResult, RunResult } from '../run/result.ts';
import type { RunRequest } from '../run/run.ts';
import type { CheckOptions } from './check.ts';
import { type Context, EXIT } from './context.ts';
import { standInsFor } from './stand-ins.ts';

/** What runs the checks; tests bring another one. */
export interface Engine {
  runLab: (request: RunRequest) => Promise<RunResult>;
  startTypeAdvice: (request: TypeAdviceRequest) => Promise<TypeAdviceRun>;
}

export const theEngine: Engine = {
  // Loaded late: a usage error must not wait for the bundler.
  runLab: async (request) => (await import('../run/run.ts')).runLab(request),
  startTypeAdvice: async (request) => (await import('../build/type-advice.ts')).startTypeAdvice(request),
};

export interface Graded {
  result: RunResult;
  /** Remember the result, if it is one of the student's own files. Returns lines for her. */
  record: () => Promise<string[]>;
}

/** Run a lab's checks, or those selected, once. The files are read at the beginning; what is recorded belongs to them. */
export async function grade(
  lab: Lab,
  options: CheckOptions,
  context: Context,
  engine: Engine,
  selection: Pick<RunRequest, 'only' | 'replay'> = {},
): Promise<Graded> {
  const { subject, command, own, seed, bail } = options;
  const content = contentOf(lab, subject.labsFolder);
  // A program in another language imports nothing of ours.
  const standIns =
    command === undefined
      ? await standInsFor(lab, subject, context.root, own)
      : { folders: new Map<string, string>(), notices: [] };
  const result = await engine.runLab({
    lab,
    labsFolder: subject.labsFolder,
    subject: command === undefined ? `${subject.name}/${lab.folder}` : command.join(' '),
    ...(command === undefined ? {} : { command, commandFolder: context.standingIn }),
    standIns: standIns.folders,
    ...(seed === undefined ? {} : { seed }),
    bail,
    keepExchanges: true,
    root: context.root,
    ...selection,
  });
  result.notices.push(...standIns.notices);
  for (const check of result.checks) if (check.replay !== null) check.replay += whose(options);
  const kept = subject.own && command === undefined && result.verdict !== 'error';
  return {
    result,
    record: async () => (kept ? recordResult(lab, content, summaryOf(result), context.root) : []),
  };
}

/** The options without which a replay would be of other programs. */
function whose({ subject, command, own }: CheckOptions): string {
  const text = command?.map((part) => (/[\s'"]/.test(part) ? `'${part}'` : part)).join(' ');
  if (text !== undefined) return ` --cmd "${text}"`;
  const folder = /\s/.test(subject.name) ? `"${subject.name}"` : subject.name;
  return `${subject.own ? '' : ` --labs ${folder}`}${own ? ' --own' : ''}`;
}

/** The exit code that a run comes to; of several runs, the highest counts. */
export function exitCodeOf(result: RunResult): number {
  return { pass: EXIT.passed, fail: EXIT.notPassed, error: EXIT.broken }[result.verdict];
}

function summaryOf(result: RunResult) {
  const failing = result.checks.filter(isFailing).map((check) => check.step);
  return {
    verdict: result.verdict === 'pass' ? ('pass' as const) : ('fail' as const),
    points: result.points,
    maxPoints: result.maxPoints,
    at: new Date().toISOString(),
    failingSteps: [...new Set(failing)].sort((a, b) => a - b),
  };
}

function isFailing(check: CheckResult): boolean {
  return check.level !== 'advice' && !['pass', 'not-run', 'skipped'].includes(check.verdict);
}
