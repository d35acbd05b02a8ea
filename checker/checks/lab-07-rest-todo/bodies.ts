/** Step 2: bodies. */
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { chunked, request } from '../lab-06-http-server/requests.ts';
import {
  expectSame,
  JSON_TYPE,
  jsonBody,
  type Refused,
  readTodo,
  type Todo,
  TodoClient,
  todoHints,
} from './todos.ts';

/** README: where MAX_BODY_BYTES is not set. */
const DEFAULT_BYTES = 1024 * 1024;

const TYPE =
  'A POST or PUT with no `Content-Type`, or with another media type than `application/json`, is 415.';
const NOT_JSON = 'A body that is not JSON (an empty one is not) is 400.';
const NOT_TODO =
  'A body that is JSON but no object is 400, and so is one in which `task` is missing or no string, or `completed` is there and no boolean.';
const TOO_LONG =
  'A body of more than `MAX_BODY_BYTES` bytes is 413, whether it has a `Content-Length` or is chunked.';

const LENGTH_HINTS = todoHints({
  taken: 'This body is longer than MAX_BODY_BYTES, and was taken. Does the limit reach the server of lab 06?',
  'status-413': 'A body of exactly MAX_BODY_BYTES bytes is taken: more than that is too much.',
  'status-400':
    'The body is right but for its length, and that has a status of its own: 413. Who throws when a body is too long, and who catches it?',
  'status-500':
    'The body is too long, and what your code made of that is an accident. Reading the body throws: who catches it?',
  waiting:
    'Your server reads a body that is too long, and does not answer. Whoever reads the body is told: reading throws.',
  otherwise:
    'Count the bytes as they come, chunks too, and answer with 413 when there are more than the limit.',
});

