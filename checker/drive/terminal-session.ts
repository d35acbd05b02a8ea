/** The checker's end of one pseudo-terminal with our session program (terminal-session-main.ts) on its inside. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Drive, studentEnvironment } from './drive.ts';
import { ownProgram } from './own-code.ts';
import { killQuietly, processTable, treeOf } from './processes.ts';
import { openPseudoTerminal, type PseudoTerminal } from './pseudo-terminal.ts';
import { type Mark, markText, type SessionReport } from './terminal-messages.ts';
import { ReportLine } from './terminal-report-line.ts';
import { TerminalScreen } from './terminal-screen.ts';
import { within } from './within.ts';

export interface TerminalSize {
  columns: number;
  rows: number;
}

/** How a program in the terminal ended; undefined when the session ended with it. */
export type SessionEnd = Extract<SessionReport, { type: 'ended' }> | undefined;

export interface StartedInSession {
  pid: number;
  /** Settles when the program has ended and all its output is on the screen. */
  end: Promise<SessionEnd>;
}

/** Our own program answers in milliseconds; on a machine that stalls, in seconds. */
const ANSWER_MS = 10_000;

export class TerminalSession {
  readonly screen: TerminalScreen;
  /** Settles when the program on the inside has ended, for whatever reason. */
  readonly over: Promise<void>;
  /** Bytes that came out of the terminal since it was cleared. */
  outputBytes = 0;
  /** Called when `outputBytes` has grown. */
  onOutput: () => void = () => {};
  readonly #drive: Drive;
  readonly #secret = randomBytes(16).toString('hex');
  readonly #pty: PseudoTerminal;
  readonly #reports: ReportLine;
  readonly #marks = new Map<string, () => void>();
  #alive = true;
  #markOver = (): void => {};

  /** @throws Error when no terminal can be opened or our program does not start in it: the machine's fault */
  static async open(drive: Drive, size: TerminalSize): Promise<TerminalSession> {
    const program = await ownProgram('terminal-session-main', drive.folder);
    const line = await ReportLine.listen(join(drive.folder, `${randomBytes(4).toString('hex')}.sock`));
    const pty = await openPseudoTerminal({
      command: process.execPath,
      args: [program, line.path, line.token],
      env: studentEnvironment({ TERM: 'xterm-256color', BAREWIRE_RUN: drive.mark }),
      cwd: drive.folder,
      ...size,
    });
    const session = new TerminalSession(drive, pty, line, size);
    if (await session.#greet()) return session;
    session.close();
    throw new Error('our own program does not start in a pseudo-terminal');
  }

  private constructor(drive: Drive, pty: PseudoTerminal, reports: ReportLine, size: TerminalSize) {
    this.#drive = drive;
    this.#pty = pty;
    this.#reports = reports;
    this.screen = new TerminalScreen(
      size,
      (keys) => this.type(keys),
      (mark) => this.#marks.get(mark)?.(),
    );
    pty.onOutput((bytes) => {
      this.outputBytes += bytes.length;
      this.screen.write(bytes);
      this.onOutput();
    });
    this.over = new Promise((resolve) => {
      this.#markOver = resolve;
    });
    pty.onEnd(() => this.#end());
    void reports.closed.then(() => this.#end());
    drive.reaper.guard(pty.pid);
  }

  /** Keys; those that come too late are lost without an error. */
  type(keys: string): void {
    if (this.#alive) this.#pty.write(keys);
  }

  /**
   * Throw away keys that nobody read, and make the screen empty.
   *
   * @returns false when the session does not answer, so that another is needed
   */
  async clear(): Promise<boolean> {
    if (!this.#alive) return false;
    const cleared = this.#mark('cleared');
    // Ctrl-\ makes the kernel drop unread keys before it sends SIGQUIT, which our program answers with the mark.
    this.type('\x1c');
    if (!(await this.#inTime(cleared))) return false;
    await this.screen.clear();
    this.outputBytes = 0;
    return true;
  }

  /**
   * @param env  the program's whole environment, but for TERM and our mark
   * @throws Error when node could not be started: the machine's fault, or a working folder that is not there
   */
  async start(args: string[], env: Record<string, string>, cwd: string): Promise<StartedInSession> {
    const shown = this.#mark('ended');
    const own = { TERM: 'xterm-256color', BAREWIRE_RUN: this.#drive.mark };
    // The size is the terminal's to tell.
    const { COLUMNS: _columns, LINES: _lines, ...rest } = env;
    const started = this.#reports.next('started', 'not-started');
    const ended = Promise.race([this.#reports.next('ended'), this.#untilOver()]);
    this.#reports.order({ type: 'start', args, env: { ...rest, ...own }, cwd });
    const report = await this.#inTime(started);
    if (report?.type !== 'started') {
      throw new Error(`node could not be started in the terminal: ${report?.reason ?? 'it does not answer'}`);
    }
    return { pid: report.pid, end: this.#whenShown(ended, shown) };
  }

  /** SIGKILL on a program that was started here and its descendants; `end` of it then settles. */
  killProgram(pid: number): void {
    // Not on all that runs on the inside: our own program may be mending the terminal already, with stty(1).
    for (const row of treeOf(pid, processTable())) killQuietly(row.pid);
  }

  /** SIGKILL on all that runs on the inside, our own program excepted. */
  #killLeftovers(): void {
    // A process that forks while the others are killed can leave one more behind.
    for (let round = 0; round < 10; round += 1) {
      const left = treeOf(this.#pty.pid, processTable()).filter((row) => row.pid !== this.#pty.pid);
      if (left.length === 0) return;
      for (const { pid } of left) killQuietly(pid);
    }
  }

  /** End the session with all that runs in it. */
  close(): void {
    this.#end();
    this.#reports.close();
    this.#pty.destroy();
    this.screen.dispose();
  }

  /** Once: later the number of the process may be another's. */
  #end(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#killLeftovers();
    killQuietly(-this.#pty.pid);
    this.#drive.reaper.release(this.#pty.pid);
    this.#markOver();
  }

  async #whenShown(ended: Promise<SessionEnd>, shown: Promise<true>): Promise<SessionEnd> {
    const report = await ended;
    if (report === undefined) return undefined;
    // What a program left behind would write onto the next one's screen.
    this.#killLeftovers();
    await this.#inTime(shown);
    return report;
  }

  async #greet(): Promise<boolean> {
    if ((await this.#inTime(this.#reports.connected)) === undefined) return false;
    const ready = this.#reports.next('ready');
    this.#reports.order({ type: 'marks', secret: this.#secret });
    return (await this.#inTime(ready)) !== undefined;
  }

  /** Resolves to true when the mark has been parsed; never rejects. */
  #mark(mark: Mark): Promise<true> {
    const text = markText(this.#secret, mark);
    return new Promise((resolve) => this.#marks.set(text, () => resolve(true)));
  }

  /** Undefined with the session's end, and when our program takes too long. */
  #inTime<T>(answer: Promise<T>): Promise<T | undefined> {
    return within(Promise.race([answer, this.#untilOver()]), ANSWER_MS);
  }

  #untilOver(): Promise<undefined> {
    return this.over.then(() => undefined);
  }
}
