/**
 * The program on the inside of the pseudo-terminal. It starts one student's program after the other in the
 * foreground, and stands in for the shell: after each it sees to it that the terminal is as it was.
 *
 * It gets its orders over a socket that it shares with the checker only (see terminal-messages.ts).
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { MARK_SEQUENCE, type Mark, markText, type Order, type SessionReport } from './terminal-messages.ts';

const [socketPath = '', token = ''] = process.argv.slice(2);

let secret = '';
let child: ChildProcess | undefined;

// Keys that end the program in the foreground reach this process too. SIGTERM: `kill 0` of a student.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU'] as const) {
  process.on(signal, () => {});
}
// Ctrl-\ is how the checker throws away keys that nobody read: the kernel empties the terminal's input for it.
process.on('SIGQUIT', () => {
  // It sends the signal a moment before it shows the key as `^\\`.
  if (child === undefined && secret !== '') setTimeout(() => write('cleared'), 2);
});

const firstModes = stty('-g');
const checker = connect(socketPath);
checker.on('error', () => process.exit(1));
checker.on('close', () => process.exit(0));
createInterface({ input: checker }).on('line', (line) => obey(JSON.parse(line) as Order));
report({ type: 'hello', token });

function obey(order: Order): void {
  if (order.type === 'marks') {
    secret = order.secret;
    report({ type: 'ready' });
  } else {
    start(order.args, order.env, order.cwd);
  }
}

function start(args: string[], env: Record<string, string>, cwd: string): void {
  const started = spawn(process.execPath, args, { env, cwd, stdio: 'inherit' });
  started.on('error', (error) => {
    if (started.pid === undefined) report({ type: 'not-started', reason: error.message });
  });
  if (started.pid === undefined) return;
  child = started;
  report({ type: 'started', pid: started.pid });
  started.on('exit', (code, signal) => {
    child = undefined;
    const leftRawMode = repair();
    write('ended');
    report({ type: 'ended', code, signal, leftRawMode });
  });
}

/** Puts the terminal's modes back; returns whether it had been left in raw mode. */
function repair(): boolean {
  const modes = stty('-g');
  if (firstModes === undefined || modes === undefined || modes === firstModes) return false;
  const raw = /(^|\s)-icanon\b/.test(stty('-a') ?? '');
  stty(firstModes);
  return raw;
}

/** stty(1) on this terminal; undefined when that fails or there is no such program. */
function stty(argument: string): string | undefined {
  const { status, stdout } = spawnSync('stty', [argument], {
    stdio: ['inherit', 'pipe', 'ignore'],
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : undefined;
}

function write(mark: Mark): void {
  // CAN (0x18) first: it ends whatever control sequence a program left unfinished.
  const bytes = Buffer.from(`\x18\x1b]${MARK_SEQUENCE};${markText(secret, mark)}\x07`);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      // A student's program can leave the shared descriptor non-blocking.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function report(message: SessionReport): void {
  checker.write(`${JSON.stringify(message)}\n`);
}
