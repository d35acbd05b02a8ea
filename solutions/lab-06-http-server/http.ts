/**
 * An HTTP/1.1 server on node:net (RFC 9110, RFC 9112), on the parser of lab 05.
 *
 * This file is what others import, and the server with its connections. What happens on one is in `connection.ts`.
 */
import { createServer as createNetServer, type Socket } from 'node:net';
import type { Field } from '../lab-05-http-request/parser.ts';
import { Connection, type Owner } from './connection.ts';

/** One request, from its head on. */
export interface Request {
  readonly method: string;
  /** As it came: `/a?b=1`, `http://host/a`, `host:443` or `*`. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
  /** In the order and the case in which they came. */
  readonly headers: Field[];
  /**
   * The body as it arrives, once; empty where there is none. It ends with the body; it throws when the connection
   * breaks off or the body is refused. A handler that lets this error pass has the right answer sent (400, 408, 413).
   */
  readonly body: AsyncIterable<Uint8Array>;
  /**
   * Aborted when the connection is gone before the response is complete. A peer that has only ended its side (FIN) is
   * not gone: it may be waiting for the response.
   */
  readonly signal: AbortSignal;
}

/** The response to one request. What it says leaves when those before it on the connection are complete. */
export interface Response {
  /**
   * The status code and the fields that the handler wants. `Date` and `Content-Length` are the server's where the
   * handler gives none; `Transfer-Encoding` always is. With the option `close` in a `Connection` field of the
   * handler's, this response is the connection's last.
   *
   * The head leaves with the first `write` or with `end`.
   *
   * @param status  200 to 599
   * @throws TypeError for a status, a name or a value that would break the framing, and when it is called twice
   */
  writeHead(status: number, fields?: Field[]): void;
  /**
   * Some bytes of the body; the caller does not change them afterwards. An empty one sends the head alone. To HEAD,
   * and with a status that has no body, they are dropped.
   *
   * @returns false when the peer does not keep up, or is gone: go on after `drained()`
   * @throws TypeError after `end`, and for more bytes than the handler's own `Content-Length`
   */
  write(bytes: Uint8Array): boolean;
  /** Fulfilled when there is room again, or the peer is gone. */
  drained(): Promise<void>;
  /**
   * The response is complete. A head that was not written is 200.
   *
   * @param bytes  the last of the body, or the whole; the caller does not change them afterwards
   * @throws TypeError when it is called twice, and for another length than the handler's own `Content-Length`
   */
  end(bytes?: Uint8Array): void;
}

/**
 * Called once for each request. It may answer later than it returns. When it throws or rejects, the response is 500,
 * or the connection is cut where the head has left already; the error is written to stderr.
 */
export type Handler = (request: Request, response: Response) => void | Promise<void>;

export interface Options {
  /**
   * Called instead of the handler for an HTTP/1.1 request without a body that asks for an upgrade. The socket is the
   * callee's from here on: half-open allowed, paused (call `resume`), its errors swallowed (`close` follows).
   * `head` is what came behind the request.
   */
  onUpgrade?: (request: Request, socket: Socket, head: Uint8Array) => void;
  /** From the first byte of a head to its end. Default 5000. */
  headTimeoutMs?: number | undefined;
  /** From the end of a head to the end of its body, as long as the handler waits for it. Default 10000. */
  bodyTimeoutMs?: number | undefined;
  /** Between two requests, and before the first. Default 10000. */
  idleTimeoutMs?: number | undefined;
  /** Default 8192. */
  maxTargetBytes?: number | undefined;
  /** Default 16384. */
  maxHeadBytes?: number | undefined;
  /** Default 16 MiB. */
  maxBodyBytes?: number | undefined;
}

export interface Server {
  /** @returns the port, once it listens. Rejects when it cannot. */
  listen(port: number, host: string): Promise<number>;
  /** Stop accepting, end idle connections, let responses under way end; cut what is left after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** A server that calls `handler` for each request. */
export function createServer(handler: Handler, options: Options = {}): Server {
  return new HttpServer(handler, options);
}

class HttpServer implements Server, Owner {
  readonly handler: Handler;
  readonly onUpgrade: Options['onUpgrade'];
  readonly headTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly limits: { maxTargetBytes?: number; maxHeadBytes?: number; maxBodyBytes?: number };
  readonly sweepMs: number;
  readonly connections = new Set<Connection>();
  readonly #net = createNetServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    this.connections.add(new Connection(this, socket));
  });
  #sweeper: NodeJS.Timeout | undefined;
  /** Made anew at every sweep, which is often enough for a time in seconds. */
  dateLine = dateLine();
  closing = false;

  constructor(handler: Handler, options: Options) {
    const { headTimeoutMs = 5000, bodyTimeoutMs = 10_000, idleTimeoutMs = 10_000 } = options;
    const { maxTargetBytes = 8192, maxHeadBytes = 16_384, maxBodyBytes = 16 * 1024 * 1024 } = options;
    this.handler = handler;
    this.onUpgrade = options.onUpgrade;
    this.headTimeoutMs = headTimeoutMs;
    this.bodyTimeoutMs = bodyTimeoutMs;
    this.idleTimeoutMs = idleTimeoutMs;
    this.limits = { maxTargetBytes, maxHeadBytes, maxBodyBytes };
    // Often enough that nobody waits for much longer than the shortest limit says.
    const shortestMs = Math.min(headTimeoutMs, bodyTimeoutMs, idleTimeoutMs);
    this.sweepMs = Math.min(500, Math.max(10, Math.ceil(shortestMs / 8)));
  }

  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#net.once('error', reject);
      this.#net.listen(port, host, () => {
        this.#net.off('error', reject);
        // Running out of descriptors concerns the client that was not accepted.
        this.#net.on('error', (error) => console.error(error.message));
        this.#sweeper = setInterval(() => this.#sweep(), this.sweepMs);
        this.#sweeper.unref();
        const address = this.#net.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  close(graceMs: number): Promise<void> {
    this.closing = true;
    return new Promise((resolve) => {
      const cut = setTimeout(() => {
        for (const connection of this.connections) connection.destroy();
      }, graceMs);
      this.#net.close(() => {
        clearTimeout(cut);
        clearInterval(this.#sweeper);
        resolve();
      });
      for (const connection of this.connections) connection.stop();
    });
  }

  #sweep(): void {
    this.dateLine = dateLine();
    for (const connection of this.connections) connection.sweep(this.sweepMs);
  }
}

/** The time as an HTTP-date (RFC 9110 §5.6.7). */
function dateLine(): string {
  return ['Date: ', new Date().toUTCString(), '\r\n'].join('');
}
