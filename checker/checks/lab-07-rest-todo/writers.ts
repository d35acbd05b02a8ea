/** Step 6: many writers at once. */
import type { ServerProgram } from '../../drive/server-program.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { FILE_HINTS, MANY_SAVES_MS, textsIn } from './data-file.ts';
import { atOnce, type Todo, TodoClient, todoHints } from './todos.ts';

/** README: so many clients POST at once. */
const WRITERS = 200;
/** Of these, so many put and so many delete what they have added. */
const PUTTERS = 60;
const DELETERS = 60;
export const writers: Check[] = [
  {
    id: 'lab-07/writers',
    step: 6,
    title: `${WRITERS} writers at once lose nothing`,
    rule: 'README, step 6',
    quote:
      'Concurrent writers lose nothing: 200 clients POST at once, each on its own connection, and the list has all of their todos, each with its own id.',
    level: 'lab',
    needs: ['lab-07/put', 'lab-07/delete'],
    hints: todoHints({
      ...FILE_HINTS,
      'same-id':
        'Two clients got the same id. Between looking at the last id and counting on, something is awaited, and another request ran meanwhile.',
      lost: 'A todo was answered, and it is not in the list. Does each write read the list, wait, and write it back? What another one has added meanwhile is lost then. Keep the list in memory, and change it in one go.',
      'still-there': 'A DELETE was answered, and its todo is there again. Who has put back an older list?',
      undone: 'A PUT was answered, and the todo is as it was before. Who has put back an older list?',
      'status-500':
        'A write failed that goes right when it is alone. Two saves at once share the name of their other file: one renames it away while the other still writes. One save at a time.',
      'not-in-file':
        'The list is right, and the file is not: an older save came to its end after a newer one. One save at a time; who comes meanwhile goes into the next one.',
      waiting: 'Some of the writers got no answer. Who wakes those that came while a save was running?',
      late: 'The answers take too long. Two hundred writers do not need two hundred saves: those that come while one is running all go into the next one.',
      otherwise:
        'Keep the list in memory, change it without awaiting anything, and let one save at a time write all of it.',
    }),
    async run(judge) {
      const server = await judge.server();
      const client = new TodoClient(judge, server);
      const before = await client.list();
      const word = judge.draw('word', (random) => random.letters(8));
      const clients = Array.from(
        { length: WRITERS },
        (_, index) => new TodoClient(judge, server, `${index + 1}`),
      );
      await Promise.all(clients.map((writer) => writer.open()));
      const added = await atOnce(clients, (writer, index, after) =>
        writer.add(
          { task: `${word} ${index + 1}.` },
          { when: ` beside ${WRITERS - 1} others`, limitMs: MANY_SAVES_MS, after },
        ),
      );
      expectOwnIds(judge, added);
      await client.expectList(
        [...before, ...added],
        { missing: 'lost' },
        { when: ` after ${WRITERS} POSTs at once` },
      );
      expectInFile(judge, server, added, []);
      const changed = added
        .slice(0, PUTTERS)
        .map((todo) => ({ ...todo, task: `${todo.task} changed`, completed: true }));
      const deleted = added.slice(PUTTERS, PUTTERS + DELETERS);
      const more = await atOnce(clients, async (writer, index, after) => {
        const asking = { when: ' beside many other writes', limitMs: MANY_SAVES_MS, after };
        if (index < PUTTERS) await writer.put(changed[index]!, asking);
        else if (index < PUTTERS + DELETERS) await writer.delete(added[index]!.id, asking);
        else return writer.add({ task: `${word} ${index + 1} more` }, asking);
        return undefined;
      });
      const newer = more.filter((todo) => todo !== undefined);
      expectOwnIds(judge, [...added, ...newer]);
      const left = [...before, ...changed, ...added.slice(PUTTERS + DELETERS), ...newer];
      const symptoms = { missing: 'lost', extra: 'still-there', changed: 'undone' };
      await client.expectList(left, symptoms, { when: ' after POSTs, PUTs and DELETEs at once' });
      expectInFile(judge, server, [...changed, ...newer], deleted);
    },
  },
];

/** No two of these todos have the same id. */
function expectOwnIds(judge: Judge, todos: Todo[]): void {
  const owners = new Map<number, Todo>();
  for (const todo of todos) {
    const other = owners.get(todo.id);
    if (other !== undefined) {
      judge.fail(`two POSTs at once were answered with the same id, ${todo.id}`, 'same-id', {
        accepted: ['an id of its own for each todo'],
        actual: `the id ${todo.id} for ${JSON.stringify(other.task)} and for ${JSON.stringify(todo.task)}`,
      });
    }
    owners.set(todo.id, todo);
  }
  judge.observe();
}

/** The file holds the tasks of these todos, and not those of the deleted ones. */
function expectInFile(judge: Judge, server: ServerProgram, there: Todo[], deleted: Todo[]): void {
  const texts = textsIn(judge, server.program.environment.DATA!, 'after all answers');
  const lost = there.find(({ task }) => !texts.has(task));
  const kept = deleted.find(({ task }) => texts.has(task));
  if (lost === undefined && kept === undefined) {
    judge.observe();
    return;
  }
  judge.fail(
    lost === undefined
      ? `after all answers a deleted task is still in the file: ${JSON.stringify(kept?.task)}`
      : `after all answers a task is not in the file: ${JSON.stringify(lost.task)}`,
    'not-in-file',
    { accepted: ['a file with the list as GET /todos shows it'], actual: 'a file with another list' },
  );
}
