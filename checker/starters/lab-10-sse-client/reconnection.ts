/**
 * Lab 10: when to come back. What became of a stream goes in, with the time and a random number; how long to wait comes
 * out. No sockets, no timers, no clock in here.
 *
 * The contract and the steps are in README.md beside this file.
 */

export interface ReconnectionOptions {
  /** The reconnection time until the server names another. Default 3000. */
  retryMs?: number;
  /** The longest wait after failed attempts, where the reconnection time is not longer. Default 30,000. */
  maxRetryMs?: number;
  /** A stream from which nothing has come for so long counts as dead; 0 for never. Default 0. */
  silenceMs?: number;
}

/** Remembers how often it has failed, what the server asked for, and when it has last heard from it. */
export class Reconnection {
  constructor(options: ReconnectionOptions = {}) {
    // TODO(lab-10): what has to be remembered?
  }

  /**
   * The stream says `retry`.
   *
   * @param retryMs  0 or more
   */
  retry(retryMs: number): void {
    // TODO(lab-10): step 7.
  }

  /** A response has come that is an event stream. */
  opened(nowMs: number): void {
    // TODO(lab-10): step 7.
  }

  /** Bytes of the stream have come, a comment for one. */
  heard(nowMs: number): void {
    // TODO(lab-10): step 8.
  }

  /**
   * How long the stream that is open may stay silent from now on.
   *
   * @returns ms, 0 when it counts as dead; undefined where it may be silent for ever
   */
  silenceLeft(nowMs: number): number | undefined {
    // TODO(lab-10): step 8.
    return undefined;
  }

  /**
   * The stream is over, or an attempt to open one has failed.
   *
   * @param random  0 or more, less than 1
   * @returns how long to wait before the next attempt, in ms
   */
  lost(random: number): number {
    // TODO(lab-10): step 7.
    return 0;
  }
}
