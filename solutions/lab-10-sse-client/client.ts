/**
 * Lab 10: a client that stays. It prints each event of a stream as a line of JSON, and comes back when the stream is lost,
 * until the server says no.
 *
 * HOST, PORT, TARGET, RETRY_MS, MAX_RETRY_MS, SILENCE_MS and MAX_EVENT_BYTES come from the environment.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientResponse, discardBody, fieldValue, request } from '../lab-08-polling/http-client.ts';
import { EventStreamParser, type StreamEvent } from './event-stream-parser.ts';
import { Reconnection } from './reconnection.ts';

interface Address {
  host: string;
  port: number;
  target: string;
}

const { env, stdout } = process;
const start: Address = {
  host: env.HOST ?? '127.0.0.1',
  port: Number(env.PORT ?? 3000),
  target: env.TARGET ?? '/events',
};
const maxEventBytes = Number(env.MAX_EVENT_BYTES ?? 2 ** 20);

/** As many as a browser follows (Fetch standard, §4.4). */
const MAX_REDIRECTS = 20;
const REDIRECTS = [301, 302, 303, 307, 308];

/** The server has said no, or has sent too much: asking again would not help. */
class GaveUp extends Error {}

const reconnection = new Reconnection({
  retryMs: Number(env.RETRY_MS ?? 3000),
  maxRetryMs: Number(env.MAX_RETRY_MS ?? 30_000),
  silenceMs: Number(env.SILENCE_MS ?? 0),
});

/** Of all streams so far. */
let lastEventId = '';

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));

try {
  for (;;) {
    await readStream();
    await sleep(reconnection.lost(Math.random()));
  }
} catch (error) {
  if (!(error instanceof GaveUp)) throw error;
  // Nothing is left to wait for, so the program ends when all that was printed is out.
  console.error(`${start.host}:${start.port}${start.target}: ${error.message}`);
  process.exitCode = 1;
}

/**
 * Open a stream and print its events, until it is lost or cannot be opened.
 *
 * @throws GaveUp
 */
async function readStream(): Promise<void> {
  const silence = new AbortController();
  let stopWatching = (): void => {};
  try {
    const response = await open(silence.signal);
    reconnection.opened(performance.now());
    stopWatching = watchSilence(silence);
    const parser = new EventStreamParser({ maxEventBytes, lastEventId });
    for await (const chunk of response.body) {
      reconnection.heard(performance.now());
      for (const event of parser.receive(chunk)) await obey(event);
    }
  } catch (error) {
    // Anything else was the network, or the server's end of it.
    if (error instanceof GaveUp) throw error;
  } finally {
    stopWatching();
  }
}

async function obey(event: StreamEvent): Promise<void> {
  switch (event.type) {
    case 'event': {
      const { event: type, data, lastEventId: id } = event;
      lastEventId = id;
      // While nobody reads what is printed, nothing is read from the server either.
      if (!stdout.write(`${JSON.stringify({ event: type, data, lastEventId: id })}\n`))
        await once(stdout, 'drain');
      break;
    }
    case 'id':
      lastEventId = event.lastEventId;
      break;
    case 'retry':
      reconnection.retry(event.retryMs);
      break;
    case 'failed':
      throw new GaveUp(event.message);
  }
}

/**
 * Ask for the stream, wherever it has gone.
 *
 * @returns a response that is an event stream
 * @throws GaveUp for any other response; what `request` throws when there is none
 */
async function open(signal: AbortSignal): Promise<ClientResponse> {
  let address = start;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await ask(address, signal);
    if (isEventStream(response)) return response;
    await discardBody(response);
    address = redirectedTo(response, address);
  }
  throw new GaveUp(`more than ${MAX_REDIRECTS} redirects`);
}

async function ask({ host, port, target }: Address, signal: AbortSignal): Promise<ClientResponse> {
  const headers: [string, string][] = [
    ['Accept', 'text/event-stream'],
    ['Cache-Control', 'no-store'],
  ];
  // "let lastEventIDValue be the EventSource object's last event ID string, encoded as UTF-8" (§9.2.3). A character of a
  // field is one byte.
  if (lastEventId !== '') headers.push(['Last-Event-ID', Buffer.from(lastEventId).toString('latin1')]);
  try {
    return await request({ host, port, target, headers, signal });
  } catch (error) {
    // An id may have characters that no field can have. With another id the events before it would come again.
    if (error instanceof TypeError) throw new GaveUp(error.message);
    throw error;
  }
}

/** "if res's status is not 200, or if res's `Content-Type` is not `text/event-stream`, then fail the connection" */
function isEventStream({ status, headers }: ClientResponse): boolean {
  const [type = ''] = (fieldValue(headers, 'Content-Type') ?? '').split(';');
  return status === 200 && type.trim().toLowerCase() === 'text/event-stream';
}

/** @throws GaveUp when the response is no redirect, or one to somewhere else than HTTP */
function redirectedTo({ status, headers }: ClientResponse, { host, port, target }: Address): Address {
  if (!REDIRECTS.includes(status)) throw new GaveUp(`this is no event stream (status ${status})`);
  const location = fieldValue(headers, 'Location');
  const from = `http://${host.includes(':') ? `[${host}]` : host}:${port}${target}`;
  if (location === undefined || !URL.canParse(location, from))
    throw new GaveUp(`status ${status} without an address to go to`);
  const url = new URL(location, from);
  if (url.protocol !== 'http:') throw new GaveUp(`status ${status} to ${url.protocol}, expected http:`);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 80),
    target: url.pathname + url.search,
  };
}

/**
 * Give the connection up once it has been silent for too long.
 *
 * @returns what ends the watch
 */
function watchSilence(silence: AbortController): () => void {
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const leftMs = reconnection.silenceLeft(performance.now());
    if (leftMs === 0) silence.abort();
    // A timer may fire a little early: look again.
    else if (leftMs !== undefined) timer = setTimeout(look, Math.ceil(leftMs));
  };
  look();
  return () => clearTimeout(timer);
}
