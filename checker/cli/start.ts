/** `npm run start`: the student's own program, for trying by hand. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closest } from '../course/closest.ts';
import { findLab, type Lab, labFolderIn } from '../course/course.ts';
import { asTyped, findSubject, type Subject } from '../course/subject.ts';
import { UsageError } from '../course/usage-error.ts';
import { readArguments } from './arguments.ts';
import { type Context, EXIT, type Syntax } from './context.ts';
import { standInsFor } from './stand-ins.ts';

export const syntax = {
  command: 'start',
  summary: 'run your own program, to try it by hand',
  positionals: ['<lab>', '[file]'],
  options: {
    labs: { value: 'DIR', what: 'run the program of the labs folder DIR' },
    own: { what: 'use your own earlier labs even where they have not passed' },
  },
} as const satisfies Syntax;

export async function run(args: string[], context: Context): Promise<number> {
  const { positionals, values } = readArguments(syntax, args, context);
  const lab = findLab(positionals[0]!, context.root);
  const program = programOf(lab, positionals[1]);
  const subject = findSubject(values.labs, context);
  const file = join(labFolderIn(subject.labsFolder, lab), program);
  if (!existsSync(file)) {
    context.err(
      `there is no file ${asTyped(file, context.standingIn)}; npm run reset ${lab.id} puts the starter there`,
    );
    return EXIT.notPassed;
  }
  const standIns = await standInsFor(lab, subject, context.root, values.own);
  for (const notice of standIns.notices) context.err(notice);
  if (context.terminal) context.err(howToTalkToIt(lab, program, context.environment));
  if (standIns.folders.size === 0) {
    return runProgram(['--import', import.meta.resolve('tsx'), file], context);
  }
  return runWithStandIns(lab, program, file, subject, standIns.folders, context);
}

/** The program bundled with the reference in the place of earlier labs; the bundle goes when the program has ended. */
async function runWithStandIns(
  lab: Lab,
  program: string,
  file: string,
  { labsFolder }: Subject,
  standIns: ReadonlyMap<string, string>,
  context: Context,
): Promise<number> {
  const { build } = await import('../build/bundle.ts');
  const outputFolder = mkdtempSync(join(tmpdir(), 'barewire-start-'));
  try {
    const built = await build({
      labsFolder,
      labFolder: lab.folder,
      entries: [program],
      allowedImports: lab.imports,
      earlierImports: new Map(
        lab.needs.map((id) => findLab(id, context.root)).map(({ folder, imports }) => [folder, imports]),
      ),
      exporting: [],
      outputFolder,
      standIns,
    });
    // Node itself says best what is wrong with a file that cannot be run.
    if (!built.ok) return await runProgram(['--import', import.meta.resolve('tsx'), file], context);
    return await runProgram(['--enable-source-maps', built.bundles.get(program)!], context);
  } finally {
    rmSync(outputFolder, { recursive: true, force: true });
  }
}

/** The file of the lab's program that was named, the server when none was. */
function programOf(lab: Lab, named: string | undefined): string {
  const programs = Object.values(lab.programs);
  if (programs.length === 0) {
    throw new UsageError(
      `${lab.id} is a module and has no program to start; npm run example ${lab.id} calls it, and so does "Try it by hand" in its README`,
    );
  }
  if (named === undefined) return lab.programs.server ?? programs[0]!;
  const wanted = named.split(/[/\\]/).at(-1)!;
  const program = programs.find((file) => file === wanted || file === `${wanted}.ts`);
  if (program !== undefined) return program;
  const meant = closest(wanted, programs);
  const suggestion = meant === undefined ? '' : ` Did you mean ${meant}?`;
  throw new UsageError(
    `${lab.id} has no program ${JSON.stringify(named)}.${suggestion} Programs: ${programs.join(', ')}.`,
  );
}

function howToTalkToIt(lab: Lab, program: string, environment: NodeJS.ProcessEnv): string {
  const host = environment.HOST ?? '127.0.0.1';
  const port = environment.PORT ?? '3000';
  if (program === lab.programs.client)
    return `It talks to ${host} port ${port}; set HOST and PORT for another server.`;
  if (lab.programs.client !== undefined) {
    return `Talk to it in another terminal: npm run start ${lab.id} ${lab.programs.client}`;
  }
  const isHttp = !lab.part.startsWith('Part I:');
  return `Talk to it in another terminal: ${isHttp ? `curl -v http://${host}:${port}/` : `nc ${host} ${port}`}`;
}

/**
 * Runs the program on this terminal. Signals for this process go on to it; those from the terminal (Ctrl-C) reach
 * both anyway.
 */
function runProgram(args: string[], context: Context): Promise<number> {
  const child = spawn(process.execPath, args, {
    stdio: 'inherit',
    cwd: context.standingIn,
    env: context.environment,
  });
  const forwarded: NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGINT'];
  const forward = (signal: NodeJS.Signals) => {
    if (signal !== 'SIGINT' || process.stdin.isTTY !== true) child.kill(signal);
  };
  for (const signal of forwarded) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (exitCode, signal) => {
      for (const each of forwarded) process.off(each, forward);
      if (exitCode !== null) return resolve(exitCode);
      // Ends this process as the program ended, so that npm and the shell see the same.
      if (context.platform !== 'win32') process.once('exit', () => process.kill(process.pid, signal!));
      resolve(EXIT.notPassed);
    });
  });
}
