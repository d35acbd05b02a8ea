/** `npm run example`: the visible tests of a lab, which the student extends. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findLab, labFolderIn, repositoryRoot } from '../course/course.ts';
import { asTyped, findSubject } from '../course/subject.ts';
import { readArguments } from './arguments.ts';
import { type Context, EXIT, type Syntax } from './context.ts';

export const syntax = {
  command: 'example',
  summary: "run a lab's visible tests; add your own to them",
  positionals: ['<lab>'],
  options: {
    labs: { value: 'DIR', what: 'run the tests of the labs folder DIR' },
  },
} as const satisfies Syntax;

export async function run(args: string[], context: Context): Promise<number> {
  const { positionals, values } = readArguments(syntax, args, context);
  const lab = findLab(positionals[0]!, context.root);
  const folder = labFolderIn(findSubject(values.labs, context).labsFolder, lab);
  const file = join(folder, 'example.test.ts');
  if (!existsSync(file)) {
    context.err(`there is no file ${asTyped(file, context.standingIn)}`);
    return EXIT.notPassed;
  }
  return runVitest(folder, context);
}

function runVitest(folder: string, context: Context): Promise<number> {
  const vitest = join(repositoryRoot, 'node_modules', 'vitest', 'vitest.mjs');
  const config = join(repositoryRoot, 'checker', 'cli', 'example.vitest.config.ts');
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--config', config, '--root', repositoryRoot, '--dir', folder],
    {
      stdio: 'inherit',
      env: context.environment,
    },
  );
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (exitCode) => resolve(exitCode === 0 ? EXIT.passed : EXIT.notPassed));
  });
}
