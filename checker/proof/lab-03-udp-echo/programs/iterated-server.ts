import { createSocket, type RemoteInfo } from 'node:dgram';
import { on } from 'node:events';
import { isIPv6 } from 'node:net';
import { promisify } from 'node:util';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const family = isIPv6(host) ? 'udp6' : 'udp4';
const socket = createSocket({ type: family, reuseAddr: false });
const send = promisify<Buffer, number, string, number>(socket.send.bind(socket));
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());

console.log('a good day to you');
try {
  const messages = on(socket, 'message', { signal: stop.signal });
  socket.bind(port, host, () =>
    console.log(`listening on ${family === 'udp6' ? `[${host}]` : host}:${port}`),
  );
  for await (const [data, sender] of messages as AsyncIterable<[Buffer, RemoteInfo]>) {
    console.log(`${data.length} bytes from ${sender.address}:${sender.port}`);
    console.error('noted');
    await send(data, sender.port, sender.address);
  }
} catch (error) {
  socket.close();
  if ((error as Error).name !== 'AbortError') {
    console.error(`that did not work: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
