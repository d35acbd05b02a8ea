/**
 * A student's module (a parser, a framer), called from the checker's process but run in one of its own: whatever it
 * does there is an outcome here, with the input that led to it.
 *
 * A host that died is replaced before the next call. Outcomes are for the checker to compare; the host compares none.
 */
import { pathToFileURL } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import { assertCutsFit, type Cuts, chunkEnd } from './cuts.ts';
import type { Drive } from './drive.ts';
import { type Death, HostProcess } from './host-process.ts';
import { CONSTRUCTOR, END, type Fault, type Reply, type ThrownValue } from './module-host-messages.ts';

/** Where in the student's code it happened, and over which input. */
export type Place =
  | { during: 'import' }
  | { during: 'call'; name: string }
  /** Calls count from 0. */
  | { during: 'method'; className: string; name: string; call: number }
  | { during: 'constructor' | 'end'; className: string }
  /** Chunks count from 0; the bytes are those from offset `from` up to `to`, of the whole input. */
  | { during: 'receive'; className: string; chunk: number; from: number; to: number };

export interface StudentError extends ThrownValue {
  /** The first line of the stack in the student's code: `LineDecoder.receive (/…/lines.ts:12:7)`; or empty. */
  line: string;
}

/** Why there is no result. `at` says where; the kinds of `Death` mean that the host is gone. */
export type Failure = { at: Place } & (
  | { kind: 'threw'; error: StudentError }
  /** The module has no function or class of that name; `found` is the type of what it has, or `undefined`. */
  | { kind: 'missing'; name: string; found: string }
  /** `receive` or `end` returned something else; `found` is its type. */
  | { kind: 'not-array'; found: string }
  /** It returned a function, a promise, a symbol or the like; `reason` is v8's sentence. */
  | { kind: 'not-cloneable'; reason: string }
  | Death
);

export interface StartFailure {
  started: false;
  failure: Failure;
}

export interface FeedRequest {
  className: string;
  /** For `new`; default none. Plain data. */
  constructorArgs?: unknown[];
  bytes: Uint8Array;
  /** Each is tried on an instance of its own: `[WHOLE, BYTE_BY_BYTE, ...everySplit(bytes.length)]`. */
  ways: readonly Cuts[];
  /** Call `end()` after the last chunk. */
  end: boolean;
  /** Bring back no more than this many events of each way, the last ones. Default all. */
  lastEvents?: number;
  /** Tell the processor time of each way. */
  measured?: boolean;
  /** Tell how many events each chunk brought, and then `end()`. */
  counted?: boolean;
}

export type WayOutcome = { cuts: Cuts } & (
  | {
      kind: 'ok';
      /** All that was returned, in order. The same object as that of the way before when its bytes are the same. */
      events: readonly unknown[];
      /** How many events each chunk brought, and then `end()`; empty unless it was asked for. */
      counts: readonly number[];
      /** Processor time of the whole way; 0 unless it was asked for. */
      cpuMs: number;
    }
  | Failure
);

export interface FeedOutcome {
  /**
   * In the order of the request. It ends early with a failure that ended the host, and then some of those before it
   * may be missing.
   */
  ways: WayOutcome[];
}

export interface PlayRequest {
  className: string;
  /** For `new`; default none. Plain data. */
  constructorArgs?: unknown[];
  /** The methods to call one after the other, with plain data. */
  calls: readonly (readonly [name: string, ...args: unknown[]])[];
}

/** What each call returned, in order. */
export type PlayOutcome = { kind: 'ok'; values: unknown[] } | Failure;

export type CallOutcome = { kind: 'ok'; value: unknown } | Failure;

const IMPORT_LIMIT_MS = 5000;
const MAX_EVENTS = 2 ** 32 - 1;
/** Characters of an error's name and message that are kept, and of its stack. */
const TEXT_SHOWN = 2000;
const STACK_SHOWN = 10_000;

