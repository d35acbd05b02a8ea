import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BYTE_BY_BYTE, type Cuts, everySplit, shortestFailure, WHOLE } from './cuts.ts';
import { Drive } from './drive.ts';
import { type FeedRequest, ModuleHost, type StartFailure, type WayOutcome } from './module-host.ts';

/** The lab of these tests: lines that end in LF, and a failure when the stream ends within one. */
const LINES = `
export class LineSplitter {
  #rest = '';
  #limit: number;
  constructor(options: { limit: number } = { limit: 1e9 }) { this.#limit = options.limit; }
  receive(chunk: Uint8Array): unknown[] {
    this.#rest += Array.from(chunk, (byte) => String.fromCharCode(byte)).join('');
    const lines = this.#rest.split('\\n');
    this.#rest = lines.pop()!;
    return lines.map((text) => ({ type: 'line', text }));
  }
  end(): unknown[] { return this.#rest === '' ? [] : [{ type: 'failed', code: 'unfinished', left: this.#rest }]; }
}
export function shout(text: string): string { return text.toUpperCase(); }
export async function later(bytes: Uint8Array): Promise<Uint8Array> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  return bytes.map((byte) => byte + 1);
}
export const five = 5;
`;
const LIMIT_MS = 20_000;
/** For what never answers. */
const SHORT_MS = 600;

const folder = mkdtempSync(join(tmpdir(), 'barewire-host-'));
let drive: Drive;
let host: ModuleHost | undefined;
let modules = 0;

