/** The judge's own `Poller`, and the wrong ones that are often seen. */

export interface PollerOptions {
  mode: 'short' | 'long';
  intervalMs?: number;
  timeoutSeconds?: number;
  retryMs?: number;
  maxRetryMs?: number;
}

export interface Message {
  id: number;
  text: string;
}

export type Outcome = { type: 'messages'; messages: Message[] } | { type: 'none' } | { type: 'failed' };

/** What `receive` must return; of the delay, 1 ms more or less is right too. */
export interface Step {
  messages: Message[];
  delayMs: number;
}

export class Polls {
  readonly options: Required<PollerOptions>;
  since = 0;
  askedAt = 0;
  failures = 0;

  constructor(options: PollerOptions) {
    this.options = { intervalMs: 1000, timeoutSeconds: 30, retryMs: 500, maxRetryMs: 30_000, ...options };
  }

  ask(nowMs: number): string {
    this.askedAt = nowMs;
    const { mode, timeoutSeconds } = this.options;
    return mode === 'short'
      ? `/messages?since=${this.since}`
      : `/messages/wait?since=${this.since}&timeout=${timeoutSeconds}`;
  }

  receive(outcome: Outcome, nowMs: number, random: number): Step {
    if (outcome.type === 'failed') {
      this.failures += 1;
      return { messages: [], delayMs: this.retryDelay(random) };
    }
    this.succeeded(outcome);
    const messages = outcome.type === 'messages' ? this.fresh(outcome.messages) : [];
    return { messages, delayMs: this.delay(nowMs) };
  }

  succeeded(_outcome: Outcome): void {
    this.failures = 0;
  }

  fresh(messages: Message[]): Message[] {
    const fresh: Message[] = [];
    for (const message of messages) {
      if (message.id <= this.since) continue;
      fresh.push(message);
      this.since = message.id;
    }
    return fresh;
  }

  delay(nowMs: number): number {
    const { mode, intervalMs } = this.options;
    return mode === 'long' ? 0 : Math.max(0, this.askedAt + intervalMs - nowMs);
  }

  ceiling(): number {
    const { retryMs, maxRetryMs } = this.options;
    return Math.min(maxRetryMs, retryMs * 2 ** (this.failures - 1));
  }

  retryDelay(random: number): number {
    return (this.ceiling() * (1 + random)) / 2;
  }
}

/** By symptom; where several say the same, the first one gives the name. */
export const WRONG_POLLS: readonly (readonly [symptom: string, new (options: PollerOptions) => Polls])[] = [
  [
    'given-twice',
    class extends Polls {
      override fresh(messages: Message[]): Message[] {
        this.since = Math.max(this.since, ...messages.map(({ id }) => id));
        return messages;
      }
    },
  ],
  [
    'since-forgotten',
    class extends Polls {
      override fresh(messages: Message[]): Message[] {
        super.fresh(messages);
        this.since = 0;
        return messages;
      }
    },
  ],
  [
    'since-counted',
    class extends Polls {
      override fresh(messages: Message[]): Message[] {
        const fresh = messages.filter(({ id }) => id > this.since);
        this.since += fresh.length;
        return fresh;
      }
    },
  ],
  [
    'since-is-last',
    class extends Polls {
      override fresh(messages: Message[]): Message[] {
        const fresh = super.fresh(messages);
        this.since = messages.at(-1)?.id ?? this.since;
        return fresh;
      }
    },
  ],
  [
    'since-lost',
    class extends Polls {
      override receive(outcome: Outcome, nowMs: number, random: number): Step {
        const step = super.receive(outcome, nowMs, random);
        if (outcome.type === 'failed') this.since = 0;
        return step;
      }
    },
  ],
  [
    'interval-after-answer',
    class extends Polls {
      override delay(): number {
        return this.options.mode === 'long' ? 0 : this.options.intervalMs;
      }
    },
  ],
  [
    'piles-up',
    class extends Polls {
      #due: number | undefined;
      override ask(nowMs: number): string {
        this.#due ??= nowMs;
        return super.ask(nowMs);
      }
      override delay(nowMs: number): number {
        if (this.options.mode === 'long') return 0;
        this.#due = (this.#due ?? nowMs) + this.options.intervalMs;
        return Math.max(0, this.#due - nowMs);
      }
    },
  ],
  [
    'negative-delay',
    class extends Polls {
      override delay(nowMs: number): number {
        return this.options.mode === 'long' ? 0 : this.askedAt + this.options.intervalMs - nowMs;
      }
    },
  ],
  [
    'interval-when-long',
    class extends Polls {
      override delay(nowMs: number): number {
        return Math.max(0, this.askedAt + this.options.intervalMs - nowMs);
      }
    },
  ],
  [
    'interval-when-failed',
    class extends Polls {
      override retryDelay(): number {
        return this.options.intervalMs;
      }
    },
  ],
  [
    'no-wait',
    class extends Polls {
      override retryDelay(): number {
        return 0;
      }
    },
  ],
  [
    'never-grows',
    class extends Polls {
      override ceiling(): number {
        return Math.min(this.options.maxRetryMs, this.options.retryMs);
      }
    },
  ],
  [
    'grows-by-addition',
    class extends Polls {
      override ceiling(): number {
        return Math.min(this.options.maxRetryMs, this.options.retryMs * this.failures);
      }
    },
  ],
  [
    'first-wait-doubled',
    class extends Polls {
      override ceiling(): number {
        return Math.min(this.options.maxRetryMs, this.options.retryMs * 2 ** this.failures);
      }
    },
  ],
  [
    'no-jitter',
    class extends Polls {
      override retryDelay(): number {
        return this.ceiling();
      }
    },
  ],
  [
    'full-jitter',
    class extends Polls {
      override retryDelay(random: number): number {
        return this.ceiling() * random;
      }
    },
  ],
  [
    'jitter-beyond',
    class extends Polls {
      override retryDelay(random: number): number {
        return this.ceiling() * (1 + random);
      }
    },
  ],
  [
    'no-cap',
    class extends Polls {
      override ceiling(): number {
        return this.options.retryMs * 2 ** (this.failures - 1);
      }
    },
  ],
  [
    'cap-after-jitter',
    class extends Polls {
      override retryDelay(random: number): number {
        const { retryMs, maxRetryMs } = this.options;
        return Math.min(maxRetryMs, (retryMs * 2 ** (this.failures - 1) * (1 + random)) / 2);
      }
    },
  ],
  [
    'overflow',
    class extends Polls {
      override ceiling(): number {
        return Math.min(this.options.maxRetryMs, this.options.retryMs * (1 << (this.failures - 1)));
      }
    },
  ],
  [
    'reset-by-news-only',
    class extends Polls {
      override succeeded(outcome: Outcome): void {
        if (outcome.type === 'messages') this.failures = 0;
      }
    },
  ],
  [
    'never-reset',
    class extends Polls {
      override succeeded(): void {}
    },
  ],
];
