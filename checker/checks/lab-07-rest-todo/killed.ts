/** Step 6: a kill among many writers. */
import type { ServerProgram } from '../../drive/server-program.ts';
import { sleep } from '../../drive/waiting.ts';
import { announcesClose, type HttpResponse, readResponse } from '../../peer/http-response.ts';
import { parseJson, shownJson } from '../../peer/json.ts';
import { explainSilence } from '../../peer/silence.ts';
import { connect, type TcpPeer } from '../../peer/tcp.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { request } from '../lab-06-http-server/requests.ts';
import { dataFile, FILE_HINTS, MANY_SAVES_MS, readData, startAgain, textsIn, textsOf } from './data-file.ts';
import { jsonBody, type Todo, TodoClient, todoHints } from './todos.ts';

/** Clients that write one todo after the other until the kill. */
const WRITERS = 40;
/** In the list before, so that a save takes a while, in which the kill may come. */
const LONG_TASKS = 2;
const LONG_TASK_BYTES = 400 * 1024;
/** The kill comes so much later than the answer that calls for it: at any moment of what the server does next. */
const LATEST_MS = 10;

export const killed: Check[] = [
  {
    id: 'lab-07/killed',
    step: 6,
    program: 'own',
    points: 2,
    title: 'killed among many writers it has lost nothing that was answered',
    rule: 'README, step 6',
    quote:
      '`DATA` is then the old list or the new one, a complete JSON document, and never half of one. After the next start every write that was answered is there.',
    level: 'lab',
    needs: ['lab-07/restart', 'lab-07/writers'],
    hints: todoHints({
      ...FILE_HINTS,
      'half-file':
        'There was a moment at which the file was not a whole JSON document, and a kill at that moment leaves it so. Write the new list to another file, and rename it when it is complete.',
      'empty-data':
        'There was a moment at which the file was empty, and a kill at that moment leaves it so. Write the new list to another file, and rename it when it is complete.',
      'no-file':
        'There was a moment at which the file was not there, and a kill at that moment leaves nothing. rename replaces the old file in one step: do not delete it before.',
      'answered-before-saved':
        'A POST was answered, and after the kill its todo is not in the file. The answer is a promise: save first.',
      'not-served': 'The todo is in the file, and the server does not serve it after the restart.',
      'not-again':
        'After the kill your server does not come up again. A killed save may leave its other file behind, half written: it must be in nobody’s way.',
      'torn-todo':
        'After the restart there is a todo that no client has sent. What was not answered is there whole, or not at all.',
      'same-id': 'Two answers had the same id.',
      'id-again': 'After the restart an id was given that an answered todo has.',
      'status-500':
        'A write failed that goes right when it is alone. Two saves at once share the name of their other file. One save at a time.',
      otherwise:
        'Write another file, wait until it is complete, rename it, then answer all whose writes are in it.',
    }),
    async run(judge) {
      const data = dataFile(judge);
      const server = await judge.startServer({ env: { DATA: data } });
      const first = new TodoClient(judge, server);
      for (let number = 0; number < LONG_TASKS; number += 1) {
        const task = Buffer.from(judge.drawBulk(`long ${number}`, LONG_TASK_BYTES)).toString('latin1');
        await first.add({ task }, { when: ` with a task of ${LONG_TASK_BYTES / 1024} KiB` });
      }
      const before = await first.list();
      const crowd = new Crowd(judge, server);
      await crowd.writeUntilKilled(
        data,
        judge.draw('kill after', (random) => random.integer(30, 160)),
      );
      const texts = textsIn(judge, data, 'after the kill');
      for (const { task } of [...before, ...crowd.answered.values()]) {
        if (texts.has(task)) continue;
        judge.fail(
          `POST was answered with 201, and after the kill its task is not in the file: ${shownJson(task)}`,
          'answered-before-saved',
          {
            accepted: ['a file with every task whose POST was answered'],
            actual: `a file without ${shownJson(task)}`,
          },
        );
      }
      const again = await startAgain(judge, server, data, 'SIGKILL');
      const next = new TodoClient(judge, again);
      expectSurvived(judge, before, crowd, await next.list({ when: ' after the kill and a restart' }));
      const { id } = await next.add({ task: 'after the kill' }, { when: ' after the kill and a restart' });
      if ([...before, ...crowd.answered.values()].some((todo) => todo.id === id)) {
        judge.fail(
          `after the restart POST /todos was answered with the id ${id}, which another todo has`,
          'id-again',
          {
            accepted: ['an id that was never given'],
            actual: `the id ${id}`,
          },
        );
      }
      judge.observe();
    },
  },
];

/** Clients that POST one todo after the other, and who of them was answered. */
class Crowd {
  /** By task. */
  readonly answered = new Map<string, Todo>();
  readonly sent = new Set<string>();
  readonly #judge: Judge;
  readonly #server: ServerProgram;
  readonly #word: string;
  readonly #laterMs: number;
  /** No more is written: the server was killed, or the check has failed. */
  #over = false;
  #killed: Promise<unknown> | undefined;

  constructor(judge: Judge, server: ServerProgram) {
    this.#judge = judge;
    this.#server = server;
    this.#word = judge.draw('word', (random) => random.letters(8));
    this.#laterMs = judge.draw('later', (random) => random.integer(0, LATEST_MS));
  }

