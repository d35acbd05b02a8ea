/** Step 7: the connection breaks, and the client comes back. */
import { waitUntil } from '../../drive/waiting.ts';
import type { Exchange } from '../../peer/http-service.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { noSigterm } from '../contract.ts';
import { CLIENT_HINTS } from './client-hints.ts';
import { expectAllEvents } from './fifty-cuts.ts';
import { drawWords } from './rows.ts';
import { comesBack, lastEventIdOf, message, Session, wire } from './session.ts';

/** How long nobody listens. */
const REFUSED_MS = 400;
const LONG = '60000';
/** A client sees within this time that its connection is over, as a rule. */
const SEEN_MS = 150;

const HINTS = {
  ...CLIENT_HINTS,
  'no-last-event-id':
    'The request that comes back has no Last-Event-ID, and events had ids before. Whoever does not say what it has, loses what came meanwhile. Where is the id kept when the parser of the old stream is gone?',
  'other-last-event-id':
    'The Last-Event-ID is another than that of the last event. Which id counts when the stream breaks: the one of the last empty line.',
  'id-without-data-lost':
    'The last event ID came in a block without data, and the request has an older one. What does your client do with the `id` events of the parser?',
  'id-of-half-event':
    'The Last-Event-ID is that of a block that never ended. Its event was lost with it, and now it is never sent again.',
  'id-of-first-stream': 'The Last-Event-ID is that of an earlier stream. Each event may bring a new one.',
  'empty-last-event-id':
    'The last event ID is empty again, and the request still has the field. Leave it out.',
  'id-not-utf8':
    'The bytes of Last-Event-ID are not the UTF-8 of the id. In which encoding do you write the head of a request?',
  'at-once': 'The client did not wait. Before it asks again it waits as long as `lost` says.',
};

