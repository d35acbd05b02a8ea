/**
 * The response that carries an event stream, as it grows: head, chunks or plain bytes, events. Each byte is looked at
 * once, so a stream may be long and readers may be many.
 */
import { type DispatchedEvent, EventStreamReader } from './event-stream.ts';
import { type Finding, type HttpResponse, type ResponseHead, readResponse } from './http-response.ts';

const CR = 0x0d;
const LF = 0x0a;
const CHUNK_SIZE = /^([\dA-Fa-f]{1,12})([\t ]*;[\t\x20-\x7e\x80-\xff]*)?$/;
const LONGEST_SIZE_LINE = 4096;
/** No head of these labs is longer. */
const LONGEST_HEAD = 64 * 1024;

export class EventStreamResponse {
  head: ResponseHead | undefined;
  /** A response that was over with its head or its length: an error, for instance. */
  whole: HttpResponse | undefined;
  /** What must not be sent. */
  finding: Finding | undefined;
  /** The last chunk has come. */
  complete = false;
  readonly stream = new EventStreamReader();
  /** All that was dispatched. */
  readonly events: DispatchedEvent[] = [];
  readonly #version: '1.0' | '1.1';
  #begun: Uint8Array = new Uint8Array();
  /** Bytes of the response that were looked at. */
  #at = 0;
  /** Of the chunk that is under way; undefined while a size line is. */
  #chunkLeft: number | undefined;
  #sizeLine = '';
  /** Where it begins. */
  #sizeAt = 0;
  #trailer = false;

  constructor(version: '1.0' | '1.1' = '1.1') {
    this.#version = version;
  }

  /** @param over  the server has ended its side: nothing follows these bytes */
  receive(bytes: Uint8Array, over = false): void {
    if (this.finding !== undefined || this.whole !== undefined) return;
    if (this.head === undefined) this.#receiveHead(bytes, over);
    else this.#receiveBody(bytes);
  }

  #receiveHead(bytes: Uint8Array, over: boolean): void {
    this.#begun = this.#begun.length === 0 ? bytes.slice() : Buffer.concat([this.#begun, bytes]);
    const reading = readResponse(this.#begun, 0, { method: 'GET', version: this.#version }, over);
    if (reading.kind === 'broken') {
      // Of a body that can be read as it grows, the wrong byte is found in its turn.
      this.finding = reading.finding;
      return;
    }
    const head = reading.kind === 'complete' ? reading.response : reading.head;
    if (head === undefined) {
      if (this.#begun.length > LONGEST_HEAD) {
        const message = `a head of more than ${LONGEST_HEAD} bytes`;
        this.finding = { slug: 'endless-line', offset: 0, message, rule: 'RFC 9112 §2.1' };
      }
      return;
    }
    if (head.framing === 'length' || head.framing === 'none') {
      if (reading.kind === 'complete') this.whole = reading.response;
      // An event stream with a length: what comes is read all the same, and the head is judged by others.
      if (head.framing === 'none' || head.status !== 200) return;
    }
    this.head = { lengthBytes: 0, ...head };
    this.#at = head.bodyStart;
    const rest = this.#begun.subarray(head.bodyStart);
    this.#begun = new Uint8Array();
    this.#receiveBody(rest);
  }

  #receiveBody(bytes: Uint8Array): void {
    if (this.head?.framing !== 'chunked') this.#take(bytes);
    else
      for (let rest = bytes; rest.length > 0 && this.finding === undefined; )
        rest = this.#chunkLeft === undefined ? this.#receiveSize(rest) : this.#receiveData(rest);
  }

  #take(data: Uint8Array): void {
    this.#at += data.length;
    this.events.push(...this.stream.receive(data));
  }

  /** Data, and the CRLF behind it: `#chunkLeft` counts both. @returns what is left */
  #receiveData(bytes: Uint8Array): Uint8Array {
    const left = this.#chunkLeft!;
    const data = bytes.subarray(0, Math.max(0, Math.min(bytes.length, left - 2)));
    if (data.length > 0) this.#take(data);
    this.#chunkLeft = left - data.length;
    let rest = bytes.subarray(data.length);
    while (rest.length > 0 && this.#chunkLeft > 0) {
      if (rest[0] !== (this.#chunkLeft === 2 ? CR : LF)) {
        this.#break('chunk-end', 'a chunk without CRLF behind its data');
        return rest;
      }
      this.#at += 1;
      this.#chunkLeft -= 1;
      rest = rest.subarray(1);
    }
    if (this.#chunkLeft === 0) this.#chunkLeft = undefined;
    return rest;
  }

  /** The line before a chunk, or those behind the last one. @returns what is left */
  #receiveSize(bytes: Uint8Array): Uint8Array {
    if (this.complete) {
      this.#break('extra-bytes', 'bytes behind the last chunk');
      return bytes;
    }
    if (this.#sizeLine === '') this.#sizeAt = this.#at;
    const end = bytes.indexOf(LF);
    const piece = bytes.subarray(0, end === -1 ? bytes.length : end + 1);
    this.#sizeLine += Buffer.from(piece).toString('latin1');
    if (this.#sizeLine.length > LONGEST_SIZE_LINE) this.#break('chunk-size', 'an endless chunk size');
    else if (end !== -1) {
      const line = this.#sizeLine;
      this.#sizeLine = '';
      if (!line.endsWith('\r\n')) this.#break('bare-lf', 'a line that ends in LF without CR');
      else this.#takeLine(line.slice(0, -2));
    }
    this.#at += piece.length;
    return bytes.subarray(piece.length);
  }

  #takeLine(line: string): void {
    if (this.#trailer) {
      if (line === '') this.complete = true;
      return;
    }
    const size = CHUNK_SIZE.exec(line)?.[1];
    if (size === undefined) {
      const shown = JSON.stringify(line.slice(0, 40));
      this.#break('chunk-size', `${shown} where a chunk size in hexadecimal belongs`, this.#sizeAt);
      return;
    }
    const dataBytes = Number.parseInt(size, 16);
    if (dataBytes === 0) this.#trailer = true;
    else this.#chunkLeft = dataBytes + 2;
  }

  #break(slug: string, message: string, offset = this.#at): void {
    this.finding = {
      slug,
      offset,
      message,
      rule: 'RFC 9112 §7.1',
      ...(this.head && { status: this.head.status }),
    };
  }
}
