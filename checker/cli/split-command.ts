import { existsSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import type { Lab } from '../course/course.ts';
import { UsageError } from '../course/usage-error.ts';

/**
 * The server program that `--cmd` names for a lab; undefined without `--cmd`.
 *
 * @param folder  the folder in which the student stands
 * @throws {UsageError} when the lab has no server that the program could stand in for, or there is no such program
 */
export function serverCommand(text: string | undefined, lab: Lab, folder: string): string[] | undefined {
  if (text === undefined) return undefined;
  if (lab.programs.server === undefined) {
    throw new UsageError(`${lab.id} has no server program, so --cmd cannot stand in for it`);
  }
  const command = splitCommand(text);
  if (!existsAsProgram(command[0]!, folder)) {
    throw new UsageError(`there is no program ${JSON.stringify(command[0])} for --cmd`);
  }
  return command;
}

/** Looked for as the system will: a path from the folder, a bare name in PATH; on Windows with its usual endings. */
function existsAsProgram(name: string, folder: string): boolean {
  const folders = /[/\\]/.test(name) ? [folder] : (process.env.PATH ?? '').split(delimiter);
  const endings = process.platform === 'win32' ? ['', ...(process.env.PATHEXT ?? '').split(';')] : [''];
  return folders.some((where) => endings.some((ending) => existsSync(resolve(where, name + ending))));
}

/**
 * Split the value of `--cmd` into a program and its arguments, without a shell: nothing is expanded. White space
 * separates; `'…'` is taken as it stands; in `"…"` and outside quotes a backslash takes away the meaning of a quote,
 * a backslash or white space after it, and before anything else it is itself, so that `C:\python\python.exe` works.
 *
 * @throws {UsageError} for a quote that is not closed, and when there is no program
 */
export function splitCommand(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    const next = text[index + 1];
    if (quote === undefined && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === quote) {
      quote = undefined;
    } else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
      word ??= '';
    } else if (character === '\\' && next !== undefined && isEscapable(next, quote)) {
      word = (word ?? '') + next;
      index++;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== undefined) throw new UsageError(`--cmd has a ${quote} that is not closed`);
  if (word !== undefined) words.push(word);
  if (words.length === 0 || words[0] === '') {
    throw new UsageError('--cmd needs a program, for example: --cmd "python3 server.py"');
  }
  return words;
}

function isEscapable(character: string, quote: '"' | "'" | undefined): boolean {
  if (quote === "'") return false;
  return quote === '"' ? /["\\]/.test(character) : /["'\\\s]/.test(character);
}
