/** Generators that read straight down and yield when bytes are missing: the suspended function is the state. */
type Failed = { type: 'failed'; code: string; message: string; offset: number };

/** Bytes that have come and were not taken yet: a list of chunks. */
class Inbox {
  chunks: Uint8Array[] = [];
  available = 0;
  taken = 0;
  ended = false;

  put(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.available += chunk.length;
  }

  take(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    let filled = 0;
    let used = 0;
    while (filled < count) {
      const chunk = this.chunks[used]!;
      const part = chunk.subarray(0, count - filled);
      bytes.set(part, filled);
      filled += part.length;
      if (part.length === chunk.length) used += 1;
      else this.chunks[used] = chunk.subarray(part.length);
    }
    this.chunks.splice(0, used);
    this.available -= count;
    this.taken += count;
    return bytes;
  }
}

abstract class Reader<Event> {
  protected readonly inbox = new Inbox();
  protected readonly maxBytes: number;
  #events: (Event | Failed)[] = [];
  readonly #run: Generator<void, void>;

  constructor(options: { maxBytes?: number } = {}) {
    this.maxBytes = options.maxBytes ?? 64 * 1024;
    this.#run = this.read();
    this.#run.next();
  }

  receive(chunk: Uint8Array): (Event | Failed)[] {
    this.inbox.put(chunk);
    return this.#step();
  }

  end(): (Event | Failed)[] {
    this.inbox.ended = true;
    return this.#step();
  }

  protected abstract read(): Generator<void, void>;

  protected give(event: Event): void {
    this.#events.push(event);
  }

  protected fail(code: string, offset: number): void {
    this.#events.push({ type: 'failed', code, message: `${code} at ${offset}`, offset });
  }

  #step(): (Event | Failed)[] {
    this.#events = [];
    this.#run.next();
    return this.#events;
  }
}

export class LineDecoder extends Reader<{ type: 'line'; text: string }> {
  protected *read(): Generator<void, void> {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    for (;;) {
      const begin = this.inbox.taken;
      // Chunks of this line that have been searched, and the bytes in them.
      let searched = 0;
      let before = 0;
      let last = -1;
      let at = -1;
      while (at < 0) {
        for (; searched < this.inbox.chunks.length && at < 0; searched += 1) {
          const chunk = this.inbox.chunks[searched]!;
          const index = chunk.indexOf(0x0a);
          const length = index < 0 ? chunk.length : index;
          if (length > 0) last = chunk[length - 1]!;
          before += length;
          if (before > this.maxBytes + (last === 0x0d ? 1 : 0)) return this.fail('too-long', begin);
          if (index >= 0) at = before;
        }
        if (at >= 0) break;
        if (this.inbox.ended) {
          if (before > 0) this.fail('unfinished', begin);
          return;
        }
        yield;
      }
      const line = this.inbox.take(at + 1);
      const end = at > 0 && line[at - 1] === 0x0d ? at - 1 : at;
      let text: string;
      try {
        text = decoder.decode(line.subarray(0, end));
      } catch {
        return this.fail('invalid-utf8', begin);
      }
      this.give({ type: 'line', text });
    }
  }
}

export class LengthPrefixDecoder extends Reader<{ type: 'message'; bytes: Uint8Array }> {
  protected *read(): Generator<void, void> {
    for (;;) {
      const begin = this.inbox.taken;
      while (this.inbox.available < 4) {
        if (this.inbox.ended) {
          if (this.inbox.available > 0) this.fail('unfinished', begin);
          return;
        }
        yield;
      }
      const [a, b, c, d] = this.inbox.take(4) as unknown as [number, number, number, number];
      const length = ((a * 256 + b) * 256 + c) * 256 + d;
      if (length > this.maxBytes) return this.fail('too-long', begin);
      while (this.inbox.available < length) {
        if (this.inbox.ended) return this.fail('unfinished', begin);
        yield;
      }
      this.give({ type: 'message', bytes: this.inbox.take(length) });
    }
  }
}

export function encodeLine(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(`${text}\n`);
  const [first, ...others] = new LineDecoder({ maxBytes: bytes.length }).receive(bytes);
  if (others.length > 0 || first?.type !== 'line' || first.text !== text) {
    throw new RangeError(`${JSON.stringify(text)} does not come back as it is`);
  }
  return bytes;
}

export function encodeLengthPrefixed(bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(bytes.length + 4);
  for (let index = 0; index < 4; index += 1) all[index] = Math.floor(bytes.length / 256 ** (3 - index));
  all.set(bytes, 4);
  return all;
}
