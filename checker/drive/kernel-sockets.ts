/**
 * The kernel's own tables of sockets on Linux (`/proc/net/tcp`, `tcp6`, `udp`, `udp6`): who listens where, how
 * many bytes wait to be read or acknowledged, how many datagrams the kernel itself dropped.
 *
 * Elsewhere the tables do not exist, and under gVisor or a masked /proc they may be empty: then `kernelTells` is false
 * and every lookup finds nothing.
 */
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { type AddressInfo, createServer, isIPv4 } from 'node:net';

export interface Endpoint {
  address: string;
  port: number;
}

export interface SocketRow {
  /** The port that this socket is bound to. */
  localPort: number;
  /** The address that it is bound to, as the kernel prints it; `addressOf` reads it. */
  localHex: string;
  /** True for a TCP socket that accepts connections. */
  listening: boolean;
  /** Bytes that were written and are not acknowledged, for TCP; waiting to leave, for UDP. */
  sendQueueBytes: number;
  /** Bytes that arrived and were not read; for a listening socket, connections that wait to be accepted. */
  receiveQueueBytes: number;
  /** Names the socket in `/proc/PID/fd`. */
  inode: string;
  /** Datagrams that the kernel dropped at this socket; 0 for TCP. */
  drops: number;
}

const LISTEN = '0A';

/** Whether this machine tells about sockets: found out once, by looking for one of our own. */
export const kernelTells = process.platform === 'linux' && (await tellsOfOurs());

/** All TCP sockets that listen on `port`, whatever the address. */
export function tcpListeners(port: number): SocketRow[] {
  return listeningRows(`:${hexPort(port)} `).filter((row) => row.localPort === port);
}

/** All UDP sockets that are bound to `port`, whatever the address. */
export function udpSockets(port: number): SocketRow[] {
  return rows('udp', `:${hexPort(port)} `).filter((row) => row.localPort === port);
}

/** The row of the TCP socket at `local` that is connected to `remote`, or undefined when there is none. */
export function tcpConnection(local: Endpoint, remote: Endpoint): SocketRow | undefined {
  return findConnection(new Tables(), local, remote)?.row;
}

/** Both ends of a connection, from one reading of the tables. */
export interface Ends {
  local: SocketRow | undefined;
  remote: SocketRow | undefined;
  /** Whether the kernel printed the local end before the remote one, so that the remote one is the newer sight. */
  localFirst: boolean;
}

/** The rows of both ends of a connection on this machine. */
export function tcpConnectionEnds(local: Endpoint, remote: Endpoint): Ends {
  const tables = new Tables();
  const near = findConnection(tables, local, remote);
  const far = findConnection(tables, remote, local);
  const localFirst = near !== undefined && far !== undefined && near.table === far.table && near.at < far.at;
  return { local: near?.row, remote: far?.row, localFirst };
}

/** Every TCP port on which one of the processes `pids` listens, ascending. */
export function listeningPorts(pids: number[]): number[] {
  return portsOf(pids, listeningRows(''));
}

/** Every UDP port to which one of the processes `pids` is bound, ascending. */
export function boundUdpPorts(pids: number[]): number[] {
  return portsOf(pids, rows('udp', ''));
}

/** How many bytes the processes `pids` have written to TCP connections, all together, that have not arrived. */
export function unsentBytesOf(pids: number[]): number {
  const held = new Set(pids.flatMap((pid) => [...socketsOf(pid)]));
  const sockets = rows('tcp', '').filter((row) => !row.listening && held.has(row.inode));
  return sockets.reduce((sum, row) => sum + row.sendQueueBytes, 0);
}

/**
 * How much of what was sent to a TCP port has not been read: bytes on their way and in its connections, and connections
 * that wait to be accepted.
 */
export function unreadAt(port: number): number {
  const either = rows('tcp', `:${hexPort(port)} `);
  return either.reduce((sum, row) => {
    return sum + (row.localPort === port ? row.receiveQueueBytes : row.sendQueueBytes);
  }, 0);
}

/** Whether a process holds a socket beside the ones that it was given as standard input and output. */
export function holdsSocketOfItsOwn(pid: number): boolean {
  return descriptorsOf(pid).some(
    (name) => Number(name) > 2 && linkTarget(`/proc/${pid}/fd/${name}`)?.startsWith('socket:['),
  );
}

/** The address that a socket is bound to: `127.0.0.1`, `::`, `::ffff:127.0.0.1`. */
export function addressOf({ localHex }: SocketRow): string {
  const bytes = localHex.match(/.{8}/g)!.flatMap((word) => word.match(/../g)!.reverse());
  const dotted = bytes.slice(-4).map((byte) => Number.parseInt(byte, 16));
  if (bytes.length === 4) return dotted.join('.');
  const hex = bytes.join('').toLowerCase();
  if (hex.startsWith(`${'0'.repeat(20)}ffff`)) return `::ffff:${dotted.join('.')}`;
  return new URL(`http://[${hex.match(/.{4}/g)!.join(':')}]`).hostname.slice(1, -1);
}

/** The process among `pids` that holds the socket open, or undefined. */
export function holderOf(socket: SocketRow, pids: number[]): number | undefined {
  return pids.find((pid) => socketsOf(pid).has(socket.inode));
}

/** The process that holds the socket open, sought among all of this machine's. */
export function anyHolderOf(socket: SocketRow): number | undefined {
  if (!kernelTells) return undefined;
  return holderOf(
    socket,
    readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0),
  );
}

