/**
 * What a student has done so far, in `.barewire/progress.json` (git-ignored). The file is always whole: it is written
 * beside itself and renamed. Two windows may write at once: each reads, changes and writes under a lock.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Lab, labFolderIn, repositoryRoot, studentLabs } from './course.ts';
import { type Lock, takeLock } from './lock.ts';

/** What one run of the checks came to. */
export interface Result {
  verdict: 'pass' | 'fail';
  points: number;
  maxPoints: number;
  /** When, as an ISO 8601 time. */
  at: string;
  /** Steps with a graded check that did not pass, ascending. */
  failingSteps: number[];
}

export interface LabProgress {
  bestPoints: number;
  /** The last result for each content of the lab's files, by `contentOf`. Only the newest are kept. */
  results: Record<string, Result>;
  /** Hint level reached (1 to 3), by step. */
  hints: Record<string, number>;
}

/** By lab id. */
export type Progress = Record<string, LabProgress>;

export interface Loaded {
  progress: Progress;
  /** Lines for the student: what went wrong with the file. */
  notices: string[];
}

/** Read the progress. A damaged file is set aside, and the progress begins anew. Never throws. */
export async function loadProgress(root: string = repositoryRoot): Promise<Loaded> {
  try {
    const read = readProgressFile(root);
    if (read !== 'damaged') return { progress: read, notices: [] };
  } catch (error) {
    return { progress: {}, notices: [notKept((error as Error).message)] };
  }
  return change(root, () => {});
}

/**
 * Remember a result of the student's own files. Never throws: a check must work in a folder that cannot be written.
 *
 * @param content  what `contentOf` said before the run began; she may have gone on editing
 * @returns lines for the student
 */
export async function recordResult(
  lab: Lab,
  content: string,
  result: Result,
  root: string = repositoryRoot,
): Promise<string[]> {
  const { notices } = await change(root, (progress) => {
    const mine = progressOf(progress, lab.id);
    mine.bestPoints = Math.max(mine.bestPoints, result.points);
    mine.results[content] = result;
    forgetOldest(mine.results);
  });
  return notices;
}

/** Remember that the student has seen the hint of this level (1 to 3). Never throws; returns lines for her. */
export async function recordHint(
  lab: Lab,
  step: number,
  level: number,
  root: string = repositoryRoot,
): Promise<string[]> {
  const { notices } = await change(root, (progress) => {
    const mine = progressOf(progress, lab.id);
    mine.hints[step] = Math.max(mine.hints[step] ?? 0, level);
  });
  return notices;
}

/** A name for what the lab's files hold now: a hash over their names and bytes, missing files included. */
export function contentOf(lab: Lab, labsFolder: string): string {
  const hash = createHash('sha256');
  for (const file of [...lab.files, ...lab.given]) {
    const bytes = bytesOf(join(labFolderIn(labsFolder, lab), file));
    hash.update(`${JSON.stringify(file)} ${bytes === undefined ? 'missing' : bytes.length}\n`);
    hash.update(bytes ?? '');
  }
  return hash.digest('hex').slice(0, 32);
}

/** The newest result of a lab, whatever its files hold now. */
export function lastResult(progress: Progress, lab: Lab): Result | undefined {
  return newestFirst(progress[lab.id]?.results ?? {})[0]?.[1];
}

/** True when the lab's files, as they are now, have passed. */
export function hasPassed(progress: Progress, lab: Lab, labsFolder: string): boolean {
  return progress[lab.id]?.results[contentOf(lab, labsFolder)]?.verdict === 'pass';
}

/** The first lab whose files, as they are now, have not passed; undefined after the last one. */
export function currentLab(
  labs: Lab[],
  progress: Progress,
  labsFolder: string = studentLabs(),
): Lab | undefined {
  return labs.find((lab) => !hasPassed(progress, lab, labsFolder));
}

const SCHEMA = 'barewire/progress/v1';

/** Enough to go back and forth between a few attempts without losing that one of them had passed. */
const RESULTS_KEPT = 30;