export const bodies: Check[] = [
  {
    id: 'lab-07/task-kept',
    step: 2,
    title: 'a task comes back as it was sent, whatever characters it is made of',
    rule: 'README, step 2',
    quote: 'A task comes back as it was sent, whatever characters it is made of.',
    level: 'lab',
    needs: ['lab-07/add'],
    hints: todoHints({
      'status-400':
        'The body is JSON, and it came in several pieces, one of which ended in the middle of a character. Put the bytes together, then decode, then parse.',
      'status-415':
        'The media type is application/json. Whatever the task is, it stands in the same kind of body.',
      'other-task':
        'The task came back changed. It is somebody else’s text: store it as it is, without trimming or replacing anything.',
      otherwise: 'The bytes first, all of them; then decode; then parse.',
    }),
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      const word = judge.draw('word', (random) => random.letters(5));
      const todos: Todo[] = [];
      for (const task of [
        `${word} \u00e4\u00f6\u00fc \u00df \u20ac \u{1f955} \u4e2d\u6587`,
        `"${word}" \\ / {"task":"x"} \u0000\u0001\t\r\n`,
        ` ${word} `,
        '',
        'undefined',
        '<b>&amp;</b>%41',
      ]) {
        todos.push(
          await client.add({ task, completed: true }, { when: ` with the task ${JSON.stringify(task)}` }),
        );
      }
      todos.push(await addInPieces(client, word));
      for (const todo of todos) await client.expectTodo(todo);
    },
  },
  {
    id: 'lab-07/media-type',
    step: 2,
    title: 'a body that does not say that it is JSON is 415',
    rule: 'README, step 2',
    quote: TYPE,
    level: 'lab',
    needs: ['lab-07/add'],
    hints: todoHints({
      taken:
        'The request does not say that its body is JSON, and your server took it for that. Look at Content-Type before you read.',
      'similar-type':
        'The media type only looks like application/json. Compare the whole of it, up to the first semicolon.',
      'status-400': 'Here the type of the body is wrong, and that has a status of its own: 415.',
      'status-415':
        'Names of fields and media types are compared without their case, and a parameter may follow behind a semicolon, perhaps with spaces around it.',
      otherwise:
        'Take what stands before the first semicolon, without spaces, in lower case, and compare the whole of it.',
    }),
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      const task = judge.draw('task', (random) => random.letters(6));
      const body = JSON.stringify({ task, completed: false });
      const { id } = await client.add({ task });
      const rows: Refused[] = [];
      for (const line of ['POST /todos', `PUT /todos/${id}`]) {
        rows.push({ what: `a ${line} without Content-Type`, line, parts: { body } });
        for (const type of [
          'text/plain',
          'application/x-www-form-urlencoded',
          'text/json',
          'application/jsonp',
          'application/json-patch+json',
          `text/${task}; a=application/json`,
        ]) {
          const taken = type.includes('json') ? 'similar-type' : 'taken';
          rows.push({
            what: `a ${line} with Content-Type: ${type}`,
            line,
            parts: jsonBody(body, type),
            taken,
          });
        }
      }
      await client.expectRefused(rows, 415);
      for (const [name, type] of [
        ['Content-Type', 'application/json; charset=utf-8'],
        ['content-type', 'Application/JSON'],
        ['CONTENT-TYPE', 'application/json ;charset="utf-8"'],
      ] as const) {
        const to = `POST /todos with ${name}: ${type}`;
        await client.ask(request('POST /todos', { fields: [[name, type]], body }), { to, status: 201 });
        const put = `PUT /todos/${id} with ${name}: ${type}`;
        const bytes = request(`PUT /todos/${id}`, { fields: [[name, type]], body });
        await client.ask(bytes, { to: put, status: [200, 204] });
      }
    },
  },
  {
    id: 'lab-07/not-json',
    step: 2,
    title: 'a body that is not JSON is 400, and changes nothing',
    rule: 'README, step 2',
    quote: NOT_JSON,
    level: 'lab',
    needs: ['lab-07/add'],
    hints: todoHints({
      taken:
        'The body is no JSON, and your server took something else for it. What does it do when JSON.parse throws?',
      'status-500':
        'JSON.parse throws for what is no JSON. That is the client’s fault: catch it, and answer 400.',
      crashed:
        'JSON.parse throws for what is no JSON, and nobody caught it. That is the client’s fault: 400.',
      'status-415':
        'The request says application/json, so the type is right. What is wrong is the body: 400.',
      otherwise: 'Parse inside of try, and answer 400 in catch.',
    }),
    async run(judge) {
      const word = judge.draw('word', (random) => random.letters(6));
      await refuseBodies(judge, [
        ['an empty body', ''],
        ['a body of a space', ' '],
        ['JSON that is cut off', `{"task":"${word}","completed":false`],
        ['a body in single quotes', `{'task':'${word}','completed':false}`],
        ['two JSON documents', `{"task":"${word}","completed":false}{"task":"b","completed":false}`],
        ['a form', `task=${word}&completed=false`],
        ['a word', word],
      ]);
    },
  },
  {
    id: 'lab-07/not-a-todo',
    step: 2,
    title: 'JSON that is no todo is 400, and changes nothing',
    rule: 'README, step 2',
    quote: NOT_TODO,
    level: 'lab',
    needs: ['lab-07/add'],
    hints: todoHints({
      taken:
        'The body is JSON and no todo, and your server stored something of it. What do you know of a body when JSON.parse has returned?',
      'task-unchecked': 'A task is a string, and it must be there. typeof tells.',
      'completed-unchecked':
        'completed is there and no boolean: it is neither done nor not. Truthy is not true; typeof tells.',
      'status-500':
        'Your code fell over a body that is no object. JSON.parse returns null, numbers, strings and arrays as well: look before you ask for a member.',
      crashed:
        'Your code fell over a body that is no object. JSON.parse returns null, numbers, strings and arrays as well: look before you ask for a member.',
      otherwise:
        'Is it an object, neither null nor an array? Is task a string? Is completed missing, or a boolean?',
    }),
    async run(judge) {
      const task = judge.draw('task', (random) => random.letters(6));
      const number = judge.draw('number', (random) => random.integer(2, 99));
      const wrongTask = (value: unknown): [string, unknown, string] => [
        `the task ${JSON.stringify(value)}`,
        { task: value, completed: false },
        'task-unchecked',
      ];
      const wrongCompleted = (value: unknown): [string, unknown, string] => [
        `completed: ${JSON.stringify(value)}`,
        { task, completed: value },
        'completed-unchecked',
      ];
      await refuseBodies(judge, [
        ['null', null],
        ['an array', []],
        ['an array with a todo in it', [{ task, completed: false }]],
        ['a number', number],
        ['a string', JSON.stringify(task)],
        ['true', true],
        ['an empty object', {}, 'task-unchecked'],
        ['an object without a task', { completed: true }, 'task-unchecked'],
        ...[number, null, true, [task], { text: task }].map(wrongTask),
        ...['true', 'false', '', 0, 1, number, null, [], {}].map(wrongCompleted),
      ]);
    },
  },
  {
    id: 'lab-07/ignored-members',
    step: 2,
    title: 'an id and unknown members in a body are ignored',
    rule: 'README, the contract',
    quote:
      'Members that are unknown, and an `id`, in the body of a request are ignored: they are neither an error nor stored.',
    level: 'lab',
    needs: ['lab-07/add'],
    hints: todoHints({
      'status-400': 'Members that your server does not know are no error. Look at those that it knows.',
      'id-taken':
        'The id in a body is ignored: the server alone chooses ids, and the path says which todo a PUT means.',
      'other-member':
        'A member that you do not know came back, so it is stored. Build the todo from the members that you have looked at, instead of copying the body.',
      otherwise: 'Take task and completed from the body, and nothing else.',
    }),
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      const [name, task] = judge.draw('words', (random) => [random.letters(7), random.letters(6)]) as [
        string,
        string,
      ];
      const before = await client.list();
      const there = await client.add({ task: 'there before' });
      const unknown = { [name]: { task: 'x' }, length: 3, owner: name };
      const added: Todo[] = [];
      // Far away from every id that a server would come to by itself meanwhile, be it a clock's.
      const far = there.id + judge.draw('far', (random) => random.integer(1e8, 1e9));
      for (const id of [there.id, far, 'x', null]) {
        const when = ` with ${JSON.stringify({ id, ...unknown })} in its body`;
        const todo = await client.add({ ...unknown, id, task }, { when });
        const others = [...before, there, ...added].map((other) => other.id);
        if (others.includes(todo.id) || todo.id === far) {
          judge.fail(`the todo of a POST${when} has the id ${todo.id}`, 'id-taken', {
            accepted: ['an id that the server chose, and that no todo has'],
            actual: `the id ${todo.id}`,
          });
        }
        added.push(todo);
      }
      const changed = { id: there.id, task, completed: true };
      const line = `PUT /todos/${there.id}`;
      await client.ask(request(line, jsonBody({ ...unknown, ...changed, id: added[0]!.id })), {
        to: `${line} with "id":${added[0]!.id} in its body`,
        status: [200, 204],
      });
      await client.expectList(
        [...before, changed, ...added],
        { changed: 'id-taken', missing: 'id-taken', extra: 'id-taken' },
        { when: `, after ${line} with "id":${added[0]!.id} in its body` },
      );
    },
  },
  {
    id: 'lab-07/too-long',
    step: 2,
    title: 'a body of more than 1 MiB is 413',
    rule: 'README, step 2',
    quote: TOO_LONG,
    level: 'lab',
    needs: ['lab-07/add'],
    hints: LENGTH_HINTS,
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      const task = judge.draw('task', (random) => random.letters(6));
      await expectLimit(client, task, DEFAULT_BYTES);
    },
  },
  {
    id: 'lab-07/body-limit',
    step: 2,
    program: 'own',
    title: 'MAX_BODY_BYTES says how long a body may be',
    rule: 'README, step 2',
    quote: 'A body of exactly `MAX_BODY_BYTES` is taken.',
    level: 'lab',
    needs: ['lab-07/add'],
    hints: LENGTH_HINTS,
    async run(judge) {
      const bytes = judge.draw('bytes', (random) => random.integer(200, 900));
      const task = judge.draw('task', (random) => random.letters(6));
      const server = await judge.startServer({ env: { MAX_BODY_BYTES: `${bytes}` } });
      await expectLimit(new TodoClient(judge, server), task, bytes);
    },
  },
];

