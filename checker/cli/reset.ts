/** `npm run reset`: the pristine starter back in place, and nothing of the student's lost. */
import { constants, copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { closest } from '../course/closest.ts';
import { findLab, type Lab, labFolderIn, starterFolder, studentLabs } from '../course/course.ts';
import { asTyped } from '../course/subject.ts';
import { UsageError } from '../course/usage-error.ts';
import { readArguments } from './arguments.ts';
import { type Context, EXIT, type Syntax } from './context.ts';

export const syntax = {
  command: 'reset',
  summary: 'put the starter of a lab back; your files are kept as backups',
  positionals: ['<lab>', '[file]'],
  options: {},
} as const satisfies Syntax;

export async function run(args: string[], context: Context): Promise<number> {
  const { positionals } = readArguments(syntax, args, context);
  const lab = findLab(positionals[0]!, context.root);
  for (const file of filesToReset(lab, positionals[1], context.root)) {
    context.out(resetFile(file, lab, context));
  }
  return EXIT.passed;
}

function filesToReset(lab: Lab, named: string | undefined, root: string): string[] {
  const files = [...lab.files, ...lab.given];
  if (named === undefined) return files;
  const file = named.split(/[/\\]/).at(-1)!;
  if (existsSync(join(starterFolder(lab, root), file))) return [file];
  const meant = closest(file, files);
  const suggestion = meant === undefined ? '' : ` Did you mean ${meant}?`;
  throw new UsageError(
    `${lab.id} has no starter ${JSON.stringify(named)}.${suggestion} Files: ${files.join(', ')}.`,
  );
}

/** @returns the line that says what was done */
function resetFile(file: string, lab: Lab, context: Context): string {
  const starter = join(starterFolder(lab, context.root), file);
  const own = join(labFolderIn(studentLabs(context.root), lab), file);
  const name = asTyped(own, context.standingIn);
  if (existsSync(own) && readFileSync(own).equals(readFileSync(starter))) {
    return `${name} is the starter already: nothing to do`;
  }
  const backup = existsSync(own) ? backUp(own) : undefined;
  mkdirSync(dirname(own), { recursive: true });
  copyFileSync(starter, own);
  if (backup === undefined) return `${name} is the starter again; there was no file before`;
  return `${name} is the starter again; your file is kept as ${asTyped(backup, context.standingIn)}`;
}

/** Copy to the first free `server.ts.backup-N`; a name that is free now may be taken a moment later. */
function backUp(file: string): string {
  for (let number = 1; ; number++) {
    const backup = `${file}.backup-${number}`;
    try {
      copyFileSync(file, backup, constants.COPYFILE_EXCL);
      return backup;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
