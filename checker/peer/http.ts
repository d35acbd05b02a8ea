/** The judge as an HTTP client: bytes of a request out at exact cuts, one response after the other read strictly. */
import type { ServerProgram } from '../drive/server-program.ts';
import { within } from '../drive/within.ts';
import type { Judge } from '../run/judge.ts';
import type { Difference, Evidence } from '../run/result.ts';
import { count, difference, excerpt, firstDifference, isBeginningOf } from './compare.ts';
import { ANSWER_MS } from './expectation.ts';
import {
  type Asked,
  connectionOptions,
  describeResponse,
  type Finding,
  type HttpResponse,
  type PartialResponse,
  type Reading,
  readResponse,
} from './http-response.ts';
import { explainSilence, type SilenceKind } from './silence.ts';
import { connect, type TcpPeer } from './tcp.ts';

/** How long to collect what comes behind a wrong body, so that its cause can be told. */
const WRONG_ANSWER_MS = 60;
/** A program's socket closes before its exit is known. */
const EXIT_MS = 500;

/** What a check expects of the next response on a connection. */
export interface ResponseExpectation extends Partial<Asked> {
  /** What it answers, for sentences: `GET /hello`. */
  to: string;
  /** What is awaited, where it is not `the response to …`. */
  what?: string;
  /** The status codes that are right; none: any final one. */
  status?: number | number[];
  /** The whole body. Text is UTF-8. */
  body?: Uint8Array | string;
  /** Default: in words what `status` and `body` say. */
  accepted?: string[];
  /** Mistakes that can be seen in a response that is another than expected; the first that fits is named. */
  symptoms?: ResponseSymptom[];
  /** Symptoms for a response that stays out. */
  silence?: { [kind in SilenceKind]?: string };
  /** Symptom for another status code; default `status-NNN`. */
  otherStatus?: string;
  limitMs?: number;
}

export interface ResponseSymptom {
  /** Looked up in the check's `hints`. */
  slug: string;
  when: (response: HttpResponse) => boolean;
}

/** What to think about for each deviation of http-response.ts and for what can be seen in a body. */
export const RESPONSE_HINTS = {
  'no-status-line':
    'A response begins with the status line: the version, one space, three digits, one space, a reason, CRLF.',
  'extra-bytes':
    'More came than the head promised, and a client takes it for the beginning of the next response. Which number did you give as Content-Length, and how many bytes did you write?',
  version: 'The version in a status line is HTTP/1.1, in capitals.',
  'status-line':
    'Compare the status line byte by byte: the version, one space, three digits, one space, a reason, CRLF. The reason may be empty, the second space may not be missing.',
  'bare-lf': 'Every line of a head, the empty one at its end too, ends in two bytes: CR and LF.',
  'bare-cr': 'CR stands in a head only before LF.',
  'obs-fold': 'A field line begins with the name of its field.',
  'no-colon': 'Between the name and the value of a field stands a colon.',
  'space-before-colon': 'The colon follows the name of the field at once.',
  'field-name': 'The name of a field is made of letters, digits and a few signs; no space is among them.',
  'control-character':
    'A control character in a head is never right. Did a line end get in, from a value that somebody else chose?',
  'length-twice': 'Two Content-Length fields stand in one head. Who adds the second one?',
  'length-invalid': 'Content-Length is a number of bytes, in digits.',
  'length-and-chunked':
    'One response has one way of saying where its body ends: either Content-Length, or chunked. Which one does this response need?',
  'length-without-body':
    'This response has no body, and none of the two fields that delimit one. What adds the field for every response?',
  'chunked-to-1.0':
    'A client of HTTP/1.0 does not know chunks: it would take their sizes for text. What else can end a body?',
  'unknown-coding': 'The only transfer coding of this lab is chunked.',
  'chunk-size': 'Before the data of each chunk stands its size in bytes, in hexadecimal, and CRLF.',
  'chunk-end': 'The data of a chunk is followed by CRLF, which its size does not count.',
  'endless-line': 'The line goes on and on. Where should it end?',
  'no-last-chunk':
    'The connection ended in the middle of a chunked body, so its client cannot tell the end from an accident. What says that a chunked body is complete?',
  'length-too-large':
    'The whole body came, and the client waits for more: Content-Length promised more bytes than were sent.',
  'length-in-characters':
    'Content-Length counts bytes, and a character may be more than one. Encode the text first, then count.',
  'length-too-small':
    'Content-Length is less than what was sent: the client cuts the body off there. Count the bytes.',
  body: 'The body is another one than it has to be. The bytes in this report show where it begins to differ.',
  'body-cut':
    'The body is complete by its length, and it is only the beginning. What came later was not waited for.',
  'close-announced':
    'A response said Connection: close, and the connection ended with it. Nobody had asked for that, and the client has more to ask. After a response the connection stays open, after a 404 as well.',
  'not-closed': 'The client waits for the end of the connection, and it stays open. Who ends it, and when?',
  unasked: 'Nothing was asked, and something came. A server speaks when it is asked.',
  'body-for-head':
    'A response to HEAD ends with its head. The client takes the body for the next response, and everything after it is out of step.',
  'status-500':
    'Status 500 says that something went wrong inside of your server. What did your handler throw? Print it on stderr.',
  'wrong-order': 'This is the response to another request: it has overtaken one that came before it.',
};

