/**
 * The tests of the tests, as data. A mutant is a program with one mistake that real beginners make; a variant is a
 * different but right program. Both are made from the reference by exact replacements, or written out whole.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../course/course.ts';
import { repositoryRoot, solutionFolder } from '../course/course.ts';
import type { Verdict } from '../run/result.ts';

/** One replacement in one of the reference's files. `find` must occur in it exactly once. */
export interface Patch {
  file: string;
  find: string;
  replace: string;
}

export interface Program {
  /** Short and stable: `text-round-trip`. */
  name: string;
  /** Who writes this, and why: one or two sentences. */
  story: string;
  /** Changes to the reference, in order. */
  patches?: Patch[];
  /** Whole files instead: name in the lab → path below `checker/proof/<lab folder>/`. */
  files?: { [file: string]: string };
}

/** By check id: the verdict that it must come to, and the mistake that the report must name. */
export interface Claims {
  [checkId: string]: Claim;
}

export interface Claim {
  verdict: Verdict;
  misconception: string;
  /** For what only one system tells: on the others the check need not come to it. */
  onlyOn?: NodeJS.Platform;
}

export interface Mutant extends Program {
  /** The checks that must catch it. */
  killedBy: Claims;
}

export interface Variant extends Program {}

/** What `checker/proof/<lab folder>/index.ts` exports as its default. */
export interface Proof {
  /** How the pristine starter must fail: for this reason and no other. */
  starter: Claims;
  mutants: Mutant[];
  variants: Variant[];
}

/**
 * The texts that stand in for the reference's files, by absolute path in `solutions/`.
 *
 * @throws Error when a patch does not match exactly once, or a file is missing: a mistake in the proof
 */
export function sourcesOf(lab: Lab, program: Program, root = repositoryRoot): Map<string, string> {
  const sources = new Map<string, string>();
  for (const [file, path] of Object.entries(program.files ?? {})) {
    sources.set(
      join(solutionFolder(lab, root), file),
      readFileSync(join(root, 'checker', 'proof', lab.folder, path), 'utf8'),
    );
  }
  for (const { file, find, replace } of program.patches ?? []) {
    const path = join(solutionFolder(lab, root), file);
    const text = sources.get(path) ?? readFileSync(path, 'utf8');
    const matches = text.split(find).length - 1;
    if (matches !== 1) {
      throw new Error(
        `${lab.id}, ${program.name}: ${JSON.stringify(find)} occurs ${matches} times in ${file}, not once`,
      );
    }
    sources.set(
      path,
      text.replace(find, () => replace),
    );
  }
  return sources;
}
