/** `npm run labs`: the map of the course, and where the student stands on it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Lab, labFolderIn, listLabs, starterFolder, studentLabs } from '../course/course.ts';
import {
  contentOf,
  currentLab,
  hasPassed,
  lastResult,
  loadProgress,
  type Progress,
} from '../course/progress.ts';
import type { LabRow } from '../report/labs-map.ts';
import { readArguments } from './arguments.ts';
import { type Context, EXIT, type Syntax } from './context.ts';
import { look } from './look.ts';

export const syntax = {
  command: 'labs',
  summary: 'the map of the course with your progress',
  positionals: [],
  options: {},
} as const satisfies Syntax;

export async function run(args: string[], context: Context): Promise<number> {
  readArguments(syntax, args, context);
  const labs = listLabs(context.root);
  const { progress, notices } = await loadProgress(context.root);
  const current = currentLab(labs, progress, studentLabs(context.root));
  const rows = labs.map((lab) => rowOf(lab, progress, lab === current, context.root));
  const { renderLabs } = await import('../report/labs-map.ts');
  context.out(renderLabs(rows, look(context)));
  for (const notice of notices) context.err(notice);
  return EXIT.passed;
}

function rowOf(lab: Lab, progress: Progress, current: boolean, root: string): LabRow {
  const results = progress[lab.id]?.results ?? {};
  const result = results[contentOf(lab, studentLabs(root))] ?? lastResult(progress, lab);
  return {
    id: lab.id,
    title: lab.title,
    part: lab.part,
    hours: lab.hours,
    state: stateOf(lab, progress, root),
    // A program that could not be run has no points to show, not none out of none.
    points: result?.points,
    maxPoints: result?.maxPoints || undefined,
    current,
  };
}

function stateOf(lab: Lab, progress: Progress, root: string): LabRow['state'] {
  if (hasPassed(progress, lab, studentLabs(root))) return 'passed';
  const results = Object.values(progress[lab.id]?.results ?? {});
  if (results.some(({ verdict }) => verdict === 'pass')) return 'changed since it passed';
  return results.length > 0 || differsFromStarter(lab, root) ? 'started' : 'untouched';
}

function differsFromStarter(lab: Lab, root: string): boolean {
  const own = labFolderIn(studentLabs(root), lab);
  return lab.files.some((file) => {
    const starter = join(starterFolder(lab, root), file);
    return (
      existsSync(starter) &&
      existsSync(join(own, file)) &&
      !readFileSync(starter).equals(readFileSync(join(own, file)))
    );
  });
}
