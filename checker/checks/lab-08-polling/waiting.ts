/** Steps 2 and 3: long polls, and that nothing is lost between two of them. */

import { HttpPeer } from '../../peer/http.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { request } from '../lab-06-http-server/requests.ts';
import { BoardClient, boardHints, postRequest } from './board.ts';
import type { Message } from './polls.ts';

/** A timer of Node fires 1 ms early at times. */
const EARLY_MS = 2;
const ROUNDS = 50;

export const WAIT_HINTS = {
  held: 'There is news for this poll, and it is held. Look at what you have before you wait.',
  unanswered:
    'A message came that this poll waits for, and it was not answered. What does a post do with those that wait?',
  'no-timeout': 'The timeout is over, and the poll still waits: 204.',
  early:
    'The poll was answered before its timeout, without news. timeout is in seconds, a timer of Node in milliseconds.',
  'timeout-capped':
    'A poll with a very long timeout was answered at once. More than 60 s counts as 60; a timer of Node that gets more than 2^31-1 ms fires after 1.',
};

export const waiting: Check[] = [
  {
    id: 'lab-08/wait-news',
    step: 2,
    title: 'a long poll is answered at once when there is news',
    rule: 'README, step 2',
    quote: '`GET /messages/wait` answers at once when there is news already',
    level: 'lab',
    needs: ['lab-08/since'],
    hints: boardHints({
      ...WAIT_HINTS,
      waiting: WAIT_HINTS.held,
      otherwise: 'A long poll begins as a short one: only where that finds nothing it waits.',
    }),
    async run(judge) {
      const client = new BoardClient(judge, await judge.server());
      const since = await client.last();
      const posted: Message[] = [];
      for (const text of ['one', 'two', 'three']) {
        posted.push(await client.post(text));
        const last = posted.at(-1)!.id;
        await client.poll(`/messages/wait?since=${since}&timeout=50`, posted, last);
        await client.poll(`/messages/wait?since=${last - 1}`, posted.slice(-1), last);
      }
    },
  },
  {
    id: 'lab-08/wait-post',
    step: 2,
    title: 'a long poll without news is held, and answered by the next post',
    rule: 'README, step 2',
    quote:
      'When there is none, it waits. The next message that is greater than `since` is the answer, as soon as it is posted.',
    level: 'lab',
    needs: ['lab-08/since'],
    hints: boardHints({
      ...WAIT_HINTS,
      waiting: WAIT_HINTS.unanswered,
      'status-204':
        'The poll was answered with 204 before its timeout, and a message came while it should have waited.',
      otherwise:
        'Keep what waits in a list; a post answers all whose since is less than its id, and takes them out.',
    }),
    async run(judge) {
      const server = await judge.server();
      const [reader, writer] = [new BoardClient(judge, server, 'A'), new BoardClient(judge, server, 'B')];
      let last = await writer.last();
      for (const seconds of [40, 50]) {
        const target = `/messages/wait?since=${last}&timeout=${seconds}`;
        last = await heldUntilPosted(judge, { reader, writer, target, last });
      }
    },
  },
  {
    id: 'lab-08/wait-timeout',
    step: 2,
    title: 'a long poll without news is answered with 204 at its timeout',
    rule: 'README, step 2',
    quote: 'When the timeout is over and there is no news, it answers 204, without a body, and not before.',
    level: 'lab',
    needs: ['lab-08/since'],
    hints: boardHints({
      ...WAIT_HINTS,
      waiting: WAIT_HINTS['no-timeout'],
      'status-200': 'There is no news, and the answer says 200. At the timeout it is 204, without a body.',
      otherwise:
        'A timer beside each poll that waits; the answer stops the timer, the timer takes the poll out of the list.',
    }),
    async run(judge) {
      const client = new BoardClient(judge, await judge.server());
      const last = await client.last();
      const fraction = judge.draw('ms', (random) => random.integer(120, 250)) / 1000;
      for (const seconds of ['0', '0.0', `${fraction}`, '0.05']) {
        const target = `/messages/wait?since=${last}&timeout=${seconds}`;
        const askedAt = performance.now();
        await client.ask(request(`GET ${target}`), {
          to: `GET ${target}`,
          status: 204,
          limitMs: 5000,
        });
        // Counted from before the request was sent: the judge's own delays make it longer, never shorter.
        const tookMs = performance.now() - askedAt;
        if (tookMs < Number(seconds) * 1000 - EARLY_MS) {
          judge.fail(`your server answered GET ${target} after ${Math.round(tookMs)} ms`, 'early', {
            ...client.http.evidence([`a 204 after ${seconds} s`], `a 204 after ${Math.round(tookMs)} ms`),
          });
        }
      }
    },
  },
  {
    id: 'lab-08/wait-how-long',
    step: 2,
    title: 'timeout may be left out, have a fraction, or be very long: the poll is held',
    rule: 'README, the contract',
    quote: 'Where `timeout` is left out it is 30, and more than 60 counts as 60.',
    level: 'lab',
    needs: ['lab-08/wait-post', 'lab-08/wait-timeout'],
    hints: boardHints({
      ...WAIT_HINTS,
      waiting: WAIT_HINTS.unanswered,
      'default-timeout':
        'A poll without timeout was answered at once, and there was no news. Where timeout is left out it is 30 s.',
      fraction:
        'A timeout with a fraction, such as 30.5, is a number of seconds as any other: the poll is held.',
      otherwise: 'Where timeout is left out it is 30; more than 60 is 60; a fraction is a fraction.',
    }),
    async run(judge) {
      const server = await judge.server();
      const [reader, writer] = [new BoardClient(judge, server, 'A'), new BoardClient(judge, server, 'B')];
      let last = await writer.last();
      for (const [query, symptom] of [
        ['', 'default-timeout'],
        ['&timeout=30.5', 'fraction'],
        ['&timeout=100000', 'timeout-capped'],
        ['&timeout=60000000', 'timeout-capped'],
      ] as const) {
        const target = `/messages/wait?since=${last}${query}`;
        last = await heldUntilPosted(judge, { reader, writer, target, last }, symptom);
      }
    },
  },
  {
    id: 'lab-08/timeout-wrong',
    step: 2,
    title: 'timeout that is no number, or negative, is answered with 400',
    rule: 'README, the contract',
    quote: 'What is negative or no number is 400: `-1`, `abc`, `1s`, and nothing at all, as in `timeout=`.',
    level: 'lab',
    needs: ['lab-08/wait-timeout'],
    hints: boardHints({
      waiting: 'This timeout is no number of seconds, and the poll is held for it.',
      'status-204': 'This timeout is no number of seconds, and it was taken for one.',
      otherwise: 'Look at timeout before you make a number of it, and at its sign.',
    }),
    async run(judge) {
      const client = new BoardClient(judge, await judge.server());
      const last = await client.last();
      for (const seconds of ['-1', 'abc', '1s', '', '1,5', '-0.5', 'NaN']) {
        const target = `/messages/wait?since=${last}&timeout=${seconds}`;
        await client.ask(request(`GET ${target}`), { to: `GET ${target}`, status: 400 });
      }
    },
  },
  {
    id: 'lab-08/wait-beyond',
    step: 2,
    title: 'a long poll that is ahead of the board waits for a greater id',
    rule: 'README, step 2',
    quote:
      'A `since` that lies beyond the last id waits until there is a greater one: posts up to `since` do not answer it.',
    level: 'lab',
    needs: ['lab-08/wait-post'],
    hints: boardHints({
      waiting: WAIT_HINTS.unanswered,
      otherwise: 'A post answers those whose since is less than its id. The others go on waiting.',
    }),
    async run(judge) {
      const server = await judge.server();
      const [reader, writer] = [new BoardClient(judge, server, 'A'), new BoardClient(judge, server, 'B')];
      const since = (await writer.last()) + 2;
      const target = `/messages/wait?since=${since}&timeout=50`;
      await reader.begin(target, writer);
      await writer.post('one');
      await writer.post('two');
      await writer.poll(`/messages?since=${since}`, [], since, { when: ', while a poll waits' });
      reader.http.expectNothingYet(
        `when message ${since} was posted, and its since was ${since}`,
        'not-held',
      );
      const message = await writer.post('three');
      await reader.expectMessages(target, [message], since + 1, { when: ', after three posts' });
    },
  },
  {
    id: 'lab-08/between-polls',
    step: 3,
    title: 'what is posted between two long polls is not lost',
    rule: 'README, step 3',
    quote: 'What is posted then is answered to the next poll, at once and in order.',
    level: 'lab',
    needs: ['lab-08/wait-post'],
    hints: boardHints({
      lost: 'Messages came between two polls, and the next poll does not have them. A server that tells only those who wait in that moment loses them: compare since with the messages that it keeps.',
      waiting: 'Messages came between two polls, and the next poll waits instead of getting them.',
      otherwise:
        'Each poll says what its client has. All that is newer belongs into the answer, whenever it came.',
    }),
    async run(judge) {
      const server = await judge.server();
      const [reader, writer] = [new BoardClient(judge, server, 'A'), new BoardClient(judge, server, 'B')];
      let since = await writer.last();
      for (const between of [1, judge.draw('between', (random) => random.integer(2, 9))]) {
        const target = `/messages/wait?since=${since}&timeout=50`;
        await reader.begin(target, writer);
        const first = await writer.post('to the one who waits');
        await reader.expectMessages(target, [first], first.id, { when: ', after the post' });
        const missed: Message[] = [];
        for (let n = 1; n <= between; n += 1) missed.push(await writer.post(`between ${n}`));
        since = first.id + between;
        await reader.poll(`/messages/wait?since=${first.id}&timeout=50`, missed, since, {
          when: `, after ${between} post${between === 1 ? '' : 's'} between two polls`,
          missing: 'lost',
          silence: { waiting: 'lost' },
        });
      }
    },
  },
  {
    id: 'lab-08/two-posts',
    step: 3,
    title: 'two posts in one segment answer a waiting poll once, and lose nothing',
    rule: 'README, step 3',
    quote:
      'Each poll is answered once, with one response, although two messages are posted in the same moment.',
    level: 'lab',
    needs: ['lab-08/wait-post'],
    hints: boardHints({
      'no-status-line':
        'After the answer to a poll came bytes that nobody asked for. Was it answered a second time?',
      'extra-bytes':
        'After the answer to a poll came bytes that nobody asked for. Was it answered a second time?',
      crashed:
        'Two posts came in one turn of the event loop, and your server ended. A poll that was answered must leave the list before the next post looks at it.',
      waiting: 'The poll was answered with the first message, and the second one never came to its client.',
      otherwise:
        'Answering takes a poll out of the list, in the same turn. What the answer did not have the next poll gets.',
    }),
    async run(judge) {
      const server = await judge.server();
      const writer = new BoardClient(judge, server, 'writer');
      for (let round = 0; round < 5; round += 1) {
        const last = await writer.last();
        const reader = new BoardClient(judge, server, `reader ${round + 1}`);
        const target = `/messages/wait?since=${last}&timeout=50`;
        await reader.begin(target, writer);
        const texts = [`first of ${round}`, `second of ${round}`];
        const http = await HttpPeer.connect(judge, server, { lane: `two posts ${round + 1}` });
        await http.send(Buffer.concat(texts.map((text) => postRequest(text))), { requests: 2 });
        for (const n of ['first', 'second'])
          await http.expectResponse({ to: `POST /messages, the ${n} of two`, status: 201 });
        http.tcp.vanish();
        const both = texts.map((text, index): Message => ({ id: last + 1 + index, text }));
        // One of them, or both: in one answer.
        const { messages } = await reader.expectMessages(target, undefined, undefined, {
          when: ', after two posts',
        });
        const came = both.slice(0, Math.max(1, messages.length));
        if (JSON.stringify(messages.map(({ id, text }) => ({ id, text }))) !== JSON.stringify(came)) {
          judge.fail(
            `the poll got other messages than were posted, after two posts`,
            'message-missing',
            reader.http.evidence([`the message ${last + 1}, or both`], JSON.stringify(messages)),
          );
        }
        const since = last + came.length;
        await reader.poll(`/messages?since=${since}`, both.slice(came.length), last + 2, {
          when: ', behind it on the same connection',
        });
      }
    },
  },
  {
    id: 'lab-08/sequence',
    step: 3,
    title: 'a client that is cut off 50 times sees every message once and in order',
    rule: 'README, step 3',
    quote: 'nothing is lost, nothing comes twice',
    level: 'lab',
    points: 2,
    needs: ['lab-08/between-polls'],
    hints: boardHints({
      lost: 'A message was sent on a connection that broke, and for the next poll it is gone. What was written has not arrived: only since tells what the client has.',
      crashed: 'A client went away while it waited, and the server with it.',
      waiting: 'There is news for this poll, and it is held.',
      otherwise:
        'Whatever was sent before, the answer is made from since and from the messages that are kept.',
    }),
    async run(judge) {
      const server = await judge.server();
      const writer = new BoardClient(judge, server, 'writer');
      const first = await writer.last();
      const ways = judge.draw('ways', (random) => Array.from({ length: ROUNDS }, () => random.integer(0, 4)));
      const posted: Message[] = [];
      let since = first;
      for (const [round, way] of ways.entries()) {
        const reader = new BoardClient(judge, server, `cut ${round + 1}`);
        const target = `/messages/wait?since=${since}&timeout=50`;
        const post = async () => posted.push(await writer.post(`message ${posted.length + 1}`));
        if (way === 0) {
          // Gone while it waits, and then there is news.
          await reader.begin(target, writer);
          reader.http.tcp.reset();
          await post();
        } else if (way === 1) {
          // News while it waits; gone before it has looked at it.
          await reader.begin(target, writer);
          await post();
          reader.http.tcp.vanish();
        } else if (way === 2) {
          // Gone in the middle of its request.
          await reader.send(request(`GET ${target}`).subarray(0, 20));
          await writer.last();
          reader.http.tcp.reset();
          await post();
        } else {
          await post();
          const fresh = posted.filter(({ id }) => id > since);
          await reader.poll(target, fresh, first + posted.length, {
            when: `, after ${round} cuts`,
            missing: 'lost',
            silence: { waiting: 'lost' },
          });
          since = first + posted.length;
          if (way === 3) reader.http.tcp.reset();
          else reader.http.tcp.vanish();
        }
      }
      await writer.poll(`/messages?since=${first}`, posted, first + posted.length, {
        when: ', at the end',
        missing: 'lost',
      });
    },
  },
];

interface Held {
  reader: BoardClient;
  writer: BoardClient;
  target: string;
  last: number;
}

/** A poll is held, and the next post answers it. The new last id. */
async function heldUntilPosted(
  judge: Judge,
  { reader, writer, target, last }: Held,
  symptom = 'not-held',
): Promise<number> {
  await reader.begin(target, writer);
  // Time for a timer that fires at once.
  for (let n = 0; n < 3; n += 1)
    await writer.poll(`/messages?since=${last}`, [], last, { when: ', while a poll waits' });
  reader.http.expectNothingYet('and there was no news', symptom);
  const text = judge.draw(`text for ${target}`, (random) => random.letters(6));
  const message = await writer.post(text, { when: ', while a poll waits' });
  await reader.expectMessages(target, [message], message.id, {
    when: ', after the post',
    ...(symptom !== 'not-held' && { otherStatus: symptom }),
  });
  return message.id;
}
