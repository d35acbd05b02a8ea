/** What all checks of one run share: the student's programs, the shared server, the pseudo-terminal. */
import type { Drive } from '../drive/drive.ts';
import { studentEnvironment } from '../drive/drive.ts';
import type { ModuleHost, StartFailure as ModuleStartFailure } from '../drive/module-host.ts';
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
  /** What every server finds in its environment beside HOST and PORT. */
  environment?: Record<string, string>;
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
  #sharedModule: Promise<ModuleHost | ModuleStartFailure> | undefined;
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
    const { command, environment: common } = this.#options;
    const environment = studentEnvironment({ HOST: host, PORT: String(port), ...common, ...env });
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

  /** A program of ours that loads the student's module and serves with it; the module's path is its argument. */
  launchHost(program: string, host: string, port: number, env: Record<string, string>): Launch {
    return {
      command: process.execPath,
      args: ['--enable-source-maps', program, this.bundle('module')],
      env: studentEnvironment({ HOST: host, PORT: String(port), ...env }),
      cwd: this.drive.folder,
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

  /** The student's module in a process that checks share; loaded when the first asks, and again after it was dropped. */
  sharedModule(): Promise<ModuleHost | ModuleStartFailure> {
    this.#sharedModule ??= this.startModule();
    return this.#sharedModule;
  }

  async startModule(): Promise<ModuleHost | ModuleStartFailure> {
    const { ModuleHost } = await import('../drive/module-host.ts');
    return ModuleHost.start(this.drive, this.bundle('module'));
  }

  /** A check is about to use what is shared; the ids of those that have used the same before. */
  useShared(checkId: string): string[] {
    const before = [...this.#sharedUsers];
    this.#sharedUsers.push(checkId);
    return before;
  }

  /** A check did not pass, or the server died: the next check gets a new one. */
  async dropShared(): Promise<void> {
    this.#sharedUsers = [];
    const [shared, sharedModule] = [this.#shared, this.#sharedModule];
    this.#shared = undefined;
    this.#sharedModule = undefined;
    const [server, module] = await Promise.all([
      shared?.catch(() => undefined),
      sharedModule?.catch(() => undefined),
    ]);
    if (server?.started) await endServer(server, 0);
    else await server?.program.kill();
    if (module?.started) await module.stop();
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
    const module = await this.#sharedModule?.catch(() => undefined);
    if (module?.started) await module.stop();
    const terminal = await this.#terminal?.catch(() => undefined);
    await terminal?.close();
  }
}
