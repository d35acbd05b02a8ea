/**
 * A program of the judge's that serves with the student's `http.ts`: handlers that do what the program's own routes
 * cannot show. The path of the student's module is its argument; HOST and PORT are in the environment.
 */
import type { Socket } from 'node:net';
import { pathToFileURL } from 'node:url';

type Field = [name: string, value: string];

interface Request {
  method: string;
  target: string;
  headers: Field[];
  body: AsyncIterable<Uint8Array>;
  signal: AbortSignal;
}

interface Response {
  writeHead(status: number, fields?: Field[]): void;
  write(bytes: Uint8Array): boolean;
  drained(): Promise<void>;
  end(bytes?: Uint8Array): void;
}

type Handler = (request: Request, response: Response) => void | Promise<void>;

interface HttpModule {
  createServer(
    handler: Handler,
    options?: { onUpgrade?: (request: Request, socket: Socket, head: Uint8Array) => void },
  ): { listen(port: number, host: string): Promise<number>; close(graceMs: number): Promise<void> };
}

const PIECE_BYTES = 64 * 1024;
const PIECES = 384;

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

/** Something that one request finds out and another one asks for. */
class News {
  #tell: (what: string) => void = () => {};
  readonly told = new Promise<string>((resolve) => {
    this.#tell = resolve;
  });

  tell(what: string): void {
    this.#tell(what);
  }
}

const aborted = new News();
const broken = new News();
const drained = new News();
const thrown = new News();
let writtenPieces = 0;
/** How often `write` said no. */
let refusals = 0;

/** Calls of writeHead that would break the framing; each must throw a TypeError. */
const BAD_HEADS: { [name: string]: (response: Response) => void } = {
  'CR LF in a value': (response) => response.writeHead(200, [['X', 'a\r\nSet-Cookie: b=c']]),
  'LF in a value': (response) => response.writeHead(200, [['X', 'a\nb: c']]),
  'CR in a value': (response) => response.writeHead(200, [['X', 'a\rb']]),
  'NUL in a value': (response) => response.writeHead(200, [['X', 'a\0b']]),
  'CR LF in a name': (response) => response.writeHead(200, [['X: a\r\nY', 'b']]),
  'a space in a name': (response) => response.writeHead(200, [['X Y', 'b']]),
  'an empty name': (response) => response.writeHead(200, [['', 'b']]),
  'the status 199': (response) => response.writeHead(199),
  'the status 600': (response) => response.writeHead(600),
  'the status 1000': (response) => response.writeHead(1000),
  'the status 200.5': (response) => response.writeHead(200.5),
};

const HANDLERS: { [path: string]: Handler } = {
  '/ok': (_request, response) => {
    response.writeHead(200, [['Content-Type', 'text/plain']]);
    response.end(text('ok\n'));
  },
  '/no-head': (_request, response) => response.end(text('no head\n')),
  '/throw': () => {
    throw new Error('this handler throws on purpose');
  },
  '/reject': async () => {
    await pause();
    throw new Error('this handler is rejected on purpose');
  },
  '/reject-late': async (_request, response) => {
    response.writeHead(200);
    response.write(text('a part\n'));
    await pause();
    throw new Error('this handler is rejected on purpose');
  },
  '/never': () => {},
  '/never-awaited': () => new Promise(() => {}),
  '/watched': (request) => request.signal.addEventListener('abort', () => aborted.tell('aborted')),
  '/was-it-aborted': async (_request, response) => response.end(text(await aborted.told)),
  '/bad-heads': (_request, response) => {
    const results = Object.entries(BAD_HEADS).map(([name, call]) => [name, outcomeOf(() => call(response))]);
    // One that was taken is a head already.
    outcomeOf(() => response.writeHead(200));
    response.end(text(JSON.stringify(results)));
  },
  '/two-heads': (_request, response) => {
    response.writeHead(200);
    response.end(text(outcomeOf(() => response.writeHead(404))));
  },
  '/after-end': (_request, response) => {
    response.end(text('whole\n'));
    const written = outcomeOf(() => void response.write(text('more')));
    thrown.tell(`${written}, ${outcomeOf(() => response.end(text('more')))}`);
  },
  '/what-was-thrown': async (_request, response) => response.end(text(await thrown.told)),
  '/careless': (_request, response) => {
    response.end(text('whole\n'));
    response.write(text('more'));
  },
  '/pieces': async (request, response) => {
    response.writeHead(200);
    for await (const piece of request.body) response.write(piece);
    response.end(text('.'));
  },
  '/body-breaks': async (request, response) => {
    try {
      for await (const _piece of request.body);
      broken.tell('the body ended as if it were complete');
    } catch {
      broken.tell('threw');
    }
    response.end();
  },
  '/did-it-throw': async (_request, response) => response.end(text(await broken.told)),
  '/large': async (_request, response) => {
    response.writeHead(200, [['Content-Length', `${PIECES * PIECE_BYTES}`]]);
    const piece = new Uint8Array(PIECE_BYTES).fill(0x61);
    for (writtenPieces = 0; writtenPieces < PIECES; writtenPieces += 1) {
      if (response.write(piece)) continue;
      refusals += 1;
      await response.drained();
    }
    response.end();
    drained.tell('went on');
  },
  '/how-many': (_request, response) => response.end(text(`${writtenPieces} ${refusals}`)),
  '/did-it-go-on': async (_request, response) => response.end(text(await drained.told)),
};

const { createServer } = (await import(pathToFileURL(process.argv[2]!).href)) as HttpModule;
const [host, port] = [process.env.HOST!, Number(process.env.PORT)];
const server = createServer(
  (request, response) => {
    const handler = HANDLERS[request.target];
    if (handler !== undefined) return handler(request, response);
    response.writeHead(404);
    response.end();
  },
  {
    onUpgrade(request, socket, head) {
      socket.on('error', () => {});
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n${request.target}|`,
      );
      socket.write(head);
      socket.on('data', (piece) => socket.write(piece));
      socket.on('end', () => socket.end());
      socket.resume();
    },
  },
);
process.on('SIGTERM', () => void server.close(200).then(() => process.exit(0)));
await server.listen(port, host);
process.stdout.write(`listening on ${host}:${port}\n`);

/** What became of a call that should throw a TypeError. */
function outcomeOf(call: () => void): string {
  try {
    call();
  } catch (error) {
    return error instanceof TypeError ? 'TypeError' : `${error}`;
  }
  return 'nothing was thrown';
}
