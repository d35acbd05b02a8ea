/** For the tests of the peers: a judge without a run, and a student's program that is this very process. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { CheckFailure } from '../run/failure.ts';
import { Judge, type Subject } from '../run/judge.ts';
import type { Stage } from '../run/stage.ts';
import { connect, type TcpPeer } from './tcp.ts';

/** A judge whose programs come from elsewhere. */
export function makeJudge({
  patienceMs = 0,
  foreign = false,
}: {
  patienceMs?: number;
  foreign?: boolean;
} = {}): Judge {
  let left = patienceMs;
  const takePatience = (): number => {
    const taken = left;
    left = 0;
    return taken;
  };
  const judge = new Judge({ takePatience, foreign } as Stage, '5eed', false);
  onTestFinished(() => judge.cleanUp());
  return judge;
}

/** A program that lives and does nothing; `changes` make it another. */
export function makeSubject(changes: Partial<Subject> = {}): Subject {
  return {
    label: 'your server',
    pid: undefined,
    exit: undefined,
    exited: new Promise(() => {}),
    brokenLimit: undefined,
    usage: () => ({ cpuMs: 0, residentBytes: 0 }),
    describeExit: () => 'it still runs',
    lastStderr: () => [],
    ...changes,
  };
}

/** A subject that has ended with exit code 1. */
export function endedSubject(changes: Partial<Subject> = {}): Subject {
  const exit = { code: 1, signal: null };
  return makeSubject({
    exit,
    exited: Promise.resolve(exit),
    describeExit: () => 'exit code 1',
    lastStderr: () => ['last words'],
    ...changes,
  });
}

export interface Conversation {
  judge: Judge;
  peer: TcpPeer;
  /** The student's end. */
  socket: Socket;
}

/**
 * A judge's peer, connected to a server of this process.
 *
 * @param serve           what the student's program does
 * @param options.paused  nothing is taken from the student's socket until it is resumed
 */
export async function converse(
  serve: (socket: Socket) => void,
  options: { patienceMs?: number; program?: Subject; reading?: boolean; paused?: boolean } = {},
): Promise<Conversation> {
  const judge = makeJudge(options);
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: options.paused ?? false });
  const arrived = once(server, 'connection') as Promise<[Socket]>;
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    onTestFinished(() => {
      socket.destroy();
    });
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const program = options.program ?? makeSubject();
  const at = { host: '127.0.0.1', port, program } as Parameters<typeof connect>[1];
  const peer = await connect(judge, at, options.reading === undefined ? {} : { reading: options.reading });
  const [socket] = await arrived;
  return { judge, peer, socket };
}

/** How a check ended; throws when it did not. */
export async function failureOf(ending: Promise<unknown>): Promise<CheckFailure> {
  return ending.then(
    () => {
      throw new Error('the check went on');
    },
    (failure: CheckFailure) => failure,
  );
}
