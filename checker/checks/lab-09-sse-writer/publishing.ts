/** Step 4: what is published, and who gets it. */
import { EventStreamPeer, type ExpectedEvent } from '../../peer/event-stream-peer.ts';
import { HttpPeer } from '../../peer/http.ts';
import type { Check } from '../../run/check.ts';
import { drawPublications, hints, OTHERWISE, Publisher, request } from './requests.ts';

/** README: bodies of up to 256 KiB are taken. */
const LARGEST_BODY = 256 * 1024;

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
