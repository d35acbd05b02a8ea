/**
 * Lab 08: the core of a client that polls. What came of the last request goes in, with the time and a random number;
 * the new messages and the time until the next request come out. No sockets, no timers, no clock in here.
 *
 * The contract and the steps are in README.md beside this file.
 */

/** One message of the server. Ids count from 1 and go up. */
export interface Message {
  id: number;
  text: string;
}

/** What came of a request. */
export type Outcome =
  /** A 200: what the server has that is newer, in order; none where there is no news. */
  | { type: 'messages'; messages: Message[] }
  /** A 204: the server held the request until its timeout, and there was no news. */
  | { type: 'none' }
  /** No connection, no answer, or one that is neither of the two. */
  | { type: 'failed' };

export interface PollerOptions {
  /** Ask at an interval, or ask and let the server hold the request. */
  mode: 'short' | 'long';
  /** From the start of a short poll to the start of the next. Default 1000. */
  intervalMs?: number;
  /** How long the server may hold a long poll, in seconds; may be a fraction. Default 30. */
  timeoutSeconds?: number;
  /** The longest wait after the first failure. Default 500. */
  retryMs?: number;
  /** The longest wait after any number of failures. Default 30,000. */
  maxRetryMs?: number;
}

/** What to do next. */
export interface Step {
  /** Those that were not given out before, in order. */
  messages: Message[];
  /** How long to wait before the next `ask`; 0 for at once. */
  delayMs: number;
}

/** Remembers how far it has read, and when to ask again. */
export class Poller {
  constructor(options: PollerOptions) {
    // TODO(lab-08): what has to be remembered from one poll to the next?
  }

  /**
   * A request is sent now.
   *
   * @param nowMs  any clock that only goes forward
   * @returns its target: `/messages?since=3`, or `/messages/wait?since=3&timeout=30`
   */
  ask(nowMs: number): string {
    // TODO(lab-08): step 5. What does the server have to know?
    return '';
  }

  /**
   * The last request has come to this.
   *
   * @param nowMs   on the same clock
   * @param random  0 or more, less than 1
   * @returns what is new, and how long to wait
   */
  receive(outcome: Outcome, nowMs: number, random: number): Step {
    // TODO(lab-08): step 5. Give out what is new. When is the next request due?
    return { messages: [], delayMs: 0 };
  }
}
