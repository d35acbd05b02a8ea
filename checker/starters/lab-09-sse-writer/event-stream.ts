/**
 * Lab 09: events as bytes of an event stream (WHATWG HTML §9.2.5), and the hub that gives each event to every reader.
 * No sockets in here.
 *
 * The contract and the steps are in README.md beside this file.
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

/**
 * One event, with the empty line that ends it, in UTF-8.
 *
 * @throws TypeError for CR or LF in `event` or `id`, NUL in `id`, and a `retry` that is no whole number from 0 to 2^53 - 1
 */
export function encodeEvent(event: OutgoingEvent): Uint8Array {
  // TODO(lab-09): steps 1 and 2. One line a field; what of data that has several lines?
  return new Uint8Array(0);
}

/**
 * A comment: bytes that a reader skips. They keep the connection alive.
 *
 * @param text  what it says; each of its lines becomes a comment line
 */
export function encodeComment(text: string): Uint8Array {
  // TODO(lab-09): step 5. What begins a line that a reader skips?
  return new Uint8Array(0);
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
  /** What each id begins with. Step 6 says what a restart does to ids. */
  idPrefix?: string;
}

/** Gives every published event to every reader, in order, and holds the last ones for those that come back. */
export class EventHub {
  constructor(options: EventHubOptions) {
    // TODO(lab-09): what has to be kept for all, and what for each reader?
  }

  /**
   * A reader is there.
   *
   * @param lastEventId  what it has read before; undefined for a new reader, which gets what is live
   * @returns call it when the reader is gone
   */
  subscribe(sink: Sink, lastEventId?: string): () => void {
    // TODO(lab-09): steps 4, 6 and 7.
    return () => {};
  }

  /**
   * Give an event to all readers.
   *
   * @returns its id
   * @throws TypeError as `encodeEvent`
   */
  publish(event: { event?: string; data: string }): string {
    // TODO(lab-09): steps 4 and 6.
    return '';
  }

  /** Send all readers a comment. */
  heartbeat(): void {
    // TODO(lab-09): step 5.
  }
}
