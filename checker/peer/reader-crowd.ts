/** Many readers of one event stream at once, each with a parser of its own and nothing else: no trace, no log. */
import { connect, type Socket } from 'node:net';
import type { ServerProgram } from '../drive/server-program.ts';
import { sleep, waitUntil } from '../drive/waiting.ts';
import type { Judge } from '../run/judge.ts';
import { type DispatchedEvent, describeEvent } from './event-stream.ts';
import { type ExpectedEvent, otherSymptom, same, streamRequest } from './event-stream-peer.ts';
import { EventStreamResponse } from './event-stream-response.ts';
import { explainSilence } from './silence.ts';

/** At once; more would be refused by a short queue of connections. */
const JOINING = 100;
/** Without any progress. A thousand readers share one machine with the program. */
const STILL_MS = 5000;

interface Reader {
  socket: Socket;
  response: EventStreamResponse;
  /** Events that were right. */
  right: number;
  over: boolean;
}

export class ReaderCrowd {
  readonly #judge: Judge;
  readonly #server: ServerProgram;
  readonly #readers: Reader[] = [];
  /** What all of them must see, from the beginning. */
  #expected: ExpectedEvent[] = [];
  #moved = 0;
  #ready = 0;
  #wrong: { number: number; event: DispatchedEvent } | undefined;

