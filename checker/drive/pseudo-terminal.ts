/**
 * The one module that knows node-pty. It is an optional dependency with a part in C++, so it may be missing: then
 * nothing but the checks in a terminal is lost.
 */
import { chmodSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { IPty } from 'node-pty';

export interface PseudoTerminal {
  /** The process on the inside: leader of a session and of a process group of its own. */
  readonly pid: number;
  /** Keys, as UTF-8. Must not be called after the end. */
  write(text: string): void;
  onOutput(listener: (bytes: Uint8Array) => void): void;
  /** Called once, when the process on the inside has ended and its output has been read. */
  onEnd(listener: () => void): void;
  /** Closes the terminal; the process on the inside gets SIGHUP. */
  destroy(): void;
}

export interface TerminalLaunch {
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  columns: number;
  rows: number;
}

let reason: Promise<string | undefined> | undefined;

/** Why no pseudo-terminal can be opened here, as a clause (`node-pty is not installed`); undefined when one can. */
export function noTerminalReason(): Promise<string | undefined> {
  reason ??= findReason(process.platform, () => import('node-pty'));
  return reason;
}

/**
 * The same, found anew.
 *
 * @param load  imports node-pty
 */
export async function findReason(
  platform: NodeJS.Platform,
  load: () => Promise<typeof import('node-pty')>,
): Promise<string | undefined> {
  if (platform === 'win32') return 'on Windows the checks in a terminal are not run';
  try {
    const { spawn } = await load();
    makeHelperExecutable(platform);
    spawn('/bin/sh', ['-c', ':'], { encoding: null }).kill('SIGKILL');
    return undefined;
  } catch (error) {
    return explain(error as NodeJS.ErrnoException);
  }
}

/** @throws Error when there is no node-pty or the machine gives no terminal: see `noTerminalReason` */
export async function openPseudoTerminal(launch: TerminalLaunch): Promise<PseudoTerminal> {
  const missing = await noTerminalReason();
  if (missing !== undefined) throw new Error(`no terminal: ${missing}`);
  const { spawn } = await import('node-pty');
  const pty = spawn(launch.command, launch.args, {
    name: launch.env.TERM ?? 'xterm-256color',
    cols: launch.columns,
    rows: launch.rows,
    cwd: launch.cwd,
    env: launch.env,
    encoding: null,
  });
  return {
    pid: pty.pid,
    write: (text) => pty.write(text),
    // With `encoding: null` bytes come, whatever the types say.
    onOutput: (listener) => void pty.onData((bytes) => listener(bytes as unknown as Uint8Array)),
    onEnd: (listener) => void pty.onExit(listener),
    destroy: () => (pty as IPty & { destroy(): void }).destroy(),
  };
}

function explain(error: NodeJS.ErrnoException): string {
  if (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND') {
    return 'node-pty is not installed (it is optional; `npm ci` tries)';
  }
  if (error.message.includes('native module')) {
    return 'node-pty is installed but not compiled (that needs a C++ compiler and Python, and `npm ci` without --ignore-scripts)';
  }
  return `this machine opens no pseudo-terminal (${error.message.split('\n')[0]})`;
}

/** node-pty 1.1.0 ships its helper for macOS without the right to run it (microsoft/node-pty#850). */
function makeHelperExecutable(platform: NodeJS.Platform): void {
  if (platform !== 'darwin') return;
  const folder = dirname(createRequire(import.meta.url).resolve('node-pty/package.json'));
  for (const place of ['build/Release', `prebuilds/darwin-${process.arch}`]) {
    try {
      chmodSync(join(folder, place, 'spawn-helper'), 0o755);
    } catch {
      // It is at the other place, or not ours to change; the spawn will tell.
    }
  }
}
