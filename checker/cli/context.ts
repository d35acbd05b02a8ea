/** What a command may know of the world it runs in, so that tests can give it another one. */
import { repositoryRoot } from '../course/course.ts';
import type { Place } from '../course/subject.ts';

export interface Context extends Place {
  environment: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  /** True when a person sits there: standard input and output are terminals. */
  terminal: boolean;
  /** Whether standard output gets colours. */
  colour: boolean;
  /** Width of the terminal in columns; undefined without one. */
  columns: number | undefined;
  /** Writes lines to standard output. */
  out: (text: string) => void;
  /** Writes lines to standard error. */
  err: (text: string) => void;
  /** True when nobody reads standard output any more (`| head`). */
  outClosed: () => boolean;
}

/** One command of the course: what its module exports. */
export interface Command {
  syntax: Syntax;
  /** @returns the exit code */
  run: (args: string[], context: Context) => Promise<number>;
}

/** How a command is written. */
export interface Syntax {
  /** The npm script: `check`. */
  command: string;
  /** One line for the list of commands. */
  summary: string;
  /** What comes before the options, as usage shows it: `[lab]`; in brackets when it may be left out. */
  positionals: readonly string[];
  options: Readonly<Record<string, OptionSyntax>>;
}

export interface OptionSyntax {
  /** What its value is called in the usage; absent for an option without a value. */
  value?: string;
  /** One line. */
  what: string;
}

/** Exit codes of every command. */
export const EXIT = { passed: 0, notPassed: 1, wrongUsage: 2, broken: 3 } as const;

/** The context of this process. */
export function processContext(): Context {
  const { env: environment, platform, stdin, stdout, stderr } = process;
  let outClosed = false;
  const stopWriting = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    outClosed = true;
  };
  stdout.on('error', stopWriting);
  stderr.on('error', stopWriting);
  return {
    root: repositoryRoot,
    standingIn: environment.INIT_CWD ?? process.cwd(),
    environment,
    platform,
    terminal: stdin.isTTY === true && stdout.isTTY === true,
    colour: wantsColour(environment, stdout),
    // Some terminals say 0 when they do not know.
    columns: stdout.columns || undefined,
    out: (text) => {
      if (!outClosed) stdout.write(`${text}\n`);
    },
    err: (text) => void stderr.write(`${text}\n`),
    outClosed: () => outClosed,
  };
}

/** FORCE_COLOR before NO_COLOR before what the terminal can show, as Node itself has it. */
export function wantsColour(
  environment: NodeJS.ProcessEnv,
  stdout: Pick<NodeJS.WriteStream, 'isTTY' | 'getColorDepth'>,
): boolean {
  const forced = environment.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (environment.NO_COLOR) return false;
  return stdout.isTTY === true && stdout.getColorDepth(environment) > 1;
}
