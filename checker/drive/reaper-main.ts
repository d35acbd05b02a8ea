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
import { processesWith } from './processes.ts';

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
  // A process that was forking while its group was killed can leave one more behind: look until none is found.
  for (let round = 0; round < 40; round += 1) {
    const left = mark === '' ? [] : processesWith('BAREWIRE_RUN', mark);
    if (left.length === 0 && round > 0) break;
    for (const pid of left) kill(pid);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  process.exit(0);
});

function killGroup(group: number): void {
  if (process.platform !== 'win32') {
    kill(-group);
    return;
  }
  try {
    execFileSync('taskkill', ['/pid', String(group), '/T', '/F'], { stdio: 'ignore' });
  } catch {
    // It has ended already.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
