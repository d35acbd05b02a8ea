/** What the checks of the client begin with: the judge is the server, and keeps a board of its own. */

import { within } from '../../drive/within.ts';
import { ProgramConsole } from '../../peer/console.ts';
import { REQUEST_HINTS } from '../../peer/http-request.ts';
import { type Exchange, HttpService, REQUEST_MS, type ResponseOptions } from '../../peer/http-service.ts';
import type { Judge } from '../../run/judge.ts';
import { sameTarget } from './poller.ts';
import type { Message } from './polls.ts';

/** How often a machine that is slow may miss the time that an answer has. */
const TRIES = 20;
export const HOST = '127.0.0.1';
const JSON_TYPE: [name: string, value: string] = ['Content-Type', 'application/json'];

const CLIENT_HINTS = {
  'never-connected':
    'Your client asked nobody. HOST and PORT say where the server is; MODE, where it is not set, is long.',
  'other-method': 'A poll is a GET.',
  'other-path':
    'The path is not the one of this mode: /messages for short polls, /messages/wait for long ones.',
  'other-since':
    'since is not the greatest id that has come. What is printed has come; what broke off has not.',
  'other-timeout': 'The timeout in the request is not TIMEOUT_S.',
  'two-at-a-time':
    'A request was sent while the one before was still under way. Ask, wait for what comes of it, and only then think of the next.',
  'gave-up':
    'Your client ended its request before the server had answered, and before the time for an answer was over.',
  'other-output': 'Each text is printed with LF behind it, once, and nothing else.',
  'printed-twice': 'A message was printed a second time. Which ids have been printed already?',
  'message-lost': 'A message came and was not printed.',
  'not-at-once':
    'A message has come, and it is not on stdout. Print it when its answer is complete, not at the end.',
  ended: 'Your client has ended. A failure never ends it: it waits and asks again.',
  crashed:
    'Your client has ended. A failure never ends it: it waits and asks again. What is rejected, and who catches it?',
  'not-asked-again':
    'Your client has come to a stand: there is no next request. Does each outcome lead to one?',
};

/** Hints of a check, over those that every check of the client may need. */
export function clientHints<T extends { otherwise: string }>(own: T): T & { [symptom: string]: string } {
  return { ...REQUEST_HINTS, ...CLIENT_HINTS, ...own };
}

export interface Asked {
  mode?: 'short' | 'long';
  /** Checked where it is given. */
  timeoutSeconds?: number;
  what?: string;
  limitMs?: number;
  /** Symptom where no request comes. */
  silent?: string;
  /** Symptom of a client that ends before its first request. */
  crashed?: string;
}

/** The student's client, and the judge's server that it polls. */
export class Polling {
  readonly service: HttpService;
  readonly console: ProgramConsole;
  /** All that was posted. */
  readonly board: Message[] = [];
  readonly #judge: Judge;
  readonly #mode: 'short' | 'long';
  /** The greatest id of the answers that have arrived whole. */
  arrived = 0;
  #printed = 0;

  static async start(judge: Judge, env: Record<string, string>): Promise<Polling> {
    const service = await HttpService.listen(judge, HOST);
    return new Polling(judge, service, env);
  }

  constructor(judge: Judge, service: HttpService, env: Record<string, string>) {
    this.#judge = judge;
    this.#mode = env.MODE === 'short' ? 'short' : 'long';
    this.service = service;
    const program = judge.startClient({ host: HOST, port: service.port, env });
    this.console = new ProgramConsole(judge, program);
    service.follow(program);
  }

  /** A message that the server has from now on. */
  post(text: string): Message {
    const message = { id: this.board.length + 1, text };
    this.board.push(message);
    return message;
  }

  /** What is behind an id. */
  behind(since: number): Message[] {
    return this.board.filter(({ id }) => id > since);
  }

