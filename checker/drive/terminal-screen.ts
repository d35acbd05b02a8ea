/** What a person sees in a terminal, read from a terminal emulator. */
import xterm from '@xterm/headless';
import { MARK_SEQUENCE } from './terminal-messages.ts';

/** Lines kept above the screen: 100 KB of short lines and more. */
const SCROLLBACK_LINES = 10_000;

export class TerminalScreen {
  readonly #emulator: InstanceType<typeof xterm.Terminal>;
  readonly #waiting = new Set<() => void>();
  #text: string | undefined;

  /**
   * @param answer  takes what the terminal itself answers, to a question for the cursor's place and the like
   * @param marked  takes the text of each mark, when all output before it has been parsed
   */
  constructor(
    size: { columns: number; rows: number },
    answer: (keys: string) => void,
    marked: (mark: string) => void,
  ) {
    this.#emulator = new xterm.Terminal({
      cols: size.columns,
      rows: size.rows,
      scrollback: SCROLLBACK_LINES,
      allowProposedApi: true,
    });
    this.#emulator.onData(answer);
    this.#emulator.parser.registerOscHandler(MARK_SEQUENCE, (mark) => {
      marked(mark);
      return true;
    });
    this.#emulator.onWriteParsed(() => this.#changed());
  }

  write(bytes: Uint8Array): void {
    this.#emulator.write(bytes);
  }

  /**
   * The screen and what scrolled out above it: wrapped lines joined, blank lines at the end removed, spaces at the
   * end of a line kept where a program wrote them (`name> `).
   */
  text(): string {
    this.#text ??= readText(this.#emulator.buffer.active);
    return this.#text;
  }

  /** Settles when more has been parsed. */
  change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** An empty screen in its first state, whatever modes the last program switched on. */
  clear(): Promise<void> {
    return new Promise((resolve) => {
      // As a write of nothing, so that it comes after all that was written before.
      this.#emulator.write('', () => {
        this.#emulator.reset();
        this.#changed();
        resolve();
      });
    });
  }

  /** The text can still be read. */
  dispose(): void {
    this.#changed();
    this.text();
    this.#emulator.dispose();
  }

  #changed(): void {
    this.#text = undefined;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

type ScreenBuffer = InstanceType<typeof xterm.Terminal>['buffer']['active'];

function readText(buffer: ScreenBuffer): string {
  const lines: string[] = [];
  for (let row = 0; row < buffer.length; row += 1) {
    const line = buffer.getLine(row);
    const text = line?.translateToString(true) ?? '';
    if (line?.isWrapped && lines.length > 0) lines[lines.length - 1] += text;
    else lines.push(text);
  }
  while (lines.at(-1)?.trim() === '') lines.pop();
  return lines.join('\n');
}
