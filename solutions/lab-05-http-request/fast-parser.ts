/**
 * The parser of parser.ts, made fast: the same contract, the same limits, the same events for any bytes at any cut.
 *
 * Of each line there is a plain form, which knows the rules and reads byte by byte, and a fast one, which only knows
 * lines as clients send them and leaves every other one to the plain form. A mistake in a trick can make this parser
 * slow, but not lax. The sentences of the RFCs stand in parser.ts; what each trick buys stands in NOTES.md.
 */
import type { Field, HttpEvent, Limits, RequestHead } from './parser.ts';

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
const SLASH = 0x2f;
const COLON = 0x3a;

/** What comes next. The first three are lines. */
const REQUEST_LINE = 0;
const FIELD_LINES = 1;
const TRAILERS = 2;
const BODY = 3;
const CHUNK_LINE = 4;
const CHUNK_LINE_END = 5;
const CHUNK_DATA = 6;
const CHUNK_DATA_END = 7;
const NOTHING = 8;

/**
 * Trick 1: lines are read in one area that all parsers share, into which each chunk is copied behind what was kept of
 * the line before. So a line is always in one piece; four bytes are read at once, by a DataView that is not made for
 * each chunk; and the colon and the NUL behind the bytes stop every loop, so that none has to ask for the end.
 */
let area = Buffer.alloc(32_768);
let words = new DataView(area.buffer, area.byteOffset, area.length);
/** Bytes of a chunk that are copied at a time. */
const WINDOW_BYTES = 16_384;
const COLON_NUL = 0x003a;
/** Bytes behind those that are there that may be looked at. */
const OVERRUN = 64;

/** Text as `words.getInt32(at, true)` reads it. */
const word = (text: string): number => Buffer.from(text, 'latin1').readInt32LE();
const CR_LF = 0x0a0d;
const GET_SP = word('GET ');
const POST = word('POST');
const SP_HTT = word(' HTT');
const P_SLASH_1_DOT = word('P/1.');
const ONE_CR_LF = word('1\r\n\0') << 8;

/**
 * Trick 2: clients send the same names again and again. A name that was read in the plain form is kept here by its bytes.
 * When it comes again, its bytes are compared four at a time: its characters are right, its string is made, and whether
 * it decides anything is known. A new name takes the slot of an older one. Somebody who fills the table with rubbish
 * gets the speed of the plain form.
 */
const SLOT_BITS = 11;
const SLOTS = 2 ** SLOT_BITS;
const NAME_WORDS = 8;
const slotNames = new Array<string>(SLOTS).fill('');
const slotKinds = new Uint8Array(SLOTS);
const slotLengths = new Uint8Array(SLOTS);
const slotWords = new Int32Array(SLOTS * NAME_WORDS);
/** The last three bytes of the name, and the colon. */
const slotTails = new Int32Array(SLOTS);
/** Trick 3: and in the same order. The slot of the name that came behind this one the last time is tried first. */
const slotBehind = new Uint16Array(SLOTS);

/** Names that decide something. */
const HOST = 1;
const CONNECTION = 2;
const CONTENT_LENGTH = 3;
const TRANSFER_ENCODING = 4;
const KINDS = new Map([
  ['host', HOST],
  ['connection', CONNECTION],
  ['content-length', CONTENT_LENGTH],
  ['transfer-encoding', TRANSFER_ENCODING],
]);

/** Field lines that have been read and not been made strings: the name, and its kind, start and end of the value. */
const RUN = 128;
const runNames = new Array<string>(RUN).fill('');
const runMarks = new Int32Array(3 * RUN);

