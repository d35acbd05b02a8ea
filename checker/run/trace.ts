/** The record of one check: what was done by whom, when. */
import type { Delivery, TraceEvent } from './result.ts';

const EXCERPT_BYTES = 512;
/** A check of 200 clients makes 1,600 events; beyond this only the count is worth keeping. */
const MOST_EVENTS = 4000;

export class Trace {
  readonly events: TraceEvent[] = [];
  readonly #beganAt = performance.now();

  judge(lane: string, text: string, bytes?: Uint8Array, delivery?: Delivery): TraceEvent {
    return this.#add({ lane, from: 'judge', text, ...excerpt(bytes), ...(delivery && { delivery }) });
  }

  student(lane: string, text: string, bytes?: Uint8Array): TraceEvent {
    return this.#add({ lane, from: 'student', text, ...excerpt(bytes) });
  }

  note(text: string, lane = ''): TraceEvent {
    return this.#add({ lane, from: 'note', text });
  }

  #add(event: Omit<TraceEvent, 'atMs'>): TraceEvent {
    const timed = { atMs: performance.now() - this.#beganAt, ...event };
    if (this.events.length < MOST_EVENTS) this.events.push(timed);
    return timed;
  }
}

function excerpt(bytes: Uint8Array | undefined): Pick<TraceEvent, 'bytes' | 'totalBytes'> {
  if (bytes === undefined) return {};
  // A copy: the trace must not keep 64 MiB alive, nor show what was written over later.
  return { bytes: new Uint8Array(bytes.subarray(0, EXCERPT_BYTES)), totalBytes: bytes.length };
}
