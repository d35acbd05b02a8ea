/** Step 5: ids are never used again. */
import type { ServerProgram } from '../../drive/server-program.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { dataFile, FILE_HINTS, startAgain } from './data-file.ts';
import { type Todo, TodoClient, todoHints } from './todos.ts';

const NEVER = 'An id that was given to a todo is never given to another one.';

const HINTS = todoHints({
  'id-of-length':
    'The id is the length of the list plus one, and a todo in the middle has been deleted: it is one that is taken, or was. Count what was given, not what is there.',
  'id-of-highest':
    'The id is the highest in the list plus one, and the highest was deleted. Keep the last id that was given in a variable of its own.',
  'id-from-start':
    'The list was empty, and the ids began anew. The last id that was given does not depend on what is in the list.',
  'id-after-restart':
    'After the start the ids were worked out from the list, and the last ones given are not in it any more. The file has to keep the last id, too.',
  ...FILE_HINTS,
  'not-kept':
    'After the restart the list is not the one before. What an id was given for must be kept first: step 6 says how. Read the file from DATA at the start, and save with every write.',
  'id-in-gap':
    'The id of a todo that was deleted was given once more: the gap is filled. Gaps are allowed, and they stay. Keep the last id that was given, and count on from there.',
  otherwise: 'Keep the last id that was given, beside the list, and write it into the file with it.',
});

export const ids: Check[] = [
  {
    id: 'lab-07/id-after-delete',
    step: 5,
    title: 'the id of a deleted todo is not given again',
    rule: 'README, step 5',
    quote: NEVER,
    level: 'lab',
    needs: ['lab-07/delete'],
    hints: HINTS,
    async run(judge) {
      const givenIds = new GivenIds(judge, await judge.server());
      for (let count = 0; count < 4; count += 1) await givenIds.add();
      // One from the middle, as in the README: with the length of the list as the source, the next id is taken.
      await givenIds.deleteAt(1);
      await givenIds.add();
      await givenIds.deleteHighest();
      await givenIds.add();
      const places = judge.draw('places', (random) => [random.integer(0, 2), random.integer(0, 1)]);
      for (const place of places) await givenIds.deleteAt(place);
      await givenIds.deleteHighest();
      await givenIds.add();
      await givenIds.add();
    },
  },
  {
    id: 'lab-07/id-after-empty',
    step: 5,
    title: 'when the list is empty again, the ids go on',
    rule: 'README, step 5',
    quote: NEVER,
    level: 'lab',
    needs: ['lab-07/delete'],
    hints: HINTS,
    async run(judge) {
      const givenIds = new GivenIds(judge, await judge.server());
      for (let count = 0; count < 3; count += 1) await givenIds.add();
      await givenIds.deleteAll();
      await givenIds.add();
      await givenIds.deleteAll();
      await givenIds.add();
    },
  },
  {
    id: 'lab-07/id-after-restart',
    step: 5,
    program: 'own',
    title: 'after a restart the ids go on, although their todos are gone',
    rule: 'README, step 5',
    quote:
      'Not after that todo was deleted, not when it was the highest, not when the list is empty again, and not after the server was started anew.',
    level: 'lab',
    needs: ['lab-07/id-after-delete'],
    hints: HINTS,
    async run(judge) {
      const data = dataFile(judge);
      let server = await judge.startServer({ env: { DATA: data } });
      const givenIds = new GivenIds(judge, server);
      for (let count = 0; count < 4; count += 1) await givenIds.add();
      await givenIds.deleteHighest();
      await givenIds.deleteHighest();
      server = await startAgain(judge, server, data, 'SIGTERM');
      await givenIds.moveTo(server);
      await givenIds.add();
      await givenIds.deleteAll();
      server = await startAgain(judge, server, data, 'SIGKILL');
      await givenIds.moveTo(server);
      await givenIds.add();
    },
  },
];

/** Adds and deletes, and remembers every id that was ever given. */
class GivenIds {
  readonly #judge: Judge;
  #client: TodoClient;
  #tasks = 0;
  readonly #given = new Set<number>();
  /** Ids of those that were added here and are still there, in the order in which they were added. */
  #mine: number[] = [];
  #restarted = false;
  readonly #word: string;

  constructor(judge: Judge, server: ServerProgram) {
    this.#judge = judge;
    this.#client = new TodoClient(judge, server);
    this.#word = judge.draw('word', (random) => random.letters(5));
  }

  /** To the server that was started anew, which must have those that were not deleted. */
  async moveTo(server: ServerProgram): Promise<void> {
    this.#client = new TodoClient(this.#judge, server);
    this.#restarted = true;
    const list = await this.#client.list({ when: ' after a restart' });
    const lost = this.#mine.find((id) => !list.some((todo) => todo.id === id));
    if (lost === undefined) return;
    this.#judge.fail(`after a restart todo ${lost} is not in the list`, 'not-kept', {
      accepted: ['the list as it was before the restart'],
      actual: `a list without todo ${lost}`,
    });
  }

  async add(): Promise<void> {
    this.#tasks += 1;
    const task = `${this.#word} ${this.#tasks}`;
    const before = await this.#client.list();
    for (const { id } of before) this.#given.add(id);
    const { todo, response } = await this.#client.addAndLook({ task });
    if (this.#given.has(todo.id)) {
      const there = before.some(({ id }) => id === todo.id);
      this.#client.http.fail(
        `POST /todos was answered with the id ${todo.id}, which ${there ? 'another todo has' : 'a deleted todo had'}`,
        this.#symptom(todo.id, before),
        [`an id that was never given; until now: ${[...this.#given].slice(-40).join(', ')}`],
        response,
      );
    }
    this.#given.add(todo.id);
    this.#mine.push(todo.id);
    this.#judge.observe();
  }

  /** How a server comes to an id that it has given before. */
  #symptom(id: number, list: Todo[]): string {
    if (list.some((todo) => todo.id === id)) return 'id-of-length';
    if (this.#restarted) return 'id-after-restart';
    if (list.length === 0) return 'id-from-start';
    return id > list.at(-1)!.id ? 'id-of-highest' : 'id-in-gap';
  }

  /** The todo at this place among those that were added here. */
  async deleteAt(place: number): Promise<void> {
    const [id] = this.#mine.splice(place, 1);
    await this.#client.delete(id!);
  }

  async deleteHighest(): Promise<void> {
    const { id } = (await this.#client.list()).at(-1)!;
    await this.#client.delete(id);
    this.#mine = this.#mine.filter((other) => other !== id);
  }

  /** Whatever is in the list. */
  async deleteAll(): Promise<void> {
    for (const { id } of await this.#client.list()) {
      this.#given.add(id);
      await this.#client.delete(id);
    }
    this.#mine = [];
    await this.#client.expectList([], {}, { when: ' after every todo was deleted' });
  }
}
