/** Step 5, the client in trouble: what is a failure, how long it waits then, and that nothing is lost. */
import type { Exchange } from '../../peer/http-service.ts';
import { HttpService } from '../../peer/http-service.ts';
import type { Check } from '../../run/check.ts';
import { answerBytes, clientHints, HOST, Polling } from './client.ts';

const CUTS = 50;
const REFUSED_MS = 300;
const EARLY_MS = 2;
const JSON_TYPE: [name: string, value: string] = ['Content-Type', 'application/json'];
/** An id that is new whenever it comes. */
const MESSAGE = { id: 1000, text: 'from an answer that is wrong' };

/** What a server that is not well may do with a poll. */
const FAILURES: { [what: string]: (poll: Exchange) => Promise<void> | void } = {
  'a 500': (poll) => poll.respond(500, [], 'no'),
  'a 404 with a body that looks right': (poll) =>
    poll.respond(404, [JSON_TYPE], JSON.stringify({ messages: [MESSAGE], last: 1 })),
  'a 201 with a body that looks right': (poll) =>
    poll.respond(201, [JSON_TYPE], JSON.stringify({ messages: [MESSAGE], last: 1 })),
  'a 200 that is no JSON': (poll) => poll.respond(200, [JSON_TYPE], '<html>busy</html>'),
  'a 200 without a body': (poll) => poll.respond(200, [JSON_TYPE], ''),
  'a 200 that is null': (poll) => poll.respond(200, [JSON_TYPE], 'null'),
  'a 200 without messages': (poll) => poll.respond(200, [JSON_TYPE], '{"last":1}'),
  'a 200 whose messages is no array': (poll) => poll.respond(200, [JSON_TYPE], '{"messages":{},"last":1}'),
  'a message without an id': (poll) => poll.respond(200, [JSON_TYPE], '{"messages":[{"text":"a"}],"last":1}'),
  'a message whose id is a string': (poll) =>
    poll.respond(200, [JSON_TYPE], '{"messages":[{"id":"1000","text":"a"}],"last":1}'),
  'a message with the id 0 beside a right one': (poll) =>
    poll.respond(200, [JSON_TYPE], JSON.stringify({ messages: [{ id: 0, text: 'a' }, MESSAGE], last: 1 })),
  'a message whose id is no whole number': (poll) =>
    poll.respond(200, [JSON_TYPE], '{"messages":[{"id":1000.5,"text":"a"}],"last":1}'),
  'a message whose text is a number': (poll) =>
    poll.respond(200, [JSON_TYPE], '{"messages":[{"id":1000,"text":7}],"last":1}'),
  'a null among the messages': (poll) => poll.respond(200, [JSON_TYPE], '{"messages":[null],"last":1}'),
  'a reset before the answer': (poll) => poll.reset(),
  'the end of the connection before the answer': (poll) => poll.end(),
  'an end in the head': async (poll) => {
    await poll.write('HTTP/1.1 200 OK\r\nContent-Le');
    poll.end();
  },
  'an end in the body': async (poll) => {
    const bytes = answerBytes(JSON.stringify({ messages: [MESSAGE], last: 1 }));
    await poll.write(bytes.subarray(0, bytes.length - 1));
    poll.end();
  },
  'an end before the last chunk': async (poll) => {
    await poll.begin(200, [JSON_TYPE]);
    await poll.send(JSON.stringify({ messages: [MESSAGE], last: 1 }));
    poll.end();
  },
  'bytes that are no HTTP': async (poll) => {
    await poll.write('\x00\x01\x02 hello\r\n\r\n');
    poll.end();
  },
};

