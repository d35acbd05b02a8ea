/** A client of the message board, as the judge plays it: what it asks, and what the answers must mean. */
import type { ServerProgram } from '../../drive/server-program.ts';
import { HttpPeer, RESPONSE_HINTS, type ResponseExpectation } from '../../peer/http.ts';
import { announcesClose, type HttpResponse } from '../../peer/http-response.ts';
import { JSON_HINTS, kindOf, readJson, shownJson } from '../../peer/json.ts';
import type { Judge } from '../../run/judge.ts';
import { type RequestParts, request } from '../lab-06-http-server/requests.ts';
import type { Message } from './polls.ts';

/** What of an expectation is the caller's; `when` is added to what was asked: `, after the post`. */
export type Asking = Partial<ResponseExpectation> & {
  when?: string;
  /** Symptoms for messages that are not as they must be. */
  missing?: string;
  extra?: string;
};

/** An id that no message has. */
const FAR = 900_000_000;

const BOARD_HINTS = {
  'status-404':
    'Your server says that there is nothing of this name. The query is no part of the path: cut the target at the first ?.',
  'status-405': 'The path is there, and your server says that it does not have this method.',
  'status-400':
    'A 400 says that the request is wrong, and this one is right. Print what your server makes of since, of timeout and of the body.',
  'status-204': 'A 204 says that there is no news, and there was some.',
  'status-500':
    'Your handler failed; print what it threw. In a post: does it answer a poll that was answered before, or whose client is gone?',
  'status-200': 'A 200 came where another status belongs. The table in the README has them all.',
  'no-message': 'The answer to a post is the message: one JSON object with an id and the text.',
  'no-messages': 'The answer is a JSON object with two members: messages, an array, and last, a number.',
  'id-type': 'An id is a JSON number: 1, 2, 3, and so on.',
  'other-text': 'The text is not the one that was posted.',
  'other-last':
    'last is the newest id on the server, whatever was asked for, and 0 while there is none. Where it goes back to 0: does a GET take messages away?',
  cleared:
    'The same GET got these messages a moment ago, and now they are gone. A GET takes nothing away: keep the messages, and let since say what each client has.',
  order: 'The messages are in order of id.',
  'message-missing': 'A message that is newer than since is not in the answer.',
  'message-extra': 'There is a message in the answer that is not newer than since.',
  'message-twice': 'A message stands in the answer twice.',
  'not-held':
    'The poll was answered, and there was no news for it. It waits: for a message with a greater id than since, or for its timeout, which is in seconds.',
  'answered-twice':
    'A poll was answered twice. When a waiting poll has had its answer it is no longer among those that wait.',
};

/** Hints of a check, over those that every answer of this server may need. */
export function boardHints<T extends { otherwise: string }>(own: T): T & { [symptom: string]: string } {
  return { ...RESPONSE_HINTS, ...JSON_HINTS, ...BOARD_HINTS, ...own };
}

/** The bytes of a POST that gives this text. */
export function postRequest(
  text: string,
  fields: RequestParts['fields'] = [['Content-Type', 'application/json']],
): Uint8Array {
  return request('POST /messages', { fields, body: Buffer.from(JSON.stringify({ text })) });
}

export class BoardClient {
  readonly #judge: Judge;
  readonly #server: ServerProgram;
  readonly #lane: string;
  #http: HttpPeer | undefined;
  /** The server has said that the connection ends. */
  #closing = false;

  constructor(judge: Judge, server: ServerProgram, lane = '') {
    this.#judge = judge;
    this.#server = server;
    this.#lane = lane;
  }

  /** The connection of the last answer. */
  get http(): HttpPeer {
    if (this.#http === undefined) throw new Error('nothing was asked yet');
    return this.#http;
  }

  /** Connect, where there is no open connection: a server may end one after an answer that says so. */
  async open(): Promise<HttpPeer> {
    if (this.#http === undefined || !this.#isOpen) {
      this.#http?.tcp.vanish();
      this.#http = await HttpPeer.connect(this.#judge, this.#server, { lane: this.#lane });
      this.#closing = false;
    }
    return this.#http;
  }

  get #isOpen(): boolean {
    return this.#http !== undefined && !this.#closing && this.#http.tcp.ended === undefined;
  }

  async send(bytes: Uint8Array, cuts: number[] = []): Promise<void> {
    await (await this.open()).send(bytes, { cuts });
  }

  async expect(expectation: ResponseExpectation): Promise<HttpResponse> {
    const response = await this.http.expectResponse(expectation);
    this.#closing = announcesClose(response);
    return response;
  }

  /** Send a request, and expect its response. */
  async ask(bytes: Uint8Array, expectation: ResponseExpectation): Promise<HttpResponse> {
    await this.send(bytes);
    return this.expect(expectation);
  }

