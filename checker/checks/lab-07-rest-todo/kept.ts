/** Step 6: what is kept, and how the file is written. */
import { closeSync, fstatSync, openSync, readSync, writeFileSync } from 'node:fs';
import type { Check, Machine } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import {
  dataFile,
  dataFileElsewhere,
  FILE_HINTS,
  MANY_SAVES_MS,
  readData,
  startAgain,
  textsIn,
} from './data-file.ts';
import { type Todo, TodoClient, todoHints } from './todos.ts';

/** Long tasks, so that a save takes its time: three of them, and each is below the limit of a body. */
const LONG_TASKS = 3;
const LONG_TASK_BYTES = 900 * 1024;
const ROUNDS = 3;
/** Writers at once. A server that does not wait for its saves has answered all of them before the first is in the file. */
const WRITERS = 16;

const IN_FILE =
  'An answered write is in the file: when the client has the answer, `DATA` holds the new list.';

const canBeHeldOpen = ({ platform }: Machine): string | undefined =>
  platform === 'win32' ? 'on Windows a file that somebody has open cannot be replaced' : undefined;

export const kept: Check[] = [
  {
    id: 'lab-07/saved',
    step: 6,
    program: 'own',
    title: 'an answered write is in the file when its answer comes',
    rule: 'README, step 6',
    quote: IN_FILE,
    level: 'lab',
    needs: ['lab-07/put', 'lab-07/delete'],
    hints: todoHints({
      ...FILE_HINTS,
      'no-file':
        'A write was answered, and there is no file. Is it the file from DATA that your server writes, and does it write it before it answers?',
      'half-file':
        'A write was answered, and the file is being written. Answer when the save is complete, and never let the file be half of one.',
      'answered-before-saved':
        'The answer came before the file had the new list. A save takes time: wait until it is complete, then answer.',
      otherwise: 'First change the list, then save it, then answer: each when the one before is complete.',
    }),
    async run(judge) {
      const data = dataFile(judge);
      const server = await judge.startServer({ env: { DATA: data } });
      const client = new TodoClient(judge, server);
      for (let number = 0; number < LONG_TASKS; number += 1) {
        const task = Buffer.from(judge.drawBulk(`long ${number}`, LONG_TASK_BYTES)).toString('latin1');
        await client.add({ task }, { when: ` with a task of ${LONG_TASK_BYTES / 1024} KiB` });
      }
      const words = judge.draw('words', (random) => Array.from({ length: ROUNDS }, () => random.letters(12)));
      for (const word of words) {
        const todo = await client.add({ task: `${word} 1` });
        expectText(judge, data, todo.task, true, 'right after the 201 to POST /todos');
        const changed = { ...todo, task: `${word} 2` };
        const { status } = await client.put(changed);
        expectText(judge, data, changed.task, true, `right after the ${status} to PUT /todos/${todo.id}`);
        await client.delete(todo.id);
        expectText(judge, data, changed.task, false, `right after the 204 to DELETE /todos/${todo.id}`);
      }
      const writers = Array.from(
        { length: WRITERS },
        (_, index) => new TodoClient(judge, server, `${index + 1}`),
      );
      await Promise.all(writers.map((writer) => writer.open()));
      await Promise.all(
        writers.map(async (writer, index) => {
          const task = `${words[0]} ${index + 1} of ${WRITERS}`;
          const when = ` beside ${WRITERS - 1} others`;
          await writer.add({ task }, { when, limitMs: MANY_SAVES_MS });
          expectText(judge, data, task, true, `right after the 201 to POST /todos${when}`);
        }),
      );
    },
  },
  {
    id: 'lab-07/restart',
    step: 6,
    program: 'own',
    title: 'the next start serves the same list, with the same ids',
    rule: 'README, step 6',
    quote: 'After the next start, with the same `DATA`, the server serves the same list, with the same ids.',
    level: 'lab',
    needs: ['lab-07/put', 'lab-07/delete'],
    hints: todoHints({
      ...FILE_HINTS,
      'not-again':
        'Your server cannot read what it has written itself. Print what it finds in the file, and compare with what it looks for.',
      'missing-todo':
        'A todo that was in the list before is not in it after the restart. Is the file from DATA read at the start, before the first request?',
      'extra-todo':
        'A todo that was deleted is there again. Does every write save the list: POST, PUT and DELETE?',
      'changed-todo':
        'A todo is as it was before its PUT. Does every write save the list: POST, PUT and DELETE?',
      'status-404':
        'The todo is in the list, and not at its path. Are ids numbers also when they come from the file?',
      otherwise: 'Read DATA before you listen, and save after every write.',
    }),
    async run(judge) {
      const data = dataFile(judge);
      let server = await judge.startServer({ env: { DATA: data } });
      const words = judge.draw('words', (random) => Array.from({ length: 5 }, () => random.letters(8)));
      const first = new TodoClient(judge, server);
      const added: Todo[] = [];
      for (const task of words)
        added.push(await first.add({ task: `${task} "\u20ac"\n`, completed: added.length % 2 === 0 }));
      const changed = { ...added[1]!, task: '', completed: true };
      await first.put(changed);
      await first.delete(added[3]!.id);
      const list = [added[0]!, changed, added[2]!, added[4]!];
      await first.expectList(list);
      server = await startAgain(judge, server, data, 'SIGTERM');
      const next = new TodoClient(judge, server);
      await next.expectList(list, {}, { when: ' after a restart' });
      await next.expectTodo(changed, { when: ' after a restart' });
      // What was read from the file can be changed as what came over the network.
      const again = { ...added[2]!, completed: !added[2]!.completed };
      await next.put(again, { when: ' after a restart' });
      await next.delete(added[0]!.id, { when: ' after a restart' });
      await next.expectList(
        [changed, again, added[4]!],
        {},
        { when: ' after a restart, a PUT and a DELETE' },
      );
    },
  },
  {
    id: 'lab-07/empty-file',
    step: 6,
    program: 'own',
    title: 'a file of 0 bytes means an empty list',
    rule: 'README, the contract',
    quote: 'A file that is missing, or is empty (0 bytes), means an empty list.',
    level: 'lab',
    needs: ['lab-07/add'],
    hints: todoHints({
      ...FILE_HINTS,
      exited:
        'An empty file is no JSON, and yet it is no damage: it means an empty list. Look at its length before you parse it.',
      otherwise: 'No file and an empty one mean the same: nothing was added yet.',
    }),
    async run(judge) {
      const data = dataFile(judge);
      writeFileSync(data, '');
      judge.trace.note('DATA names a file of 0 bytes');
      const client = new TodoClient(judge, await judge.startServer({ env: { DATA: data } }));
      await client.expectList([], {}, { when: ' with a file of 0 bytes' });
      const task = judge.draw('task', (random) => random.letters(9));
      const todo = await client.add({ task });
      await client.expectList([todo]);
      expectText(judge, data, task, true, 'right after the 201 to POST /todos');
    },
  },
  {
    id: 'lab-07/replaced',
    step: 6,
    title: 'the file is replaced, not overwritten',
    rule: 'README, step 6',
    quote: 'Who has opened the old file before reads the old list in it to the end.',
    level: 'lab',
    needs: ['lab-07/put', 'lab-07/delete'],
    lacks: canBeHeldOpen,
    hints: todoHints({
      ...FILE_HINTS,
      'no-file':
        'A write was answered, and there is no file. Is it the file from DATA that your server writes?',
      'in-place':
        'The old file itself was changed. While that goes on it is half old and half new, and a kill leaves it so. Write the new list to another file in the same folder, then rename it to DATA.',
      otherwise: 'Write another file in the same folder, and rename it when it is complete.',
    }),
    async run(judge) {
      const server = await judge.server();
      const data = server.program.environment.DATA!;
      const client = new TodoClient(judge, server);
      const word = judge.draw('word', (random) => random.letters(12));
      const todo = await client.add({ task: `${word} 1` });
      const changed = { ...todo, task: `${word} 2` };
      for (const [what, write] of [
        ['POST /todos', () => client.add({ task: `${word} 3` })],
        [`PUT /todos/${todo.id}`, () => client.put(changed)],
        [`DELETE /todos/${todo.id}`, () => client.delete(todo.id)],
      ] as const) {
        await expectReplaced(judge, data, what, write);
      }
    },
  },
  {
    id: 'lab-07/other-file-system',
    step: 6,
    program: 'own',
    title: 'the list may lie on another file system than the program',
    rule: 'README, step 6',
    quote:
      'And a rename works within one file system only, so a list that lies on another disk could never be saved (EXDEV).',
    level: 'lab',
    needs: ['lab-07/add'],
    lacks: ({ platform }) =>
      platform === 'linux' ? undefined : 'only Linux has a second file system at hand',
    hints: todoHints({
      ...FILE_HINTS,
      'status-500':
        'DATA lies on another file system here, and the write was answered with 500. From which folder to which does your rename go? Take the name of the other file from DATA.',
      otherwise:
        'Make the name of the other file from that of DATA, so that both lie in one folder: a rename cannot leave its file system.',
    }),
    async run(judge) {
      const data =
        dataFileElsewhere(judge) ?? judge.notRun('this machine has no second file system behind /dev/shm');
      const server = await judge.startServer({ env: { DATA: data } });
      const task = judge.draw('task', (random) => random.letters(12));
      const client = new TodoClient(judge, server);
      await client.add({ task }, { when: ' with DATA on another file system' });
      expectText(judge, data, task, true, 'right after the 201 to POST /todos');
    },
  },
];

