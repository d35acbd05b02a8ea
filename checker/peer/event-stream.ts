/**
 * The judge's own reading of an event stream (WHATWG HTML §9.2.5 and §9.2.6), written apart from every solution. It takes
 * bytes in any pieces. What is legal and surely a mistake is kept as a remark, so that a report can name the cause.
 */

/** An event that a reader dispatches. */
export interface DispatchedEvent {
  type: string;
  data: string;
  /** The reader's last event id when it was dispatched. */
  id: string;
  /** Offset in the stream of the first line of its block, and of the first byte behind the line end that dispatched it. */
  start: number;
  end: number;
}

export type RemarkKind =
  /** A line whose field no reader knows: very often the second line of a text. */
  | 'unknown-field'
  | 'retry-not-digits'
  | 'nul-in-id'
  /** A block with a type that ended without any data: nothing was dispatched. */
  | 'no-data'
  | 'invalid-utf8';

/** A deviation that is legal and was surely not meant. */
export interface Remark {
  kind: RemarkKind;
  /** Of the first byte of the line. */
  offset: number;
  /** The line, as a reader decodes it. */
  line: string;
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const BOM = [0xef, 0xbb, 0xbf];
/** Enough to name a cause by. */
const MOST_REMARKS = 100;

const lossy = new TextDecoder('utf-8', { ignoreBOM: true });
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

export class EventStreamReader {
  /** Bytes that came. */
  totalBytes = 0;
  /** What the reader would send when it comes back; empty when it has none. */
  lastEventId = '';
  /** In ms, as the last valid `retry` said. */
  retry: number | undefined;
  /** Lines that begin with a colon. */
  comments = 0;
  /** Complete lines, of any kind. */
  lines = 0;
  readonly remarks: Remark[] = [];
  /** Pieces of the line that is not complete. */
  #line: Uint8Array[] = [];
  #lineBytes = 0;
  /** The last byte was CR, so that an LF now belongs to the same line end. */
  #afterCr = false;
  #idBuffer = '';
  #type = '';
  /** Undefined while the block has no `data` line; the lines otherwise. */
  #data: string[] | undefined;
  /** Where the block begins; undefined between two. */
  #blockStart: number | undefined;

  /** Take the next bytes; what they dispatch comes back, in order. */
  receive(bytes: Uint8Array): DispatchedEvent[] {
    const events: DispatchedEvent[] = [];
    const base = this.totalBytes;
    let start = this.#afterCr && bytes[0] === LF ? 1 : 0;
    if (bytes.length > 0) this.#afterCr = false;
    // Each is looked for again only when it was passed: a long line is searched once.
    let [lf, cr] = [bytes.indexOf(LF, start), bytes.indexOf(CR, start)];
    while (lf !== -1 || cr !== -1) {
      const at = cr === -1 || (lf !== -1 && lf < cr) ? lf : cr;
      const line = this.#complete(bytes.subarray(start, at));
      const event = this.#takeLine(line, base + at - line.length, base + at + 1);
      if (event !== undefined) events.push(event);
      start = at + 1;
      if (at === cr) {
        if (bytes[start] === LF) start += 1;
        else if (start === bytes.length) this.#afterCr = true;
        cr = bytes.indexOf(CR, start);
      }
      if (lf !== -1 && lf < start) lf = bytes.indexOf(LF, start);
    }
    if (start < bytes.length) {
      // A copy: what was received may be written over.
      this.#line.push(bytes.slice(start));
      this.#lineBytes += bytes.length - start;
    }
    this.totalBytes += bytes.length;
    return events;
  }

  /** What stands behind the last complete line. */
  get unfinishedLine(): string {
    return lossy.decode(Buffer.concat(this.#line));
  }

  /** Whether a block has begun, and no empty line has ended it. */
  get inBlock(): boolean {
    return this.#blockStart !== undefined;
  }

  /** Whether `data` has come that no empty line has dispatched yet, in complete lines. */
  get undispatchedData(): string | undefined {
    return this.#data?.join('\n');
  }

  #complete(rest: Uint8Array): Uint8Array {
    if (this.#lineBytes === 0) return rest;
    const whole = Buffer.concat([...this.#line, rest]);
    this.#line = [];
    this.#lineBytes = 0;
    return whole;
  }

  /** §9.2.6, "interpreting an event stream": one line, without its end. */
  #takeLine(bytes: Uint8Array, offset: number, end: number): DispatchedEvent | undefined {
    const line =
      offset === 0 && BOM.every((byte, index) => bytes[index] === byte) ? bytes.subarray(3) : bytes;
    this.lines += 1;
    if (line.length === 0) return this.#dispatch(end);
    if (line[0] === COLON) {
      this.comments += 1;
      return undefined;
    }
    this.#blockStart ??= offset;
    const colon = line.indexOf(COLON);
    const name = this.#text(colon === -1 ? line : line.subarray(0, colon), offset);
    let valueAt = colon === -1 ? line.length : colon + 1;
    if (line[valueAt] === SPACE) valueAt += 1;
    this.#field(name, this.#text(line.subarray(valueAt), offset), offset, line);
    return undefined;
  }

  /** Names are compared as they are: "Field names must be compared literally, with no case folding performed." */
  #field(name: string, value: string, offset: number, line: Uint8Array): void {
    const remark = (kind: RemarkKind): void => this.#remark(kind, offset, line);
    if (name === 'event') this.#type = value;
    else if (name === 'data') {
      this.#data ??= [];
      this.#data.push(value);
    } else if (name === 'id') {
      if (value.includes('\0')) remark('nul-in-id');
      else this.#idBuffer = value;
    } else if (name === 'retry') {
      if (/^[0-9]+$/.test(value)) this.retry = Number(value);
      else remark('retry-not-digits');
    } else remark('unknown-field');
  }

  /** The empty line. The last event id is set even where nothing is dispatched. */
  #dispatch(end: number): DispatchedEvent | undefined {
    this.lastEventId = this.#idBuffer;
    const [data, type, start] = [this.#data, this.#type, this.#blockStart ?? end];
    this.#data = undefined;
    this.#type = '';
    this.#blockStart = undefined;
    if (data === undefined) {
      if (type !== '') this.#remark('no-data', start, Buffer.from(`event: ${type}`));
      return undefined;
    }
    return {
      type: type === '' ? 'message' : type,
      data: data.join('\n'),
      id: this.lastEventId,
      start,
      end,
    };
  }

  #text(bytes: Uint8Array, offset: number): string {
    try {
      return strict.decode(bytes);
    } catch {
      this.#remark('invalid-utf8', offset, bytes);
      return lossy.decode(bytes);
    }
  }

  #remark(kind: RemarkKind, offset: number, line: Uint8Array): void {
    if (this.remarks.length < MOST_REMARKS)
      this.remarks.push({ kind, offset, line: lossy.decode(line.subarray(0, 200)) });
  }
}

/** All that a reader dispatches for these bytes, and the reader behind them. */
export function readEvents(bytes: Uint8Array): { events: DispatchedEvent[]; reader: EventStreamReader } {
  const reader = new EventStreamReader();
  return { events: reader.receive(bytes), reader };
}

/** `an event of the type "add" with the id "7" and the data "milk"` */
export function describeEvent({
  type,
  data,
  id,
}: {
  type: string;
  data: string;
  id?: string | undefined;
}): string {
  const named = id === undefined ? '' : ` with the id ${shown(id)} and`;
  return `an event of the type ${shown(type)}${named === '' ? ' with' : named} the data ${shown(data)}`;
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
