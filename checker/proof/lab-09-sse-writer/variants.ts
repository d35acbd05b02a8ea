/** Writers of event streams of other designs, all right. */
import type { Variant } from '../mutant.ts';
import { events, server } from './patches.ts';

export const variants: Variant[] = [
  {
    name: 'loops',
    story:
      'A queue and a loop for each reader, drawn ids that are searched, CRLF, few spaces; reset has no id and comes one event earlier.',
    files: { 'event-stream.ts': 'programs/loops-event-stream.ts' },
  },
  {
    name: 'cr',
    story: 'Lines end with CR, the data comes first, and there are comments between the fields.',
    patches: [
      events(
        "`event: ${singleLine('event', event)}\\n`",
        "`:type\\revent: ${singleLine('event', event)}\\r:\\r`",
      ),
      events("`id: ${withoutNul(singleLine('id', id))}\\n`", "`id: ${withoutNul(singleLine('id', id))}\\r`"),
      events('`retry: ${wholeNumber(retry)}\\n`', '`retry: ${wholeNumber(retry)}\\r`'),
      events(
        'for (const line of data.split(END_OF_LINE)) block += `data: ${line}\\n`;',
        "block = data.split(END_OF_LINE).map((line) => `data: ${line}\\r`).join(':\\r') + block;",
      ),
      events("Buffer.from(`${block}\\n`, 'utf8')", "Buffer.from(`${block}\\r`, 'utf8')"),
      events('`:${line}\\n`', '`:${line}\\r`'),
    ],
  },
  {
    name: 'talkative',
    story:
      'Begins each stream with a long comment, a retry, and the id of the newest event for a new reader; other fields in the head.',
    patches: [
      server(
        "['Content-Type', 'text/event-stream'],",
        "['content-type', 'Text/Event-Stream;charset=UTF-8'],",
      ),
      server(
        "    ['Cache-Control', 'no-store'],\n",
        "    ['cache-control', 'private, no-cache, no-transform'],\n    ['Access-Control-Allow-Origin', '*'],\n    ['Connection', 'keep-alive'],\n",
      ),
      events(
        '    for (const bytes of missed) this.#send(reader, bytes);\n',
        "    this.#send(reader, encodeComment('-'.repeat(2048)));\n    this.#send(reader, encodeEvent({ retry: 700 }));\n    if (lastEventId === undefined) this.#send(reader, encodeEvent({ id: this.#idOf(this.#newest) }));\n    for (const bytes of missed) this.#send(reader, bytes);\n",
      ),
      events(
        "const HEARTBEAT = encodeComment('');",
        "const HEARTBEAT = Buffer.from('\\n:still\\n: here\\n\\nretry: 700\\n\\n');",
      ),
    ],
  },
  {
    name: 'pieces',
    story: 'Writes each event in several pieces, wherever the cuts fall.',
    patches: [
      server(
        '    return this.#response.write(bytes);\n',
        '    const step = Math.max(5, bytes.length >> 4);\n    let room = true;\n    for (let at = 0; at < bytes.length; at += step) room = this.#response.write(bytes.subarray(at, at + step));\n    return room;\n',
      ),
    ],
  },
  {
    name: 'strict',
    story:
      'For the id just before the oldest held event it sends reset, without an id; a comment of several lines throws; a larger body is 400.',
    patches: [
      events(
        'number < this.#newest - this.#history',
        '(number < this.#newest && number <= this.#newest - this.#history)',
      ),
      events(
        "{ event: 'reset', id: this.#idOf(this.#newest), data: 'events are missing' }",
        "{ event: 'reset', data: '' }",
      ),
      events(
        '  const lines = text.split',
        "  if (END_OF_LINE.test(text)) throw new TypeError('a comment has one line');\n  const lines = text.split",
      ),
    ],
  },
  {
    name: 'ends',
    story:
      'Ends the response of a reader that does not keep up as if it were complete; on SIGTERM it cuts all at once.',
    patches: [
      server(
        "    this.#reject('a reader that did not keep up was cut off');\n",
        '    this.#response.end();\n    this.#resolve();\n',
      ),
      server('const LAST_CALL_MS = 500;', 'const LAST_CALL_MS = 0;'),
      server('  for (const stream of streams) stream.end();\n', ''),
    ],
  },
  {
    name: 'odd-ids',
    story: 'Ids have spaces and punctuation in them; the answer of a publish has more members than the id.',
    patches: [
      server(
        "idPrefix: `${randomBytes(6).toString('base64url')}.`",
        'idPrefix: `run: ${randomBytes(3).toString(\'hex\')}, "event" = #`',
      ),
      server('JSON.stringify({ id })', 'JSON.stringify({ ok: true, id, readers: streams.size }, null, 2)'),
      server(
        "[['Content-Type', 'application/json']]",
        "[['Content-Type', 'application/json; charset=utf-8'], ['Cache-Control', 'no-store']]",
      ),
    ],
  },
  {
    name: 'later',
    story:
      'Publishes in a later turn of the event loop, and gives each event to the readers in another order.',
    patches: [
      server(
        '    const id = hub.publish(parseEvent(Buffer.concat(parts)));\n',
        '    const event = parseEvent(Buffer.concat(parts));\n    await new Promise((resolve) => setImmediate(resolve));\n    const id = hub.publish(event);\n',
      ),
      events(
        '    for (const reader of this.#readers) this.#send(reader, bytes);\n    return id;',
        '    for (const reader of [...this.#readers].reverse()) this.#send(reader, bytes);\n    return id;',
      ),
    ],
  },
  {
    name: 'fat',
    story: 'Has much for each reader, as long as it is there.',
    patches: [
      server(
        '    this.#response = response;\n',
        '    this.#response = response;\n    this.#fat = Array.from({ length: 8192 }, (_, at) => at);\n',
      ),
      server(
        '  readonly #response: Response;\n',
        '  readonly #response: Response;\n  #fat: number[] = [];\n',
      ),
      server(
        '    streams.delete(this);\n    this.#resolve();\n',
        '    streams.delete(this);\n    this.#fat = [];\n    this.#resolve();\n',
      ),
    ],
  },
];
