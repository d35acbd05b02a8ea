/** The messages, and who waits for the next one. It knows no HTTP. */
import type { Message } from './poll.ts';

/** Called once, when there is news. */
type Waiter = () => void;

/** Keeps all messages, in order. */
export class Board {
  readonly #messages: Message[] = [];
  readonly #waiting = new Map<Waiter, number>();

  /** The newest id; 0 while there is none. */
  get last(): number {
    return this.#messages.length;
  }

  /** Add a message. Those who wait for it have been called when this returns. */
  add(text: string): Message {
    const message = { id: this.last + 1, text };
    this.#messages.push(message);
    for (const [waiter, since] of this.#waiting) {
      if (since >= message.id) continue;
      // First: a second message in the same moment finds nobody here who is answered already.
      this.#waiting.delete(waiter);
      waiter();
    }
    return message;
  }

  /** Those with an id greater than `since`, in order. */
  after(since: number): Message[] {
    // The message with the id 1 stands at 0.
    return this.#messages.slice(since);
  }

  /**
   * Wait for a message with an id greater than `since`, which is not there yet.
   *
   * @returns to be called by whoever does not wait any longer
   */
  wait(since: number, waiter: Waiter): () => void {
    this.#waiting.set(waiter, since);
    return () => this.#waiting.delete(waiter);
  }
}
