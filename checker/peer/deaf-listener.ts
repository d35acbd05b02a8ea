/** A port on this machine that does not answer a connect: neither with yes nor with no. */
import { connect, type Socket } from 'node:net';
import { studentEnvironment } from '../drive/drive.ts';
import { ownProgram } from '../drive/own-code.ts';
import { waitUntil } from '../drive/waiting.ts';
import type { Judge } from '../run/judge.ts';

/** A queue of length 1 holds two connections on Linux, three elsewhere. */
const MOST_CONNECTS = 16;
/** On loopback an answer to a connect takes far less than a millisecond. */
const UNANSWERED_MS = 50;
const START_MS = 10_000;

export interface DeafListener {
  host: string;
  port: number;
  /** Whether it has still answered nobody since its queue was full. */
  stillDeaf: () => boolean;
}

/** Start one; ends the check as not run where this system answers for a full queue. */
export async function deafListener(judge: Judge): Promise<DeafListener> {
  const program = judge.startOwn({
    command: process.execPath,
    args: [await ownProgram('deaf-listener-main', judge.folder)],
    env: studentEnvironment({}),
    cwd: judge.folder,
    label: 'the listener that answers nobody',
  });
  const ready = (): boolean => program.stdout.text().endsWith('\n') || program.exit !== undefined;
  await waitUntil(ready, () => Promise.race([program.stdout.change(), program.exited]), START_MS);
  const port = Number(program.stdout.text());
  if (!(port > 0)) throw new Error(`${program.label} did not start: ${program.describeExit()}`);

  for (let connects = 1; connects <= MOST_CONNECTS; connects += 1) {
    const attempt = tryToConnect(judge, port);
    await waitUntil(attempt.settled, attempt.change, UNANSWERED_MS);
    // When this machine was too busy to look, the answer lies in the socket now.
    await turnOfEvents();
    if (attempt.settled()) {
      if (attempt.refused()) break;
      continue;
    }
    judge.trace.note(`a listener on 127.0.0.1:${port} has a full queue and answers no connect`);
    return { host: '127.0.0.1', port, stillDeaf: () => !attempt.settled() };
  }
  return judge.notRun('this system answers a connect although the queue of the listener is full');
}

/** Everything that had happened by now has been told when this settles. */
async function turnOfEvents(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function tryToConnect(judge: Judge, port: number) {
  const socket: Socket = connect({ host: '127.0.0.1', port });
  judge.defer(() => socket.destroy());
  let outcome: 'connected' | 'refused' | undefined;
  const change = new Promise<void>((resolve) => {
    const settle = (how: 'connected' | 'refused'): void => {
      outcome = how;
      resolve();
    };
    socket.once('connect', () => settle('connected'));
    socket.on('error', () => settle('refused'));
  });
  return {
    settled: () => outcome !== undefined,
    refused: () => outcome === 'refused',
    change: () => change,
  };
}
