/**
 * What a run needs to start other people's programs safely: a temporary folder, the reaper, the limits, and the
 * certainty that at the end nothing is left.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_LIMITS, type Limits, type Watched, watchLimits } from './limits.ts';
import { hasInEnvironment, killAllWith, killQuietly } from './processes.ts';
import { type Launch, Program } from './program.ts';
import { Reaper } from './reaper.ts';

export class Drive {
  /** A folder of this run's own; removed at the end. */
  readonly folder: string;
  readonly reaper: Reaper;
  /** Value of BAREWIRE_RUN in the environment of all that this run starts; what carries it is killed at the end. */
  readonly mark: string;
  readonly limits: Readonly<Limits>;
  readonly #programs = new Set<Program>();
  readonly #watched = new Set<Watched>();
  readonly #stopWatching: () => void;

  /**
   * @throws Error when no temporary folder can be made or the reaper cannot be started: the machine's fault
   */
  static async open(limits: Partial<Limits> = {}): Promise<Drive> {
    const mark = `${process.pid}-${randomBytes(6).toString('hex')}`;
    const folder = join(tmpdir(), `barewire-${randomBytes(4).toString('hex')}`);
    const reaper = await Reaper.start(mark);
    reaper.removeAtEnd(folder);
    try {
      await mkdir(folder, { mode: 0o700 });
    } catch (error) {
      reaper.end();
      throw error;
    }
    return new Drive(folder, mark, reaper, { ...DEFAULT_LIMITS, ...limits });
  }

  private constructor(folder: string, mark: string, reaper: Reaper, limits: Limits) {
    this.folder = folder;
    this.reaper = reaper;
    this.mark = mark;
    this.limits = limits;
    this.#stopWatching = watchLimits(this.#watched, limits);
  }

  /** Start a program in a process group of its own, under the limits and in the reaper's care. */
  spawn(launch: Launch): Program {
    const program = new Program(
      { ...launch, env: { ...launch.env, BAREWIRE_RUN: this.mark } },
      this.limits.outputBytes,
    );
    if (program.pid !== undefined) this.reaper.guard(program.pid);
    this.#programs.add(program);
    this.#watched.add(program);
    program.exited.then(() => this.#forget(program));
    return program;
  }

  /** Keep a program under the limits that `spawn` did not start. Returns what ends that. */
  watch(program: Watched): () => void {
    this.#watched.add(program);
    return () => this.#watched.delete(program);
  }

  /** Whether this run started the process, or a program that this run started did. Linux only, false elsewhere. */
  started(pid: number): boolean {
    return hasInEnvironment(pid, 'BAREWIRE_RUN', this.mark);
  }

  /** Kill a process if this run started it, wherever it has put itself. */
  killOwn(pid: number): void {
    if (this.started(pid)) killQuietly(pid);
  }

  /** Kill what still runs, remove the folder. */
  async close(): Promise<void> {
    this.#stopWatching();
    await Promise.all([...this.#programs].map((program) => program.kill()));
    // Left the group, but carries our mark: a daemon of the student's. It must not outlive the run.
    await killAllWith('BAREWIRE_RUN', this.mark);
    await rm(this.folder, { recursive: true, force: true }).catch(() => {});
    this.reaper.end();
  }

  #forget(program: Program): void {
    this.#programs.delete(program);
    this.#watched.delete(program);
    // Members of its group may have survived it, so the group stays guarded until it has been killed whole.
    program.killGroup();
    if (program.pid !== undefined) this.reaper.release(program.pid);
  }
}

/** What the labs' programs read, beside HOST and PORT: a MODE of the user's shell is none of the student's program. */
const SETTINGS = /^(DATA|FILES|HISTORY|MODE|TARGET|TIMEOUT_S|TRIES|MAX_\w+|\w+_MS)$/;

/** The environment that student programs get: the user's own, without npm's and node's settings for us. */
export function studentEnvironment(extra: Record<string, string>): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) =>
      value !== undefined &&
      !/^(npm_|NODE_|TSX_|VITEST|ESBUILD_|BAREWIRE_)/i.test(name) &&
      !SETTINGS.test(name),
  );
  return { ...(Object.fromEntries(kept) as Record<string, string>), ...extra };
}
