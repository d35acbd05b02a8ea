/**
 * An HTTP/1.1 server on node:net (RFC 9110, RFC 9112), on the parser of lab 05.
 *
 * A connection is a queue: bytes wait until they may be parsed, and the next request is looked at when the response to
 * the one before is complete. So answers cannot leave out of order, and what waits is bounded by not reading the socket.
 */
import { createServer as createNetServer, type Socket } from 'node:net';
import {
  type Failed,
  type Field,
  type HttpEvent,
  type RequestHead,
  RequestParser,
} from '../lab-05-http-request/parser.ts';

/** One request, from its head on. */
export interface Request {
  readonly method: string;
  /** As it came: `/a?b=1`, `http://host/a`, `host:443` or `*`. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
  /** In the order and the case in which they came. */
  readonly headers: Field[];
  /**
   * The body as it arrives, once; empty where there is none. It ends with the body; it throws when the connection
   * breaks off or the body is refused. A handler that lets this error pass has the right answer sent (400, 408, 413).
   */
  readonly body: AsyncIterable<Uint8Array>;
  /**
   * Aborted when the connection is gone before the response is complete. A peer that has only ended its side (FIN) is
   * not gone: it may be waiting for the response.
   */
  readonly signal: AbortSignal;
}

/** The response to one request. What it says leaves when those before it on the connection are complete. */
export interface Response {
  /**
   * The status code and the fields that the handler wants. `Date` and `Content-Length` are the server's where the
   * handler gives none; `Transfer-Encoding` always is. With the option `close` in a `Connection` field of the
   * handler's, this response is the connection's last.
   *
   * The head leaves with the first `write` or with `end`.
   *
   * @param status  200 to 599
   * @throws TypeError for a status, a name or a value that would break the framing, and when it is called twice
   */
  writeHead(status: number, fields?: Field[]): void;
  /**
   * Some bytes of the body; the caller does not change them afterwards. An empty one sends the head alone. To HEAD,
   * and with a status that has no body, they are dropped.
   *
   * @returns false when the peer does not keep up, or is gone: go on after `drained()`
   * @throws TypeError after `end`, and for more bytes than the handler's own `Content-Length`
   */
  write(bytes: Uint8Array): boolean;
  /** Fulfilled when there is room again, or the peer is gone. */
  drained(): Promise<void>;
  /**
   * The response is complete. A head that was not written is 200.
   *
   * @param bytes  the last of the body, or the whole; the caller does not change them afterwards
   * @throws TypeError when it is called twice, and for another length than the handler's own `Content-Length`
   */
  end(bytes?: Uint8Array): void;
}

/**
 * Called once for each request. It may answer later than it returns. When it throws or rejects, the response is 500,
 * or the connection is cut where the head has left already; the error is written to stderr.
 */
export type Handler = (request: Request, response: Response) => void | Promise<void>;

export interface Options {
  /**
   * Called instead of the handler for an HTTP/1.1 request without a body that asks for an upgrade. The socket is the
   * callee's from here on: half-open allowed, paused (call `resume`), its errors swallowed (`close` follows).
   * `head` is what came behind the request.
   */
  onUpgrade?: (request: Request, socket: Socket, head: Uint8Array) => void;
  /** From the first byte of a head to its end. Default 5000. */
  headTimeoutMs?: number;
  /** From the end of a head to the end of its body, as long as the handler waits for it. Default 10000. */
  bodyTimeoutMs?: number;
  /** Between two requests, and before the first. Default 10000. */
  idleTimeoutMs?: number;
  /** Default 8192. */
  maxTargetBytes?: number;
  /** Default 16384. */
  maxHeadBytes?: number;
  /** Default 16 MiB. */
  maxBodyBytes?: number;
}

export interface Server {
  /** @returns the port, once it listens. Rejects when it cannot. */
  listen(port: number, host: string): Promise<number>;
  /** Stop accepting, end idle connections, let responses under way end; cut what is left after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** A server that calls `handler` for each request. */
export function createServer(handler: Handler, options: Options = {}): Server {
  return new HttpServer(handler, options);
}

const LF = 0x0a;

/** Bytes that one connection may hold of what the handler has not taken yet; then its socket is not read. */
const MAX_INCOMING_BYTES = 64 * 1024;

/** Parts of a body, likewise: however small a part is, it holds the whole chunk that it came in. */
const MAX_INCOMING_PARTS = 16;

/** Bytes of responses that one connection may hold; then `write` returns false and the next request waits. */
const MAX_OUTGOING_BYTES = 64 * 1024;

/** What is shorter is copied into the same write as the lines around it. */
const SMALL_BYTES = 4096;

/** After our last response: what a peer may still send, and how long it may take, before the connection is cut. */
const LINGER_BYTES = 4 * 1024 * 1024;
const LINGER_MS = 2000;

// ---------------------------------------------------------------------------------------------------------------------
// The lines of a response

/** RFC 9110 §15. */
const REASONS: { readonly [status: number]: string } = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  203: 'Non-Authoritative Information',
  204: 'No Content',
  205: 'Reset Content',
  206: 'Partial Content',
  300: 'Multiple Choices',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  417: 'Expectation Failed',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
};

