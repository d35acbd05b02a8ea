/** Free ports on this machine. */
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { kernelTells, tcpListeners, udpSockets } from './kernel-sockets.ts';

export type Transport = 'tcp' | 'udp';

/** Below the ranges from which systems hand out ports to outgoing connections, so that none of those is in the way. */
const FIRST_PORT = 20_000;
const LAST_PORT = 31_999;
const TRIES = 50;

/**
 * A port on which nobody listens, on any address of this machine.
 *
 * @throws Error when 50 random ports in a row are taken: the machine's fault
 */
export async function freePort(transport: Transport, host: string): Promise<number> {
  let reason = '';
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT + 1));
    const refused = await refusal(transport, host, port);
    if (refused !== undefined) reason = ` (${refused})`;
    // Somebody may listen on all addresses, and the system may give us this one all the same.
    else if (!(await occupied(transport, host, port))) return port;
  }
  throw new Error(
    `no free ${transport.toUpperCase()} port found between ${FIRST_PORT} and ${LAST_PORT}${reason}`,
  );
}

/** Whether somebody holds this port, on whatever address; false where the kernel does not tell. */
export function listening(transport: Transport, port: number): boolean {
  if (!kernelTells) return false;
  return (transport === 'tcp' ? tcpListeners(port) : udpSockets(port)).length > 0;
}

/** Whether somebody holds this port: on whatever address where the kernel tells, at `host` elsewhere. */
export async function occupied(transport: Transport, host: string, port: number): Promise<boolean> {
  return kernelTells ? listening(transport, port) : answered(transport, host, port);
}

/**
 * Whether somebody holds this port, without the kernel's tables: a connection is taken, or for UDP the system refuses
 * to give the port to another socket. Asking has effects: a TCP server sees a client, and a UDP port that is free is
 * held for a moment.
 */
export async function answered(transport: Transport, host: string, port: number): Promise<boolean> {
  if (transport === 'udp') return (await refusal(transport, host, port)) === 'EADDRINUSE';
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** Why the system does not let us bind here, or undefined when it does. */
function refusal(transport: Transport, host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const refused = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message);
    if (transport === 'tcp') {
      const server = createServer().once('error', refused);
      server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
      return;
    }
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4').once('error', refused);
    socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => resolve(undefined)));
  });
}
