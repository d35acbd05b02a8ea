/** Step 1: each event comes from the call that brings the end of its empty line. */
import { BYTE_BY_BYTE, type Cuts, chunkEnd, WHOLE } from '../../drive/cuts.ts';
import { count, excerpt } from '../../peer/compare.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { HINTS } from './hints.ts';
import { describeEvent, fits } from './reading.ts';
import { drawWords } from './rows.ts';
import { piecesOf, readPieces, StreamReader, type Told } from './stream-reader.ts';
import { PARSER } from './symptoms.ts';

const LIMIT_MS = 3000;

export const inTime: Check[] = [
  {
    id: 'lab-10/in-time',
    step: 1,
    title: 'an event is given out by the call that brings the end of its empty line',
    rule: 'README, step 1',
    quote:
      'In the same way an event is given out by the call that brings the end of its empty line, not by a later one, however many events the chunk has.',
    level: 'lab',
    needs: ['lab-10/cr-at-once', 'lab-10/cut-in-crlf'],
    hints: {
      ...HINTS,
      'one-event-a-call':
        'The chunk had several events, whole, and one came. On a quiet stream there is no later call: go on until the bytes are used up.',
      otherwise: 'When the empty line is there, give out what it completes, with this call.',
    },
    async run(judge) {
      const { one, two, type } = drawWords(judge);
      await expectInTime(judge, [
        ['two events', `data: ${one}\n\ndata: ${two}\n\n`],
        ['three events and half of another', `data: ${one}\n\ndata: ${two}\n\ndata: ${type}\n\ndata: `],
        ['two events with CRs', `data: ${one}\r\rdata: ${two}\r\r`],
        ['two events with CRLFs', `data: ${one}\r\n\r\ndata: ${two}\r\n\r\n`],
        ['an event and a comment', `data: ${one}\n\n: ${two}`],
        ['twenty events', `data: ${one}\n\n`.repeat(20)],
      ]);
    },
  },
];

/** In one piece, byte by byte, and in pieces of 7: no event may come later than it must. Sooner there is none. */
async function expectInTime(judge: Judge, streams: readonly (readonly [string, string])[]): Promise<void> {
  const host = await judge.module();
  for (const [name, stream] of streams) {
    const bytes = Buffer.from(stream);
    const ways: Cuts[] = [WHOLE, BYTE_BY_BYTE, { everyBytes: 7 }];
    const { className } = PARSER;
    const outcome = await host.feed({ className, bytes, ways, end: false, counted: true }, LIMIT_MS);
    for (const way of outcome.ways) {
      if (way.kind !== 'ok') judge.failModule(way);
      const due = readPieces(new StreamReader(), piecesOf(bytes, way.cuts));
      expectCalls(judge, { name, bytes, cuts: way.cuts, due, came: callsOf(way.events, way.counts) });
    }
    judge.observe();
  }
}

interface Calls {
  name: string;
  bytes: Uint8Array;
  cuts: Cuts;
  /** For each call what is complete with it. */
  due: Told[][];
  came: unknown[][];
}

function expectCalls(judge: Judge, { name, bytes, cuts, due, came }: Calls): void {
  for (const call of came.keys()) {
    const dueByNow = due.slice(0, call + 1).flat();
    const cameByNow = came.slice(0, call + 1).flat();
    const missing = dueByNow.find((one, at) => !fits(cameByNow[at], one));
    if (missing === undefined && cameByNow.length === dueByNow.length) continue;
    const after = chunkEnd(cuts, call, bytes.length);
    const pieces = 'everyBytes' in cuts ? `, in pieces of ${count(cuts.everyBytes, 'byte')}` : '';
    const events = cameByNow.map(describeEvent).join(', ') || 'no event';
    const wanted = dueByNow.map(describeEvent).join(', ') || 'no event';
    const isOnePerCall = cameByNow.length < dueByNow.length && came[call]!.length === 1;
    const symptom =
      cameByNow.length > dueByNow.length ? 'otherwise' : isOnePerCall ? 'one-event-a-call' : 'late';
    judge.fail(
      `given ${name}${pieces}, ${events} came by the call that brought byte ${after} of ${bytes.length}`,
      symptom,
      {
        sent: [
          {
            label: '',
            excerpt: excerpt(bytes, 0, 512),
            cuts: [after],
            ...(after > 0 && { focus: after - 1 }),
          },
        ],
        accepted: [`${wanted} by then`],
        actual: `${events} by then`,
      },
    );
  }
}

/** Split the list of all events by the call that returned them. */
function callsOf(events: readonly unknown[], counts: readonly number[]): unknown[][] {
  let from = 0;
  return Array.from(counts, (number) => {
    from += number;
    return events.slice(from - number, from);
  });
}
