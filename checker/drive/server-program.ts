/**
 * A student's server: started on a port that was proven free, ready when a socket on that port is proven to be its
 * own, gone when the port is free again.
 */
import type { Drive } from './drive.ts';
import {
  addressOf,
  anyHolderOf,
  boundUdpPorts,
  holderOf,
  holdsSocketOfItsOwn,
  kernelTells,
  listeningPorts,
  tcpListeners,
  udpSockets,
} from './kernel-sockets.ts';
import { answered, freePort, occupied, type Transport } from './ports.ts';
import { commandLine } from './processes.ts';
import type { Launch, Program } from './program.ts';
import { sleep } from './waiting.ts';
import { within } from './within.ts';

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
  symptom: 'exited' | 'never-listened' | 'fixed-port' | 'other-address' | 'broke-limit';
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
  /** On which addresses it listens at that port, as far as the machine tells; `0.0.0.0` and `::` are all of them. */
  addresses: string[];
  /** Milliseconds from the spawn to the listening socket. */
  readyAfterMs: number;
}

const READY_MS = 10_000;
const POLL_MS = 5;
/** Looks between two that do not trust the program's own descriptors: a child may listen, or a stranger. */
const THOROUGH_EVERY = 8;
/** A program may open another port first; when four looks in a row find only others open, it looks fixed. */
const WRONG_PORT_LOOK_MS = 250;
const WRONG_PORT_LOOKS = 4;
/** The port of a program that does not look at PORT at all. */
const PORT_WITHOUT_PORT = 3000;
/** A program may listen on one address after the other. */
const OTHER_ADDRESS_MS = 500;
/** Where HOST is another, the check that chose it sees for itself what becomes of it. */
const USUAL_HOST = '127.0.0.1';
const STARTS = 3;

/**
 * Start a server and wait until it listens. One that listens on another port is started a second time, with another
 * PORT: if it is the same port again, PORT is not asked.
 *
 * @param launch  how to start it, given the host and the port in its environment or arguments
 * @throws Error for what is not the student's fault: no free port, somebody else took the port
 */
export async function startServer(
  drive: Drive,
  launch: (host: string, port: number) => Launch,
  options: ServerOptions,
): Promise<ServerProgram | StartFailure> {
  let otherPort: number | undefined;
  for (let taken = 0; ; ) {
    const port = options.port ?? (await freePort(options.transport, options.host));
    if (options.port !== undefined && !kernelTells && (await occupied(options.transport, options.host, port)))
      throw new Error(`another process took port ${port}`);
    const program = drive.spawn(launch(options.host, port));
    const outcome = await waitForListener(drive, program, port, options, otherPort);
    if ('started' in outcome) return outcome;
    await program.kill();
    otherPort ??= outcome.otherPort;
    if (outcome.otherPort === undefined) taken += 1;
    if (taken === STARTS) throw new Error(`${describeHolder(options.transport, port)} took port ${port}`);
  }
}

/** SIGKILL on what is left of the server, then wait until its port is free. */
export async function endServer(
  { drive, program, transport, host, port }: ServerProgram,
  graceMs: number,
): Promise<void> {
  await program.stop(graceMs);
  for (let waited = 0; (await occupied(transport, host, port)) && waited < 1000; waited += POLL_MS) {
    // A child that left the group of its program, with the socket.
    const holder = holderOfPort(transport, port);
    if (holder !== undefined) drive.killOwn(holder);
    await sleep(POLL_MS);
  }
  if (await occupied(transport, host, port)) {
    throw new Error(
      `port ${port} is still held by ${describeHolder(transport, port)} after the server's end`,
    );
  }
}

/** Why a program has to be started again: it listens on another port, or somebody else took the one it was given. */
interface StartAgain {
  otherPort?: number;
}

