/** A client program of the student's, and the judge as its server. */

import type { Program } from '../../drive/program.ts';
import { sleep, waitUntil } from '../../drive/waiting.ts';
import { count } from '../../peer/compare.ts';
import { ProgramConsole } from '../../peer/console.ts';
import { ANSWER_MS } from '../../peer/expectation.ts';
import { type Exchange, HttpService, type RequestExpectation } from '../../peer/http-service.ts';
import { explainSilence } from '../../peer/silence.ts';
import type { Judge } from '../../run/judge.ts';

export const HOST = '127.0.0.1';
/** Short waits: what is graded is that it comes back, not when. */
const QUICK = { RETRY_MS: '20', MAX_RETRY_MS: '60' };
/** The README: it ends within 2 s of SIGTERM; the judge gives more everywhere. */
const END_MS = 4000;
/** Nothing may come for so long: far longer than a client needs that does not wait, far shorter than the wait. */
const QUIET_MS = 500;
const STREAM: [string, string] = ['Content-Type', 'text/event-stream'];
const SHOWN_LINE = 160;
/** For the judge's own loop to read what is there. */
const PIPE_MS = 20;
/** What node itself says on stderr; nobody is to blame for it. */
const NODE_WARNING = /^\(node:\d+\) |^\(Use `node --trace-/;
const STACK_FRAME = /^\s+at .*[:)]/;

/** What one line on stdout says. */
export interface Printed {
  event: string;
  data: string;
  lastEventId: string;
}

type Framing = 'chunked' | 'close';

export class Session {
  readonly service: HttpService;
  readonly program: Program;
  readonly console: ProgramConsole;
  readonly #judge: Judge;
  /** Lines on stdout that were expected, came, and are done with. */
  #taken = 0;
  /** What stood on stderr before the last answer, which may be a no. */
  #stderrBytes = 0;

  /** Start the client; the judge listens already, unless `refused`. */
  static async start(judge: Judge, env: Record<string, string> = {}): Promise<Session> {
    const service = await HttpService.listen(judge, HOST);
    const program = judge.startClient({ host: HOST, port: service.port, env: { ...QUICK, ...env } });
    service.follow(program);
    return new Session(judge, service, program);
  }

  private constructor(judge: Judge, service: HttpService, program: Program) {
    this.#judge = judge;
    this.service = service;
    this.program = program;
    this.console = new ProgramConsole(judge, program);
  }

  /** The client's next request. */
  async next(expectation: RequestExpectation = {}): Promise<Exchange> {
    const exchange = await this.service.next(expectation);
    this.markNo();
    return exchange;
  }

  /** The client's next request, answered with the head of an event stream. */
  async stream(expectation: RequestExpectation = {}, framing: Framing = 'chunked'): Promise<Exchange> {
    const exchange = await this.next(expectation);
    await exchange.begin(200, [STREAM], { framing });
    return exchange;
  }

  /** The client must come back after `what`; what it asks is answered with the head of an event stream. */
  async streamAfter(what: string, framing: Framing = 'chunked'): Promise<Exchange> {
    return this.stream(comesBack(what), framing);
  }

  /** These must be the next lines on stdout. */
  async expectPrinted(expected: readonly Printed[], what: string, exchange?: Exchange): Promise<void> {
    const enough = (): boolean => this.#lines().length >= this.#taken + expected.length;
    const { stdout } = this.program;
    for (;;) {
      const before = stdout.totalBytes;
      const moved = (): boolean => enough() || stdout.ended || stdout.totalBytes > before;
      if (!(await waitUntil(moved, () => stdout.change(), ANSWER_MS)) || enough() || stdout.ended) break;
    }
    const came = this.#lines().slice(this.#taken, this.#taken + expected.length);
    const accepted = expected.map((one) => shortened(JSON.stringify(one)));
    for (const [at, line] of came.entries()) {
      const wrong = mistakeIn(line, expected[at]!, expected);
      if (wrong !== undefined) {
        this.#judge.fail(
          `your client printed ${shortened(line)} for ${what}, expected ${shortened(JSON.stringify(expected[at]))}`,
          wrong,
          this.service.evidence(accepted, shortened(line), exchange),
        );
      }
    }
    if (came.length < expected.length) await this.#failShort(expected, what, came.length, accepted, exchange);
    this.#taken += expected.length;
    this.#judge.observe();
  }

  /** Nothing more may stand on stdout. */
  expectNothingMore(what: string): void {
    const rest = this.program.stdout.text().split('\n').slice(this.#taken).join('\n');
    if (rest.trim() !== '') {
      this.#judge.fail(
        `your client printed more than ${what}: ${shortened(rest.trim())}`,
        'extra-output',
        this.service.evidence([`nothing on stdout but ${what}`], shortened(rest.trim())),
      );
    }
    this.#judge.observe();
  }

  /** What is sent next is a no: only what comes on stderr from here on can be the reason. */
  markNo(): void {
    this.#stderrBytes = this.program.stderr.totalBytes;
  }

  /** After `what` it must end with a line on stderr and exit code 1, and not ask again. */
  async expectGivesUp(what: string): Promise<void> {
    const { program, service } = this;
    await waitUntil(
      () => program.exit !== undefined || service.pending > 0 || this.#lines().length > this.#taken,
      () => Promise.race([program.exited, service.change(), program.stdout.change()]),
      END_MS,
    );
    // What it printed before it asked is in the pipe already.
    if (service.pending > 0) await sleep(PIPE_MS);
    this.expectNothingMore('the events');
    if (service.pending > 0) {
      this.#judge.fail(
        `your client asked again (${service.exchanges.at(-1)!.line}) after ${what}`,
        'asked-again',
        service.evidence(
          [`the end of the program after ${what}`],
          'another request',
          service.exchanges.at(-2),
        ),
      );
    }
    await this.console.expectExit({ code: 1, when: `after ${what}`, limitMs: 0, goesOn: 'goes-on' });
    this.#expectReason(what);
  }

  /** It has ended, and must have said why; what it wrote before is its own matter. */
  #expectReason(what: string): void {
    const { stderr } = this.program;
    const reason = stderr.bytes().subarray(this.#stderrBytes);
    const lines = reason.toString().split('\n');
    const evidence = {
      ...this.service.evidence([`a line on stderr that says why it gives up after ${what}`], 'none'),
      stderr: this.program.lastStderr(),
    };
    if (lines.some((line) => STACK_FRAME.test(line))) {
      this.#judge.fail(`your client wrote a stack trace to stderr after ${what}`, 'stack-trace', {
        ...evidence,
        actual: 'a stack trace',
      });
    }
    if (!lines.some((line) => line.trim() !== '' && !NODE_WARNING.test(line)))
      this.#judge.fail(
        `your client did not say on stderr why it gives up after ${what}`,
        'no-message',
        evidence,
      );
    this.#judge.observe();
  }

  /** For a while the client must not ask, and must not end. */
  async expectWaits(what: string, symptom: string, quietMs = QUIET_MS): Promise<void> {
    const { program, service } = this;
    await waitUntil(
      () => program.exit !== undefined || service.pending > 0,
      () => Promise.race([program.exited, service.change()]),
      quietMs,
    );
    if (service.pending > 0) {
      this.#judge.fail(
        `your client asked again at once after ${what}`,
        symptom,
        service.evidence(['no request before the wait is over'], 'a request', service.exchanges.at(-2)),
      );
    }
    if (program.exit !== undefined) {
      this.#judge.crash(
        `your client ended (${program.describeExit()}) after ${what}`,
        'gave-up',
        program,
        service.evidence(['a client that waits, and comes back'], program.describeExit()),
      );
    }
    this.#judge.observe();
  }

  /** Send a signal; it must end with exit code 0. */
  async expectEnds(signal: 'SIGTERM' | 'SIGINT', when: string): Promise<void> {
    this.#judge.trace.judge('', `sends ${signal}`);
    this.program.signal(signal);
    const { program } = this;
    await waitUntil(
      () => program.exit !== undefined,
      () => program.exited,
      END_MS,
    );
    if (program.exit?.signal === signal) {
      this.#judge.fail(`${signal} ended your client ${when} before it could end by itself`, 'no-handler', {
        accepted: ['exit code 0 within 2 s'],
        actual: program.describeExit(),
      });
    }
    await this.console.expectExit({ code: 0, when: `after ${signal}, ${when}`, limitMs: 0 });
  }

  /** Whole lines on stdout. */
  #lines(): string[] {
    return this.program.stdout.text().split('\n').slice(0, -1);
  }

  async #failShort(
    expected: readonly Printed[],
    what: string,
    came: number,
    accepted: string[],
    exchange: Exchange | undefined,
  ): Promise<never> {
    const text = this.program.stdout.text();
    const partial = text.slice(text.lastIndexOf('\n') + 1);
    const printed = this.program.stdout.totalBytes;
    const actual =
      partial !== ''
        ? `${shortened(partial)} without a newline`
        : came === 0
          ? 'nothing'
          : `${count(came, 'line')}, then nothing more`;
    const open = exchange?.connection.ended === undefined ? exchange?.connection : undefined;
    return explainSilence(this.#judge, {
      program: this.program,
      ...(open && { reads: open }),
      verb: 'printing',
      came: () => this.program.stdout.totalBytes > printed,
      awaited: came === 0 ? what : `the rest of ${what} (${came} of ${count(expected.length, 'line')} came)`,
      symptoms: { waiting: partial !== '' ? 'no-newline' : 'not-printed', crashed: 'gave-up' },
      evidence: this.service.evidence(accepted, actual, exchange),
    });
  }
}

/** What is awaited of a client that has lost its stream. */
export function comesBack(what: string): RequestExpectation {
  return {
    what: `a new request after ${what}`,
    accepted: [`a new request after ${what}`],
    silence: { waiting: 'no-reconnect', crashed: 'gave-up' },
  };
}

/** One event on the wire. */
export function wire({ event, data, lastEventId }: Printed): string {
  const type = event === 'message' ? '' : `event: ${event}\n`;
  const id = lastEventId === '' ? '' : `id: ${lastEventId}\n`;
  return `${type}${id}${data
    .split('\n')
    .map((line) => `data: ${line}\n`)
    .join('')}\n`;
}

export function message(data: string, lastEventId = '', event = 'message'): Printed {
  return { event, data, lastEventId };
}

/** The last event ID of a request, decoded; undefined where it has none. */
export function lastEventIdOf(exchange: Exchange): string | undefined {
  const value = exchange.field('Last-Event-ID');
  return value === undefined ? undefined : Buffer.from(value, 'latin1').toString('utf8');
}

/** The symptom of a line on stdout; undefined when it is right. */
function mistakeIn(line: string, expected: Printed, all: readonly Printed[]): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return line.trim().startsWith('{') ? 'not-json' : 'extra-output';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not-json';
  const members = value as { [name: string]: unknown };
  const wrong = Object.entries(expected).find(([name, text]) => members[name] !== text);
  if (wrong === undefined) return undefined;
  if (['event', 'data', 'lastEventId'].some((name) => typeof members[name] !== 'string')) return 'members';
  const [name, text] = wrong;
  const came = String(members[name]);
  if (name === 'lastEventId') return 'other-id';
  if (came.includes('\ufffd') && !text.includes('\ufffd')) return 'cut-character';
  if (/^[\da-f]+\r?$/m.test(came) && !/^[\da-f]+\r?$/m.test(text)) return 'chunk-sizes-printed';
  return all.some((other) => other.data === came) ? 'event-lost' : 'other-event';
}

function shortened(text: string): string {
  return text.length > SHOWN_LINE ? `${text.slice(0, SHOWN_LINE)}…` : text;
}
