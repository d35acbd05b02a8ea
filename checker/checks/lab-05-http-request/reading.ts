/**
 * How the events of a `RequestParser` are compared.
 *
 * A reading is a list of the events that one legal parser returns. Adjacent body events count as one, and an empty one
 * as none: a body may come in any number of pieces.
 */
import type { Reading } from '../../peer/core.ts';

/** Name, and the value or what it may look like. */
export type ExpectedField = readonly [name: string, value: string | RegExp];

export interface ExpectedRequest {
  type: 'request';
  method: string;
  target: string;
  version: '1.0' | '1.1';
  headers: readonly ExpectedField[];
  body: 'none' | 'length' | 'chunked';
  keepAlive: boolean;
}

export interface ExpectedBody {
  type: 'body';
  bytes: Uint8Array;
  /** Of which any beginning may have come, none of it included. */
  partly: boolean;
}

export interface ExpectedEnd {
  type: 'end';
  trailers: readonly ExpectedField[];
}

export interface ExpectedFailure {
  type: 'failed';
  statuses: readonly number[];
}

export type Expected = ExpectedRequest | ExpectedBody | ExpectedEnd | ExpectedFailure;

/** A reading that also says which events it is made of, for naming the mistake. */
export interface HttpReading extends Reading {
  expected: readonly Expected[];
}

/** The parser must return these events, in this order and no others. */
export function reads(...parts: readonly (Expected | readonly Expected[])[]): HttpReading {
  const expected = parts.flat().filter((part) => !isNoBody(part as Expected)) as Expected[];
  return {
    what: expected.map(inWords).join(', ') || 'no event',
    holds: (events) => matches(events, expected),
    expected,
  };
}

/** The parser must refuse before any other event, with one of these statuses. */
export function refused(...statuses: readonly number[]): HttpReading {
  return reads(failure(...statuses));
}

export function failure(...statuses: readonly number[]): ExpectedFailure {
  return { type: 'failed', statuses };
}

export function body(bytes: Uint8Array | string): ExpectedBody {
  return { type: 'body', bytes: latin1(bytes), partly: false };
}

/** Before a failure: as much of the body as the parser had returned by then. */
export function someOf(bytes: Uint8Array | string): ExpectedBody {
  return { type: 'body', bytes: latin1(bytes), partly: true };
}

export function end(...trailers: readonly ExpectedField[]): ExpectedEnd {
  return { type: 'end', trailers };
}

/** The bytes of a text in which each character is one byte. */
export function latin1(bytes: Uint8Array | string): Uint8Array {
  return typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
}

/** Merge adjacent bodies and leave out the empty ones; whatever is no proper body stays as it is. */
export function mergeBodies(events: readonly unknown[]): unknown[] {
  const merged: unknown[] = [];
  let pieces: Uint8Array[] = [];
  const flush = (): void => {
    if (pieces.length > 0)
      merged.push({ type: 'body', bytes: pieces.length === 1 ? pieces[0] : Buffer.concat(pieces) });
    pieces = [];
  };
  for (const event of events) {
    if (isBody(event)) {
      if (event.bytes.length > 0) pieces.push(event.bytes);
      continue;
    }
    flush();
    merged.push(event);
  }
  flush();
  return merged;
}

export function isBody(event: unknown): event is { type: 'body'; bytes: Uint8Array } {
  return typeOf(event) === 'body' && (event as { bytes?: unknown }).bytes instanceof Uint8Array;
}

/** The `type` of an event, or undefined where there is none. */
export function typeOf(event: unknown): unknown {
  return typeof event === 'object' && event !== null ? (event as { type?: unknown }).type : undefined;
}

/** Whether one event is as expected. A body of which any beginning may come is matched by `matches`. */
export function fits(event: unknown, expected: Expected): boolean {
  if (typeOf(event) !== expected.type) return false;
  const actual = event as { [name: string]: unknown };
  switch (expected.type) {
    case 'request':
      return (
        REQUEST_LINE.every((name) => actual[name] === expected[name]) &&
        sameFields(actual.headers, expected.headers) &&
        actual.body === expected.body &&
        actual.keepAlive === expected.keepAlive
      );
    case 'body':
      return isBody(event) && Buffer.compare(event.bytes, expected.bytes) === 0;
    case 'end':
      return sameFields(actual.trailers, expected.trailers);
    case 'failed':
      return expected.statuses.includes(actual.status as number);
  }
}

