/** The echo server with a queue of its own: what arrives in one turn of the event loop goes back in one write. */
import * as net from 'node:net';

const HIGH_BYTES = 256 * 1024;
const LOW_BYTES = 64 * 1024;

class Echo {
  private pieces: Buffer[] = [];
  private bytes = 0;
  private scheduled = false;
  private ended = false;
  private readonly socket: net.Socket;

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on('data', (piece) => this.take(piece));
    socket.on('end', () => {
      this.ended = true;
      this.schedule();
    });
    socket.on('error', () => socket.destroy());
  }

  get idle(): boolean {
    return this.bytes === 0;
  }

  private take(piece: Buffer): void {
    this.pieces.push(piece);
    this.bytes += piece.length;
    if (this.bytes > HIGH_BYTES) this.socket.pause();
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => this.flush());
  }

  private flush(): void {
    const merged = Buffer.concat(this.pieces);
    this.pieces = [];
    this.socket.write(merged, () => {
      this.bytes -= merged.length;
      this.scheduled = false;
      if (this.bytes <= LOW_BYTES) this.socket.resume();
      if (this.pieces.length > 0) this.schedule();
      else if (this.ended) this.socket.end();
    });
  }
}

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const all = new Map<net.Socket, Echo>();
const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  all.set(socket, new Echo(socket));
  socket.on('close', () => all.delete(socket));
});
server.on('error', () => {
  console.error(`${host}:${port} is in use`);
  process.exit(1);
});
server.listen(port, host, () => console.log(`listening on ${host}:${port}`));
process.on('SIGTERM', () => {
  server.close(() => process.exit());
  for (const [socket, echo] of all) if (echo.idle) socket.destroy();
  setTimeout(() => process.exit(), 1800);
});