/** Each body must be refused with 400: as a POST, and as a PUT to a todo that is there. */
async function refuseBodies(
  judge: Judge,
  bad: [what: string, body: unknown, taken?: string][],
): Promise<void> {
  const client = new TodoClient(judge, await judge.server());
  const { id } = await client.add({ task: 'there before' });
  const rows = ['POST /todos', `PUT /todos/${id}`].flatMap((line) =>
    bad.map(([what, body, taken = 'taken']) => ({
      what: `a ${line} with ${what}`,
      line,
      parts: jsonBody(body),
      taken,
    })),
  );
  await client.expectRefused(rows, 400);
}

/** POST a todo with each character of two, three and four bytes cut in two. */
async function addInPieces(client: TodoClient, word: string): Promise<Todo> {
  const task = `${word} \u00e9 \u20ac \u{1f955}`;
  const bytes = Buffer.from(request('POST /todos', jsonBody({ task })));
  const cuts = ['\u00e9', '\u20ac', '\u{1f955}'].map((letter) => bytes.indexOf(letter) + 1);
  const to = `POST /todos in pieces, with the task ${JSON.stringify(task)}`;
  const response = await client.ask(bytes, { to, status: 201 }, cuts);
  const todo = readTodo(client.http, response, to);
  expectSame(client.http, response, to, todo, { task, completed: false });
  return todo;
}

/** A body of exactly so many bytes is taken, one more byte is too much, in chunks as well. */
async function expectLimit(client: TodoClient, task: string, limitBytes: number): Promise<void> {
  // White space belongs to JSON, so a long body need not be a long todo.
  const body = (bytes: number): string => JSON.stringify({ task }).padEnd(bytes, ' ');
  const shown = limitBytes.toLocaleString('en-US');
  const exactly = request('POST /todos', jsonBody(body(limitBytes)));
  await client.ask(exactly, { to: `POST /todos with a body of exactly ${shown} bytes`, status: 201 });
  client.leave();
  const tooLong = Buffer.from(body(limitBytes + 1));
  const line = 'POST /todos';
  const inChunks = Buffer.concat([
    request(line, { fields: [JSON_TYPE, ['Transfer-Encoding', 'chunked']] }),
    chunked(tooLong, [limitBytes - 100, 100]),
  ]);
  const more = (limitBytes + 1).toLocaleString('en-US');
  await client.expectRefused(
    [
      { what: `a POST with a body of ${more} bytes`, line, bytes: request(line, jsonBody(`${tooLong}`)) },
      { what: `a POST with a chunked body of ${more} bytes`, line, bytes: inChunks },
    ],
    413,
  );
}
