import { realpathSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, extname, isAbsolute, join, resolve } from 'node:path';
import type { Problem } from '../run/result.ts';
import { displayPath, inside, labName, type Overrides, sourceExists } from './source.ts';

/** What the import rules need to know of a build. All paths are absolute. */
export interface ImportScope {
  labsFolder: string;
  labFolder: string;
  allowedImports: readonly string[];
  earlierImports: ReadonlyMap<string, readonly string[]>;
  standIns: ReadonlyMap<string, string>;
  overrides: Overrides;
}

/** Why an import is refused: what a `Problem` says beside the place. */
export interface Refusal {
  kind: Problem['kind'];
  message: string;
  advice: string;
}

/** Where an import leads: a module of node, a source file, or nowhere. */
export type ImportTarget = { module: string } | { file: string } | { refusal: Refusal };

/** A file named by its lab: `{ lab: 'lab-05-http-request', path: 'parser.ts' }`. */
interface Home {
  lab: string;
  path: string;
  /** The file is the reference's and stands in for the student's. */
  standIn: boolean;
}

/** What no lab may import, with the reason and the way to go instead. */
const FORBIDDEN_MODULES: Readonly<Record<string, string>> = {
  'node:http': 'HTTP is what you build in this course.',
  'node:https': 'HTTP is what you build in this course.',
  'node:http2': 'HTTP/2 is what you build in this course.',
  'node:child_process': 'The lab is to be solved in your own program, without starting another one.',
  'node:cluster': 'The lab is to be solved in one process.',
  'node:vm': 'Write the code itself into the file: code made at run time is not checked.',
  'node:module': 'Load modules with import at the top of the file, so that they can be checked.',
  'node:worker_threads': 'The lab is to be solved in one thread; sockets never need a second one.',
};

/** Modules that hold what is there without an import. */
const GLOBAL_MODULES: Readonly<Record<string, string>> = {
  'node:buffer': 'Buffer is there without an import: take the line out.',
  'node:process': 'process is there without an import: take the line out.',
  'node:console': 'console is there without an import: take the line out.',
  'node:timers': 'setTimeout and its kin are there without an import: take the line out.',
};

const SOURCE_EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];

/**
 * Judge one import by the rules of the course.
 *
 * @param specifier  as it stands in the source: `node:net`, `./framer.ts`
 * @param importer   absolute path of the file that holds the import
 */
export function resolveImport(specifier: string, importer: string, scope: ImportScope): ImportTarget {
  const home = homeOf(importer, scope);
  if (/^\.\.?(\/|\\|$)/.test(specifier) || isAbsolute(specifier)) return resolveFile(specifier, home, scope);
  return resolveModule(specifier, home, scope);
}

/**
 * The path under which a file of the labs folder goes through the build: links inside of the folder are
 * followed, so that one file is one module.
 *
 * @returns undefined when a link leads out of the folder
 */
export function canonicalPath(file: string, folder: string): string | undefined {
  try {
    const path = inside(realpathSync.native(folder), realpathSync.native(file));
    return path === undefined ? undefined : join(folder, path);
  } catch {
    // The file exists as an override only.
    return file;
  }
}

export function linkRefusal(file: string): Refusal {
  return refuse(
    `${displayPath(file)} is a link that leads out of the labs folder`,
    'Put the file itself there: a lab is made of your own files.',
  );
}

function resolveModule(specifier: string, home: Home, scope: ImportScope): ImportTarget {
  const module = withPrefix(specifier);
  const known = isBuiltin(specifier) || specifier.startsWith('node:');
  if (known && (home.standIn || isAllowed(module, home, scope))) return { module };
  if (!known) return { refusal: packageRefusal(specifier) };
  const reason = FORBIDDEN_MODULES[rootModule(module)];
  const allowed = allowedSentence(home, scope);
  const advice = reason === undefined ? (GLOBAL_MODULES[module] ?? allowed) : `${reason} ${allowed}`;
  return { refusal: refuse(`${specifier} may not be imported here`, advice) };
}

function isAllowed(module: string, home: Home, scope: ImportScope): boolean {
  const list = home.lab === scope.labFolder ? scope.allowedImports : scope.earlierImports.get(home.lab);
  // An earlier lab was held to its own list when that lab was checked.
  if (list === undefined) return FORBIDDEN_MODULES[rootModule(module)] === undefined;
  // `node:fs/promises` is a part of `node:fs`.
  return list.some((name) => module === withPrefix(name) || module.startsWith(`${withPrefix(name)}/`));
}

function packageRefusal(specifier: string): Refusal {
  if (/^[a-z][a-z\d+.-]*:/i.test(specifier) || specifier.startsWith('#')) {
    return refuse(`'${specifier}' may not be imported`, 'Import your own files by a path: ./parser.ts');
  }
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  const advice = SOURCE_EXTENSIONS.includes(extname(specifier))
    ? `Write it yourself: that is the lab. If you mean your own file, its path begins with ./ : './${specifier}'`
    : 'Write it yourself: that is the lab.';
  return refuse(`${name} is an npm package; a lab imports none`, advice);
}

