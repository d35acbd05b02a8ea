/**
 * Lab 10: when to come back. What became of a stream goes in, with the time and a random number; how long to wait comes
 * out. No sockets, no timers, no clock in here.
 */

export interface ReconnectionOptions {
  /** The reconnection time until the server names another. Default 3000. */
  retryMs?: number;
  /** The longest wait after failed attempts, where the reconnection time is not longer. Default 30,000. */
  maxRetryMs?: number;
  /** A stream from which nothing has come for so long counts as dead; 0 for never. Default 0. */
  silenceMs?: number;
}

/** A timer of Node that is longer fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Doubled so often, every time above 0 is longer than the longest timer. (And 0 × 2^1024 would be no number.) */
const MAX_DOUBLINGS = 31;

/** Remembers how often it has failed, what the server asked for, and when it has last heard from it. */
export class Reconnection {
  /** "a reconnection time, in milliseconds. This must initially be an implementation-defined value" (§9.2.2) */
  #retryMs: number;
  readonly #maxRetryMs: number;
  readonly #silenceMs: number;
  /** How often the wait has been asked for since a stream was opened. */
  #losses = 0;
  /** When the stream that is open was last heard; undefined when none is open. */
  #heardMs: number | undefined;

  constructor({ retryMs = 3000, maxRetryMs = 30_000, silenceMs = 0 }: ReconnectionOptions = {}) {
    this.#retryMs = retryMs;
    this.#maxRetryMs = maxRetryMs;
    this.#silenceMs = silenceMs;
  }

  /**
   * The stream says `retry`.
   *
   * @param retryMs  0 or more
   */
  retry(retryMs: number): void {
    this.#retryMs = retryMs;
  }

  /** A response has come that is an event stream. */
  opened(nowMs: number): void {
    this.#losses = 0;
    this.#heardMs = nowMs;
  }

  /** Bytes of the stream have come, a comment for one. */
  heard(nowMs: number): void {
    this.#heardMs = nowMs;
  }

  /**
   * How long the stream that is open may stay silent from now on.
   *
   * @returns ms, 0 when it counts as dead; undefined where it may be silent for ever
   */
  silenceLeft(nowMs: number): number | undefined {
    if (this.#silenceMs === 0 || this.#heardMs === undefined) return undefined;
    return Math.max(0, this.#heardMs + this.#silenceMs - nowMs);
  }

  /**
   * The stream is over, or an attempt to open one has failed.
   *
   * @param random  0 or more, less than 1
   * @returns how long to wait before the next attempt, in ms
   */
  lost(random: number): number {
    // "Wait a delay equal to the reconnection time of the event source. Optionally, wait some more. In particular, if the
    // previous attempt failed, then user agents might introduce an exponential backoff delay" (§9.2.3)
    const doublings = Math.min(this.#losses, MAX_DOUBLINGS);
    const ceilingMs = Math.min(this.#maxRetryMs, this.#retryMs * 2 ** doublings);
    this.#losses += 1;
    this.#heardMs = undefined;
    // Half of it is random, so that all who lost the server at once do not come back at once.
    return Math.min(MAX_TIMER_MS, Math.max(this.#retryMs, (ceilingMs * (1 + random)) / 2));
  }
}
