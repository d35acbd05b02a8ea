/** Step 1: routes and path parameters. */
import type { Check } from '../../run/check.ts';
import { request } from '../lab-06-http-server/requests.ts';
import { jsonBody, readTodo, TodoClient, todoHints } from './todos.ts';

/** More than nine, so that the order of numbers is not the order of texts. */
const TODOS = 12;

const MALFORMED =
  'A malformed ID is 404, as is one that no todo has: `1abc`, `01`, `0`, `-1`, `1.5`, `+1`, `99999999999999999999` and nothing at all, as in `/todos/`, for whatever method.';

export const routes: Check[] = [
  {
    id: 'lab-07/list',
    step: 1,
    title: 'GET /todos of a new server is an empty array',
    rule: 'README, the contract',
    quote: '200: an array of all todos, in order of `id`; `[]` while there is none',
    level: 'lab',
    needs: ['lab-07/listens'],
    hints: todoHints({
      'not-empty':
        'Nobody has added a todo, and DATA names a file that is not there. Is it the file from DATA that your server reads?',
      'status-404': 'The path is /todos. What exactly does your server compare it with?',
      waiting:
        'Your server has read the request and does not answer. The head is complete at the empty line; nothing more will come.',
      otherwise: 'Answer with the list as JSON. An empty list is an array too: [].',
    }),
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      await client.expectList([], { extra: 'not-empty' }, { when: ' of a server whose file is missing' });
    },
  },
  {
    id: 'lab-07/add',
    step: 1,
    title: 'a todo that was added is there, for every client',
    rule: 'README, step 1',
    quote: 'A todo that was answered is in the list from then on, for every client.',
    level: 'lab',
    needs: ['lab-07/list'],
    hints: todoHints({
      'missing-todo':
        'The todo was answered, and it is not in the list. What does your server add to, and what does it answer from?',
      'status-404':
        'Your server says that there is nothing of this name. If it was the GET of one todo: an id from the path is a string, and the id in the list is a number.',
      waiting: 'Your server has read the whole request and does not answer. What does the handler wait for?',
      otherwise:
        'One list for all connections: POST adds to it, and the others read it. It is made once, outside of the handler.',
    }),
    async run(judge) {
      const server = await judge.server();
      const [first, second] = [new TodoClient(judge, server, 'A'), new TodoClient(judge, server, 'B')];
      const before = await first.list();
      const tasks = judge.draw('tasks', (random) => [random.letters(9), random.letters(7)]) as [
        string,
        string,
      ];
      const one = await first.add({ task: tasks[0] });
      const two = await second.add({ task: tasks[1], completed: true });
      await second.expectTodo(one, { when: ' after another client has added it' });
      await first.expectTodo(two, { when: ' after another client has added it' });
      const all = [...before, one, two];
      await first.expectList(all, {}, { when: ' after two POSTs' });
      await second.expectList(all, {}, { when: ' after two POSTs' });
    },
  },
  {
    id: 'lab-07/order',
    step: 1,
    title: 'the list is in order of id',
    rule: 'README, the contract',
    quote: '200: an array of all todos, in order of `id`; `[]` while there is none',
    level: 'lab',
    needs: ['lab-07/add'],
    hints: todoHints({
      otherwise: 'Sort by id, as numbers, where the list is answered. What changes a todo must not move it.',
    }),
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      const tasks = judge.draw('tasks', (random) => Array.from({ length: TODOS }, () => random.letters(5)));
      const known = await client.list();
      for (const task of tasks) known.push(await client.add({ task }));
      known.sort((a, b) => a.id - b.id);
      await client.expectList(known, {}, { when: ` after ${TODOS} POSTs` });
    },
  },
  {
    id: 'lab-07/malformed-id',
    step: 1,
    title: 'a malformed id is 404, and names no todo',
    rule: 'README, step 1',
    quote: MALFORMED,
    level: 'lab',
    needs: ['lab-07/add'],
    hints: todoHints({
      'parse-int':
        'parseInt reads the digits at the beginning and forgets the rest. Look at the whole text before you make a number of it.',
      'loose-number':
        'Number takes many spellings for the same number: 07, +7, 7.0, 7e0, 0x7. Compare the whole text with what an id looks like: digits only, and the first is not 0.',
      taken: 'What is no id was taken for one. Look at the whole text: digits only, and the first is not 0.',
      'none-found': 'No todo has this id: 404. What does your server do when it has not found one?',
      'status-400': 'A malformed id is the name of nothing: 404, as for an id that no todo has.',
      'status-405': 'A path with a malformed id is none of the two: 404, for whatever method.',
      otherwise: 'First look whether the text is an id at all: digits only, and the first is not 0.',
    }),
    async run(judge) {
      const server = await judge.server();
      const client = new TodoClient(judge, server);
      const { id } = await client.add({ task: judge.draw('task', (random) => random.letters(6)) });
      const letters = judge.draw('letters', (random) => random.letters(3));
      const body = jsonBody({ task: 'not to be stored', completed: true });
      for (const [malformed, taken] of [
        [`${id}${letters}`, 'parse-int'],
        [`${id}.5`, 'parse-int'],
        [`${id},${id}`, 'parse-int'],
        [`0${id}`, 'loose-number'],
        [`+${id}`, 'loose-number'],
        [`${id}.0`, 'loose-number'],
        [`${id}e0`, 'loose-number'],
        [`0x${id.toString(16)}`, 'loose-number'],
        [`-${id}`, 'taken'],
        ['0', 'taken'],
        ['1.5', 'taken'],
        [letters, 'taken'],
        ['', 'taken'],
      ] as const) {
        const path = `/todos/${malformed}`;
        const rows = [
          { line: `GET ${path}`, taken },
          { line: `PUT ${path}`, parts: body, taken },
          { line: `DELETE ${path}`, taken },
        ];
        await client.expectRefused(rows, 404);
      }
      // Well formed, and far beyond what a number can count one by one.
      await client.expectRefused([{ line: 'GET /todos/99999999999999999999', taken: 'none-found' }], 404);
    },
  },
  {
    id: 'lab-07/other-path',
    step: 1,
    title: 'a path that is none of the two is 404',
    rule: 'README, step 1',
    quote: 'A path that is none of these two is 404 as well: `/`, `/todo`, `/todos/1/task`.',
    level: 'lab',
    needs: ['lab-07/add'],
    hints: todoHints({
      'status-200': 'A path that only begins or ends like a route is another path. Compare the whole of it.',
      'status-400': 'There is nothing at this path, whatever is in the request: 404.',
      'status-405': 'There is nothing at this path, so it has no methods either: 404.',
      waiting:
        'Your server read the request and did not answer. A path that nobody knows needs an answer too: 404.',
      otherwise: 'What no route takes is answered at the end, with 404.',
    }),
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      const { id } = await client.add({ task: judge.draw('task', (random) => random.letters(6)) });
      const word = judge.draw('word', (random) => random.letters(5));
      for (const path of [
        '/',
        '/todo',
        '/TODOS',
        `/${word}`,
        `/todos${word}`,
        `/${word}/todos`,
        `/todo/${id}`,
        `/todos/${id}/task`,
        `/todos/${id}/${word}`,
        `/${word}/todos/${id}`,
      ]) {
        await client.expectMissing(`GET ${path}`);
      }
      await client.expectMissing(`POST /${word}`, {}, jsonBody({ task: 'not to be stored' }));
    },
  },
  {
    id: 'lab-07/query',
    step: 1,
    title: 'what follows ? does not matter',
    rule: 'README, step 1',
    quote: 'What follows `?` does not matter.',
    level: 'lab',
    needs: ['lab-07/add'],
    hints: todoHints({
      'status-404': 'The target holds a path, and perhaps ? and a query. Cut it there before you compare.',
      otherwise: 'Cut the target at the first ?, and look at what stands before it.',
    }),
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      const word = judge.draw('word', (random) => random.letters(5));
      const target = (path: string): string => `${path}?${word}=/todos/7?a=b`;
      const post = `POST ${target('/todos')}`;
      const added = await client.ask(request(post, jsonBody({ task: word })), { to: post, status: 201 });
      const { id } = readTodo(client.http, added, post);
      for (const to of [`GET ${target('/todos')}`, `GET ${target(`/todos/${id}`)}`, 'GET /todos?']) {
        await client.ask(request(to), { to, status: 200 });
      }
    },
  },
];
