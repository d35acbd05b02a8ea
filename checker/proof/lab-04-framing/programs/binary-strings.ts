/** Bytes kept as binary strings, one character a byte, which join at no cost; lines are split off as JavaScript splits text. */
import { isUtf8 } from 'node:buffer';

type Failure = ReturnType<typeof failure>;

function failure(code: 'too-long' | 'invalid-utf8' | 'unfinished', offset: number) {
  return { type: 'failed' as const, code, message: `${code}, from byte ${offset} on`, offset };
}

export class LineDecoder {
  maxBytes: number;
  kept = '';
  offset = 0;
  failed: Failure | null = null;

  constructor(options?: { maxBytes?: number }) {
    this.maxBytes = options?.maxBytes ?? 65_536;
  }

  receive = (chunk: Uint8Array) => {
    if (this.failed || chunk.length === 0) return [];
    const [first = '', ...more] = Buffer.from(chunk).toString('latin1').split('\n');
    const lines = [this.kept + first, ...more];
    this.kept = lines.pop()!;
    const events = [];
    for (const line of lines) {
      const event = this.read(line);
      events.push(event);
      if (event.type === 'failed') return events;
      this.offset += line.length + 1;
    }
    // Of the chunk, not of what is kept: a look into a joined string makes V8 copy it.
    const cr = chunk.at(-1) === 13 ? 1 : 0;
    if (this.kept.length - cr > this.maxBytes) {
      events.push(this.fail('too-long'));
    }
    return events;
  };

  end = () => (this.failed || this.kept === '' ? [] : [this.fail('unfinished')]);

  read(line: string) {
    const bytes = Buffer.from(line.replace(/\r$/, ''), 'latin1');
    if (bytes.length > this.maxBytes) return this.fail('too-long');
    if (!isUtf8(bytes)) return this.fail('invalid-utf8');
    return { type: 'line' as const, text: bytes.toString('utf8') };
  }

  fail(code: Failure['code']): Failure {
    this.failed = failure(code, this.offset);
    return this.failed;
  }
}

export class LengthPrefixDecoder {
  maxBytes: number;
  parts: string[] = [];
  bytes = 0;
  expected = -1;
  offset = 0;
  failed = false;

  constructor(options?: { maxBytes?: number }) {
    this.maxBytes = options?.maxBytes ?? 65_536;
  }

  receive(chunk: Uint8Array) {
    const events = [];
    const text = Buffer.from(chunk).toString('latin1');
    for (let at = 0; !this.failed; ) {
      const wanted = this.expected < 0 ? 4 : this.expected;
      const part = text.slice(at, at + wanted - this.bytes);
      at += part.length;
      this.parts.push(part);
      this.bytes += part.length;
      if (this.bytes < wanted) break;
      const bytes = Buffer.from(this.parts.join(''), 'latin1');
      this.parts = [];
      this.bytes = 0;
      if (this.expected < 0) {
        this.expected = bytes.readUIntBE(0, 4);
        if (this.expected > this.maxBytes) {
          this.failed = true;
          events.push(failure('too-long', this.offset));
        }
      } else {
        events.push({ type: 'message' as const, bytes });
        this.offset += 4 + bytes.length;
        this.expected = -1;
      }
    }
    return events;
  }

  end() {
    if (this.failed || (this.expected < 0 && this.bytes === 0)) return [];
    this.failed = true;
    return [failure('unfinished', this.offset)];
  }
}

export function encodeLine(text: string) {
  const units = [...text];
  if (units.includes('\n') || units.at(-1) === '\r') throw new RangeError('that is not one line');
  if (units.some((unit) => unit.length === 1 && unit >= '\ud800' && unit <= '\udfff')) {
    throw new RangeError('that is no text');
  }
  return new Uint8Array(Buffer.from(`${text}\n`, 'utf8'));
}

export function encodeLengthPrefixed(bytes: Uint8Array) {
  const message = Buffer.allocUnsafe(4 + bytes.length);
  message.writeUIntBE(bytes.length, 0, 4);
  message.set(bytes, 4);
  return message;
}
