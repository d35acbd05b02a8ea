/**
 * Lab 05: an HTTP/1.1 request parser. Bytes in, events out; no socket, no timer, no clock.
 *
 * `RequestParser` reads straight down. What the texts of a head mean is decided by the functions below it. `Input`, at
 * the end, has the bytes.
 */

/**
 * A field line: name and value, in the order and the case in which they came, without the white space around the value.
 */
export type Field = [name: string, value: string];

/** The head of a request (RFC 9112 §3 and §5). It comes with the last byte of the empty line behind the head. */
export interface RequestHead {
  type: 'request';
  /** `GET`; case kept. */
  method: string;
  /** As it came: `/a?b=1`, `http://host/a`, `host:443` or `*`. */
  target: string;
  /** `1.1` stands for higher minor versions too. */
  version: '1.0' | '1.1';
  /** In order. Of a value each byte is one character, with the byte as its code (Latin-1). */
  headers: Field[];
  /** How the end of the body is told (RFC 9112 §6.3); `length` where there is a Content-Length, 0 included. */
  body: 'none' | 'length' | 'chunked';
  /** Whether the connection persists after this request (RFC 9112 §9.3). */
  keepAlive: boolean;
}

/** Some bytes of the body, as they came. A body may come in any number of these. */
export interface RequestBody {
  type: 'body';
  bytes: Uint8Array;
}

/** The request is complete. */
export interface RequestEnd {
  type: 'end';
  /** Of a chunked body; otherwise empty. */
  trailers: Field[];
}

/** The bytes are no request, or one over a limit. It is the last event: nothing comes after it. */
export interface Failed {
  type: 'failed';
  /** What a server answers: 400, 413, 414, 431, 501 or 505. */
  status: number;
  /** The rule that was broken, as a slug: `bare-lf`. For people; not graded. */
  code: string;
  /** One line for people; not graded. */
  message: string;
  /** Of the byte at which it was noticed, counted from the first byte of the connection. Not graded. */
  offset: number;
}

export type HttpEvent = RequestHead | RequestBody | RequestEnd | Failed;

/**
 * What the parser takes at most. What is over a limit is refused as soon as it is, and not kept until its line is
 * complete.
 */
export interface Limits {
  /** Bytes of the method: 501 above. */
  maxMethodBytes: number;
  /** Bytes of the request target: 414 above. */
  maxTargetBytes: number;
  /** Bytes of one field line without its line end: 431 above. */
  maxFieldLineBytes: number;
  /**
   * Bytes of the head, from the first of the request line to the last of the empty line; and, by itself, of a trailer
   * section with its empty line: 431 above.
   */
  maxHeadBytes: number;
  /** Field lines of a head, and, by itself, of a trailer section: 431 above. */
  maxFields: number;
  /** Bytes of a chunk-size line with its extensions, without its line end: 400 above. */
  maxChunkLineBytes: number;
  /** Bytes of one body, its chunks added up: 413 above. */
  maxBodyBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  maxMethodBytes: 64,
  maxTargetBytes: 8192,
  maxFieldLineBytes: 8192,
  maxHeadBytes: 16_384,
  maxFields: 100,
  maxChunkLineBytes: 1024,
  maxBodyBytes: 16 * 1024 * 1024,
};

/** Empty lines before a request line that are ignored. */
const MAX_EMPTY_LINES = 8;

const HTAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const COLON = 0x3a;

/** Reads something straight down. Where it yields, it waits for bytes; where it waits is the state of the parser. */
type Reading<T = void> = Generator<void, T>;

/** Reads the requests of one connection, one after the other. */
export class RequestParser {
  readonly #limits: Limits;
  readonly #fieldLineLimit: Limit;
  readonly #input = new Input();
  readonly #reading = this.#readRequests();
  #events: HttpEvent[] = [];
  /** Nothing more comes: a request was refused, or was the last one. */
  #finished = false;
  /** No byte of the next request line has come. */
  #betweenRequests = true;
  /** Where the current field line starts, counted from the start of the section. */
  #lineStart = 0;
  /** Where the parts of field lines lie, likewise: start and end of a name, start and end of its value, and so on. */
  readonly #marks: number[] = [];

