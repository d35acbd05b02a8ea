import { execFile } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { Problem } from '../run/result.ts';
import { type BuildRequest, build, stopBuilding } from './bundle.ts';
import { displayPath } from './source.ts';
import { folderWith } from './test-folder.ts';

const SERVER = 'lab-01-tcp-echo/server.ts';

afterAll(stopBuilding);

function request(folder: string, more: Partial<BuildRequest> = {}): BuildRequest {
  return {
    labsFolder: folder,
    labFolder: 'lab-01-tcp-echo',
    entries: ['server.ts'],
    allowedImports: ['node:net'],
    exporting: [],
    outputFolder: join(folder, 'out'),
    ...more,
  };
}

/** Bundle `server.ts` of lab 1 from these files and run it with plain node. */
async function run(folder: string, more: Partial<BuildRequest> = {}) {
  const built = await build(request(folder, more));
  if (!built.ok) throw new Error(JSON.stringify(built.problems));
  const bundle = built.bundles.get(more.entries?.[0] ?? 'server.ts');
  return promisify(execFile)(process.execPath, ['--enable-source-maps', bundle!]);
}

async function problemsOf(folder: string, more: Partial<BuildRequest> = {}): Promise<Problem[]> {
  const built = await build(request(folder, more));
  return built.ok ? [] : built.problems;
}

async function problemOf(source: string, more: Record<string, string> = {}): Promise<Problem> {
  const problems = await problemsOf(folderWith({ [SERVER]: source, ...more }));
  expect(problems).toHaveLength(1);
  return problems[0]!;
}

describe('a bundle', () => {
  it('runs with plain node, top-level await included', async () => {
    const folder = folderWith({
      [SERVER]: `import { isIP } from 'net';\nimport { twice } from './math.ts';\nconsole.log(await twice(isIP('::1')));`,
      'lab-01-tcp-echo/math.ts': 'export const twice = async (n: number): Promise<number> => 2 * n;',
    });
    expect((await run(folder)).stdout).toBe('12\n');
  });

  it('names the TypeScript file, line and column in a stack trace', async () => {
    const folder = folderWith({
      [SERVER]: `interface Reason {\n  text: string;\n}\n\nfunction stop(reason: Reason): never {\n  throw new Error(reason.text);\n}\n\nstop({ text: 'halt' });\n`,
    });
    const failure = await run(folder).catch((error: { stderr: string }) => error);
    expect(failure.stderr).toContain(`stop (${join(folder, SERVER)}:6:9)`);
    expect(failure.stderr).toContain(`${join(folder, SERVER)}:9:1)`);
  });

  it('keeps the name of a class that speaks of itself', async () => {
    const folder = folderWith({
      [SERVER]:
        'class Frame {\n  static make() { return new Frame(); }\n}\nconsole.log(Frame.make().constructor.name);',
    });
    expect((await run(folder)).stdout).toBe('Frame\n');
  });

  it('is made for each entry, and names all the sources', async () => {
    const folder = folderWith({
      [SERVER]: "import './shared.ts';",
      'lab-01-tcp-echo/bin/client.ts': "import '../shared.ts';",
      'lab-01-tcp-echo/shared.ts': 'console.log(1);',
    });
    const built = await build(request(folder, { entries: ['server.ts', 'bin/client.ts'] }));
    expect(built).toEqual({
      ok: true,
      bundles: new Map([
        ['server.ts', join(folder, 'out', 'server.mjs')],
        ['bin/client.ts', join(folder, 'out', 'bin', 'client.mjs')],
      ]),
      sources: expect.arrayContaining(
        [SERVER, 'lab-01-tcp-echo/bin/client.ts', 'lab-01-tcp-echo/shared.ts'].map((path) =>
          join(folder, path),
        ),
      ),
    });
  });

  it('is made from overrides, which need no file', async () => {
    const folder = folderWith({ [SERVER]: "import { a } from './a.ts';\nconsole.log(a);" });
    const overrides = new Map([[join(folder, 'lab-01-tcp-echo', 'a.ts'), "export const a = 'mutant';"]]);
    expect((await run(folder, { overrides })).stdout).toBe('mutant\n');
    const replaced = new Map([[join(folder, SERVER), 'console.log(2);']]);
    expect((await run(folder, { overrides: replaced })).stdout).toBe('2\n');
  });

  it('takes ./a and ./a.js for ./a.ts, as the start command does', async () => {
    const folder = folderWith({
      [SERVER]: "import { a } from './a';\nimport { b } from './a.js';\nconsole.log(a + b);",
      'lab-01-tcp-echo/a.ts': 'export const a = 1;\nexport const b = 2;',
    });
    expect((await run(folder)).stdout).toBe('3\n');
  });

  it('holds a file once that is also reached by a link inside of the labs folder', async () => {
    const folder = folderWith({
      [SERVER]: "import { a } from './a.ts';\nimport { a as b } from './b.ts';\nconsole.log(a === b);",
      'lab-01-tcp-echo/a.ts': 'export const a = {};',
    });
    symlinkSync(join(folder, 'lab-01-tcp-echo', 'a.ts'), join(folder, 'lab-01-tcp-echo', 'b.ts'));
    expect((await run(folder)).stdout).toBe('true\n');
  });

  it('is found by source maps when the output folder is reached by a link', async () => {
    const folder = folderWith({ [SERVER]: "throw new Error('halt');" });
    mkdirSync(join(folder, 'deep', 'er'), { recursive: true });
    symlinkSync(join(folder, 'deep', 'er'), join(folder, 'link'));
    const failure = await run(folder, { outputFolder: join(folder, 'link') }).catch((error) => error);
    expect(failure.stderr).toContain(`${join(realpathSync(folder), SERVER)}:1:7`);
  });
});

