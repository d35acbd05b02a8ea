/**
 * A TCP client for people: what is typed goes to the server, what arrives is printed, until one of the two ends.
 *
 * HOST, PORT and CONNECT_TIMEOUT_MS come from the environment. Exit code 0 when the server has ended, 1 on trouble.
 */
import { connect } from 'node:net';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const connectTimeoutMs = Number(process.env.CONNECT_TIMEOUT_MS ?? 5000);

const { stdin, stdout, stderr } = process;
const LF = 0x0a;

/** Whether the cursor stands at the beginning of a line. */
let atLineStart = true;

const socket = connect({ host, port });

// The system itself would try for two minutes.
const timer = setTimeout(() => fail(`no answer within ${connectTimeoutMs} ms`), connectTimeoutMs);

socket.on('connect', () => {
  clearTimeout(timer);
  print(Buffer.from(`Connected to ${host}:${port}\n`));
  prompt();
});

// A chunk is a piece of a stream: perhaps half a line, or half a character. Printed as the bytes that they are, the
// halves come together again on the screen.
socket.on('data', (chunk) => {
  // When the reader of stdout is slow, read no more from the server until it has caught up.
  if (!print(chunk)) socket.pause();
  if (atLineStart) prompt();
});
stdout.on('drain', () => socket.resume());

// Input is sent as it comes; while the server does not read, stdin is not read either. At the end of the input `pipe`
// ends our side. RFC 9293 §3.6: "The user who CLOSEs may continue to RECEIVE until the TCP receiver is told that the
// remote peer has CLOSED also." So nothing else ends here.
stdin.pipe(socket);

if (stdin.isTTY) {
  // The terminal edits the line and shows it; we get it after Enter. Ctrl-D is the end of the input, Ctrl-C ends us.
  stdin.on('data', () => {
    atLineStart = true;
  });
  stdin.on('end', freshLine);
}

// RFC 9293 §3.6: CLOSE means "I have no more data to send". 'end' is that FIN, and comes after the last 'data'.
socket.on('end', () => {
  socket.destroy();
  freshLine();
  // Standard input may still be open. Whether it keeps the program alive depends on who reads it, so leave.
  stdout.write(`Disconnected from ${host}:${port}\n`, () => process.exit(0));
});

socket.on('error', (error: NodeJS.ErrnoException) => fail(inPlainWords(error)));

function print(bytes: Buffer): boolean {
  atLineStart = bytes.at(-1) === LF;
  return stdout.write(bytes);
}

/** Only a person at a terminal wants to be asked; in a pipe the prompt would be among the answers. */
function prompt(): void {
  if (stdin.isTTY) print(Buffer.from('> '));
}

function freshLine(): void {
  if (!atLineStart) print(Buffer.from('\n'));
}

function fail(reason: string): void {
  socket.destroy();
  freshLine();
  stderr.write(`${host}:${port}: ${reason}\n`, () => process.exit(1));
}

function inPlainWords(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'connection refused: nobody listens there';
    case 'ENOTFOUND':
      return 'there is no host of this name';
    case 'ECONNRESET':
      return 'the server reset the connection';
    default:
      // A name with several addresses gives an AggregateError, whose message is empty.
      return error.message || error.code || error.name;
  }
}
