/** Steps 2 and 7: clients that are too slow. */
import { sleep } from '../../drive/waiting.ts';
import { HttpPeer } from '../../peer/http.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { hello, helloRequest, hints, request } from './requests.ts';

/** Short, so that nobody waits long for it; long enough for a client that is slow and still in time. */
const LIMIT_MS = 500;
/** An answer that takes longer than every limit. */
const SLOW_MS = 700;
/** Far below the limit: a timer that each byte starts again must not run out between two. */
const TRICKLE_MS = 40;
/** More than a client that trickles can send in that time. */
const TRICKLED_BYTES = 400;
/** A time-out must come within this time, eight times the limit; a server may look at its clients every second or so. */
const LATEST_MS = 4000;

const HINTS = hints({
  'never-times-out':
    'The client says nothing more, and your server waits for ever. A few thousand such clients, and nobody else gets in.',
  'trickle-resets':
    'A byte now and then kept the connection alive. The limit is on the whole, from its first byte; a timer that each byte starts again never ends.',
  'answer-cut':
    'The time-out ended a connection whose request was complete and whose answer was under way. Stop the clock when what it measures is over.',
  'legal-cut': 'This client was slow, and within the limit.',
  otherwise: 'One timer for what the client is doing now: begun with its first byte, stopped with its last.',
});

export const timeOuts: Check[] = [
  {
    id: 'lab-06/idle-time-out',
    step: 2,
    program: 'own',
    title: 'an idle connection is closed after a while, and one that waits for an answer is not idle',
    rule: 'README, step 2',
    quote:
      'A connection on which nothing happens for `IDLE_TIMEOUT_MS` is closed, without an answer or with 408.',
    level: 'lab',
    needs: ['lab-06/reuse', 'lab-06/slow'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.startServer({ env: { IDLE_TIMEOUT_MS: `${LIMIT_MS}` } });
      const silent = await HttpPeer.connect(judge, server, { lane: 'A' });
      const patient = await HttpPeer.connect(judge, server, { lane: 'C' });
      await patient.send(request(`GET /slow?ms=${SLOW_MS}`));
      const once = await HttpPeer.connect(judge, server, { lane: 'B' });
      await once.ask(helloRequest(), hello);
      await expectTimeOut(judge, silent, 'a connection that said nothing');
      await expectTimeOut(judge, once, 'a connection that was idle after its first answer');
      await expectSlowAnswer(patient);
      await expectTimeOut(judge, patient, 'a connection that was idle after a slow answer');
    },
  },
  {
    id: 'lab-06/head-time-out',
    step: 7,
    program: 'own',
    title: 'a head that does not become complete ends in 408 or the end of the connection',
    rule: 'README, step 7',
    quote:
      'A head that is not complete after `HEAD_TIMEOUT_MS`, or a body after `BODY_TIMEOUT_MS`, is answered with 408, or the connection is closed without an answer.',
    level: 'lab',
    needs: ['lab-06/reuse', 'lab-06/slow'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.startServer({ env: { HEAD_TIMEOUT_MS: `${LIMIT_MS}` } });
      const name = judge.draw('name', (random) => random.letters(TRICKLED_BYTES));
      const head = helloRequest({ fields: [['X-Name', name]] });
      const half = head.subarray(
        0,
        judge.draw('half', (random) => random.integer(1, 40)),
      );
      const silent = await HttpPeer.connect(judge, server, { lane: 'A' });
      await silent.send(half, { requests: 0 });
      const trickling = await HttpPeer.connect(judge, server, { lane: 'B' });
      const trickle = trickleFrom(trickling, head);
      const patient = await HttpPeer.connect(judge, server, { lane: 'C' });
      await patient.send(request(`GET /slow?ms=${SLOW_MS}`));
      await expectInTime(judge, server, head);
      await expectTimeOut(judge, silent, 'half a head');
      await expectTrickleOver(judge, trickling, await trickle, 'a head that came a byte at a time');
      await expectSlowAnswer(patient);
    },
  },
  {
    id: 'lab-06/body-time-out',
    step: 7,
    program: 'own',
    title: 'a body that does not become complete ends in 408 or the end of the connection',
    rule: 'README, step 7',
    quote:
      'A head that is not complete after `HEAD_TIMEOUT_MS`, or a body after `BODY_TIMEOUT_MS`, is answered with 408, or the connection is closed without an answer.',
    level: 'lab',
    needs: ['lab-06/echo', 'lab-06/slow'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.startServer({ env: { BODY_TIMEOUT_MS: `${LIMIT_MS}` } });
      const body = judge.draw('body', (random) => random.letters(TRICKLED_BYTES));
      const whole = request('POST /echo', { body });
      const headBytes = whole.length - body.length;
      const silent = await HttpPeer.connect(judge, server, { lane: 'A' });
      await silent.send(whole.subarray(0, headBytes + 7), { requests: 0 });
      const trickling = await HttpPeer.connect(judge, server, { lane: 'B' });
      await trickling.send(whole.subarray(0, headBytes), { requests: 0 });
      const trickle = trickleFrom(trickling, whole.subarray(headBytes));
      const patient = await HttpPeer.connect(judge, server, { lane: 'C' });
      await patient.send(request(`GET /slow?ms=${SLOW_MS}`, { body }));
      await expectTimeOut(judge, silent, 'a part of a body');
      await expectTrickleOver(judge, trickling, await trickle, 'a body that came a byte at a time');
      await expectSlowAnswer(patient);
    },
  },
];

