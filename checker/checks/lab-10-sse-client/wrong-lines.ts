/**
 * Readers of event streams that are right but for one mistake in text, lines, fields or pieces.
 *
 * By symptom. Where several say the same of a stream, the first one gives the name: the one that is right more often.
 */
import { StreamReader, type Told, type WrongReader } from './stream-reader.ts';

export const WRONG_LINES: readonly WrongReader[] = [
  // How bytes become characters.
  [
    'decoded-by-chunk',
    class extends StreamReader {
      override decode(chunk: Uint8Array): string {
        return new TextDecoder('utf-8', { ignoreBOM: true }).decode(chunk);
      }
    },
  ],
  [
    'latin1',
    class extends StreamReader {
      override decode(chunk: Uint8Array): string {
        return Buffer.from(chunk).toString('latin1');
      }
    },
  ],
  [
    'invalid-dropped',
    class extends StreamReader {
      override decode(chunk: Uint8Array): string {
        return super.decode(chunk).replaceAll('\ufffd', '');
      }
    },
  ],
  [
    'nul-dropped',
    class extends StreamReader {
      override decode(chunk: Uint8Array): string {
        return super.decode(chunk).replaceAll('\0', '');
      }
    },
  ],
  // Spaces: U+FEFF is one for `trim`.
  [
    'trimmed',
    class extends StreamReader {
      override valueOf(written: string): string {
        return written.trim();
      }
    },
  ],
  [
    'trimmed',
    class extends StreamReader {
      override valueOf(written: string): string {
        return written.trimStart();
      }
    },
  ],
  // The byte order mark.
  [
    'bom-kept',
    class extends StreamReader {
      override skips(): boolean {
        return false;
      }
    },
  ],
  [
    'bom-each-chunk',
    class extends StreamReader {
      override decode(chunk: Uint8Array): string {
        return super.decode(chunk).replace(/^\ufeff/, '');
      }
    },
  ],
  [
    'bom-each-line',
    class extends StreamReader {
      override readLine(line: string): void {
        super.readLine(line.replace(/^\ufeff/, ''));
      }
    },
  ],
  [
    'bom-anywhere',
    class extends StreamReader {
      override decode(chunk: Uint8Array): string {
        return super.decode(chunk).replaceAll('\ufeff', '');
      }
    },
  ],
  // Lines.
  [
    'lf-only',
    class extends StreamReader {
      override endsLine(character: string): boolean {
        this.afterCr = false;
        return character === '\n';
      }
    },
  ],
  [
    'cr-alone',
    class extends StreamReader {
      override endsLine(character: string): boolean {
        this.afterCr = false;
        if (character === '\n') this.line = this.line.replace(/\r$/, '');
        return character === '\n';
      }
    },
  ],
  [
    'cr-ignored',
    class extends StreamReader {
      override decode(chunk: Uint8Array): string {
        return super.decode(chunk).replaceAll('\r', '');
      }
    },
  ],
  [
    'crlf-cut',
    class extends StreamReader {
      override receive(chunk: Uint8Array): Told[] {
        if (chunk.length > 0) this.afterCr = false;
        return super.receive(chunk);
      }
    },
  ],
  [
    'crlf-twice',
    class extends StreamReader {
      override take(character: string): void {
        this.afterCr = false;
        super.take(character);
      }
    },
  ],
  [
    'lf-cr-one-end',
    class extends StreamReader {
      #afterLf = false;
      override take(character: string): void {
        const skipped = character === '\r' && this.#afterLf;
        this.#afterLf = character === '\n' && !this.afterCr;
        if (!skipped) super.take(character);
      }
    },
  ],
  [
    'cr-waits',
    class extends StreamReader {
      #kept = '';
      override decode(chunk: Uint8Array): string {
        const text = this.#kept + super.decode(chunk);
        this.#kept = text.endsWith('\r') ? '\r' : '';
        return this.#kept === '' ? text : text.slice(0, -1);
      }
      override end(): Told[] {
        this.told = [];
        this.read(this.#kept);
        return this.told;
      }
    },
  ],
  [
    'cr-waits',
    class extends StreamReader {
      #kept = '';
      override decode(chunk: Uint8Array): string {
        const text = this.#kept + super.decode(chunk);
        this.#kept = text.endsWith('\r') ? '\r' : '';
        return this.#kept === '' ? text : text.slice(0, -1);
      }
    },
  ],
  [
    'other-line-ends',
    class extends StreamReader {
      override endsLine(character: string): boolean {
        return super.endsLine(character) || /[\v\f\x1c-\x1e\x85\u2028\u2029]/.test(character);
      }
    },
  ],
  // Fields.
  [
    'spaces-eaten',
    class extends StreamReader {
      override valueOf(written: string): string {
        return written.replace(/^ +/, '');
      }
    },
  ],
  [
    'trimmed-end',
    class extends StreamReader {
      override valueOf(written: string): string {
        return super.valueOf(written).trimEnd();
      }
    },
  ],
  [
    'line-trimmed',
    class extends StreamReader {
      override endLine(): void {
        this.line = this.line.trim();
        super.endLine();
      }
    },
  ],
  [
    'tab-eaten',
    class extends StreamReader {
      override valueOf(written: string): string {
        return written.replace(/^[ \t]/, '');
      }
    },
  ],
  [
    'space-kept',
    class extends StreamReader {
      override valueOf(written: string): string {
        return written;
      }
    },
  ],
  [
    'space-needed',
    class extends StreamReader {
      override readLine(line: string): void {
        if (!line.includes(':') || line.includes(': ')) super.readLine(line);
      }
      override colonOf(line: string): number {
        return line.indexOf(': ');
      }
    },
  ],
  [
    'first-character-cut',
    class extends StreamReader {
      override valueOf(written: string): string {
        return written.slice(1);
      }
    },
  ],
  [
    'split-colon',
    class extends StreamReader {
      override valueOf(written: string): string {
        return super.valueOf(written.split(':')[0]!);
      }
    },
  ],
  [
    'last-colon',
    class extends StreamReader {
      override colonOf(line: string): number {
        return line.lastIndexOf(':');
      }
    },
  ],
  [
    'no-colon-ignored',
    class extends StreamReader {
      override readLine(line: string): void {
        if (line.includes(':')) super.readLine(line);
      }
    },
  ],
  [
    'no-colon-is-data',
    class extends StreamReader {
      override readLine(line: string): void {
        super.readLine(line.includes(':') ? line : `data:${line}`);
      }
    },
  ],
  [
    'comment-ends-block',
    class extends StreamReader {
      override readLine(line: string): void {
        if (line.startsWith(':')) this.endBlock();
        else super.readLine(line);
      }
    },
  ],
  [
    'comment-is-data',
    class extends StreamReader {
      override readLine(line: string): void {
        super.readLine(line.startsWith(':') ? `data${line}` : line);
      }
    },
  ],
  [
    'comment-read',
    class extends StreamReader {
      override readLine(line: string): void {
        super.readLine(line.replace(/^: ?/, ''));
      }
    },
  ],
  [
    'name-case',
    class extends StreamReader {
      override field(name: string, value: string): void {
        super.field(name.toLowerCase(), value);
      }
    },
  ],
  [
    'name-trimmed',
    class extends StreamReader {
      override field(name: string, value: string): void {
        super.field(name.trim(), value);
      }
    },
  ],
  [
    'name-prefix',
    class extends StreamReader {
      override field(name: string, value: string): void {
        super.field(/^(?:data|event|id|retry)/.exec(name)?.[0] ?? name, value);
      }
    },
  ],
  // Pieces and the end.
  [
    'chunk-is-all',
    class extends StreamReader {
      override receive(chunk: Uint8Array): Told[] {
        this.line = '';
        this.forgetBlock();
        return super.receive(chunk);
      }
    },
  ],
  [
    'line-lost-at-cut',
    class extends StreamReader {
      override receive(chunk: Uint8Array): Told[] {
        this.line = '';
        return super.receive(chunk);
      }
    },
  ],
  [
    'cut-ends-line',
    class extends StreamReader {
      override receive(chunk: Uint8Array): Told[] {
        super.receive(chunk);
        if (this.line !== '') this.endLine();
        return this.told;
      }
    },
  ],
  [
    'one-event-a-call',
    class extends StreamReader {
      override receive(chunk: Uint8Array): Told[] {
        return super.receive(chunk).slice(0, 1);
      }
    },
  ],
  [
    'end-is-empty-line',
    class extends StreamReader {
      override end(): Told[] {
        this.told = [];
        if (this.line !== '') this.endLine();
        if (this.lines.length > 0) this.endBlock();
        return this.told;
      }
    },
  ],
  [
    'end-is-line-end',
    class extends StreamReader {
      override end(): Told[] {
        this.told = [];
        if (this.line !== '') this.endLine();
        return this.told;
      }
    },
  ],
  [
    'end-is-empty-line',
    class extends StreamReader {
      override end(): Told[] {
        this.told = [];
        if (this.lines.length > 0) this.endBlock();
        return this.told;
      }
    },
  ],
];
