import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const tries = Number(process.env.TRIES ?? 3);
const timeoutMs = Number(process.env.TIMEOUT_MS ?? 500);

let typed = Buffer.alloc(0);
let asked = false;
process.stdout.write('Enter a ');
process.stdout.write('message: ');
process.stdin.on('data', (chunk: Buffer) => {
  typed = Buffer.concat([typed, chunk]);
  const end = typed.indexOf(0x0a);
  if (end < 0 || asked) return;
  asked = true;
  ask(typed.subarray(0, end));
});
process.stdin.on('end', () => {
  if (!asked) process.exit(0);
});

function ask(message: Buffer): void {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  let sent = 0;
  const send = (): void => {
    if (sent === tries) {
      console.error(`Sorry, ${host} does not answer.`);
      process.exit(1);
    }
    socket.send(message, 0, message.length, port, host);
    setTimeout(send, timeoutMs * 2 ** sent);
    sent += 1;
  };
  socket.on('message', (answer, { address, port: from }) => {
    if (from !== port || address !== host) return;
    socket.close();
    process.stdout.write(answer);
    process.stdout.write('\n', () => process.exit(0));
  });
  socket.on('error', () => {});
  send();
}
