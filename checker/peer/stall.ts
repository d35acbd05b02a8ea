/** A client that sends and does not read comes to a standstill, if the server heeds backpressure. When has it? */
import { isRunnable } from '../drive/processes.ts';
import { sleep } from '../drive/waiting.ts';
import type { TcpPeer } from './tcp.ts';

const LOOK_EVERY_MS = 25;
/** So many looks in a row, 150 ms at the least. */
const STILL_LOOKS = 6;
const LIMIT_MS = 10_000;

/**
 * Wait until the client's writes have stalled or all has been taken: none of its bytes has moved for a while, and
 * the program is not about to run either. On a busy machine it may wait longer than that for its turn.
 *
 * @param each  called at each look
 */
export async function untilStalled(
  client: Pick<TcpPeer, 'sentBytes' | 'program'>,
  each: () => void = () => {},
): Promise<void> {
  const { pid } = client.program;
  const began = performance.now();
  let before = -1;
  for (let still = 0; still < STILL_LOOKS && performance.now() - began < LIMIT_MS; ) {
    const moves = client.sentBytes !== before || (pid !== undefined && isRunnable(pid));
    still = moves ? 0 : still + 1;
    before = client.sentBytes;
    each();
    await sleep(LOOK_EVERY_MS);
  }
}
