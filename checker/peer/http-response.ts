/**
 * The judge's own reading of HTTP/1.1 responses, written apart from every solution. It is strict: whatever a server
 * must not send is found and explained, with the byte that it is about. All offsets count the connection's bytes.
 */

/** One field line as it came. */
export interface FieldLine {
  /** With its case. */
  name: string;
  /** Latin-1, without the white space around it. */
  value: string;
  offset: number;
}

export type Framing = 'none' | 'length' | 'chunked' | 'close';

export interface HttpResponse {
  version: '1.0' | '1.1';
  status: number;
  /** May be empty. */
  reason: string;
  /** In the order in which they came. */
  fields: FieldLine[];
  framing: Framing;
  body: Uint8Array;
  /** Of a chunked body: the data of each chunk but the last. */
  chunks: Uint8Array[];
  trailers: FieldLine[];
  /** Offset of the status line. */
  start: number;
  /** Offset of the first byte behind the head. */
  bodyStart: number;
  /** Offset of the first byte behind the response. */
  end: number;
}

/** A deviation from what a server may send. */
export interface Finding {
  slug: string;
  offset: number;
  /** Completes "your server sent …": `a line that ends in LF alone`. */
  message: string;
  /** Where the rule stands. */
  rule: string;
  /** Of the response, where its head could be read. */
  status?: number;
  /** What should stand there: `by`, in the place of so many bytes. */
  repair?: { bytes: number; by: string };
}

/** What the request was, as far as its response depends on it. */
export interface Asked {
  method: string;
  /** Default 1.1. */
  version?: '1.0' | '1.1';
}

/** A response that is not whole yet. */
export interface PartialResponse {
  kind: 'partial';
  /** What has to come: `the rest of the status line`. */
  awaited: string;
  /** Known once the head is whole. */
  head?: ResponseHead;
  /** Of the body, as far as it came. */
  body: () => Uint8Array;
}

export type Reading =
  | { kind: 'complete'; response: HttpResponse }
  | PartialResponse
  | { kind: 'broken'; finding: Finding };

export type ResponseHead = Pick<
  HttpResponse,
  'version' | 'status' | 'reason' | 'fields' | 'framing' | 'start' | 'bodyStart'
> & {
  /** Content-Length, where the framing is by length. */
  lengthBytes: number;
};

const CR = 0x0d;
const LF = 0x0a;
/** No server of these labs has so much to say in one line. */
const LONGEST_LINE = 64 * 1024;
const VERSIONS = /^HTTP\/1\.[01]$/;
const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
/** Visible characters, SP, HTAB and obs-text (RFC 9110 §5.5). */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const CHUNK_SIZE = /^([\dA-Fa-f]{1,12})([\t ]*;[\t\x20-\x7e\x80-\xff]*)?$/;

/**
 * Read one response.
 *
 * @param bytes  all that came on the connection
 * @param from   where the response begins
 * @param over   the server has ended its side, so that nothing more can come
 */
export function readResponse(bytes: Uint8Array, from: number, asked: Asked, over: boolean): Reading {
  try {
    return new Reader(bytes, from, asked, over).read();
  } catch (thrown) {
    if (thrown instanceof Stop) return thrown.reading;
    throw thrown;
  }
}

/** The values of all fields of this name, in order. */
export function fieldValues({ fields }: Pick<HttpResponse, 'fields'>, name: string): string[] {
  return fields.filter((field) => sameName(field.name, name)).map(({ value }) => value);
}

/** The value of a field that stands once at most; undefined when there is none. */
export function fieldValue(response: Pick<HttpResponse, 'fields'>, name: string): string | undefined {
  return fieldValues(response, name)[0];
}

/** The options in the Connection fields, in lower case. */
export function connectionOptions(response: Pick<HttpResponse, 'fields'>): string[] {
  return fieldValues(response, 'Connection')
    .join(',')
    .split(',')
    .map((option) => option.trim().toLowerCase())
    .filter((option) => option !== '');
}

