/**
 * The judge as an HTTP server, for client programs: it takes the client's connections as they come, reads requests
 * strictly, and answers each of them as the check wants, well or badly.
 */
import type { Socket } from 'node:net';
import { waitUntil } from '../drive/waiting.ts';
import { within } from '../drive/within.ts';
import type { Judge, Subject } from '../run/judge.ts';
import type { Difference, Evidence } from '../run/result.ts';
import { count, difference, firstDifference } from './compare.ts';
import { type HttpRequest, type RequestReading, readRequest } from './http-request.ts';
import type { Finding } from './http-response.ts';
import { explainSilence, type SilenceKind } from './silence.ts';
import { TcpPeer } from './tcp.ts';
import { TcpService } from './tcp-service.ts';

/** A program starts, connects and asks within this time; so does one that asks again. */
export const REQUEST_MS = 10_000;
/** A client that ended did not always tell its connection first. */
const EXIT_MS = 500;
/** Longer than any check: a connection is followed until the check is over. */
const FOLLOW_MS = 600_000;

type Field = [name: string, value: string];
export type ResponseFraming = 'length' | 'chunked' | 'close';

export interface ResponseOptions {
  /** How the end of the body is told. Default `length`. */
  framing?: ResponseFraming;
  /** Of a chunked body: into how many chunks; default one. */
  chunks?: number;
  /** Offsets in the bytes of the response after which the next piece waits until the one before has been read. */
  cuts?: number[];
}

/** What a check awaits of the next request. */
export interface RequestExpectation {
  /** For sentences: `the next poll`. */
  what?: string;
  limitMs?: number;
  accepted?: string[];
  /** Symptoms for a request that stays out; default is the kind itself. */
  silence?: { [kind in SilenceKind]?: string };
}

/** One request of the client's, and the judge's answer to it. */
export class Exchange {
  readonly request: HttpRequest;
  readonly connection: TcpPeer;
  /** `performance.now()` when the request was complete. */
  readonly at: number;
  /** The exchanges that were not over when this request came. */
  readonly beside: readonly Exchange[];
  /** `performance.now()` when the judge began to answer; 0 before. */
  answeredAt = 0;
  #over = false;
  #framing: ResponseFraming | 'none' = 'close';

  constructor(request: HttpRequest, connection: TcpPeer, beside: readonly Exchange[]) {
    this.request = request;
    this.connection = connection;
    this.at = performance.now();
    this.beside = beside;
  }

  /** Answered whole, cut off by the judge, or given up by the client. */
  get over(): boolean {
    return this.#over || this.connection.ended !== undefined;
  }

  /** `GET /messages?since=0` */
  get line(): string {
    return `${this.request.method} ${this.request.target}`;
  }

  /** The value of a field of the request that stands once at most; undefined when there is none. */
  field(name: string): string | undefined {
    return this.request.fields.find((field) => field.name.toLowerCase() === name.toLowerCase())?.value;
  }

