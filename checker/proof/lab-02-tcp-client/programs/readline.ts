/** readline on standard input, which edits the line itself at a terminal and takes Ctrl-C and Ctrl-D for its own. */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const timeoutMs = Number(process.env.CONNECT_TIMEOUT_MS ?? 5000);
const isTerminal = process.stdin.isTTY === true;

const socket = connect(port, host);
socket.setEncoding('utf8');
const lines = createInterface({
  input: process.stdin,
  output: isTerminal ? process.stdout : undefined,
  prompt: '> ',
});
let closed = false;
let last = '\n';

const ask = (): void => {
  if (isTerminal && !closed) lines.prompt();
};
const leave = (reason: string): never => {
  lines.close();
  console.error(`client: ${reason}`);
  return process.exit(1);
};
const timer = setTimeout(() => leave('the server does not answer'), timeoutMs);

socket.once('connect', () => {
  clearTimeout(timer);
  console.log(`Connected to ${host}:${port}`);
  ask();
});
lines.on('line', (line) => socket.write(`${line}\n`));
lines.on('SIGINT', () => {
  lines.close();
  process.exit(130);
});
lines.on('close', () => {
  closed = true;
  socket.end();
});
socket.on('data', (text: string) => {
  process.stdout.write(text);
  last = text.at(-1) ?? last;
  ask();
});
socket.on('end', () => {
  lines.close();
  if (last !== '\n') process.stdout.write('\n');
  console.log(`Disconnected from ${host}:${port}`);
  process.exitCode = 0;
  process.stdin.destroy();
});
socket.on('error', (error: NodeJS.ErrnoException) => leave(error.message || String(error.code)));
