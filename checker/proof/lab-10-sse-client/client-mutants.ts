/** Mistakes of the client: what it asks, what it takes for an answer, and when it comes back. Steps 7 and 8. */
import type { Mutant, Patch } from '../mutant.ts';

const READ = '    for await (const chunk of response.body) {';
const NO_STREAM =
  'if (!REDIRECTS.includes(status)) throw new GaveUp(`this is no event stream (status ${status})`);';
const WRITE = '`${JSON.stringify({ event: type, data, lastEventId: id })}\\n`';

export const asking: Mutant[] = [
  {
    name: 'fixed-target',
    story: 'The path stands in the source.',
    patches: [replacing("target: env.TARGET ?? '/events'", "target: '/events'")],
    killedBy: { 'lab-10/request': { verdict: 'fail', misconception: 'other-target' } },
  },
  {
    name: 'no-accept',
    story: 'Nobody says what is wanted, and this server has nothing else.',
    patches: [replacing("    ['Accept', 'text/event-stream'],\n", '')],
    killedBy: { 'lab-10/request': { verdict: 'fail', misconception: 'no-accept' } },
  },
  {
    name: 'no-cache-control',
    story: 'Only the fields without which the server does not answer: no id, and nothing for caches.',
    patches: [
      replacing("    ['Cache-Control', 'no-store'],\n", ''),
      replacing(
        "headers.push(['Last-Event-ID', Buffer.from(lastEventId).toString('latin1')])",
        "headers.push(['X-Id', '1'])",
      ),
    ],
    killedBy: {
      'lab-10/no-store': { verdict: 'fail', misconception: 'otherwise' },
      'lab-10/comes-back': { verdict: 'fail', misconception: 'no-last-event-id' },
    },
  },
  {
    name: 'empty-last-event-id',
    story: 'The field is always there, first with nothing in it.',
    patches: [replacing("if (lastEventId !== '') headers", 'headers')],
    killedBy: { 'lab-10/request': { verdict: 'fail', misconception: 'empty-last-event-id' } },
  },
  {
    name: 'last-event-id-never-sent',
    story:
      "The ids are read and printed, and nobody tells the server: 002's client has its event_id and does nothing with it.",
    patches: [replacing("if (lastEventId !== '') headers", 'if (lastEventId === undefined) headers')],
    killedBy: { 'lab-10/comes-back': { verdict: 'fail', misconception: 'no-last-event-id' } },
  },
  {
    name: 'last-event-id-escaped',
    story: 'The id may have any characters, so it is escaped as in a URL. The server knows no such id.',
    patches: [replacing("Buffer.from(lastEventId).toString('latin1')", 'encodeURIComponent(lastEventId)')],
    killedBy: { 'lab-10/last-event-id': { verdict: 'fail', misconception: 'id-not-utf8' } },
  },
  {
    name: 'id-without-data-lost',
    story: 'Only events are looked at, so an id that comes alone is lost.',
    patches: [replacing('      lastEventId = event.lastEventId;\n', '')],
    killedBy: { 'lab-10/last-event-id': { verdict: 'fail', misconception: 'id-without-data-lost' } },
  },
  {
    name: 'empty-id-not-kept',
    story: 'An event with an empty id has none, so the one from before is kept.',
    patches: [replacing('      lastEventId = id;\n', "      if (id !== '') lastEventId = id;\n")],
    killedBy: { 'lab-10/last-event-id': { verdict: 'fail', misconception: 'empty-last-event-id' } },
  },
  {
    name: 'first-id-kept',
    story: 'The id is remembered once.',
    patches: [replacing('      lastEventId = id;\n', "      if (lastEventId === '') lastEventId = id;\n")],
    killedBy: { 'lab-10/comes-back': { verdict: 'fail', misconception: 'id-of-first-stream' } },
  },
  {
    name: 'id-while-reading',
    story: 'The bytes of the stream are searched for ids, so half an event is skipped for ever.',
    patches: [
      replacing(
        '      reconnection.heard(performance.now());\n',
        '      reconnection.heard(performance.now());\n      lastEventId = [...Buffer.from(chunk).toString().matchAll(/^id: ?(.*)\\n/gm)].at(-1)?.[1] ?? lastEventId;\n',
      ),
    ],
    killedBy: { 'lab-10/fifty-cuts': { verdict: 'fail', misconception: 'event-lost' } },
  },
];

