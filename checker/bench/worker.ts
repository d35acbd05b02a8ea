/**
 * A process that measures, from the checker's side. Somebody's code runs in it, so it is never the checker's own; and
 * everybody has one to himself, so that nobody's types or garbage slow another.
 */
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { type Drive, studentEnvironment } from '../drive/drive.ts';
import { ownProgram } from '../drive/own-code.ts';
import type { Program } from '../drive/program.ts';
import { within } from '../drive/within.ts';

/** What a worker answers: a value, or what was thrown. */
export type Reply = { value: unknown } | { error: string };

export interface WorkerOptions {
  /** File in the bench room without its ending: `lab-05-http-request/parser-main`. */
  program: string;
  nodeOptions?: string[];
  /** Keep it on this core, where the machine can. */
  core?: number | undefined;
}

export class Worker {
  readonly #program: Program;
  readonly #channel: Duplex;
  #answer: (reply: Reply) => void = () => {};

  static async start(drive: Drive, { program, nodeOptions = [], core }: WorkerOptions): Promise<Worker> {
    const bundle = await ownProgram(program, drive.folder, import.meta.url);
    const node = [process.execPath, ...nodeOptions, bundle];
    const [command = '', ...args] = core === undefined ? node : ['taskset', '-c', String(core), ...node];
    const launch = { command, args, env: studentEnvironment({}), cwd: drive.folder, label: program };
    const started = drive.spawn({ ...launch, channel: true });
    if (started.pid === undefined || started.channel === undefined)
      throw new Error(`${program} could not be started: ${started.describeExit()}`);
    return new Worker(started, started.channel);
  }

  private constructor(program: Program, channel: Duplex) {
    this.#program = program;
    this.#channel = channel;
    channel.on('error', () => {});
    createInterface({ input: channel }).on('line', (line) => this.#answer(JSON.parse(line) as Reply));
  }

  /**
   * @param request  what the program understands; plain data
   * @returns its answer
   * @throws Error with one line: what was thrown, or that it ended or gave no answer in `limitMs`
   */
  async ask<T>(request: object, limitMs: number): Promise<T> {
    const answer = new Promise<Reply>((resolve) => {
      this.#answer = resolve;
    });
    this.#channel.write(`${JSON.stringify(request)}\n`);
    const ended = this.#program.exited.then((): Reply => ({ error: this.#lastWords() }));
    const reply = await within(Promise.race([answer, ended]), limitMs);
    if (reply === undefined) throw new Error(`no answer in ${limitMs / 1000} s`);
    if ('error' in reply) throw new Error(reply.error);
    return reply.value as T;
  }

  async stop(): Promise<void> {
    await this.#program.kill();
  }

  #lastWords(): string {
    const said = this.#program.lastStderr().find((line) => /Error/.test(line));
    return `the process ended: ${said ?? this.#program.describeExit()}`;
  }
}
