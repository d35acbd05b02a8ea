/** Other servers, pollers and clients that are right. */
import type { Variant } from '../mutant.ts';
import { board, client, poll, server } from './patches.ts';

export const variants: Variant[] = [
  {
    name: 'other-order',
    story: 'Other members first, more of them, white space, and types with a parameter.',
    patches: [
      server(
        '{ messages: board.after(since), last: board.last }',
        '{ now: Date.now(), last: board.last, messages: board.after(since).map(({ id, text }) => ({ text, id })) }',
      ),
      server(
        'response.end(Buffer.from(JSON.stringify(value)));',
        'response.end(Buffer.from(`\\n${JSON.stringify(value, undefined, 2)}\\n`));',
      ),
      server("['Content-Type', 'application/json']", "['content-type', 'Application/JSON; charset=utf-8']"),
    ],
  },
  {
    name: 'streamed',
    story: 'Answers are sent in chunks, two bytes at first, the rest later.',
    patches: [
      server(
        'response.end(Buffer.from(JSON.stringify(value)));',
        'const bytes = Buffer.from(JSON.stringify(value));\n  response.write(bytes.subarray(0, 2));\n  setImmediate(() => response.end(bytes.subarray(2)));',
      ),
    ],
  },
  {
    name: 'next-turn',
    story: 'Those who wait are answered in the next turn, with all that is there by then.',
    patches: [
      board('      waiter();\n', '      setImmediate(waiter);\n'),
      server(
        '    over();\n    answerAfter(since, response);\n',
        '    over();\n    if (!request.signal.aborted) answerAfter(since, response);\n',
      ),
    ],
  },
  {
    name: 'cut-at-the-end',
    story: 'SIGTERM cuts all off.',
    patches: [
      server('  await closed;\n', ''),
      server(
        '  const closed = server.close(LAST_CALL_MS);\n  for (const expire of expiries) expire();\n',
        '  void server.close(0);\n',
      ),
    ],
  },
  {
    name: 'bodies-with-errors',
    story: 'Errors have a body that says what is wrong, and OPTIONS is in Allow.',
    patches: [
      server(
        '  response.writeHead(status, fields);\n  response.end();\n',
        '  response.writeHead(status, fields);\n  response.end(status === 204 ? undefined : Buffer.from(`{"error":${status}}`));\n',
      ),
      server("[['Allow', 'GET, HEAD, POST']]", "[['allow', 'POST,OPTIONS,GET,HEAD']]"),
    ],
  },
  {
    name: 'list-of-waiters',
    story: 'An array of those who wait, exchanged for an empty one before it is gone through.',
    patches: [
      board('  readonly #waiting = new Map<Waiter, number>();\n', '  #waiting: [Waiter, number][] = [];\n'),
      board(
        '    for (const [waiter, since] of this.#waiting) {\n      if (since >= message.id) continue;\n',
        '    const all = this.#waiting;\n    this.#waiting = all.filter(([, since]) => since >= message.id);\n    for (const [waiter, since] of all) {\n      if (since >= message.id) continue;\n',
      ),
      board('      this.#waiting.delete(waiter);\n', ''),
      board(
        '    this.#waiting.set(waiter, since);\n    return () => this.#waiting.delete(waiter);\n',
        '    this.#waiting.push([waiter, since]);\n    return () => {\n      this.#waiting = this.#waiting.filter(([other]) => other !== waiter);\n    };\n',
      ),
    ],
  },
  {
    name: 'a-count-of-failures',
    story: 'The Poller counts its failures, gives whole milliseconds, and writes timeout first.',
    patches: [
      poll('  #ceilingMs: number;\n', '  #failures = 0;\n'),
      poll('    this.#ceilingMs = this.#options.retryMs;\n  }\n', '  }\n'),
      poll('    this.#ceilingMs = this.#options.retryMs;\n    const', '    this.#failures = 0;\n    const'),
      poll(
        'const ceilingMs = Math.min(this.#ceilingMs, this.#options.maxRetryMs);\n    this.#ceilingMs = ceilingMs * 2;\n    return (ceilingMs * (1 + random)) / 2;',
        'const ceilingMs = Math.min(this.#options.retryMs * 2 ** this.#failures, this.#options.maxRetryMs);\n    this.#failures += 1;\n    return Math.round((ceilingMs * (1 + random)) / 2);',
      ),
      poll(
        '/messages/wait?since=${this.#since}&timeout=${timeoutSeconds}',
        '/messages/wait?timeout=${timeoutSeconds}&since=${this.#since}',
      ),
    ],
  },
  {
    name: 'client-with-timers',
    story:
      'A client that plans its next poll with setTimeout, gives up with a controller of its own, and talks on stderr.',
    patches: [
      client('for (;;) {\n', 'async function next(): Promise<void> {\n'),
      client(
        '  await sleep(Math.min(delayMs, MAX_TIMER_MS));\n}\n',
        '  console.error(`${outcome.type}: the next poll in ${delayMs} ms`);\n  setTimeout(next, Math.min(delayMs, MAX_TIMER_MS));\n}\nvoid next();\n',
      ),
      client("import { setTimeout as sleep } from 'node:timers/promises';\n", ''),
      client(
        '  try {\n    const response = await request({ host, port, target, signal: AbortSignal.timeout(limitMs) });',
        "  const limit = new AbortController();\n  const timer = setTimeout(() => limit.abort(), limitMs);\n  try {\n    const headers: [string, string][] = [['Accept', 'application/json']];\n    const response = await request({ host, port, target, headers, signal: limit.signal });",
      ),
      client(
        "    return { type: 'failed' };\n  }\n",
        "    return { type: 'failed' };\n  } finally {\n    clearTimeout(timer);\n  }\n",
      ),
    ],
  },
];
