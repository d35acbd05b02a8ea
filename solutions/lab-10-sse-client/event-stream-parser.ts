/**
 * Lab 10: an event stream (WHATWG HTML §9.2.5 and §9.2.6). Bytes in, events out. No sockets in here.
 *
 * `Utf8` makes text of the bytes, `EventStreamParser` finds the lines in it and does what their fields say.
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
  /** The byte of the stream at which the line begins that is too much, from 0. */
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
  readonly #maxEventBytes: number;
  /** The longest line that anybody needs: all the data of an event, and its name before it. */
  readonly #maxLineBytes: number;
  readonly #utf8 = new Utf8();
  #events: StreamEvent[] = [];
  /** What is too large. After that nothing more comes. */
  #tooLarge: string | undefined;
  /** Bytes of the stream before this text. */
  #textOffset = 0;

  /** The beginning of a line whose end has not come. */
  #line = '';
  #lineBytes = 0;
  /** Where in the stream that line begins. */
  #lineOffset = 0;
  #isFirstText = true;
  /** In the stream so far. NULs are rare, so not every id has to be looked through. */
  #nulSeen = false;
  /** The text before this one ended with CR: an LF that comes now belongs to it. */
  #afterCr = false;

  // "When a stream is parsed, a data buffer, an event type buffer, and a last event ID buffer must be associated with
  // it." The data is kept without the LF at its end, which every event loses; it is undefined where the standard's is
  // empty.
  #data: string | undefined;
  #dataBytes = 0;
  #eventType = '';
  #lastEventIdBuffer: string;
  /** What a client that lost the stream sends: the buffer, as it was at the last empty line. */
  #lastEventId: string;

  constructor({ maxEventBytes = DEFAULT_MAX_EVENT_BYTES, lastEventId = '' }: ParserOptions = {}) {
    this.#maxEventBytes = maxEventBytes;
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
    const text = this.#tooLarge === undefined ? this.#utf8.decode(chunk) : '';
    if (text === '') return this.#events;
    this.#nulSeen ||= text.includes('\0');
    const start = this.#beginsWithNoLine(text) ? 1 : 0;
    this.#isFirstText = false;
    this.#afterCr = text.endsWith('\r');
    this.#readLines(text, start);
    this.#textOffset += this.#utf8.bytesOf(text);
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

  /** Its first character may be a byte order mark, or the LF of a CRLF whose CR came before. */
  #beginsWithNoLine(text: string): boolean {
    // "one leading U+FEFF BYTE ORDER MARK character must be ignored if any are present"
    return (this.#isFirstText && text.startsWith('\ufeff')) || (this.#afterCr && text.startsWith('\n'));
  }

  /**
   * "Lines must be separated by either a U+000D CARRIAGE RETURN U+000A LINE FEED (CRLF) character pair, a single U+000A
   * LINE FEED (LF) character, or a single U+000D CARRIAGE RETURN (CR) character."
   */
  #readLines(text: string, from: number): void {
    let start = from;
    // Each is looked for again when it has been used, and not before: a text without CR is searched for CR once.
    let lf = positionOf('\n', text, start);
    let cr = positionOf('\r', text, start);
    for (;;) {
      const end = Math.min(lf, cr);
      if (end === text.length) break;
      const isKept = this.#line !== '';
      if (isKept) this.#completeLine(text.slice(start, end));
      else if (start === end) this.#dispatch();
      else if (isLonger(text, start, end, this.#maxLineBytes)) this.#tooLarge = 'a line';
      else this.#readLine(text, start, end);
      if (this.#tooLarge !== undefined) {
        this.#fail(isKept ? this.#lineOffset : this.#offsetOf(text, start));
        return;
      }
      // A CR has ended its line, whatever comes next; an LF that does belongs to it.
      start = end === cr && lf === cr + 1 ? lf + 1 : end + 1;
      // The empty line of an event is mostly the next character.
      if (lf < start) lf = isLf(text, start) ? start : positionOf('\n', text, start);
      if (cr < start) cr = positionOf('\r', text, start);
    }
    if (this.#line === '') this.#lineOffset = this.#offsetOf(text, start);
    this.#keep(text.slice(start));
    if (this.#tooLarge !== undefined) this.#fail(this.#lineOffset);
  }

  #offsetOf(text: string, position: number): number {
    return this.#textOffset + this.#utf8.bytesOf(text.slice(0, position));
  }

  #keep(beginning: string): void {
    this.#line += beginning;
    this.#lineBytes += this.#utf8.bytesOf(beginning);
    if (this.#lineBytes > this.#maxLineBytes) this.#tooLarge = 'a line';
  }

  #completeLine(rest: string): void {
    this.#keep(rest);
    const line = this.#line;
    this.#line = '';
    this.#lineBytes = 0;
    if (this.#tooLarge === undefined) this.#readLine(line, 0, line.length);
  }

  /** The line is what stands in the text from `start` up to `end`; only its value becomes a text of its own. */
  #readLine(text: string, start: number, end: number): void {
    if (isData(text, start, end)) this.#appendData(valueAt(start + 4, text, end));
    else if (isId(text, start, end)) this.#setId(valueAt(start + 2, text, end));
    else if (isEvent(text, start, end)) this.#eventType = valueAt(start + 5, text, end);
    else if (isRetry(text, start, end)) this.#retry(valueAt(start + 5, text, end));
    // "Otherwise: The field is ignored." So is a comment, whose name is empty.
  }

  /** "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character" */
  #appendData(value: string): void {
    this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    this.#dataBytes += this.#utf8.bytesOf(value) + 1;
    if (this.#dataBytes - 1 > this.#maxEventBytes) this.#tooLarge = 'the data of an event';
  }

  #setId(value: string): void {
    // "If the field value does not contain U+0000 NULL"
    if (!this.#nulSeen || !value.includes('\0')) this.#lastEventIdBuffer = value;
  }

  #retry(value: string): void {
    // "If the field value consists of only ASCII digits"
    if (/^[0-9]+$/.test(value)) this.#events.push({ type: 'retry', retryMs: Number(value) });
  }

  /** The empty line. */
  #dispatch(): void {
    const lastEventId = this.#lastEventIdBuffer;
    if (this.#data !== undefined) {
      const event = this.#eventType || 'message';
      this.#events.push({ type: 'event', event, data: this.#data, lastEventId });
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

  #fail(offset: number): void {
    this.#line = '';
    this.#data = undefined;
    const message = `${this.#tooLarge} of more than ${this.#maxEventBytes} bytes`;
    this.#events.push({ type: 'failed', code: 'too-large', message, offset });
  }
}

