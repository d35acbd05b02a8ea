/**
 * The judge's own reading of an event stream (WHATWG HTML §9.2.5 and §9.2.6), in steps that a wrong reader can take
 * another way: see wrong-lines.ts, wrong-events.ts and wrong-ids.ts.
 */
import { type Cuts, chunkCount, chunkEnd } from '../../drive/cuts.ts';

export type Told =
  | { type: 'event'; event: string; data: string; lastEventId: string }
  | { type: 'id'; lastEventId: string }
  | { type: 'retry'; retryMs: number };

export class StreamReader {
  /** What the call that is under way gives out. */
  told: Told[] = [];
  /** Of the line that is coming. */
  line = '';
  /** The last character was a CR: an LF that comes now belongs to it. */
  afterCr = false;
  /** Of the block that is coming: the values of its `data` lines, its last type, and all its lines. */
  data: string[] = [];
  type = '';
  lines: string[] = [];
  /** What `id` lines have said, and what the last empty line made of it. */
  idBuffer: string;
  lastEventId: string;
  decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #atStart = true;

  constructor(lastEventId = '') {
    this.idBuffer = lastEventId;
    this.lastEventId = lastEventId;
  }

  receive(chunk: Uint8Array): Told[] {
    this.told = [];
    this.read(this.decode(chunk));
    return this.told;
  }

  /** "Once the end of the file is reached, any pending data must be discarded" (§9.2.6). */
  end(): Told[] {
    return [];
  }

  decode(chunk: Uint8Array): string {
    return this.decoder.decode(chunk, { stream: true });
  }

  read(text: string): void {
    for (const character of text) {
      if (!this.#atStart || !this.skips(character)) this.take(character);
      this.#atStart = false;
    }
  }

  /** Whether the first character is none of the stream: "one leading U+FEFF BYTE ORDER MARK" (§9.2.5). */
  skips(character: string): boolean {
    return character === '\ufeff';
  }

  /** Lines end with LF, CR or CRLF (§9.2.5). */
  take(character: string): void {
    const { afterCr } = this;
    this.afterCr = character === '\r';
    if (character === '\n' && afterCr) return;
    if (this.endsLine(character)) this.endLine();
    else this.line += character;
  }

  endsLine(character: string): boolean {
    return character === '\n' || character === '\r';
  }

  endLine(): void {
    const { line } = this;
    this.line = '';
    if (line === '') {
      this.endBlock();
      return;
    }
    this.lines.push(line);
    this.readLine(line);
  }

  readLine(line: string): void {
    if (line.startsWith(':')) return;
    const colon = this.colonOf(line);
    if (colon === -1) this.field(line, '');
    else this.field(line.slice(0, colon), this.valueOf(line.slice(colon + 1)));
  }

  colonOf(line: string): number {
    return line.indexOf(':');
  }

  /** "If value starts with a U+0020 SPACE character, remove it from value" (§9.2.6). */
  valueOf(written: string): string {
    return written.replace(/^ /, '');
  }

  field(name: string, value: string): void {
    if (name === 'data') this.data.push(value);
    else if (name === 'event') this.type = value;
    else if (name === 'id') this.setId(value);
    else if (name === 'retry') this.setRetry(value);
  }

  setId(value: string): void {
    if (!value.includes('\0')) this.idBuffer = value;
  }

  setRetry(value: string): void {
    const retryMs = this.retryOf(value);
    if (retryMs !== undefined) this.told.push({ type: 'retry', retryMs });
  }

  retryOf(value: string): number | undefined {
    return /^[0-9]+$/.test(value) ? Number(value) : undefined;
  }

  /** "dispatch the event": the ID first, and then, if there is data, the event (§9.2.6). */
  endBlock(): void {
    const before = this.lastEventId;
    this.lastEventId = this.idBuffer;
    if (this.dispatches()) this.dispatch(before);
    else if (this.tellsId(before)) this.told.push({ type: 'id', lastEventId: this.lastEventId });
    this.forgetBlock();
  }

  dispatches(): boolean {
    return this.data.length > 0;
  }

  /** Whether a block without data has changed the ID, which was `before`. */
  tellsId(before: string): boolean {
    return this.lastEventId !== before;
  }

  dispatch(_before: string): void {
    this.told.push({
      type: 'event',
      event: this.typeOf(),
      data: this.dataOf(),
      lastEventId: this.lastEventId,
    });
  }

  typeOf(): string {
    return this.type || 'message';
  }

  /** Each value with an LF behind it, and the last LF removed. */
  dataOf(): string {
    return this.data.join('\n');
  }

  forgetBlock(): void {
    this.data = [];
    this.type = '';
    this.lines = [];
  }
}

/** A symptom, and the class of the readers that show it. */
export type WrongReader = readonly [symptom: string, new (lastEventId?: string) => StreamReader];

/** What each call gives out: one list a piece, and one for the end, if it is told. */
export function readPieces(reader: StreamReader, pieces: readonly Uint8Array[], end = true): Told[][] {
  return [...pieces.map((piece) => reader.receive(piece)), ...(end ? [reader.end()] : [])];
}

/** The bytes as they are cut. */
export function piecesOf(bytes: Uint8Array, cuts: Cuts): Uint8Array[] {
  return Array.from({ length: chunkCount(cuts, bytes.length) }, (_, index) =>
    bytes.subarray(chunkEnd(cuts, index - 1, bytes.length), chunkEnd(cuts, index, bytes.length)),
  );
}