/** One connection of the judge, on which it speaks HTTP. */
export class HttpPeer {
  readonly tcp: TcpPeer;
  readonly #judge: Judge;
  /** Where the next response begins. */
  #at = 0;
  /** Requests that have no response yet. */
  #outstanding = 0;
  /** What the last response answered. */
  #lastAnswered: string | undefined;
  /** The last response, where it said that the connection ends with it: `the 404 response to GET /nowhere`. */
  #closeAnnounced: string | undefined;

  static async connect(
    judge: Judge,
    server: ServerProgram,
    options: { lane?: string; reading?: boolean } = {},
  ): Promise<HttpPeer> {
    return new HttpPeer(judge, await connect(judge, server, options));
  }

  constructor(judge: Judge, tcp: TcpPeer) {
    this.#judge = judge;
    this.tcp = tcp;
  }

  /**
   * Send bytes; a text is Latin-1.
   *
   * @param cuts      offsets after which the next piece waits until the one before has been read
   * @param requests  how many requests end in these bytes
   */
  async send(
    bytes: Uint8Array | string,
    { cuts = [], requests = 1 }: { cuts?: number[]; requests?: number } = {},
  ): Promise<void> {
    if (this.#outstanding === 0) {
      this.#refuseMore();
      this.tcp.consume(0);
    }
    this.#outstanding += requests;
    await this.tcp.send(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, { cuts });
  }

  /**
   * Send much without waiting here, as fast as the server takes it.
   *
   * @param requests  how many requests end in these bytes
   */
  pump(bytes: Uint8Array, requests: number): Promise<void> {
    this.#outstanding += requests;
    return this.tcp.pump(bytes);
  }

  /** Send a request and expect its response. */
  async ask(bytes: Uint8Array | string, expectation: ResponseExpectation): Promise<HttpResponse> {
    await this.send(bytes);
    return this.expectResponse(expectation);
  }

  /** The next final response must be this one; interim ones before it are read and left out. */
  async expectResponse(expectation: ResponseExpectation): Promise<HttpResponse> {
    for (;;) {
      const response = await this.next(expectation);
      if (response.status < 200 && response.status !== 101) continue;
      await this.#verify(response, expectation);
      this.#judge.observe();
      return response;
    }
  }

