/** The echo server as a pipe from the socket to itself. */
import { createServer, type Socket } from 'node:net';

const { HOST = '127.0.0.1', PORT = '3000' } = process.env;
const sockets = new Set<Socket>();

const server = createServer({ allowHalfOpen: true });
server.on('connection', (socket) => {
  sockets.add(socket);
  socket.pipe(socket);
  socket.once('error', () => socket.destroy());
  socket.once('close', () => sockets.delete(socket));
});
server.once('error', (error) => {
  process.stderr.write(`port ${PORT}: ${error.message}\n`);
  process.exitCode = 1;
});
server.listen({ host: HOST, port: Number(PORT) }, () => {
  process.stdout.write(`up\nlistening on ${HOST}:${PORT}\n`);
});

process.once('SIGTERM', () => {
  server.close();
  for (const socket of sockets) {
    if (socket.writableLength === 0 && !socket.isPaused()) socket.end();
  }
  setTimeout(() => process.exit(0), 1000).unref();
  server.once('close', () => process.exit(0));
});