/** Whether a socket that this process listens on stands in the tables, and this process as its holder. */
function tellsOfOurs(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true }, () => {
      const rows = tcpListeners((server.address() as AddressInfo).port);
      const told = rows.some((row) => holderOf(row, [process.pid]) !== undefined);
      server.close(() => resolve(told));
    });
  });
}

function portsOf(pids: number[], sockets: SocketRow[]): number[] {
  const held = new Set(pids.flatMap((pid) => [...socketsOf(pid)]));
  const ports = sockets.filter((row) => held.has(row.inode)).map((row) => row.localPort);
  return [...new Set(ports)].sort((a, b) => a - b);
}

function socketsOf(pid: number): Set<string> {
  const inodes = new Set<string>();
  for (const name of descriptorsOf(pid)) {
    const target = linkTarget(`/proc/${pid}/fd/${name}`);
    if (target?.startsWith('socket:[')) inodes.add(target.slice('socket:['.length, -1));
  }
  return inodes;
}

function descriptorsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`);
  } catch {
    // The process is gone, or it is not ours to look into: it holds nothing that we could name.
    return [];
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** The rows of both address families whose text holds `part`. */
function rows(protocol: 'tcp' | 'udp', part: string): SocketRow[] {
  return [protocol, `${protocol}6`]
    .flatMap((table) => readTable(table).split('\n').slice(1))
    .filter((line) => line.includes(part))
    .map(parseRow)
    .filter((row) => row !== undefined);
}

/**
 * The rows of sockets that listen whose text holds `part`. The kernel prints them before all others; on a machine
 * with thousands of old connections the rest of the table costs milliseconds.
 */
function listeningRows(part: string): SocketRow[] {
  return ['tcp', 'tcp6']
    .flatMap(readListening)
    .filter((line) => line.includes(part))
    .map(parseRow)
    .filter((row) => row?.listening === true) as SocketRow[];
}

function readListening(table: string): string[] {
  const chunk = Buffer.alloc(4096);
  let text = '';
  try {
    const file = openSync(`/proc/net/${table}`, 'r');
    for (let bytes = 1, done = false; bytes > 0 && !done; ) {
      bytes = readSync(file, chunk);
      text += chunk.toString('latin1', 0, bytes);
      const last = parseRow(text.slice(text.lastIndexOf('\n', text.length - 2) + 1));
      done = last !== undefined && !last.listening && last.localPort > 0;
    }
    closeSync(file);
  } catch {
    return [];
  }
  return text.split('\n').slice(1);
}

/** The tables of TCP connections, each read once, when it is first asked for. */
class Tables {
  readonly #texts = new Map<string, string>();

  text(name: string): string {
    const text = this.#texts.get(name) ?? readTable(name);
    this.#texts.set(name, text);
    return text;
  }
}

function findConnection(
  tables: Tables,
  local: Endpoint,
  remote: Endpoint,
): { table: string; at: number; row: SocketRow | undefined } | undefined {
  for (const [table, encode] of [
    ['tcp', hexAddress4],
    ['tcp6', hexAddress6],
  ] as const) {
    const [from, to] = [encode(local.address), encode(remote.address)];
    if (from === undefined || to === undefined) continue;
    const text = tables.text(table);
    const at = text.indexOf(` ${from}:${hexPort(local.port)} ${to}:${hexPort(remote.port)} `);
    if (at >= 0)
      return { table, at, row: parseRow(text.slice(text.lastIndexOf('\n', at) + 1, endOfLine(text, at))) };
  }
  return undefined;
}

function readTable(name: string): string {
  try {
    return readFileSync(`/proc/net/${name}`, 'latin1');
  } catch {
    return '';
  }
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at < 0 ? text.length : at;
}

/** `sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode … drops` */
function parseRow(line: string): SocketRow | undefined {
  const fields = line.trim().split(/\s+/);
  const [, local, , state, queues, , , , , inode] = fields;
  if (local === undefined || queues === undefined || inode === undefined) return undefined;
  const [sendQueue = '0', receiveQueue = '0'] = queues.split(':');
  const colon = local.lastIndexOf(':');
  return {
    localPort: Number.parseInt(local.slice(colon + 1), 16),
    localHex: local.slice(0, colon),
    listening: state === LISTEN,
    sendQueueBytes: Number.parseInt(sendQueue, 16),
    receiveQueueBytes: Number.parseInt(receiveQueue, 16),
    inode,
    drops: fields.length === 13 ? Number(fields[12]) : 0,
  };
}

function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

/** The kernel prints an address as 32-bit words in the machine's byte order: 127.0.0.1 is 0100007F. */
function hexAddress4(address: string): string | undefined {
  const plain = address.replace(/^::ffff:/i, '');
  return isIPv4(plain) ? hexWords(plain.split('.').map(Number)) : undefined;
}

function hexAddress6(address: string): string {
  const plain = address.replace(/^::ffff:/i, '');
  if (isIPv4(plain)) return hexWords([...Array(10).fill(0), 0xff, 0xff, ...plain.split('.').map(Number)]);
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const groups = (part: string): number[] =>
    part
      .split(':')
      .filter(Boolean)
      .map((group) => Number.parseInt(group, 16));
  const [front, back] = [groups(head), groups(tail ?? '')];
  const all = [...front, ...Array(8 - front.length - back.length).fill(0), ...back];
  return hexWords(all.flatMap((group: number) => [group >> 8, group & 0xff]));
}

function hexWords(bytes: number[]): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    for (let index = 3; index >= 0; index -= 1) text += bytes[at + index]!.toString(16).padStart(2, '0');
  }
  return text.toUpperCase();
}
