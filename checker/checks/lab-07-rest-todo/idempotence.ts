/** Step 4: PUT is idempotent, POST is not. */

import { shownJson } from '../../peer/json.ts';
import type { Check } from '../../run/check.ts';
import { request } from '../lab-06-http-server/requests.ts';
import { notATodo, notJson, wrongTypes } from './bad-bodies.ts';
import { atOnce, describeChange, jsonBody, readTodo, type Todo, TodoClient, todoHints } from './todos.ts';

/** Clients that PUT to one todo at once. */
const WRITERS = 24;

export const idempotence: Check[] = [
  {
    id: 'lab-07/put',
    step: 4,
    title: 'PUT replaces: the todo is afterwards what the body says',
    rule: 'README, step 4',
    quote: 'PUT replaces: the todo is afterwards what the body says.',
    level: 'lab',
    needs: ['lab-07/add'],
    hints: todoHints({
      'status-404': 'The todo is there. Is the id from the path a text, and the one in the list a number?',
      'status-405': 'A todo can be replaced: PUT is one of its methods.',
      'status-201': 'Nothing was created here: the todo was there before. 200 with the todo, or 204.',
      'id-twice':
        'The PUT has added the todo once more, and the old one is still there. Put the new one in its place.',
      'status-400':
        'A 400 says that the body is wrong, and it is right: both members are there. false and the empty string are values too: what does ! make of them?',
      'extra-todo': 'The PUT has added a todo instead of replacing the one that its path names.',
      'missing-todo': 'The todo that was replaced is gone from the list.',
      'changed-todo':
        'The PUT was answered, and the list has another todo than the body said. Which of the two members does it write, and into what?',
      'other-completed':
        'The todo has another completed than the body said. false is a value too: what does || make of it?',
      'other-task':
        'The todo has another task than the body said. An empty one is a task too: what does || make of it?',
      otherwise: 'Find the todo, give it the task and the completed of the body, keep its id and its place.',
    }),
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      const words = judge.draw('words', (random) => [random.letters(7), random.letters(9)]) as [
        string,
        string,
      ];
      const before = await client.list();
      const first = await client.add({ task: words[0], completed: true });
      const other = await client.add({ task: `${words[0]} beside it` });
      for (const [task, completed] of [
        [words[1], false],
        ['', true],
        [words[0], true],
        ['', false],
      ] as const) {
        const todo = { id: first.id, task, completed };
        await client.put(todo);
        const when = ` after a PUT of ${shownJson({ task, completed })}`;
        await client.expectList([...before, todo, other], {}, { when });
        await client.expectTodo(todo, { when });
      }
    },
  },
  {
    id: 'lab-07/put-missing-member',
    step: 4,
    title: 'a PUT in which a member is missing is 400, and changes nothing',
    rule: 'README, step 4',
    quote:
      'So a PUT in which `task` or `completed` is missing is 400; there is nothing that it could be replaced by.',
    level: 'lab',
    needs: ['lab-07/put'],
    hints: todoHints({
      taken:
        'PUT replaces the whole todo, and a part of it is missing in the body. What became of that part: did it stay, or is it undefined now?',
      'task-missing': 'The PUT has written undefined as the task, and JSON leaves out what is undefined.',
      'completed-missing':
        'The PUT has written undefined as completed, and JSON leaves out what is undefined.',
      otherwise: 'In a PUT both members must be there; only a POST may leave completed out.',
    }),
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      const task = judge.draw('task', (random) => random.letters(6));
      const { id } = await client.add({ task, completed: true });
      const line = `PUT /todos/${id}`;
      await client.expectRefused(
        [{ task: `${task}2` }, { completed: false }, {}, { id, done: true }].map((members) => ({
          line,
          why: `of ${JSON.stringify(members)}`,
          parts: jsonBody(members),
        })),
        400,
      );
    },
  },
  {
    id: 'lab-07/put-body',
    step: 4,
    title: 'the body of a PUT is looked at as that of a POST is',
    rule: 'README, step 2',
    quote: 'A body comes from a stranger. Look at all of it before you use any of it.',
    level: 'lab',
    needs: ['lab-07/put', 'lab-07/media-type', 'lab-07/not-json', 'lab-07/not-a-todo'],
    hints: todoHints({
      taken:
        'A POST with this body is refused, and a PUT is not. Let both use the same function that looks at a body.',
      'similar-type': 'A POST of this type is refused, and a PUT is not. Let both use the same function.',
      'task-unchecked':
        'A POST with such a task is refused, and a PUT is not. Let both use the same function.',
      'completed-unchecked':
        'A POST with such a completed is refused, and a PUT is not. Let both use the same function.',
      'id-taken': 'The path says which todo a PUT means, and it keeps its id. An id in the body is ignored.',
      'id-twice': 'The path says which todo a PUT means, and it keeps its id. An id in the body is ignored.',
      'other-member':
        'A member that you do not know came back, so it is stored. Build the todo from the members that you have looked at, instead of copying the body.',
      otherwise:
        'One function looks at a body, for POST and for PUT. They differ only in what may be left out.',
    }),
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      const [name, task] = judge.draw('words', (random) => [random.letters(7), random.letters(6)]) as [
        string,
        string,
      ];
      const number = judge.draw('number', (random) => random.integer(2, 99));
      const before = await client.list();
      const first = await client.add({ task: `${task}, the first` });
      const other = await client.add({ task: `${task}, another one` });
      const line = `PUT /todos/${first.id}`;
      await client.expectRefused(wrongTypes(line, task), 415);
      await client.expectRefused([...notJson(line, task), ...notATodo(line, task, number)], 400);
      const changed = { id: first.id, task: `${task}, changed`, completed: true };
      const members = { [name]: { task: 'x' }, ...changed, id: other.id };
      const to = `${line} of ${JSON.stringify(members)}`;
      await client.ask(request(line, jsonBody(members)), { to, status: [200, 204] });
      const wrong = { changed: 'id-taken', missing: 'id-taken', extra: 'id-taken' };
      await client.expectList([...before, changed, other], wrong, { when: ` after ${to}` });
    },
  },
  {
    id: 'lab-07/put-twice',
    step: 4,
    title: 'the same PUT twice does what it does once',
    rule: 'README, step 4',
    quote: 'The same PUT twice is answered the same way twice, and leaves the same list as once.',
    level: 'lab',
    needs: ['lab-07/put'],
    hints: todoHints({
      'other-answer':
        'The second PUT was answered in another way than the first, although it asks for the same. What in your server remembers the first?',
      'other-list': 'The second PUT has changed the list once more, although it asks for the same.',
      'status-404':
        'The second PUT does not find the todo that the first one has found. Did the first one take it away, or give it another id?',
      'status-400':
        'The second PUT was refused, and the first one was not. A todo may be replaced by the same.',
      'status-409': 'Nothing is in conflict when the same is asked for twice.',
      otherwise: 'Let PUT set what the body says, and look at nothing of what was there before.',
    }),
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      const task = judge.draw('task', (random) => random.letters(9));
      const { id } = await client.add({ task: `${task}, at first` });
      const todo: Todo = { id, task, completed: true };
      const first = await client.put(todo);
      const once = await client.list();
      const second = await client.put(todo, {
        when: ' once more',
        symptoms: [{ slug: 'other-answer', when: ({ status }) => ![400, 404, 409, 500].includes(status) }],
      });
      const twice = await client.list();
      if (second.status !== first.status) {
        client.http.fail(
          `the same PUT was answered with ${first.status}, and then with ${second.status}`,
          'other-answer',
          [`a ${first.status} response, as before`],
          second,
        );
      }
      const change = describeChange(once, twice);
      if (change !== undefined) {
        judge.fail(`after the same PUT again ${change.text}`, 'other-list', {
          accepted: ['the same list as after the first PUT'],
          actual: change.text,
        });
      }
      judge.observe();
    },
  },
  {
    id: 'lab-07/post-twice',
    step: 4,
    title: 'the same POST twice makes two todos',
    rule: 'README, step 4',
    quote: 'The same POST twice makes two todos, with two ids.',
    level: 'lab',
    needs: ['lab-07/add'],
    hints: todoHints({
      'same-id':
        'The second POST got the id of the first todo. POST makes a new todo each time, whatever is in the list.',
      'status-200': 'The second POST makes a todo as the first did: 201.',
      'status-409': 'Two todos may have the same task. POST makes a new one each time.',
      'status-400': 'Two todos may have the same task. POST makes a new one each time.',
      'missing-todo': 'Two POSTs were answered, and the list does not have both todos.',
      otherwise: 'A POST is never compared with what is there: each one adds.',
    }),
    async run(judge) {
      const client = new TodoClient(judge, await judge.server());
      const task = judge.draw('task', (random) => random.letters(9));
      const before = await client.list();
      const first = await client.add({ task });
      const second = await client.add({ task }, { when: ' once more' });
      if (first.id === second.id) {
        judge.fail(`the same POST twice was answered with the id ${first.id} twice`, 'same-id', {
          accepted: ['two todos, with two ids'],
          actual: `two answers with the id ${first.id}`,
        });
      }
      await client.expectList([...before, first, second], {}, { when: ' after the same POST twice' });
    },
  },
  {
    id: 'lab-07/put-at-once',
    step: 4,
    title: `${WRITERS} PUTs to one todo at once leave one of them, whole`,
    rule: 'README, step 4',
    quote:
      'When several clients PUT to the same todo at once, it is afterwards what one of them sent, whole: never the task of one and the `completed` of another.',
    level: 'lab',
    needs: ['lab-07/put'],
    hints: todoHints({
      mixed:
        'The todo has the task of one PUT and the completed of another. Both are set in one go, with nothing awaited in between.',
      'not-sent': 'The todo is afterwards something that nobody has sent.',
      'status-404':
        'While one PUT was under way another one did not find the todo. It must be in the list at every moment: replace it in one go, with nothing awaited between taking the old one out and putting the new one in.',
      'extra-todo':
        'The list has one todo more than before, and a PUT adds none. What happens between looking for the place and writing there?',
      'missing-todo':
        'A todo is gone from the list, and a PUT takes none away. What happens between looking for the place and writing there?',
      'status-500':
        'PUTs at once went wrong that go right one by one. What do they share: the list while it is changed, or the file while it is written?',
      otherwise: 'Whatever is awaited, another request may run meanwhile. Change the list in one go.',
    }),
    async run(judge) {
      const server = await judge.server();
      const client = new TodoClient(judge, server);
      const words = judge.draw('words', (random) => Array.from({ length: WRITERS }, () => random.letters(6)));
      const before = await client.list();
      const { id } = await client.add({ task: 'at first' });
      const neighbour = await client.add({ task: 'beside it' });
      const puts = words.map((task, index) => ({ id, task: `${task} ${index}`, completed: index % 2 === 0 }));
      const writers = puts.map((_, index) => new TodoClient(judge, server, `${index + 1}`));
      await Promise.all(writers.map((writer) => writer.open()));
      const expectSent = (todo: Todo, where: string): void => {
        const sent = puts.find(({ task }) => task === todo.task);
        if (sent?.completed === todo.completed && todo.id === id) return;
        const symptom = sent === undefined ? 'not-sent' : todo.id === id ? 'mixed' : 'other-id';
        judge.fail(`${where} is ${shownJson(todo)}`, symptom, {
          accepted: ['the task and the completed of one of the PUTs'],
          actual: shownJson(todo),
        });
      };
      await atOnce(writers, async (writer, index, after) => {
        const { task, completed } = puts[index]!;
        const to = `PUT /todos/${id} beside ${WRITERS - 1} others`;
        const bytes = request(`PUT /todos/${id}`, jsonBody({ task, completed }));
        const response = await writer.ask(bytes, { to, status: [200, 204], after });
        if (response.status === 200) expectSent(readTodo(writer.http, response, to), `the answer to ${to}`);
      });
      const after = await client.list();
      const todo = after.find((one) => one.id === id);
      if (todo !== undefined) expectSent(todo, 'the todo that all of them have replaced');
      await client.expectList(
        [...before, todo ?? { id, task: puts[0]!.task, completed: true }, neighbour],
        {},
        {
          when: ` after ${WRITERS} PUTs at once`,
        },
      );
    },
  },
];