  /** The next response, an interim one (1xx) too; fails the check for every deviation, and when none comes. */
  async next(expectation: Omit<ResponseExpectation, 'status' | 'body'>): Promise<HttpResponse> {
    const asked: Asked = { method: expectation.method ?? methodOf(expectation.to), ...expectation };
    const read = (): Reading => readResponse(this.tcp.received(), this.#at, asked, this.tcp.ended === 'fin');
    let reading = read();
    await this.tcp.settle(() => {
      reading = read();
      return reading.kind !== 'partial';
    }, expectation.limitMs);
    reading = read();
    if (reading.kind === 'broken') this.#failFinding(reading.finding, expectation);
    if (reading.kind === 'partial') return this.#failPartial(reading, expectation);
    const { response } = reading;
    const final = response.status >= 200 || response.status === 101;
    if (final) this.#outstanding = Math.max(0, this.#outstanding - 1);
    this.#at = response.end;
    this.#closeAnnounced = connectionOptions(response).includes('close')
      ? `the ${response.status} response to ${expectation.to}`
      : undefined;
    this.#lastAnswered = final ? expectation.to : `the ${response.status} response to ${expectation.to}`;
    // What was sent stays in reports until the next request: a response is looked at after it was read.
    this.tcp.consume(response.end - response.start, false);
    return response;
  }

  /** The server must end the connection now, in order or not, with nothing more before it. */
  async expectClosed(what: string, silence: ResponseExpectation['silence'] = {}): Promise<void> {
    await this.tcp.settle(() => this.tcp.rest().length > 0);
    this.#refuseMore(what);
    if (this.tcp.ended !== undefined) {
      this.#judge.observe();
      return;
    }
    await explainSilence(this.#judge, {
      program: this.tcp.program,
      peer: this.tcp,
      ending: true,
      limitMs: ANSWER_MS,
      awaited: `the end of the connection after ${what}`,
      symptoms: { waiting: 'not-closed', ...silence },
      evidence: this.evidence([`the connection is closed after ${what}`], 'it stays open'),
    });
  }

