/**
 * The judge as a client of a UDP server: datagrams out, and each must come back whole, from where it was sent to.
 * What the kernel itself threw away is sent again and never held against the student.
 */
import { type Endpoint, kernelTells } from '../drive/kernel-sockets.ts';
import type { ServerProgram } from '../drive/server-program.ts';
import type { Judge } from '../run/judge.ts';
import type { Evidence, Sent } from '../run/result.ts';
import { count, difference, excerpt, firstDifference, hexByte, type Symptom } from './compare.ts';
import { ANSWER_MS } from './expectation.ts';
import { explainSilence, type SilenceKind } from './silence.ts';
import { type Datagram, hasUnread, kernelDrops, sameEndpoint, UdpSocket } from './udp-socket.ts';

/** What must come back. */
export interface EchoExpectation {
  /** For sentences; default `the echo`. */
  what?: string;
  /** What a wrong datagram points to; `expected` is what was sent and has not come back. */
  symptoms?: Symptom[];
  /** Symptoms for an answer that stays out, by the kind of silence; default is the kind itself. */
  silence?: { [kind in SilenceKind]?: string };
}

/** How often one datagram is sent when the kernel loses it. */
const SENDS = 3;
/** Where the kernel does not tell what it threw away, silence is asked again: all of it takes the usual time. */
const BLIND_MS = ANSWER_MS / SENDS;
const BURST_LIMIT_MS = 5000;

export class UdpPeer {
  readonly lane: string;
  readonly #judge: Judge;
  readonly #server: ServerProgram;
  readonly #socket: UdpSocket;
  readonly #to: Endpoint;
  /** Sent, and not come back yet. */
  #outstanding: Uint8Array[] = [];
  /** Come back, in the order of their coming. */
  readonly #echoed: Uint8Array[] = [];
  /** Sent a second time because the kernel lost something: each may come back once more. */
  readonly #sentAgain: Uint8Array[] = [];
  #lookedAt = 0;
  #dropsBefore = 0;

  /** A socket of its own, so an address of its own, for talking to the student's server. */
  static async open(judge: Judge, server: ServerProgram, lane = ''): Promise<UdpPeer> {
    const socket = await UdpSocket.open(server.host);
    judge.defer(() => socket.close());
    return new UdpPeer(judge, server, socket, lane);
  }

  private constructor(judge: Judge, server: ServerProgram, socket: UdpSocket, lane: string) {
    this.#judge = judge;
    this.#server = server;
    this.#socket = socket;
    this.#to = { address: server.host, port: server.port };
    this.lane = lane;
  }

  /** How many datagrams came back so far. */
  get echoedCount(): number {
    return this.#echoed.length;
  }

