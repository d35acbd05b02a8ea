/** The record of one check: what was done by whom, when. */
import type { Delivery, TraceEvent } from './result.ts';

const EXCERPT_BYTES = 512;
/** A check of 200 clients makes 1,600 events. Of more, the beginning and the end are kept: the end tells why. */
const MOST_EVENTS = 4000;
const BEGINNING_EVENTS = 1000;

export class Trace {
  readonly events: TraceEvent[] = [];
  readonly #beganAt = performance.now();
  #leftOut = 0;

  /** All that happened, with a note where events had to be left out. */
  complete(): TraceEvent[] {
    if (this.#leftOut === 0) return this.events;
    const beginning = this.events.slice(0, BEGINNING_EVENTS);
    const text = `${this.#leftOut.toLocaleString('en-US')} events left out here`;
    const note: TraceEvent = { atMs: beginning.at(-1)!.atMs, lane: '', from: 'note', text };
    return [...beginning, note, ...this.events.slice(BEGINNING_EVENTS)];
  }

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
    this.events.push(timed);
    if (this.events.length > MOST_EVENTS) {
      this.events.splice(BEGINNING_EVENTS, 1);
      this.#leftOut += 1;
    }
    return timed;
  }
}

function excerpt(bytes: Uint8Array | undefined): Pick<TraceEvent, 'bytes' | 'totalBytes'> {
  if (bytes === undefined) return {};
  // A copy: the trace must not keep 64 MiB alive, nor show what was written over later.
  return { bytes: new Uint8Array(bytes.subarray(0, EXCERPT_BYTES)), totalBytes: bytes.length };
}
