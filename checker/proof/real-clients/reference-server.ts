/** References as programs, for the clients that people really use. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, stopBuilding } from '../../build/bundle.ts';
import { findLab, repositoryRoot } from '../../course/course.ts';
import { type Drive, studentEnvironment } from '../../drive/drive.ts';
import { type ServerProgram, startServer } from '../../drive/server-program.ts';

export interface ReferenceServer {
  program: ServerProgram;
  /** `http://127.0.0.1:PORT` */
  origin: string;
}

/** That of lab 06. */
export interface FileServer extends ReferenceServer {
  /** The folder behind `/files/`. Beside it lies `secret.txt`, which is none of its files. */
  files: string;
}

/** What no client may ever get. */
export const SECRET = 'the secret of the folder above\n';

/**
 * Start the reference of lab 06 with a folder of files behind `/files/`.
 *
 * @throws Error when it does not compile or does not listen
 */
export async function startFileServer(drive: Drive): Promise<FileServer> {
  const files = join(drive.folder, 'site', 'files');
  mkdirSync(files, { recursive: true });
  writeFileSync(join(files, '..', 'secret.txt'), SECRET);
  return { ...(await startReference(drive, 'lab-06', { FILES: files })), files };
}

/**
 * Build a lab's reference and start its server.
 *
 * @param env  beside HOST and PORT
 * @throws Error when it does not compile or does not listen
 */
export async function startReference(
  drive: Drive,
  labId: string,
  env: Record<string, string> = {},
): Promise<ReferenceServer> {
  const bundle = await bundleOfReference(labId, join(drive.folder, 'bundle'));
  const started = await startServer(
    drive,
    (host, port) => ({
      command: process.execPath,
      args: ['--enable-source-maps', bundle],
      env: studentEnvironment({ HOST: host, PORT: String(port), ...env }),
      cwd: drive.folder,
      label: 'the reference',
    }),
    { transport: 'tcp', host: '127.0.0.1' },
  );
  if (!started.started) {
    await started.program.kill();
    throw new Error([started.message, ...started.program.lastStderr()].join('\n'));
  }
  return { program: started, origin: `http://127.0.0.1:${started.port}` };
}

async function bundleOfReference(labId: string, outputFolder: string): Promise<string> {
  const lab = findLab(labId);
  const earlier = lab.needs.map((id) => findLab(id));
  const built = await build({
    labsFolder: join(repositoryRoot, 'solutions'),
    labFolder: lab.folder,
    entries: ['server.ts'],
    allowedImports: lab.imports,
    earlierImports: new Map(earlier.map(({ folder, imports }) => [folder, imports])),
    exporting: [],
    outputFolder,
  });
  await stopBuilding();
  if (!built.ok) throw new Error(built.problems.map(({ message }) => message).join('\n'));
  return built.bundles.get('server.ts')!;
}
