import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Problem } from '../run/result.ts';
import { type BuildRequest, build, stopBuilding } from './bundle.ts';
import { folderWith } from './test-folder.ts';

const PARSER = 'labs/lab-05-http-request/parser.ts';

afterAll(stopBuilding);

async function problemsOf(folder: string, more: Partial<BuildRequest> = {}): Promise<Problem[]> {
  const built = await build({
    labsFolder: join(folder, 'labs'),
    labFolder: 'lab-05-http-request',
    entries: ['parser.ts'],
    allowedImports: ['node:net', 'node:fs'],
    exporting: [],
    outputFolder: join(folder, 'out'),
    ...more,
  });
  return built.ok ? [] : built.problems;
}

const OTHER_FILES = {
  'labs/lab-05-http-request/own.ts': 'export const own = 1;',
  'labs/lab-05-http-request/data.json': '{}',
  'labs/lab-04-framing/lines.ts': "export { first } from '../lab-01-tcp-echo/first.ts';",
  'labs/lab-01-tcp-echo/first.ts': "import 'node:tls';\nexport const first = 1;",
  'labs/lab-01-tcp-echo/late.ts': "export { late } from '../lab-06-http-server/late.ts';",
  'labs/lab-06-http-server/late.ts': 'export const late = 1;',
  'labs/shared/shared.ts': 'export const shared = 1;',
  'labs/loose.ts': 'export const loose = 1;',
  'solutions/lab-05-http-request/parser.ts': 'export const solution = 1;',
  'elsewhere.ts': 'export const elsewhere = 1;',
};

describe('allowed', () => {
  it.each([
    "import net from 'net';\nnet;",
    "import net from 'node:net';\nnet;",
    "import { readFile } from 'node:fs/promises';\nreadFile;",
    "import './own.ts';",
    "import '../lab-05-http-request/own.ts';",
    "export * from '../lab-04-framing/lines.ts';",
    "await import('node:net');",
    "import type { Server } from 'node:http';\nexport type A = Server;",
    "import { Server } from 'node:http';\nexport type A = Server;",
    "import { type Server } from 'node:http';\nexport type A = Server;",
    "import type { late } from '../lab-06-http-server/late.ts';\nexport type A = typeof late;",
    "export type { late } from '../lab-06-http-server/late.ts';",
    "// import 'node:http'\nexport const a = \"import 'ws'\";",
  ])('%s', async (source) => {
    expect(await problemsOf(folderWith({ ...OTHER_FILES, [PARSER]: `${source}\nconsole.log();` }))).toEqual(
      [],
    );
  });
});

