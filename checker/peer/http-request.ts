/**
 * Requests of HTTP/1.1 in the bytes that a client has sent, read strictly: the judge finds what a lenient server would
 * let pass.
 */
import type { FieldLine, Finding } from './http-response.ts';

export interface HttpRequest {
  method: string;
  target: string;
  version: '1.0' | '1.1';
  /** In the order in which they came. */
  fields: FieldLine[];
  body: Uint8Array;
  /** Offset of the request line. */
  start: number;
  /** Offset of the first byte behind the request. */
  end: number;
}

export type RequestReading =
  | { kind: 'complete'; request: HttpRequest }
  /** Not whole yet. `awaited` has to come: `the rest of the request line`. */
  | { kind: 'partial'; awaited: string }
  | { kind: 'broken'; finding: Finding };

const CR = 0x0d;
const LF = 0x0a;
/** No client of these labs has so much to say in one line. */
const LONGEST_LINE = 64 * 1024;
const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
/** Visible characters, SP, HTAB and obs-text (RFC 9110 §5.5). */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const CHUNK_SIZE = /^([\dA-Fa-f]{1,12})([\t ]*;[\t\x20-\x7e\x80-\xff]*)?$/;

/** What to think about for each deviation. */
export const REQUEST_HINTS = {
  'request-line':
    'A request begins with the request line: the method, one space, the target, one space, HTTP/1.1, CRLF. Compare it byte by byte.',
  'request-version': 'The version in a request line is HTTP/1.1, in capitals.',
  'request-target':
    'The target in a request line is a path that begins with a slash, and perhaps a query behind a question mark. The host is not a part of it.',
  'no-host':
    'The request has no Host field. A server must refuse such a request with 400 (RFC 9112 §3.2): which field says whom you ask?',
  'host-twice': 'The request has two Host fields. Who adds the second one?',
  'bare-lf': 'Every line of a head, the empty one at its end too, ends in two bytes: CR and LF.',
  'bare-cr': 'CR stands in a head only before LF.',
  'obs-fold': 'A field line begins with the name of its field.',
  'no-colon': 'Between the name and the value of a field stands a colon.',
  'space-before-colon': 'The colon follows the name of the field at once.',
  'field-name': 'The name of a field is made of letters, digits and a few signs; no space is among them.',
  'control-character':
    'A control character in a head is never right. Did a line end get in, from a value that somebody else chose?',
  'length-twice': 'Two Content-Length fields stand in one head. Who adds the second one?',
  'length-invalid': 'Content-Length is a number of bytes, in digits.',
  'length-and-chunked': 'A request has one way of saying where its body ends: Content-Length, or chunked.',
  'unknown-coding': 'The only transfer coding of this lab is chunked.',
  'chunk-size': 'Before the data of each chunk stands its size in bytes, in hexadecimal, and CRLF.',
  'chunk-end': 'The data of a chunk is followed by CRLF, which its size does not count.',
  'endless-line': 'The line goes on and on. Where should it end?',
  'unfinished-request':
    'The request is not complete, and the server waits for the rest of it. Which line ends a head?',
};

/**
 * Read one request.
 *
 * @param bytes  all that came on the connection
 * @param from   where the request begins
 */
export function readRequest(bytes: Uint8Array, from: number): RequestReading {
  try {
    return { kind: 'complete', request: new Reader(bytes, from).read() };
  } catch (thrown) {
    if (thrown instanceof Stop) return thrown.reading;
    throw thrown;
  }
}

/** Ends the reading from wherever it is. */
class Stop {
  readonly reading: RequestReading;

