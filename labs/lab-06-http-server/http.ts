/**
 * Lab 06: an HTTP/1.1 server on node:net, on the parser of lab 05.
 *
 * The contract and the steps are in README.md beside this file.
 */
import type { Socket } from 'node:net';
import { type Field, RequestParser } from '../lab-05-http-request/parser.ts';

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
  // TODO(lab-06): step 1. One connection is one RequestParser; each of its `request` events is one call of the handler.
  throw new Error('http.ts makes no server yet: that is step 1');
}