  /**
   * Send one datagram, without waiting for what comes back.
   *
   * @returns false when this system does not send datagrams of this size; nothing was sent then
   */
  async send(bytes: Uint8Array): Promise<boolean> {
    if (this.#outstanding.length === 0) this.#dropsBefore = this.#drops();
    if (!(await this.#socket.send(bytes, this.#to))) return false;
    this.#judge.trace.judge(this.lane, `sends a datagram of ${count(bytes.length, 'byte')}`, bytes);
    this.#outstanding.push(bytes);
    return true;
  }

  /** Each datagram that was sent must come back now, and nothing else may. In any order: UDP keeps none. */
  async expectEchoes(expectation: EchoExpectation = {}): Promise<void> {
    for (let sends = 1; ; sends += 1) {
      await this.#whileComing(expectation);
      if (this.#outstanding.length === 0) break;
      const lost = this.#drops() - this.#dropsBefore;
      // A server that has ended, or that does not read, has itself to blame for what is lost.
      const ownFault = this.#server.program.exit !== undefined || hasUnread(this.#server.port);
      if (ownFault || (lost === 0 && kernelTells)) await this.#failSilent(expectation);
      if (sends === SENDS) await this.#giveUp(lost, expectation);
      await this.#sendAgain(lost);
    }
    this.#judge.observe();
  }

  /** Send one datagram, and it must come back. */
  async ask(bytes: Uint8Array, expectation: EchoExpectation = {}): Promise<void> {
    if (!(await this.send(bytes))) throw new Error(`this system does not send ${bytes.length} bytes at once`);
    await this.expectEchoes(expectation);
  }

  /** Nothing more may come for `ms`; with 0, nothing more may have come. */
  async expectQuiet(ms: number, symptoms: Symptom[] = []): Promise<void> {
    await this.#socket.until(() => this.#socket.received.length > this.#lookedAt, ms);
    this.#look({ symptoms });
    this.#judge.observe();
  }

  /**
   * Send many datagrams as fast as the system takes them. How many come back is nobody's promise; what comes must be
   * one of them. Returns when the server has read what the kernel kept for it.
   */
  async burst(datagrams: Uint8Array[], expectation: EchoExpectation = {}): Promise<void> {
    this.#dropsBefore = this.#drops();
    this.#judge.trace.judge(
      this.lane,
      `sends ${count(datagrams.length, 'datagram')} without a pause`,
      datagrams[0],
    );
    this.#outstanding.push(...datagrams);
    await Promise.all(datagrams.map((bytes) => this.#socket.send(bytes, this.#to)));
    const { program, port } = this.#server;
    await this.#socket.until(() => program.exit !== undefined || !hasUnread(port), BURST_LIMIT_MS);
    this.#look(expectation, true);
    if (program.exit !== undefined || hasUnread(port)) await this.#failSilent(expectation);
    const lost = this.#drops() - this.#dropsBefore;
    this.#judge.trace.note(
      `${this.echoedCount} of them have come back, ${lost} were dropped by the kernel`,
      this.lane,
    );
    this.#outstanding = [];
    this.#judge.observe();
  }

  /** Close the socket, as a client does that is gone before its answer comes. */
  async vanish(): Promise<void> {
    this.#judge.trace.judge(this.lane, 'is gone');
    await this.#socket.close();
  }

  /** Wait as long as datagrams go on coming back; the time starts again with each. */
  async #whileComing(expectation: EchoExpectation): Promise<void> {
    const { received } = this.#socket;
    for (;;) {
      this.#look(expectation);
      if (this.#outstanding.length === 0) return;
      const before = received.length;
      const moved = (): boolean =>
        received.length > before || this.#server.program.exit !== undefined || this.#kernelLostSome();
      if (!(await this.#socket.until(moved, kernelTells ? ANSWER_MS : BLIND_MS))) return;
      if (received.length === before) return;
    }
  }

  /** Only when all that was kept has been read: before that, what is missing may still be on its way. */
  #kernelLostSome(): boolean {
    return this.#drops() > this.#dropsBefore && !hasUnread(this.#server.port);
  }

  /** Sort what came since the last look. */
  #look(expectation: EchoExpectation, bulk = false): void {
    const { received } = this.#socket;
    for (; this.#lookedAt < received.length; this.#lookedAt += 1) {
      const datagram = received[this.#lookedAt]!;
      if (!sameEndpoint(datagram.from, this.#to)) this.#lookAtStranger(datagram, expectation);
      else if (take(this.#outstanding, datagram.bytes)) {
        this.#echoed.push(datagram.bytes);
        if (!bulk) this.#traceDatagram(datagram);
      } else if (!take(this.#sentAgain, datagram.bytes)) this.#failUnexpected(datagram, expectation);
    }
  }

  /** The right bytes from the wrong place are a mistake; other bytes are no business of ours. */
  #lookAtStranger(datagram: Datagram, { what = 'the echo' }: EchoExpectation): void {
    const { address, port } = datagram.from;
    if (!take(this.#outstanding, datagram.bytes)) {
      this.#judge.trace.note(`a datagram from ${address}:${port} is not for this check`, this.lane);
      return;
    }
    this.#traceDatagram(datagram, ` from port ${port}`);
    this.#judge.fail(
      `${what} came from port ${port}, but port ${this.#to.port} was asked`,
      'other-socket',
      this.#evidence(
        datagram.bytes,
        [`an answer from ${this.#to.address}:${this.#to.port}`],
        `the right bytes from ${address}:${port}`,
      ),
    );
  }

  #failUnexpected(datagram: Datagram, { what = 'the echo', symptoms = [] }: EchoExpectation): never {
    this.#traceDatagram(datagram);
    const actual = datagram.bytes;
    const expected = this.#outstanding[0];
    const twice = take([...this.#echoed], actual);
    if (expected === undefined || twice) {
      const slug = symptoms.find((candidate) => candidate.when(actual, new Uint8Array()))?.slug;
      this.#judge.fail(
        `your server sent a datagram of ${count(actual.length, 'byte')} more than was asked for`,
        twice ? 'echoed-twice' : (slug ?? 'unasked'),
        this.#evidence(
          actual,
          ['one datagram for each that was sent'],
          twice ? 'the same datagram once more' : 'another datagram',
        ),
      );
    }
    const at = firstDifference(expected, actual) ?? 0;
    const slug = symptoms.find((candidate) => candidate.when(actual, expected))?.slug;
    this.#judge.fail(describeDifference(what, expected, actual, at), slug ?? 'different-bytes', {
      ...this.#evidence(
        expected,
        [`one datagram with the same ${count(expected.length, 'byte')}`],
        `one datagram of ${count(actual.length, 'byte')}, different from byte ${at.toLocaleString('en-US')} on`,
        at,
      ),
      difference: difference(expected, actual, at),
    });
  }

  #failSilent({ what = 'the echo', silence = {} }: EchoExpectation): Promise<never> {
    const missing = this.#outstanding[0]!;
    const many = this.#outstanding.length > 1;
    return explainSilence(this.#judge, {
      program: this.#server.program,
      came: () => this.#socket.received.length > this.#lookedAt,
      limitMs: ANSWER_MS,
      awaited: many
        ? `${what} to ${this.#outstanding.length} of the datagrams`
        : `${what} (a datagram of ${count(missing.length, 'byte')})`,
      symptoms: silence,
      evidence: this.#evidence(
        missing,
        [`one datagram with the same ${count(missing.length, 'byte')}`],
        'nothing',
      ),
    });
  }

  async #sendAgain(lost: number): Promise<void> {
    this.#judge.trace.note(
      lost > 0
        ? `the kernel dropped ${count(lost, 'datagram')} before anybody could read: sent again`
        : 'no answer, and this system does not tell what it dropped: sent again',
      this.lane,
    );
    this.#dropsBefore = this.#drops();
    this.#sentAgain.push(...this.#outstanding);
    for (const bytes of this.#outstanding) await this.#socket.send(bytes, this.#to);
  }