const folderOf = (root: string) => join(root, '.barewire');
const fileOf = (root: string) => join(folderOf(root), 'progress.json');

function progressOf(progress: Progress, id: string): LabProgress {
  progress[id] ??= { bestPoints: 0, results: {}, hints: {} };
  return progress[id];
}

function newestFirst(results: Record<string, Result>): [string, Result][] {
  return Object.entries(results).sort(([, a], [, b]) => (a.at < b.at ? 1 : -1));
}

function forgetOldest(results: Record<string, Result>): void {
  for (const [content] of newestFirst(results).slice(RESULTS_KEPT)) delete results[content];
}

function bytesOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Read, change and write under the lock. */
async function change(root: string, edit: (progress: Progress) => void): Promise<Loaded> {
  const notices: string[] = [];
  try {
    mkdirSync(folderOf(root), { recursive: true });
    for (;;) {
      const lock = await takeLock(join(folderOf(root), 'progress.lock'));
      if (lock === undefined) {
        notices.push(notKept(`${join(folderOf(root), 'progress.lock')} stays locked`));
        return { progress: {}, notices };
      }
      try {
        const read = readProgressFile(root);
        const progress = read === 'damaged' ? {} : read;
        if (read === 'damaged') notices.push(setAside(root));
        edit(progress);
        if (writeProgressFile(root, progress, lock)) return { progress, notices };
      } finally {
        lock.release();
      }
    }
  } catch (error) {
    notices.push(notKept((error as Error).message));
    return { progress: {}, notices };
  }
}

const notKept = (why: string) => `your progress is not kept: ${why}`;

function readProgressFile(root: string): Progress | 'damaged' {
  let text: string;
  try {
    text = readFileSync(fileOf(root), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return {};
    throw error;
  }
  try {
    const document = JSON.parse(text);
    return document.schema === SCHEMA && isProgress(document.labs) ? document.labs : 'damaged';
  } catch {
    return 'damaged';
  }
}

function isProgress(labs: unknown): labs is Progress {
  return (
    isRecord(labs) &&
    Object.values(labs).every(
      (lab) =>
        isRecord(lab) &&
        typeof lab.bestPoints === 'number' &&
        isRecord(lab.hints) &&
        Object.values(lab.hints).every((level) => typeof level === 'number') &&
        isRecord(lab.results) &&
        Object.values(lab.results).every(isResult),
    )
  );
}

function isResult(value: unknown): value is Result {
  return (
    isRecord(value) &&
    (value.verdict === 'pass' || value.verdict === 'fail') &&
    typeof value.points === 'number' &&
    typeof value.maxPoints === 'number' &&
    typeof value.at === 'string' &&
    Array.isArray(value.failingSteps)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function setAside(root: string): string {
  // Windows allows no colon in a file name.
  const aside = `progress.json.damaged-${new Date().toISOString().replaceAll(':', '-')}`;
  rename(fileOf(root), join(folderOf(root), aside));
  return `the record of your progress was damaged: it is kept as .barewire/${aside}, and a new one begins`;
}

/** @returns false when the lock was lost before the file was in place: the change has to be made again */
function writeProgressFile(root: string, labs: Progress, lock: Lock): boolean {
  removeLeftovers(root);
  const temporary = `${fileOf(root)}.${process.pid}.new`;
  const descriptor = openSync(temporary, 'w');
  try {
    writeFileSync(descriptor, `${JSON.stringify({ schema: SCHEMA, labs }, null, 2)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  if (!lock.held()) return false;
  try {
    rename(temporary, fileOf(root));
    return true;
  } catch (error) {
    // Whoever took the lock away has removed the temporary file as a leftover.
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Files of writers that were killed; whoever holds the lock is the only one that writes. */
function removeLeftovers(root: string): void {
  for (const name of readdirSync(folderOf(root))) {
    if (/^progress\.json\.\d+\.new$/.test(name)) rmSync(join(folderOf(root), name), { force: true });
  }
}

/** On Windows a file that a reader has open cannot be replaced at that moment. */
function rename(from: string, to: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      if (!['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error) ?? '') || attempt === 20) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
