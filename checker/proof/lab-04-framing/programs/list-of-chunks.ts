/** Keeps the pieces as they came, in a list, and joins them once; Buffers throughout, and messages that are views. */
import { Buffer } from 'node:buffer';

type Event = { type: string; [member: string]: unknown };

export class LineDecoder {
  #pieces: Buffer[] = [];
  #kept = 0;
  #offset = 0;
  #open = true;
  #max: number;

  constructor(options: { maxBytes?: number } = {}) {
    this.#max = options.maxBytes === undefined ? 65_536 : options.maxBytes;
  }

  receive(data: Uint8Array): Event[] {
    if (!this.#open) return [];
    const chunk = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const events: Event[] = [];
    let from = 0;
    for (;;) {
      const lf = chunk.indexOf('\n', from);
      const piece = chunk.subarray(from, lf === -1 ? chunk.length : lf);
      if (piece.length > 0) {
        this.#pieces.push(piece);
        this.#kept += piece.length;
      }
      if (lf === -1) {
        const endsWithCr = this.#pieces.at(-1)?.at(-1) === 13;
        if (this.#kept > this.#max + Number(endsWithCr)) events.push(this.#close('too-long'));
        return events;
      }
      let line = Buffer.concat(this.#pieces, this.#kept);
      const bytes = line.length + 1;
      if (line.at(-1) === 13) line = line.subarray(0, -1);
      if (line.length > this.#max) return [...events, this.#close('too-long')];
      const text = line.toString();
      // What was replaced does not come back as it was.
      if (!Buffer.from(text).equals(line)) return [...events, this.#close('invalid-utf8')];
      events.push({ type: 'line', text, bytes: line.length });
      this.#pieces = [];
      this.#kept = 0;
      this.#offset += bytes;
      from = lf + 1;
    }
  }

  end(): Event[] {
    if (!this.#open || this.#kept === 0) return [];
    return [this.#close('unfinished')];
  }

  #close(code: string): Event {
    this.#open = false;
    this.#pieces = [];
    return { type: 'failed', code, message: 'no', offset: this.#offset, at: new Date(0) };
  }
}

export class LengthPrefixDecoder {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #needed = 4;
  #inMessage = false;
  #offset = 0;
  #open = true;
  #max: number;

  constructor({ maxBytes = 65_536 } = {}) {
    this.#max = maxBytes;
  }

  receive(data: Uint8Array): Event[] {
    const events: Event[] = [];
    if (!this.#open) return events;
    this.#chunks.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    this.#bytes += data.byteLength;
    if (this.#bytes < this.#needed) return events;
    let all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    while (all.length >= this.#needed) {
      const part = all.subarray(0, this.#needed);
      all = all.subarray(this.#needed);
      if (this.#inMessage) {
        events.push({ type: 'message', bytes: part });
        this.#offset += 4 + part.length;
        this.#needed = 4;
      } else {
        this.#needed = part.readUInt32BE(0);
        if (this.#needed > this.#max) {
          this.#open = false;
          this.#chunks = [];
          return events.concat({ type: 'failed', code: 'too-long', message: '', offset: this.#offset });
        }
      }
      this.#inMessage = !this.#inMessage;
    }
    this.#chunks = [all];
    this.#bytes = all.length;
    return events;
  }

  end(): Event[] {
    if (!this.#open || (!this.#inMessage && this.#bytes === 0)) return [];
    this.#open = false;
    return [{ type: 'failed', code: 'unfinished', message: '', offset: this.#offset }];
  }
}

export const encodeLine = (text: string): Uint8Array => {
  const bytes = Buffer.from(text);
  if (/\n|\r$/.test(text) || bytes.toString() !== text) throw new RangeError('not a line');
  return Buffer.concat([bytes, Buffer.of(10)]);
};

export const encodeLengthPrefixed = (bytes: Uint8Array): Uint8Array => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