  /** @param limits  those that are not given are the default ones */
  constructor(limits: Partial<Limits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#fieldLineLimit = { what: 'field line', maxBytes: this.#limits.maxFieldLineBytes, status: 431 };
  }

  /**
   * Take the next bytes of the connection.
   *
   * @param chunk  at least one byte, cut anywhere; the caller does not change it afterwards, so the parser may keep it
   * @returns what is complete by now, in order; empty when more bytes are needed
   */
  receive(chunk: Uint8Array): HttpEvent[] {
    if (this.#finished) return [];
    this.#input.add(chunk);
    try {
      this.#finished = this.#reading.next().done === true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#fail(error);
    }
    this.#input.keep();
    return this.#handOver();
  }

  /**
   * The peer has ended its side (FIN).
   *
   * @returns a `failed` event in the middle of a request, otherwise nothing
   */
  end(): HttpEvent[] {
    if (this.#finished) return [];
    this.#finished = true;
    if (!this.#betweenRequests) this.#fail(bad('incomplete', 'the connection ends within a request'));
    return this.#handOver();
  }

  #handOver(): HttpEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #fail({ status, code, message }: Refusal): void {
    this.#events.push({ type: 'failed', status, code, message, offset: this.#input.offset });
    this.#finished = true;
  }

  /** Read the requests of the connection. It returns after the last one, and throws what it refuses. */
  *#readRequests(): Reading {
    const input = this.#input;
    const limits = this.#limits;
    const headLimit = { what: 'head', maxBytes: limits.maxHeadBytes, status: 431 };
    const methodLimit = { what: 'method', maxBytes: limits.maxMethodBytes, status: 501 };
    const targetLimit = { what: 'request target', maxBytes: limits.maxTargetBytes, status: 414 };
    let keepAlive: boolean;
    do {
      this.#betweenRequests = true;
      // "In the interest of robustness, a server that is expecting to receive and parse a request-line SHOULD ignore
      // at least one empty line (CRLF) received prior to the request-line." (RFC 9112 §2.2)
      for (let emptyLines = 0; ; emptyLines++) {
        input.begin(LINE_END);
        while (!input.hasMore()) yield;
        if (input.byte !== CR) break;
        if (emptyLines === MAX_EMPTY_LINES) throw bad('empty-lines', 'too many empty lines before a request');
        while (!input.lineEnd()) yield;
      }
      this.#betweenRequests = false;

      // request-line = method SP request-target SP HTTP-version (RFC 9112 §3)
      input.begin(headLimit);
      while (!input.scan(TOKEN, 0, methodLimit)) yield;
      const methodEnd = input.length;
      if (methodEnd === 0) throw bad('request-line', 'no method');
      input.space('method');
      while (!input.scan(VISIBLE, methodEnd + 1, targetLimit)) yield;
      const targetEnd = input.length;
      input.space('request target');
      while (!input.scan(VISIBLE, targetEnd + 1, VERSION_LIMIT)) yield;
      const versionEnd = input.length;
      while (!input.lineEnd()) yield;

      this.#beginFieldLines();
      while (!this.#readFieldLines()) yield;
      const text = input.text();
      const method = text.slice(0, methodEnd);
      const target = text.slice(methodEnd + 1, targetEnd);
      const version = readVersion(text.slice(targetEnd + 1, versionEnd));
      const headers = this.#fieldsOf(text);
      checkTarget(method, target);
      checkHost(version, headers);
      const { body, contentLength } = readFraming(version, headers, limits.maxBodyBytes);
      keepAlive = persists(version, headers);
      this.#events.push({ type: 'request', method, target, version, headers, body, keepAlive });

      let trailers: Field[] = [];
      if (body === 'length') yield* this.#readBody(contentLength);
      if (body === 'chunked') trailers = yield* this.#readChunks();
      this.#events.push({ type: 'end', trailers });
    } while (keepAlive);
  }

  /** Hand on that many bytes, each piece as it comes. */
  *#readBody(bytes: number): Reading {
    const input = this.#input;
    for (let left = bytes; left > 0; ) {
      input.begin(LINE_END);
      while (!input.hasMore()) yield;
      const piece = input.take(left);
      left -= piece.length;
      this.#events.push({ type: 'body', bytes: piece });
    }
  }

  /** chunked-body = *chunk last-chunk trailer-section CRLF (RFC 9112 §7.1). Returns the trailers. */
  *#readChunks(): Reading<Field[]> {
    const input = this.#input;
    const limits = this.#limits;
    const lineLimit = { what: 'chunk-size line', maxBytes: limits.maxChunkLineBytes, status: 400 };
    const withLineEnd = { what: lineLimit.what, maxBytes: lineLimit.maxBytes + 2, status: lineLimit.status };
    let bodyBytes = 0;
    for (;;) {
      input.begin(withLineEnd);
      while (!input.scan(TEXT, 0, lineLimit)) yield;
      const size = readChunkSize(input.text(), limits.maxBodyBytes - bodyBytes);
      while (!input.lineEnd()) yield;
      if (size === 0) break;
      yield* this.#readBody(size);
      bodyBytes += size;
      // The CRLF behind the data is compared, not skipped: who skips two bytes reads another message.
      input.begin(LINE_END);
      while (!input.lineEnd()) yield;
    }
    input.begin({ what: 'trailer section', maxBytes: limits.maxHeadBytes, status: 431 });
    this.#beginFieldLines();
    while (!this.#readFieldLines()) yield;
    const trailers = this.#fieldsOf(input.text());
    checkTrailers(trailers);
    return trailers;
  }

  #beginFieldLines(): void {
    this.#lineStart = this.#input.length;
    this.#marks.length = 0;
  }

