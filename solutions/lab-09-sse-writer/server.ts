/**
 * Events for everybody: what is published to this program goes to all its readers, as Server-Sent Events.
 *
 * HOST, PORT and the limits come from the environment. On SIGTERM all streams are ended, and the program ends with exit
 * code 0.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type Request, type Response } from '../lab-06-http-server/http.ts';
import { EventHub, type Sink } from './event-stream.ts';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const heartbeatMs = Number(process.env.HEARTBEAT_MS ?? 15_000);

/** What is published at once; as much is held `HISTORY` times. */
const MAX_BODY_BYTES = 256 * 1024;

/** How long responses that are under way may take after SIGTERM. */
const LAST_CALL_MS = 500;

const hub = new EventHub({
  history: Number(process.env.HISTORY ?? 100),
  maxBufferedBytes: Number(process.env.MAX_BUFFERED ?? 1024 * 1024),
  idPrefix: `${randomBytes(6).toString('base64url')}.`,
});

/** One for each reader. */
const streams = new Set<Stream>();

function handle(request: Request, response: Response): void | Promise<void> {
  // RFC 9112 §3.2.2: a server takes the absolute form, too.
  const [path] = request.target.replace(/^https?:\/\/[^/?]*/i, '').split('?');
  switch (path) {
    case '/events':
      if (request.method === 'GET' || request.method === 'HEAD') return stream(request, response);
      return answer(response, 405, 'this route has GET and HEAD\n', 'GET, HEAD');
    case '/publish':
      if (request.method === 'POST') return publish(request, response);
      return answer(response, 405, 'this route has POST\n', 'POST');
    default:
      return answer(response, 404, 'there is nothing here\n');
  }
}

function answer(response: Response, status: number, text: string, allow?: string): void {
  response.writeHead(status, [
    ['Content-Type', 'text/plain; charset=utf-8'],
    ...(allow === undefined ? [] : [['Allow', allow] as [string, string]]),
  ]);
  response.end(Buffer.from(text));
}

function stream(request: Request, response: Response): void | Promise<void> {
  response.writeHead(200, [
    ['Content-Type', 'text/event-stream'],
    ['Cache-Control', 'no-store'],
    // For nginx, which collects what it passes on.
    ['X-Accel-Buffering', 'no'],
  ]);
  if (request.method === 'HEAD') return response.end();
  // The head leaves now: until then the reader's EventSource is not open.
  response.write(new Uint8Array());
  return new Promise((resolve, reject) => {
    streams.add(new Stream(request, response, resolve, reject));
  });
}

/** A reader's response, for as long as its handler's promise is not settled. A class: there are thousands of it. */
class Stream implements Sink {
  readonly #response: Response;
  readonly #resolve: () => void;
  readonly #reject: (reason: string) => void;
  readonly #unsubscribe: () => void;

  constructor(request: Request, response: Response, resolve: () => void, reject: (reason: string) => void) {
    this.#response = response;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#unsubscribe = hub.subscribe(this, lastEventId(request));
    request.signal.addEventListener('abort', this);
  }

  write(bytes: Uint8Array): boolean {
    return this.#response.write(bytes);
  }

  drained(): Promise<void> {
    return this.#response.drained();
  }

  cut(): void {
    streams.delete(this);
    // A handler that fails when its head has left: lab 06 cuts the connection.
    this.#reject('a reader that did not keep up was cut off');
  }

  /** The reader is gone. */
  handleEvent(): void {
    this.#unsubscribe();
    streams.delete(this);
    this.#resolve();
  }

  end(): void {
    // First: what the hub writes behind the end would throw.
    this.handleEvent();
    this.#response.end();
  }
}

/** @returns undefined for a reader that has read nothing yet */
function lastEventId({ headers }: Request): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === 'last-event-id')?.[1] || undefined;
}

async function publish(request: Request, response: Response): Promise<void> {
  const parts: Uint8Array[] = [];
  for await (const part of request.body) parts.push(part);
  try {
    const id = hub.publish(parseEvent(Buffer.concat(parts)));
    response.writeHead(201, [['Content-Type', 'application/json']]);
    response.end(Buffer.from(`${JSON.stringify({ id })}\n`));
  } catch (error) {
    answer(response, 400, `${(error as Error).message}\n`);
  }
}

/** @throws SyntaxError or TypeError for what is no JSON, or no event */
function parseEvent(body: Uint8Array): { event?: string; data: string } {
  const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  if (typeof value !== 'object' || value === null) throw new TypeError('the body is no object');
  const { event, data } = value;
  if (typeof data !== 'string') throw new TypeError('data is no string');
  if (event === undefined) return { data };
  if (typeof event !== 'string') throw new TypeError('event is no string');
  return { event, data };
}

const server = createServer(handle, { maxBodyBytes: MAX_BODY_BYTES });
const heart = setInterval(() => hub.heartbeat(), heartbeatMs);

process.on('SIGTERM', async () => {
  clearInterval(heart);
  const closed = server.close(LAST_CALL_MS);
  for (const stream of streams) stream.end();
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
