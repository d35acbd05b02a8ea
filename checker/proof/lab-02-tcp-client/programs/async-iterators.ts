/** Two loops side by side, one over the lines that are typed and one over what arrives. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline/promises';
import { StringDecoder } from 'node:string_decoder';

const { HOST: host = '127.0.0.1', PORT = '3000', CONNECT_TIMEOUT_MS = '5000' } = process.env;
const address = `${host}:${PORT}`;

try {
  const socket = connect({ host, port: Number(PORT), allowHalfOpen: true });
  await once(socket, 'connect', { signal: AbortSignal.timeout(Number(CONNECT_TIMEOUT_MS)) });
  process.stdout.write(`Connected to ${address}\n`);
  if (process.stdin.isTTY) process.stdout.write('> ');
  void sendLines(socket);
  await printAnswers(socket);
  process.stdout.write(`Disconnected from ${address}\n`);
  process.exit(0);
} catch (error) {
  const { name, code, message } = error as NodeJS.ErrnoException;
  process.stderr.write(`${address} - ${name === 'AbortError' ? 'no answer' : message || code}\n`);
  process.exit(1);
}

async function sendLines(socket: Socket): Promise<void> {
  for await (const line of createInterface({ input: process.stdin, terminal: false })) {
    if (!socket.write(`${line}\n`)) await once(socket, 'drain');
  }
  socket.end();
}

async function printAnswers(socket: Socket): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let text = '\n';
  for await (const chunk of socket) {
    const piece = decoder.write(chunk);
    process.stdout.write(piece);
    text = piece === '' ? text : piece;
    if (process.stdin.isTTY) process.stdout.write('> ');
  }
  if (!text.endsWith('\n')) process.stdout.write('\n');
}
