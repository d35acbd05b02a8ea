/** `npm run check all`: every lab that exists, one after another. */
import { listLabs } from '../course/course.ts';
import { UsageError } from '../course/usage-error.ts';
import type { RunResult } from '../run/result.ts';
import type { CheckOptions } from './check.ts';
import { type Context, EXIT } from './context.ts';
import { type Engine, exitCodeOf, grade } from './grading.ts';
import { writeJUnit } from './junit-file.ts';
import { jsonOf, reportOf } from './look.ts';

export async function checkAll(options: CheckOptions, context: Context, engine: Engine): Promise<number> {
  const labs = listLabs(context.root);
  if (labs.length === 0) throw new UsageError('this repository has no labs yet');
  const results: RunResult[] = [];
  const notices = new Set<string>();
  for (const lab of labs) {
    const { result, record } = await grade(lab, options, context, engine);
    results.push(result);
    if (!options.json) context.out(await reportOf(result, options, context));
    for (const notice of await record()) notices.add(notice);
    if (context.outClosed() || (options.bail && result.verdict !== 'pass')) break;
  }
  if (options.json) {
    const { toJsonAll } = await import('../report/json.ts');
    context.out(jsonOf(toJsonAll(results, { evidence: options.trace, trace: options.trace })));
  } else {
    context.out(summaryOf(results));
  }
  const written = await writeJUnit(results, options, context);
  for (const notice of notices) context.err(notice);
  return Math.max(written ? EXIT.passed : EXIT.broken, ...results.map(exitCodeOf));
}

function summaryOf(results: RunResult[]): string {
  const passed = results.filter(({ verdict }) => verdict === 'pass').length;
  const lines = results.map(
    ({ lab, verdict, points, maxPoints, title }) =>
      `${lab}  ${verdict.padEnd(5)}  ${String(points).padStart(3)} of ${String(maxPoints).padStart(3)} points  ${title}`,
  );
  return [...lines, `${passed} of ${results.length} ${results.length === 1 ? 'lab' : 'labs'} passed`].join(
    '\n',
  );
}
