/** Other right parsers, other right ways to come back, and another right client. */
import type { Patch, Variant } from '../mutant.ts';

const WAIT = 'return Math.min(MAX_TIMER_MS, Math.max(this.#retryMs, (ceilingMs * (1 + random)) / 2));';

export const variants: Variant[] = [
  {
    name: 'plain-parser',
    story: 'All is text, and a line is cut out before it is looked at.',
    files: { 'event-stream-parser.ts': 'programs/plain-parser.ts' },
  },
  {
    name: 'byte-by-byte',
    story:
      'A state machine that looks at one byte after the other, with limits between once and twice what was said.',
    files: { 'event-stream-parser.ts': 'programs/byte-by-byte.ts' },
  },
  {
    name: 'generator',
    story: 'A generator that reads straight down and waits wherever it is.',
    files: { 'event-stream-parser.ts': 'programs/generator.ts' },
  },
  {
    name: 'own-http',
    story:
      'A client without http-client.ts: events of the socket, other fields in another case, comes back to the last address.',
    files: { 'client.ts': 'programs/own-http.ts' },
  },
  {
    name: 'whole-milliseconds',
    story: 'The waits are rounded to whole milliseconds, and the ceiling is found by doubling in a loop.',
    patches: [
      replacing(
        'reconnection.ts',
        'const ceilingMs = Math.min(this.#maxRetryMs, this.#retryMs * 2 ** doublings);',
        'let ceilingMs = this.#retryMs;\n    for (let n = 0; n < doublings && ceilingMs < this.#maxRetryMs; n += 1) ceilingMs *= 2;\n    ceilingMs = Math.min(ceilingMs, this.#maxRetryMs);',
      ),
      replacing(
        'reconnection.ts',
        WAIT,
        'return Math.min(MAX_TIMER_MS, Math.max(this.#retryMs, Math.round((ceilingMs * (1 + random)) / 2)));',
      ),
    ],
  },
  {
    name: 'other-json',
    story: 'The members in another order, and spaces between them.',
    patches: [
      replacing(
        'client.ts',
        '`${JSON.stringify({ event: type, data, lastEventId: id })}\\n`',
        '`{ "lastEventId" : ${JSON.stringify(id)}, "data" : ${JSON.stringify(data)}, "event" : ${JSON.stringify(type)} }\\n`',
      ),
    ],
  },
  {
    name: 'says-what-it-does',
    story: 'A diary on stderr: opened, lost and why, and several lines when it gives up.',
    patches: [
      replacing(
        'client.ts',
        '    reconnection.opened(performance.now());\n',
        "    reconnection.opened(performance.now());\n    console.error('open');\n",
      ),
      replacing(
        'client.ts',
        '    if (error instanceof GaveUp) throw error;\n',
        "    if (error instanceof GaveUp) throw error;\n    console.error('lost', error);\n",
      ),
      replacing(
        'client.ts',
        '  process.exitCode = 1;\n',
        "  console.error('This is the end of it.');\n  process.exitCode = 1;\n",
      ),
    ],
  },
  {
    name: 'silence-before-the-head',
    story: 'The silence is also for a response that never comes.',
    patches: [
      replacing(
        'client.ts',
        '    const response = await open(silence.signal);\n',
        '    const ms = Number(env.SILENCE_MS ?? 0);\n    const patience = ms > 0 ? setTimeout(() => silence.abort(), ms) : undefined;\n    const response = await open(silence.signal).finally(() => clearTimeout(patience));\n',
      ),
    ],
  },
];

function replacing(file: string, find: string, replace: string): Patch {
  return { file, find, replace };
}
