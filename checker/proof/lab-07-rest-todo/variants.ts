/** Lists of other designs, all right. */
import type { Variant } from '../mutant.ts';
import { server, store } from './patches.ts';

export const variants: Variant[] = [
  {
    name: 'synchronous',
    story:
      'Each write is saved and answered in one turn of the event loop, ids have gaps, PUT is 204, answers are chunked, and a body is measured when it has come.',
    files: { 'server.ts': 'programs/synchronous.ts' },
  },
  {
    name: 'one-by-one',
    story:
      'A lock instead of a queue: each write saves for itself. Tombstones keep the ids, Allow comes in several fields, and each error ends its connection.',
    files: { 'server.ts': 'programs/one-by-one.ts' },
  },
  {
    name: 'ids-from-the-clock',
    story: 'An id is made of the time, so it is never used again whatever is in the file.',
    patches: [store('draft.lastId += 1;', 'draft.lastId = Math.max(draft.lastId + 1, Date.now() * 1000);')],
  },
  {
    name: 'put-without-a-body',
    story:
      'PUT is answered with 204, DELETE of what is gone explains itself, and all fields are written small.',
    patches: [
      server(
        'if (todo === undefined) refuse(response, 404);\n  else answer(response, 200, todo);\n}\n\nasync function remove',
        'response.writeHead(todo === undefined ? 404 : 204);\n  response.end();\n}\n\nasync function remove',
      ),
      server(
        "['Allow', ['HEAD', ...Object.keys(methods)].join(', ')]",
        "['allow', `${Object.keys(methods).join(' , ')},HEAD`]",
      ),
      server(
        "[['Content-Type', 'application/json'], ...fields]",
        "[['content-type', 'application/json'], ['date', new Date().toUTCString()], ...fields]",
      ),
      server(
        '  response.writeHead(status);\n  response.end();',
        "  response.writeHead(status, [['content-type', 'application/json']]);\n  response.end(Buffer.from(JSON.stringify({ error: status })));",
      ),
    ],
  },
  {
    name: 'shows-before-it-saves',
    story: 'A write is seen by others while it is being saved; when the save fails, it is taken back.',
    patches: [
      store(
        '    try {\n      if (changed.includes(true))',
        '    const before = this.#list;\n    this.#list = draft;\n    try {\n      if (changed.includes(true))',
      ),
      store(
        '      // The draft is thrown away, and the list is what it was.\n',
        '      this.#list = before;\n',
      ),
    ],
  },
  {
    name: 'connection-of-its-own',
    story: 'Every answer ends its connection, and says so.',
    patches: [
      server(
        "[['Content-Type', 'application/json'], ...fields]",
        "[['Connection', 'close'], ['Content-Type', 'application/json'], ...fields]",
      ),
      server('  response.writeHead(status);\n', "  response.writeHead(status, [['Connection', 'close']]);\n"),
    ],
  },
  {
    name: 'saves-at-the-start',
    story: 'The program writes its file before it listens, so that it knows early that it can.',
    patches: [
      store(
        '    return new TodoStore(path, decode(await readText(path)));',
        '    const list = decode(await readText(path));\n    await replaceFile(path, encode(list));\n    return new TodoStore(path, list);',
      ),
      store('if (!isId(lastId) || !Array', 'if ((lastId !== 0 && !isId(lastId)) || !Array'),
    ],
  },
  {
    name: 'empty-list-without-a-file',
    story: 'The tasks stand in an object by id, in lines of their own; the file has a version.',
    patches: [
      store(
        'return `${JSON.stringify({ lastId, todos: [...todos.values()] })}\\n`;',
        'return `\\n\\t${JSON.stringify({ version: 1, lastId, todos: [...todos.values()] }, null, 4)}\\r\\n`;',
      ),
      server(
        'answer(response, 200, store.all());',
        "const body = Buffer.from(`\\n${JSON.stringify(store.all(), null, 2)}\\n`);\n  response.writeHead(200, [['Content-Type', 'application/json']]);\n  for (const byte of body.subarray(0, 20)) response.write(Buffer.of(byte));\n  response.end(body.subarray(20));",
      ),
    ],
  },
];
