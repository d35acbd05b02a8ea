/**
 * Lab 08: the core of a client that polls. What came of the last request goes in, with the time and a random number;
 * the new messages and the time until the next request come out. No sockets, no timers, no clock in here.
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
  readonly #options: Required<PollerOptions>;
  /** The greatest id that was given out. */
  #since = 0;
  /** When the last request was sent. */
  #askedMs = 0;
  /** The longest wait after the next failure. */
  #ceilingMs: number;

  constructor(options: PollerOptions) {
    this.#options = { intervalMs: 1000, timeoutSeconds: 30, retryMs: 500, maxRetryMs: 30_000, ...options };
    this.#ceilingMs = this.#options.retryMs;
  }

  /**
   * A request is sent now.
   *
   * @param nowMs  any clock that only goes forward
   * @returns its target: `/messages?since=3`, or `/messages/wait?since=3&timeout=30`
   */
  ask(nowMs: number): string {
    this.#askedMs = nowMs;
    const { mode, timeoutSeconds } = this.#options;
    // The server does not know its clients: each request says how far this one has read.
    if (mode === 'short') return `/messages?since=${this.#since}`;
    return `/messages/wait?since=${this.#since}&timeout=${timeoutSeconds}`;
  }

  /**
   * The last request has come to this.
   *
   * @param nowMs   on the same clock
   * @param random  0 or more, less than 1
   * @returns what is new, and how long to wait
   */
  receive(outcome: Outcome, nowMs: number, random: number): Step {
    if (outcome.type === 'failed') return { messages: [], delayMs: this.#backOff(random) };
    this.#ceilingMs = this.#options.retryMs;
    const messages = outcome.type === 'messages' ? this.#takeNew(outcome.messages) : [];
    return { messages, delayMs: this.#untilNext(nowMs) };
  }

  /** `since` moves here and nowhere else: behind what is given out, never behind what was only asked for. */
  #takeNew(messages: Message[]): Message[] {
    return messages.filter(({ id }) => {
      if (id <= this.#since) return false;
      this.#since = id;
      return true;
    });
  }

  #untilNext(nowMs: number): number {
    if (this.#options.mode === 'long') return 0;
    return Math.max(0, this.#askedMs + this.#options.intervalMs - nowMs);
  }

  /** Between half of the ceiling and the whole, so that clients which failed together do not come back together. */
  #backOff(random: number): number {
    const ceilingMs = Math.min(this.#ceilingMs, this.#options.maxRetryMs);
    this.#ceilingMs = ceilingMs * 2;
    return (ceilingMs * (1 + random)) / 2;
  }
}
