/** Servers that lose or repeat events, keep too much, or forget nobody: steps 6 to 8. */
import type { Mutant } from '../mutant.ts';
import { events, server } from './patches.ts';

export const resuming: Mutant[] = [
  {
    name: 'id-from-the-clock',
    story: 'The id is the time in whole seconds, as in a tutorial: two events of one second have the same.',
    patches: [
      events(
        'return this.#idPrefix + number;',
        'return String(number >= 0 ? Math.floor(this.#times[number] ?? 0) : this.#idPrefix);',
      ),
      events(
        'readonly #held: Uint8Array[] = [];',
        'readonly #held: Uint8Array[] = [];\n  readonly #times: number[] = [];',
      ),
      events(
        '    const id = this.#idOf(this.#newest + 1);\n',
        '    this.#times[this.#newest + 1] = Date.now() / 1000;\n    const id = this.#idOf(this.#newest + 1);\n',
      ),
      events(
        'const number = Number(id.slice(this.#idPrefix.length));',
        'const number = this.#times.findIndex((time) => String(Math.floor(time)) === id);',
      ),
    ],
    killedBy: { 'lab-09/leaves-at-once': { verdict: 'fail', misconception: 'id-twice' } },
  },
  {
    name: 'last-event-id-ignored',
    story: 'Does not know Last-Event-ID: who comes back gets what is live.',
    patches: [
      server(
        'hub.subscribe(this, lastEventId(request))',
        'hub.subscribe(this, lastEventId(request)?.slice(0, 0) || undefined)',
      ),
    ],
    killedBy: { 'lab-09/replay': { verdict: 'timeout', misconception: 'not-delivered' } },
  },
  {
    name: 'field-name-by-case',
    story: "Looks for 'Last-Event-ID' in exactly these letters.",
    patches: [server("name.toLowerCase() === 'last-event-id'", "name === 'Last-Event-ID'")],
    killedBy: {
      'lab-09/field-name': { verdict: 'timeout', misconception: 'not-delivered' },
      'lab-09/package-bytes': { verdict: 'timeout', misconception: 'not-delivered' },
    },
  },
  {
    name: 'replays-the-last-again',
    story: 'Replays from the id on, instead of behind it.',
    patches: [
      events(
        'for (let next = number + 1; next',
        'for (let next = Math.max(1, number, this.#newest - this.#history + 1); next',
      ),
    ],
    killedBy: { 'lab-09/replay': { verdict: 'fail', misconception: 'old-event' } },
  },
  {
    name: 'replay-skips-one',
    story: 'Goes on behind the one that comes next.',
    patches: [events('for (let next = number + 1; next', 'for (let next = number + 2; next')],
    killedBy: { 'lab-09/replay': { verdict: 'fail', misconception: 'gap' } },
  },
  {
    name: 'replays-backwards',
    story: 'Gives what was missed with the newest event first, as it lies in the list.',
    patches: [events('    return events;\n', '    return events.reverse();\n')],
    killedBy: { 'lab-09/replay': { verdict: 'fail', misconception: 'wrong-order' } },
  },
  {
    name: 'unknown-id-gets-all',
    story: 'Does not find the id, and replays whatever it holds.',
    patches: [
      events(
        "      return [encodeEvent({ event: 'reset', id: this.#idOf(this.#newest), data: 'events are missing' })];",
        '      return Array.from({ length: Math.min(this.#newest, this.#history) }, (_, back) => this.#held[(this.#newest - back) % this.#history]!).reverse();',
      ),
    ],
    killedBy: { 'lab-09/history': { verdict: 'fail', misconception: 'held-after-reset' } },
  },
  {
    name: 'unknown-id-gets-nothing',
    story: 'Does not find the id, and says nothing about it.',
    patches: [
      events(
        "      return [encodeEvent({ event: 'reset', id: this.#idOf(this.#newest), data: 'events are missing' })];",
        '      return [];',
      ),
    ],
    killedBy: { 'lab-09/history': { verdict: 'fail', misconception: 'no-reset' } },
  },
  {
    name: 'reset-without-data',
    story: 'The reset has a type and nothing else: nobody ever sees it.',
    patches: [
      events(
        "id: this.#idOf(this.#newest), data: 'events are missing' })",
        'id: this.#idOf(this.#newest) })',
      ),
    ],
    killedBy: { 'lab-09/history': { verdict: 'fail', misconception: 'reset-undispatched' } },
  },
  {
    name: 'reset-and-all',
    story: 'Sends reset, and then all that is held as well.',
    patches: [
      events(
        "      return [encodeEvent({ event: 'reset', id: this.#idOf(this.#newest), data: 'events are missing' })];",
        "      const reset = encodeEvent({ event: 'reset', data: 'events are missing' });\n      return [reset, ...Array.from({ length: Math.min(this.#newest, this.#history) }, (_, back) => this.#held[(this.#newest - back) % this.#history]!).reverse()];",
      ),
    ],
    killedBy: { 'lab-09/history': { verdict: 'fail', misconception: 'held-after-reset' } },
  },
  {
    name: 'history-unread',
    story: 'Holds 1,000 events, whatever the environment says.',
    patches: [server('history: Number(process.env.HISTORY ?? 100),', 'history: 1000,')],
    killedBy: { 'lab-09/history': { verdict: 'fail', misconception: 'held-after-reset' } },
  },
  {
    name: 'history-of-one',
    story: 'Keeps the newest event only.',
    patches: [server('history: Number(process.env.HISTORY ?? 100),', 'history: 1,')],
    killedBy: { 'lab-09/replay': { verdict: 'fail', misconception: 'unexpected-reset' } },
  },
  {
    name: 'empty-id-unknown',
    story: 'An empty Last-Event-ID is looked up like any other, and not found.',
    patches: [server("=== 'last-event-id')?.[1] || undefined;", "=== 'last-event-id')?.[1] ?? undefined;")],
    killedBy: { 'lab-09/newest-id': { verdict: 'fail', misconception: 'unexpected-reset' } },
  },
  {
    name: 'live-before-the-replay',
    story:
      'Adds the reader at once and replays in a later turn: what is published in between comes twice, and too early.',
    patches: [
      events('    const missed = lastEventId === undefined ? [] : this.#behind(lastEventId);\n', ''),
      events(
        '    for (const bytes of missed) this.#send(reader, bytes);\n',
        '    if (lastEventId !== undefined) setTimeout(() => {\n      for (const bytes of this.#behind(lastEventId)) this.#send(reader, bytes);\n    }, 30);\n',
      ),
    ],
    killedBy: { 'lab-09/disconnects': { verdict: 'fail', misconception: 'gap' } },
  },
  {
    name: 'ignores-write',
    story: 'Never looks at what write answers: all that a stalled reader misses stays in memory.',
    patches: [
      events(
        'if (!reader.sink.write(bytes)) this.#wait(reader);',
        'if (!reader.sink.write(bytes) && reader.waitingBytes < 0) this.#wait(reader);',
      ),
    ],
    killedBy: { 'lab-09/stalled': { verdict: 'fail', misconception: 'never-cut' } },
  },
  {
    name: 'queue-without-bound',
    story: 'Waits for the slow reader with a list that has no bound.',
    patches: [
      events(
        'if (reader.waitingBytes > reader.maxWaitingBytes) this.#cut(reader);',
        'if (reader.waitingBytes < 0) this.#cut(reader);',
      ),
    ],
    killedBy: { 'lab-09/stalled': { verdict: 'fail', misconception: 'never-cut' } },
  },
  {
    name: 'max-buffered-unread',
    story: 'Lets 256 MiB wait, whatever the environment says.',
    patches: [server('Number(process.env.MAX_BUFFERED ?? 1024 * 1024)', '256 * 1024 * 1024')],
    killedBy: { 'lab-09/stalled': { verdict: 'fail', misconception: 'never-cut' } },
  },
  {
    name: 'drops-events',
    story: 'Throws away what a slow reader has no room for, and goes on with it.',
    patches: [
      events(
        '    reader.waiting.push(bytes);\n    reader.waitingBytes += bytes.length;\n    if (reader.waitingBytes > reader.maxWaitingBytes) this.#cut(reader);\n',
        '    if (reader.waitingBytes + bytes.length > reader.maxWaitingBytes) {\n      if (reader.waitingBytes < 0) this.#cut(reader);\n      return;\n    }\n    reader.waiting.push(bytes);\n    reader.waitingBytes += bytes.length;\n',
      ),
    ],
    killedBy: { 'lab-09/stalled': { verdict: 'fail', misconception: 'gap' } },
  },
  {
    name: 'drops-the-oldest',
    story: 'Keeps the newest events for a slow reader, and throws away the oldest that wait.',
    patches: [
      events(
        '    if (reader.waitingBytes > reader.maxWaitingBytes) this.#cut(reader);\n',
        '    while (reader.waitingBytes > reader.maxWaitingBytes) reader.waitingBytes -= reader.waiting.shift()!.length;\n    if (reader.waitingBytes < 0) this.#cut(reader);\n',
      ),
    ],
    killedBy: { 'lab-09/stalled': { verdict: 'fail', misconception: 'gap' } },
  },
  {
    name: 'waits-for-the-slowest',
    story: 'Publishes when all readers have taken what came before: one that does not read stops the whole.',
    patches: [
      server(
        '    const id = hub.publish(parseEvent(Buffer.concat(parts)));\n',
        '    const event = parseEvent(Buffer.concat(parts));\n    await Promise.all([...streams].map((stream) => stream.drained()));\n    const id = hub.publish(event);\n',
      ),
    ],
    killedBy: { 'lab-09/thousand': { verdict: 'timeout', misconception: 'publish-unanswered' } },
  },
  {
    name: 'replay-counts',
    story: 'What is replayed counts for the bound: who missed much is cut whenever it comes back.',
    patches: [
      events(
        'waitingBytes: 0, maxWaitingBytes: Infinity };',
        'waitingBytes: 0, maxWaitingBytes: this.#maxBufferedBytes };',
      ),
      events('    this.#readers.add(reader);\n', ''),
      events(
        '    for (const bytes of missed) this.#send(reader, bytes);\n',
        '    this.#readers.add(reader);\n    for (const bytes of missed) this.#send(reader, bytes);\n',
      ),
      events(
        'reader.maxWaitingBytes = this.#maxBufferedBytes + reader.waitingBytes;',
        'reader.maxWaitingBytes = this.#maxBufferedBytes;',
      ),
    ],
    killedBy: { 'lab-09/large-replay': { verdict: 'fail', misconception: 'fin' } },
  },
  {
    name: 'gone-is-an-error',
    story: 'A reader that is gone is an error, which is thrown where nobody catches it.',
    patches: [
      server(
        '  handleEvent(): void {\n',
        "  handleEvent(): void {\n    if (streams.has(this)) throw new Error('the reader is gone');\n",
      ),
    ],
    killedBy: { 'lab-09/reset-forgotten': { verdict: 'crash', misconception: 'crashed' } },
  },
  {
    name: 'five-hundred-readers',
    story: 'Takes 500 readers and refuses the others.',
    patches: [
      server(
        "  if (request.method === 'HEAD') return response.end();\n",
        "  if (request.method === 'HEAD') return response.end();\n  if (streams.size >= 500) throw new Error('too many readers');\n",
      ),
    ],
    killedBy: { 'lab-09/thousand': { verdict: 'fail', misconception: 'status-500' } },
  },
  {
    name: 'page-for-browsers',
    story: 'Shows people a page: who comes with a browser gets HTML, its EventSource too.',
    patches: [
      server(
        '  response.writeHead(200, [\n',
        "  if (request.headers.some(([, value]) => value.startsWith('Mozilla/'))) {\n    response.writeHead(200, [['Content-Type', 'text/html']]);\n    return response.end(Buffer.from('<h1>Events</h1>'));\n  }\n  response.writeHead(200, [\n",
      ),
    ],
    killedBy: { 'lab-09/chromium-bytes': { verdict: 'fail', misconception: 'complete' } },
  },
  {
    name: 'keeps-all-that-was-published',
    story: 'HISTORY bounds how far back it looks, and a list beside keeps every event from the beginning.',
    patches: [
      events(
        'readonly #held: Uint8Array[] = [];',
        'readonly #held: Uint8Array[] = [];\n  readonly #all: Uint8Array[] = [];',
      ),
      events('    this.#newest += 1;\n', '    this.#newest += 1;\n    this.#all.push(bytes);\n'),
    ],
    killedBy: { 'lab-09/stalled': { verdict: 'fail', misconception: 'memory-grows' } },
  },
  {
    name: 'forgets-nobody',
    story: 'Adds each reader to the set, and takes none out of it: who is gone is written to for ever.',
    patches: [events('    return () => this.#readers.delete(reader);\n', '    return () => {};\n')],
    killedBy: { 'lab-09/forgotten': { verdict: 'crash', misconception: 'memory-left', onlyOn: 'linux' } },
  },
  {
    name: 'requests-kept-in-a-list',
    story: 'A second list, for statistics, keeps the request of each reader for ever.',
    patches: [
      server(
        'const streams = new Set<Stream>();',
        'const streams = new Set<Stream>();\n\nconst seen: Request[] = [];',
      ),
      server(
        '    streams.add(new Stream(request, response, resolve, reject));\n',
        '    streams.add(new Stream(request, response, resolve, reject));\n    seen.push(request);\n',
      ),
    ],
    killedBy: { 'lab-09/forgotten': { verdict: 'crash', misconception: 'memory-left', onlyOn: 'linux' } },
  },
  {
    name: 'buffers-kept',
    story: 'Makes a buffer for each reader, and keeps them in a list from which nobody takes one.',
    patches: [
      server(
        'const streams = new Set<Stream>();',
        'const streams = new Set<Stream>();\n\nconst buffers: Uint8Array[] = [];',
      ),
      server(
        '    streams.add(new Stream(request, response, resolve, reject));\n',
        '    streams.add(new Stream(request, response, resolve, reject));\n    buffers.push(Buffer.alloc(256 * 1024, 1));\n',
      ),
    ],
    killedBy: { 'lab-09/forgotten': { verdict: 'fail', misconception: 'memory-left', onlyOn: 'linux' } },
  },
];
