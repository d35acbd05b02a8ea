/** One array for all that has come and was not given out: bytes are added behind, taken in front, and moved now and then. */
class Window {
  #room = new Uint8Array(1024);
  #from = 0;
  #to = 0;

  get length(): number {
    return this.#to - this.#from;
  }

  at(index: number): number | undefined {
    return index < 0 || index >= this.length ? undefined : this.#room[this.#from + index];
  }

  add(bytes: Uint8Array): void {
    if (this.#to + bytes.length > this.#room.length) {
      const needed = this.length + bytes.length;
      // In place while that frees half of the room, so that each byte is moved a bounded number of times.
      const room = needed * 2 <= this.#room.length ? this.#room : new Uint8Array(needed * 2);
      room.set(this.#room.subarray(this.#from, this.#to));
      this.#room = room;
      this.#to -= this.#from;
      this.#from = 0;
    }
    this.#room.set(bytes, this.#to);
    this.#to += bytes.length;
  }

  indexOf(byte: number, from: number): number {
    const index = this.#room.subarray(0, this.#to).indexOf(byte, this.#from + from);
    return index < 0 ? -1 : index - this.#from;
  }

  /** A copy of the first bytes, which are gone then. */
  take(count: number): Uint8Array {
    const bytes = this.#room.slice(this.#from, this.#from + count);
    this.#from += count;
    return bytes;
  }
}

class Decoder {
  readonly window = new Window();
  readonly maxBytes: number;
  offset = 0;
  failed = false;

  constructor(options: { maxBytes?: number } = {}) {
    this.maxBytes = options.maxBytes ?? 2 ** 16;
  }

  fail(code: string): object[] {
    this.failed = true;
    return [{ type: 'failed', code, message: `it is ${code}`, offset: this.offset }];
  }
}

export class LineDecoder extends Decoder {
  /** Of the window, how many bytes are known to have no LF. */
  #searched = 0;

  receive(chunk: Uint8Array): object[] {
    const events: object[] = [];
    // In parts, so that the window has never more than the limit and one part.
    for (let at = 0; at < chunk.length && !this.failed; at += 4096) {
      this.window.add(chunk.subarray(at, at + 4096));
      this.#lines(events);
    }
    return events;
  }

  end(): object[] {
    return this.failed || this.window.length === 0 ? [] : this.fail('unfinished');
  }

  #lines(events: object[]): void {
    for (;;) {
      const lf = this.window.indexOf(10, this.#searched);
      const bytes = lf < 0 ? this.window.length : lf;
      const cr = this.window.at(bytes - 1) === 13 ? 1 : 0;
      if (bytes - cr > this.maxBytes) {
        events.push(...this.fail('too-long'));
        return;
      }
      this.#searched = lf < 0 ? bytes : 0;
      if (lf < 0) return;
      const line = this.window.take(lf + 1);
      try {
        const text = new TextDecoder(undefined, { fatal: true, ignoreBOM: true }).decode(
          line.subarray(0, bytes - cr),
        );
        events.push(Object.freeze({ text, type: 'line' }));
      } catch {
        events.push(...this.fail('invalid-utf8'));
        return;
      }
      this.offset += line.length;
    }
  }
}

export class LengthPrefixDecoder extends Decoder {
  receive(chunk: Uint8Array): object[] {
    if (this.failed) return [];
    this.window.add(chunk);
    const events: object[] = [];
    while (this.window.length >= 4) {
      const length = [0, 1, 2, 3].reduce((sum, index) => sum * 256 + this.window.at(index)!, 0);
      if (length > this.maxBytes) return events.concat(this.fail('too-long'));
      if (this.window.length < 4 + length) break;
      const bytes = this.window.take(4 + length).subarray(4);
      events.push({ bytes, type: 'message' });
      this.offset += 4 + length;
    }
    return events;
  }

  end(): object[] {
    return this.failed || this.window.length === 0 ? [] : this.fail('unfinished');
  }
}

export function encodeLine(text: string): Uint8Array {
  if (/[\n\p{Cs}]|\r$/u.test(text)) throw new TypeError('cannot be one line');
  return Uint8Array.from([...new TextEncoder().encode(text), 10]);
}

export function encodeLengthPrefixed(bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  const out = new Uint8Array(length + 4);
  out.set([length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255]);
  out.set(bytes, 4);
  return out;
}
