/**
 * Given in lab 08: the core of an HTTP/1.1 client. Bytes of one response in, events out; no socket, no timer, no clock.
 *
 * It is the mirror of lab 05. What is different: the status line, and where the body ends (RFC 9112 §6.3).
 */

/** A field line: name and value. Of a value each byte is one character, with the byte as its code (Latin-1). */
export type Field = [name: string, value: string];

/** The head of the final response. Those with a status of 1xx before it are read and not given out. */
export interface ResponseHead {
  type: 'response';
  /** 200 to 999. */
  status: number;
  /** In the order and the case in which they came. */
  headers: Field[];
  /** Where the body ends: it has none, after so many bytes, at the last chunk, or where the connection ends. */
  body: 'none' | 'length' | 'chunked' | 'until-close';
}

/** Some bytes of the body, at once as they came. A body may come in any number of these. */
export interface ResponseBody {
  type: 'body';
  bytes: Uint8Array;
}

/** The response is complete. What comes behind it is not looked at. */
export interface ResponseEnd {
  type: 'end';
}

/** The bytes are no response, not the whole of one, or over a limit. It is the last event: nothing comes after it. */
export interface Failed {
  type: 'failed';
  /** One line for people. */
  message: string;
}

export type ResponseEvent = ResponseHead | ResponseBody | ResponseEnd | Failed;

/** What is taken at most. A line over its limit is refused before it is kept. The body has no limit: it is not kept. */
export interface Limits {
  /** Bytes of a head, and, by itself, of a trailer section; with line ends. */
  maxHeadBytes: number;
  /** Bytes of a chunk-size line with its extensions. */
  maxChunkLineBytes: number;
  /** Responses with a status of 1xx before the final one. */
  maxInterim: number;
}

export const DEFAULT_LIMITS: Limits = { maxHeadBytes: 65_536, maxChunkLineBytes: 1024, maxInterim: 20 };

const LF = 0x0a;

/** RFC 9112 §4: "status-line = HTTP-version SP status-code SP [ reason-phrase ]". The second space is not insisted on. */
const STATUS_LINE = /^HTTP\/1\.\d ([1-9]\d\d)(?: .*)?$/s;
/** RFC 9112 §5: "field-line = field-name ":" OWS field-value OWS"; RFC 9110 §5.6.2 has the characters of a name. */
const FIELD_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/s;
/** RFC 9112 §7.1: "chunk-size = 1*HEXDIG", then perhaps extensions, which are not looked at (§7.1.1). */
const CHUNK_LINE = /^([0-9A-Fa-f]+)[ \t]*(?:;.*)?$/s;

/** Reads something straight down. Where it yields, it waits for bytes; where it waits is the state of the parser. */
type Reading<T = void> = Generator<void, T>;

/** Reads one response. */
export class ResponseParser {
  readonly #method: string;
  readonly #limits: Limits;
  readonly #reading = this.#readResponse();
  /** What has come and is not read: `#chunk` from `#at` on. */
  #chunk: Uint8Array = new Uint8Array();
  #at = 0;
  #ended = false;
  #finished = false;
  #events: ResponseEvent[] = [];

