/** Clients that ask too often, give up, or print what is not complete: step 5. */
import type { Mutant } from '../mutant.ts';
import { client } from './patches.ts';

const PRINTS = '  for (const { text } of messages) process.stdout.write(`${text}\\n`);\n';
const SLEEPS = '  await sleep(Math.min(delayMs, MAX_TIMER_MS));\n';
const REQUEST = 'await request({ host, port, target, signal: AbortSignal.timeout(limitMs) });';
const READS = '    const body = await readBody(response, MAX_ANSWER_BYTES);\n';
const STATUS =
  '    if (response.status !== 200) throw new Error(`the server answered ${response.status}`);\n';
const SIGNALS =
  "for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));\n";
const WRONG_MODE = '  process.exit(1);\n';

export const asking: Mutant[] = [
  {
    name: 'prints-the-message',
    story: 'The whole message is printed, as it looks in the answer.',
    patches: [
      client(
        PRINTS,
        '  for (const message of messages) process.stdout.write(`${JSON.stringify(message)}\\n`);\n',
      ),
    ],
    killedBy: { 'lab-08/client-prints': { verdict: 'fail', misconception: 'other-output' } },
  },
  {
    name: 'prints-ten-at-a-time',
    story: 'Output is gathered, because writing is slow.',
    patches: [
      client('const poller = new Poller', 'const gathered: string[] = [];\nconst poller = new Poller'),
      client(
        PRINTS,
        '  for (const { text } of messages) gathered.push(`${text}\\n`);\n  if (gathered.length >= 10) process.stdout.write(gathered.splice(0).join(""));\n',
      ),
    ],
    killedBy: { 'lab-08/client-prints': { verdict: 'timeout', misconception: 'not-at-once' } },
  },
  {
    name: 'always-the-interval',
    story: 'The client waits for its interval after each answer, whatever the Poller says.',
    patches: [client(SLEEPS, '  await sleep(Math.max(delayMs, Number(process.env.INTERVAL_MS ?? 1000)));\n')],
    killedBy: { 'lab-08/client-prints': { verdict: 'timeout', misconception: 'not-asked-again' } },
  },
  {
    name: 'waits-after-204',
    story: 'A 204 is taken for a failure: no content, nothing learned.',
    patches: [client("    if (response.status === 204) return { type: 'none' };\n", '')],
    killedBy: { 'lab-08/client-long': { verdict: 'timeout', misconception: 'waits' } },
  },
  {
    name: 'no-pause',
    story: 'The delay is computed, and nobody waits for it.',
    patches: [client(SLEEPS, '  await sleep(0 * delayMs);\n')],
    killedBy: { 'lab-08/client-short': { verdict: 'fail', misconception: 'too-early' } },
  },
  {
    name: 'set-interval',
    story: 'setInterval around the request: a slow server has several of them at once.',
    patches: [
      client('for (;;) {\n', 'async function once(): Promise<number> {\n'),
      client(
        SLEEPS,
        "  return delayMs;\n}\nif (mode === 'short') {\n  void once();\n  setInterval(once, Number(process.env.INTERVAL_MS ?? 1000));\n} else for (;;) await sleep(Math.min(await once(), MAX_TIMER_MS));\n//",
      ),
    ],
    killedBy: { 'lab-08/client-one-at-a-time': { verdict: 'fail', misconception: 'two-at-a-time' } },
  },
  {
    name: 'one-segment',
    story: 'The first piece of the body is taken for the whole.',
    patches: [
      client(
        READS,
        '    let body = new Uint8Array();\n    for await (const part of response.body) {\n      body = Uint8Array.from(part);\n      break;\n    }\n',
      ),
      client('import { readBody, request }', 'import { request }'),
    ],
    killedBy: { 'lab-08/client-framings': { verdict: 'timeout', misconception: 'not-printed' } },
  },
  {
    name: 'text-in-pieces',
    story: 'Each piece of the body is made into text by itself.',
    patches: [
      client(
        READS,
        "    let text = '';\n    for await (const part of response.body) text += Buffer.from(part).toString();\n    const body = Buffer.from(text);\n",
      ),
      client('import { readBody, request }', 'import { request }'),
    ],
    killedBy: { 'lab-08/client-framings': { verdict: 'fail', misconception: 'other-output' } },
  },
  {
    name: 'any-mode',
    story: 'MODE is compared with short; whatever else it is, it is long.',
    patches: [client(WRONG_MODE, '')],
    killedBy: { 'lab-08/client-mode': { verdict: 'timeout', misconception: 'never-ends' } },
  },
  {
    name: 'wrong-mode-throws',
    story: 'A wrong MODE is thrown, and its user gets a stack trace.',
    patches: [
      client('  console.error(`MODE is ${JSON.stringify(mode)}, not long or short`);\n', ''),
      client(WRONG_MODE, '  throw new Error(`MODE is ${mode}`);\n'),
    ],
    killedBy: { 'lab-08/client-mode': { verdict: 'fail', misconception: 'stack-trace' } },
  },
  {
    name: 'signals-ignored',
    story: 'Nothing listens for the signals, which end the program the hard way.',
    patches: [client(SIGNALS, '')],
    killedBy: { 'lab-08/client-sigterm': { verdict: 'fail', misconception: 'signal' } },
  },
  {
    name: 'ends-after-the-poll',
    story: 'On SIGTERM the poll that is under way is waited for, and so is the pause.',
    patches: [
      client(
        SIGNALS,
        "let ending = false;\nfor (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => {\n  ending = true;\n});\n",
      ),
      client(SLEEPS, `${SLEEPS}  if (ending) process.exit(0);\n`),
    ],
    killedBy: { 'lab-08/client-sigterm': { verdict: 'timeout', misconception: 'never-ends' } },
  },
  {
    name: 'ends-on-failure',
    story: 'A server that cannot be reached is the end.',
    patches: [client("    return { type: 'failed' };\n", '    process.exit(1);\n')],
    killedBy: {
      'lab-08/client-failures': { verdict: 'crash', misconception: 'crashed' },
      'lab-08/client-refused': { verdict: 'crash', misconception: 'crashed' },
    },
  },
  {
    name: 'status-ignored',
    story: 'A body that looks right is taken, whatever the status says.',
    patches: [client(STATUS, '')],
    killedBy: { 'lab-08/client-failures': { verdict: 'fail', misconception: 'other-since' } },
  },
  {
    name: 'any-2xx',
    story: 'All of 2xx is success.',
    patches: [
      client(
        'if (response.status !== 200) throw',
        'if (response.status < 200 || response.status > 299) throw',
      ),
    ],
    killedBy: { 'lab-08/client-failures': { verdict: 'fail', misconception: 'other-since' } },
  },
  {
    name: 'shape-unchecked',
    story: 'What comes from the server is believed: a number is printed as if it were a text.',
    patches: [client("typeof text === 'string'", 'text !== undefined')],
    killedBy: { 'lab-08/client-failures': { verdict: 'fail', misconception: 'other-since' } },
  },
  {
    name: 'any-id',
    story: 'An id is a number, whatever number.',
    patches: [client('Number.isSafeInteger(id) && id! >= 1', "typeof id === 'number'")],
    killedBy: { 'lab-08/client-failures': { verdict: 'fail', misconception: 'other-since' } },
  },
  {
    name: 'failure-without-wait',
    story: 'After a failure the client asks again at once, to get over it quickly.',
    patches: [
      client(SLEEPS, "  await sleep(outcome.type === 'failed' ? 0 : Math.min(delayMs, MAX_TIMER_MS));\n"),
    ],
    killedBy: { 'lab-08/client-back-off': { verdict: 'fail', misconception: 'too-early' } },
  },
  {
    name: 'failures-kept-to-itself',
    story: 'Only failures are told to the Poller as they are; a 204 is not told at all.',
    patches: [
      client(
        '  const { messages, delayMs } = poller.receive(',
        "  if (outcome.type === 'none') continue;\n  const { messages, delayMs } = poller.receive(",
      ),
    ],
    killedBy: { 'lab-08/client-back-off': { verdict: 'fail', misconception: 'not-reset' } },
  },
  {
    name: 'waits-for-ever',
    story:
      'No limit for an answer: a server that went away without a word is waited for until somebody looks.',
    patches: [
      client(REQUEST, 'await request({ host, port, target });'),
      client('const limitMs =', 'export const limitMs ='),
    ],
    killedBy: { 'lab-08/client-no-answer': { verdict: 'timeout', misconception: 'not-asked-again' } },
  },
  {
    name: 'limit-for-the-head',
    story: 'The limit is cleared when the head has come.',
    patches: [
      client(
        REQUEST,
        'await request({ host, port, target, signal: limit.signal });\n    clearTimeout(timer);',
      ),
      client(
        '  try {\n    const response',
        '  const limit = new AbortController();\n  const timer = setTimeout(() => limit.abort(), limitMs);\n  try {\n    const response',
      ),
    ],
    killedBy: { 'lab-08/client-no-answer': { verdict: 'timeout', misconception: 'head-only' } },
  },
  {
    name: 'given-up-while-held',
    story: 'The same limit for both modes: a poll that is held is given up.',
    patches: [client("(mode === 'long' ? timeoutSeconds * 1000 : 0) + answerMs", 'answerMs')],
    killedBy: { 'lab-08/client-no-answer': { verdict: 'fail', misconception: 'gave-up-early' } },
  },
  {
    name: 'given-up-and-left-open',
    story: 'A race with a timer: the client goes on, and the connection stays.',
    patches: [
      client(
        REQUEST,
        "await Promise.race([\n      request({ host, port, target }),\n      sleep(limitMs).then(() => Promise.reject(new Error('too late'))),\n    ]);",
      ),
    ],
    killedBy: { 'lab-08/client-no-answer': { verdict: 'fail', misconception: 'two-at-a-time' } },
  },
  {
    name: 'prints-half-answers',
    story: 'Messages are printed as soon as their objects can be found in what has come.',
    patches: [
      client(
        READS,
        '    const parts: Uint8Array[] = [];\n    try {\n      for await (const part of response.body) parts.push(part);\n    } catch (error) {\n      const found = [...Buffer.concat(parts).toString().matchAll(/\\{"id":\\d+,"text":"[^"]*"\\}/g)];\n      if (found.length === 0) throw error;\n      return { type: \'messages\', messages: found.map(([json]) => JSON.parse(json)) };\n    }\n    const body = Buffer.concat(parts);\n',
      ),
      client('import { readBody, request }', 'import { request }'),
    ],
    killedBy: { 'lab-08/client-failures': { verdict: 'fail', misconception: 'other-since' } },
  },
  {
    name: 'prints-as-it-reads',
    story:
      'Each text is printed when its object is complete, and once more when the next answer brings it again.',
    patches: [
      client(
        READS,
        '    const parts: Uint8Array[] = [];\n    let shown = 0;\n    for await (const part of response.body) {\n      parts.push(part);\n      const found = [...Buffer.concat(parts).toString().matchAll(/"text":"(message \\d+)"\\}/g)];\n      for (const [, text] of found.slice(shown)) process.stdout.write(`${text}\\n`);\n      shown = found.length;\n    }\n    const body = Buffer.concat(parts);\n',
      ),
      client('import { readBody, request }', 'import { request }'),
      client(
        PRINTS,
        '  for (const { text } of messages) if (!/^message \\d+$/.test(text)) process.stdout.write(`${text}\\n`);\n',
      ),
    ],
    killedBy: { 'lab-08/client-cuts': { verdict: 'fail', misconception: 'printed-cut' } },
  },
];
