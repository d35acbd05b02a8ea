/**
 * A student's server: started on a port that was proven free, ready when a socket on that port is proven to be its
 * own, gone when the port is free again.
 */
import { connect } from 'node:net';
import type { Drive } from './drive.ts';
import {
  anyHolderOf,
  boundUdpPorts,
  holderOf,
  holdsSocketOfItsOwn,
  kernelTells,
  listeningPorts,
  tcpListeners,
  udpSockets,
} from './kernel-sockets.ts';
import { freePort, listening, type Transport } from './ports.ts';
import { commandLine } from './processes.ts';
import type { Launch, Program } from './program.ts';

export interface ServerOptions {
  transport: Transport;
  host: string;
  /** A port to use whatever holds it, for checks on a port in use. Default: a free one. */
  port?: number;
  /** How long it may take to listen. */
  readyMs?: number;
}

/** Why a server is not there, as a sentence for the student; `crash` when it ended. */
export interface StartFailure {
  started: false;
  verdict: 'fail' | 'crash' | 'timeout';
  symptom: 'exited' | 'never-listened' | 'fixed-port' | 'broke-limit';
  message: string;
  program: Program;
}

export interface ServerProgram {
  started: true;
  drive: Drive;
  program: Program;
  transport: Transport;
  host: string;
  port: number;
  /** Milliseconds from the spawn to the listening socket. */
  readyAfterMs: number;
}

const READY_MS = 10_000;
const POLL_MS = 5;
/** Looks between two that do not trust the program's own descriptors: a child may listen, or a stranger. */
const THOROUGH_EVERY = 8;
/** A program may open another port first; when four looks in a row find only others open, PORT is not coming. */
const WRONG_PORT_LOOK_MS = 250;
const WRONG_PORT_LOOKS = 4;
const STARTS = 3;

/**
 * Start a server and wait until it listens.
 *
 * @param launch  how to start it, given the host and the port in its environment or arguments
 * @throws Error for what is not the student's fault: no free port, somebody else took the port
 */
export async function startServer(
  drive: Drive,
  launch: (host: string, port: number) => Launch,
  options: ServerOptions,
): Promise<ServerProgram | StartFailure> {
  for (let start = 1; ; start += 1) {
    const port = options.port ?? (await freePort(options.transport, options.host));
    const program = drive.spawn(launch(options.host, port));
    const outcome = await waitForListener(drive, program, port, options);
    if (outcome !== 'taken') return outcome;
    await program.kill();
    if (start === STARTS) throw new Error(`${describeHolder(options.transport, port)} took port ${port}`);
  }
}

/** SIGKILL on what is left of the server, then wait until its port is free. */
export async function endServer(
  { drive, program, transport, port }: ServerProgram,
  graceMs: number,
): Promise<void> {
  await program.stop(graceMs);
  for (let waited = 0; listening(transport, port) && waited < 1000; waited += POLL_MS) {
    // A child that left the group of its program, with the socket.
    const holder = holderOfPort(transport, port);
    if (holder !== undefined) drive.killOwn(holder);
    await sleep(POLL_MS);
  }
  if (listening(transport, port)) {
    throw new Error(
      `port ${port} is still held by ${describeHolder(transport, port)} after the server's end`,
    );
  }
}

async function waitForListener(
  drive: Drive,
  program: Program,
  port: number,
  { transport, host, readyMs = READY_MS }: ServerOptions,
): Promise<ServerProgram | StartFailure | 'taken'> {
  let nextLookMs = WRONG_PORT_LOOK_MS;
  let wrongPortLooks = 0;
  const began = performance.now();
  for (let looks = 1; ; looks += 1) {
    const waitedMs = performance.now() - began;
    // Most of the time the program is still being loaded and holds no socket: then the tables need not be read.
    const worthIt =
      looks % THOROUGH_EVERY === 0 ||
      program.exit !== undefined ||
      !kernelTells ||
      (program.pid !== undefined && holdsSocketOfItsOwn(program.pid));
    // The exit is looked at after the listener: a server that listens and then dies has been ready.
    const listener = worthIt ? await findListener(drive, program, transport, host, port) : 'nobody';
    if (listener === 'ours')
      return { started: true, drive, program, transport, host, port, readyAfterMs: waitedMs };
    if (listener === 'theirs') return 'taken';
    if (program.exit !== undefined) return endedEarly(program, transport, port);
    if (waitedMs > nextLookMs) {
      nextLookMs = waitedMs + WRONG_PORT_LOOK_MS;
      const [other] = otherPorts(program, transport, port);
      wrongPortLooks = other === undefined ? 0 : wrongPortLooks + 1;
      if (other !== undefined && wrongPortLooks === WRONG_PORT_LOOKS) return fixedPort(program, other, port);
    }
    if (waitedMs > readyMs) return neverListened(program, host, port, readyMs);
    await Promise.race([sleep(POLL_MS), program.exited]);
  }
}

