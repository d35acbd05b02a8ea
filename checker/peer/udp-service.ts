/**
 * The judge as a UDP server for client programs. It sees each datagram that the client sends and decides, one by
 * one, what becomes of it: answered, lost, answered late or twice, or answered by somebody else.
 */
import type { Endpoint } from '../drive/kernel-sockets.ts';
import type { Program } from '../drive/program.ts';
import type { Judge } from '../run/judge.ts';
import { count, difference, firstDifference, type Symptom } from './compare.ts';
import { ANSWER_MS } from './expectation.ts';
import { explainSilence, type SilenceKind } from './silence.ts';
import { describeDifference, sentDatagram } from './udp.ts';
import { type Datagram, kernelDrops, UdpSocket } from './udp-socket.ts';

/** What the client must send next. */
export interface QuestionExpectation {
  bytes: Uint8Array;
  /** For sentences: `the line as a datagram`. */
  what: string;
  symptoms?: Symptom[];
  /** Symptoms for a datagram that stays out, by the kind of silence; default is the kind itself. */
  silence?: { [kind in SilenceKind]?: string };
  /** Default 2 s. */
  limitMs?: number;
}

export class UdpService {
  readonly #judge: Judge;
  readonly #socket: UdpSocket;
  readonly #dropsBefore: number;
  #asked = 0;

  /** @param host  an address of this machine */
  static async open(judge: Judge, host = '127.0.0.1'): Promise<UdpService> {
    const socket = await UdpSocket.open(host);
    judge.defer(() => socket.close());
    return new UdpService(judge, socket);
  }

  private constructor(judge: Judge, socket: UdpSocket) {
    this.#judge = judge;
    this.#socket = socket;
    this.#dropsBefore = kernelDrops([socket.port]);
  }

  get host(): string {
    return this.#socket.host;
  }

  get port(): number {
    return this.#socket.port;
  }

  /** All datagrams that came, those that `expect` has seen included. */
  get questions(): readonly Datagram[] {
    return this.#socket.received;
  }

  /** The next datagram must come, and it must be this one. */
  async expect(client: Program, expectation: QuestionExpectation): Promise<Datagram> {
    const { limitMs = ANSWER_MS } = expectation;
    const came = (): boolean => this.questions.length > this.#asked;
    await this.#socket.until(() => came() || client.exit !== undefined, limitMs);
    if (!came()) await this.#failSilent(client, expectation, came);
    const question = this.questions[this.#asked]!;
    this.#asked += 1;
    this.compare(question, client, expectation);
    return question;
  }

  /** Fails the check when a datagram is not the one that was expected. */
  compare(question: Datagram, client: Program, { bytes, what, symptoms = [] }: QuestionExpectation): void {
    this.#judge.trace.student(
      '',
      `sends a datagram of ${count(question.bytes.length, 'byte')}`,
      question.bytes,
    );
    const at = firstDifference(bytes, question.bytes);
    if (at === undefined) {
      this.#judge.observe();
      return;
    }
    const slug = symptoms.find((candidate) => candidate.when(question.bytes, bytes))?.slug;
    this.#judge.fail(
      `${client.label}: ${describeDifference(what, bytes, question.bytes, at)}`,
      slug ?? 'different-bytes',
      {
        accepted: [`one datagram with exactly these ${count(bytes.length, 'byte')}`],
        actual: `one datagram of ${count(question.bytes.length, 'byte')}`,
        difference: difference(bytes, question.bytes, at),
      },
    );
  }

  /** Wait until that many datagrams have come in all, or the client has ended; whether they came. */
  async receive(client: Program, total: number, limitMs: number): Promise<boolean> {
    await this.#socket.until(() => this.questions.length >= total || client.exit !== undefined, limitMs);
    return this.questions.length >= total;
  }

  async answer(question: Datagram, bytes: Uint8Array): Promise<void> {
    this.#judge.trace.judge('', `answers with a datagram of ${count(bytes.length, 'byte')}`, bytes);
    await this.#socket.send(bytes, question.from);
  }

  /** Say in the trace that a datagram came and is left without an answer. */
  lose(question: Datagram): void {
    const number = this.questions.indexOf(question) + 1;
    this.#judge.trace.note(`the answer to datagram ${number} is lost`);
  }

  /**
   * A datagram to the client from somebody that it did not ask.
   *
   * @param who  another port of the same address, or the same port of another address (127.0.0.2: Linux only)
   */
  async answerAsStranger(
    who: 'other port' | 'other address',
    question: Datagram,
    bytes: Uint8Array,
  ): Promise<void> {
    const stranger =
      who === 'other port'
        ? await UdpSocket.open(this.host)
        : await UdpSocket.open(STRANGER_ADDRESS, this.port);
    this.#judge.defer(() => stranger.close());
    const from: Endpoint = { address: stranger.host, port: stranger.port };
    this.#judge.trace.judge(
      '',
      `sends a datagram of ${count(bytes.length, 'byte')} from ${from.address}:${from.port}`,
      bytes,
    );
    await stranger.send(bytes, question.from);
  }

  /**
   * Call this before blaming the client for a datagram that did not come, or an answer that it did not get.
   *
   * @throws Error when the kernel dropped something at either end meanwhile
   */
  blameKernel(): void {
    const ports = [this.port, ...new Set(this.questions.map((question) => question.from.port))];
    const lost = kernelDrops(ports) - this.#dropsBefore;
    if (lost > 0)
      throw new Error(`the kernel dropped ${count(lost, 'datagram')} between the client and the judge`);
  }

  #failSilent(
    client: Program,
    { bytes, what, silence = {} }: QuestionExpectation,
    came: () => boolean,
  ): Promise<never> {
    this.blameKernel();
    return explainSilence(this.#judge, {
      program: client,
      came,
      awaited: `${what} (${count(bytes.length, 'byte')})`,
      symptoms: silence,
      evidence: {
        sent: this.questions.map((question) => sentDatagram(question.bytes, '')).slice(0, 1),
        accepted: [`one datagram with exactly ${count(bytes.length, 'byte')}`],
        actual: 'nothing',
      },
    });
  }
}

/** All of 127/8 is this machine, but only Linux answers to all of it without being told. */
export const STRANGER_ADDRESS = '127.0.0.2';
