/**
 * Another design: a queue and a loop for each reader, a list of what is held that is searched, ids that are drawn.
 * Lines end with CRLF, and fields that may do without the space behind the colon have none.
 */
import { randomUUID } from 'node:crypto';

export interface OutgoingEvent {
  event?: string;
  id?: string;
  retry?: number;
  data?: string;
}

export interface Sink {
  write(bytes: Uint8Array): boolean;
  drained(): Promise<void>;
  cut(): void;
}

export interface EventHubOptions {
  history: number;
  maxBufferedBytes: number;
  idPrefix?: string;
}

const encoder = new TextEncoder();

export function encodeEvent(event: OutgoingEvent): Uint8Array {
  const lines: string[] = [];
  const field = (name: string, value: string) =>
    lines.push(value.startsWith(' ') ? `${name}: ${value}` : `${name}:${value}`);
  if (event.data !== undefined) {
    const text = event.data.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
    for (const line of text.split('\n')) field('data', line);
  }
  if (event.retry !== undefined) {
    if (!/^\d+$/.test(String(event.retry))) throw new TypeError('retry');
    field('retry', String(event.retry));
  }
  for (const name of ['id', 'event'] as const) {
    const value = event[name];
    if (value === undefined) continue;
    if (value.includes('\r') || value.includes('\n')) throw new TypeError(name);
    if (name === 'id' && value.includes('\0')) throw new TypeError(name);
    field(name, value);
  }
  return encoder.encode(`${lines.map((line) => `${line}\r\n`).join('')}\r\n`);
}

export function encodeComment(text: string): Uint8Array {
  if (/[\r\n]/.test(text)) throw new TypeError('a comment has one line');
  return encoder.encode(`: ${text}\r\n\r\n`);
}

/** One reader, with a loop that writes and waits. */
class Queue {
  readonly #sink: Sink;
  readonly #maxBytes: number;
  #waiting: { bytes: Uint8Array; counts: boolean }[] = [];
  #countedBytes = 0;
  #wake: (() => void) | undefined;
  #over = false;

  constructor(sink: Sink, maxBytes: number) {
    this.#sink = sink;
    this.#maxBytes = maxBytes;
  }

  /** @returns false when the reader has been cut */
  push(bytes: Uint8Array, counts: boolean): boolean {
    if (counts && this.#countedBytes + bytes.length > this.#maxBytes) {
      this.stop();
      this.#sink.cut();
      return false;
    }
    if (counts) this.#countedBytes += bytes.length;
    this.#waiting.push({ bytes, counts });
    this.#wake?.();
    return true;
  }

  stop(): void {
    this.#over = true;
    this.#waiting = [];
    this.#wake?.();
  }

  async run(): Promise<void> {
    while (!this.#over) {
      const next = this.#waiting.shift();
      if (next === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
        continue;
      }
      if (next.counts) this.#countedBytes -= next.bytes.length;
      if (!this.#sink.write(next.bytes)) await this.#sink.drained();
    }
  }
}

export class EventHub {
  readonly #options: EventHubOptions;
  readonly #queues = new Set<Queue>();
  #held: { id: string; bytes: Uint8Array }[] = [];

  constructor(options: EventHubOptions) {
    this.#options = options;
  }

  subscribe(sink: Sink, lastEventId?: string): () => void {
    const queue = new Queue(sink, this.#options.maxBufferedBytes);
    if (lastEventId !== undefined) {
      const at = this.#held.findIndex(({ id }) => id === lastEventId);
      // Without an id: the reader keeps the one that it came with.
      if (at < 0) queue.push(encodeEvent({ event: 'reset', data: '{\n  "reason": "unknown id"\n}' }), false);
      else for (const { bytes } of this.#held.slice(at + 1)) queue.push(bytes, false);
    }
    this.#queues.add(queue);
    queue.run();
    return () => {
      this.#queues.delete(queue);
      queue.stop();
    };
  }

  publish(event: { event?: string; data: string }): string {
    const id = randomUUID();
    const bytes = encodeEvent({ ...event, id });
    this.#held = [...this.#held, { id, bytes }].slice(-this.#options.history);
    for (const queue of this.#queues) {
      if (!queue.push(bytes, true)) this.#queues.delete(queue);
    }
    return id;
  }

  heartbeat(): void {
    for (const queue of this.#queues) queue.push(encodeComment(new Date().toISOString()), false);
  }
}
