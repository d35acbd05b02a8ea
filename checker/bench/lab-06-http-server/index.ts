/** lab-06: servers under load beside node:http. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from '../../build/bundle.ts';
import { findLab, solutionFolder } from '../../course/course.ts';
import type { Drive } from '../../drive/drive.ts';
import { within } from '../../drive/within.ts';
import type { BenchRow, LabBench } from '../../report/bench.ts';
import type { Bench, BenchRequest, Effort } from '../bench.ts';
import { rotated, rowOf } from '../figures.ts';
import { canPin } from '../installed.ts';
import { Worker } from '../worker.ts';
import { CONNECTIONS, type Load, loadOf } from './load.ts';
import type { Request } from './server-main.ts';

const LIMIT_MS = 10_000;

const CASES = [
  { name: `${CONNECTIONS} connections, one request at a time`, depth: 1 },
  { name: `${CONNECTIONS} connections, 16 requests pipelined`, depth: 16 },
];

interface Contestant {
  who: string;
  worker: Worker;
  port: number;
  /** Of one answer; the same for each, or the load client would lose count. */
  answerBytes: number;
}

export default {
  title: 'Servers that say hello beside node:http',
  run: async (request, drive) => {
    const pins = canPin();
    const { contestants, refused } = await meet(request, drive, pins ? 0 : undefined);
    const load = await loadOf(drive, pins ? 1 : undefined, request.effort.loadMs);
    const perSecond: BenchRow[] = [];
    const cpu: BenchRow[] = [];
    for (const { name, depth } of CASES) {
      const samples = await measure(contestants, load, depth, request.effort);
      perSecond.push(
        rowOf(
          name,
          samples.map(({ who, perSecond: values }) => ({ who, values })),
          quotient,
        ),
      );
      cpu.push(
        rowOf(
          name,
          samples.map(({ who, cpuUs: values }) => ({ who, values })),
          quotient,
        ),
      );
      request.onProgress(name);
    }
    return {
      tables: [
        { figure: 'requests per second', ratio: 'of node:http', rows: perSecond },
        { figure: 'CPU time of the server per request, in µs', ratio: 'of node:http', rows: cpu },
      ],
      notes: [
        `The load is made by ${load.what}.${pins ? ' Server and load have a core each.' : ''}`,
        'node:net reads no request and writes an answer that was made beforehand: less than that no server on it can cost.',
      ],
      refused,
    };
  },
} satisfies Bench;

const quotient = (own: number, peer: number) => own / peer;

/** Everybody who answers right, the peer first. */
async function meet(
  request: BenchRequest,
  drive: Drive,
  core: number | undefined,
): Promise<{ contestants: Contestant[]; refused: LabBench['refused'] }> {
  const { lab, root, subject } = request;
  const solutions = join(root, 'solutions');
  const parserLab = solutionFolder(findLab('lab-05', root), root);
  const fast = readFileSync(join(parserLab, 'fast-parser.ts'), 'utf8');
  const entries = [
    { who: 'http.ts', labsFolder: solutions },
    {
      who: 'http.ts on fast-parser.ts',
      labsFolder: solutions,
      overrides: new Map([[join(parserLab, 'parser.ts'), fast]]),
    },
    ...(subject === undefined
      ? []
      : [{ who: subject.name, labsFolder: subject.labsFolder, standIns: subject.standIns }]),
  ];
  const contestants = [
    await enter(drive, core, 'node:http', { type: 'listen', server: 'node:http' }),
    await enter(drive, core, 'node:net', { type: 'listen', server: 'node:net' }),
  ];
  const refused: LabBench['refused'] = [];
  for (const [index, { who, ...source }] of entries.entries()) {
    const built = await build({
      ...source,
      labFolder: lab.folder,
      keepNames: false,
      entries: ['http.ts'],
      allowedImports: lab.imports,
      exporting: [{ file: 'http.ts', exports: ['createServer'] }],
      outputFolder: join(drive.folder, `contestant-${index}`),
    });
    if (!built.ok) {
      refused.push({ who, why: 'it cannot be run', problems: built.problems });
      continue;
    }
    const bundle = pathToFileURL(built.bundles.get('http.ts')!).href;
    try {
      contestants.push(await enter(drive, core, who, { type: 'listen', server: 'module', bundle }));
    } catch (error) {
      refused.push({ who, why: (error as Error).message, problems: [] });
    }
  }
  return { contestants, refused };
}

/** @throws Error in one line when it does not listen, or does not answer right */
async function enter(
  drive: Drive,
  core: number | undefined,
  who: string,
  listen: Request,
): Promise<Contestant> {
  const worker = await Worker.start(drive, { program: 'lab-06-http-server/server-main', core });
  try {
    const port = await worker.ask<number>(listen, LIMIT_MS);
    return { who, worker, port, answerBytes: await answerBytes(port) };
  } catch (error) {
    await worker.stop();
    throw error;
  }
}

/** How long one answer is, from three that were asked for at once. */
async function answerBytes(port: number): Promise<number> {
  const text = await within(answersOf(port, 3), LIMIT_MS);
  const answers = text?.split(/(?<=Hello, world\n)/) ?? [];
  const right = answers.length === 3 && answers.every((answer) => /^HTTP\/1\.1 200 /.test(answer));
  const alike = answers.every(({ length }) => length === answers[0]?.length);
  if (!right || !alike) throw new Error('it does not answer three GET requests with three times hello');
  return answers[0]!.length;
}

function answersOf(port: number, requests: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const one = `GET /hello HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(one.repeat(requests)));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (text.split('Hello, world\n').length > requests) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}

async function measure(
  contestants: Contestant[],
  load: Load,
  depth: number,
  { rounds, loadMs, warmUpMs }: Effort,
) {
  const samples = contestants.map((contestant) => ({
    ...contestant,
    perSecond: [] as number[],
    cpuUs: [] as number[],
  }));
  for (const { port, answerBytes } of contestants) await load.run(port, depth, 2 * warmUpMs, answerBytes);
  // Turns under load are long, so there are fewer of them.
  for (let round = 0; round < Math.ceil(rounds / 3); round += 1) {
    for (const { worker, port, answerBytes, perSecond, cpuUs } of rotated(samples, round)) {
      const before = await worker.ask<number>({ type: 'cpu' }, LIMIT_MS);
      const { requests, seconds } = await load.run(port, depth, loadMs, answerBytes);
      const after = await worker.ask<number>({ type: 'cpu' }, LIMIT_MS);
      perSecond.push(requests / seconds);
      cpuUs.push((after - before) / requests);
    }
  }
  return samples;
}
