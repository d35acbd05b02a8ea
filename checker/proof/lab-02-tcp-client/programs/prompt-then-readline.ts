/** A client whose readline takes over the terminal only after the first prompt is on the screen. */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const { HOST = '127.0.0.1', PORT = '3000', CONNECT_TIMEOUT_MS = '5000' } = process.env;
const person = process.stdin.isTTY;
let lineOpen = false;

function print(text: string | Buffer): void {
  process.stdout.write(text);
  lineOpen = text.at(-1) !== '\n' && text.at(-1) !== 0x0a;
}

function prompt(): void {
  if (person) print('> ');
}

function leave(reason: string): void {
  socket.destroy();
  if (lineOpen) print('\n');
  process.stderr.write(`${HOST}:${PORT}: ${reason}\n`);
  process.exit(1);
}

const socket = connect({ host: HOST, port: Number(PORT) });
const timer = setTimeout(() => leave('nobody answered in time'), Number(CONNECT_TIMEOUT_MS));

socket.once('connect', () => {
  clearTimeout(timer);
  print(`Connected to ${HOST}:${PORT}\n`);
  prompt();
  const lines = person
    ? createInterface({ input: process.stdin, output: process.stdout, terminal: true })
    : createInterface({ input: process.stdin });
  lines.on('line', (line) => socket.write(`${line}\n`));
  lines.on('close', () => socket.end());
  lines.on('SIGINT', () => process.exit(130));
});
socket.on('data', (bytes) => {
  print(bytes);
  if (!lineOpen) prompt();
});
socket.on('end', () => {
  if (lineOpen) print('\n');
  print(`Disconnected from ${HOST}:${PORT}\n`);
  process.exit(0);
});
socket.on('error', (error: NodeJS.ErrnoException) => leave(error.code ?? 'the connection failed'));
