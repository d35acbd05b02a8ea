/** Feeds one parser, again and again: the process behind each contestant. */
import { createParser } from 'eventsource-parser';
import { clockMs, collectYoung } from '../clock.ts';
import type { ParserRequest } from '../parser-bench.ts';
import { serve } from '../serve.ts';
import { type Counts, piecesOf, WORKLOADS } from './workloads.ts';

/** Reads the pieces of one stream with a new parser; `counts` takes what was read. */
type Reader = (pieces: readonly Buffer[], counts: Counts) => void;

let reader: Reader;

/** Without a bundle it is the package. */
serve(async (request: ParserRequest<number>) => {
  if (request.type === 'load') {
    reader =
      request.bundle === undefined ? readWithPackage : readerOf((await import(request.bundle)) as Lab10);
    return;
  }
  return request.type === 'counts' ? count(request.case) : time(request.case, request.ms);
});

interface Lab10 {
  EventStreamParser: new () => { receive(chunk: Uint8Array): Event[] };
}

type Event = { type: 'event'; data: string; lastEventId: string } | { type: 'id' | 'retry' | 'failed' };

function readerOf({ EventStreamParser }: Lab10): Reader {
  return (pieces, counts) => {
    const parser = new EventStreamParser();
    for (const piece of pieces) {
      for (const event of parser.receive(piece)) {
        if (event.type !== 'event') continue;
        counts.events += 1;
        counts.letters += event.data.length;
        if (event.lastEventId.length > 0) counts.ids += 1;
      }
    }
  };
}

/** Its users decode first: it takes text. */
function readWithPackage(pieces: readonly Buffer[], counts: Counts): void {
  const decoder = new TextDecoder();
  const parser = createParser({
    onEvent({ data, id }) {
      counts.events += 1;
      counts.letters += data.length;
      if (id !== undefined) counts.ids += 1;
    },
  });
  for (const piece of pieces) parser.feed(decoder.decode(piece, { stream: true }));
}

function count(workload: number): Counts {
  const counts = { events: 0, letters: 0, ids: 0 };
  reader(piecesOf(WORKLOADS[workload]!), counts);
  return counts;
}

function time(workload: number, ms: number): number {
  const pieces = piecesOf(WORKLOADS[workload]!);
  const counts = { events: 0, letters: 0, ids: 0 };
  collectYoung();
  const until = performance.now() + ms;
  const began = clockMs();
  do reader(pieces, counts);
  while (performance.now() < until);
  return ((clockMs() - began) * 1e6) / counts.events;
}
