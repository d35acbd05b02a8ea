/** What all checks of one run share: the student's programs, the shared server, the pseudo-terminal. */
import type { Drive } from '../drive/drive.ts';
import { studentEnvironment } from '../drive/drive.ts';
import type { Transport } from '../drive/ports.ts';
import type { Launch, Program } from '../drive/program.ts';
import { endServer, type ServerProgram, type StartFailure, startServer } from '../drive/server-program.ts';
import type { Terminal } from '../drive/terminal.ts';

export interface StageOptions {
  drive: Drive;
  /** Paths of the bundles, by role. */
  bundles: ReadonlyMap<'server' | 'client' | 'module', string>;
  /** `--cmd`: the server is this command, with `{host}` and `{port}` filled in. */
  command?: string[] | undefined;
  /** Where `--cmd` runs: the folder in which the user stands. */
  commandFolder: string;
  transport: Transport;
  /** How long one run waits to tell late from never, in ms. */
  patienceMs: number;
}

const SHARED_HOST = '127.0.0.1';
/** How long a server that has done its work may take over SIGTERM; the check on SIGTERM gives the full 4 s. */
const LAST_GRACE_MS = 300;

export class Stage {
  readonly drive: Drive;
  readonly transport: Transport;
  readonly #options: StageOptions;
  #patienceMs: number;
  #shared: Promise<ServerProgram | StartFailure> | undefined;
  #sharedUsers: string[] = [];
  #terminal: Promise<Terminal> | undefined;

  constructor(options: StageOptions) {
    this.drive = options.drive;
    this.transport = options.transport;
    this.#options = options;
    this.#patienceMs = options.patienceMs;
  }

  get foreign(): boolean {
    return this.#options.command !== undefined;
  }

  /** @throws Error when the lab has no such program: a mistake in the suite */
  bundle(role: 'server' | 'client' | 'module'): string {
    const path = this.#options.bundles.get(role);
    if (path === undefined) throw new Error(`this lab has no ${role}`);
    return path;
  }

  launchServer(host: string, port: number, env: Record<string, string>): Launch {
    const environment = studentEnvironment({ HOST: host, PORT: String(port), ...env });
    const { command } = this.#options;
    if (command === undefined) {
      return {
        command: process.execPath,
        args: ['--enable-source-maps', this.bundle('server')],
        env: environment,
        cwd: this.drive.folder,
        label: 'your server',
      };
    }
    const [executable = '', ...args] = command.map((part) =>
      part.replaceAll('{host}', host).replaceAll('{port}', String(port)),
    );
    return {
      command: executable,
      args,
      env: environment,
      cwd: this.#options.commandFolder,
      label: 'your server',
    };
  }

  /** The server that checks share; started when the first asks, and again after it was dropped. */
  sharedServer(): Promise<ServerProgram | StartFailure> {
    this.#shared ??= startServer(this.drive, (host, port) => this.launchServer(host, port, {}), {
      transport: this.transport,
      host: SHARED_HOST,
    });
    return this.#shared;
  }

  /** A check is about to use the shared server; the ids of those that have used the same one before. */
  useSharedServer(checkId: string): string[] {
    const before = [...this.#sharedUsers];
    this.#sharedUsers.push(checkId);
    return before;
  }

  /** A check did not pass, or the server died: the next check gets a new one. */
  async dropSharedServer(): Promise<void> {
    this.#sharedUsers = [];
    const shared = this.#shared;
    this.#shared = undefined;
    const server = await shared?.catch(() => undefined);
    if (server?.started) await endServer(server, 0);
    else await server?.program.kill();
  }

  /** The shared server, if it has ended. */
  async deadServer(): Promise<Program | undefined> {
    const server = await this.#shared?.catch(() => undefined);
    return server?.program.exit === undefined ? undefined : server.program;
  }

  async terminal(): Promise<Terminal> {
    const { Terminal } = await import('../drive/terminal.ts');
    this.#terminal ??= Terminal.open(this.drive);
    return this.#terminal;
  }

  takePatience(): number {
    const left = this.#patienceMs;
    this.#patienceMs = 0;
    return left;
  }

  async close(): Promise<void> {
    const server = await this.#shared?.catch(() => undefined);
    if (server?.started) await endServer(server, LAST_GRACE_MS);
    const terminal = await this.#terminal?.catch(() => undefined);
    await terminal?.close();
  }
}
