/** Many readers of one server's stream, and somebody who publishes: the other process of the bench. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { serve } from '../serve.ts';

export type Request =
  /** More readers of the server at `port`; each has had the head of its response. */
  | { type: 'join'; port: number; readers: number }
  /** Publish so many events, each when all readers have had the one before it. */
  | { type: 'publish'; port: number; events: number }
  /** All readers go. */
  | { type: 'leave' };

const HOST = '127.0.0.1';
/** At once; more would be refused by a short queue of connections. */
const JOINING = 100;
/** A server that does not answer is not waited for. */
const ANSWER_MS = 5000;
/** Stands once in each event and nowhere else. */
const MARK = '~'.charCodeAt(0);
const DATA = `${'x'.repeat(49)}~${'x'.repeat(50)}`;

const readers = new Set<Socket>();
let marks = 0;
let onMark = (): void => {};

serve(async (request: Request) => {
  if (request.type === 'join') {
    for (let left = request.readers; left > 0; left -= JOINING) {
      await Promise.all(Array.from({ length: Math.min(left, JOINING) }, () => join(request.port)));
    }
  } else if (request.type === 'publish') {
    await publish(request.port, request.events);
  } else {
    const gone = [...readers].map((socket) => once(socket, 'close'));
    // A FIN would say that they ask for nothing more, not that they are gone.
    for (const socket of readers) socket.resetAndDestroy();
    readers.clear();
    await Promise.all(gone);
  }
});

async function join(port: number): Promise<void> {
  const socket = connect({ port, host: HOST });
  socket.on('error', () => {});
  socket.write(`GET /events HTTP/1.1\r\nHost: ${HOST}:${port}\r\nAccept: text/event-stream\r\n\r\n`);
  await expectStatus(socket, 200, 'GET /events');
  readers.add(socket);
  socket.on('data', (piece: Buffer) => {
    for (let at = piece.indexOf(MARK); at >= 0; at = piece.indexOf(MARK, at + 1)) marks += 1;
    if (marks >= readers.size) onMark();
  });
}

async function publish(port: number, events: number): Promise<void> {
  const socket = connect({ port, host: HOST, noDelay: true });
  const body = JSON.stringify({ data: DATA });
  const request = `POST /publish HTTP/1.1\r\nHost: ${HOST}:${port}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  for (let event = 0; event < events; event += 1) {
    marks = 0;
    const all = new Promise<void>((resolve) => {
      onMark = resolve;
    });
    socket.write(request);
    await expectStatus(socket, 201, 'POST /publish');
    const late = setTimeout(
      () => socket.destroy(new Error('an event did not arrive at every reader')),
      ANSWER_MS,
    );
    // Rejects when the time is over.
    await Promise.race([all, once(socket, 'close')]);
    clearTimeout(late);
    if (marks > readers.size) throw new Error('a reader got an event twice');
  }
  socket.destroy();
}

/** @throws Error when the next bytes are another answer, or stay out */
async function expectStatus(socket: Socket, status: number, to: string): Promise<void> {
  const late = setTimeout(() => socket.destroy(new Error(`it does not answer ${to}`)), ANSWER_MS);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  clearTimeout(late);
  if (!answer.toString('latin1').startsWith(`HTTP/1.1 ${status} `))
    throw new Error(`it does not answer ${to} with ${status}`);
}