  /**
   * @param method  of the request: the response to HEAD has no body, whatever its fields say
   * @param limits  those that are not given are the default ones
   */
  constructor(method: string, limits: Partial<Limits> = {}) {
    this.#method = method;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /**
   * Take the next bytes of the connection.
   *
   * @param chunk  cut anywhere; the caller does not change it afterwards
   * @returns what has come by now, in order; empty when more bytes are needed
   */
  receive(chunk: Uint8Array): ResponseEvent[] {
    if (this.#finished) return [];
    this.#chunk = chunk;
    this.#at = 0;
    return this.#read();
  }

  /**
   * The server has ended the connection.
   *
   * @returns the end of a body that lasts until then, or `failed` when the response is not complete
   */
  end(): ResponseEvent[] {
    if (this.#finished) return [];
    this.#ended = true;
    const events = this.#read();
    if (!this.#finished) events.push(this.#failure('the connection ended before the response was complete'));
    return events;
  }

  #read(): ResponseEvent[] {
    this.#events = [];
    try {
      if (this.#reading.next().done) this.#finished = true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#events.push(this.#failure(error.message));
    }
    return this.#events;
  }

  #failure(message: string): Failed {
    this.#finished = true;
    return { type: 'failed', message };
  }

  *#readResponse(): Reading {
    let head = yield* this.#readHead();
    // RFC 9110 §15.2: "A client MUST be able to parse one or more 1xx responses received prior to a final response,
    // even if the client does not expect one." 101 would end HTTP on this connection, and nobody has asked for that.
    for (let interim = 0; head.status < 200; interim += 1) {
      if (head.status === 101) throw new Refusal('the server switches to another protocol, unasked');
      if (interim >= this.#limits.maxInterim) throw new Refusal(`more than ${interim} interim responses`);
      head = yield* this.#readHead();
    }
    const length = bodyLength(this.#method, head.status, head.headers);
    this.#events.push({ type: 'response', ...head, body: typeof length === 'number' ? 'length' : length });
    if (length === 'chunked') yield* this.#readChunks();
    else if (length === 'until-close') yield* this.#readUntilClose();
    else if (length !== 'none') yield* this.#readBytes(length);
    this.#events.push({ type: 'end' });
  }

  *#readHead(): Reading<{ status: number; headers: Field[] }> {
    const statusLine = yield* this.#readLine(this.#limits.maxHeadBytes);
    const status = STATUS_LINE.exec(statusLine)?.[1];
    if (status === undefined) throw new Refusal('the first line is no status line of HTTP/1');
    const fieldLines = yield* this.#readSection(this.#limits.maxHeadBytes - statusLine.length - 2);
    return { status: Number(status), headers: fieldLines.map(parseFieldLine) };
  }

  /** Field lines up to an empty line: those of a head, or a trailer section. */
  *#readSection(maxBytes: number): Reading<string[]> {
    const lines: string[] = [];
    let left = maxBytes;
    for (;;) {
      const line = yield* this.#readLine(left);
      if (line === '') return lines;
      left -= line.length + 2;
      // RFC 9112 §5.2: "A user agent that receives an obs-fold in a response message that is not within a message/http
      // container MUST replace each received obs-fold with one or more SP octets prior to interpreting the field value."
      if (/^[ \t]/.test(line) && lines.length > 0) lines.push(`${lines.pop()} ${line.trimStart()}`);
      else lines.push(line);
    }
  }

  /** RFC 9112 §7.1. */
  *#readChunks(): Reading {
    for (;;) {
      const digits = CHUNK_LINE.exec(yield* this.#readLine(this.#limits.maxChunkLineBytes))?.[1];
      const size = digits === undefined ? Number.NaN : Number.parseInt(digits, 16);
      if (!Number.isSafeInteger(size)) throw new Refusal('a chunk begins with no size');
      if (size === 0) break;
      yield* this.#readBytes(size);
      // The line end behind the bytes is compared, never skipped: where it is missing, the sizes lie.
      if ((yield* this.#readLine(0)) !== '') throw new Refusal('a chunk is longer than its size');
    }
    yield* this.#readSection(this.#limits.maxHeadBytes);
  }

  *#readUntilClose(): Reading {
    while (!this.#ended) {
      this.#give(this.#chunk.length);
      yield;
    }
  }

  *#readBytes(count: number): Reading {
    for (let left = count; left > 0; ) {
      left -= this.#give(left);
      if (left > 0) yield;
    }
  }

  /** Give out what is there of the next `count` bytes; nothing is held back. */
  #give(count: number): number {
    const bytes = this.#chunk.subarray(this.#at, this.#at + count);
    this.#at += bytes.length;
    if (bytes.length > 0) this.#events.push({ type: 'body', bytes });
    return bytes.length;
  }

  /**
   * A line without its end. RFC 9112 §2.2: "a recipient MAY recognize a single LF as a line terminator and ignore any
   * preceding CR".
   */
  *#readLine(maxBytes: number): Reading<string> {
    let line = '';
    for (;;) {
      const lineFeed = this.#chunk.indexOf(LF, this.#at);
      const end = lineFeed < 0 ? this.#chunk.length : lineFeed;
      // One more byte: the CR.
      if (line.length + end - this.#at > maxBytes + 1) throw new Refusal('a line, or a head, is too long');
      line += Buffer.from(this.#chunk.subarray(this.#at, end)).toString('latin1');
      this.#at = end;
      if (lineFeed >= 0) break;
      yield;
    }
    this.#at += 1;
    if (line.endsWith('\r')) line = line.slice(0, -1);
    if (/[\0\r]/.test(line)) throw new Refusal('a control character stands in a line');
    return line;
  }
}

/** The bytes are refused. It never leaves the parser. */
class Refusal extends Error {}

function parseFieldLine(line: string): Field {
  const [, name, value] = FIELD_LINE.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Refusal('a line of the head is no field line');
  return [name, value];
}

/** RFC 9112 §6.3, rule by rule. */
function bodyLength(
  method: string,
  status: number,
  headers: Field[],
): number | Exclude<ResponseHead['body'], 'length'> {
  // 1. "Any response to a HEAD request and any response with a 1xx (Informational), 204 (No Content), or 304 (Not
  // Modified) status code is always terminated by the first empty line after the header fields"
  if (method === 'HEAD' || status === 204 || status === 304) return 'none';
  // 3. "If a message is received with both a Transfer-Encoding and a Content-Length header field, the Transfer-Encoding
  // overrides the Content-Length." This client has sent no TE field: it may only get chunked, once (§7.4).
  const codings = listOf(headers, 'transfer-encoding').map((coding) => coding.toLowerCase());
  if (codings.length > 0) {
    if (codings.join() !== 'chunked') throw new Refusal(`the transfer coding ${codings.join()} is not known`);
    return 'chunked';
  }
  // 5. A list of equal values may be taken for one of them; anything else: "If it is in a response message received by
  // a user agent, the user agent MUST close the connection to the server and discard the received response."
  const lengths = listOf(headers, 'content-length');
  if (lengths.length > 0) {
    const length = /^\d+$/.test(lengths[0]!) ? Number(lengths[0]) : Number.NaN;
    if (!Number.isSafeInteger(length) || lengths.some((other) => other !== lengths[0]))
      throw new Refusal('Content-Length is no number');
    return length;
  }
  // 8. "Otherwise, this is a response message without a declared message body length, so the message body length is
  // determined by the number of octets received prior to the server closing the connection."
  return 'until-close';
}

/** What stands in all fields of this name, cut at the commas (RFC 9110 §5.6.1). */
function listOf(headers: Field[], lowerCaseName: string): string[] {
  return headers
    .filter(([name]) => name.toLowerCase() === lowerCaseName)
    .flatMap(([, value]) => value.split(','))
    .map((member) => member.trim());
}
