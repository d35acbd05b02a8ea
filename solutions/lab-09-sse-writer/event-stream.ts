/**
 * Events as bytes of an event stream (WHATWG HTML §9.2.5), and the hub that gives each event to every reader.
 * No sockets in here, and no timer.
 */

/** One block of an event stream. A member that is left out writes no line. */
export interface OutgoingEvent {
  /** The event's type. A reader that finds none takes it for `message`. */
  event?: string;
  /** What a reader sends as `Last-Event-ID` when it comes back. */
  id?: string;
  /** How long a reader is to wait before it comes back, in ms: a whole number. */
  retry?: number;
  /** Any text. Its line ends, CR, LF or CRLF, arrive as LF. */
  data?: string;
}

/** §9.2.5: `end-of-line = ( cr lf / cr / lf )`. */
const END_OF_LINE = /\r\n|\r|\n/;

/**
 * One event, with the empty line that ends it, in UTF-8.
 *
 * @throws TypeError for CR or LF in `event` or `id`, NUL in `id`, and a `retry` that is no whole number from 0 to 2^53 - 1
 */
export function encodeEvent({ event, id, retry, data }: OutgoingEvent): Uint8Array {
  // §9.2.6: "If value starts with a U+0020 SPACE character, remove it from value." So one is always written.
  let block = '';
  if (event !== undefined) block += `event: ${singleLine('event', event)}\n`;
  if (id !== undefined) block += `id: ${withoutNul(singleLine('id', id))}\n`;
  if (retry !== undefined) block += `retry: ${wholeNumber(retry)}\n`;
  // §9.2.6 on `data`: "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character
  // to the data buffer." The last of these is taken away again when the event is dispatched.
  if (data !== undefined) for (const line of data.split(END_OF_LINE)) block += `data: ${line}\n`;
  // Here a lone surrogate becomes U+FFFD.
  return Buffer.from(`${block}\n`, 'utf8');
}

/**
 * A comment: bytes that a reader skips. They keep the connection alive.
 *
 * @param text  what it says; each of its lines becomes a comment line
 */
export function encodeComment(text: string): Uint8Array {
  const lines = text.split(END_OF_LINE).map((line) => `:${line}\n`);
  return Buffer.from(lines.join(''), 'utf8');
}

function singleLine(name: string, value: string): string {
  if (/[\r\n]/.test(value)) throw new TypeError(`CR or LF in ${name}: ${JSON.stringify(value)}`);
  return value;
}

/** §9.2.6: "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field value." */
function withoutNul(id: string): string {
  if (id.includes('\0')) throw new TypeError(`NUL in id: ${JSON.stringify(id)}`);
  return id;
}

/** §9.2.6 takes nothing but ASCII digits, and numbers beyond 2^53 are written in another form. */
function wholeNumber(retry: number): number {
  if (!Number.isSafeInteger(retry) || retry < 0) throw new TypeError(`retry is no whole number: ${retry}`);
  return retry;
}

/** Where a reader's bytes go: a response of lab 06, for one. */
export interface Sink {
  /** @returns false when the reader does not keep up: go on after `drained()` */
  write(bytes: Uint8Array): boolean;
  /** Fulfilled when there is room again, or the reader is gone. */
  drained(): Promise<void>;
  /** Cut the connection off. */
  cut(): void;
}

export interface EventHubOptions {
  /** How many events are held for readers that come back. */
  history: number;
  /** The most bytes that may wait for one reader, in here. */
  maxBufferedBytes: number;
  /** What each id begins with: another text in each run, so that the ids of two runs are never the same. */
  idPrefix?: string;
}

/** One that is there. */
interface Reader {
  readonly sink: Sink;
  /** What it could not take yet; undefined while it keeps up. */
  waiting: Uint8Array[] | undefined;
  waitingBytes: number;
  /** How many bytes may wait for it. */
  maxWaitingBytes: number;
}

const HEARTBEAT = encodeComment('');

/**
 * Gives every published event to every reader, in order, and holds the last ones for those that come back.
 *
 * Events are numbered from 1 up; an id is the number behind the prefix. Each event is encoded once, and all who wait for
 * it hold the same bytes.
 */
export class EventHub {
  readonly #history: number;
  readonly #maxBufferedBytes: number;
  readonly #idPrefix: string;
  readonly #readers = new Set<Reader>();
  /** The number of the newest event; 0 before the first. */
  #newest = 0;
  /** The last events: that with the number n is at n modulo `#history`. */
  readonly #held: Uint8Array[] = [];

