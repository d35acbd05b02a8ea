/** Feeds one parser, again and again: the process behind each contestant. */
import { clockMs, collectYoung } from '../clock.ts';
import type { ParserRequest } from '../parser-bench.ts';
import { serve } from '../serve.ts';
import { llhttp } from './llhttp.ts';
import { type Case, type Counts, chunksOf, REQUESTS } from './workloads.ts';

/**
 * Reads the chunks of a connection with a new parser; `counts` takes what was read. The letters are counted when it is
 * not timed: only the parser is to be measured.
 */
export type Reader = (chunks: readonly Buffer[], counts: Counts, letters: boolean) => void;

let reader: Reader;

/** Without a bundle it is Node's own parser. */
serve(async (request: ParserRequest<Case>) => {
  if (request.type === 'load') {
    reader = request.bundle === undefined ? llhttp() : readerOf((await import(request.bundle)) as Lab05);
    return;
  }
  return request.type === 'counts' ? count(request.case) : time(request.case, request.ms);
});

interface Lab05 {
  RequestParser: new () => { receive(chunk: Uint8Array): Event[] };
}

type Event =
  | { type: 'request'; method: string; target: string; headers: [string, string][] }
  | { type: 'body'; bytes: Uint8Array }
  | { type: 'end' }
  | { type: 'failed'; status: number };

function readerOf({ RequestParser }: Lab05): Reader {
  return (chunks, counts, letters) => {
    const parser = new RequestParser();
    for (const chunk of chunks) {
      for (const event of parser.receive(chunk)) {
        if (event.type === 'request') {
          counts.requests += 1;
          counts.fields += event.headers.length;
          if (letters)
            counts.letters += [event.method, event.target, ...event.headers.flat()].join('').length;
        } else if (event.type === 'body') counts.bodyBytes += event.bytes.length;
        else if (event.type === 'end') counts.ends += 1;
      }
    }
  };
}

const nothing = (): Counts => ({ requests: 0, fields: 0, letters: 0, bodyBytes: 0, ends: 0 });

function count(which: Case): Counts {
  const counts = nothing();
  reader(chunksOf(which), counts, true);
  return counts;
}

function time(which: Case, ms: number): number {
  const chunks = chunksOf(which);
  const counts = nothing();
  collectYoung();
  const until = performance.now() + ms;
  const began = clockMs();
  let connections = 0;
  do {
    reader(chunks, counts, false);
    connections += 1;
  } while (performance.now() < until);
  return ((clockMs() - began) * 1e6) / (connections * REQUESTS);
}
