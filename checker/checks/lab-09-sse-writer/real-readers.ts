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
  check('chromium-bytes', 'Chromium', ({ host, port }, id) =>
    lines([
      'GET /events HTTP/1.1',
      `Host: ${host}:${port}`,
      'Connection: keep-alive',
      'sec-ch-ua: "Not_A Brand";v="8", "Chromium";v="120"',
      ...(id === undefined ? [] : [`Last-Event-ID: ${id}`]),
      'sec-ch-ua-mobile: ?0',
      'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
      'Accept: text/event-stream',
      'Cache-Control: no-cache',
      'sec-ch-ua-platform: "Linux"',
      'Sec-Fetch-Site: same-origin',
      'Sec-Fetch-Mode: cors',
      'Sec-Fetch-Dest: empty',
      `Referer: http://${host}:${port}/`,
      'Accept-Encoding: gzip, deflate, br',
      'Accept-Language: en-US,en;q=0.9',
    ]),
  ),
  check('package-bytes', 'the package eventsource and the EventSource of undici', ({ host, port }, id) =>
    lines([
      'GET /events HTTP/1.1',
      `host: ${host}:${port}`,
      'connection: keep-alive',
      'accept: text/event-stream',
      ...(id === undefined ? [] : [`last-event-id: ${id}`]),
      'accept-language: *',
      'sec-fetch-mode: cors',
      'cache-control: no-cache',
      'pragma: no-cache',
      'user-agent: node',
      'accept-encoding: gzip, deflate',
    ]),
  ),
];

function check(name: string, who: string, asks: Asks): Check {
  return {
    id: `lab-09/${name}`,
    step: 8,
    title: `what ${who} sends is answered with the stream, and again with Last-Event-ID`,
    rule: 'README, step 8',
    quote: REAL,
    level: 'lab',
    needs: ['lab-09/fields', 'lab-09/replay'],
    hints: HINTS,
    run: (judge) => converse(judge, asks),
  };
}

async function converse(judge: Judge, asks: Asks): Promise<void> {
  const server = await judge.server();
  const publisher = new Publisher(judge, server);
  const events = judge.draw('events', (random) => drawPublications(random, 9));
  const first = await EventStreamPeer.open(judge, server, { lane: 'A', bytes: asks(server) });
  await first.expectEvents(await publisher.publishAll(events.slice(0, 3)));
  const { lastEventId } = first;
  first.tcp.vanish();
  const missed = await publisher.publishAll(events.slice(3, 6));
  const again = await EventStreamPeer.open(judge, server, {
    lane: 'A again',
    bytes: asks(server, lastEventId),
  });
  await again.expectEvents(missed, { old: publisher.log.slice(0, 3) });
  await again.expectEvents(await publisher.publishAll(events.slice(6)));
}

function lines(all: readonly string[]): Uint8Array {
  return Buffer.from(`${all.join('\r\n')}\r\n\r\n`);
}
