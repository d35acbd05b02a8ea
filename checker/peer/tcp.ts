/** The judge's end of a TCP connection: exact bytes at exact cuts out, every byte that came back kept. */
import { connect as netConnect, type Socket } from 'node:net';
import type { ServerProgram } from '../drive/server-program.ts';
import { waitUntil } from '../drive/waiting.ts';
import { within } from '../drive/within.ts';
import type { Judge, Subject } from '../run/judge.ts';
import type { Evidence, Sent, TraceEvent } from '../run/result.ts';
import { ByteLog } from './byte-log.ts';
import { count, difference, excerpt, firstDifference, hexByte } from './compare.ts';
import { delivered, type Route } from './delivery.ts';
import { ANSWER_MS, type Expectation } from './expectation.ts';
import { explainSilence } from './silence.ts';

const CONNECT_MS = 5000;
const GONE_LOOK_MS = 50;
/** A program's socket closes before its exit is known. */
const EXIT_MS = 500;
/** The same for a program that takes no new connection: it has most likely ended, and this machine may be slow to tell. */
const REFUSED_EXIT_MS = 2000;
/** What a socket of the judge's own can fail of, whatever the server does. */
const MACHINE_ERRORS = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);
const PUMP_BYTES = 64 * 1024;
/** How long to collect more of a wrong answer, so that its cause can be told. */
const WRONG_ANSWER_MS = 60;

/**
 * Connect to the student's server.
 *
 * @param lane  names the connection in the trace when a check holds several
 * @param reading  false: take nothing from the socket until `startReading`
 */
export async function connect(
  judge: Judge,
  server: ServerProgram,
  { lane = '', reading = true }: { lane?: string; reading?: boolean } = {},
): Promise<TcpPeer> {
  const socket = netConnect({ host: server.host, port: server.port, allowHalfOpen: true, noDelay: true });
  if (!reading) socket.pause();
  const outcome = await connected(socket, server.program);
  if (outcome !== 'connected') {
    socket.destroy();
    if (MACHINE_ERRORS.has(outcome)) {
      throw new Error(`this machine gave no connection to ${server.host}:${server.port} (${outcome})`);
    }
    // A program that ends resets what its kernel has accepted for it.
    if (outcome === 'refused' || outcome === 'ECONNRESET')
      await within(server.program.exited, REFUSED_EXIT_MS);
    if (server.program.exit !== undefined) {
      judge.crash(
        `your server has ended (${server.program.describeExit()}), so a new client could not connect`,
        'crashed',
        server.program,
      );
    }
    judge.fail(
      outcome === 'ECONNRESET'
        ? `your server reset a new connection on ${server.host}:${server.port} at once (RST)`
        : `your server no longer accepts connections on ${server.host}:${server.port} (${outcome})`,
      'refused',
      {
        accepted: ['an accepted connection'],
        actual: outcome,
      },
    );
  }
  const peer = new TcpPeer(judge, server.program, socket, lane);
  judge.trace.judge(lane, `connects from port ${socket.localPort}`);
  if (reading) peer.startReading();
  return peer;
}

/** Whether a connection to this address is taken within `limitMs`; the connection is closed at once. */
export async function accepts(host: string, port: number, limitMs = 500): Promise<boolean> {
  const socket = netConnect({ host, port });
  const answer = new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.on('error', () => resolve(false));
  });
  const outcome = (await within(answer, limitMs)) ?? false;
  socket.destroy();
  return outcome;
}

export class TcpPeer {
  readonly lane: string;
  readonly program: Subject;
  /** Bytes that the kernel has taken from us. */
  sentBytes = 0;
  /** Bytes that came. */
  receivedBytes = 0;
  /** How the student's side ended: FIN, RST, or not yet. */
  ended: 'fin' | 'reset' | undefined;
  /**
   * What the judge put in elsewhere and must come out here, for reports: what was typed, for a client. Where it is not
   * set, what was sent on this connection is shown.
   */
  sources: ((at?: number) => Sent[]) | undefined;
  /** `performance.now()` when the last bytes came, and when the student's side ended. */
  lastReceivedAt = 0;
  endedAt = 0;
  readonly #judge: Judge;
  readonly #socket: Socket;
  readonly #route: Route;
  readonly #log = new ByteLog();
  readonly #sent: Uint8Array[] = [];
  readonly #cuts: number[] = [];
  readonly #waiting = new Set<() => void>();
  #handedBytes = 0;
  /** Bytes that were expected, came, and are done with. */
  #consumedBytes = 0;
  /** What had been sent when the last expected answer was complete. */
  #answeredParts = 0;
  #answeredBytes = 0;
  /** The same for the answer before that. */
  #answeredBefore = { parts: 0, bytes: 0 };
  #lastPump: { event: TraceEvent; times: number } | undefined;
  #lastEvent: TraceEvent | undefined;
  #destroyed = false;

