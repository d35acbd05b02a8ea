import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import type { Problem } from '../run/result.ts';

/** A program of a lab has some hundred lines; 1 MiB is a mistake (a log, an archive), and slow to read twice. */
const MAX_SOURCE_BYTES = 2 ** 20;

/** Texts given instead of what the files hold, by absolute path. */
export type Overrides = ReadonlyMap<string, string>;

/** A place in a source text: line and column from 1, the column in UTF-16 units as editors count. */
export interface Place {
  line: number;
  column: number;
  sourceLine: string;
}

/** The path as the student would type it: relative when the file is below where she stands. */
export function displayPath(file: string): string {
  return inside(process.cwd(), file) ?? file;
}

/** The path of `file` relative to `folder`, or undefined when it lies outside (or is the folder itself). */
export function inside(folder: string, file: string): string | undefined {
  const path = relative(folder, file);
  if (path === '' || isAbsolute(path) || path.split(/[\\/]/)[0] === '..') return undefined;
  return path;
}

/** Whether a text stands in for the file, or the file is there to be read. */
export function sourceExists(file: string, overrides: Overrides): boolean {
  return overrides.has(file) || (existsSync(file) && statSync(file).isFile());
}

/**
 * Read one of the student's source files.
 *
 * @param file       absolute
 * @param overrides  texts that stand in for files, by absolute path
 * @returns the text without a byte order mark, or why it can't be read
 */
export function readSource(file: string, overrides: Overrides): { text: string } | { problem: Problem } {
  const override = overrides.get(file);
  if (override !== undefined) return { text: override };
  try {
    const stat = statSync(file);
    if (!stat.isFile()) {
      const what = stat.isDirectory() ? 'a folder' : 'no ordinary file';
      return unreadable(
        file,
        'missing-file',
        `is ${what}, not a source file`,
        'Move it away and put your file there.',
      );
    }
    if (stat.size > MAX_SOURCE_BYTES) {
      return unreadable(
        file,
        'syntax',
        `has ${stat.size} bytes; a source file may have 1 MiB (${MAX_SOURCE_BYTES} bytes)`,
        'Something that is no source text got into this file. Take it out.',
      );
    }
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)) };
  } catch (error) {
    if (error instanceof TypeError) {
      return unreadable(
        file,
        'syntax',
        'is not UTF-8 text',
        'Save it in your editor with the encoding UTF-8.',
      );
    }
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return unreadable(
      file,
      'missing-file',
      `can't be read (${code})`,
      'Look at the permissions of the file.',
    );
  }
}

/** Where the UTF-16 offset `offset` lies in `text`. */
export function placeAt(text: string, offset: number): Place {
  const lineEnd = /\r\n|[\n\r\u2028\u2029]/g;
  let line = 1;
  let start = 0;
  for (let match = lineEnd.exec(text); match !== null; match = lineEnd.exec(text)) {
    if (lineEnd.lastIndex > offset) {
      return { line, column: offset - start + 1, sourceLine: text.slice(start, match.index) };
    }
    line += 1;
    start = lineEnd.lastIndex;
  }
  return { line, column: offset - start + 1, sourceLine: text.slice(start) };
}

/** `lab-01` of `lab-01-tcp-echo`: how a lab is named in a command. */
export function labName(labFolder: string): string {
  return /^lab-\d+/.exec(labFolder)?.[0] ?? labFolder;
}

/** A map whose keys are as `node:path` writes them, so that `C:/a/b.ts` is found as `C:\a\b.ts`. */
export function withResolvedPaths(overrides: Overrides | undefined): Overrides {
  return new Map([...(overrides ?? [])].map(([file, text]) => [resolve(file), text]));
}

function unreadable(file: string, kind: Problem['kind'], what: string, advice: string): { problem: Problem } {
  const shown = displayPath(file);
  return { problem: { kind, file: shown, line: 0, column: 0, message: `${shown} ${what}`, advice } };
}
