import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
let number = 0;

socket.on('message', async (data, sender) => {
  const copy = Uint8Array.from(data);
  number += 1;
  await wait((number * 7) % 20);
  socket.send(copy, sender.port, sender.address);
});
socket.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
process.on('SIGTERM', () => {
  // Who is still to be answered gets its answer first.
  setTimeout(() => socket.close(), 100);
});

await wait(1000);
socket.bind(port, host, () => console.log(`listening on ${host}:${port}`));
