import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { createInterface } from 'node:readline/promises';
import { setTimeout as wait } from 'node:timers/promises';

const {
  HOST: host = '127.0.0.1',
  PORT: port = '3000',
  TRIES: tries = '3',
  TIMEOUT_MS: timeout = '500',
} = process.env;

const terminal = createInterface({ input: process.stdin, output: process.stdout });
const message = await terminal.question('Enter a message: ');
terminal.close();

const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4' });
// Nobody there yet: perhaps there will be at the next try.
socket.on('error', (error) => process.env.DEBUG && console.error(error));
socket.connect(Number(port), host);
await once(socket, 'connect');
const done = new AbortController();
let answer: Buffer | undefined;
socket.on('message', (bytes) => {
  answer ??= bytes;
  done.abort();
});
for (let number = 0; number < Number(tries) && answer === undefined; number += 1) {
  socket.send(message, () => {});
  await wait(Number(timeout) * 2 ** number, undefined, { signal: done.signal }).catch(() => {});
}
socket.close();
if (answer === undefined) {
  console.error('no answer');
  process.exitCode = 1;
} else console.log(answer.toString('utf8'));