beforeAll(async () => {
  drive = await Drive.open();
});
afterEach(async () => {
  await host?.stop();
  host = undefined;
});
afterAll(async () => {
  await drive.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a module that works', () => {
  test('gives the same events however the bytes are cut', async () => {
    await load(LINES);
    const bytes = ascii('one\n\ntwo\nrest');
    const ways = [WHOLE, BYTE_BY_BYTE, [3, 3, 13], ...everySplit(bytes.length)];
    const outcome = await feed({ bytes, ways });
    expect(outcome).toHaveLength(ways.length);
    for (const [index, way] of outcome.entries()) {
      expect(way).toMatchObject({
        kind: 'ok',
        cuts: ways[index],
        events: [
          { type: 'line', text: 'one' },
          { type: 'line', text: '' },
          { type: 'line', text: 'two' },
          { type: 'failed', code: 'unfinished', left: 'rest' },
        ],
      });
    }
  });

  test('says how many events each chunk brought, when asked', async () => {
    await load(LINES);
    const bytes = ascii('one\n\ntwo\nrest');
    const ways = await feed({ bytes, ways: [WHOLE, BYTE_BY_BYTE, [3, 3, 13], [1]], counted: true });
    expect(ways.map((way) => way.kind === 'ok' && way.counts)).toEqual([
      [3, 1],
      [0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1],
      [0, 0, 3, 0, 1],
      [0, 3, 1],
    ]);
  });

  test('gets neither a chunk nor the end unless there is one', async () => {
    await load(`export class LineSplitter {
      receive(chunk) { return ['chunk ' + chunk.length]; }
      end() { return ['end']; }
    }`);
    expect(await feed({ bytes: ascii(''), ways: [WHOLE] })).toMatchObject([{ events: ['end'] }]);
    expect(await feed({ bytes: ascii('a'), ways: [WHOLE], end: false })).toMatchObject([
      { events: ['chunk 1'] },
    ]);
  });

  test('takes 1 MiB in pieces of 16 bytes in one call', async () => {
    await load(LINES);
    const bytes = new Uint8Array(2 ** 20).fill(0x61).map((byte, index) => (index % 64 === 63 ? 0x0a : byte));
    const [way] = await feed({ bytes, ways: [{ everyBytes: 16 }] });
    expect(way?.kind === 'ok' && way.events.length).toBe(2 ** 14);
  });

  test('brings back the last events only, when asked, and what the way cost', async () => {
    await load(LINES);
    const bytes = ascii('a\nb\nc\nrest'.padStart(10_000, '-'));
    const [way] = await feed({ bytes, ways: [BYTE_BY_BYTE], lastEvents: 2, measured: true });
    expect(way).toMatchObject({ kind: 'ok', events: [{ text: 'c' }, { type: 'failed', left: 'rest' }] });
    expect(way?.kind === 'ok' && way.cpuMs).toBeGreaterThan(0);
  });

  test('tells lists that differ in one place only from one that came before', async () => {
    await load(`export class LineSplitter {
      receive(chunk) { return [{ a: [1, { b: chunk }], c: chunk.length > 2 ? undefined : null }]; }
      end() { return []; }
    }`);
    const ways = await feed({ bytes: ascii('abcd'), ways: [WHOLE, [1], [1], [2], [3], WHOLE] });
    const [whole, , again] = ways.map((way) => (way.kind === 'ok' ? way.events : undefined));
    expect(whole).toEqual([{ a: [1, { b: Uint8Array.of(97, 98, 99, 100) }], c: undefined }]);
    expect(again).toEqual([
      { a: [1, { b: Uint8Array.of(97) }], c: null },
      { a: [1, { b: Uint8Array.of(98, 99, 100) }], c: undefined },
    ]);
    expect(ways.at(-1)).toMatchObject({ events: whole });
  });

  test('keeps Uint8Array, undefined, bigint and -0 as they are', async () => {
    await load(`export class LineSplitter {
      receive(chunk) { return [{ chunk, nothing: undefined, big: 2n ** 64n, zero: -0, map: new Map([[1, 'a']]) }]; }
      end() { return []; }
    }`);
    const [way] = await feed({ bytes: ascii('ab'), ways: [WHOLE] });
    expect(way?.kind === 'ok' && way.events).toStrictEqual([
      { chunk: ascii('ab'), nothing: undefined, big: 2n ** 64n, zero: -0, map: new Map([[1, 'a']]) },
    ]);
  });

  test('gets fresh bytes and arguments for each way', async () => {
    await load(`export class LineSplitter {
      constructor(options) { this.options = options; }
      receive(chunk) { const seen = [...chunk]; chunk.fill(0); this.options.limit += 1; return [seen, this.options.limit]; }
      end() { return []; }
    }`);
    const outcome = await feed({ bytes: ascii('a'), ways: [WHOLE, WHOLE], constructorArgs: [{ limit: 1 }] });
    expect(outcome.map((way) => way.kind === 'ok' && way.events)).toEqual([
      [[0x61], 2],
      [[0x61], 2],
    ]);
  });

  test('may return the same array each time', async () => {
    await load(`export class LineSplitter {
      events = [];
      receive(chunk) { this.events.length = 0; this.events.push(chunk.length); return this.events; }
      end() { return this.events; }
    }`);
    expect(await feed({ bytes: ascii('abc'), ways: [[1]] })).toMatchObject([{ events: [1, 2, 2] }]);
  });

  test('has its functions called, one after the other', async () => {
    const { call } = await load(LINES);
    const [shouted, bytes] = await Promise.all([call('shout', 'a'), call('later', ascii('ab'))]);
    expect(shouted).toEqual({ kind: 'ok', value: 'A' });
    expect(bytes).toEqual({ kind: 'ok', value: ascii('bc') });
  });

  test('is loaded from a bundle that is still being made', async () => {
    const bundle = bundled(LINES);
    const started = await ModuleHost.start(drive, bundle);
    expect(started.started).toBe(true);
    host = started as ModuleHost;
  });

  test('is played: one instance, call after call, and each result as it was then', async () => {
    await load(`export class Counter {
      #list: number[];
      constructor(from: number) { this.#list = [from]; }
      add(more: number) { this.#list.push(more); return this.#list; }
    }`);
    const calls = [
      ['add', 2],
      ['add', 3],
    ] as const;
    expect(await host!.play({ className: 'Counter', constructorArgs: [1], calls }, LIMIT_MS)).toEqual({
      kind: 'ok',
      values: [
        [1, 2],
        [1, 2, 3],
      ],
    });
  });

  test.each([
    ['throws in a method', [['boom']], { kind: 'threw', at: { during: 'method', name: 'boom', call: 0 } }],
    ['has no such method', [['fine'], ['gone']], { kind: 'missing', at: { name: 'gone', call: 1 } }],
    ['returns a function', [['odd']], { kind: 'not-cloneable', at: { name: 'odd', call: 0 } }],
    ['hangs', [['fine'], ['spin']], { kind: 'hang', at: { name: 'spin', call: 1 } }],
  ] as const)('that is played %s: the call is named', async (_what, calls, expected) => {
    await load(`export class Toy {
      fine() { return 1; }
      boom() { throw new Error('boom'); }
      odd() { return () => {}; }
      spin() { for (;;); }
    }`);
    expect(await host!.play({ className: 'Toy', calls }, SHORT_MS)).toMatchObject(expected);
    expect(await host!.play({ className: 'Toy', calls: [['fine']] }, LIMIT_MS)).toEqual({
      kind: 'ok',
      values: [1],
    });
  });

  test('may come in several bundles', async () => {
    const bundles = [await bundled(LINES), await bundled('export const six = () => 6;')];
    const started = await ModuleHost.start(drive, bundles);
    host = started as ModuleHost;
    expect(await host.call('six', [], LIMIT_MS)).toEqual({ kind: 'ok', value: 6 });
    expect(await feed({ bytes: ascii('a'), ways: [WHOLE] })).toMatchObject([{ kind: 'ok' }]);
  });

  test('must not be asked for cuts that do not fit', async () => {
    await load(LINES);
    await expect(feed({ bytes: ascii('abc'), ways: [[4]] })).rejects.toThrow(RangeError);
  });
});

