/**
 * Lab 01: a TCP echo server. Every byte that arrives on a connection goes back on it, unchanged and in order.
 *
 * The contract and the steps are in README.md beside this file.
 */
import { createServer, type Socket } from 'node:net';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);

/** Called once for each client that connects. */
function serve(socket: Socket): void {
  // TODO(lab-01): send back what arrives, end when the client ends, survive a client that is cut off.
  socket.destroy();
}

const server = createServer(serve);

// TODO(lab-01): listen on `port` and `host`, then write the line that README.md asks for to stdout.
// TODO(lab-01): a port in use is one line on stderr and exit code 1; SIGTERM ends the program with exit code 0.
