/**
 * Our own small programs that run beside the checker: the reaper, the module host, the terminal session. They are
 * written in TypeScript like the rest, and bundled so that plain node starts them in a third of tsx's time.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';

const bundled = new Map<string, Promise<string>>();

/**
 * Bundle one of our programs.
 *
 * @param name    file without its ending: `reaper-main`
 * @param folder  where the bundle is written
 * @param beside  URL of a file of ours beside which it lies; this one by default
 * @returns absolute path of the bundle, to be run with `process.execPath`
 * @throws Error when it does not compile or the folder cannot be written: our fault or the machine's
 */
export function ownProgram(name: string, folder: string, beside = import.meta.url): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  // Once: a program that replaces another must not find its file half written.
  const known = bundled.get(outfile) ?? bundle(name, beside, outfile);
  bundled.set(outfile, known);
  return known;
}

/**
 * Bundle one of the programs in this folder without writing it anywhere.
 *
 * @returns its text, to be run with `process.execPath --input-type=module -e TEXT`
 * @throws Error when it does not compile: our fault
 */
export async function ownProgramText(name: string): Promise<string> {
  const { outputFiles } = await build({ ...optionsFor(name, import.meta.url), minify: true, write: false });
  return outputFiles[0]!.text;
}

async function bundle(name: string, beside: string, outfile: string): Promise<string> {
  await build({ ...optionsFor(name, beside), outfile });
  return outfile;
}

function optionsFor(name: string, beside: string): BuildOptions {
  return {
    entryPoints: [fileURLToPath(new URL(`./${name}.ts`, beside))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
  };
}
