/** The judge as a reader of an event stream over HTTP: it asks, reads strictly, stops reading, leaves, and comes back. */
import type { ServerProgram } from '../drive/server-program.ts';
import type { Judge } from '../run/judge.ts';
import type { Evidence } from '../run/result.ts';
import { count } from './compare.ts';
import { type DispatchedEvent, describeEvent } from './event-stream.ts';
import { EventStreamResponse } from './event-stream-response.ts';
import { ANSWER_MS } from './expectation.ts';
import type { ResponseHead } from './http-response.ts';
import { explainSilence, type SilenceKind } from './silence.ts';
import { connect, type TcpPeer } from './tcp.ts';

/** What else comes may tell an event that is late from one that is lost. */
const WRONG_EVENT_MS = 60;

/** An event that must be dispatched. */
export interface ExpectedEvent {
  type: string;
  data: string;
  /** Not compared where it is not known. */
  id?: string;
}

export interface StreamRequest {
  /** Names the reader in the trace. */
  lane?: string;
  lastEventId?: string;
  version?: '1.0' | '1.1';
  /** Further field lines, without their ends. */
  fields?: readonly string[];
  /** The whole request, where a check writes its own. */
  bytes?: Uint8Array;
}

/** What to think about, by what a reader sees. */
export const STREAM_HINTS = {
  'head-held-back':
    'The request was read and no head came. Until the head is there, an EventSource is not open. What makes your library send it: is there a first write?',
  'no-line-end':
    'The event has arrived, and its last line has no end: the reader still waits for the rest of it. Each line ends with LF, and behind the last one stands an empty line.',
  'no-empty-line':
    'All lines of the event have arrived, and the reader still waits: there might be one more. Only an empty line, a second line end in a row, ends the event.',
  'no-data': 'A block came with a type and without a data line. A reader dispatches nothing for it.',
  'not-delivered':
    'The publish was answered, and the event did not come to this reader. Which readers does your hub know, and when is one added or taken away?',
  'data-on-one-line':
    'A line of the stream begins with no field that a reader knows, and is thrown away: it is the rest of a text with a line end in it. Each line of the data needs a data field of its own.',
  twice:
    'The reader had this event already. Where does what is replayed end, and where does what is live begin?',
  gap: 'An event is missing: a later one came in its place. The reader cannot know that there was one.',
  'wrong-order': 'The events came in another order than they were published in.',
  'unexpected-reset':
    'A reset came although every event behind that id is still held. A reset makes the reader load everything anew.',
  'heartbeat-event':
    'This is an event, and every reader that listens for its type is woken by it. A sign of life that nobody dispatches is a comment: a line that begins with a colon.',
  'old-event': 'This event was published before the reader came, and it did not ask for it.',
  unpublished: 'This event was published by nobody. Nothing else than what was published is dispatched.',
  type: 'The event has another type than it was published with. (Without one it is a message.)',
  id: 'The id on the wire is not the one that the publish was answered with. Who comes back with it is not understood.',
  data: 'The data is another one than was published. Compare the two, and look at the lines that were written.',
  'cut-character':
    'U+FFFD stands in it, where a character was published that is several bytes. A body comes in pieces, wherever it was cut: put its bytes together first, and decode them then.',
  'not-chunked': 'The response is delimited in another way. A stream has no length that one could know.',
};

/** What was published to a server so far, whoever published it. */
const publishedTo = new WeakMap<ServerProgram, ExpectedEvent[]>();

/** Remember that this was published, so that who gets it later without having asked for it gets an old event. */
export function notePublished(server: ServerProgram, event: ExpectedEvent): void {
  const events = publishedTo.get(server);
  if (events === undefined) publishedTo.set(server, [event]);
  else events.push(event);
}

export class EventStreamPeer {
  readonly tcp: TcpPeer;
  readonly response: EventStreamResponse;
  /** Events that had come to this reader, over earlier connections of it too. */
  readonly seen: ExpectedEvent[] = [];
  readonly #judge: Judge;
  /** Published before it came. Empty for a reader that comes back. */
  readonly #old: readonly ExpectedEvent[];
  #fed = 0;
  /** Events that were looked at. */
  #at = 0;

  /** Connect and ask; the head is awaited. */
  static async open(
    judge: Judge,
    server: ServerProgram,
    request: StreamRequest = {},
  ): Promise<EventStreamPeer> {
    const peer = await EventStreamPeer.ask(judge, server, request);
    await peer.expectHead();
    return peer;
  }

  /** Connect and ask. */
  static async ask(
    judge: Judge,
    server: ServerProgram,
    request: StreamRequest = {},
  ): Promise<EventStreamPeer> {
    const tcp = await connect(judge, server, { lane: request.lane ?? '' });
    const comesBack = request.lastEventId !== undefined || /^last-event-id:/im.test(textOf(request.bytes));
    const old = comesBack ? [] : [...(publishedTo.get(server) ?? [])];
    await tcp.send(request.bytes ?? streamRequest(request));
    return new EventStreamPeer(judge, tcp, request.version ?? '1.1', old);
  }

