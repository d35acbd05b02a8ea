/** Step 7: readers that do not read, and readers that are gone. */
import { openDescriptors } from '../../drive/processes.ts';
import type { ServerProgram } from '../../drive/server-program.ts';
import { sleep, waitUntil } from '../../drive/waiting.ts';
import { EventStreamPeer, type ExpectedEvent, same } from '../../peer/event-stream-peer.ts';
import { HttpPeer } from '../../peer/http.ts';
import { ReaderCrowd } from '../../peer/reader-crowd.ts';
import type { Check, Machine } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { MIB, memoryOf } from '../memory.ts';
import { drawPublications, hints, Publisher, request } from './requests.ts';

const LARGE = 200_000;
/** 91 MiB in all: several times what any system holds for a socket, and more than may be kept. */
const LARGE_EVENTS = 480;
/** In one segment after the other, without a wait between them. */
const AT_ONCE = 8;
const MAX_GROWTH = 64 * MIB;
const READERS = 1000;
const ROUNDS = 5;
const MOST_ROUNDS = 12;
/** Rounds that are compared: what is left of so many is more than what comes and goes by itself. */
const APART = 2;
const PER_ROUND = 400;
const FORGOTTEN_MS = 10_000;
/** Other descriptors come and go too. */
const SLACK = 8;
const MAX_LEFT = 14 * MIB;
const SETTLING_EVENTS = 20;
/** For all rounds. */
const MOST_MS = 30_000;

const untold = ({ platform }: Machine): string | undefined =>
  platform === 'linux' ? undefined : 'only Linux tells how many files a program has open';

const OTHERWISE = { otherwise: 'For each reader: what waits for it, who counts it, and who takes it away?' };

const HINTS = hints({
  'memory-grows':
    'What a reader does not read stays in your memory. write answers false when it does not keep up: then its events wait in your program, and what waits is counted.',
  'never-cut':
    'The reader read nothing, and much more than MAX_BUFFERED came to it in the end: all of it had waited. Count the bytes that wait for it, and cut it when they are too many.',
  gap: 'Events were left out of this stream, and it went on. The reader cannot know. A stream that breaks off it notices, and comes back.',
  'publish-unanswered':
    'One reader does not read, and the publish is not answered any more. Nobody waits for the slowest.',
  'not-delivered': 'One reader does not read, and others did not get an event. Each reader waits for itself.',
  ...OTHERWISE,
});

