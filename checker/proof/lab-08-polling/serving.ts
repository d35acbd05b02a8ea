/** Servers that lose messages, answer wrong, or answer twice: steps 1 to 4 and 6. */
import type { Mutant } from '../mutant.ts';
import { board, server } from './patches.ts';

const TAKEN_OUT = '      this.#waiting.delete(waiter);\n';
const AFTER = 'return this.#messages.slice(since);';
const OVER = '    clearTimeout(timer);\n    forget();\n    expiries.delete(expire);\n';
const WAITS = '    this.#waiting.set(waiter, since);\n';

export const serving: Mutant[] = [
  {
    name: 'silent-start',
    story: 'Nothing is said when the server listens.',
    patches: [server('  console.log(`listening on ${host}:${port}`);\n', '')],
    killedBy: { 'lab-08/announces': { verdict: 'fail', misconception: 'no-announcement' } },
  },
  {
    name: 'stack-trace',
    story: 'Nobody catches what listen rejects with.',
    patches: [
      server('  console.error(`cannot listen on ${host}:${port}: ${(error as Error).message}`);\n', ''),
      server('  process.exit(1);\n', '  throw error;\n'),
    ],
    killedBy: { 'lab-08/port-in-use': { verdict: 'fail', misconception: 'stack-trace' } },
  },
  {
    name: 'ids-from-zero',
    story: 'The id is the place in the array.',
    patches: [board('{ id: this.last + 1, text }', '{ id: this.last, text }')],
    killedBy: { 'lab-08/first-messages': { verdict: 'fail', misconception: 'id-type' } },
  },
  {
    name: 'id-of-the-body',
    story: 'The body is spread over the new message, with all that stands in it.',
    patches: [
      server(
        'const text = parseText(Buffer.concat(parts));',
        'const bytes = Buffer.concat(parts);\n  const text = parseText(bytes);',
      ),
      server(
        'answer(response, 201, board.add(text));',
        'answer(response, 201, Object.assign(board.add(text), JSON.parse(bytes.toString())));',
      ),
    ],
    killedBy: { 'lab-08/post': { verdict: 'fail', misconception: 'id-taken' } },
  },
  {
    name: 'body-in-pieces',
    story: 'Each piece of the body is made into text by itself.',
    patches: [server('parts.push(part);', 'parts.push(Buffer.from(Buffer.from(part).toString()));')],
    killedBy: { 'lab-08/post': { verdict: 'fail', misconception: 'cut-character' } },
  },
  {
    name: 'text-unchecked',
    story: 'Whatever stands in text is taken.',
    patches: [server("typeof text === 'string' ? text : undefined", 'text as string')],
    killedBy: { 'lab-08/post-wrong': { verdict: 'fail', misconception: 'status-201' } },
  },
  {
    name: 'decodes-anything',
    story: 'Bytes that are no UTF-8 become U+FFFD, and are kept.',
    patches: [server("new TextDecoder('utf-8', { fatal: true })", "new TextDecoder('utf-8')")],
    killedBy: { 'lab-08/post-wrong': { verdict: 'fail', misconception: 'lenient' } },
  },
  {
    name: 'parse-throws',
    story: 'JSON.parse throws, and nobody catches it.',
    patches: [server('  } catch {\n    return undefined;\n', '  } catch (error) {\n    throw error;\n')],
    killedBy: { 'lab-08/post-wrong': { verdict: 'fail', misconception: 'status-500' } },
  },
  {
    name: 'since-inclusive',
    story: 'since is taken for the first id that is wanted.',
    patches: [board(AFTER, 'return this.#messages.slice(Math.max(0, since - 1));')],
    killedBy: { 'lab-08/first-messages': { verdict: 'fail', misconception: 'message-extra' } },
  },
  {
    name: 'newest-first',
    story: 'The newest message stands first, as in most lists on a screen.',
    patches: [board(AFTER, 'return this.#messages.slice(since).reverse();')],
    killedBy: { 'lab-08/first-messages': { verdict: 'fail', misconception: 'order' } },
  },
  {
    name: 'ids-as-text',
    story: 'since is compared as it came, as text: 10 is less than 9.',
    patches: [board(AFTER, 'return this.#messages.filter(({ id }) => String(id) > String(since));')],
    killedBy: { 'lab-08/since': { verdict: 'fail', misconception: 'message-missing' } },
  },
  {
    name: 'last-of-the-answer',
    story: 'last is taken from the messages of the answer, and is 0 where it has none.',
    patches: [server('last: board.last }', 'last: board.after(since).at(-1)?.id ?? 0 }')],
    killedBy: { 'lab-08/first-messages': { verdict: 'fail', misconception: 'other-last' } },
  },
  {
    name: 'messages-cleared',
    story: 'What was answered is taken out of the list, as in a well-known introduction: messages.clear().',
    patches: [
      board('  readonly #waiting', '  #cleared = 0;\n  readonly #waiting'),
      board(
        AFTER,
        'const messages = this.#messages.slice(Math.max(since, this.#cleared));\n    this.#cleared = this.last;\n    return messages;',
      ),
    ],
    killedBy: {
      'lab-08/first-messages': { verdict: 'fail', misconception: 'cleared' },
      'lab-08/history': { verdict: 'fail', misconception: 'cleared' },
    },
  },
  {
    name: 'parse-int',
    story: 'parseInt reads since as far as it can.',
    patches: [
      server(
        'return /^\\d+$/.test(text) ? Number(text) : undefined;',
        'const since = Number.parseInt(text, 10);\n  return since >= 0 ? since : undefined;',
      ),
    ],
    killedBy: { 'lab-08/since-wrong': { verdict: 'fail', misconception: 'status-200' } },
  },
  {
    name: 'no-allow',
    story: 'A 405 without Allow.',
    patches: [
      server(
        "return refuse(response, 405, [['Allow', 'GET, HEAD, POST']]);",
        'return refuse(response, 405);',
      ),
    ],
    killedBy: { 'lab-08/routes': { verdict: 'fail', misconception: 'no-allow' } },
  },
  {
    name: 'no-store-and-no-head',
    story: 'The method is compared with GET only, and the answers may be stored by anybody.',
    patches: [
      server(
        "const reads = request.method === 'GET' || request.method === 'HEAD';",
        "const reads = request.method === 'GET';",
      ),
      server(
        "    ['Content-Type', 'application/json'],\n    ['Cache-Control', 'no-store'],\n",
        "    ['Content-Type', 'application/json'],\n",
      ),
    ],
    killedBy: {
      'lab-08/routes': { verdict: 'fail', misconception: 'status-405' },
      'lab-08/no-store': { verdict: 'fail', misconception: 'stored' },
    },
  },
  {
    name: 'waits-in-any-case',
    story: 'A long poll waits for the next post, although there is news already.',
    patches: [server('  else if (board.last > since) answerAfter(since, response);\n', '')],
    killedBy: {
      'lab-08/wait-news': { verdict: 'timeout', misconception: 'waiting' },
      'lab-08/between-polls': { verdict: 'timeout', misconception: 'lost' },
    },
  },
  {
    name: 'never-waits',
    story: 'The long poll is a short poll with another name.',
    patches: [server('else if (board.last > since) answerAfter', 'else if (board.last > -1) answerAfter')],
    killedBy: { 'lab-08/wait-post': { verdict: 'fail', misconception: 'not-held' } },
  },
  {
    name: 'post-tells-nobody',
    story: 'A post adds its message, and those who wait learn of it at their timeout.',
    patches: [board('      waiter();\n', '      if (this.last < 0) waiter();\n')],
    killedBy: { 'lab-08/wait-post': { verdict: 'timeout', misconception: 'waiting' } },
  },
  {
    name: 'huge-timeout',
    story: 'The timeout goes to setTimeout as it came; beyond 2^31 ms that fires at once.',
    patches: [server('Math.min(Number(text), MAX_TIMEOUT_SECONDS)', 'Number(text)')],
    killedBy: { 'lab-08/wait-how-long': { verdict: 'fail', misconception: 'timeout-capped' } },
  },
  {
    name: 'no-default-timeout',
    story: 'Where timeout is left out there is none to wait for.',
    patches: [server('const DEFAULT_TIMEOUT_SECONDS = 30;', 'const DEFAULT_TIMEOUT_SECONDS = 0;')],
    killedBy: { 'lab-08/wait-how-long': { verdict: 'fail', misconception: 'default-timeout' } },
  },
  {
    name: 'timeout-in-milliseconds',
    story: 'The seconds go to setTimeout as they are.',
    patches: [server('since, timeoutSeconds * 1000);', 'since, timeoutSeconds);')],
    killedBy: { 'lab-08/wait-timeout': { verdict: 'fail', misconception: 'early' } },
  },
  {
    name: 'no-timeout',
    story: 'A poll waits until there is news, for ever if need be.',
    patches: [server('setTimeout(expire, timeoutMs)', 'setTimeout(() => {}, timeoutMs)')],
    killedBy: { 'lab-08/wait-timeout': { verdict: 'timeout', misconception: 'waiting' } },
  },
  {
    name: 'null-at-the-timeout',
    story: 'The timeout is answered with 200 and null, as in a well-known example.',
    patches: [
      server(
        '  refuse(response, 204, [[',
        '  if (response) return answer(response, 200, { data: null });\n  refuse(response, 204, [[',
      ),
    ],
    killedBy: { 'lab-08/wait-timeout': { verdict: 'fail', misconception: 'status-200' } },
  },
  {
    name: 'timeout-unchecked',
    story: 'timeout is made a number, and NaN is a number too.',
    patches: [
      server(
        'return /^\\d+(\\.\\d+)?$/.test(text) ? Math.min(Number(text), MAX_TIMEOUT_SECONDS) : undefined;',
        'return Math.min(Number(text) || 0, MAX_TIMEOUT_SECONDS);',
      ),
    ],
    killedBy: { 'lab-08/timeout-wrong': { verdict: 'fail', misconception: 'status-204' } },
  },
  {
    name: 'any-post-answers',
    story: 'A post answers all who wait, whatever they wait for.',
    patches: [board('      if (since >= message.id) continue;\n', '')],
    killedBy: { 'lab-08/wait-beyond': { verdict: 'fail', misconception: 'not-held' } },
  },
  {
    name: 'answered-twice',
    story: 'An answered poll leaves the list when its connection closes, as in a well-known example.',
    patches: [
      board(TAKEN_OUT, '      setImmediate(() => this.#waiting.delete(waiter));\n'),
      server(OVER, '    clearTimeout(timer);\n    expiries.delete(expire);\n'),
    ],
    killedBy: { 'lab-08/two-posts': { verdict: 'fail', misconception: 'status-500' } },
  },
  {
    name: 'timer-goes-on',
    story: 'The post answers, and the timer of the poll goes on.',
    patches: [server(OVER, '    forget();\n    expiries.delete(expire);\n')],
    killedBy: { 'lab-08/answered-once': { verdict: 'crash', misconception: 'crashed' } },
  },
  {
    name: 'second-post-lost',
    story: 'Two messages in one turn: the second is taken for a double click, answered, and dropped.',
    patches: [
      board('  readonly #waiting', '  #soon = false;\n  readonly #waiting'),
      board(
        '    this.#messages.push(message);\n',
        '    if (this.#soon) return message;\n    this.#soon = true;\n    setImmediate(() => {\n      this.#soon = false;\n    });\n    this.#messages.push(message);\n',
      ),
    ],
    killedBy: { 'lab-08/two-posts': { verdict: 'fail', misconception: 'message-missing' } },
  },
  {
    name: 'gone-ones-take-the-news',
    story:
      'What was written to a client counts as read by it: the list is cleared behind what was sent to one that waited.',
    patches: [
      board('  readonly #waiting', '  #sent = 0;\n  readonly #waiting'),
      board('      waiter();\n', '      waiter();\n      this.#sent = message.id;\n'),
      server(
        'else if (board.last > since) answerAfter(since, response);',
        'else if (board.last > Math.max(since, board.sent)) answerAfter(Math.max(since, board.sent), response);',
      ),
      board(
        '  /** Add a message.',
        '  get sent(): number {\n    return this.#sent;\n  }\n\n  /** Add a message.',
      ),
    ],
    killedBy: { 'lab-08/sequence': { verdict: 'fail', misconception: 'lost' } },
  },
  {
    name: 'first-come',
    story: 'The news goes to the first who waits.',
    patches: [board('      waiter();\n', '      waiter();\n      break;\n')],
    killedBy: { 'lab-08/all-waiting': { verdict: 'timeout', misconception: 'one-only' } },
  },
  {
    name: 'list-changed-on-the-way',
    story:
      'An array of those who wait is gone through while each of them is taken out of it: every second one is left out.',
    patches: [
      board('new Map<Waiter, number>()', 'new Array<[Waiter, number]>()'),
      board(
        TAKEN_OUT,
        '      this.#waiting.splice(this.#waiting.findIndex(([other]) => other === waiter), 1);\n',
      ),
      board(WAITS, '    this.#waiting.push([waiter, since]);\n'),
      board(
        '    return () => this.#waiting.delete(waiter);\n',
        '    return () => {\n      const at = this.#waiting.findIndex(([other]) => other === waiter);\n      if (at >= 0) this.#waiting.splice(at, 1);\n    };\n',
      ),
    ],
    killedBy: { 'lab-08/all-waiting': { verdict: 'timeout', misconception: 'one-only' } },
  },
  {
    name: 'throws-at-the-gone',
    story: 'A client that goes away is an error, and nobody catches it.',
    patches: [
      server(
        "request.signal.addEventListener('abort', over);",
        "request.signal.addEventListener('abort', () => {\n    setImmediate(() => {\n      throw new Error('the client is gone');\n    });\n  });",
      ),
    ],
    killedBy: { 'lab-08/client-gone': { verdict: 'crash', misconception: 'crashed' } },
  },
  {
    name: 'record-for-each-client',
    story: 'Each client that waits gets a record with a buffer of its own, and nobody ever throws one away.',
    patches: [
      server(
        'const expiries = new Set<() => void>();',
        'const expiries = new Set<() => void>();\nconst records: Uint8Array[] = [];',
      ),
      server(
        '  expiries.add(expire);\n',
        '  expiries.add(expire);\n  records.push(new Uint8Array(256 * 1024).fill(1));\n',
      ),
    ],
    killedBy: { 'lab-08/forgotten': { verdict: 'fail', misconception: 'memory-kept', onlyOn: 'linux' } },
  },
  {
    name: 'sigterm-ignored',
    story: 'Nothing listens for SIGTERM, which ends the program the hard way.',
    patches: [server("process.on('SIGTERM', async () => {", "process.on('SIGUSR2', async () => {")],
    killedBy: { 'lab-08/sigterm': { verdict: 'fail', misconception: 'no-handler' } },
  },
  {
    name: 'waits-for-those-who-wait',
    story: 'SIGTERM lets the requests end that are under way, and polls are under way for a minute.',
    patches: [
      server('  for (const expire of expiries) expire();\n', ''),
      server('const LAST_CALL_MS = 500;', 'const LAST_CALL_MS = 120_000;'),
    ],
    killedBy: { 'lab-08/sigterm': { verdict: 'timeout', misconception: 'never-ends' } },
  },
  {
    name: 'room-for-500',
    story: 'A limit on those who wait looked large enough; whoever comes beyond it waits for the timeout.',
    patches: [board(WAITS, '    if (this.#waiting.size < 500) this.#waiting.set(waiter, since);\n')],
    killedBy: { 'lab-08/thousand': { verdict: 'timeout', misconception: 'not-all' } },
  },
  {
    name: 'spread-over-time',
    story: 'Many are answered a little at a time, to be easy on the machine.',
    patches: [board('      waiter();\n', '      setTimeout(waiter, this.#waiting.size > 500 ? 3000 : 0);\n')],
    killedBy: { 'lab-08/thousand': { verdict: 'fail', misconception: 'too-late' } },
  },
];
