/** `npm run bench`: how fast the references and the student's own code are beside real peers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabBench, Subject } from '../bench/bench.ts';
import { findLab, type Lab, labFolderIn, starterFolder } from '../course/course.ts';
import { findSubject } from '../course/subject.ts';
import { UsageError } from '../course/usage-error.ts';
import { readArguments } from './arguments.ts';
import { type Context, EXIT, type Syntax } from './context.ts';
import { jsonOf, look } from './look.ts';
import { standInsFor } from './stand-ins.ts';

export const syntax = {
  command: 'bench',
  summary: 'speed beside real peers: the references, and your own files once you have begun',
  positionals: ['[lab]'],
  options: {
    labs: { value: 'DIR', what: 'measure the files of the labs folder DIR beside the references' },
    json: { what: 'one JSON document on standard output (with npm run -s) and nothing else' },
  },
} as const satisfies Syntax;

export async function run(args: string[], context: Context): Promise<number> {
  const { positionals, values } = readArguments(syntax, args, context);
  const [name] = positionals;
  const { FULL_EFFORT, LABS_WITH_BENCH, runBench, toDocument } = await import('../bench/bench.ts');
  const labs = (name === undefined ? LABS_WITH_BENCH : [name]).map((each) => findLab(each, context.root));
  const without = labs.find(({ id }) => !LABS_WITH_BENCH.includes(id));
  if (without !== undefined) {
    throw new UsageError(`${without.id} has no bench. Labs with one: ${LABS_WITH_BENCH.join(', ')}.`);
  }
  const measured: LabBench[] = [];
  for (const lab of labs) {
    const { subject, notices } = await subjectOf(lab, values.labs, context);
    const bench = await runBench({
      lab,
      subject,
      root: context.root,
      effort: FULL_EFFORT,
      onProgress: values.json ? () => {} : (line) => context.err(`${lab.id}  ${line}`),
    });
    measured.push({ ...bench, notes: [...bench.notes, ...notices] });
  }
  const document = toDocument(measured);
  const { renderBench } = await import('../report/bench.ts');
  context.out(values.json ? jsonOf(document) : renderBench(document, look(context)));
  return measured.every(({ refused }) => refused.length === 0) ? EXIT.passed : EXIT.notPassed;
}

/** Whose files run beside the references: those that were named, or the student's own once they are no starters. */
async function subjectOf(
  lab: Lab,
  named: string | undefined,
  context: Context,
): Promise<{ subject: Subject | undefined; notices: string[] }> {
  const found = findSubject(named, context);
  const isReference = found.labsFolder === join(context.root, 'solutions');
  if (isReference || (named === undefined && !hasBegun(lab, found.labsFolder, context.root))) {
    return { subject: undefined, notices: [] };
  }
  const { folders, notices } = await standInsFor(lab, found, context.root);
  return {
    subject: { name: found.own ? 'yours' : found.name, labsFolder: found.labsFolder, standIns: folders },
    notices,
  };
}

function hasBegun(lab: Lab, labsFolder: string, root: string): boolean {
  return lab.files.some(
    (file) =>
      textOf(join(labFolderIn(labsFolder, lab), file)) !== textOf(join(starterFolder(lab, root), file)),
  );
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