  constructor({ history, maxBufferedBytes, idPrefix = '' }: EventHubOptions) {
    this.#history = history;
    this.#maxBufferedBytes = maxBufferedBytes;
    this.#idPrefix = idPrefix;
  }

  /**
   * A reader is there.
   *
   * @param lastEventId  what it has read before; undefined for a new reader, which gets what is live
   * @returns call it when the reader is gone
   */
  subscribe(sink: Sink, lastEventId?: string): () => void {
    const reader: Reader = { sink, waiting: undefined, waitingBytes: 0, maxWaitingBytes: Infinity };
    const missed = lastEventId === undefined ? [] : this.#behind(lastEventId);
    // All in one turn: nothing can be published in between, so there is no gap and no double.
    for (const bytes of missed) this.#send(reader, bytes);
    this.#readers.add(reader);
    // What is replayed is held anyway, and does not count.
    reader.maxWaitingBytes = this.#maxBufferedBytes + reader.waitingBytes;
    return () => this.#readers.delete(reader);
  }

  /**
   * Give an event to all readers.
   *
   * @returns its id
   * @throws TypeError as `encodeEvent`
   */
  publish({ event, data }: { event?: string; data: string }): string {
    const id = this.#idOf(this.#newest + 1);
    const bytes = encodeEvent(event === undefined ? { id, data } : { event, id, data });
    this.#newest += 1;
    this.#held[this.#newest % this.#history] = bytes;
    for (const reader of this.#readers) this.#send(reader, bytes);
    return id;
  }

  /** Send all readers a comment. One for which something waits has no need of it. */
  heartbeat(): void {
    for (const reader of this.#readers) {
      if (reader.waiting === undefined) this.#send(reader, HEARTBEAT);
    }
  }

  // --- what is held

  #idOf(number: number): string {
    return this.#idPrefix + number;
  }

  /** The events behind the one with this id; `reset` alone when nobody knows any more which they are. */
  #behind(lastEventId: string): Uint8Array[] {
    const number = this.#numberOf(lastEventId);
    if (number === undefined || number > this.#newest || number < this.#newest - this.#history) {
      // With an id: the reader that has loaded everything anew need not do so again when it comes back.
      return [encodeEvent({ event: 'reset', id: this.#idOf(this.#newest), data: 'events are missing' })];
    }
    const events: Uint8Array[] = [];
    for (let next = number + 1; next <= this.#newest; next += 1)
      events.push(this.#held[next % this.#history]!);
    return events;
  }

  #numberOf(id: string): number | undefined {
    const number = Number(id.slice(this.#idPrefix.length));
    return Number.isSafeInteger(number) && number >= 0 && id === this.#idOf(number) ? number : undefined;
  }

  // --- readers that keep up, and readers that do not

  #send(reader: Reader, bytes: Uint8Array): void {
    if (reader.waiting === undefined) {
      if (!reader.sink.write(bytes)) this.#wait(reader);
      return;
    }
    reader.waiting.push(bytes);
    reader.waitingBytes += bytes.length;
    if (reader.waitingBytes > reader.maxWaitingBytes) this.#cut(reader);
  }

  /** The reader is to see that its stream has broken off: an event that is left out it could not see. */
  #cut(reader: Reader): void {
    this.#readers.delete(reader);
    reader.waiting = [];
    reader.sink.cut();
  }

  async #wait(reader: Reader): Promise<void> {
    reader.waiting = [];
    do {
      await reader.sink.drained();
    } while (this.#readers.has(reader) && !this.#writeWaiting(reader, reader.waiting));
    reader.waiting = undefined;
  }

  /** @returns false when the reader does not keep up, again */
  #writeWaiting(reader: Reader, waiting: Uint8Array[]): boolean {
    let written = 0;
    let room = true;
    while (room && written < waiting.length) {
      const bytes = waiting[written]!;
      room = reader.sink.write(bytes);
      reader.waitingBytes -= bytes.length;
      // What was replayed is in front, and leaves first.
      reader.maxWaitingBytes = Math.max(this.#maxBufferedBytes, reader.maxWaitingBytes - bytes.length);
      written += 1;
    }
    waiting.splice(0, written);
    return room;
  }
}
