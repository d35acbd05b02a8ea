import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith } from './test-folder.ts';
import { startTypeAdvice } from './type-advice.ts';

const SERVER = 'labs/lab-01-tcp-echo/server.ts';

async function adviceFor(folder: string, ...files: string[]) {
  const cacheFolder = join(folder, 'cache');
  return startTypeAdvice({ files: files.map((file) => join(folder, file)), cacheFolder }).result;
}

function compilers(): string[] {
  const list = execFileSync('ps', ['-A', '-o', 'ppid=,args='], { encoding: 'utf8' }).split('\n');
  return list.filter((line) => line.trim().startsWith(`${process.pid} `) && line.includes('--listFiles'));
}

describe('type advice', () => {
  it('has file, line, column and one line of text, in a folder outside of the repository', async () => {
    const folder = folderWith({
      [SERVER]: "import { createServer } from 'node:net';\nawait 1;\nconst é: number = createServer();\n",
    });
    expect(await adviceFor(folder, SERVER)).toEqual([
      {
        file: join(folder, SERVER),
        line: 3,
        column: 7,
        message: "Type 'Server' is not assignable to type 'number'. (TS2322)",
      },
    ]);
  });

  it('is given by the strict options of the repository', async () => {
    const folder = folderWith({
      [SERVER]:
        'export const a: string = [""][0];\nexport const b: { c?: 1 } = { c: undefined };\nenum E {}\n',
    });
    const codes = (await adviceFor(folder, SERVER)).map(({ message }) => /TS\d+/.exec(message)?.[0]);
    expect(codes).toEqual(['TS2322', 'TS2375', 'TS1294']);
  });

  it('is nothing for files without a mistake, each a module of its own', async () => {
    const folder = folderWith({
      [SERVER]: "import type { Kind } from './kind.ts';\nconst port: Kind = 1;\nBuffer.alloc(port);\n",
      'labs/lab-01-tcp-echo/client.ts': 'const port = 2;\nconsole.log(port);\n',
      'labs/lab-01-tcp-echo/kind.ts': 'export type Kind = 1;',
    });
    expect(await adviceFor(folder, SERVER, 'labs/lab-01-tcp-echo/client.ts')).toEqual([]);
  });

  it('leaves out other files', async () => {
    const folder = folderWith({
      [SERVER]: "import { a } from './a.ts';\na satisfies string;",
      'labs/lab-01-tcp-echo/a.ts': 'export const a: number = "";',
    });
    const advice = await adviceFor(folder, SERVER);
    expect(advice.map(({ file }) => file)).toEqual([join(folder, SERVER)]);
  });

  it('is kept until one of the files changes, a type-only import included', async () => {
    const folder = folderWith({
      [SERVER]: "import type { A } from './a.ts';\nexport const a: A = 1;",
      'labs/lab-01-tcp-echo/a.ts': 'export type A = string;',
    });
    const first = await adviceFor(folder, SERVER);
    expect(first).toHaveLength(1);
    const kept = readdirSync(join(folder, 'cache'));
    expect(kept.filter((name) => name.endsWith('.tmp'))).toEqual([]);

    // Without its configuration the compiler could not run: what comes now was kept.
    const config = kept.find((name) => name.endsWith('.tsconfig.json'));
    rmSync(join(folder, 'cache', config!));
    expect(await adviceFor(folder, SERVER)).toEqual(first);
    expect(readdirSync(join(folder, 'cache'))).not.toContain(config);

    writeFileSync(join(folder, 'labs', 'lab-01-tcp-echo', 'a.ts'), 'export type A = number;');
    expect(await adviceFor(folder, SERVER)).toEqual([]);
  });

  it('is not kept while an import leads nowhere', async () => {
    const folder = folderWith({ [SERVER]: "import type { A } from './a.ts';\nexport const a: A = 1;" });
    expect(await adviceFor(folder, SERVER)).toHaveLength(1);
    writeFileSync(join(folder, 'labs', 'lab-01-tcp-echo', 'a.ts'), 'export type A = 1;');
    expect(await adviceFor(folder, SERVER)).toEqual([]);
  });

  it('can be cancelled at any time, and leaves no process behind', async () => {
    const folder = folderWith({ [SERVER]: 'export const a: number = "";' });
    const cancelAfter = async (ms: number) => {
      const run = startTypeAdvice({ files: [join(folder, SERVER)], cacheFolder: join(folder, 'cache') });
      if (ms > 0) await new Promise((wait) => setTimeout(wait, ms));
      run.cancel();
      return run.result;
    };
    for (const ms of [0, 1, 15, 30]) expect(await cancelAfter(ms)).toEqual([]);
    if (process.platform !== 'win32') expect(compilers()).toEqual([]);
  });

  it('is nothing when the compiler cannot work', async () => {
    const folder = folderWith({ cache: 'a file where the folder should be', [SERVER]: 'let a: 1 = 2;' });
    expect(await adviceFor(folder, SERVER)).toEqual([]);
    expect(await adviceFor(folder)).toEqual([]);
  });
});