it('rejects when the bundle cannot be written: that is not the student’s fault', async () => {
  const folder = folderWith({ [SERVER]: 'console.log(1);', 'out/server.mjs/a': '' });
  await expect(build(request(folder))).rejects.toThrow();
});

describe('a file that cannot be taken', () => {
  it('is missing', async () => {
    const folder = folderWith({ 'lab-01-tcp-echo/Server.ts': 'console.log(1);' });
    const [problem] = await problemsOf(folder, { entries: ['client.ts'] });
    expect(problem).toEqual({
      kind: 'missing-file',
      file: join(folder, 'lab-01-tcp-echo', 'client.ts'),
      line: 0,
      column: 0,
      message: `${join(folder, 'lab-01-tcp-echo', 'client.ts')} is missing`,
      advice: 'Write your program into that file. This brings the starter back: npm run reset lab-01',
    });
  });

  it.each(['', ' \n\t', '// TODO\n/* nothing */ /* at all */\n', '\uFEFF\n'])(
    'is empty: %j',
    async (source) => {
      expect(await problemOf(source)).toMatchObject({ kind: 'empty-file', line: 0 });
    },
  );

  it('is quickly found not to be empty', async () => {
    const folder = folderWith({ [SERVER]: `${'/** a */ '.repeat(5000)}\nconsole.log(1);` });
    expect((await run(folder)).stdout).toBe('1\n');
  });

  it('is a folder', async () => {
    const folder = folderWith({ 'lab-01-tcp-echo/server.ts/a.ts': '' });
    const [problem] = await problemsOf(folder);
    expect(problem).toMatchObject({ kind: 'missing-file' });
    expect(problem?.message).toMatch(/is a folder, not a source file$/);
  });

  it('is not UTF-8', async () => {
    const latin1 = Buffer.from("console.log('ü');", 'latin1');
    const [problem] = await problemsOf(folderWith({ [SERVER]: latin1 }));
    expect(problem?.message).toMatch(/server\.ts is not UTF-8 text$/);
    const [imported] = await problemsOf(
      folderWith({ [SERVER]: "import './a.ts';", 'lab-01-tcp-echo/a.ts': latin1 }),
    );
    expect(imported?.message).toMatch(/a\.ts is not UTF-8 text$/);
  });

  it('is larger than 1 MiB', async () => {
    const [problem] = await problemsOf(folderWith({ [SERVER]: ' '.repeat(2 ** 20 + 1) }));
    expect(problem?.message).toMatch(/has 1048577 bytes; a source file may have 1 MiB/);
  });

  it('is a link out of the labs folder', async () => {
    const folder = folderWith({ 'labs/lab-01-tcp-echo/a.ts': '', 'other.ts': 'console.log(1);' });
    symlinkSync(join(folder, 'other.ts'), join(folder, 'labs', SERVER));
    const [problem] = await problemsOf(join(folder, 'labs'));
    expect(problem).toMatchObject({ kind: 'forbidden' });
  });
});

