/** Steps 3 to 5: the response, publishing, heartbeats. */
import { type AddressInfo, createServer } from 'node:net';
import { expectAnnouncement } from '../../peer/announcement.ts';
import { EventStreamPeer, type ExpectedEvent } from '../../peer/event-stream-peer.ts';
import { HttpPeer } from '../../peer/http.ts';
import { fieldValue, fieldValues, type ResponseHead } from '../../peer/http-response.ts';
import { ReaderCrowd } from '../../peer/reader-crowd.ts';
import { explainSilence } from '../../peer/silence.ts';
import { accepts, connect } from '../../peer/tcp.ts';
import type { Check, Machine } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import {
  expectExitZero,
  expectPortInUse,
  noSigterm,
  PORT_IN_USE_HINTS,
  SIGTERM_HINTS,
  terminate,
} from '../contract.ts';
import { drawPublications, hints, Publisher, request } from './requests.ts';

const HEARTBEAT_MS = 100;
/** README: bodies of up to 256 KiB are taken. */
const LARGEST_BODY = 256 * 1024;
const ONE_ADDRESS = ({ platform }: Machine): string | undefined =>
  platform === 'linux' ? undefined : 'only Linux answers on 127.0.0.2 without being asked to';
const LISTEN_REJECTS =
  'A stack trace is for the author of a program, not for its user. The promise of listen is rejected then: catch that, and say in one line what is wrong.';
const OTHERWISE = {
  otherwise: 'Follow one event through your program, from the publish to the bytes at the reader.',
};

export const listening: Check[] = [
  {
    id: 'lab-09/listens',
    step: 3,
    title: 'it listens, and says where',
    rule: 'README, step 3',
    quote: '`listening on HOST:PORT` on stdout',
    level: 'lab',
    hints: {
      'no-announcement': 'Others wait for this line before they connect. It goes to stdout, and at once.',
      'other-announcement': 'Compare the two lines letter by letter. The line is read by programs.',
      refused: 'Nobody listens there. Give listen both HOST and PORT from the environment.',
      otherwise:
        'Call listen with HOST and PORT from the environment, and write the line when it has called back.',
    },
    async run(judge) {
      const server = await judge.server();
      const peer = await connect(judge, server);
      peer.vanish();
      await expectAnnouncement(judge, server);
    },
  },
  {
    id: 'lab-09/host',
    step: 3,
    program: 'own',
    title: 'it listens on HOST only',
    rule: 'README, step 3',
    quote: 'on the address `HOST` only',
    level: 'lab',
    needs: ['lab-09/listens'],
    lacks: ONE_ADDRESS,
    hints: {
      'other-address':
        'HOST was one address, and your server listens on another. Give listen the host beside the port.',
      'localhost-only': 'HOST was another address than 127.0.0.1, and your server took no connection there.',
      'all-addresses':
        'Without a host, listen takes every address of the machine, also those that strangers reach.',
      otherwise: 'Give listen the host from HOST beside the port.',
    },
    async run(judge) {
      const { host, port } = await judge.startServer({ host: '127.0.0.2' });
      if (!(await accepts(host, port, 5000)))
        judge.fail(`HOST was ${host}, and your server took no connection there`, 'localhost-only', {
          accepted: [`an accepted connection on ${host}:${port}`],
          actual: 'no connection',
        });
      if (await accepts('127.0.0.1', port))
        judge.fail(`HOST was ${host}, and your server took a connection on 127.0.0.1 too`, 'all-addresses', {
          accepted: [`connections on ${host} only`],
          actual: 'an accepted connection on 127.0.0.1',
        });
      judge.observe();
    },
  },
  {
    id: 'lab-09/port-in-use',
    step: 3,
    program: 'own',
    title: 'a port in use is one line on stderr and exit code 1',
    rule: 'README, step 3',
    quote: 'a port in use is one line on stderr and exit code 1',
    level: 'lab',
    needs: ['lab-09/listens'],
    hints: {
      ...PORT_IN_USE_HINTS,
      crashed: LISTEN_REJECTS,
      'stack-trace': LISTEN_REJECTS,
      'never-ends':
        'The port is taken, and the program goes on as if it were not. What becomes of the promise of listen then?',
      otherwise: 'Catch what listen rejects with, say what is wrong in one line, exit with 1.',
    },
    async run(judge) {
      const holder = createServer().listen({ host: '127.0.0.1', port: 0 });
      judge.defer(() => holder.close());
      await new Promise((resolve) => holder.once('listening', resolve));
      await expectPortInUse(judge, (holder.address() as AddressInfo).port);
    },
  },
];