/** Reads the requests of one connection, one after the other. */
export class RequestParser {
  readonly #limits: Limits;
  #next = REQUEST_LINE;
  /** A line whose end has not come. */
  #kept = Buffer.alloc(0);
  #keptBytes = 0;
  /** With so many bytes it is looked at although its end has not come: it may be over a limit. */
  #patience = 0;
  #emptyLines = 0;
  /** Bytes of the section, head or trailers, that have been read and have left the area. */
  #sectionBytes = 0;
  /** Where in the area the section is as long as it may be. */
  #sectionEnd = 0;
  #method = '';
  #target = '';
  #version = '';
  /** Whether version and target are known to be right. */
  #checked = true;
  /** Where the target lies in the area; 0 and 0 when it is a string already. */
  #targetStart = 0;
  #targetEnd = 0;
  #fields: Field[] = [];
  #hosts = 0;
  #host = '';
  #connection = '';
  #lengths = 0;
  #length = '';
  #codings: string | undefined;
  #keepAlive = true;
  /** Bytes of the body, or of the chunk, that have not come; and how many all further chunks may have. */
  #left = 0;
  #room = 0;
  #chunkLine = '';
  #crSeen = false;
  /** Bytes that came before this chunk. */
  #offset = 0;

  /** @param limits  those that are not given are the default ones */
  constructor(limits: Partial<Limits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** Take the next bytes of the connection, as parser.ts says. */
  receive(chunk: Uint8Array): HttpEvent[] {
    const events: HttpEvent[] = [];
    try {
      this.#read(chunk, events);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#fail(error, events);
    }
    this.#offset += chunk.length;
    return events;
  }

  /** The peer has ended its side, as parser.ts says. */
  end(): HttpEvent[] {
    const events: HttpEvent[] = [];
    const nothingKept = this.#keptBytes === 0 || (this.#keptBytes === 1 && this.#kept[0] === CR);
    const between = this.#next === REQUEST_LINE && nothingKept;
    if (!between && this.#next !== NOTHING) this.#fail(new Refusal(400, 'incomplete'), events);
    this.#next = NOTHING;
    return events;
  }

  #fail({ status, code }: Refusal, events: HttpEvent[]): void {
    // Which byte it was the plain parser can say.
    events.push({ type: 'failed', status, code, message: `refused: ${code}`, offset: this.#offset });
    this.#next = NOTHING;
  }

  #read(chunk: Uint8Array, events: HttpEvent[]): void {
    // The first `filled` bytes of the area are those of the chunk from `base` on; before 0 lies what was kept.
    let base = 0;
    let filled = 0;
    for (let at = 0; at < chunk.length; ) {
      if (this.#next >= BODY) {
        if (this.#next === NOTHING) return;
        at = this.#readBody(chunk, at, events);
        continue;
      }
      const kept = this.#keptBytes;
      if (kept > 0) {
        if (kept + chunk.length < this.#patience && chunk.indexOf(LF) < 0) {
          this.#keepAlso(chunk);
          return;
        }
        base = at - kept;
        filled = this.#fill(chunk, at);
      } else if (at >= base + filled) {
        base = at;
        filled = this.#fill(chunk, at);
      }
      const read = this.#readLines(at - kept - base, filled, events);
      const end = read < 0 ? ~read : read;
      this.#keptBytes = 0;
      at = base + end;
      if (read >= 0) continue;
      if (end > 0 && base + filled < chunk.length && at >= 0) {
        // The rest of this line lies in the chunk.
        filled = 0;
        continue;
      }
      this.#keep(end, filled);
      at = base + filled;
    }
  }

  /** Copy what was kept into the area, and as much of the chunk behind it as it takes. Returns how much that is. */
  #fill(chunk: Uint8Array, at: number): number {
    const kept = this.#keptBytes;
    const end = Math.min(chunk.length, at + WINDOW_BYTES);
    const filled = kept + end - at;
    if (filled + OVERRUN > area.length) {
      area = Buffer.alloc(2 * (filled + OVERRUN));
      words = new DataView(area.buffer, area.byteOffset, area.length);
    }
    for (let i = 0; i < kept; i += 1) area[i] = this.#kept[i]!;
    area.set(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end), kept);
    words.setInt16(filled, COLON_NUL, true);
    return filled;
  }

  /** Keep what is in the area from `start` on. */
  #keep(start: number, filled: number): void {
    const bytes = filled - start;
    this.#reserve(bytes);
    // `copy` makes a view first, which takes as long as to copy 60 bytes like this.
    for (let i = 0; i < bytes; i += 1) this.#kept[i] = area[start + i]!;
    this.#keptBytes = bytes;
  }

