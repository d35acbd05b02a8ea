/** `npm run check`: grade a lab, or all of them. */
import { findLab, type Lab } from '../course/course.ts';
import { findSubject, type Subject } from '../course/subject.ts';
import { UsageError } from '../course/usage-error.ts';
import { readArguments, usageLine, type Values } from './arguments.ts';
import { type Context, EXIT, type Syntax } from './context.ts';
import { type Engine, theEngine } from './grading.ts';
import { serverCommand } from './split-command.ts';

export const syntax = {
  command: 'check',
  summary: 'grade a lab; `all` grades all of them, no name asks which',
  positionals: ['[lab]'],
  options: {
    labs: { value: 'DIR', what: 'grade the labs folder DIR; --labs solutions grades the reference' },
    cmd: {
      value: '"COMMAND ARGS"',
      what: 'grade a server program in any language; {port} and {host} are filled in',
    },
    own: { what: 'use your own earlier labs even where they have not passed' },
    seed: { value: 'SEED', what: 'the inputs of an earlier run again' },
    bail: { what: 'stop at the first check that does not pass' },
    trace: { what: 'show everything that happened in a failing check' },
    json: { what: 'one JSON document on standard output (with npm run -s) and nothing else' },
    junit: { value: 'FILE', what: 'write a JUnit report to FILE as well' },
    repeat: { value: 'N', what: 'run N times, one line a run' },
  },
} as const satisfies Syntax;

/** What is graded and how it is shown. */
export interface CheckOptions {
  subject: Subject;
  /** The program of `--cmd` with its arguments. */
  command: string[] | undefined;
  own: boolean;
  seed: string | undefined;
  bail: boolean;
  trace: boolean;
  json: boolean;
  /** Path as typed. */
  junit: string | undefined;
  repeat: number | undefined;
}

export async function run(args: string[], context: Context, engine: Engine = theEngine): Promise<number> {
  const { positionals, values } = readArguments(syntax, args, context);
  const name = positionals[0];
  refuseWhatDoesNotGoTogether(name, values);
  const forAnyLab = {
    subject: findSubject(values.labs, context),
    own: values.own,
    seed: values.seed,
    bail: values.bail,
    trace: values.trace,
    json: values.json,
    junit: values.junit,
    repeat: values.repeat === undefined ? undefined : countOf(values.repeat),
  };
  if (name === 'all') {
    const { checkAll } = await import('./check-all.ts');
    return checkAll({ ...forAnyLab, command: undefined }, context, engine);
  }
  const lab = name === undefined ? await askForLab(values.json, context) : findLab(name, context.root);
  if (lab === undefined) return EXIT.wrongUsage;
  const options: CheckOptions = { ...forAnyLab, command: serverCommand(values.cmd, lab, context.standingIn) };
  if (options.repeat !== undefined) {
    const { checkRepeatedly } = await import('./check-repeat.ts');
    return checkRepeatedly(lab, options, options.repeat, context, engine);
  }
  const { checkOnce } = await import('./check-once.ts');
  return checkOnce(lab, options, context, engine);
}

function countOf(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new UsageError(`--repeat needs a whole number from 1, and got ${JSON.stringify(text)}`);
  }
  return Number(text);
}

function refuseWhatDoesNotGoTogether(
  name: string | undefined,
  { cmd, labs, repeat }: Values<typeof syntax>,
): void {
  const refuse = (first: string, second: string) => {
    throw new UsageError(`${first} and ${second} do not go together`);
  };
  if (cmd !== undefined && labs !== undefined) refuse('--cmd', '--labs');
  if (cmd !== undefined && name === 'all') refuse('--cmd', 'all');
  if (repeat !== undefined && name === 'all') refuse('--repeat', 'all');
}

async function askForLab(json: boolean, context: Context): Promise<Lab | undefined> {
  if (!context.terminal || json) {
    throw new UsageError(`which lab? Usage: ${usageLine(syntax)}, for example: npm run check lab-01`);
  }
  const { chooseLab } = await import('./menu.ts');
  return chooseLab(context.root);
}
