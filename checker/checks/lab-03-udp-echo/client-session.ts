/** One run of the student's client against the judge as its server. */
import { isBeginningOf, type Symptom } from '../../peer/compare.ts';
import { ProgramConsole } from '../../peer/console.ts';
import { UdpService } from '../../peer/udp-service.ts';
import type { Datagram } from '../../peer/udp-socket.ts';
import type { Judge } from '../../run/judge.ts';

export const PROMPT = 'Enter a message: ';

/** Node takes 40 ms to start on an idle machine; a busy one may need a hundred times that. */
const START_MS = 10_000;
/** No answer of the judge's takes this long, so a client that sends again has not waited. */
export const PATIENT = { TRIES: '3', TIMEOUT_MS: '10000' };

/** Mistakes that show in the datagram; `line` is what was typed. */
const LINE_SYMPTOMS: Symptom[] = [
  { slug: 'with-newline', when: (came, line) => /^\r?\n$/.test(text(came).slice(text(line).length)) },
  { slug: 'trimmed', when: (came, line) => text(came) === text(line).trim() },
  { slug: 'broken-character', when: (came) => Buffer.from(came).includes('\ufffd') },
  { slug: 'half-a-line', when: (came, line) => came.length < line.length && isBeginningOf(came, line) },
];

/** Mistakes that show on stdout; `answer` has its newline. */
const ANSWER_SYMPTOMS: Symptom[] = [
  { slug: 'prompt-line', when: (came) => came[0] === 0x0a },
  { slug: 'no-newline', when: (came, answer) => text(`${text(came)}\n`) === text(answer) },
  { slug: 'prefixed', when: (came, answer) => text(came).endsWith(text(answer)) },
  {
    slug: 'cut-short',
    when: (came, answer) =>
      came.length > 1 && came.length < answer.length && isBeginningOf(came.subarray(0, -1), answer),
  },
];

export interface SessionOptions {
  host?: string;
  env?: { TRIES: string; TIMEOUT_MS: string };
}

export class Session {
  readonly console: ProgramConsole;
  readonly service: UdpService;

  /** Start the client and wait for its prompt. */
  static async start(judge: Judge, { host, env = PATIENT }: SessionOptions = {}): Promise<Session> {
    const service = await UdpService.open(judge, host);
    const session = new Session(startClient(judge, service.host, service.port, env), service);
    await expectPrompt(session.console);
    return session;
  }

  private constructor(output: ProgramConsole, service: UdpService) {
    this.console = output;
    this.service = service;
  }

  /** Type a line, and get it as one datagram. */
  async ask(line: string): Promise<Datagram> {
    this.console.type(`${line}\n`);
    return this.expectQuestion(line);
  }

  /** The line that was typed must come as one datagram. */
  expectQuestion(line: string): Promise<Datagram> {
    const missing = line === '' ? 'no-empty' : 'not-sent';
    return this.service.expect(this.console.program, {
      bytes: Buffer.from(line),
      what: 'the datagram',
      symptoms: LINE_SYMPTOMS,
      silence: { waiting: missing, crashed: missing },
    });
  }

  /** The client must print this answer and a newline, nothing else, and end; its stdin stays open all the time. */
  async expectAnswer(
    answer: string,
    symptoms: Symptom[] = [],
    silence: { waiting?: string; crashed?: string } = {},
  ): Promise<void> {
    this.service.blameKernel();
    const seen = [...symptoms, ...ANSWER_SYMPTOMS];
    await this.console.expectOutput({
      bytes: Buffer.from(`${answer}\n`),
      what: 'the answer and a newline',
      symptoms: seen,
      silence,
    });
    await this.console.expectExit({ code: 0, when: 'after the answer' });
    await this.console.expectNoMoreOutput('the answer and a newline', seen);
  }
}

/**
 * Nothing but the prompt may be on stdout, the exit code must be 1, and stderr must say why in one line.
 *
 * @param goesOn  the mistake of a client that does not end
 */
export async function expectGivenUp(
  output: ProgramConsole,
  { when, why, limitMs, goesOn }: { when: string; why: string; limitMs: number; goesOn: string },
): Promise<void> {
  await output.expectExit({ code: 1, when, limitMs, goesOn });
  await output.expectNoMoreOutput('the prompt');
  output.expectPlainLine(why);
}

/** Start the client alone: at that port nobody need be. */
export function startClient(
  judge: Judge,
  host: string,
  port: number,
  env: { TRIES: string; TIMEOUT_MS: string },
): ProgramConsole {
  return new ProgramConsole(judge, judge.startClient({ host, port, env }));
}

export function expectPrompt(output: ProgramConsole): Promise<void> {
  return output.expectOutput({
    bytes: Buffer.from(PROMPT),
    what: 'the prompt',
    silence: { waiting: 'no-prompt', crashed: 'no-prompt' },
    limitMs: START_MS,
  });
}

function text(bytes: Uint8Array | string): string {
  return Buffer.from(bytes as string).toString();
}