/** This text must, or must not, stand in the file. Looked at before anything is waited for. */
export function expectText(judge: Judge, data: string, text: string, there: boolean, when: string): void {
  // Most of the time the text can be seen without a look at what the JSON means, which costs time in which a save goes on.
  const seen = Buffer.from(readData(data) ?? []).includes(text);
  if ((seen && there) || textsIn(judge, data, when).has(text) === there) {
    judge.observe();
    return;
  }
  judge.fail(
    there ? `${when} the task is not in the file` : `${when} the task is still in the file`,
    'answered-before-saved',
    {
      accepted: [
        there
          ? `a string ${JSON.stringify(text)} in the file`
          : `no string ${JSON.stringify(text)} in the file`,
      ],
      actual: there ? 'the list without it' : 'the list with it',
    },
  );
}

/** Who opened the file before this write must find the old bytes in it afterwards. */
async function expectReplaced(
  judge: Judge,
  data: string,
  what: string,
  write: () => Promise<unknown>,
): Promise<void> {
  // Fails where there is none.
  textsIn(judge, data, `before ${what}`);
  const descriptor = openSync(data, 'r');
  try {
    const before = readWhole(descriptor);
    judge.trace.note(`the judge has DATA open: ${before.length.toLocaleString('en-US')} bytes`);
    await write();
    const after = readWhole(descriptor);
    if (Buffer.compare(before, after) === 0) {
      judge.observe();
      return;
    }
    judge.fail(
      `${what} was answered, and the old file itself has been changed: it was written over`,
      'in-place',
      {
        accepted: ['another file of the same name; the old one stays whole for who has it open'],
        actual: `the file that was open before has ${after.length.toLocaleString('en-US')} bytes, before it had ${before.length.toLocaleString('en-US')}`,
      },
    );
  } finally {
    closeSync(descriptor);
  }
}

function readWhole(descriptor: number): Buffer {
  const bytes = Buffer.alloc(fstatSync(descriptor).size);
  let at = 0;
  while (at < bytes.length) {
    const read = readSync(descriptor, bytes, at, bytes.length - at, at);
    if (read === 0) break;
    at += read;
  }
  return bytes.subarray(0, at);
}
