/** The file that keeps the list, as the judge looks at it: whole or not, and which texts stand in it. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerProgram } from '../../drive/server-program.ts';
import { parseJson, stringsIn } from '../../peer/json.ts';
import type { Judge } from '../../run/judge.ts';

/** What to think about for each symptom of this file. */
export const FILE_HINTS = {
  'no-file':
    'A write was answered, and there is no file. Is it the file from DATA that your server writes, and does it write it before it answers?',
  'empty-data':
    'The file is empty (0 bytes), and a write was answered. Opening a file to write it over makes it empty: write another file, and rename it when it is complete.',
  'half-file':
    'The file is being written, and it is no whole JSON document meanwhile. Write another file, rename it when it is complete, and answer then.',
  'many-documents':
    'The file is one JSON document, and here it is several, one behind the other. Write the whole list anew with each save.',
  'not-again':
    'Your server cannot read what it has written itself. Print what it finds in the file, and compare with what it looks for.',
};

/** How long writes at once may take: a save for each of them is slow, and right. */
export const MANY_SAVES_MS = 10_000;
/** README: within 2 s after SIGTERM. */
const GRACE_MS = 4000;

/** What every server of this lab finds in its environment: a file that is not there yet, in a folder of its own. */
export function environment(folder: string): Record<string, string> {
  return { DATA: newDataFile(folder) };
}

/** The same for a check that starts a server more than once. A second look at the check gets another one. */
export function dataFile(judge: Judge): string {
  return newDataFile(judge.folder);
}

/** A folder of memory, on a file system of its own. */
const OTHER_FILE_SYSTEM = '/dev/shm';

/**
 * The same on another file system than that of the run's folder and of `/tmp`.
 *
 * @returns undefined where this machine has none
 */
export function dataFileElsewhere(judge: Judge): string | undefined {
  try {
    const here = [judge.folder, tmpdir()].map((folder) => statSync(folder).dev);
    if (here.includes(statSync(OTHER_FILE_SYSTEM).dev)) return undefined;
    const folder = mkdtempSync(join(OTHER_FILE_SYSTEM, 'barewire-'));
    judge.defer(() => rmSync(folder, { recursive: true, force: true }));
    return join(folder, 'todos.json');
  } catch {
    return undefined;
  }
}

function newDataFile(folder: string): string {
  return join(mkdtempSync(join(folder, 'list-')), 'todos.json');
}

/** End a server and start it again with the same file. */
export async function startAgain(
  judge: Judge,
  server: ServerProgram,
  data: string,
  how: 'SIGTERM' | 'SIGKILL',
): Promise<ServerProgram> {
  judge.trace.judge('', `ends your server (${how}), and starts it again with the same DATA`);
  await server.program.stop(how === 'SIGTERM' ? GRACE_MS : 0);
  const again = await judge.tryServer({ env: { DATA: data } });
  if (again.started) return again;
  return judge.crash(
    `your server did not come up again after ${how}: ${again.message}`,
    'not-again',
    again.program,
    {
      accepted: ['a server that listens, and serves the list in DATA'],
      actual: again.message,
    },
  );
}

/** What stands in the file now; undefined where there is none. */
export function readData(data: string): Uint8Array | undefined {
  try {
    return readFileSync(data);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The texts in the file as it is now: see `textsOf`. */
export function textsIn(judge: Judge, data: string, when: string): Set<string> {
  return textsOf(judge, readData(data), when);
}

/**
 * The texts in what was read from the file, which must be one JSON document. Symptoms: those of `FILE_HINTS`.
 *
 * @param when  `right after the 201`
 */
export function textsOf(judge: Judge, bytes: Uint8Array | undefined, when: string): Set<string> {
  const accepted = ['a file DATA that is one JSON document'];
  if (bytes === undefined) {
    judge.fail(`${when} the file that DATA names does not exist`, 'no-file', { accepted, actual: 'no file' });
  }
  const reading = parseJson(bytes);
  if (reading.kind === 'wrong') {
    const symptoms: { [symptom: string]: string } = {
      'json-empty': 'empty-data',
      'json-trailing': 'many-documents',
    };
    judge.fail(
      `${when} the file that DATA names ${reading.message}`,
      symptoms[reading.symptom] ?? 'half-file',
      {
        accepted,
        actual: `a file of ${bytes.length.toLocaleString('en-US')} bytes that ${reading.message}`,
      },
    );
  }
  return stringsIn(reading.value);
}