export const printing: Mutant[] = [
  {
    name: 'prints-data-only',
    story: "The data is printed, as 002's client does.",
    patches: [replacing(WRITE, '`${data}\\n`')],
    killedBy: { 'lab-10/prints-events': { verdict: 'fail', misconception: 'extra-output' } },
  },
  {
    name: 'pretty-json',
    story: 'JSON for people: an event is five lines.',
    patches: [
      replacing(
        'JSON.stringify({ event: type, data, lastEventId: id })',
        'JSON.stringify({ event: type, data, lastEventId: id }, null, 2)',
      ),
    ],
    killedBy: { 'lab-10/prints-events': { verdict: 'fail', misconception: 'not-json' } },
  },
  {
    name: 'says-connected',
    story: 'A line of good news on stdout.',
    patches: [
      replacing(
        '    reconnection.opened(performance.now());\n',
        "    reconnection.opened(performance.now());\n    console.log('connected');\n",
      ),
    ],
    killedBy: { 'lab-10/prints-events': { verdict: 'fail', misconception: 'extra-output' } },
  },
  {
    name: 'prints-at-the-end',
    story: 'The events are collected, and printed when the stream is over. It never is.',
    patches: [
      replacing(
        '      for (const event of parser.receive(chunk)) await obey(event);\n    }',
        '      kept.push(...parser.receive(chunk));\n    }\n    for (const event of kept) await obey(event);',
      ),
      replacing(READ, `    const kept: StreamEvent[] = [];\n${READ}`),
    ],
    killedBy: { 'lab-10/prints-events': { verdict: 'timeout', misconception: 'not-printed' } },
  },
  {
    name: 'own-parser-by-chunk',
    story: 'A new parser for each chunk: a chunk is an event, or so it seems on loopback.',
    patches: [
      replacing(
        'for (const event of parser.receive(chunk))',
        'for (const event of new EventStreamParser({ maxEventBytes, lastEventId }).receive(chunk))',
      ),
    ],
    killedBy: { 'lab-10/prints-events': { verdict: 'timeout', misconception: 'not-printed' } },
  },
  {
    name: 'type-forgotten',
    story: 'Everything is a message.',
    patches: [replacing('const { event: type, data', "const type = 'message';\n      const { data")],
    killedBy: { 'lab-10/prints-events': { verdict: 'fail', misconception: 'other-event' } },
  },
];