function allowedSentence(home: Home, scope: ImportScope): string {
  const list = home.lab === scope.labFolder ? scope.allowedImports : scope.earlierImports.get(home.lab);
  const lab = labName(home.lab);
  if (list === undefined || list.length === 0) return `${lab} needs no module of node: work without it.`;
  return `${lab} may import ${list.map(withPrefix).join(', ')} and your own files.`;
}

function resolveFile(specifier: string, home: Home, scope: ImportScope): ImportTarget {
  // Every lab is taken to lie in the labs folder, so that `../lab-04-…` means the same in a stand-in.
  const target = resolve(scope.labsFolder, home.lab, dirname(home.path), specifier);
  const refusal = refusedPlace(target, specifier, home, scope);
  if (refusal !== undefined) return { refusal };
  const { lab, path } = splitLab(inside(scope.labsFolder, target) ?? '');
  const standIn = scope.standIns.get(lab);
  const wanted = join(standIn ?? join(scope.labsFolder, lab), path);
  const file = candidates(wanted).find((candidate) => sourceExists(candidate, scope.overrides));
  if (file === undefined) return { refusal: missingFile(specifier, wanted) };
  if (!SOURCE_EXTENSIONS.includes(extname(file))) {
    return {
      refusal: refuse(
        `'${specifier}' is no TypeScript file`,
        'Import .ts files only; write data as a constant into one of them.',
      ),
    };
  }
  if (standIn !== undefined) return { file };
  const canonical = canonicalPath(file, scope.labsFolder);
  if (canonical === undefined) return { refusal: linkRefusal(file) };
  const behindLink = refusedPlace(canonical, specifier, home, scope);
  return behindLink === undefined ? { file: canonical } : { refusal: behindLink };
}

function refusedPlace(
  target: string,
  specifier: string,
  home: Home,
  scope: ImportScope,
): Refusal | undefined {
  const path = inside(scope.labsFolder, target);
  if (path === undefined) {
    if (/[\\/]solutions[\\/]lab-\d+/.test(target)) {
      return refuse(
        `'${specifier}' is the reference solution`,
        'Write it yourself: that is the lab. Read the solution, then close it.',
      );
    }
    return refuse(
      `'${specifier}' lies outside of the labs folder`,
      `Copy what you need into ${displayPath(join(scope.labsFolder, home.lab))}.`,
    );
  }
  const { lab } = splitLab(path);
  if (lab === home.lab) return undefined;
  const order = labNumber(lab) - labNumber(home.lab);
  if (order < 0) return undefined;
  if (order > 0) {
    return refuse(
      `'${specifier}' belongs to a later lab`,
      `${labName(home.lab)} may import its own files and those of earlier labs.`,
    );
  }
  return refuse(
    `'${specifier}' belongs to no earlier lab`,
    `Put the file into ${displayPath(join(scope.labsFolder, home.lab))}: a lab imports its own files and those of earlier labs.`,
  );
}

function missingFile(specifier: string, wanted: string): Refusal {
  return {
    kind: 'missing-file',
    message: `'${specifier}' is imported but does not exist`,
    advice: `Expected at ${displayPath(wanted)}. Look at the spelling, or create the file.`,
  };
}

/** What `npm run start` would find as well: `./a` and `./a.js` mean `./a.ts` when that is what there is. */
function candidates(path: string): string[] {
  const inTypeScript = path.replace(/\.(m?)js$/, '.$1ts');
  return [...new Set([path, inTypeScript, `${path}.ts`, join(path, 'index.ts')])];
}

function homeOf(file: string, scope: ImportScope): Home {
  for (const [lab, folder] of scope.standIns) {
    const path = inside(folder, file);
    if (path !== undefined) return { lab, path, standIn: true };
  }
  return { ...splitLab(inside(scope.labsFolder, file) ?? ''), standIn: false };
}

function splitLab(path: string): { lab: string; path: string } {
  const [lab = '', ...rest] = path.split(/[\\/]/);
  // A file that lies directly in the labs folder is in no lab.
  return rest.length === 0 ? { lab: '', path: lab } : { lab, path: join(...rest) };
}

/** NaN, which compares with nothing, for a folder that is no lab. */
function labNumber(labFolder: string): number {
  return Number(/^lab-(\d+)/.exec(labFolder)?.[1]);
}

function withPrefix(module: string): string {
  return module.startsWith('node:') ? module : `node:${module}`;
}

/** `node:fs` of `node:fs/promises`. */
function rootModule(module: string): string {
  return module.split('/', 1)[0]!;
}

function refuse(message: string, advice: string): Refusal {
  return { kind: 'forbidden', message, advice };
}
