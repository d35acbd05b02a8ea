/** Requests as the judge writes them, and who publishes. */
import type { ServerProgram } from '../../drive/server-program.ts';
import { type ExpectedEvent, notePublished, STREAM_HINTS } from '../../peer/event-stream-peer.ts';
import { HttpPeer, RESPONSE_HINTS } from '../../peer/http.ts';
import { announcesClose, type HttpResponse } from '../../peer/http-response.ts';
import { JSON_HINTS, readJson } from '../../peer/json.ts';
import type { Judge } from '../../run/judge.ts';
import type { Random } from '../../run/random.ts';

/** Well below the time after which an idle connection is closed. */
const IDLE_MS = 2000;

/** What is published: the members of the JSON. */
export interface Publication {
  data: string;
  event?: string;
}

/** The last hint of a check that says no better one. */
export const OTHERWISE = {
  otherwise: 'Follow one event through your program, from the publish to the bytes at the reader.',
};

/** Hints of a check that talks to the program, over those that all such checks may need. */
export function hints<T extends { otherwise: string }>(own: T) {
  return {
    ...RESPONSE_HINTS,
    ...JSON_HINTS,
    ...STREAM_HINTS,
    'status-404': 'The path is not found. What stands behind a ? in the target is no part of it.',
    'status-200': 'Something was created: the answer is 201.',
    'no-id':
      'The answer to a publish is an object with the id of the event, which is a text: not empty, without NUL, CR and LF.',
    'id-twice':
      'Two events have the same id. Who comes back with it gets one of them twice, or never. A clock is no counter.',
    'publish-unanswered': 'The publish was not answered. What does it wait for?',
    'readers-cut': 'Readers were cut although they read all that came.',
    ...own,
  };
}

/** The bytes of a request with its Content-Length. A text is UTF-8. */
export function request(line: string, body?: Uint8Array | string, fields: string[] = []): Uint8Array {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const all = ['Host: localhost', ...fields];
  if (bytes !== undefined) all.push('Content-Type: application/json', `Content-Length: ${bytes.length}`);
  const head = Buffer.from(`${line} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n`, 'latin1');
  return Buffer.concat([head, bytes ?? new Uint8Array()]);
}

/** A client that publishes, one event after the other, and knows what was published. */
export class Publisher {
  /** In the order of the answers. */
  readonly log: ExpectedEvent[] = [];
  readonly #ids = new Set<string>();
  readonly #judge: Judge;
  readonly #server: ServerProgram;
  readonly #lane: string;
  #client: HttpPeer | undefined;
  /** What was sent many times at once, to be sent again. */
  #many: { publication: Publication; bytes: Uint8Array } | undefined;
  #usedAt = 0;

  constructor(judge: Judge, server: ServerProgram, lane = 'publisher') {
    this.#judge = judge;
    this.#server = server;
    this.#lane = lane;
  }

  /** @returns as readers must see it */
  async publish(publication: Publication): Promise<ExpectedEvent> {
    return (await this.publishAll([publication]))[0]!;
  }

  async publishAll(publications: readonly Publication[]): Promise<ExpectedEvent[]> {
    const published: ExpectedEvent[] = [];
    for (const publication of publications) {
      const bytes = request('POST /publish', JSON.stringify(publication));
      published.push(...(await this.#publish(publication, bytes, 1)));
    }
    return published;
  }

  /**
   * The same many times, without a wait between the requests; the ids tell the events apart.
   *
   * @param what  what is going on meanwhile, for sentences
   */
  async publishAtOnce(publication: Publication, times: number, what: string): Promise<ExpectedEvent[]> {
    const one = request('POST /publish', JSON.stringify(publication));
    if (this.#many?.publication !== publication || this.#many.bytes.length !== one.length * times)
      this.#many = { publication, bytes: Buffer.concat(Array.from({ length: times }, () => one)) };
    const published: ExpectedEvent[] = [];
    while (published.length < times) {
      const left = times - published.length;
      const bytes = this.#many.bytes.subarray(0, left * one.length);
      published.push(...(await this.#publish(publication, bytes, left, what)));
    }
    return published;
  }

  /** Send the requests in `bytes`; those that come behind an announced end of the connection were not taken. */
  async #publish(
    publication: Publication,
    bytes: Uint8Array,
    requests: number,
    what = '',
  ): Promise<ExpectedEvent[]> {
    const client = await this.#connected();
    // Of many it need not take more than it has answered.
    if (requests > 1) void client.pump(bytes, requests);
    else await client.send(bytes);
    const published: ExpectedEvent[] = [];
    const to = 'POST /publish';
    while (published.length < requests && this.#client === client) {
      const answer = await client.expectResponse({
        to,
        ...(what !== '' && { what: `the response to ${to}, while ${what},` }),
        status: 201,
        silence: { waiting: 'publish-unanswered', 'not-reading': 'publish-unanswered' },
      });
      if (announcesClose(answer)) this.#client = undefined;
      const event = {
        type: publication.event || 'message',
        data: seen(publication.data),
        id: this.#idOf(client, answer),
      };
      this.log.push(event);
      notePublished(this.#server, event);
      published.push(event);
    }
    return published;
  }

  /** A server may close a connection on which nothing happens for a while, and this machine may be slow. */
  async #connected(): Promise<HttpPeer> {
    const idle = performance.now() - this.#usedAt > IDLE_MS;
    if (idle || this.#client?.tcp.ended !== undefined) this.#client?.tcp.vanish();
    if (idle || this.#client === undefined || this.#client.tcp.ended !== undefined)
      this.#client = await HttpPeer.connect(this.#judge, this.#server, { lane: this.#lane });
    this.#usedAt = performance.now();
    return this.#client;
  }

  #idOf(client: HttpPeer, answer: HttpResponse): string {
    const value = readJson(client, answer, 'POST /publish');
    const id = (value as { id?: unknown } | null)?.id;
    if (typeof id !== 'string' || id === '' || /[\0\r\n]/.test(id)) {
      const accepted = ['a JSON object whose id is a text: not empty, without NUL, CR and LF'];
      client.fail('the answer to POST /publish has no id', 'no-id', accepted, answer);
    }
    if (this.#ids.has(id))
      client.fail('two events have the same id', 'id-twice', ['an id of its own for each event'], answer);
    this.#ids.add(id);
    return id;
  }
}

/** A text as it arrives. */
export function seen(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n').replaceAll(/\p{Surrogate}/gu, '\ufffd');
}

/** Short events that are all different. */
export function drawPublications(random: Random, howMany: number): { data: string; event?: string }[] {
  return Array.from({ length: howMany }, (_, index) => {
    const data = `${index + 1} ${random.letters(random.integer(3, 12))}`;
    return random.integer(0, 2) === 0 ? { data, event: random.letters(5) } : { data };
  });
}