export class ModuleHost {
  /** Tells a host from a `StartFailure`. */
  readonly started = true as const;
  readonly #drive: Drive;
  readonly #urls: readonly string[];
  readonly #importLimitMs: number;
  #process: HostProcess | undefined;
  #stopped = false;
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * Load the student's bundle in a process of its own.
   *
   * @param bundle  absolute path of an .mjs, or of several whose exports are taken together; or a promise of it, to start the process while it is being made
   * @param blank   a process that was started before, with `HostProcess.start`; it is used up
   * @returns the host, or why the module cannot be loaded: it throws, hangs or exits when it is imported
   * @throws Error for what is our fault or the machine's; what `bundle` rejects with
   */
  static async start(
    drive: Drive,
    bundle: string | readonly string[] | Promise<string>,
    importLimitMs = IMPORT_LIMIT_MS,
    blank = HostProcess.start(drive),
  ): Promise<ModuleHost | StartFailure> {
    const [process, paths] = await Promise.all([blank, bundle]);
    const urls = [paths].flat().map((path) => pathToFileURL(path).href);
    const host = new ModuleHost(drive, urls, importLimitMs);
    const failure = await host.#load(process);
    return failure === undefined ? host : { started: false, failure };
  }

  private constructor(drive: Drive, urls: readonly string[], importLimitMs: number) {
    this.#drive = drive;
    this.#urls = urls;
    this.#importLimitMs = importLimitMs;
  }

  /**
   * Feed the same bytes in several ways of cutting, each to a new instance of an exported class: `receive` for each
   * chunk, then `end` if asked.
   *
   * The bytes in an event must stay as they are until the last call: they are read after it.
   *
   * @param limitMs  for all ways together
   * @throws RangeError when cuts do not fit the bytes
   */
  feed(request: FeedRequest, limitMs: number): Promise<FeedOutcome> {
    for (const cuts of request.ways) assertCutsFit(cuts, request.bytes.length);
    return this.#inTurn(() => this.#feed(request, limitMs));
  }

  /** Call an exported function with plain data; a promise that it returns is awaited. */
  call(name: string, args: unknown[], limitMs: number): Promise<CallOutcome> {
    return this.#inTurn(() => this.#call(name, args, limitMs));
  }

  /**
   * Make an instance of an exported class and call its methods, one after the other.
   *
   * @param limitMs  for all calls together
   */
  play(request: PlayRequest, limitMs: number): Promise<PlayOutcome> {
    return this.#inTurn(() => this.#play(request, limitMs));
  }

