/** One run of a lab's hidden checks against somebody's programs: the only way in which checks are run. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Build, build } from '../build/bundle.ts';
import { type Lab, repositoryRoot, suiteFile } from '../course/course.ts';
import { Drive } from '../drive/drive.ts';
import type { Limits } from '../drive/limits.ts';
import type { Check, Machine, Suite } from './check.ts';
import { type Inputs, keepExchange, keptExchange } from './exchange.ts';
import { thisMachine } from './machine.ts';
import { newSeed } from './random.ts';
import { type CheckResult, type RunResult, VERDICTS, type Verdict } from './result.ts';
import { type CheckRun, overruled, runCheck, unrun } from './run-check.ts';
import { runAll, withNeeds } from './schedule.ts';
import { Stage } from './stage.ts';

export interface RunRequest {
  lab: Lab;
  /** Absolute path of the folder that holds the lab folders to grade. */
  labsFolder: string;
  /** What the report calls them: the folder as typed, or the command. */
  subject: string;
  /** `--cmd`: the server is this command and nothing is built. */
  command?: string[];
  /** Where that command runs. */
  commandFolder?: string;
  /** Folders that stand in for earlier labs, by the lab's folder name. */
  standIns?: ReadonlyMap<string, string>;
  /** Default: a new one. */
  seed?: string;
  /** Stop at the first graded check that does not pass. */
  bail?: boolean;
  /** Only these checks, and what they need. */
  only?: readonly string[];
  /** Exactly the checks in `only`, with the inputs of their kept exchanges where the seed is the same. */
  replay?: boolean;
  /** Called as each check ends, in the order in which they end. */
  onCheck?: (result: CheckResult) => void;
  /** Texts instead of what the student's files hold, by absolute path: mutants are built from these. */
  overrides?: ReadonlyMap<string, string>;
  /** Run failing checks again, and the reference on them, before blaming the student. Default true. */
  confirm?: boolean;
  /** How long to wait, once, to tell late from never. Default 3500 ms. */
  patienceMs?: number;
  limits?: Partial<Limits>;
  /** The repository. */
  root?: string;
}

const PATIENCE_MS = 3500;
/** Symptoms that need no second look: ten seconds without a listening socket, and a limit far above every right use. */
const CERTAIN = new Set(['never-listened', 'broke-limit']);

/**
 * Run a lab's checks.
 *
 * @throws Error when the checker or the machine is broken: no temporary folder, no suite for the lab
 */
export async function runLab(request: RunRequest): Promise<RunResult> {
  const began = performance.now();
  const seed = request.seed ?? newSeed();
  const [suite, drive, machine] = await Promise.all([
    loadSuite(request.lab, request.root),
    Drive.open(request.limits),
    thisMachine(),
  ]);
  const run = new Run(request, suite, drive, machine, seed);
  try {
    const built = await run.build(request.labsFolder, request.overrides);
    if (!built.ok) {
      const nothing = summary(request, suite, seed, [], performance.now() - began);
      const asked = suite.checks.filter(({ level }) => level !== 'advice');
      const maxPoints = asked.reduce((sum, check) => sum + (check.points ?? 1), 0);
      return { ...nothing, verdict: 'fail', maxPoints, problems: built.problems };
    }
    const checks = await run.checks(built);
    return summary(request, suite, seed, checks, performance.now() - began);
  } finally {
    await drive.close();
  }
}

/**
 * The hidden checks of a lab.
 *
 * @throws Error when the lab has none
 */
export async function loadSuite(lab: Lab, root = repositoryRoot): Promise<Suite> {
  const module = await import(pathToFileURL(suiteFile(lab, root)).href);
  return module.default as Suite;
}

type Built = Extract<Build, { ok: true }> | { ok: true; bundles: Map<string, string>; sources: string[] };

class Run {
  readonly #request: RunRequest;
  readonly #suite: Suite;
  readonly #drive: Drive;
  readonly #machine: Machine;
  readonly #seed: string;
  readonly #root: string;

  constructor(request: RunRequest, suite: Suite, drive: Drive, machine: Machine, seed: string) {
    this.#request = request;
    this.#suite = suite;
    this.#drive = drive;
    this.#machine = machine;
    this.#seed = seed;
    this.#root = request.root ?? repositoryRoot;
  }

