/**
 * Lab 03: a UDP client for people. It reads one line, sends it as one datagram and prints the answer; when no answer
 * comes, it asks again.
 *
 * The contract and the steps are in README.md beside this file.
 */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { createInterface } from 'node:readline';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
/** How many datagrams to send at most, all the same. */
const tries = Number(process.env.TRIES ?? 3);
/** How long to wait for an answer to the first; twice as long for each one after it. */
const timeoutMs = Number(process.env.TIMEOUT_MS ?? 500);

const socket = createSocket('udp4');

/** Called once for each datagram that comes, whoever sent it. */
function receive(data: Buffer, sender: RemoteInfo): void {
  // TODO(lab-03): is this an answer, and the first one? Then print it and end.
}

socket.on('message', receive);

// TODO(lab-03): prompt, read one line from stdin, send its bytes as one datagram to `port` at `host`.
// TODO(lab-03): ask again when no answer comes in time; give up after `tries` datagrams.
// TODO(lab-03): HOST may be an IPv6 address.
console.error('client.ts does not ask anything yet: that is step 3');
process.exitCode = 1;
