/**
 * Lab 10: an event stream (WHATWG HTML §9.2.5 and §9.2.6). Bytes in, events out. No sockets in here.
 *
 * Lines are found and kept as bytes, and what is needed of a line becomes text when the line is complete: LF, CR, the
 * colon and the space are never a part of another character in UTF-8, so no character is cut by them, and none by a chunk.
 */
import { isAscii } from 'node:buffer';

export type StreamEvent =
  /** An event was dispatched. */
  | {
      type: 'event';
      /** Its type: `message` where the stream names none. */
      event: string;
      data: string;
      /** The last event ID of the stream at this event; empty where there was none. */
      lastEventId: string;
    }
  /** A block without data has given the stream another last event ID. */
  | { type: 'id'; lastEventId: string }
  /** The server wants a client that lost the stream to wait so long before it comes back. */
  | { type: 'retry'; retryMs: number }
  | Failed;

/** The last event of a parser: after it nothing more comes. */
export interface Failed {
  type: 'failed';
  code: 'too-large';
  /** What went wrong, for people. */
  message: string;
  /** The byte of the stream at which it was noticed, from 0. */
  offset: number;
}

export interface ParserOptions {
  /** What the parser keeps at most, in bytes: the line that is coming, or the data of one event. Default 1 MiB. */
  maxEventBytes?: number;
  /** The last event ID of the streams before this one. Default empty. */
  lastEventId?: string;
}

/** Far more than one event should have, and little enough to keep for each of many streams. */
const DEFAULT_MAX_EVENT_BYTES = 2 ** 20;

const LF = 0x0a;
const SPACE = 0x20;
const COLON = 0x3a;

/** Finds the events in one event stream. */
export class EventStreamParser {
  readonly #maxDataBytes: number;
  /** The longest line that anybody needs: all the data of an event, and its name before it. */
  readonly #maxLineBytes: number;
  #events: StreamEvent[] = [];
  #failed = false;
  /** Bytes of the stream before this chunk. */
  #receivedBytes = 0;

  /** The line that has begun, one character for each byte. */
  #line = '';
  /** Where in the stream it begins. */
  #lineOffset = 0;
  #isFirstLine = true;
  /** The line before it ended with CR: an LF right behind that belongs to it. */
  #afterCr = false;

  // "When a stream is parsed, a data buffer, an event type buffer, and a last event ID buffer must be associated with
  // it." The data is kept without the LF at its end, which every event loses; it is undefined where the standard's is
  // empty.
  #data: string | undefined;
  /** With an LF for each of its lines. */
  #dataBytes = 0;
  #eventType = '';
  #lastEventIdBuffer: string;
  /** What a client that lost the stream sends: the buffer, as it was at the last empty line. */
  #lastEventId: string;

  constructor({ maxEventBytes = DEFAULT_MAX_EVENT_BYTES, lastEventId = '' }: ParserOptions = {}) {
    this.#maxDataBytes = maxEventBytes;
    this.#maxLineBytes = 'data: '.length + maxEventBytes;
    this.#lastEventIdBuffer = lastEventId;
    this.#lastEventId = lastEventId;
  }

  /**
   * Take the next bytes of the stream.
   *
   * @param chunk  any number of bytes, from none to many events
   * @returns what these bytes complete, in order; `failed` last, when the limit is passed
   */
  receive(chunk: Uint8Array): StreamEvent[] {
    this.#events = [];
    if (!this.#failed) this.#findLines(new Piece(chunk));
    this.#receivedBytes += chunk.length;
    return this.#events;
  }

  /**
   * The stream is over.
   *
   * @returns nothing: an event whose empty line has not come is lost
   */
  end(): StreamEvent[] {
    // "Once the end of the file is reached, any pending data must be discarded."
    return [];
  }

  #findLines(piece: Piece): void {
    const { bytes, text } = piece;
    let start = 0;
    // Each is looked for again when it has been used, and not before: a stream without CR is searched for CR once.
    let lf = positionOf('\n', text, start);
    let cr = positionOf('\r', text, start);
    while (start < text.length) {
      const end = Math.min(lf, cr);
      if (this.#line.length + end - start > this.#maxLineBytes) {
        this.#fail('a line', this.#lineOffset + this.#maxLineBytes);
        return;
      }
      if (end === text.length) break;
      this.#endLine(piece, start, end);
      if (this.#failed) return;
      start = end + 1;
      this.#lineOffset = this.#receivedBytes + start;
      this.#afterCr = end === cr;
      if (end === cr) cr = positionOf('\r', text, start);
      // The second LF of an event is the next byte.
      else lf = bytes[start] === LF ? start : positionOf('\n', text, start);
    }
    this.#line += text.slice(start);
  }

  /** Its line end is at `end`, its beginning at `start` or in the pieces before. */
  #endLine(piece: Piece, start: number, end: number): void {
    if (this.#line !== '') {
      const line = this.#line + piece.text.slice(start, end);
      this.#line = '';
      this.#readLine(new Piece(Buffer.from(line, 'latin1')), 0, line.length);
    } else if (start === end && this.#afterCr && piece.bytes[end] === LF) {
      // Not an empty line: the LF of a CRLF. Its CR has ended the line before, when nobody knew what comes.
    } else {
      this.#readLine(piece, start, end);
    }
  }