/** Whether the response says that the connection ends after it. */
export function announcesClose(response: Pick<HttpResponse, 'fields' | 'version' | 'framing'>): boolean {
  const options = connectionOptions(response);
  if (options.includes('close') || response.framing === 'close') return true;
  return response.version === '1.0' && !options.includes('keep-alive');
}

/** `a 200 response with a body of 5 bytes` */
export function describeResponse({ status, body }: Pick<HttpResponse, 'status' | 'body'>): string {
  const bytes = `${body.length.toLocaleString('en-US')} byte${body.length === 1 ? '' : 's'}`;
  return `a ${status} response ${body.length === 0 ? 'without a body' : `with a body of ${bytes}`}`;
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Ends the reading from wherever it is. */
class Stop {
  readonly reading: Reading;

  constructor(reading: Reading) {
    this.reading = reading;
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #asked: Asked;
  readonly #over: boolean;
  readonly #start: number;
  #at: number;
  #status: number | undefined;
  #head: ResponseHead | undefined;
  #pieces: Uint8Array[] = [];

  constructor(bytes: Uint8Array, from: number, asked: Asked, over: boolean) {
    this.#bytes = bytes;
    this.#start = from;
    this.#at = from;
    this.#asked = asked;
    this.#over = over;
  }

  read(): Reading {
    const { version, status, reason } = this.#statusLine();
    const fields = this.#fieldLines('the head');
    const bodyStart = this.#at;
    this.#status = status;
    const framed = this.#framing(version, status, fields);
    this.#head = { version, status, reason, fields, ...framed, start: this.#start, bodyStart };
    const trailers = this.#body(framed);
    const { lengthBytes, ...head } = this.#head;
    const [only] = this.#pieces;
    const body = this.#pieces.length === 1 ? only! : Buffer.concat(this.#pieces);
    const chunks = framed.framing === 'chunked' ? this.#pieces : [];
    return { kind: 'complete', response: { ...head, body, chunks, trailers, end: this.#at } };
  }

  #statusLine(): Pick<ResponseHead, 'version' | 'status' | 'reason'> {
    const start = this.#at;
    const begun = this.#text(start, Math.min(start + 5, this.#bytes.length));
    if (begun !== 'HTTP/'.slice(0, begun.length)) {
      this.#break(start, 'no-status-line', 'bytes that begin no status line', 'RFC 9112 §4', {
        bytes: 0,
        by: 'HTTP/1.1 ',
      });
    }
    const line = this.#line('the status line');
    const [version = '', status = ''] = line.split(' ');
    if (!VERSIONS.test(version)) {
      this.#break(start, 'version', `the version ${JSON.stringify(version)}`, 'RFC 9112 §2.3', {
        bytes: version.length,
        by: 'HTTP/1.1',
      });
    }
    const statusAt = start + version.length + 1;
    if (!/^[1-5]\d\d$/.test(status)) {
      this.#break(
        statusAt,
        'status-line',
        'a status line in which no status code of three digits follows the version and one space',
        'RFC 9112 §4',
      );
    }
    const spaceAt = statusAt + status.length;
    if (line[spaceAt - start] !== ' ') {
      this.#break(
        spaceAt,
        'status-line',
        'a status line without the space after the status code, which stands there also when no reason follows',
        'RFC 9112 §4',
        { bytes: 0, by: ' ' },
      );
    }
    const reason = line.slice(spaceAt - start + 1);
    if (!FIELD_VALUE.test(reason))
      this.#break(spaceAt + 1, 'control-character', 'a control character in the reason', 'RFC 9112 §4');
    return { version: version.slice(5) as '1.0' | '1.1', status: Number(status), reason };
  }

  #fieldLines(where: string): FieldLine[] {
    const fields: FieldLine[] = [];
    for (;;) {
      const offset = this.#at;
      const line = this.#line(where);
      if (line === '') return fields;
      fields.push(this.#fieldLine(line, offset));
    }
  }

  #fieldLine(line: string, offset: number): FieldLine {
    const rule = 'RFC 9112 §5';
    if (/^[ \t]/.test(line))
      this.#break(offset, 'obs-fold', 'a field line that begins with white space', 'RFC 9112 §5.2');
    const colon = line.indexOf(':');
    if (colon === -1) this.#break(offset, 'no-colon', 'a field line without a colon', rule);
    const name = line.slice(0, colon);
    if (/[ \t]$/.test(name)) {
      const spaces = name.length - name.trimEnd().length;
      const at = offset + colon - spaces;
      this.#break(at, 'space-before-colon', 'white space before the colon of a field line', 'RFC 9112 §5.1', {
        bytes: spaces,
        by: '',
      });
    }
    if (!TOKEN.test(name))
      this.#break(offset, 'field-name', `${JSON.stringify(name)}, which is no name of a field`, rule);
    const value = line.slice(colon + 1);
    if (!FIELD_VALUE.test(value)) {
      const at = [...value].findIndex((character) => !FIELD_VALUE.test(character));
      this.#break(offset + colon + 1 + at, 'control-character', 'a control character in a field value', rule);
    }
    return { name, value: value.replace(/^[ \t]+|[ \t]+$/g, ''), offset };
  }

  /** How the body is delimited: RFC 9112 §6.3, and what a server must not say about it. */
  #framing(
    version: '1.0' | '1.1',
    status: number,
    fields: FieldLine[],
  ): { framing: Framing; lengthBytes: number } {
    const lengths = fields.filter(({ name }) => sameName(name, 'Content-Length'));
    const codings = fields.filter(({ name }) => sameName(name, 'Transfer-Encoding'));
    const [length, second] = lengths;
    const [coding] = codings;
    if (second !== undefined)
      this.#break(second.offset, 'length-twice', 'Content-Length twice', 'RFC 9110 §5.3');
    if (length !== undefined && !/^\d{1,15}$/.test(length.value)) {
      const shown = JSON.stringify(length.value);
      this.#break(length.offset, 'length-invalid', `the Content-Length ${shown}`, 'RFC 9110 §8.6');
    }
    if (length !== undefined && coding !== undefined) {
      const later = Math.max(length.offset, coding.offset);
      this.#break(later, 'length-and-chunked', 'Content-Length beside Transfer-Encoding', 'RFC 9112 §6.2');
    }
    if (status < 200 || status === 204) {
      const unasked = length ?? coding;
      if (unasked !== undefined) {
        const message = `${unasked.name} in a ${status} response`;
        const rule = length === undefined ? 'RFC 9112 §6.1' : 'RFC 9110 §8.6';
        this.#break(unasked.offset, 'length-without-body', message, rule);
      }
    }
    if (coding !== undefined && this.#asked.version === '1.0') {
      const message = 'Transfer-Encoding to a client of HTTP/1.0';
      this.#break(coding.offset, 'chunked-to-1.0', message, 'RFC 9112 §6.1');
    }
    const lengthBytes = length === undefined ? 0 : Number(length.value);
    if (this.#asked.method === 'HEAD' || status < 200 || status === 204 || status === 304)
      return { framing: 'none', lengthBytes };
    if (coding !== undefined) {
      const value = codings.map((line) => line.value).join(', ');
      if (value.toLowerCase() !== 'chunked' || version === '1.0') {
        const message = `the transfer coding ${JSON.stringify(value)} in HTTP/${version}`;
        this.#break(coding.offset, 'unknown-coding', message, 'RFC 9112 §6.1');
      }
      return { framing: 'chunked', lengthBytes };
    }
    return { framing: length === undefined ? 'close' : 'length', lengthBytes };
  }

  #body({ framing, lengthBytes }: { framing: Framing; lengthBytes: number }): FieldLine[] {
    switch (framing) {
      case 'none':
        return [];
      case 'chunked':
        return this.#chunkedBody();
      case 'length': {
        const whole = lengthBytes.toLocaleString('en-US');
        this.#take(lengthBytes, (came) => `the rest of the body (${came} of ${whole} bytes came)`);
        return [];
      }
      case 'close':
        this.#pieces.push(this.#bytes.subarray(this.#at));
        this.#at = this.#bytes.length;
        if (!this.#over) {
          throw new Stop(
            this.#partial('the end of the connection, which alone ends a body without a length'),
          );
        }
        return [];
    }
  }

  #chunkedBody(): FieldLine[] {
    for (;;) {
      const sizeAt = this.#at;
      const line = this.#line(
        this.#pieces.length === 0 ? 'the first chunk size' : 'the next chunk, or the last one',
      );
      const size = CHUNK_SIZE.exec(line)?.[1];
      if (size === undefined) {
        const shown = JSON.stringify(line.slice(0, 40));
        this.#break(
          sizeAt,
          'chunk-size',
          `${shown} where a chunk size in hexadecimal belongs`,
          'RFC 9112 §7.1',
        );
      }
      const dataBytes = Number.parseInt(size, 16);
      if (dataBytes === 0) return this.#fieldLines('the trailer section, which ends in an empty line');
      this.#take(
        dataBytes,
        (came) => `the rest of a chunk (${came} of ${dataBytes.toLocaleString('en-US')} bytes came)`,
      );
      this.#chunkEnd(dataBytes);
    }
  }

  #chunkEnd(dataBytes: number): void {
    for (const [index, wanted] of [CR, LF].entries()) {
      const byte = this.#bytes[this.#at + index];
      if (byte === undefined) throw new Stop(this.#partial('the CRLF behind the data of a chunk'));
      if (byte !== wanted) {
        const message = `a chunk of ${dataBytes.toLocaleString('en-US')} bytes without CRLF behind its data`;
        this.#break(this.#at + index, 'chunk-end', message, 'RFC 9112 §7.1', {
          bytes: 0,
          by: '\r\n'.slice(index),
        });
      }
    }
    this.#at += 2;
  }

  /** The next so many bytes are a piece of the body. */
  #take(length: number, awaited: (came: string) => string): void {
    const end = this.#at + length;
    const piece = this.#bytes.subarray(this.#at, end);
    if (piece.length > 0) this.#pieces.push(piece);
    if (end > this.#bytes.length) {
      this.#at = this.#bytes.length;
      throw new Stop(this.#partial(awaited(piece.length.toLocaleString('en-US'))));
    }
    this.#at = end;
  }

  /** A line without its CRLF, as Latin-1. */
  #line(what: string): string {
    const start = this.#at;
    const end = this.#bytes.indexOf(LF, start);
    if (end === -1) {
      const rest = this.#bytes.length - start;
      if (rest > LONGEST_LINE)
        this.#break(start, 'endless-line', `a line of more than ${LONGEST_LINE} bytes`, 'RFC 9112 §2.1');
      throw new Stop(this.#partial(rest === 0 ? what : `the rest of ${what}`));
    }
    if (this.#bytes[end - 1] !== CR || end === start) {
      this.#break(end, 'bare-lf', 'a line that ends in LF without CR', 'RFC 9112 §2.1', {
        bytes: 1,
        by: '\r\n',
      });
    }
    const bareCr = this.#bytes.subarray(start, end - 1).indexOf(CR);
    if (bareCr !== -1) this.#break(start + bareCr, 'bare-cr', 'CR without LF', 'RFC 9112 §2.2');
    this.#at = end + 1;
    return this.#text(start, end - 1);
  }

  #text(from: number, to: number): string {
    return Buffer.from(this.#bytes.subarray(from, to)).toString('latin1');
  }

  #partial(awaited: string): PartialResponse {
    const pieces = this.#pieces;
    const head = this.#head;
    return { kind: 'partial', awaited, ...(head && { head }), body: () => Buffer.concat(pieces) };
  }

  #break(offset: number, slug: string, message: string, rule: string, repair?: Finding['repair']): never {
    const known = { ...(this.#status !== undefined && { status: this.#status }), ...(repair && { repair }) };
    throw new Stop({ kind: 'broken', finding: { slug, offset, message, rule, ...known } });
  }
}
