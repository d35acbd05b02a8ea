/** For the tests of the runner: a repository in a temporary folder, with one lab and a made-up suite of checks. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findLab } from '../course/course.ts';
import type { RunResult } from './result.ts';
import { type RunRequest, runLab } from './run.ts';

export interface TestLab {
  root: string;
  run: (options?: Partial<RunRequest>) => Promise<RunResult>;
  remove: () => void;
}

export interface TestLabFiles {
  /** The student's server.ts. */
  server?: string;
  /** The reference. */
  solution?: string;
  /** The lab is this module instead of a server program; `server` and `solution` are its text. */
  module?: { file: string; exports: string[] };
  /** The checks: JavaScript, the items of a list; `check(id, run, rest)` makes one. */
  checks: string;
}

const IDENTITY = {
  id: 'lab-01',
  slug: 'made-up',
  title: 'Made up',
  part: 'Part I: transport',
  programs: { server: 'server.ts' },
  files: ['server.ts'],
  imports: ['node:net'],
  needs: [],
  hours: 1,
  reads: [],
};

/** A server that listens and answers every piece with the same word. */
export function answering(word: string): string {
  return `import { createServer } from 'node:net';
    createServer((socket) => { socket.on('error', () => {}); socket.on('data', () => socket.write('${word}')); })
      .listen(Number(process.env.PORT), process.env.HOST);`;
}

/** JavaScript of a check's body: the server must answer `good`. */
export const ANSWERS_GOOD = `async (judge) => {
  const server = await judge.server();
  const client = await connect(judge, server);
  await client.send(Buffer.from(judge.draw('word', (random) => random.letters(8))));
  await client.expect({ bytes: Buffer.from('good'), what: 'the answer' });
}`;

export function makeLab({
  server = answering('good'),
  solution = answering('good'),
  module,
  checks,
}: TestLabFiles): TestLab {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'barewire-run-')));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('package.json', '{ "type": "module" }');
  const file = module?.file ?? 'server.ts';
  const identity = module === undefined ? IDENTITY : { ...IDENTITY, programs: {}, module, files: [file] };
  write('labs/lab-01-made-up/lab.json', JSON.stringify(identity));
  write(`labs/lab-01-made-up/${file}`, server);
  write(`solutions/lab-01-made-up/${file}`, solution);
  write(
    'checker/checks/lab-01-made-up/index.ts',
    `import { connect } from ${JSON.stringify(new URL('../peer/tcp.ts', import.meta.url).href)};
    const check = (id, run, rest = {}) => ({
      id: 'lab-01/' + id, step: 1, title: id, rule: 'README, step 1', quote: id, level: 'lab',
      hints: { otherwise: 'look again' }, run, ...rest,
    });
    export default {
      lab: 'lab-01',
      steps: [{ number: 1, title: 'One', why: 'Because.', hints: ['a', 'b', 'c'] }],
      checks: [${checks}],
    };`,
  );
  const lab = findLab('lab-01', root);
  return {
    root,
    run: (options = {}) =>
      runLab({
        lab,
        labsFolder: join(root, 'labs'),
        subject: 'labs',
        root,
        seed: '5eed',
        patienceMs: 0,
        ...options,
      }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
