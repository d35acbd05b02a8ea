/** One running program of a student: its process group, its input and output, its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { killGroup, killQuietly, processTable, treeOf } from './processes.ts';
import { within } from './within.ts';

export interface Launch {
  /** The executable. */
  command: string;
  args: string[];
  env: Record<string, string>;
  /** Working folder. */
  cwd: string;
  /** What reports call it: `your server`. */
  label: string;
  /** A two-way pipe of bytes beside the other three: descriptor 3 in the program, `channel` here. */
  channel?: boolean;
}

export interface Exit {
  /** Exit code, or null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Why the program could not be started at all: `spawn pyhton ENOENT`. */
  failedToStart?: string;
}

const STDERR_LINES_SHOWN = 12;
/** A line of a stack trace inside of Node. Many of these would push out the lines that speak of the student's code. */
const NODE_FRAME = /^\s+at .*\(?node:[\w/]+:\d+:\d+\)?$/;
const STDERR_LETTERS_SHOWN = 500;
/** What SIGKILL does not end in this time hangs in the kernel; nobody waits for that. */
const KILL_MS = 5000;
/** How long output may come after the end, while a grandchild holds the pipes. */
const LAST_OUTPUT_MS = 250;
/** One turn of the event loop reads some 2 MiB. */
const MOST_LAST_TURNS = 50;

export class Program {
  readonly label: string;
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  /** What it was started with. */
  readonly environment: Readonly<Record<string, string>>;
  /** `performance.now()` at the start. */
  readonly startedAt = performance.now();
  readonly stdout: Output;
  readonly stderr: Output;
  /** Settles when the process has ended and its output has been read. */
  readonly exited: Promise<Exit>;
  /** Undefined while it runs. */
  exit: Exit | undefined;
  /** Which limit it broke, as the end of a sentence: `used more than 1024 MiB of memory`. */
  brokenLimit: string | undefined;
  readonly #process: ChildProcess;

