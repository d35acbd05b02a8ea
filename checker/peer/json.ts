/** The judge's reading of JSON in a response: by what it means, and with the mistake named where it means nothing. */
import type { HttpPeer } from './http.ts';
import { fieldValue, type HttpResponse } from './http-response.ts';

/** What to think about for each deviation that is found here. */
export const JSON_HINTS = {
  'json-type':
    'Who reads the answer looks at its Content-Type first, and this is JSON: application/json. A parameter may follow.',
  'json-empty':
    'The body is empty where JSON belongs. Is there nothing to say, or was the value undefined? JSON.stringify(undefined) is undefined, and no JSON.',
  'json-undefined':
    'The body holds the word undefined, and JSON has no such value. Where does it come from: a template string, or a value that was not there?',
  'json-object':
    'An object was put into a string, and became [object Object]. JSON.stringify writes an object as JSON.',
  'json-javascript':
    'This is how JavaScript writes it, and not JSON: in JSON every name and every string stands in double quotes, and no comma is before a closing bracket.',
  'json-twice':
    'The body is a JSON string in which the JSON stands: it was made a string twice. Who else calls JSON.stringify?',
  'json-cut':
    'The JSON ends before it is complete. Content-Length counts bytes, not characters: encode the text first, then count.',
  'json-trailing':
    'Behind the JSON stands something more. One answer is one JSON document, and nothing else.',
  'json-utf8':
    'The bytes of the body are no UTF-8, and JSON is. Where is the text made bytes, and with which encoding?',
  json: 'The body is no JSON. JSON.stringify writes it.',
};

/** What a value is, in words: `a string`, `null`, `an array`. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A value as JSON, short enough for a sentence. */
export function shownJson(value: unknown, letters = 160): string {
  return shortened(JSON.stringify(value) ?? 'nothing', letters);
}

/**
 * What the response's body means. Fails the check, with a symptom of `JSON_HINTS`, where it is no JSON document or is
 * not called one.
 *
 * @param to  what the response answers: `GET /todos`
 */
export function readJson(client: HttpPeer, response: HttpResponse, to: string): unknown {
  const reading = parseJson(response.body);
  const accepted = [`a ${response.status} response to ${to} with a JSON body`];
  if (reading.kind === 'wrong') {
    client.fail(`the body of the response to ${to} ${reading.message}`, reading.symptom, accepted, response);
  }
  expectJsonType(client, response, to);
  return reading.value;
}

/** The Content-Type must be application/json; a parameter may follow. Symptom `json-type`. */
export function expectJsonType(client: HttpPeer, response: HttpResponse, to: string): void {
  const type = fieldValue(response, 'Content-Type');
  if (type?.split(';')[0]?.trim().toLowerCase() === 'application/json') return;
  const shown = type === undefined ? 'no Content-Type' : `the Content-Type ${JSON.stringify(type)}`;
  client.fail(
    `the response to ${to} has ${shown}, expected application/json`,
    'json-type',
    ['Content-Type: application/json'],
    response,
  );
}

export type JsonReading =
  | { kind: 'right'; value: unknown }
  /** `message` completes "the body …". */
  | { kind: 'wrong'; symptom: keyof typeof JSON_HINTS; message: string };

/** One JSON document, in UTF-8, and nothing else. */
export function parseJson(bytes: Uint8Array): JsonReading {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return wrong('json-utf8', 'is no UTF-8', Buffer.from(bytes).toString('latin1'));
  }
  if (text.trim() === '') return wrong('json-empty', 'is empty', '');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return wrong(...whyNoJson(text), text);
  }
  if (typeof value === 'string' && /^\s*[[{]/.test(value) && isJson(value))
    return wrong('json-twice', 'is JSON inside of a JSON string', text);
  return { kind: 'right', value };
}

/** Every string anywhere in a JSON value. Names of members are not among them. */
export function stringsIn(value: unknown): Set<string> {
  const found = new Set<string>();
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string') found.add(next);
    else if (typeof next === 'object' && next !== null)
      for (const part of Object.values(next)) left.push(part);
  }
  return found;
}

function whyNoJson(text: string): [symptom: keyof typeof JSON_HINTS, what: string] {
  if (/\[object \w+\]/.test(text)) return ['json-object', 'is no JSON'];
  // Strings aside: a word in a task is no mistake.
  const bare = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  if (/(^|[[:,\s])undefined\b/.test(bare)) return ['json-undefined', 'is no JSON'];
  const end = endOfValue(text);
  if (end !== undefined && end < text.trimEnd().length) return ['json-trailing', 'has more behind its JSON'];
  const opened = /^\s*[[{]/.test(text);
  if (opened && /'|[{,]\s*[A-Za-z_$]\w*\s*:|,\s*[\]}]/.test(bare)) return ['json-javascript', 'is no JSON'];
  if (opened) return ['json-cut', 'is no whole JSON document'];
  return ['json', 'is no JSON'];
}

/** Where the object or array at the beginning of a text ends; undefined where there is none, or it does not end. */
function endOfValue(text: string): number | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') depth += 1;
    if ((token === ']' || token === '}') && --depth === 0) {
      const end = index + 1;
      return isJson(text.slice(0, end)) ? end : undefined;
    }
  }
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function wrong(symptom: keyof typeof JSON_HINTS, what: string, text: string): JsonReading {
  const message = text === '' ? what : `${what}: ${JSON.stringify(shortened(text, 200))}`;
  return { kind: 'wrong', symptom, message };
}

function shortened(text: string, letters: number): string {
  return text.length > letters ? `${text.slice(0, letters)}…` : text;
}
