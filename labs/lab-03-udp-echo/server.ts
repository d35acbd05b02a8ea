/**
 * Lab 03: a UDP echo server. Every datagram that arrives goes back, unchanged, to the address and port that it came
 * from.
 *
 * The contract and the steps are in README.md beside this file.
 */
import { createSocket, type RemoteInfo } from 'node:dgram';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);

const socket = createSocket('udp4');

/** Called once for each datagram: all its bytes, and where they came from. */
function receive(data: Buffer, sender: RemoteInfo): void {
  // TODO(lab-03): send the datagram back to its sender.
}

socket.on('message', receive);

// TODO(lab-03): bind the socket to `port` and `host`, then write the line that README.md asks for to stdout.
// TODO(lab-03): a port in use is one line on stderr and exit code 1; SIGTERM ends the program with exit code 0.
// TODO(lab-03): HOST may be an IPv6 address.
console.error('server.ts does not bind its socket yet: that is step 1');
