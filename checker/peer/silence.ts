/**
 * An answer stays out. Why? Each cause gets its own words, because each needs another cure: the program ended, it
 * closed, it is busy, it waits inside a call, it cannot write, it does not read, it waits for more, or it is late.
 */
import { unsentBytesOf } from '../drive/kernel-sockets.ts';
import { isRunnable, waitChannel } from '../drive/processes.ts';
import { sleep, waitUntil } from '../drive/waiting.ts';
import type { Judge, Subject } from '../run/judge.ts';
import type { Evidence } from '../run/result.ts';
import { count } from './compare.ts';
import { unreadBytes, unsentBytes } from './delivery.ts';
import type { TcpPeer } from './tcp.ts';

/** How an awaited answer stayed out; also the default symptom. */
export type SilenceKind =
  | 'crashed'
  | 'broke-limit'
  | 'fin'
  | 'reset'
  | 'late'
  | 'busy'
  | 'blocked'
  | 'write-blocked'
  | 'not-reading'
  | 'waiting';

export interface Silence {
  program: Subject;
  /** The connection on which the answer should have come, where there is one. */
  peer?: TcpPeer;
  /** A connection that is only looked at for bytes that the program leaves unread: the answer comes elsewhere. */
  reads?: TcpPeer;
  /** What the program should have been doing; default `sending`. */
  verb?: string;
  /** Whether the answer, or a part of it, has come meanwhile; needed where there is no connection. */
  came?: () => boolean;
  /** What was waited for, as the object of a sentence: `the echo (5 bytes)`. */
  awaited: string;
  /** Symptoms by kind, where the check knows better than the kind's own name. */
  symptoms: { [kind in SilenceKind]?: string };
  evidence: Partial<Evidence>;
}

/** An ended program's socket closes before its exit is known. */
const EXIT_MS = 500;
/** How long CPU time and the wait channel are watched. */
const WATCH_MS = 300;
const WATCH_LOOKS = 6;
/** A program that computes all the time gets this share of a core unless others want all of it. */
const BUSY_SHARE = 0.3;
/** What the main thread of an idle event loop waits in. */
const EVENT_LOOP_WAITS = /epoll|kqueue|do_poll|poll_schedule/;

/** Say why the answer stayed out, and end the check. */
export async function explainSilence(judge: Judge, silence: Silence): Promise<never> {
  const { program, peer, reads = peer, verb = 'sending', awaited, evidence } = silence;
  const symptom = (kind: SilenceKind): string => silence.symptoms[kind] ?? kind;
  const received = peer?.receivedBytes ?? 0;

  if (peer?.ended !== undefined) await Promise.race([program.exited, sleep(EXIT_MS)]);
  if (program.exit !== undefined) {
    const kind = program.brokenLimit === undefined ? 'crashed' : 'broke-limit';
    judge.trace.student('', `ends: ${program.describeExit()}`);
    judge.crash(
      kind === 'crashed'
        ? `${program.label} ended (${program.describeExit()}) instead of ${verb} ${awaited}`
        : `the checker stopped ${program.label}: it ${program.brokenLimit}`,
      symptom(kind),
      program,
      { ...evidence, actual: program.describeExit() },
    );
  }
  if (peer?.ended === 'fin') {
    judge.fail(`${program.label} closed the connection (FIN) before ${awaited}`, symptom('fin'), {
      ...evidence,
      actual: `${evidence.actual ?? 'nothing'}, then FIN`,
    });
  }
  if (peer?.ended === 'reset') {
    judge.fail(`${program.label} reset the connection (RST) before ${awaited}`, symptom('reset'), {
      ...evidence,
      actual: `${evidence.actual ?? 'nothing'}, then RST`,
    });
  }

  const state = await watch(program, reads);
  if (state.kind !== 'busy') await judgeLateness(judge, silence, received);
  const sentence = describe(state, program);
  judge.trace.note(sentence);
  judge.timeout(`${sentence}; ${awaited} did not come`, symptom(state.kind), evidence);
}