  async #giveUp(lost: number, expectation: EchoExpectation): Promise<void> {
    if (lost === 0) await this.#failSilent(expectation);
    throw new Error(
      `the kernel dropped datagrams on the way to or from port ${this.#to.port}, ${SENDS} times in a row`,
    );
  }

  #drops(): number {
    return kernelDrops([this.#socket.port, this.#server.port]);
  }

  #traceDatagram({ bytes }: Datagram, from = ''): void {
    this.#judge.trace.student(this.lane, `sends a datagram of ${count(bytes.length, 'byte')}${from}`, bytes);
  }

  #evidence(sent: Uint8Array, accepted: string[], actual: string, at = 0): Partial<Evidence> {
    return { sent: [sentDatagram(sent, this.lane, at)], accepted, actual };
  }
}

/** One datagram, for a report that shows what was sent. */
export function sentDatagram(bytes: Uint8Array, lane: string, at = 0): Sent {
  const whole = bytes.length <= 512;
  return {
    label: lane === '' ? 'as one datagram' : `as one datagram by client ${lane}`,
    excerpt: excerpt(bytes, whole ? 0 : Math.max(0, at - 48), whole ? 512 : 160),
    cuts: [],
  };
}

/** Where the datagram that came leaves the one that was expected, as a sentence. */
export function describeDifference(
  what: string,
  expected: Uint8Array,
  actual: Uint8Array,
  at: number,
): string {
  if (at === actual.length || at === expected.length) {
    return `${what} has ${count(actual.length, 'byte')}, expected ${expected.length.toLocaleString('en-US')}`;
  }
  return `byte ${at.toLocaleString('en-US')} of ${what} is ${hexByte(actual[at]!)}, expected ${hexByte(expected[at]!)}`;
}

/** Remove the first element that is equal to `bytes`; whether there was one. */
function take(list: Uint8Array[], bytes: Uint8Array): boolean {
  const index = list.findIndex((candidate) => Buffer.compare(candidate, bytes) === 0);
  if (index < 0) return false;
  list.splice(index, 1);
  return true;
}
