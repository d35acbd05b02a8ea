/** Step 2: bodies. */
import type { ResponseSymptom } from '../../peer/http.ts';
import type { Check } from '../../run/check.ts';
import { chunked, request } from '../lab-06-http-server/requests.ts';
import { notATodo, notJson, wrongTypes } from './bad-bodies.ts';
import { expectSame, JSON_TYPE, jsonBody, readTodo, type Todo, TodoClient, todoHints } from './todos.ts';

/** Of one type, written in other ways. */
const RIGHT_TYPES = [
  ['Content-Type', 'application/json; charset=utf-8'],
  ['content-type', 'Application/JSON'],
  ['CONTENT-TYPE', 'application/json ;charset="utf-8"'],
] as const;
/** README: where MAX_BODY_BYTES is not set. */
const DEFAULT_BYTES = 1024 * 1024;

const TYPE =
  'A POST or PUT with no `Content-Type`, or with another media type than `application/json`, is 415. The media type is compared without its case, and a parameter may follow it, as in `Application/JSON; charset=utf-8`.';
const NOT_JSON = 'A body that is not JSON (an empty one is not, nor is one that is no UTF-8) is 400.';
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
      'in-pieces':
        'The body is JSON, and it came in several pieces, one of which ended in the middle of a character. Put the bytes together, all of them, then decode, then parse.',
      'refused-task':
        'A task is any string, the empty one too. What in your check of the body refuses this one?',
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
          await client.add(
            { task, completed: true },
            { when: ` with the task ${JSON.stringify(task)}`, symptoms: refusedAs('refused-task') },
          ),
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
      await client.expectRefused(wrongTypes('POST /todos', task), 415);
      for (const [name, type] of RIGHT_TYPES) {
        const to = `POST /todos with ${name}: ${type}`;
        const body = JSON.stringify({ task: `${task}, as ${type}` });
        await client.ask(request('POST /todos', { fields: [[name, type]], body }), { to, status: 201 });
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
      'not-utf-8':
        'Bytes that are no UTF-8 are no JSON (RFC 8259 §8.1). toString() puts U+FFFD in their place and says nothing; a TextDecoder with fatal: true throws.',
      'status-500':
        'JSON.parse throws for what is no JSON. That is the client’s fault: catch it, and answer 400.',
      crashed:
        'JSON.parse throws for what is no JSON, and nobody caught it. That is the client’s fault: 400.',
      'status-415':
        'The request says application/json, so the type is right. What is wrong is the body: 400.',
      otherwise: 'Parse inside of try, and answer 400 in catch.',
    }),
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      const word = judge.draw('word', (random) => random.letters(6));
      await client.expectRefused(notJson('POST /todos', word), 400);
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
      const client = new TodoClient(judge, await judge.server());
      const task = judge.draw('task', (random) => random.letters(6));
      const number = judge.draw('number', (random) => random.integer(2, 99));
      await client.expectRefused(notATodo('POST /todos', task, number), 400);
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
      'id-taken': 'The id in a body is ignored: the server alone chooses ids.',
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
      const there = await client.add({ task: `${task}, there before` });
      const unknown = { [name]: { task: 'x' }, length: 3, owner: name };
      const added: Todo[] = [];
      // Far away from every id that a server would come to by itself meanwhile, be it a clock's.
      const far = there.id + judge.draw('far', (random) => random.integer(1e8, 1e9));
      for (const id of [there.id, far, 'x', null]) {
        const when = ` with ${JSON.stringify({ id, ...unknown })} in its body`;
        const todo = await client.add({ ...unknown, id, task: `${task} ${added.length}` }, { when });
        const others = [...before, there, ...added].map((other) => other.id);
        if (others.includes(todo.id) || todo.id === far) {
          judge.fail(`the todo of a POST${when} has the id ${todo.id}`, 'id-taken', {
            accepted: ['an id that the server chose, and that no todo has'],
            actual: `the id ${todo.id}`,
          });
        }
        added.push(todo);
      }
      await client.expectList(
        [...before, there, ...added],
        {},
        { when: ' after POSTs with an id in their bodies' },
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

function refusedAs(slug: string): ResponseSymptom[] {
  return [{ slug, when: ({ status }) => status === 400 }];
}

/** POST a todo with each character of two, three and four bytes cut in two. */
async function addInPieces(client: TodoClient, word: string): Promise<Todo> {
  const task = `${word} \u00e9 \u20ac \u{1f955}`;
  const bytes = Buffer.from(request('POST /todos', jsonBody({ task })));
  const cuts = ['\u00e9', '\u20ac', '\u{1f955}'].map((letter) => bytes.indexOf(letter) + 1);
  const to = `POST /todos in pieces, with the task ${JSON.stringify(task)}`;
  const response = await client.ask(bytes, { to, status: 201, symptoms: refusedAs('in-pieces') }, cuts);
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
      { line, why: `with a body of ${more} bytes`, bytes: request(line, jsonBody(`${tooLong}`)) },
      { line, why: `with a chunked body of ${more} bytes`, bytes: inChunks },
    ],
    413,
  );
}
