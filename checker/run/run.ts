/** One run of a lab's hidden checks against somebody's programs: the only way in which checks are run. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Build, build } from '../build/bundle.ts';
import { entriesOf, findLab, type Lab, repositoryRoot, suiteFile } from '../course/course.ts';
import { Drive } from '../drive/drive.ts';
import { HostProcess } from '../drive/host-process.ts';
import type { Limits } from '../drive/limits.ts';
import type { Machine, Suite } from './check.ts';
import { confirm } from './confirm.ts';
import { keepExchange, keptExchange } from './exchange.ts';
import { thisMachine } from './machine.ts';
import { newSeed } from './random.ts';
import type { CheckResult, RunResult } from './result.ts';
import { type CheckRun, isFailure, runCheck, unrun } from './run-check.ts';
import { runAll, withNeeds } from './schedule.ts';
import { Stage } from './stage.ts';
import { cannotRun, summary } from './summary.ts';

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
  /** Keep the inputs of failing checks for `replay`. */
  keepExchanges?: boolean;
  /** Exactly the checks in `only`, with the inputs of their kept exchanges where the seed is the same. */
  replay?: boolean;
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
    if (!built.ok) return cannotRun(request, suite, seed, built.problems, performance.now() - began);
    const checks = await run.checks(built);
    return { ...summary(request, suite, seed, checks, performance.now() - began), notices: run.notices };
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
  /** Sentences about the run that are no verdict. */
  readonly notices: string[] = [];
  readonly #request: RunRequest;
  readonly #suite: Suite;
  readonly #drive: Drive;
  readonly #machine: Machine;
  readonly #seed: string;
  readonly #root: string;
  /** Processes for the module, started while it is being built. */
  readonly #blanks: Promise<HostProcess>[] = [];

  constructor(request: RunRequest, suite: Suite, drive: Drive, machine: Machine, seed: string) {
    this.#request = request;
    this.#suite = suite;
    this.#drive = drive;
    this.#machine = machine;
    this.#seed = seed;
    this.#root = request.root ?? repositoryRoot;
    if (this.#isModuleOnly)
      this.#blanks = Array.from({ length: this.#lanes }, () => HostProcess.start(drive));
    // Whoever takes one sees that it failed.
    for (const blank of this.#blanks) blank.catch(() => {});
  }

  async build(
    labsFolder: string,
    overrides?: ReadonlyMap<string, string>,
    name = 'subject',
  ): Promise<Build | Built> {
    const { lab, command, standIns } = this.#request;
    if (command !== undefined && name === 'subject') return { ok: true, bundles: new Map(), sources: [] };
    const outputFolder = join(this.#drive.folder, name);
    await mkdir(outputFolder, { recursive: true });
    return build({
      labsFolder,
      labFolder: lab.folder,
      entries: entriesOf(lab),
      allowedImports: lab.imports,
      exporting: lab.modules,
      earlierImports: this.#importsOfEarlierLabs(),
      outputFolder,
      ...(overrides && { overrides }),
      ...(standIns && { standIns }),
    });
  }

  /** A module takes one core and the judge another, in turns; two of each keep both busy. A server is one for all. */
  get #lanes(): number {
    return this.#isModuleOnly && !this.#request.bail ? 2 : 1;
  }

  get #isModuleOnly(): boolean {
    const { server, client } = this.#request.lab.programs;
    return server === undefined && client === undefined;
  }

  #importsOfEarlierLabs(): Map<string, string[]> {
    const earlier = this.#request.lab.needs.map((id) => findLab(id, this.#root));
    return new Map(earlier.map(({ folder, imports }) => [folder, imports]));
  }

  async checks(built: Built): Promise<CheckResult[]> {
    const { only, replay, bail } = this.#request;
    const selected = only === undefined ? this.#suite.checks : withNeeds(this.#suite.checks, only);
    const checks = replay ? selected.filter((check) => only?.includes(check.id)) : selected;
    const noTerminal = checks.some((check) => check.terminal) ? await whyNoTerminal() : undefined;
    const runs: CheckRun[] = [];
    const stages = Array.from({ length: this.#lanes }, () =>
      this.#stage(built, this.#request.patienceMs ?? PATIENCE_MS),
    );
    const results = await runAll({
      checks,
      bail: bail ?? false,
      heedNeeds: !replay,
      sharedLanes: stages.length,
      runOne: async (check, lane) => {
        const lacking = check.lacks?.(this.#machine) ?? (check.terminal ? noTerminal : undefined);
        if (lacking !== undefined) return unrun(check, 'not-run', lacking);
        const kept = replay ? keptExchange(this.#root, check.id) : undefined;
        const inputs = kept?.seed === this.#seed ? kept.inputs : undefined;
        const run = await runCheck(check, stages[lane % stages.length]!, this.#seed, inputs);
        runs.push(run);
        if (isFailure(run.result)) this.#keep(run);
        return run.result;
      },
    });
    await Promise.all(stages.map((stage) => this.#close(stage)));
    if (this.#request.confirm === false || !runs.some(({ result }) => isFailure(result))) return results;
    const reference = await this.#buildReference();
    const confirmed = await confirm(runs, {
      subject: (again) => this.#alone(again, this.#stage(built, 0)),
      reference: reference && ((again) => this.#alone(again, this.#stage(reference, 0, true))),
    });
    return results.map((result) => confirmed.get(result.id) ?? result);
  }

  #keep({ result, inputs }: CheckRun): void {
    if (!this.#request.keepExchanges) return;
    keepExchange(this.#root, {
      schema: 'barewire/exchange/v1',
      check: result.id,
      seed: this.#seed,
      inputs,
    });
  }

  /** What is wrong after the last check is no check's fault any more: it is said, and the verdicts stand. */
  async #close(stage: Stage): Promise<void> {
    await stage.close().catch((error: Error) => this.notices.push(`after the checks: ${error.message}`));
  }

  async #alone(again: readonly CheckRun[], stage: Stage): Promise<CheckResult> {
    let last: CheckResult | undefined;
    for (const { result, inputs } of again) {
      const check = this.#suite.checks.find(({ id }) => id === result.id)!;
      ({ result: last } = await runCheck(check, stage, this.#seed, inputs));
    }
    await this.#close(stage);
    return last!;
  }

  async #buildReference(): Promise<Built | undefined> {
    const solutions = join(this.#root, 'solutions');
    if (!existsSync(join(solutions, this.#request.lab.folder))) return undefined;
    const built = await this.build(solutions, undefined, 'reference');
    return built.ok ? built : undefined;
  }

  #stage(built: Built, patienceMs: number, reference = false): Stage {
    const { lab, command, commandFolder } = this.#request;
    const { server, client } = lab.programs;
    const bundles = (files: (string | undefined)[]): string[] =>
      files.flatMap((file) => built.bundles.get(file ?? '') ?? []);
    return new Stage({
      drive: this.#drive,
      bundles: {
        server: bundles([server]),
        client: bundles([client]),
        module: bundles(lab.modules.map(({ file }) => file)),
      },
      command: reference ? undefined : command,
      commandFolder: commandFolder ?? process.cwd(),
      transport: this.#suite.transport ?? 'tcp',
      environment: () => this.#suite.environment?.(this.#drive.folder) ?? {},
      patienceMs,
      blank: this.#blanks.shift(),
    });
  }
}

async function whyNoTerminal(): Promise<string | undefined> {
  const { noTerminalReason } = await import('../drive/terminal.ts');
  return noTerminalReason();
}
