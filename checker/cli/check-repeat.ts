/** `npm run check lab-05 -- --repeat 20`: the same lab again and again, for what fails only sometimes. */
import type { Lab } from '../course/course.ts';
import type { RunResult } from '../run/result.ts';
import type { CheckOptions } from './check.ts';
import { type Context, EXIT } from './context.ts';
import { type Engine, exitCodeOf, grade } from './grading.ts';
import { writeJUnit } from './junit-file.ts';
import { jsonOf, reportOf } from './look.ts';

/** Every run draws a new seed, unless `--seed` names one. Shows the first run that did not pass in full. */
export async function checkRepeatedly(
  lab: Lab,
  options: CheckOptions,
  runs: number,
  context: Context,
  engine: Engine,
): Promise<number> {
  const say = options.json ? () => {} : context.out;
  const results: RunResult[] = [];
  const notices = new Set<string>();
  do {
    const { result, record } = await grade(lab, options, context, engine);
    const isFirstFailure = result.verdict !== 'pass' && results.every(({ verdict }) => verdict === 'pass');
    results.push(result);
    say(`run ${String(results.length).padStart(String(runs).length)} of ${runs}: ${lineOf(result)}`);
    if (isFirstFailure) say(await reportOf(result, options, context));
    for (const notice of await record()) notices.add(notice);
  } while (results.length < runs && !context.outClosed());
  if (options.json) {
    const { toJsonRepeat } = await import('../report/json.ts');
    context.out(jsonOf(toJsonRepeat(results, { evidence: options.trace, trace: options.trace })));
  } else {
    const passed = results.filter(({ verdict }) => verdict === 'pass').length;
    say(`${passed} of ${results.length} runs passed`);
  }
  const written = await writeJUnit(results, options, context);
  for (const notice of notices) context.err(notice);
  return Math.max(written ? EXIT.passed : EXIT.broken, ...results.map(exitCodeOf));
}

function lineOf({ verdict, points, maxPoints, seed, durationMs }: RunResult): string {
  return `${verdict}  ${points} of ${maxPoints} points  seed ${seed}  ${(durationMs / 1000).toFixed(1)} s`;
}
