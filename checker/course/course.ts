/**
 * What a lab is, and which labs there are: the folders `labs/lab-NN-slug` with a `lab.json` in them. The identity of
 * a lab is always read from the repository's own `labs/`, whoever's programs are graded.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closest } from './closest.ts';
import { UsageError } from './usage-error.ts';

/** The folder that holds `package.json`, `labs/`, `solutions/` and `checker/`. */
export const repositoryRoot = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** One lab, as its `lab.json` says. File names are relative to the lab's folder, with forward slashes. */
export interface Lab {
  /** `lab-03` */
  id: string;
  /** `udp-echo` */
  slug: string;
  /** Name of the lab's folder in `labs/`, `solutions/`, `checker/starters/` and `checker/checks/`: `lab-03-udp-echo`. */
  folder: string;
  /** `UDP echo, both ends` */
  title: string;
  /** The part of the course that it belongs to: `Part I: transport`. */
  part: string;
  /** The programs that are run, by role. Empty in a lab that is a module only. */
  programs: { server?: string; client?: string };
  /** The modules that are loaded and called, with the names that they must export. Mostly one. */
  modules: { file: string; exports: string[] }[];
  /** The student's files: what is graded, what `reset` puts back and what progress is remembered for. */
  files: string[];
  /** Files that the student is given whole: the same in her folder, in the starters and in the reference. */
  given: string[];
  /** Modules of node that the files may import, each with its `node:`. */
  imports: string[];
  /** Ids of earlier labs whose files this lab's may import. */
  needs: string[];
  /** About how long it takes. */
  hours: number;
  /** What to read first: `RFC 9112 §7.1`. */
  reads: string[];
}

/**
 * All labs of the course, in order.
 *
 * @throws {Error} when a `lab.json` is damaged; the message names file and member
 */
export function listLabs(root: string = repositoryRoot): Lab[] {
  return labFolders(root).map((folder) => readLab(folder, root));
}

/**
 * The lab that a student names: `lab-05`, `5`, `05`, `http-request`, `lab-05-http-request` or `labs/lab-05-http-request/`.
 *
 * @throws {UsageError} when there is no such lab; the message says which was probably meant and which exist
 */
export function findLab(name: string, root: string = repositoryRoot): Lab {
  const folders = labFolders(root);
  const wanted = lastSegment(name.trim()).toLowerCase();
  const number = /^(?:lab)?-?(\d{1,4})$/.exec(wanted)?.[1];
  const id = number === undefined ? wanted : idOf(Number(number));
  const found = folders.find((folder) => [folder, labIdOf(folder), slugOf(folder)].includes(id));
  if (found !== undefined) return readLab(found, root);
  throw new UsageError(unknownLab(name, wanted, folders));
}

/** Where the lab's files lie in a labs folder: the student's `labs`, `solutions`, or one named by `--labs`. */
export function labFolderIn(labsFolder: string, lab: Lab): string {
  return join(labsFolder, lab.folder);
}

/** The lab's files that are run, or loaded and called; each once. */
export function entriesOf({ programs, modules }: Lab): string[] {
  const files = [programs.server, programs.client, ...modules.map(({ file }) => file)];
  return [...new Set(files.filter((file) => file !== undefined))];
}

/** The student's own labs. */
export function studentLabs(root: string = repositoryRoot): string {
  return join(root, 'labs');
}

/** The pristine copies of the lab's files. */
export function starterFolder(lab: Lab, root: string = repositoryRoot): string {
  return join(root, 'checker', 'starters', lab.folder);
}

/** The reference. */
export function solutionFolder(lab: Lab, root: string = repositoryRoot): string {
  return join(root, 'solutions', lab.folder);
}

/** The file whose default export is the lab's `Suite` of hidden checks. */
export function suiteFile(lab: Lab, root: string = repositoryRoot): string {
  return join(root, 'checker', 'checks', lab.folder, 'index.ts');
}

/** True for a name of the form `lab-NN-slug`. */
export function isLabFolderName(name: string): boolean {
  return FOLDER_NAME.test(name);
}

const FOLDER_NAME = /^(lab-\d{2,})-([a-z0-9]+(?:-[a-z0-9]+)*)$/;

/** Names of the lab folders, in order of their numbers; folders without a `lab.json` are no labs. */
function labFolders(root: string): string[] {
  const labs = studentLabs(root);
  if (!existsSync(labs))
    throw new Error(`the folder ${labs} is missing; \`git checkout labs\` brings it back`);
  return readdirSync(labs)
    .filter((name) => isLabFolderName(name) && existsSync(join(labs, name, 'lab.json')))
    .sort((a, b) => numberOf(a) - numberOf(b));
}

const labIdOf = (folder: string) => FOLDER_NAME.exec(folder)![1]!;
const slugOf = (folder: string) => FOLDER_NAME.exec(folder)![2]!;
const numberOf = (folder: string) => Number(labIdOf(folder).slice('lab-'.length));
const idOf = (number: number) => `lab-${String(number).padStart(2, '0')}`;

/** A shell's tab completion leaves a path with a slash at its end; on Windows a backslash. */
function lastSegment(name: string): string {
  const segments = name.split(/[/\\]/).filter((segment) => segment !== '');
  return segments.at(-1) ?? '';
}