  private constructor(judge: Judge, tcp: TcpPeer, version: '1.0' | '1.1', old: readonly ExpectedEvent[]) {
    this.#judge = judge;
    this.#old = old;
    this.tcp = tcp;
    this.response = new EventStreamResponse(version);
  }

  /** What this reader would send when it comes back. */
  get lastEventId(): string {
    this.#feed();
    return this.response.stream.lastEventId;
  }

  /** Dispatched and not expected yet. */
  get unread(): DispatchedEvent[] {
    this.#feed();
    return this.response.events.slice(this.#at);
  }

  /** What was dispatched so far was looked at. */
  skip(): void {
    this.#at = this.response.events.length;
  }

  /** A 200 response, whatever its fields say. */
  async expectHead(silence: { [kind in SilenceKind]?: string } = {}): Promise<ResponseHead> {
    const { response, tcp } = this;
    await tcp.settle(() => {
      this.#feed();
      return response.head !== undefined || response.whole !== undefined || response.finding !== undefined;
    });
    this.#feed();
    const accepted = ['a 200 response that stays open'];
    this.#failFinding(accepted);
    if (response.whole !== undefined || (response.head !== undefined && response.head.status !== 200)) {
      const { status } = response.whole ?? response.head!;
      const message = `GET /events was answered with a ${status} response that is complete`;
      this.fail(
        status === 200 ? message : `GET /events was answered with ${status}`,
        status === 200 ? 'complete' : `status-${status}`,
        accepted,
      );
    }
    if (response.head !== undefined) return response.head;
    return explainSilence(this.#judge, {
      program: tcp.program,
      peer: tcp,
      limitMs: ANSWER_MS,
      awaited: 'the head of the response to GET /events',
      symptoms: { waiting: 'head-held-back', ...silence },
      evidence: this.evidence(accepted, this.#shown()),
    });
  }

  /** The next events must be these, and nothing may come between them. */
  async expectEvents(
    expected: readonly ExpectedEvent[],
    {
      old = [],
      silence = {},
    }: { old?: readonly ExpectedEvent[]; silence?: { [kind in SilenceKind]?: string } } = {},
  ): Promise<void> {
    const { response, tcp } = this;
    const begin = this.#at;
    let right = 0;
    const wrong = (): DispatchedEvent | undefined => {
      this.#feed();
      for (; right < expected.length; right += 1) {
        const event = response.events[begin + right];
        if (event === undefined || !same(event, expected[right]!)) return event;
      }
      return undefined;
    };
    await tcp.settle(
      () => wrong() !== undefined || right === expected.length || response.finding !== undefined,
    );
    const other = wrong();
    this.#at = begin + right;
    this.seen.push(...expected.slice(0, right));
    if (other !== undefined) await this.#failOther(other, expected.slice(right), old);
    if (right < expected.length) await this.#failMissing(expected[right]!, silence);
    this.#judge.observe();
  }

  expectEvent(expected: ExpectedEvent, options: Parameters<this['expectEvents']>[1] = {}): Promise<void> {
    return this.expectEvents([expected], options);
  }

  /** Nothing may have been dispatched. No time is waited for: see HttpPeer.expectNothingYet. */
  expectNothingYet(why: string, symptom?: string): void {
    const [event] = this.unread;
    if (event !== undefined) {
      this.fail(
        `${this.#name} dispatched ${describeEvent(event)} ${why}`,
        symptom ?? otherSymptom(event, [], [...this.#old, ...this.seen], [], new Set(this.#old)),
        [`nothing ${why}`],
      );
    }
    this.#judge.observe();
  }

  /** Wait until `done()` holds, or the connection is over; the time starts again whenever bytes come. */
  async settle(done: () => boolean, limitMs = ANSWER_MS): Promise<void> {
    await this.tcp.settle(() => {
      this.#feed();
      return done();
    }, limitMs);
    this.#feed();
    this.#failFinding(['a stream in chunks, or without a length']);
  }

  fail(message: string, symptom: string, accepted: string[]): never {
    this.#judge.fail(message, symptom, this.evidence(accepted, this.#shown()));
  }

  evidence(accepted: string[], actual: string): Partial<Evidence> {
    return { sent: [this.tcp.sentExcerpt()], accepted, actual };
  }

  get #name(): string {
    return this.tcp.lane === '' ? 'the reader' : `reader ${this.tcp.lane}`;
  }

  #feed(): void {
    const received = this.tcp.received();
    const over = this.tcp.ended === 'fin';
    if (received.length > this.#fed || (over && this.response.head === undefined)) {
      this.response.receive(received.subarray(this.#fed), over);
      this.#fed = received.length;
    }
  }

  /** The last bytes that came. */
  #shown(): string {
    const received = this.tcp.received();
    const from = Math.max(0, received.length - 400);
    const text = JSON.stringify(Buffer.from(received.subarray(from)).toString('utf8'));
    const end = this.tcp.ended === undefined ? '' : `, then ${this.tcp.ended === 'fin' ? 'FIN' : 'RST'}`;
    if (received.length === 0) return `nothing${end}`;
    return `${from === 0 ? '' : `the last 400 of ${count(received.length, 'byte')}: `}${text}${end}`;
  }

  #failFinding(accepted: string[]): void {
    const { finding } = this.response;
    if (finding === undefined) return;
    const at = finding.offset.toLocaleString('en-US');
    const message = `at byte ${at} of the response to GET /events ${this.tcp.program.label} sent ${finding.message} (${finding.rule})`;
    this.fail(message, finding.slug, accepted);
  }

  async #failOther(
    event: DispatchedEvent,
    expected: readonly ExpectedEvent[],
    old: readonly ExpectedEvent[],
  ): Promise<never> {
    await this.tcp.settle(() => false, WRONG_EVENT_MS);
    const later = this.unread.slice(1);
    const lines = this.response.stream.remarks.some(({ kind }) => kind === 'unknown-field');
    const before = [...old, ...this.#old];
    const symptom = otherSymptom(event, expected, [...before, ...this.seen], later, new Set(before), lines);
    this.fail(
      `${this.#name} dispatched ${describeEvent(event)}, expected ${describeEvent(expected[0]!)}`,
      symptom,
      [describeEvent(expected[0]!)],
    );
  }

  async #failMissing(expected: ExpectedEvent, silence: { [kind in SilenceKind]?: string }): Promise<never> {
    const accepted = [describeEvent(expected)];
    this.#failFinding(accepted);
    const { stream } = this.response;
    const waits = stream.undispatchedData !== undefined || /^data/.test(stream.unfinishedLine);
    if (waits && this.tcp.ended === undefined) {
      const slug = stream.unfinishedLine === '' ? 'no-empty-line' : 'no-line-end';
      const what = slug === 'no-line-end' ? 'its last line has no end' : 'no empty line has ended it';
      this.#judge.timeout(`${this.#name} has lines of an event and dispatches nothing: ${what}`, slug, {
        ...this.evidence(accepted, this.#shown()),
      });
    }
    const unsaid = stream.remarks.some(({ kind }) => kind === 'no-data');
    const symptom = unsaid ? 'no-data' : 'not-delivered';
    return explainSilence(this.#judge, {
      program: this.tcp.program,
      peer: this.tcp,
      limitMs: ANSWER_MS,
      awaited: `${describeEvent(expected)} at ${this.#name}`,
      symptoms: { waiting: symptom, ...silence },
      evidence: this.evidence(accepted, this.#shown()),
    });
  }
}

