/** Step 6: readers that come back. */

import type { ServerProgram } from '../../drive/server-program.ts';
import { EventStreamPeer, type ExpectedEvent, streamRequest } from '../../peer/event-stream-peer.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { drawPublications, hints, Publisher } from './requests.ts';

const HISTORY = 5;
const DISCONNECTS = 50;
/** While the reader is cut and comes back. It ends earlier when the reader is through. */
const MOST_EVENTS = 4000;

const RESUME =
  'It gets the held events behind that one, in order, and then what is live. There is no gap and nothing comes twice, also when events are published in the very moment in which it comes back.';
const RESET =
  'the reader gets an event of the type `reset`, with some data, before anything else, and then what is live. Held events do not follow it.';

const HINTS = hints({
  twice:
    'The reader said which event it has read, and got that one or an earlier one again. What is replayed begins behind it.',
  gap: 'An event that the reader had not read was left out. What is replayed begins right behind the last one that it has read, and what is live right behind that.',
  'wrong-order':
    'What was missed comes first, in the order in which it was published, and then what is live.',
  'not-delivered':
    'The reader said which event it has read last, and what came behind that one did not come. Where do you read Last-Event-ID? The name of a field is compared without its case.',
  'no-reset':
    'Nobody knows what this reader has missed, so it must be told: with a reset, before anything else.',
  'reset-undispatched': 'The reset is a block with a type and no data: a reader dispatches nothing for it.',
  'held-after-reset':
    'Held events came behind the reset, or in its place. The reader loads its state anew, and would take them for news.',
  'id-twice':
    'Two events have the same id. Who comes back with it gets one of them twice, or never. A clock is no counter.',
  otherwise:
    'Take the events of this report one by one: which are held, which has the reader read, what is it to get?',
});

async function resume(
  judge: Judge,
  server: ServerProgram,
  lane: string,
  lastEventId: string,
): Promise<EventStreamPeer> {
  return EventStreamPeer.open(judge, server, { lane, lastEventId });
}

