import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { createInterface } from 'node:readline';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const tries = Number(process.env.TRIES ?? 3);
const timeoutMs = Number(process.env.TIMEOUT_MS ?? 500);

process.stdout.write('Enter a message: ');
for await (const line of createInterface({ input: process.stdin })) {
  process.stdin.unref();
  await ask(line);
  break;
}

async function ask(line: string): Promise<void> {
  const sockets: Socket[] = [];
  let timer: NodeJS.Timeout | undefined;
  const answer = await new Promise<Buffer | undefined>((resolve) => {
    const attempt = (): void => {
      if (sockets.length === tries) {
        resolve(undefined);
        return;
      }
      timer = setTimeout(attempt, timeoutMs * 2 ** sockets.length);
      const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
      sockets.push(socket);
      socket.on('error', () => {});
      socket.on('message', resolve);
      socket.connect(port, host, () => socket.send(line));
    };
    attempt();
  });
  clearTimeout(timer);
  for (const socket of sockets) socket.close();
  if (answer !== undefined) process.stdout.write(`${answer}\n`);
  else {
    process.stderr.write(`${host}:${port} is silent\n`);
    process.exitCode = 1;
  }
}