  constructor(judge: Judge, program: Subject, socket: Socket, lane: string) {
    this.#judge = judge;
    this.program = program;
    this.#socket = socket;
    this.lane = lane;
    this.#route = {
      local: { address: socket.localAddress ?? '', port: socket.localPort ?? 0 },
      remote: { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 },
    };
    socket.on('end', () => this.#end('fin'));
    // Whatever the error is called, it is followed by `close`; a connection that ended in order has had its `end`.
    socket.on('error', () => {});
    socket.on('close', () => this.#end('reset'));
    judge.defer(() => this.vanish());
  }

  /** The two ends of the connection, for looking at it in the kernel's tables. */
  get route(): Route {
    return this.#route;
  }

  /** All that came, from the beginning. */
  received(): Uint8Array {
    return this.#log.bytes();
  }

  /** What came and was not expected yet. */
  rest(): Uint8Array {
    return this.received().subarray(this.#consumedBytes);
  }

  startReading(): void {
    if (this.#socket.listenerCount('data') === 0) this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.resume();
  }

  /** Leave what comes in the kernel, like a client that hangs. */
  stopReading(): void {
    this.#socket.pause();
  }

  /**
   * Send bytes in pieces. After each cut the next piece waits until the one before has been read.
   *
   * @param cuts    offsets in `bytes` after which to pause
   * @param echoes  the program answers byte for byte, so its answer proves delivery where the kernel does not tell
   */
  async send(
    bytes: Uint8Array,
    { cuts = [], echoes = false }: { cuts?: number[]; echoes?: boolean } = {},
  ): Promise<void> {
    const before = this.#handedBytes;
    this.#sent.push(bytes);
    this.#handedBytes += bytes.length;
    this.#cuts.push(...cuts.map((cut) => before + cut));
    // A cut at the very end waits there, and no piece follows it.
    const ends = cuts.at(-1) === bytes.length ? cuts : [...cuts, bytes.length];
    for (const [index, end] of ends.entries()) {
      const piece = bytes.subarray(ends[index - 1] ?? 0, end);
      const event = this.#judge.trace.judge(this.lane, `sends ${count(piece.length, 'byte')}`, piece);
      await this.#write(piece);
      if (index === ends.length - 1 && cuts.length === 0) return;
      const soFar = before + end;
      event.delivery = await delivered(
        this.#route,
        echoes ? () => this.#until(() => this.receivedBytes >= soFar, 500) : undefined,
      );
    }
  }

  /**
   * Send much, as fast as the other side takes it, without waiting here.
   *
   * @returns settles when the kernel has taken all, or the connection is over
   */
  pump(bytes: Uint8Array): Promise<void> {
    this.#sent.push(bytes);
    this.#handedBytes += bytes.length;
    this.#tracePump(bytes);
    return this.#pump(bytes);
  }

  /** Half-close: the judge's FIN, after all that was sent. */
  end(): void {
    this.#judge.trace.judge(this.lane, 'ends its side (FIN)');
    this.#socket.end();
  }

  /** Abort: RST. */
  reset(): void {
    this.#judge.trace.judge(this.lane, 'resets the connection (RST)');
    this.#destroyed = true;
    this.#socket.resetAndDestroy();
  }

  /** Be gone, whatever is under way; the kernel sends FIN, or RST when something was left unread. */
  vanish(): void {
    this.#destroyed = true;
    this.#socket.destroy();
  }

  /** Wait until that many bytes came in all, or the connection is over; true when they came. */
  async receive(totalBytes: number, limitMs = ANSWER_MS): Promise<boolean> {
    await this.#progress(() => this.receivedBytes >= totalBytes || this.ended !== undefined, limitMs);
    return this.receivedBytes >= totalBytes;
  }

  /** Wait until `done()` holds or the connection is over; the time starts again whenever bytes move. */
  async settle(done: () => boolean, limitMs = ANSWER_MS): Promise<void> {
    await this.#progress(() => done() || this.ended !== undefined, limitMs);
  }

  /**
   * The next bytes were looked at and are done with; what is expected next begins behind them.
   *
   * @param answered  they were the answer to all that was sent so far
   */
  consume(bytes: number, answered = true): void {
    this.#consumedBytes += bytes;
    if (answered) {
      if (this.#sent.length > this.#answeredParts)
        this.#answeredBefore = { parts: this.#answeredParts, bytes: this.#answeredBytes };
      this.#answeredParts = this.#sent.length;
      this.#answeredBytes = this.#handedBytes;
    }
  }

  /** What comes now answers, in part, what was taken for answered: reports show what was sent from there on. */
  reopen(): void {
    this.#answeredParts = this.#answeredBefore.parts;
    this.#answeredBytes = this.#answeredBefore.bytes;
  }

  /** Wait until the student's side has ended; true when it has. */
  async over(limitMs = ANSWER_MS): Promise<boolean> {
    return this.#until(() => this.ended !== undefined, limitMs);
  }

  /** The next bytes must be these. Fails the check as early as the first wrong byte. */
  async expect(expectation: Expectation): Promise<void> {
    const { bytes: expected, limitMs = ANSWER_MS } = expectation;
    const wrong = (): boolean => !matchesSoFar(expected, this.rest());
    const done = (): boolean =>
      this.receivedBytes - this.#consumedBytes >= expected.length || this.ended !== undefined;
    // Compared as it grows, but only what is new since the last look.
    let comparedBytes = 0;
    let isWrong = false;
    await this.#progress(() => {
      const rest = this.rest();
      if (rest.length > comparedBytes) {
        isWrong ||=
          Buffer.compare(
            expected.subarray(comparedBytes, Math.min(rest.length, expected.length)),
            rest.subarray(comparedBytes, Math.min(rest.length, expected.length)),
          ) !== 0;
        comparedBytes = Math.min(rest.length, expected.length);
      }
      return isWrong || done();
    }, limitMs);
    if (isWrong && wrong()) await this.#failDifferent(expectation);
    if (this.receivedBytes - this.#consumedBytes < expected.length) await this.#failShort(expectation);
    this.#consumedBytes += expected.length;
    this.#answeredParts = this.#sent.length;
    this.#answeredBytes = this.#handedBytes;
    this.#judge.observe();
  }

  /** The student's side must end in order (FIN) now, with nothing more before it. */
  async expectFin(what: string, silence: Expectation['silence'] = {}): Promise<void> {
    await this.#until(() => this.ended !== undefined || this.rest().length > 0, ANSWER_MS);
    const rest = this.rest();
    if (rest.length > 0) {
      this.#judge.fail(
        `${this.program.label} sent ${count(rest.length, 'byte')} more than ${what}`,
        'extra-bytes',
        {
          ...this.#evidence([`nothing after ${what}`], `${count(rest.length, 'byte')} more`),
          difference: difference(new Uint8Array(), rest, 0),
        },
      );
    }
    if (this.ended === 'fin') {
      this.#judge.observe();
      return;
    }
    await explainSilence(this.#judge, {
      program: this.program,
      peer: this,
      ending: true,
      limitMs: ANSWER_MS,
      awaited: `the end of the connection (FIN) after ${what}`,
      symptoms: silence,
      evidence: this.#evidence([`FIN after ${what}`], 'the connection stays open'),
    });
  }

  /** Nothing may come for `ms`, and the connection must stay open. */
  async expectQuiet(ms: number, why: string): Promise<void> {
    await this.#until(() => this.rest().length > 0 || this.ended !== undefined, ms);
    const rest = this.rest();
    if (rest.length > 0) {
      this.#judge.fail(`${this.program.label} sent ${count(rest.length, 'byte')} ${why}`, 'unasked', {
        ...this.#evidence([`nothing ${why}`], count(rest.length, 'byte')),
        difference: difference(new Uint8Array(), rest, 0),
      });
    }
    if (this.ended !== undefined) await this.#failEnded(why);
    this.#judge.observe();
  }

  /**
   * What was sent on this connection since the last answer that was right, for a report.
   *
   * @param at  offset in it of the byte that the failure is about
   */
  sentExcerpt(at?: number): Sent {
    const parts = this.#sent.slice(this.#answeredParts);
    const whole = parts.length === 1 ? parts[0]! : Buffer.concat(parts.slice(0, 64));
    const short = whole.length <= 512;
    const from = short ? 0 : Math.max(0, Math.min((at ?? 0) - 48, whole.length - 160));
    return {
      label: this.lane === '' ? '' : `on connection ${this.lane}`,
      excerpt: excerpt(whole, from, short ? 512 : 160),
      cuts: this.#cuts
        .filter((cut) => cut > this.#answeredBytes && cut < this.#handedBytes)
        .map((cut) => cut - this.#answeredBytes),
      ...(at !== undefined && at < whole.length && { focus: at }),
    };
  }

  /** The connection had to stay open and has ended. */
  async #failEnded(why: string): Promise<never> {
    const { program } = this;
    await within(program.exited, EXIT_MS);
    if (program.exit !== undefined) {
      this.#judge.trace.student('', `ends: ${program.describeExit()}`);
      this.#judge.crash(
        `${program.label} ended (${program.describeExit()}) ${why}`,
        program.brokenLimit === undefined ? 'crashed' : 'broke-limit',
        program,
        this.#evidence([`an open connection ${why}`], program.describeExit()),
      );
    }
    const end = this.ended === 'fin' ? 'FIN' : 'RST';
    return this.#judge.fail(
      `${program.label} ${end === 'FIN' ? 'closed' : 'reset'} the connection (${end}) ${why}`,
      this.ended ?? 'fin',
      this.#evidence([`an open connection ${why}`], end),
    );
  }

  async #failDifferent(expectation: Expectation): Promise<never> {
    await this.#until(
      () => this.rest().length >= expectation.bytes.length || this.ended !== undefined,
      WRONG_ANSWER_MS,
    );
    const { bytes: expected, symptoms = [], what } = expectation;
    const actual = this.rest();
    const at = firstDifference(expected, actual) ?? 0;
    const symptom = symptoms.find((candidate) => candidate.when(actual, expected))?.slug ?? 'different-bytes';
    const came = actual[at] === undefined ? 'missing' : hexByte(actual[at]);
    this.#judge.fail(
      `byte ${at.toLocaleString('en-US')} of ${what} is ${came}, expected ${hexByte(expected[at] ?? 0)}`,
      symptom,
      {
        ...this.#evidence(
          expectation.accepted ?? [`the same ${count(expected.length, 'byte')}`],
          `${count(actual.length, 'byte')}, different from byte ${at.toLocaleString('en-US')} on`,
          at,
        ),
        difference: difference(expected, actual, at),
      },
    );
  }

  async #failShort(expectation: Expectation): Promise<never> {
    const { bytes: expected, what, symptoms = [], limitMs = ANSWER_MS } = expectation;
    const actual = this.rest();
    const evidence: Partial<Evidence> = this.#evidence(
      expectation.accepted ?? [`the same ${count(expected.length, 'byte')}`],
      actual.length === 0 ? 'nothing' : `${count(actual.length, 'byte')}, then nothing more`,
      actual.length,
    );
    if (actual.length > 0) evidence.difference = difference(expected, actual, actual.length);
    const seen = symptoms.find((candidate) => candidate.when(actual, expected))?.slug;
    const awaited =
      expected.length === 0
        ? what
        : actual.length === 0
          ? `${what} (${count(expected.length, 'byte')})`
          : `the rest of ${what} (${actual.length.toLocaleString('en-US')} of ${count(expected.length, 'byte')} came)`;
    const symptomMap = expectation.silence ?? {};
    return explainSilence(this.#judge, {
      program: this.program,
      peer: this,
      ...(limitMs > 0 && { limitMs }),
      awaited,
      symptoms: seen === undefined ? symptomMap : { waiting: seen, fin: seen, reset: seen, ...symptomMap },
      evidence,
    });
  }

  #evidence(accepted: string[], actual: string, at?: number): Partial<Evidence> {
    // Where all that was sent has had its answer, it is not what the failure is about.
    const open = this.#sent.length > this.#answeredParts || this.#sent.length === 0;
    return { sent: this.sources?.(at) ?? (open ? [this.sentExcerpt(at)] : []), accepted, actual };
  }

  /** Pieces that follow each other at once are one row. */
  #tracePump(bytes: Uint8Array): void {
    const last = this.#judge.trace.events.at(-1);
    if (this.#lastPump === undefined || last !== this.#lastPump.event) {
      const event = this.#judge.trace.judge(
        this.lane,
        `begins to send ${count(bytes.length, 'byte')}`,
        bytes,
      );
      this.#lastPump = { event, times: 1 };
      return;
    }
    this.#lastPump.times += 1;
    last.totalBytes = (last.totalBytes ?? 0) + bytes.length;
    last.text = `begins to send ${count(last.totalBytes, 'byte')}, in ${this.#lastPump.times} parts`;
  }

  async #pump(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += PUMP_BYTES) {
      const piece = bytes.subarray(at, at + PUMP_BYTES);
      if (!(await this.#write(piece))) return;
      this.#wake();
    }
  }

  /** Settles true when the kernel has taken the piece, false when the connection is over. */
  #write(piece: Uint8Array): Promise<boolean> {
    if (this.#socket.destroyed) return Promise.resolve(false);
    return new Promise((resolve) => {
      const lost = (): void => resolve(false);
      this.#socket.once('close', lost);
      this.#socket.write(piece, (error) => {
        this.#socket.off('close', lost);
        if (!error) this.sentBytes += piece.length;
        resolve(!error);
      });
    });
  }

  #take(chunk: Buffer): void {
    this.#log.append(chunk);
    this.receivedBytes += chunk.length;
    this.lastReceivedAt = performance.now();
    // A bulk answer is one line of the trace; small pieces are shown as they came.
    const last = this.#judge.trace.events.at(-1);
    if (chunk.length > 4096 && last !== undefined && last === this.#lastEvent) {
      last.totalBytes = (last.totalBytes ?? 0) + chunk.length;
      last.text = `sends ${count(last.totalBytes, 'byte')}`;
    } else {
      this.#lastEvent = this.#judge.trace.student(this.lane, `sends ${count(chunk.length, 'byte')}`, chunk);
    }
    this.#wake();
  }

  #end(how: 'fin' | 'reset'): void {
    if (this.#destroyed || this.ended !== undefined) return;
    this.ended = how;
    this.endedAt = performance.now();
    this.#judge.trace.student(
      this.lane,
      how === 'fin' ? 'ends its side (FIN)' : 'resets the connection (RST)',
    );
    this.#wake();
  }

  #until(done: () => boolean, limitMs: number): Promise<boolean> {
    return waitUntil(done, () => this.#change(), limitMs);
  }

  /** Like `#until`, but the time starts again whenever bytes move; 30 s in all. */
  async #progress(done: () => boolean, limitMs: number): Promise<boolean> {
    const began = performance.now();
    for (;;) {
      const moved = this.receivedBytes + this.sentBytes;
      if (await this.#until(() => done() || this.receivedBytes + this.sentBytes > moved, limitMs)) {
        if (done()) return true;
        if (performance.now() - began < 30_000) continue;
      }
      return done();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

/** Whether `actual` is as long as it is without a wrong byte. */
function matchesSoFar(expected: Uint8Array, actual: Uint8Array): boolean {
  const common = Math.min(expected.length, actual.length);
  return Buffer.compare(expected.subarray(0, common), actual.subarray(0, common)) === 0;
}

async function connected(socket: Socket, program: Subject): Promise<string> {
  let settle: (outcome: string) => void = () => {};
  const outcome = new Promise<string>((resolve) => (settle = resolve));
  socket.once('connect', () => settle('connected'));
  socket.on('error', (error: NodeJS.ErrnoException) =>
    settle(error.code === 'ECONNREFUSED' ? 'refused' : (error.code ?? error.message)),
  );
  // Looked at, not listened to: a program's promise keeps each listener for as long as the program lives.
  const gone = setInterval(() => program.exit !== undefined && settle('refused'), GONE_LOOK_MS);
  try {
    return (await within(outcome, CONNECT_MS)) ?? `not accepted within ${CONNECT_MS / 1000} s`;
  } finally {
    clearInterval(gone);
  }
}
