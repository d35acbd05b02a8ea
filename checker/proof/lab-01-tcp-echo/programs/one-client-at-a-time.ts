/** An echo server that finishes with one client before it looks at the next. */
import { createServer, type Socket } from 'node:net';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const queue: Socket[] = [];
let busy = false;

function next(): void {
  const socket = queue.shift();
  busy = socket !== undefined;
  socket?.on('data', (chunk) => socket.write(chunk));
  socket?.on('end', () => socket.end());
  socket?.on('close', next);
  socket?.resume();
}

createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
  socket.on('error', () => {});
  queue.push(socket);
  if (!busy) next();
}).listen(port, host, () => console.log(`listening on ${host}:${port}`));
