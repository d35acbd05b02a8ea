/**
 * The module host: a process that loads a student's module and calls it as the checker asks.
 *
 * The module shares this process and may patch everything global, by mistake or on purpose. So all that is used after
 * it was loaded is captured before, nothing here iterates with `for…of` or spreads (patched iterators), and requests
 * are read and replies written with blocking calls: there is no event of ours that a student's code could swallow.
 */
import { openSync, readSync, writeSync } from 'node:fs';
import { DefaultDeserializer, Deserializer, serialize } from 'node:v8';
import { type Cuts, chunkCount, chunkEnd } from './cuts.ts';
import {
  BATCH_BYTES,
  BATCH_MS,
  type CallRequest,
  CONSTRUCTOR,
  END,
  EXACT_STEPS,
  type Fault,
  type FeedRequest,
  LENGTH_BYTES,
  type LoadRequest,
  MAX_RESULT_BYTES,
  type PlayRequest,
  PROGRESS_BYTES,
  type Reply,
  type Request,
  STEPS_BETWEEN,
  type ThrownValue,
  type WayResult,
} from './module-host-messages.ts';

const CHANNEL = 3;
// Imports from node: follow a patch of the module's object; constants do not.
const [read, write, encode] = [readSync, writeSync, serialize];
const { apply, construct } = Reflect;
const { isArray } = Array;
const { isView } = ArrayBuffer;
const { assign, getPrototypeOf: prototypeOf, keys, prototype: plain } = Object;
const exitProcess = process.exit.bind(process);
const cpuUsage = process.cpuUsage.bind(process);
const now = performance.now.bind(performance);
const [Bytes, Words, OwnPromise, text] = [Uint8Array, Uint32Array, Promise, String];
const { wait } = Atomics;
const nextTurn = setImmediate;

type Loaded = Record<string, unknown>;
type Core = { receive(chunk: Uint8Array): unknown; end(): unknown };

let secret = new Bytes(0);
let progressFile = -1;
const progress = new Words(PROGRESS_BYTES / 4);
/** What the way before came to. */
let before: unknown;
const progressBytes = new Bytes(progress.buffer);
const pause = new Int32Array(new SharedArrayBuffer(4));

// A promise of the student's that never settles is to be waited for, not to end the process.
setInterval(() => {}, 2 ** 30);
await serve(await load());

async function load(): Promise<Loaded> {
  const request = nextRequest() as LoadRequest;
  secret = request.secret as typeof secret;
  progressFile = openSync(request.progressFile, 'w');
  try {
    const loaded: Loaded = {};
    for (const url of request.modules) assign(loaded, await import(url));
    reply({ type: 'done' });
    return loaded;
  } catch (error) {
    reply({ type: 'failed', fault: thrown(error) });
    return exitProcess(0);
  }
}

async function serve(loaded: Loaded): Promise<never> {
  for (;;) {
    const request = nextRequest() as FeedRequest | CallRequest | PlayRequest;
    markProgress(0, CONSTRUCTOR);
    const last = await answer(loaded, request);
    // What was left for later, a rejected promise or a line to be printed, belongs to this request.
    await new OwnPromise((resolve) => nextTurn(resolve));
    reply(last);
  }
}

function answer(loaded: Loaded, request: FeedRequest | CallRequest | PlayRequest): Reply | Promise<Reply> {
  if (request.type === 'feed') return feed(loaded, request);
  return request.type === 'play' ? play(loaded, request) : call(loaded, request);
}

function feed(loaded: Loaded, request: FeedRequest): Reply {
  const { className, constructorArgs, bytes, ways } = request;
  const withoutArgs = (decode(constructorArgs) as unknown[]).length === 0;
  const Class = loaded[className];
  if (typeof Class !== 'function') {
    return { type: 'failed', fault: { kind: 'missing', name: className, found: describe(Class) } };
  }
  let results: WayResult[] = [];
  let heldBytes = 0;
  let heldSince = now();
  before = undefined;
  for (let way = 0; way < ways.length; way += 1) {
    // Copies: a student may write into what she is given.
    const args = withoutArgs ? [] : (decode(constructorArgs) as unknown[]);
    const result = feedOneWay(Class, args, new Bytes(bytes), ways[way]!, request, way);
    if (result === 1 && typeof results[results.length - 1] === 'number') {
      results[results.length - 1] = (results[results.length - 1] as number) + 1;
    } else results[results.length] = result;
    if (typeof result === 'object' && 'events' in result) heldBytes += result.events!.length;
    if (heldBytes < BATCH_BYTES && now() - heldSince < BATCH_MS) continue;
    reply({ type: 'ways', results });
    results = [];
    heldBytes = 0;
    heldSince = now();
  }
  if (results.length > 0) reply({ type: 'ways', results });
  return { type: 'done' };
}

