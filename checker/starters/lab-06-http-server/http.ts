/**
 * Lab 06: an HTTP/1.1 server on node:net, on the parser of lab 05.
 *
 * The contract and the steps are in README.md beside this file.
 */
import type { Socket } from 'node:net';
import { type Field, RequestParser } from '../lab-05-http-request/parser.ts';

/** One request, from its head on. */
export interface Request {
  method: string;
  target: string;
  version: '1.0' | '1.1';
  headers: Field[];
  /** The body as it arrives, once. It ends with the body; it throws when the connection breaks off or the body is refused. */
  body: AsyncIterable<Uint8Array>;
  /** Aborted when the peer is gone before the response is complete. */
  signal: AbortSignal;
}

/** The response to one request. What it says leaves when those before it on the connection are complete. */
export interface Response {
  /**
   * The status code and the fields that the handler wants. `Date` and the framing (`Content-Length`,
   * `Transfer-Encoding`, `Connection`) are the server's where the handler gives none.
   *
   * @throws TypeError for a status, a name or a value that would break the framing, and when it is called twice
   */
  writeHead(status: number, fields?: Field[]): void;
  /** Some bytes of the body. @returns false when the peer does not keep up: go on after `drained()` */
  write(bytes: Uint8Array): boolean;
  /** Fulfilled when there is room again, or the peer is gone. */
  drained(): Promise<void>;
  /** The response is complete. A head that was not written is 200. */
  end(bytes?: Uint8Array): void;
}

export type Handler = (request: Request, response: Response) => void | Promise<void>;

export interface Options {
  /** A request that asks for an upgrade; the socket is the callee's from here on. `head` is what came behind the request. */
  onUpgrade?: (request: Request, socket: Socket, head: Uint8Array) => void;
  /** From the first byte of a head to its end. Default 5000. */
  headTimeoutMs?: number;
  /** From the end of a head to the end of its body. Default 10000. */
  bodyTimeoutMs?: number;
  /** Between two requests. Default 10000. */
  idleTimeoutMs?: number;
  /** Default 8192. */
  maxTargetBytes?: number;
  /** Default 16384. */
  maxHeadBytes?: number;
  /** Default 16 MiB. */
  maxBodyBytes?: number;
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
