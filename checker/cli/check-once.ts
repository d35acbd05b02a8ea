/** `npm run check lab-05`: one run, its report, and what comes next. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TypeAdviceRequest } from '../build/type-advice.ts';
import { type Lab, labFolderIn, listLabs } from '../course/course.ts';
import { asTyped } from '../course/subject.ts';
import type { TypeAdvice } from '../run/result.ts';
import type { CheckOptions } from './check.ts';
import { type Context, EXIT } from './context.ts';
import { type Engine, exitCodeOf, grade } from './grading.ts';
import { writeJUnit } from './junit-file.ts';
import { jsonOf, look, reportOf } from './look.ts';

/** How long a student at a terminal waits for the compiler, once the report stands there. */
const ADVICE_PATIENCE_MS = 1000;

export async function checkOnce(
  lab: Lab,
  options: CheckOptions,
  context: Context,
  engine: Engine,
): Promise<number> {
  // The compiler runs beside the checks. Machines read verdicts; advice is for people.
  const wantsAdvice = options.command === undefined && !options.json;
  const types = wantsAdvice
    ? await engine.startTypeAdvice(typeAdviceRequest(lab, options, context))
    : undefined;
  let advice: TypeAdvice[] | undefined;
  types?.result.then((found) => {
    advice = found;
  });
  try {
    const { result, record } = await grade(lab, options, context, engine);
    if (options.json) {
      const { toJson } = await import('../report/json.ts');
      context.out(jsonOf(toJson(result, { evidence: options.trace, trace: options.trace })));
    } else {
      context.out(await reportOf(result, options, context, advice));
      if (result.verdict === 'pass') sayWhatIsNext(lab, options, context);
    }
    const written = await writeJUnit([result], options, context);
    for (const notice of await record()) context.err(notice);
    // Of a program that cannot be run at all the compiler would only say the same.
    const isWorthWaiting = context.terminal && result.problems.length === 0;
    if (types !== undefined && advice === undefined && isWorthWaiting) {
      const late = await Promise.race([types.result, sleep(ADVICE_PATIENCE_MS, [])]);
      if (late.length > 0) {
        const { renderTypeAdvice } = await import('../report/terminal.ts');
        context.out(`\n${renderTypeAdvice(late, look(context))}`);
      }
    }
    return written ? exitCodeOf(result) : EXIT.broken;
  } finally {
    types?.cancel();
  }
}

function typeAdviceRequest(lab: Lab, { subject }: CheckOptions, { root }: Context): TypeAdviceRequest {
  return {
    files: lab.files.map((file) => join(labFolderIn(subject.labsFolder, lab), file)),
    cacheFolder: join(root, '.barewire', 'types'),
  };
}

/** After a pass of the student's own files: the next lab, and where to begin reading. */
function sayWhatIsNext(lab: Lab, { subject, command }: CheckOptions, context: Context): void {
  if (!subject.own && command === undefined) return;
  const labs = listLabs(context.root);
  const next = labs[labs.findIndex(({ id }) => id === lab.id) + 1];
  if (next === undefined) {
    context.out('That was the last lab there is.');
    return;
  }
  const readme = `${asTyped(labFolderIn(subject.labsFolder, next), context.standingIn)}/README.md`;
  context.out(`Next: ${next.id}, ${next.title}. Begin with ${readme}`);
}
