/** Step 3: status codes. */
import { fieldValue, fieldValues, type HttpResponse } from '../../peer/http-response.ts';
import { expectJsonType } from '../../peer/json.ts';
import type { Check } from '../../run/check.ts';
import { request } from '../lab-06-http-server/requests.ts';
import { jsonBody, type Todo, TodoClient, todoHints } from './todos.ts';

const LIST_METHODS = ['GET', 'HEAD', 'POST'];
const TODO_METHODS = ['GET', 'HEAD', 'PUT', 'DELETE'];

export const statuses: Check[] = [
  {
    id: 'lab-07/created',
    step: 3,
    title: 'a POST that adds a todo is 201, and Location is its path',
    rule: 'README, step 3',
    quote: 'A POST that adds a todo is 201, and its `Location` is the path of the new todo, `/todos/7`.',
    level: 'lab',
    needs: ['lab-07/add'],
    hints: todoHints({
      'no-location': 'A 201 says where the new thing is: in the field Location.',
      location: 'Location is a path that a client can ask for at once: /todos/ and the id of the new todo.',
      'location-twice': 'Two Location fields stand in one head. Who adds the second one?',
      'status-404': 'The path in Location is the name of the new todo, so a GET of it finds the todo.',
      'other-completed':
        'Where POST leaves completed out it is false; where it is there, it is what it says.',
      otherwise: 'Answer with 201, Location: /todos/ID and the todo as JSON, when the todo has its id.',
    }),
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      const task = judge.draw('task', (random) => random.letters(8));
      for (const members of [
        { task },
        { task: `${task} 2`, completed: true },
        { task: `${task} 3`, completed: false },
      ]) {
        const { todo, response } = await client.addAndLook(members);
        const path = `/todos/${todo.id}`;
        const [location, second] = fieldValues(response, 'Location');
        const fail = (message: string, symptom: string): never =>
          client.http.fail(message, symptom, [`Location: ${path}`], response);
        if (location === undefined) fail('the 201 to POST /todos has no Location', 'no-location');
        else if (second !== undefined) fail('the 201 to POST /todos has two Locations', 'location-twice');
        else if (location !== path && !isAbsolute(location, path)) {
          fail(`the todo has the id ${todo.id}, and Location is ${JSON.stringify(location)}`, 'location');
        }
        await client.expectTodo(todo, { when: ' at the Location of its 201' });
      }
    },
  },
  {
    id: 'lab-07/delete',
    step: 3,
    title: 'a DELETE is 204, and then the todo is gone',
    rule: 'README, step 3',
    quote:
      'A DELETE is 204, without a body; the todo is no longer in the list, and its path is 404. The second DELETE is 404.',
    level: 'lab',
    needs: ['lab-07/add'],
    hints: todoHints({
      'status-200': 'A DELETE has nothing to show: 204, without a body.',
      'still-there':
        'The DELETE was answered, and the todo is still there. What does your server delete it from?',
      'not-idempotent':
        'The second DELETE finds nothing to delete: 404. Look whether the todo is there before you answer.',
      'wrong-one':
        'Another todo is gone. With findIndex, -1 means that there is none, and splice(-1, 1) takes the last. And is the index in the list taken for the id?',
      'length-without-body': 'A 204 has no body, and no Content-Length either. Who adds it?',
      otherwise:
        'Look for the todo; where it is, take it out, and answer with 204; where it is not, answer with 404.',
    }),
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      const tasks = judge.draw('tasks', (random) => Array.from({ length: 5 }, () => random.letters(6)));
      const before = await client.list();
      const added: Todo[] = [];
      for (const task of tasks) added.push(await client.add({ task }));
      let left = [...before, ...added];
      // All of them, so that the list is as it was: what goes wrong with ids after a DELETE is for step 5.
      for (const { id } of judge
        .draw('order', (random) => random.shuffle([0, 1, 2, 3, 4]))
        .map((at) => added[at]!)) {
        await client.delete(id);
        left = left.filter((todo) => todo.id !== id);
        const when = ' after it was deleted';
        const symptoms = (slug: string) => [{ slug, when: isSuccess }];
        await client.expectMissing(`GET /todos/${id}`, { when, symptoms: symptoms('still-there') });
        await client.expectMissing(`DELETE /todos/${id}`, { when, symptoms: symptoms('not-idempotent') });
        const wrong = { missing: 'wrong-one', extra: 'still-there' };
        await client.expectList(left, wrong, { when: ` after DELETE /todos/${id}` });
      }
    },
  },
  {
    id: 'lab-07/unknown-id',
    step: 3,
    title: 'an id that no todo has is 404, and a PUT does not create it',
    rule: 'README, step 3',
    quote: 'A PUT to an id that no todo has is 404, and creates none.',
    level: 'lab',
    needs: ['lab-07/add'],
    hints: todoHints({
      taken: 'No todo has this id: 404. What does your server do when it has not found one?',
      created: 'A todo was made under an id that the client chose. Ids are the server’s: 404.',
      'status-200': 'No todo has this id: 404. What does your server do when it has not found one?',
      'status-500':
        'Nothing was found, and your code went on with undefined. Look whether there is one before you use it.',
      crashed:
        'Nothing was found, and your code went on with undefined. Look whether there is one before you use it.',
      changed:
        'No todo has this id, and the list is another one now. splice(-1, 1) takes the last of a list.',
      otherwise: 'Look for the todo first. Where there is none the answer is 404, for each method.',
    }),
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      const { id } = await client.add({ task: judge.draw('task', (random) => random.letters(6)) });
      const known = (await client.list()).map((todo) => todo.id);
      const far = id + judge.draw('far', (random) => random.integer(1000, 9000));
      const unknown = [id + 1, far].filter((one) => !known.includes(one) && Number.isSafeInteger(one));
      const body = jsonBody({ task: 'not to be stored', completed: true });
      for (const path of unknown.map((one) => `/todos/${one}`)) {
        const rows = [
          { line: `GET ${path}` },
          { line: `PUT ${path}`, parts: body, taken: 'created' },
          { line: `DELETE ${path}` },
        ];
        await client.expectRefused(rows, 404);
      }
    },
  },
  {
    id: 'lab-07/method',
    step: 3,
    title: 'a method that a path does not have is 405, with Allow',
    rule: 'RFC 9110 §15.5.6',
    quote:
      "The origin server MUST generate an Allow header field in a 405 response containing a list of the target resource's currently supported methods.",
    level: 'MUST',
    needs: ['lab-07/add'],
    hints: todoHints({
      'status-404':
        'The path is there, it only does not have this method: 405. Look for the path first, then for the method.',
      taken: 'This path does not have this method, and your server did something all the same.',
      'no-allow': 'A 405 says in Allow what there is instead.',
      allow: 'Allow lists the methods that this path has, HEAD among them, and none that was just refused.',
      otherwise: 'Find the route by its path first, then ask whether it has the method.',
    }),
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      const { id } = await client.add({ task: judge.draw('task', (random) => random.letters(6)) });
      const body = jsonBody({ task: 'not to be stored', completed: true });
      for (const [line, has, parts] of [
        ['DELETE /todos', LIST_METHODS, undefined],
        ['PUT /todos', LIST_METHODS, body],
        ['PATCH /todos', LIST_METHODS, body],
        [`POST /todos/${id}`, TODO_METHODS, body],
        [`PATCH /todos/${id}`, TODO_METHODS, body],
      ] as const) {
        await client.expectRefused([{ line, ...(parts && { parts }) }], 405);
        const response = await client.ask(request(line, parts), { to: line, status: 405 });
        expectAllow(client, response, line, has);
      }
    },
  },
  {
    id: 'lab-07/head',
    step: 3,
    title: 'HEAD answers as GET does, without the body',
    rule: 'README, step 3',
    quote: 'HEAD answers as GET does, without the body.',
    level: 'lab',
    needs: ['lab-07/delete'],
    hints: todoHints({
      'status-405': 'HEAD is served wherever GET is. Take it for a GET; your library leaves the body out.',
      'status-404': 'HEAD is served wherever GET is, at the same paths.',
      'status-400': 'HEAD answers as GET does: where a GET is 404, a HEAD is.',
      'status-200': 'The todo is not there, and a GET of it is 404. HEAD answers as GET does.',
      length: 'A Content-Length of a response to HEAD is the one that the GET would have.',
      otherwise: 'Let the route do what it does for GET. The library of lab 06 does not send the body.',
    }),
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      const { id } = await client.add({ task: judge.draw('task', (random) => random.letters(6)) });
      for (const path of ['/todos', `/todos/${id}`]) {
        const got = await client.ask(request(`GET ${path}`), { to: `GET ${path}`, status: 200 });
        const to = `HEAD ${path}`;
        const headed = await client.ask(request(to), { to, status: 200 });
        expectJsonType(client.http, headed, to);
        const length = fieldValue(headed, 'Content-Length');
        if (length !== undefined && Number(length) !== got.body.length) {
          const message = `the response to ${to} has Content-Length: ${length}, and the body of the GET has ${got.body.length} bytes`;
          client.http.fail(message, 'length', [`Content-Length: ${got.body.length}, or none`], headed);
        }
        // Bytes behind the head show here.
        await client.ask(request(`GET ${path}`), {
          to: `GET ${path}`,
          status: 200,
          what: `the response to GET ${path} after ${to}`,
        });
      }
      await client.expectMissing('HEAD /todos/0');
      await client.delete(id);
      await client.expectMissing(`HEAD /todos/${id}`);
      await client.expectMissing('HEAD /todo');
    },
  },
];

const isSuccess = ({ status }: HttpResponse): boolean => status < 300;

/** Whether this is the path, behind a scheme and a host. */
function isAbsolute(location: string, path: string): boolean {
  return /^https?:\/\/[^/]+/i.test(location) && location.replace(/^https?:\/\/[^/]+/i, '') === path;
}

function expectAllow(client: TodoClient, response: HttpResponse, to: string, has: readonly string[]): void {
  const allowed = fieldValues(response, 'Allow')
    .join(',')
    .split(',')
    .map((method) => method.trim())
    .filter((method) => method !== '');
  const accepted = [`Allow: ${has.join(', ')}`];
  const fail = (message: string, symptom: string): never =>
    client.http.fail(`the 405 to ${to} ${message}`, symptom, accepted, response);
  if (allowed.length === 0) fail('has no Allow', 'no-allow');
  const missing = has.find((method) => !allowed.includes(method));
  if (missing !== undefined) fail(`does not list ${missing} in Allow: ${allowed.join(', ')}`, 'allow');
  const refused = to.split(' ')[0]!;
  if (allowed.includes(refused)) fail(`lists ${refused} in Allow, which it refuses`, 'allow');
}
