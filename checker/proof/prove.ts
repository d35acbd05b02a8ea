/**
 * The checker's own score: does it catch every mutant, by the checks that claim to, with the right hint; does it let
 * every variant and the reference pass; does the starter fail for the reason that was meant?
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findLab, type Lab, listLabs, repositoryRoot } from '../course/course.ts';
import { inLanes } from '../run/lanes.ts';
import type { CheckResult, RunResult } from '../run/result.ts';
import { runLab } from '../run/run.ts';
import { type Claims, type Mutant, type Proof, sourcesOf, type Variant } from './mutant.ts';

export interface LabScore {
  lab: string;
  mutants: number;
  /** Of these, the ones that no check on this machine can tell from a right program; the scores do not count them. */
  notTried: number;
  /** By whatever graded check. */
  killed: number;
  /** By every check that claims it, with the verdict that it claims. */
  killedByClaim: number;
  /** The report names the mistake that was made, with a hint. */
  hintShown: number;
  variants: number;
  variantsPassed: number;
  starterFails: boolean;
  referencePasses: boolean;
  /** One line for everything that is not as it should be. */
  details: string[];
}

export interface MutantsDocument {
  schema: 'barewire/mutants/v1';
  labs: LabScore[];
}

/** What became of one program. `wrong` says in one line each what is not as it should be. */
export interface Outcome {
  /** This machine can run none of the checks that claim it. */
  notTried: boolean;
  killed: boolean;
  claimed: boolean;
  hinted: boolean;
  wrong: string[];
}

export interface ProveOptions {
  /** Called with a line for each program that has been tried. */
  onProgress?: (line: string) => void;
}

/** Two at a time: one program's silences are the other's time. */
const LANES = 2;

/**
 * @param ids  labs by name; empty for all
 * @throws Error for a mistake in the proof: a patch that does not match, a lab without a proof
 */
export async function prove(ids: readonly string[], options: ProveOptions = {}): Promise<MutantsDocument> {
  const labs = ids.length === 0 ? listLabs() : ids.map((id) => findLab(id));
  const scores: LabScore[] = [];
  for (const lab of labs) scores.push(await proveLab(lab, options));
  return { schema: 'barewire/mutants/v1', labs: scores };
}

export async function loadProof(lab: Lab): Promise<Proof> {
  const file = join(repositoryRoot, 'checker', 'proof', lab.folder, 'index.ts');
  return (await import(pathToFileURL(file).href)).default as Proof;
}

/**
 * Run a mutant.
 *
 * @param claimedOnly  only the checks that claim it and what they need, instead of all
 */
export async function tryMutant(lab: Lab, mutant: Mutant, claimedOnly: boolean): Promise<Outcome> {
  const result = await runLab({
    lab,
    labsFolder: solutions(),
    subject: mutant.name,
    overrides: sourcesOf(lab, mutant),
    confirm: false,
    // Only a mutant that is late has to be told from one that is silent.
    patienceMs: Object.values(mutant.killedBy).some(({ misconception }) => misconception === 'late')
      ? 3500
      : 0,
    ...(claimedOnly && { only: Object.keys(mutant.killedBy) }),
  });
  return judgeClaims(result, mutant.killedBy);
}

/** Run a variant; every check must pass. */
export async function tryVariant(lab: Lab, variant: Variant): Promise<Outcome> {
  const result = await runLab({
    lab,
    labsFolder: solutions(),
    subject: variant.name,
    overrides: sourcesOf(lab, variant),
    confirm: false,
    patienceMs: 0,
  });
  return judgePass(result);
}

export async function tryReference(lab: Lab): Promise<Outcome> {
  return judgePass(await runLab({ lab, labsFolder: solutions(), subject: 'the reference', confirm: false }));
}

/** Run the pristine starter; it must fail as the proof says. */
export async function tryStarter(lab: Lab, claims: Claims): Promise<Outcome> {
  const labsFolder = join(repositoryRoot, 'checker', 'starters');
  return judgeClaims(
    await runLab({ lab, labsFolder, subject: 'the starter', confirm: false, patienceMs: 0 }),
    claims,
  );
}

