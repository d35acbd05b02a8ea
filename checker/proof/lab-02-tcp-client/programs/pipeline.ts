/** Streams all the way: pipeline for the input, pipe for the output, and a handler of its own for Ctrl-C. */
import { createConnection } from 'node:net';
import { pipeline } from 'node:stream/promises';

const host = process.env.HOST || '127.0.0.1';
const port = Number.parseInt(process.env.PORT || '3000', 10);
const limitMs = Number.parseInt(process.env.CONNECT_TIMEOUT_MS || '5000', 10);

const socket = createConnection({ host, port, timeout: limitMs });
let failed = false;
let line = '';

socket.on('timeout', () => {
  if (socket.connecting) socket.destroy(new Error(`${host} does not answer`));
});
socket.on('connect', () => {
  socket.setTimeout(0);
  process.stdout.write(`Connected to ${host}:${port}\n`);
  if (process.stdin.isTTY) process.stdout.write('> ');
  socket.pipe(process.stdout, { end: false });
  socket.on('data', (chunk) => {
    line = chunk.subarray(-1).toString('latin1');
    if (process.stdin.isTTY && line === '\n') setImmediate(() => process.stdout.write('> '));
  });
  pipeline(process.stdin, socket).catch(() => {});
});
socket.on('error', (error: NodeJS.ErrnoException) => {
  if (failed) return;
  failed = true;
  console.error(`cannot go on with ${host}:${port}: ${error.code ?? error.message}`);
});
socket.on('close', () => {
  if (failed) process.exit(1);
  const newline = line === '' || line === '\n' ? '' : '\n';
  process.stdout.write(`${newline}Disconnected from ${host}:${port}\n`, () => process.exit(0));
});
process.on('SIGINT', () => {
  socket.destroy();
  process.exit(130);
});
