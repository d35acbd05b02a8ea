/** Step 6: a file that is damaged, and a file that cannot be written. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { sleep } from '../../drive/waiting.ts';
import { within } from '../../drive/within.ts';
import { difference, firstDifference } from '../../peer/compare.ts';
import { ProgramConsole } from '../../peer/console.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { request } from '../lab-06-http-server/requests.ts';
import { dataFile, FILE_HINTS, readData, textsIn } from './data-file.ts';
import { jsonBody, type Refused, TodoClient, todoHints } from './todos.ts';

/** How long a program that listens first may take to find its file damaged. */
const ENDS_MS = 4000;
/** Writers that are refused at once, because none of them can be saved. */
const WRITERS = 3;

const MOST_MOVES = 40;
const MOVE_AGAIN_MS = 25;

export const damage: Check[] = [
  {
    id: 'lab-07/damaged',
    step: 6,
    program: 'own',
    title: 'a damaged file is one line on stderr and exit code 1, and stays as it is',
    rule: 'README, step 6',
    quote:
      'When `DATA` is not JSON, or is JSON that cannot be your list (`42`, say), the server writes one line to stderr, exits with code 1, and leaves the file as it is, byte for byte.',
    level: 'lab',
    needs: ['lab-07/add'],
    hints: {
      'starts-anyway':
        'Your server starts although it cannot read its list. With the next save all that could still be rescued from the file is gone. Say what is wrong, and end.',
      'file-changed': 'The damaged file was changed. Perhaps somebody can still rescue it: do not touch it.',
      'no-message':
        'The program ended without a word. Its user cannot know why: say in one line on stderr which file is damaged.',
      'many-lines': 'One line is enough to say which file is damaged, and how.',
      'stack-trace':
        'A stack trace is for the author of a program, not for its user. Catch the error, and say in one line what is wrong.',
      crashed:
        'JSON.parse throws for what is no JSON, and nobody caught it. Say in one line what is wrong, and exit with 1.',
      'exit-code': 'Exit code 0 says that all went well. This one could not read its list: exit with 1.',
      otherwise: 'Parse the file inside of try, look whether it is your list, and otherwise end with 1.',
    },
    async run(judge) {
      const task = judge.draw('task', (random) => random.letters(8));
      const number = judge.draw('number', (random) => random.integer(2, 99));
      for (const [what, bytes] of [
        ['half a list', `{"todos":[{"id":1,"task":"${task}","completed":false},{"id":2,"ta`],
        [`the number ${number}`, `${number}`],
        ['null', 'null'],
        ['512 bytes of zero', '\0'.repeat(512)],
      ] as const) {
        await expectRefusedFile(judge, what, Buffer.from(bytes));
      }
    },
  },
  {
    id: 'lab-07/cannot-save',
    step: 6,
    program: 'own',
    title: 'a write that cannot be saved is 500, and the list stays as it was',
    rule: 'README, step 6',
    quote:
      'A write that cannot be saved is answered with 500, and the list stays as it was: a GET does not show it, and no later save writes it. The server goes on, and saves again when it can.',
    level: 'lab',
    needs: ['lab-07/put', 'lab-07/delete'],
    hints: todoHints({
      ...FILE_HINTS,
      'answered-unsaved':
        'The folder of DATA is gone, so nothing can be saved, and your server says that it was. Wait until the save is complete before you answer, and hear what it says.',
      changed:
        'The write was answered with 500, and the list in memory has changed all the same. Change it when the save is complete, or take the change back.',
      'written-later':
        'A write that was answered with 500 has been done now: a later save has written it. Its client believes that it failed.',
      'never-again':
        'One save has failed, and now none works any more, although the folder is there again. If each save waits for the one before: what becomes of it when that one fails?',
      crashed:
        'A save failed and ended the program: a promise was rejected, and nobody caught it. The failure is the answer to the write: 500.',
      waiting:
        'The save failed, and the client waits for its answer for ever: 500. Who waits for the save hears of its failure?',
      'missing-todo': 'A todo that was saved before is gone. A save that fails changes nothing.',
      otherwise:
        'Save first, a copy with the change in it. When that works the copy is the list; when it fails, answer 500 and forget it.',
    }),
    async run(judge) {
      const data = dataFile(judge);
      const server = await judge.startServer({ env: { DATA: data } });
      const client = new TodoClient(judge, server);
      const word = judge.draw('word', (random) => random.letters(10));
      const first = await client.add({ task: `${word} kept` });
      await takeFolderAway(judge, data);
      const lost = { task: `${word} lost`, completed: true };
      await client.expectRefused(writesOf(first.id, lost), 500);
      const writers = Array.from(
        { length: WRITERS },
        (_, index) => new TodoClient(judge, server, `${index + 1}`),
      );
      await Promise.all(
        writers.map((writer) =>
          writer.ask(request('POST /todos', jsonBody(lost)), {
            to: `POST /todos beside ${WRITERS - 1} others while nothing can be saved`,
            status: 500,
            symptoms: [{ slug: 'answered-unsaved', when: ({ status }) => status < 300 }],
          }),
        ),
      );
      await putFolderBack(judge, data);
      client.leave();
      const when = ' when the folder is there again';
      const again = { otherStatus: 'never-again', silence: { waiting: 'never-again' } } as const;
      const second = await client.add({ task: `${word} again` }, { when, ...again });
      await client.expectList(
        [first, second],
        { missing: 'written-later', extra: 'written-later', changed: 'written-later' },
        { when },
      );
      const texts = textsIn(judge, data, `right after the 201 to POST /todos${when}`);
      for (const [text, there] of [
        [first.task, true],
        [second.task, true],
        [lost.task, false],
      ] as const) {
        if (texts.has(text) === there) continue;
        judge.fail(
          there
            ? `${when.slice(1)}, a saved task is not in the file: ${text}`
            : `${when.slice(1)}, the file holds a task whose POST was answered with 500: ${text}`,
          there ? 'missing-todo' : 'written-later',
          {
            accepted: ['a file with what was answered, and nothing else'],
            actual: [...texts].join(', ').slice(0, 200),
          },
        );
      }
    },
  },
];