/** RFC 9112 §4: the space behind the status code stays even when the reason phrase is absent. */
const STATUS_LINES: string[] = [];
for (let status = 200; status < 600; status += 1) {
  STATUS_LINES[status] = `HTTP/1.1 ${status} ${REASONS[status] ?? ''}\r\n`;
}

/** The time as an HTTP-date (RFC 9110 §5.6.7). */
function dateLine(): string {
  return `Date: ${new Date().toUTCString()}\r\n`;
}

/** RFC 9110 §5.6.2 token. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What a field value must not hold (RFC 9110 §5.5): CR, LF and NUL above all, and what Latin-1 cannot say. */
const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** What the handler said in its head, as lines, and what of it concerns the framing. */
class Head {
  readonly status: number;
  lines = '';
  hasDate = false;
  contentLength: number | undefined;
  close = false;

  constructor(status: number, fields: Field[]) {
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw new TypeError(`a final status code is 200 to 599, not ${status}`);
    }
    this.status = status;
    for (const [name, value] of fields) this.#add(name, value);
  }

  #add(name: string, value: string): void {
    if (!TOKEN.test(name)) throw new TypeError(`${JSON.stringify(name)} is no field name`);
    if (NOT_IN_VALUE.test(value)) throw new TypeError(`${JSON.stringify(value)} is no field value`);
    switch (name.toLowerCase()) {
      case 'date':
        this.hasDate = true;
        break;
      case 'content-length':
        this.#setLength(value);
        break;
      case 'transfer-encoding':
        throw new TypeError('the server chooses the Transfer-Encoding');
      case 'connection':
        this.close ||= hasOption(value, 'close');
        break;
    }
    this.lines += `${name}: ${value}\r\n`;
  }

  #setLength(value: string): void {
    const impossible = this.status === 204 || (this.status === 205 && Number(value) !== 0);
    if (!/^\d{1,15}$/.test(value) || this.contentLength !== undefined || impossible) {
      throw new TypeError(`a Content-Length of ${JSON.stringify(value)} would break the framing`);
    }
    this.contentLength = Number(value);
  }
}

/** Whether a comma-separated list has this member, in whatever case (RFC 9110 §5.6.1). */
function hasOption(list: string, option: string): boolean {
  return list
    .toLowerCase()
    .split(',')
    .some((member) => member.trim() === option);
}

function hasOnlyOption(list: string, option: string): boolean {
  return list
    .toLowerCase()
    .split(',')
    .every((member) => member.trim() === option);
}

/** The values of all field lines of this name, as one list; undefined where there is none. */
function listOf(headers: Field[], lowerCaseName: string): string | undefined {
  let list: string | undefined;
  for (const [name, value] of headers) {
    if (name.length !== lowerCaseName.length || name.toLowerCase() !== lowerCaseName) continue;
    list = list === undefined ? value : `${list}, ${value}`;
  }
  return list;
}

// ---------------------------------------------------------------------------------------------------------------------
// One request and its response

class IncomingRequest implements Request {
  readonly method: string;
  readonly target: string;
  readonly version: '1.0' | '1.1';
  readonly headers: Field[];
  readonly body: AsyncIterable<Uint8Array>;
  #abort: AbortController | undefined;
  #gone = false;

  constructor(head: RequestHead, body: AsyncIterable<Uint8Array>) {
    this.method = head.method;
    this.target = head.target;
    this.version = head.version;
    this.headers = head.headers;
    this.body = body;
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#gone) this.#abort.abort();
    return this.#abort.signal;
  }

  peerGone(): void {
    this.#gone = true;
    this.#abort?.abort();
  }
}

const NO_BODY: AsyncIterable<Uint8Array> = { async *[Symbol.asyncIterator]() {} };

