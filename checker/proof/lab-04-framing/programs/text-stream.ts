/** A TextDecoder in stream mode, so that the line grows as text; and room for a whole message as soon as its length is known. */
export class LineDecoder {
  private decoder = new TextDecoder('utf8', { fatal: true, ignoreBOM: true });
  private text = '';
  private length = 0;
  private cr = false;
  private offset = 0;
  private failed = false;
  private readonly maxBytes: number;

  constructor(options: { maxBytes?: number } = {}) {
    this.maxBytes = options.maxBytes ?? 65_536;
  }

  receive(chunk: Uint8Array): object[] {
    const events: object[] = [];
    let at = 0;
    while (at < chunk.length && !this.failed) {
      let lf = chunk.indexOf(10, at);
      const complete = lf >= 0;
      if (!complete) lf = chunk.length;
      const part = chunk.subarray(at, lf);
      at = lf + 1;
      this.length += part.length;
      if (part.length > 0) this.cr = part[part.length - 1] === 13;
      if (this.length - Number(this.cr) > this.maxBytes) events.push(this.fail('too-long'));
      else {
        try {
          this.text += this.decoder.decode(part, { stream: !complete });
          if (complete) {
            events.push({ type: 'line', text: this.cr ? this.text.slice(0, -1) : this.text });
            this.offset += this.length + 1;
            this.text = '';
            this.length = 0;
            this.cr = false;
          }
        } catch {
          events.push(this.fail('invalid-utf8'));
        }
      }
    }
    return events;
  }

  end(): object[] {
    return this.failed || this.length === 0 ? [] : [this.fail('unfinished')];
  }

  private fail(code: string): object {
    this.failed = true;
    return { type: 'failed', code, message: `failed: ${code}`, offset: this.offset };
  }
}

export class LengthPrefixDecoder {
  private prefix = new Uint8Array(4);
  private message: Uint8Array | undefined;
  private filled = 0;
  private offset = 0;
  private state: 'open' | 'failed' = 'open';
  private readonly maxBytes: number;

  constructor(options?: { maxBytes?: number }) {
    this.maxBytes = options?.maxBytes ?? 65_536;
  }

  receive(chunk: Uint8Array): object[] {
    const events: object[] = [];
    let at = 0;
    while (this.state === 'open') {
      const target = this.message ?? this.prefix;
      const count = Math.min(chunk.length - at, target.length - this.filled);
      target.set(chunk.subarray(at, at + count), this.filled);
      this.filled += count;
      at += count;
      if (this.filled < target.length) return events;
      this.filled = 0;
      if (this.message !== undefined) {
        events.push({ type: 'message', bytes: this.message });
        this.offset += 4 + this.message.length;
        this.message = undefined;
        continue;
      }
      const [a = 0, b = 0, c = 0, d = 0] = this.prefix;
      const length = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
      if (length > this.maxBytes) {
        this.state = 'failed';
        events.push({ type: 'failed', code: 'too-long', message: `${length}`, offset: this.offset });
      } else this.message = new Uint8Array(length);
    }
    return events;
  }

  end(): object[] {
    if (this.state === 'failed' || (this.message === undefined && this.filled === 0)) return [];
    this.state = 'failed';
    return [{ type: 'failed', code: 'unfinished', message: 'too few', offset: this.offset }];
  }
}

export function encodeLine(text: string): Uint8Array {
  try {
    encodeURIComponent(text);
  } catch {
    throw new TypeError('not well formed');
  }
  if (text.indexOf('\n') >= 0) throw new RangeError('two lines');
  if (text.charCodeAt(text.length - 1) === 13) throw new RangeError('ends with CR');
  const line = new Uint8Array(3 * text.length + 1);
  const { written } = new TextEncoder().encodeInto(text, line);
  line[written] = 10;
  return line.subarray(0, written + 1);
}

export function encodeLengthPrefixed(bytes: Uint8Array): Uint8Array {
  const room = new ArrayBuffer(bytes.byteLength + 4);
  new DataView(room).setUint32(0, bytes.byteLength, false);
  const message = new Uint8Array(room);
  message.set(bytes, 4);
  return message;
}