export const resuming: Check[] = [
  {
    id: 'lab-09/replay',
    step: 6,
    title: 'a reader that comes back gets what it has missed, and then what is live',
    rule: 'README, step 6',
    quote: RESUME,
    level: 'lab',
    needs: ['lab-09/fan-out'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const publisher = new Publisher(judge, server);
      const drawn = judge.draw('events', (random) => drawPublications(random, 14));
      await publisher.publishAll(drawn.slice(0, 10));
      const { log } = publisher;
      const from = judge.draw('from', (random) => random.shuffle([0, 1, 2, 3, 4, 5, 6, 7]).slice(0, 3));
      const readers: EventStreamPeer[] = [];
      for (const at of [...from, 8]) {
        const reader = await resume(judge, server, `behind event ${at + 1}`, log[at]!.id!);
        await reader.expectEvents(log.slice(at + 1), { old: log.slice(0, at + 1) });
        readers.push(reader);
      }
      const live = await publisher.publishAll(drawn.slice(10));
      for (const reader of readers) await reader.expectEvents(live);
    },
  },
  {
    id: 'lab-09/newest-id',
    step: 6,
    title: 'with the newest id, and with an empty one, nothing is replayed',
    rule: 'README, step 6',
    quote: 'With the id of the newest event nothing is replayed. An empty `Last-Event-ID` counts as none.',
    level: 'lab',
    needs: ['lab-09/replay'],
    hints: hints({
      ...HINTS,
      'unexpected-reset':
        'Nothing is missing here: the reader has read the newest event, or has said no id at all. An empty id is none.',
    }),
    async run(judge) {
      const server = await judge.server();
      const publisher = new Publisher(judge, server);
      const drawn = judge.draw('events', (random) => drawPublications(random, 4));
      await publisher.publishAll(drawn.slice(0, 3));
      const old = [...publisher.log];
      const newest = await resume(judge, server, 'newest', old.at(-1)!.id!);
      const empty = await resume(judge, server, 'empty', '');
      const live = await publisher.publish(drawn[3]!);
      await newest.expectEvent(live, { old });
      await empty.expectEvent(live, { old });
    },
  },
  {
    id: 'lab-09/field-name',
    step: 6,
    title: 'Last-Event-ID is found in any case',
    rule: 'README, step 6',
    quote: 'The name of the field is compared without its case.',
    level: 'lab',
    needs: ['lab-09/replay'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const publisher = new Publisher(judge, server);
      const [first, ...missed] = await publisher.publishAll(
        judge.draw('events', (random) => drawPublications(random, 3)),
      );
      for (const name of ['last-event-id', 'LAST-EVENT-ID', 'Last-Event-Id']) {
        const plain = streamRequest({ lastEventId: first!.id! });
        const bytes = Buffer.from(
          Buffer.from(plain).toString('latin1').replace('Last-Event-ID', name),
          'latin1',
        );
        const reader = await EventStreamPeer.open(judge, server, { lane: name, bytes });
        await reader.expectEvents(missed, { old: [first!] });
      }
    },
  },
  {
    id: 'lab-09/history',
    step: 6,
    program: 'own',
    title: 'HISTORY events are held, and what is not held is a reset',
    rule: 'README, step 6',
    quote: RESET,
    level: 'lab',
    needs: ['lab-09/replay'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.startServer({ env: { HISTORY: `${HISTORY}` } });
      const publisher = new Publisher(judge, server);
      const drawn = judge.draw('events', (random) => drawPublications(random, 20));
      const old = await publisher.publishAll(drawn.slice(0, 12));
      const oldest = old.length - HISTORY;
      const held = await resume(judge, server, 'the oldest held', old[oldest]!.id!);
      await held.expectEvents(old.slice(oldest + 1), { old: old.slice(0, oldest + 1) });
      const strangers = judge.draw('ids', (random) => [
        random.letters(8),
        `${random.integer(1_000_000, 9_999_999)}`,
      ]);
      const ids: [lane: string, id: string][] = [
        ['too old', old[oldest - 2]!.id!],
        ['the very first', old[0]!.id!],
        ...strangers.map((id): [string, string] => [`id ${id}, which was never given`, id]),
      ];
      const readers: EventStreamPeer[] = [];
      let resetId = '';
      for (const [lane, id] of ids) {
        const reader = await resume(judge, server, lane, id);
        resetId = (await expectReset(reader, old)) || resetId;
        readers.push(reader);
      }
      const before = await resume(judge, server, 'just before the oldest', old[oldest - 1]!.id!);
      await before.settle(() => before.unread.length > 0);
      if (before.unread[0]?.type === 'reset') await expectReset(before, old);
      else await before.expectEvents(old.slice(oldest), { old: old.slice(0, oldest) });
      const live = await publisher.publish(drawn[12]!);
      for (const reader of [...readers, before, held]) {
        const [event] = reader.unread;
        if (event !== undefined && old.some(({ id }) => id === event.id))
          reader.fail('a held event came behind the reset', 'held-after-reset', ['what is live']);
        await reader.expectEvent(live);
      }
      if (resetId === '') return;
      const again = await resume(judge, server, 'back with the id of a reset', resetId);
      await again.expectEvent(live, { old });
    },
  },
  {
    id: 'lab-09/disconnects',
    step: 6,
    program: 'own',
    title: `${DISCONNECTS} disconnects while events are published: no gap, nothing twice`,
    rule: 'README, step 6',
    quote: RESUME,
    level: 'lab',
    needs: ['lab-09/replay'],
    hints: hints({
      ...HINTS,
      gap: 'An event is missing that was published in the moment in which the reader came back. Between what is replayed and what is live nothing may happen: is there an await, or a timer?',
      twice:
        'An event came twice: it was replayed, and was live as well. Between what is replayed and what is live nothing may happen.',
    }),
    async run(judge) {
      const server = await judge.startServer({ env: { HISTORY: `${MOST_EVENTS * 2}` } });
      const plan = judge.draw('plan', (random) =>
        Array.from({ length: DISCONNECTS }, () => [random.integer(0, 5), random.integer(0, 3)]),
      );
      let over = false;
      const publisher = new Publisher(judge, server);
      const publishing = (async () => {
        for (let number = 1; number <= MOST_EVENTS && !over; number += 1) {
          await publisher.publish({ data: `event ${number}` });
        }
      })();
      // Its failure is awaited below; meanwhile it must not end the checker.
      publishing.catch(() => {});
      let next = 0;
      let lastEventId = '';
      try {
        let reader = await EventStreamPeer.open(judge, server, { lane: 'connection 1' });
        for (const [index, [events = 0, how]] of plan.entries()) {
          const wanted = index === 0 ? 1 : events;
          await reader.settle(() => reader.unread.length >= wanted || over);
          next = take(judge, reader, next);
          lastEventId = reader.lastEventId || lastEventId;
          if (how === 0) reader.tcp.vanish();
          else reader.tcp.reset();
          if (how === 1) {
            // Gone before it has read anything.
            const hasty = await EventStreamPeer.ask(judge, server, {
              lane: `hasty ${index + 1}`,
              lastEventId,
            });
            hasty.tcp.reset();
          }
          reader = await resume(judge, server, `connection ${index + 2}`, lastEventId);
        }
        over = true;
        await publishing;
        const all = publisher.log.length;
        await reader.settle(
          () => next + reader.unread.length > all || numberOf(reader.unread.at(-1)) === all,
        );
        next = take(judge, reader, next);
        const last = publisher.log.at(-1)!;
        if (next !== all + 1) await reader.expectEvent(last);
        judge.observe();
      } finally {
        over = true;
        await publishing.catch(() => {});
      }
    },
  },
];