async function findListener(
  drive: Drive,
  program: Program,
  transport: Transport,
  host: string,
  port: number,
): Promise<'ours' | 'theirs' | 'nobody'> {
  if (!kernelTells) return (await answers(program, transport, host, port)) ? 'ours' : 'nobody';
  const sockets = transport === 'tcp' ? tcpListeners(port) : udpSockets(port);
  if (sockets.length === 0) return 'nobody';
  const pids = program.pids();
  if (sockets.some((socket) => holderOf(socket, pids) !== undefined)) return 'ours';
  // Between the table and the look at its descriptors it may have closed the socket or ended.
  const holders = sockets.map(anyHolderOf).filter((pid) => pid !== undefined);
  // It left the group of its program. While that goes on it is a part of it; if not, the exit is known in a moment.
  if (holders.some((pid) => drive.started(pid))) return pids.length > 0 ? 'ours' : 'nobody';
  return holders.length > 0 ? 'theirs' : 'nobody';
}

/** Without the kernel's tables: a connection that is taken, or for UDP the line that the contract asks for. */
function answers(program: Program, transport: Transport, host: string, port: number): Promise<boolean> {
  if (transport === 'udp') return Promise.resolve(program.stdout.text().includes('listening on'));
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(program.exit === undefined);
    });
    socket.once('error', () => resolve(false));
  });
}

function otherPorts(program: Program, transport: Transport, port: number): number[] {
  if (!kernelTells || program.exit !== undefined) return [];
  const ports = transport === 'tcp' ? listeningPorts(program.pids()) : boundUdpPorts(program.pids());
  return ports.filter((other) => other !== port);
}

function endedEarly(program: Program, transport: Transport, port: number): StartFailure {
  const inUse = /EADDRINUSE.*?:(\d+)\b/.exec(program.stderr.text());
  if (inUse !== null && Number(inUse[1]) !== port) return fixedPort(program, Number(inUse[1]), port);
  return {
    started: false,
    verdict: 'crash',
    symptom: program.brokenLimit === undefined ? 'exited' : 'broke-limit',
    message: `${program.label} ended before it ${transport === 'udp' ? 'was bound to' : 'listened on'} port ${port}: ${program.describeExit()}`,
    program,
  };
}

function fixedPort(program: Program, used: number, port: number): StartFailure {
  return {
    started: false,
    verdict: 'fail',
    symptom: 'fixed-port',
    message: `${program.label} uses port ${used}, but PORT was ${port}: the port is fixed in the source`,
    program,
  };
}

function neverListened(program: Program, host: string, port: number, readyMs: number): StartFailure {
  return {
    started: false,
    verdict: 'timeout',
    symptom: 'never-listened',
    message: `${program.label} never listened on ${host}:${port}: it runs, but after ${readyMs / 1000} s that port is closed`,
    program,
  };
}

function holderOfPort(transport: Transport, port: number): number | undefined {
  const [socket] = transport === 'tcp' ? tcpListeners(port) : udpSockets(port);
  return socket === undefined ? undefined : anyHolderOf(socket);
}

function describeHolder(transport: Transport, port: number): string {
  const pid = holderOfPort(transport, port);
  return pid === undefined ? 'another process' : `process ${pid} (${commandLine(pid)})`;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