/** @param usedBefore  the port on which it listened, instead of another PORT, when it was started before */
async function waitForListener(
  drive: Drive,
  program: Program,
  port: number,
  { transport, host, readyMs = READY_MS }: ServerOptions,
  usedBefore: number | undefined,
): Promise<ServerProgram | StartFailure | StartAgain> {
  let nextLookMs = WRONG_PORT_LOOK_MS;
  let wrongPortLooks = 0;
  let elsewhereSinceMs = Number.POSITIVE_INFINITY;
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
    const found = worthIt ? await findListener(drive, program, transport, host, port) : [];
    if (found === 'theirs') return {};
    if (reaches(found, host)) {
      return {
        started: true,
        drive,
        program,
        transport,
        host,
        port,
        addresses: found,
        readyAfterMs: waitedMs,
      };
    }
    if (program.exit !== undefined) return endedEarly(program, transport, port);
    if (found.length > 0) elsewhereSinceMs = Math.min(elsewhereSinceMs, waitedMs);
    if (found.length > 0 && waitedMs - elsewhereSinceMs > OTHER_ADDRESS_MS)
      return otherAddress(program, found, host, port);
    if (waitedMs > nextLookMs) {
      nextLookMs = waitedMs + WRONG_PORT_LOOK_MS;
      const others = otherPorts(program, transport, port);
      wrongPortLooks = others.length === 0 ? 0 : wrongPortLooks + 1;
      if (wrongPortLooks === WRONG_PORT_LOOKS) {
        const fixed = others.find((other) => other === PORT_WITHOUT_PORT || other === usedBefore);
        if (fixed !== undefined) return fixedPort(program, fixed, port);
        if (usedBefore === undefined) return { otherPort: others[0]! };
      }
    }
    if (waitedMs > readyMs) {
      const [other] = otherPorts(program, transport, port);
      return other === undefined
        ? neverListened(program, host, port, readyMs)
        : wrongPort(program, other, port);
    }
    await within(program.exited, POLL_MS);
  }
}

/** The addresses on which the program listens at `port`, or `theirs` when somebody else does. */
async function findListener(
  drive: Drive,
  program: Program,
  transport: Transport,
  host: string,
  port: number,
): Promise<string[] | 'theirs'> {
  if (!kernelTells) return (await answers(program, transport, host, port)) ? [host] : [];
  const sockets = transport === 'tcp' ? tcpListeners(port) : udpSockets(port);
  if (sockets.length === 0) return [];
  const pids = program.pids();
  const own = sockets.filter((socket) => holderOf(socket, pids) !== undefined);
  if (own.length > 0) return own.map(addressOf);
  // Between the table and the look at its descriptors it may have closed the socket or ended.
  const holders = sockets.map(anyHolderOf).filter((pid) => pid !== undefined);
  // It left the group of its program. While that goes on it is a part of it; if not, the exit is known in a moment.
  if (holders.some((pid) => drive.started(pid))) return pids.length > 0 ? sockets.map(addressOf) : [];
  return holders.length > 0 ? 'theirs' : [];
}

/** Whether who listens on these addresses hears those who ask at `host`. */
function reaches(addresses: string[], host: string): boolean {
  if (host !== USUAL_HOST) return addresses.length > 0;
  return addresses.some((address) => ['0.0.0.0', '::', host, `::ffff:${host}`].includes(address));
}

/** Without the kernel's tables. The port was not held before the start. */
async function answers(program: Program, transport: Transport, host: string, port: number): Promise<boolean> {
  // To ask for a UDP port is to hold it for a moment, in which the program would not get it.
  if (transport === 'udp' && !program.stdout.text().includes('listening on')) return false;
  return (await answered(transport, host, port)) && program.exit === undefined;
}

function otherPorts(program: Program, transport: Transport, port: number): number[] {
  if (!kernelTells || program.exit !== undefined) return [];
  const ports = transport === 'tcp' ? listeningPorts(program.pids()) : boundUdpPorts(program.pids());
  return ports.filter((other) => other !== port);
}

function endedEarly(program: Program, transport: Transport, port: number): StartFailure {
  const inUse = /EADDRINUSE.*?:(\d+)(?![\da-f:])/.exec(program.stderr.text());
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

function wrongPort(program: Program, used: number, port: number): StartFailure {
  return {
    started: false,
    verdict: 'fail',
    symptom: 'fixed-port',
    message: `${program.label} listens on port ${used}, but PORT was ${port}`,
    program,
  };
}

function otherAddress(program: Program, addresses: string[], host: string, port: number): StartFailure {
  return {
    started: false,
    verdict: 'fail',
    symptom: 'other-address',
    message: `${program.label} listens on port ${port}, but on the address ${addresses.join(' and ')}, and HOST was ${host}`,
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