  /** Read field lines as far as they are complete. True when the empty line has been read. */
  #readFieldLines(): boolean {
    const input = this.#input;
    for (;;) {
      if (!input.scan(TEXT, this.#lineStart, this.#fieldLineLimit)) return false;
      const lineEnd = input.length;
      if (!input.lineEnd()) return false;
      if (lineEnd === this.#lineStart) return true;
      if (this.#marks.length === 4 * this.#limits.maxFields) {
        throw new Refusal(431, 'too-many-fields', `more than ${this.#limits.maxFields} field lines`);
      }
      this.#markField(lineEnd);
      this.#lineStart = input.length;
    }
  }

  /** Find the name and the value of the field line that starts at #lineStart and ends at `lineEnd`. */
  #markField(lineEnd: number): void {
    const { bytes, start } = this.#input;
    let at = start + this.#lineStart;
    while (TOKEN[bytes[at]!] === 1) at++;
    const nameEnd = at - start;
    // "A server MUST reject, with a response status code of 400 (Bad Request), any received request message that
    // contains whitespace between a header field name and colon." (RFC 9112 §5.1) White space at the start of a line,
    // which folds it or precedes the first field line, is refused too (§5.2, §2.2).
    if (nameEnd === this.#lineStart || bytes[at] !== COLON) {
      throw bad('field-name', 'a field line does not begin with a token and a colon');
    }
    // "OWS occurring before the first non-whitespace octet of the field line value, or after the last
    // non-whitespace octet of the field line value, is excluded by parsers" (RFC 9112 §5.1)
    let valueStart = at + 1;
    let valueEnd = start + lineEnd;
    while (valueStart < valueEnd && isWhiteSpace(bytes[valueStart]!)) valueStart++;
    while (valueEnd > valueStart && isWhiteSpace(bytes[valueEnd - 1]!)) valueEnd--;
    this.#marks.push(this.#lineStart, nameEnd, valueStart - start, valueEnd - start);
  }

  /** The field lines that were marked in a section with this text. */
  #fieldsOf(text: string): Field[] {
    const marks = this.#marks;
    const fields: Field[] = [];
    for (let i = 0; i < marks.length; i += 4) {
      fields.push([text.slice(marks[i], marks[i + 1]), text.slice(marks[i + 2], marks[i + 3])]);
    }
    return fields;
  }
}

