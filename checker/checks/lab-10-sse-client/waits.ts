/** The judge's own `Reconnection`, and the wrong ones that are often seen. */

export interface WaitOptions {
  retryMs?: number;
  maxRetryMs?: number;
  silenceMs?: number;
}

/** What a timer of Node bears: a longer one fires at once. */
const LONGEST_MS = 2 ** 31 - 1;

export class Waits {
  retryMs: number;
  readonly maxRetryMs: number;
  readonly silenceMs: number;
  /** Attempts that have failed since the last stream was opened; its own end is none of them. */
  failures = 0;
  /** When something was heard last; undefined while no stream is open. */
  heardAt: number | undefined;

  constructor({ retryMs = 3000, maxRetryMs = 30_000, silenceMs = 0 }: WaitOptions = {}) {
    this.retryMs = retryMs;
    this.maxRetryMs = maxRetryMs;
    this.silenceMs = silenceMs;
  }

  retry(retryMs: number): void {
    this.retryMs = retryMs;
  }

  opened(nowMs: number): void {
    this.failures = 0;
    this.heardAt = nowMs;
  }

  heard(nowMs: number): void {
    this.heardAt = nowMs;
  }

  silenceLeft(nowMs: number): number | undefined {
    if (this.silenceMs === 0 || this.heardAt === undefined) return undefined;
    return Math.max(0, this.heardAt + this.silenceMs - nowMs);
  }

  lost(random: number): number {
    this.heardAt = undefined;
    const wait = this.wait(this.ceiling(), random);
    this.failures += 1;
    return wait;
  }

  ceiling(): number {
    // 0 stays 0, however often it is doubled.
    return this.retryMs === 0 ? 0 : Math.min(this.maxRetryMs, this.retryMs * 2 ** this.failures);
  }

  wait(ceilingMs: number, random: number): number {
    return Math.min(LONGEST_MS, Math.max(this.retryMs, this.spread(ceilingMs, random)));
  }

  /** Half of it for sure, and the other half by chance. */
  spread(ceilingMs: number, random: number): number {
    return (ceilingMs * (1 + random)) / 2;
  }
}

