/** Step 6: what is kept, and how. */
import type { Mutant } from '../mutant.ts';
import { server, store } from './patches.ts';

const SAVE = '      if (changed.includes(true)) await replaceFile(this.#path, encode(draft));\n';
const WRITE =
  '    return new Promise((resolve, reject) => {\n      this.#waiting.push({ change, resolve, reject });\n      if (!this.#saving) this.#saveWaiting();\n    });\n';
const REJECT = '      for (const { reject } of batch) reject(error);\n';
const OPEN = '    return new TodoStore(path, decode(await readText(path)));\n';

export const kept: Mutant[] = [
  {
    name: 'memory-only',
    story: 'The list lives in a variable. It is all there until the program ends.',
    patches: [store(SAVE, '')],
    killedBy: { 'lab-07/saved': { verdict: 'fail', misconception: 'no-file' } },
  },
  {
    name: 'saved-once-a-minute',
    story: 'A save is expensive, so there is one at most every minute, and the answers do not wait for it.',
    patches: [
      store(
        SAVE,
        '      if (this.#savedAt === undefined || Date.now() - this.#savedAt > 60_000) {\n        this.#savedAt = Date.now();\n        await replaceFile(this.#path, encode(draft));\n      }\n',
      ),
      store('  #saving = false;\n\n', '  #saving = false;\n  #savedAt: number | undefined;\n\n'),
    ],
    killedBy: { 'lab-07/saved': { verdict: 'fail', misconception: 'answered-before-saved' } },
  },
  {
    name: 'deletes-are-not-saved',
    story: 'What was added and changed is saved; what was deleted is only gone from the memory.',
    patches: [
      store(SAVE, SAVE.replace('changed.includes(true)', 'draft.todos.size >= this.#list.todos.size')),
    ],
    killedBy: { 'lab-07/saved': { verdict: 'fail', misconception: 'answered-before-saved' } },
  },
  {
    name: 'a-line-for-each-todo',
    story:
      'Each todo is a line of JSON, so that the file can be read with a text editor; but lines of JSON are no JSON document.',
    patches: [
      store(
        'return `${JSON.stringify({ lastId, todos: [...todos.values()] })}\\n`;',
        "return [{ lastId }, ...todos.values()].map((line) => `${JSON.stringify(line)}\\n`).join('');",
      ),
    ],
    killedBy: { 'lab-07/saved': { verdict: 'fail', misconception: 'many-documents' } },
  },
  {
    name: 'never-read',
    story: 'The list is written after each change, and nobody reads it at the start.',
    patches: [store('decode(await readText(path))', "decode('')")],
    killedBy: { 'lab-07/restart': { verdict: 'fail', misconception: 'missing-todo' } },
  },
  {
    name: 'reads-something-else',
    story: 'The file is written as an object and read as an array.',
    patches: [
      store('!Array.isArray(todos) ||', '!Array.isArray(JSON.parse(text)) || !Array.isArray(todos) ||'),
    ],
    killedBy: { 'lab-07/restart': { verdict: 'crash', misconception: 'not-again' } },
  },
  {
    name: 'numbers-become-texts',
    story:
      'The todos are members of an object in the file, and come back with the names of members as ids: texts.',
    patches: [
      store(
        'new Map(todos.map((todo) => [todo.id, todo])) };',
        'new Map(todos.map((todo) => [String(todo.id) as unknown as number, todo])) };',
      ),
    ],
    killedBy: { 'lab-07/restart': { verdict: 'fail', misconception: 'status-404' } },
  },
  {
    name: 'empty-is-damaged',
    story: 'Only a missing file is an empty list. JSON.parse of nothing throws.',
    patches: [
      store("=== 'ENOENT') return '';", '=== \'ENOENT\') return \'{"lastId":1,"todos":[]}\';'),
      store("  if (text === '') return { lastId: 0, todos: new Map() };\n", ''),
    ],
    killedBy: { 'lab-07/empty-file': { verdict: 'crash', misconception: 'exited' } },
  },
  {
    name: 'written-in-place',
    story: 'writeFile on the file itself: it is emptied, and then filled again.',
    patches: [store('const temporary = `${path}.tmp`;', 'const temporary = path;')],
    killedBy: {
      'lab-07/replaced': { verdict: 'fail', misconception: 'in-place', onlyOn: 'linux' },
    },
  },
  {
    name: 'written-where-it-runs',
    story:
      'The other file has a short name, so it lies where the program was started: on another file system, if need be.',
    patches: [store('const temporary = `${path}.tmp`;', "const temporary = 'todos.tmp';")],
    killedBy: {
      'lab-07/other-file-system': { verdict: 'fail', misconception: 'status-500', onlyOn: 'linux' },
    },
  },
  {
    name: 'written-in-tmp',
    story:
      'Temporary files belong into the folder for temporary files. No rename leads from there to another disk.',
    patches: [
      store('const temporary = `${path}.tmp`;', 'const temporary = `${tmpdir()}/todos-${process.pid}.tmp`;'),
      store(
        "from 'node:fs/promises';",
        "from 'node:fs/promises';\n\nconst tmpdir = () => process.env.TMPDIR ?? '/tmp';",
      ),
    ],
    killedBy: {
      'lab-07/other-file-system': { verdict: 'fail', misconception: 'status-500', onlyOn: 'linux' },
    },
  },
  {
    name: 'copied-over',
    story: 'The new list is written to another file, which is then copied over the old one.',
    patches: [
      store('await rename(temporary, path);', 'await copyFile(temporary, path);'),
      store('import { open, readFile, rename }', 'import { copyFile, open, readFile }'),
    ],
    killedBy: {
      'lab-07/replaced': { verdict: 'fail', misconception: 'in-place', onlyOn: 'linux' },
    },
  },
  {
    name: 'removed-before',
    story:
      'The old file is deleted first, to make room for the new one, which is then written piece by piece.',
    patches: [
      store(
        'const temporary = `${path}.tmp`;',
        'const temporary = `${path}.tmp`;\n  await rm(path, { force: true });',
      ),
      store('import { open, readFile, rename }', 'import { open, readFile, rename, rm }'),
      store(
        '    await file.writeFile(text);\n',
        '    for (let at = 0; at < text.length; at += 4096) await file.write(text.slice(at, at + 4096));\n',
      ),
    ],
    killedBy: { 'lab-07/killed': { verdict: 'fail', misconception: 'no-file', onlyOn: 'linux' } },
  },
  {
    name: 'last-id-of-the-start',
    story: 'The last id is written to the file when the program ends in order. A kill is no such end.',
    patches: [
      store(
        'replaceFile(this.#path, encode(draft))',
        'replaceFile(this.#path, encode({ ...draft, lastId: this.#firstId }))',
      ),
      store('  #saving = false;\n\n', '  #saving = false;\n  readonly #firstId: number;\n\n'),
      store(
        '    this.#list = list;\n  }\n',
        '    this.#list = list;\n    this.#firstId = list.lastId || 1;\n  }\n',
      ),
      store(
        "  if (ids.some((id, index) => id <= (ids[index - 1] ?? 0))) throw new Error('the ids are not in order');\n",
        '',
      ),
      store('  const ids = [...todos.map(({ id }) => id), lastId + 1];\n', ''),
    ],
    killedBy: { 'lab-07/killed': { verdict: 'fail', misconception: 'id-again' } },
  },
  {
    name: 'each-its-own-copy',
    story:
      'Each write copies the list, saves the copy and puts it in the place of the list. Meanwhile another one has done the same.',
    patches: [
      store(
        WRITE,
        '    return new Promise((resolve, reject) => void this.#saveBatch([{ change, resolve, reject }]));\n',
      ),
      store('const temporary = `${path}.tmp`;', 'const temporary = `${path}.${randomUUID()}`;'),
      store(
        "import { dirname } from 'node:path';",
        "import { randomUUID } from 'node:crypto';\nimport { dirname } from 'node:path';",
      ),
    ],
    killedBy: { 'lab-07/writers': { verdict: 'fail', misconception: 'same-id' } },
  },
  {
    name: 'lost-update',
    story:
      'The ids are counted in memory, and yet each write saves a copy of the list that was there when it came.',
    patches: [
      store(
        WRITE,
        '    return new Promise((resolve, reject) => void this.#saveBatch([{ change, resolve, reject }]));\n',
      ),
      store(
        '      draft.lastId += 1;\n',
        '      this.#lastId = draft.lastId = Math.max(this.#lastId, draft.lastId) + 1;\n',
      ),
      store('  #saving = false;\n\n', '  #saving = false;\n  #lastId = 0;\n\n'),
      store('const temporary = `${path}.tmp`;', 'const temporary = `${path}.${randomUUID()}`;'),
      store(
        "import { dirname } from 'node:path';",
        "import { randomUUID } from 'node:crypto';\nimport { dirname } from 'node:path';",
      ),
    ],
    killedBy: { 'lab-07/writers': { verdict: 'fail', misconception: 'lost' } },
  },
  {
    name: 'two-saves-at-once',
    story:
      'The list is changed in one go, and then each write saves, beside the others: one renames the file away that another one is still writing.',
    patches: [
      store(
        WRITE,
        '    const draft = { lastId: this.#list.lastId, todos: new Map(this.#list.todos) };\n    const changed = change(draft);\n    this.#list = draft;\n    return replaceFile(this.#path, encode(draft)).then(() => changed);\n',
      ),
    ],
    killedBy: { 'lab-07/writers': { verdict: 'fail', misconception: 'status-500' } },
  },
  {
    name: 'nobody-wakes-them',
    story: 'Writes that come while a save is running wait, and nobody looks for them when it is done.',
    patches: [
      store(
        'while (this.#waiting.length > 0) await this.#saveBatch(this.#waiting.splice(0));',
        'await this.#saveBatch(this.#waiting.splice(0));',
      ),
    ],
    killedBy: { 'lab-07/writers': { verdict: 'timeout', misconception: 'waiting' } },
  },
  {
    name: 'damaged-is-empty',
    story: 'A file that cannot be read is taken for an empty list, so that the server always starts.',
    patches: [
      store(
        OPEN,
        "    const list = await readText(path)\n      .then(decode)\n      .catch(() => decode(''));\n    return new TodoStore(path, list);\n",
      ),
    ],
    killedBy: { 'lab-07/damaged': { verdict: 'fail', misconception: 'starts-anyway' } },
  },
  {
    name: 'any-json-is-a-list',
    story: 'What JSON.parse returns is the list. A number has no todos, so there are none.',
    patches: [
      store(
        '  if (!isId(lastId) || !Array.isArray(todos) || !todos.every(isTodo))\n',
        "  if (todos === undefined) return decode('');\n  if (!isId(lastId) || !Array.isArray(todos) || !todos.every(isTodo))\n",
      ),
    ],
    killedBy: { 'lab-07/damaged': { verdict: 'fail', misconception: 'starts-anyway' } },
  },
  {
    name: 'null-is-empty',
    story: 'What JSON.parse returns is the list, or an empty one where it returns nothing.',
    patches: [store("  if (text === '') return", "  if (text === '' || JSON.parse(text) === null) return")],
    killedBy: { 'lab-07/damaged': { verdict: 'fail', misconception: 'starts-anyway' } },
  },
  {
    name: 'damaged-stack-trace',
    story: 'JSON.parse throws at the start, and nobody catches it.',
    patches: [
      server('await orExit(TodoStore.open(data), `cannot use ${data}`)', 'await TodoStore.open(data)'),
    ],
    killedBy: { 'lab-07/damaged': { verdict: 'fail', misconception: 'stack-trace' } },
  },
  {
    name: 'damaged-and-gone',
    story: 'The damaged file is moved out of the way, so that the next start works.',
    patches: [
      store(
        OPEN,
        '    try {\n      return new TodoStore(path, decode(await readText(path)));\n    } catch (error) {\n      await rename(path, `${path}.damaged`);\n      throw error;\n    }\n',
      ),
    ],
    killedBy: { 'lab-07/damaged': { verdict: 'fail', misconception: 'file-changed' } },
  },
  {
    name: 'ends-without-a-word',
    story: 'process.exit(1), and the user may guess.',
    patches: [server("    console.error(`${failure}: ${(error as Error).message.split('\\n')[0]}`);\n", '')],
    killedBy: { 'lab-07/damaged': { verdict: 'fail', misconception: 'no-message' } },
  },
  {
    name: 'save-not-heard',
    story: 'The failure of a save is written to stderr, and the client is told that it worked.',
    patches: [store(SAVE, SAVE.replace('encode(draft));', 'encode(draft)).catch(console.error);'))],
    killedBy: { 'lab-07/cannot-save': { verdict: 'fail', misconception: 'answered-unsaved' } },
  },
  {
    name: 'changed-before-saved',
    story:
      'The list in memory is changed, then saved. When that fails the client gets a 500, and the list stays changed.',
    patches: [
      store(
        '    try {\n      if (changed.includes(true))',
        '    this.#list = draft;\n    try {\n      if (changed.includes(true))',
      ),
    ],
    killedBy: { 'lab-07/cannot-save': { verdict: 'fail', misconception: 'changed' } },
  },
  {
    name: 'tried-again-later',
    story:
      'What could not be saved is saved with the next write, although its client was told that it failed.',
    patches: [
      store(REJECT, `${REJECT}      this.#unsaved.push(...batch.map(({ change }) => change));\n`),
      store(
        '    const changed = batch.map(({ change }) => change(draft));\n',
        '    for (const change of this.#unsaved) change(draft);\n    const changed = batch.map(({ change }) => change(draft));\n',
      ),
      store('      this.#list = draft;\n', '      this.#list = draft;\n      this.#unsaved = [];\n'),
      store('  #saving = false;\n\n', '  #saving = false;\n  #unsaved: Change[] = [];\n\n'),
    ],
    killedBy: { 'lab-07/cannot-save': { verdict: 'fail', misconception: 'written-later' } },
  },
  {
    name: 'chain-that-breaks',
    story: 'Each save is chained to the one before with then, and one that fails breaks the chain for good.',
    patches: [
      store(
        WRITE,
        '    const mine = this.#last.then(\n      () => new Promise<boolean>((resolve, reject) => void this.#saveBatch([{ change, resolve, reject }])),\n    );\n    this.#last = mine;\n    return mine;\n',
      ),
      store(
        '  #saving = false;\n\n',
        '  #saving = false;\n  #last: Promise<unknown> = Promise.resolve();\n\n',
      ),
    ],
    killedBy: { 'lab-07/cannot-save': { verdict: 'fail', misconception: 'never-again' } },
  },
  {
    name: 'failure-of-nobody',
    story:
      'The save runs beside the request. When it fails nobody hears of the rejection, and Node ends the program.',
    patches: [store(REJECT, '      throw error;\n')],
    killedBy: { 'lab-07/cannot-save': { verdict: 'crash', misconception: 'crashed' } },
  },
  {
    name: 'no-answer-for-failures',
    story: 'A save that fails is logged, and the client waits for an answer that nobody will send.',
    patches: [store(REJECT, '      console.error(error);\n')],
    killedBy: { 'lab-07/cannot-save': { verdict: 'timeout', misconception: 'waiting' } },
  },
];
