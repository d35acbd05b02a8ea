/** Steps 3 to 5: statuses, what methods promise, and ids. */
import type { Mutant } from '../mutant.ts';
import { server, store } from './patches.ts';

const REPLACED =
  '  const todo = await store.replace(id, content);\n  if (todo === undefined) refuse(response, 404);\n  else answer(response, 200, todo);\n';
const FOUND =
  'const found = await this.#write(({ todos }) => {\n      if (!todos.has(id)) return false;\n      todos.set(id, todo);\n      return true;\n    });';

export const statuses: Mutant[] = [
  {
    name: 'no-location',
    story: 'The client can read the id in the body, so why say it twice?',
    patches: [
      server(
        "answer(response, 201, todo, [['Location', `/todos/${todo.id}`]]);",
        'answer(response, 201, todo);',
      ),
    ],
    killedBy: { 'lab-07/created': { verdict: 'fail', misconception: 'no-location' } },
  },
  {
    name: 'location-of-the-list',
    story: 'Location names the path that was asked.',
    patches: [server('`/todos/${todo.id}`', '`/todos`')],
    killedBy: { 'lab-07/created': { verdict: 'fail', misconception: 'location' } },
  },
  {
    name: '200-for-everything',
    story: 'It worked, so it is 200.',
    patches: [server('answer(response, 201, todo,', 'answer(response, 200, todo,')],
    killedBy: { 'lab-07/add': { verdict: 'fail', misconception: 'status-200' } },
  },
  {
    name: 'json-without-a-type',
    story: 'The body is JSON, and nothing says so.',
    patches: [server("[['Content-Type', 'application/json'], ...fields]", 'fields')],
    killedBy: { 'lab-07/list': { verdict: 'fail', misconception: 'json-type' } },
  },
  {
    name: 'delete-shows-it',
    story: 'DELETE answers with 200 and the todo that it has deleted.',
    patches: [
      server(
        '  if (!(await store.remove(id))) return refuse(response, 404);\n  response.writeHead(204);\n  response.end();\n',
        '  const todo = store.get(id);\n  if (!(await store.remove(id))) return refuse(response, 404);\n  answer(response, 200, todo);\n',
      ),
    ],
    killedBy: { 'lab-07/delete': { verdict: 'fail', misconception: 'status-200' } },
  },
  {
    name: 'delete-is-always-204',
    story: 'What is not there need not be deleted, so it always works.',
    patches: [
      server(
        '  if (!(await store.remove(id))) return refuse(response, 404);\n',
        '  await store.remove(id);\n',
      ),
    ],
    killedBy: {
      'lab-07/delete': { verdict: 'fail', misconception: 'not-idempotent' },
      'lab-07/unknown-id': { verdict: 'fail', misconception: 'taken' },
    },
  },
  {
    name: 'deletes-a-copy',
    story: 'The todo is taken out of a copy of the list, which is then forgotten.',
    patches: [store('todos.delete(id));', 'new Map(todos).delete(id));')],
    killedBy: { 'lab-07/delete': { verdict: 'fail', misconception: 'still-there' } },
  },
  {
    name: 'splice-minus-one',
    story:
      'The index of a todo that is not there is -1, and splice takes the last one. The answer is 404 all the same.',
    patches: [
      store(
        'return this.#write(({ todos }) => todos.delete(id));',
        'const found = this.#list.todos.has(id);\n    return this.#write(({ todos }) => todos.delete([...todos.keys()].at([...todos.keys()].indexOf(id)) ?? 0)).then(() => found);',
      ),
    ],
    killedBy: {
      'lab-07/delete': { verdict: 'fail', misconception: 'wrong-one' },
      'lab-07/unknown-id': { verdict: 'fail', misconception: 'changed' },
    },
  },
  {
    name: 'put-creates',
    story: 'PUT to an id that nobody has makes a todo there, as HTTP allows and this API does not.',
    patches: [store('      if (!todos.has(id)) return false;\n', '')],
    killedBy: { 'lab-07/unknown-id': { verdict: 'fail', misconception: 'created' } },
  },
  {
    name: 'undefined-is-shown',
    story:
      'Nobody looks whether there is a todo, and JSON.stringify(undefined) throws on its way to the bytes.',
    patches: [
      server(
        '  if (todo === undefined) refuse(response, 404);\n  else answer(response, 200, todo);\n}\n\nasync function replace',
        '  answer(response, 200, todo);\n}\n\nasync function replace',
      ),
    ],
    killedBy: { 'lab-07/unknown-id': { verdict: 'fail', misconception: 'status-500' } },
  },
  {
    name: 'other-methods-are-404',
    story: 'Routes are pairs of a method and a path, and what is none of them is 404.',
    patches: [
      server(
        "    response.writeHead(405, [['Allow', ['HEAD', ...Object.keys(methods)].join(', ')]]);\n    return response.end();\n",
        '    return refuse(response, 404);\n',
      ),
    ],
    killedBy: { 'lab-07/method': { verdict: 'fail', misconception: 'status-404' } },
  },
  {
    name: 'no-allow',
    story: 'A 405 that does not say what is allowed.',
    patches: [
      server(
        "response.writeHead(405, [['Allow', ['HEAD', ...Object.keys(methods)].join(', ')]]);",
        'response.writeHead(405);',
      ),
    ],
    killedBy: { 'lab-07/method': { verdict: 'fail', misconception: 'no-allow' } },
  },
  {
    name: 'one-allow-for-all',
    story: 'Allow lists all the methods that the program knows, wherever it was asked.',
    patches: [server("['HEAD', ...Object.keys(methods)].join(', ')", "'GET, HEAD, POST, PUT, DELETE'")],
    killedBy: { 'lab-07/method': { verdict: 'fail', misconception: 'allow' } },
  },
  {
    name: 'head-not-allowed',
    story: 'HEAD was forgotten among the methods.',
    patches: [server("request.method === 'HEAD' ? 'GET' : request.method", 'request.method')],
    killedBy: { 'lab-07/head': { verdict: 'fail', misconception: 'status-405' } },
  },
  {
    name: 'head-of-nothing',
    story: 'HEAD has a route of its own, which says 200 and no more.',
    patches: [
      server(
        '  return methods[method]!(request, response);\n',
        "  if (request.method === 'HEAD') {\n    response.writeHead(200, [['Content-Type', 'application/json'], ['Content-Length', '0']]);\n    return response.end();\n  }\n  return methods[method]!(request, response);\n",
      ),
    ],
    killedBy: { 'lab-07/head': { verdict: 'fail', misconception: 'length' } },
  },
  {
    name: 'head-of-a-missing-todo',
    story: 'HEAD is answered before anybody looks for the todo: there is no body to be shown anyway.',
    patches: [
      server(
        '  return methods[method]!(request, response);\n',
        "  if (request.method === 'HEAD' && path !== '/todos') return answer(response, 200, store.get(Number(path.slice(7))) ?? {});\n  return methods[method]!(request, response);\n",
      ),
      server(
        '  const methods = resourceAt(pathOf(request.target));',
        '  const path = pathOf(request.target);\n  const methods = resourceAt(path);',
      ),
    ],
    killedBy: { 'lab-07/head': { verdict: 'fail', misconception: 'status-200' } },
  },
  {
    name: 'put-with-or',
    story: 'body.completed || todo.completed looks like a default, and false is falsy.',
    patches: [
      server(
        REPLACED,
        REPLACED.replace(
          'store.replace(id, content)',
          'store.replace(id, { task: content.task || store.get(id)?.task || content.task, completed: content.completed || (store.get(id)?.completed ?? false) })',
        ),
      ),
    ],
    killedBy: { 'lab-07/put': { verdict: 'fail', misconception: 'other-completed' } },
  },
  {
    name: 'put-adds',
    story: 'PUT adds a todo as POST does, and the old one stays.',
    patches: [
      store(
        FOUND,
        'const found = this.get(id) !== undefined;\n    if (found) await this.add({ task, completed });',
      ),
    ],
    killedBy: { 'lab-07/put': { verdict: 'fail', misconception: 'changed-todo' } },
  },
  {
    name: 'put-merges',
    story: 'What is missing in a PUT stays as it is, as PATCH would have it.',
    patches: [
      server(
        'const content = await readContent(request, response, {});',
        'const content = await readContent(request, response, store.get(id) ?? {});',
      ),
    ],
    killedBy: { 'lab-07/put-missing-member': { verdict: 'fail', misconception: 'taken' } },
  },
  {
    name: 'put-writes-undefined',
    story: 'todo.completed = body.completed, and the body has none.',
    patches: [
      server(
        "  if (typeof task !== 'string' || typeof completed !== 'boolean') return undefined;\n  return { task, completed };\n",
        "  if (typeof task !== 'string' || !['boolean', 'undefined'].includes(typeof completed)) return undefined;\n  return { task, completed } as Content;\n",
      ),
    ],
    killedBy: { 'lab-07/put-missing-member': { verdict: 'fail', misconception: 'taken' } },
  },
  {
    name: 'type-of-post-only',
    story: 'The type of a body is looked at in the handler of POST, and PUT was written before that.',
    patches: [
      server(
        '  const content = await readContent(request, response, {});\n  if (content === undefined) return;\n',
        '  const parts: Uint8Array[] = [];\n  for await (const part of request.body) parts.push(part);\n  const content = parseContent(Buffer.concat(parts), {});\n  if (content === undefined) return refuse(response, 400);\n',
      ),
    ],
    killedBy: { 'lab-07/put-body': { verdict: 'fail', misconception: 'taken' } },
  },
  {
    name: 'put-asks-for-presence',
    story: 'PUT looks whether both members are there, and not what they are.',
    patches: [
      server(
        '  const content = await readContent(request, response, {});\n  if (content === undefined) return;\n',
        '  if (!isJson(request)) return refuse(response, 415);\n  const parts: Uint8Array[] = [];\n  for await (const part of request.body) parts.push(part);\n  let content: Content;\n  try {\n    content = JSON.parse(utf8.decode(Buffer.concat(parts)));\n  } catch {\n    return refuse(response, 400);\n  }\n  if (content?.task === undefined || content.completed === undefined) return refuse(response, 400);\n',
      ),
    ],
    killedBy: { 'lab-07/put-body': { verdict: 'fail', misconception: 'task-unchecked' } },
  },
  {
    name: 'put-with-another-id',
    story: 'The body is copied over the todo, and with it the id that was in it.',
    patches: [
      server(
        '  return { task, completed };\n',
        '  return { id: (value as Partial<Todo>).id, task, completed } as Content;\n',
      ),
      server('{ type Content, TodoStore }', '{ type Content, type Todo, TodoStore }'),
      store(
        'async replace(id: number, { task, completed }: Content)',
        'async replace(id: number, { task, completed, ...other }: Content & { id?: number })',
      ),
      store('const todo = { id, task, completed };', 'const todo = { id: other.id ?? id, task, completed };'),
    ],
    killedBy: { 'lab-07/put-body': { verdict: 'fail', misconception: 'id-twice' } },
  },
  {
    name: 'no-row-affected',
    story: 'A PUT that changes nothing is taken for one that found nothing.',
    patches: [
      store(
        FOUND,
        'const old = this.get(id);\n    const same = old?.task === task && old.completed === completed;\n    const found = !same && (await this.#write(({ todos }) => todos.has(id) && todos.set(id, todo) === todos));',
      ),
    ],
    killedBy: { 'lab-07/put-twice': { verdict: 'fail', misconception: 'status-404' } },
  },
  {
    name: 'nothing-modified',
    story: 'The second PUT is answered with 204, because there was nothing to do.',
    patches: [
      server(
        REPLACED,
        `  const { task, completed } = store.get(id) ?? {};\n${REPLACED.replace('else answer', 'else if (task === todo.task && completed === todo.completed) refuse(response, 204);\n  else answer')}`,
      ),
    ],
    killedBy: { 'lab-07/put-twice': { verdict: 'fail', misconception: 'other-answer' } },
  },
  {
    name: 'no-doubles',
    story: 'A todo with the same task is there already, and so the POST answers with that one.',
    patches: [
      server(
        '  const todo = await store.add(content);\n',
        '  const todo = store.all().find(({ task }) => task === content.task) ?? (await store.add(content));\n',
      ),
    ],
    killedBy: { 'lab-07/post-twice': { verdict: 'fail', misconception: 'same-id' } },
  },
  {
    name: 'conflict',
    story: 'A todo with the same task is there already, and so the POST is refused.',
    patches: [
      server(
        '  const todo = await store.add(content);\n',
        '  if (store.all().some(({ task }) => task === content.task)) return refuse(response, 409);\n  const todo = await store.add(content);\n',
      ),
    ],
    killedBy: { 'lab-07/post-twice': { verdict: 'fail', misconception: 'status-409' } },
  },
  {
    name: 'member-by-member',
    story:
      'PUT writes the task, waits until it is saved, and then writes completed, where that is another one.',
    patches: [
      store(
        FOUND,
        'const set = (part: Partial<Todo>) =>\n      this.#write(({ todos }) => todos.has(id) && todos.set(id, { ...todos.get(id)!, ...part }) === todos);\n    const old = this.get(id);\n    const found = await set({ task });\n    if (found && old?.completed !== completed) await set({ completed });\n    if (found) return this.get(id);',
      ),
    ],
    killedBy: { 'lab-07/put-at-once': { verdict: 'fail', misconception: 'mixed' } },
  },
  {
    name: 'out-and-in-again',
    story: 'PUT takes the old todo out, saves, and puts the new one in.',
    patches: [
      store(
        FOUND,
        'const found = await this.#write(({ todos }) => todos.delete(id));\n    if (found) await this.#write(({ todos }) => todos.set(id, todo) === todos);',
      ),
      store(
        'return [...this.#list.todos.values()];',
        'return [...this.#list.todos.values()].sort((a, b) => a.id - b.id);',
      ),
    ],
    killedBy: { 'lab-07/put-at-once': { verdict: 'fail', misconception: 'status-404' } },
  },
  {
    name: 'length-plus-one',
    story: 'id = todos.length + 1. It is right until something is deleted.',
    patches: [
      store(
        'todo = { id: draft.lastId, task, completed };\n      draft.todos.set(todo.id, todo);',
        'todo = { id: draft.todos.size + 1, task, completed };\n      draft.todos.set(draft.lastId, todo);',
      ),
      store('return this.#list.todos.get(id);', 'return this.all().find((todo) => todo.id === id);'),
      store(
        'return this.#write(({ todos }) => todos.delete(id));',
        'return this.#write(({ todos }) => todos.delete([...todos].find(([, todo]) => todo.id === id)?.[0] ?? 0));',
      ),
    ],
    killedBy: { 'lab-07/id-after-delete': { verdict: 'fail', misconception: 'id-of-length' } },
  },
  {
    name: 'highest-plus-one',
    story: 'The highest id in the list, plus one. It is right until the highest is deleted.',
    patches: [store('draft.lastId += 1;', 'draft.lastId = Math.max(0, ...draft.todos.keys()) + 1;')],
    killedBy: {
      'lab-07/id-after-delete': { verdict: 'fail', misconception: 'id-of-highest' },
      'lab-07/id-after-empty': { verdict: 'fail', misconception: 'id-from-start' },
    },
  },
  {
    name: 'fills-gaps',
    story:
      'The smallest id that no todo has: no number is wasted, and every second one has been somebody else.',
    patches: [
      store(
        'draft.lastId += 1;',
        'draft.lastId = 1;\n      while (draft.todos.has(draft.lastId)) draft.lastId += 1;',
      ),
    ],
    killedBy: { 'lab-07/id-after-delete': { verdict: 'fail', misconception: 'id-in-gap' } },
  },
  {
    name: 'empty-begins-anew',
    story: 'When the list is empty there is nothing to be confused with, and 1 is a nice number.',
    patches: [store('draft.lastId += 1;', 'draft.lastId = draft.todos.size === 0 ? 1 : draft.lastId + 1;')],
    killedBy: { 'lab-07/id-after-empty': { verdict: 'fail', misconception: 'id-from-start' } },
  },
  {
    name: 'only-the-list-is-kept',
    story:
      'The last id is kept in a variable, and the file has the list: the next start counts from the highest that is left.',
    patches: [
      store(
        'const { lastId, todos } = (JSON.parse(text) ?? {}) as { lastId?: unknown; todos?: unknown };',
        'const todos = (JSON.parse(text) ?? {}).todos as Todo[];\n  const lastId = todos.at(-1)?.id ?? 1;',
      ),
    ],
    killedBy: { 'lab-07/id-after-restart': { verdict: 'fail', misconception: 'id-after-restart' } },
  },
];
