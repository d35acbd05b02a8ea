/**
 * Messages over HTTP, for clients that ask: at once (short polling), or as soon as there is one (long polling). What is a
 * request is here; what is a message, and who waits for one, is in `board.ts`.
 *
 * HOST and PORT come from the environment. On SIGTERM polls that wait are answered, and the program ends with exit code 0.
 */
import { createServer, type Request, type Response } from '../lab-06-http-server/http.ts';
import { Board } from './board.ts';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);

/** Of one message. */
const MAX_BODY_BYTES = 256 * 1024;
const DEFAULT_TIMEOUT_SECONDS = 30;
const MAX_TIMEOUT_SECONDS = 60;
/** How long responses that are under way may take after SIGTERM. */
const LAST_CALL_MS = 500;

const board = new Board();
/** For each poll that waits, what answers it with 204. */
const expiries = new Set<() => void>();

function handle(request: Request, response: Response): void | Promise<void> {
  // RFC 9112 §3.2.2: a server takes the absolute form, too.
  const [path, query] = request.target.replace(/^https?:\/\/[^/?]*/i, '').split('?', 2);
  const parameters = new URLSearchParams(query);
  // RFC 9110 §9.1: GET and HEAD belong together. The library drops HEAD's body.
  const reads = request.method === 'GET' || request.method === 'HEAD';
  switch (path) {
    case '/messages':
      if (reads) return list(parameters, response);
      if (request.method === 'POST') return post(request, response);
      return refuse(response, 405, [['Allow', 'GET, HEAD, POST']]);
    case '/messages/wait':
      if (reads) return wait(request, parameters, response);
      return refuse(response, 405, [['Allow', 'GET, HEAD']]);
    default:
      return refuse(response, 404);
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// What they do

async function post(request: Request, response: Response): Promise<void> {
  const parts: Uint8Array[] = [];
  for await (const part of request.body) parts.push(part);
  const text = parseText(Buffer.concat(parts));
  if (text === undefined) refuse(response, 400);
  else answer(response, 201, board.add(text));
}

function list(parameters: URLSearchParams, response: Response): void {
  const since = parseSince(parameters);
  if (since === undefined) refuse(response, 400);
  else answerAfter(since, response);
}

function wait(request: Request, parameters: URLSearchParams, response: Response): void {
  const since = parseSince(parameters);
  const timeoutSeconds = parseTimeout(parameters);
  if (since === undefined || timeoutSeconds === undefined) refuse(response, 400);
  // Posted while this client was not asking: its `since` tells.
  else if (board.last > since) answerAfter(since, response);
  else if (timeoutSeconds === 0) nothingNew(response);
  else hold(request, response, since, timeoutSeconds * 1000);
}

/** Answered once, by the first of: news, the timeout, the end of the program. Or the client goes away. */
function hold(request: Request, response: Response, since: number, timeoutMs: number): void {
  const over = () => {
    clearTimeout(timer);
    forget();
    expiries.delete(expire);
  };
  const expire = () => {
    over();
    nothingNew(response);
  };
  const forget = board.wait(since, () => {
    over();
    answerAfter(since, response);
  });
  const timer = setTimeout(expire, timeoutMs);
  expiries.add(expire);
  request.signal.addEventListener('abort', over);
}

function answerAfter(since: number, response: Response): void {
  answer(response, 200, { messages: board.after(since), last: board.last });
}

function answer(response: Response, status: number, value: unknown): void {
  response.writeHead(status, [
    ['Content-Type', 'application/json'],
    ['Cache-Control', 'no-store'],
  ]);
  response.end(Buffer.from(JSON.stringify(value)));
}

function nothingNew(response: Response): void {
  refuse(response, 204, [['Cache-Control', 'no-store']]);
}

/** A status that says it all. */
function refuse(response: Response, status: number, fields: [string, string][] = []): void {
  response.writeHead(status, fields);
  response.end();
}

// ---------------------------------------------------------------------------------------------------------------------
// What they are asked. Each is undefined for what it cannot be.

/** RFC 8259 §8.1: JSON text that is exchanged "MUST be encoded using UTF-8". */
const utf8 = new TextDecoder('utf-8', { fatal: true });

function parseText(body: Uint8Array): string | undefined {
  try {
    const text: unknown = JSON.parse(utf8.decode(body))?.text;
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}

/** `Number('')` is 0 and `Number('1e3')` is 1000: the digits are looked at first. */
function parseSince(parameters: URLSearchParams): number | undefined {
  const text = parameters.get('since') ?? '0';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function parseTimeout(parameters: URLSearchParams): number | undefined {
  const text = parameters.get('timeout') ?? String(DEFAULT_TIMEOUT_SECONDS);
  return /^\d+(\.\d+)?$/.test(text) ? Math.min(Number(text), MAX_TIMEOUT_SECONDS) : undefined;
}

// ---------------------------------------------------------------------------------------------------------------------
// The program

const server = createServer(handle, { maxBodyBytes: MAX_BODY_BYTES });

process.on('SIGTERM', async () => {
  const closed = server.close(LAST_CALL_MS);
  for (const expire of expiries) expire();
  await closed;
  process.exit(0);
});

try {
  await server.listen(port, host);
  console.log(`listening on ${host}:${port}`);
} catch (error) {
  console.error(`cannot listen on ${host}:${port}: ${(error as Error).message}`);
  process.exit(1);
}