export const taking: Mutant[] = [
  {
    name: 'exact-content-type',
    story: 'The type is compared as a whole: `; charset=utf-8` makes another of it.',
    patches: [
      replacing(
        "const [type = ''] = (fieldValue(headers, 'Content-Type') ?? '').split(';');",
        "const type = fieldValue(headers, 'Content-Type') ?? '';",
      ),
    ],
    killedBy: { 'lab-10/bodies': { verdict: 'crash', misconception: 'gave-up' } },
  },
  {
    name: 'length-not-heeded',
    story: 'A body ends with its last chunk or with the connection. Who sends a stream with a length?',
    files: { 'client.ts': 'programs/own-http.ts' },
    patches: [
      replacing(
        "  let left = values.has('content-length') ? Number(values.get('content-length')) : Number.POSITIVE_INFINITY;\n",
        '  let left = Number.POSITIVE_INFINITY;\n',
      ),
    ],
    killedBy: { 'lab-10/bodies': { verdict: 'timeout', misconception: 'no-reconnect' } },
  },
  {
    name: 'any-type',
    story: 'A 200 is a 200: the page of a proxy that wants a password is read as events.',
    patches: [
      replacing(
        "status === 200 && type.trim().toLowerCase() === 'text/event-stream'",
        "status === 200 && type !== 'x'",
      ),
    ],
    killedBy: { 'lab-10/refused-type': { verdict: 'fail', misconception: 'extra-output' } },
  },
  {
    name: 'any-status',
    story: 'The type is right, so the status is not looked at.',
    patches: [replacing('return status === 200 && type', 'return status !== 299 && type')],
    killedBy: { 'lab-10/refused-status': { verdict: 'fail', misconception: 'extra-output' } },
  },
  {
    name: 'any-2xx',
    story: 'All of 200 to 299 is success, as `ok` of fetch says.',
    patches: [replacing('return status === 200 && type', 'return status >= 200 && status < 300 && type')],
    killedBy: { 'lab-10/refused-status': { verdict: 'fail', misconception: 'extra-output' } },
  },
  {
    name: 'comes-back-after-a-no',
    story: 'Whatever went wrong, it comes back: a server that says 404 or 204 is asked for ever.',
    patches: [replacing(NO_STREAM, NO_STREAM.replace('GaveUp', 'Error'))],
    killedBy: { 'lab-10/refused-status': { verdict: 'fail', misconception: 'asked-again' } },
  },
  {
    name: 'comes-back-after-500',
    story: 'A 5xx will pass, so it asks again; the standard says no.',
    patches: [replacing(NO_STREAM, `if (status >= 500) throw new Error('later');\n  ${NO_STREAM}`)],
    killedBy: { 'lab-10/refused-status': { verdict: 'fail', misconception: 'asked-again' } },
  },
  {
    name: 'says-nothing',
    story: 'It ends, and nobody knows why.',
    patches: [
      replacing('  console.error(`${start.host}:${start.port}${start.target}: ${error.message}`);\n', ''),
    ],
    killedBy: { 'lab-10/refused-status': { verdict: 'fail', misconception: 'no-message' } },
  },
  {
    name: 'stack-trace',
    story: 'The error is printed as it is.',
    patches: [
      replacing(
        'console.error(`${start.host}:${start.port}${start.target}: ${error.message}`)',
        'console.error(error)',
      ),
    ],
    killedBy: { 'lab-10/refused-status': { verdict: 'fail', misconception: 'stack-trace' } },
  },
  {
    name: 'exit-zero',
    story: 'It ends, and says that all is well.',
    patches: [replacing('process.exitCode = 1', 'process.exitCode = 0')],
    killedBy: { 'lab-10/refused-status': { verdict: 'fail', misconception: 'exit-code' } },
  },
  {
    name: 'redirects-not-followed',
    story: 'A redirect is not 200.',
    patches: [replacing('const REDIRECTS = [301, 302, 303, 307, 308];', 'const REDIRECTS: number[] = [];')],
    killedBy: { 'lab-10/redirects': { verdict: 'crash', misconception: 'not-followed' } },
  },
  {
    name: 'two-redirects-known',
    story: '301 and 302 are the redirects that one meets.',
    patches: [replacing('[301, 302, 303, 307, 308]', '[301, 302]')],
    killedBy: { 'lab-10/redirects': { verdict: 'crash', misconception: 'not-followed' } },
  },
  {
    name: 'redirect-to-the-same-server',
    story: 'Only the path of the Location is used.',
    patches: [
      replacing(
        "    host: url.hostname.replace(/^\\[|\\]$/g, ''),\n    port: Number(url.port || 80),",
        '    host,\n    port,',
      ),
    ],
    killedBy: { 'lab-10/redirects': { verdict: 'fail', misconception: 'same-server' } },
  },
  {
    name: 'absolute-locations-only',
    story: 'A Location is a whole URL, as it was in RFC 2616.',
    patches: [replacing('!URL.canParse(location, from)', '!URL.canParse(location)')],
    killedBy: { 'lab-10/redirects': { verdict: 'crash', misconception: 'not-followed' } },
  },
  {
    name: 'redirect-without-query',
    story: 'The path of a URL is not all of the target.',
    patches: [replacing('target: url.pathname + url.search', 'target: url.pathname')],
    killedBy: { 'lab-10/redirects': { verdict: 'fail', misconception: 'other-target' } },
  },
  {
    name: 'redirect-with-fragment',
    story: 'A target is what stands behind the host, with all that is in it.',
    patches: [replacing('target: url.pathname + url.search', 'target: url.pathname + url.search + url.hash')],
    killedBy: { 'lab-10/redirects': { verdict: 'fail', misconception: 'request-target' } },
  },
  {
    name: 'any-3xx',
    story: 'All of 300 to 399 that have a Location are redirects.',
    patches: [replacing('!REDIRECTS.includes(status)', 'status < 300 || status > 399')],
    killedBy: { 'lab-10/redirect-nowhere': { verdict: 'fail', misconception: 'asked-again' } },
  },
  {
    name: 'redirects-for-ever',
    story: 'Nobody counts: two servers that point at each other keep it busy for ever.',
    patches: [replacing('redirects <= MAX_REDIRECTS', 'redirects >= 0')],
    killedBy: { 'lab-10/redirect-limit': { verdict: 'fail', misconception: 'asked-again' } },
  },
  {
    name: 'five-redirects',
    story: 'Five should be enough.',
    patches: [replacing('const MAX_REDIRECTS = 20;', 'const MAX_REDIRECTS = 5;')],
    killedBy: { 'lab-10/redirect-limit': { verdict: 'crash', misconception: 'gave-up' } },
  },
  {
    name: 'redirect-nowhere-is-lost',
    story: 'A redirect without a Location is taken for a broken connection.',
    patches: [
      replacing(
        '    throw new GaveUp(`status ${status} without an address to go to`);',
        '    throw new Error(`status ${status} without an address to go to`);',
      ),
    ],
    killedBy: { 'lab-10/redirect-nowhere': { verdict: 'fail', misconception: 'asked-again' } },
  },
  {
    name: 'redirect-to-any-scheme',
    story: 'https: is asked for without TLS, on port 80.',
    patches: [
      replacing(
        "  if (url.protocol !== 'http:') throw new GaveUp(`status ${status} to ${url.protocol}, expected http:`);\n",
        '',
      ),
    ],
    killedBy: { 'lab-10/redirect-nowhere': { verdict: 'fail', misconception: 'asked-again' } },
  },
];

