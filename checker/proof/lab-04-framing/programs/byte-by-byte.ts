/** A state machine that looks at one byte at a time, and knows at the first impossible byte that a line is not UTF-8. */
import { Buffer } from 'node:buffer';

type Failed = { type: 'failed'; code: string; message: string; offset: number };
type LineEvent = { type: 'line'; text: string } | Failed;
type MessageEvent = { type: 'message'; bytes: Uint8Array } | Failed;

export class LineDecoder {
  private readonly most: number;
  private bytes: number[] = [];
  private heldCr = false;
  private seen = 0;
  private begin = 0;
  private dead = false;
  /** Continuation bytes that are missing, and the range of the next one. */
  private missing = 0;
  private low = 0x80;
  private high = 0xbf;

  constructor(options?: { maxBytes?: number }) {
    this.most = options?.maxBytes ?? 65536;
  }

  receive(chunk: Uint8Array): LineEvent[] {
    const out: LineEvent[] = [];
    for (let i = 0; i < chunk.length; i++) {
      if (this.dead) break;
      this.take(chunk[i]!, out);
    }
    return out;
  }

  end(): LineEvent[] {
    const out: LineEvent[] = [];
    if (!this.dead && this.seen > this.begin) this.die('unfinished', out);
    return out;
  }

  private take(byte: number, out: LineEvent[]): void {
    this.seen++;
    if (byte === 0x0a) {
      if (this.missing > 0) {
        this.die('invalid-utf8', out);
        return;
      }
      out.push({ type: 'line', text: Buffer.from(this.bytes).toString('utf8') });
      this.bytes = [];
      this.heldCr = false;
      this.begin = this.seen;
      return;
    }
    if (this.heldCr) {
      this.heldCr = false;
      if (!this.keep(0x0d, out)) return;
    }
    if (byte === 0x0d) this.heldCr = true;
    else this.keep(byte, out);
  }

  private keep(byte: number, out: LineEvent[]): boolean {
    if (this.bytes.length >= this.most) {
      this.die('too-long', out);
      return false;
    }
    if (!this.fits(byte)) {
      this.die('invalid-utf8', out);
      return false;
    }
    this.bytes.push(byte);
    return true;
  }

  private fits(byte: number): boolean {
    if (this.missing > 0) {
      if (byte < this.low || byte > this.high) return false;
      this.missing--;
      this.low = 0x80;
      this.high = 0xbf;
      return true;
    }
    if (byte < 0x80) return true;
    if (byte < 0xc2 || byte > 0xf4) return false;
    this.missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    if (byte === 0xe0) this.low = 0xa0;
    if (byte === 0xed) this.high = 0x9f;
    if (byte === 0xf0) this.low = 0x90;
    if (byte === 0xf4) this.high = 0x8f;
    return true;
  }

  private die(code: string, out: LineEvent[]): void {
    this.dead = true;
    this.bytes = [];
    out.push({ type: 'failed', code, message: code, offset: this.begin });
  }
}

export class LengthPrefixDecoder {
  private readonly most: number;
  private digits = 0;
  private length = 0;
  private body: number[] = [];
  private begin = 0;
  private dead = false;

  constructor(options?: { maxBytes?: number }) {
    this.most = options?.maxBytes ?? 65536;
  }

  receive(chunk: Uint8Array): MessageEvent[] {
    const out: MessageEvent[] = [];
    for (const byte of chunk) {
      if (this.dead) return out;
      if (this.digits < 4) {
        this.length = this.length * 256 + byte;
        this.digits++;
        // A length can only grow: three bytes may be enough to know that it is too large.
        if (this.length * 256 ** (4 - this.digits) > this.most) {
          this.dead = true;
          out.push({ type: 'failed', code: 'too-long', message: `${this.length}`, offset: this.begin });
          return out;
        }
      } else this.body.push(byte);
      if (this.digits === 4 && this.body.length === this.length) {
        out.push({ type: 'message', bytes: Uint8Array.from(this.body) });
        this.begin += 4 + this.length;
        this.digits = 0;
        this.length = 0;
        this.body = [];
      }
    }
    return out;
  }

  end(): MessageEvent[] {
    if (this.dead || this.digits === 0) return [];
    this.dead = true;
    return [{ type: 'failed', code: 'unfinished', message: 'cut', offset: this.begin }];
  }
}

export function encodeLine(text: string): Uint8Array {
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code === 0x0a || (code >= 0xd800 && code <= 0xdfff)) throw new TypeError(`U+${code.toString(16)}`);
  }
  if (text.at(-1) === '\r') throw new TypeError('CR at the end');
  return Buffer.from(`${text}\n`);
}

export function encodeLengthPrefixed(bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  if (length > 0xffffffff) throw new TypeError('too long');
  return Buffer.concat([Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length), bytes]);
}