/** "Streams must be decoded using the UTF-8 decode algorithm." Characters may be cut by chunks. */
class Utf8 {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** The decoder may have the beginning of a character. */
  #withinCharacter = false;
  #onlyAscii = true;

  decode(chunk: Uint8Array): string {
    // Most streams are ASCII. To find that out and to take the bytes as they are is faster than the decoder: see NOTES.
    if (!this.#withinCharacter && isAscii(chunk)) return latin1(chunk);
    if (chunk.length > 0) this.#withinCharacter = chunk[chunk.length - 1]! >= 0x80;
    this.#onlyAscii = false;
    return this.#decoder.decode(chunk, { stream: true });
  }

  /** How many bytes a text of the stream has. */
  bytesOf(text: string): number {
    return this.#onlyAscii ? text.length : Buffer.byteLength(text);
  }
}

function latin1(bytes: Uint8Array): string {
  const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString('latin1');
}

/** Whether that part of a text has more bytes in UTF-8, which are one to three for each of its units. */
function isLonger(text: string, start: number, end: number, bytes: number): boolean {
  return (end - start) * 3 > bytes && Buffer.byteLength(text.slice(start, end)) > bytes;
}

/** The first position from there on; the length where there is none. */
function positionOf(letter: string, text: string, from: number): number {
  const position = text.indexOf(letter, from);
  return position < 0 ? text.length : position;
}

// The names of the fields, letter by letter: nothing has to be cut out of the line to compare it.

function isData(text: string, at: number, end: number): boolean {
  return (
    text.charCodeAt(at) === 0x64 &&
    text.charCodeAt(at + 1) === 0x61 &&
    text.charCodeAt(at + 2) === 0x74 &&
    text.charCodeAt(at + 3) === 0x61 &&
    isNameEnd(text, at + 4, end)
  );
}

function isId(text: string, at: number, end: number): boolean {
  return text.charCodeAt(at) === 0x69 && text.charCodeAt(at + 1) === 0x64 && isNameEnd(text, at + 2, end);
}

function isEvent(text: string, at: number, end: number): boolean {
  return (
    text.charCodeAt(at) === 0x65 &&
    text.charCodeAt(at + 1) === 0x76 &&
    text.charCodeAt(at + 2) === 0x65 &&
    text.charCodeAt(at + 3) === 0x6e &&
    text.charCodeAt(at + 4) === 0x74 &&
    isNameEnd(text, at + 5, end)
  );
}

function isRetry(text: string, at: number, end: number): boolean {
  return (
    text.charCodeAt(at) === 0x72 &&
    text.charCodeAt(at + 1) === 0x65 &&
    text.charCodeAt(at + 2) === 0x74 &&
    text.charCodeAt(at + 3) === 0x72 &&
    text.charCodeAt(at + 4) === 0x79 &&
    isNameEnd(text, at + 5, end)
  );
}

/** "If the line contains a U+003A COLON character (:)"; "Otherwise, the string is not empty but does not contain" one. */
function isNameEnd(text: string, at: number, end: number): boolean {
  return at === end || text.charCodeAt(at) === COLON;
}

function isLf(text: string, at: number): boolean {
  return at < text.length && text.charCodeAt(at) === LF;
}

/** "If value starts with a U+0020 SPACE character, remove it from value." */
function valueAt(nameEnd: number, text: string, end: number): string {
  const start = text.charCodeAt(nameEnd + 1) === SPACE ? nameEnd + 2 : nameEnd + 1;
  return start < end ? text.slice(start, end) : '';
}
