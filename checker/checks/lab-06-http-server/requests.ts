/** Requests as the judge writes them, and what the program answers to those of its routes. */

import type { ServerProgram } from '../../drive/server-program.ts';
import { HttpPeer, RESPONSE_HINTS, type ResponseExpectation } from '../../peer/http.ts';
import type { Judge } from '../../run/judge.ts';

export const HELLO = 'Hello, world!\n';

export interface RequestParts {
  /** Beside Host. */
  fields?: [name: string, value: string][];
  /** Sent with its Content-Length. */
  body?: Uint8Array | string;
  /** Default 1.1. */
  version?: '1.0' | '1.1';
}

/**
 * The bytes of a request; a string in it is Latin-1.
 *
 * @param line  method and target: `GET /hello`
 */
export function request(line: string, { fields = [], body, version = '1.1' }: RequestParts = {}): Uint8Array {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
  const all: [string, string][] = [['Host', 'localhost'], ...fields];
  if (bytes !== undefined) all.push(['Content-Length', `${bytes.length}`]);
  const lines = all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([
    Buffer.from(`${line} HTTP/${version}\r\n${lines}\r\n`, 'latin1'),
    bytes ?? new Uint8Array(),
  ]);
}

/** A body in chunks of these sizes and one with the rest, without trailers. */
export function chunked(body: Uint8Array, sizes: number[] = []): Uint8Array {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const size of [...sizes, body.length]) {
    const piece = body.subarray(at, at + size);
    if (piece.length > 0)
      pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
    at += size;
  }
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')]);
}

/** A chunked request to `/echo`. */
export function chunkedEcho(body: Uint8Array, sizes: number[] = []): Uint8Array {
  return Buffer.concat([
    request('POST /echo', { fields: [['Transfer-Encoding', 'chunked']] }),
    chunked(body, sizes),
  ]);
}

export const hello: ResponseExpectation = { to: 'GET /hello', status: 200, body: HELLO };

export const helloRequest = (parts?: RequestParts): Uint8Array => request('GET /hello', parts);

/** What `/stream?chunks=N` sends. */
export function streamed(chunks: number): string {
  let text = '';
  for (let number = 1; number <= chunks; number += 1) text += `chunk ${number} of ${chunks}\n`;
  return text;
}

/** Another client comes and must get `/hello`: the server lives, and keeps nobody waiting. */
export async function expectServed(
  judge: Judge,
  server: ServerProgram,
  { lane, when, symptom }: { lane: string; when: string; symptom: string },
): Promise<void> {
  const client = await HttpPeer.connect(judge, server, { lane });
  await client.ask(helloRequest(), {
    ...hello,
    to: `GET /hello, ${when}`,
    silence: { waiting: symptom, 'not-reading': symptom, blocked: symptom, 'write-blocked': symptom },
  });
  client.tcp.vanish();
}

/** Hints of a check, over those that every response may need. */
export function hints<T extends { otherwise: string }>(own: T): T & typeof RESPONSE_HINTS {
  return { ...RESPONSE_HINTS, ...own };
}