/** A reset comes first. @returns its id */
async function expectReset(reader: EventStreamPeer, old: readonly ExpectedEvent[]): Promise<string> {
  const { stream } = reader.response;
  const undispatched = (): boolean => stream.remarks.some(({ kind }) => kind === 'no-data');
  await reader.settle(() => reader.unread.length > 0 || undispatched());
  const accepted = ['an event of the type "reset", with some data'];
  const [event] = reader.unread;
  if (event === undefined) {
    if (undispatched()) reader.fail('a reset came that dispatches nothing', 'reset-undispatched', accepted);
    reader.fail(`nothing came for an id that is not held (${reader.tcp.lane})`, 'no-reset', accepted);
  }
  if (event.type !== 'reset') {
    const held = old.some(({ id }) => id === event.id);
    const symptom = held ? 'held-after-reset' : 'no-reset';
    reader.fail(
      `an id that is not held (${reader.tcp.lane}) brought other events than a reset`,
      symptom,
      accepted,
    );
  }
  await reader.expectEvent({ type: 'reset', data: event.data });
  return event.id;
}

function numberOf(event: ExpectedEvent | undefined): number {
  return Number(/^event (\d+)$/.exec(event?.data ?? '')?.[1] ?? Number.NaN);
}

/** Take what has come: each event must have the next number. @returns the number that comes next; 0 before the first */
function take(judge: Judge, reader: EventStreamPeer, next: number): number {
  let wanted = next;
  for (const event of reader.unread) {
    const number = numberOf(event);
    const accepted = [wanted === 0 ? 'any event to begin with' : `event ${wanted}`];
    const message = `${reader.tcp.lane} dispatched ${JSON.stringify(event.data)}, expected ${accepted[0]}`;
    if (event.type === 'reset') reader.fail(message, 'unexpected-reset', accepted);
    if (Number.isNaN(number)) reader.fail(message, 'unpublished', accepted);
    if (wanted !== 0 && number !== wanted) reader.fail(message, number < wanted ? 'twice' : 'gap', accepted);
    wanted = number + 1;
  }
  reader.skip();
  judge.observe();
  return wanted;
}
