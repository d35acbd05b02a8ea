/** Three EventSources, each written by somebody else, against the stream of lab 09's reference. */
import { EventSource as PackageEventSource } from 'eventsource';
import { EventSource as UndiciEventSource } from 'undici';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Drive } from '../../drive/drive.ts';
import { leftOf } from '../try-server.ts';
import { Chromium, findChromium } from './chromium.ts';
import { type ReferenceServer, startReference } from './reference-server.ts';
import { Relay } from './relay.ts';

interface Dispatched {
  type: string;
  data: string;
  lastEventId: string;
}

/** Somebody's EventSource. */
interface Reader {
  /** Read `url` from now on; fulfilled when the stream is open. */
  open(url: string): Promise<void>;
  /** What was dispatched so far. */
  dispatched(): Promise<Dispatched[]>;
  close(): Promise<unknown>;
}

const TYPES = ['message', 'departure', 'reset'];
/** They come back after 3 s where the server says nothing. */
const BACK = { timeout: 20_000, interval: 50 };

/** Texts that a writer gets wrong, and what arrives. Its line ends arrive as LF. */
const TEXTS: [sent: string, arrives: string][] = [
  ['hello', 'hello'],
  ['', ''],
  ['two\nlines', 'two\nlines'],
  ['CR\rand CRLF\r\n', 'CR\nand CRLF\n'],
  ['\n', '\n'],
  [' a space, and  two', ' a space, and  two'],
  [': no comment', ': no comment'],
  ['data: data\n\nid: 7\n\n', 'data: data\n\nid: 7\n\n'],
  ['grüße 🚆 \u0000 \u2028', 'grüße 🚆 \u0000 \u2028'],
  ['\ufefffirst', '\ufefffirst'],
  ['x'.repeat(100_000), 'x'.repeat(100_000)],
];

let drive: Drive;
let server: ReferenceServer;
beforeAll(async () => {
  drive = await Drive.open();
  server = await startReference(drive, 'lab-09');
});
afterAll(async () => {
  await drive?.close();
  expect(await leftOf(process.pid)).toEqual([]);
});

describe.each([
  ['undici', () => inThisProcess((url) => new UndiciEventSource(url))],
  ['the package eventsource', () => inThisProcess((url) => new PackageEventSource(url))],
  ['Chromium', inChromium],
] as const)('%s', (_name, makeReader) => {
  test('sees every event, with its data, type and id', async (ctx) => {
    const reader = await makeReader();
    if (typeof reader === 'string') return ctx.skip(reader);
    onTestFinished(async () => void (await reader.close()));
    const relay = await relayed();
    await reader.open(`${relay.origin}/events`);
    const expected: Dispatched[] = [];
    for (const [sent, data] of TEXTS) {
      expected.push({ type: 'message', data, lastEventId: await publish({ data: sent }) });
    }
    const typed = { event: 'departure', data: 'platform 7' };
    expected.push({ type: 'departure', data: 'platform 7', lastEventId: await publish(typed) });
    expected.push({ type: 'message', data: 'the last', lastEventId: await publish({ data: 'the last' }) });
    await expect.poll(() => reader.dispatched(), BACK).toEqual(expected);
  });

  test('comes back after a cut and misses nothing', async (ctx) => {
    const reader = await makeReader();
    if (typeof reader === 'string') return ctx.skip(reader);
    onTestFinished(async () => void (await reader.close()));
    const relay = await relayed();
    await reader.open(`${relay.origin}/events`);
    const ids = [await publish({ data: 'before' })];
    await expect.poll(async () => (await reader.dispatched()).length, BACK).toBe(1);
    relay.cut();
    for (const data of ['missed 1', 'missed 2', 'missed 3']) ids.push(await publish({ data }));
    await expect.poll(async () => (await reader.dispatched()).length, BACK).toBe(4);
    ids.push(await publish({ data: 'after' }));
    await expect.poll(async () => (await reader.dispatched()).length, BACK).toBe(5);
    const seen = await reader.dispatched();
    expect(seen.map(({ data }) => data)).toEqual(['before', 'missed 1', 'missed 2', 'missed 3', 'after']);
    expect(seen.map(({ lastEventId }) => lastEventId)).toEqual(ids);
  });
});

async function relayed(): Promise<Relay> {
  const relay = await Relay.start(Number(new URL(server.origin).port));
  onTestFinished(() => relay.close());
  return relay;
}

/** @returns the event's id */
async function publish(event: { event?: string; data: string }): Promise<string> {
  const response = await fetch(`${server.origin}/publish`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(event),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

interface EventSourceLike {
  addEventListener(type: string, listener: (event: Dispatched) => void): void;
  close(): void;
}

function inThisProcess(make: (url: string) => unknown): Reader {
  const events: Dispatched[] = [];
  let source: EventSourceLike | undefined;
  return {
    async open(url) {
      const opening = make(url) as EventSourceLike;
      source = opening;
      for (const name of TYPES) {
        opening.addEventListener(name, ({ type, data, lastEventId }) =>
          events.push({ type, data, lastEventId }),
        );
      }
      await new Promise<void>((resolve) => opening.addEventListener('open', () => resolve()));
    },
    dispatched: async () => [...events],
    close: async () => source?.close(),
  };
}

/** @returns why there is none, where there is none */
async function inChromium(): Promise<Reader | string> {
  const program = findChromium();
  if (program === undefined) return 'this machine has no Chromium, and CHROME_PATH names none';
  let browser: Chromium;
  try {
    browser = await Chromium.start(drive, program);
  } catch (error) {
    return `${program} does not start on this machine: ${(error as Error).message}`;
  }
  return {
    async open(url) {
      // Any page of the same origin will do: that a path is unknown is said in one.
      await browser.open(new URL('/', url).href);
      await browser.run(`
        window.events = [];
        window.source = new EventSource(${JSON.stringify(url)});
        for (const name of ${JSON.stringify(TYPES)})
          source.addEventListener(name, ({ type, data, lastEventId }) => events.push({ type, data, lastEventId }));
        await new Promise((resolve) => source.addEventListener('open', resolve));`);
    },
    dispatched: async () => (await browser.run('return events;')) as Dispatched[],
    close: () => browser.close(),
  };
}
