/**
 * Lab 02: a TCP client for people. What is typed goes to the server, what arrives is printed, until one of them ends.
 *
 * The contract and the steps are in README.md beside this file.
 */
import { connect, type Socket } from 'node:net';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const connectTimeoutMs = Number(process.env.CONNECT_TIMEOUT_MS ?? 5000);

/** Called when the connection is there. */
function talk(socket: Socket): void {
  // TODO(lab-02): say that you are connected; send what is typed; print what arrives, as it arrives.
  // TODO(lab-02): the end of the input ends our side only; the end of the server's side ends the program.
  socket.end();
}

/** Trouble: one plain line on stderr, then exit code 1. */
function fail(reason: string): void {
  console.error(`${host}:${port}: ${reason}`);
  process.exit(1);
}

// TODO(lab-02): connect to `host` and `port`, give up after `connectTimeoutMs`, and hand the socket to `talk`.
fail('client.ts connects to nobody yet: begin with step 1 of README.md');
