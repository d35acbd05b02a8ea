/** One writer at a time, among processes, by a lock file. */
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A writer takes milliseconds; a lock older than this was left behind, even if its pid lives on as another program. */
const STALE_MS = 5000;
const RETRY_MS = 15;

export interface Lock {
  /** False when another process took the lock away, because this one seemed dead. */
  held: () => boolean;
  release: () => void;
}

/**
 * Wait for the lock and take it.
 *
 * @param file  the lock file; its folder exists
 * @param patienceMs  how long to wait for others
 * @returns undefined when others held it all that time
 * @throws {NodeJS.ErrnoException} when the file cannot be made
 */
export async function takeLock(file: string, patienceMs = 2 * STALE_MS): Promise<Lock | undefined> {
  const token = `${process.pid} ${crypto.randomUUID()}`;
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    if (create(file, token)) {
      return { held: () => read(file) === token, release: () => release(file, token) };
    }
    const removed = removeIfStale(file);
    if (Date.now() > giveUpAt) return undefined;
    if (!removed) await sleep(RETRY_MS);
  }
}

function create(file: string, token: string): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'wx');
  } catch (error) {
    if (isContention(error)) return false;
    throw error;
  }
  try {
    writeSync(descriptor, token);
  } finally {
    closeSync(descriptor);
  }
  return true;
}

/** Somebody else has the file. Windows says it in other words while a deleted file is still open somewhere. */
function isContention(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return (
    code === 'EEXIST' || (process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(code ?? ''))
  );
}

/**
 * Removing takes two steps, look and delete, and two processes may look at the same dead lock. So the file is renamed
 * first, which only one can do. If that still caught a living lock, its holder sees so before it commits (`held`).
 */
function removeIfStale(file: string): boolean {
  const age = ageMs(file);
  if (age === undefined) return false;
  const pid = Number.parseInt(read(file) ?? '', 10);
  // An empty file is a lock between its creation and its first write, or its maker died there: only age tells.
  const dead = Number.isSafeInteger(pid) && pid > 0 && !isAlive(pid);
  if (!dead && age < STALE_MS) return false;
  const grave = `${file}.${process.pid}`;
  try {
    renameSync(file, grave);
    rmSync(grave, { force: true });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && !isContention(error)) throw error;
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function ageMs(file: string): number | undefined {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return undefined;
  }
}

function release(file: string, token: string): void {
  if (read(file) === token) rmSync(file, { force: true });
}