  /** Write, and kill the server at this answer. Meanwhile the file must be whole whenever one looks. */
  async writeUntilKilled(data: string, answers: number): Promise<void> {
    const writers = Array.from({ length: WRITERS }, (_, index) => this.#write(index + 1, answers));
    await Promise.all([...writers, this.#lookUntilOver(data)]);
    await this.#server.program.kill();
  }

  async #write(writer: number, killAt: number): Promise<void> {
    let peer: TcpPeer | undefined;
    let at = 0;
    for (let number = 1; !this.#over; number += 1) {
      const task = `${this.#word} ${writer}-${number}.`;
      if (peer === undefined) {
        peer = await this.#connect(`${writer}`);
        at = 0;
        if (peer === undefined) return;
      }
      this.sent.add(task);
      await peer.send(request('POST /todos', jsonBody({ task, completed: number % 2 === 0 })));
      const response = await this.#answer(peer, at);
      if (response === undefined) return;
      at = response.end;
      if (announcesClose(response)) {
        peer.vanish();
        peer = undefined;
      }
      this.#count(response, task, number % 2 === 0);
      if (this.answered.size >= killAt) await this.#kill();
    }
  }

  /** Undefined when the kill was faster. */
  async #connect(lane: string): Promise<TcpPeer | undefined> {
    try {
      return await connect(this.#judge, this.#server, { lane });
    } catch (failure) {
      if (this.#over) return undefined;
      throw failure;
    }
  }

  #kill(): Promise<unknown> {
    this.#killed ??= sleep(this.#laterMs).then(() => {
      this.#over = true;
      this.#judge.trace.judge('', `kills your server (SIGKILL) after ${this.answered.size} answers`);
      return this.#server.program.kill();
    });
    return this.#killed;
  }

  /** The next answer on a connection; undefined when the kill was faster. */
  async #answer(peer: TcpPeer, at: number): Promise<HttpResponse | undefined> {
    const read = (): ReturnType<typeof readResponse> =>
      readResponse(peer.received(), at, { method: 'POST' }, peer.ended === 'fin');
    await peer.settle(() => read().kind !== 'partial', MANY_SAVES_MS);
    const reading = read();
    if (reading.kind === 'complete') return reading.response;
    if (this.#over) return undefined;
    if (reading.kind === 'broken')
      return this.#judge.fail(`your server sent ${reading.finding.message}`, reading.finding.slug, {
        sent: [peer.sentExcerpt()],
      });
    return explainSilence(this.#judge, {
      program: this.#server.program,
      peer,
      awaited: `the response to POST /todos beside ${WRITERS - 1} other writers`,
      symptoms: {},
      evidence: {
        sent: [peer.sentExcerpt()],
        accepted: ['a 201 response to POST /todos'],
        actual: 'nothing',
      },
    });
  }

  #count({ status, body }: HttpResponse, task: string, completed: boolean): void {
    const reading = parseJson(body);
    const id = reading.kind === 'right' ? (reading.value as { id?: unknown } | null)?.id : undefined;
    if (status !== 201 || typeof id !== 'number') {
      this.#judge.fail(
        `POST /todos beside ${WRITERS - 1} other writers was answered with ${status}`,
        `status-${status}`,
        { accepted: ['a 201 response with the todo'], actual: `a ${status} response` },
      );
    }
    this.answered.set(task, { id, task, completed });
  }

  /** At no moment may the file be less than a whole document: a kill would leave it so. */
  async #lookUntilOver(data: string): Promise<void> {
    // There an open file cannot be replaced: to look is to disturb.
    if (process.platform === 'win32') return;
    let before: Uint8Array | undefined;
    while (!this.#over && this.#server.program.exit === undefined) {
      const bytes = readData(data);
      if (bytes === undefined || before === undefined || Buffer.compare(before, bytes) !== 0) {
        textsOf(this.#judge, bytes, 'while clients were writing,');
      }
      before = bytes;
      await sleep(1);
    }
  }
}

/** All that was in the list, all that was answered, and of what was not answered nothing but whole todos. */
function expectSurvived(judge: Judge, before: Todo[], crowd: Crowd, list: Todo[]): void {
  const byId = new Map(list.map((todo) => [todo.id, todo]));
  const must = [...before, ...crowd.answered.values()];
  for (const todo of must) {
    const found = byId.get(todo.id);
    if (found?.task === todo.task && found.completed === todo.completed) continue;
    const lost = found === undefined;
    judge.fail(
      lost
        ? `todo ${todo.id} was answered, and after the kill and a restart it is not in the list`
        : `todo ${todo.id} was ${shownJson(todo)}, and after the kill and a restart it is ${shownJson(found)}`,
      lost ? 'not-served' : 'torn-todo',
      { accepted: [`${shownJson(todo)} in the list`], actual: lost ? 'a list without it' : shownJson(found) },
    );
  }
  const known = new Set(must.map(({ id }) => id));
  const sent = new Set([...crowd.sent].filter((task) => !crowd.answered.has(task)));
  for (const todo of list) {
    if (known.has(todo.id)) continue;
    // Each was sent once, so it is there once at most.
    if (!sent.delete(todo.task)) {
      judge.fail(
        `after the kill and a restart there is a todo that no client has sent: ${shownJson(todo)}`,
        'torn-todo',
        {
          accepted: ['the todos that were answered, and perhaps some that were not, whole'],
          actual: shownJson(todo),
        },
      );
    }
  }
  judge.observe();
}
