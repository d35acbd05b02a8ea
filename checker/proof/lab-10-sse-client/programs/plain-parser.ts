/** A parser in the plainest form: all is text, and a line is cut out before it is looked at. */
type StreamEvent =
  | { type: 'event'; event: string; data: string; lastEventId: string }
  | { type: 'id'; lastEventId: string }
  | { type: 'retry'; retryMs: number }
  | { type: 'failed'; code: 'too-large'; message: string; offset: number };

export class EventStreamParser {
  #maxBytes: number;
  #decoder = new TextDecoder();
  #events: StreamEvent[] = [];
  #failed = false;
  #line = '';
  #lineBytes = 0;
  #afterCr = false;
  #data: string[] = [];
  #dataBytes = 0;
  #type = '';
  #idBuffer: string;
  #id: string;

  constructor({ maxEventBytes = 2 ** 20, lastEventId = '' } = {}) {
    this.#maxBytes = maxEventBytes;
    this.#idBuffer = lastEventId;
    this.#id = lastEventId;
  }

  receive(chunk: Uint8Array): StreamEvent[] {
    this.#events = [];
    const text = this.#decoder.decode(chunk, { stream: true });
    let start = 0;
    for (const { index } of text.matchAll(/[\r\n]/g)) {
      const line = text.slice(start, index);
      const isRest = text[index] === '\n' && this.#afterCr && line === '' && this.#line === '';
      this.#keep(line);
      if (!this.#failed && !isRest) this.#readLine(this.#line);
      this.#line = '';
      this.#lineBytes = 0;
      start = index + 1;
      this.#afterCr = text[index] === '\r';
    }
    this.#keep(text.slice(start));
    return this.#events;
  }

  end(): StreamEvent[] {
    return [];
  }

  #keep(piece: string): void {
    if (this.#failed) return;
    this.#lineBytes += bytesOf(piece);
    if (this.#lineBytes > this.#maxBytes + 6) this.#fail();
    else this.#line += piece;
  }

  #readLine(line: string): void {
    if (line === '') {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? '' : line.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (name === 'data') {
      this.#data.push(value);
      this.#dataBytes += bytesOf(value) + 1;
      if (this.#dataBytes > this.#maxBytes + 1) this.#fail();
    }
    if (name === 'event') this.#type = value;
    if (name === 'id' && !value.includes('\0')) this.#idBuffer = value;
    if (name === 'retry' && /^[0-9]+$/.test(value))
      this.#events.push({ type: 'retry', retryMs: Number(value) });
  }

  #dispatch(): void {
    const changed = this.#id !== this.#idBuffer;
    this.#id = this.#idBuffer;
    if (this.#data.length > 0) {
      const data = this.#data.join('\n');
      this.#events.push({ type: 'event', event: this.#type || 'message', data, lastEventId: this.#id });
    } else if (changed) {
      this.#events.push({ type: 'id', lastEventId: this.#id });
    }
    this.#data = [];
    this.#dataBytes = 0;
    this.#type = '';
  }

  #fail(): void {
    this.#failed = true;
    this.#line = '';
    this.#data = [];
    this.#events.push({ type: 'failed', code: 'too-large', message: 'too much', offset: 0 });
  }
}

/** A U+FFFD stands for one byte at least. */
function bytesOf(text: string): number {
  return Buffer.byteLength(text) - 2 * (text.split('\ufffd').length - 1);
}
