/**
 * A client that polls: it prints each message of the server once, for ever. What to ask for and when is the core's
 * (`poll.ts`); this is the shell, with its clock and its chance.
 *
 * HOST, PORT, MODE and the times come from the environment. On SIGTERM and Ctrl-C it ends with exit code 0.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { readBody, request } from './http-client.ts';
import { type Message, type Outcome, Poller } from './poll.ts';

const { HOST: host = '127.0.0.1', MODE: mode = 'long' } = process.env;
const port = Number(process.env.PORT ?? 3000);
const timeoutSeconds = Number(process.env.TIMEOUT_S ?? 30);
const answerMs = Number(process.env.ANSWER_MS ?? 5000);

/** Of one answer; a history may be long. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** Node's timers take no more, and fire at once beyond. */
const MAX_TIMER_MS = 2 ** 31 - 1;

if (mode !== 'long' && mode !== 'short') {
  console.error(`MODE is ${JSON.stringify(mode)}, not long or short`);
  process.exit(1);
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));

const poller = new Poller({
  mode,
  timeoutSeconds,
  intervalMs: Number(process.env.INTERVAL_MS ?? 1000),
  retryMs: Number(process.env.RETRY_MS ?? 500),
  maxRetryMs: Number(process.env.MAX_RETRY_MS ?? 30_000),
});
/** The server may hold a long poll; the answer itself must not take for ever. */
const limitMs = Math.min((mode === 'long' ? timeoutSeconds * 1000 : 0) + answerMs, MAX_TIMER_MS);

// One after the other: the next request is not sent before the last has come to something.
for (;;) {
  const outcome = await poll(poller.ask(performance.now()));
  const { messages, delayMs } = poller.receive(outcome, performance.now(), Math.random());
  for (const { text } of messages) process.stdout.write(`${text}\n`);
  await sleep(Math.min(delayMs, MAX_TIMER_MS));
}

/** Ask once. Whatever goes wrong is an outcome. */
async function poll(target: string): Promise<Outcome> {
  try {
    const response = await request({ host, port, target, signal: AbortSignal.timeout(limitMs) });
    const body = await readBody(response, MAX_ANSWER_BYTES);
    if (response.status === 204) return { type: 'none' };
    if (response.status !== 200) throw new Error(`the server answered ${response.status}`);
    return { type: 'messages', messages: parseMessages(body) };
  } catch (error) {
    console.error((error as Error).message);
    return { type: 'failed' };
  }
}

/** @throws SyntaxError or TypeError for what is no JSON, or not the JSON of an answer */
function parseMessages(body: Uint8Array): Message[] {
  const messages: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))?.messages;
  if (!Array.isArray(messages) || !messages.every(isMessage))
    throw new TypeError('the answer has no messages');
  return messages;
}

function isMessage(value: unknown): value is Message {
  const { id, text } = (value ?? {}) as Partial<Message>;
  return Number.isSafeInteger(id) && id! >= 1 && typeof text === 'string';
}
