/** What all checks of one run share: the student's programs, the shared server, the pseudo-terminal. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Drive } from '../drive/drive.ts';
import { studentEnvironment } from '../drive/drive.ts';
import type { HostProcess } from '../drive/host-process.ts';
import type { ModuleHost, StartFailure as ModuleStartFailure } from '../drive/module-host.ts';
import type { Transport } from '../drive/ports.ts';
import type { Launch, Program } from '../drive/program.ts';
import { endServer, type ServerProgram, type StartFailure, startServer } from '../drive/server-program.ts';
import type { Terminal } from '../drive/terminal.ts';

type Role = 'server' | 'client' | 'module';

export interface StageOptions {
  drive: Drive;
  /** Paths of the bundles. A program is one bundle, a lab's modules may be several. */
  bundles: Readonly<Record<Role, readonly string[]>>;
  /** `--cmd`: the server is this command, with `{host}` and `{port}` filled in. */
  command?: string[] | undefined;
  /** Where `--cmd` runs: the folder in which the user stands. */
  commandFolder: string;
  transport: Transport;
  /** What a server finds in its environment beside HOST and PORT; asked for each one. */
  environment?: () => Record<string, string>;
  /** How long one run waits to tell late from never, in ms. */
  patienceMs: number;
  /** A process for the module that is started already. */
  blank?: Promise<HostProcess> | undefined;
}

const SHARED_HOST = '127.0.0.1';
/** How long a server that has done its work may take over SIGTERM; the check on SIGTERM gives the full 4 s. */
const LAST_GRACE_MS = 300;

export class Stage {
  readonly drive: Drive;
  readonly transport: Transport;
  readonly #options: StageOptions;
  #patienceMs: number;
  #blank: Promise<HostProcess> | undefined;
  /** By the program of ours that serves with the student's module; '' is the student's own program. */
  readonly #servers = new Map<string, Promise<ServerProgram | StartFailure>>();
  #sharedModule: Promise<ModuleHost | ModuleStartFailure> | undefined;
  #sharedUsers: string[] = [];
  #terminal: Promise<Terminal> | undefined;

  constructor(options: StageOptions) {
    this.drive = options.drive;
    this.transport = options.transport;
    this.#options = options;
    this.#patienceMs = options.patienceMs;
    this.#blank = options.blank;
  }

  get foreign(): boolean {
    return this.#options.command !== undefined;
  }

  /** The only one, or the first. @throws Error when the lab has no such program: a mistake in the suite */
  bundle(role: Role): string {
    const path = this.#options.bundles[role][0];
    if (path === undefined) throw new Error(`this lab has no ${role}`);
    return path;
  }

  launchServer(host: string, port: number, env: Record<string, string>): Launch {
    const { command, environment: common } = this.#options;
    const environment = studentEnvironment({ HOST: host, PORT: String(port), ...common?.(), ...env });
    if (command === undefined) {
      return {
        command: process.execPath,
        args: ['--enable-source-maps', this.bundle('server')],
        env: environment,
        // Its own: what one server leaves where it runs must not come in the way of another.
        cwd: mkdtempSync(join(this.drive.folder, 'server-')),
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

  /**
   * The server that checks share; started when the first asks, and again after it was dropped.
   *
   * @param hostProgram  a program of ours that serves with the student's module, instead of the student's program
   */
  sharedServer(hostProgram = ''): Promise<ServerProgram | StartFailure> {
    const launch = (host: string, port: number): Launch =>
      hostProgram === '' ? this.launchServer(host, port, {}) : this.launchHost(hostProgram, host, port, {});
    const server =
      this.#servers.get(hostProgram) ??
      startServer(this.drive, launch, { transport: this.transport, host: SHARED_HOST });
    this.#servers.set(hostProgram, server);
    return server;
  }

  /** The student's module in a process that checks share; loaded when the first asks, and again after it was dropped. */
  sharedModule(): Promise<ModuleHost | ModuleStartFailure> {
    this.#sharedModule ??= this.startModule();
    return this.#sharedModule;
  }

  async startModule(): Promise<ModuleHost | ModuleStartFailure> {
    const { ModuleHost } = await import('../drive/module-host.ts');
    const blank = this.#blank;
    this.#blank = undefined;
    return ModuleHost.start(this.drive, this.#options.bundles.module, undefined, blank);
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
    const sharedModule = this.#sharedModule;
    this.#sharedModule = undefined;
    const started = this.#startedServers();
    this.#servers.clear();
    for (const server of await started) {
      if (server.started) await endServer(server, 0);
      else await server.program.kill();
    }
    const module = await sharedModule?.catch(() => undefined);
    if (module?.started) await module.stop();
  }

  /** A shared server that has ended. */
  async deadServer(): Promise<Program | undefined> {
    const servers = await this.#startedServers();
    return servers.find(({ program }) => program.exit !== undefined)?.program;
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
    const servers = await this.#startedServers();
    await Promise.all(servers.map((server) => server.started && endServer(server, LAST_GRACE_MS)));
    const module = await this.#sharedModule?.catch(() => undefined);
    if (module?.started) await module.stop();
    const terminal = await this.#terminal?.catch(() => undefined);
    await terminal?.close();
  }

  /** Without those that this machine could not even try to start. */
  async #startedServers(): Promise<(ServerProgram | StartFailure)[]> {
    const outcomes = await Promise.allSettled(this.#servers.values());
    return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  }
}