  /**
   * Nothing may have come yet. No time is waited for: prove first that the server has had its chance, by what it
   * did elsewhere.
   */
  expectNothingYet(why: string, symptom: string): void {
    const rest = this.tcp.rest();
    if (rest.length > 0) {
      this.#judge.fail(`${this.tcp.program.label} sent ${count(rest.length, 'byte')} ${why}`, symptom, {
        ...this.evidence([`nothing ${why}`], count(rest.length, 'byte')),
        difference: shownAt(rest, 0),
      });
    }
    this.#judge.observe();
  }

  /** Fail the check for a response that was read and is not what it must be. */
  fail(message: string, symptom: string, accepted: string[], response: HttpResponse): never {
    const head = this.tcp.received().subarray(response.start, response.bodyStart);
    const actual = `${describeResponse(response)}: ${JSON.stringify(Buffer.from(head).toString('latin1').slice(0, 300))}`;
    this.#judge.fail(message, symptom, this.evidence(accepted, actual));
  }

  /** What was sent, for a report. */
  evidence(accepted: string[], actual: string): Partial<Evidence> {
    return { sent: [this.tcp.sentExcerpt()], accepted, actual };
  }

  async #verify(response: HttpResponse, expectation: ResponseExpectation): Promise<void> {
    const { to, symptoms = [], body } = expectation;
    const statuses = statusesOf(expectation);
    const accepted = acceptedOf(expectation);
    const symptom = symptoms.find(({ when }) => when(response))?.slug;
    if (statuses.length > 0 && !statuses.includes(response.status)) {
      const slug = symptom ?? otherStatusSymptom(response.status, expectation);
      this.fail(otherStatusMessage(response.status, expectation), slug, accepted, response);
    }
    if (body === undefined) return;
    const expected = bytesOf(body);
    const at = firstDifference(expected, response.body);
    if (at === undefined) {
      if (this.#outstanding === 0) this.#refuseMore();
      return;
    }
    // What comes behind it tells a length that is too small from a body that was cut.
    await this.tcp.settle(() => this.tcp.rest().length > 0, WRONG_ANSWER_MS);
    this.#judge.fail(
      `the body of the response to ${to} differs from byte ${at.toLocaleString('en-US')} on`,
      symptom ?? bodySymptom(expected, response, body, this.tcp.rest()),
      {
        ...this.evidence(accepted, describeResponse(response)),
        difference: difference(expected, response.body, at),
      },
    );
  }

  /** Nothing was asked, so nothing may come. */
  #refuseMore(
    what = this.#lastAnswered === undefined ? undefined : `the response to ${this.#lastAnswered}`,
  ): void {
    const rest = this.tcp.rest();
    if (rest.length === 0) return;
    const behind = what === undefined ? 'before any request' : `more behind ${what}`;
    this.#judge.fail(
      `${this.tcp.program.label} sent ${count(rest.length, 'byte')} ${behind}`,
      what === undefined ? 'unasked' : this.#extraSymptom(),
      {
        ...this.evidence(
          [`nothing ${what === undefined ? behind : `behind ${what}`}`],
          count(rest.length, 'byte'),
        ),
        difference: shownAt(rest, 0),
      },
    );
  }

  #extraSymptom(): string {
    return this.#lastAnswered?.startsWith('HEAD ') ? 'body-for-head' : 'extra-bytes';
  }

  /** Fail the check if the connection has ended because the response before said so; a check asks for more only where it may. */
  async #failClosed(what: string, expectation: ResponseExpectation): Promise<void> {
    const { ended, program } = this.tcp;
    if (ended === undefined || this.#closeAnnounced === undefined) return;
    await within(program.exited, EXIT_MS);
    if (program.exit !== undefined) return;
    this.#judge.fail(
      `${this.#closeAnnounced} said Connection: close although nobody had asked for it, and the connection ended before ${what}`,
      expectation.silence?.[ended] ?? 'close-announced',
      this.evidence(acceptedOf(expectation), `nothing, then ${ended === 'fin' ? 'FIN' : 'RST'}`),
    );
  }

  #failFinding(finding: Finding, expectation: ResponseExpectation): never {
    const { to, accepted } = expectation;
    const { slug, offset, message, rule, status } = finding;
    const response = this.tcp.received().subarray(this.#at);
    const actual = JSON.stringify(Buffer.from(response.subarray(0, 120)).toString('latin1'));
    const behind = slug === 'no-status-line' ? this.#lastAnswered : undefined;
    if (behind !== undefined) {
      this.tcp.reopen();
      this.#judge.fail(
        `behind the response to ${behind} ${this.tcp.program.label} sent bytes that begin no response`,
        this.#extraSymptom(),
        {
          ...this.evidence([`nothing more behind the response to ${behind}`], actual),
          difference: shownAt(response, 0),
        },
      );
    }
    const statuses = statusesOf(expectation);
    // How a response is delimited depends on its status; a 100 may stand before any.
    if (status !== undefined && status !== 100 && statuses.length > 0 && !statuses.includes(status)) {
      this.#judge.fail(
        otherStatusMessage(status, expectation),
        otherStatusSymptom(status, expectation),
        this.evidence(acceptedOf(expectation), actual),
      );
    }
    const at = offset - this.#at;
    const shown = repaired(response, at, finding);
    this.#judge.fail(
      `at byte ${at.toLocaleString('en-US')} of the response to ${to} ${this.tcp.program.label} sent ${message} (${rule})`,
      slug,
      {
        ...this.evidence(accepted ?? [`a response to ${to}`], actual),
        ...(shown && { difference: shown }),
      },
    );
  }

  /** What came late, where it is another response than the one awaited. */
  #lateResponse(expectation: ResponseExpectation): string | undefined {
    const begun = Buffer.from(this.tcp.received().subarray(this.#at, this.#at + 12)).toString('latin1');
    const status = /^HTTP\/1\.[01] (\d{3})$/.exec(begun)?.[1];
    const statuses = statusesOf(expectation);
    const other = status !== undefined && statuses.length > 0 && !statuses.includes(Number(status));
    return other ? `a ${status} came` : undefined;
  }

  async #failPartial(reading: PartialResponse, expectation: ResponseExpectation): Promise<never> {
    const { to, what = `the response to ${to}`, silence = {}, limitMs = ANSWER_MS } = expectation;
    const came = this.tcp.receivedBytes - this.#at;
    if (came === 0) await this.#failClosed(what, expectation);
    const slug = came === 0 ? undefined : partialSymptom(reading, expectation, this.tcp.ended);
    const shown = Buffer.from(this.tcp.rest().subarray(0, 300)).toString('latin1');
    return explainSilence(this.#judge, {
      program: this.tcp.program,
      peer: this.tcp,
      ...(limitMs > 0 && { limitMs }),
      awaited: came === 0 ? what : `${reading.awaited} in ${what}`,
      late: () => this.#lateResponse(expectation),
      symptoms: slug === undefined ? silence : { waiting: slug, fin: slug, reset: slug, ...silence },
      evidence: this.evidence(
        acceptedOf(expectation),
        came === 0 ? 'nothing' : `${count(came, 'byte')}: ${JSON.stringify(shown)}`,
      ),
    });
  }
}

