import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, setPriority } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TypeAdvice } from '../run/result.ts';
import { displayPath } from './source.ts';

export interface TypeAdviceRequest {
  /** Absolute paths of the student's source files; `build` names them. */
  files: readonly string[];
  /** Absolute folder that keeps the advice for files that did not change. */
  cacheFolder: string;
}

export interface TypeAdviceRun {
  /** Never rejects: without a compiler, or once cancelled, there is no advice. */
  result: Promise<TypeAdvice[]>;
  /** End the compiler. `result` then comes to [] as soon as the process is gone. */
  cancel(): void;
}

/**
 * Let the TypeScript compiler look at the student's files beside the run, at the lowest priority.
 *
 * The options are the repository's, wherever the files lie, and so are the types of node. Errors in other
 * files are left out.
 */
export function startTypeAdvice(request: TypeAdviceRequest): TypeAdviceRun {
  const stop = new AbortController();
  return {
    result: advise(request, stop.signal).then(forDisplay, () => []),
    cancel: () => stop.abort(),
  };
}

/** What the compiler says at its usual speed in 100 ms; a machine that needs longer has better things to do. */
const COMPILER_TIMEOUT_MS = 30_000;

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** One compilation as the cache keeps it: paths are absolute, since the current folder may change. */
interface CacheEntry {
  /** Content hash of every file that had a say, type-only imports included. */
  hashes: Record<string, string>;
  advice: TypeAdvice[];
}

async function advise({ files, cacheFolder }: TypeAdviceRequest, signal: AbortSignal): Promise<TypeAdvice[]> {
  if (files.length === 0) return [];
  const config = compilerConfig(files);
  const packageFile = createRequire(import.meta.url).resolve('typescript/package.json');
  const key = hash([readFileSync(packageFile, 'utf8'), repositoryConfigText(), config].join('\n')).slice(
    0,
    16,
  );
  mkdirSync(cacheFolder, { recursive: true });
  // The compiler prints paths relative to where it really stands.
  const folder = realpathSync.native(cacheFolder);
  const cacheFile = join(folder, `types-${key}.json`);
  const cached = cachedAdvice(cacheFile);
  if (cached !== undefined) return cached;

  const before = hashesOf(files);
  const configFile = join(folder, `types-${key}.tsconfig.json`);
  writeWhole(configFile, config);
  const compiler = await compilerPath(packageFile);
  const output = await runCompiler(compiler, configFile, signal);
  if (output === undefined) return [];
  const { advice, read, complete } = parseOutput(output, folder, files);
  const entry: CacheEntry = { hashes: { ...hashesOf(read), ...hashesOf(files) }, advice };
  // The student may have saved a file while the compiler was at work.
  const unchanged = files.every((file) => entry.hashes[file] === before[file]);
  if (complete && unchanged) writeWhole(cacheFile, JSON.stringify(entry));
  return advice;
}

function compilerConfig(files: readonly string[]): string {
  const types = createRequire(import.meta.url).resolve('@types/node/package.json');
  return JSON.stringify({
    extends: repositoryConfig(),
    compilerOptions: {
      // A folder elsewhere has no package.json that makes its files ES modules.
      module: 'esnext',
      moduleResolution: 'bundler',
      moduleDetection: 'force',
      typeRoots: [dirname(dirname(types))],
    },
    files,
    include: [],
  });
}

function repositoryConfig(): string {
  return join(REPOSITORY, 'tsconfig.json');
}

function repositoryConfigText(): string {
  return readFileSync(repositoryConfig(), 'utf8');
}

/** The native binary. `bin/tsc` only starts it, and would leave it behind when it is killed itself. */
async function compilerPath(packageFile: string): Promise<string> {
  const locator = join(dirname(packageFile), 'lib', 'getExePath.js');
  const { default: getExePath } = (await import(pathToFileURL(locator).href)) as { default: () => string };
  return getExePath();
}

/** @returns what the compiler printed; undefined when it did not come to its end */
function runCompiler(compiler: string, configFile: string, signal: AbortSignal): Promise<string | undefined> {
  const args = [
    '--project',
    configFile,
    '--pretty',
    'false',
    '--listFiles',
    '--singleThreaded',
    '--locale',
    'en',
  ];
  // On Linux a priority set from outside holds for one thread of a process; `nice` sets it before there are more.
  const [command, ...rest] = process.platform === 'win32' ? [compiler] : ['nice', '-n', '19', compiler];
  return new Promise((resolveOutput) => {
    if (signal.aborted) return resolveOutput(undefined);
    const child = spawn(command!, [...rest, ...args], {
      cwd: dirname(configFile),
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: COMPILER_TIMEOUT_MS,
      killSignal: 'SIGKILL',
      windowsHide: true,
      signal,
    });
    if (process.platform === 'win32') lowerPriority(child.pid);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    // 'close' follows and tells the same.
    child.on('error', () => {});
    child.on('close', (code) => {
      const ended = code !== null && code >= 0 && !signal.aborted;
      resolveOutput(ended ? Buffer.concat(chunks).toString() : undefined);
    });
  });
}

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has already ended.
  }
}

function parseOutput(output: string, folder: string, files: readonly string[]) {
  const wanted = new Map(files.flatMap((file) => [file, realPath(file)].map((path) => [path, file])));
  const advice: TypeAdvice[] = [];
  const read: string[] = [];
  let complete = true;
  for (const line of output.split(/\r?\n/)) {
    const found = /^(.+)\((\d+),(\d+)\): error (TS\d+): (.*)$/.exec(line);
    if (found !== null) {
      const [, path, row, column, code, text] = found as unknown as [
        string,
        string,
        string,
        string,
        string,
        string,
      ];
      const file = wanted.get(resolve(folder, path));
      if (file !== undefined) {
        advice.push({ file, line: Number(row), column: Number(column), message: `${text} (${code})` });
      }
      // A module that is not found may be there the next time, and no file that was read has changed.
      if (code === 'TS2307') complete = false;
    } else if (/^error TS\d+:/.test(line)) {
      complete = false;
    } else if (/^(\/|[A-Za-z]:[\\/]).*\.[mc]?[tj]s$/.test(line) && !line.includes('node_modules')) {
      read.push(resolve(line));
    }
  }
  return { advice, read, complete: complete && read.length > 0 };
}

function cachedAdvice(cacheFile: string): TypeAdvice[] | undefined {
  try {
    const { hashes, advice } = JSON.parse(readFileSync(cacheFile, 'utf8')) as CacheEntry;
    const now = hashesOf(Object.keys(hashes));
    return Object.entries(hashes).every(([file, known]) => now[file] === known) ? advice : undefined;
  } catch {
    // Nothing is kept yet, or a file is gone.
    return undefined;
  }
}

function hashesOf(files: readonly string[]): Record<string, string> {
  return Object.fromEntries(files.map((file) => [file, hash(readFileSync(file))]));
}

function hash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Another run may read the file at this moment: it sees the old one or the new one. */
function writeWhole(file: string, text: string): void {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}

function realPath(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    return file;
  }
}

function forDisplay(advice: TypeAdvice[]): TypeAdvice[] {
  return advice.map((one) => ({ ...one, file: displayPath(one.file) }));
}