export const failures: Check[] = [
  {
    id: 'lab-08/client-failures',
    step: 5,
    program: 'own',
    title: 'no failure ends the client, and nothing of a wrong answer is printed',
    rule: 'README, step 5',
    quote: 'A failure does not end the client.',
    level: 'lab',
    points: 2,
    needs: ['lab-08/client-prints'],
    hints: clientHints({
      'printed-wrong':
        'A text of an answer that is wrong, or not complete, is on stdout. Look at all of the answer first: status, JSON, shape. Then print.',
      'other-since':
        'An answer that is wrong, or not complete, has moved since: it was taken for news. Look at all of the answer first: status, JSON, shape.',
      'not-asked-again':
        'After this failure no request came any more. A failure is an outcome as well: give it to the Poller, wait, ask again.',
      otherwise: 'Whatever is thrown while you ask and read is a failure: catch it in one place.',
    }),
    async run(judge) {
      const polling = await Polling.start(judge, { MODE: 'long', RETRY_MS: '4', MAX_RETRY_MS: '8' });
      const order = judge.draw('order', (random) => random.shuffle(Object.keys(FAILURES)));
      let before = 'its start';
      for (const [index, what] of order.entries()) {
        const poll = await polling.asked({ what: `the next poll after ${before}` });
        judge.trace.note(`this poll comes to ${what}`);
        await FAILURES[what]!(poll);
        before = what;
        // Right answers among the wrong ones.
        if (index % 4 !== 3) continue;
        const good = await polling.asked({ what: `the next poll after ${before}` });
        polling.post(`right ${index}`);
        expectNothingWrong(polling, order.slice(0, index + 1));
        await polling.answer(good);
        await polling.expectPrinted();
        before = 'a right answer';
      }
      const last = await polling.asked({ what: `the next poll after ${before}` });
      expectNothingWrong(polling, order);
      polling.post('the last one');
      await polling.answer(last);
      await polling.expectPrinted();
      await polling.expectNothingMore();

      function expectNothingWrong({ console: client, service }: Polling, seen: string[]): void {
        const rest = client.rest();
        if (rest.length === 0) return;
        judge.fail(
          `your client printed ${JSON.stringify(Buffer.from(rest).toString().slice(0, 80))} of an answer that was a failure`,
          'printed-wrong',
          service.evidence(['nothing on stdout'], `after ${seen.slice(-4).join(', ')}`),
        );
      }
    },
  },
  {
    id: 'lab-08/client-refused',
    step: 5,
    program: 'own',
    title: 'a server that refuses connections is asked again until it is there',
    rule: 'README, step 5',
    quote: 'a connection that is refused, reset or ended before the answer is complete',
    level: 'lab',
    needs: ['lab-08/client-prints'],
    hints: clientHints({
      'never-connected':
        'The server was away when your client began, and it never came back to it. A connection that is refused is a failure: wait, and ask again.',
      otherwise: 'A connection that is refused is a failure as any other.',
    }),
    async run(judge) {
      const service = await HttpService.listen(judge, HOST);
      await service.refuse();
      const polling = new Polling(judge, service, { MODE: 'long', RETRY_MS: '20', MAX_RETRY_MS: '60' });
      const { program } = polling.console;
      await service.until(() => program.exit !== undefined, REFUSED_MS);
      await service.listenAgain();
      const first = await polling.asked({ crashed: 'crashed' });
      polling.post('here I am');
      await service.refuse();
      await polling.answer(first);
      await polling.expectPrinted();
      await service.until(() => program.exit !== undefined, REFUSED_MS);
      await service.listenAgain();
      const next = await polling.asked({ what: 'the next poll, after the server was away' });
      polling.post('back again');
      await polling.answer(next);
      await polling.expectPrinted();
      await polling.expectNothingMore();
    },
  },
  {
    id: 'lab-08/client-back-off',
    step: 5,
    program: 'own',
    title: 'after failures the client waits longer and longer, and not after a success',
    rule: 'README, step 5',
    quote: 'after `failed`, in both modes, after a wait that grows',
    level: 'lab',
    needs: ['lab-08/client-failures', 'lab-08/poller-reset'],
    hints: clientHints({
      'too-early':
        'The client came back sooner than the Poller allows. What does it do with delayMs after a failure?',
      'not-reset':
        'After a success the first failure is the first again, and the client waits as after many.',
      'not-asked-again':
        'After a success and one failure the client waits for as long as after many: the count begins again after a success.',
      otherwise:
        'Each request comes to one call of receive: success or failure. The client waits for delayMs, and asks.',
    }),
    async run(judge) {
      const retryMs = judge.draw('retry', (random) => random.integer(30, 50));
      const polling = await Polling.start(judge, {
        MODE: 'long',
        RETRY_MS: `${retryMs}`,
        MAX_RETRY_MS: '60000',
        TIMEOUT_S: '20',
      });
      let poll = await polling.asked();
      for (let n = 1; n <= 5; n += 1) {
        await poll.respond(500);
        const failedAt = poll.answeredAt;
        poll = await polling.asked({ what: `the next poll after failure ${n}` });
        // From before the answer was sent: what delays the judge makes it longer, never shorter.
        const waitedMs = poll.at - failedAt;
        const leastMs = (retryMs * 2 ** (n - 1)) / 2 - EARLY_MS;
        if (waitedMs < leastMs) {
          judge.fail(
            `after failure ${n} in a row your client asked again after ${waitedMs.toFixed(1)} ms`,
            'too-early',
            polling.service.evidence(
              [`a wait of ${leastMs + EARLY_MS} ms or more, with RETRY_MS=${retryMs}`],
              `${waitedMs.toFixed(1)} ms`,
              poll,
            ),
          );
        }
        judge.observe();
      }
      // The next failure in a row would wait for 16 times RETRY_MS at least, the one after that for 32 times, and so on.
      const waits: number[] = [];
      for (let round = 0; round < 3; round += 1) {
        await poll.respond(204);
        poll = await polling.asked({ what: 'the next poll after a 204' });
        await poll.respond(500);
        const failedAt = poll.answeredAt;
        poll = await polling.asked({ what: 'the next poll after a 204 and one failure' });
        waits.push(poll.at - failedAt);
        // A machine that stalls has three tries.
        if (waits.at(-1)! < retryMs * 16) break;
      }
      if (waits.every((waitedMs, round) => waitedMs >= retryMs * 16 * 2 ** round)) {
        judge.fail(
          `after a 204 and one failure your client waited ${Math.round(waits[0]!)} ms, as after many failures`,
          'not-reset',
          polling.service.evidence(
            [`a wait of ${retryMs} ms at most`],
            waits.map((ms) => `${Math.round(ms)} ms`).join(', '),
            poll,
          ),
        );
      }
      judge.observe();
    },
  },
  {
    id: 'lab-08/client-no-answer',
    step: 5,
    program: 'own',
    title: 'an answer that does not come in time is given up, and its connection closed',
    rule: 'README, step 5',
    quote:
      'So is an answer that is not complete `ANSWER_MS` after the request; in long mode, `ANSWER_MS` after the `TIMEOUT_S` for which it may be held. Its connection is closed then.',
    level: 'lab',
    needs: ['lab-08/client-failures'],
    hints: clientHints({
      'not-asked-again':
        'The answer did not come, and your client still waits for it. A server can go away without a word: a timer beside the request gives it up.',
      'not-closed':
        'The request was given up, and its connection is still open. Abort it: the signal of request does that.',
      'gave-up-early':
        'A long poll was given up while the server might still hold it. The time for an answer begins when TIMEOUT_S is over.',
      'head-only':
        'The head of the answer came, and the rest did not. The time is for the whole answer, its body too.',
      otherwise: 'A timer beside each request, from its start until its answer is complete.',
    }),
    async run(judge) {
      const env = { RETRY_MS: '10', MAX_RETRY_MS: '20', ANSWER_MS: '400' };
      const trials = [
        { mode: 'short', heldMs: 400, silent: 'not-asked-again', reply: () => {} },
        { mode: 'long', heldMs: 1000, silent: 'not-asked-again', reply: () => {} },
        {
          mode: 'short',
          heldMs: 400,
          silent: 'head-only',
          reply: (poll: Exchange) => poll.write(answerBytes('{"messages":[],"last":0}').subarray(0, 90)),
        },
      ] as const;
      await Promise.all(
        trials.map(async ({ mode, heldMs, silent, reply }) => {
          const polling = await Polling.start(judge, {
            ...env,
            MODE: mode,
            TIMEOUT_S: '0.6',
            INTERVAL_MS: '10',
          });
          // The second poll is sent after this answer: counted from here, what delays the judge makes the time longer.
          const first = await polling.asked();
          const answeredAt = performance.now();
          await polling.answer(first);
          const poll = await polling.asked();
          await reply(poll);
          // The next request is not sent before this one is closed; `asked` sees to it.
          await polling.service.until(() => polling.service.pending > 0 || poll.over, 10_000);
          const gaveUpMs = performance.now() - answeredAt;
          if (poll.over && gaveUpMs < heldMs - EARLY_MS) {
            judge.fail(
              `your client gave up a ${mode} poll ${Math.round(gaveUpMs)} ms after the answer to the one before`,
              'gave-up-early',
              {
                sent: [],
                accepted: [`an open connection for ${heldMs} ms`],
                actual: `its end after ${Math.round(gaveUpMs)} ms`,
              },
            );
          }
          const next = await polling.asked({
            silent,
            what: 'the next poll, after one that was never answered',
          });
          if (!(await polling.service.until(() => poll.over, 2000))) {
            judge.fail(
              'your client left the connection open on which the answer did not come',
              'not-closed',
              {
                sent: [],
                accepted: ['the end of the connection'],
                actual: 'it is still open',
              },
            );
          }
          await polling.answerInTime(next, 'at last');
        }),
      );
    },
  },
  {
    id: 'lab-08/client-cuts',
    step: 5,
    program: 'own',
    title: 'cut off 50 times, it prints every message once and in order',
    rule: 'README, step 5',
    quote:
      'The judge cuts the connection off 50 times, before, in and behind answers. Every message is printed once, and in order.',
    level: 'lab',
    points: 2,
    needs: ['lab-08/client-failures', 'lab-08/client-framings'],
    hints: clientHints({
      'printed-twice':
        'A message was printed a second time after a cut. What is printed before its answer is complete comes again with the next one.',
      'printed-cut':
        'An answer broke off, and a text of it was printed. Only a complete answer counts: the next one brings the text again.',
      otherwise: 'An answer counts when it is complete. What broke off is a failure, and since stays.',
    }),
    async run(judge) {
      const polling = await Polling.start(judge, { MODE: 'long', RETRY_MS: '2', MAX_RETRY_MS: '4' });
      const plan = judge.draw('cuts', (random) =>
        Array.from({ length: CUTS }, () => [
          random.integer(0, 6),
          random.integer(1, 999),
          random.integer(0, 2),
        ]),
      );
      for (const [round, [way = 0, place = 0, fresh = 0]] of plan.entries()) {
        const poll = await polling.asked({ what: `the next poll, after ${round} cuts` });
        await expectNothing(round);
        for (let n = 0; n < fresh; n += 1) polling.post(`message ${polling.board.length + 1}`);
        const bytes = answerBytes(polling.body(polling.behind(polling.arrived)));
        const headBytes = bytes.indexOf('\r\n\r\n') + 4;
        // A whole answer counts, and what is cut behind it is lost to nobody.
        const isWhole = way >= 5 && polling.behind(polling.arrived).length > 0;
        if (way === 0) poll.reset();
        else if (way === 1) poll.end();
        else if (way === 2) await cutAfter(poll, bytes, 1 + (place % (headBytes - 1)));
        else if (way === 3) await cutAfter(poll, bytes, headBytes + (place % (bytes.length - headBytes)));
        else if (way === 4) {
          await poll.begin(200, [JSON_TYPE]);
          await poll.send(bytes.subarray(headBytes));
          poll.end();
        } else if (isWhole)
          await polling.answer(poll, { framing: way === 5 ? 'length' : 'chunked', chunks: 2 });
        else {
          await poll.respond(204);
          poll.end();
        }
        if (isWhole) await polling.expectPrinted(`the messages of an answer, after ${round} cuts`);
      }
      const poll = await polling.asked({ what: 'the next poll, after 50 cuts' });
      await expectNothing(CUTS);
      polling.post('the last one');
      await polling.answer(poll);
      await polling.expectPrinted('all that was missing, after 50 cuts');
      await polling.asked();
      await polling.expectNothingMore();

      /** Of a cut answer; looked for when the client has asked again, so what it printed is here. */
      async function expectNothing(round: number): Promise<void> {
        for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
        if (polling.console.rest().length === 0) return;
        const printed = Buffer.from(polling.console.rest()).toString();
        const old = polling.board
          .slice(0, polling.arrived)
          .some(({ text }) => text === printed.split('\n')[0]);
        judge.fail(
          `your client printed ${JSON.stringify(printed.slice(0, 60))} after cut ${round}`,
          old ? 'printed-twice' : 'printed-cut',
          polling.service.evidence(
            ['nothing of an answer that is not complete'],
            JSON.stringify(printed.slice(0, 60)),
          ),
        );
      }
    },
  },
];

async function cutAfter(poll: Exchange, bytes: Uint8Array, at: number): Promise<void> {
  await poll.write(bytes.subarray(0, at));
  if (at % 2 === 0) poll.reset();
  else poll.end();
}
