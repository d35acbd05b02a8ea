/**
 * Lab 05: an HTTP/1.1 request parser. Bytes in, events out; no socket, no timer, no clock.
 *
 * The contract and the steps are in README.md beside this file.
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

/** Reads the requests of one connection, one after the other. */
export class RequestParser {
  /** @param limits  those that are not given are the default ones */
  constructor(limits: Partial<Limits> = {}) {}

  /**
   * Take the next bytes of the connection.
   *
   * @param chunk  at least one byte, cut anywhere; the caller does not change it afterwards, so the parser may keep it
   * @returns what is complete by now, in order; empty when more bytes are needed
   */
  receive(chunk: Uint8Array): HttpEvent[] {
    // TODO(lab-05): step 1. Keep the bytes until a line is whole; then read the request line.
    return [];
  }

  /**
   * The peer has ended its side (FIN).
   *
   * @returns a `failed` event in the middle of a request, otherwise nothing
   */
  end(): HttpEvent[] {
    // TODO(lab-05): step 4. What does it mean when the bytes end here?
    return [];
  }
}
