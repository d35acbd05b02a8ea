/** The checker's end of the reaper (see reaper-main.ts). */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ownProgramText } from './own-code.ts';

export class Reaper {
  readonly #process: ChildProcess;

  /**
   * @param mark  value of BAREWIRE_RUN in the environment of all that this run starts
   * @throws Error when it cannot be started: the machine's fault
   */
  static async start(mark: string): Promise<Reaper> {
    const reaper = new Reaper(await ownProgramText('reaper-main'), mark);
    await once(reaper.#process, 'spawn');
    return reaper;
  }

  private constructor(program: string, mark: string) {
    // Detached: a session of its own, so that the terminal's Ctrl-C does not reach it.
    this.#process = spawn(process.execPath, ['--input-type=module', '-e', program], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      windowsHide: true,
    });
    this.#process.on('error', () => {});
    this.#process.stdin?.on('error', () => {});
    this.#process.unref();
    (this.#process.stdin as unknown as { unref?: () => void } | null)?.unref?.();
    this.#say(`mark ${mark}`);
  }

  /** Remove this folder at the end. Said before the folder is made, it leaves no moment in which it could stay. */
  removeAtEnd(folder: string): void {
    this.#say(`folder ${folder}`);
  }

  /** From now on the process group led by `pid` is killed when the checker ends. */
  guard(pid: number): void {
    this.#say(`guard ${pid}`);
  }

  /** The group is gone; its number may be used again by others. */
  release(pid: number): void {
    this.#say(`release ${pid}`);
  }

  /** All is done: the reaper looks once more and ends. */
  end(): void {
    this.#process.stdin?.end();
  }

  #say(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }
}
