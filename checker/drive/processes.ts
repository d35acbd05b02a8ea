/**
 * The machine's table of processes: who descends from whom, and what they use.
 *
 * Linux tells it in `/proc`; macOS by `ps`; on Windows there is no cheap way and the table stays empty, so that
 * limits on CPU time and memory do not hold there.
 */
import { execFile, execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { sleep } from './waiting.ts';

export interface ProcessRow {
  pid: number;
  parent: number;
  /** Process group. */
  group: number;
  /** One letter as in `ps`: R runs, S sleeps, Z has ended and nobody has asked how. */
  state: string;
  /** CPU time used so far, user and system, in milliseconds. */
  cpuMs: number;
  /** Resident memory in bytes. */
  residentBytes: number;
}

/** Linux counts CPU time in ticks of 10 ms on every platform that Node runs on. */
const TICK_MS = 10;
/** Linux counts memory in pages, on arm64 of 4, 16 or 64 KiB; found out when it is first asked for. */
let knownPageBytes = 0;

const ROUND_MS = 25;
const MOST_ROUNDS = 80;

/** All processes of this machine at this moment; empty where the machine does not tell. */
export function processTable(): ProcessRow[] {
  try {
    if (process.platform === 'linux') return linuxTable();
    return process.platform === 'win32' ? [] : psTable();
  } catch {
    // No descriptor or process is left to ask with: whoever looks again and again misses one look.
    return [];
  }
}

/** One process, or undefined when it is gone or the machine does not tell. */
export function processRow(pid: number): ProcessRow | undefined {
  if (process.platform === 'linux') return linuxRow(pid);
  return processTable().find((row) => row.pid === pid);
}

/** The process `pid`, its descendants, and all of its process group; what has already ended is left out. */
export function treeOf(pid: number, table: ProcessRow[] = processTable()): ProcessRow[] {
  const family = new Set([pid]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const row of table) {
      if (family.has(row.pid) || (!family.has(row.parent) && row.group !== pid)) continue;
      family.add(row.pid);
      grew = true;
    }
  }
  return table.filter((row) => family.has(row.pid) && row.state !== 'Z');
}

/** Pids of all living processes in whose environment `NAME=value` stands; Linux only, empty elsewhere. */
export function processesWith(name: string, value: string): number[] {
  if (process.platform !== 'linux') return [];
  return pids().filter((pid) => hasInEnvironment(pid, name, value));
}

/** Whether `NAME=value` stands in the environment of a process; Linux only, false elsewhere. */
export function hasInEnvironment(pid: number, name: string, value: string): boolean {
  return readProc(`${pid}/environ`)?.split('\0').includes(`${name}=${value}`) ?? false;
}

/** How many descriptors a process holds open; undefined where the machine does not tell. */
export function openDescriptors(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return undefined;
  }
}

/** Resident memory in bytes, of a page that n processes share one nth; where that is not told, all of it. */
export function shareOfMemory({ pid, residentBytes }: ProcessRow): number {
  const told = /^Pss:\s+(\d+) kB$/m.exec(readProc(`${pid}/smaps_rollup`) ?? '');
  return told === null ? residentBytes : Number(told[1]) * 1024;
}

/** Whether a process runs or waits for its turn to; Linux only, false elsewhere. */
export function isRunnable(pid: number): boolean {
  return process.platform === 'linux' && linuxRow(pid)?.state === 'R';
}

/**
 * The kernel function in which a process's main thread waits: `do_epoll_wait` for an idle event loop,
 * `futex_wait…` or `hrtimer_nanosleep` for a blocking wait; undefined where the kernel does not tell.
 */
export function waitChannel(pid: number): string | undefined {
  const name = readProc(`${pid}/wchan`);
  return name === undefined || name === '' || name === '0' ? undefined : name;
}

/** The name and arguments of a process, for people; empty when it is gone. */
export function commandLine(pid: number): string {
  return (readProc(`${pid}/cmdline`) ?? '').split('\0').join(' ').trim();
}

/** SIGKILL, whether or not it still runs. */
export function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/**
 * SIGKILL on all of the process group that `pid` leads; on Windows on `pid` and its descendants, which is done when
 * the promise settles. Nothing happens when nobody is left.
 */
export async function killGroup(pid: number): Promise<void> {
  if (process.platform !== 'win32') {
    killQuietly(-pid);
    return;
  }
  await new Promise<void>((resolve) =>
    execFile('taskkill', ['/pid', String(pid), '/T', '/F'], () => resolve()),
  );
}

/**
 * Kill every process with `NAME=value` in its environment, again and again until none is found: one that was
 * forking when it was killed may have left another.
 */
export async function killAllWith(name: string, value: string): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const left = processesWith(name, value);
    if (left.length === 0) return;
    for (const pid of left) killQuietly(pid);
    await sleep(ROUND_MS);
  }
}

function linuxTable(): ProcessRow[] {
  return pids()
    .map(linuxRow)
    .filter((row) => row !== undefined);
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => name.charCodeAt(0) <= 0x39)
    .map(Number)
    .filter(Number.isInteger);
}

/** proc(5): the command name stands in parentheses and may hold anything, so fields count from the last `)`. */
function linuxRow(pid: number): ProcessRow | undefined {
  const stat = readStat(pid);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 22);
  const field = (number: number): number => Number(fields[number - 3]);
  return {
    pid,
    parent: field(4),
    group: field(5),
    state: fields[0] ?? '?',
    cpuMs: (field(14) + field(15)) * TICK_MS,
    residentBytes: field(24) * pageBytes(),
  };
}

/** In bytes; the kernel writes it into the auxiliary vector of each process, getauxval(3). */
export function pageBytes(): number {
  if (knownPageBytes === 0) knownPageBytes = pageBytesInVector() ?? 4096;
  return knownPageBytes;
}

function pageBytesInVector(): number | undefined {
  const AT_PAGESZ = 6n;
  try {
    const words = new BigUint64Array(new Uint8Array(readFileSync('/proc/self/auxv')).buffer);
    const at = words.findIndex((word, index) => index % 2 === 0 && word === AT_PAGESZ);
    return at < 0 ? undefined : Number(words[at + 1]);
  } catch {
    return undefined;
  }
}

/** Many processes are looked at many times a second: one line, in one read, into one buffer. */
const statLine = Buffer.alloc(1024);

function readStat(pid: number): string | undefined {
  try {
    const file = openSync(`/proc/${pid}/stat`, 'r');
    try {
      return statLine.toString('latin1', 0, readSync(file, statLine));
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'latin1');
  } catch {
    return undefined;
  }
}

function psTable(): ProcessRow[] {
  const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,state=,rss=,time='], { encoding: 'latin1' });
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length === 6)
    .map(([pid, parent, group, state, kibibytes, time]) => ({
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      state: state?.[0] ?? '?',
      cpuMs: psTime(time ?? ''),
      residentBytes: Number(kibibytes) * 1024,
    }));
}

/** `ps` writes CPU time as `[[days-]hours:]minutes:seconds`, the seconds with or without a fraction. */
function psTime(text: string): number {
  const [clock = '0', days = '0'] = text.split('-').reverse();
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return (Number(days) * 86_400 + seconds) * 1000;
}
