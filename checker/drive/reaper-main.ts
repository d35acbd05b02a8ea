/**
 * The reaper: a process of its own that outlives the checker by a moment. Its standard input is a pipe from the
 * checker; when that ends, for whatever reason (Ctrl-C, a crash, SIGKILL), it kills what the checker started.
 *
 * Lines it understands: `guard PGID`, `release PGID`, `folder PATH` (removed at the end) and `mark VALUE` (on Linux
 * every process with BAREWIRE_RUN=VALUE in its environment is killed too, so that leaving the group is no escape).
 */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { killAllWith, killQuietly } from './processes.ts';

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
  for (const group of groups) killGroup(group);
  if (mark !== '') {
    await killAllWith('BAREWIRE_RUN', mark);
    // What the checker was just starting when it was killed did not carry the mark yet.
    await new Promise((resolve) => setTimeout(resolve, LAST_LOOK_MS));
    await killAllWith('BAREWIRE_RUN', mark);
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  process.exit(0);
});

function killGroup(group: number): void {
  if (process.platform !== 'win32') {
    killQuietly(-group);
    return;
  }
  try {
    execFileSync('taskkill', ['/pid', String(group), '/T', '/F'], { stdio: 'ignore' });
  } catch {
    // It has ended already.
  }
}