/** A body on its way from the parser to the handler. */
class Body implements AsyncIterable<Uint8Array> {
  readonly #connection: Connection;
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;
  #begun = false;
  #complete = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    if (!this.#begun) this.#connection.bodyWanted(this);
    this.#begun = true;
    for (;;) {
      const part = this.#parts.shift();
      if (part !== undefined) {
        this.#bytes -= part.length;
        yield part;
      } else if (this.#failure !== undefined) {
        throw this.#failure;
      } else if (this.#complete) {
        return;
      } else {
        await this.#more();
      }
    }
  }

  /** The handler has been given all there is, and asks for more. */
  get waiting(): boolean {
    return this.#wake !== undefined;
  }

  get full(): boolean {
    return this.#bytes >= MAX_INCOMING_BYTES || this.#parts.length >= MAX_INCOMING_PARTS;
  }

  push(part: Uint8Array): void {
    this.#parts.push(part);
    this.#bytes += part.length;
    this.#wakeUp();
  }

  end(): void {
    this.#complete = true;
    this.#wakeUp();
  }

  fail(failure: Error): void {
    if (this.#complete) return;
    this.#failure ??= failure;
    this.#wakeUp();
  }

  async #more(): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#connection.advance();
    await woken;
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

/** How the peer is told where the body ends (RFC 9112 §6.3). */
type Framing = 'none' | 'length' | 'chunked' | 'close';

class OutgoingResponse implements Response {
  readonly #connection: Connection;
  readonly #request: RequestHead;
  #head: Head | undefined;
  /** Undefined until the head has left. */
  #framing: Framing | undefined;
  #bytes = 0;
  #keepAlive: boolean;
  ended = false;

  constructor(connection: Connection, request: RequestHead) {
    this.#connection = connection;
    this.#request = request;
    this.#keepAlive = request.keepAlive;
  }

  get headSent(): boolean {
    return this.#framing !== undefined;
  }

  /** Whether the peer takes the end of the connection for the end of the body. */
  get endsWithConnection(): boolean {
    return this.#framing === 'close';
  }

  writeHead(status: number, fields: Field[] = []): void {
    if (this.ended) throw new TypeError('writeHead after end');
    if (this.#head !== undefined) throw new TypeError('writeHead was called before');
    this.#head = new Head(status, fields);
  }

  write(bytes: Uint8Array): boolean {
    if (this.ended) throw new TypeError('write after end');
    this.#count(bytes.length);
    if (this.#framing === undefined) this.#sendHead(undefined);
    if (bytes.length > 0) this.#sendPart(bytes);
    return this.#connection.mayWrite;
  }

  drained(): Promise<void> {
    return this.#connection.drained();
  }

  end(bytes?: Uint8Array): void {
    if (this.ended) throw new TypeError('end was called before');
    this.#count(bytes?.length ?? 0);
    this.#checkLength();
    this.ended = true;
    if (this.#framing === undefined) this.#sendHead(bytes?.length ?? 0, bytes !== undefined);
    if (bytes !== undefined && bytes.length > 0) this.#sendPart(bytes);
    // RFC 9112 §7.1: the last chunk, an empty trailer section, and the empty line.
    if (this.#framing === 'chunked') this.#connection.send('0\r\n\r\n');
    this.#connection.responseEnded(this.#keepAlive);
  }

  /** Instead of whatever the handler was about to say. */
  replace(status: number, text: string, keepAlive: boolean): void {
    this.#head = undefined;
    this.#bytes = 0;
    this.#keepAlive &&= keepAlive;
    this.writeHead(status, [['Content-Type', 'text/plain; charset=utf-8']]);
    this.end(Buffer.from(text));
  }

  #count(length: number): void {
    const announced = this.#head?.contentLength;
    if (announced !== undefined && this.#bytes + length > announced && !this.#bodiless()) {
      throw new TypeError(`more than the ${announced} bytes of the handler's Content-Length`);
    }
    this.#bytes += length;
  }

  #checkLength(): void {
    const announced = this.#head?.contentLength;
    if (announced !== undefined && this.#bytes < announced && !this.#bodiless()) {
      throw new TypeError(`${this.#bytes} bytes, and the handler's Content-Length is ${announced}`);
    }
  }

  /** RFC 9112 §6.3: always terminated by the first empty line. (205 has a body, which is always empty.) */
  #bodiless(): boolean {
    const status = this.#head?.status ?? 200;
    return this.#request.method === 'HEAD' || status === 204 || status === 205 || status === 304;
  }

  /** @param length  of the whole body; undefined when nobody knows it yet */
  #sendHead(length: number | undefined, known = false): void {
    this.#head ??= new Head(200, []);
    const { status, lines, hasDate, close } = this.#head;
    this.#framing = this.#framingFor(length);
    let text = STATUS_LINES[status]! + lines;
    // RFC 9110 §6.6.1: "An origin server with a clock … MUST generate a Date header field".
    if (!hasDate) text += this.#connection.dateLine;
    text += this.#framingLine(length, known);
    this.#keepAlive &&= !close && this.#framing !== 'close' && this.#connection.mayPersist(this.ended);
    if (!this.#keepAlive) {
      if (!close) text += 'Connection: close\r\n';
    } else if (this.#request.version === '1.0') {
      text += 'Connection: keep-alive\r\n';
    }
    this.#connection.send(`${text}\r\n`);
  }

  #framingFor(length: number | undefined): Framing {
    if (this.#tunnel()) return 'close';
    if (this.#bodiless()) return 'none';
    if (length !== undefined || this.#head!.contentLength !== undefined) return 'length';
    // RFC 9112 §6.1: "A server MUST NOT send a response containing Transfer-Encoding unless the corresponding request
    // indicates HTTP/1.1 (or later minor revisions)."
    return this.#request.version === '1.1' ? 'chunked' : 'close';
  }

  /** RFC 9112 §6.3: a 2xx to CONNECT makes a tunnel of the connection. This server has none, and closes it. */
  #tunnel(): boolean {
    return this.#request.method === 'CONNECT' && this.#head!.status < 300;
  }

  #framingLine(length: number | undefined, known: boolean): string {
    const { status, contentLength } = this.#head!;
    if (contentLength !== undefined || this.#framing === 'close') return '';
    if (status === 205) return 'Content-Length: 0\r\n';
    // RFC 9112 §6.1 and RFC 9110 §8.6 forbid both fields in a 204. In a 304 only the handler could know the length.
    if (status === 204 || status === 304) return '';
    // RFC 9110 §9.3.2: what GET would have said, as far as it is known.
    if (this.#request.method === 'HEAD' && !known) return '';
    return length === undefined ? 'Transfer-Encoding: chunked\r\n' : `Content-Length: ${length}\r\n`;
  }

  #sendPart(bytes: Uint8Array): void {
    switch (this.#framing) {
      case 'chunked':
        this.#connection.send(`${bytes.length.toString(16)}\r\n`, bytes);
        this.#connection.send('\r\n');
        break;
      case 'length':
      case 'close':
        this.#connection.send('', bytes);
        break;
    }
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// One connection

class Connection {
  readonly #server: HttpServer;
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

  constructor(server: HttpServer, socket: Socket) {
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
        `${STATUS_LINES[status]}${head.lines}${this.dateLine}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
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
    // A peer that reads slowly is not idle.
    if (this.#socket.writableLength > 0) return undefined;
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

// ---------------------------------------------------------------------------------------------------------------------
// The server

class HttpServer implements Server {
  readonly handler: Handler;
  readonly onUpgrade: Options['onUpgrade'];
  readonly headTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly limits: { maxTargetBytes?: number; maxHeadBytes?: number; maxBodyBytes?: number };
  readonly sweepMs: number;
  readonly connections = new Set<Connection>();
  readonly #net = createNetServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    this.connections.add(new Connection(this, socket));
  });
  #sweeper: NodeJS.Timeout | undefined;
  /** Made anew at every sweep, which is often enough for a time in seconds. */
  dateLine = dateLine();
  closing = false;

  constructor(handler: Handler, options: Options) {
    const { headTimeoutMs = 5000, bodyTimeoutMs = 10_000, idleTimeoutMs = 10_000 } = options;
    const { maxTargetBytes = 8192, maxHeadBytes = 16_384, maxBodyBytes = 16 * 1024 * 1024 } = options;
    this.handler = handler;
    this.onUpgrade = options.onUpgrade;
    this.headTimeoutMs = headTimeoutMs;
    this.bodyTimeoutMs = bodyTimeoutMs;
    this.idleTimeoutMs = idleTimeoutMs;
    this.limits = { maxTargetBytes, maxHeadBytes, maxBodyBytes };
    // Often enough that nobody waits for much longer than the shortest limit says.
    const shortestMs = Math.min(headTimeoutMs, bodyTimeoutMs, idleTimeoutMs);
    this.sweepMs = Math.min(500, Math.max(10, Math.ceil(shortestMs / 8)));
  }

  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#net.once('error', reject);
      this.#net.listen(port, host, () => {
        this.#net.off('error', reject);
        // Running out of descriptors concerns the client that was not accepted.
        this.#net.on('error', (error) => console.error(error.message));
        this.#sweeper = setInterval(() => this.#sweep(), this.sweepMs);
        this.#sweeper.unref();
        const address = this.#net.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  close(graceMs: number): Promise<void> {
    this.closing = true;
    return new Promise((resolve) => {
      const cut = setTimeout(() => {
        for (const connection of this.connections) connection.destroy();
      }, graceMs);
      this.#net.close(() => {
        clearTimeout(cut);
        clearInterval(this.#sweeper);
        resolve();
      });
      for (const connection of this.connections) connection.stop();
    });
  }

  #sweep(): void {
    this.dateLine = dateLine();
    for (const connection of this.connections) connection.sweep(this.sweepMs);
  }
}