  /** Post a text; the message that comes back has it. */
  async post(text: string, asking: Asking & { bytes?: Uint8Array } = {}): Promise<Message> {
    const { when = '', bytes = postRequest(text), ...expectation } = asking;
    const to = `POST /messages${when}`;
    const response = await this.ask(bytes, { to, status: 201, ...expectation });
    const message = readJson(this.http, response, to) as Partial<Message>;
    const accepted = [`a 201 response with the message: {"id":…,"text":${shownJson(text, 80)}}`];
    this.#expectMessage(message, response, to, accepted);
    if (message.text !== text) {
      this.http.fail(
        `the message that was posted has the text ${shownJson(message.text, 80)}`,
        'other-text',
        accepted,
        response,
      );
    }
    return { id: message.id!, text };
  }

  /** A short poll. Without `expected` any messages are right. */
  async poll(
    target: string,
    expected?: readonly Message[],
    last?: number,
    asking: Asking = {},
  ): Promise<Reply> {
    await this.send(request(`GET ${target}`));
    return this.expectMessages(target, expected, last, asking);
  }

  /**
   * Ask, and leave it at that, on a connection that the server has accepted.
   *
   * @param beside  another client, for which the server has read this request when it has answered
   */
  async begin(target: string, beside?: BoardClient): Promise<void> {
    if (!this.#isOpen) await this.last();
    await this.send(request(`GET ${target}`));
    await beside?.comeBehind();
  }

  /**
   * Wait until the server has read what others have sent before on connections that it has accepted. It looks at all that
   * have something in one turn, in whatever order: a second answer comes in a later turn.
   */
  async comeBehind(): Promise<void> {
    await this.last();
    await this.last();
  }

  /** The answer to a poll: 200, with these messages. */
  async expectMessages(
    target: string,
    expected?: readonly Message[],
    last?: number,
    asking: Asking = {},
  ): Promise<Reply> {
    const { when = '', missing = 'message-missing', extra = 'message-extra', ...expectation } = asking;
    const to = `GET ${target}${when}`;
    const response = await this.expect({ to, status: 200, ...expectation });
    const value = readJson(this.http, response, to) as Partial<Reply> | null;
    const accepted = [
      expected === undefined
        ? 'a 200 response with {"messages":[…],"last":…}'
        : `a 200 response with ${shownJson({ messages: expected, ...(last !== undefined && { last }) }, 300)}`,
    ];
    const fail = (message: string, symptom: string): never =>
      this.http.fail(message, symptom, accepted, response);
    if (kindOf(value) !== 'an object' || !Array.isArray(value?.messages))
      fail(
        `the body of the response to ${to} is ${shownJson(value, 120)}, which has no array called messages`,
        'no-messages',
      );
    const { messages, last: newest } = value as Reply;
    for (const message of messages) this.#expectMessage(message, response, to, accepted);
    if (typeof newest !== 'number') fail(`last is ${kindOf(newest)} in the response to ${to}`, 'no-messages');
    const ids = messages.map(({ id }) => id);
    if (expected !== undefined) {
      const twice = ids.find((id, index) => ids.indexOf(id) !== index);
      if (twice !== undefined)
        fail(`message ${twice} stands in the response to ${to} twice`, 'message-twice');
      const lost = expected.find(({ id }) => !ids.includes(id));
      if (lost !== undefined) fail(`message ${lost.id} is not in the response to ${to}`, missing);
      const more = messages.find(({ id }) => !expected.some((right) => right.id === id));
      if (more !== undefined) fail(`message ${more.id} is in the response to ${to}`, extra);
      const other = expected.find(
        ({ text }, index) => messages[index]?.id === expected[index]?.id && messages[index]?.text !== text,
      );
      if (other !== undefined)
        fail(`message ${other.id} in the response to ${to} has another text than was posted`, 'other-text');
    }
    if (ids.some((id, index) => index > 0 && id < ids[index - 1]!))
      fail(`the messages in the response to ${to} are not in order of id`, 'order');
    if (last !== undefined && newest !== last)
      fail(`last is ${newest} in the response to ${to}, and the newest id is ${last}`, 'other-last');
    return { messages, last: newest };
  }

  /** The newest id; 0 while there is none. */
  async last(): Promise<number> {
    // Nothing is newer than that, so the answer is short.
    const target = `/messages?since=${FAR}`;
    const { last } = await this.poll(target);
    if (last < FAR) return last;
    return this.#judge.fail(
      `last is ${last} in the response to GET ${target}, and there is no such message`,
      'other-last',
      this.http.evidence(['the newest id on the server'], `${last}`),
    );
  }

  #expectMessage(message: unknown, response: HttpResponse, to: string, accepted: string[]): void {
    if (kindOf(message) !== 'an object' || typeof (message as Partial<Message>).text !== 'string')
      this.http.fail(
        `${shownJson(message, 80)} in the response to ${to} is no message`,
        'no-message',
        accepted,
        response,
      );
    const { id } = message as Partial<Message>;
    if (!Number.isSafeInteger(id) || id! < 1)
      this.http.fail(
        `the id ${shownJson(id, 40)} in the response to ${to} is no number from 1 on`,
        'id-type',
        accepted,
        response,
      );
  }
}

export interface Reply {
  messages: Message[];
  last: number;
}