function statusesOf({ status }: ResponseExpectation): number[] {
  return typeof status === 'number' ? [status] : (status ?? []);
}

function otherStatusMessage(status: number, expectation: ResponseExpectation): string {
  return `the response to ${expectation.to} has the status ${status}, expected ${statusesOf(expectation).join(' or ')}`;
}

function otherStatusSymptom(status: number, { otherStatus }: ResponseExpectation): string {
  return otherStatus ?? `status-${status}`;
}

function acceptedOf(expectation: ResponseExpectation): string[] {
  const { accepted, body, to } = expectation;
  if (accepted !== undefined) return accepted;
  const statuses = statusesOf(expectation);
  const status = statuses.length === 0 ? 'a response' : `a ${statuses.join(' or ')} response`;
  if (body === undefined) return [`${status} to ${to}`];
  const bytes = bytesOf(body);
  const shown = typeof body === 'string' && body.length <= 60 ? ` ${JSON.stringify(body)}` : '';
  return [`${status} to ${to} with the body${shown} (${count(bytes.length, 'byte')})`];
}

function bytesOf(body: Uint8Array | string): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body) : body;
}

function methodOf(to: string): string {
  return to.split(' ')[0]!;
}

function partialSymptom(
  reading: PartialResponse,
  { body }: ResponseExpectation,
  ended: TcpPeer['ended'],
): string | undefined {
  const { head } = reading;
  if (head?.framing === 'chunked' && ended !== undefined) return 'no-last-chunk';
  if (head?.framing !== 'length' || body === undefined) return undefined;
  return firstDifference(bytesOf(body), reading.body()) === undefined ? 'length-too-large' : undefined;
}

/** What is wrong with the body, seen from the one that was expected. */
function bodySymptom(
  expected: Uint8Array,
  { body, framing }: HttpResponse,
  written: Uint8Array | string,
  rest: Uint8Array,
): string {
  if (framing === 'length' && body.length < expected.length && isBeginningOf(body, expected)) {
    if (typeof written === 'string' && body.length === written.length) return 'length-in-characters';
    if (rest.length > 0) return 'length-too-small';
    return 'body-cut';
  }
  return 'body';
}

/** The bytes at a place, beside how they should be; undefined where nobody can say that. */
function repaired(bytes: Uint8Array, at: number, { repair }: Finding): Difference | undefined {
  if (repair === undefined) return undefined;
  const better = Buffer.concat([
    bytes.subarray(0, at),
    Buffer.from(repair.by, 'latin1'),
    bytes.subarray(at + repair.bytes),
  ]);
  return difference(better, bytes, firstDifference(better, bytes) ?? at);
}

/** The bytes from a place on, where none should be. */
function shownAt(bytes: Uint8Array, at: number): Difference {
  const shown = difference(bytes.subarray(0, at), bytes, at);
  return { ...shown, expected: excerpt(bytes.subarray(0, at), shown.actual.offset) };
}
