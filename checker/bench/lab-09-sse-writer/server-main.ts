/** One server of event streams: the process behind each contestant. */
import { once } from 'node:events';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { collectAll } from '../clock.ts';
import { serve } from '../serve.ts';

export type Request =
  /** @returns the port. `bundle` is the URL of the lab's server program. */
  | { type: 'listen'; server: 'node:http' | 'node:net' }
  | { type: 'listen'; server: 'program'; bundle: string }
  /** @returns CPU time that this process has used so far, in µs */
  | { type: 'cpu' }
  /** @returns resident memory without garbage, in bytes */
  | { type: 'memory' };

const HOST = '127.0.0.1';
/** Nobody is to be woken while others are measured. */
const NEVER_MS = '2000000000';

serve(async (request: Request) => {
  if (request.type === 'listen') {
    if (request.server === 'program') return program(request.bundle);
    return request.server === 'node:http' ? nodeHttp() : nodeNet();
  }
  if (request.type === 'memory') {
    collectAll();
    return process.memoryUsage.rss();
  }
  const { user, system } = process.cpuUsage();
  return user + system;
});

/** The lab's program, in this process. */
async function program(bundle: string): Promise<number> {
  const port = await freePort();
  Object.assign(process.env, { HOST, PORT: String(port), HEARTBEAT_MS: NEVER_MS });
  await import(bundle);
  return port;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** What a program on node:http does that writes each event to each response. */
async function nodeHttp(): Promise<number> {
  const readers = new Set<ServerResponse>();
  let id = 0;
  const server = createHttpServer(async (request, response) => {
    if (request.url === '/events') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      response.flushHeaders();
      readers.add(response);
      response.on('close', () => readers.delete(response));
      return;
    }
    const { data } = JSON.parse(await text(request)) as { data: string };
    id += 1;
    const event = `id: ${id}\ndata: ${data}\n\n`;
    for (const reader of readers) reader.write(event);
    response.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify({ id: String(id) }));
  });
  server.keepAliveTimeout = Number(NEVER_MS);
  server.listen(0, HOST);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** What node:net costs by itself: it reads no request, only whether it publishes, and writes each event as it is. */
async function nodeNet(): Promise<number> {
  const readers = new Set<Socket>();
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';
  const created = 'HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n';
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('close', () => readers.delete(socket));
    socket.on('data', (request) => {
      if (request.toString('latin1').startsWith('GET ')) {
        readers.add(socket);
        socket.write(head);
        return;
      }
      const [data = ''] = /(?<=:")[^"]+/.exec(request.toString('latin1')) ?? [];
      const event = Buffer.from(`id: 1\ndata: ${data}\n\n`);
      for (const reader of readers) reader.write(event);
      socket.write(created);
    });
  }).listen(0, HOST);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
