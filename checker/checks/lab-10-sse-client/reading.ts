/** How the events of an `EventStreamParser` are compared, and said in words. */
import type { Reading } from '../../peer/core.ts';
import type { Told } from './stream-reader.ts';

export type Expected = Told | { type: 'failed' };

/** A reading that also says which events it is made of, for naming the mistake. */
export interface StreamReading extends Reading {
  expected: readonly Expected[];
}

/** The parser must return these events, in this order and no others. */
export function reads(...expected: readonly Expected[]): StreamReading {
  return {
    what: expected.map(describeEvent).join(', ') || 'no event',
    holds: (events) =>
      events.length === expected.length && expected.every((one, at) => fits(events[at], one)),
    expected,
  };
}

/** An event; its type is `message` and its ID empty where nothing else is said. */
export function event(data: string, more: { event?: string; lastEventId?: string } = {}): Told {
  return { type: 'event', event: 'message', data, lastEventId: '', ...more };
}

export function id(lastEventId: string): Told {
  return { type: 'id', lastEventId };
}

export function retry(retryMs: number): Told {
  return { type: 'retry', retryMs };
}

export const FAILED: Expected = { type: 'failed' };

/** Whether an event is as expected; members that nobody asked for do not matter. */
export function fits(actual: unknown, expected: Expected): boolean {
  if (typeOf(actual) !== expected.type) return false;
  const wanted = expected.type === 'failed' ? { code: 'too-large' } : expected;
  return Object.entries(wanted).every(([name, value]) => memberOf(actual, name) === value);
}

export function typeOf(actual: unknown): unknown {
  return memberOf(actual, 'type');
}

export function memberOf(actual: unknown, name: string): unknown {
  return typeof actual === 'object' && actual !== null
    ? (actual as { [name: string]: unknown })[name]
    : undefined;
}

/** `message "a" with id "7"`; bears any value. */
export function describeEvent(actual: unknown): string {
  const member = (name: string): string => inQuotes(memberOf(actual, name));
  switch (typeOf(actual)) {
    case 'event': {
      const type = memberOf(actual, 'event');
      const name = typeof type === 'string' && /^[\w-]+$/.test(type) ? type : `event ${inQuotes(type)}`;
      const lastEventId = memberOf(actual, 'lastEventId');
      return `${name} ${member('data')}${lastEventId === '' ? '' : ` with id ${inQuotes(lastEventId)}`}`;
    }
    case 'id':
      return `id ${member('lastEventId')}`;
    case 'retry':
      return `retry ${member('retryMs')}`;
    case 'failed': {
      const code = memberOf(actual, 'code');
      return code === undefined || code === 'too-large' ? 'failed' : `failed with code ${inQuotes(code)}`;
    }
    default:
      return inQuotes(actual);
  }
}

const SHOWN = 60;

function inQuotes(value: unknown): string {
  if (typeof value === 'string' && value.length > SHOWN)
    return `${inQuotes(value.slice(0, SHOWN))}… (${value.length.toLocaleString('en-US')} characters)`;
  if (typeof value === 'number' || value === undefined) return String(value);
  try {
    // What no eye can see is written by its number.
    const text = JSON.stringify(value) ?? String(value);
    return text.replace(
      /[\u007f-\u00a0\u2028\u2029\ufeff\ufffd]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  } catch {
    return String(value);
  }
}
