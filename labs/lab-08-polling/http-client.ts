/**
 * Given in lab 08: the shell of an HTTP/1.1 client, on node:net. It moves bytes between a socket and the core in
 * response-parser.ts. Each request has a connection of its own.
 */
import { connect, type Socket } from 'node:net';
import { addAbortSignal } from 'node:stream';
import { type Field, type ResponseHead, ResponseParser } from './response-parser.ts';

export type { Field } from './response-parser.ts';

export interface ClientRequest {
  host: string;
  port: number;
  /** Default GET. */
  method?: string | undefined;
  /** Path and query: `/messages?since=0`. */
  target: string;
  /** Beside `Host`, `Connection` and, with a body, `Content-Length`. Each character of a value is sent as one byte. */
  headers?: Field[] | undefined;
  /** Sent in one piece behind the head. */
  body?: Uint8Array | undefined;
  /** Once it is aborted, the connection is closed; `request`, or the body that is being read, rejects. */
  signal?: AbortSignal | undefined;
}

/** The head of a response, and its body to come. */
export interface ClientResponse {
  /** 200 to 999. Every status is a response; it is the caller who knows which ones are failures. */
  status: number;
  /** In the order and the case in which they came. Each character of a value stands for one byte. */
  headers: Field[];
  /**
   * The body as it arrives, once. It throws when the connection breaks off, when it ends too early, and when the framing
   * is broken. The connection is closed at the end of the body, and also when the loop over it is left before. A body
   * that is not wanted has to be given to `discardBody`.
   */
  body: AsyncIterable<Uint8Array>;
}

/**
 * Send a request, and wait for the head of the response.
 *
 * @returns as soon as the head has come
 * @throws when the server cannot be reached, breaks off, or answers with something else than HTTP/1; when the signal is
 *   aborted; TypeError for a text that would break the head
 */
export async function request(options: ClientRequest): Promise<ClientResponse> {
  const bytes = encodeRequest(options);
  const socket = connect(options.port, options.host);
  if (options.signal !== undefined) addAbortSignal(options.signal, socket);
  socket.write(bytes);
  const reading = readResponse(socket, new ResponseParser(options.method ?? 'GET'));
  // The first thing that is read is a head; or `next` throws.
  const { status, headers, body } = (await reading.next()).value as ResponseHead;
  if (body === 'none') await reading.return();
  return { status, headers, body: reading as AsyncIterable<Uint8Array> };
}

/**
 * The whole body.
 *
 * @throws when there is more of it than `maxBytes`, and for all that reading it throws for
 */
export async function readBody(response: ClientResponse, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body) {
    length += part.length;
    if (length > maxBytes) throw new Error(`the body is longer than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Close the connection of a response whose body is not wanted. */
export async function discardBody(response: ClientResponse): Promise<void> {
  await response.body[Symbol.asyncIterator]().return?.();
}

/** @returns the value of the first field of this name, which is compared without its case */
export function fieldValue(headers: readonly Field[], name: string): string | undefined {
  return headers.find(([candidate]) => candidate.toLowerCase() === name.toLowerCase())?.[1];
}

/** The head of the response, then its body, piece by piece. However this ends, the socket is closed. */
async function* readResponse(
  socket: Socket,
  parser: ResponseParser,
): AsyncGenerator<ResponseHead | Uint8Array, void> {
  try {
    for await (const events of receive(socket, parser)) {
      for (const event of events) {
        if (event.type === 'response') yield event;
        else if (event.type === 'body') yield event.bytes;
        else if (event.type === 'end') return;
        else throw new Error(event.message);
      }
    }
  } finally {
    socket.destroy();
  }
}

/** The loop over a socket throws what its `error` event says, and reads no faster than the caller. */
async function* receive(socket: Socket, parser: ResponseParser) {
  for await (const chunk of socket) yield parser.receive(chunk);
  yield parser.end();
}

/** RFC 9112 §3 and §5. RFC 9110 §5.5 names CR, LF and NUL as dangerous in a value: they would begin another line. */
function encodeRequest({ host, port, method = 'GET', target, headers = [], body }: ClientRequest): Buffer {
  const fields: Field[] = [['Host', `${host.includes(':') ? `[${host}]` : host}:${port}`]];
  // RFC 9112 §9.6: the server closes after its response, and a body may last until then.
  fields.push(['Connection', 'close'], ...headers);
  if (body !== undefined) fields.push(['Content-Length', String(body.length)]);
  const lines = [`${method} ${target} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`)];
  if (/[ \t]/.test(method + target) || lines.some((line) => /[^\t\x20-\x7e\x80-\xff]/.test(line)))
    throw new TypeError('a character in the head of this request would break it');
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body ?? new Uint8Array()]);
}
