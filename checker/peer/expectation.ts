/** What a check expects of a connection, and how long it waits for it. */
import type { Symptom } from './compare.ts';
import type { SilenceKind } from './silence.ts';

/** An answer must begin, or go on, within this time. */
export const ANSWER_MS = 2000;

/** What must come next on a connection. */
export interface Expectation {
  bytes: Uint8Array;
  /** What it is, for sentences: `the echo`. */
  what: string;
  /** For the report; default `the same N bytes`. */
  accepted?: string[];
  symptoms?: Symptom[];
  /** Symptoms for an answer that stays out, by the kind of silence; default is the kind itself. */
  silence?: { [kind in SilenceKind]?: string };
  limitMs?: number;
}
