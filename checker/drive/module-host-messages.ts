/**
 * What the checker and the module host say to each other over descriptor 3.
 *
 * To the host:   length (4 bytes, little-endian), then a Request in node:v8's format.
 * From the host: secret (16 bytes), length (4 bytes, little-endian), then a Reply. The secret comes with the first
 * request, before the student's module is loaded, so that her code cannot write a reply.
 */
import type { Cuts } from './cuts.ts';

/** The first, and only once. */
export interface LoadRequest {
  type: 'load';
  secret: Uint8Array;
  /** URLs of the student's bundles. */
  modules: readonly string[];
  /** Where to write the progress: see PROGRESS_BYTES. */
  progressFile: string;
}

export interface FeedRequest {
  type: 'feed';
  className: string;
  /** The list of them in v8's format: each instance gets fresh ones. */
  constructorArgs: Uint8Array;
  bytes: Uint8Array;
  ways: readonly Cuts[];
  end: boolean;
  /** Return no more than this many events, the last ones. */
  lastEvents: number;
  /** Tell the processor time of each way. */
  measured: boolean;
  /** Tell how many events each step of a way brought. */
  counted: boolean;
}

export interface CallRequest {
  type: 'call';
  name: string;
  /** The list of them in v8's format. */
  args: Uint8Array;
}

export interface PlayRequest {
  type: 'play';
  className: string;
  /** The list of them in v8's format. */
  constructorArgs: Uint8Array;
  /** The calls, each its method's name and arguments, in v8's format. */
  calls: Uint8Array;
}

export type Request = LoadRequest | FeedRequest | CallRequest | PlayRequest;

/** What the student's code did wrong without taking the host with it. */
export type Fault =
  | { kind: 'threw'; error: ThrownValue }
  | { kind: 'missing'; name: string; found: string }
  | { kind: 'not-array'; found: string }
  | { kind: 'not-cloneable'; reason: string }
  | { kind: 'limit'; limit: string };

/** An error's own words, or a thrown value that is no error as `message`. Whatever is no string is empty. */
export interface ThrownValue {
  name: string;
  message: string;
  stack: string;
}

/** What one way of cutting came to, or several in a row. */
export type WayResult =
  /** The list of events in v8's format; absent when they are those of the way before. */
  | { events?: Uint8Array; cpuMs: number; counts: number[] }
  /** So many more ways that came to the same events. */
  | number
  | { step: number; fault: Fault };

export type Reply =
  /** The next ways of cutting, in order; several at a time. What a host that dies has not sent yet is lost. */
  | { type: 'ways'; results: WayResult[] }
  /** The last of a feed; the only one to a load that went well. */
  | { type: 'done' }
  | { type: 'returned'; value: Uint8Array }
  /** In a play, `step` is the call. */
  | { type: 'failed'; fault: Fault; step?: number };

/** A step of one way of cutting: the constructor, a chunk by its index from 0, the end. */
export const CONSTRUCTOR = -1;
export const END = 0xffff_fffe;

/**
 * Before a step the host writes into the progress file: how many ways are complete, and the step plus 1; both as
 * 32 bits in the machine's order. It survives whatever happens to the host.
 */
export const PROGRESS_BYTES = 8;
/** The first steps of a way are all written down; of those behind them each one that is a multiple of this. */
export const EXACT_STEPS = 4096;
export const STEPS_BETWEEN = 64;

/** A host keeps results back until they are this much, or this old. */
export const BATCH_BYTES = 64 * 1024;
export const BATCH_MS = 100;

export const SECRET_BYTES = 16;
export const LENGTH_BYTES = 4;

/** Above any right answer to an input of ours; below what would hurt the checker. */
export const MAX_RESULT_BYTES = 64 * 1024 * 1024;
