/**
 * Lab 10: an event stream (WHATWG HTML §9.2.5 and §9.2.6). Bytes in, events out. No sockets in here.
 *
 * The contract and the steps are in README.md beside this file.
 */

export type StreamEvent =
  /** An event was dispatched. */
  | {
      type: 'event';
      /** Its type: `message` where the stream names none. */
      event: string;
      data: string;
      /** The last event ID of the stream at this event; empty where there was none. */
      lastEventId: string;
    }
  /** A block without data has given the stream another last event ID. */
  | { type: 'id'; lastEventId: string }
  /** The server wants a client that lost the stream to wait so long before it comes back. */
  | { type: 'retry'; retryMs: number }
  | Failed;

/** The last event of a parser: after it nothing more comes. */
export interface Failed {
  type: 'failed';
  code: 'too-large';
  /** What went wrong, for people. */
  message: string;
  /** The byte of the stream at which the line begins that is too much, from 0. */
  offset: number;
}

export interface ParserOptions {
  /** What the parser keeps at most, in bytes: the line that is coming, or the data of one event. Default 1 MiB. */
  maxEventBytes?: number;
  /** The last event ID of the streams before this one. Default empty. */
  lastEventId?: string;
}

/** Finds the events in one event stream. */
export class EventStreamParser {
  constructor(options: ParserOptions = {}) {
    // TODO(lab-10): what has to be kept from one chunk to the next, and what from one event to the next?
  }

  /**
   * Take the next bytes of the stream.
   *
   * @param chunk  any number of bytes, from none to many events
   * @returns what these bytes complete, in order; `failed` last, when the limit is passed
   */
  receive(chunk: Uint8Array): StreamEvent[] {
    // TODO(lab-10): steps 1 to 5.
    return [];
  }

  /**
   * The stream is over.
   *
   * @returns nothing: an event whose empty line has not come is lost
   */
  end(): StreamEvent[] {
    // TODO(lab-10): step 6.
    return [];
  }
}