function feedOneWay(
  Class: unknown,
  args: unknown[],
  bytes: Uint8Array,
  cuts: Cuts,
  { end, lastEvents, measured, counted }: FeedRequest,
  way: number,
): WayResult {
  const length = bytes.length;
  const chunks = chunkCount(cuts, length);
  const steps = chunks + (end ? 1 : 0);
  /** How many events each step brought. */
  const counts: number[] = [];
  let events: unknown[] = [];
  let step = CONSTRUCTOR;
  const spentBefore = measured ? cpuUsage() : undefined;
  try {
    markProgress(way, CONSTRUCTOR);
    const core = construct(Class as new () => Core, args) as Core;
    for (let index = 0; index < steps; index += 1) {
      step = index < chunks ? index : END;
      if (index < EXACT_STEPS || index % STEPS_BETWEEN === 0) markProgress(way, step);
      const from = chunkEnd(cuts, index - 1, length);
      const returned =
        step === END
          ? core.end()
          : core.receive(new Bytes(bytes.buffer, from, chunkEnd(cuts, index, length) - from));
      if (!isArray(returned)) return { step, fault: { kind: 'not-array', found: describe(returned) } };
      // A copy of the list now: the next call may reuse it.
      for (let at = 0; at < returned.length; at += 1) events[events.length] = returned[at];
      if (events.length > 2 * lastEvents) events = lastOf(events, lastEvents);
      counts[index] = returned.length;
    }
  } catch (error) {
    return { step, fault: thrown(error) };
  }
  const spent = spentBefore === undefined ? undefined : cpuUsage(spentBefore);
  const cpuMs = spent === undefined ? 0 : (spent.user + spent.system) / 1000;
  events = lastOf(events, lastEvents);
  // Encoding costs more than all else here, and most ways of cutting come to the same.
  const told = counted ? counts : [];
  if (same(events, before)) return measured || counted ? { cpuMs, counts: told } : 1;
  const { encoded, fault } = encodeResult(events);
  if (fault === undefined) {
    // A copy: what she returned may change later.
    before = decode(encoded);
    return { events: encoded, cpuMs, counts: told };
  }
  return { step: stepOfFault(events, counts, chunks) ?? step, fault };
}

/** The last so many; a loop, because a list's own methods may have been patched. */
function lastOf(events: unknown[], most: number): unknown[] {
  if (events.length <= most) return events;
  const last: unknown[] = [];
  for (let at = events.length - most; at < events.length; at += 1) last[last.length] = events[at];
  return last;
}

