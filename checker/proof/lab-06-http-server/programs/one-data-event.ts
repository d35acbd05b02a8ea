/** Tried with curl only: one data event is one request, and what does not look like one is 400. */
import { createServer as createNetServer, type Socket } from 'node:net';

type Field = [name: string, value: string];
type Handler = (request: Request, response: Response) => unknown;

class Request {
  method: string;
  target: string;
  version: string;
  headers: Field[];
  body: AsyncIterable<Uint8Array>;
  signal = new AbortController().signal;

  constructor(method: string, target: string, version: string, headers: Field[], body: string) {
    this.method = method;
    this.target = target;
    this.version = version;
    this.headers = headers;
    this.body = (async function* () {
      if (body !== '') yield Buffer.from(body, 'latin1');
    })();
  }
}

class Response {
  #socket: Socket;
  #head = '';
  #parts: Uint8Array[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  writeHead(status: number, fields: Field[] = []): void {
    this.#head = `HTTP/1.1 ${status} OK\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}`;
  }

  write(bytes: Uint8Array): boolean {
    this.#parts.push(bytes);
    return true;
  }

  async drained(): Promise<void> {}

  end(bytes: Uint8Array = new Uint8Array()): void {
    const body = Buffer.concat([...this.#parts, bytes]);
    const date = new Date().toUTCString();
    const head = `${this.#head}Date: ${date}\r\nContent-Length: ${body.length}\r\n\r\n`;
    this.#socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
  }
}

export function createServer(handler: Handler) {
  const server = createNetServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      const [head = '', body = ''] = chunk.toString('latin1').split('\r\n\r\n');
      const [requestLine = '', ...lines] = head.split('\r\n');
      const [method, target, version] = requestLine.split(' ');
      if (!method || !target || version === undefined) {
        socket.end(
          `HTTP/1.1 400 Bad Request\r\nDate: ${new Date().toUTCString()}\r\nContent-Length: 0\r\n\r\n`,
        );
        return;
      }
      const headers = lines.map((line) => line.split(': ') as Field);
      handler(new Request(method, target, version.slice(5), headers, body), new Response(socket));
    });
  });
  return {
    listen: (port: number, host: string) =>
      new Promise<number>((resolve, reject) => {
        server.on('error', reject);
        server.listen(port, host, () => resolve(port));
      }),
    close: async () => void server.close(),
  };
}
