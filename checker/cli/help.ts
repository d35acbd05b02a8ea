/** The usage of all commands, from what each says about itself. */
import { closest } from '../course/closest.ts';
import { usageLine } from './arguments.ts';
import type { Syntax } from './context.ts';

/** All commands, one line each. */
export function courseHelp(syntaxes: Syntax[]): string {
  return [
    'Barewire: build network protocols from the bytes up.',
    '',
    ...columns(syntaxes.map((syntax) => [usageLine(syntax), syntax.summary])),
    '',
    'A lab is named by number (5), id (lab-05), slug or folder.',
    'The options of a command: npm run check -- --help',
  ].join('\n');
}

/** One command with its options. */
export function commandHelp(syntax: Syntax): string {
  const options = Object.entries(syntax.options).map(([name, { value, what }]): [string, string] => [
    value === undefined ? `--${name}` : `--${name} ${value}`,
    what,
  ]);
  const separator = options.length > 0 ? [''] : [];
  return [usageLine(syntax), `  ${syntax.summary}`, ...separator, ...columns(options)].join('\n');
}

/** What is said of a command that does not exist. */
export function unknownCommand(name: string, syntaxes: Syntax[]): string {
  const names = syntaxes.map((syntax) => syntax.command);
  const meant = closest(name, names);
  const suggestion = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return `there is no command ${JSON.stringify(name)}.${suggestion} Commands: ${names.join(', ')}.`;
}

function columns(rows: [string, string][]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