describe('a module that cannot be loaded', () => {
  test('throws', async () => {
    expect(await failedStart(`throw new TypeError('not today');`)).toMatchObject({
      kind: 'threw',
      at: { during: 'import' },
      error: { name: 'TypeError', message: 'not today', line: expect.stringMatching(/lab-\d+\.ts:1:7/) },
    });
  });
  test('loops', async () => {
    expect(await failedStart(`for (;;);`)).toMatchObject({
      kind: 'hang',
      state: 'busy',
      at: { during: 'import' },
    });
  });
  test('waits for ever', async () => {
    expect(await failedStart(`await new Promise(() => {});`)).toMatchObject({
      kind: 'hang',
      state: 'waiting',
    });
  });
  test('exits', async () => {
    expect(await failedStart(`process.exit(0);`)).toMatchObject({
      kind: 'exited',
      code: 0,
      at: { during: 'import' },
    });
  });
});

describe('a module that goes wrong at one place', () => {
  const way = (cuts: Cuts) => ({ bytes: ascii('ab!cd'), ways: [WHOLE, cuts, BYTE_BY_BYTE] });
  /** Misbehaves in the chunk that begins with `!`. */
  const at = (deed: string): string => `export class LineSplitter {
    receive(chunk) {
      if (chunk[0] === 0x21) { ${deed} }
      return [];
    }
    end() { return []; }
  }
  export function shout() { return 'A'; }`;
  const place = { during: 'receive', className: 'LineSplitter', chunk: 1, from: 2, to: 5 };

  test.each<[string, string, object]>([
    ['loops', 'for (;;);', { kind: 'hang', state: 'busy' }],
    [
      'waits',
      'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
      { kind: 'hang', state: 'waiting' },
    ],
    ['exits', 'process.exit(0);', { kind: 'exited', code: 0 }],
    [
      'exits with a code',
      `console.error('giving up'); process.exit(9);`,
      { kind: 'exited', code: 9, stderr: ['giving up'] },
    ],
    ['dies', `process.kill(process.pid, 'SIGSEGV'); for (;;);`, { kind: 'crashed', signal: 'SIGSEGV' }],
  ])('%s: that input is named, and the next call works', async (_, deed, outcome) => {
    const { call } = await load(at(deed));
    const ways = await feed({ ...way([2]), limitMs: SHORT_MS });
    // What went well before may be lost with the host.
    expect(ways.slice(0, -1).filter(({ kind }) => kind !== 'ok')).toEqual([]);
    expect(ways.at(-1)).toMatchObject({ ...outcome, cuts: [2], at: place });
    expect(await call('shout')).toEqual({ kind: 'ok', value: 'A' });
  });

  test.each<[string, string, object]>([
    [
      'throws',
      `throw new RangeError('odd');`,
      { kind: 'threw', error: { name: 'RangeError', message: 'odd' } },
    ],
    [
      'throws what is no error',
      `throw 'a string';`,
      { kind: 'threw', error: { name: '', message: 'a string' } },
    ],
    ['recurses without end', 'return this.receive(chunk);', { kind: 'threw', error: { name: 'RangeError' } }],
    ['forgets the return', 'return;', { kind: 'not-array', found: 'undefined' }],
    ['returns a promise', 'return Promise.resolve([]);', { kind: 'not-array', found: 'a promise' }],
    [
      'returns a function',
      'return [{}, () => 1];',
      { kind: 'not-cloneable', reason: '() => 1 could not be cloned.' },
    ],
    [
      'returns too much',
      'return [new Uint8Array(2 ** 27)];',
      { kind: 'limit', limit: 'returned more than 64 MiB' },
    ],
  ])('%s: that input is named, and the other ways go on', async (_, deed, outcome) => {
    await load(at(deed));
    const ways = await feed(way([2]));
    expect(ways.map(({ kind }) => kind === 'ok')).toEqual([true, false, false]);
    expect(ways[1]).toMatchObject({ ...outcome, at: place });
    expect(ways[2]).toMatchObject({ at: { ...place, chunk: 2, to: 3 } });
  });

  test('throws in the constructor or at the end', async () => {
    await load(`export class LineSplitter {
      constructor(fails) { if (fails) throw new Error('no'); }
      receive() { return []; }
      end() { return [Symbol('s')]; }
    }`);
    expect(await feed({ ...way([2]), constructorArgs: [true] })).toMatchObject([
      { at: { during: 'constructor' } },
      { at: { during: 'constructor' } },
      { at: { during: 'constructor' } },
    ]);
    expect(await feed(way([2]))).toMatchObject([
      { kind: 'not-cloneable', at: { during: 'end' } },
      { kind: 'not-cloneable', at: { during: 'end' } },
      { kind: 'not-cloneable', at: { during: 'end' } },
    ]);
  });

  test('says the line of the student’s own file', async () => {
    await load(
      LINES.replace('this.#rest +=', `if (chunk[0] === 0x21) throw new Error('x');\n    this.#rest +=`),
    );
    const [, cut] = await feed(way([2]));
    expect(cut).toMatchObject({
      error: { line: expect.stringMatching(/^LineSplitter\.receive \(.*lab-\d+\.ts:7:34\)$/) },
    });
  });

  test('is only slow', async () => {
    await load(
      at('').replace(
        'receive(chunk) {',
        'receive(chunk) { const began = Date.now(); while (Date.now() - began < 15);',
      ),
    );
    const [slow] = await feed({ bytes: new Uint8Array(1000), ways: [BYTE_BY_BYTE], limitMs: SHORT_MS });
    expect(slow).toMatchObject({ kind: 'hang', state: 'slow', at: { during: 'receive' } });
  });

  test('lacks what is asked for', async () => {
    const { call } = await load(LINES);
    expect(await feed({ ...way([2]), className: 'Splitter' })).toMatchObject([
      { kind: 'missing', name: 'Splitter', found: 'undefined', at: { during: 'constructor' } },
    ]);
    expect(await call('five')).toMatchObject({ kind: 'missing', name: 'five', found: 'number' });
  });

  test('has functions that fail', async () => {
    const { call } = await load(`
      export const loop = () => { for (;;); };
      export const reject = async () => { throw new Error('async'); };
      export const never = () => new Promise(() => {});
      export const lambda = () => () => {};`);
    expect(await call('loop')).toMatchObject({
      kind: 'hang',
      state: 'busy',
      at: { during: 'call', name: 'loop' },
    });
    expect(await call('reject')).toMatchObject({ kind: 'threw', error: { message: 'async' } });
    expect(await call('never')).toMatchObject({ kind: 'hang', state: 'waiting' });
    expect(await call('lambda')).toMatchObject({ kind: 'not-cloneable' });
  });
});