/** By symptom; where several say the same, the first one gives the name. */
export const WRONG_WAITS: readonly (readonly [symptom: string, new (options?: WaitOptions) => Waits])[] = [
  [
    'never-grows',
    class extends Waits {
      override ceiling(): number {
        return this.retryMs;
      }
    },
  ],
  [
    'no-jitter',
    class extends Waits {
      override spread(ceilingMs: number): number {
        return ceilingMs;
      }
    },
  ],
  [
    'first-wait-doubled',
    class extends Waits {
      override ceiling(): number {
        return this.retryMs === 0 ? 0 : Math.min(this.maxRetryMs, this.retryMs * 2 ** (this.failures + 1));
      }
    },
  ],
  [
    'shorter-than-retry',
    class extends Waits {
      override wait(ceilingMs: number, random: number): number {
        return Math.min(LONGEST_MS, this.spread(ceilingMs, random));
      }
    },
  ],
  [
    'full-jitter',
    class extends Waits {
      override wait(ceilingMs: number, random: number): number {
        return Math.min(LONGEST_MS, ceilingMs * random);
      }
    },
  ],
  [
    'full-jitter',
    class extends Waits {
      override spread(ceilingMs: number, random: number): number {
        return ceilingMs * random;
      }
    },
  ],
  [
    'grows-by-addition',
    class extends Waits {
      override ceiling(): number {
        return Math.min(this.maxRetryMs, this.retryMs * (this.failures + 1));
      }
    },
  ],
  [
    'no-cap',
    class extends Waits {
      override ceiling(): number {
        return this.retryMs === 0 ? 0 : this.retryMs * 2 ** this.failures;
      }
    },
  ],
  [
    'cap-after-jitter',
    class extends Waits {
      override wait(_ceilingMs: number, random: number): number {
        const uncapped = this.spread(this.retryMs * 2 ** this.failures, random);
        return Math.min(LONGEST_MS, Math.max(this.retryMs, Math.min(this.maxRetryMs, uncapped)));
      }
    },
  ],
  [
    'cap-on-retry',
    class extends Waits {
      override wait(ceilingMs: number, random: number): number {
        return Math.min(LONGEST_MS, this.maxRetryMs, super.wait(ceilingMs, random));
      }
    },
  ],
  [
    'opened-forgotten',
    class extends Waits {
      override opened(nowMs: number): void {
        const { failures } = this;
        super.opened(nowMs);
        this.failures = failures;
      }
    },
  ],
  [
    'retry-zero-ignored',
    class extends Waits {
      override retry(retryMs: number): void {
        this.retryMs = retryMs || this.retryMs;
      }
    },
  ],
  [
    'retry-ignored',
    class extends Waits {
      override retry(): void {}
    },
  ],
  [
    'retry-forgotten',
    class extends Waits {
      readonly #first: number;
      constructor(options: WaitOptions = {}) {
        super(options);
        this.#first = this.retryMs;
      }
      override opened(nowMs: number): void {
        super.opened(nowMs);
        this.retryMs = this.#first;
      }
    },
  ],
  [
    'retry-starts-anew',
    class extends Waits {
      override retry(retryMs: number): void {
        super.retry(retryMs);
        this.failures = 0;
      }
    },
  ],
  [
    'timer-overflow',
    class extends Waits {
      override wait(ceilingMs: number, random: number): number {
        return Math.max(this.retryMs, this.spread(ceilingMs, random));
      }
    },
  ],
  [
    'shift-overflow',
    class extends Waits {
      override ceiling(): number {
        return Math.min(this.maxRetryMs, this.retryMs * (1 << this.failures));
      }
    },
  ],
  [
    'shift-overflow',
    class extends Waits {
      override ceiling(): number {
        return Math.min(this.maxRetryMs, this.retryMs << this.failures);
      }
    },
  ],
  [
    'not-a-number',
    class extends Waits {
      override ceiling(): number {
        return Math.min(this.maxRetryMs, this.retryMs * 2 ** this.failures);
      }
    },
  ],
  [
    'heard-ignored',
    class extends Waits {
      override heard(): void {}
    },
  ],
  [
    'opened-not-heard',
    class extends Waits {
      override opened(): void {
        this.failures = 0;
      }
    },
  ],
  [
    'negative-silence',
    class extends Waits {
      override silenceLeft(nowMs: number): number | undefined {
        if (this.silenceMs === 0 || this.heardAt === undefined) return undefined;
        return this.heardAt + this.silenceMs - nowMs;
      }
    },
  ],
  [
    'silence-of-nothing',
    class extends Waits {
      override silenceLeft(nowMs: number): number | undefined {
        return this.heardAt === undefined ? undefined : Math.max(0, this.heardAt + this.silenceMs - nowMs);
      }
    },
  ],
  [
    'silent-while-closed',
    class extends Waits {
      #last: number | undefined;
      override silenceLeft(nowMs: number): number | undefined {
        this.#last = this.heardAt ?? this.#last;
        if (this.silenceMs === 0 || this.#last === undefined) return undefined;
        return Math.max(0, this.#last + this.silenceMs - nowMs);
      }
    },
  ],
  [
    'silent-before-opened',
    class extends Waits {
      override silenceLeft(nowMs: number): number | undefined {
        if (this.silenceMs === 0) return undefined;
        return Math.max(0, (this.heardAt ?? 0) + this.silenceMs - nowMs);
      }
    },
  ],
  [
    'zero-at-start',
    class extends Waits {
      override silenceLeft(nowMs: number): number | undefined {
        // A test for truth takes the time 0 for "not yet".
        if (this.silenceMs === 0 || !this.heardAt) return undefined;
        return Math.max(0, this.heardAt + this.silenceMs - nowMs);
      }
    },
  ],
];
