/** Steps 1 to 3: routes, bodies and statuses. */
import type { Mutant } from '../mutant.ts';
import { server, store } from './patches.ts';

const DEFAULTS =
  '  const { task, completed } = { ...defaults, ...value } as { task?: unknown; completed?: unknown };\n';
const TYPES = "  if (typeof task !== 'string' || typeof completed !== 'boolean') return undefined;\n";
const READ_ID = 'const id = Number(/^\\/todos\\/([1-9]\\d*)$/.exec(path)?.[1]);';

export const requests: Mutant[] = [
  {
    name: 'every-address',
    story: 'Only the port is passed on, and the whole network can change the list.',
    patches: [server('server.listen(port, host)', "server.listen(port, '0.0.0.0')")],
    killedBy: { 'lab-07/listens': { verdict: 'fail', misconception: 'host-ignored' } },
  },
  {
    name: 'says-its-port',
    story: 'The line is for people, who know the host.',
    patches: [server('`listening on ${host}:${port}`', '`listening on port ${port}`')],
    killedBy: { 'lab-07/announces': { verdict: 'fail', misconception: 'other-announcement' } },
  },
  {
    name: 'stack-trace',
    story: 'Nobody catches what listen rejects with.',
    patches: [
      server(
        'await orExit(server.listen(port, host), `cannot listen on ${host}:${port}`);',
        'await server.listen(port, host);',
      ),
    ],
    killedBy: { 'lab-07/port-in-use': { verdict: 'fail', misconception: 'stack-trace' } },
  },
  {
    name: 'sigterm-ignored',
    story: 'Nothing listens for SIGTERM, which ends the program the hard way.',
    patches: [server("process.on('SIGTERM', async () => {", "process.on('SIGUSR2', async () => {")],
    killedBy: { 'lab-07/sigterm': { verdict: 'fail', misconception: 'no-handler' } },
  },
  {
    name: 'stays-for-its-timer',
    story: 'The server closes, and a timer that nobody needs any more keeps the program alive.',
    patches: [server('  process.exit(0);\n', '  setInterval(() => {}, 1000);\n')],
    killedBy: { 'lab-07/sigterm': { verdict: 'timeout', misconception: 'never-ends' } },
  },
  {
    name: 'sample-todos',
    story: 'A new list begins with two todos, for trying it out, as a well-known example does.',
    patches: [
      store(
        "if (text === '') return { lastId: 0, todos: new Map() };",
        'if (text === \'\') return decode(\'{"lastId":2,"todos":[{"id":1,"task":"learn","completed":false},{"id":2,"task":"read","completed":true}]}\');',
      ),
    ],
    killedBy: { 'lab-07/list': { verdict: 'fail', misconception: 'not-empty' } },
  },
  {
    name: 'list-in-an-object',
    story: 'The list is wrapped in an object, so that something can be added to it one day.',
    patches: [server('answer(response, 200, store.all())', 'answer(response, 200, { todos: store.all() })')],
    killedBy: { 'lab-07/list': { verdict: 'fail', misconception: 'no-list' } },
  },
  {
    name: 'text-for-an-id',
    story: 'An id from the path is a text, an id in the list is a number, and === knows that.',
    patches: [
      server(
        'const todo = store.get(id);',
        'const todo = store.all().find((one) => one.id === (String(id) as unknown));',
      ),
    ],
    killedBy: { 'lab-07/add': { verdict: 'fail', misconception: 'status-404' } },
  },
  {
    name: 'completed-left-out',
    story: 'A POST without completed stores undefined, and JSON leaves that out.',
    patches: [
      server(
        TYPES,
        "  if (typeof task !== 'string') return undefined;\n  if (typeof completed !== 'boolean' && completed !== undefined) return undefined;\n",
      ),
      server('readContent(request, response, { completed: false })', 'readContent(request, response, {})'),
      server('  return { task, completed };\n', '  return { task, completed } as Content;\n'),
    ],
    killedBy: { 'lab-07/add': { verdict: 'fail', misconception: 'completed-missing' } },
  },
  {
    name: 'answers-without-adding',
    story: 'The new todo is answered, and put into a copy of the list.',
    patches: [
      store('      draft.todos.set(todo.id, todo);\n', '      new Map(draft.todos).set(todo.id, todo);\n'),
    ],
    killedBy: { 'lab-07/add': { verdict: 'fail', misconception: 'status-404' } },
  },
  {
    name: 'sorted-as-texts',
    story: 'sort() without a function compares texts: 10 comes before 2.',
    patches: [
      store(
        'return [...this.#list.todos.values()];',
        'const ids = [...this.#list.todos.keys()].sort((a, b) => (String(a) < String(b) ? -1 : 1));\n    return ids.map((id) => this.#list.todos.get(id)!);',
      ),
    ],
    killedBy: { 'lab-07/order': { verdict: 'fail', misconception: 'text-order' } },
  },
  {
    name: 'newest-first',
    story: 'A new todo is put at the head of the list, where people want to see it.',
    patches: [
      store('return [...this.#list.todos.values()];', 'return [...this.#list.todos.values()].reverse();'),
    ],
    killedBy: { 'lab-07/add': { verdict: 'fail', misconception: 'order' } },
  },
  {
    name: 'changed-ones-last',
    story: 'PUT takes the old todo out of the list and adds the new one at its end.',
    patches: [store('if (!todos.has(id)) return false;', 'if (!todos.delete(id)) return false;')],
    killedBy: { 'lab-07/put': { verdict: 'fail', misconception: 'order' } },
  },
  {
    name: 'parse-int',
    story: 'parseInt reads an id out of anything that begins with a digit.',
    patches: [server(READ_ID, "const id = Number.parseInt(/^\\/todos\\/([^/]*)$/.exec(path)?.[1] ?? '');")],
    killedBy: { 'lab-07/malformed-id': { verdict: 'fail', misconception: 'parse-int' } },
  },
  {
    name: 'number-of-the-text',
    story: 'Number refuses letters behind the digits, and knows a dozen spellings of 7.',
    patches: [server(READ_ID, 'const id = Number(/^\\/todos\\/([^/]+)$/.exec(path)?.[1]);')],
    killedBy: { 'lab-07/malformed-id': { verdict: 'fail', misconception: 'loose-number' } },
  },
  {
    name: 'leading-zeros',
    story: 'Digits are digits.',
    patches: [server('([1-9]\\d*)', '(\\d+)')],
    killedBy: { 'lab-07/malformed-id': { verdict: 'fail', misconception: 'loose-number' } },
  },
  {
    name: 'slash-at-the-end',
    story: 'A slash at the end is cut off, and /todos/ is the list.',
    patches: [server(".split('?')[0]!;\n}", ".split('?')[0]!.replace(/\\/$/, '');\n}")],
    killedBy: { 'lab-07/malformed-id': { verdict: 'fail', misconception: 'taken' } },
  },
  {
    name: 'path-in-any-case',
    story: 'Paths are compared in lower case, as host names are.',
    patches: [server(".split('?')[0]!;\n}", ".split('?')[0]!.toLowerCase();\n}")],
    killedBy: { 'lab-07/other-path': { verdict: 'fail', misconception: 'status-200' } },
  },
  {
    name: 'path-begins-like-a-route',
    story: 'The end of the path is not looked at.',
    patches: [server(READ_ID, 'const id = Number(/^\\/todos\\/([1-9]\\d*)(?:$|\\/)/.exec(path)?.[1]);')],
    killedBy: { 'lab-07/other-path': { verdict: 'fail', misconception: 'status-200' } },
  },
  {
    name: 'query-in-the-path',
    story: 'The target is taken for the path.',
    patches: [server(".split('?')[0]!;\n}", ';\n}')],
    killedBy: { 'lab-07/query': { verdict: 'fail', misconception: 'status-404' } },
  },
  {
    name: 'parts-decoded-alone',
    story:
      'Each part of a body becomes text as it comes, and a character that was cut becomes two signs of a question.',
    patches: [
      server('  const parts: Uint8Array[] = [];\n', "  let text = '';\n"),
      server('parts.push(part);', 'text += Buffer.from(part).toString();'),
      server('parseContent(Buffer.concat(parts), defaults)', 'parseContent(Buffer.from(text), defaults)'),
    ],
    killedBy: { 'lab-07/task-kept': { verdict: 'fail', misconception: 'cut-character' } },
  },
  {
    name: 'first-part-only',
    story: 'The first part is taken for the body. It is, as long as bodies are small and nobody is slow.',
    patches: [server('parts.push(part);', '{\n    parts.push(part);\n    break;\n  }')],
    killedBy: { 'lab-07/task-kept': { verdict: 'fail', misconception: 'in-pieces' } },
  },
  {
    name: 'empty-is-missing',
    story: 'A task is asked for with !task, and the empty string is falsy.',
    patches: [server("if (typeof task !== 'string' ||", "if (!task || typeof task !== 'string' ||")],
    killedBy: { 'lab-07/task-kept': { verdict: 'fail', misconception: 'refused-task' } },
  },
  {
    name: 'trimmed',
    story: 'Space around a task is surely a mistake.',
    patches: [server('  return { task, completed };\n', '  return { task: task.trim(), completed };\n')],
    killedBy: { 'lab-07/task-kept': { verdict: 'fail', misconception: 'other-task' } },
  },
  {
    name: 'latin-1',
    story: 'The bytes of the body are made text as those of a head are.',
    patches: [server('JSON.parse(utf8.decode(bytes))', "JSON.parse(Buffer.from(bytes).toString('latin1'))")],
    killedBy: { 'lab-07/task-kept': { verdict: 'fail', misconception: 'wrong-encoding' } },
  },
  {
    name: 'type-not-looked-at',
    story: 'What comes to this route is JSON, what else?',
    patches: [server('  if (!isJson(request)) {\n', '  if (request.headers.length === 0) {\n')],
    killedBy: { 'lab-07/media-type': { verdict: 'fail', misconception: 'taken' } },
  },
  {
    name: 'no-type-is-json',
    story: 'Where the type is missing it is taken for the one that is right.',
    patches: [server("=== 'content-type')?.[1] ?? '';", "=== 'content-type')?.[1] ?? 'application/json';")],
    killedBy: { 'lab-07/media-type': { verdict: 'fail', misconception: 'taken' } },
  },
  {
    name: 'json-somewhere',
    story: 'The type is right when the word is in it.',
    patches: [
      server(
        "type.split(';')[0]!.trim().toLowerCase() === 'application/json'",
        "type.toLowerCase().includes('json')",
      ),
    ],
    killedBy: { 'lab-07/media-type': { verdict: 'fail', misconception: 'similar-type' } },
  },
  {
    name: 'type-without-parameters',
    story: 'The field is compared whole, and a charset makes it another type.',
    patches: [server("type.split(';')[0]!.trim().toLowerCase()", 'type.toLowerCase()')],
    killedBy: { 'lab-07/media-type': { verdict: 'fail', misconception: 'status-415' } },
  },
  {
    name: 'type-in-small-letters',
    story: 'The type is compared with its case.',
    patches: [server("type.split(';')[0]!.trim().toLowerCase()", "type.split(';')[0]!.trim()")],
    killedBy: { 'lab-07/media-type': { verdict: 'fail', misconception: 'status-415' } },
  },
  {
    name: 'added-then-looked-at',
    story: 'The todo is added, then the type of its body is looked at, and the answer is 415.',
    patches: [
      server('  if (!isJson(request)) {\n', '  if (request.headers.length === 0) {\n'),
      server(
        '  const todo = await store.add(content);\n',
        '  const todo = await store.add(content);\n  if (!isJson(request)) return refuse(response, 415);\n',
      ),
    ],
    killedBy: { 'lab-07/media-type': { verdict: 'fail', misconception: 'changed' } },
  },
  {
    name: 'json-uncaught',
    story:
      'JSON.parse throws, and the library makes a 500 of it: the client reads that the server is broken.',
    patches: [
      server(
        '  } catch {\n    return undefined;\n  }\n  if (typeof value',
        '  } catch (error) {\n    throw error;\n  }\n  if (typeof value',
      ),
    ],
    killedBy: { 'lab-07/not-json': { verdict: 'fail', misconception: 'status-500' } },
  },
  {
    name: 'no-utf-8',
    story: 'toString() makes text of any bytes. What is no UTF-8 is stored as U+FFFD.',
    patches: [server('JSON.parse(utf8.decode(bytes))', 'JSON.parse(Buffer.from(bytes).toString())')],
    killedBy: { 'lab-07/not-json': { verdict: 'fail', misconception: 'not-utf-8' } },
  },
  {
    name: 'empty-body-is-an-object',
    story: 'What cannot be parsed counts as an empty object, and a task that is missing as an empty one.',
    patches: [
      server(
        '  } catch {\n    return undefined;\n  }\n  if (typeof value',
        "  } catch {\n    value = { task: '', completed: false };\n  }\n  if (typeof value",
      ),
    ],
    killedBy: { 'lab-07/not-json': { verdict: 'fail', misconception: 'taken' } },
  },
  {
    name: 'null-is-an-object',
    story: 'typeof null is "object", and null has no task.',
    patches: [
      server(
        "if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;\n",
        "if (typeof value !== 'object' || Array.isArray(value)) return undefined;\n",
      ),
      server(DEFAULTS, '  const { task, completed = defaults.completed } = value as Partial<Content>;\n'),
    ],
    killedBy: { 'lab-07/not-a-todo': { verdict: 'fail', misconception: 'status-500' } },
  },
  {
    name: 'body-unchecked',
    story: 'The members are taken out of the body and stored, whatever they are.',
    patches: [
      server(TYPES, ''),
      server('  return { task, completed };\n', '  return { task, completed } as Content;\n'),
    ],
    killedBy: { 'lab-07/not-a-todo': { verdict: 'fail', misconception: 'task-unchecked' } },
  },
  {
    name: 'made-a-string',
    story: 'A task that is no string is made one.',
    patches: [
      server(TYPES, "  if (task === undefined || typeof completed !== 'boolean') return undefined;\n"),
      server('  return { task, completed };\n', '  return { task: String(task), completed };\n'),
    ],
    killedBy: { 'lab-07/not-a-todo': { verdict: 'fail', misconception: 'task-unchecked' } },
  },
  {
    name: 'truthy',
    story: '"false" is completed, because a string that is not empty is truthy.',
    patches: [
      server(TYPES, "  if (typeof task !== 'string' || completed === undefined) return undefined;\n"),
      server('  return { task, completed };\n', '  return { task, completed: Boolean(completed) };\n'),
    ],
    killedBy: { 'lab-07/not-a-todo': { verdict: 'fail', misconception: 'completed-unchecked' } },
  },
  {
    name: 'strict-about-members',
    story: 'A body with a member that nobody knows is refused.',
    patches: [
      server(
        TYPES,
        `${TYPES}  if (Object.keys(value).some((name) => name !== 'task' && name !== 'completed')) return undefined;\n`,
      ),
    ],
    killedBy: { 'lab-07/ignored-members': { verdict: 'fail', misconception: 'status-400' } },
  },
  {
    name: 'body-copied',
    story: 'The todo is a copy of the body with an id: whatever else was in it is stored, and comes back.',
    patches: [
      server('  return { task, completed };\n', '  return { ...value, task, completed };\n'),
      store('async add({ task, completed }: Content)', 'async add(content: Content)'),
      store('todo = { id: draft.lastId, task, completed };', 'todo = { ...content, id: draft.lastId };'),
    ],
    killedBy: { 'lab-07/ignored-members': { verdict: 'fail', misconception: 'other-member' } },
  },
  {
    name: 'id-from-the-body',
    story: 'A POST that brings its own id may keep it.',
    patches: [
      server(
        '  return { task, completed };\n',
        '  return { id: (value as Content & { id?: number }).id, task, completed } as Content;\n',
      ),
      store(
        'async add({ task, completed }: Content)',
        'async add({ task, completed, ...other }: Content & { id?: number })',
      ),
      store(
        'todo = { id: draft.lastId, task, completed };',
        'todo = { id: Number.isSafeInteger(other.id) ? other.id! : draft.lastId, task, completed };\n      draft.lastId = Math.max(draft.lastId, todo.id);',
      ),
    ],
    killedBy: { 'lab-07/ignored-members': { verdict: 'fail', misconception: 'id-taken' } },
  },
  {
    name: 'no-limit',
    story: 'A body may be as long as the library lets it be.',
    patches: [server('{ maxBodyBytes: Number(process.env.MAX_BODY_BYTES ?? 1_048_576) }', '{}')],
    killedBy: {
      'lab-07/too-long': { verdict: 'fail', misconception: 'taken' },
      'lab-07/body-limit': { verdict: 'fail', misconception: 'taken' },
    },
  },
  {
    name: 'limit-of-its-own',
    story: 'The limit is a number in the program, and what the environment says is not read.',
    patches: [server('Number(process.env.MAX_BODY_BYTES ?? 1_048_576)', '1_048_576')],
    killedBy: { 'lab-07/body-limit': { verdict: 'fail', misconception: 'taken' } },
  },
  {
    name: 'one-byte-less',
    story: 'A body as long as the limit is refused: >= where > was meant.',
    patches: [
      server(
        'Number(process.env.MAX_BODY_BYTES ?? 1_048_576)',
        'Number(process.env.MAX_BODY_BYTES ?? 1_048_576) - 1',
      ),
    ],
    killedBy: {
      'lab-07/too-long': { verdict: 'fail', misconception: 'status-413' },
      'lab-07/body-limit': { verdict: 'fail', misconception: 'status-413' },
    },
  },
  {
    name: 'every-error-is-400',
    story: 'All that goes wrong with a body is caught in one place, and is 400.',
    patches: [
      server(
        '  for await (const part of request.body) parts.push(part);\n',
        '  try {\n    for await (const part of request.body) parts.push(part);\n  } catch {\n    refuse(response, 400);\n    return undefined;\n  }\n',
      ),
    ],
    killedBy: { 'lab-07/too-long': { verdict: 'fail', misconception: 'status-400' } },
  },
];
