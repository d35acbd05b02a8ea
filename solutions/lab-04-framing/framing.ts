/**
 * Lab 04: messages on a byte stream. Bytes in, events out: two decoders that find the messages in a stream of bytes,
 * and the two functions that write them. No sockets in here.
 */

/** The last event of a decoder: after it nothing more comes. */
export interface Failed {
  type: 'failed';
  code: 'too-long' | 'invalid-utf8' | 'unfinished';
  /** What went wrong, for people. */
  message: string;
  /** Where the line or message begins that failed, in bytes from the start of the stream. */
  offset: number;
}

export type LineEvent = { type: 'line'; text: string } | Failed;
export type MessageEvent = { type: 'message'; bytes: Uint8Array } | Failed;

export interface DecoderOptions {
  /** The most bytes of one line (without its line end) or of one message (without its prefix). Default 65,536. */
  maxBytes?: number;
}

/** Enough for a line or message that people write, and little enough to keep for each of 10,000 connections. */
const DEFAULT_MAX_BYTES = 2 ** 16;

const LF = 0x0a;
const CR = 0x0d;
const PREFIX_BYTES = 4;

/** Finds lines of UTF-8 text that end with LF or CRLF. */
export class LineDecoder {
  readonly #maxBytes: number;
  /** The line that has begun: what came after the last LF. */
  readonly #line = new GrowingBytes();
  /** Where it begins in the stream. */
  #offset = 0;
  #failed = false;