interface State {
  kind: 'busy' | 'blocked' | 'write-blocked' | 'not-reading' | 'waiting';
  detail: string;
}

async function watch(program: Subject, peer: TcpPeer | undefined): Promise<State> {
  const before = program.usage()?.cpuMs ?? 0;
  const began = performance.now();
  const channels: (string | undefined)[] = [];
  let runnable = 0;
  for (let look = 0; look < WATCH_LOOKS; look += 1) {
    await sleep(WATCH_MS / WATCH_LOOKS);
    if (program.pid !== undefined && isRunnable(program.pid)) runnable += 1;
    channels.push(program.pid === undefined ? undefined : waitChannel(program.pid));
  }
  const watchedMs = performance.now() - began;
  const cpuMs = (program.usage()?.cpuMs ?? 0) - before;
  // Where others keep the machine busy too, its share is small, and it is always about to run.
  if (cpuMs > watchedMs * BUSY_SHARE || (cpuMs > 0 && runnable === WATCH_LOOKS)) {
    return { kind: 'busy', detail: `it used ${cpuMs} ms of CPU time in ${Math.round(watchedMs)} ms` };
  }
  const unread = peer === undefined ? 0 : (unreadBytes(peer.route) ?? 0);
  const unsent = peer === undefined ? 0 : (unsentBytes(peer.route) ?? 0);
  if (unread > 0 && unsent > 0) {
    return {
      kind: 'write-blocked',
      detail: `${count(unsent, 'byte')} that it wrote have not left, and ${count(unread, 'byte')} wait for it`,
    };
  }
  const [channel] = channels;
  if (channel !== undefined && channels.every((seen) => seen !== undefined && !EVENT_LOOP_WAITS.test(seen))) {
    const unsentElsewhere = unread > 0 && program.pid !== undefined ? unsentBytesOf([program.pid]) : 0;
    if (unsentElsewhere > 0) {
      return {
        kind: 'write-blocked',
        detail: `${count(unsentElsewhere, 'byte')} that it wrote to another client have not left, and ${count(unread, 'byte')} wait for it`,
      };
    }
    // A program in another language may well wait in the very call that reads: that is no blocked event loop.
    if (!/recv|accept|sk_wait|wait_woken|inet_csk|skb_wait/.test(channel))
      return { kind: 'blocked', detail: channel };
  }
  if (unread > 0) return { kind: 'not-reading', detail: count(unread, 'byte') };
  return {
    kind: 'waiting',
    detail: peer === undefined || peer.sentBytes === 0 ? '' : count(peer.sentBytes, 'byte'),
  };
}

function describe(state: State, program: Subject): string {
  switch (state.kind) {
    case 'busy':
      return `${program.label}'s event loop is blocked: ${state.detail} and read nothing`;
    case 'blocked':
      return `${program.label}'s event loop is blocked: it sits inside a call that waits (${state.detail})`;
    case 'write-blocked':
      return `${program.label} is blocked on a write: ${state.detail}`;
    case 'not-reading':
      return `${program.label} does not read: ${state.detail} wait in its socket`;
    case 'waiting':
      return state.detail === ''
        ? `${program.label} is idle and waits`
        : `${program.label} read all ${state.detail} and waits for more`;
  }
}

/** While the run has patience left: wait on, and tell an answer that is late from one that never comes. */
async function judgeLateness(
  judge: Judge,
  { program, peer, came, awaited, symptoms, evidence }: Silence,
  received: number,
): Promise<void> {
  const began = performance.now();
  const arrived = (): boolean => (peer !== undefined && peer.receivedBytes > received) || (came?.() ?? false);
  const late = await waitUntil(
    () => arrived() || program.exit !== undefined || peer?.ended !== undefined,
    () => sleep(10),
    judge.takePatience(),
  );
  if (!late || !arrived()) return;
  const waitedMs = Math.round(performance.now() - began);
  judge.timeout(
    `${program.label} answered too late: ${awaited} began ${(waitedMs / 1000).toFixed(1)} s after the 2 s it had`,
    symptoms.late ?? 'late',
    evidence,
  );
}