async function proveLab(lab: Lab, { onProgress = () => {} }: ProveOptions): Promise<LabScore> {
  const proof = await loadProof(lab);
  const details: string[] = [];
  const attempt = async (name: string, run: () => Promise<Outcome>): Promise<Outcome> => {
    const outcome = await run();
    details.push(...outcome.wrong.map((line) => `${lab.id}, ${name}: ${line}`));
    onProgress(`${lab.id}  ${mark(outcome)} ${name}`);
    return outcome;
  };
  const reference = await attempt('the reference', () => tryReference(lab));
  const starter = await attempt('the starter', () => tryStarter(lab, proof.starter));
  const variants = await inLanes(proof.variants, LANES, (variant) =>
    attempt(`variant ${variant.name}`, () => tryVariant(lab, variant)),
  );
  const mutants = await inLanes(proof.mutants, LANES, (mutant) =>
    attempt(`mutant ${mutant.name}`, () => tryMutant(lab, mutant, false)),
  );
  return {
    lab: lab.id,
    mutants: mutants.length,
    notTried: mutants.filter(({ notTried }) => notTried).length,
    killed: mutants.filter(({ killed }) => killed).length,
    killedByClaim: mutants.filter(({ claimed }) => claimed).length,
    hintShown: mutants.filter(({ hinted }) => hinted).length,
    variants: variants.length,
    variantsPassed: variants.filter(({ wrong }) => wrong.length === 0).length,
    starterFails: starter.claimed,
    referencePasses: reference.wrong.length === 0,
    details,
  };
}

function mark({ wrong, notTried }: Outcome): string {
  if (wrong.length > 0) return '✗';
  return notTried ? '·' : '✓';
}

function judgeClaims(result: RunResult, claims: Claims): Outcome {
  const wrong = result.problems.map(({ file, line, message }) => `cannot be run: ${file}:${line} ${message}`);
  let claimed = wrong.length === 0;
  let hinted = claimed;
  let notTried = true;
  for (const [id, claim] of Object.entries(claims)) {
    const check = result.checks.find((candidate) => candidate.id === id);
    if (check?.verdict === 'not-run') continue;
    if (claim.onlyOn !== undefined && claim.onlyOn !== process.platform) continue;
    notTried = false;
    if (check?.verdict !== claim.verdict) {
      claimed = false;
      wrong.push(
        `${id} came to ${check?.verdict ?? 'nothing'}, not ${claim.verdict}: ${check?.message ?? ''}`,
      );
    }
    if (check?.misconception !== claim.misconception || !check.hint) {
      hinted = false;
      wrong.push(
        `${id} names ${check?.misconception ?? 'no mistake'}, not ${claim.misconception}: ${check?.message ?? ''}`,
      );
    }
  }
  wrong.push(...errorsIn(result));
  if (notTried) return { notTried, killed: false, claimed: false, hinted: false, wrong };
  const killed = result.checks.some(isGradedFailure);
  if (!killed) wrong.push('no graded check caught it');
  return { notTried, killed, claimed, hinted, wrong };
}

function judgePass(result: RunResult): Outcome {
  const wrong = result.problems.map(({ file, line, message }) => `cannot be run: ${file}:${line} ${message}`);
  for (const check of result.checks) {
    if (check.verdict === 'pass' || check.verdict === 'not-run') continue;
    // A right program need not follow advice.
    if (check.level === 'advice' && check.verdict === 'fail') continue;
    wrong.push(`${check.id} came to ${check.verdict}: ${check.message}`);
  }
  if (result.verdict !== 'pass' && wrong.length === 0) wrong.push(`the run came to ${result.verdict}`);
  return { notTried: false, killed: false, claimed: false, hinted: false, wrong };
}

function isGradedFailure(check: CheckResult): boolean {
  return check.level !== 'advice' && ['fail', 'timeout', 'crash'].includes(check.verdict);
}

/** A check that breaks on a wrong program is our mistake, whatever the others say. */
function errorsIn(result: RunResult): string[] {
  return result.checks
    .filter(({ verdict }) => verdict === 'error')
    .map(({ id, message }) => `${id}: ${message}`);
}

function solutions(): string {
  return join(repositoryRoot, 'solutions');
}