export const staying: Mutant[] = [
  {
    name: 'no-reconnect',
    story: "The stream is over, so the program is: 002's client.",
    patches: [replacing('    await readStream();\n', '    await readStream();\n    break;\n')],
    killedBy: { 'lab-10/comes-back': { verdict: 'crash', misconception: 'gave-up' } },
  },
  {
    name: 'no-reconnect-at-the-end',
    story: 'A stream that ends in order has ended; only errors bring it back.',
    patches: [
      replacing(
        'for (const event of parser.receive(chunk)) await obey(event);\n    }\n',
        "for (const event of parser.receive(chunk)) await obey(event);\n    }\n    throw new GaveUp('the stream has ended');\n",
      ),
    ],
    killedBy: { 'lab-10/comes-back': { verdict: 'crash', misconception: 'gave-up' } },
  },
  {
    name: 'error-ends-it',
    story: 'The end of a body brings it back. A reset, a refused connection or half a body does not.',
    patches: [
      replacing(
        '    if (error instanceof GaveUp) throw error;\n',
        '    throw new GaveUp(String((error as Error).message));\n',
      ),
    ],
    killedBy: { 'lab-10/broken-streams': { verdict: 'crash', misconception: 'gave-up' } },
  },
  {
    name: 'refused-ends-it',
    story: 'Where nobody listens nobody will.',
    patches: [
      replacing(
        '    if (error instanceof GaveUp) throw error;\n',
        "    if (error instanceof GaveUp) throw error;\n    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') throw new GaveUp('nobody listens there');\n",
      ),
    ],
    killedBy: { 'lab-10/no-connection': { verdict: 'crash', misconception: 'gave-up' } },
  },
  {
    name: 'at-once',
    story: 'It comes back at once, a thousand times a second where the server is down.',
    patches: [
      replacing(
        'await sleep(reconnection.lost(Math.random()));',
        'await sleep(reconnection.lost(Math.random()) * 0);',
      ),
    ],
    killedBy: { 'lab-10/waits': { verdict: 'fail', misconception: 'at-once' } },
  },
  {
    name: 'retry-not-heeded',
    story: 'The parser says `retry`, and the client does not pass it on.',
    patches: [replacing('      reconnection.retry(event.retryMs);\n', '')],
    killedBy: { 'lab-10/retry-honoured': { verdict: 'timeout', misconception: 'retry-not-heeded' } },
  },
  {
    name: 'retry-once',
    story: 'The first reconnection time that the server names is the last one.',
    patches: [
      replacing(
        '      reconnection.retry(event.retryMs);\n',
        '      if (!named) reconnection.retry(event.retryMs);\n      named = true;\n',
      ),
      replacing("let lastEventId = '';", "let lastEventId = '';\nlet named = false;"),
    ],
    killedBy: { 'lab-10/retry-honoured': { verdict: 'fail', misconception: 'at-once' } },
  },
  {
    name: 'prints-on-from-half',
    story: 'One parser for all streams: half an event of the first becomes the beginning of the next.',
    patches: [
      replacing('    const parser = new EventStreamParser({ maxEventBytes, lastEventId });\n', ''),
      replacing(
        "let lastEventId = '';",
        "let lastEventId = '';\nconst parser = new EventStreamParser({ maxEventBytes });",
      ),
    ],
    killedBy: { 'lab-10/broken-streams': { verdict: 'fail', misconception: 'other-event' } },
  },
  {
    name: 'no-handler',
    story: 'SIGTERM ends it all the same, so nobody listens for it.',
    patches: [
      replacing(
        "for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));",
        '',
      ),
    ],
    killedBy: { 'lab-10/ends-while-connected': { verdict: 'fail', misconception: 'no-handler' } },
  },
  {
    name: 'ends-after-the-wait',
    story: 'The signal sets a variable, which is looked at when the wait is over.',
    patches: [
      replacing('process.on(signal, () => process.exit(0))', 'process.on(signal, () => (stopped = true))'),
      replacing("let lastEventId = '';", "let lastEventId = '';\nlet stopped = false;"),
      replacing('    await readStream();\n', '    await readStream();\n    if (stopped) process.exit(0);\n'),
    ],
    killedBy: { 'lab-10/ends-while-waiting': { verdict: 'timeout', misconception: 'never-ends' } },
  },
  {
    name: 'failed-is-lost',
    story: 'A stream that is too large is taken for a broken one, and asked for again.',
    patches: [replacing('      throw new GaveUp(event.message);', '      throw new Error(event.message);')],
    killedBy: { 'lab-10/client-limit': { verdict: 'fail', misconception: 'asked-again' } },
  },
  {
    name: 'failed-is-ignored',
    story: 'Nobody looks at `failed`: the client reads on and will never print again.',
    patches: [replacing('      throw new GaveUp(event.message);', '      break;')],
    killedBy: { 'lab-10/client-limit': { verdict: 'timeout', misconception: 'goes-on' } },
  },
  {
    name: 'silence-not-watched',
    story: 'A connection without FIN is taken for one that is alive.',
    patches: [replacing('    if (leftMs === 0) silence.abort();', '    if (leftMs === -1) silence.abort();')],
    killedBy: { 'lab-10/silence': { verdict: 'timeout', misconception: 'no-reconnect' } },
  },
  {
    name: 'silence-from-the-first-byte',
    story:
      'A stream is open when its first bytes are there, so one that never has any may be silent for ever.',
    patches: [
      replacing(
        '    reconnection.opened(performance.now());\n    stopWatching = watchSilence(silence);\n',
        '',
      ),
      replacing(
        READ,
        `    let isOpen = false;\n${READ}\n      if (!isOpen) {\n        reconnection.opened(performance.now());\n        stopWatching = watchSilence(silence);\n      }\n      isOpen = true;`,
      ),
    ],
    killedBy: { 'lab-10/silence': { verdict: 'timeout', misconception: 'no-reconnect' } },
  },
  {
    name: 'comments-not-heard',
    story: 'Only events count as life, so a quiet stream with heartbeats is cut again and again.',
    patches: [
      replacing('      reconnection.heard(performance.now());\n', ''),
      replacing(
        "    case 'event': {\n",
        "    case 'event': {\n      reconnection.heard(performance.now());\n",
      ),
    ],
    killedBy: { 'lab-10/silence': { verdict: 'fail', misconception: 'comments-not-heard' } },
  },
];

function replacing(find: string, replace: string): Patch {
  return { file: 'client.ts', find, replace };
}
