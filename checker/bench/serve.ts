/** A process that measures, from its own side: one JSON line on descriptor 3 is a request, one line the answer. */
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Reply } from './worker.ts';

/** Answer requests until the checker is gone. */
export function serve(answer: (request: never) => unknown): void {
  const channel = new Socket({ fd: 3 });
  channel.on('error', () => process.exit());
  channel.on('close', () => process.exit());
  createInterface({ input: channel }).on('line', async (line) => {
    const reply = await replyTo(line, answer);
    channel.write(`${JSON.stringify(reply)}\n`);
  });
}

async function replyTo(line: string, answer: (request: never) => unknown): Promise<Reply> {
  try {
    return { value: (await answer(JSON.parse(line) as never)) ?? null };
  } catch (error) {
    return { error: String(error).split('\n', 1)[0]! };
  }
}
