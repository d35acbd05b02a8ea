/**
 * Was a piece read before the next one is sent? Two writes without a gap reach another process as one `data` event
 * in nine of ten tries, so a cut that is not waited for is no cut.
 */
import { type Endpoint, kernelTells, tcpConnection, tcpConnectionEnds } from '../drive/kernel-sockets.ts';
import { sleep } from '../drive/waiting.ts';
import type { Delivery } from '../run/result.ts';

/** How long a program may take to read a piece before the judge goes on without it. */
const READ_LIMIT_MS = 1000;
/** On systems that do not tell: long enough for 300 of 300 pieces on an idle machine (2 ms), with a margin. */
const GAP_MS = 20;
/** Looks without a pause between them; a program that is ready reads within the first few. */
const EAGER_LOOKS = 20;

export interface Route {
  /** The judge's end. */
  local: Endpoint;
  /** The student's end. */
  remote: Endpoint;
}

/**
 * Wait until the other side has read all that was sent.
 *
 * @param echoed  where the kernel does not tell: settles true when the program's answer proves that it read
 */
export async function delivered(route: Route, echoed?: () => Promise<boolean>): Promise<Delivery> {
  if (kernelTells) return (await emptied(route)) ? 'verified' : 'unread';
  if (echoed !== undefined) return (await echoed()) ? 'echoed' : 'unverified';
  await sleep(GAP_MS);
  return 'unverified';
}

/**
 * How many of the bytes that the judge's kernel took have been read by the program; undefined where the kernel does
 * not tell. The others wait in one of the two queues.
 */
export function readBytes(route: Route, sentBytes: number): number | undefined {
  const ours = tcpConnection(route.local, route.remote);
  const theirs = tcpConnection(route.remote, route.local);
  if (ours === undefined || theirs === undefined) return undefined;
  return sentBytes - ours.sendQueueBytes - theirs.receiveQueueBytes;
}

/** How many bytes wait at the student's end, unread; undefined where the kernel does not tell. */
export function unreadBytes(route: Route): number | undefined {
  return tcpConnection(route.remote, route.local)?.receiveQueueBytes;
}

/** How many bytes the student's end has written that have not arrived; undefined where untold. */
export function unsentBytes(route: Route): number | undefined {
  return tcpConnection(route.remote, route.local)?.sendQueueBytes;
}

async function emptied(route: Route): Promise<boolean> {
  const began = performance.now();
  for (let looks = 0; ; looks += 1) {
    const { local, remote, localFirst } = tcpConnectionEnds(route.local, route.remote);
    if (local === undefined || remote === undefined) return false;
    if (local.sendQueueBytes === 0 && remote.receiveQueueBytes === 0) {
      // What is not acknowledged yet is not in the other side's queue either, so that one must be looked at last.
      if (localFirst || unreadBytes(route) === 0) return true;
    }
    if (performance.now() - began > READ_LIMIT_MS) return false;
    if (looks < EAGER_LOOKS) await new Promise(setImmediate);
    else await sleep(1);
  }
}
