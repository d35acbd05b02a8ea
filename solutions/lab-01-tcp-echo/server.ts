/**
 * A TCP echo server (RFC 862): every byte that arrives on a connection goes back on it, unchanged and in order.
 *
 * HOST and PORT come from the environment. On SIGTERM the server stops accepting, finishes the echoes that are under
 * way and ends with exit code 0.
 */
import { createServer, type Socket } from 'node:net';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);

/** How long echoes that are under way may take after SIGTERM. */
const LAST_CALL_MS = 1500;

const open = new Set<Socket>();

// RFC 9293 §3.6: a side that has sent FIN may still receive. Without allowHalfOpen Node ends our side at once when
// the client ends its own, and what we have not written by then is lost.
const server = createServer({ allowHalfOpen: true }, (socket) => {
  open.add(socket);
  socket.on('close', () => open.delete(socket));

  // `write` answers false when the client reads more slowly than it sends. Read no more from it until what we have
  // is gone: then its own writes stall, and our memory stays as it is.
  socket.on('data', (chunk) => {
    if (!socket.write(chunk)) socket.pause();
  });
  socket.on('drain', () => socket.resume());

  // RFC 862: "This continues until the calling user terminates the connection." `end` sends FIN after what is queued.
  socket.on('end', () => socket.end());

  // A reset (RFC 9293 §3.5.2) concerns this connection only; 'close' follows. Without a listener it would be thrown.
  socket.on('error', (error) => console.error(`connection lost: ${error.message}`));
});

server.on('error', (error) => {
  console.error(`cannot listen on ${host}:${port}: ${error.message}`);
  process.exit(1);
});

server.listen(port, host, () => console.log(`listening on ${host}:${port}`));

process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  // An idle connection has nothing to lose. One with bytes still to write goes on until its client ends it.
  for (const socket of open) if (socket.writableLength === 0) socket.destroy();
  setTimeout(() => process.exit(0), LAST_CALL_MS);
});
