/** `npm run hint`: one hint more about a step, from three. */
import { findLab, type Lab } from '../course/course.ts';
import { lastResult, loadProgress, type Progress, recordHint } from '../course/progress.ts';
import { UsageError } from '../course/usage-error.ts';
import type { Step, Suite } from '../run/check.ts';
import { loadSuite } from '../run/run.ts';
import { readArguments } from './arguments.ts';
import { type Context, EXIT, type Syntax } from './context.ts';

export const syntax = {
  command: 'hint',
  summary: 'the next hint for a step of a lab; each of the three says more',
  positionals: ['<lab>', '[step]'],
  options: {},
} as const satisfies Syntax;

export async function run(args: string[], context: Context): Promise<number> {
  const { positionals } = readArguments(syntax, args, context);
  const lab = findLab(positionals[0]!, context.root);
  const suite = await loadSuite(lab, context.root);
  const { progress, notices } = await loadProgress(context.root);
  const step = chooseStep(suite, lab, positionals[1], progress);
  const seen = progress[lab.id]?.hints[step.number] ?? 0;
  const level = Math.min(seen + 1, step.hints.length);
  context.out(hintText(lab, step, level, seen));
  const more = level > seen ? await recordHint(lab, step.number, level, context.root) : [];
  for (const notice of [...notices, ...more]) context.err(notice);
  return EXIT.passed;
}

/** The step that was named; else the first one with a failing check in the last result; else the first one. */
function chooseStep(suite: Suite, lab: Lab, named: string | undefined, progress: Progress): Step {
  const wanted = named ?? String(lastResult(progress, lab)?.failingSteps[0] ?? suite.steps[0]!.number);
  const step = suite.steps.find(({ number }) => String(number) === wanted);
  if (step !== undefined) return step;
  const steps = suite.steps.map(({ number, title }) => `${number} ${title}`).join(' · ');
  throw new UsageError(`${lab.id} has no step ${JSON.stringify(wanted)}. Steps: ${steps}`);
}

/** The new hint, below those that were seen before. */
function hintText(lab: Lab, step: Step, level: number, seen: number): string {
  const hints = step.hints.slice(0, level).map((hint, index) => `${index + 1}. ${hint}`);
  const left = step.hints.length - level;
  const again = `npm run hint ${lab.id} ${step.number}`;
  const last =
    seen < step.hints.length ? 'That was the last hint for this step.' : 'There is no further hint.';
  return [
    `${lab.id}, step ${step.number}: ${step.title}`,
    step.why,
    '',
    ...hints,
    '',
    left > 0 ? `${left} more: ${again}` : last,
  ].join('\n');
}
