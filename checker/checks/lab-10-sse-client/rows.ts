/** What the rows of this lab's tables are made of. */
import type { Row } from '../../peer/core.ts';
import type { Judge } from '../../run/judge.ts';
import { type Expected, reads } from './reading.ts';

/** Drawn from the seed, so that knowing one input helps nobody. */
export interface Words {
  /** Two values of data. */
  one: string;
  two: string;
  /** A type of events. */
  type: string;
  /** Two ids. */
  id: string;
  other: string;
  /** Milliseconds. */
  ms: number;
}

export function drawWords(judge: Judge): Words {
  const letters = (name: string, length: number): string =>
    judge.draw(name, (random) => random.letters(length));
  return {
    one: letters('one', 4),
    two: letters('two', 3),
    type: letters('type', 4),
    id: letters('id', 2),
    other: letters('other', 3),
    ms: judge.draw('ms', (random) => random.integer(100, 9999)),
  };
}

type Options = Pick<Row, 'args' | 'end' | 'focus' | 'symptom' | 'inOnePiece'>;

/** A stream, as text that is sent in UTF-8, and all that must come of it. */
export function row(
  name: string,
  stream: string | Uint8Array,
  expected: readonly Expected[],
  options: Options = {},
): Row {
  const bytes = typeof stream === 'string' ? Buffer.from(stream, 'utf8') : stream;
  return { name, bytes, accepts: [reads(...expected)], ...options };
}

/** Bytes written as Latin-1, for what is no UTF-8. */
export function raw(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
