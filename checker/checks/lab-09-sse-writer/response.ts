/** Step 3: the response, and how the program ends. */
import { EventStreamPeer, type ExpectedEvent } from '../../peer/event-stream-peer.ts';
import { HttpPeer } from '../../peer/http.ts';
import { fieldValue, fieldValues, type ResponseHead } from '../../peer/http-response.ts';
import { ReaderCrowd } from '../../peer/reader-crowd.ts';
import type { Check } from '../../run/check.ts';
import { expectExitZero, noSigterm, SIGTERM_HINTS, terminate } from '../contract.ts';
import { drawPublications, hints, OTHERWISE, Publisher, request } from './requests.ts';

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