function writesOf(id: number, members: { task: string; completed: boolean }): Refused[] {
  const taken = 'answered-unsaved';
  const why = 'while nothing can be saved';
  return [
    { line: 'POST /todos', why, parts: jsonBody(members), taken },
    { line: `PUT /todos/${id}`, why, parts: jsonBody(members), taken },
    { line: `DELETE /todos/${id}`, why, taken },
  ];
}

/**
 * A file in the place of the folder: nothing can be written there, nor the folder be made again. The folder itself is
 * moved, which takes one step: a save that nobody waits for may still write into it.
 */
async function takeFolderAway(judge: Judge, data: string): Promise<void> {
  const folder = dirname(data);
  await move(folder, `${folder}-away`);
  writeFileSync(folder, '');
  judge.trace.judge('', 'takes the folder of DATA away');
}

async function putFolderBack(judge: Judge, data: string): Promise<void> {
  const folder = dirname(data);
  rmSync(folder);
  await move(`${folder}-away`, folder);
  judge.trace.judge('', 'puts the folder of DATA back, with the file as it was');
}

/** On Windows a folder in which somebody has a file open cannot be moved; a scanner of viruses has, for a moment. */
async function move(from: string, to: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      if (tries === MOST_MOVES || process.platform !== 'win32') throw error;
      await sleep(MOVE_AGAIN_MS);
    }
  }
}

/** A server that finds these bytes in DATA must say so, end, and leave them. */
async function expectRefusedFile(judge: Judge, what: string, bytes: Uint8Array): Promise<void> {
  const data = dataFile(judge);
  writeFileSync(data, bytes);
  judge.trace.judge('', `starts your server with ${what} in DATA`, bytes);
  const when = `with ${what} in DATA`;
  const server = await judge.tryServer({ env: { DATA: data } });
  const { program } = server;
  // It may listen before it reads.
  if (server.started) await within(program.exited, ENDS_MS);
  if (program.exit === undefined) {
    judge.fail(`your server starts ${when}`, 'starts-anyway', {
      accepted: ['one line on stderr, and exit code 1'],
      actual: 'a server that listens',
    });
  }
  const output = new ProgramConsole(judge, program);
  await output.expectExit({ code: 1, when, limitMs: 0 });
  output.expectOneLine('that the file is damaged');
  const after = readData(data) ?? new Uint8Array();
  const at = firstDifference(bytes, after);
  if (at !== undefined) {
    judge.fail(`your server has changed the damaged file, from byte ${at} on`, 'file-changed', {
      accepted: ['the same bytes in DATA as before'],
      actual: `${after.length.toLocaleString('en-US')} bytes`,
      difference: difference(bytes, after, at),
    });
  }
  judge.observe();
}
