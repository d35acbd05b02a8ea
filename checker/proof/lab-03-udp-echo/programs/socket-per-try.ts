import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { createInterface } from 'node:readline';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const tries = Number(process.env.TRIES ?? 3);
const timeoutMs = Number(process.env.TIMEOUT_MS ?? 500);

const lines = createInterface({ input: process.stdin, output: process.stdout });
lines.question('Enter a message: ', async (message) => {
  lines.close();
  process.stdin.destroy();
  for (let number = 0; number < tries; number += 1) {
    const answer = await ask(message, timeoutMs * 2 ** number).catch(() => undefined);
    if (answer === undefined) continue;
    process.stdout.write(`${answer}\n`);
    return;
  }
  console.error(`no answer after ${tries} tries`);
  process.exitCode = 1;
});

/** One try, one socket. */
async function ask(message: string, waitMs: number): Promise<Buffer> {
  const socket: Socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('message', (answer) => resolve(answer));
      socket.connect(port, host, () => socket.send(message));
      setTimeout(reject, waitMs, new Error('time-out')).unref();
    });
  } finally {
    socket.close();
  }
}