/**
 * Send byte after byte until an answer or the end of the connection comes; never the last one.
 *
 * @returns whether it came while there were bytes
 */
async function trickleFrom({ tcp }: HttpPeer, bytes: Uint8Array): Promise<boolean> {
  const answered = (): boolean => tcp.rest().length > 0;
  const began = performance.now();
  for (let at = 0; at < bytes.length - 1 && performance.now() - began < LATEST_MS; at += 1) {
    if (answered() || tcp.ended !== undefined) return true;
    await tcp.send(bytes.subarray(at, at + 1));
    await sleep(TRICKLE_MS);
  }
  // What has come is seen in the next turn of the event loop.
  await tcp.settle(answered, TRICKLE_MS);
  return answered() || tcp.ended !== undefined;
}

/** The time-out came between two bytes, not behind the last of them. */
async function expectTrickleOver(judge: Judge, client: HttpPeer, over: boolean, what: string): Promise<void> {
  if (!over) {
    judge.fail(
      `${LATEST_MS / 1000} s after its first byte your server still reads ${what}, and the limit was ${LIMIT_MS} ms`,
      'trickle-resets',
      client.evidence(
        [`a 408 response, or the end of the connection, ${LIMIT_MS} ms after the first byte`],
        'neither, as long as bytes came',
      ),
    );
  }
  await expectTimeOut(judge, client, what, 'trickle-resets');
}

/** 408 or nothing, then the end of the connection. */
async function expectTimeOut(
  judge: Judge,
  client: HttpPeer,
  what: string,
  symptom = 'never-times-out',
): Promise<void> {
  await client.tcp.settle(() => client.tcp.rest().length > 0, LATEST_MS);
  const accepted = ['a 408 response, or the end of the connection'];
  if (client.tcp.rest().length === 0 && client.tcp.ended === undefined) {
    judge.timeout(
      `${LATEST_MS / 1000} s later your server still waits: ${what}, and the limit was ${LIMIT_MS} ms`,
      symptom,
      client.evidence(accepted, 'the connection stays open'),
    );
  }
  if (client.tcp.rest().length > 0) {
    await client.expectResponse({
      to: what,
      method: 'GET',
      status: 408,
      accepted,
    });
  }
  await client.expectClosed(what, { waiting: symptom, 'not-reading': symptom });
  judge.trace.note(`${what} was given up`);
}

async function expectSlowAnswer(client: HttpPeer): Promise<void> {
  await client.expectResponse({
    to: `GET /slow?ms=${SLOW_MS}, which takes longer than the limit`,
    status: 200,
    body: `waited ${SLOW_MS} ms\n`,
    otherStatus: 'answer-cut',
    silence: { fin: 'answer-cut', reset: 'answer-cut' },
  });
}

/** A client that is slow and in time is served; where this machine was too slow for that, nothing is said. */
async function expectInTime(
  judge: Judge,
  server: Parameters<typeof HttpPeer.connect>[1],
  head: Uint8Array,
): Promise<void> {
  const client = await HttpPeer.connect(judge, server, { lane: 'D' });
  const began = performance.now();
  for (const [from, to] of [
    [0, 9],
    [9, 40],
    [40, head.length],
  ] as const) {
    await client.tcp.send(head.subarray(from, to));
    if (to < head.length) await sleep(LIMIT_MS / 6);
  }
  if (performance.now() - began > LIMIT_MS / 2) {
    judge.trace.note('this machine was too slow to be a client that is in time');
    return;
  }
  await client.expectResponse({
    ...hello,
    to: 'GET /hello, from a client that was slow and in time',
    silence: { fin: 'legal-cut', reset: 'legal-cut' },
    otherStatus: 'legal-cut',
  });
}
