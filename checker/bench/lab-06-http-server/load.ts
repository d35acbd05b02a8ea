/** Load on one server: by wrk where it is installed, else by a client of ours. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Drive, studentEnvironment } from '../../drive/drive.ts';
import { within } from '../../drive/within.ts';
import { answersTo } from '../installed.ts';
import { Worker } from '../worker.ts';
import type { Request } from './load-main.ts';

export const CONNECTIONS = 64;

export interface Load {
  /** What makes it, for the report. */
  what: string;
  /** @returns requests that were answered, and in how many seconds */
  run(
    port: number,
    depth: number,
    ms: number,
    answerBytes: number,
  ): Promise<{ requests: number; seconds: number }>;
}

/** More than it should ever take beside the time of the load itself. */
const PATIENCE_MS = 10_000;

/**
 * @param core  the one to run on; undefined where the machine has only one, or cannot say
 * @param ms    of one turn; wrk counts in whole seconds
 */
export async function loadOf(drive: Drive, core: number | undefined, ms: number): Promise<Load> {
  return ms >= 1000 && answersTo('wrk', ['-v'], /wrk/) ? wrk(drive, core) : ours(drive, core);
}

function wrk(drive: Drive, core: number | undefined): Load {
  return {
    what: 'wrk',
    async run(port, depth, ms) {
      const script = join(drive.folder, `pipeline-${depth}.lua`);
      writeFileSync(script, pipelineScript(depth));
      const seconds = Math.max(1, Math.round(ms / 1000));
      const url = `http://127.0.0.1:${port}/hello`;
      const args = ['-t', '1', '-c', `${CONNECTIONS}`, '-d', `${seconds}`, '-s', script, url];
      const [command = '', ...rest] =
        core === undefined ? ['wrk', ...args] : ['taskset', '-c', `${core}`, 'wrk', ...args];
      const program = drive.spawn({
        command,
        args: rest,
        env: studentEnvironment({}),
        cwd: drive.folder,
        label: 'wrk',
      });
      const exit = await within(program.exited, 1000 * seconds + PATIENCE_MS);
      const said = program.stdout.text();
      const [, requests, took] = /(\d+) requests in ([\d.]+)s/.exec(said) ?? [];
      if (exit?.code !== 0 || requests === undefined)
        throw new Error(`wrk failed: ${program.describeExit()}`);
      const errors = /Socket errors:.*|Non-2xx.*/.exec(said)?.[0];
      if (errors !== undefined) throw new Error(`wrk says: ${errors}`);
      return { requests: Number(requests), seconds: Number(took) };
    },
  };
}

function pipelineScript(depth: number): string {
  return `init = function(args)
  local one = wrk.format()
  local all = {}
  for i = 1, ${depth} do all[i] = one end
  batch = table.concat(all)
end
request = function() return batch end
`;
}

async function ours(drive: Drive, core: number | undefined): Promise<Load> {
  const worker = await Worker.start(drive, { program: 'lab-06-http-server/load-main', core });
  return {
    what: 'a client of ours on node:net, because wrk is not installed; with pipelining it may be slower than the server',
    async run(port, depth, ms, answerBytes) {
      const began = performance.now();
      const request: Request = { port, connections: CONNECTIONS, depth, ms, answerBytes };
      const requests = await worker.ask<number>(request, ms + PATIENCE_MS);
      return { requests, seconds: (performance.now() - began) / 1000 };
    },
  };
}
