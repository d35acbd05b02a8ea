/**
 * Many runs of the real command, some of them cut off: does anything of them stay? Linux only: elsewhere nobody
 * tells which processes are whose.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../course/course.ts';
import { listeningPorts } from '../drive/kernel-sockets.ts';
import { killQuietly } from '../drive/processes.ts';
import { sleep } from '../drive/waiting.ts';
import { lab01, PROGRAMS, withEnvironment } from './try-server.ts';

/** What is there after all runs, and how they ended. */
export interface Leftovers {
  runs: number;
  interrupted: number;
  killed: number;
  /** One line for each run that was left alone and did not end with the exit code that it had to. */
  wrongExits: string[];
  /** Left behind: processes, the TCP ports on which they listen, temporary folders. */
  processes: number;
  listeners: number;
  folders: number;
}

type Ending = 'by itself' | 'Ctrl-C' | 'SIGKILL';

interface Subject {
  name: string;
  args: string[];
  exitCode: number;
}

/** A run of the reference takes about this long; a moment in it is drawn for each that is cut off. */
const CUT_OFF_WITHIN_MS = 2500;
/** How long the reaper has after the last run. */
const LAST_WAIT_MS = 5000;

/** Answers nobody any more once it has heard a word. */
const SPINNING = `import { createServer } from 'node:net';
const { HOST, PORT } = process.env;
createServer((socket) => socket.on('data', () => { for (;;); }))
  .listen(Number(PORT), HOST, () => console.log(\`listening on \${HOST}:\${PORT}\`));
`;

/**
 * @param runs   how many; the fourth of each ten is ended by Ctrl-C, the eighth by SIGKILL
 * @param lanes  how many at a time
 */
export async function countLeftovers(runs: number, lanes: number): Promise<Leftovers> {
  const folder = mkdtempSync(join(tmpdir(), 'leftovers-'));
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  // Everything that a run starts inherits this, students' programs and our own helpers alike.
  const mark = randomBytes(6).toString('hex');
  const environment = { ...process.env, TMPDIR: temporary, LEFTOVERS_OF: mark };
  const subjects = subjectsIn(folder);
  const left: Leftovers = {
    runs,
    interrupted: 0,
    killed: 0,
    wrongExits: [],
    processes: 0,
    listeners: 0,
    folders: 0,
  };
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let run = next++; run < runs; run = next++) {
      const subject = subjects[run % subjects.length]!;
      const ending = endingOf(run);
      const exit = await check(subject.args, environment, ending);
      if (ending === 'Ctrl-C') left.interrupted += 1;
      else if (ending === 'SIGKILL') left.killed += 1;
      else if (exit !== subject.exitCode) left.wrongExits.push(`run ${run}, ${subject.name}: exit ${exit}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));

  const beginning = `LEFTOVERS_OF=${mark}`;
  const there = (): boolean => withEnvironment(beginning).length > 0 || foldersIn(temporary) > 0;
  for (let waitedMs = 0; there() && waitedMs < LAST_WAIT_MS; waitedMs += 50) await sleep(50);
  const pids = withEnvironment(beginning);
  left.processes = pids.length;
  left.listeners = listeningPorts(pids).length;
  left.folders = foldersIn(temporary);
  pids.forEach(killQuietly);
  rmSync(folder, { recursive: true, force: true });
  return left;
}

function subjectsIn(folder: string): Subject[] {
  const spinning = join(folder, 'labs', lab01.folder);
  mkdirSync(spinning, { recursive: true });
  writeFileSync(join(spinning, 'server.ts'), SPINNING);
  const subjects: Subject[] = [
    { name: 'the reference', args: ['--labs', join(repositoryRoot, 'solutions')], exitCode: 0 },
    { name: 'a spinning server', args: ['--labs', join(folder, 'labs')], exitCode: 1 },
  ];
  if (spawnSync('python3', ['--version']).status === 0) {
    const command = `python3 ${join(PROGRAMS, 'echo-threads.py')}`;
    subjects.push({ name: 'a command', args: ['--cmd', command], exitCode: 0 });
  }
  return subjects;
}

function endingOf(run: number): Ending {
  if (run % 10 === 3) return 'Ctrl-C';
  return run % 10 === 7 ? 'SIGKILL' : 'by itself';
}

/** One `check lab-01`; its exit code, or null when a signal ended it. */
function check(args: string[], environment: NodeJS.ProcessEnv, ending: Ending): Promise<number | null> {
  const main = join(repositoryRoot, 'checker', 'cli', 'main.ts');
  // A group of its own, as a shell gives it to a command: Ctrl-C reaches all of the group.
  const child = spawn(process.execPath, ['--import', 'tsx', main, 'check', 'lab-01', ...args], {
    cwd: repositoryRoot,
    env: environment,
    stdio: 'ignore',
    detached: true,
  });
  const { pid } = child;
  const end = (): void => {
    if (pid === undefined || child.exitCode !== null) return;
    process.kill(ending === 'Ctrl-C' ? -pid : pid, ending === 'Ctrl-C' ? 'SIGINT' : 'SIGKILL');
  };
  const timer = ending === 'by itself' ? undefined : setTimeout(end, Math.random() * CUT_OFF_WITHIN_MS);
  return new Promise((resolve) => {
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
  });
}

function foldersIn(temporary: string): number {
  return readdirSync(temporary).filter((name) => name.startsWith('barewire-')).length;
}
