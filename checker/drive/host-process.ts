/** One process of the module host (module-host-main.ts), from the checker's side: requests, replies, its end. */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { deserialize, serialize } from 'node:v8';
import { type Drive, studentEnvironment } from './drive.ts';
import {
  LENGTH_BYTES,
  PROGRESS_BYTES,
  type Reply,
  type Request,
  SECRET_BYTES,
} from './module-host-messages.ts';
import { ownProgram } from './own-code.ts';
import { processRow } from './processes.ts';
import type { Program } from './program.ts';
import { waitUntil } from './waiting.ts';

/** How a host ended, or was ended, while it had something to do. */
export type Death =
  /** No answer in time, so it was killed. */
  | { kind: 'hang'; state: HangState; afterMs: number }
  /** `process.exit`, or an error outside of any call. */
  | { kind: 'exited'; code: number; stderr: string[] }
  | { kind: 'crashed'; signal: NodeJS.Signals; stderr: string[] }
  /** `limit` reads as the end of a sentence: `used more than 1024 MiB of memory`. */
  | { kind: 'limit'; limit: string };

/** busy: computes without end. waiting: sleeps for ever. slow: gets on, too slowly. */
export type HangState = 'busy' | 'waiting' | 'slow' | 'unknown';

export interface Progress {
  /** Ways of cutting that are complete. */
  ways: number;
  /** See module-host-messages.ts. */
  step: number;
}

/** Looks at a process that gives no answer, to tell computing from sleeping. */
const LOOKS = 6;
const LOOK_EVERY_MS = 25;

export class HostProcess {
  readonly #program: Program;
  readonly #channel: Duplex;
  readonly #secret = randomBytes(SECRET_BYTES);
  readonly #progressFile: string;
  readonly #received: Replies;

  /** @throws Error when our own program cannot be bundled or started: the machine's fault */
  static async start(drive: Drive): Promise<HostProcess> {
    const program = drive.spawn({
      command: process.execPath,
      args: ['--enable-source-maps', await ownProgram('module-host-main', drive.folder)],
      env: studentEnvironment({}),
      cwd: drive.folder,
      label: 'your module',
      channel: true,
    });
    if (program.pid === undefined || program.channel === undefined) {
      throw new Error(`the module host could not be started: ${program.describeExit()}`);
    }
    return new HostProcess(program, program.channel, join(drive.folder, `progress-${program.pid}`));
  }

  private constructor(program: Program, channel: Duplex, progressFile: string) {
    this.#program = program;
    this.#channel = channel;
    this.#progressFile = progressFile;
    this.#received = new Replies(channel, this.#secret);
  }

  get alive(): boolean {
    return this.#program.exit === undefined;
  }

  /** Load the student's bundles. Must come first, and once. */
  load(modules: readonly string[], limitMs: number): Promise<Reply | Death> {
    const [secret, progressFile] = [this.#secret, this.#progressFile];
    return this.ask({ type: 'load', secret, modules, progressFile }, () => {}, limitMs);
  }

  /**
   * @param each  takes the replies that are not the last
   * @returns the last reply, or how the host died over the request
   */
  async ask(
    request: Request,
    each: (reply: Extract<Reply, { type: 'ways' }>) => void,
    limitMs: number,
  ): Promise<Reply | Death> {
    let last: Reply | undefined;
    this.#received.take = (reply) => {
      if (reply.type === 'ways') each(reply);
      else last = reply;
    };
    const payload = serialize(request);
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32LE(payload.length);
    this.#channel.write(length);
    this.#channel.write(payload);
    const began = performance.now();
    const done = (): boolean => last !== undefined || !this.alive;
    await waitUntil(done, () => Promise.race([this.#received.change(), this.#program.exited]), limitMs);
    if (!done()) return this.#endHang(began);
    return last ?? this.#death();
  }

  /** How far it got with the request at hand; also after its end. */
  progress(): Progress {
    try {
      const bytes = readFileSync(this.#progressFile);
      if (bytes.length === PROGRESS_BYTES) {
        const [ways = 0, step = 0] = new Uint32Array(bytes.buffer.slice(bytes.byteOffset));
        return { ways, step: step - 1 };
      }
    } catch {
      // It has not been written yet.
    }
    return { ways: 0, step: -1 };
  }

  async stop(): Promise<void> {
    await this.#program.kill();
    rmSync(this.#progressFile, { force: true });
  }

  async #endHang(began: number): Promise<Death> {
    const state = await this.#hangState();
    const afterMs = performance.now() - began;
    await this.#program.kill();
    return { kind: 'hang', state, afterMs };
  }

  async #hangState(): Promise<HangState> {
    const before = this.progress();
    const states: string[] = [];
    for (let look = 0; look < LOOKS; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      // One line of a table, so it also says R while the process waits for its turn on a busy machine.
      states.push(processRow(this.#program.pid!)?.state ?? '');
    }
    const after = this.progress();
    if (before.ways !== after.ways || before.step !== after.step) return 'slow';
    if (states.every((state) => state === '')) return 'unknown';
    return states.filter((state) => state === 'R').length * 2 > LOOKS ? 'busy' : 'waiting';
  }

  #death(): Death {
    const { exit, brokenLimit } = this.#program;
    const stderr = this.#program.lastStderr();
    if (brokenLimit !== undefined) return { kind: 'limit', limit: brokenLimit };
    if (exit?.signal) return { kind: 'crashed', signal: exit.signal, stderr };
    return { kind: 'exited', code: exit?.code ?? 0, stderr };
  }
}

/** Cuts what comes from the host into replies. What does not begin with the secret is not from our program. */
class Replies {
  take: (reply: Reply) => void = () => {};
  readonly #secret: Buffer;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #needed = 0;
  #wake = (): void => {};

  constructor(channel: Duplex, secret: Buffer) {
    this.#secret = secret;
    channel.on('error', () => {});
    channel.on('data', (piece: Buffer) => {
      this.#pieces.push(piece);
      this.#bytes += piece.length;
      if (this.#bytes >= this.#needed) this.#parse();
    });
  }

  /** Settles with the next reply. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #parse(): void {
    const header = SECRET_BYTES + LENGTH_BYTES;
    let rest = Buffer.concat(this.#pieces);
    for (;;) {
      const start = rest.indexOf(this.#secret);
      // Keep what may be the first part of the secret.
      rest = rest.subarray(start >= 0 ? start : Math.max(0, rest.length - SECRET_BYTES + 1));
      this.#needed = start >= 0 && rest.length >= header ? header + rest.readUInt32LE(SECRET_BYTES) : header;
      if (start < 0 || rest.length < this.#needed) break;
      this.take(deserialize(rest.subarray(header, this.#needed)) as Reply);
      this.#wake();
      rest = rest.subarray(this.#needed);
    }
    this.#pieces = [rest];
    this.#bytes = rest.length;
  }
}