describe('refused', () => {
  it.each([
    ['node:http', /^node:http may not be imported here$/, /HTTP is what you build/],
    ['https', /^https may not/, /HTTP is what you build/],
    ['node:http2', /^node:http2 may not/, /HTTP\/2 is what you build/],
    ['node:child_process', /may not/, /without starting another/],
    ['node:vm', /may not/, /code made at run time/],
    ['node:module', /may not/, /Load modules with import/],
    ['node:worker_threads', /may not/, /one thread/],
    ['node:buffer', /may not/, /Buffer is there without an import/],
    ['node:tls', /may not/, /^lab-05 may import node:net, node:fs and your own files\.$/],
    ['node:nothing', /may not/, /^lab-05 may import/],
    ['ws', /^ws is an npm package; a lab imports none$/, /^Write it yourself: that is the lab\.$/],
    ['@scope/name/deep', /^@scope\/name is an npm package/, /Write it yourself/],
    ['own.ts', /^own\.ts is an npm package/, /'\.\/own\.ts'$/],
    ['data:text/javascript,1', /may not be imported/, /by a path/],
    ['#own', /may not be imported/, /by a path/],
    ['./none.ts', /'\.\/none\.ts' is imported but does not exist/, /Expected at .*none\.ts/],
    ['./data.json', /is no TypeScript file/, /as a constant/],
    ['../lab-06-http-server/late.ts', /belongs to a later lab/, /^lab-05 may import its own files/],
    ['../shared/shared.ts', /belongs to no earlier lab/, /Put the file into/],
    ['../loose.ts', /belongs to no earlier lab/, /Put the file into/],
    ['../../elsewhere.ts', /lies outside of the labs folder/, /Copy what you need into/],
    ['../../solutions/lab-05-http-request/parser.ts', /is the reference solution/, /Write it yourself/],
  ])('%s', async (specifier, message, advice) => {
    const source = `export const a = 1;\n/* 😀 */ import '${specifier}';\n`;
    const problems = await problemsOf(folderWith({ ...OTHER_FILES, [PARSER]: source }));
    expect(problems).toEqual([
      {
        kind: specifier === './none.ts' ? 'missing-file' : 'forbidden',
        file: expect.stringMatching(/parser\.ts$/),
        line: 2,
        column: 17,
        message: expect.stringMatching(message),
        advice: expect.stringMatching(advice),
        sourceLine: `/* 😀 */ import '${specifier}';`,
      },
    ]);
  });

  it('is a dynamic import inside of try as well', async () => {
    const source = "try {\n  await import('node:http');\n} catch {}\n";
    expect(await problemsOf(folderWith({ [PARSER]: source }))).toMatchObject([{ line: 2, column: 16 }]);
  });

  it('is what an earlier lab imports from a later one', async () => {
    const source = "export * from '../lab-01-tcp-echo/late.ts';";
    const problems = await problemsOf(folderWith({ ...OTHER_FILES, [PARSER]: source }));
    expect(problems).toMatchObject([{ file: expect.stringMatching(/lab-01-tcp-echo.late\.ts$/), line: 1 }]);
  });

  it('is a link out of the labs folder, or to a later lab', async () => {
    const folder = folderWith({ ...OTHER_FILES, [PARSER]: "import './out.ts';\nimport './later.ts';" });
    const lab = join(folder, 'labs', 'lab-05-http-request');
    symlinkSync(join(folder, 'elsewhere.ts'), join(lab, 'out.ts'));
    symlinkSync(join(folder, 'labs', 'lab-06-http-server', 'late.ts'), join(lab, 'later.ts'));
    const messages = (await problemsOf(folder)).map(({ message }) => message);
    expect(messages).toEqual([
      expect.stringMatching(/out\.ts is a link that leads out of the labs folder$/),
      expect.stringMatching(/later\.ts' belongs to a later lab$/),
    ]);
  });
});

describe('an earlier lab', () => {
  const files = { ...OTHER_FILES, [PARSER]: "export * from '../lab-04-framing/lines.ts';" };

  it('may be held to its own list', async () => {
    const earlierImports = new Map([['lab-01-tcp-echo', ['node:net']]]);
    expect(await problemsOf(folderWith(files), { earlierImports })).toMatchObject([
      { line: 1, message: 'node:tls may not be imported here', advice: expect.stringMatching(/^lab-01 may/) },
    ]);
  });

  it('never imports what no lab may', async () => {
    const first = { 'labs/lab-01-tcp-echo/first.ts': "import 'node:http';\nexport const first = 1;" };
    expect(await problemsOf(folderWith({ ...files, ...first }))).toMatchObject([{ kind: 'forbidden' }]);
  });

  it('may be stood in for, and its own imports with it', async () => {
    const folder = folderWith({
      [PARSER]: "import { lines } from '../lab-04-framing/lines.ts';\nexport { lines };",
      'labs/lab-04-framing/lines.ts': 'this is no program',
      'labs/lab-01-tcp-echo/first.ts': "export const first = 'student';",
      'reference/lab-04-framing/lines.ts':
        "import './more.ts';\nexport { first as lines } from '../lab-01-tcp-echo/first.ts';",
      'reference/lab-04-framing/more.ts': "import 'node:http';",
    });
    const standIns = new Map([['lab-04-framing', join(folder, 'reference', 'lab-04-framing')]]);
    const built = await build({
      labsFolder: join(folder, 'labs'),
      labFolder: 'lab-05-http-request',
      entries: ['parser.ts'],
      allowedImports: [],
      exporting: [{ file: 'parser.ts', exports: ['lines'] }],
      outputFolder: join(folder, 'out'),
      standIns,
    });
    expect(built).toMatchObject({
      ok: true,
      sources: [PARSER, 'labs/lab-01-tcp-echo/first.ts'].map((path) => join(folder, path)),
    });
    if (!built.ok) return;
    expect(await import(built.bundles.get('parser.ts')!)).toMatchObject({ lines: 'student' });
  });
});
