/**
 * What a check holds in its hand: inputs drawn from the seed, the student's programs, the trace, and the verbs with
 * which it ends. One judge serves one run of one check.
 */
import { studentEnvironment } from '../drive/drive.ts';
import type { Failure as ModuleFailure, ModuleHost } from '../drive/module-host.ts';
import type { Launch, Program } from '../drive/program.ts';
import {
  endServer,
  type ServerOptions,
  type ServerProgram,
  type StartFailure,
  startServer,
} from '../drive/server-program.ts';
import type { Terminal } from '../drive/terminal.ts';
import type { Drawn, Inputs } from './exchange.ts';
import { CheckFailure, NotRun } from './failure.ts';
import { explainModuleFailure } from './module-failure.ts';
import { Random } from './random.ts';
import type { Evidence } from './result.ts';
import type { Stage } from './stage.ts';
import { Trace } from './trace.ts';

/** The options of a server that a check starts itself. */
export interface OwnServer extends Partial<ServerOptions> {
  /** Beside HOST and PORT. */
  env?: Record<string, string>;
  /** How the trace names it, when there are several. */
  lane?: string;
  /** Start this program of ours instead, a bundle that serves with the student's module: see `ownProgram`. */
  hostProgram?: string;
}

export interface ClientStart {
  host: string;
  port: number;
  env?: Record<string, string>;
}

/** What must be known of a student's program to say what became of it, whoever started it. */
export type Subject = Pick<
  Program,
  'label' | 'pid' | 'exit' | 'exited' | 'brokenLimit' | 'usage' | 'describeExit' | 'lastStderr'
>;

export class Judge {
  readonly trace = new Trace();
  /** What was drawn so far, to be kept when the check fails. */
  readonly inputs: Inputs = {};
  /** How many times something was seen that the requirement speaks of. A check that saw nothing has not passed. */
  observations = 0;
  /** What the report shows when the check ends by a failure that does not say better itself. */
  readonly evidence: Partial<Evidence> = {};
  readonly #stage: Stage;
  readonly #random: Random;
  readonly #replayed: Inputs | undefined;
  readonly #cleanups: (() => Promise<unknown> | unknown)[] = [];
  readonly #usesShared: boolean;
  readonly #programs = new Set<Program>();
  #over = false;

  /**
   * @param seed      of the run, with the check's id
   * @param replayed  inputs of a kept exchange, used instead of drawing
   */
  constructor(stage: Stage, seed: string, usesShared: boolean, replayed?: Inputs) {
    this.#stage = stage;
    this.#random = new Random(seed);
    this.#usesShared = usesShared;
    this.#replayed = replayed;
  }