/** Whether two values are the same plain data. For others it says no: they are encoded. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (isArray(a)) return isArray(b) && sameItems(a, b);
  if (isView(a)) return isView(b) && sameItems(a as Uint8Array, b as Uint8Array);
  if (prototypeOf(a) !== plain || prototypeOf(b) !== plain) return false;
  const names = keys(a);
  if (names.length !== keys(b).length) return false;
  for (let at = 0; at < names.length; at += 1) {
    if (!same((a as Loaded)[names[at]!], (b as Loaded)[names[at]!])) return false;
  }
  return true;
}

function sameItems(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  const length = a.length;
  if (length !== b.length) return false;
  for (let at = 0; at < length; at += 1) if (!same(a[at], b[at])) return false;
  return true;
}

async function call(loaded: Loaded, { name, args }: CallRequest): Promise<Reply> {
  const target = loaded[name];
  if (typeof target !== 'function') {
    return { type: 'failed', fault: { kind: 'missing', name, found: describe(target) } };
  }
  try {
    const value = await apply(target as () => unknown, undefined, decode(args) as unknown[]);
    const { encoded, fault } = encodeResult(value);
    return fault === undefined ? { type: 'returned', value: encoded } : { type: 'failed', fault };
  } catch (error) {
    return { type: 'failed', fault: thrown(error) };
  }
}

function play(loaded: Loaded, { className, constructorArgs, calls }: PlayRequest): Reply {
  const Class = loaded[className];
  if (typeof Class !== 'function') {
    return { type: 'failed', fault: { kind: 'missing', name: className, found: describe(Class) } };
  }
  const values: unknown[] = [];
  let step = CONSTRUCTOR;
  try {
    const list = decode(calls) as [name: string, args: unknown[]][];
    const object = construct(Class as new () => object, decode(constructorArgs) as unknown[]) as Loaded;
    for (step = 0; step < list.length; step += 1) {
      markProgress(0, step);
      const [name, args] = list[step]!;
      const method = object[name];
      if (typeof method !== 'function') {
        return { type: 'failed', fault: { kind: 'missing', name, found: describe(method) }, step };
      }
      const { encoded, fault } = encodeResult(apply(method as () => unknown, object, args));
      if (fault !== undefined) return { type: 'failed', fault, step };
      // A copy: the next call may change what she returned.
      values[step] = decode(encoded);
    }
  } catch (error) {
    return { type: 'failed', fault: thrown(error), step };
  }
  return { type: 'returned', value: encode(values) };
}

function encodeResult(
  value: unknown,
): { encoded: Uint8Array; fault?: undefined } | { encoded?: never; fault: Fault } {
  try {
    const encoded = encode(value);
    if (encoded.byteLength <= MAX_RESULT_BYTES) return { encoded };
    return { fault: { kind: 'limit', limit: `returned more than ${MAX_RESULT_BYTES / 1024 / 1024} MiB` } };
  } catch (error) {
    return { fault: { kind: 'not-cloneable', reason: ownWords(error).message } };
  }
}

/** The step that returned the first event which cannot be sent; undefined when each of them can. */
function stepOfFault(events: unknown[], counts: number[], chunks: number): number | undefined {
  let event = 0;
  for (let index = 0; index < counts.length; index += 1) {
    for (const last = event + counts[index]!; event < last; event += 1) {
      if (encodeResult(events[event]).fault !== undefined) return index < chunks ? index : END;
    }
  }
  return undefined;
}

function thrown(error: unknown): Fault {
  return { kind: 'threw', error: ownWords(error) };
}

function ownWords(error: unknown): ThrownValue {
  try {
    if (typeof error !== 'object' || error === null) return { name: '', message: text(error), stack: '' };
    const { name, message, stack } = error as Partial<ThrownValue>;
    if (typeof message !== 'string') return { name: '', message: text(error), stack: '' };
    return { name: onlyText(name), message, stack: onlyText(stack) };
  } catch {
    // A getter or `toString` of the thrown value's own threw in its turn.
    return { name: '', message: 'a value that cannot be shown', stack: '' };
  }
}

function onlyText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof OwnPromise) return 'a promise';
  return isArray(value) ? 'array' : typeof value;
}

/** `v8.deserialize` without the derived constructor, which iterates over its arguments. */
function decode(bytes: Uint8Array): unknown {
  const decoder = construct(Deserializer, [bytes], DefaultDeserializer) as Deserializer;
  decoder.readHeader();
  return decoder.readValue();
}

function markProgress(way: number, step: number): void {
  progress[0] = way;
  progress[1] = step + 1;
  write(progressFile, progressBytes, 0, PROGRESS_BYTES, 0);
}

function nextRequest(): Request {
  const length = readExactly(LENGTH_BYTES);
  return decode(
    readExactly(length[0]! + length[1]! * 2 ** 8 + length[2]! * 2 ** 16 + length[3]! * 2 ** 24),
  ) as Request;
}

function readExactly(length: number): Uint8Array {
  const bytes = new Bytes(length);
  for (let at = 0; at < length; ) {
    const count = retried(() => read(CHANNEL, bytes, at, length - at, null));
    // The checker is gone.
    if (count === 0) exitProcess(0);
    at += count;
  }
  return bytes;
}

function reply(message: Reply): void {
  const payload = encode(message);
  const size = payload.byteLength;
  const length = new Bytes(LENGTH_BYTES);
  for (let index = 0; index < LENGTH_BYTES; index += 1) length[index] = size >>> (8 * index);
  writeAll(secret);
  writeAll(length);
  writeAll(payload);
}

function writeAll(bytes: Uint8Array): void {
  const length = bytes.byteLength;
  for (let at = 0; at < length; ) at += retried(() => write(CHANNEL, bytes, at, length - at, null));
}

/** Some systems hand the channel over in non-blocking mode. */
function retried(transfer: () => number): number {
  for (;;) {
    try {
      return transfer();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      wait(pause, 0, 0, 1);
    }
  }
}
