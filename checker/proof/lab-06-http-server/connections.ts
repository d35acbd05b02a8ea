/** Servers that lose their place on a connection: steps 2, 3 and 6. */
import type { Mutant } from '../mutant.ts';
import { http, server } from './patches.ts';

const NEXT_PIECE = 'this.#events = this.#parser.receive(piece);';
const PERSISTS = '    if (persists) this.advance();\n';
const CONTINUE = "    this.send('HTTP/1.1 100 Continue\\r\\n\\r\\n');\n";

export const connections: Mutant[] = [
  {
    name: 'one-data-event',
    story:
      'One data event is one request: the parser is the first line of the chunk and a split at the empty line.',
    files: { 'http.ts': 'programs/one-data-event.ts' },
    killedBy: { 'lab-06/echo': { verdict: 'fail', misconception: 'body' } },
  },
  {
    name: 'parser-per-chunk',
    story: 'The parser is made where the bytes arrive: each chunk gets a new one.',
    patches: [http(NEXT_PIECE, 'this.#events = new RequestParser(this.#server.limits).receive(piece);')],
    killedBy: { 'lab-06/cuts': { verdict: 'fail', misconception: 'status-400' } },
  },
  {
    name: 'always-closes',
    story: 'Every response ends the connection, as in the first example that everybody writes.',
    patches: [http('this.#keepAlive = request.keepAlive;', 'this.#keepAlive = false;')],
    killedBy: { 'lab-06/reuse': { verdict: 'fail', misconception: 'close-announced' } },
  },
  {
    name: 'always-closes-unsaid',
    story: 'Every response ends the connection, and none says so.',
    patches: [
      http('this.#keepAlive = request.keepAlive;', 'this.#keepAlive = false;'),
      http("      if (!close) text += 'Connection: close\\r\\n';\n", ''),
    ],
    killedBy: { 'lab-06/reuse': { verdict: 'fail', misconception: 'fin' } },
  },
  {
    name: 'closes-after-404',
    story: 'An error ends the connection, and the response says so.',
    patches: [
      server(
        "answer(response, 404, 'there is nothing here\\n');",
        "answer(response, 404, 'there is nothing here\\n', [['Connection', 'close']]);",
      ),
    ],
    killedBy: { 'lab-06/not-found': { verdict: 'fail', misconception: 'close-announced' } },
  },
  {
    name: 'second-request-hangs',
    story: 'Nobody looks at what has come once the response is complete.',
    patches: [http('  #forget(): void {\n', '  #forget(): void {\n    if (this.#response) return;\n')],
    killedBy: { 'lab-06/reuse': { verdict: 'timeout', misconception: 'waiting' } },
  },
  {
    name: 'extra-line',
    story: 'A line end is sent behind the body, to make it look good in nc.',
    patches: [
      http(
        '    this.#connection.responseEnded(this.#keepAlive);',
        "    if (this.#framing === 'length') this.#connection.send('\\r\\n');\n    this.#connection.responseEnded(this.#keepAlive);",
      ),
    ],
    killedBy: { 'lab-06/hello': { verdict: 'fail', misconception: 'extra-bytes' } },
  },
  {
    name: 'text-body',
    story: 'The body is made into text on its way, and what is no UTF-8 is lost.',
    patches: [server('response.end(Buffer.concat(parts));', 'response.end(Buffer.from(parts.join("")));')],
    killedBy: { 'lab-06/echo': { verdict: 'fail', misconception: 'body' } },
  },
  {
    name: 'type-forgotten',
    story: 'The bytes come back, and what they are is forgotten.',
    patches: [
      server(
        "['Content-Type', type ?? 'application/octet-stream']",
        "['Content-Type', type === '' ? type : 'application/octet-stream']",
      ),
    ],
    killedBy: { 'lab-06/echo': { verdict: 'fail', misconception: 'type' } },
  },
  {
    name: 'first-part-only',
    story: 'The first part of the body is taken for the whole.',
    patches: [
      server(
        'for await (const part of request.body) parts.push(part);',
        'for await (const part of request.body) if (parts.length === 0) parts.push(part);',
      ),
    ],
    killedBy: { 'lab-06/echo': { verdict: 'fail', misconception: 'body-cut' } },
  },
  {
    name: 'truncated',
    story: 'A buffer of 16 KiB looked large enough.',
    patches: [
      server(
        'response.end(Buffer.concat(parts));',
        'response.end(Buffer.concat(parts).subarray(0, 16_384));',
      ),
    ],
    killedBy: { 'lab-06/curl': { verdict: 'fail', misconception: 'curl' } },
  },
  {
    name: 'one-mebibyte',
    story: 'The limit of a body is lower than the README says.',
    patches: [server('?? 16 * 1024 * 1024', '?? 1024 * 1024')],
    killedBy: { 'lab-06/upload': { verdict: 'fail', misconception: 'status-413' } },
  },
  {
    name: 'close-with-case',
    story: 'Connection is looked up with its case, and its value is compared as a whole.',
    patches: [
      http(
        'this.#keepAlive = request.keepAlive;',
        "this.#keepAlive = !request.headers.some(([name, value]) => name === 'Connection' && value === 'close');",
      ),
    ],
    killedBy: {
      'lab-06/close': { verdict: 'fail', misconception: 'not-announced' },
    },
  },
  {
    name: 'close-unsaid',
    story: 'The connection is closed, and the response does not say so.',
    patches: [http("      if (!close) text += 'Connection: close\\r\\n';\n", '')],
    killedBy: { 'lab-06/close': { verdict: 'fail', misconception: 'not-announced' } },
  },
  {
    name: '1.0-kept-silently',
    story: 'The connection of an HTTP/1.0 client is kept, and the client is not told.',
    patches: [http("      text += 'Connection: keep-alive\\r\\n';\n", '')],
    killedBy: { 'lab-06/http-1-0': { verdict: 'timeout', misconception: 'kept-silently' } },
  },
  {
    name: 'ends-with-the-client',
    story: 'allowHalfOpen is left at its default: the FIN of the client ends both sides.',
    patches: [http('allowHalfOpen: true, ', '')],
    killedBy: { 'lab-06/half-close': { verdict: 'fail', misconception: 'fin' } },
  },
  {
    name: 'aborts-on-fin',
    story:
      'The client has ended its side, so it is taken for gone: the signal is aborted, and the handler gives up.',
    patches: [http('    this.#ended = true;\n', '    this.#ended = true;\n    this.#request?.peerGone();\n')],
    killedBy: { 'lab-06/half-close': { verdict: 'fail', misconception: 'aborted-by-fin' } },
  },
  {
    name: 'never-ends',
    story: 'allowHalfOpen is on, and nobody ends the other half.',
    patches: [
      http(
        'if (this.#response === undefined && (this.#endTold || this.#server.closing)) this.#linger();',
        'if (this.#response === undefined && this.#server.closing) this.#linger();',
      ),
    ],
    killedBy: { 'lab-06/half-close': { verdict: 'timeout', misconception: 'not-closed' } },
  },
  {
    name: 'one-at-a-time',
    story: 'The next connection is looked at when the one before is over.',
    patches: [
      http(
        '    this.connections.add(new Connection(this, socket));\n',
        '    last = last.then(() => new Promise((done) => {\n      socket.on("close", done);\n      this.connections.add(new Connection(this, socket));\n    }));\n',
      ),
      http(
        'class HttpServer implements Server, Owner {\n',
        'let last: Promise<unknown> = Promise.resolve();\n\nclass HttpServer implements Server, Owner {\n',
      ),
    ],
    killedBy: {
      'lab-06/slow-loris': { verdict: 'timeout', misconception: 'others-wait' },
    },
  },
  {
    name: 'ten-clients',
    story: 'Ten connections are served at a time; the next one waits until one of them is over.',
    patches: [
      http(
        '    this.connections.add(new Connection(this, socket));\n',
        "    if (this.connections.size < 10) this.connections.add(new Connection(this, socket));\n    else socket.on('error', () => {});\n",
      ),
    ],
    killedBy: { 'lab-06/many-clients': { verdict: 'timeout', misconception: 'waiting' } },
  },
  {
    name: 'slow-at-once',
    story: 'ms is read and forgotten.',
    patches: [server('  await sleep(ms, undefined, { signal: request.signal });\n  answer(', '  answer(')],
    killedBy: { 'lab-06/slow': { verdict: 'fail', misconception: 'too-early' } },
  },
  {
    name: 'time-out-cuts-answers',
    story: 'The idle timer of a connection goes on while its answer is under way.',
    patches: [
      http(
        '    if (this.#response !== undefined) return this.#body?.waiting ? this.#server.bodyTimeoutMs : undefined;\n',
        '    if (this.#response !== undefined) return this.#server.idleTimeoutMs;\n',
      ),
      http(
        '    else if (this.#response === undefined && !this.#headBegun) this.#linger();\n',
        '    else if (!this.#headBegun) this.#linger();\n',
      ),
    ],
    killedBy: { 'lab-06/idle-time-out': { verdict: 'fail', misconception: 'answer-cut' } },
  },
  {
    name: 'as-they-come',
    story: 'Every handler writes to the socket when it is done: the fast answers overtake the slow one.',
    patches: [
      http(
        '    return this.#body !== undefined && !this.#body.full;\n',
        '    return this.#body === undefined || !this.#body.full;\n',
      ),
    ],
    killedBy: { 'lab-06/pipelined-two': { verdict: 'fail', misconception: 'wrong-order' } },
  },
  {
    name: 'pipelined-dropped',
    story: 'What came behind the first request of a segment is thrown away with the segment.',
    patches: [http(PERSISTS, `    this.#events = [];\n    this.#nextEvent = 0;\n${PERSISTS}`)],
    killedBy: { 'lab-06/pipelined-two': { verdict: 'timeout', misconception: 'waiting' } },
  },
  {
    name: 'ten-at-most',
    story: 'A limit on what may wait looked large enough, and what is above it is dropped.',
    patches: [http(NEXT_PIECE, 'this.#events = this.#parser.receive(piece).slice(0, 20);')],
    killedBy: { 'lab-06/pipelined-twenty': { verdict: 'timeout', misconception: 'waiting' } },
  },
  {
    name: 'expect-ignored',
    story: 'Nobody heard of Expect. curl waits a second and sends its body anyway; other clients do not.',
    patches: [http(CONTINUE, '')],
    killedBy: { 'lab-06/continue': { verdict: 'timeout', misconception: 'no-continue' } },
  },
  {
    name: 'continue-for-post',
    story: 'Only POST has a body, says the handler of Expect. curl uploads with PUT.',
    patches: [
      http(CONTINUE, CONTINUE.replace('this.send', "if (this.#request?.method === 'POST') this.send")),
    ],
    killedBy: { 'lab-06/curl-bytes': { verdict: 'timeout', misconception: 'no-continue' } },
  },
  {
    name: 'continue-for-all',
    story: 'The 100 is sent when the head has come, whether anybody wants the body or not.',
    patches: [
      http(
        '      this.#callHandler(this.#request, this.#response);\n    }\n',
        '      if (this.#expectsContinue && this.#body) this.bodyWanted(this.#body);\n      this.#callHandler(this.#request, this.#response);\n    }\n',
      ),
    ],
    killedBy: { 'lab-06/continue-unread': { verdict: 'fail', misconception: 'unasked-continue' } },
  },
  {
    name: 'continue-after-the-answer',
    story: 'The 100 is sent as soon as the response leaves room for it.',
    patches: [
      http(
        'if (this.#nextEvent < this.#events.length || this.#incomingBytes > 0) return;\n',
        'this.#owed = this.#nextEvent < this.#events.length || this.#incomingBytes > 0;\n    if (this.#owed) return;\n',
      ),
      http(
        "    if (this.#state !== 'open') return;\n    // RFC 9112 §9.3",
        "    if (this.#state !== 'open') return;\n    if (this.#owed) this.send('HTTP/1.1 100 Continue\\r\\n\\r\\n');\n    this.#owed = false;\n    // RFC 9112 §9.3",
      ),
      http('  #expectsContinue = false;\n', '  #expectsContinue = false;\n  #owed = false;\n'),
    ],
    killedBy: { 'lab-06/continue-body-is-there': { verdict: 'fail', misconception: 'extra-bytes' } },
  },
  {
    name: 'continue-to-1.0',
    story: 'The version of the request is not looked at.',
    patches: [
      http(
        "this.#expectsContinue = expectations !== undefined && head.version === '1.1';",
        'this.#expectsContinue = expectations !== undefined;',
      ),
    ],
    killedBy: { 'lab-06/continue-http-1-0': { verdict: 'fail', misconception: 'unasked-continue' } },
  },
  {
    name: 'continue-out-of-turn',
    story: 'The 100 is written when the bytes arrive, whoever else is waiting for an answer.',
    patches: [
      http(
        '      this.#incomingBytes += chunk.length;\n      this.advance();\n',
        "      this.#incomingBytes += chunk.length;\n      if (Buffer.from(chunk).includes('GET /slow') && Buffer.from(chunk).includes('100-continue')) this.send('HTTP/1.1 100 Continue\\r\\n\\r\\n');\n      this.advance();\n",
      ),
    ],
    killedBy: { 'lab-06/continue-in-turn': { verdict: 'fail', misconception: 'wrong-order' } },
  },
  {
    name: 'any-expectation',
    story: 'Whatever is expected, the answer is the same.',
    patches: [
      http(
        "this.#expectsContinue && !hasOnlyOption(expectations!, '100-continue')",
        'this.#expectsContinue && hasOnlyOption(expectations!, "")',
      ),
    ],
    killedBy: { 'lab-06/expectation-failed': { verdict: 'fail', misconception: 'status-200' } },
  },
  {
    name: 'upgrade-head-lost',
    story: 'What came right behind the request is in a buffer that nobody hands over.',
    patches: [http('Buffer.concat(this.#incoming)', 'new Uint8Array()')],
    killedBy: { 'lab-06/upgrade': { verdict: 'timeout', misconception: 'head-lost' } },
  },
  {
    name: 'upgrade-case',
    story: 'Connection: upgrade is compared as a whole, and a list of two options is none.',
    patches: [http("hasOption(options, 'upgrade') &&", "options === 'Upgrade' &&")],
    killedBy: { 'lab-06/upgrade': { verdict: 'fail', misconception: 'status-404' } },
  },
];
