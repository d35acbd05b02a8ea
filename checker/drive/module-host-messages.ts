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
  /** URL of the student's bundle. */
  module: string;
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
}

export interface CallRequest {
  type: 'call';
  name: string;
  /** The list of them in v8's format. */
  args: Uint8Array;
}

export type Request = LoadRequest | FeedRequest | CallRequest;

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

export type Reply =
  /** One for each way of cutting, in order. `events` is the list of them in v8's format. */
  | { type: 'way'; events: Uint8Array; counts: Uint32Array }
  | { type: 'way-failed'; step: number; fault: Fault }
  /** The last of a feed; the only one to a load that went well. */
  | { type: 'done' }
  | { type: 'returned'; value: Uint8Array }
  | { type: 'failed'; fault: Fault };

/** A step of one way of cutting: the constructor, a chunk by its index from 0, the end. */
export const CONSTRUCTOR = -1;
export const END = 0xffff_fffe;

/**
 * Before each step the host writes into the progress file: how many ways are complete, and the step plus 1; both as
 * 32 bits in the machine's order. It survives whatever happens to the host.
 */
export const PROGRESS_BYTES = 8;

export const SECRET_BYTES = 16;
export const LENGTH_BYTES = 4;

/** Above any right answer to an input of ours; below what would hurt the checker. */
export const MAX_RESULT_BYTES = 64 * 1024 * 1024;