export const slowReaders: Check[] = [
  {
    id: 'lab-09/stalled',
    step: 7,
    program: 'own',
    title: 'a reader that does not read is bounded, then cut, and never given a gap',
    rule: 'README, step 7',
    quote:
      'It is never given a gap. What it has been sent until it is cut is every event, in order, none left out: throwing events away and going on would be a lie.',
    level: 'lab',
    needs: ['lab-09/fan-out', 'lab-09/large-publish'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.startServer({ env: { MAX_BUFFERED: '524288', HISTORY: '2' } });
      const data = Buffer.from(judge.drawBulk('data', LARGE)).toString('latin1');
      const rest = Buffer.from(`,"data":"${data}"}`);
      const client = await HttpPeer.connect(judge, server, { lane: 'publisher' });
      const events: ExpectedEvent[] = [];
      const publish = async (): Promise<void> => {
        const bodies = Array.from({ length: AT_ONCE }, () => {
          const type = `n${events.length}`;
          events.push({ type, data });
          return request('POST /publish', Buffer.concat([Buffer.from(`{"event":"${type}"`), rest]));
        });
        await client.send(Buffer.concat(bodies), { requests: AT_ONCE });
        for (let answer = 0; answer < AT_ONCE; answer += 1)
          await client.expectResponse({
            to: 'POST /publish, while one reader does not read',
            status: 201,
            silence: { waiting: 'publish-unanswered', 'not-reading': 'publish-unanswered' },
          });
      };
      for (let warm = 0; warm < 5; warm += 1) await publish();
      const level = memoryOf(server);
      const stalled = await EventStreamPeer.open(judge, server, { lane: 'stalled' });
      stalled.tcp.stopReading();
      const first = events.length;
      let peak = level;
      while (events.length - first < LARGE_EVENTS) {
        await publish();
        peak = Math.max(peak, memoryOf(server));
        if (peak - level > MAX_GROWTH) break;
      }
      const grown = `${((peak - level) / MIB).toFixed(1)} MiB`;
      judge.trace.note(`memory grew by ${grown} while one reader did not read`);
      if (peak - level > MAX_GROWTH)
        judge.fail(`memory grew by ${grown} while one reader did not read`, 'memory-grows', {
          accepted: ['at most 64 MiB more than before'],
          actual: `${grown} more`,
        });
      judge.trace.judge('stalled', 'begins to read');
      stalled.tcp.startReading();
      await stalled.settle(
        () => stalled.unread.length === events.length - first || stalled.response.complete,
      );
      const got = stalled.unread;
      const wrong = got.findIndex((event, index) => !same(event, events[first + index]!));
      if (wrong !== -1)
        stalled.fail(
          `event ${wrong + 1} of the reader that had stalled is ${JSON.stringify(got[wrong]!.type)}, expected ${JSON.stringify(events[first + wrong]!.type)}`,
          'gap',
          ['every event, in order, until the stream breaks off'],
        );
      if (stalled.tcp.ended === undefined && !stalled.response.complete)
        stalled.fail(
          `a reader that did not read was not cut: ${got.length} events of ${LARGE.toLocaleString('en-US')} bytes came when it read at last`,
          'never-cut',
          ['a stream that ends, or breaks off'],
        );
      judge.observe();
    },
  },
  {
    id: 'lab-09/thousand',
    step: 7,
    program: 'own',
    title: '1,000 readers get each event in order while one never reads',
    rule: 'README, step 7',
    quote: 'The others notice nothing: 1,000 readers get each event in order while one of them never reads.',
    level: 'lab',
    needs: ['lab-09/fan-out', 'lab-09/replay', 'lab-09/large-publish'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.startServer();
      const publisher = new Publisher(judge, server);
      const large = Buffer.from(judge.drawBulk('data', LARGE)).toString('latin1');
      const before = judge.draw('before', (random) => drawPublications(random, 4));
      const after = judge.draw('after', (random) => drawPublications(random, 4));
      // More than its system takes waits for the one that does not read.
      for (let event = 0; event < 30; event += 1) await publisher.publish({ data: large });
      const never = await EventStreamPeer.open(judge, server, {
        lane: 'never reads',
        lastEventId: publisher.log[0]!.id!,
      });
      never.tcp.stopReading();
      const crowd = await ReaderCrowd.gather(judge, server, READERS);
      await crowd.expectEvents(await publisher.publishAll(before));
      await crowd.expectEvents(await publisher.publishAll(after));
      await crowd.leave('reset');
      never.tcp.reset();
    },
  },
  {
    id: 'lab-09/large-replay',
    step: 7,
    title: 'what is replayed does not count for MAX_BUFFERED',
    rule: 'README, step 7',
    quote:
      'Events that are replayed do not count: a reader that comes back and reads gets them all, however many bytes they are.',
    level: 'lab',
    needs: ['lab-09/replay', 'lab-09/large-publish'],
    hints: hints({
      fin: 'The reader reads, and was cut in the middle of what it had missed. It will come back and be cut again, for ever.',
      reset:
        'The reader reads, and was cut in the middle of what it had missed. It will come back and be cut again, for ever.',
      ...OTHERWISE,
    }),
    async run(judge) {
      const server = await judge.server();
      const publisher = new Publisher(judge, server);
      const data = Buffer.from(judge.drawBulk('data', LARGE)).toString('latin1');
      for (let event = 0; event < 25; event += 1) await publisher.publish({ data });
      const reader = await EventStreamPeer.open(judge, server, { lastEventId: publisher.log[0]!.id! });
      await reader.expectEvents(publisher.log.slice(1));
      await reader.expectEvent(await publisher.publish({ data: 'live' }));
    },
  },
  {
    id: 'lab-09/forgotten',
    step: 7,
    program: 'own',
    title: 'readers that are gone are forgotten, round after round',
    rule: 'README, step 7',
    quote:
      'When many readers have come and gone, round after round, the memory of your server and the number of its open files are back where they were, once it has sent heartbeats or events.',
    level: 'lab',
    needs: ['lab-09/fan-out', 'lab-09/heartbeat'],
    lacks: untold,
    hints: hints({
      'descriptors-left':
        'Connections are still open whose readers are gone. What ends a response when its reader is gone?',
      'memory-left':
        'Something of each reader stays in your memory when it is gone: in a list, in a map, in a timer, in a listener. Who takes it out?',
      ...OTHERWISE,
    }),
    async run(judge) {
      const server = await judge.startServer({ env: { HEARTBEAT_MS: '50', HISTORY: '2' } });
      const publisher = new Publisher(judge, server);
      const data = Buffer.from(judge.drawBulk('data', LARGE)).toString('latin1');
      // Much that is soon done with makes a program look for what it can give back.
      const settledMemory = async (): Promise<number> => {
        for (let event = 0; event < SETTLING_EVENTS; event += 1) await publisher.publish({ data });
        return memoryOf(server);
      };
      const base = descriptors(server);
      // Memory comes to rest in a program that forgets; in one that does not, it grows in each round.
      const memory: number[] = [];
      const growth = (): number => memory.at(-1)! - memory.at(-1 - APART)!;
      const began = performance.now();
      const busy = (): boolean => performance.now() - began > MOST_MS;
      while (memory.length < ROUNDS || (growth() > MAX_LEFT && memory.length < MOST_ROUNDS && !busy())) {
        const round = memory.length + 1;
        const crowd = await ReaderCrowd.gather(judge, server, PER_ROUND);
        await crowd.expectEvents([await publisher.publish({ data: `round ${round}` })]);
        await crowd.leave('fin');
        const who = `${PER_ROUND} readers that went away in round ${round}`;
        await expectForgotten(judge, server, base, who, 'descriptors-left');
        memory.push(await settledMemory());
      }
      const shown = memory.map((bytes) => (bytes / MIB).toFixed(1)).join(', ');
      judge.trace.note(`memory after each round, in MiB: ${shown}`);
      if (growth() > MAX_LEFT)
        judge.fail(`memory grows with each round of ${PER_ROUND} readers that come and go`, 'memory-left', {
          accepted: [`after some round at most ${MAX_LEFT / MIB} MiB more than ${APART} rounds before`],
          actual: `${shown} MiB after the ${memory.length} rounds`,
        });
      judge.observe();
    },
  },
  {
    id: 'lab-09/reset-forgotten',
    step: 7,
    program: 'own',
    title: 'a reader whose connection was reset is forgotten at once',
    rule: 'README, step 7',
    quote: 'A reader whose connection was reset is forgotten without that.',
    level: 'lab',
    needs: ['lab-09/head-at-once'],
    lacks: untold,
    hints: hints({
      'descriptors-left':
        'Connections that were reset are still open in your program. Who listens for their end?',
      ...OTHERWISE,
    }),
    async run(judge) {
      const server = await judge.startServer({ env: { HEARTBEAT_MS: '3600000' } });
      const base = descriptors(server);
      const crowd = await ReaderCrowd.gather(judge, server, 100);
      await crowd.leave('reset');
      await expectForgotten(
        judge,
        server,
        base,
        '100 readers whose connections were reset',
        'descriptors-left',
      );
    },
  },
];

function descriptors({ program }: ServerProgram): number {
  return program.pid === undefined ? 0 : (openDescriptors(program.pid) ?? 0);
}

async function expectForgotten(
  judge: Judge,
  server: ServerProgram,
  base: number,
  who: string,
  symptom: string,
): Promise<void> {
  await waitUntil(
    () => descriptors(server) <= base + SLACK || server.program.exit !== undefined,
    () => sleep(10),
    FORGOTTEN_MS,
  );
  const { program } = server;
  if (program.exit !== undefined)
    judge.crash(`your server ended (${program.describeExit()}) after ${who}`, 'crashed', program);
  const open = descriptors(server);
  if (open > base + SLACK)
    judge.fail(
      `${open - base} more files are open than before ${who}, after ${FORGOTTEN_MS / 1000} s`,
      symptom,
      {
        accepted: [`at most ${base + SLACK} open files, as before`],
        actual: `${open} open files`,
      },
    );
  judge.observe();
}
