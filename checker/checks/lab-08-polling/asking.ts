/** Step 5, the client: what it asks, when it asks again, what it prints. */

import { ProgramConsole } from '../../peer/console.ts';
import type { Check } from '../../run/check.ts';
import { noSigterm, terminate } from '../contract.ts';
import { clientHints, HOST, Polling } from './client.ts';

const FAR_MS = '60000';
/** Timers fire a little early, a millisecond each. */
const EARLY_MS = 2;

export const asking: Check[] = [
  {
    id: 'lab-08/client-prints',
    step: 5,
    program: 'own',
    title: 'the client asks from since=0 on, and prints each text as soon as it has come',
    rule: 'README, the contract',
    quote: 'exactly: the text of each message, and LF behind it, as soon as the message has come',
    level: 'lab',
    hints: clientHints({
      'not-at-once':
        'A message has come, the connection is over, and nothing is on stdout. Print it when its answer is complete, not at the end of the program.',
      otherwise: 'new Poller, then in a loop: ask, request, receive, print, wait.',
    }),
    async run(judge) {
      const polling = await Polling.start(judge, { MODE: 'long', TIMEOUT_S: '20', INTERVAL_MS: FAR_MS });
      for (const text of [
        judge.draw('text', (random) => random.letters(7)),
        'zwölf ☕ 🚲',
        '',
        ' spaces ',
        '%d %s',
      ]) {
        const poll = await polling.asked({ timeoutSeconds: 20 });
        polling.post(text);
        await polling.answer(poll);
        await polling.expectPrinted(`the text ${JSON.stringify(text)}`);
      }
      const poll = await polling.asked();
      for (let n = 1; n <= 5; n += 1) polling.post(`message ${n} of 5`);
      await polling.answer(poll);
      await polling.expectPrinted('five texts');
      await polling.asked();
      await polling.expectNothingMore();
    },
  },
  {
    id: 'lab-08/client-long',
    step: 5,
    program: 'own',
    title: 'in long mode it asks again at once, after a 200 and after a 204',
    rule: 'README, step 5',
    quote: 'after `messages` or `none` in long mode at once: `delayMs` is 0',
    level: 'lab',
    needs: ['lab-08/client-prints'],
    hints: clientHints({
      waits:
        'A long poll was answered, and the next one did not come: your client waits for the interval of the short polls, or for a retry. The server holds the next poll, and that is pause enough.',
      otherwise: 'After a 200 and after a 204 the delay is 0.',
    }),
    async run(judge) {
      const polling = await Polling.start(judge, {
        MODE: 'long',
        TIMEOUT_S: '0.5',
        INTERVAL_MS: FAR_MS,
        RETRY_MS: FAR_MS,
        MAX_RETRY_MS: FAR_MS,
        ANSWER_MS: '30000',
      });
      for (let round = 0; round < 6; round += 1) {
        const poll = await polling.asked({
          timeoutSeconds: 0.5,
          silent: 'waits',
          what: `the next poll after ${round % 2 === 0 ? 'a 204' : 'a 200'}`,
        });
        if (round % 2 === 1) await poll.respond(204);
        else {
          if (round === 4) polling.post('news');
          await polling.answer(poll);
        }
      }
      await polling.asked({ silent: 'waits' });
      await polling.expectPrinted();
    },
  },
  {
    id: 'lab-08/client-one-at-a-time',
    step: 5,
    program: 'own',
    title: 'it has one request under way at a time, however slow the server is',
    rule: 'README, step 5',
    quote:
      'It has one request under way at a time: the next one is not sent before the last has come to something.',
    level: 'lab',
    needs: ['lab-08/client-prints'],
    hints: clientHints({
      'gave-up':
        'The client gave up a request because the interval was over. The time for an answer is ANSWER_MS.',
      otherwise:
        'No setInterval around the request: the next one is planned when the last has come to something.',
    }),
    async run(judge) {
      const polling = await Polling.start(judge, { MODE: 'short', INTERVAL_MS: '20', ANSWER_MS: '30000' });
      for (let round = 1; round <= 2; round += 1) {
        const poll = await polling.asked();
        // Fifteen intervals; whoever asks by the clock asks again meanwhile.
        await polling.service.until(() => polling.service.pending > 0 || poll.over, 300);
        if (poll.over) {
          judge.fail('your client closed its connection before the answer had come', 'gave-up', {
            sent: [],
            accepted: ['a client that waits for its answer, for ANSWER_MS (30000)'],
            actual: 'it ended the connection',
          });
        }
        if (polling.service.pending > 0) await polling.asked();
        polling.post(`slow ${round}`);
        await polling.answer(poll);
        await polling.expectPrinted();
      }
      // Fifteen intervals were missed: they are not made up for.
      await polling.answer(await polling.asked());
      await polling.asked();
    },
  },
  {
    id: 'lab-08/client-short',
    step: 5,
    program: 'own',
    title: 'in short mode the polls start INTERVAL_MS apart',
    rule: 'README, the contract',
    quote: 'from the start of a short poll to the start of the next',
    level: 'lab',
    needs: ['lab-08/client-one-at-a-time'],
    hints: clientHints({
      'too-early': 'Polls came faster than INTERVAL_MS allows. What does the client do with delayMs?',
      otherwise: 'Wait delayMs after each answer, then ask.',
    }),
    async run(judge) {
      const intervalMs = judge.draw('interval', (random) => random.integer(60, 90));
      const polling = await Polling.start(judge, {
        MODE: 'short',
        INTERVAL_MS: `${intervalMs}`,
        RETRY_MS: FAR_MS,
        MAX_RETRY_MS: FAR_MS,
      });
      const startedAt = polling.console.program.startedAt;
      for (let round = 0; round < 7; round += 1) {
        const poll = await polling.asked();
        // Counted from the start of the program: what delays the judge makes it longer, never shorter.
        const leastMs = round * (intervalMs - EARLY_MS);
        if (poll.at - startedAt < leastMs) {
          judge.fail(
            `poll ${round + 1} came ${Math.round(poll.at - startedAt)} ms after the start of your client, and INTERVAL_MS is ${intervalMs}`,
            'too-early',
            {
              sent: [],
              accepted: [`poll ${round + 1} after ${leastMs} ms or more`],
              actual: `after ${Math.round(poll.at - startedAt)} ms`,
            },
          );
        }
        if (round === 3) polling.post('news');
        await polling.answer(poll);
        await polling.expectPrinted();
      }
    },
  },
  {
    id: 'lab-08/client-framings',
    step: 5,
    program: 'own',
    title:
      'it reads answers with a length, in chunks, or up to the end of the connection, however they are cut',
    rule: 'README, step 5',
    quote: 'the judge answers with `Content-Length`, chunked, or up to the end of the connection',
    level: 'lab',
    needs: ['lab-08/client-prints'],
    hints: clientHints({
      'not-printed':
        'The answer was complete, and its text was not printed. Is it read by its framing: by Content-Length, by chunks, or up to the end?',
      'cut-character':
        'A character of several bytes came in two pieces and was broken. Put the bytes of the body together first, then decode them.',
      otherwise:
        'The http-client.ts that was given to you does this; if you wrote your own, read RFC 9112 §6.3.',
    }),
    async run(judge) {
      const polling = await Polling.start(judge, { MODE: 'long', RETRY_MS: '20', MAX_RETRY_MS: '50' });
      const cuts = judge.draw('cuts', (random) =>
        Array.from({ length: 6 }, () => [random.integer(1, 60), random.integer(61, 150)]),
      );
      for (const [index, [framing, chunks]] of (
        [
          ['length', 1],
          ['chunked', 1],
          ['chunked', 7],
          ['chunked', 1000],
          ['close', 1],
          ['length', 1],
        ] as const
      ).entries()) {
        const poll = await polling.asked();
        polling.post(`☕☕☕☕☕☕☕☕☕☕ number ${index}, ${framing}`);
        await polling.answer(poll, { framing, chunks, ...(chunks === 1 && { cuts: cuts[index]! }) });
        await polling.expectPrinted(`the text of an answer ${FRAMED[framing]}`, 'not-printed');
      }
      const poll = await polling.asked();
      polling.post('a long text '.repeat(8000));
      await polling.answer(poll, { framing: 'chunked', chunks: 100 });
      await polling.expectPrinted('a text of 96,000 bytes', 'not-printed');
    },
  },
  {
    id: 'lab-08/client-mode',
    step: 5,
    program: 'own',
    title: 'another MODE is one line on stderr and exit code 1; none is long',
    rule: 'README, step 5',
    quote: 'A `MODE` that is neither is one line on stderr and exit code 1.',
    level: 'lab',
    needs: ['lab-08/client-prints'],
    hints: clientHints({
      'never-ends':
        'MODE is neither long nor short, and the client goes on. Look at it before the first request.',
      'exit-code': 'A wrong MODE is a mistake of who started the program: exit code 1.',
      'no-message': 'A wrong MODE is one line on stderr, which says what is wrong.',
      'many-lines': 'A wrong MODE is one line on stderr, not more.',
      'stack-trace': 'A stack trace is for the author of a program. One line on stderr.',
      crashed: 'A stack trace is for the author of a program. One line on stderr, exit code 1.',
      otherwise: 'Compare MODE with the two words first.',
    }),
    async run(judge) {
      const none = await Polling.start(judge, {});
      const poll = await none.asked({ mode: 'long', timeoutSeconds: 30 });
      none.post('by default');
      await none.answer(poll);
      await none.expectPrinted();
      const program = judge.startClient({ host: HOST, port: none.service.port, env: { MODE: 'medium' } });
      const wrong = new ProgramConsole(judge, program);
      await wrong.expectExit({ code: 1, when: 'with MODE=medium', limitMs: 8000 });
      wrong.expectOneLine('that MODE is wrong');
    },
  },
  {
    id: 'lab-08/client-sigterm',
    step: 5,
    program: 'own',
    title: 'SIGTERM or Ctrl-C ends it with exit code 0, whatever it waits for',
    rule: 'README, step 5',
    quote: 'On SIGTERM or Ctrl-C the client ends with exit code 0 within 2 s, whatever it is waiting for.',
    level: 'lab',
    needs: ['lab-08/client-prints'],
    lacks: noSigterm,
    hints: clientHints({
      'exit-code': 'The client was asked to end, and nothing went wrong: exit code 0.',
      'never-ends':
        'Something keeps the client alive after the signal: a request, or a timer that waits. Abort the one, and clear the other.',
      signal: 'The signal ended the program the hard way: nothing listens for it. process.on can.',
      otherwise: 'Listen for SIGTERM and SIGINT, and end with exit code 0.',
    }),
    async run(judge) {
      const waitingFor: { [what: string]: Record<string, string> } = {
        'while a poll is held': { MODE: 'long' },
        'while it waits for the next short poll': { MODE: 'short', INTERVAL_MS: FAR_MS },
        'while it waits after a failure': { MODE: 'long', RETRY_MS: FAR_MS, MAX_RETRY_MS: FAR_MS },
      };
      await Promise.all(
        Object.entries(waitingFor).map(async ([when, env], index) => {
          const polling = await Polling.start(judge, env);
          const { program } = polling.console;
          const poll = await polling.asked();
          if (index === 1) {
            polling.post('before it waits');
            await polling.answer(poll);
            await polling.expectPrinted();
          }
          if (index === 2) {
            await poll.respond(500);
            await polling.service.until(() => poll.connection.ended !== undefined, 2000);
          }
          if (index === 1) {
            judge.trace.judge('', 'sends SIGINT');
            program.signal('SIGINT');
          } else terminate(judge, program);
          await Promise.race([program.exited, polling.service.until(() => program.exit !== undefined, 4000)]);
          if (program.exit?.signal === 'SIGTERM' || program.exit?.signal === 'SIGINT') {
            judge.fail(
              `${program.exit.signal} ended your client ${when} before it could end by itself`,
              'signal',
              {
                sent: [],
                accepted: ['exit code 0 within 2 s'],
                actual: program.describeExit(),
              },
            );
          }
          await polling.console.expectExit({ code: 0, when: `after the signal, ${when}`, limitMs: 0 });
        }),
      );
    },
  },
];

const FRAMED = {
  length: 'with Content-Length',
  chunked: 'in chunks',
  close: 'up to the end of the connection',
};
