/** One UDP socket of the judge's: every datagram that came, when it can have come, and what the kernel threw away. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { type Endpoint, udpSockets } from '../drive/kernel-sockets.ts';
import { waitUntil } from '../drive/waiting.ts';

/** One datagram that came. */
export interface Datagram {
  bytes: Uint8Array;
  from: Endpoint;
  /** `performance.now()` when the judge saw it. */
  seenAt: number;
  /** `performance.now()` before which it had not arrived: the judge may have been busy in between. */
  notBefore: number;
}

/** Room for 2,000 small datagrams, where the system grants it. */
const RECEIVE_BUFFER_BYTES = 2 * 1024 * 1024;
const TICK_MS = 5;

export class UdpSocket {
  readonly host: string;
  readonly port: number;
  /** In the order in which they came. */
  readonly received: Datagram[] = [];
  readonly #socket: Socket;
  readonly #waiting = new Set<() => void>();
  readonly #ticking: NodeJS.Timeout;
  /** All that came before this time has been seen. */
  #seenUpTo = performance.now();
  #closed: Promise<void> | undefined;

  /**
   * Bind a socket on the judge's side.
   *
   * @param port  0 for any free one
   * @throws Error when the system does not let us
   */
  static async open(host: string, port = 0): Promise<UdpSocket> {
    const socket = createSocket({
      type: host.includes(':') ? 'udp6' : 'udp4',
      recvBufferSize: RECEIVE_BUFFER_BYTES,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address: host, port, exclusive: true }, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    return new UdpSocket(socket, host);
  }

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.host = host;
    this.port = socket.address().port;
    // Where nobody listens any more the system may tell us by an error; whether somebody should is for the check.
    socket.on('error', () => {});
    socket.on('message', (bytes, sender) => this.#take(bytes, sender));
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
  }

  /**
   * Send one datagram.
   *
   * @returns false when the system does not send datagrams of this size
   * @throws Error when it does not send for another reason
   */
  send(bytes: Uint8Array, to: Endpoint): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#socket.send(bytes, to.port, to.address, (error) => {
        const code = (error as NodeJS.ErrnoException | null)?.code;
        if (!error || code === 'ECONNREFUSED') resolve(true);
        else if (code === 'EMSGSIZE') resolve(false);
        else reject(error);
      });
    });
  }

  /** Wait until `done()` holds; looked at after each datagram and twenty times a second. */
  until(done: () => boolean, limitMs: number): Promise<boolean> {
    return waitUntil(done, () => new Promise<void>((resolve) => this.#waiting.add(resolve)), limitMs);
  }

  /** Close it; a datagram that comes now is lost. */
  close(): Promise<void> {
    clearInterval(this.#ticking);
    this.#closed ??= new Promise((resolve) => this.#socket.close(() => resolve()));
    return this.#closed;
  }

  /** A tick counts once the socket has been read after it: then nothing that came before it is still unseen. */
  #tick(): void {
    const now = performance.now();
    setImmediate(() => {
      this.#seenUpTo = now;
    });
  }

  #take(bytes: Buffer, sender: RemoteInfo): void {
    const from = { address: sender.address, port: sender.port };
    this.received.push({ bytes, from, seenAt: performance.now(), notBefore: this.#seenUpTo });
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

/** How many datagrams the kernel has thrown away at the sockets bound to these ports; 0 where it does not tell. */
export function kernelDrops(ports: number[]): number {
  return ports.flatMap(udpSockets).reduce((sum, socket) => sum + socket.drops, 0);
}

/** Whether datagrams wait, unread, at this port; false where the kernel does not tell. */
export function hasUnread(port: number): boolean {
  return udpSockets(port).some((socket) => socket.receiveQueueBytes > 0);
}

export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.address === b.address && a.port === b.port;
}
