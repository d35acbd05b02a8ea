/** The socket over which the program on the inside of a terminal gets its orders and reports. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Order, SessionReport } from './terminal-messages.ts';

type Kind = SessionReport['type'];

export class ReportLine {
  /** Where our program connects. */
  readonly path: string;
  /** What it must say first. */
  readonly token = randomBytes(16).toString('hex');
  /** Settles when it has connected. From then on nobody else can. */
  readonly connected: Promise<true>;
  /** Settles when its end of the line is closed, which is when it has ended. */
  readonly closed: Promise<void>;
  readonly #server: Server;
  readonly #waiting = new Set<{ kinds: Kind[]; resolve: (report: SessionReport) => void }>();
  #socket: Socket | undefined;
  #markClosed = (): void => {};

  /**
   * @param path  a socket is made there, and removed when our program has connected
   * @throws Error when it cannot be made: the machine's fault
   */
  static async listen(path: string): Promise<ReportLine> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    return new ReportLine(server, path);
  }

  private constructor(server: Server, path: string) {
    this.#server = server;
    this.path = path;
    this.connected = new Promise((resolve) => {
      server.on('connection', (socket) => this.#listenTo(socket, () => resolve(true)));
    });
    this.closed = new Promise((resolve) => {
      this.#markClosed = resolve;
    });
  }

  order(order: Order): void {
    this.#socket?.write(`${JSON.stringify(order)}\n`);
  }

  /** The next report of one of these kinds. */
  next<K extends Kind>(...kinds: K[]): Promise<Extract<SessionReport, { type: K }>> {
    return new Promise((resolve) => {
      this.#waiting.add({ kinds, resolve: resolve as (report: SessionReport) => void });
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#stopListening();
  }

  #listenTo(socket: Socket, greeted: () => void): void {
    socket.on('error', () => {});
    createInterface({ input: socket }).on('line', (line) => {
      const report = JSON.parse(line) as SessionReport;
      if (socket === this.#socket) this.#take(report);
      else if (this.#socket !== undefined || report.type !== 'hello' || report.token !== this.token) {
        socket.destroy();
      } else {
        this.#socket = socket.on('close', this.#markClosed);
        this.#stopListening();
        greeted();
      }
    });
  }

  #take(report: SessionReport): void {
    for (const waiter of this.#waiting) {
      if (!waiter.kinds.includes(report.type)) continue;
      this.#waiting.delete(waiter);
      waiter.resolve(report);
    }
  }

  #stopListening(): void {
    this.#server.close();
    rmSync(this.path, { force: true });
  }
}
