/**
 * The reaper: a process of its own that outlives the checker by a moment. Its standard input is a pipe from the
 * checker; when that ends, for whatever reason (Ctrl-C, a crash, SIGKILL), it kills what the checker started.
 *
 * Lines it understands: `guard PGID`, `release PGID`, `folder PATH` (removed at the end) and `mark VALUE` (on Linux
 * every process with BAREWIRE_RUN=VALUE in its environment is killed too, so that leaving the group is no escape).
 */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { killAllWith, killGroup } from './processes.ts';
import { sleep } from './waiting.ts';

const LAST_LOOK_MS = 100;

// What `ps` shows, instead of this text.
process.title = 'barewire reaper';

const groups = new Set<number>();
const folders: string[] = [];
let mark = '';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [verb, ...rest] = line.split(' ');
  const argument = rest.join(' ');
  if (verb === 'guard') groups.add(Number(argument));
  if (verb === 'release') groups.delete(Number(argument));
  if (verb === 'folder') folders.push(argument);
  if (verb === 'mark') mark = argument;
});
lines.on('close', async () => {
  await Promise.all([...groups].map(killGroup));
  if (mark !== '') {
    await killAllWith('BAREWIRE_RUN', mark);
    // What the checker was just starting when it was killed did not carry the mark yet.
    await sleep(LAST_LOOK_MS);
    await killAllWith('BAREWIRE_RUN', mark);
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  process.exit(0);
});
