/** A client that reads its HTTP by itself, with events of the socket, and comes back to where a redirect has led it. */
import { connect } from 'node:net';
// @ts-expect-error It stands beside the other files when this is tried.
import { EventStreamParser } from './event-stream-parser.ts';
// @ts-expect-error Likewise.
import { Reconnection } from './reconnection.ts';

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const maxEventBytes = number('MAX_EVENT_BYTES', 1_048_576);
const reconnection = new Reconnection({
  retryMs: number('RETRY_MS', 3000),
  maxRetryMs: number('MAX_RETRY_MS', 30_000),
  silenceMs: number('SILENCE_MS', 0),
});
const host = process.env.HOST || '127.0.0.1';
let url = new URL(
  process.env.TARGET ?? '/events',
  `http://${host.includes(':') ? `[${host}]` : host}:${number('PORT', 3000)}`,
);
let lastEventId = '';
let redirects = 0;

process.once('SIGINT', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));
open();

function open(): void {
  const socket = connect(Number(url.port || 80), url.hostname.replace(/[[\]]/g, ''));
  const fields = [`host: ${url.host}`, 'accept: text/event-stream', 'connection: close'];
  if (lastEventId) fields.push(`last-event-id:${lastEventId}`);
  socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`);
  const parser = new EventStreamParser({ maxEventBytes, lastEventId });
  let head: Buffer | undefined = Buffer.alloc(0);
  let body: ((bytes: Buffer) => Buffer[] | undefined) | undefined;
  let watch: NodeJS.Timeout | undefined;

  socket.on('data', (bytes) => {
    let rest: Buffer = bytes;
    if (head !== undefined) {
      head = Buffer.concat([head, bytes]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      rest = head.subarray(end + 4);
      const [line = '', ...lines] = head.subarray(0, end).toString('latin1').split('\r\n');
      head = undefined;
      const values = new Map(
        lines.map((field) => [
          field.split(':', 1)[0]!.toLowerCase(),
          field.slice(field.indexOf(':') + 1).trim(),
        ]),
      );
      const status = Number(line.split(' ')[1]);
      if ([301, 302, 303, 307, 308].includes(status)) {
        redirect(values.get('location'));
        return;
      }
      if (status !== 200 || !/^text\/event-stream *(;|$)/i.test(values.get('content-type') ?? '')) {
        giveUp(`no stream: ${line}`);
        return;
      }
      redirects = 0;
      body = bodyOf(values);
      reconnection.opened(performance.now());
      look();
    }
    reconnection.heard(performance.now());
    const parts = body?.(rest);
    for (const part of parts ?? []) read(part);
    // An empty piece asks whether the body is over.
    if (parts === undefined || body?.(Buffer.alloc(0)) === undefined) socket.destroy();
  });
  socket.on('end', () => socket.destroy());
  socket.on('error', () => {});
  socket.on('close', () => {
    clearTimeout(watch);
    if (process.exitCode === undefined) setTimeout(open, reconnection.lost(Math.random()));
  });

  function read(part: Buffer): void {
    for (const event of parser.receive(part)) {
      if (event.type === 'retry') reconnection.retry(event.retryMs);
      else if (event.type === 'failed') giveUp(event.message);
      else {
        lastEventId = Buffer.from(event.lastEventId).toString();
        const { type, ...rest } = event;
        if (type === 'event') process.stdout.write(`${JSON.stringify(rest).replaceAll('","', '" ,  "')}\n`);
      }
    }
  }

  function look(): void {
    const left = reconnection.silenceLeft(performance.now());
    if (left === 0) socket.destroy();
    else if (left !== undefined) watch = setTimeout(look, left + 1);
  }

  function redirect(location: string | undefined): void {
    redirects += 1;
    if (location === undefined || redirects > 20) {
      giveUp('a redirect that leads nowhere');
      return;
    }
    url = new URL(location, url);
    if (url.protocol !== 'http:') {
      giveUp('a redirect to another scheme');
      return;
    }
    socket.removeAllListeners('close');
    socket.destroy();
    open();
  }

  function giveUp(reason: string): void {
    if (process.exitCode !== undefined) return;
    process.exitCode = 1;
    process.stderr.write(`${reason}\n`);
    socket.destroy();
  }
}

/** What finds the parts of a body in the bytes of a connection; undefined at its end. */
function bodyOf(values: Map<string, string>): (bytes: Buffer) => Buffer[] | undefined {
  if (values.get('transfer-encoding')?.toLowerCase() === 'chunked') return chunked();
  let left = values.has('content-length') ? Number(values.get('content-length')) : Number.POSITIVE_INFINITY;
  let ended = false;
  return (bytes) => {
    if (ended) return undefined;
    const part = bytes.subarray(0, left);
    left -= part.length;
    // The end is told by the connection, which a server with a Content-Length may keep open: close it in the next turn.
    ended = left === 0;
    return [part];
  };
}

function chunked(): (bytes: Buffer) => Buffer[] | undefined {
  let kept = Buffer.alloc(0);
  return (bytes) => {
    kept = Buffer.concat([kept, bytes]);
    const parts: Buffer[] = [];
    for (;;) {
      const end = kept.indexOf('\r\n');
      if (end < 0) return parts;
      const size = Number.parseInt(kept.subarray(0, end).toString(), 16);
      if (kept.length < end + 2 + size + 2) return parts;
      if (size === 0) return parts.length === 0 ? undefined : parts;
      parts.push(kept.subarray(end + 2, end + 2 + size));
      kept = kept.subarray(end + 2 + size + 2);
    }
  };
}
