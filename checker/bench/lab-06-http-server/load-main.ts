/** A load client for machines without wrk: many connections, each sends its next requests when all answers have come. */
import { connect, type Socket } from 'node:net';
import { serve } from '../serve.ts';

export interface Request {
  port: number;
  connections: number;
  /** Requests that are sent at once. */
  depth: number;
  ms: number;
  /** Of each answer. */
  answerBytes: number;
}

/** @returns answers that came */
serve(async ({ port, connections, depth, ms, answerBytes }: Request): Promise<number> => {
  const requests = Buffer.from(`GET /hello HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`.repeat(depth));
  const load = { answers: 0, over: false };
  const loads = Array.from({ length: connections }, () =>
    run(port, requests, depth * answerBytes, depth, load),
  );
  setTimeout(() => {
    load.over = true;
  }, ms);
  await Promise.all(loads);
  return load.answers;
});

function run(
  port: number,
  requests: Buffer,
  bytes: number,
  depth: number,
  load: { answers: number; over: boolean },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(requests));
    let left = bytes;
    socket.on('data', (chunk) => {
      left -= chunk.length;
      if (left > 0) return;
      if (left < 0) reject(new Error('more came than the answers to what was asked'));
      left = bytes;
      load.answers += depth;
      if (load.over) socket.destroy();
      else socket.write(requests);
    });
    socket.on('error', reject);
    socket.on('close', () => {
      if (load.over) resolve();
      else reject(new Error('the server closed a connection'));
    });
  });
}