  /** The next request, which must be the right poll, and the only one under way. */
  async asked({
    mode = this.#mode,
    timeoutSeconds,
    what = 'the next poll',
    limitMs = REQUEST_MS,
    silent,
    crashed,
  }: Asked = {}): Promise<Exchange> {
    const first = this.service.exchanges.length === 0;
    const exchange = await this.service.next({
      what: first ? 'its first poll' : what,
      limitMs,
      silence: first
        ? { ...(crashed && { crashed }) }
        : { waiting: silent ?? 'not-asked-again', blocked: silent ?? 'not-asked-again' },
    });
    await this.#onlyOne(exchange);
    const { method, target } = exchange.request;
    const path = mode === 'short' ? '/messages' : '/messages/wait';
    const parameters = new URLSearchParams(target.split('?')[1]);
    const timeout = timeoutSeconds ?? Number(parameters.get('timeout'));
    const right =
      mode === 'short' ? `${path}?since=${this.arrived}` : `${path}?since=${this.arrived}&timeout=${timeout}`;
    if (method === 'GET' && sameTarget(right, plainTarget(target))) {
      this.#judge.observe();
      return exchange;
    }
    const symptom =
      method !== 'GET'
        ? 'other-method'
        : plainTarget(target).split('?')[0] !== path
          ? 'other-path'
          : Number(parameters.get('since')) !== this.arrived || parameters.get('since') === null
            ? 'other-since'
            : 'other-timeout';
    return this.#judge.fail(
      `your client asked for ${method} ${target}, and its next poll is ${right}`,
      symptom,
      this.service.evidence([`GET ${right}`], exchange.line),
    );
  }

  /** Answer a poll with all that is behind its since, whole. */
  async answer(exchange: Exchange, options: ResponseOptions = {}): Promise<void> {
    const since = this.arrived;
    const messages = this.behind(since);
    this.arrived = this.board.length;
    await exchange.respond(200, [JSON_TYPE], this.body(messages), options);
  }

  body(messages: readonly Message[]): string {
    return JSON.stringify({ messages, last: this.board.length });
  }

  /** All that has arrived must be printed by now, or soon, and nothing else. */
  async expectPrinted(what = 'the messages that have come', silent = 'not-at-once'): Promise<void> {
    const fresh = this.board.slice(this.#printed, this.arrived);
    this.#printed = this.arrived;
    if (fresh.length === 0) return;
    await this.console.expectOutput({
      bytes: Buffer.from(fresh.map(({ text }) => `${text}\n`).join('')),
      what,
      accepted: [`${fresh.map(({ text }) => JSON.stringify(text)).join(', ')}, each with LF behind it`],
      symptoms: [
        { slug: 'printed-twice', when: (actual) => this.#isOld(actual, fresh) },
        { slug: 'message-lost', when: (actual) => this.#isLater(actual, fresh) },
      ],
      silence: { waiting: silent, blocked: silent },
    });
  }

  /**
   * Answer a poll of a client that gives up soon, and those after it, until the answer has come in time on this
   * machine: the text must be printed.
   */
  async answerInTime(exchange: Exchange, text: string): Promise<void> {
    const message = this.post(text);
    const printed = (): boolean => this.console.rest().length > 0;
    let poll = exchange;
    for (let tries = 1; tries <= TRIES; tries += 1) {
      await poll.respond(200, [JSON_TYPE], this.body([message]));
      const { stdout } = this.console.program;
      while (!printed() && this.service.pending === 0 && this.console.program.exit === undefined) {
        const change = Promise.race([stdout.change(), this.service.change()]);
        if (
          (await within(
            change.then(() => true),
            REQUEST_MS,
          )) !== true
        )
          break;
      }
      // A request with the same since: the answer was too late for it, on a machine that is slow.
      if (printed() || this.service.pending === 0) break;
      poll = await this.service.next();
      const since = new URLSearchParams(poll.request.target.split('?')[1]).get('since');
      if (Number(since) >= message.id) break;
    }
    this.arrived = message.id;
    await this.expectPrinted();
  }

  /** Nothing but what was awaited is on stdout. */
  async expectNothingMore(): Promise<void> {
    const rest = this.console.rest();
    const old = this.#isOld(rest, []);
    await this.console.expectNoMoreOutput('the messages, each once', [
      { slug: 'printed-twice', when: () => old },
    ]);
  }

  /** At most one request may be under way; one that the client has given up is over. */
  async #onlyOne(exchange: Exchange): Promise<void> {
    const open = exchange.beside.find(({ over }) => !over);
    if (open === undefined) return;
    // Its end may be on the way.
    if (await this.service.until(() => open.over, 1000)) return;
    this.#judge.fail(
      `your client sent ${exchange.line} while ${open.line} was still under way`,
      'two-at-a-time',
      {
        sent: [],
        accepted: ['one request at a time'],
        actual: `${this.service.outstanding} requests under way`,
      },
    );
  }

  #isOld(actual: Uint8Array, fresh: readonly Message[]): boolean {
    const line = Buffer.from(actual).toString().split('\n')[0]!;
    const before = this.board.slice(0, this.#printed - fresh.length);
    return before.some(({ text }) => text === line);
  }

  #isLater(actual: Uint8Array, fresh: readonly Message[]): boolean {
    const line = Buffer.from(actual).toString().split('\n')[0]!;
    return fresh.slice(1).some(({ text }) => text === line);
  }
}

/** Without scheme and host, which a client may send (RFC 9112 §3.2.2). */
function plainTarget(target: string): string {
  return target.replace(/^https?:\/\/[^/?]+/, '');
}

/** The bytes of a right answer, as a server with a client that stays would send them. */
export function answerBytes(body: string): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([
    Buffer.from(
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${bytes.length}\r\n\r\n`,
    ),
    bytes,
  ]);
}
