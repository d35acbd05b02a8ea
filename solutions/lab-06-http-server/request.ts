/** A request as the handler sees it, and its body on the way from the parser. */
import type { Field, RequestHead } from '../lab-05-http-request/parser.ts';
import type { Connection } from './connection.ts';
import type { Request } from './http.ts';

/** Bytes that one connection may hold of what the handler has not taken yet; then its socket is not read. */
export const MAX_INCOMING_BYTES = 64 * 1024;

/** Parts of a body, likewise: however small a part is, it holds the whole chunk that it came in. */
const MAX_INCOMING_PARTS = 16;

export class IncomingRequest implements Request {
  readonly method: string;
  readonly target: string;
  readonly version: '1.0' | '1.1';
  readonly headers: Field[];
  readonly body: AsyncIterable<Uint8Array>;
  #abort: AbortController | undefined;
  #gone = false;

  constructor(head: RequestHead, body: AsyncIterable<Uint8Array>) {
    this.method = head.method;
    this.target = head.target;
    this.version = head.version;
    this.headers = head.headers;
    this.body = body;
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#gone) this.#abort.abort();
    return this.#abort.signal;
  }

  peerGone(): void {
    this.#gone = true;
    this.#abort?.abort();
  }
}

export const NO_BODY: AsyncIterable<Uint8Array> = { async *[Symbol.asyncIterator]() {} };

/** A body on its way from the parser to the handler. */
export class Body implements AsyncIterable<Uint8Array> {
  readonly #connection: Connection;
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;
  #begun = false;
  #complete = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    if (!this.#begun) this.#connection.bodyWanted(this);
    this.#begun = true;
    for (;;) {
      const part = this.#parts.shift();
      if (part !== undefined) {
        this.#bytes -= part.length;
        yield part;
      } else if (this.#failure !== undefined) {
        throw this.#failure;
      } else if (this.#complete) {
        return;
      } else {
        await this.#more();
      }
    }
  }

  /** The handler has been given all there is, and asks for more. */
  get waiting(): boolean {
    return this.#wake !== undefined;
  }

  get full(): boolean {
    return this.#bytes >= MAX_INCOMING_BYTES || this.#parts.length >= MAX_INCOMING_PARTS;
  }

  push(part: Uint8Array): void {
    this.#parts.push(part);
    this.#bytes += part.length;
    this.#wakeUp();
  }

  end(): void {
    this.#complete = true;
    this.#wakeUp();
  }

  fail(failure: Error): void {
    if (this.#complete) return;
    this.#failure ??= failure;
    this.#wakeUp();
  }

  async #more(): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#connection.advance();
    await woken;
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
