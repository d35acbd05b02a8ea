/**
 * Readers of event streams that are right but for one mistake in the last event ID or in `retry`.
 *
 * By symptom. Where several say the same of a stream, the first one gives the name: the one that is right more often.
 */
import { StreamReader, type Told, type WrongReader } from './stream-reader.ts';

export const WRONG_IDS: readonly WrongReader[] = [
  // The last event ID.
  [
    'id-per-event',
    class extends StreamReader {
      override forgetBlock(): void {
        super.forgetBlock();
        this.idBuffer = '';
        this.lastEventId = '';
      }
    },
  ],
  // The same, where the parser remembers what it has told.
  [
    'id-per-event',
    class extends StreamReader {
      #kept = '';
      override endBlock(): void {
        const id = this.idBuffer;
        const toldBefore = this.lastEventId;
        super.endBlock();
        if (id !== '') this.#kept = id;
        this.lastEventId = this.#kept || toldBefore;
        this.idBuffer = '';
      }
      override tellsId(before: string): boolean {
        return this.lastEventId !== '' && this.lastEventId !== before;
      }
    },
  ],
  [
    'id-with-data-only',
    class extends StreamReader {
      override endBlock(): void {
        if (this.dispatches()) super.endBlock();
        else {
          this.idBuffer = this.lastEventId;
          this.forgetBlock();
        }
      }
    },
  ],
  [
    'id-untold',
    class extends StreamReader {
      override tellsId(): boolean {
        return false;
      }
    },
  ],
  [
    'id-told-again',
    class extends StreamReader {
      override tellsId(): boolean {
        return this.lines.some((line) => /^id(?::|$)/.test(line) && !line.includes('\0'));
      }
    },
  ],
  [
    'id-told-twice',
    class extends StreamReader {
      override dispatch(before: string): void {
        if (this.tellsId(before)) this.told.push({ type: 'id', lastEventId: this.lastEventId });
        super.dispatch(before);
      }
    },
  ],
  [
    'id-too-early',
    class extends StreamReader {
      override setId(value: string): void {
        if (value.includes('\0')) return;
        if (value !== this.lastEventId) this.told.push({ type: 'id', lastEventId: value });
        this.idBuffer = value;
        this.lastEventId = value;
      }
    },
  ],
  [
    'empty-id-ignored',
    class extends StreamReader {
      override setId(value: string): void {
        if (value !== '') super.setId(value);
      }
    },
  ],
  [
    'id-with-nul',
    class extends StreamReader {
      override setId(value: string): void {
        this.idBuffer = value;
      }
    },
  ],
  [
    'id-with-nul',
    class extends StreamReader {
      override setId(value: string): void {
        this.idBuffer = value.replaceAll('\0', '');
      }
    },
  ],
  [
    'id-with-nul',
    class extends StreamReader {
      override setId(value: string): void {
        this.idBuffer = value.split('\0')[0]!;
      }
    },
  ],
  [
    'id-nul-forgets',
    class extends StreamReader {
      override setId(value: string): void {
        this.idBuffer = value.includes('\0') ? '' : value;
      }
    },
  ],
  [
    'id-is-a-number',
    class extends StreamReader {
      override setId(value: string): void {
        if (value !== '' && !value.includes('\0') && !Number.isNaN(Number(value)))
          super.setId(String(Number(value)));
        else super.setId(value);
      }
    },
  ],
  [
    'id-digits-only',
    class extends StreamReader {
      override setId(value: string): void {
        if (/^[0-9]*$/.test(value)) super.setId(value);
      }
    },
  ],
  [
    'first-id-of-block',
    class extends StreamReader {
      #set = false;
      override setId(value: string): void {
        if (!this.#set) super.setId(value);
        this.#set ||= !value.includes('\0');
      }
      override forgetBlock(): void {
        this.#set = false;
        super.forgetBlock();
      }
    },
  ],
  [
    'first-id-ignored',
    class extends StreamReader {
      constructor() {
        super('');
      }
    },
  ],
  [
    'first-id-told',
    class extends StreamReader {
      constructor(lastEventId = '') {
        super(lastEventId);
        this.lastEventId = '';
      }
    },
  ],
  [
    'retry-empty-is-zero',
    class extends StreamReader {
      override retryOf(value: string): number | undefined {
        return /^[0-9]*$/.test(value) ? Number(value) : undefined;
      }
    },
  ],
  [
    'retry-trimmed',
    class extends StreamReader {
      override retryOf(value: string): number | undefined {
        return super.retryOf(value.trim());
      }
    },
  ],
  [
    'retry-number',
    class extends StreamReader {
      override retryOf(value: string): number | undefined {
        const number = Number(value);
        return Number.isInteger(number) && number >= 0 ? number : undefined;
      }
    },
  ],
  [
    'retry-number',
    class extends StreamReader {
      override retryOf(value: string): number | undefined {
        const number = Number(value);
        return Number.isFinite(number) && number >= 0 ? number : undefined;
      }
    },
  ],
  [
    'retry-number',
    class extends StreamReader {
      override retryOf(value: string): number | undefined {
        const number = Number(value);
        return value === '' || !Number.isFinite(number) ? undefined : number;
      }
    },
  ],
  [
    'retry-number',
    class extends StreamReader {
      override retryOf(value: string): number | undefined {
        const number = Number(value);
        return Number.isNaN(number) ? undefined : number;
      }
    },
  ],
  // retry.
  [
    'retry-parse-int',
    class extends StreamReader {
      override retryOf(value: string): number | undefined {
        const number = Number.parseInt(value, 10);
        return Number.isNaN(number) ? undefined : number;
      }
    },
  ],
  [
    'retry-nan',
    class extends StreamReader {
      override retryOf(value: string): number | undefined {
        return Number.parseInt(value, 10);
      }
    },
  ],
  [
    'retry-zero-lost',
    class extends StreamReader {
      override retryOf(value: string): number | undefined {
        return super.retryOf(value) || undefined;
      }
    },
  ],
  [
    'retry-untold',
    class extends StreamReader {
      override setRetry(): void {}
    },
  ],
  [
    'retry-waits',
    class extends StreamReader {
      #waiting: Told[] = [];
      override setRetry(value: string): void {
        const before = this.told;
        this.told = this.#waiting;
        super.setRetry(value);
        this.told = before;
      }
      override endBlock(): void {
        this.told.push(...this.#waiting.splice(0));
        super.endBlock();
      }
    },
  ],
  [
    'retry-waits',
    class extends StreamReader {
      #waiting: Told[] = [];
      override setRetry(value: string): void {
        const before = this.told;
        this.told = this.#waiting;
        super.setRetry(value);
        this.told = before;
      }
      override endBlock(): void {
        super.endBlock();
        this.told.push(...this.#waiting.splice(0));
      }
    },
  ],
  [
    'retry-waits',
    class extends StreamReader {
      #waiting: Told | undefined;
      override setRetry(value: string): void {
        const retryMs = this.retryOf(value);
        if (retryMs !== undefined) this.#waiting = { type: 'retry', retryMs };
      }
      override endBlock(): void {
        if (this.#waiting !== undefined) this.told.push(this.#waiting);
        this.#waiting = undefined;
        super.endBlock();
      }
    },
  ],
  [
    'retry-in-seconds',
    class extends StreamReader {
      override retryOf(value: string): number | undefined {
        const seconds = super.retryOf(value);
        return seconds === undefined ? undefined : seconds * 1000;
      }
    },
  ],
];