  constructor({ maxBytes = DEFAULT_MAX_BYTES }: DecoderOptions = {}) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Take the next bytes of the stream.
   *
   * @param chunk  any number of bytes, from none to many lines
   * @returns the lines that these bytes complete, in order; `failed` last, when a rule is broken
   */
  receive(chunk: Uint8Array): LineEvent[] {
    const events: LineEvent[] = [];
    let rest = chunk;
    while (rest.length > 0 && !this.#failed) {
      const end = rest.indexOf(LF);
      const piece = end < 0 ? rest : rest.subarray(0, end);
      if (this.#exceeds(piece)) {
        events.push(this.#fail('too-long', `a line of more than ${this.#maxBytes} bytes`));
        break;
      }
      this.#line.append(piece);
      if (end < 0) break;
      events.push(this.#finishLine());
      rest = rest.subarray(end + 1);
    }
    return events;
  }

  /**
   * The stream is over.
   *
   * @returns nothing between two lines; `failed` in the middle of one
   */
  end(): LineEvent[] {
    if (this.#line.length === 0) return [];
    return [this.#fail('unfinished', `the stream ends after ${this.#line.length} bytes of a line`)];
  }

  /** Whether the line is too long with these bytes, which are not kept yet. */
  #exceeds(piece: Uint8Array): boolean {
    const last = piece.at(-1) ?? this.#line.bytes.at(-1);
    // A CR in the last place may belong to the line end: the next byte will tell.
    const counted = this.#line.length + piece.length - (last === CR ? 1 : 0);
    return counted > this.#maxBytes;
  }

  /** The LF is there. */
  #finishLine(): LineEvent {
    const { bytes } = this.#line;
    const text = decodeUtf8(bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes);
    if (text === undefined) return this.#fail('invalid-utf8', 'a line that is not UTF-8');
    this.#offset += bytes.length + 1;
    this.#line.clear();
    return { type: 'line', text };
  }

  #fail(code: Failed['code'], message: string): Failed {
    this.#failed = true;
    this.#line.clear();
    return { type: 'failed', code, message, offset: this.#offset };
  }
}

/** Finds messages with their length in front: 4 bytes, big-endian, unsigned. */
export class LengthPrefixDecoder {
  readonly #maxBytes: number;
  /** The part that has begun: the prefix, then the message. */
  readonly #part = new GrowingBytes();
  /** How long the message is; undefined until its prefix is complete. */
  #messageBytes: number | undefined;
  /** Where its prefix begins in the stream. */
  #offset = 0;
  #failed = false;

  constructor({ maxBytes = DEFAULT_MAX_BYTES }: DecoderOptions = {}) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Take the next bytes of the stream.
   *
   * @param chunk  any number of bytes, from none to many messages
   * @returns the messages that these bytes complete, in order; `failed` last, when a rule is broken
   */
  receive(chunk: Uint8Array): MessageEvent[] {
    const events: MessageEvent[] = [];
    let rest = chunk;
    while (!this.#failed) {
      const partBytes = this.#messageBytes ?? PREFIX_BYTES;
      const piece = rest.subarray(0, partBytes - this.#part.length);
      this.#part.append(piece);
      if (this.#part.length < partBytes) break;
      events.push(...(this.#messageBytes === undefined ? this.#finishPrefix() : this.#finishMessage()));
      rest = rest.subarray(piece.length);
    }
    return events;
  }

  /**
   * The stream is over.
   *
   * @returns nothing between two messages; `failed` in the middle of one
   */
  end(): MessageEvent[] {
    if (this.#failed || (this.#messageBytes === undefined && this.#part.length === 0)) return [];
    const part = this.#messageBytes === undefined ? 'a prefix' : `a message of ${this.#messageBytes} bytes`;
    return [this.#fail('unfinished', `the stream ends after ${this.#part.length} bytes of ${part}`)];
  }

  #finishPrefix(): MessageEvent[] {
    const { bytes } = this.#part;
    const messageBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
    if (messageBytes > this.#maxBytes) {
      return [
        this.#fail('too-long', `a message of ${messageBytes} bytes, expected at most ${this.#maxBytes}`),
      ];
    }
    this.#messageBytes = messageBytes;
    this.#part.clear();
    return [];
  }

  #finishMessage(): MessageEvent[] {
    // A copy: the buffer is used again for the next message.
    const bytes = this.#part.bytes.slice();
    this.#offset += PREFIX_BYTES + bytes.length;
    this.#messageBytes = undefined;
    this.#part.clear();
    return [{ type: 'message', bytes }];
  }

  #fail(code: Failed['code'], message: string): Failed {
    this.#failed = true;
    this.#part.clear();
    return { type: 'failed', code, message, offset: this.#offset };
  }
}

/**
 * Write one line.
 *
 * @param text  without its line end
 * @returns the text in UTF-8, and LF
 * @throws RangeError for a text that a LineDecoder would not give back: LF in it, CR at its end, half of a surrogate
 *   pair
 */
export function encodeLine(text: string): Uint8Array {
  if (text.includes('\n')) throw new RangeError('a line has no LF in it');
  // Before our LF it would be read as a part of the line end.
  if (text.endsWith('\r')) throw new RangeError('a line does not end with CR');
  // With the flag u a pair is one character, so only a half without its other half is a surrogate.
  if (/\p{Surrogate}/u.test(text)) throw new RangeError('half of a surrogate pair has no UTF-8');
  return new TextEncoder().encode(`${text}\n`);
}

/**
 * Write one message.
 *
 * @param bytes  at most 2^32 - 1 of them
 * @returns the length (4 bytes, big-endian, unsigned), and the bytes
 * @throws RangeError when the length does not fit into 4 bytes
 */
export function encodeLengthPrefixed(bytes: Uint8Array): Uint8Array {
  if (bytes.length >= 2 ** 32) throw new RangeError(`${bytes.length} bytes, expected at most 2^32 - 1`);
  const message = new Uint8Array(PREFIX_BYTES + bytes.length);
  new DataView(message.buffer).setUint32(0, bytes.length);
  message.set(bytes, PREFIX_BYTES);
  return message;
}

/** Bytes that grow at their end. The room doubles, so that n bytes are copied fewer than 3n times at any cut. */
class GrowingBytes {
  #room = new Uint8Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A view: good until the next change. */
  get bytes(): Uint8Array {
    return this.#room.subarray(0, this.#length);
  }

  append(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#room.length) {
      const room = new Uint8Array(Math.max(length, 2 * this.#room.length));
      room.set(this.bytes);
      this.#room = room;
    }
    this.#room.set(piece, this.#length);
    this.#length = length;
  }

  clear(): void {
    this.#length = 0;
  }
}

/** The text, or undefined for bytes that are not UTF-8 (RFC 3629 §3). */
function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    // ignoreBOM: do not take a byte order mark away. It is a character like any other.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
