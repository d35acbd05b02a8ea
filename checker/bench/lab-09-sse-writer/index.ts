/** lab-09: events to many readers, beside `response.write` of node:http. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from '../../build/bundle.ts';
import { findLab } from '../../course/course.ts';
import type { Drive } from '../../drive/drive.ts';
import type { LabBench } from '../../report/bench.ts';
import type { Bench, BenchRequest, Effort } from '../bench.ts';
import { rotated, rowOf } from '../figures.ts';
import { canPin } from '../installed.ts';
import { Worker } from '../worker.ts';
import type { Request as ReadersRequest } from './readers-main.ts';
import type { Request } from './server-main.ts';

const LIMIT_MS = 60_000;
const READERS = 1000;
/** Enough that what a single page or collection makes of it does not show. */
const IDLE_READERS = 8000;
/** In one turn; less when nobody is to be measured for long. */
const EVENTS = 60;

interface Contestant {
  who: string;
  /** How it was started. */
  listen: Request;
  worker: Worker;
  port: number;
}

/** Where everybody meets. */
interface Meeting {
  drive: Drive;
  readers: Worker;
  /** The servers' core; undefined where the machine cannot keep them on one. */
  core: number | undefined;
}

export default {
  title: 'Events to many readers beside response.write of node:http',
  run: async (request, drive) => {
    const { effort, onProgress } = request;
    const pins = canPin();
    const readers = await Worker.start(drive, {
      program: 'lab-09-sse-writer/readers-main',
      core: pins ? 1 : undefined,
    });
    const meeting = { drive, readers, core: pins ? 0 : undefined };
    const { contestants, refused } = await meet(request, meeting);
    const memory = await measureMemory(contestants, meeting, effort);
    onProgress('memory of an idle reader');
    const cpu = await measureCpu(contestants, meeting, effort);
    onProgress('CPU time of an event');
    return {
      tables: [
        {
          figure: 'CPU time of the server per reader and event, in µs',
          ratio: 'of node:http',
          rows: [rowOf(`events of 100 bytes to ${count(READERS, effort)} readers`, cpu, quotient)],
        },
        {
          figure: 'memory per idle reader, in KiB',
          ratio: 'of node:http',
          rows: [rowOf(`${count(IDLE_READERS, effort)} readers`, memory, quotient)],
        },
      ],
      notes: [
        `Each event is published over HTTP when all readers have had the one before it.${pins ? ' Server and readers have a core each.' : ''}`,
        'node:net reads no request and writes each event as it is: less than that no server on it can cost.',
        'Memory is resident memory without garbage, in a fresh process. The first readers are not counted: they also fill what all share.',
      ],
      refused,
    };
  },
} satisfies Bench;

const quotient = (own: number, peer: number) => own / peer;

/** All of them where it is measured in earnest. */
const count = (all: number, { loadMs }: Effort) => (loadMs >= 1000 ? all : Math.ceil(all / 100));

/** Everybody whose events arrive, the peer first. */
async function meet(
  { lab, root, subject, onProgress }: BenchRequest,
  meeting: Meeting,
): Promise<{ contestants: Contestant[]; refused: LabBench['refused'] }> {
  const entries = [
    { who: 'server.ts', labsFolder: join(root, 'solutions') },
    ...(subject === undefined
      ? []
      : [{ who: subject.name, labsFolder: subject.labsFolder, standIns: subject.standIns }]),
  ];
  const contestants: Contestant[] = [];
  for (const server of ['node:http', 'node:net'] as const)
    contestants.push(await enter(meeting, server, { type: 'listen', server }));
  const refused: LabBench['refused'] = [];
  for (const [index, { who, ...source }] of entries.entries()) {
    const built = await build({
      ...source,
      labFolder: lab.folder,
      keepNames: false,
      entries: ['server.ts'],
      allowedImports: lab.imports,
      earlierImports: new Map(
        lab.needs.map((id) => findLab(id, root)).map(({ folder, imports }) => [folder, imports]),
      ),
      exporting: [],
      outputFolder: join(meeting.drive.folder, `contestant-${index}`),
    });
    if (!built.ok) {
      refused.push({ who, why: 'it cannot be run', problems: built.problems });
      continue;
    }
    const bundle = pathToFileURL(built.bundles.get('server.ts')!).href;
    try {
      contestants.push(await enter(meeting, who, { type: 'listen', server: 'program', bundle }));
    } catch (error) {
      refused.push({ who, why: (error as Error).message, problems: [] });
    }
  }
  onProgress(contestants.map(({ who }) => who).join(', '));
  return { contestants, refused };
}

/** @throws Error in one line when it does not listen, or its events do not arrive */
async function enter(meeting: Meeting, who: string, listen: Request): Promise<Contestant> {
  const { drive, core } = meeting;
  const nodeOptions = ['--expose-gc'];
  const worker = await Worker.start(drive, { program: 'lab-09-sse-writer/server-main', nodeOptions, core });
  try {
    const port = await worker.ask<number>(listen, LIMIT_MS);
    await tell(meeting, { type: 'join', port, readers: 2 });
    await tell(meeting, { type: 'publish', port, events: 3 });
    await tell(meeting, { type: 'leave' });
    return { who, listen, worker, port };
  } catch (error) {
    await tell(meeting, { type: 'leave' });
    await worker.stop();
    throw error;
  }
}

const tell = ({ readers }: Meeting, request: ReadersRequest): Promise<void> => readers.ask(request, LIMIT_MS);
const usage = ({ worker }: Contestant, type: 'cpu' | 'memory'): Promise<number> =>
  worker.ask({ type } satisfies Request, LIMIT_MS);

/** In KiB. Each turn has a server of its own, which has served some readers before: they also fill what all share. */
async function measureMemory(contestants: Contestant[], meeting: Meeting, effort: Effort) {
  const samples = contestants.map((contestant) => ({ ...contestant, values: [] as number[] }));
  const many = count(IDLE_READERS, effort);
  for (let round = 0; round < Math.ceil(effort.rounds / 3); round += 1) {
    for (const { who, listen, values } of rotated(samples, round)) {
      const own = await enter(meeting, who, listen);
      await tell(meeting, { type: 'join', port: own.port, readers: many / 10 });
      const before = await usage(own, 'memory');
      await tell(meeting, { type: 'join', port: own.port, readers: many });
      values.push(((await usage(own, 'memory')) - before) / 1024 / many);
      await tell(meeting, { type: 'leave' });
      await own.worker.stop();
    }
  }
  return samples;
}

async function measureCpu(contestants: Contestant[], meeting: Meeting, effort: Effort) {
  const samples = contestants.map((contestant) => ({ ...contestant, values: [] as number[] }));
  const many = count(READERS, effort);
  const events = count(EVENTS, effort);
  for (let round = 0; round < effort.rounds; round += 1) {
    for (const own of rotated(samples, round)) {
      await tell(meeting, { type: 'join', port: own.port, readers: many });
      await tell(meeting, { type: 'publish', port: own.port, events: Math.ceil(events / 4) });
      const before = await usage(own, 'cpu');
      await tell(meeting, { type: 'publish', port: own.port, events });
      const after = await usage(own, 'cpu');
      own.values.push((after - before) / (many * events));
      await tell(meeting, { type: 'leave' });
    }
  }
  return samples;
}
