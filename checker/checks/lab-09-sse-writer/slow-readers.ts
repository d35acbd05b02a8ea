/** Step 7: readers that do not read, and readers that are gone. */
import { openDescriptors } from '../../drive/processes.ts';
import type { ServerProgram } from '../../drive/server-program.ts';
import { sleep, waitUntil } from '../../drive/waiting.ts';
import { within } from '../../drive/within.ts';
import { EventStreamPeer, type ExpectedEvent, same } from '../../peer/event-stream-peer.ts';
import { ReaderCrowd } from '../../peer/reader-crowd.ts';
import type { Check, Machine } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { MIB, memoryOf } from '../memory.ts';
import { drawPublications, hints, Publisher } from './requests.ts';

const LARGE = 200_000;
/** 92 MiB in all: several times what any system holds for a socket, and more than may be kept. */
const LARGE_EVENTS = 480;
const AT_ONCE = 16;
const MAX_GROWTH = 64 * MIB;
const READERS = 1000;
/** Less than what comes live to the reader that never reads. */
const FEW_BYTES = 9000;
const LIVE_EVENTS = 5;
const REPLAYED_EVENTS = 30;
const ROUNDS = 5;
const MOST_ROUNDS = 12;
/** Rounds that are compared: what is left of so many is more than what comes and goes by itself. */
const APART = 2;
const PER_ROUND = 160;
/** As many readers in all, and few of them at a time. */
const FEW_PER_ROUND = 32;
const MANY_ROUNDS = 25;
/**
 * Twice what 160 readers and the program itself need in a reference; it would keep 16 MiB of 800. A program that runs out
 * of memory has kept its readers, whenever it collects its garbage.
 */
