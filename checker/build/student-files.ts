import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { ParseResult } from 'oxc-parser';
import type { Problem } from '../run/result.ts';
import { canonicalPath, type ImportScope, linkRefusal } from './imports.ts';
import { checkRules } from './rules.ts';
import { displayPath, inside, labName, type Place, placeAt, readSource } from './source.ts';
import { openedAt, parseSource } from './syntax-tree.ts';

export interface StudentFile {
  text: string;
  parsed: ParseResult;
}

/** The source files of one build: each is read and parsed once. Stand-ins are read, but not the student's. */
export class StudentFiles {
  readonly #files = new Map<string, StudentFile>();
  readonly #entries = new Map<string, string>();
  readonly #scope: ImportScope;

  constructor(scope: ImportScope) {
    this.#scope = scope;
  }

  /** Read an entry (absolute path); returns what is wrong with it. */
  openEntry(file: string): Problem[] {
    if (!this.#scope.overrides.has(file) && !existsSync(file)) return [missingEntry(file, this.#scope)];
    const canonical = canonicalPath(file, this.#scope.labsFolder);
    if (canonical === undefined) return [wholeFile(file, linkRefusal(file))];
    const opened = this.open(canonical);
    if ('problem' in opened) return [opened.problem];
    if (isEmpty(opened.text)) return [emptyEntry(file, this.#scope)];
    this.#entries.set(file, canonical);
    return [];
  }

  open(file: string): StudentFile | { problem: Problem } {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const source = readSource(file, this.#scope.overrides);
    if ('problem' in source) return source;
    const opened = { text: source.text, parsed: parseSource(file, source.text) };
    if (!this.#isStandIn(file)) this.#files.set(file, opened);
    return opened;
  }

  /** Where an entry lies when links are followed. */
  entryPath(file: string): string {
    return this.#entries.get(file) ?? file;
  }

  /** The bracket or quote that a file never closes. */
  openedAt(file: string): Place | undefined {
    const opened = this.#files.get(file);
    const offset = opened && openedAt(opened.parsed);
    return opened && offset !== undefined ? placeAt(opened.text, offset) : undefined;
  }

  /** What breaks the rules that the import graph can't show. */
  breaches(): Problem[] {
    return [...this.#files].flatMap(([file, { text, parsed }]) => checkRules(file, text, parsed));
  }

  sources(): string[] {
    return [...this.#files.keys()];
  }

  #isStandIn(file: string): boolean {
    return [...this.#scope.standIns.values()].some((folder) => inside(folder, file) !== undefined);
  }
}

/** A problem that has no place inside of the file. */
export function wholeFile(file: string, what: Pick<Problem, 'kind' | 'message' | 'advice'>): Problem {
  return { ...what, file: displayPath(file), line: 0, column: 0 };
}

function missingEntry(file: string, scope: ImportScope): Problem {
  const name = basename(file);
  const twin = namesIn(dirname(file)).find((other) => other.toLowerCase() === name.toLowerCase());
  const found = twin === undefined ? '' : `; there is ${twin}, and small and capital letters count`;
  return wholeFile(file, {
    kind: 'missing-file',
    message: `${displayPath(file)} is missing${found}`,
    advice: `Write your program into that file. This brings the starter back: npm run reset ${labName(scope.labFolder)}`,
  });
}

function emptyEntry(file: string, scope: ImportScope): Problem {
  return wholeFile(file, {
    kind: 'empty-file',
    message: `${displayPath(file)} is empty`,
    advice: `Save your work in the editor. This brings the starter back: npm run reset ${labName(scope.labFolder)}`,
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Nothing but white space and comments. */
function isEmpty(text: string): boolean {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n\r]*/g, '').trim() === '';
}