  constructor(launch: Launch, outputBytes: number) {
    this.label = launch.label;
    this.environment = launch.env;
    this.#process = spawn(launch.command, launch.args, {
      cwd: launch.cwd,
      env: launch.env,
      stdio: launch.channel ? ['pipe', 'pipe', 'pipe', 'pipe'] : ['pipe', 'pipe', 'pipe'],
      // Its own process group, so that all of it can be killed at once. On Windows this would open a window.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.pid = this.#process.pid;
    this.stdout = new Output(this.#process.stdout, () => this.#checkOutput(outputBytes));
    this.stderr = new Output(this.#process.stderr, () => this.#checkOutput(outputBytes));
    this.#process.stdin?.on('error', () => {});
    this.exited = this.#watchExit();
  }

  /** Our end of the two-way pipe that `Launch.channel` asked for. */
  get channel(): Duplex | undefined {
    return (this.#process.stdio[3] ?? undefined) as Duplex | undefined;
  }

  /** Write to its standard input; what it does not read any more is lost without an error. */
  write(text: string | Uint8Array): void {
    this.#process.stdin?.write(text);
  }

  /** End its standard input. */
  endInput(): void {
    this.#process.stdin?.end();
  }

  /** Send a signal to the process itself, as a person would. */
  signal(signal: NodeJS.Signals): void {
    if (this.exit === undefined) this.#process.kill(signal);
  }

  /** SIGTERM, `graceMs` to end by itself, then SIGKILL on the whole group. */
  async stop(graceMs = 4000): Promise<Exit> {
    if (this.exit === undefined && graceMs > 0 && process.platform !== 'win32') {
      this.signal('SIGTERM');
      await within(this.exited, graceMs);
    }
    return this.kill();
  }

  /** SIGKILL on the whole group. Where not even that ends it, `exit` stays undefined. */
  async kill(): Promise<Exit> {
    this.killGroup();
    return (await within(this.exited, KILL_MS)) ?? { code: null, signal: 'SIGKILL' };
  }

  killGroup(): void {
    if (this.pid === undefined) return;
    // On Windows a pid whose process has ended may be another's by now; a group keeps its number while it has members.
    if (process.platform === 'win32' && this.exit !== undefined) return;
    void killGroup(this.pid);
  }

  /** Stop it for good because it broke a limit; `limit` reads as the end of a sentence about the program. */
  stopForLimit(limit: string): void {
    this.brokenLimit ??= limit;
    // Once the program is gone nobody could tell any more that these were its own.
    const strays = this.#descendantsElsewhere();
    this.killGroup();
    for (const pid of strays) killQuietly(pid);
  }

  /** CPU time in ms and resident memory in bytes of the program and its descendants; undefined if untold. */
  usage(): { cpuMs: number; residentBytes: number } | undefined {
    if (this.pid === undefined) return undefined;
    const tree = treeOf(this.pid, processTable());
    if (tree.length === 0) return undefined;
    return {
      cpuMs: tree.reduce((sum, row) => sum + row.cpuMs, 0),
      residentBytes: tree.reduce((sum, row) => sum + row.residentBytes, 0),
    };
  }

  /** Pids of the program and its living descendants. */
  pids(): number[] {
    return this.pid === undefined ? [] : treeOf(this.pid).map((row) => row.pid);
  }

  /** The last lines of stderr, for a report. */
  lastStderr(): string[] {
    const lines = this.stderr
      .lastText()
      .split('\n')
      .map((line) => line.trimEnd());
    return lines
      .filter((line) => line !== '' && !NODE_FRAME.test(line))
      .slice(-STDERR_LINES_SHOWN)
      .map((line) => (line.length > STDERR_LETTERS_SHOWN ? `${line.slice(0, STDERR_LETTERS_SHOWN)}…` : line));
  }

  /** One phrase: `exit code 1`, `signal SIGKILL`, or the limit that ended it. */
  describeExit(): string {
    if (this.brokenLimit !== undefined) return `it ${this.brokenLimit} and was stopped`;
    if (this.exit === undefined) return 'it still runs';
    if (this.exit.failedToStart !== undefined) return `it could not be started: ${this.exit.failedToStart}`;
    return this.exit.signal === null ? `exit code ${this.exit.code}` : `signal ${this.exit.signal}`;
  }

  /** Living descendants that have left the group. */
  #descendantsElsewhere(): number[] {
    if (this.pid === undefined) return [];
    return treeOf(this.pid)
      .filter(({ group }) => group !== this.pid)
      .map(({ pid }) => pid);
  }

  #checkOutput(limit: number): void {
    if (this.stdout.totalBytes + this.stderr.totalBytes <= limit) return;
    this.stopForLimit(`wrote more than ${limit / 1024 / 1024} MiB to stdout and stderr`);
  }

  #watchExit(): Promise<Exit> {
    return new Promise((resolve) => {
      const finish = (exit: Exit): void => {
        this.exit ??= exit;
        resolve(this.exit);
      };
      this.#process.on('error', (error) => {
        if (this.pid === undefined) finish({ code: null, signal: null, failedToStart: error.message });
      });
      this.#process.on('close', (code, signal) => finish({ code, signal }));
      // `close` waits for everybody who holds the pipes; a grandchild may hold them for ever.
      this.#process.on('exit', (code, signal) => {
        setTimeout(() => this.#readLast().then(() => finish({ code, signal })), LAST_OUTPUT_MS).unref();
      });
    });
  }

  /** Read what has come: after a stall of the checker, timers run before what waits in the pipes is looked at. */
  async #readLast(): Promise<void> {
    for (let turn = 0, before = -1; turn < MOST_LAST_TURNS; turn += 1) {
      const bytes = this.stdout.totalBytes + this.stderr.totalBytes;
      if (bytes === before) return;
      before = bytes;
      await new Promise(setImmediate);
    }
  }
}

/** What a program wrote to one of its streams: the first 8 MiB, the last 64 KiB, and the count of all. */
export class Output {
  totalBytes = 0;
  readonly #chunks: Buffer[] = [];
  #keptBytes = 0;
  /** After the first 8 MiB. */
  #tail: Buffer = Buffer.alloc(0);
  readonly #waiting = new Set<() => void>();
  #ended = false;

  constructor(stream: NodeJS.ReadableStream | null, grew: () => void) {
    stream?.on('data', (chunk: Buffer) => {
      this.totalBytes += chunk.length;
      if (this.#keptBytes < Output.KEPT_BYTES) {
        this.#chunks.push(chunk);
        this.#keptBytes += chunk.length;
      } else {
        // A copy of at most twice that much: what is cut off does not stay in memory.
        this.#tail = Buffer.concat([this.#tail, chunk].map((part) => part.subarray(-Output.TAIL_BYTES)));
      }
      grew();
      this.#wake();
    });
    stream?.on('error', () => {});
    stream?.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  static readonly KEPT_BYTES = 8 * 1024 * 1024;
  static readonly TAIL_BYTES = 64 * 1024;

  /** The program closed the stream, or ended. */
  get ended(): boolean {
    return this.#ended;
  }

  bytes(): Buffer {
    if (this.#chunks.length > 1) this.#chunks.splice(0, this.#chunks.length, Buffer.concat(this.#chunks));
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  text(): string {
    return this.bytes().toString('utf8');
  }

  /** The text up to its end: all of it, or, where more came than is kept, the last part. */
  lastText(): string {
    if (this.#tail.length === 0) return this.text();
    const head = this.bytes().subarray(-Output.TAIL_BYTES);
    return Buffer.concat([head, this.#tail]).subarray(-Output.TAIL_BYTES).toString('utf8');
  }

  /** Settles when more has come or the stream has ended. */
  change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}
