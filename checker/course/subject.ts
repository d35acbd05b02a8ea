/** Whose files are graded: the student's own `labs`, or the folder named by `--labs`. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { isLabFolderName, studentLabs } from './course.ts';
import { UsageError } from './usage-error.ts';

export interface Subject {
  /** The labs folder, absolute. */
  labsFolder: string;
  /** The same as the student would type it where she stands, with forward slashes: `labs`, `../ada/labs`. */
  name: string;
  /** True for the repository's own `labs`: only of these is progress kept. */
  own: boolean;
}

/** Where a command runs. */
export interface Place {
  /** The repository. */
  root: string;
  /** The folder in which the student typed the command. npm starts scripts elsewhere and names it in INIT_CWD. */
  standingIn: string;
}

/**
 * The folder to grade.
 *
 * @param named  the value of `--labs`, as typed: looked for where the student stands, then in the repository, so
 *   that `--labs solutions` works everywhere; undefined for the student's own labs
 * @throws {UsageError} when there is no such folder, or no lab in it
 */
export function findSubject(named: string | undefined, place: Place): Subject {
  const own = studentLabs(place.root);
  const labsFolder = named === undefined ? own : namedFolder(named, place);
  if (!readdirSync(labsFolder).some(isLabFolderName)) throw new UsageError(noLabsIn(labsFolder, named));
  return {
    labsFolder,
    name: asTyped(labsFolder, place.standingIn),
    own: realpathSync(labsFolder) === realpathSync(own),
  };
}

/** A path as the student would type it where she stands, with forward slashes. */
export function asTyped(path: string, standingIn: string): string {
  const typed = relative(standingIn, path);
  const farAway = isAbsolute(typed) || typed.startsWith(join('..', '..', '..'));
  return (farAway ? path : typed || '.').split(sep).join('/');
}

function namedFolder(named: string, place: Place): string {
  if (named.trim() === '')
    throw new UsageError('--labs needs the name of a folder, for example: --labs solutions');
  const candidates = [resolve(place.standingIn, named), resolve(place.root, named)];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) throw new UsageError(`there is no folder ${JSON.stringify(named)} for --labs`);
  if (!statSync(found).isDirectory()) {
    throw new UsageError(`--labs needs a folder that holds labs, and ${JSON.stringify(named)} is a file`);
  }
  return found;
}

function noLabsIn(labsFolder: string, named: string | undefined): string {
  if (named === undefined)
    return `${labsFolder} holds no folder lab-NN-…; \`git checkout labs\` brings the labs back`;
  const inside = isLabFolderName(labsFolder.split(sep).at(-1) ?? '');
  if (inside) return `--labs needs the folder around the labs, and ${JSON.stringify(named)} is one lab`;
  return `${JSON.stringify(named)} holds no labs: --labs needs a folder with folders lab-NN-… in it`;
}