  /**
   * So many readers are there, each with the head of its response.
   *
   * @param fields  further field lines of their requests
   */
  static async gather(
    judge: Judge,
    server: ServerProgram,
    readers: number,
    fields: readonly string[] = [],
  ): Promise<ReaderCrowd> {
    const crowd = new ReaderCrowd(judge, server);
    judge.defer(() => crowd.leave('reset'));
    const request = streamRequest({ fields });
    for (let left = readers; left > 0; left -= JOINING) {
      for (let one = 0; one < Math.min(left, JOINING); one += 1) crowd.#join(request);
      const wanted = crowd.#readers.length;
      const headed = (): number =>
        crowd.#readers.filter(({ response }) => response.head !== undefined).length;
      const refused = (): Reader | undefined => crowd.#readers.find((reader) => isRefused(reader.response));
      await crowd.#progress(
        () => headed() === wanted || refused() !== undefined || crowd.#readers.some(({ over }) => over),
      );
      const other = refused();
      if (other !== undefined) crowd.#failRefused(other);
      if (headed() < wanted)
        await crowd.#failSilence(wanted - headed(), 'the head of its response', 'head-held-back');
    }
    judge.trace.note(`${readers.toLocaleString('en-US')} readers are there`);
    return crowd;
  }

  private constructor(judge: Judge, server: ServerProgram) {
    this.#judge = judge;
    this.#server = server;
  }

  get size(): number {
    return this.#readers.length;
  }

  /** Each of them must get these, in order, and nothing between them. */
  async expectEvents(expected: readonly ExpectedEvent[]): Promise<void> {
    this.#expected = [...this.#expected, ...expected];
    this.#ready = 0;
    for (const reader of this.#readers) this.#look(reader);
    const wanted = this.#readers.length;
    await this.#progress(
      () => this.#ready === wanted || this.#wrong !== undefined || this.#readers.some(({ over }) => over),
    );
    if (this.#wrong !== undefined) this.#failOther(this.#wrong);
    if (this.#ready < wanted) {
      const behind = this.#readers.filter(({ right }) => right < this.#expected.length);
      const [first] = behind;
      const next = describeEvent(this.#expected[first!.right]!);
      await this.#failSilence(behind.length, next, 'not-delivered');
    }
    this.#judge.observe();
  }

  /** All go: their systems send FIN, or RST. */
  async leave(how: 'fin' | 'reset'): Promise<void> {
    const gone = this.#readers.map(({ socket }) =>
      socket.destroyed ? undefined : new Promise((resolve) => socket.once('close', resolve)),
    );
    for (const { socket } of this.#readers) {
      socket.removeAllListeners('data');
      if (how === 'fin') socket.destroy();
      else socket.resetAndDestroy();
    }
    this.#readers.length = 0;
    await Promise.all(gone);
  }

  #join(request: Uint8Array): void {
    const socket = connect({ host: this.#server.host, port: this.#server.port });
    const reader: Reader = { socket, response: new EventStreamResponse(), right: 0, over: false };
    this.#readers.push(reader);
    socket.on('error', () => {});
    socket.on('close', () => {
      reader.over = true;
      this.#moved += 1;
    });
    socket.on('data', (bytes) => {
      this.#moved += 1;
      reader.response.receive(bytes);
      this.#look(reader);
    });
    socket.write(request);
  }

  /** Compare what is new, and keep nothing of it. */
  #look(reader: Reader): void {
    const { events } = reader.response;
    const before = reader.right;
    while (reader.right < this.#expected.length && reader.right < events.length) {
      const event = events[reader.right]!;
      if (!same(event, this.#expected[reader.right]!)) {
        this.#wrong ??= { number: this.#readers.indexOf(reader) + 1, event };
        return;
      }
      reader.right += 1;
    }
    if (before < reader.right && reader.right === this.#expected.length) this.#ready += 1;
  }

  async #progress(done: () => boolean): Promise<void> {
    for (let moved = -1; !done() && moved !== this.#moved; ) {
      moved = this.#moved;
      await waitUntil(
        () => done() || this.#moved !== moved,
        () => sleep(2),
        STILL_MS,
      );
    }
  }

  #failOther({ number, event }: { number: number; event: DispatchedEvent }): never {
    const { right } = this.#readers[number - 1]!;
    const expected = this.#expected.slice(right);
    const symptom = otherSymptom(event, expected, this.#expected.slice(0, right), []);
    const accepted = [describeEvent(expected[0]!)];
    this.#judge.fail(
      `reader ${number} of ${this.size} dispatched ${describeEvent(event)}, expected ${accepted[0]}`,
      symptom,
      { accepted, actual: describeEvent(event) },
    );
  }

  #failRefused(reader: Reader): never {
    const number = (this.#readers.indexOf(reader) + 1).toLocaleString('en-US');
    const { status } = reader.response.whole ?? reader.response.head!;
    this.#judge.fail(
      status === 200
        ? `the response to reader ${number} is complete`
        : `reader ${number} was answered with ${status}`,
      status === 200 ? 'complete' : `status-${status}`,
      { accepted: ['a 200 response that stays open, for each reader'], actual: `a ${status} response` },
    );
  }

  async #failSilence(behind: number, what: string, symptom: string): Promise<never> {
    const { program } = this.#server;
    const evidence = {
      accepted: [`${what} at each of ${this.size} readers`],
      actual: `${behind} of ${this.size} readers did not get it`,
    };
    const findings = this.#readers.flatMap(({ response: { finding } }) => finding ?? []);
    const [finding] = findings;
    if (finding !== undefined) {
      const message = `at byte ${finding.offset} of a response to GET /events ${program.label} sent ${finding.message}`;
      this.#judge.fail(message, finding.slug, evidence);
    }
    const over = this.#readers.filter((reader) => reader.over).length;
    if (over > 0 && program.exit === undefined) {
      const message = `${program.label} ended ${over} of ${this.size} readers before ${what}`;
      this.#judge.fail(message, 'readers-cut', evidence);
    }
    return explainSilence(this.#judge, {
      program,
      limitMs: STILL_MS,
      awaited: `${what} at ${behind} of ${this.size} readers`,
      came: () => false,
      symptoms: { waiting: symptom, crashed: 'crashed' },
      evidence,
    });
  }
}

function isRefused({ head, whole }: EventStreamResponse): boolean {
  return whole !== undefined || (head !== undefined && head.status !== 200);
}