const HEAP_MIB = 14;
const SMALL_HEAP = { NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}` };
/** As much as lab 05 takes: who keeps a reader keeps its request. */
const LONG_HEAD = ['a', 'b'].map((name) => `Cookie: ${name}=${name.repeat(7000)}`);
const MAX_LEFT = 24 * MIB;
const FORGOTTEN_MS = 10_000;
/** A program that is out of memory says so at length before it ends. */
const EXIT_MS = 2000;
/** Other descriptors come and go too. */
const SLACK = 8;

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
      const publisher = new Publisher(judge, server);
      const large = { data: Buffer.from(judge.drawBulk('data', LARGE)).toString('latin1') };
      await publisher.publishAtOnce(large, AT_ONCE, 'nobody reads');
      const level = memoryOf(server);
      const stalled = await EventStreamPeer.open(judge, server, { lane: 'stalled' });
      stalled.tcp.stopReading();
      const events: ExpectedEvent[] = [];
      let grown = 0;
      while (events.length < LARGE_EVENTS && grown <= MAX_GROWTH) {
        events.push(...(await publisher.publishAtOnce(large, AT_ONCE, 'one reader does not read')));
        grown = Math.max(grown, memoryOf(server) - level);
      }
      const shown = `${(grown / MIB).toFixed(1)} MiB`;
      judge.trace.note(`memory grew by ${shown} while one reader did not read`);
      judge.trace.judge('stalled', 'begins to read');
      stalled.tcp.startReading();
      await stalled.settle(() => stalled.unread.length === events.length || stalled.response.complete);
      expectPrefix(judge, stalled, events);
      if (!isOver(stalled))
        stalled.fail(
          `a reader that did not read was not cut: ${stalled.unread.length} events of ${LARGE.toLocaleString('en-US')} bytes came when it read at last`,
          'never-cut',
          ['a stream that ends, or breaks off'],
        );
      if (grown > MAX_GROWTH)
        judge.fail(`memory grew by ${shown} while one reader did not read`, 'memory-grows', {
          accepted: ['at most 64 MiB more than before'],
          actual: `${shown} more`,
        });
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
      const server = await judge.startServer({ env: { MAX_BUFFERED: `${FEW_BYTES}` } });
      const publisher = new Publisher(judge, server);
      const large = { data: Buffer.from(judge.drawBulk('large', LARGE)).toString('latin1') };
      const texts = judge.draw('texts', (random) => drawPublications(random, LIVE_EVENTS));
      const bulk = Buffer.from(judge.drawBulk('data', FEW_BYTES / 3)).toString('latin1');
      const live = texts.map(({ data, ...event }) => ({ ...event, data: `${data} ${bulk}` }));
      // What is replayed is more than its system takes, so that all that is live waits for the one that does not read.
      const [first, ...missed] = await publisher.publishAtOnce(large, REPLAYED_EVENTS, 'nobody reads');
      const never = await EventStreamPeer.open(judge, server, {
        lane: 'never reads',
        lastEventId: first!.id!,
      });
      never.tcp.stopReading();
      const crowd = await ReaderCrowd.gather(judge, server, READERS - 1);
      const level = memoryOf(server);
      const published: ExpectedEvent[] = [];
      let grown = 0;
      for (const events of [live.slice(0, 2), live.slice(2)]) {
        const now = await publisher.publishAll(events);
        await crowd.expectEvents(now);
        published.push(...now);
        grown = Math.max(grown, memoryOf(server) - level);
      }
      await crowd.leave('reset');
      if (grown > MAX_GROWTH)
        judge.fail('memory grew while one of 1,000 readers did not read', 'memory-grows', {
          accepted: ['at most 64 MiB more than before'],
          actual: `${(grown / MIB).toFixed(1)} MiB more`,
        });
      const expected = [...missed, ...published];
      never.tcp.startReading();
      await never.settle(() => never.unread.length === expected.length || never.response.complete);
      expectPrefix(judge, never, expected);
      judge.trace.note(`${never.unread.length} of ${expected.length} events were sent to it`);
      // Where its system has taken all, there was nothing to cut it for.
      if (!isOver(never) && never.unread.length < expected.length)
        never.fail('events are missing at the reader that had not read, and its stream goes on', 'gap', [
          'every event, in order, until the stream breaks off',
        ]);
      judge.observe();
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
      const large = { data: Buffer.from(judge.drawBulk('data', LARGE)).toString('latin1') };
      const [first, ...missed] = await publisher.publishAtOnce(large, 13, 'nobody reads');
      const reader = await EventStreamPeer.open(judge, server, { lastEventId: first!.id! });
      await reader.expectEvents(missed);
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
      const heap = judge.foreign ? {} : SMALL_HEAP;
      let death = await comeAndGo(judge, PER_ROUND, ROUNDS, heap);
      // A program may need more for those that are there, and keep nobody: with a few at a time it lives.
      if (death !== undefined) death = await comeAndGo(judge, FEW_PER_ROUND, MANY_ROUNDS, heap);
      if (death !== undefined && death.round > 1)
        judge.crash(
          `your server ran out of memory in round ${death.round} of ${FEW_PER_ROUND} readers that come and go`,
          'memory-left',
          death.server.program,
          {
            accepted: [`${HEAP_MIB} MiB for its objects are enough, round after round`],
            actual: death.server.program.describeExit(),
          },
        );
      // So much is not for readers that are gone.
      if (death !== undefined) await comeAndGo(judge, PER_ROUND, ROUNDS, {});
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
      const who = '100 readers whose connections were reset';
      await expectForgotten(judge, server, new Publisher(judge, server), base, who);
    },
  },
];

/** What came must be the beginning of what was published. */
function expectPrefix(judge: Judge, reader: EventStreamPeer, published: readonly ExpectedEvent[]): void {
  const got = reader.unread;
  const wrong = got.findIndex((event, index) => !same(event, published[index] ?? { type: '', data: '' }));
  if (wrong === -1) return;
  const [came, expected] = [got[wrong]!.id, published[wrong]?.id].map((id) => JSON.stringify(id));
  judge.fail(
    `event ${wrong + 1} of the reader that had stalled has the id ${came}, expected ${expected ?? 'none'}`,
    'gap',
    {
      accepted: ['every event, in order, until the stream breaks off'],
      actual: `the ids of ${wrong === 0 ? '' : `the first ${wrong} events, and then `}${came}`,
    },
  );
}

function isOver({ tcp, response }: EventStreamPeer): boolean {
  return tcp.ended !== undefined || response.complete;
}

async function ranOutOfMemory({ program }: ServerProgram): Promise<boolean> {
  await within(program.exited, EXIT_MS);
  return program.exit !== undefined && /heap out of memory/.test(program.stderr.lastText());
}

/**
 * Readers come and go, round after round: descriptors and memory must come back.
 *
 * @returns undefined, or the round in which the program ran out of memory
 */
async function comeAndGo(
  judge: Judge,
  perRound: number,
  rounds: number,
  heap: Record<string, string>,
): Promise<{ round: number; server: ServerProgram } | undefined> {
  const server = await judge.startServer({ env: { HEARTBEAT_MS: '25', HISTORY: '2', ...heap } });
  const publisher = new Publisher(judge, server);
  const base = descriptors(server);
  const memory: number[] = [];
  // Where nobody is kept, memory comes to rest; where somebody is, it grows in each round.
  const grows = (): boolean => memory.at(-1)! - memory.at(-1 - APART)! > MAX_LEFT;
  while (memory.length < rounds || (memory.length < MOST_ROUNDS && grows())) {
    const round = memory.length + 1;
    try {
      const crowd = await ReaderCrowd.gather(judge, server, perRound, LONG_HEAD);
      await crowd.expectEvents([await publisher.publish({ data: `round ${round}` })]);
      await crowd.leave('fin');
      const who = `${perRound} readers that went away in round ${round}`;
      await expectForgotten(judge, server, publisher, base, who);
    } catch (error) {
      if (await ranOutOfMemory(server)) return { round, server };
      throw error;
    }
    memory.push(memoryOf(server));
  }
  const shown = memory.map((bytes) => (bytes / MIB).toFixed(1)).join(', ');
  judge.trace.note(`memory after each round, in MiB: ${shown}`);
  if (grows())
    judge.fail(`memory grows with each round of ${perRound} readers that come and go`, 'memory-left', {
      accepted: [`after some round at most ${MAX_LEFT / MIB} MiB more than ${APART} rounds before`],
      actual: `${shown} MiB after the ${memory.length} rounds`,
    });
  return undefined;
}

/** None of a program that has ended and whose exit is not known yet. */
function descriptors({ program }: ServerProgram): number {
  return program.pid === undefined ? 0 : (openDescriptors(program.pid) ?? 0);
}

/** The connections of those that are gone are closed, and the program still serves. */
async function expectForgotten(
  judge: Judge,
  server: ServerProgram,
  publisher: Publisher,
  base: number,
  who: string,
): Promise<void> {
  const { program } = server;
  const back = (): boolean => {
    const open = descriptors(server);
    return open > 0 && open <= base + SLACK;
  };
  await waitUntil(
    () => back() || program.exit !== undefined,
    () => sleep(10),
    FORGOTTEN_MS,
  );
  if (program.exit !== undefined)
    judge.crash(`your server ended (${program.describeExit()}) after ${who}`, 'crashed', program);
  if (!back()) {
    const open = descriptors(server);
    judge.fail(
      `${open - base} more files are open than before ${who}, after ${FORGOTTEN_MS / 1000} s`,
      'descriptors-left',
      {
        accepted: [`at most ${base + SLACK} open files, as before`],
        actual: `${open} open files`,
      },
    );
  }
  await publisher.publish({ data: `behind ${who}` });
}
