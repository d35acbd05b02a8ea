/**
 * One connection: a queue. Bytes wait until they may be parsed, and the next request is looked at when the response to
 * the one before is complete. So answers cannot leave out of order, and what waits is bounded by not reading the socket.
 */
import type { Socket } from 'node:net';
import {
  type Failed,
  type HttpEvent,
  type Limits,
  type RequestHead,
  RequestParser,
} from '../lab-05-http-request/parser.ts';
import type { Handler, Options } from './http.ts';
import { hasOnlyOption, hasOption, listOf } from './lists.ts';
import { Body, IncomingRequest, MAX_INCOMING_BYTES, NO_BODY } from './request.ts';
import { Head, OutgoingResponse, REASONS } from './response.ts';

const LF = 0x0a;

/** Bytes of responses that one connection may hold; then `write` returns false and the next request waits. */
const MAX_OUTGOING_BYTES = 64 * 1024;

/** What is shorter is copied into the same write as the lines around it. */
const SMALL_BYTES = 4096;

/** After our last response: what a peer may still send, and how long it may take, before the connection is cut. */
const LINGER_BYTES = 4 * 1024 * 1024;
const LINGER_MS = 2000;

/** What a connection needs of its server. */
export interface Owner {
  readonly handler: Handler;
  readonly onUpgrade: Options['onUpgrade'];
  readonly headTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly limits: Partial<Limits>;
  /** Between two calls of `sweep`. */
  readonly sweepMs: number;
  /** The field line, CRLF included. */
  readonly dateLine: string;
  /** No further request is begun. */
  readonly closing: boolean;
  readonly connections: Set<Connection>;
}

export class Connection {
  readonly #server: Owner;
  readonly #socket: Socket;
  readonly #parser: RequestParser;

  /** `open` until the last response; then `lingering`, in which what comes is thrown away. */
  #state: 'open' | 'lingering' | 'upgraded' | 'gone' = 'open';

  /** Bytes that have not been given to the parser, and events that have not been looked at. */
  #incoming: Uint8Array[] = [];
  #incomingBytes = 0;
  #events: HttpEvent[] = [];
  #nextEvent = 0;
  /** The peer has ended its side; the parser has been told so. */
  #ended = false;
  #endTold = false;
  #discardedBytes = 0;

  /** The request that is being answered, and its body as long as it is not complete. */
  #request: IncomingRequest | undefined;
  #response: OutgoingResponse | undefined;
  #body: Body | undefined;
  #expectsContinue = false;
  /** What is wrong with the body. */
  #refusal: Failed | undefined;
  /** The last response has broken off. */
  #cutOff = false;

  /** Latin-1, to be written when this turn of the event loop is over. */
  #outgoing = '';
  /** Bytes that have been sent since others had their turn. */
  #turnBytes = 0;
  #flushing = false;
  #inTurn = false;
  #advancing = false;
  #onRoom: (() => void)[] = [];

  /** Some bytes of a head have come. */
  #headBegun = false;
  /** How long the server has been waiting for the peer, as far as the sweeps have seen it. */
  #waitedMs = 0;

  constructor(server: Owner, socket: Socket) {
    this.#server = server;
    this.#socket = socket;
    this.#parser = new RequestParser(server.limits);
    this.#restartWait();
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('drain', this.#onDrain);
    socket.on('close', this.#onClose);
    // A reset concerns this connection only; 'close' follows.
    socket.on('error', () => {});
  }

  readonly #onData = (chunk: Uint8Array): void => {
    this.#inTurn = true;
    if (this.#state !== 'open' || this.#refusal !== undefined) {
      this.#discard(chunk);
    } else {
      this.#incoming.push(chunk);
      this.#incomingBytes += chunk.length;
      this.advance();
    }
    this.#inTurn = false;
    this.flush();
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.advance();
  };

  readonly #onDrain = (): void => {
    this.#roomAgain();
    this.advance();
  };

