/** One server that says hello: the process behind each contestant. */
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { serve } from '../serve.ts';

export type Request =
  /** @returns the port. `bundle` is the URL of a module with `createServer`. */
  | { type: 'listen'; server: 'node:http' | 'node:net' }
  | { type: 'listen'; server: 'module'; bundle: string }
  /** @returns CPU time that this process has used so far, in µs */
  | { type: 'cpu' };

const HOST = '127.0.0.1';
const BODY = Buffer.from('Hello, world\n');
const LENGTH = String(BODY.length);

serve(async (request: Request) => {
  if (request.type === 'cpu') {
    const { user, system } = process.cpuUsage();
    return user + system;
  }
  if (request.server === 'module') return listenWith(await import(request.bundle));
  return portOf(request.server === 'node:http' ? httpServer() : netServer());
});

interface Lab06 {
  createServer(handler: (request: unknown, response: Response) => void): {
    listen(port: number, host: string): Promise<number>;
  };
}

interface Response {
  writeHead(status: number, fields: [string, string][]): void;
  end(bytes: Uint8Array): void;
}

function listenWith({ createServer }: Lab06): Promise<number> {
  const server = createServer((_request, response) => {
    response.writeHead(200, [
      ['Content-Type', 'text/plain'],
      ['Content-Length', LENGTH],
    ]);
    response.end(BODY);
  });
  return server.listen(0, HOST);
}

function httpServer() {
  return createHttpServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': LENGTH });
    response.end(BODY);
  });
}

/** What node:net costs by itself: it reads no request, only where each ends, and its answer is written beforehand. */
function netServer() {
  const answer = Buffer.from(
    `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${LENGTH}\r\nDate: ${new Date().toUTCString()}\r\n\r\n${BODY}`,
  );
  const answers: Buffer[] = [];
  return createNetServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      let requests = 0;
      for (let at = chunk.indexOf('\r\n\r\n'); at >= 0; at = chunk.indexOf('\r\n\r\n', at + 4)) requests += 1;
      answers[requests] ??= Buffer.concat(new Array<Buffer>(requests).fill(answer));
      socket.write(answers[requests]!);
    });
  });
}

function portOf(server: ReturnType<typeof createNetServer>): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, HOST, () => resolve((server.address() as AddressInfo).port));
  });
}
