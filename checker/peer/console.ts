/**
 * The judge's view of a client program's console: what is typed, what must appear on stdout and stderr, and how the
 * program must end. Its verbs are those of `TcpPeer`.
 */
import type { Program } from '../drive/program.ts';
import { waitUntil } from '../drive/waiting.ts';
import { within } from '../drive/within.ts';
import type { Judge } from '../run/judge.ts';
import type { Evidence, Sent, TraceEvent } from '../run/result.ts';
import { ByteLog } from './byte-log.ts';
import { count, difference, excerpt, firstDifference, hexByte, isBeginningOf } from './compare.ts';
import { ANSWER_MS, type Expectation } from './expectation.ts';
import { explainSilence } from './silence.ts';
import type { TcpPeer } from './tcp.ts';

/** How long to collect more of a wrong output, so that its cause can be told. */
const WRONG_OUTPUT_MS = 60;
const BULK_BYTES = 4096;
/** Of what was typed, in a report: before the byte in question, and in all. */
const LEAD_BYTES = 48;
const SHOWN_BYTES = 256;
/** What node itself says on stderr about the program's calls; nobody is to blame for it. */
const NODE_WARNING = /^\(node:\d+\) |^\(Use `node --trace-/;
const STACK_TRACE = /^\s+at .*[:)]|^node:internal|^Node\.js v\d/m;
/** What a value leaves behind that was printed in the place of words. */
const NO_WORDS = /^(undefined|null|\[object \w+\]|\{\s*\})$/;

/** How a program must end. */
export interface ExitExpectation {
  code: number;
  /** What it must end after, for sentences: `after the server ended`. */
  when: string;
  limitMs?: number;
  /** Symptoms for another exit code, and for a program that goes on; defaults `exit-code` and `never-ends`. */
  otherCode?: string;
  goesOn?: string;
}

export class ProgramConsole {
  readonly program: Program;
  readonly #judge: Judge;
  readonly #typed = new ByteLog();
  #peer: TcpPeer | undefined;
  /** Bytes of stdout that were expected, came, and are done with. */
  #consumedBytes = 0;
  #tracedBytes = 0;
  #lastEvent: TraceEvent | undefined;

  constructor(judge: Judge, program: Program) {
    this.#judge = judge;
    this.program = program;
    void this.#follow();
  }

  /**
   * Serve this connection of the program's: what was sent on it explains what is printed, or is not; and what was
   * typed explains what comes on it.
   */
  serve(peer: TcpPeer): void {
    this.#peer = peer;
    peer.sources = (at) => this.#sent(at);
  }

  /** Write to the program's standard input. */
  type(text: string | Uint8Array): void {
    const bytes = Buffer.from(text as string);
    this.#typed.append(bytes);
    this.#judge.trace.judge('', `types ${count(bytes.length, 'byte')}`, bytes);
    this.program.write(bytes);
  }

  /** End the program's standard input, as Ctrl-D does. */
  endInput(): void {
    this.#judge.trace.judge('', 'ends the input');
    this.program.endInput();
  }

  /** What came on stdout and was not expected yet. */
  rest(): Uint8Array {
    return this.program.stdout.bytes().subarray(this.#consumedBytes);
  }

  /** The next bytes on stdout must be these; more may follow. */
  async expectOutput(expectation: Expectation): Promise<void> {
    const { bytes: expected } = expectation;
    await this.#untilPrinted(expected, expectation.limitMs);
    const rest = this.rest();
    if (!isBeginningOf(rest, expected) && !isBeginningOf(expected, rest)) {
      await this.#failDifferent(expectation);
    }
    if (rest.length < expected.length) await this.#failShort(expectation);
    this.#consumedBytes += expected.length;
    this.#judge.observe();
  }

  /** Nothing may have come on stdout after what was expected. Asked when the program has ended, as a rule. */
  async expectNoMoreOutput(what: string, symptoms: Expectation['symptoms'] = []): Promise<void> {
    const rest = this.rest();
    if (rest.length > 0) {
      const seen = symptoms.find((candidate) => candidate.when(rest, new Uint8Array()))?.slug;
      this.#judge.fail(
        `${this.program.label} printed ${count(rest.length, 'byte')} more than ${what}`,
        seen ?? 'extra-output',
        {
          ...this.#evidence([`nothing after ${what}`], `${count(rest.length, 'byte')} more`),
          difference: difference(new Uint8Array(), rest, 0),
        },
      );
    }
    this.#judge.observe();
  }

  /** The program must end by itself, with this exit code. */
  async expectExit(expectation: ExitExpectation): Promise<void> {
    const { code, when, limitMs = ANSWER_MS, otherCode = 'exit-code', goesOn = 'never-ends' } = expectation;
    const { program } = this;
    const ended = (): boolean => program.exit !== undefined;
    await waitUntil(ended, () => program.exited, limitMs);
    const evidence = this.#evidence([`the end of the program ${when}, exit code ${code}`], '');
    if (!ended()) {
      await explainSilence(this.#judge, {
        program,
        awaited: `its end ${when}`,
        came: ended,
        ending: true,
        symptoms: { waiting: goesOn, late: goesOn },
        evidence: { ...evidence, actual: 'the program goes on' },
      });
    }
    const how = program.describeExit();
    this.#judge.trace.student('', `ends: ${how}`);
    if (program.exit?.code === code) {
      this.#judge.observe();
      return;
    }
    const message = `${program.label} ended with ${how} ${when}, not with exit code ${code}`;
    if (program.exit?.code !== 0 && (program.exit?.signal || STACK_TRACE.test(program.stderr.text()))) {
      this.#judge.crash(message, 'crashed', program, { ...evidence, actual: how });
    }
    this.#judge.fail(message, otherCode, { ...evidence, actual: how, stderr: program.lastStderr() });
  }

  /** The program, which has ended, must have said in one plain line on stderr what went wrong. */
  expectOneLine(what: string): void {
    const lines = this.#stderrLines();
    if (lines.length === 1) {
      this.#judge.observe();
      return;
    }
    const { label } = this.program;
    const evidence = {
      ...this.#evidence(
        [`one line on stderr that says ${what}`],
        lines.length === 0 ? 'nothing on stderr' : count(lines.length, 'line'),
      ),
      stderr: this.program.lastStderr(),
    };
    if (lines.length === 0) {
      this.#judge.fail(`${label} wrote no line to stderr that says ${what}`, 'no-message', evidence);
    }
    const isStack = STACK_TRACE.test(lines.join('\n'));
    this.#judge.fail(
      `${label} wrote ${isStack ? 'a stack trace' : count(lines.length, 'line')} to stderr, not one line that says ${what}`,
      isStack ? 'stack-trace' : 'many-lines',
      evidence,
    );
  }

  /** As `expectOneLine`; and the line must hold words, not the empty look of a value. */
  expectPlainLine(what: string): void {
    this.expectOneLine(what);
    const [line = ''] = this.#stderrLines();
    if (!NO_WORDS.test(line.trim())) return;
    this.#judge.fail(
      `${this.program.label} wrote only ${JSON.stringify(line.trim())} to stderr, which does not say ${what}`,
      'not-plain',
      {
        ...this.#evidence([`one line on stderr that says ${what}`], JSON.stringify(line)),
        stderr: this.program.lastStderr(),
      },
    );
  }

  #stderrLines(): string[] {
    const lines = this.program.stderr.text().split(/\r?\n/);
    return lines.filter((line) => line.trim() !== '' && !NODE_WARNING.test(line));
  }

  /** Wait while stdout grows as it should: until all is there, or a wrong byte, or the program's end. */
  async #untilPrinted(expected: Uint8Array, limitMs = ANSWER_MS): Promise<void> {
    const { stdout } = this.program;
    for (;;) {
      const before = stdout.totalBytes;
      const done = (): boolean => {
        const rest = this.rest();
        return rest.length >= expected.length || stdout.ended || !isBeginningOf(rest, expected);
      };
      const moved = (): boolean => done() || stdout.totalBytes > before;
      if (!(await waitUntil(moved, () => stdout.change(), limitMs)) || done()) return;
    }
  }

  async #failDifferent(expectation: Expectation): Promise<never> {
    const { bytes: expected, what, symptoms = [] } = expectation;
    await within(this.program.exited, WRONG_OUTPUT_MS);
    const actual = this.rest();
    const at = firstDifference(expected, actual) ?? 0;
    const place = at.toLocaleString('en-US');
    const symptom = symptoms.find((candidate) => candidate.when(actual, expected))?.slug ?? 'other-output';
    this.#judge.fail(
      `byte ${place} of ${what} is printed as ${hexByte(actual[at] ?? 0)}, expected ${hexByte(expected[at] ?? 0)}`,
      symptom,
      {
        ...this.#evidence(
          expectation.accepted ?? [`exactly the ${count(expected.length, 'byte')} of ${what}, on stdout`],
          `${count(actual.length, 'byte')}, different from byte ${place} on`,
        ),
        difference: difference(expected, actual, at),
      },
    );
  }

  async #failShort(expectation: Expectation): Promise<never> {
    const { bytes: expected, what, symptoms = [], silence = {} } = expectation;
    const actual = this.rest();
    const printedBytes = this.program.stdout.totalBytes;
    const evidence = this.#evidence(
      expectation.accepted ?? [`exactly the ${count(expected.length, 'byte')} of ${what}, on stdout`],
      actual.length === 0 ? 'nothing' : `${count(actual.length, 'byte')}, then nothing more`,
    );
    if (actual.length > 0) evidence.difference = difference(expected, actual, actual.length);
    const seen = symptoms.find((candidate) => candidate.when(actual, expected))?.slug;
    if (this.program.stdout.ended) await within(this.program.exited, 500);
    return explainSilence(this.#judge, {
      program: this.program,
      ...(this.#peer && { reads: this.#peer }),
      verb: 'printing',
      came: () => this.program.stdout.totalBytes > printedBytes,
      awaited:
        actual.length === 0
          ? `${what} (${count(expected.length, 'byte')} on stdout)`
          : `the rest of ${what} (${actual.length.toLocaleString('en-US')} of ${count(expected.length, 'byte')} were printed)`,
      symptoms: seen === undefined ? silence : { waiting: seen, crashed: seen, ...silence },
      evidence,
    });
  }

  #evidence(accepted: string[], actual: string): Partial<Evidence> {
    return { sent: this.#sent(), accepted, actual };
  }

  /** What was typed and has not come to the server yet, and what the server has sent since. */
  #sent(at?: number): Sent[] {
    const arrivedBytes =
      this.#peer === undefined ? 0 : this.#peer.received().length - this.#peer.rest().length;
    const typed = this.#typed.bytes().subarray(arrivedBytes);
    const from = Math.max(0, Math.min((at ?? 0) - LEAD_BYTES, typed.length - SHOWN_BYTES));
    const focus = at !== undefined && at < typed.length ? { focus: at } : {};
    const fromServer = this.#peer?.sentExcerpt();
    return [
      ...(typed.length > 0
        ? [{ label: 'typed', excerpt: excerpt(typed, from, SHOWN_BYTES), cuts: [], ...focus }]
        : []),
      ...(fromServer && fromServer.excerpt.totalBytes > 0 ? [{ ...fromServer, label: 'by the server' }] : []),
    ];
  }

  /** Into the trace, as it is printed; a bulk of output is one line. */
  async #follow(): Promise<void> {
    const { stdout } = this.program;
    while (!stdout.ended) {
      await stdout.change();
      if (stdout.totalBytes === this.#tracedBytes) continue;
      const fresh = stdout.bytes().subarray(this.#tracedBytes);
      this.#tracedBytes = stdout.totalBytes;
      const last = this.#judge.trace.events.at(-1);
      if (fresh.length > BULK_BYTES && last !== undefined && last === this.#lastEvent) {
        last.totalBytes = (last.totalBytes ?? 0) + fresh.length;
        last.text = `prints ${count(last.totalBytes, 'byte')}`;
      } else {
        this.#lastEvent = this.#judge.trace.student('', `prints ${count(fresh.length, 'byte')}`, fresh);
      }
    }
  }
}