/** HTTP-version = "HTTP" "/" DIGIT "." DIGIT; "HTTP-version is case-sensitive." (RFC 9112 §2.3) */
function readVersion(text: string): '1.0' | '1.1' {
  if (text === 'HTTP/1.1') return '1.1';
  const [, major, minor] = /^HTTP\/([0-9])\.([0-9])$/.exec(text) ?? [];
  if (major === undefined) throw bad('version', `${JSON.stringify(text)} is no HTTP version`);
  if (major !== '1') throw new Refusal(505, 'major-version', `HTTP/${major} is not spoken here`);
  // "A recipient that receives a message with a major version number that it implements and a minor version number
  // higher than what it implements SHOULD process the message as if it were in the highest minor version within that
  // major version to which the recipient is conformant." (RFC 9110 §2.5)
  return minor === '0' ? '1.0' : '1.1';
}

/** request-target = origin-form / absolute-form / authority-form / asterisk-form (RFC 9112 §3.2) */
function checkTarget(method: string, target: string): void {
  const legal =
    method === 'CONNECT'
      ? AUTHORITY_FORM.test(target)
      : target.startsWith('/') || ABSOLUTE_FORM.test(target) || (target === '*' && method === 'OPTIONS');
  if (!legal) throw bad('request-target', `${method} has another form of the request target`);
}

/**
 * "A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1 request message that lacks a Host header
 * field and to any request message that contains more than one Host header field line or a Host header field with an
 * invalid field value." (RFC 9112 §3.2)
 */
function checkHost(version: '1.0' | '1.1', headers: Field[]): void {
  const hosts = valuesOf('host', headers);
  if (hosts.length === 0 && version === '1.0') return;
  if (hosts.length !== 1) throw bad('host', `${hosts.length} Host field lines instead of one`);
  if (!HOST.test(hosts[0]!)) throw bad('host', 'the value of Host is not a host and perhaps a port');
}

/** Where the body ends (RFC 9112 §6.3). `contentLength` is in bytes, and 0 where there is no Content-Length. */
function readFraming(
  version: '1.0' | '1.1',
  headers: Field[],
  maxBodyBytes: number,
): { body: RequestHead['body']; contentLength: number } {
  const lengths = valuesOf('content-length', headers);
  const codings = valuesOf('transfer-encoding', headers);
  if (codings.length > 0) {
    // "A server or client that receives an HTTP/1.0 message containing a Transfer-Encoding header field MUST treat the
    // message as if the framing is faulty" (RFC 9112 §6.1)
    if (version === '1.0') throw bad('coding-in-1.0', 'Transfer-Encoding in HTTP/1.0');
    // "A server MAY reject a request that contains both Content-Length and Transfer-Encoding" (RFC 9112 §6.1)
    if (lengths.length > 0) throw bad('length-and-coding', 'Content-Length beside Transfer-Encoding');
    checkCodings(namesIn(codings));
    return { body: 'chunked', contentLength: 0 };
  }
  if (lengths.length === 0) return { body: 'none', contentLength: 0 };
  // Content-Length = 1*DIGIT (RFC 9110 §8.6). The same length twice may be refused, which is the simpler rule.
  if (lengths.length > 1 || !DIGITS.test(lengths[0]!)) {
    throw bad('content-length', `${JSON.stringify(lengths.join(', '))} is not one length`);
  }
  // What is too long for a number to be exact is far beyond every limit.
  const contentLength = Number(lengths[0]);
  if (contentLength > maxBodyBytes) throw bodyTooLong(maxBodyBytes);
  return { body: 'length', contentLength };
}

