/**
 * A UDP echo server (RFC 862): every datagram that arrives goes back, unchanged, to the address and port that it
 * came from.
 *
 * HOST and PORT come from the environment. On SIGTERM the server ends with exit code 0.
 */
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);

// A socket speaks one family of addresses, and HOST says which.
const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');

// RFC 862: "When a datagram is received, the data from it is sent back in an answering datagram."
// One event is one datagram, whole, whatever its size; an empty one is a datagram too. Each brings its sender's
// address and port along, and there is nothing to remember from one to the next.
socket.on('message', (data, sender) => {
  socket.send(data, sender.port, sender.address, (error) => {
    // This answer is lost, as any datagram may be. The next one is another matter.
    if (error) console.error(`no answer to ${sender.address}:${sender.port}: ${error.message}`);
  });
});

socket.on('error', (error) => {
  console.error(`cannot serve on ${host}:${port}: ${error.message}`);
  process.exit(1);
});

socket.bind(port, host, () => console.log(`listening on ${host}:${port}`));

// Nothing is under way between two datagrams, so there is nothing to finish.
process.on('SIGTERM', () => socket.close());
