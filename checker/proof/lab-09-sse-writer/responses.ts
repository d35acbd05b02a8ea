/** Servers that answer wrongly, or hold back what they have: steps 3 to 5. */
import type { Mutant } from '../mutant.ts';
import { events, server } from './patches.ts';

export const responses: Mutant[] = [
  {
    name: 'listens-everywhere',
    story: 'Listens on the port alone, which is every address of the machine.',
    patches: [server('await server.listen(port, host);', "await server.listen(port, '0.0.0.0');")],
    killedBy: { 'lab-09/host': { verdict: 'fail', misconception: 'all-addresses' } },
  },
  {
    name: 'other-words',
    story: 'Says that it listens in words of its own.',
    patches: [
      server(
        'console.log(`listening on ${host}:${port}`);',
        'console.log(`Listening on http://${host}:${port}`);',
      ),
    ],
    killedBy: { 'lab-09/listens': { verdict: 'fail', misconception: 'other-announcement' } },
  },
  {
    name: 'port-in-use-throws',
    story: 'Nobody catches what listen rejects with: a stack trace.',
    patches: [
      server(
        '  console.error(`cannot listen on ${host}:${port}: ${(error as Error).message}`);\n  process.exit(1);',
        '  throw error;',
      ),
    ],
    killedBy: { 'lab-09/port-in-use': { verdict: 'fail', misconception: 'stack-trace' } },
  },
  {
    name: 'waits-for-readers',
    story: 'On SIGTERM it waits for the responses that are under way. Those to readers never end.',
    patches: [
      server('const LAST_CALL_MS = 500;', 'const LAST_CALL_MS = 600_000;'),
      server('  for (const stream of streams) stream.end();\n', ''),
    ],
    killedBy: { 'lab-09/sigterm': { verdict: 'timeout', misconception: 'never-ends' } },
  },
  {
    name: 'writes-behind-the-end',
    story:
      'On SIGTERM it ends the responses, and the hub goes on writing to them: that throws, and nobody catches it.',
    patches: [
      server('    this.handleEvent();\n    this.#response.end();\n', '    this.#response.end();\n'),
      server('  clearInterval(heart);\n', ''),
    ],
    killedBy: { 'lab-09/sigterm': { verdict: 'crash', misconception: 'crashed' } },
  },
  {
    name: 'head-held-back',
    story: 'The head leaves with the first event, because nothing writes before.',
    patches: [server('  response.write(new Uint8Array());\n', '')],
    killedBy: { 'lab-09/head-at-once': { verdict: 'timeout', misconception: 'head-held-back' } },
  },
  {
    name: 'plain-text',
    story: 'It is text, so the type is text/plain. EventSource refuses it.',
    patches: [
      server("['Content-Type', 'text/event-stream'],", "['Content-Type', 'text/plain; charset=utf-8'],"),
    ],
    killedBy: { 'lab-09/fields': { verdict: 'fail', misconception: 'content-type' } },
  },
  {
    name: 'may-be-cached',
    story: 'Says nothing about caches.',
    patches: [server("    ['Cache-Control', 'no-store'],\n", '')],
    killedBy: { 'lab-09/fields': { verdict: 'fail', misconception: 'cache-control' } },
  },
  {
    name: 'content-length',
    story: 'A response needs a length, so it gets a large one.',
    patches: [
      server(
        "    ['Cache-Control', 'no-store'],\n",
        "    ['Cache-Control', 'no-store'],\n    ...(request.method === 'GET' ? [['Content-Length', '1000000000'] as [string, string]] : []),\n",
      ),
    ],
    killedBy: { 'lab-09/fields': { verdict: 'fail', misconception: 'content-length' } },
  },
  {
    name: 'head-is-a-reader',
    story: 'HEAD goes where GET goes, and its response never ends.',
    patches: [server("  if (request.method === 'HEAD') return response.end();\n", '')],
    killedBy: { 'lab-09/head-method': { verdict: 'timeout', misconception: 'head-never-ends' } },
  },
  {
    name: 'http-1.1-only',
    story: 'Chunked is needed for a stream, so HTTP/1.0 is refused.',
    patches: [
      server(
        "  if (request.method === 'HEAD') return response.end();\n",
        "  if (request.method === 'HEAD') return response.end();\n  if (request.version === '1.0') throw new Error('HTTP/1.1 only');\n",
      ),
    ],
    killedBy: { 'lab-09/http-1-0': { verdict: 'fail', misconception: 'status-500' } },
  },
  {
    name: 'one-event-behind',
    story: 'An event leaves when the next one comes: something collects, and sends what it had before.',
    patches: [
      events(
        'readonly #held: Uint8Array[] = [];',
        'readonly #held: Uint8Array[] = [];\n  #last: Uint8Array | undefined;',
      ),
      events(
        '    for (const reader of this.#readers) this.#send(reader, bytes);\n    return id;',
        '    if (this.#last !== undefined) for (const reader of this.#readers) this.#send(reader, this.#last);\n    this.#last = bytes;\n    return id;',
      ),
    ],
    killedBy: { 'lab-09/leaves-at-once': { verdict: 'timeout', misconception: 'not-delivered' } },
  },
  {
    name: 'whole-target',
    story: 'Compares the whole request target with the path.',
    patches: [
      server(
        "const [path] = request.target.replace(/^https?:\\/\\/[^/?]*/i, '').split('?');",
        'const path = request.target;',
      ),
    ],
    killedBy: { 'lab-09/routes': { verdict: 'fail', misconception: 'status-404' } },
  },
  {
    name: 'any-method-publishes',
    story: 'Looks at the path only: GET /publish is a publish with a bad body.',
    patches: [
      server(
        "      if (request.method === 'POST') return publish(request, response);\n      return answer(response, 405, 'this route has POST\\n', 'POST');",
        '      return publish(request, response);',
      ),
    ],
    killedBy: { 'lab-09/routes': { verdict: 'fail', misconception: 'status-400' } },
  },
  {
    name: '405-without-allow',
    story: 'Says that the method is wrong, and not which are right.',
    patches: [
      server("    ...(allow === undefined ? [] : [['Allow', allow] as [string, string]]),\n", ''),
      server('allow?: string', '_allow?: string'),
    ],
    killedBy: { 'lab-09/routes': { verdict: 'fail', misconception: 'allow' } },
  },
  {
    name: 'publish-200',
    story: 'It went well, so it is 200.',
    patches: [server('response.writeHead(201,', 'response.writeHead(200,')],
    killedBy: { 'lab-09/leaves-at-once': { verdict: 'fail', misconception: 'status-200' } },
  },
  {
    name: 'other-id-answered',
    story: 'The answer counts from 0, the stream from 1.',
    patches: [events('    return id;\n', '    return this.#idOf(this.#newest - 1);\n')],
    killedBy: { 'lab-09/publish': { verdict: 'fail', misconception: 'id' } },
  },
  {
    name: 'bad-json-500',
    story: 'JSON.parse throws, nobody catches, and the library makes a 500 of it.',
    patches: [
      server(
        '    answer(response, 400, `${(error as Error).message}\\n`);',
        '    if (error instanceof SyntaxError) throw error;\n    answer(response, 400, `${(error as Error).message}\\n`);',
      ),
    ],
    killedBy: { 'lab-09/refused-publish': { verdict: 'fail', misconception: 'status-500' } },
  },
  {
    name: 'data-unchecked',
    story: 'Makes a text of whatever data is: a missing one is published as `undefined`.',
    patches: [
      server(
        "  if (typeof data !== 'string') throw new TypeError('data is no string');\n  if (event === undefined) return { data };",
        '  if (event === undefined) return { data: String(data) };',
      ),
    ],
    killedBy: { 'lab-09/refused-publish': { verdict: 'fail', misconception: 'status-201' } },
  },
  {
    name: 'line-ends-made-spaces',
    story: 'Repairs the type instead of refusing it, and answers 201.',
    patches: [
      server('  return { event, data };', "  return { event: event.replaceAll(/[\\r\\n]+/g, ' '), data };"),
    ],
    killedBy: { 'lab-09/refused-publish': { verdict: 'fail', misconception: 'status-201' } },
  },
  {
    name: 'body-as-data',
    story: 'Publishes the JSON as it came, instead of the text in it.',
    patches: [
      server(
        'if (event === undefined) return { data };',
        'if (event === undefined) return { data: JSON.stringify(value) };',
      ),
    ],
    killedBy: { 'lab-09/leaves-at-once': { verdict: 'fail', misconception: 'unpublished' } },
  },
  {
    name: 'small-bodies',
    story: 'Nobody publishes more than 16 KiB, the author thinks.',
    patches: [server('const MAX_BODY_BYTES = 256 * 1024;', 'const MAX_BODY_BYTES = 16 * 1024;')],
    killedBy: { 'lab-09/large-publish': { verdict: 'fail', misconception: 'status-413' } },
  },
  {
    name: 'decodes-each-part',
    story: 'Decodes each part of the body by itself: a character that was cut becomes U+FFFD.',
    patches: [
      server(
        '  for await (const part of request.body) parts.push(part);\n',
        '  for await (const part of request.body) parts.push(Buffer.from(Buffer.from(part).toString()));\n',
      ),
    ],
    killedBy: { 'lab-09/large-publish': { verdict: 'fail', misconception: 'cut-character' } },
  },
  {
    name: 'type-ignored',
    story: 'Every event is a message: the type is never handed on.',
    patches: [
      server('  return { event, data };', '  return event === undefined ? { event, data } : { data };'),
    ],
    killedBy: { 'lab-09/publish': { verdict: 'fail', misconception: 'type' } },
  },
  {
    name: 'last-reader-only',
    story: 'Keeps the response in one variable: who connects last gets all.',
    patches: [
      events(
        '    this.#readers.add(reader);\n',
        '    this.#readers.clear();\n    this.#readers.add(reader);\n',
      ),
    ],
    killedBy: { 'lab-09/fan-out': { verdict: 'timeout', misconception: 'not-delivered' } },
  },
  {
    name: 'each-in-its-own-time',
    story: 'Sends each event to each reader from a task of its own, and short texts overtake long ones.',
    patches: [
      events(
        '    for (const reader of this.#readers) this.#send(reader, bytes);\n    return id;',
        '    for (const reader of this.#readers) setTimeout(() => this.#send(reader, bytes), this.#newest % 3 === 1 ? 60 : 0);\n    return id;',
      ),
    ],
    killedBy: { 'lab-09/fan-out': { verdict: 'fail', misconception: 'wrong-order' } },
  },
  {
    name: 'two-halves',
    story:
      'Gives an event to half of the readers now and to the others a little later, before it answers: two publishes at once cross.',
    patches: [
      events(
        '    for (const reader of this.#readers) this.#send(reader, bytes);\n    return id;',
        '    const wait = this.#newest % 2 === 1 ? 30 : 1;\n    let at = 0;\n    for (const reader of this.#readers) {\n      at += 1;\n      if (at % 2 === 1) this.#send(reader, bytes);\n      else setTimeout(() => this.#send(reader, bytes), wait);\n    }\n    return id;',
      ),
      server(
        '    response.writeHead(201,',
        '    await new Promise((resolve) => setTimeout(resolve, 60));\n    response.writeHead(201,',
      ),
    ],
    killedBy: { 'lab-09/one-order': { verdict: 'fail', misconception: 'other-order' } },
  },
  {
    name: 'history-for-new-readers',
    story: 'Gives a new reader all that is held, as a chat does.',
    patches: [
      events(
        'const missed = lastEventId === undefined ? [] : this.#behind(lastEventId);',
        'const missed = this.#behind(lastEventId ?? this.#idOf(Math.max(0, this.#newest - this.#history)));',
      ),
    ],
    killedBy: { 'lab-09/live-only': { verdict: 'fail', misconception: 'old-event' } },
  },
  {
    name: 'greeting',
    story: 'Greets every reader with an event `connected`, as a tutorial does.',
    patches: [
      events(
        '    for (const bytes of missed) this.#send(reader, bytes);\n',
        "    this.#send(reader, encodeEvent({ event: 'connected', data: '{}' }));\n    for (const bytes of missed) this.#send(reader, bytes);\n",
      ),
    ],
    killedBy: { 'lab-09/head-at-once': { verdict: 'fail', misconception: 'unpublished' } },
  },
  {
    name: 'one-gone-stops-all',
    story: 'Writing to a reader that is gone throws, in the middle of the loop over all readers.',
    patches: [
      server(
        '    return this.#response.write(bytes);\n',
        "    if (this.#gone) throw new Error('the reader is gone');\n    return this.#response.write(bytes);\n",
      ),
      server('  readonly #response: Response;\n', '  readonly #response: Response;\n  #gone = false;\n'),
      server(
        '  handleEvent(): void {\n    this.#unsubscribe();\n',
        '  handleEvent(): void {\n    this.#gone = true;\n',
      ),
      server(
        '    answer(response, 400, `${(error as Error).message}\\n`);',
        "    if ((error as Error).message === 'the reader is gone') throw error;\n    answer(response, 400, `${(error as Error).message}\\n`);",
      ),
    ],
    killedBy: { 'lab-09/reader-leaves': { verdict: 'fail', misconception: 'status-500' } },
  },
  {
    name: 'heartbeat-event',
    story: 'The heartbeat is an event named heartbeat, as a tutorial has it.',
    patches: [
      events(
        "const HEARTBEAT = encodeComment('');",
        "const HEARTBEAT = encodeEvent({ event: 'heartbeat', data: 'ping' });",
      ),
    ],
    killedBy: { 'lab-09/heartbeat': { verdict: 'fail', misconception: 'heartbeat-event' } },
  },
  {
    name: 'no-heartbeat',
    story: 'Nothing is sent while nothing is published.',
    patches: [
      server('setInterval(() => hub.heartbeat(), heartbeatMs)', 'setInterval(() => {}, heartbeatMs)'),
    ],
    killedBy: { 'lab-09/heartbeat': { verdict: 'timeout', misconception: 'no-heartbeat' } },
  },
  {
    name: 'heartbeat-ms-unread',
    story: 'A heartbeat every 15 s, whatever the environment says.',
    patches: [server('Number(process.env.HEARTBEAT_MS ?? 15_000)', '15_000')],
    killedBy: { 'lab-09/heartbeat': { verdict: 'timeout', misconception: 'no-heartbeat' } },
  },
  {
    name: 'heartbeat-once',
    story: 'setTimeout instead of setInterval: there is one heartbeat, and then no more.',
    patches: [
      server(
        'setInterval(() => hub.heartbeat(), heartbeatMs)',
        'setTimeout(() => hub.heartbeat(), heartbeatMs)',
      ),
    ],
    killedBy: { 'lab-09/heartbeat': { verdict: 'timeout', misconception: 'heartbeat-once' } },
  },
];