export const comingBack: Check[] = [
  {
    id: 'lab-10/comes-back',
    step: 7,
    program: 'own',
    title: 'when the body ends the client comes back, with the last event ID',
    rule: 'README, step 7',
    quote: 'When the body ends, in order or not, the client comes back.',
    level: 'lab',
    needs: ['lab-10/prints-events'],
    hints: { ...HINTS, otherwise: 'The end of a body is no answer: wait, and ask again.' },
    async run(judge) {
      const { one, two, id, other } = drawWords(judge);
      const session = await Session.start(judge);
      const first = await session.stream();
      await first.send(wire(message(one, id)));
      await session.expectPrinted([message(one, id)], 'an event', first);
      await first.finish();
      const second = await session.streamAfter('the end of the body', 'close');
      expectLastEventId(judge, second, id, 'no-last-event-id');
      await second.send(wire(message(two, other)));
      await session.expectPrinted([message(two, other)], 'an event of the second stream', second);
      await second.finish();
      const third = await session.streamAfter('the end of the connection');
      expectLastEventId(judge, third, other, 'id-of-first-stream');
      session.expectNothingMore('the events');
    },
  },
  {
    id: 'lab-10/broken-streams',
    step: 7,
    program: 'own',
    title: 'a stream that breaks is an end like any other',
    rule: 'README, step 7',
    quote: 'A chunked body without its last chunk is an end like any other.',
    level: 'lab',
    needs: ['lab-10/comes-back'],
    hints: { ...HINTS, otherwise: 'A reset, a body without its end: wait, and ask again.' },
    async run(judge) {
      const { one, two, type } = drawWords(judge);
      const session = await Session.start(judge);
      const unfinished = await session.stream();
      await unfinished.send(`id: 1\ndata: ${one}\n\nid: 2\ndata: half`);
      await session.expectPrinted([message(one, '1')], 'an event', unfinished);
      unfinished.end();
      const reset = await session.streamAfter('a chunked body without its last chunk');
      expectLastEventId(judge, reset, '1', 'id-of-half-event');
      await reset.send(`id: 3\ndata: ${two}\n\n`);
      await session.expectPrinted([message(two, '3')], 'an event', reset);
      reset.reset();
      const short = await session.next(comesBack('a reset of the connection'));
      const body = wire(message(type, '4'));
      await short.write(
        `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: ${body.length + 9}\r\n\r\n${body}`,
      );
      await session.expectPrinted([message(type, '4')], 'an event', short);
      short.end();
      const last = await session.streamAfter('a body that is shorter than its Content-Length');
      expectLastEventId(judge, last, '4', 'no-last-event-id');
      session.expectNothingMore('the events');
    },
  },
  {
    id: 'lab-10/no-connection',
    step: 7,
    program: 'own',
    title: 'when there is no connection the client comes back',
    rule: 'README, step 7',
    quote:
      'So it does when there is no connection: when it is refused, is reset, or ends before the head of the response is complete. It never gives up because of that.',
    level: 'lab',
    needs: ['lab-10/comes-back'],
    hints: { ...HINTS, otherwise: 'Refused, reset, ended without an answer: wait, and ask again.' },
    async run(judge) {
      const { one } = drawWords(judge);
      const session = await Session.start(judge);
      const { service, program } = session;
      (await session.next()).end();
      (await session.next(comesBack('an end without an answer'))).reset();
      const half = await session.next(comesBack('a reset without an answer'));
      await half.write('HTTP/1.1 200 OK\r\nContent-Type: text/ev', { cuts: [38] });
      half.end();
      const stream = await session.streamAfter('half of a head');
      await stream.send(wire(message(one, '1')));
      await session.expectPrinted([message(one, '1')], 'an event', stream);
      await service.refuse();
      stream.end();
      judge.trace.note('nobody listens for a while');
      await waitUntil(
        () => program.exit !== undefined,
        () => program.exited,
        REFUSED_MS,
      );
      await service.listenAgain();
      const last = await session.streamAfter('refused connections');
      expectLastEventId(judge, last, '1', 'no-last-event-id');
    },
  },
  {
    id: 'lab-10/last-event-id',
    step: 7,
    program: 'own',
    title: 'Last-Event-ID says which event came last',
    rule: 'README, step 7',
    quote:
      'When the last event ID is not empty, it has `Last-Event-ID` with the bytes of the id in UTF-8; when it is empty, it has no such field.',
    level: 'lab',
    needs: ['lab-10/comes-back', 'lab-10/id-event'],
    hints: { ...HINTS, otherwise: 'The last event ID of the stream, as it was when the stream broke.' },
    async run(judge) {
      const { one, id } = drawWords(judge);
      const session = await Session.start(judge);
      const lose = async (stream: string, printed: string[], lastEventId: string): Promise<void> => {
        const exchange = await session.streamAfter('the end of a stream');
        await exchange.send(stream);
        await session.expectPrinted(
          printed.map((value) => message(value, value)),
          'the events',
          exchange,
        );
        await exchange.finish();
        next = lastEventId;
      };
      let next = '';
      await lose(`id: é${id}😀\ndata: é${id}😀\n\n`, [`é${id}😀`], `é${id}😀`);
      const utf8 = await session.streamAfter('the end of a stream');
      expectLastEventId(judge, utf8, next, 'id-not-utf8');
      await utf8.send(`id: ${id} 1\n\n`);
      await utf8.finish();
      const withoutData = await session.streamAfter('the end of a stream');
      expectLastEventId(judge, withoutData, `${id} 1`, 'id-without-data-lost');
      await withoutData.send(`id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: ${one}\n`);
      await session.expectPrinted([message('1', '1'), message('2', '2')], 'two events', withoutData);
      await withoutData.finish();
      const half = await session.streamAfter('the end of a stream');
      expectLastEventId(judge, half, '2', 'id-of-half-event');
      // A stream without ids: the old one (browsers) and none (the letter of §9.2) are both right.
      await half.finish();
      const kept = await session.streamAfter('a stream without an event');
      const came = lastEventIdOf(kept);
      if (came !== undefined && came !== '2') expectLastEventId(judge, kept, '2', 'other-last-event-id');
      await kept.send(`id: 7\ndata: 7\n\nid\n\n`);
      await session.expectPrinted([message('7', '7')], 'an event', kept);
      await kept.finish();
      const empty = await session.streamAfter('a stream with an empty id at its end');
      expectNoLastEventId(judge, session, empty);
      await empty.send('id: 8\ndata: 8\n\nid:\ndata: 9\n\n');
      await session.expectPrinted([message('8', '8'), message('9')], 'two events', empty);
      await empty.finish();
      const again = await session.streamAfter('an event with an empty id');
      expectNoLastEventId(judge, session, again);
    },
  },
  {
    id: 'lab-10/waits',
    step: 7,
    program: 'own',
    title: 'the client waits before it comes back',
    rule: 'README, step 7',
    quote:
      'Before it asks again, the client waits as long as `lost` says, with the last event ID of all streams before.',
    level: 'lab',
    needs: ['lab-10/comes-back', 'lab-10/first-wait'],
    hints: {
      ...HINTS,
      otherwise: 'A server that is starting again must not be met by all its clients at once.',
    },
    async run(judge) {
      const session = await Session.start(judge, { RETRY_MS: LONG, MAX_RETRY_MS: LONG });
      const stream = await session.stream();
      await stream.send(wire(message('a', '1')));
      await session.expectPrinted([message('a', '1')], 'an event', stream);
      await stream.finish();
      await session.expectWaits(`the end of a stream, with RETRY_MS=${LONG}`, 'at-once');
    },
  },
  {
    id: 'lab-10/retry-honoured',
    step: 7,
    program: 'own',
    title: 'the client waits as long as retry says',
    rule: 'README, step 7',
    quote:
      'Let R be the reconnection time: `retryMs`, until `retry` sets another. It then stays, also for later streams.',
    level: 'lab',
    needs: ['lab-10/comes-back', 'lab-10/retry'],
    hints: {
      ...HINTS,
      'retry-not-heeded':
        'The server has named a reconnection time, and the client waits as if it had not. What does your client do with the `retry` events of the parser?',
      'at-once':
        'The server asked for a long wait, and the client came back at once. What does your client do with the `retry` events of the parser?',
      otherwise: 'Each `retry` event of the parser goes to `Reconnection`, and stays there.',
    },
    async run(judge) {
      const quick = {
        what: 'a new request after 20 ms',
        silence: { waiting: 'retry-not-heeded', crashed: 'gave-up' },
      };
      const session = await Session.start(judge, { RETRY_MS: LONG, MAX_RETRY_MS: LONG });
      const first = await session.stream();
      await first.send('retry: 20\n');
      await first.finish();
      const second = await session.stream(quick);
      await second.finish();
      const third = await session.stream({ ...quick, what: 'a new request after 20 ms again' });
      await third.send(`retry: ${LONG}\n\n${wire(message('a', '1'))}`);
      await session.expectPrinted([message('a', '1')], 'an event', third);
      await third.finish();
      await session.expectWaits(`the end of a stream that said retry: ${LONG}`, 'at-once');
    },
  },
  {
    id: 'lab-10/fifty-cuts',
    step: 7,
    program: 'own',
    title: 'cut off 50 times, every event is printed once and in order',
    rule: 'README, step 7',
    quote:
      'Cut off 50 times, anywhere, your client prints every event once and in order, when the server sends what came after `Last-Event-ID`.',
    level: 'lab',
    points: 2,
    needs: ['lab-10/broken-streams', 'lab-10/last-event-id'],
    hints: {
      ...HINTS,
      'event-twice':
        'An event was printed twice. The server sent what came after the Last-Event-ID of the request: was that the id of the last event that you printed?',
      'event-lost':
        'An event is missing. The server sent what came after the Last-Event-ID of the request: was that id set before its event was complete?',
      otherwise:
        'Each request says which event came last, and what was not complete then is forgotten with its stream.',
    },
    async run(judge) {
      await expectAllEvents(judge);
    },
  },
  {
    id: 'lab-10/ends-while-connected',
    step: 7,
    program: 'own',
    title: 'on SIGTERM the client ends in the middle of a stream',
    rule: 'README, step 7',
    quote:
      'On SIGTERM or Ctrl-C it ends with exit code 0 within 2 s, in the middle of a stream or of a wait.',
    level: 'lab',
    needs: ['lab-10/prints-events'],
    lacks: noSigterm,
    hints: { ...HINTS, otherwise: 'Close the connection, and end with exit code 0.' },
    async run(judge) {
      const session = await Session.start(judge);
      const stream = await session.stream();
      await stream.send(wire(message('a', '1')));
      await session.expectPrinted([message('a', '1')], 'an event', stream);
      await session.expectEnds('SIGTERM', 'in the middle of a stream');
    },
  },
  {
    id: 'lab-10/ends-while-waiting',
    step: 7,
    program: 'own',
    title: 'on Ctrl-C the client ends in the middle of a wait',
    rule: 'README, step 7',
    quote:
      'On SIGTERM or Ctrl-C it ends with exit code 0 within 2 s, in the middle of a stream or of a wait.',
    level: 'lab',
    needs: ['lab-10/waits'],
    lacks: noSigterm,
    hints: {
      ...HINTS,
      'never-ends': 'The program goes on: a timer is still set. Clear it, or end the process.',
      otherwise: 'No connection is open, and a timer is set: clear it, and end with exit code 0.',
    },
    async run(judge) {
      const session = await Session.start(judge, { RETRY_MS: LONG, MAX_RETRY_MS: LONG });
      const stream = await session.stream();
      await stream.send(wire(message('a', '1')));
      await session.expectPrinted([message('a', '1')], 'an event', stream);
      stream.reset();
      // That it waits is known from `waits`; here it only has to see that the stream is over.
      await session.expectWaits(`a reset, with RETRY_MS=${LONG}`, 'at-once', SEEN_MS);
      await session.expectEnds('SIGINT', 'in the middle of a wait');
    },
  },
];

function expectNoLastEventId(judge: Judge, session: Session, exchange: Exchange): void {
  const came = exchange.field('Last-Event-ID');
  if (came !== undefined) {
    judge.fail('the last event ID is empty, and your client sent Last-Event-ID', 'empty-last-event-id', {
      ...session.service.evidence(['no Last-Event-ID'], `Last-Event-ID: ${came}`),
    });
  }
  judge.observe();
}

function expectLastEventId(judge: Judge, exchange: Exchange, wanted: string, symptom: string): void {
  const came = lastEventIdOf(exchange);
  if (came === wanted) {
    judge.observe();
    return;
  }
  const actual = came === undefined ? 'no Last-Event-ID' : `Last-Event-ID: ${JSON.stringify(came)}`;
  judge.fail(
    `your client came back with ${actual}, and the last event ID is ${JSON.stringify(wanted)}`,
    came === undefined ? 'no-last-event-id' : symptom,
    { sent: [], accepted: [`Last-Event-ID: ${wanted}`], actual },
  );
}