/** Which transfer codings are understood: chunked, once. */
function checkCodings(codings: string[]): void {
  // "If a Transfer-Encoding header field is present in a request and the chunked transfer coding is not the final
  // encoding, the message body length cannot be determined reliably; the server MUST respond with the 400 (Bad Request)
  // status code and then close the connection." (RFC 9112 §6.3)
  if (codings.at(-1) !== 'chunked') throw bad('not-chunked', 'the final transfer coding is not chunked');
  if (codings.indexOf('chunked') < codings.length - 1) throw bad('chunked-twice', 'chunked is applied twice');
  // "A server that receives a request message with a transfer coding it does not understand SHOULD respond with 501
  // (Not Implemented)." (RFC 9112 §6.1)
  if (codings.length > 1) throw new Refusal(501, 'transfer-coding', `${codings[0]} is not understood`);
}

/** Whether the connection persists after a request (RFC 9112 §9.3). */
function persists(version: '1.0' | '1.1', headers: Field[]): boolean {
  const options = namesIn(valuesOf('connection', headers));
  if (options.includes('close')) return false;
  return version === '1.1' || options.includes('keep-alive');
}

/**
 * The size in a chunk-size line, in bytes.
 *
 * "recipients MUST anticipate potentially large hexadecimal numerals and prevent parsing errors due to integer
 * conversion overflows or precision loss due to integer representation" (RFC 9112 §7.1): a size with more digits than
 * its limit is above it, and any other is exact.
 */
function readChunkSize(line: string, maxBytes: number): number {
  // "A recipient MUST ignore unrecognized chunk extensions." (RFC 9112 §7.1.1)
  const digits = CHUNK_LINE.exec(line)?.[1];
  if (digits === undefined) throw bad('chunk-size', `no chunk size in ${JSON.stringify(line)}`);
  const size = Number.parseInt(digits, 16);
  if (size > maxBytes) throw bodyTooLong(maxBytes);
  return size;
}

/** The fields that frame a message must not come behind it (RFC 9110 §6.5.1). */
function checkTrailers(trailers: Field[]): void {
  for (const name of ['content-length', 'transfer-encoding']) {
    if (valuesOf(name, trailers).length > 0) throw bad('trailer', `${name} among the trailers`);
  }
}

/** The values of all fields with this name, which is given in lower case. */
function valuesOf(name: string, fields: Field[]): string[] {
  const values: string[] = [];
  for (const field of fields) {
    if (field[0].length === name.length && field[0].toLowerCase() === name) values.push(field[1]);
  }
  return values;
}

/**
 * The names in the values of a list-based field, in lower case.
 *
 * "A recipient MUST parse and ignore a reasonable number of empty list elements" (RFC 9110 §5.6.1.2).
 */
function namesIn(values: string[]): string[] {
  const names: string[] = [];
  for (const value of values) {
    for (const element of value.split(',')) {
      const name = withoutWhiteSpace(element);
      if (name !== '') names.push(name.toLowerCase());
    }
  }
  return names;
}

/** Without the SP and HTAB around it. (`trim` would also remove U+00A0, which is obs-text.) */
function withoutWhiteSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhiteSpace(text.charCodeAt(start))) start++;
  while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const DIGITS = /^[0-9]+$/;
