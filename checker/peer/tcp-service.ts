/** The judge as a TCP server, for client programs. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { sleep, waitUntil } from '../drive/waiting.ts';
import type { Judge, Subject } from '../run/judge.ts';
import { TcpPeer } from './tcp.ts';

/** Listens on a port of its own choice; a client that connects is a `TcpPeer`. */
export class TcpService {
  readonly #judge: Judge;
  readonly #server: Server;
  readonly #host: string;
  readonly #waiting: Socket[] = [];
  /** All that are open. */
  readonly #sockets = new Set<Socket>();
  #closed = false;
  #port = 0;
  #arrived: () => void = () => {};

  static async listen(judge: Judge, host = '127.0.0.1'): Promise<TcpService> {
    const service = new TcpService(judge, host);
    await service.#listen(0);
    judge.defer(() => service.close());
    return service;
  }

  private constructor(judge: Judge, host: string) {
    this.#judge = judge;
    this.#host = host;
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
      socket.on('error', () => {});
      // A client that comes back at once may do so while the check is being cleared away.
      if (this.#closed) {
        socket.destroy();
        return;
      }
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      this.#waiting.push(socket);
      this.#arrived();
    });
  }

  get port(): number {
    return this.#port;
  }

  /** Called for each connection that comes, as soon as it is there; `accept` is of no use then. */
  serve(taken: (socket: Socket) => void): void {
    this.#arrived = () => {
      for (const socket of this.#waiting.splice(0)) taken(socket);
    };
    this.#arrived();
  }

  /** Refuse new connections; those that are open stay. */
  async refuse(): Promise<void> {
    this.#judge.trace.judge('', `closes port ${this.#port}`);
    // `close` would wait for the connections that are open.
    this.#server.close();
    await waitUntil(
      () => !this.#server.listening,
      () => sleep(1),
      1000,
    );
  }

  /** Take connections again, on the same port. */
  async listenAgain(): Promise<void> {
    await this.#listen(this.#port);
    this.#judge.trace.judge('', `listens on port ${this.#port} again`);
  }

  /** The client's connection; fails the check when none comes. */
  async accept(client: Subject, lane = '', limitMs = 10_000): Promise<TcpPeer> {
    const came = await waitUntil(
      () => this.#waiting.length > 0 || client.exit !== undefined,
      () => Promise.race([new Promise<void>((resolve) => (this.#arrived = resolve)), client.exited]),
      limitMs,
    );
    const socket = this.#waiting.shift();
    if (socket === undefined) {
      const evidence = { accepted: ['a connection to HOST and PORT'], actual: 'no connection' };
      if (!came)
        this.#judge.timeout(
          `your client did not connect within ${limitMs / 1000} s`,
          'never-connected',
          evidence,
        );
      const elsewhere = triedPort(client);
      this.#judge.crash(
        `your client ended before it connected: ${client.describeExit()}`,
        elsewhere === undefined || elsewhere === this.port ? 'never-connected' : 'fixed-port',
        client,
        evidence,
      );
    }
    this.#judge.trace.student(lane, `connects from port ${socket.remotePort}`);
    const peer = new TcpPeer(this.#judge, client, socket, lane);
    peer.startReading();
    return peer;
  }

  /** Stop listening, and end what is open: otherwise nobody would, and `close` would wait for it. */
  close(): Promise<void> {
    this.#closed = true;
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: this.#host, port }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }
}

/** The port that the program itself names, after an address or a host, in its last words. */
function triedPort(program: Subject): number | undefined {
  const named = /\b(?:\d+\.\d+\.\d+\.\d+|localhost|::1\]?):(\d{1,5})\b/.exec(program.lastStderr().join('\n'));
  return named === null ? undefined : Number(named[1]);
}
