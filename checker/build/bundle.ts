import { mkdirSync, realpathSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import * as esbuild from 'esbuild';
import type { Problem } from '../run/result.ts';
import { compilerProblems } from './compiler-messages.ts';
import { type ImportScope, resolveImport } from './imports.ts';
import { displayPath, withResolvedPaths } from './source.ts';
import { StudentFiles, wholeFile } from './student-files.ts';
import { moduleMark } from './syntax-tree.ts';

export interface BuildRequest {
  /** Absolute path of the folder that holds the lab folders (labs/, solutions/, a student's own). */
  labsFolder: string;
  /** e.g. 'lab-01-tcp-echo' */
  labFolder: string;
  /** Files relative to the lab folder to bundle, e.g. ['server.ts', 'client.ts'] */
  entries: string[];
  /** What lab.json allows, e.g. ['node:net', 'node:readline']; 'net' in a source means 'node:net'. */
  allowedImports: string[];
  /**
   * What the lab.json of earlier labs allows, by folder. Files of a lab that isn't named here may import
   * every module but those that no lab may.
   */
  earlierImports?: ReadonlyMap<string, readonly string[]>;
  /** Those of `entries` that are modules, and the names that each must export. */
  exporting: readonly { file: string; exports: readonly string[] }[];
  /**
   * Functions and classes keep their names although two files may have the same one. It costs time and memory whenever a
   * function is made, so whoever measures leaves it out. Default true.
   */
  keepNames?: boolean;
  /** Absolute folder to write bundles into. */
  outputFolder: string;
  /** Sources given instead of what the files hold, by absolute path. */
  overrides?: ReadonlyMap<string, string>;
  /** Another folder stands in for an earlier lab: 'lab-05-http-request' → absolute folder. */
  standIns?: ReadonlyMap<string, string>;
}

export type Build =
  | {
      ok: true;
      /** Entry as requested → absolute path of the .mjs. */
      bundles: Map<string, string>;
      /** Absolute paths of all the student's source files. */
      sources: string[];
    }
  | { ok: false; problems: Problem[] };

/** More would scroll the first one away, and the first one is to be repaired first. */
const PROBLEMS_SHOWN = 3;

/**
 * Bundle the student's files, each entry into one .mjs that plain node runs.
 *
 * Stack traces name the TypeScript files when node is started with `--enable-source-maps`.
 *
 * @returns the bundles, or at most three problems in plain words; it rejects for our own faults only
 */
export async function build(request: BuildRequest): Promise<Build> {
  const scope = scopeOf(request);
  const student = new StudentFiles(scope);
  const folder = join(scope.labsFolder, scope.labFolder);
  const problems = request.entries.flatMap((entry) => student.openEntry(join(folder, entry)));
  if (problems.length > 0) return failed(problems);

  mkdirSync(request.outputFolder, { recursive: true });
  // Node resolves the paths of a source map against the real path of the bundle.
  const outputFolder = realpathSync.native(request.outputFolder);
  const outcome = await bundle(request, outputFolder, student, scope);
  const refused = student.breaches();
  if ('problems' in outcome) return failed(inOrder([...outcome.problems, ...refused]));
  if (refused.length > 0) return failed(inOrder(refused));

  const bundles = new Map(request.entries.map((entry) => [entry, join(outputFolder, bundleName(entry))]));
  const missing = request.exporting.flatMap(
    ({ file, exports }) =>
      missingExports(join(folder, file), exports, exportsOf(outcome.metafile, bundles.get(file))) ?? [],
  );
  if (missing.length > 0) return failed(missing);
  return { ok: true, bundles, sources: student.sources() };
}

/** End esbuild's service. A later `build` starts it again. */
export async function stopBuilding(): Promise<void> {
  await esbuild.stop();
}

async function bundle(
  { entries, keepNames = true }: BuildRequest,
  outputFolder: string,
  student: StudentFiles,
  scope: ImportScope,
): Promise<{ metafile: esbuild.Metafile } | { problems: Problem[] }> {
  const folder = join(scope.labsFolder, scope.labFolder);
  try {
    return await esbuild.build({
      entryPoints: entries.map((entry) => ({
        in: student.entryPath(join(folder, entry)),
        out: bundleName(entry).slice(0, -'.mjs'.length),
      })),
      outdir: outputFolder,
      outExtension: { '.js': '.mjs' },
      absWorkingDir: scope.labsFolder,
      absPaths: ['log', 'metafile'],
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: 'inline',
      // What `error.constructor.name` says must not change.
      keepNames,
      charset: 'utf8',
      metafile: true,
      logLevel: 'silent',
      // No tsconfig.json of the student's machine has a say in what her program means.
      tsconfigRaw: { compilerOptions: { target: 'es2023', strict: true } },
      plugins: [importRules(student, scope)],
    });
  } catch (error) {
    if (!isBuildFailure(error) || error.errors.some(isOurFault)) throw error;
    return { problems: compilerProblems(error.errors, (file) => student.openedAt(file)) };
  }
}

/** Finds and reads every file itself, so that nothing gets into a bundle past the rules. */
function importRules(student: StudentFiles, scope: ImportScope): esbuild.Plugin {
  return {
    name: 'import-rules',
    setup(plugin) {
      plugin.onResolve({ filter: /.*/ }, ({ kind, path, importer }) => {
        if (kind === 'entry-point') return { path };
        const target = resolveImport(path, importer, scope);
        if ('module' in target) return { path: target.module, external: true };
        if ('file' in target) return { path: target.file };
        return { errors: [{ text: target.refusal.message, detail: target.refusal }] };
      });
      plugin.onLoad({ filter: /.*/ }, ({ path }) => {
        const opened = student.open(path);
        if ('problem' in opened)
          return { errors: [{ text: opened.problem.message, detail: opened.problem }] };
        const { text, parsed } = opened;
        return { contents: text + moduleMark(parsed), loader: extname(path).endsWith('ts') ? 'ts' : 'js' };
      });
    },
  };
}

function scopeOf(request: BuildRequest): ImportScope {
  return {
    labsFolder: resolve(request.labsFolder),
    labFolder: request.labFolder,
    allowedImports: request.allowedImports,
    earlierImports: request.earlierImports ?? new Map(),
    standIns: new Map([...(request.standIns ?? [])].map(([lab, folder]) => [lab, resolve(folder)])),
    overrides: withResolvedPaths(request.overrides),
  };
}

function bundleName(entry: string): string {
  return `${entry.slice(0, entry.length - extname(entry).length)}.mjs`;
}

function exportsOf(metafile: esbuild.Metafile, bundlePath: string | undefined): string[] {
  const output = Object.entries(metafile.outputs).find(([path]) => resolve(path) === bundlePath);
  return output?.[1].exports ?? [];
}

function missingExports(file: string, wanted: readonly string[], found: string[]): Problem | undefined {
  const missing = wanted.filter((name) => !found.includes(name));
  if (missing.length === 0) return undefined;
  const exported = found.length === 0 ? 'it exports nothing' : `it exports ${found.join(', ')}`;
  return wholeFile(file, {
    kind: 'missing-export',
    message: `${displayPath(file)} does not export ${missing.join(', ')}; ${exported}`,
    advice: `Write export before ${missing.length === 1 ? 'its declaration' : 'their declarations'}, and look at the spelling.`,
  });
}

/** By file and place; of two problems in one line the first, which is the compiler's. */
function inOrder(problems: Problem[]): Problem[] {
  const lines = new Map<string, Problem>();
  for (const problem of problems) {
    const line = `${problem.line} ${problem.file}`;
    if (!lines.has(line)) lines.set(line, problem);
  }
  return [...lines.values()].sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

function failed(problems: Problem[]): Build {
  return { ok: false, problems: problems.slice(0, PROBLEMS_SHOWN) };
}

/** An exception in our plugin, or a message about no source file: the bundle could not be written. */
function isOurFault({ detail, location }: esbuild.Message): boolean {
  return detail instanceof Error || (detail === undefined && location === null);
}

function isBuildFailure(error: unknown): error is esbuild.BuildFailure {
  return error instanceof Error && 'errors' in error;
}