/** chunk-size *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ) (RFC 9112 §7.1, §7.1.1) */
const CHUNK_LINE =
  /^([0-9A-Fa-f]+)(?:[\t ]*;[\t ]*[!#$%&'*+.^`|~\w-]+(?:[\t ]*=[\t ]*(?:[!#$%&'*+.^`|~\w-]+|"(?:[^"\\]|\\.)*"))?)*$/;
/**
 * uri-host [ ":" port ] (RFC 9110 §7.2); the host is a name, an IPv4 address, or an address in brackets, and may be
 * empty.
 */
const HOST = /^(?:\[[\w.:~!$&'()*+,;=%-]+\]|[\w.~!$&'()*+,;=%-]*)(?::[0-9]*)?$/;
/** uri-host ":" port (RFC 9112 §3.2.3) */
const AUTHORITY_FORM = /^(?:\[[\w.:~!$&'()*+,;=%-]+\]|[\w.~!$&'()*+,;=%-]+):[0-9]+$/;
/** scheme "://" authority, and then a path, a query or nothing (RFC 3986 §3) */
const ABSOLUTE_FORM = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[\w.:@~!$&'()*+,;=%[\]-]+(?:[/?#]|$)/;

/** Which bytes may stand in an element: 1 at their places. */
type ByteClass = Uint8Array;

/** VCHAR */
const VISIBLE = bytesWhere((byte) => byte > 0x20 && byte < 0x7f);
/** tchar (RFC 9110 §5.6.2) */
const TOKEN = bytesWhere((byte) => /[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(String.fromCharCode(byte)));
/** VCHAR, obs-text, SP and HTAB: what a field line consists of, and a chunk-size line */
const TEXT = bytesWhere((byte) => byte === HTAB || (byte >= 0x20 && byte !== 0x7f));

function bytesWhere(holds: (byte: number) => boolean): ByteClass {
  return Uint8Array.from({ length: 256 }, (_, byte) => (holds(byte) ? 1 : 0));
}

function isWhiteSpace(byte: number): boolean {
  return byte === SP || byte === HTAB;
}

/** The peer broke a rule, and this is what it is told. */
class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

function bad(code: string, message: string): Refusal {
  return new Refusal(400, code, message);
}

function bodyTooLong(maxBytes: number): Refusal {
  return new Refusal(413, 'body-too-long', `more than ${maxBytes} bytes of body`);
}

/** How long an element may be, and the status above that. */
interface Limit {
  what: string;
  maxBytes: number;
  status: number;
}

/** A line end by itself, or a piece of a body, of which nothing is kept. */
const LINE_END: Limit = { what: 'line end', maxBytes: 2, status: 400 };

const VERSION_LIMIT: Limit = { what: 'version', maxBytes: 'HTTP/1.1'.length, status: 400 };

const EMPTY = Buffer.alloc(0);

/**
 * The bytes of the connection, section by section. A section (a head, a chunk-size line) is in one piece: while it
 * lacks bytes, those that have come are kept, and the next ones are put behind them.
 */
class Input {
  /** What is being read: the last chunk, or #kept with that chunk behind it. */
  bytes: Buffer = EMPTY;
  /** Where in `bytes` the section starts. */
  start = 0;
  #at = 0;
  #end = 0;
  #limit = LINE_END;
  /** Of the section's first byte, counted from the first byte of the connection. */
  #sectionOffset = 0;
  #chunk: Buffer = EMPTY;
  #kept: Buffer = EMPTY;
  #keptBytes = 0;

  /** Put the next chunk behind what was kept. */
  add(chunk: Uint8Array): void {
    this.#chunk = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    if (this.#keptBytes === 0) {
      this.bytes = this.#chunk;
      this.#end = chunk.length;
    } else {
      // A section is refused before it is so long that more of the chunk would be needed.
      const needed = Math.min(chunk.length, this.#limit.maxBytes + 2 - this.#keptBytes);
      this.#reserve(this.#keptBytes + needed);
      this.#chunk.copy(this.#kept, this.#keptBytes, 0, needed);
      this.bytes = this.#kept;
      this.#end = this.#keptBytes + needed;
    }
  }

  /** Keep what has come of a section that is not complete. The chunk is let go. */
  keep(): void {
    if (this.bytes === this.#kept) {
      this.#keptBytes = this.#end;
    } else {
      this.#keptBytes = this.#end - this.start;
      if (this.#keptBytes > 0) {
        this.#reserve(this.#keptBytes);
        this.bytes.copy(this.#kept, 0, this.start, this.#end);
      }
      this.#at -= this.start;
      this.start = 0;
    }
    this.bytes = this.#chunk = EMPTY;
  }

  /** Make #kept at least that large. Doubling it copies each byte about once, however many pieces come. */
  #reserve(bytes: number): void {
    if (bytes <= this.#kept.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * bytes, 512));
    this.#kept.copy(larger, 0, 0, this.#keptBytes);
    this.#kept = larger;
  }

  /** A section starts at the next byte. What it may be kept of is limited from the start. */
  begin(limit: Limit): void {
    this.#sectionOffset += this.#at - this.start;
    if (this.bytes === this.#kept) {
      this.bytes = this.#chunk;
      this.#at -= this.#keptBytes;
      this.#end = this.#chunk.length;
    }
    this.start = this.#at;
    this.#limit = limit;
  }

  /** Bytes of the section that have been read. */
  get length(): number {
    return this.#at - this.start;
  }

  /** The next byte of the connection, counted from its first. */
  get offset(): number {
    return this.#sectionOffset + this.#at - this.start;
  }

  /** What has been read of the section. */
  text(): string {
    return this.bytes.toString('latin1', this.start, this.#at);
  }

  /** The next byte, which must be there. */
  get byte(): number {
    return this.bytes[this.#at]!;
  }

  hasMore(): boolean {
    return this.#at < this.#end;
  }

  /**
   * Read bytes of this class, and stop before the first that is not. False when that one has not come yet.
   *
   * @param from  where the element starts that the limit is for, counted from the start of the section
   * @throws Refusal when the element is longer than its limit, or the section longer than its own
   */
  scan(byteClass: ByteClass, from: number, limit: Limit): boolean {
    const bytes = this.bytes;
    const end = Math.min(this.#end, this.start + Math.min(from + limit.maxBytes, this.#limit.maxBytes) + 1);
    let at = this.#at;
    while (at < end && byteClass[bytes[at]!] === 1) at++;
    this.#at = at;
    hold(limit, at - this.start - from);
    hold(this.#limit, at - this.start);
    return at < end;
  }

  /** Read the single SP that has to be next. */
  space(before: string): void {
    if (this.bytes[this.#at] !== SP) throw bad('request-line', `no single SP behind the ${before}`);
    this.#at++;
  }

  /**
   * Read the CR LF that has to be next. False when it has not come whole.
   *
   * A bare LF "MAY" be taken for a line end, and a bare CR for SP (RFC 9112 §2.2). Whoever does so reads another
   * message than one who does not, so both are refused.
   */
  lineEnd(): boolean {
    const at = this.#at;
    if (at < this.#end && this.bytes[at] !== CR) {
      throw this.bytes[at] === LF
        ? bad('bare-lf', 'LF without CR')
        : bad('character', 'a character that is not allowed here');
    }
    if (at + 1 >= this.#end) return false;
    if (this.bytes[at + 1] !== LF) throw bad('bare-cr', 'CR without LF');
    this.#at = at + 2;
    hold(this.#limit, this.length);
    return true;
  }

  /** Read as many bytes as there are, at most `maxBytes`. */
  take(maxBytes: number): Uint8Array {
    const from = this.#at;
    this.#at = Math.min(from + maxBytes, this.#end);
    return this.bytes.subarray(from, this.#at);
  }
}

function hold({ what, maxBytes, status }: Limit, bytes: number): void {
  if (bytes > maxBytes) throw new Refusal(status, 'too-long', `${what} longer than ${maxBytes} bytes`);
}