function unknownLab(name: string, wanted: string, folders: string[]): string {
  if (folders.length === 0) return `there is no lab ${JSON.stringify(name)}; this repository has no labs yet`;
  // Beside a wrong number every other number is equally near; only a mistyped word tells what was meant.
  const meant = /^(lab)?-?\d+$/.test(wanted)
    ? undefined
    : closest(wanted, [...folders.map(slugOf), ...folders]);
  const suggestion = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return `there is no lab ${JSON.stringify(name)}.${suggestion} Labs: ${folders.map(labIdOf).join(', ')}.`;
}

function readLab(folder: string, root: string): Lab {
  const file = posix.join('labs', folder, 'lab.json');
  const source = readFileSync(join(root, file), 'utf8');
  let json: unknown;
  try {
    json = JSON.parse(source);
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`);
  }
  return new LabReader(file).read(json, folder);
}

const MEMBERS = [
  'id',
  'slug',
  'title',
  'part',
  'programs',
  'module',
  'files',
  'given',
  'imports',
  'needs',
  'hours',
  'reads',
];

/** Checks a parsed `lab.json`; every complaint names the file and the member. */
class LabReader {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  read(json: unknown, folder: string): Lab {
    const members = this.#object(json, 'the document', MEMBERS);
    const lab: Lab = {
      id: this.#text(members.id, '"id"'),
      slug: this.#text(members.slug, '"slug"'),
      folder,
      title: this.#text(members.title, '"title"'),
      part: this.#text(members.part, '"part"'),
      programs: this.#programs(members.programs),
      modules: this.#modules(members.module),
      files: this.#list(members.files, '"files"'),
      given: members.given === undefined ? [] : this.#list(members.given, '"given"'),
      imports: this.#list(members.imports, '"imports"'),
      needs: this.#list(members.needs, '"needs"'),
      hours: this.#hours(members.hours),
      reads: this.#list(members.reads, '"reads"'),
    };
    this.#agreement(lab);
    return lab;
  }

  /** What no member alone can show. */
  #agreement(lab: Lab): void {
    if (`${lab.id}-${lab.slug}` !== lab.folder) {
      this.#refuse(`"id" and "slug" make ${lab.id}-${lab.slug}, but the folder is ${lab.folder}`);
    }
    const entries = entriesOf(lab);
    if (entries.length === 0) this.#refuse('names neither "programs" nor a "module"');
    for (const [member, files] of [
      ['files', lab.files],
      ['given', lab.given],
    ] as const) {
      const outside = files.find((file) => !isPlainRelativePath(file));
      if (outside !== undefined)
        this.#refuse(`"${member}" holds ${JSON.stringify(outside)}, which leaves the lab's folder`);
    }
    for (const file of entries) {
      if (!lab.files.includes(file)) this.#refuse(`${JSON.stringify(file)} is not in "files"`);
    }
    for (const name of lab.imports) {
      if (!/^node:[a-z_]+(\/[a-z_]+)*$/.test(name)) {
        this.#refuse(`"imports" holds ${JSON.stringify(name)}, which is no node: module`);
      }
    }
    for (const id of lab.needs) {
      if (!/^lab-\d{2,}$/.test(id) || numberOf(`${id}-x`) >= numberOf(lab.folder)) {
        this.#refuse(`"needs" holds ${JSON.stringify(id)}, which is no earlier lab`);
      }
    }
  }

  #programs(value: unknown): Lab['programs'] {
    if (value === undefined) return {};
    const { server, client } = this.#object(value, '"programs"', ['server', 'client']);
    return {
      ...(server === undefined ? {} : { server: this.#text(server, '"programs.server"') }),
      ...(client === undefined ? {} : { client: this.#text(client, '"programs.client"') }),
    };
  }

  #modules(value: unknown): Lab['modules'] {
    if (value === undefined) return [];
    return Array.isArray(value) ? value.map((one) => this.#module(one)) : [this.#module(value)];
  }

  #module(value: unknown): Lab['modules'][number] {
    const { file, exports } = this.#object(value, '"module"', ['file', 'exports']);
    return { file: this.#text(file, '"module.file"'), exports: this.#list(exports, '"module.exports"') };
  }

  #object(value: unknown, name: string, known: string[]): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      this.#refuse(`${name} is no object`);
    const unknown = Object.keys(value).find((key) => !known.includes(key));
    if (unknown !== undefined) this.#refuse(`${name} has an unknown member ${JSON.stringify(unknown)}`);
    return value as Record<string, unknown>;
  }

  #text(value: unknown, name: string): string {
    if (typeof value !== 'string' || value.trim() === '') this.#refuse(`${name} is no text`);
    return value;
  }

  #list(value: unknown, name: string): string[] {
    if (!Array.isArray(value)) this.#refuse(`${name} is no list`);
    return value.map((item) => this.#text(item, `an item of ${name}`));
  }

  #hours(value: unknown): number {
    if (typeof value !== 'number' || !(value > 0)) this.#refuse('"hours" is no number above 0');
    return value;
  }

  #refuse(what: string): never {
    throw new Error(`${this.#file}: ${what}`);
  }
}

function isPlainRelativePath(path: string): boolean {
  return (
    !path.includes('\\') &&
    !posix.isAbsolute(path) &&
    posix.normalize(path) === path &&
    !path.startsWith('..')
  );
}
