/**
 * Readers of event streams that are right but for one mistake in data and types.
 *
 * By symptom. Where several say the same of a stream, the first one gives the name: the one that is right more often.
 */
import { StreamReader, type WrongReader } from './stream-reader.ts';

export const WRONG_EVENTS: readonly WrongReader[] = [
  // Events.
  [
    'last-data-only',
    class extends StreamReader {
      override dataOf(): string {
        return this.data.at(-1) ?? '';
      }
    },
  ],
  [
    'first-data-only',
    class extends StreamReader {
      override dataOf(): string {
        return this.data[0] ?? '';
      }
    },
  ],
  [
    'data-joined',
    class extends StreamReader {
      override dataOf(): string {
        return this.data.join('');
      }
    },
  ],
  [
    'lf-kept',
    class extends StreamReader {
      override dataOf(): string {
        return this.data.map((value) => `${value}\n`).join('');
      }
    },
  ],
  [
    'data-trimmed',
    class extends StreamReader {
      override dataOf(): string {
        return super.dataOf().trim();
      }
    },
  ],
  [
    'lfs-stripped',
    class extends StreamReader {
      override dataOf(): string {
        return super.dataOf().replace(/\n+$/, '');
      }
    },
  ],
  [
    'data-truthy',
    class extends StreamReader {
      override dataOf(): string {
        return this.data.reduce((data, value) => (data === '' ? value : `${data}\n${value}`), '');
      }
    },
  ],
  [
    'empty-data-lost',
    class extends StreamReader {
      override dispatches(): boolean {
        return this.data.join('\n') !== '';
      }
    },
  ],
  [
    'empty-data-lost',
    class extends StreamReader {
      override dispatches(): boolean {
        return this.data.join('\n').trim() !== '';
      }
    },
  ],
  [
    'empty-lines-lost',
    class extends StreamReader {
      override field(name: string, value: string): void {
        if (name !== 'data' || value !== '') super.field(name, value);
      }
    },
  ],
  [
    'event-without-data',
    class extends StreamReader {
      override dispatches(): boolean {
        return this.lines.length > 0;
      }
    },
  ],
  [
    'event-of-a-type',
    class extends StreamReader {
      override dispatches(): boolean {
        return super.dispatches() || this.type !== '';
      }
    },
  ],
  [
    'event-of-nothing',
    class extends StreamReader {
      override dispatches(): boolean {
        return true;
      }
    },
  ],
  [
    'type-kept-without-data',
    class extends StreamReader {
      override forgetBlock(): void {
        const type = this.data.length === 0 ? this.type : '';
        super.forgetBlock();
        this.type = type;
      }
    },
  ],
  [
    'type-kept',
    class extends StreamReader {
      override forgetBlock(): void {
        const { type } = this;
        super.forgetBlock();
        this.type = type;
      }
    },
  ],
  [
    'no-default-type',
    class extends StreamReader {
      override typeOf(): string {
        return this.type;
      }
    },
  ],
  [
    'empty-type-ignored',
    class extends StreamReader {
      override field(name: string, value: string): void {
        if (name !== 'event' || value !== '') super.field(name, value);
      }
    },
  ],
  [
    'empty-type-kept',
    class extends StreamReader {
      #set = false;
      override field(name: string, value: string): void {
        if (name === 'event') this.#set = true;
        super.field(name, value);
      }
      override typeOf(): string {
        return this.#set ? this.type : 'message';
      }
      override forgetBlock(): void {
        this.#set = false;
        super.forgetBlock();
      }
    },
  ],
  [
    'first-type',
    class extends StreamReader {
      override field(name: string, value: string): void {
        if (name !== 'event' || this.type === '') super.field(name, value);
      }
    },
  ],
];
