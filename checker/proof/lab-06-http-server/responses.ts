/** Servers that write one response wrong: steps 1, 4 and 5. */
import type { Mutant } from '../mutant.ts';
import { http, server } from './patches.ts';

export const responses: Mutant[] = [
  {
    name: 'host-ignored',
    story: 'listen gets another host than the one from HOST: the server is open to the whole network.',
    patches: [server('await server.listen(port, host);', "await server.listen(port, '0.0.0.0');")],
    killedBy: { 'lab-06/listens': { verdict: 'fail', misconception: 'host-ignored' } },
  },
  {
    name: 'localhost-only',
    story: 'The port comes from the environment, and the host stands in the source.',
    patches: [server("process.env.HOST ?? '127.0.0.1'", "'127.0.0.1'")],
    killedBy: { 'lab-06/host': { verdict: 'fail', misconception: 'localhost-only', onlyOn: 'linux' } },
  },
  {
    name: 'silent-start',
    story: 'Nothing is said when the server listens.',
    patches: [server('  console.log(`listening on ${host}:${port}`);\n', '')],
    killedBy: { 'lab-06/announces': { verdict: 'fail', misconception: 'no-announcement' } },
  },
  {
    name: 'stack-trace',
    story: 'Nobody catches what listen rejects with.',
    patches: [
      server('  console.error(`cannot listen on ${host}:${port}: ${(error as Error).message}`);\n', ''),
      server('  process.exit(1);\n', '  throw error;\n'),
    ],
    killedBy: { 'lab-06/port-in-use': { verdict: 'fail', misconception: 'stack-trace' } },
  },
  {
    name: 'sigterm-ignored',
    story: 'Nothing listens for SIGTERM, which ends the program the hard way.',
    patches: [server("process.on('SIGTERM', async () => {", "process.on('SIGUSR2', async () => {")],
    killedBy: { 'lab-06/sigterm': { verdict: 'fail', misconception: 'no-handler' } },
  },
  {
    name: 'exits-at-once',
    story: 'SIGTERM ends the program as asked, and with it every answer that is under way.',
    patches: [server('  await server.close(LAST_CALL_MS);\n', '')],
    killedBy: { 'lab-06/sigterm-under-way': { verdict: 'crash', misconception: 'cut-off' } },
  },
  {
    name: 'html',
    story: 'Everything that a browser shows is text/html.',
    patches: [
      server("const TEXT = 'text/plain; charset=utf-8';", "const TEXT = 'text/html; charset=utf-8';"),
    ],
    killedBy: { 'lab-06/hello': { verdict: 'fail', misconception: 'type' } },
  },
  {
    name: 'lf-only',
    story: 'Lines end with a newline, as everywhere else in the program.',
    patches: [
      http(
        "STATUS_LINES[status] = `HTTP/1.1 ${status} ${REASONS[status] ?? ''}\\r\\n`;",
        "STATUS_LINES[status] = `HTTP/1.1 ${status} ${REASONS[status] ?? ''}\\n`;",
      ),
      http(
        "return ['Date: ', new Date().toUTCString(), '\\r\\n'].join('');",
        "return ['Date: ', new Date().toUTCString(), '\\n'].join('');",
      ),
      http('return `${name}: ${value}\\r\\n`;', 'return `${name}: ${value}\\n`;'),
    ],
    killedBy: { 'lab-06/hello': { verdict: 'fail', misconception: 'bare-lf' } },
  },
  {
    name: 'no-date',
    story: 'Who would look at the date?',
    patches: [http('    if (!hasDate) text += this.#connection.dateLine;\n', '')],
    killedBy: { 'lab-06/date': { verdict: 'fail', misconception: 'no-date' } },
  },
  {
    name: 'iso-date',
    story: 'The date is written as JSON writes it.',
    patches: [http('new Date().toUTCString()', 'new Date().toISOString()')],
    killedBy: { 'lab-06/date': { verdict: 'fail', misconception: 'date-form' } },
  },
  {
    name: 'fields-in-lower-case',
    story: 'Names are made lower case, so that they can be compared, and the case is lost.',
    patches: [
      server(
        'JSON.stringify(request.headers)',
        'JSON.stringify(request.headers.map(([name, value]) => [name.toLowerCase(), value]))',
      ),
    ],
    killedBy: { 'lab-06/headers': { verdict: 'fail', misconception: 'lower-case' } },
  },
  {
    name: 'fields-in-an-object',
    story: 'Fields are kept in an object, where a name can stand only once.',
    patches: [
      server('JSON.stringify(request.headers)', 'JSON.stringify(Object.fromEntries(request.headers))'),
    ],
    killedBy: { 'lab-06/headers': { verdict: 'fail', misconception: 'no-pairs' } },
  },
  {
    name: 'length-in-characters',
    story: 'The Content-Length is the length of the string.',
    patches: [
      http(
        'this.#sendHead(bytes?.length ?? 0, bytes !== undefined);',
        'this.#sendHead(String(bytes ?? "").length, bytes !== undefined);',
      ),
    ],
    killedBy: { 'lab-06/length-in-bytes': { verdict: 'fail', misconception: 'length-too-small' } },
  },
  {
    name: 'parse-int',
    story: 'parseInt reads 200 out of 200.5, and 20 out of 20x.',
    patches: [
      server(
        'if (text === null || !/^\\d{1,7}$/.test(text) || Number(text) > largest) return undefined;\n  return Number(text);',
        "const number = Number.parseInt(text ?? '');\n  return number >= 0 && number <= largest ? number : undefined;",
      ),
    ],
    killedBy: {
      'lab-06/status': { verdict: 'fail', misconception: 'bad-number' },
      'lab-06/numbers': { verdict: 'fail', misconception: 'bad-number' },
    },
  },
  {
    name: 'path-begins-like-a-route',
    story: 'Only the beginning of the path is compared.',
    patches: [server('route === undefined || others.length > 0 !== DEEP.has(first)', 'route === undefined')],
    killedBy: { 'lab-06/not-found': { verdict: 'fail', misconception: 'status-200' } },
  },
  {
    name: 'no-allow',
    story: 'A 405 that does not say what is allowed.',
    patches: [
      server(
        "'this route has GET and HEAD\\n', [['Allow', 'GET, HEAD']]",
        "'this route has GET and HEAD\\n'",
      ),
    ],
    killedBy: { 'lab-06/method-not-allowed': { verdict: 'fail', misconception: 'no-allow' } },
  },
  {
    name: 'method-ignored',
    story: 'Only the path is looked at.',
    patches: [server("request.method !== 'GET' && request.method !== 'HEAD'", "request.method === ''")],
    killedBy: { 'lab-06/method-not-allowed': { verdict: 'fail', misconception: 'status-200' } },
  },
  {
    name: 'undecoded-path',
    story: 'The path is compared as it came.',
    patches: [server(".split('/').map(decodeURIComponent)", ".split('/')")],
    killedBy: {
      'lab-06/path': { verdict: 'fail', misconception: 'status-404' },
      'lab-06/file-names': { verdict: 'fail', misconception: 'status-404' },
    },
  },
  {
    name: 'uri-error',
    story: 'decodeURIComponent throws for a bad path, and the library makes 500 of it.',
    patches: [
      server('    return undefined;\n  }\n}\n\n// -', '    throw new Error(target);\n  }\n}\n\n// -'),
    ],
    killedBy: { 'lab-06/path': { verdict: 'fail', misconception: 'bad-percent' } },
  },
  {
    name: 'origin-form-only',
    story: 'A target begins with a slash, always.',
    patches: [
      server("target.replace(/^[a-z][a-z0-9+.-]*:\\/\\/[^/?]*/i, '').split('?')", "target.split('?')"),
    ],
    killedBy: { 'lab-06/absolute-form': { verdict: 'fail', misconception: 'status-404' } },
  },
  {
    name: 'head-with-body',
    story: 'HEAD is answered like GET, body and all.',
    patches: [http("return this.#request.method === 'HEAD' || status === 204", 'return status === 204')],
    killedBy: { 'lab-06/head': { verdict: 'fail', misconception: 'body-for-head' } },
  },
  {
    name: 'head-not-allowed',
    story: 'HEAD was forgotten among the methods.',
    patches: [server("request.method !== 'GET' && request.method !== 'HEAD'", "request.method !== 'GET'")],
    killedBy: { 'lab-06/head': { verdict: 'fail', misconception: 'status-405' } },
  },
  {
    name: 'last-chunk-for-head',
    story: 'The parts are dropped for HEAD, and the last chunk is not.',
    patches: [
      http(
        "if (this.#framing === 'chunked') this.#connection.send('0\\r\\n\\r\\n');",
        "if (this.#framing === 'chunked' || (this.#framing === 'none' && bytes === undefined && this.#head?.status === 200)) this.#connection.send('0\\r\\n\\r\\n');",
      ),
    ],
    killedBy: { 'lab-06/head-stream': { verdict: 'fail', misconception: 'body-for-head' } },
  },
  {
    name: '204-with-body',
    story: 'No Content, with content.',
    patches: [http("'HEAD' || status === 204 || status", "'HEAD' || status")],
    killedBy: { 'lab-06/no-content': { verdict: 'fail', misconception: 'extra-bytes' } },
  },
  {
    name: '204-with-length',
    story: 'Content-Length: 0 looks harmless.',
    patches: [
      http(
        "if (status === 204 || status === 304) return '';",
        "if (status === 304) return '';\n    if (status === 204) return 'Content-Length: 0\\r\\n';",
      ),
    ],
    killedBy: { 'lab-06/no-content': { verdict: 'fail', misconception: 'length-without-body' } },
  },
  {
    name: '205-with-body',
    story: 'Reset Content is taken for an ordinary status.',
    patches: [
      http('status === 204 || status === 205 || status === 304;', 'status === 204 || status === 304;'),
      http("    if (status === 205) return 'Content-Length: 0\\r\\n';\n", ''),
    ],
    killedBy: { 'lab-06/reset-content': { verdict: 'fail', misconception: 'body' } },
  },
  {
    name: 'any-status',
    story: 'Whatever number stands behind /status/ is a status.',
    patches: [
      server('code === undefined || code < 200', 'code === undefined || code < 100'),
      http('for (let status = 200; status < 600;', 'for (let status = 100; status < 600;'),
      http('!Number.isInteger(status) || status < 200 ||', '!Number.isInteger(status) || status < 100 ||'),
    ],
    killedBy: { 'lab-06/status': { verdict: 'fail', misconception: 'bad-number' } },
  },
  {
    name: '304-with-body',
    story: 'The text that explains the status is sent with 304 as well.',
    patches: [
      http('status === 205 || status === 304;', 'status === 205;'),
      http("if (status === 204 || status === 304) return '';", "if (status === 204) return '';"),
    ],
    killedBy: { 'lab-06/not-modified': { verdict: 'fail', misconception: 'extra-bytes' } },
  },
  {
    name: 'decimal-chunk-size',
    story: 'The size of a chunk is written in decimal.',
    patches: [http('bytes.length.toString(16)', 'bytes.length.toString(10)')],
    killedBy: { 'lab-06/stream': { verdict: 'fail', misconception: 'chunk-end' } },
  },
  {
    name: 'no-last-chunk',
    story: 'The body is over, and nobody says so.',
    patches: [http("    if (this.#framing === 'chunked') this.#connection.send('0\\r\\n\\r\\n');\n", '')],
    killedBy: { 'lab-06/stream': { verdict: 'timeout', misconception: 'waiting' } },
  },
  {
    name: 'collected-stream',
    story: 'The handler collects its parts, and sends them with a Content-Length.',
    patches: [
      server('  response.write(new Uint8Array());\n', ''),
      server(
        '    if (!response.write(Buffer.from(`chunk ${part} of ${of}\\n`))) await response.drained();\n',
        '    all.push(Buffer.from(`chunk ${part} of ${of}\\n`));\n',
      ),
      server(
        '  for (let part = 1; part <= parts; part += 1) {',
        '  const all: Buffer[] = [];\n  for (let part = 1; part <= parts; part += 1) {',
      ),
      server(
        '    if (request.signal.aborted) return;\n  }\n',
        '    if (request.signal.aborted) return;\n  }\n  response.end(Buffer.concat(all));\n',
      ),
      server(
        '{ parts: chunks, of: chunks, ms });\n  response.end();',
        '{ parts: chunks, of: chunks, ms });\n  else response.end();',
      ),
    ],
    killedBy: { 'lab-06/stream': { verdict: 'fail', misconception: 'not-chunked' } },
  },
  {
    name: 'held-back',
    story: 'What is written is gathered until the response ends, so that it leaves in one piece.',
    patches: [
      http(
        '    this.#inTurn = false;\n    this.flush();\n',
        '    this.#inTurn = false;\n    if (this.#response === undefined || this.#response.ended) this.flush();\n',
      ),
      http(
        'else if (!this.#inTurn && !this.#flushing) this.#flushSoon();',
        'else if (!this.#inTurn && !this.#flushing && this.#response?.ended) this.#flushSoon();',
      ),
    ],
    killedBy: { 'lab-06/stream-at-once': { verdict: 'timeout', misconception: 'kept' } },
  },
  {
    name: 'chunked-to-1.0',
    story: 'The version of the request is not looked at.',
    patches: [http("return this.#request.version === '1.1' ? 'chunked' : 'close';", "return 'chunked';")],
    killedBy: { 'lab-06/stream-http-1-0': { verdict: 'fail', misconception: 'chunked-to-1.0' } },
  },
];
