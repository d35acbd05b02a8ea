/** A response: the lines of its head, and how the peer is told where its body ends. */
import type { Field, RequestHead } from '../lab-05-http-request/parser.ts';
import type { Connection } from './connection.ts';
import type { Response } from './http.ts';
import { hasOption } from './lists.ts';

/** RFC 9110 §15. */
export const REASONS: { readonly [status: number]: string } = {
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

/** RFC 9110 §5.6.2 token. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What a field value must not hold (RFC 9110 §5.5): CR, LF and NUL above all, and what Latin-1 cannot say. */
const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** What the handler said in its head, as lines, and what of it concerns the framing. */
export class Head {
  readonly status: number;
  /** The status line and the field lines. */
  readonly lines: string;
  hasDate = false;
  contentLength: number | undefined;
  close = false;

  constructor(status: number, fields: Field[]) {
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw new TypeError(`a final status code is 200 to 599, not ${status}`);
    }
    this.status = status;
    // Joined, not added up: a text that was added up is put together anew whenever it is sent.
    const lines = [STATUS_LINES[status]!];
    for (const [name, value] of fields) lines.push(this.#line(name, value));
    this.lines = lines.join('');
  }

  #line(name: string, value: string): string {
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
    return `${name}: ${value}\r\n`;
  }

  #setLength(value: string): void {
    const impossible = this.status === 204 || (this.status === 205 && Number(value) !== 0);
    if (!/^\d{1,15}$/.test(value) || this.contentLength !== undefined || impossible) {
      throw new TypeError(`a Content-Length of ${JSON.stringify(value)} would break the framing`);
    }
    this.contentLength = Number(value);
  }
}

/** The head that was made last, and from what. */
let last: { head: Head; fields: Field[] } | undefined;

/** A handler mostly says the same again; then nothing has to be checked and joined once more. */
function headOf(status: number, fields: Field[]): Head {
  if (last?.head.status === status && areSame(last.fields, fields)) return last.head;
  const head = new Head(status, fields);
  // A copy: the handler may change its own.
  last = { head, fields: fields.map(([name, value]) => [name, value]) };
  return head;
}

function areSame(a: Field[], b: Field[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) {
    if (a[at]![0] !== b[at]![0] || a[at]![1] !== b[at]![1]) return false;
  }
  return true;
}

/** How the peer is told where the body ends (RFC 9112 §6.3). */
type Framing = 'none' | 'length' | 'chunked' | 'close';

export class OutgoingResponse implements Response {
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
    this.#head = headOf(status, fields);
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
    const { lines, hasDate, close } = this.#head;
    this.#framing = this.#framingFor(length);
    let text = lines;
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
