/** Steps 4 and 6: every waiting client gets the message, and one that went away is forgotten. */
import { readdirSync } from 'node:fs';
import { kernelTells, tcpConnectionEnds, unreadAt } from '../../drive/kernel-sockets.ts';
import { sleep, waitUntil } from '../../drive/waiting.ts';
import type { Route } from '../../peer/delivery.ts';
import { HttpPeer } from '../../peer/http.ts';
import { readJson } from '../../peer/json.ts';
import { explainSilence } from '../../peer/silence.ts';
import type { Check } from '../../run/check.ts';
import { request } from '../lab-06-http-server/requests.ts';
import { MIB, memoryOf } from '../memory.ts';
import { BoardClient, boardHints, type Reply } from './board.ts';
import { WAIT_HINTS } from './waiting.ts';

const THOUSAND = 1000;
const AT_A_TIME = 100;
const LEAK_ROUNDS = 4;
const LEAK_CLIENTS = 100;
const LEAK_AT_A_TIME = 25;
/** How long the server may take to notice that its clients are gone, on a machine that is slow. */
const FORGOTTEN_MS = 10_000;
/** What a program may open for itself meanwhile. */
const SPARE_DESCRIPTORS = 2;
/** Together 12 KB, and each within what lab 05 takes. */
const PADDING: [name: string, value: string][] = ['X-Padding', 'X-More'].map((name) => [
  name,
  'x'.repeat(6000),
]);
const ALL_ANSWERED_MS = 10_000;
/** Of 300 clients, after the first 100: the garbage of their requests is less than half of it. */
const LEAK_BOUND = 20 * MIB;

