/** A parser that looks at one byte after the other: a state for the place in the line, and lists of bytes. */
type StreamEvent =
  | { type: 'event'; event: string; data: string; lastEventId: string }
  | { type: 'id'; lastEventId: string }
  | { type: 'retry'; retryMs: number }
  | { type: 'failed'; code: 'too-large'; message: string; offset: number };

export class EventStreamParser {
  #limit: number;
  #offset = 0;
  #failed = false;
  #state: 'name' | 'space' | 'value' | 'comment' = 'name';
  #afterCr = false;
  #lineBytes = 0;
  #name: Bytes = new Bytes();
  #value: Bytes = new Bytes();
  #data: Bytes = new Bytes();
  #type = '';
  #nextId: string;
  #id: string;

  constructor(options: { maxEventBytes?: number; lastEventId?: string } = {}) {
    this.#limit = options.maxEventBytes ?? 1_048_576;
    this.#id = options.lastEventId ?? '';
    this.#nextId = this.#id;
  }

  receive(chunk: Uint8Array): StreamEvent[] {
    const events: StreamEvent[] = [];
    for (const byte of chunk) {
      if (this.#failed) break;
      this.#take(byte, events);
      this.#offset += 1;
    }
    return events;
  }

  end(): StreamEvent[] {
    return [];
  }

  #take(byte: number, events: StreamEvent[]): void {
    const afterCr = this.#afterCr;
    this.#afterCr = byte === 0x0d;
    if (byte === 0x0a && afterCr) return;
    if (byte === 0x0a || byte === 0x0d) {
      this.#endLine(events);
      return;
    }
    this.#lineBytes += 1;
    if (this.#lineBytes > 1.5 * this.#limit) this.#fail(events);
    else if (this.#state === 'name') this.#takeName(byte);
    else if (this.#state === 'space' && byte === 0x20) this.#state = 'value';
    else if (this.#state !== 'comment') {
      this.#state = 'value';
      this.#value.push(byte);
    }
  }

  #takeName(byte: number): void {
    if (byte !== 0x3a) this.#name.push(byte);
    else if (this.#name.length === 0) this.#state = 'comment';
    else {
      this.#state = 'space';
    }
    // A byte order mark counts only as the first three bytes of the stream.
    if (this.#offset === 2 && this.#name.text(true) === '\ufeff') {
      this.#name.clear();
      this.#lineBytes = 0;
    }
  }

  #endLine(events: StreamEvent[]): void {
    const isEmpty = this.#lineBytes === 0;
    const name = this.#state === 'comment' ? '' : this.#name.text();
    if (isEmpty) this.#dispatch(events);
    else if (name === 'data') {
      this.#data.append(this.#value);
      this.#data.push(0x0a);
      if (this.#data.length > 1.5 * this.#limit) this.#fail(events);
    } else if (name === 'event') this.#type = this.#value.text();
    else if (name === 'id' && !this.#value.text().includes('\0')) this.#nextId = this.#value.text();
    else if (name === 'retry' && /^\d+$/.test(this.#value.text()))
      events.push({ type: 'retry', retryMs: Number.parseInt(this.#value.text(), 10) });
    this.#state = 'name';
    this.#lineBytes = 0;
    this.#name.clear();
    this.#value.clear();
  }

  #dispatch(events: StreamEvent[]): void {
    const before = this.#id;
    this.#id = this.#nextId;
    if (this.#data.length > 0) {
      const data = this.#data.text().slice(0, -1);
      events.push({
        data,
        event: this.#type === '' ? 'message' : this.#type,
        lastEventId: this.#id,
        type: 'event',
      });
    } else if (before !== this.#id) events.push({ lastEventId: this.#id, type: 'id' });
    this.#data = new Bytes();
    this.#type = '';
  }

  #fail(events: StreamEvent[]): void {
    this.#failed = true;
    events.push({ type: 'failed', code: 'too-large', message: 'too large', offset: this.#offset });
  }
}

class Bytes {
  #room = new Uint8Array(16);
  length = 0;

  push(byte: number): void {
    if (this.length === this.#room.length) this.#grow(2 * this.length);
    this.#room[this.length] = byte;
    this.length += 1;
  }

  append(other: Bytes): void {
    const length = this.length + other.length;
    if (length > this.#room.length) this.#grow(2 * length);
    this.#room.set(other.#room.subarray(0, other.length), this.length);
    this.length = length;
  }

  clear(): void {
    this.length = 0;
  }

  text(withMark = true): string {
    return new TextDecoder('utf-8', { ignoreBOM: withMark }).decode(this.#room.subarray(0, this.length));
  }

  #grow(size: number): void {
    const room = new Uint8Array(size);
    room.set(this.#room.subarray(0, this.length));
    this.#room = room;
  }
}
