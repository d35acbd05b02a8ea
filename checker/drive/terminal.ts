/**
 * Students' programs in a real terminal: keys go in, and what a person would see comes out.
 *
 * One pseudo-terminal lives as long as the run, with a program of ours on its inside (terminal-session-main.ts).
 * A pseudo-terminal of its own for each program would lose the end of its output: the kernel drops what was not yet
 * read when the last process on the inside ends.
 */

import type { Drive } from './drive.ts';
import type { Exit } from './program.ts';
import {
  type SessionEnd,
  type StartedInSession,
  TerminalSession,
  type TerminalSize,
} from './terminal-session.ts';
import { waitUntil } from './waiting.ts';
import { within } from './within.ts';

export { noTerminalReason } from './pseudo-terminal.ts';
export type { TerminalSize } from './terminal-session.ts';

export interface TerminalLaunch {
  /** For node: the path of a bundle, and what follows it. */
  args: string[];
  /** The whole environment; TERM and BAREWIRE_RUN are set over it, COLUMNS and LINES are left out. */
  env: Record<string, string>;
  /** Working folder. */
  cwd: string;
}

const DEFAULT_SIZE: TerminalSize = { columns: 80, rows: 24 };
/** A process that was killed is gone at once, unless the one that must report it hangs. */
const KILL_MS = 3000;

export class Terminal {
  readonly #drive: Drive;
  readonly #size: TerminalSize;
  #session: TerminalSession;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  /**
   * @param size  in characters
   * @throws Error when there is no terminal here (ask `noTerminalReason` first) or our program does not start in it
   */
  static async open(drive: Drive, size: TerminalSize = DEFAULT_SIZE): Promise<Terminal> {
    return new Terminal(drive, size, await TerminalSession.open(drive, size));
  }

  private constructor(drive: Drive, size: TerminalSize, session: TerminalSession) {
    this.#drive = drive;
    this.#size = size;
    this.#session = session;
  }

  /**
   * Start a program in the foreground of the empty terminal, as soon as the one before has ended.
   *
   * @throws Error when the terminal is closed, or node cannot be started in it (the folder is not there)
   */
  run(launch: TerminalLaunch): Promise<TerminalProgram> {
    const program = this.#turn.then(() => this.#start(launch));
    this.#turn = program.then(
      ({ exited }) => exited,
      () => {},
    );
    return program;
  }

  /** Kill what runs in the terminal, and close it. Must come before the drive's own `close`. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#session.close();
    await this.#turn;
  }

  async #start({ args, env, cwd }: TerminalLaunch): Promise<TerminalProgram> {
    const session = await this.#clearSession();
    return new TerminalProgram(this.#drive, session, await session.start(args, env, cwd));
  }

  /** The session, or another one where the last program has broken it. */
  async #clearSession(): Promise<TerminalSession> {
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      if (this.#closed) throw new Error('the terminal is closed');
      if (await this.#session.clear()) return this.#session;
      this.#session.close();
      if (!this.#closed) this.#session = await TerminalSession.open(this.#drive, this.#size);
    }
    throw new Error('the terminal does not answer');
  }
}

/** One program that runs, or ran, in the terminal. */
export class TerminalProgram {
  readonly pid: number;
  /** `performance.now()` at the start. */
  readonly startedAt = performance.now();
  /** Settles when the program has ended and all its output is on the screen. */
  readonly exited: Promise<Exit>;
  /** Undefined while it runs. */
  exit: Exit | undefined;
  /** Which limit it broke, as the end of a sentence: `used more than 1024 MiB of memory`. */
  brokenLimit: string | undefined;
  /** It ended with the terminal still in raw mode, which has been put right. */
  leftRawMode = false;
  /** It killed or stopped what stands for the shell; `exit` says SIGHUP then, as for a closed window. */
  endedTerminal = false;
  readonly #session: TerminalSession;
  #lastScreen: string | undefined;

  /** Programs are made by `Terminal.run`. */
  constructor(drive: Drive, session: TerminalSession, { pid, end }: StartedInSession) {
    this.pid = pid;
    this.#session = session;
    const unwatch = drive.watch(this);
    session.onOutput = () => this.#checkOutput(drive.limits.outputBytes);
    this.exited = end.then((report) => {
      unwatch();
      session.onOutput = () => {};
      return this.#ended(report);
    });
  }

  /** Press keys: `hello\r`, `\x03` for Ctrl-C, `\x04` for Ctrl-D. Without effect once the program has ended. */
  async type(keys: string): Promise<void> {
    if (this.exit === undefined) this.#session.type(keys);
  }

  /**
   * The screen as a person sees it, with what scrolled out above it: wrapped lines joined, blank lines at the end
   * removed. After the program's end it stays as it was then.
   */
  screen(): string {
    return this.#lastScreen ?? this.#session.screen.text();
  }

  /** Wait until the screen is as wanted. False after `limitMs`, or when the program has ended and it is not. */
  async waitForScreen(predicate: (screen: string) => boolean, limitMs: number): Promise<boolean> {
    let holds = false;
    const done = (): boolean => {
      holds = predicate(this.screen());
      return holds || this.exit !== undefined;
    };
    await waitUntil(done, () => Promise.race([this.#session.screen.change(), this.exited]), limitMs);
    return holds;
  }

  /** SIGKILL on the program and all that it started. The terminal stays. */
  async kill(): Promise<void> {
    if (this.exit !== undefined) return;
    this.#session.killProgram(this.pid);
    if ((await within(this.exited, KILL_MS)) === undefined) this.#session.close();
    await this.exited;
  }

  /** Stop it for good because it broke a limit; `limit` reads as the end of a sentence about the program. */
  stopForLimit(limit: string): void {
    this.brokenLimit ??= limit;
    void this.kill();
  }

  #checkOutput(limitBytes: number): void {
    if (this.exit !== undefined || this.#session.outputBytes <= limitBytes) return;
    this.stopForLimit(`wrote more than ${limitBytes / 1024 / 1024} MiB to the terminal`);
  }

  #ended(report: SessionEnd): Exit {
    this.endedTerminal = report === undefined;
    this.leftRawMode = report?.leftRawMode ?? false;
    this.#lastScreen = this.#session.screen.text();
    this.exit =
      report === undefined ? { code: null, signal: 'SIGHUP' } : { code: report.code, signal: report.signal };
    return this.exit;
  }
}