  readonly #onClose = (): void => {
    this.#server.connections.delete(this);
    this.#state = 'gone';
    this.#request?.peerGone();
    this.#body?.fail(new Error('the connection ended before the body did'));
    this.#roomAgain();
  };

  // --- from the peer to the handler

  /** Look at what has come, as far as it is its turn. */
  advance(): void {
    // A handler that answers at once comes back here, and this loop goes on anyway.
    if (this.#advancing) return;
    this.#advancing = true;
    while (this.#mayGoOn()) {
      const event = this.#takeEvent();
      if (event === undefined) break;
      this.#handle(event);
    }
    this.#advancing = false;
    if (this.#state !== 'open') return;
    if (this.#incomingBytes >= MAX_INCOMING_BYTES) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
    // RFC 9112 §9.6: a half-close does not imply "that the client is no longer interested in a response".
    if (this.#response === undefined && (this.#endTold || this.#server.closing)) this.#linger();
  }

  #mayGoOn(): boolean {
    if (this.#state !== 'open') return false;
    if (this.#response === undefined) return this.hasRoom && !this.#server.closing;
    return this.#body !== undefined && !this.#body.full;
  }

  #takeEvent(): HttpEvent | undefined {
    while (this.#nextEvent === this.#events.length) {
      const piece = this.#takePiece();
      if (piece !== undefined) {
        this.#incomingBytes -= piece.length;
        this.#events = this.#parser.receive(piece);
        if (this.#events.length === 0 && this.#response === undefined) this.#beginHead();
      } else if (this.#ended && !this.#endTold) {
        this.#endTold = true;
        this.#events = this.#parser.end();
      } else {
        return undefined;
      }
      this.#nextEvent = 0;
    }
    return this.#events[this.#nextEvent++];
  }

  /**
   * The next bytes for the parser. Where a request may end HTTP on a connection, the parser must not see what comes
   * behind it, so it is given a line at a time.
   */
  #takePiece(): Uint8Array | undefined {
    const chunk = this.#incoming[0];
    if (chunk === undefined || this.#server.onUpgrade === undefined) return this.#incoming.shift();
    const end = chunk.indexOf(LF) + 1;
    if (end === 0 || end === chunk.length) return this.#incoming.shift();
    this.#incoming[0] = chunk.subarray(end);
    return chunk.subarray(0, end);
  }

  #beginHead(): void {
    if (this.#headBegun) return;
    this.#headBegun = true;
    this.#restartWait();
  }

  #handle(event: HttpEvent): void {
    switch (event.type) {
      case 'request':
        this.#headBegun = false;
        this.#restartWait();
        this.#begin(event);
        break;
      case 'body':
        this.#body?.push(event.bytes);
        break;
      case 'end':
        this.#body?.end();
        this.#body = undefined;
        break;
      case 'failed':
        this.#refuse(event);
        break;
    }
  }

  #begin(head: RequestHead): void {
    const expectations = listOf(head.headers, 'expect');
    this.#body = head.body === 'none' ? undefined : new Body(this);
    this.#request = new IncomingRequest(head, this.#body ?? NO_BODY);
    this.#response = new OutgoingResponse(this, head);
    // RFC 9110 §10.1.1: "A server that receives a 100-continue expectation in an HTTP/1.0 request MUST ignore that
    // expectation."
    this.#expectsContinue = expectations !== undefined && head.version === '1.1';
    if (this.#expectsContinue && !hasOnlyOption(expectations!, '100-continue')) {
      this.#response.replace(417, 'this server knows no expectation but 100-continue\n', true);
    } else if (this.#server.onUpgrade !== undefined && !this.#ended && asksForUpgrade(head)) {
      this.#upgrade(this.#server.onUpgrade);
    } else {
      this.#callHandler(this.#request, this.#response);
    }
  }

  #callHandler(request: IncomingRequest, response: OutgoingResponse): void {
    try {
      const result = this.#server.handler(request, response);
      if (result instanceof Promise) result.catch((error) => this.#handlerFailed(response, error));
    } catch (error) {
      this.#handlerFailed(response, error);
    }
  }

  #handlerFailed(response: OutgoingResponse, error: unknown): void {
    if (this.#state === 'gone') return;
    if (this.#refusal === undefined) console.error(error);
    if (response !== this.#response) return;
    if (response.headSent) this.#cut(response);
    else if (this.#refusal !== undefined) response.replace(...refusalText(this.#refusal), false);
    else response.replace(500, 'the handler failed\n', true);
  }

  /** The peer must be able to tell that the response is not complete. */
  #cut(response: OutgoingResponse): void {
    response.ended = true;
    this.#cutOff = true;
    this.#forget();
    if (response.endsWithConnection) this.#socket.resetAndDestroy();
    else this.#linger();
  }

  /** The bytes are no request. What came before them has been answered. */
  #refuse(failed: Failed): void {
    this.#refusal = failed;
    this.#incoming = [];
    this.#incomingBytes = 0;
    if (this.#response === undefined) {
      const [status, text] = refusalText(failed);
      const body = Buffer.from(text);
      const head = new Head(status, [['Content-Type', 'text/plain; charset=utf-8']]);
      this.send(
        `${head.lines}${this.dateLine}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
        body,
      );
      this.#linger();
    } else {
      this.#body?.fail(new Error(failed.message));
    }
  }

  /** The handler begins to read the body. */
  bodyWanted(body: Body): void {
    if (!this.#expectsContinue || body !== this.#body || this.#response?.headSent) return;
    this.#expectsContinue = false;
    // RFC 9110 §10.1.1: "A server MAY omit sending a 100 (Continue) response if it has already received some or all of
    // the content".
    if (this.#nextEvent < this.#events.length || this.#incomingBytes > 0) return;
    this.send('HTTP/1.1 100 Continue\r\n\r\n');
  }

  #upgrade(onUpgrade: NonNullable<Options['onUpgrade']>): void {
    const request = this.#request!;
    this.#state = 'upgraded';
    this.flush();
    this.#socket.pause();
    this.#socket.off('data', this.#onData);
    this.#socket.off('end', this.#onEnd);
    this.#socket.off('drain', this.#onDrain);
    try {
      onUpgrade(request, this.#socket, Buffer.concat(this.#incoming));
    } catch (error) {
      console.error(error);
      this.#socket.destroy();
    }
  }

  // --- from the handler to the peer

  /** Lines, then bytes. They leave with all else that is said in this turn of the event loop. */
  send(text: string, bytes?: Uint8Array): void {
    if (this.#state === 'gone') return;
    this.#turnBytes += text.length + (bytes?.length ?? 0);
    if (bytes === undefined) {
      this.#outgoing += text;
    } else if (bytes.length <= SMALL_BYTES) {
      this.#outgoing += text + latin1(bytes);
    } else {
      this.#outgoing += text;
      this.#socket.cork();
      this.flush();
      this.#socket.write(bytes);
      this.#socket.uncork();
    }
    if (this.#outgoing.length >= MAX_OUTGOING_BYTES / 4) this.flush();
    else if (!this.#inTurn && !this.#flushing) this.#flushSoon();
  }

  get dateLine(): string {
    return this.#server.dateLine;
  }

  flush(): void {
    if (this.#outgoing === '' || this.#state === 'gone') return;
    const text = this.#outgoing;
    this.#outgoing = '';
    this.#socket.write(text, 'latin1');
  }

  #flushSoon(): void {
    this.#flushing = true;
    process.nextTick(flushNow, this);
  }

  flushed(): void {
    this.#flushing = false;
    this.flush();
  }

  get hasRoom(): boolean {
    return this.#state !== 'gone' && this.#socket.writableLength + this.#outgoing.length < MAX_OUTGOING_BYTES;
  }

  /** Whether there is room, and it is nobody else's turn: a peer that reads fast would keep the others waiting. */
  get mayWrite(): boolean {
    return this.hasRoom && this.#turnBytes < MAX_OUTGOING_BYTES;
  }

  drained(): Promise<void> {
    if (this.mayWrite) return Promise.resolve();
    // Also when the peer is gone: a handler that goes on writing to it for ever would let nobody else run.
    if (this.hasRoom || this.#state === 'gone') {
      this.#turnBytes = 0;
      return new Promise((resolve) => setImmediate(resolve));
    }
    return new Promise((resolve) => this.#onRoom.push(resolve));
  }

  #roomAgain(): void {
    for (const resolve of this.#onRoom.splice(0)) resolve();
  }

  /** Whether another request can follow the response whose head is being written. */
  mayPersist(responseEnds: boolean): boolean {
    if (this.#server.closing || this.#refusal !== undefined) return false;
    return !responseEnds || this.#bodyIsHere();
  }

  responseEnded(keepAlive: boolean): void {
    if (this.#state !== 'open') return;
    // RFC 9112 §9.3: "A server MUST read the entire request message body or close the connection after sending its
    // response". What is here already is skipped; nothing is waited for.
    const persists = keepAlive && this.#bodyIsHere() && !this.#server.closing;
    this.#forget();
    this.#restartWait();
    if (persists) this.advance();
    else this.#linger();
  }

  /** The exchange is over. */
  #forget(): void {
    this.#body?.fail(new Error('the response was over before the body was read'));
    this.#body = undefined;
    this.#request = undefined;
    this.#response = undefined;
  }

  /** The end of the current request's body has been parsed. */
  #bodyIsHere(): boolean {
    if (this.#body === undefined) return true;
    for (let next = this.#nextEvent; next < this.#events.length; next += 1) {
      if (this.#events[next]!.type === 'end') return true;
    }
    return false;
  }

  // --- the end

  /**
   * RFC 9112 §9.6: "First, the server performs a half-close by closing only the write side of the read/write
   * connection. The server then continues to read from the connection until it receives a corresponding close by the
   * client".
   */
  #linger(): void {
    this.#state = 'lingering';
    this.#restartWait();
    this.flush();
    this.#socket.end();
    this.#socket.resume();
    this.#incoming = [];
  }

  #discard(chunk: Uint8Array): void {
    this.#discardedBytes += chunk.length;
    if (this.#discardedBytes > LINGER_BYTES && this.#state === 'lingering') this.#socket.destroy();
  }

  /** The server stops. What is not in the middle of a response has nothing to lose. */
  stop(): void {
    if (this.#state !== 'open' || this.#response !== undefined) return;
    if (this.#socket.writableLength > 0) this.#linger();
    else this.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  // --- time

  #restartWait(): void {
    // The first sweep may come at once, and must not count a whole interval.
    this.#waitedMs = -this.#server.sweepMs;
  }

  /** Called every `elapsedMs`: no timer is needed for a request or a connection, and no look at the clock. */
  sweep(elapsedMs: number): void {
    const limit = this.#limit();
    if (limit === undefined) return;
    this.#waitedMs += elapsedMs;
    if (this.#waitedMs >= limit) this.#timedOut();
  }

  /** How long the server would wait for what it is waiting for; undefined when it is not the peer's turn. */
  #limit(): number | undefined {
    if (this.#response !== undefined) return this.#body?.waiting ? this.#server.bodyTimeoutMs : undefined;
    // A peer that reads slowly is not idle. But what is left of a response that has broken off is not worth the wait.
    if (this.#socket.writableLength > 0 && !this.#cutOff) return undefined;
    if (this.#state === 'lingering') return LINGER_MS;
    if (this.#state !== 'open') return undefined;
    return this.#headBegun ? this.#server.headTimeoutMs : this.#server.idleTimeoutMs;
  }

  #timedOut(): void {
    if (this.#state === 'lingering') this.#socket.destroy();
    else if (this.#response === undefined && !this.#headBegun) this.#linger();
    else this.#refuse({ type: 'failed', status: 408, code: 'timeout', message: 'too slow', offset: 0 });
  }
}

function flushNow(connection: Connection): void {
  connection.flushed();
}

function latin1(bytes: Uint8Array): string {
  const buffer =
    bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('latin1');
}

function refusalText({ status, message }: Failed): [status: number, text: string] {
  return [status, `${REASONS[status] ?? 'refused'}: ${message}\n`];
}

/** RFC 9110 §7.8: "A server that receives an Upgrade header field in an HTTP/1.0 request MUST ignore that Upgrade field." */
function asksForUpgrade({ version, body, headers }: RequestHead): boolean {
  if (version !== '1.1' || body !== 'none') return false;
  const options = listOf(headers, 'connection');
  return options !== undefined && hasOption(options, 'upgrade') && listOf(headers, 'upgrade') !== undefined;
}
