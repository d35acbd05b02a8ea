/**
 * Another design: up to eight handlers of a connection run side by side, each response waits in a queue of its own
 * until its turn comes, a body is a Readable, and every connection has a timer.
 */
import { once } from 'node:events';
import { createServer as createNetServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
// @ts-expect-error It stands beside lab 06's folder when this is tried.
import { type Field, type HttpEvent, RequestParser } from '../lab-05-http-request/parser.ts';

type Head = Extract<HttpEvent, { type: 'request' }>;
type Handler = (request: unknown, response: Exchange) => unknown;

const SIDE_BY_SIDE = 8;
const QUEUE_BYTES = 64 * 1024;
const LINGER_MS = 1500;

interface Limits {
  headTimeoutMs?: number;
  bodyTimeoutMs?: number;
  idleTimeoutMs?: number;
  onUpgrade?: (request: unknown, socket: Socket, head: Uint8Array) => void;
}

/** A response, and the queue that it waits in. */
class Exchange {
  readonly head: Head;
  readonly abort = new AbortController();
  body: Readable | undefined;
  bodyWanted = false;
  queue: Uint8Array[] = [];
  queued = 0;
  done = false;
  status = 0;
  failed = false;
  keepAlive: boolean;
  #connection: Connection;
  #fields: Field[] = [];
  #framing: '' | 'none' | 'length' | 'chunked' | 'close' = '';

  constructor(connection: Connection, head: Head) {
    this.#connection = connection;
    this.head = head;
    this.keepAlive = head.keepAlive;
  }

  get begun(): boolean {
    return this.#framing !== '';
  }

  writeHead(status: number, fields: Field[] = []): void {
    if (this.done || this.status !== 0) throw new TypeError('a second head');
    if (!(Number.isInteger(status) && status >= 200 && status < 600)) throw new TypeError('no final status');
    for (const [name, value] of fields) {
      if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name) || /[\0-\x08\n-\x1f\x7f]/.test(value))
        throw new TypeError('no field');
    }
    this.status = status;
    this.#fields = fields;
  }

  write(bytes: Uint8Array): boolean {
    if (this.done) throw new TypeError('the response is complete');
    this.#sendHead(undefined);
    this.#sendPart(bytes);
    return this.#connection.hasRoom(this);
  }

  async drained(): Promise<void> {
    while (!this.#connection.hasRoom(this) && !this.#connection.socket.destroyed) {
      await once(this.#connection.socket, 'room').catch(() => {});
    }
    await new Promise((resolve) => setImmediate(resolve));
  }

  end(bytes: Uint8Array = new Uint8Array()): void {
    if (this.done) throw new TypeError('the response is complete');
    // A body of which nothing has been read ends the connection, unless all of it is there.
    if (this.body !== undefined && !this.body.readableEnded && !this.body.complete) this.keepAlive = false;
    this.#sendHead(bytes.length);
    this.#sendPart(bytes);
    if (this.#framing === 'chunked') this.send(Buffer.from('0\r\n\r\n'));
    if (this.#framing === 'close') this.keepAlive = false;
    this.done = true;
    this.#connection.advance();
  }

  send(bytes: Uint8Array): void {
    this.queue.push(bytes);
    this.queued += bytes.length;
    this.#connection.flush();
  }

  #sendHead(length: number | undefined): void {
    if (this.#framing !== '') return;
    if (this.status === 0) this.status = 200;
    const { method, version } = this.head;
    const given = this.#fields.some(([name]) => /^content-length$/i.test(name));
    const lines = [`HTTP/1.1 ${this.status} `, ...this.#fields.map(([name, value]) => `${name}: ${value}`)];
    const empty = this.status === 204 || this.status === 304;
    if (method === 'HEAD' || empty) this.#framing = 'none';
    else if (this.status === 205) this.#framing = 'length';
    else if (length !== undefined || given) this.#framing = 'length';
    else this.#framing = version === '1.1' ? 'chunked' : 'close';
    if (this.#framing === 'length' && !given)
      lines.push(`Content-Length: ${this.status === 205 ? 0 : length}`);
    if (this.#framing === 'chunked') lines.push('Transfer-Encoding: chunked');
    if (this.#connection.closing || this.#framing === 'close') this.keepAlive = false;
    lines.push(`Date: ${new Date().toUTCString()}`, `Connection: ${this.keepAlive ? 'keep-alive' : 'close'}`);
    this.send(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
  }

  #sendPart(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#framing === 'none' || this.status === 205) return;
    if (this.#framing === 'chunked') this.send(Buffer.from(`${bytes.length.toString(16)}\r\n`));
    this.send(bytes);
    if (this.#framing === 'chunked') this.send(Buffer.from('\r\n'));
  }
}

declare module 'node:stream' {
  interface Readable {
    complete?: boolean;
  }
}

class Connection {
  readonly socket: Socket;
  closing = false;
  exchanges: Exchange[] = [];
  #handler: Handler;
  #limits: Limits;
  #parser: RequestParser;
  #waiting: Uint8Array[] = [];
  #events: HttpEvent[] = [];
  #current: Exchange | undefined;
  #refused = false;
  #over = false;
  #ended = false;
  #partial = false;
  #timer: NodeJS.Timeout | undefined;
  #timing = '';

  constructor(socket: Socket, handler: Handler, limits: Limits) {
    this.socket = socket;
    this.#handler = handler;
    this.#limits = limits;
    this.#parser = new RequestParser(limits);
    socket.on('error', () => {});
    socket.on('data', this.#data);
    socket.on('end', this.#end);
    socket.on('drain', () => {
      this.flush();
      this.advance();
    });
    socket.on('close', () => {
      clearTimeout(this.#timer);
      this.#over = true;
      for (const exchange of this.exchanges) {
        exchange.abort.abort();
        exchange.body?.destroy(new Error('the connection is gone'));
      }
      socket.emit('room');
    });
    this.#watch();
  }

  readonly #data = (chunk: Uint8Array): void => {
    if (this.#over || this.#refused) return;
    this.#waiting.push(chunk);
    this.advance();
  };

  readonly #end = (): void => {
    this.#ended = true;
    this.advance();
  };

  /** Whether this response may say more. */
  hasRoom(exchange: Exchange): boolean {
    if (this.socket.destroyed) return false;
    return exchange === this.exchanges[0]
      ? this.socket.writableLength < QUEUE_BYTES
      : exchange.queued < QUEUE_BYTES;
  }

  /** Write what those may say whose turn it is. */
  flush(): void {
    for (let first = this.exchanges[0]; first !== undefined; first = this.exchanges[0]) {
      for (const bytes of first.queue.splice(0)) if (!this.socket.destroyed) this.socket.write(bytes);
      first.queued = 0;
      if (!first.done) break;
      this.exchanges.shift();
      if (!first.keepAlive) {
        this.#finish();
        break;
      }
    }
    this.socket.emit('room');
  }

  advance(): void {
    this.flush();
    while (!this.#over && !this.#refused && this.#mayRead()) {
      if (this.#events.length === 0) {
        const chunk = this.#waiting.shift();
        if (chunk === undefined) break;
        this.#read(chunk);
        continue;
      }
      this.#take(this.#events.shift()!);
    }
    if (this.#over) return;
    const held = this.#events.length > 0 || this.#waiting.length > 0;
    if (held) this.socket.pause();
    else this.socket.resume();
    if (this.#ended && !held && !this.#refused) {
      for (const event of this.#parser.end()) this.#take(event);
      if (this.exchanges.length === 0 && !this.#refused) this.#finish();
    }
    if (this.closing && this.exchanges.length === 0) this.#finish();
    this.#watch();
  }

  #read(chunk: Uint8Array): void {
    if (this.#limits.onUpgrade === undefined) {
      this.#events.push(...this.#parser.receive(chunk));
    } else {
      const line = chunk.indexOf(10) + 1 || chunk.length;
      this.#events.push(...this.#parser.receive(chunk.subarray(0, line)));
      if (line < chunk.length) this.#waiting.unshift(chunk.subarray(line));
    }
    if (this.#events.length === 0 && this.#current === undefined) this.#partial = true;
  }

  #mayRead(): boolean {
    if (this.socket.writableLength >= QUEUE_BYTES || this.closing) return false;
    const [last] = this.exchanges.slice(-1);
    if (last !== undefined && !last.keepAlive && this.#current === undefined) return false;
    if (this.#current !== undefined) return (this.#current.body?.readableLength ?? 0) < 16_384;
    // Only safe methods run side by side.
    const safe = this.exchanges.every(({ head }) => head.method === 'GET' || head.method === 'HEAD');
    return (
      this.exchanges.length === 0 || (safe && this.exchanges.length < SIDE_BY_SIDE && this.#nextIsSafe())
    );
  }

  #nextIsSafe(): boolean {
    const next = this.#events.find(({ type }) => type !== 'end');
    if (next === undefined) return true;
    if (next.type !== 'request') return false;
    const expects = next.headers.some(([name]: Field) => name.toLowerCase() === 'expect');
    return (next.method === 'GET' || next.method === 'HEAD') && next.body === 'none' && !expects;
  }

  #take(event: HttpEvent): void {
    switch (event.type) {
      case 'request':
        this.#partial = false;
        this.#begin(event);
        break;
      case 'body':
        if (this.#current?.done === false) this.#current.body?.push(event.bytes);
        break;
      case 'end':
        if (this.#current?.body !== undefined) {
          this.#current.body.complete = true;
          this.#current.body.push(null);
        }
        this.#current = undefined;
        break;
      default:
        this.#refuse(event.status);
    }
  }

  #begin(head: Head): void {
    const exchange = new Exchange(this, head);
    const lines = (wanted: string): string =>
      head.headers
        .filter(([name]: Field) => name.toLowerCase() === wanted)
        .map(([, value]: Field) => value.toLowerCase())
        .join(',');
    const expect = head.version === '1.1' ? lines('expect') : '';
    this.exchanges.push(exchange);
    if (head.body !== 'none') {
      this.#current = exchange;
      exchange.body = new Readable({
        read: () => {
          if (expect !== '' && !exchange.bodyWanted && !exchange.begun && !exchange.body!.complete)
            exchange.send(Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'));
          exchange.bodyWanted = true;
          setImmediate(() => this.advance());
        },
      });
      exchange.body.on('error', () => {});
      if (this.#events.some(({ type }) => type === 'end')) exchange.body.complete = true;
    }
    const request = {
      method: head.method,
      target: head.target,
      version: head.version,
      headers: head.headers,
      body: exchange.body ?? Readable.from([]),
      signal: exchange.abort.signal,
    };
    if (expect !== '' && expect !== '100-continue') {
      exchange.keepAlive = false;
      exchange.writeHead(417);
      exchange.end();
      return;
    }
    const upgrades =
      lines('upgrade') !== '' && /\bupgrade\b/.test(lines('connection')) && head.version === '1.1';
    if (this.#limits.onUpgrade !== undefined && upgrades && head.body === 'none') {
      this.#over = true;
      clearTimeout(this.#timer);
      this.socket.off('data', this.#data);
      this.socket.off('end', this.#end);
      this.#limits.onUpgrade(request, this.socket, Buffer.concat(this.#waiting));
      return;
    }
    void (async () => this.#handler(request, exchange))().catch(() => this.#handlerFailed(exchange));
  }

  #handlerFailed(exchange: Exchange): void {
    if (exchange.done || this.socket.destroyed) return;
    exchange.keepAlive = false;
    if (exchange.begun) {
      this.#over = true;
      if (exchange.head.version === '1.0') this.socket.resetAndDestroy();
      else this.socket.destroySoon();
      return;
    }
    exchange.status = 0;
    exchange.writeHead(this.#refusedStatus || 500);
    exchange.end();
  }

  #refusedStatus = 0;

  #refuse(status: number): void {
    this.#refused = true;
    this.#refusedStatus = status;
    this.socket.resume();
    if (this.#current !== undefined && !this.#current.done) {
      this.#current.keepAlive = false;
      this.#current.body?.destroy(new Error('refused'));
      return;
    }
    const head: Head = {
      type: 'request',
      method: 'GET',
      target: '/',
      version: '1.1',
      headers: [],
      body: 'none',
      keepAlive: false,
    };
    const exchange = new Exchange(this, head);
    this.exchanges.push(exchange);
    exchange.writeHead(status);
    exchange.end();
  }

  /** Half-close, and read on for a while. */
  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.socket.end();
    this.socket.resume();
    this.#timer = setTimeout(() => this.socket.destroy(), LINGER_MS);
  }

  /** One timer, begun anew when what is waited for changes. */
  #watch(): void {
    const { headTimeoutMs = 5000, bodyTimeoutMs = 10_000, idleTimeoutMs = 10_000 } = this.#limits;
    const body = this.#current;
    let timing = '';
    let ms = 0;
    if (body !== undefined && !body.done && body.bodyWanted)
      [timing, ms] = [`body ${body.head.target}`, bodyTimeoutMs];
    else if (this.exchanges.length > 0) timing = 'busy';
    else if (this.#partial) [timing, ms] = ['head', headTimeoutMs];
    else [timing, ms] = ['idle', idleTimeoutMs];
    if (timing === this.#timing && timing !== 'idle') return;
    this.#timing = timing;
    clearTimeout(this.#timer);
    if (ms > 0) this.#timer = setTimeout(() => (timing === 'idle' ? this.#finish() : this.#refuse(408)), ms);
  }
}

export function createServer(handler: Handler, options: Limits = {}) {
  const connections = new Set<Connection>();
  const server = createNetServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const connection = new Connection(socket, handler, options);
    connections.add(connection);
    socket.on('close', () => connections.delete(connection));
  });
  return {
    listen: (port: number, host: string) =>
      new Promise<number>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => resolve(port));
      }),
    close: (graceMs: number) =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const connection of connections) {
          connection.closing = true;
          connection.advance();
        }
        setTimeout(() => {
          for (const { socket } of connections) socket.destroy();
        }, graceMs).unref();
      }),
  };
}
