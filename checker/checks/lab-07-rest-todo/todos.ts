/** A client of the list, as the judge plays it: what it asks, and what the answers must mean. */
import type { ServerProgram } from '../../drive/server-program.ts';
import { HttpPeer, RESPONSE_HINTS, type ResponseExpectation } from '../../peer/http.ts';
import { announcesClose, type HttpResponse } from '../../peer/http-response.ts';
import { JSON_HINTS, kindOf, readJson, shownJson } from '../../peer/json.ts';
import type { Judge } from '../../run/judge.ts';
import { type RequestParts, request } from '../lab-06-http-server/requests.ts';

export interface Todo {
  id: number;
  task: string;
  completed: boolean;
}

/** What a POST sends: a todo, and perhaps members that are to be ignored. */
export interface Posted {
  task: string;
  completed?: boolean;
  [other: string]: unknown;
}

/** What of an expectation is the caller's; `when` is added to what was asked: `, after the DELETE`. */
export type Asking = Partial<ResponseExpectation> & Turn & { when?: string };

/** Where many ask at once: whose answer is read before, so that one silence is explained and not hundreds. */
export interface Turn {
  after?: Promise<unknown> | undefined;
}

/** Symptoms for a list that is not as it must be. */
export interface ListSymptoms {
  missing?: string;
  extra?: string;
  changed?: string;
}

/** A request that must be refused, and change nothing. */
export interface Refused {
  /** The request line's method and target. */
  line: string;
  /** What is wrong with it, as the end of a sentence that begins with `line`; default: nothing but the line. */
  why?: string;
  parts?: RequestParts;
  /** The whole request, where `line` and `parts` cannot say it. */
  bytes?: Uint8Array;
  /** Symptom when it was carried out; default `taken`. */
  taken?: string;
}

export const JSON_TYPE: [name: string, value: string] = ['Content-Type', 'application/json'];

const TODO_HINTS = {
  'status-404':
    'Your server says that there is nothing of this name. What exactly does it compare with the path, and is an id from the path compared as the number that it is in the list?',
  'status-405': 'The path is there, and your server says that it does not have this method.',
  'status-415':
    'The request says Content-Type: application/json. Names of fields are compared without their case, and a parameter may follow the media type.',
  'status-400':
    'A 400 says that the request is wrong, and this one is right. Print what your check of the body sees: is it whole, and is it parsed?',
  'status-200':
    'It worked, and each success has its own status: 201 for what was created, 204 for what has no body.',
  'status-500':
    'Status 500 says that something went wrong inside of your server. What did your handler throw? Print it on stderr.',
  'no-list': 'GET /todos is answered with an array, also when it is empty.',
  'no-todo': 'A todo is one JSON object, by itself: no list around it, and no other object.',
  'id-missing': 'Each todo carries its id, so that its client knows what to ask for.',
  'id-type':
    'An id is a positive integer: a JSON number, as 7 is. What comes from a path is a string until somebody makes a number of it.',
  'task-missing':
    'The answer is the whole todo. And JSON leaves out what is undefined: is there a path through your code that makes a todo without a task?',
  'task-type': 'A task is a string.',
  'completed-missing':
    'JSON leaves out what is undefined. Where POST leaves completed out it is false, and somebody has to write that down.',
  'completed-type': 'completed is true or false: a JSON boolean.',
  'other-member':
    'A todo has three members and no others. Build it from what you know, instead of copying what a stranger sent.',
  'id-twice':
    'Two todos in the list have the same id, so one of them cannot be reached. Where does the id come from?',
  order: 'The list is in order of id: 2 before 10. When is it put into order?',
  'text-order': 'The ids are in the order of texts: 10 before 2. Compare them as numbers.',
  'other-id': 'The todo came with another id than the one that it has.',
  'other-task': 'The task is not the one that was sent.',
  'other-completed': 'completed is not as it was sent.',
  'cut-character':
    'A character of several bytes became U+FFFD. It came in two pieces, and each was decoded by itself: put the bytes together first.',
  'wrong-encoding': 'The bytes of the body were read in another encoding than UTF-8, which JSON always has.',
  changed: 'The request was refused, and did its work all the same. First look at all of it, then act.',
};

/** Hints of a check, over those that every answer of this lab may need. */
export function todoHints<T extends { otherwise: string }>(own: T): T & { [symptom: string]: string } {
  return { ...RESPONSE_HINTS, ...JSON_HINTS, ...TODO_HINTS, ...own };
}

/** A body of JSON, with its type. A string is sent as it is, and so are bytes. */
export function jsonBody(value: unknown, type: string | undefined = JSON_TYPE[1]): RequestParts {
  const body = value instanceof Uint8Array || typeof value === 'string' ? value : JSON.stringify(value);
  return { fields: [[JSON_TYPE[0], type]], body: Buffer.from(body) };
}

export class TodoClient {
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