describe('a syntax error', () => {
  it('has its place, with the column in characters', async () => {
    const problem = await problemOf("const a = 1;\r\nconst é = '😀', = 2;\r\n");
    expect(problem).toMatchObject({
      kind: 'syntax',
      line: 2,
      column: 17,
      message: "expected a name, found '='",
      sourceLine: "const é = '😀', = 2;",
    });
  });

  it.each([
    ['console.log([a\n', 'the file ends in the middle of something'],
    ['console.log(1;\n', "expected ')', found ';'"],
    ["const a = 'x;\n", 'this string is not closed'],
    ['const a = `x;\n', 'this string is not closed'],
    ['let a = 1;\nlet a = 2;\n', 'a is declared twice in the same block'],
    ['const a = 1;\na = 2;\n', 'a is a const and keeps its first value'],
    ['function f() {\n  await 1;\n}\n', 'await stands in a function that is not async'],
    ['return 1;\n', 'return stands outside of any function'],
    ['<<<<<<< HEAD\nlet a;\n=======\n', 'a merge conflict is left in the file'],
    ['let a = 1 }\n', "did not expect '}' here"],
    ['console.log("a" "b");\n', `expected ')', found '"b"'`],
    ['import a from b;\n', "expected a text in quotes, found 'b'"],
    ['const a;\n', 'a is a const without a value'],
    ['const a = /x;\n', 'a regular expression is not closed'],
    ['/* a\nconst b = 1;\n', 'a comment is not closed'],
  ])('is told in plain words: %j', async (source, message) => {
    expect(await problemOf(source)).toMatchObject({ kind: 'syntax', message });
  });

  it.each([
    ['const a = 1;\nfunction f() {\n  if (a) {\n  }\n', 2, 14, 'the file ends, and this { is not closed'],
    ['const a = 1;\nif (a\n', 2, 4, 'the file ends, and this ( is not closed'],
    ['const a = 1;\nconst b = `x\ny\nz;\n', 2, 11, 'this string is not closed'],
    ["const a = 1;\nconst b = 'x;\n", 2, 11, 'this string is not closed'],
  ])('points to what is not closed: %j', async (source, line, column, message) => {
    expect(await problemOf(source)).toMatchObject({ line, column, message });
  });

  it('is shown once a file, for three files at most', async () => {
    const files = Object.fromEntries(
      ['a', 'b', 'c', 'd'].map((name) => [`lab-01-tcp-echo/${name}.ts`, 'let 1;\nlet 2;']),
    );
    const server = "import './a.ts';\nimport './b.ts';\nimport './c.ts';\nimport './d.ts';";
    const problems = await problemsOf(folderWith({ [SERVER]: server, ...files }));
    expect(problems.map(({ file }) => file.slice(-4))).toEqual(['a.ts', 'b.ts', 'c.ts']);
  });
});

describe('the rules', () => {
  it('are kept by every file of the student, and told with the other problems in order', async () => {
    const folder = folderWith({
      [SERVER]: "import { a } from './a.ts';\nimport 'node:http';\nfetch(a);\nfetch(a);",
      'lab-01-tcp-echo/a.ts': "export const a = eval('1');",
    });
    const problems = await problemsOf(folder);
    expect(problems.map(({ file, line, message }) => [file.slice(-9), line, message])).toEqual([
      [expect.stringMatching(/a\.ts$/), 1, 'eval runs a text as code'],
      ['server.ts', 2, 'node:http may not be imported here'],
      ['server.ts', 3, 'fetch is a ready-made HTTP client'],
    ]);
  });

  it('tell of one line once', async () => {
    const problem = await problemOf("import { createRequire } from 'node:module';\ncreateRequire;");
    expect(problem.message).toBe('node:module may not be imported here');
  });
});

describe('exports', () => {
  const files = {
    'lab-04-framing/lines.ts':
      'export class Lines {}\nexport type Event = 1;\nfunction encode() {}\nexport { encode as write };',
  };
  const lab = { labFolder: 'lab-04-framing', entries: ['lines.ts'] };

  it('may be there under another name', async () => {
    const exporting = [{ file: 'lines.ts', exports: ['Lines', 'write'] }];
    const built = await build(request(folderWith(files), { ...lab, exporting }));
    expect(built.ok).toBe(true);
  });

  it('are named when they are missing, with what was found', async () => {
    const exporting = [{ file: 'lines.ts', exports: ['Lines', 'encode', 'Event'] }];
    const [problem] = await problemsOf(folderWith(files), { ...lab, exporting });
    expect(problem).toMatchObject({ kind: 'missing-export', line: 0 });
    expect(problem?.message).toMatch(/does not export encode, Event; it exports Lines, write$/);
  });

  it('are those of each entry that is named', async () => {
    const more = { ...files, 'lab-04-framing/server.ts': "import './lines.ts';" };
    const both = { ...lab, entries: ['server.ts', 'lines.ts'] };
    const lines = { file: 'lines.ts', exports: ['Lines'] };
    expect(await problemsOf(folderWith(more), { ...both, exporting: [lines] })).toEqual([]);
    const exporting = [lines, { file: 'server.ts', exports: ['Lines'] }];
    const [problem] = await problemsOf(folderWith(more), { ...both, exporting });
    expect(problem?.message).toMatch(/server\.ts does not export Lines; it exports nothing$/);
  });

  it('of the student’s own files are missed at the import', async () => {
    const problem = await problemOf("import { a } from './a.ts';\nconsole.log(a);", {
      'lab-01-tcp-echo/a.ts': 'const a = 1;',
    });
    expect(problem).toMatchObject({ kind: 'missing-export', line: 1, column: 10 });
    expect(problem.message).toMatch(/a\.ts does not export a$/);
  });
});

describe('paths in problems', () => {
  it('are relative below the current folder only', () => {
    expect(displayPath(join(process.cwd(), 'labs', 'a.ts'))).toBe(join('labs', 'a.ts'));
    expect(displayPath(join(process.cwd(), '..', 'a.ts'))).toBe(join(process.cwd(), '..', 'a.ts'));
    expect(displayPath(join(process.cwd(), '..a.ts'))).toBe('..a.ts');
  });
});
