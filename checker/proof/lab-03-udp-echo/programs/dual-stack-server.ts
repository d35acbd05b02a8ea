import { createSocket } from 'node:dgram';
import { isIPv4 } from 'node:net';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);

const socket = createSocket({ type: 'udp6', recvBufferSize: 1 << 20 }, (data, sender) => {
  socket.send([data.subarray(0, 1), data.subarray(1)], sender.port, sender.address);
});
socket.on('error', ({ message }) => {
  process.stderr.write(`${message}\n`, () => process.exit(1));
});
socket.on('listening', () => process.stdout.write(`listening on ${host}:${port}\n`));
socket.bind({ port, address: isIPv4(host) ? `::ffff:${host}` : host });
process.once('SIGTERM', () => process.exit(0));