  /** Connect, where the next request does not find an open connection: a server may end one after an answer that says so. */
  async open(): Promise<HttpPeer> {
    if (this.#http === undefined || this.#closing || this.#http.tcp.ended !== undefined) {
      this.#http?.tcp.vanish();
      this.#http = await HttpPeer.connect(this.#judge, this.#server, { lane: this.#lane });
      this.#closing = false;
    }
    return this.#http;
  }

  /** The next request goes on a new connection. */
  leave(): void {
    this.#closing = true;
  }

  /** Send a request, and expect its response. */
  async ask(
    bytes: Uint8Array,
    { after, ...expectation }: ResponseExpectation & Turn,
    cuts: number[] = [],
  ): Promise<HttpResponse> {
    const http = await this.open();
    await http.send(bytes, { cuts });
    await after;
    const response = await http.expectResponse(expectation);
    this.#closing = announcesClose(response);
    return response;
  }

  /** `GET /todos`: the list, which is an array of todos in order of id. */
  async list({ when = '', ...asking }: Asking = {}): Promise<Todo[]> {
    const to = `GET /todos${when}`;
    const response = await this.ask(request('GET /todos'), { to, status: 200, ...asking });
    return readList(this.http, response, to);
  }

  /** `POST /todos` with these members; the answer must be the todo. */
  async add(members: Posted, asking: Asking = {}): Promise<Todo> {
    return (await this.addAndLook(members, asking)).todo;
  }

  /** The same, for who wants to see the response. */
  async addAndLook(
    members: Posted,
    { when = '', ...asking }: Asking = {},
  ): Promise<{ todo: Todo; response: HttpResponse }> {
    const to = `POST /todos${when}`;
    const bytes = request('POST /todos', jsonBody(members));
    const response = await this.ask(bytes, { to, status: 201, ...asking });
    const todo = readTodo(this.http, response, to);
    const { task, completed = false } = members;
    expectSame(this.http, response, to, todo, { task, completed });
    return { todo, response };
  }

  /** `GET /todos/ID` of a todo that is there. */
  async expectTodo(todo: Todo, { when = '', ...asking }: Asking = {}): Promise<void> {
    const to = `GET /todos/${todo.id}${when}`;
    const response = await this.ask(request(`GET /todos/${todo.id}`), { to, status: 200, ...asking });
    expectSame(this.http, response, to, readTodo(this.http, response, to), todo);
  }

  /** `PUT /todos/ID`; a 200 must show the todo. */
  async put({ id, ...members }: Todo, { when = '', ...asking }: Asking = {}): Promise<HttpResponse> {
    const to = `PUT /todos/${id}${when}`;
    const bytes = request(`PUT /todos/${id}`, jsonBody(members));
    const response = await this.ask(bytes, { to, status: [200, 204], ...asking });
    if (response.status === 200) {
      expectSame(this.http, response, to, readTodo(this.http, response, to), { id, ...members });
    }
    return response;
  }

  async delete(id: number, { when = '', ...asking }: Asking = {}): Promise<void> {
    const to = `DELETE /todos/${id}${when}`;
    await this.ask(request(`DELETE /todos/${id}`), { to, status: 204, ...asking });
  }

  /** This method and path must be 404. */
  async expectMissing(
    line: string,
    { when = '', ...asking }: Asking = {},
    parts?: RequestParts,
  ): Promise<void> {
    await this.ask(request(line, parts), { to: `${line}${when}`, status: 404, ...asking });
  }

  /** The list must be these todos. */
  async expectList(expected: Todo[], symptoms: ListSymptoms = {}, asking: Asking = {}): Promise<void> {
    const came = await this.list(asking);
    const change = describeChange(expected, came);
    if (change === undefined) return;
    const slug = { missing: 'missing-todo', extra: 'extra-todo', changed: 'changed-todo', ...symptoms };
    this.#judge.fail(`GET /todos${asking.when ?? ''}: ${change.text}`, slug[change.kind], {
      ...this.http.evidence([describeList(expected)], describeList(came)),
    });
  }

  /**
   * Each of these must be answered with one of these statuses, and leave the list as it is. Symptoms: `taken`,
   * `changed`, `status-NNN`.
   */
  async expectRefused(rows: Refused[], status: number | number[]): Promise<void> {
    const before = await this.list();
    for (const { line, why, parts, bytes = request(line, parts), taken = 'taken' } of rows) {
      const to = why === undefined ? line : `${line} ${why}`;
      const response = await this.ask(bytes, {
        to,
        status,
        symptoms: [{ slug: taken, when: (came) => came.status < 300 }],
      });
      // A server may close the connection after what it refuses.
      this.leave();
      const change = describeChange(before, await this.list({ when: ` after ${to}` }));
      if (change === undefined) continue;
      this.#judge.fail(
        `${to} was answered with ${response.status}, and has changed the list: ${change.text}`,
        'changed',
        { sent: [], accepted: ['the same list as before'], actual: change.text },
      );
    }
  }
}

