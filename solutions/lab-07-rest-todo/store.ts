/**
 * The list, and the file that keeps it. This file knows nothing of HTTP.
 *
 * A write is a change that waits until it is in the file. One save runs at a time, and takes along all the changes that
 * have come in meanwhile.
 */
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a client may say about a todo. */
export interface Content {
  task: string;
  completed: boolean;
}

export interface Todo extends Content {
  /** A positive integer. */
  id: number;
}

interface TodoList {
  /** The highest id that was ever given. It is kept when its todo is deleted. */
  lastId: number;
  /** In order of id: ids only grow, and a Map keeps the order in which its keys came. */
  todos: Map<number, Todo>;
}

/** Changes the draft. @returns false when there was nothing to change */
type Change = (draft: TodoList) => boolean;

interface Waiting {
  change: Change;
  resolve: (changed: boolean) => void;
  reject: (error: unknown) => void;
}

export class TodoStore {
  readonly #path: string;
  /** What the file says. It is never changed, only replaced, when the file has been. */
  #list: TodoList;
  #waiting: Waiting[] = [];
  #saving = false;

  private constructor(path: string, list: TodoList) {
    this.#path = path;
    this.#list = list;
  }

  /**
   * The store in this file; an empty one where the file is missing or empty.
   *
   * @throws Error for a file that cannot be read, or is no list of todos; it is left as it is
   */
  static async open(path: string): Promise<TodoStore> {
    return new TodoStore(path, decode(await readText(path)));
  }

  /** In order of id. */
  all(): Todo[] {
    return [...this.#list.todos.values()];
  }

  get(id: number): Todo | undefined {
    return this.#list.todos.get(id);
  }

  /**
   * @returns the new todo, once it is in the file
   * @throws Error when it could not be saved; then nothing has changed. So do the other two.
   */
  async add({ task, completed }: Content): Promise<Todo> {
    let todo: Todo | undefined;
    await this.#write((draft) => {
      draft.lastId += 1;
      todo = { id: draft.lastId, task, completed };
      draft.todos.set(todo.id, todo);
      return true;
    });
    return todo!;
  }

  /** @returns the todo as it is now; undefined when there is none with this id */
  async replace(id: number, { task, completed }: Content): Promise<Todo | undefined> {
    const todo = { id, task, completed };
    const found = await this.#write(({ todos }) => {
      if (!todos.has(id)) return false;
      todos.set(id, todo);
      return true;
    });
    return found ? todo : undefined;
  }

  /** @returns false when there is no todo with this id */
  remove(id: number): Promise<boolean> {
    return this.#write(({ todos }) => todos.delete(id));
  }

  #write(change: Change): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, resolve, reject });
      if (!this.#saving) this.#saveWaiting();
    });
  }

  /** One save after the other, until nobody waits. Two at once could end in either order, and the older list win. */
  async #saveWaiting(): Promise<void> {
    this.#saving = true;
    while (this.#waiting.length > 0) await this.#saveBatch(this.#waiting.splice(0));
    this.#saving = false;
  }

  async #saveBatch(batch: Waiting[]): Promise<void> {
    const draft: TodoList = { lastId: this.#list.lastId, todos: new Map(this.#list.todos) };
    const changed = batch.map(({ change }) => change(draft));
    try {
      if (changed.includes(true)) await replaceFile(this.#path, encode(draft));
      this.#list = draft;
      for (const [index, { resolve }] of batch.entries()) resolve(changed[index]!);
    } catch (error) {
      // The draft is thrown away, and the list is what it was.
      for (const { reject } of batch) reject(error);
    }
  }
}

/**
 * At every moment `path` names either the old file or the new one, whole.
 *
 * 1. Write another file. In the same folder: a rename does not lead from one file system to another.
 * 2. fsync it. Otherwise the new name may be on the disk before the bytes are, and a power failure leaves an empty file.
 * 3. Rename it. POSIX, on a name that exists: it "shall remain visible to other threads throughout the renaming operation
 *    and refer either to the file referred to by new or old before the operation began".
 * 4. fsync the folder, in which the name stands. Until then a power failure may bring the old file back.
 */
async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  // The new list is in place. Whoever is told that it was not saved would be told wrong.
  await syncFolder(dirname(path)).catch((error) => console.error(`${dirname(path)}: ${error.message}`));
}

async function syncFolder(path: string): Promise<void> {
  // Windows does not open folders.
  if (process.platform === 'win32') return;
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function readText(path: string): Promise<string> {
  try {
    // Bytes that are no UTF-8 are damage, too, and must not be saved as U+FFFD.
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// The layout of the file: { "lastId": 2, "todos": [{ "id": 1, "task": "buy milk", "completed": false }] }

function encode({ lastId, todos }: TodoList): string {
  return `${JSON.stringify({ lastId, todos: [...todos.values()] })}\n`;
}

/** @throws Error for what `encode` did not write */
function decode(text: string): TodoList {
  if (text === '') return { lastId: 0, todos: new Map() };
  const { lastId, todos } = (JSON.parse(text) ?? {}) as { lastId?: unknown; todos?: unknown };
  if (!isId(lastId) || !Array.isArray(todos) || !todos.every(isTodo))
    throw new Error('this is no list of todos');
  const ids = [...todos.map(({ id }) => id), lastId + 1];
  if (ids.some((id, index) => id <= (ids[index - 1] ?? 0))) throw new Error('the ids are not in order');
  return { lastId, todos: new Map(todos.map((todo) => [todo.id, todo])) };
}

function isTodo(value: unknown): value is Todo {
  const { id, task, completed } = (value ?? {}) as Partial<Todo>;
  return isId(id) && typeof task === 'string' && typeof completed === 'boolean';
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
