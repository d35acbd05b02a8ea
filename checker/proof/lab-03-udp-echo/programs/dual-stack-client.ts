import { createSocket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import { createInterface } from 'node:readline';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const tries = Number(process.env.TRIES ?? 3);
const timeoutMs = Number(process.env.TIMEOUT_MS ?? 500);
const address = isIPv4(host) ? `::ffff:${host}` : host;

const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: 'Enter a message: ' });
lines.prompt();
lines.once('line', (line) => {
  lines.close();
  process.stdin.unref();
  const socket = createSocket('udp6');
  let wait = timeoutMs;
  let left = tries;
  let timer: NodeJS.Timeout;
  const send = (): void => {
    if (left === 0) {
      console.error('nobody answers');
      socket.close();
      process.exitCode = 1;
      return;
    }
    left -= 1;
    socket.send(line, port, address);
    timer = setTimeout(send, wait);
    wait *= 2;
  };
  socket.on('message', (answer, sender) => {
    if (sender.port !== port || sender.address !== address) return;
    clearTimeout(timer);
    socket.close();
    console.log(String(answer));
  });
  send();
});