/** All ask at once; their answers are read one after the other. */
export function atOnce<T>(
  clients: TodoClient[],
  ask: (client: TodoClient, index: number, after: Promise<unknown> | undefined) => Promise<T>,
): Promise<T[]> {
  let last: Promise<T> | undefined;
  const answers = clients.map((client, index) => {
    last = ask(client, index, last);
    return last;
  });
  return Promise.all(answers);
}

/** The response must hold one todo. */
export function readTodo(client: HttpPeer, response: HttpResponse, to: string): Todo {
  const value = readJson(client, response, to);
  return todoOf(client, response, `the response to ${to}`, value);
}

/** Compare by meaning; what `expected` does not say is not looked at. */
export function expectSame(
  client: HttpPeer,
  response: HttpResponse,
  to: string,
  came: Todo,
  expected: Partial<Todo>,
): void {
  const member = (['id', 'task', 'completed'] as const).find(
    (name) => expected[name] !== undefined && came[name] !== expected[name],
  );
  if (member === undefined) return;
  const symptom = member === 'task' ? taskSymptom(came.task, expected.task!) : `other-${member}`;
  client.fail(
    `the response to ${to} has the ${member} ${shownJson(came[member], 80)}, expected ${shownJson(expected[member], 80)}`,
    symptom,
    [`a todo with ${shownJson(expected)}`],
    response,
  );
}

/** What makes one list another, as a clause; undefined when they are the same. */
export function describeChange(
  expected: Todo[],
  came: Todo[],
): { kind: 'missing' | 'extra' | 'changed'; text: string } | undefined {
  const now = new Map(came.map((todo) => [todo.id, todo]));
  for (const todo of expected) {
    const found = now.get(todo.id);
    if (found === undefined) return { kind: 'missing', text: `todo ${todo.id} is not in the list` };
    if (found.task !== todo.task || found.completed !== todo.completed) {
      return { kind: 'changed', text: `todo ${todo.id} is ${shownJson(found)}, expected ${shownJson(todo)}` };
    }
    now.delete(todo.id);
  }
  const [extra] = now.values();
  return (
    extra && { kind: 'extra', text: `the list has a todo that should not be there: ${shownJson(extra)}` }
  );
}

function readList(client: HttpPeer, response: HttpResponse, to: string): Todo[] {
  const value = readJson(client, response, to);
  const accepted = ['an array of todos, in order of id'];
  if (!Array.isArray(value)) {
    client.fail(
      `the body of the response to ${to} is ${kindOf(value)}: ${shownJson(value)}`,
      'no-list',
      accepted,
      response,
    );
  }
  const todos = value.map((item, index) =>
    todoOf(client, response, `the response to ${to}, at place ${index + 1},`, item),
  );
  const ids = todos.map(({ id }) => id);
  for (const [index, id] of ids.entries()) {
    const before = ids[index - 1];
    if (before === undefined || before < id) continue;
    const shown = `todo ${before} stands before todo ${id}`;
    if (new Set(ids).size < ids.length) {
      const twice = ids.find((one, at) => ids.indexOf(one) !== at);
      client.fail(`in the response to ${to} two todos have the id ${twice}`, 'id-twice', accepted, response);
    }
    const asTexts = [...ids].sort().every((one, at) => one === ids[at]);
    client.fail(`in the response to ${to} ${shown}`, asTexts ? 'text-order' : 'order', accepted, response);
  }
  return todos;
}

/** @param where  the subject of the sentence: `the response to GET /todos/1` */
function todoOf(client: HttpPeer, response: HttpResponse, where: string, value: unknown): Todo {
  const fail = (what: string, symptom: string): never =>
    client.fail(
      `${where} ${what}: ${shownJson(value)}`,
      symptom,
      ['a todo: {"id":1,"task":"buy milk","completed":false}'],
      response,
    );
  if (kindOf(value) !== 'an object') fail(`holds ${kindOf(value)} where a todo belongs`, 'no-todo');
  const members = value as { [name: string]: unknown };
  for (const [name, type] of [
    ['id', 'number'],
    ['task', 'string'],
    ['completed', 'boolean'],
  ] as const) {
    if (!(name in members)) fail(`has a todo without ${name}`, `${name}-missing`);
    if (typeof members[name] !== type)
      fail(`has a todo whose ${name} is ${kindOf(members[name])}`, `${name}-type`);
  }
  if (!Number.isSafeInteger(members.id) || (members.id as number) < 1)
    fail('has a todo whose id is no positive integer', 'id-type');
  const other = Object.keys(members).find((name) => !['id', 'task', 'completed'].includes(name));
  if (other !== undefined) fail(`has a todo with a member ${JSON.stringify(other)}`, 'other-member');
  return value as Todo;
}

function taskSymptom(came: string, expected: string): string {
  if (came.includes('\ufffd') && !expected.includes('\ufffd')) return 'cut-character';
  if (came === Buffer.from(expected).toString('latin1')) return 'wrong-encoding';
  return 'other-task';
}

function describeList(todos: Todo[]): string {
  return `the list ${shownJson(todos, 300)}`;
}
