/** Reads what was typed behind a command, and finds out when npm kept a part of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { closest } from '../course/closest.ts';
import { UsageError } from '../course/usage-error.ts';
import type { Context, Syntax } from './context.ts';

/** Of an option with a value its value; of one without, whether it was given. */
export type Values<S extends Syntax> = {
  [Name in keyof S['options']]: S['options'][Name] extends { value: string } ? string | undefined : boolean;
};

/**
 * Read the arguments of a command.
 *
 * @throws {UsageError} for a wrong option, a missing or superfluous argument, or options that npm kept for itself
 */
export function readArguments<S extends Syntax>(
  syntax: S,
  args: string[],
  context: Pick<Context, 'environment' | 'platform'>,
): { positionals: string[]; values: Values<S> } {
  // PowerShell takes away the first --, so people write two; elsewhere the second one arrives here.
  const typed = args.filter((argument) => argument !== '--');
  refuseWhatNpmKept(syntax, typed, context);
  const { tokens, positionals } = parseArgs({
    args: typed,
    options: Object.fromEntries(
      Object.entries(syntax.options).map(([name, { value }]) => [
        name,
        { type: value === undefined ? 'boolean' : 'string' } as const,
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values: Record<string, string | boolean | undefined> = Object.fromEntries(
    Object.entries(syntax.options).map(([name, { value }]) => [
      name,
      value === undefined ? false : undefined,
    ]),
  );
  for (const token of tokens) {
    if (token.kind === 'option') values[token.name] = readValue(syntax, token);
  }
  checkPositionals(syntax, positionals);
  return { positionals, values: values as Values<S> };
}

/** The line `npm run check [lab] [-- options]`. */
export function usageLine(syntax: Syntax): string {
  const options = Object.keys(syntax.options).length > 0 ? ['[-- options]'] : [];
  return ['npm run', syntax.command, ...syntax.positionals, ...options].join(' ');
}

interface OptionToken {
  name: string;
  /** As typed: `--seed`, `-s`. */
  rawName: string;
  value?: string | undefined;
  /** True for `--seed=7`. */
  inlineValue?: boolean | undefined;
}

function readValue(syntax: Syntax, token: OptionToken): string | true {
  const option = Object.hasOwn(syntax.options, token.name) ? syntax.options[token.name] : undefined;
  if (option === undefined || !token.rawName.startsWith('--'))
    throw new UsageError(unknownOption(syntax, token));
  if (option.value === undefined) {
    if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value`);
    return true;
  }
  const isNextOption = token.inlineValue !== true && token.value?.startsWith('--');
  if (!token.value || isNextOption) {
    throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${option.value}`);
  }
  return token.value;
}

function unknownOption(syntax: Syntax, token: OptionToken): string {
  const names = Object.keys(syntax.options);
  const meant = closest(token.name, names);
  if (meant !== undefined) return `unknown option ${token.rawName}. Did you mean --${meant}?`;
  if (names.length === 0) return `unknown option ${token.rawName}; npm run ${syntax.command} has no options`;
  return `unknown option ${token.rawName}; npm run ${syntax.command} knows ${names.map((name) => `--${name}`).join(', ')}`;
}

function checkPositionals(syntax: Syntax, positionals: string[]): void {
  const missing = syntax.positionals.slice(positionals.length).find((name) => !name.startsWith('['));
  if (missing !== undefined) {
    throw new UsageError(`npm run ${syntax.command} needs ${missing}. Usage: ${usageLine(syntax)}`);
  }
  const superfluous = positionals[syntax.positionals.length];
  if (superfluous !== undefined) {
    throw new UsageError(
      `there is an argument too many: ${quoted(superfluous)}. Usage: ${usageLine(syntax)}`,
    );
  }
}

/**
 * `npm run check lab-01 --seed 7` gives the script `lab-01 7`, and `npm_config_seed=true` in its environment;
 * `--seed=7` gives `lab-01` and `npm_config_seed=7`. The script would run, and ignore what was asked.
 */
function refuseWhatNpmKept(
  syntax: Syntax,
  typed: string[],
  { environment, platform }: Pick<Context, 'environment' | 'platform'>,
): void {
  // Another npm script that calls the checker has options of its own.
  if (environment.npm_lifecycle_event !== syntax.command) return;
  const kept = Object.keys(syntax.options).filter(
    (name) =>
      !typed.includes(`--${name}`) &&
      keptValue(name, environment) !== undefined &&
      !isSetForNpm(name, environment),
  );
  if (kept.length === 0) return;
  const names = kept.map((name) => `--${name}`).join(' and ');
  const powerShell = platform === 'win32' ? " In PowerShell put the -- in quotes: '--'." : '';
  const right = rightCommand(syntax, typed, kept, environment);
  throw new UsageError(
    `npm kept ${names} for itself: options come after a lone --. Write: ${right}${powerShell}`,
  );
}

/** @returns '' when npm passed the value on as an argument of its own */
function keptValue(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  // npm reads --cmd as its own short options -c -m -d; of these -m (--message) leaves an empty text behind.
  if (name === 'cmd' && environment.npm_config_message === '') return '';
  const value = environment[`npm_config_${name}`];
  return value === 'true' ? '' : value || undefined;
}

/** True when the user's own npm settings hold that name (`json=true` in an .npmrc): then nobody typed it here. */
function isSetForNpm(name: string, environment: NodeJS.ProcessEnv): boolean {
  const project = environment.npm_config_local_prefix;
  const files = [
    environment.npm_config_userconfig,
    environment.npm_config_globalconfig,
    project === undefined ? undefined : join(project, '.npmrc'),
  ];
  const setting = new RegExp(`^\\s*${name}\\s*(=|$)`, 'm');
  return files.some((file) => file !== undefined && setting.test(textOf(file)));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The command as it should have been typed. Values that cannot be told apart stay placeholders. */
function rightCommand(
  syntax: Syntax,
  typed: string[],
  kept: string[],
  environment: NodeJS.ProcessEnv,
): string {
  const strayed = kept.filter(
    (name) => syntax.options[name]?.value !== undefined && keptValue(name, environment) === '',
  );
  // Of what arrived without its option, whatever looks like a lab or a check is one, wherever it was typed.
  const rest = [...typed].sort((a, b) => Number(looksLikeLab(b)) - Number(looksLikeLab(a)));
  const positionalCount = Math.min(syntax.positionals.length, Math.max(0, rest.length - strayed.length));
  const positionals = rest.splice(0, positionalCount);
  const certain = strayed.length === 1 && rest.length === 1;
  const options = kept.map((name) => {
    const placeholder = syntax.options[name]?.value;
    if (placeholder === undefined) return `--${name}`;
    const value = keptValue(name, environment) || (certain ? rest[0]! : placeholder);
    return `--${name} ${quoted(value)}`;
  });
  return ['npm run', syntax.command, ...positionals, '--', ...options].join(' ');
}

const looksLikeLab = (argument: string) => /^(\.?[/\\])?(labs[/\\])?lab-?\d/i.test(argument);

const quoted = (value: string) => (/^[\w./:,=@%+-]+$/.test(value) ? value : JSON.stringify(value));
