import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const tries = Number(process.env.TRIES ?? 3);
const timeoutMs = Number(process.env.TIMEOUT_MS ?? 500);
const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');

process.stdout.write('Enter a message: ');
process.stdin.once('data', (chunk: Buffer) => {
  process.stdin.destroy();
  const message = chunk.at(-1) === 0x0a ? chunk.subarray(0, -1) : chunk;
  socket.connect(port, host, () => send(message, 1));
});

function send(message: Buffer, number: number): void {
  socket.send(message);
  const timer = setTimeout(
    () => {
      if (number < tries) send(message, number + 1);
      else fail('no answer');
    },
    timeoutMs * 2 ** (number - 1),
  );
  socket.removeAllListeners('message').once('message', (answer) => {
    clearTimeout(timer);
    process.stdout.write(`${answer}\n`);
    socket.close();
  });
}

socket.on('error', () => fail('nobody is there'));

function fail(reason: string): void {
  console.error(reason);
  process.exit(1);
}