  async build(
    labsFolder: string,
    overrides?: ReadonlyMap<string, string>,
    name = 'subject',
  ): Promise<Build | Built> {
    const { lab, command, standIns } = this.#request;
    if (command !== undefined && name === 'subject') return { ok: true, bundles: new Map(), sources: [] };
    const entries = [lab.programs.server, lab.programs.client, lab.module?.file].filter(
      (file) => file !== undefined,
    );
    const outputFolder = join(this.#drive.folder, name);
    await mkdir(outputFolder, { recursive: true });
    return build({
      labsFolder,
      labFolder: lab.folder,
      entries: [...new Set(entries)],
      allowedImports: lab.imports,
      exports: lab.module?.exports ?? [],
      outputFolder,
      ...(overrides && { overrides }),
      ...(standIns && { standIns }),
    });
  }

  async checks(built: Built): Promise<CheckResult[]> {
    const { only, replay, bail, onCheck } = this.#request;
    const selected = only === undefined ? this.#suite.checks : withNeeds(this.#suite.checks, only);
    const checks = replay ? selected.filter((check) => only?.includes(check.id)) : selected;
    const noTerminal = checks.some((check) => check.terminal) ? await whyNoTerminal() : undefined;
    const failures = new Map<string, CheckRun>();
    const stage = this.#stage(built);
    const results = await runAll({
      checks,
      bail: bail ?? false,
      heedNeeds: !replay,
      runOne: async (check) => {
        const lacking = this.#lacking(check, noTerminal);
        if (lacking !== undefined) return unrun(check, 'not-run', lacking);
        const kept = replay ? keptExchange(this.#root, check.id) : undefined;
        const inputs = kept?.seed === this.#seed ? kept.inputs : undefined;
        const run = await runCheck(check, stage, this.#seed, inputs);
        if (isFailure(run.result)) {
          failures.set(check.id, run);
          keepExchange(this.#root, {
            schema: 'barewire/exchange/v1',
            check: check.id,
            seed: this.#seed,
            inputs: run.inputs,
          });
        }
        onCheck?.(run.result);
        return run.result;
      },
    });
    await stage.close();
    return this.#request.confirm === false ? results : this.#confirm(results, built, failures);
  }

  /** Before a student is blamed: the same check again, then the reference on it, each on programs of its own. */
  async #confirm(
    results: CheckResult[],
    built: Built,
    failures: ReadonlyMap<string, CheckRun>,
  ): Promise<CheckResult[]> {
    const doubtful = [...failures.values()].filter(({ symptom }) => !CERTAIN.has(symptom ?? ''));
    if (doubtful.length === 0) return results;
    const reference = await this.#buildReference();
    const confirmed = await inLanes(doubtful, 3, (failure) => this.#confirmOne(failure, built, reference));
    return results.map((result) => confirmed.get(result.id) ?? result);
  }

  async #confirmOne(
    { result, inputs }: CheckRun,
    built: Built,
    reference: Built | undefined,
  ): Promise<CheckResult> {
    const again = await this.#alone(result.id, inputs, this.#stage(built));
    if (again.verdict === 'pass') {
      return overruled(
        result,
        'flaky',
        `failed, then passed with the same seed. The first time: ${result.message}`,
      );
    }
    if (reference === undefined) return result;
    const ours = await this.#alone(result.id, inputs, this.#stage(reference, true));
    if (ours.verdict === 'pass' || ours.verdict === 'not-run') return result;
    const message = `the checker or this machine failed, not your program: the reference fails here too (${ours.message})`;
    return overruled(result, 'error', message);
  }

  async #alone(id: string, inputs: Inputs, stage: Stage): Promise<CheckResult> {
    const check = this.#suite.checks.find((candidate) => candidate.id === id)!;
    const { result } = await runCheck(check, stage, this.#seed, inputs);
    await stage.close();
    return result;
  }

  async #buildReference(): Promise<Built | undefined> {
    const solutions = join(this.#root, 'solutions');
    if (!existsSync(join(solutions, this.#request.lab.folder))) return undefined;
    const built = await this.build(solutions, undefined, 'reference');
    return built.ok ? built : undefined;
  }

  #stage(built: Built, reference = false): Stage {
    const { lab, command, commandFolder, patienceMs } = this.#request;
    const bundles = new Map<'server' | 'client' | 'module', string>();
    for (const [role, file] of [
      ['server', lab.programs.server],
      ['client', lab.programs.client],
      ['module', lab.module?.file],
    ] as const) {
      const bundle = file === undefined ? undefined : built.bundles.get(file);
      if (bundle !== undefined) bundles.set(role, bundle);
    }
    return new Stage({
      drive: this.#drive,
      bundles,
      command: reference ? undefined : command,
      commandFolder: commandFolder ?? process.cwd(),
      transport: this.#suite.transport ?? 'tcp',
      patienceMs: patienceMs ?? PATIENCE_MS,
    });
  }

  #lacking(check: Check, noTerminal: string | undefined): string | undefined {
    return check.lacks?.(this.#machine) ?? (check.terminal ? noTerminal : undefined);
  }
}

async function whyNoTerminal(): Promise<string | undefined> {
  const { noTerminalReason } = await import('../drive/terminal.ts');
  return noTerminalReason();
}

/** A verdict that blames the student's program. */
function isFailure(result: CheckResult): boolean {
  return result.verdict === 'fail' || result.verdict === 'timeout' || result.verdict === 'crash';
}

/** Work through a list, `lanes` at a time; what came of each, by its id. */
async function inLanes(
  list: CheckRun[],
  lanes: number,
  work: (failure: CheckRun) => Promise<CheckResult>,
): Promise<Map<string, CheckResult>> {
  const queue = [...list];
  const done = new Map<string, CheckResult>();
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      done.set(next.result.id, await work(next));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done;
}

function summary(
  { lab, subject }: RunRequest,
  suite: Suite,
  seed: string,
  checks: CheckResult[],
  durationMs: number,
): RunResult {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  for (const check of checks) counts[check.verdict] += 1;
  const total = (pick: (check: CheckResult) => number): number =>
    checks.reduce((sum, check) => sum + pick(check), 0);
  return {
    schema: 'barewire/check/v1',
    lab: lab.id,
    title: lab.title,
    subject,
    verdict: overall(checks),
    seed,
    durationMs: Math.round(durationMs),
    points: total((check) => check.points),
    maxPoints: total((check) => check.maxPoints),
    counts,
    sealed: { total: 0, run: 0 },
    steps: suite.steps.map(({ number, title }) => ({ number, title })),
    checks,
    problems: [],
    notices: [],
  };
}

/** A run in which no graded check passed or failed has shown nothing: that is the machine's fault, never a pass. */
function overall(checks: CheckResult[]): RunResult['verdict'] {
  const graded = checks.filter((check) => check.level !== 'advice' && check.verdict !== 'not-run');
  if (graded.some((check) => check.verdict === 'error')) return 'error';
  if (graded.some((check) => check.verdict !== 'pass')) return 'fail';
  return graded.length === 0 ? 'error' : 'pass';
}
