/** The judge's view of a client program at a terminal: keys go in, and what a person sees comes out. */
import { isRunnable, processTable, treeOf } from '../drive/processes.ts';
import type { TerminalProgram } from '../drive/terminal.ts';
import { sleep, waitUntil } from '../drive/waiting.ts';
import type { ClientStart, Judge, Subject } from '../run/judge.ts';
import type { Evidence, Sent } from '../run/result.ts';
import { excerpt } from './compare.ts';
import { ANSWER_MS } from './expectation.ts';
import { explainSilence } from './silence.ts';
import type { TcpPeer } from './tcp.ts';

const LINES_SHOWN = 8;
/** A program has come to rest when so many looks in a row, 80 ms at the least, find nothing new. */
const REST_LOOKS = 4;
const REST_LOOK_MS = 20;

export interface ScreenExpectation {
  /** Whether the lines of the screen are as wanted. */
  shows: (lines: string[]) => boolean;
  /** What is waited for, as the object of a sentence: `the prompt`. */
  what: string;
  accepted: string[];
  /** Of a screen that never becomes so. */
  symptom: string;
}

export interface KeyedExit {
  /** What was pressed: `Ctrl-C`. */
  key: string;
  /** Exit codes and signals that are right. */
  accepts: readonly (number | NodeJS.Signals)[];
  /** Of a program that goes on, and of another end. */
  goesOn: string;
  otherEnd: string;
}

export class TerminalConsole {
  /** The program as the judge's other verbs want it. */
  readonly subject: Subject;
  readonly #judge: Judge;
  readonly #program: TerminalProgram;
  readonly #keys: string[] = [];
  #peer: TcpPeer | undefined;

  /** Start the student's client in the run's terminal. */
  static async start(judge: Judge, { host, port, env = {} }: ClientStart): Promise<TerminalConsole> {
    const terminal = await judge.terminal();
    const launch = judge.clientLaunch({ host, port, env });
    const program = await terminal.run({ args: launch.args, env: launch.env, cwd: launch.cwd });
    judge.trace.judge('', `starts your client in a terminal with HOST=${host} PORT=${port}`);
    judge.defer(() => program.kill());
    return new TerminalConsole(judge, program, launch.label);
  }

  private constructor(judge: Judge, program: TerminalProgram, label: string) {
    this.#judge = judge;
    this.#program = program;
    this.subject = {
      label,
      pid: program.pid,
      exited: program.exited,
      get exit() {
        return program.exit;
      },
      get brokenLimit() {
        return program.brokenLimit;
      },
      usage: () => usage(program.pid),
      describeExit: () => this.#describeExit(),
      lastStderr: () => this.#lines().slice(-LINES_SHOWN),
    };
  }

  /** Serve this connection of the program's: see `ProgramConsole.serve`. */
  serve(peer: TcpPeer): void {
    this.#peer = peer;
    peer.sources = () => this.#sent();
  }

  /** Type a line and press Enter. */
  async enter(line: string): Promise<void> {
    await this.press(`${line}\r`, `${line} Enter`);
  }

  /** Press keys, which the trace calls by `name`. As a person would: when the program has come to rest. */
  async press(keys: string, name: string): Promise<void> {
    await this.#rest();
    this.#keys.push(name);
    this.#judge.trace.judge('', `presses ${name}`);
    await this.#program.type(keys);
  }

  /** The screen must become so. */
  async expectScreen({ shows, what, accepted, symptom }: ScreenExpectation): Promise<void> {
    const came = await this.#program.waitForScreen((screen) => shows(screen.split('\n')), ANSWER_MS);
    this.#judge.trace.student('', 'the screen', Buffer.from(this.#program.screen()));
    if (came) {
      this.#judge.observe();
      return;
    }
    await explainSilence(this.#judge, {
      program: this.subject,
      ...(this.#peer && { reads: this.#peer }),
      verb: 'showing',
      came: () => shows(this.#lines()),
      limitMs: ANSWER_MS,
      awaited: what,
      symptoms: { waiting: symptom, crashed: symptom },
      evidence: this.#evidence(accepted),
    });
  }

  /** The program must end by itself, in one of these ways, and leave the terminal as it was. */
  async expectExit({ key, accepts, goesOn, otherEnd }: KeyedExit): Promise<void> {
    const ended = (): boolean => this.#program.exit !== undefined;
    await waitUntil(ended, () => this.#program.exited, ANSWER_MS);
    const evidence = this.#evidence([`the end of the program: ${accepts.map(inWords).join(', or ')}`]);
    if (!ended()) {
      await explainSilence(this.#judge, {
        program: this.subject,
        awaited: `its end after ${key}`,
        came: ended,
        ending: true,
        symptoms: { waiting: goesOn, late: goesOn },
        evidence,
      });
    }
    const how = this.#describeExit();
    this.#judge.trace.student('', `ends: ${how}`);
    const exit = this.#program.exit;
    if (!accepts.some((accepted) => accepted === exit?.code || accepted === exit?.signal)) {
      this.#judge.fail(`your client ended with ${how} after ${key}`, otherEnd, { ...evidence, actual: how });
    }
    if (this.#program.leftRawMode) {
      this.#judge.fail('your client ended and left the terminal in raw mode', 'raw-mode', {
        ...evidence,
        accepted: ['a terminal that shows what is typed, as before'],
        actual: 'a terminal in raw mode',
      });
    }
    this.#judge.observe();
  }

  /**
   * Wait until nothing new is shown and the program sleeps. A program may show its prompt first and set up the
   * terminal after it; the system drops a key that is pressed in between, and no person is that fast.
   */
  async #rest(): Promise<void> {
    const began = performance.now();
    let before = '';
    for (let still = 0; still < REST_LOOKS && performance.now() - began < ANSWER_MS; ) {
      const now = this.#program.screen();
      still = now !== before || isRunnable(this.#program.pid) ? 0 : still + 1;
      before = now;
      await sleep(REST_LOOK_MS);
    }
  }

  #lines(): string[] {
    return this.#program.screen().split('\n');
  }

  #describeExit(): string {
    const { exit, brokenLimit } = this.#program;
    if (brokenLimit !== undefined) return `it ${brokenLimit} and was stopped`;
    if (exit === undefined) return 'it still runs';
    return exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
  }

  #evidence(accepted: string[]): Partial<Evidence> {
    const shown = this.#lines().slice(-LINES_SHOWN);
    return {
      sent: this.#sent(),
      accepted,
      actual: `the screen: ${JSON.stringify(shown.join('\n'))}`,
    };
  }

  #sent(): Sent[] {
    const keys = Buffer.from(this.#keys.join(', '));
    return keys.length === 0 ? [] : [{ label: 'keys', excerpt: excerpt(keys, 0), cuts: [] }];
  }
}

function inWords(accepted: number | NodeJS.Signals): string {
  return typeof accepted === 'number' ? `exit code ${accepted}` : accepted;
}

function usage(pid: number): { cpuMs: number; residentBytes: number } | undefined {
  const tree = treeOf(pid, processTable());
  if (tree.length === 0) return undefined;
  return {
    cpuMs: tree.reduce((sum, row) => sum + row.cpuMs, 0),
    residentBytes: tree.reduce((sum, row) => sum + row.residentBytes, 0),
  };
}