/** Whether these are the fields, in this order. */
export function sameFields(actual: unknown, expected: readonly ExpectedField[]): boolean {
  return (
    Array.isArray(actual) &&
    actual.length === expected.length &&
    expected.every(([name, value], at) => {
      const field: unknown = actual[at];
      return Array.isArray(field) && field.length === 2 && field[0] === name && isValue(field[1], value);
    })
  );
}

const REQUEST_LINE = ['method', 'target', 'version'] as const;

function isValue(actual: unknown, expected: string | RegExp): boolean {
  return typeof expected === 'string'
    ? actual === expected
    : typeof actual === 'string' && expected.test(actual);
}

function matches(events: readonly unknown[], expected: readonly Expected[]): boolean {
  let at = 0;
  for (const one of expected) {
    const event = events[at];
    if (one.type === 'body' && one.partly) {
      if (isBody(event) && isBeginning(event.bytes, one.bytes)) at += 1;
    } else if (at < events.length && fits(event, one)) at += 1;
    else return false;
  }
  return at === events.length;
}

function isBeginning(part: Uint8Array, whole: Uint8Array): boolean {
  return part.length <= whole.length && Buffer.compare(part, whole.subarray(0, part.length)) === 0;
}

function isNoBody(expected: Expected): boolean {
  return expected.type === 'body' && expected.bytes.length === 0;
}

function inWords(expected: Expected): string {
  switch (expected.type) {
    case 'body':
      return `${expected.partly ? 'at most ' : ''}${bodyInWords(expected.bytes)}`;
    case 'failed':
      return `failed ${expected.statuses.join(' or ')}`;
    default:
      return describeEvent(expected);
  }
}

/** One event in a few words, the same ones for what is expected and for what came. Bears any value. */
export function describeEvent(event: unknown): string {
  const { method, target, version, headers, body, keepAlive, bytes, trailers, status } = (event ?? {}) as {
    [name: string]: unknown;
  };
  switch (typeOf(event)) {
    case 'request':
      return `request ${show(method)} ${show(target)} ${show(version)} ${fieldsInWords(headers)} body ${show(body)} keepAlive ${show(keepAlive)}`;
    case 'body':
      return bytes instanceof Uint8Array ? bodyInWords(bytes) : `body of ${kindOf(bytes)}, no Uint8Array`;
    case 'end':
      return Array.isArray(trailers) && trailers.length === 0 ? 'end' : `end ${fieldsInWords(trailers)}`;
    case 'failed':
      return `failed ${show(status)}`;
    default:
      return `an event of no known type: ${show(typeOf(event) ?? event)}`;
  }
}

/** So many fields are written out; the rest is counted. */
const FIELDS_SHOWN = 4;
const BYTES_SHOWN = 16;
const CHARACTERS_SHOWN = 40;

function fieldsInWords(fields: unknown): string {
  if (!Array.isArray(fields)) return `{${kindOf(fields)}, no list of fields}`;
  const shown = fields.slice(0, FIELDS_SHOWN).map(fieldInWords);
  if (fields.length > FIELDS_SHOWN) shown.push(`and ${fields.length - FIELDS_SHOWN} more`);
  return `{${shown.join(', ')}}`;
}

function fieldInWords(field: unknown): string {
  if (!Array.isArray(field)) return kindOf(field);
  const [name, value] = field as unknown[];
  return `${show(name)}: ${typeof value === 'string' ? quote(value) : show(value)}`;
}

function bodyInWords(bytes: Uint8Array): string {
  const text = JSON.stringify(Buffer.from(bytes.subarray(0, BYTES_SHOWN)).toString('latin1'));
  return `body of ${bytes.length} ${bytes.length === 1 ? 'byte' : 'bytes'} ${escapeControls(text)}${bytes.length > BYTES_SHOWN ? '…' : ''}`;
}

function quote(text: string): string {
  return escapeControls(JSON.stringify(shorten(text)));
}

/** What JSON leaves as it is and a terminal would not show. */
function escapeControls(text: string): string {
  return text.replace(/[^ -~]|\\u00(..)/g, (found, escaped?: string) => {
    const code = escaped ?? found.charCodeAt(0).toString(16);
    return code.length === 2 ? `\\x${code}` : `\\u${code.padStart(4, '0')}`;
  });
}

/** Text as it is where that is clear, else in quotes. */
function show(value: unknown): string {
  if (typeof value === 'string') return /^[!-~]+$/.test(value) ? shorten(value) : quote(value);
  return value instanceof RegExp || typeof value !== 'object' ? String(value) : kindOf(value);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function shorten(text: string): string {
  return text.length <= CHARACTERS_SHOWN
    ? text
    : `${text.slice(0, CHARACTERS_SHOWN)}… (${text.length} characters)`;
}