  constructor(reading: RequestReading) {
    this.reading = reading;
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  #at: number;

  constructor(bytes: Uint8Array, from: number) {
    this.#bytes = bytes;
    this.#start = from;
    this.#at = from;
  }

  read(): HttpRequest {
    const line = this.#requestLine();
    const fields = this.#fieldLines('the head');
    this.#checkHost(line.version, fields);
    const body = this.#body(fields);
    return { ...line, fields, body, start: this.#start, end: this.#at };
  }

  #requestLine(): Pick<HttpRequest, 'method' | 'target' | 'version'> {
    const start = this.#at;
    const line = this.#line('the request line');
    const [method = '', target = '', version = '', ...more] = line.split(' ');
    if (!TOKEN.test(method) || target === '' || version === '' || more.length > 0) {
      this.#break(
        start,
        'request-line',
        'a line that is not a method, one space, a target, one space and a version',
        'RFC 9112 §3',
      );
    }
    const targetAt = start + method.length + 1;
    const versionAt = targetAt + target.length + 1;
    if (!/^HTTP\/1\.[01]$/.test(version)) {
      const message = `the version ${JSON.stringify(version)}`;
      const repair = { bytes: version.length, by: 'HTTP/1.1' };
      this.#break(versionAt, 'request-version', message, 'RFC 9112 §2.3', repair);
    }
    if (!/^(\/[\x21-\x7e]*|https?:\/\/[\x21-\x7e]+)$/.test(target) || target.includes('#')) {
      this.#break(
        targetAt,
        'request-target',
        `the request target ${JSON.stringify(target)}`,
        'RFC 9112 §3.2',
      );
    }
    return { method, target, version: version.slice(5) as '1.0' | '1.1' };
  }

  #checkHost(version: string, fields: FieldLine[]): void {
    const hosts = named(fields, 'host');
    const [, second] = hosts;
    if (hosts.length === 0 && version === '1.1') {
      const end = this.#at - 2;
      this.#break(end, 'no-host', 'a request without a Host field', 'RFC 9112 §3.2');
    }
    if (second !== undefined)
      this.#break(second.offset, 'host-twice', 'the Host field twice', 'RFC 9112 §3.2');
  }

  #body(fields: FieldLine[]): Uint8Array {
    const [length, second] = named(fields, 'content-length');
    const codings = named(fields, 'transfer-encoding');
    const [coding] = codings;
    if (second !== undefined)
      this.#break(second.offset, 'length-twice', 'Content-Length twice', 'RFC 9110 §5.3');
    if (length !== undefined && !/^\d{1,15}$/.test(length.value)) {
      const message = `the Content-Length ${JSON.stringify(length.value)}`;
      this.#break(length.offset, 'length-invalid', message, 'RFC 9110 §8.6');
    }
    if (length !== undefined && coding !== undefined) {
      const later = Math.max(length.offset, coding.offset);
      this.#break(later, 'length-and-chunked', 'Content-Length beside Transfer-Encoding', 'RFC 9112 §6.2');
    }
    if (coding !== undefined) {
      const value = codings.map((line) => line.value).join(', ');
      if (value.toLowerCase() !== 'chunked') {
        const message = `the transfer coding ${JSON.stringify(value)}`;
        this.#break(coding.offset, 'unknown-coding', message, 'RFC 9112 §6.1');
      }
      return this.#chunkedBody();
    }
    return this.#take(Number(length?.value ?? 0), 'the rest of the body');
  }

  #chunkedBody(): Uint8Array {
    const pieces: Uint8Array[] = [];
    for (;;) {
      const sizeAt = this.#at;
      const line = this.#line('the next chunk, or the last one');
      const size = CHUNK_SIZE.exec(line)?.[1];
      if (size === undefined) {
        const message = `${JSON.stringify(line.slice(0, 40))} where a chunk size in hexadecimal belongs`;
        this.#break(sizeAt, 'chunk-size', message, 'RFC 9112 §7.1');
      }
      const dataBytes = Number.parseInt(size, 16);
      if (dataBytes === 0) {
        this.#fieldLines('the trailer section');
        return Buffer.concat(pieces);
      }
      pieces.push(this.#take(dataBytes, 'the rest of a chunk'));
      const end = this.#take(2, 'the CRLF behind the data of a chunk');
      if (end[0] !== CR || end[1] !== LF) {
        const message = `a chunk of ${dataBytes} bytes without CRLF behind its data`;
        this.#break(this.#at - 2, 'chunk-end', message, 'RFC 9112 §7.1', { bytes: 0, by: '\r\n' });
      }
    }
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
      const message = 'white space before the colon of a field line';
      const repair = { bytes: spaces, by: '' };
      this.#break(offset + colon - spaces, 'space-before-colon', message, 'RFC 9112 §5.1', repair);
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

  #take(length: number, awaited: string): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new Stop({ kind: 'partial', awaited });
    // A copy: what came grows under a view.
    const piece = new Uint8Array(this.#bytes.subarray(this.#at, end));
    this.#at = end;
    return piece;
  }

  /** A line without its CRLF, as Latin-1. */
  #line(what: string): string {
    const start = this.#at;
    const end = this.#bytes.indexOf(LF, start);
    if (end === -1) {
      const rest = this.#bytes.length - start;
      if (rest > LONGEST_LINE)
        this.#break(start, 'endless-line', `a line of more than ${LONGEST_LINE} bytes`, 'RFC 9112 §2.1');
      throw new Stop({ kind: 'partial', awaited: rest === 0 ? what : `the rest of ${what}` });
    }
    if (end === start || this.#bytes[end - 1] !== CR) {
      const repair = { bytes: 1, by: '\r\n' };
      this.#break(end, 'bare-lf', 'a line that ends in LF without CR', 'RFC 9112 §2.1', repair);
    }
    const bareCr = this.#bytes.subarray(start, end - 1).indexOf(CR);
    if (bareCr !== -1) this.#break(start + bareCr, 'bare-cr', 'CR without LF', 'RFC 9112 §2.2');
    this.#at = end + 1;
    return Buffer.from(this.#bytes.subarray(start, end - 1)).toString('latin1');
  }

  #break(offset: number, slug: string, message: string, rule: string, repair?: Finding['repair']): never {
    throw new Stop({
      kind: 'broken',
      finding: { slug, offset, message, rule, ...(repair && { repair }) },
    });
  }
}

function named(fields: FieldLine[], name: string): FieldLine[] {
  return fields.filter((field) => field.name.toLowerCase() === name);
}