  /**
   * Draw one input. The same seed draws the same; a replay takes what was drawn then.
   *
   * @param name  unique within the check
   */
  draw<T extends Drawn>(name: string, how: (random: Random) => T): T {
    const value = (this.#replayed?.[name] as T | undefined) ?? how(this.#random.fork(name));
    this.inputs[name] = value;
    return value;
  }

  /** Many letters, as bytes; drawn as the seed of a block that repeats (see Random.bulk), so that keeping them costs nothing. */
  drawBulk(name: string, length: number): Uint8Array {
    const seed = this.draw(name, (random) => random.letters(12));
    return new Random(seed).bulk(length);
  }

  /** Something was seen and it was right. */
  observe(): void {
    this.observations += 1;
  }

  /** A program of this check that the checker had to stop because it broke a limit. */
  stoppedProgram(): Program | undefined {
    return [...this.#programs].find(({ brokenLimit }) => brokenLimit !== undefined);
  }

  /** Run this when the check is over, whatever its verdict. */
  defer(cleanup: () => Promise<unknown> | unknown): void {
    this.#cleanups.push(cleanup);
  }

  /**
   * Undo all that was deferred, the last first; nothing can be started any more.
   *
   * @throws what the first one threw that failed; the others were done all the same
   */
  async cleanUp(): Promise<void> {
    this.#over = true;
    const errors: unknown[] = [];
    for (const cleanup of this.#cleanups.splice(0).reverse()) {
      try {
        await cleanup();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  /**
   * The student's server: the one that the lab's checks share, or, in a check with `program: 'own'`, one of its own.
   * Fails the check when it does not come up.
   *
   * @param hostProgram  see `OwnServer`
   */
  async server({ hostProgram }: Pick<OwnServer, 'hostProgram'> = {}): Promise<ServerProgram> {
    this.#refuseHost(hostProgram);
    if (!this.#usesShared) return this.startServer({ ...(hostProgram && { hostProgram }) });
    const server = await this.#stage.sharedServer(hostProgram);
    this.#programs.add(server.program);
    if (!server.started) throw this.#startFailure(server);
    return server;
  }

  /** Start a server that only this check uses; it is stopped when the check is over. */
  async startServer(options: OwnServer = {}): Promise<ServerProgram> {
    const server = await this.tryServer(options);
    if (!server.started) throw this.#startFailure(server);
    return server;
  }

  /** Like `startServer`, for a check that wants to see a server not come up. */
  async tryServer(options: OwnServer = {}): Promise<ServerProgram | StartFailure> {
    this.#refuseWhenOver();
    const { env = {}, lane = '', hostProgram, ...rest } = options;
    this.#refuseHost(hostProgram);
    const server = await startServer(
      this.#stage.drive,
      (host, port) =>
        hostProgram === undefined
          ? this.#stage.launchServer(host, port, env)
          : this.#stage.launchHost(hostProgram, host, port, env),
      { transport: this.#stage.transport, host: '127.0.0.1', ...rest },
    );
    this.#programs.add(server.program);
    if (server.started) {
      this.defer(() => endServer(server, 0));
      this.trace.student(
        lane,
        `listens on ${server.host}:${server.port} after ${Math.round(server.readyAfterMs)} ms`,
      );
    } else this.defer(() => server.program.kill());
    return server;
  }

  /** Start the student's server at a port that the check has chosen, without waiting for it to listen. */
  runServer(host: string, port: number, env: Record<string, string> = {}): Program {
    this.#refuseWhenOver();
    const program = this.#stage.drive.spawn(this.#stage.launchServer(host, port, env));
    this.#programs.add(program);
    this.trace.judge('', `starts your server with HOST=${host} PORT=${port}${describeEnv(env)}`);
    this.defer(() => program.kill());
    return program;
  }

  /** Start the student's client; it is killed when the check is over. */
  startClient({ host, port, env = {} }: ClientStart): Program {
    const program = this.#stage.drive.spawn(this.clientLaunch({ host, port, env }));
    this.#programs.add(program);
    this.trace.judge('', `starts your client with HOST=${host} PORT=${port}${describeEnv(env)}`);
    this.defer(() => program.kill());
    return program;
  }

  /** How the student's client is started, for a driver that does it itself. */
  clientLaunch({ host, port, env = {} }: ClientStart): Launch {
    this.#refuseWhenOver();
    if (this.#stage.foreign) this.notRun('--cmd gives a server, and this check is about the client');
    return {
      command: process.execPath,
      args: ['--enable-source-maps', this.#stage.bundle('client')],
      env: studentEnvironment({ HOST: host, PORT: String(port), ...env }),
      cwd: this.#stage.drive.folder,
      label: 'your client',
    };
  }

  /**
   * The student's module, in the process that the lab's checks share, or, in a check with `program: 'own'`, in one of
   * its own. Fails the check when it cannot be loaded.
   */
  async module(): Promise<ModuleHost> {
    this.#refuseWhenOver();
    const host = await (this.#usesShared ? this.#stage.sharedModule() : this.#stage.startModule());
    if (!host.started) this.failModule(host.failure);
    if (!this.#usesShared) this.defer(() => host.stop());
    return host;
  }

  /**
   * End the check: the student's module threw, hung or ended instead of returning.
   *
   * @param symptom  a mistake that says more than the kind of the failure
   */
  failModule(failure: ModuleFailure, evidence: Partial<Evidence> = {}, symptom?: string): never {
    const { verdict, symptom: kind, message, stderr } = explainModuleFailure(failure);
    throw new CheckFailure(verdict, message, symptom ?? kind, {
      ...this.evidence,
      actual: message,
      ...(stderr.length > 0 && { stderr }),
      ...evidence,
    });
  }

  /** The run's pseudo-terminal. Only for checks with `terminal: true`. */
  terminal(): Promise<Terminal> {
    return this.#stage.terminal();
  }

  /** Another program of ours beside the student's: what the judge needs on the wire and node cannot do in-process. */
  startOwn(launch: Launch): Program {
    this.#refuseWhenOver();
    const program = this.#stage.drive.spawn(launch);
    this.defer(() => program.kill());
    return program;
  }

  /** The run's temporary folder. */
  get folder(): string {
    return this.#stage.drive.folder;
  }

  /** True while the student's program is given by `--cmd` and need not be node. */
  get foreign(): boolean {
    return this.#stage.foreign;
  }

  /**
   * How long to go on waiting for an answer that is already too late, in ms, to tell late from never. Spent once a
   * run: later silences are not worth the student's time.
   */
  takePatience(): number {
    return this.#stage.takePatience();
  }

  /** End the check: what was seen contradicts the requirement. */
  fail(message: string, symptom: string, evidence: Partial<Evidence> = {}): never {
    throw new CheckFailure('fail', message, symptom, { ...this.evidence, ...evidence });
  }

  /** End the check: what must come did not come in time. */
  timeout(message: string, symptom: string, evidence: Partial<Evidence> = {}): never {
    throw new CheckFailure('timeout', message, symptom, { ...this.evidence, ...evidence });
  }

  /** End the check: the program ended. */
  crash(message: string, symptom: string, program: Subject, evidence: Partial<Evidence> = {}): never {
    throw new CheckFailure('crash', message, symptom, {
      ...this.evidence,
      stderr: program.lastStderr(),
      ...evidence,
    });
  }

  /** End the check without a verdict: this machine cannot do it. `reason` is a whole clause. */
  notRun(reason: string): never {
    throw new NotRun(reason);
  }

  /** A conversation that was given up goes on until its next step; it must not leave programs behind. */
  #refuseWhenOver(): void {
    if (this.#over) throw new Error('the check is over');
  }

  #refuseHost(hostProgram: string | undefined): void {
    if (hostProgram !== undefined && this.#stage.foreign)
      this.notRun('--cmd gives a program, and this check is about the module');
  }

  #startFailure(failure: StartFailure): CheckFailure {
    return new CheckFailure(failure.verdict, failure.message, failure.symptom, {
      ...this.evidence,
      accepted: ['a program that listens on HOST and PORT from its environment'],
      actual: failure.message,
      stderr: failure.program.lastStderr(),
    });
  }
}

function describeEnv(env: Record<string, string>): string {
  return Object.entries(env)
    .map(([name, value]) => ` ${name}=${value}`)
    .join('');
}