function textOf(bytes: Uint8Array = new Uint8Array()): string {
  return Buffer.from(bytes).toString('latin1');
}

/** A plain request for the stream. */
export function streamRequest({ lastEventId, version = '1.1', fields = [] }: StreamRequest = {}): Uint8Array {
  const id = lastEventId === undefined ? [] : [Buffer.from(`Last-Event-ID: ${lastEventId}\r\n`)];
  const lines = [`GET /events HTTP/${version}`, 'Host: localhost', 'Accept: text/event-stream', ...fields];
  const head = lines.map((line) => `${line}\r\n`).join('');
  return Buffer.concat([Buffer.from(head), ...id, Buffer.from('\r\n')]);
}

export function same(event: ExpectedEvent, expected: ExpectedEvent): boolean {
  return (
    event.type === expected.type &&
    event.data === expected.data &&
    (expected.id === undefined || event.id === expected.id)
  );
}

/** Which mistake brings this event in the place of the first that is expected. */
export function otherSymptom(
  event: DispatchedEvent,
  expected: readonly ExpectedEvent[],
  seen: readonly ExpectedEvent[],
  later: readonly ExpectedEvent[],
  old: ReadonlySet<ExpectedEvent> = new Set(),
  strayLines = false,
): string {
  const [next] = expected;
  const before = seen.find((one) => same(event, one));
  if (before !== undefined) return old.has(before) ? 'old-event' : 'twice';
  if (next !== undefined && expected.some((one) => same(event, one)))
    return later.some((one) => same(one, next)) ? 'wrong-order' : 'gap';
  if (event.type === 'reset') return 'unexpected-reset';
  if (next !== undefined && event.data.includes('\ufffd') && !next.data.includes('\ufffd'))
    return 'cut-character';
  if (next !== undefined && event.data === next.data) return event.type === next.type ? 'id' : 'type';
  if (strayLines) return 'data-on-one-line';
  if (next !== undefined && event.type === next.type && event.id === next.id) return 'data';
  if (/heart|beat|ping|alive/i.test(event.type + event.data)) return 'heartbeat-event';
  return 'unpublished';
}
