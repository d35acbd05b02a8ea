/** `npm run example`: the visible tests of a lab, which the student extends. */
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findLab, labFolderIn, repositoryRoot } from '../course/course.ts';
import { asTyped, findSubject } from '../course/subject.ts';
import { readArguments } from './arguments.ts';
import { type Context, EXIT, type Syntax } from './context.ts';
import { standInsFor } from './stand-ins.ts';

export const syntax = {
  command: 'example',
  summary: "run a lab's visible tests; add your own to them",
  positionals: ['<lab>'],
  options: {
    labs: { value: 'DIR', what: 'run the tests of the labs folder DIR' },
    own: { what: 'use your own earlier labs even where they have not passed' },
  },
} as const satisfies Syntax;

export async function run(args: string[], context: Context): Promise<number> {
  const { positionals, values } = readArguments(syntax, args, context);
  const lab = findLab(positionals[0]!, context.root);
  const subject = findSubject(values.labs, context);
  const folder = labFolderIn(subject.labsFolder, lab);
  const file = join(folder, 'example.test.ts');
  if (!existsSync(file)) {
    context.err(`there is no file ${asTyped(file, context.standingIn)}`);
    return EXIT.notPassed;
  }
  const { folders, notices } = await standInsFor(lab, subject, context.root, values.own);
  for (const notice of notices) context.err(notice);
  return runVitest(folder, { ...context.environment, ...standInEnvironment(subject.labsFolder, folders) });
}

/** For the tests and the programs that they start: imports of an earlier lab go to what stands in for it. */
function standInEnvironment(labsFolder: string, standIns: ReadonlyMap<string, string>): NodeJS.ProcessEnv {
  if (standIns.size === 0) return {};
  const url = (folder: string) => `${pathToFileURL(folder).href}/`;
  const moved = [...standIns].map(([lab, folder]) => [url(realpathSync(join(labsFolder, lab))), url(folder)]);
  const hooks = new URL('./stand-in-hooks.mjs', import.meta.url).href;
  return {
    BAREWIRE_STAND_INS: JSON.stringify(moved),
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${hooks}`.trim(),
  };
}

function runVitest(folder: string, environment: NodeJS.ProcessEnv): Promise<number> {
  const vitest = join(repositoryRoot, 'node_modules', 'vitest', 'vitest.mjs');
  const config = join(repositoryRoot, 'checker', 'cli', 'example.vitest.config.ts');
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--config', config, '--root', repositoryRoot, '--dir', folder],
    {
      stdio: 'inherit',
      env: environment,
    },
  );
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (exitCode) => resolve(exitCode === 0 ? EXIT.passed : EXIT.notPassed));
  });
}