  #readLine(piece: Piece, lineStart: number, end: number): void {
    const { bytes } = piece;
    let start = lineStart;
    if (this.#isFirstLine) {
      this.#isFirstLine = false;
      // "one leading U+FEFF BYTE ORDER MARK character must be ignored if any are present"
      if (isByteOrderMark(bytes, start)) start += 3;
    }
    if (start === end) this.#dispatch();
    else if (isData(bytes, start, end)) this.#appendData(piece, start + 4, end);
    else if (isId(bytes, start, end)) this.#setId(piece.value(start + 2, end));
    else if (isEvent(bytes, start, end)) this.#eventType = piece.value(start + 5, end);
    else if (isRetry(bytes, start, end)) this.#retry(piece.value(start + 5, end));
    // A comment, or a field that nobody knows.
  }

  /** "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character" */
  #appendData(piece: Piece, nameEnd: number, end: number): void {
    const start = piece.valueStart(nameEnd, end);
    const value = piece.decode(start, end);
    this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    this.#dataBytes += end - start + 1;
    if (this.#dataBytes - 1 > this.#maxDataBytes) this.#fail('the data of an event', this.#lineOffset);
  }

  #setId(value: string): void {
    // "If the field value does not contain U+0000 NULL"
    if (!value.includes('\0')) this.#lastEventIdBuffer = value;
  }

  #retry(value: string): void {
    // "If the field value consists of only ASCII digits"
    if (/^[0-9]+$/.test(value)) this.#events.push({ type: 'retry', retryMs: Number(value) });
  }

  /** The empty line. */
  #dispatch(): void {
    const lastEventId = this.#lastEventIdBuffer;
    if (this.#data !== undefined) {
      this.#events.push({
        type: 'event',
        event: this.#eventType || 'message',
        data: this.#data,
        lastEventId,
      });
    } else if (lastEventId !== this.#lastEventId) {
      this.#events.push({ type: 'id', lastEventId });
    }
    // "The buffer does not get reset"
    this.#lastEventId = lastEventId;
    // "set the data buffer and the event type buffer to the empty string": with or without an event.
    this.#data = undefined;
    this.#dataBytes = 0;
    this.#eventType = '';
  }

  #fail(what: string, offset: number): void {
    this.#failed = true;
    this.#line = '';
    this.#data = undefined;
    this.#events.push({
      type: 'failed',
      code: 'too-large',
      message: `${what} of more than ${this.#maxDataBytes} bytes`,
      offset,
    });
  }
}

/** Bytes with complete lines in them. */
class Piece {
  readonly bytes: Buffer;
  /** One character for each byte, to search in. */
  readonly text: string;
  /** Most streams are ASCII, and then the bytes are their text already. */
  readonly #isAscii: boolean;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    // Not by TextDecoder: what it calls latin1 is windows-1252.
    this.text = this.bytes.toString('latin1');
    this.#isAscii = isAscii(bytes);
  }

  /** The value of the field whose name ends at `nameEnd`. */
  value(nameEnd: number, end: number): string {
    return this.decode(this.valueStart(nameEnd, end), end);
  }

  /** Where that value begins: at the end of the line when there is no colon. */
  valueStart(nameEnd: number, end: number): number {
    // "If value starts with a U+0020 SPACE character, remove it from value."
    const start = this.bytes[nameEnd + 1] === SPACE ? nameEnd + 2 : nameEnd + 1;
    return Math.min(start, end);
  }

  decode(start: number, end: number): string {
    return this.#isAscii ? this.text.slice(start, end) : this.bytes.toString('utf8', start, end);
  }
}

/** The first position from there on; the length where there is none. */
function positionOf(letter: string, text: string, from: number): number {
  const position = text.indexOf(letter, from);
  return position < 0 ? text.length : position;
}

// The names of the fields, letter by letter: nothing has to be cut out of the line to compare it.

function isData(bytes: Uint8Array, at: number, end: number): boolean {
  return (
    bytes[at] === 0x64 &&
    bytes[at + 1] === 0x61 &&
    bytes[at + 2] === 0x74 &&
    bytes[at + 3] === 0x61 &&
    isNameEnd(bytes, at + 4, end)
  );
}

function isId(bytes: Uint8Array, at: number, end: number): boolean {
  return bytes[at] === 0x69 && bytes[at + 1] === 0x64 && isNameEnd(bytes, at + 2, end);
}

function isEvent(bytes: Uint8Array, at: number, end: number): boolean {
  return (
    bytes[at] === 0x65 &&
    bytes[at + 1] === 0x76 &&
    bytes[at + 2] === 0x65 &&
    bytes[at + 3] === 0x6e &&
    bytes[at + 4] === 0x74 &&
    isNameEnd(bytes, at + 5, end)
  );
}

function isRetry(bytes: Uint8Array, at: number, end: number): boolean {
  return (
    bytes[at] === 0x72 &&
    bytes[at + 1] === 0x65 &&
    bytes[at + 2] === 0x74 &&
    bytes[at + 3] === 0x72 &&
    bytes[at + 4] === 0x79 &&
    isNameEnd(bytes, at + 5, end)
  );
}

/** "If the line contains a U+003A COLON character (:)"; "Otherwise, the string is not empty but does not contain" one. */
function isNameEnd(bytes: Uint8Array, at: number, end: number): boolean {
  return at === end || bytes[at] === COLON;
}

function isByteOrderMark(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;
}
