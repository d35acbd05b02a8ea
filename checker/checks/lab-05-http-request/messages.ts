/** The requests that the tables are made of, and the rows themselves. */
import type { Reading, Row } from '../../peer/core.ts';
import type { Judge } from '../../run/judge.ts';
import { type Expected, type ExpectedField, type ExpectedRequest, end, latin1 } from './reading.ts';

/** What is drawn for a table: letters only, so that each row has one thing about it and no more. */
export interface Words {
  /** `/` and three letters. */
  path: string;
  host: string;
  /** A field name, and a value. */
  name: string;
  value: string;
  other: string;
  /** The path of a request that follows. */
  next: string;
}

export function drawWords(judge: Judge): Words {
  return judge.draw('words', (random) => ({
    path: `/${random.letters(3)}`,
    host: random.letters(3),
    name: `X-${random.letters(2)}`,
    value: random.letters(3),
    other: random.letters(4),
    next: `/${random.letters(2)}`,
  })) as Words;
}

/** Stands in a row's input before the byte that the row is about. It is no byte of it. */
export const HERE = '\u2038';

/**
 * A row of a table.
 *
 * @param input  Latin-1; HERE may stand in it once
 */
export function row(name: string, input: string, accepts: Reading[], more: Partial<Row> = {}): Row {
  const focus = input.indexOf(HERE);
  const bytes = latin1(input.replace(HERE, ''));
  return { name, bytes, accepts, ...(focus >= 0 && { focus }), ...more };
}

/** A GET request with these field lines behind Host. */
export function get(words: Words, ...lines: string[]): string {
  return message(`GET ${words.path} HTTP/1.1`, `Host: ${words.host}`, ...lines);
}

export function post(words: Words, ...lines: string[]): string {
  return message(`POST ${words.path} HTTP/1.1`, `Host: ${words.host}`, ...lines);
}

export function message(...lines: string[]): string {
  return lines
    .map((line) => `${line}\r\n`)
    .join('')
    .concat('\r\n');
}

/** The request event of `get` with these fields. */
export function got(
  words: Words,
  fields: ExpectedField[] = [],
  more: Partial<ExpectedRequest> = {},
): ExpectedRequest {
  return {
    type: 'request',
    method: 'GET',
    target: words.path,
    version: '1.1',
    headers: [['Host', words.host], ...fields],
    body: 'none',
    keepAlive: true,
    ...more,
  };
}

/** The request event of `post` with these fields. */
export function posted(
  words: Words,
  fields: ExpectedField[] = [],
  more: Partial<ExpectedRequest> = {},
): ExpectedRequest {
  return got(words, fields, { method: 'POST', ...more });
}

/** A request that follows the one in question: it shows where the parser believes that one to end. */
export function nextGet(words: Words): string {
  return message(`GET ${words.next} HTTP/1.1`, `Host: ${words.host}`);
}

export function nextGot(words: Words): Expected[] {
  return [got(words, [], { target: words.next }), end()];
}