export const everyone: Check[] = [
  {
    id: 'lab-08/all-waiting',
    step: 4,
    title: 'one post answers all polls that wait for it, and no other',
    rule: 'README, step 4',
    quote: 'Every client that waits gets the message, and each gets all that is behind its own `since`.',
    level: 'lab',
    needs: ['lab-08/wait-post'],
    hints: boardHints({
      'one-only':
        'Several polls wait, and only some of them got the message. News is for everybody who waits: answer all of them, not the first, and do not change a list while you go through it.',
      otherwise: 'Go through all that wait. Each gets what is newer than its own since.',
    }),
    async run(judge) {
      const server = await judge.server();
      const writer = new BoardClient(judge, server, 'writer');
      const last = await writer.last();
      const readers = Array.from({ length: 7 }, (_, index) => ({
        client: new BoardClient(judge, server, `reader ${index + 1}`),
        target: `/messages/wait?since=${last + (index === 3 ? 1 : 0)}&timeout=${20 + index}`,
      }));
      for (const { client, target } of readers) await client.begin(target);
      await writer.comeBehind();
      const message = await writer.post('for all');
      for (const [index, { client, target }] of readers.entries()) {
        if (index === 3) continue;
        await client.expectMessages(target, [message], message.id, {
          when: `, one of ${readers.length} that wait`,
          silence: { waiting: 'one-only' },
        });
      }
      readers[3]!.client.http.expectNothingYet('and its since was the id of the new message', 'not-held');
      const next = await writer.post('for the one who still waits');
      await readers[3]!.client.expectMessages(readers[3]!.target, [next], next.id, {
        silence: { waiting: 'one-only' },
      });
    },
  },
  {
    id: 'lab-08/answered-once',
    step: 4,
    title: 'a poll that got its 204, or its message, is not answered again',
    rule: 'README, step 3',
    quote: 'Each poll is answered once, with one response',
    level: 'lab',
    needs: ['lab-08/wait-post', 'lab-08/wait-timeout'],
    hints: boardHints({
      'extra-bytes':
        'A poll was answered, and later once more. The timer and the post both answer: whoever comes first has to stop the other.',
      'no-status-line': 'A poll was answered, and later once more.',
      crashed:
        'A poll was answered a second time, and that ended your server. The timer and the post both answer: whoever comes first has to stop the other.',
      otherwise: 'An answer takes the poll out of the list, and stops its timer.',
    }),
    async run(judge) {
      const server = await judge.server();
      const [reader, writer] = [new BoardClient(judge, server, 'A'), new BoardClient(judge, server, 'B')];
      const last = await writer.last();
      const timed = `/messages/wait?since=${last}&timeout=0.05`;
      await reader.ask(request(`GET ${timed}`), { to: `GET ${timed}`, status: 204 });
      const message = await writer.post('after the timeout');
      await reader.poll(`/messages?since=${last}`, [message], message.id, {
        when: ', behind a 204 on the same connection',
      });
      // The other way round: the post first, then the time of the timer.
      const short = `/messages/wait?since=${message.id}&timeout=0.3`;
      await reader.begin(short, writer);
      const next = await writer.post('before the timeout');
      const response = await reader.expect({ to: `GET ${short}`, status: [200, 204] });
      // On a machine that is very slow the timer was first.
      if (response.status === 204) judge.trace.note('the timeout came before the post');
      await sleep(350);
      await reader.poll(`/messages?since=${message.id}`, [next], next.id, {
        when: ', after the time of the timeout, on the same connection',
      });
    },
  },
  {
    id: 'lab-08/client-gone',
    step: 4,
    title: 'clients that went away while they waited keep nobody from the news',
    rule: 'README, step 4',
    quote: 'The others get their messages as if it had never been there.',
    level: 'lab',
    needs: ['lab-08/all-waiting'],
    hints: boardHints({
      crashed:
        'A client went away while it waited, and the answer to it ended your server. Who is gone is taken out of the list; an error of one connection is its own.',
      waiting: 'Some of those that waited were gone, and another one did not get its message.',
      otherwise:
        'request.signal tells when the client is gone: then its poll leaves the list, and its timer stops.',
    }),
    async run(judge) {
      const server = await judge.server();
      const writer = new BoardClient(judge, server, 'writer');
      const last = await writer.last();
      const target = `/messages/wait?since=${last}&timeout=50`;
      const readers = Array.from(
        { length: 9 },
        (_, index) => new BoardClient(judge, server, `reader ${index + 1}`),
      );
      for (const reader of readers) await reader.begin(target);
      await writer.comeBehind();
      for (const [index, { http }] of readers.entries()) {
        if (index % 3 === 0) http.tcp.reset();
        if (index % 3 === 1) http.tcp.vanish();
        // The server knows that these are gone when the message comes, and not yet that the last ones are.
        if (index === 5) await writer.comeBehind();
      }
      const message = await writer.post('for those who are left', { when: ', after clients had gone' });
      for (const [index, reader] of readers.entries()) {
        if (index % 3 === 2)
          await reader.expectMessages(target, [message], message.id, {
            when: ', beside clients that are gone',
          });
      }
      await writer.poll(`/messages?since=${last}`, [message], message.id, {
        when: ', after clients had gone',
      });
    },
  },
  {
    id: 'lab-08/forgotten',
    step: 4,
    program: 'own',
    title: 'nothing is kept of clients that went away',
    rule: 'README, step 4',
    quote:
      'A client that went away while it waited is forgotten: its connection is closed, and nothing of it is kept.',
    level: 'lab',
    needs: ['lab-08/client-gone'],
    lacks: ({ platform }) =>
      platform === 'linux' && kernelTells
        ? undefined
        : 'only Linux tells which descriptors another process holds',
    hints: boardHints({
      'descriptors-kept':
        'The clients are gone, and your server still holds their connections open. Each of them was reset (RST). What does your server do when a connection closes while its poll waits?',
      'memory-kept':
        'The clients are gone, and the memory that they took is not. What still refers to them: a list, a timer, a listener?',
      otherwise: 'When the client is gone: out of the list, stop the timer, let go of the response.',
    }),
    async run(judge) {
      const server = await judge.startServer();
      const { pid } = server.program;
      const writer = new BoardClient(judge, server, 'writer');
      const last = await writer.last();
      const held = (): number => readdirSync(`/proc/${pid}/fd`).length;
      const atFirst = held();
      let level = 0;
      for (let round = 1; round <= LEAK_ROUNDS; round += 1) {
        const clients = await comeAndWait(round);
        for (const { tcp } of clients) tcp.reset();
        await waitUntil(
          () => held() <= atFirst + SPARE_DESCRIPTORS,
          () => sleep(5),
          FORGOTTEN_MS,
        );
        const kept = held() - atFirst;
        if (kept > SPARE_DESCRIPTORS) {
          judge.fail(
            `your server still holds ${kept} descriptors of ${LEAK_CLIENTS} clients that are gone`,
            'descriptors-kept',
            {
              accepted: ['as many open descriptors as before they came'],
              actual: `${kept} more`,
            },
          );
        }
        judge.observe();
        // What the first ones cost is what any client costs a server that has just begun.
        if (round === 1) level = memoryOf(server);
      }
      const grown = memoryOf(server) - level;
      judge.trace.note(`memory grew by ${(grown / MIB).toFixed(1)} MiB`);
      if (grown > LEAK_BOUND) {
        judge.fail(
          `your server keeps ${Math.round(grown / MIB)} MiB of clients that are gone`,
          'memory-kept',
          {
            accepted: [`at most ${LEAK_BOUND / MIB} MiB more than after the first ${LEAK_CLIENTS}`],
            actual: `${Math.round(grown / MIB)} MiB more`,
          },
        );
      }
      await writer.post('after all', { when: ', after 400 clients had gone' });

      /** Clients whose polls the server has read. */
      async function comeAndWait(round: number): Promise<HttpPeer[]> {
        const clients: HttpPeer[] = [];
        while (clients.length < LEAK_CLIENTS) {
          const some = Array.from({ length: LEAK_AT_A_TIME }, async () => {
            const http = await HttpPeer.connect(judge, server, { lane: `client of round ${round}` });
            await http.send(request(`GET /messages/wait?since=${last}&timeout=60`, { fields: PADDING }));
            return http;
          });
          clients.push(...(await Promise.all(some)));
        }
        await writer.poll(`/messages?since=${last}`, [], last);
        // A reset that comes before the request was read looks like a FIN to Node, and who has sent a FIN may still want
        // its answer (RFC 9112 §9.6). So each of them must have been read first.
        await waitUntil(
          () => unreadAt(server.port) === 0,
          () => sleep(5),
          FORGOTTEN_MS,
        );
        return clients;
      }
    },
  },
  {
    id: 'lab-08/thousand',
    step: 6,
    program: 'own',
    title: '1,000 waiting polls are answered by one post',
    rule: 'README, step 6',
    quote:
      'One post answers them all, each with the message, before the answer to any request that is sent after the answer to the post.',
    level: 'lab',
    points: 2,
    needs: ['lab-08/all-waiting'],
    hints: boardHints({
      ...WAIT_HINTS,
      'not-all':
        'Not all of the 1,000 polls were answered by the post. Answer all that wait in the turn of the post, and change no list while you go through it.',
      'too-late':
        'A request that came after the post was answered before all of those that waited. Answer all of them in the turn of the post: nothing to wait for lies between.',
      'event-limit':
        'Node warns of a leak where an emitter has more than ten listeners of an event: one emitter for all that wait needs setMaxListeners, or be a Set of its own.',
      refused: 'Not all of the 1,000 clients got in.',
      otherwise: "A Set of those that wait, emptied by each post: 1,000 answers are a moment's work.",
    }),
    async run(judge) {
      const server = await judge.startServer();
      const writer = new BoardClient(judge, server, 'writer');
      const first = await writer.post('before');
      const target = `/messages/wait?since=${first.id}&timeout=60`;
      const polls: HttpPeer[] = [];
      while (polls.length < THOUSAND) {
        const lane = `poll ${polls.length + 1}`;
        const some = Array.from({ length: AT_A_TIME }, async () => {
          const http = await HttpPeer.connect(judge, server, { lane });
          await http.send(request(`GET ${target}`));
          return http;
        });
        polls.push(...(await Promise.all(some)));
        // Answered behind them, so that they wait by now.
        await writer.poll(`/messages?since=${first.id}`, [], first.id, {
          when: `, beside ${polls.length} polls that wait`,
        });
      }
      const early = polls.find(({ tcp }) => tcp.receivedBytes > 0);
      early?.expectNothingYet('and there was no news', 'not-held');
      const message = await writer.post('for a thousand', { when: ', which 1,000 polls wait for' });
      await writer.poll(`/messages?since=${first.id}`, [message], message.id, { when: ', after the post' });
      const answered = (): number => polls.filter(({ tcp }) => tcp.receivedBytes > 0).length;
      await turns();
      const unanswered = polls.find(({ tcp }) => tcp.receivedBytes === 0);
      // Sent and not here yet is in time. What was seen in neither queue may have come while the judge looked.
      const late = unanswered !== undefined && kernelTells && !isOnItsWay(unanswered.tcp.route);
      await turns();
      const isLate = late && unanswered.tcp.receivedBytes === 0;
      const inTime = answered();
      await waitUntil(
        () => answered() === THOUSAND,
        () => sleep(5),
        ALL_ANSWERED_MS,
      );
      if (answered() < THOUSAND) {
        const silent = polls.find(({ tcp }) => tcp.receivedBytes === 0)!;
        judge.trace.note(`${answered()} of ${THOUSAND} polls were answered`);
        await explainSilence(judge, {
          program: server.program,
          peer: silent.tcp,
          awaited: `the answer to ${THOUSAND - answered()} of 1,000 waiting polls`,
          symptoms: { waiting: 'not-all' },
          evidence: silent.evidence(['an answer to each of the 1,000 polls'], `${answered()} answers`),
        });
      }
      if (isLate) {
        judge.fail(
          `${THOUSAND - inTime} of 1,000 waiting polls were answered after a request that was sent behind the answer to the post`,
          'too-late',
          unanswered.evidence(
            ['1,000 answers, and then the answer to a request that came later'],
            `${inTime} answers, the answer to that request, and then the others`,
          ),
        );
      }
      for (const http of polls) {
        const response = await http.expectResponse({
          to: `GET ${target}`,
          status: 200,
          accepted: [`a 200 response with the message ${message.id}`],
        });
        const { messages } = (readJson(http, response, `GET ${target}`) ?? {}) as Partial<Reply>;
        const [came] = Array.isArray(messages) ? messages : [];
        if (messages?.length !== 1 || came?.id !== message.id || came?.text !== message.text)
          http.fail(
            'one of 1,000 polls got another answer than the new message',
            'message-missing',
            [`the message ${message.id}, and no other`],
            response,
          );
      }
      // A thousand connections that end in order stay in the kernel's table for a minute.
      for (const { tcp } of polls) tcp.reset();
    },
  },
];

/** What has arrived in the kernel is read within a turn of the event loop or two. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
}

/** Whether bytes of the server's are on their way to the judge, or wait for it. */
function isOnItsWay({ local, remote }: Route): boolean {
  const ends = tcpConnectionEnds(local, remote);
  return (ends.remote?.sendQueueBytes ?? 1) > 0 || (ends.local?.receiveQueueBytes ?? 1) > 0;
}
