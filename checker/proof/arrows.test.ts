/** Which room may import which: the house plan, held against the code. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../course/course.ts';

/** What each room of the checker may import of the others; a room may always import itself. */
const MAY_IMPORT: { [room: string]: string[] } = {
  cli: ['course', 'build', 'run', 'report', 'proof', 'drive', 'bench'],
  course: ['run/result.ts'],
  build: ['run/result.ts'],
  run: ['course', 'build', 'drive', 'peer', 'checks'],
  drive: [],
  peer: ['drive', 'run'],
  checks: ['peer', 'run', 'drive'],
  report: ['run/result.ts'],
  bench: ['course', 'build', 'drive', 'report/bench.ts'],
  proof: ['course', 'build', 'run', 'drive', 'peer', 'report', 'checks'],
};

const files = sourceFiles(join(repositoryRoot, 'checker')).filter(
  (file) => !/\.test\.ts$|^starters/.test(inChecker(file)),
);

test('there is something to look at', () => expect(files.length).toBeGreaterThan(50));

test('rooms import only what the house plan allows', () => {
  const wrong = files.flatMap((file) => {
    const [room = ''] = inChecker(file).split('/');
    return importsOf(file)
      .filter((path) => inChecker(path).split('/')[0] !== room)
      .filter(
        (path) =>
          !(MAY_IMPORT[room] ?? []).some((allowed) => `${inChecker(path)}/`.startsWith(`${allowed}/`)),
      )
      .map((path) => `${inChecker(file)} imports ${inChecker(path)}`);
  });
  expect(wrong).toEqual([]);
});

test("nobody but the starters' students and the stage imports labs or solutions", () => {
  const wrong = files.filter((file) =>
    importsOf(file).some((path) =>
      /^(labs|solutions)\//.test(relative(repositoryRoot, path).split(sep).join('/')),
    ),
  );
  expect(wrong.map(inChecker)).toEqual([]);
});

test('labs and solutions import node: modules and earlier labs, nothing else', () => {
  const programs = ['labs', 'solutions', 'checker/starters'].flatMap((folder) =>
    sourceFiles(join(repositoryRoot, folder)),
  );
  const wrong = programs
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap((file) => specifiersOf(file).filter((specifier) => !/^node:|^\.\.?\//.test(specifier)));
  expect(wrong).toEqual([]);
});

function importsOf(file: string): string[] {
  return specifiersOf(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => resolve(dirname(file), specifier));
}

function specifiersOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [
    ...text.matchAll(/^(?:import|export)\b[^;'"]*?from '([^']+)'|\bimport\('([^']+)'\)|^import '([^']+)'/gm),
  ].map(([, from, dynamic, bare]) => (from ?? dynamic ?? bare)!);
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function inChecker(path: string): string {
  return relative(join(repositoryRoot, 'checker'), path).split(sep).join('/');
}
