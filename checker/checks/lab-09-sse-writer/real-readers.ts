/** Step 8: what real EventSources send, byte for byte. */
import type { ServerProgram } from '../../drive/server-program.ts';
import { EventStreamPeer } from '../../peer/event-stream-peer.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { drawPublications, hints, Publisher } from './requests.ts';

const REAL =
  'The `EventSource` of Chromium, the one of `undici` that Node has, and the package `eventsource` read your stream, and come back with `Last-Event-ID` by themselves.';

const HINTS = hints({
  'content-type': 'An EventSource gives up for good when the Content-Type is another than text/event-stream.',
  complete:
    'This response ends. A browser that asks for the stream gets the stream like everybody else, whatever it calls itself.',
  otherwise:
    'Look at the bytes that were sent: real readers send more fields than a test, and write them in other cases.',
});

/** A request's bytes, without an id and with the one that was read last. */
type Asks = (server: ServerProgram, lastEventId?: string) => Uint8Array;

export const realReaders: Check[] = [
  // Chromium 156 without a window.
  check('chromium-bytes', 'Chromium', [
    ({ host, port }, id) =>
      lines([
        'GET /events HTTP/1.1',
        `Host: ${host}:${port}`,
        'Connection: keep-alive',
        'Pragma: no-cache',
        'Cache-Control: no-cache',
        'sec-ch-ua-platform: "Linux"',
        'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36',
        'Accept: text/event-stream',
        'sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"',
        'sec-ch-ua-mobile: ?0',
        ...(id === undefined ? [] : [`Last-Event-ID: ${id}`]),
        'Sec-Fetch-Site: same-origin',
        'Sec-Fetch-Mode: cors',
        'Sec-Fetch-Dest: empty',
        `Referer: http://${host}:${port}/`,
        'Accept-Encoding: gzip, deflate, br, zstd',
        'Accept-Language: en-US,en;q=0.9',
      ]),
  ]),
  // On Node 20.
  check('package-bytes', 'the package eventsource and the EventSource of undici', [
    ({ host, port }, id) =>
      lines([
        'GET /events HTTP/1.1',
        `host: ${host}:${port}`,
        'connection: keep-alive',
        'Accept: text/event-stream',
        ...(id === undefined ? [] : [`Last-Event-ID: ${id}`]),
        'accept-language: *',
        'sec-fetch-mode: cors',
        'user-agent: node',
        'pragma: no-cache',
        'cache-control: no-cache',
        'accept-encoding: gzip, deflate',
      ]),
    ({ host, port }, id) =>
      lines([
        'GET /events HTTP/1.1',
        `host: ${host}:${port}`,
        'connection: keep-alive',
        'accept: text/event-stream',
        'accept-language: *',
        ...(id === undefined ? [] : [`last-event-id: ${id}`]),
        'sec-fetch-mode: cors',
        'user-agent: undici',
        'pragma: no-cache',
        'cache-control: no-cache',
        'accept-encoding: gzip, deflate',
      ]),
  ]),
];

function check(name: string, who: string, requests: readonly Asks[]): Check {
  return {
    id: `lab-09/${name}`,
    step: 8,
    title: `what ${who} sends is answered with the stream, and again with Last-Event-ID`,
    rule: 'README, step 8',
    quote: REAL,
    level: 'lab',
    needs: ['lab-09/fields', 'lab-09/replay'],
    hints: HINTS,
    async run(judge) {
      for (const [index, asks] of requests.entries()) await converse(judge, asks, index);
    },
  };
}

async function converse(judge: Judge, asks: Asks, index: number): Promise<void> {
  const server = await judge.server();
  const publisher = new Publisher(judge, server, `publisher ${index + 1}`);
  const events = judge.draw(`events ${index}`, (random) => drawPublications(random, 9));
  const first = await EventStreamPeer.open(judge, server, { lane: `A${index + 1}`, bytes: asks(server) });
  await first.expectEvents(await publisher.publishAll(events.slice(0, 3)));
  const { lastEventId } = first;
  first.tcp.vanish();
  const missed = await publisher.publishAll(events.slice(3, 6));
  const again = await EventStreamPeer.open(judge, server, {
    lane: `A${index + 1} again`,
    bytes: asks(server, lastEventId),
  });
  await again.expectEvents(missed, { old: publisher.log.slice(0, 3) });
  await again.expectEvents(await publisher.publishAll(events.slice(6)));
}

function lines(all: readonly string[]): Uint8Array {
  return Buffer.from(`${all.join('\r\n')}\r\n\r\n`);
}
