/** How a client behaves that gets no answer: how many datagrams it sends, when, and how it ends. */
import { explainSilence } from '../../peer/silence.ts';
import type { Judge } from '../../run/judge.ts';
import { expectGivenUp, Session } from './client-session.ts';

export interface Silent {
  tries: number;
  timeoutMs: number;
  /** Somebody who was not asked answers the first datagram. */
  stranger?: string;
}

/** What is wrong with the times, as the first line of a report. */
interface Offence {
  message: string;
  symptom: string;
  /** How long it really waited after each datagram, in ms. */
  waitedMs: number[];
  /** `judge`: nothing is wrong, but the judge was too slow to see whether something would be. */
  fault: 'early' | 'late' | 'judge';
}

/** Longer than a client's way from one event to the next on a machine with much else to do. */
const GRACE_MS = 2000;
/** A second measurement is this many times slower: a delay that spoiled the first is nothing to it. */
const SLOWER = 5;
/** A timer never fires early, but the datagram it belongs to may leave late: the first one most of all. */
const FIRST_SHARE = 0.5;
const LATER_SHARE = 0.75;
/** A stranger who speaks within this share of the first wait would be seen to shorten it. */
const PROMPT_SHARE = 0.25;

/**
 * Answer none of the client's datagrams, and fail the check unless it sends `tries` of them, the same each time, waits
 * `timeoutMs` after the first and twice as long after each next one, and then gives up in order.
 *
 * Times that are wrong are measured again before they count: the machine may have been busy.
 */
export async function expectGivesUp(judge: Judge, silent: Silent): Promise<void> {
  const line = judge.draw('line', (random) => random.letters(7));
  const first = await measure(judge, line, silent);
  if (first === undefined) return;
  judge.trace.note(`${first.message}: measured again, to be sure`);
  const timeoutMs = first.fault === 'late' ? silent.timeoutMs : silent.timeoutMs * SLOWER;
  const second = await measure(judge, line, { ...silent, timeoutMs });
  if (second === undefined || second.fault === 'judge') return;
  judge.fail(second.message, second.symptom, {
    accepted: [`${silent.tries} datagrams, with waits of ${waits({ ...silent, timeoutMs }).join(', ')} ms`],
    actual: `waits of ${second.waitedMs.join(', ')} ms`,
  });
}

async function measure(judge: Judge, line: string, silent: Silent): Promise<Offence | undefined> {
  const { tries, timeoutMs, stranger } = silent;
  const session = await Session.start(judge, {
    env: { TRIES: String(tries), TIMEOUT_MS: String(timeoutMs) },
  });
  const { console, service } = session;
  const { program } = console;
  const endedAt = program.exited.then(() => performance.now());
  const question = await session.ask(line);
  if (stranger !== undefined) await service.answerAsStranger('other port', question, Buffer.from(stranger));
  const strangerAfterMs = performance.now() - question.notBefore;
  const planned = waits(silent);
  for (let number = 2; number <= tries; number += 1) {
    const wait = planned[number - 2]!;
    if (!(await service.receive(program, number, wait + GRACE_MS))) {
      service.blameKernel();
      await explainSilence(judge, {
        program,
        came: () => service.questions.length >= number,
        awaited: `datagram ${number} of ${tries}`,
        symptoms: {
          waiting: number === 2 ? 'waits-for-ever' : 'waits-too-long',
          late: 'waits-too-long',
          crashed: stranger === undefined ? 'too-few' : 'stranger-ends',
        },
        evidence: {
          accepted: [`datagram ${number} of ${tries}, ${wait} ms after datagram ${number - 1}`],
          actual: `no datagram ${number}`,
        },
      });
    }
    await service.expect(program, { bytes: Buffer.from(line), what: `datagram ${number} of ${tries}` });
  }
  const lastWait = planned.at(-1)!;
  if (await service.receive(program, tries + 1, lastWait + GRACE_MS)) {
    judge.fail(`your client sent more than ${tries} datagrams, and TRIES is ${tries}`, 'too-many', {
      accepted: [`${tries} datagrams in all`],
      actual: `at least ${service.questions.length}`,
    });
  }
  await expectGivenUp(console, {
    when: `when ${tries} datagrams got no answer`,
    why: 'that no answer came',
    limitMs: 0,
    goesOn: 'waits-for-ever',
  });
  const found = offence(service.questions, await endedAt, planned);
  if (found !== undefined || stranger === undefined || strangerAfterMs < timeoutMs * PROMPT_SHARE)
    return found;
  return {
    message: `the judge's stranger spoke only ${Math.round(strangerAfterMs)} ms after datagram 1`,
    symptom: 'too-early',
    waitedMs: [],
    fault: 'judge',
  };
}

/** How long to wait after each datagram, in ms. */
function waits({ tries, timeoutMs }: Silent): number[] {
  return Array.from({ length: tries }, (_, index) => timeoutMs * 2 ** index);
}

function offence(
  datagrams: readonly { seenAt: number; notBefore: number }[],
  endedAt: number,
  planned: number[],
): Offence | undefined {
  // Each at most: a datagram may have been under way before it was seen.
  const waitedMs = planned.map((_, index) =>
    Math.round((datagrams[index + 1]?.seenAt ?? endedAt) - datagrams[index]!.notBefore),
  );
  for (const [index, wait] of planned.entries()) {
    const waited = waitedMs[index]!;
    if (waited >= wait * (index === 0 ? FIRST_SHARE : LATER_SHARE)) continue;
    const last = index === planned.length - 1;
    // At least the first wait, but no longer: then it waits, and does not double.
    const same = waited >= planned[0]! * FIRST_SHARE;
    return {
      message: last
        ? `your client gave up ${waited} ms after its last datagram, not after ${wait} ms`
        : `datagram ${index + 2} came ${waited} ms after datagram ${index + 1}, not after ${wait} ms`,
      symptom: same ? 'not-doubled' : last ? 'no-last-wait' : 'too-early',
      waitedMs,
      fault: 'early',
    };
  }
  const tookMs = Math.round(endedAt - datagrams[0]!.seenAt);
  const plannedMs = planned.reduce((sum, wait) => sum + wait, 0);
  if (tookMs <= plannedMs + GRACE_MS) return undefined;
  return {
    message: `your client gave up after ${tookMs} ms, but its waits are ${planned.join(', ')} ms, ${plannedMs} in all`,
    symptom: 'timeout-ignored',
    waitedMs,
    fault: 'late',
  };
}
