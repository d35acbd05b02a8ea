/**
 * Asks a UDP echo server one question: a line from stdin goes out as one datagram, the answer is printed.
 *
 * RFC 768: "delivery and duplicate protection are not guaranteed". So the question is asked again when no answer
 * comes, TRIES times in all, and the first answer is the only one that counts.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { createInterface } from 'node:readline';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const tries = Number(process.env.TRIES ?? 3);
const timeoutMs = Number(process.env.TIMEOUT_MS ?? 500);

// A socket speaks one family of addresses, and HOST says which.
const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
try {
  const question = await readLine('Enter a message: ');
  // From here on the kernel gives us what comes from this address and port, and drops what others send. Only such a
  // socket learns, by ICMP, that nobody listens there (RFC 8085 §5.2).
  socket.connect(port, host);
  await once(socket, 'connect');
  const answer = await ask(socket, question, waits(tries, timeoutMs));
  process.stdout.write(Buffer.concat([answer, Buffer.from('\n')]));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  socket.close();
}

/**
 * How long to wait after each try, in ms: 500, 1000, 2000. Who sends again into a network that is too full makes it
 * fuller, so each wait is twice as long as the one before (RFC 8085 §3.1.1).
 */
function waits(tries: number, timeoutMs: number): number[] {
  return Array.from({ length: tries }, (_, index) => timeoutMs * 2 ** index);
}

/** The first line of stdin as bytes, without its end. */
async function readLine(prompt: string): Promise<Buffer> {
  process.stdout.write(prompt);
  const lines = createInterface({ input: process.stdin });
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => text as string),
    once(lines, 'close').then(() => undefined),
  ]);
  lines.close();
  // The user may never end stdin: let go of it, or it keeps the program.
  process.stdin.destroy();
  if (line === undefined) throw new Error('there is no message: the input has ended');
  return Buffer.from(line);
}

/**
 * Send the question, and again after each wait but the last, until an answer comes.
 *
 * @returns the first answer, to whichever of the tries it belongs
 * @throws Error when none came after the last wait, or the system says that nobody listens there
 */
function ask(socket: Socket, question: Buffer, waits: number[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const attempt = ([wait, ...later]: number[]): void => {
      if (wait === undefined) {
        reject(new Error(`no answer from ${host}:${port} after ${waits.length} tries`));
        return;
      }
      socket.send(question);
      timer = setTimeout(attempt, wait, later);
    };
    socket.once('message', (answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const reason = error.code === 'ECONNREFUSED' ? 'nobody listens there' : error.message;
      reject(new Error(`no answer from ${host}:${port}: ${reason}`));
    });
    attempt(waits);
  });
}