  /** Keep a chunk behind what is kept. */
  #keepAlso(chunk: Uint8Array): void {
    this.#reserve(this.#keptBytes + chunk.length);
    this.#kept.set(chunk, this.#keptBytes);
    this.#keptBytes += chunk.length;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#kept.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * bytes, 256));
    this.#kept.copy(larger, 0, 0, this.#keptBytes);
    this.#kept = larger;
  }

  /**
   * Read the lines of one section, head or trailers, from `start` on.
   *
   * @returns what is behind the section; or, of one that is not complete, `~` where the line starts that is not
   */
  #readLines(start: number, filled: number, events: HttpEvent[]): number {
    let at = start;
    if (this.#next === REQUEST_LINE) {
      at = this.#skipEmptyLines(at, filled);
      if (at === filled || area[at] === CR) return ~at;
      start = at;
      this.#sectionEnd = start + this.#limits.maxHeadBytes;
      at = this.#fastRequestLine(start, filled);
      if (at < 0) at = this.#plainRequestLine(start, filled);
      if (at < 0) return ~start;
      this.#next = FIELD_LINES;
    } else this.#sectionEnd = start + this.#limits.maxHeadBytes - this.#sectionBytes;

    const view = words;
    const bytes = area;
    const end = Math.min(filled, this.#sectionEnd);
    const lineBytes = this.#limits.maxFieldLineBytes + 2;
    for (;;) {
      const roomFor = this.#limits.maxFields - this.#fields.length;
      let count = 0;
      let slot = 0;
      let complete = false;
      while (count < RUN) {
        if (view.getInt16(at, true) === CR_LF && at + 2 <= filled) {
          at += 2;
          if (at > this.#sectionEnd) throw new Refusal(431, 'section-too-long');
          complete = true;
          break;
        }
        const before = slot;
        slot = slotBehind[before]!;
        let next = fastFieldLine(at, slot, count, bytes, view);
        if (next < 0) {
          slot = slotOf(at, view);
          slotBehind[before] = slot;
          next = fastFieldLine(at, slot, count, bytes, view);
        }
        if (next < 0 || next > end || next - at > lineBytes || count >= roomFor) {
          next = this.#plainFieldLine(at, filled, count, roomFor);
          if (next < 0) break;
        }
        at = next;
        count += 1;
      }
      if (at > start) this.#makeStrings(start, at, count, complete);
      this.#sectionBytes += at - start;
      start = at;
      if (complete) {
        if (this.#next === FIELD_LINES) this.#completeHead(events);
        else this.#completeTrailers(events);
        return at;
      }
      if (count < RUN) return ~at;
    }
  }

  /**
   * Trick 4: make one string of the lines from `start` to `end`, and cut names and values out of it. A call into C++ for each
   * of them, as llhttp's binding makes it, costs four times as much.
   */
  #makeStrings(start: number, end: number, count: number, complete: boolean): void {
    const text = area.toString('latin1', start, end);
    if (this.#targetEnd > 0) {
      this.#target = text.substring(this.#targetStart - start, this.#targetEnd - start);
      this.#targetEnd = 0;
    }
    // Trick 5: for all the fields of a section an array of the right size. One that grows takes room for sixteen at once.
    const whole = complete && this.#fields.length === 0;
    if (whole) this.#fields = new Array<Field>(count);
    const fields = this.#fields;
    for (let i = 0; i < count; i += 1) {
      const kind = runMarks[3 * i]!;
      const value = text.substring(runMarks[3 * i + 1]! - start, runMarks[3 * i + 2]! - start);
      const field: Field = [runNames[i]!, value];
      if (whole) fields[i] = field;
      else fields.push(field);
      if (kind !== 0) this.#note(kind, value);
    }
  }

  /** Returns where the next line starts; -1 for a line that is in any way out of the ordinary, or not complete. */
  #fastRequestLine(start: number, filled: number): number {
    const view = words;
    const limits = this.#limits;
    const first = view.getInt32(start, true);
    let targetStart = start + 4;
    if (first === POST && area[start + 4] === SP) targetStart += 1;
    else if (first !== GET_SP) return -1;
    const targetEnd = endOfText(targetStart, 0x21212121, view);
    const next = targetEnd + 11;
    if (view.getInt32(targetEnd, true) !== SP_HTT || view.getInt32(targetEnd + 4, true) !== P_SLASH_1_DOT)
      return -1;
    if (view.getInt32(targetEnd + 8, true) << 8 !== ONE_CR_LF || next > filled || next > this.#sectionEnd)
      return -1;
    if (targetStart - start > limits.maxMethodBytes + 1 || targetEnd - targetStart > limits.maxTargetBytes)
      return -1;
    if (area[targetStart] !== SLASH) return -1;
    this.#method = first === POST ? 'POST' : 'GET';
    this.#targetStart = targetStart;
    this.#targetEnd = targetEnd;
    return next;
  }

  #skipEmptyLines(start: number, filled: number): number {
    let at = start;
    for (; at < filled && area[at] === CR; at += 2) {
      if (this.#emptyLines === MAX_EMPTY_LINES) throw new Refusal(400, 'empty-lines');
      this.#patience = 2;
      if (at + 1 === filled) break;
      if (area[at + 1] !== LF) throw new Refusal(400, 'bare-cr');
      this.#emptyLines += 1;
    }
    return at;
  }

  /** Returns where the next line starts, or -1 when this one is not complete. */
  #plainRequestLine(line: number, filled: number): number {
    const { maxMethodBytes, maxTargetBytes } = this.#limits;
    const methodEnd = this.#scan(TOKEN, line, line, filled, maxMethodBytes, 501);
    if (methodEnd < 0) {
      // The method may end here, and its target be too long before the method would be.
      this.#patience = Math.min(this.#patience, filled - line + maxTargetBytes + 2);
      return -1;
    }
    if (methodEnd === line || area[methodEnd] !== SP) throw new Refusal(400, 'request-line');
    const targetEnd = this.#scan(VISIBLE, line, methodEnd + 1, filled, maxTargetBytes, 414);
    if (targetEnd < 0) return -1;
    if (area[targetEnd] !== SP) throw new Refusal(400, 'request-line');
    const versionEnd = this.#scan(VISIBLE, line, targetEnd + 1, filled, 'HTTP/1.1'.length, 400);
    const next = versionEnd < 0 ? -1 : this.#lineEnd(line, versionEnd, filled);
    if (next < 0) return -1;
    this.#method = area.toString('latin1', line, methodEnd);
    this.#target = area.toString('latin1', methodEnd + 1, targetEnd);
    this.#version = area.toString('latin1', targetEnd + 1, versionEnd);
    this.#checked = false;
    return next;
  }

  /** Likewise. */
  #plainFieldLine(line: number, filled: number, count: number, roomFor: number): number {
    const end = this.#scan(TEXT, line, line, filled, this.#limits.maxFieldLineBytes, 431);
    const next = end < 0 ? -1 : this.#lineEnd(line, end, filled);
    if (next < 0) return -1;
    if (count >= roomFor) throw new Refusal(431, 'too-many-fields');
    let nameEnd = line;
    while (TOKEN[area[nameEnd]!] === 1) nameEnd += 1;
    if (nameEnd === line || area[nameEnd] !== COLON) throw new Refusal(400, 'field-name');
    let valueStart = nameEnd + 1;
    let valueEnd = end;
    while (valueStart < valueEnd && isWhiteSpace(area[valueStart]!)) valueStart += 1;
    while (valueEnd > valueStart && isWhiteSpace(area[valueEnd - 1]!)) valueEnd -= 1;
    const name = area.toString('latin1', line, nameEnd);
    const kind = KINDS.get(name.toLowerCase()) ?? 0;
    keepName(name, kind, line);
    runNames[count] = name;
    runMarks[3 * count] = kind;
    runMarks[3 * count + 1] = valueStart;
    runMarks[3 * count + 2] = valueEnd;
    return next;
  }

  /**
   * Where the first byte is from `from` on that is not of this class; -1 when it has not come.
   *
   * @throws Refusal when more than `maxBytes` come before it, with this status, or more than the section may have
   */
  #scan(
    kind: ByteClass,
    line: number,
    from: number,
    filled: number,
    maxBytes: number,
    status: number,
  ): number {
    const last = Math.min(from + maxBytes, this.#sectionEnd);
    let at = from;
    while (at < filled && at <= last && kind[area[at]!] === 1) at += 1;
    if (at > last)
      throw last < from + maxBytes ? new Refusal(431, 'section-too-long') : new Refusal(status, 'too-long');
    this.#patience = last + 1 - line;
    return at < filled ? at : -1;
  }

  /** What is behind the CR LF here; -1 when it has not come whole. */
  #lineEnd(line: number, at: number, filled: number): number {
    if (area[at] !== CR) throw new Refusal(400, area[at] === LF ? 'bare-lf' : 'character');
    this.#patience = at + 2 - line;
    if (at + 1 === filled) return -1;
    if (area[at + 1] !== LF) throw new Refusal(400, 'bare-cr');
    if (at + 2 > this.#sectionEnd) throw new Refusal(431, 'section-too-long');
    return at + 2;
  }

  #note(kind: number, value: string): void {
    if (kind === HOST) {
      this.#hosts += 1;
      this.#host = value;
    } else if (kind === CONNECTION) {
      this.#connection = this.#connection === '' ? value : `${this.#connection},${value}`;
    } else if (kind === CONTENT_LENGTH) {
      this.#lengths += 1;
      this.#length = value;
    } else this.#codings = this.#codings === undefined ? value : `${this.#codings},${value}`;
  }

  #completeHead(events: HttpEvent[]): void {
    const method = this.#method;
    const target = this.#target;
    let version: '1.0' | '1.1' = '1.1';
    if (!this.#checked) {
      version = readVersion(this.#version);
      checkTarget(method, target);
      this.#checked = true;
    }
    if (this.#hosts !== 1 && (this.#hosts > 1 || version === '1.1')) throw new Refusal(400, 'host');
    if (!HOST_VALUE.test(this.#host)) throw new Refusal(400, 'host');
    const body = this.#lengths === 0 && this.#codings === undefined ? 'none' : this.#readFraming(version);
    const keepAlive = persists(version, this.#connection);
    events.push({ type: 'request', method, target, version, headers: this.#fields, body, keepAlive });
    this.#keepAlive = keepAlive;
    this.#beginSection();
    if (body === 'chunked') this.#next = CHUNK_LINE;
    else if (this.#left > 0) this.#next = BODY;
    else this.#completeRequest([], events);
  }

  #readFraming(version: '1.0' | '1.1'): RequestHead['body'] {
    const { maxBodyBytes } = this.#limits;
    if (this.#codings !== undefined) {
      if (version === '1.0') throw new Refusal(400, 'coding-in-1.0');
      if (this.#lengths > 0) throw new Refusal(400, 'length-and-coding');
      checkCodings(namesIn(this.#codings));
      this.#room = maxBodyBytes;
      return 'chunked';
    }
    const length = this.#lengths === 1 ? numberIn(this.#length) : -1;
    if (length < 0) throw new Refusal(400, 'content-length');
    this.#left = length;
    if (length > maxBodyBytes) throw new Refusal(413, 'body-too-long');
    return 'length';
  }

  #completeTrailers(events: HttpEvent[]): void {
    if (this.#lengths > 0 || this.#codings !== undefined) throw new Refusal(400, 'trailer');
    const trailers = this.#fields;
    this.#beginSection();
    this.#completeRequest(trailers, events);
  }

  #beginSection(): void {
    this.#fields = [];
    this.#sectionBytes = 0;
    this.#hosts = 0;
    this.#host = '';
    this.#connection = '';
    this.#lengths = 0;
    this.#codings = undefined;
  }

  #completeRequest(trailers: Field[], events: HttpEvent[]): void {
    events.push({ type: 'end', trailers });
    this.#next = this.#keepAlive ? REQUEST_LINE : NOTHING;
    this.#emptyLines = 0;
  }

  /** Read on in a body. Returns how far. */
  #readBody(chunk: Uint8Array, at: number, events: HttpEvent[]): number {
    if (this.#next === CHUNK_LINE) return this.#readChunkLine(chunk, at);
    if (this.#next === CHUNK_LINE_END || this.#next === CHUNK_DATA_END) {
      if (chunk[at] !== (this.#crSeen ? LF : CR)) throw new Refusal(400, 'chunk-line-end');
      this.#crSeen = !this.#crSeen;
      if (this.#crSeen) return at + 1;
      if (this.#next === CHUNK_DATA_END) this.#next = CHUNK_LINE;
      else this.#next = this.#left > 0 ? CHUNK_DATA : TRAILERS;
      return at + 1;
    }
    const end = Math.min(chunk.length, at + this.#left);
    events.push({ type: 'body', bytes: at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end) });
    this.#left -= end - at;
    if (this.#left > 0) return end;
    if (this.#next === CHUNK_DATA) this.#next = CHUNK_DATA_END;
    else this.#completeRequest([], events);
    return end;
  }

  #readChunkLine(chunk: Uint8Array, start: number): number {
    const limits = this.#limits;
    let at = start;
    for (; at < chunk.length && TEXT[chunk[at]!] === 1; at += 1) {
      if (this.#chunkLine.length === limits.maxChunkLineBytes) throw new Refusal(400, 'chunk-line-too-long');
      this.#chunkLine += String.fromCharCode(chunk[at]!);
    }
    if (at === chunk.length) return at;
    const digits = CHUNK.exec(this.#chunkLine)?.[1];
    if (digits === undefined) throw new Refusal(400, 'chunk-size');
    this.#left = Number.parseInt(digits, 16);
    if (this.#left > this.#room) throw new Refusal(413, 'body-too-long');
    this.#room -= this.#left;
    this.#chunkLine = '';
    this.#next = CHUNK_LINE_END;
    return at;
  }
}

/**
 * Where the next byte is that is below `lowest` (the same byte four times), DEL or above it. Four at a time: each of the
 * three terms has the highest bit of such bytes set; that of bytes behind the first such one may be set by mistake.
 */
function endOfText(from: number, lowest: number, view: DataView): number {
  for (let at = from; ; at += 8) {
    const four = view.getInt32(at, true);
    const found = (four | (four + 0x01010101) | (four - lowest)) & 0x80808080;
    if (found !== 0) return at + firstByte(found);
    const next = view.getInt32(at + 4, true);
    const foundNext = (next | (next + 0x01010101) | (next - lowest)) & 0x80808080;
    if (foundNext !== 0) return at + 4 + firstByte(foundNext);
  }
}

/** Which of the four bytes is the first with its highest bit set, and no other. */
function firstByte(found: number): number {
  return (31 - Math.clz32(found & -found)) >> 3;
}

/**
 * Read the field line here, if its name is the one of this slot. Returns where the next line starts, which may be too far;
 * -1 for another name, or a line that is in any way out of the ordinary.
 */
function fastFieldLine(line: number, slot: number, count: number, bytes: Buffer, view: DataView): number {
  const length = slotLengths[slot]!;
  if (length === 0 || view.getInt32(line + length - 3, true) !== slotTails[slot]) return -1;
  for (let i = 0; i < length >> 2; i += 1) {
    if (view.getInt32(line + 4 * i, true) !== slotWords[slot * NAME_WORDS + i]) return -1;
  }
  let start = line + length + 1;
  if (bytes[start] === SP) start += 1;
  let end = endOfText(start, 0x20202020, view);
  while (bytes[end]! >= 0x80 || bytes[end] === HTAB) end = endOfText(end + 1, 0x20202020, view);
  if (view.getInt16(end, true) !== CR_LF) return -1;
  const next = end + 2;
  while (end > start && isWhiteSpace(bytes[end - 1]!)) end -= 1;
  while (start < end && isWhiteSpace(bytes[start]!)) start += 1;
  runNames[count] = slotNames[slot]!;
  runMarks[3 * count] = slotKinds[slot]!;
  runMarks[3 * count + 1] = start;
  runMarks[3 * count + 2] = end;
  return next;
}

/** The slot for the name here, which ends before the next colon. */
function slotOf(from: number, view: DataView): number {
  let hash = 0;
  for (let at = from; ; at += 4) {
    const four = view.getInt32(at, true);
    const others = four ^ 0x3a3a3a3a;
    const found = (others - 0x01010101) & ~others & 0x80808080;
    if (found !== 0)
      return Math.imul(hash ^ (four & ~(-1 << (8 * firstByte(found)))), 0x9e3779b1) >>> (32 - SLOT_BITS);
    hash = Math.imul(hash ^ four, 0x9e3779b1);
  }
}

/** Keep the name that stands here. */
function keepName(name: string, kind: number, at: number): void {
  if (name.length < 3 || name.length > 4 * NAME_WORDS) return;
  const slot = slotOf(at, words);
  slotNames[slot] = name;
  slotKinds[slot] = kind;
  slotLengths[slot] = name.length;
  slotTails[slot] = words.getInt32(at + name.length - 3, true);
  for (let i = 0; i < NAME_WORDS; i += 1) slotWords[slot * NAME_WORDS + i] = words.getInt32(at + 4 * i, true);
}

function readVersion(text: string): '1.0' | '1.1' {
  const [, major, minor] = /^HTTP\/([0-9])\.([0-9])$/.exec(text) ?? [];
  if (major === undefined) throw new Refusal(400, 'version');
  if (major !== '1') throw new Refusal(505, 'major-version');
  return minor === '0' ? '1.0' : '1.1';
}

function checkTarget(method: string, target: string): void {
  const legal =
    method === 'CONNECT'
      ? AUTHORITY_FORM.test(target)
      : target.startsWith('/') || ABSOLUTE_FORM.test(target) || (target === '*' && method === 'OPTIONS');
  if (!legal) throw new Refusal(400, 'request-target');
}

function checkCodings(codings: string[]): void {
  if (codings.at(-1) !== 'chunked') throw new Refusal(400, 'not-chunked');
  if (codings.indexOf('chunked') < codings.length - 1) throw new Refusal(400, 'chunked-twice');
  if (codings.length > 1) throw new Refusal(501, 'transfer-coding');
}

function persists(version: '1.0' | '1.1', connection: string): boolean {
  if (connection === '') return version === '1.1';
  if (connection === 'keep-alive') return true;
  const options = namesIn(connection);
  return !options.includes('close') && (version === '1.1' || options.includes('keep-alive'));
}

/** The number in a text of digits; -1 for any other text. */
function numberIn(text: string): number {
  let number = text === '' ? -1 : 0;
  for (let i = 0; i < text.length; i += 1) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    number = 10 * number + digit;
  }
  return number;
}

/** The names in a list, in lower case. */
function namesIn(list: string): string[] {
  const names = list.split(',').map((element) => withoutWhiteSpace(element).toLowerCase());
  return names.filter((name) => name !== '');
}

function withoutWhiteSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhiteSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const CHUNK =
  /^([0-9A-Fa-f]+)(?:[\t ]*;[\t ]*[!#$%&'*+.^`|~\w-]+(?:[\t ]*=[\t ]*(?:[!#$%&'*+.^`|~\w-]+|"(?:[^"\\]|\\.)*"))?)*$/;
const HOST_VALUE = /^(?:\[[\w.:~!$&'()*+,;=%-]+\]|[\w.~!$&'()*+,;=%-]*)(?::[0-9]*)?$/;
const AUTHORITY_FORM = /^(?:\[[\w.:~!$&'()*+,;=%-]+\]|[\w.~!$&'()*+,;=%-]+):[0-9]+$/;
const ABSOLUTE_FORM = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[\w.:@~!$&'()*+,;=%[\]-]+(?:[/?#]|$)/;

/** 1 at the places of the bytes that may stand in an element. */
type ByteClass = Uint8Array;

const VISIBLE = bytesWhere((byte) => byte > 0x20 && byte < 0x7f);
const TOKEN = bytesWhere((byte) => /[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(String.fromCharCode(byte)));
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
  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}
