/**
 * An answer stays out. Why? Each cause gets its own words, because each needs another cure: the program ended, it
 * closed, it is busy, it waits inside a call, it cannot write, it does not read, it waits for more, or it is late.
 */
import { unsentBytesOf } from '../drive/kernel-sockets.ts';
import { isRunnable, waitChannel } from '../drive/processes.ts';
import { sleep, waitUntil } from '../drive/waiting.ts';
import { within } from '../drive/within.ts';
import type { Judge, Subject } from '../run/judge.ts';
import type { Evidence } from '../run/result.ts';
import { count } from './compare.ts';
import { readBytes, unreadBytes, unsentBytes } from './delivery.ts';
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
  /** Where what came late is not what was awaited: `a 408 came`. */
  late?: () => string | undefined;
  /** What is awaited is an end, of the connection or of the program: it comes as a whole, it does not begin. */
  ending?: boolean;
  /** How long the answer had until now, for the words about one that is late. */
  limitMs?: number;
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
  const { program, peer, reads = peer, awaited, evidence } = silence;
  const began = performance.now();
  const received = peer?.receivedBytes ?? 0;

  if (peer?.ended !== undefined) await within(program.exited, EXIT_MS);
  blameEnd(judge, silence);
  const state = await watch(judge, program, reads);
  await judgeLateness(judge, silence, received, began, state.kind === 'busy' ? 0 : judge.takePatience());
  // It may have ended while it was looked at and waited for.
  blameEnd(judge, silence);
  const sentence =
    silence.ending && state.kind === 'waiting' ? `${program.label} still runs` : describe(state, program);
  judge.trace.note(sentence);
  judge.timeout(`${sentence}; ${awaited} did not come`, symptomOf(silence, state.kind), evidence);
}

function symptomOf({ symptoms }: Silence, kind: SilenceKind): string {
  return symptoms[kind] ?? kind;
}

/** End the check if the program or the connection is at its end. */
function blameEnd(judge: Judge, silence: Silence): void {
  const { program, peer, verb = 'sending', awaited, evidence } = silence;
  if (program.exit !== undefined) {
    const kind = program.brokenLimit === undefined ? 'crashed' : 'broke-limit';
    judge.trace.student('', `ends: ${program.describeExit()}`);
    judge.crash(
      kind === 'crashed'
        ? `${program.label} ended (${program.describeExit()}) instead of ${verb} ${awaited}`
        : `the checker stopped ${program.label}: it ${program.brokenLimit}`,
      symptomOf(silence, kind),
      program,
      { ...evidence, actual: program.describeExit() },
    );
  }
  if (peer?.ended === 'fin') {
    judge.fail(`${program.label} closed the connection (FIN) before ${awaited}`, symptomOf(silence, 'fin'), {
      ...evidence,
      actual: `${evidence.actual ?? 'nothing'}, then FIN`,
    });
  }
  if (peer?.ended === 'reset') {
    judge.fail(`${program.label} reset the connection (RST) before ${awaited}`, symptomOf(silence, 'reset'), {
      ...evidence,
      actual: `${evidence.actual ?? 'nothing'}, then RST`,
    });
  }
}

interface State {
  kind: 'busy' | 'blocked' | 'write-blocked' | 'not-reading' | 'waiting';
  /** What was measured, for the sentence. */
  detail: string;
}

async function watch(judge: Judge, program: Subject, peer: TcpPeer | undefined): Promise<State> {
  const cpuBefore = program.usage()?.cpuMs;
  const readBefore = peer && readBytes(peer.route, peer.sentBytes);
  const began = performance.now();
  const channels: (string | undefined)[] = [];
  let runnable = 0;
  for (let look = 0; look < WATCH_LOOKS; look += 1) {
    await sleep(WATCH_MS / WATCH_LOOKS);
    if (program.pid !== undefined && isRunnable(program.pid)) runnable += 1;
    channels.push(program.pid === undefined ? undefined : waitChannel(program.pid));
  }
  const watchedMs = performance.now() - began;
  const cpuAfter = program.usage()?.cpuMs;
  const cpuMs = cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore;
  // Where others keep the machine busy too, its share is small, and it is always about to run.
  if (cpuMs !== undefined && (cpuMs > watchedMs * BUSY_SHARE || (cpuMs > 0 && runnable === WATCH_LOOKS))) {
    const readNothing =
      peer !== undefined && readBefore !== undefined && readBytes(peer.route, peer.sentBytes) === readBefore;
    const detail = `it used ${cpuMs} ms of CPU time in ${Math.round(watchedMs)} ms`;
    return { kind: 'busy', detail: readNothing ? `${detail} and read nothing` : detail };
  }
  const unreadToldBytes = peer && unreadBytes(peer.route);
  const unread = unreadToldBytes ?? 0;
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
    // Only Node has one event loop that must not wait: the main thread of another program may well sit anywhere.
    if (!judge.foreign && !/recv|accept|sk_wait|wait_woken|inet_csk|skb_wait/.test(channel))
      return { kind: 'blocked', detail: channel };
  }
  if (unread > 0) return { kind: 'not-reading', detail: count(unread, 'byte') };
  if (peer !== undefined && unreadToldBytes !== undefined && peer.sentBytes > 0) {
    return { kind: 'waiting', detail: `read all ${count(peer.sentBytes, 'byte')} and waits for more` };
  }
  return { kind: 'waiting', detail: cpuMs === undefined ? 'did not answer' : 'is idle and waits' };
}

function describe({ kind, detail }: State, { label }: Subject): string {
  switch (kind) {
    case 'busy':
      return `${label}'s event loop is blocked: ${detail}`;
    case 'blocked':
      return `${label}'s event loop is blocked: it sits inside a call that waits (${detail})`;
    case 'write-blocked':
      return `${label} is blocked on a write: ${detail}`;
    case 'not-reading':
      return `${label} does not read: ${detail} wait in its socket`;
    case 'waiting':
      return `${label} ${detail}`;
  }
}

/** Wait on for `patienceMs`, and tell an answer that is late from one that never comes. */
async function judgeLateness(
  judge: Judge,
  silence: Silence,
  receivedBytes: number,
  began: number,
  patienceMs: number,
): Promise<void> {
  const { program, peer, came, late, ending = false, awaited, limitMs, evidence } = silence;
  const arrived = (): boolean =>
    (peer !== undefined && peer.receivedBytes > receivedBytes) ||
    (ending && peer?.ended === 'fin' && program.exit === undefined) ||
    (came?.() ?? false);
  await waitUntil(
    () => arrived() || program.exit !== undefined || peer?.ended !== undefined,
    () => sleep(10),
    patienceMs,
  );
  const afterSeconds = ((performance.now() - began) / 1000).toFixed(1);
  // The end of a connection that the end of its program brings is no answer.
  if (peer?.ended !== undefined) await within(program.exited, EXIT_MS);
  if (!arrived()) return;
  const limit = limitMs === undefined ? 'its time was over' : `the ${limitMs / 1000} s it had`;
  const other = late?.();
  const what =
    other === undefined ? `${awaited} ${ending ? 'came' : 'began'}` : `instead of ${awaited} ${other}`;
  judge.timeout(
    `${program.label} answered too late: ${what} ${afterSeconds} s after ${limit}`,
    symptomOf(silence, 'late'),
    evidence,
  );
}