export const theResponse: Check[] = [
  {
    id: 'lab-09/head-at-once',
    step: 3,
    title: 'the head leaves although nothing has been published',
    rule: 'README, step 3',
    quote: 'The head leaves at once, although nothing has been published.',
    level: 'lab',
    needs: ['lab-09/listens'],
    hints: hints({
      complete: 'The response is over with its first bytes. A stream stays open: nobody ends it.',
      ...OTHERWISE,
    }),
    async run(judge) {
      const reader = await EventStreamPeer.open(judge, await judge.server());
      reader.expectNothingYet('although nothing was published');
    },
  },
  {
    id: 'lab-09/fields',
    step: 3,
    title: 'text/event-stream, not cached, without a length',
    rule: 'README, step 3',
    quote:
      '`GET /events` is answered with 200, `Content-Type: text/event-stream` (`; charset=utf-8` is allowed), and `Cache-Control: no-store` or `no-cache`. There is no `Content-Length`.',
    level: 'lab',
    needs: ['lab-09/head-at-once'],
    hints: hints({
      'content-type':
        'An EventSource looks at the Content-Type, and gives up for good when it is another than text/event-stream.',
      'cache-control':
        'A cache that keeps the stream gives old events to others. Say that nobody is to keep it.',
      'content-length':
        'Nobody knows how long the stream will be, so it has no Content-Length: a reader would stop there, or wait for the rest.',
      ...OTHERWISE,
    }),
    async run(judge) {
      const reader = await EventStreamPeer.open(judge, await judge.server());
      expectFields(reader, reader.response.head!, '1.1');
      judge.observe();
    },
  },
  {
    id: 'lab-09/leaves-at-once',
    step: 3,
    title: 'each event leaves at once',
    rule: 'README, step 3',
    quote: 'Each event leaves at once: none waits for the next one, or for a buffer to be full.',
    level: 'lab',
    needs: ['lab-09/head-at-once', 'lab-09/one-event'],
    hints: hints({
      'not-delivered':
        'The publish was answered, and its event has not come. Is something kept back until there is more? Does the hub know this reader?',
      'publish-unanswered': 'The publish was read and not answered. What does it wait for?',
      ...OTHERWISE,
    }),
    async run(judge) {
      const server = await judge.server();
      const reader = await EventStreamPeer.open(judge, server, { lane: 'A' });
      const publisher = new Publisher(judge, server);
      for (const data of judge.draw('data', (random) => [
        random.letters(5),
        random.letters(9),
        random.letters(1),
      ]))
        await reader.expectEvent({ type: 'message', data: (await publisher.publish({ data })).data });
    },
  },
  {
    id: 'lab-09/head-method',
    step: 3,
    title: 'HEAD is the head alone, and makes no reader',
    rule: 'README, step 3',
    quote:
      'HEAD is answered with the head alone. That response is complete, and makes no reader: the next request on the connection is answered.',
    level: 'lab',
    needs: ['lab-09/fields'],
    hints: hints({
      'status-405': 'HEAD is served wherever GET is.',
      'head-never-ends':
        'The response to HEAD is not over, so the next request waits for ever. It has no stream: end it.',
      ...OTHERWISE,
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      for (let round = 0; round < 2; round += 1) {
        const head = await client.ask(request('HEAD /events'), {
          to: 'HEAD /events',
          status: 200,
          silence: { waiting: 'head-never-ends', 'not-reading': 'head-never-ends' },
        });
        const type = fieldValue(head, 'Content-Type')?.split(';')[0]?.trim().toLowerCase();
        if (type !== 'text/event-stream')
          client.fail(
            `HEAD /events has the Content-Type ${type ?? 'of nothing'}`,
            'content-type',
            ['the fields of the GET'],
            head,
          );
      }
      await client.ask(request('GET /nowhere'), {
        to: 'GET /nowhere, behind HEAD /events',
        status: 404,
        silence: { waiting: 'head-never-ends', 'not-reading': 'head-never-ends' },
      });
    },
  },
  {
    id: 'lab-09/http-1-0',
    step: 3,
    title: 'an HTTP/1.0 client gets the same events without chunks',
    rule: 'README, step 3',
    quote: 'To an HTTP/1.0 client the events come without chunks, up to the end of the connection.',
    level: 'lab',
    needs: ['lab-09/leaves-at-once'],
    hints: hints({
      'status-500': 'An HTTP/1.0 client is a client like others. Your library knows how to stream to it.',
      ...OTHERWISE,
    }),
    async run(judge) {
      const server = await judge.server();
      await new Publisher(judge, server).publish({ data: 'before anybody reads' });
      const reader = await EventStreamPeer.open(judge, server, { lane: 'A', version: '1.0' });
      const publisher = new Publisher(judge, server);
      const events = judge.draw('events', (random) => drawPublications(random, 3));
      await reader.expectEvents(withoutIds(await publisher.publishAll(events)));
    },
  },
  {
    id: 'lab-09/routes',
    step: 3,
    title: 'other paths are 404, other methods 405 with Allow, and a query does not matter',
    rule: 'README, the contract',
    quote:
      'HEAD is served on `/events`. A path that is none of these is 404, and a route that does not have the method answers 405 with `Allow`. What follows `?` does not matter.',
    level: 'lab',
    needs: ['lab-09/head-at-once'],
    hints: hints({
      allow: 'Who is told that a method is not there is told which ones are: Allow lists them.',
      'status-400': 'Look at the method before you look at the body.',
      ...OTHERWISE,
    }),
    async run(judge) {
      const server = await judge.server();
      const word = judge.draw('word', (random) => random.letters(6));
      const client = await HttpPeer.connect(judge, server, { lane: 'A' });
      for (const path of [`/${word}`, '/', `/events/${word}`, '/event', '/publish/'])
        await client.ask(request(`GET ${path}`), { to: `GET ${path}`, status: 404 });
      const refused = [
        ['POST /events', 'GET'],
        ['DELETE /events', 'GET'],
        ['GET /publish', 'POST'],
        ['PUT /publish', 'POST'],
      ] as const;
      for (const [to, wanted] of refused) {
        const body = to.startsWith('GET') || to.startsWith('DELETE') ? undefined : '{"data":"x"}';
        const answer = await client.ask(request(to, body), { to, status: 405 });
        const allowed = fieldValues(answer, 'Allow')
          .join(',')
          .split(',')
          .map((method) => method.trim());
        if (!allowed.includes(wanted))
          client.fail(
            `the 405 response to ${to} has no ${wanted} in Allow`,
            'allow',
            [`Allow: ${wanted}`],
            answer,
          );
      }
      const target = `/events?type=${word}`;
      await EventStreamPeer.open(judge, server, {
        lane: 'B',
        bytes: request(`GET ${target}`),
      });
      const to = `POST /publish?${word}`;
      await client.ask(request(to, '{"data":"x"}'), { to, status: 201 });
    },
  },
  {
    id: 'lab-09/sigterm',
    step: 3,
    program: 'own',
    title: 'SIGTERM ends it, however many readers there are',
    rule: 'README, step 3',
    quote:
      'On SIGTERM it stops accepting at once and ends with exit code 0 within 2 s, however many readers there are.',
    level: 'lab',
    needs: ['lab-09/head-at-once'],
    lacks: noSigterm,
    hints: hints({
      ...SIGTERM_HINTS,
      'never-ends':
        'Their streams never end by themselves, so whoever waits for them waits for ever. End or cut the streams when SIGTERM comes.',
      'exit-code':
        'The program ended with an error instead of 0. What still wrote to a stream that had ended? See stderr.',
      otherwise: 'On SIGTERM: stop accepting, end all streams, exit with 0.',
    }),
    async run(judge) {
      // So that it goes on sending while it ends.
      const server = await judge.startServer({ env: { HEARTBEAT_MS: '20' } });
      for (const lane of ['A', 'B', 'C']) await EventStreamPeer.open(judge, server, { lane });
      await ReaderCrowd.gather(judge, server, 30);
      const publisher = new Publisher(judge, server);
      await publisher.publish({ data: 'last' });
      terminate(judge, server.program);
      await expectExitZero(judge, server.program, 'after SIGTERM with 33 readers');
    },
  },
];

export const publishing: Check[] = [
  {
    id: 'lab-09/live-only',
    step: 4,
    program: 'own',
    title: 'a new reader gets what is published from then on',
    rule: 'README, step 4',
    quote:
      'An event that is published after the head of its response has arrived is delivered. Events that were published before its request do not come.',
    level: 'lab',
    needs: ['lab-09/head-at-once'],
    hints: hints(OTHERWISE),
    async run(judge) {
      const server = await judge.startServer();
      const publisher = new Publisher(judge, server);
      const events = judge.draw('events', (random) =>
        drawPublications(random, 12).map(({ data }) => ({ data })),
      );
      for (let at = 0; at < events.length; at += 3) {
        const old = await publisher.publishAll(events.slice(at, at + 2));
        const reader = await EventStreamPeer.open(judge, server, { lane: `${at / 3 + 1}` });
        // Whether the id is right is another matter, and so is the type.
        const { type, data } = await publisher.publish(events[at + 2]!);
        await reader.expectEvent({ type, data }, { old: [...publisher.log.slice(0, -1), ...old] });
      }
    },
  },
  {
    id: 'lab-09/publish',
    step: 4,
    title: 'a publish is answered with 201 and the id that is on the wire',
    rule: 'README, step 4',
    quote: 'The id on the wire is the one in the answer. Without `event` it is a `message`.',
    level: 'lab',
    needs: ['lab-09/leaves-at-once', 'lab-09/live-only'],
    hints: hints(OTHERWISE),
    async run(judge) {
      const server = await judge.server();
      await new Publisher(judge, server).publish({ data: 'before anybody reads' });
      const reader = await EventStreamPeer.open(judge, server, { lane: 'A' });
      const publisher = new Publisher(judge, server);
      const events = judge.draw('events', (random): { data: string; event?: string }[] => [
        { data: 'milk', event: 'add' },
        ...drawPublications(random, 4),
        { data: `${random.letters(4)}\n\ndata: é 🙂\r\nid: ${random.letters(3)}`, event: random.letters(4) },
        { data: '' },
        { data: ' ', event: '' },
      ]);
      for (const event of events) await reader.expectEvent(await publisher.publish(event));
    },
  },
  {
    id: 'lab-09/refused-publish',
    step: 4,
    title: 'what is no event is 400, and reaches nobody',
    rule: 'README, step 4',
    quote:
      'What is not JSON, is no object, has no `data` that is a string, or has an `event` that is no string, is answered with 400. So is an `event` with CR or LF in it. Nothing of it reaches a reader.',
    level: 'lab',
    needs: ['lab-09/publish'],
    hints: hints({
      'status-500':
        'The body is wrong, and your server blames itself: JSON.parse throws for what is no JSON. Catch that, and say 400.',
      'status-201': 'This was taken for an event. Look at the type of each member before you use it.',
      ...OTHERWISE,
    }),
    async run(judge) {
      const server = await judge.server();
      const reader = await EventStreamPeer.open(judge, server, { lane: 'A' });
      const client = await HttpPeer.connect(judge, server, { lane: 'B' });
      const word = judge.draw('word', (random) => random.letters(5));
      const bodies = [
        '',
        '{',
        word,
        `{"data":"${word}"`,
        '[]',
        'null',
        '7',
        `"${word}"`,
        '{}',
        `{"event":"${word}"}`,
        '{"data":7}',
        '{"data":null}',
        `{"data":["${word}"]}`,
        `{"data":"${word}","event":7}`,
        `{"data":"${word}","event":null}`,
        ...['\\n', '\\r', '\\r\\n'].map((end) => `{"data":"${word}","event":"a${end}data: b"}`),
        `{"data":"${word}","event":"a\\n"}`,
      ];
      for (const body of bodies) {
        const to = `POST /publish with ${body === '' ? 'an empty body' : body}`;
        await client.ask(request('POST /publish', body), { to, status: 400 });
      }
      // An event that is right comes first: so nothing came of the others.
      await reader.expectEvent(await new Publisher(judge, server).publish({ data: word }));
    },
  },
  {
    id: 'lab-09/large-publish',
    step: 4,
    title: 'bodies of 256 KiB are taken, in any pieces and whatever their type',
    rule: 'README, the contract',
    quote:
      'A body of `POST /publish` is JSON in UTF-8, whatever its `Content-Type`; members that are unknown are ignored. Bodies of up to 256 KiB are taken.',
    level: 'lab',
    needs: ['lab-09/publish'],
    hints: hints({
      'status-413': 'A body of 256 KiB is not too large here.',
      'status-415': 'The Content-Type does not matter here.',
      ...OTHERWISE,
    }),
    async run(judge) {
      const server = await judge.server();
      const reader = await EventStreamPeer.open(judge, server, { lane: 'A' });
      const client = await HttpPeer.connect(judge, server, { lane: 'B' });
      const data = Buffer.from(judge.drawBulk('data', LARGEST_BODY - 11)).toString('latin1');
      const body = JSON.stringify({ data });
      await client.ask(request('POST /publish', body), {
        to: 'POST /publish with a body of 256 KiB',
        status: 201,
      });
      await reader.expectEvent({ type: 'message', data });
      const plain = Buffer.from('{"other":[1],"data":"é","id":"9"}');
      const head = `POST /publish HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: ${plain.length}\r\n\r\n`;
      const bytes = Buffer.concat([Buffer.from(head), plain]);
      // One cut goes through the character.
      await client.send(bytes, { cuts: [head.length, head.length + plain.indexOf(0xa9)] });
      await client.expectResponse({ to: 'POST /publish as text/plain, in three pieces', status: 201 });
      await reader.expectEvent({ type: 'message', data: 'é' });
    },
  },
  {
    id: 'lab-09/fan-out',
    step: 4,
    title: 'all readers get all events, in order, and nothing else',
    rule: 'README, step 4',
    quote:
      'All readers get all events, in the same order. Events that were published one after another, each when the one before had been answered, come in that order. Nothing else is dispatched to a reader: no greeting, no heartbeat.',
    level: 'lab',
    needs: ['lab-09/publish'],
    hints: hints(OTHERWISE),
    async run(judge) {
      const server = await judge.server();
      await new Publisher(judge, server).publish({ data: 'before anybody reads' });
      const readers: EventStreamPeer[] = [];
      for (const lane of ['A', 'B', 'C', 'D'])
        readers.push(await EventStreamPeer.open(judge, server, { lane }));
      const events = await new Publisher(judge, server).publishAll(
        judge.draw('events', (random) => drawPublications(random, 30)),
      );
      for (const reader of readers) await reader.expectEvents(events);
    },
  },
  {
    id: 'lab-09/one-order',
    step: 4,
    title: 'several publish at once: one order for all readers',
    rule: 'README, step 4',
    quote: 'All readers get all events, in the same order.',
    level: 'lab',
    needs: ['lab-09/fan-out'],
    hints: hints({
      'other-order':
        'Two readers got the same events in two orders. There is one moment in which an event is published: then it goes to all.',
      ...OTHERWISE,
    }),
    async run(judge) {
      const server = await judge.server();
      await new Publisher(judge, server).publish({ data: 'before anybody reads' });
      const readers: EventStreamPeer[] = [];
      for (const lane of ['A', 'B', 'C']) readers.push(await EventStreamPeer.open(judge, server, { lane }));
      const lists = judge.draw('events', (random) =>
        ['p', 'q', 'r', 's'].map((name) =>
          drawPublications(random, 8).map((event) => ({ ...event, data: `${name} ${event.data}` })),
        ),
      );
      const published = await Promise.all(
        lists.map((events, index) =>
          new Publisher(judge, server, `publisher ${index + 1}`).publishAll(events),
        ),
      );
      const total = published.flat().length;
      const [first, ...others] = readers as [EventStreamPeer, ...EventStreamPeer[]];
      await first.settle(() => first.unread.length >= total);
      const order = first.unread.map(({ type, data, id }) => ({ type, data, id }));
      // Those of one publisher must stand in its order; any shuffle of the four is right.
      const merged: ExpectedEvent[] = [];
      const left = published.map((events) => [...events]);
      for (const event of order) {
        const list = left.find(([next]) => next?.id === event.id);
        if (list === undefined) break;
        merged.push(list.shift()!);
      }
      const rest = left.flat();
      await first.expectEvents([...merged, ...rest]);
      for (const reader of others) {
        await reader.settle(() => reader.unread.length >= total);
        const ids = reader.unread.map(({ id }) => id);
        const wanted = order.map(({ id }) => id);
        if (
          ids.length === wanted.length &&
          ids.join('\n') !== wanted.join('\n') &&
          [...ids].sort().join() === [...wanted].sort().join()
        )
          reader.fail(`readers A and ${reader.tcp.lane} got the same events in two orders`, 'other-order', [
            'one order for all',
          ]);
        await reader.expectEvents(order);
      }
    },
  },
  {
    id: 'lab-09/reader-leaves',
    step: 4,
    program: 'own',
    title: 'a reader that goes away takes nothing with it',
    rule: 'README, step 4',
    quote: 'A reader that goes away takes nothing with it: the others get every event.',
    level: 'lab',
    needs: ['lab-09/head-at-once'],
    hints: hints({
      'status-500':
        'The publish failed because a reader was gone. Whatever becomes of one reader is nothing to the others.',
      ...OTHERWISE,
    }),
    async run(judge) {
      const server = await judge.startServer();
      const publisher = new Publisher(judge, server);
      const leaving: EventStreamPeer[] = [];
      for (const lane of ['A', 'B', 'C']) leaving.push(await EventStreamPeer.open(judge, server, { lane }));
      const stays = await EventStreamPeer.open(judge, server, { lane: 'stays' });
      for (const [index, event] of judge.draw('events', (random) => drawPublications(random, 9)).entries()) {
        const reader = leaving[index / 2];
        if (reader !== undefined && index === 2) reader.tcp.end();
        if (reader !== undefined && index !== 2) reader.tcp.reset();
        if (index === 5) leaving[1]!.tcp.vanish();
        await stays.expectEvent(await publisher.publish(event));
      }
    },
  },
];

export const heartbeats: Check[] = [
  {
    id: 'lab-09/heartbeat',
    step: 5,
    program: 'own',
    title: 'a reader that has heard nothing is sent a comment, again and again',
    rule: 'README, step 5',
    quote:
      'A reader that has heard nothing for `HEARTBEAT_MS` is sent a comment: a line that begins with a colon.',
    level: 'lab',
    needs: ['lab-09/leaves-at-once'],
    hints: hints({
      'no-heartbeat': `Nothing came while HEARTBEAT_MS was ${HEARTBEAT_MS}. Which timer sends the comments, and where does its interval come from?`,
      'heartbeat-once': 'One heartbeat came, and then none. A timer that goes off once is not enough.',
      'no-comment': 'Something came, and it is no comment: no line of it begins with a colon.',
      ...OTHERWISE,
    }),
    async run(judge) {
      const server = await judge.startServer({ env: { HEARTBEAT_MS: `${HEARTBEAT_MS}` } });
      const reader = await EventStreamPeer.open(judge, server, { lane: 'A' });
      const before = reader.response.stream.comments;
      await expectComments(judge, reader, before + 1, 'no-heartbeat');
      await expectComments(judge, reader, before + 2, 'heartbeat-once');
      await expectComments(judge, reader, before + 3, 'heartbeat-once');
      reader.expectNothingYet('although nothing was published', 'heartbeat-event');
      await reader.expectEvent(await new Publisher(judge, server).publish({ data: 'x' }));
      await expectComments(judge, reader, reader.response.stream.comments + 1, 'heartbeat-once');
      reader.expectNothingYet('although nothing more was published', 'heartbeat-event');
    },
  },
];

async function expectComments(
  judge: Judge,
  reader: EventStreamPeer,
  wanted: number,
  symptom: string,
): Promise<void> {
  const { stream } = reader.response;
  await reader.settle(() => stream.comments >= wanted || reader.unread.length > 0);
  reader.expectNothingYet('instead of a comment', 'heartbeat-event');
  if (stream.comments >= wanted) return judge.observe();
  await explainSilence(judge, {
    program: reader.tcp.program,
    peer: reader.tcp,
    awaited: `a comment, with HEARTBEAT_MS=${HEARTBEAT_MS},`,
    symptoms: { waiting: symptom },
    evidence: reader.evidence(['a line that begins with a colon'], 'no comment'),
  });
}

function expectFields(reader: EventStreamPeer, head: ResponseHead, _version: string): void {
  const type = fieldValue(head, 'Content-Type');
  if (!/^text\/event-stream(\s*;\s*charset\s*=\s*"?utf-8"?)?$/i.test(type ?? ''))
    reader.fail(
      `the response to GET /events has ${type === undefined ? 'no Content-Type' : `the Content-Type ${type}`}`,
      'content-type',
      ['Content-Type: text/event-stream'],
    );
  const directives = fieldValues(head, 'Cache-Control')
    .join(',')
    .split(',')
    .map((directive) => directive.trim().toLowerCase());
  if (!directives.includes('no-store') && !directives.includes('no-cache'))
    reader.fail('the response to GET /events may be cached', 'cache-control', [
      'Cache-Control: no-store',
      'Cache-Control: no-cache',
    ]);
  if (fieldValue(head, 'Content-Length') !== undefined)
    reader.fail('the response to GET /events has a Content-Length', 'content-length', ['no Content-Length']);
}

function withoutIds(events: readonly ExpectedEvent[]): ExpectedEvent[] {
  return events.map(({ type, data }) => ({ type, data }));
}