describe('a module that meddles', () => {
  test.each<[string, string]>([
    [
      'patches Array.prototype',
      `
      Array.prototype.push = () => 0;
      Array.prototype[Symbol.iterator] = function* () {};
      Array.isArray = () => false;`,
    ],
    [
      'patches typed arrays',
      `
      globalThis.Uint8Array = class {};
      globalThis.Uint32Array = globalThis.Int32Array = globalThis.Buffer = undefined;
      Object.getPrototypeOf(Int8Array.prototype).set = Object.getPrototypeOf(Int8Array.prototype).subarray = () => {};`,
    ],
    [
      'patches JSON, Object, Reflect and Promise',
      `
      JSON.stringify = JSON.parse = () => '{}';
      Object.keys = () => [];
      Reflect.apply = Reflect.construct = () => ({});
      Promise.prototype.then = () => {};
      globalThis.Promise = globalThis.setImmediate = undefined;`,
    ],
    [
      'patches process',
      `
      process.send = process._send = process.exit = process.nextTick = process.stdout.write = () => {};
      process.removeAllListeners();
      process.on('message', () => {});`,
    ],
    [
      'answers in our place',
      `
      process.send?.({ type: 'done' });
      const { writeSync } = await import('node:fs');
      writeSync(3, Buffer.concat([Buffer.alloc(16), Buffer.from([2, 0, 0, 0]), Buffer.from('{}')]));`,
    ],
    ['prints', `console.log('all tests passed'.repeat(1000));`],
  ])('%s, and changes nothing', async (_, deed) => {
    const { call } = await load(`
      ${deed}
      export class LineSplitter {
        receive(chunk) { return [chunk.length]; }
        end() { return ['end']; }
      }
      export function shout() { return ['A']; }`);
    expect(await feed({ bytes: ascii('abcde'), ways: [WHOLE, [2]] })).toMatchObject([
      { kind: 'ok', events: [5, 'end'] },
      { kind: 'ok', events: [2, 3, 'end'] },
    ]);
    expect(await call('shout')).toEqual({ kind: 'ok', value: ['A'] });
  });

  test('allocates without end, and is stopped', async () => {
    const small = await Drive.open({ memoryBytes: 200 * 1024 * 1024 });
    const { call } = await load(
      `const kept = [];
      export class LineSplitter { receive() { for (;;) kept.push(new Uint8Array(2 ** 20).fill(1)); } }
      export function shout() { return 'A'; }`,
      small,
    );
    expect(await feed({ bytes: ascii('abc'), ways: [[1]] })).toMatchObject([
      {
        kind: 'limit',
        limit: 'used more than 200 MiB of memory',
        at: { during: 'receive', chunk: 0, from: 0, to: 1 },
      },
    ]);
    expect(await call('shout')).toEqual({ kind: 'ok', value: 'A' });
    await small.close();
  });

  test('leaves something for later that ends the process', async () => {
    const { call } = await load(`
      export class LineSplitter {
        receive() { return []; }
        end() { Promise.reject(new Error('nobody catches this')); return []; }
      }
      export function shout() { setImmediate(() => process.exit(3)); return 'A'; }`);
    expect(await feed({ bytes: ascii('abc'), ways: [[1]] })).toMatchObject([
      {
        kind: 'exited',
        code: 1,
        at: { during: 'end' },
        stderr: expect.arrayContaining([expect.stringContaining('nobody')]),
      },
    ]);
    expect(await call('shout')).toMatchObject({ kind: 'exited', code: 3 });
  });

  test('is killed between two calls, and loaded anew', async () => {
    const { call } = await load(`export const pid = () => process.pid;`);
    const first = await call('pid');
    if (first.kind === 'ok') process.kill(first.value as number, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const second = await call('pid');
    expect(second.kind).toBe('ok');
    expect(second).not.toEqual(first);
  });

  test('is not called any more once the host is stopped', async () => {
    const { call } = await load(LINES);
    await host!.stop();
    await expect(call('shout', 'a')).rejects.toThrow('the module host is stopped');
  });
});

test('the shortest failing cut is found among the outcomes', async () => {
  // Loses the rest of a line that is cut behind an `r`.
  await load(LINES.replace('lines.pop()!;', "chunk.at(-1) === 0x72 ? '' : lines.pop()!;"));
  const bytes = ascii('four\nfar\n');
  const ways = await feed({ bytes, ways: [BYTE_BY_BYTE, ...everySplit(bytes.length), WHOLE] });
  const whole = JSON.stringify(eventsOf(ways.at(-1)!));
  const shortest = shortestFailure(ways, bytes.length, (way) => JSON.stringify(eventsOf(way)) === whole);
  expect(shortest?.cuts).toEqual([4]);
});

function eventsOf(way: WayOutcome): readonly unknown[] | undefined {
  return way.kind === 'ok' ? way.events : undefined;
}

function ascii(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

async function bundled(source: string): Promise<string> {
  modules += 1;
  const [file, outfile] = [join(folder, `lab-${modules}.ts`), join(folder, `lab-${modules}.mjs`)];
  writeFileSync(file, source);
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
  });
  return outfile;
}

/** Loads a module for this test; its functions are called with a limit for what never answers. */
async function load(source: string, own = drive) {
  const started = await ModuleHost.start(own, await bundled(source));
  if (!started.started) throw new Error(`the module does not load: ${JSON.stringify(started.failure)}`);
  host = started;
  return { call: (name: string, ...args: unknown[]) => started.call(name, args, SHORT_MS * 2) };
}

async function feed(
  request: Partial<FeedRequest> & Pick<FeedRequest, 'bytes' | 'ways'> & { limitMs?: number },
) {
  const { limitMs = LIMIT_MS, ...rest } = request;
  return (await host!.feed({ className: 'LineSplitter', end: true, ...rest }, limitMs)).ways;
}

async function failedStart(source: string): Promise<StartFailure['failure']> {
  const started = await ModuleHost.start(drive, await bundled(source), SHORT_MS);
  if (started.started) throw new Error('it loads');
  return started.failure;
}