  /** Answer whole, and end the connection where the framing or the client's request says so. */
  async respond(
    status: number,
    fields: readonly Field[] = [],
    body: Uint8Array | string = '',
    { framing = 'length', chunks = 1, cuts = [] }: ResponseOptions = {},
  ): Promise<void> {
    const bytes = responseBytes(status, fields, body, { framing, chunks, closes: this.#closes(framing) });
    this.#over = true;
    await this.#send(bytes, cuts);
    if (this.#closes(framing)) this.connection.end();
  }

  /** Begin an answer: its head. `send` and `finish` follow. */
  async begin(
    status: number,
    fields: readonly Field[] = [],
    { framing = 'chunked' }: { framing?: 'chunked' | 'close' } = {},
  ): Promise<void> {
    this.#framing = framing;
    await this.#send(headBytes(status, fields, framing, this.#closes(framing), 0), []);
  }

  /** More of the body that `begin` has begun, as one chunk where it is chunked. */
  async send(body: Uint8Array | string, { cuts = [] }: { cuts?: number[] } = {}): Promise<void> {
    const bytes = Buffer.from(body as string);
    await this.#send(this.#framing === 'chunked' ? chunk(bytes) : bytes, cuts);
  }

  /** The end of the body that `begin` has begun. */
  async finish(): Promise<void> {
    this.#over = true;
    if (this.#framing === 'chunked') await this.#send(Buffer.from('0\r\n\r\n'), []);
    if (this.#framing !== 'chunked' || this.#closes('chunked')) this.connection.end();
  }

  /** Send bytes as they are; a text is Latin-1. */
  async write(bytes: Uint8Array | string, { cuts = [] }: { cuts?: number[] } = {}): Promise<void> {
    await this.#send(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, cuts);
  }

  /** End the judge's side (FIN), whatever was sent. */
  end(): void {
    this.#judged();
    this.connection.end();
  }

  /** Reset the connection (RST). */
  reset(): void {
    this.#judged();
    this.connection.reset();
  }

  /** Leave the request unanswered for ever: it does not count as under way any more. */
  forget(): void {
    this.#over = true;
  }

  #judged(): void {
    this.#over = true;
    if (this.answeredAt === 0) this.answeredAt = performance.now();
  }

  async #send(bytes: Uint8Array, cuts: number[]): Promise<void> {
    if (this.answeredAt === 0) this.answeredAt = performance.now();
    await this.connection.send(bytes, { cuts });
  }

  #closes(framing: ResponseFraming): boolean {
    const options = (this.field('Connection') ?? '').toLowerCase().split(/[ \t]*,[ \t]*/);
    return framing === 'close' || this.request.version === '1.0' || options.includes('close');
  }
}

export class HttpService {
  readonly #judge: Judge;
  readonly #tcp: TcpService;
  #client: Subject | undefined;
  /** All requests in the order in which they came. */
  readonly exchanges: Exchange[] = [];
  readonly connections: TcpPeer[] = [];
  readonly #readings = new Map<TcpPeer, RequestReading>();
  readonly #early: Socket[] = [];
  readonly #waiting = new Set<() => void>();
  #taken = 0;
  #closed = false;
  #turn: Promise<unknown> = Promise.resolve();
  #broken: { finding: Finding; peer: TcpPeer; from: number } | undefined;

  static async listen(judge: Judge, host = '127.0.0.1'): Promise<HttpService> {
    return new HttpService(judge, await TcpService.listen(judge, host));
  }

  private constructor(judge: Judge, tcp: TcpService) {
    this.#judge = judge;
    this.#tcp = tcp;
    judge.defer(() => {
      this.#closed = true;
    });
    tcp.serve((socket) => (this.#client === undefined ? this.#early.push(socket) : this.#take(socket)));
  }

  get port(): number {
    return this.#tcp.port;
  }

  /** Whose connections these are. Said at once after the client's start. */
  follow(client: Subject): void {
    this.#client = client;
    for (const socket of this.#early.splice(0)) this.#take(socket);
  }

  /** Requests that `next` has not given out. */
  get pending(): number {
    return this.exchanges.length - this.#taken;
  }

  /** Requests that are under way: neither answered whole, nor cut off, nor given up by the client. */
  get outstanding(): number {
    return this.exchanges.filter(({ over }) => !over).length;
  }

  /** Refuse new connections; those that are open stay. */
  refuse(): Promise<void> {
    return this.#tcp.refuse();
  }

  /** Take connections again, on the same port. */
  listenAgain(): Promise<void> {
    return this.#tcp.listenAgain();
  }

  /** The client's next request, whole; fails the check for every deviation, and when none comes. */
  next(expectation: RequestExpectation = {}): Promise<Exchange> {
    // In turn: who waits first gets the first one.
    const exchange = this.#turn.then(() => this.#next(expectation));
    this.#turn = exchange.catch(() => {});
    return exchange;
  }

  async #next(expectation: RequestExpectation): Promise<Exchange> {
    const client = this.#subject();
    const { limitMs = REQUEST_MS } = expectation;
    const done = (): boolean => this.pending > 0 || this.#broken !== undefined || client.exit !== undefined;
    await waitUntil(done, () => Promise.race([this.change(), client.exited]), limitMs);
    const exchange = this.exchanges[this.#taken];
    if (exchange === undefined) {
      if (this.#broken !== undefined) this.#failFinding(this.#broken);
      return this.#failSilent(expectation);
    }
    this.#taken += 1;
    return exchange;
  }

  /** Wait until `done()` holds; it is looked at whenever a request or an end of a connection has come. */
  until(done: () => boolean, limitMs = REQUEST_MS): Promise<boolean> {
    return waitUntil(done, () => this.change(), limitMs);
  }

  /** Settles when a request, or an end of a connection, has come. */
  change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** What the judge has sent on the connection of an exchange, for a report. */
  evidence(accepted: string[], actual: string, exchange = this.exchanges.at(-1)): Partial<Evidence> {
    const sent = exchange?.connection.sentExcerpt();
    const shown = sent !== undefined && sent.excerpt.totalBytes > 0;
    return {
      sent: shown ? [{ ...sent, label: `by the server, to ${exchange?.line}` }] : [],
      accepted,
      actual,
    };
  }

  #subject(): Subject {
    if (this.#client === undefined) throw new Error('the service does not know its client');
    return this.#client;
  }

  #take(socket: Socket): void {
    const number = this.connections.length + 1;
    this.#judge.trace.student(`${number}`, `connects from port ${socket.remotePort}`);
    const peer = new TcpPeer(this.#judge, this.#subject(), socket, `${number}`);
    this.connections.push(peer);
    peer.startReading();
    void this.#follow(peer);
  }

  /** Read the requests of one connection, one after the other. */
  async #follow(peer: TcpPeer): Promise<void> {
    let from = 0;
    for (;;) {
      let reading = readRequest(peer.received(), from);
      this.#readings.set(peer, reading);
      let seen = peer.receivedBytes;
      if (reading.kind === 'partial') {
        await peer.settle(() => peer.receivedBytes > seen || this.#closed, FOLLOW_MS);
        if (peer.receivedBytes === seen) break;
        seen = peer.receivedBytes;
        reading = readRequest(peer.received(), from);
      }
      if (reading.kind === 'broken') {
        this.#broken ??= { finding: reading.finding, peer, from };
        break;
      }
      if (reading.kind === 'complete') {
        const { request } = reading;
        from = request.end;
        const beside = this.exchanges.filter(({ over }) => !over);
        peer.consume(request.end - request.start);
        this.exchanges.push(new Exchange(request, peer, beside));
        this.#wake();
      }
    }
    this.#wake();
    await peer.settle(() => this.#closed, FOLLOW_MS);
    this.#wake();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }

  #failFinding({ finding, peer, from }: { finding: Finding; peer: TcpPeer; from: number }): never {
    const { slug, offset, message, rule } = finding;
    const request = peer.received().subarray(from);
    const at = offset - from;
    const shown = repaired(request, at, finding);
    this.#judge.fail(
      `at byte ${at.toLocaleString('en-US')} of its request ${peer.program.label} sent ${message} (${rule})`,
      slug,
      {
        sent: [],
        accepted: ['a request that keeps the rules of HTTP/1.1'],
        actual: JSON.stringify(Buffer.from(request.subarray(0, 200)).toString('latin1')),
        ...(shown && { difference: shown }),
      },
    );
  }

  async #failSilent(expectation: RequestExpectation): Promise<never> {
    const client = this.#subject();
    const { what = this.exchanges.length === 0 ? 'a request' : 'the next request', silence = {} } =
      expectation;
    const peer = this.connections.at(-1);
    const open = peer !== undefined && peer.ended === undefined ? peer : undefined;
    const reading = peer && this.#readings.get(peer);
    const cameBytes = peer === undefined ? 0 : peer.rest().length;
    const unfinished = reading?.kind === 'partial' && cameBytes > 0;
    const before = this.exchanges.length;
    if (peer?.ended !== undefined) await within(client.exited, EXIT_MS);
    const actual = unfinished
      ? `${count(cameBytes, 'byte')} of one: ${JSON.stringify(Buffer.from(peer!.rest().subarray(0, 200)).toString('latin1'))}`
      : peer === undefined
        ? 'no connection'
        : 'no request';
    return explainSilence(this.#judge, {
      program: client,
      ...(open && { reads: open }),
      came: () => this.exchanges.length > before,
      limitMs: expectation.limitMs ?? REQUEST_MS,
      awaited: unfinished ? `${reading.awaited} of its request` : what,
      symptoms: {
        ...(peer === undefined && { waiting: 'never-connected', crashed: 'never-connected' }),
        ...(unfinished && { waiting: 'unfinished-request' }),
        ...silence,
      },
      evidence: this.evidence(expectation.accepted ?? [`${what} to HOST and PORT`], actual),
    });
  }
}

const REASONS: { [status: number]: string } = {
  200: 'OK',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  404: 'Not Found',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** The bytes of a whole response. */
export function responseBytes(
  status: number,
  fields: readonly Field[],
  body: Uint8Array | string,
  { framing, chunks = 1, closes }: { framing: ResponseFraming; chunks?: number; closes: boolean },
): Uint8Array {
  const bytes = Buffer.from(body as string);
  const head = headBytes(status, fields, framing, closes, bytes.length);
  if (status === 204 || status === 304) return head;
  if (framing !== 'chunked') return Buffer.concat([head, bytes]);
  const size = Math.max(1, Math.ceil(bytes.length / chunks));
  const pieces: Uint8Array[] = [head];
  for (let at = 0; at < bytes.length; at += size) pieces.push(chunk(bytes.subarray(at, at + size)));
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')]);
}

function headBytes(
  status: number,
  fields: readonly Field[],
  framing: ResponseFraming,
  closes: boolean,
  lengthBytes: number,
): Buffer {
  const all = [...fields];
  if (status !== 204 && status !== 304) {
    if (framing === 'length') all.push(['Content-Length', `${lengthBytes}`]);
    if (framing === 'chunked') all.push(['Transfer-Encoding', 'chunked']);
  }
  if (closes) all.push(['Connection', 'close']);
  const lines = all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`HTTP/1.1 ${status} ${REASONS[status] ?? ''}\r\n${lines}\r\n`, 'latin1');
}

function chunk(data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]);
}

/** The bytes at a place, beside how they should be; undefined where nobody can say that. */
function repaired(bytes: Uint8Array, at: number, { repair }: Finding): Difference | undefined {
  if (repair === undefined) return undefined;
  const better = Buffer.concat([
    bytes.subarray(0, at),
    Buffer.from(repair.by, 'latin1'),
    bytes.subarray(at + repair.bytes),
  ]);
  return difference(better, bytes, firstDifference(better, bytes) ?? at);
}