  /** A call that is still under way comes to a failure. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#process?.stop();
  }

  async #feed(request: FeedRequest, limitMs: number): Promise<FeedOutcome> {
    const {
      className,
      constructorArgs = [],
      bytes,
      ways,
      end,
      lastEvents = MAX_EVENTS,
      measured = false,
      counted = false,
    } = request;
    const outcomes: WayOutcome[] = [];
    const fail = (way: number, step: number, problem: Fault | Death): void => {
      const cuts = ways[way] ?? [];
      outcomes.push({ cuts, ...failure(problem, placeOf(request, cuts, step)) });
    };
    const process = await this.#living();
    if (!(process instanceof HostProcess))
      return { ways: ways.slice(0, 1).map((cuts) => ({ cuts, ...process })) };
    let events: readonly unknown[] = [];
    const last = await process.ask(
      {
        type: 'feed',
        className,
        constructorArgs: serialize(constructorArgs),
        bytes,
        ways,
        end,
        lastEvents,
        measured,
        counted,
      },
      (reply) => {
        const succeed = (cpuMs: number, counts: number[]): void => {
          outcomes.push({ cuts: ways[outcomes.length] ?? [], kind: 'ok', events, counts, cpuMs });
        };
        for (const result of reply.results) {
          if (typeof result === 'number') for (let more = result; more > 0; more -= 1) succeed(0, []);
          else if ('fault' in result) fail(outcomes.length, result.step, result.fault);
          else {
            if (result.events !== undefined) events = deserialize(result.events) as unknown[];
            succeed(result.cpuMs, result.counts);
          }
        }
      },
      limitMs,
    );
    if ('kind' in last) {
      const { ways: complete, step } = process.progress();
      // It died of what the last call left for later: that way was not well either.
      if (outcomes.length > complete) outcomes.pop();
      fail(complete, step, last);
      await process.stop();
    } else if (last.type === 'failed') {
      fail(0, CONSTRUCTOR, last.fault);
    }
    return { ways: outcomes };
  }

  async #call(name: string, args: unknown[], limitMs: number): Promise<CallOutcome> {
    const process = await this.#living();
    if (!(process instanceof HostProcess)) return process;
    const last = await process.ask({ type: 'call', name, args: serialize(args) }, () => {}, limitMs);
    if ('kind' in last) await process.stop();
    else if (last.type === 'returned') return { kind: 'ok', value: deserialize(last.value) };
    return failure(problemOf(last), { during: 'call', name });
  }

  async #play(
    { className, constructorArgs = [], calls }: PlayRequest,
    limitMs: number,
  ): Promise<PlayOutcome> {
    const process = await this.#living();
    if (!(process instanceof HostProcess)) return process;
    const list = calls.map(([name, ...args]) => [name, args]);
    const last = await process.ask(
      { type: 'play', className, constructorArgs: serialize(constructorArgs), calls: serialize(list) },
      () => {},
      limitMs,
    );
    if ('type' in last && last.type === 'returned')
      return { kind: 'ok', values: deserialize(last.value) as unknown[] };
    const step = 'kind' in last ? process.progress().step : last.type === 'failed' ? last.step : undefined;
    if ('kind' in last) await process.stop();
    const name = calls[step ?? CONSTRUCTOR]?.[0];
    const at: Place =
      name === undefined
        ? { during: 'constructor', className }
        : { during: 'method', className, name, call: step! };
    return failure(problemOf(last), at);
  }

  /** The process, or a new one in its place, or why the module cannot be loaded any more. */
  async #living(): Promise<HostProcess | Failure> {
    if (this.#stopped) throw new Error('the module host is stopped');
    if (this.#process?.alive) return this.#process;
    return (await this.#load(await HostProcess.start(this.#drive))) ?? this.#process!;
  }

  async #load(process: HostProcess): Promise<Failure | undefined> {
    const last = await process.load(this.#urls, this.#importLimitMs);
    if (!('kind' in last) && last.type === 'done') {
      this.#process = process;
      return undefined;
    }
    await process.stop();
    return failure(problemOf(last), { during: 'import' });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const outcome = this.#turn.then(work);
    this.#turn = outcome.catch(() => {});
    return outcome;
  }
}

function placeOf({ className, bytes }: FeedRequest, cuts: Cuts, step: number): Place {
  if (step === CONSTRUCTOR) return { during: 'constructor', className };
  if (step === END) return { during: 'end', className };
  const from = chunkEnd(cuts, step - 1, bytes.length);
  return { during: 'receive', className, chunk: step, from, to: chunkEnd(cuts, step, bytes.length) };
}

function problemOf(last: Reply | Death): Fault | Death {
  if ('kind' in last) return last;
  if (last.type === 'failed') return last.fault;
  throw new Error(`the module host answered ${last.type}, expected a result`);
}

function failure(problem: Fault | Death, at: Place): Failure {
  if (problem.kind !== 'threw') return { ...problem, at };
  const { name, message, stack } = problem.error;
  const shown = {
    name: name.slice(0, TEXT_SHOWN),
    message: message.slice(0, TEXT_SHOWN),
    stack: stack.slice(0, STACK_SHOWN),
  };
  return { kind: 'threw', error: { ...shown, line: studentLine(stack) }, at };
}

function studentLine(stack: string): string {
  const lines = stack
    .slice(0, STACK_SHOWN)
    .split('\n')
    .map((line) => line.trim());
  const hers = lines.find(
    (line) => /^at .*\/.*:\d+:\d+\)?$/.test(line) && !/node:|module-host-main/.test(line),
  );
  return hers?.replace(/^at (new )?/, '$1').replace('file://', '') ?? '';
}
