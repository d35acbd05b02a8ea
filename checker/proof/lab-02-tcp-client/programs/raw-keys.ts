/** At a terminal every key is read in raw mode and echoed by the program itself, with its own backspace. */
import { connect } from 'node:net';
import { StringDecoder } from 'node:string_decoder';

const { stdin, stdout } = process;
const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const socket = connect(port, host);
const decoder = new StringDecoder();
const timer = setTimeout(() => leave(1, 'no answer'), Number(process.env.CONNECT_TIMEOUT_MS ?? 5000));
let typed = '';
let lineIsOpen = false;

socket.on('connect', () => {
  clearTimeout(timer);
  stdout.write(`Connected to ${host}:${port}\n`);
  if (stdin.isTTY) {
    stdin.setRawMode(true);
    stdout.write('> ');
  }
});
stdin.on('data', (keys) => {
  if (!stdin.isTTY) socket.write(keys);
  else for (const key of decoder.write(keys)) press(key);
});
stdin.on('end', () => socket.end());
socket.on('data', (chunk) => {
  stdout.write(chunk);
  lineIsOpen = chunk.at(-1) !== 0x0a;
  if (stdin.isTTY) stdout.write(`> ${typed}`);
});
socket.on('end', () => {
  if (lineIsOpen) stdout.write('\n');
  stdout.write(`Disconnected from ${host}:${port}\n`);
  leave(0);
});
socket.on('error', (error) => leave(1, error.message || 'refused at every address'));

function press(key: string): void {
  if (key === '\x03') leave(0);
  else if (key === '\x04') {
    stdout.write('\r\n');
    socket.end();
  } else if (key === '\x7f') {
    typed = [...typed].slice(0, -1).join('');
    stdout.write('\b \b');
  } else if (key === '\r') {
    socket.write(`${typed}\n`);
    typed = '';
    stdout.write('\r\n');
  } else {
    typed += key;
    stdout.write(key);
  }
}

function leave(code: number, reason?: string): void {
  if (stdin.isTTY) stdin.setRawMode(false);
  if (reason !== undefined) console.error(reason);
  process.exit(code);
}
