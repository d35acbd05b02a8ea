/** Step 4: the answer may be lost. */
import { freePort } from '../../drive/ports.ts';
import type { Symptom } from '../../peer/compare.ts';
import type { Check } from '../../run/check.ts';
import { expectGivenUp, expectPrompt, Session, startClient } from './client-session.ts';
import { expectGivesUp } from './schedule.ts';

const TIMEOUT_MS = 60;
/** A short first wait; in all 3.8 s, so that an answer is in time even if the judge itself is kept waiting. */
const HASTY = { TRIES: '6', TIMEOUT_MS: String(TIMEOUT_MS) };
/** For a client that does end, however busy the machine is. */
const GRACE_MS = 2500;

const HINTS = {
  'waits-for-ever':
    'The datagram was lost, and nobody tells your program: neither the network nor the other side knows that it should have come. Only a clock of its own can end the waiting.',
  'too-few': 'Fewer datagrams came than TRIES says. It counts all of them, the first included.',
  'waits-too-long':
    'A datagram came, and the next one did not: your client still waits, much longer than twice the wait before. How is the next wait computed? The values of process.env are text, and "60" + "60" is "6060": make a number of TIMEOUT_MS first.',
  'too-many': 'More datagrams came than TRIES says. It counts all of them, the first included.',
  'too-early':
    'The next datagram came before TIMEOUT_MS was over. What does the timer wait for, and in which unit? The README: "When no answer has come after `TIMEOUT_MS`, the same datagram is sent again."',
  'not-doubled':
    'Each wait is twice as long as the one before. A network that loses datagrams because it is too full is helped by nobody who goes on at the same pace.',
  'no-last-wait':
    'The last datagram may be answered too. Give up when the wait after it is over, not when it is sent.',
  'timeout-ignored':
    'The waits do not begin with TIMEOUT_MS. It stands in the environment, in milliseconds. The README: "When no answer has come after `TIMEOUT_MS`, the same datagram is sent again."',
  'late-dropped':
    'This was an answer to the first datagram, and it came after the second was sent. It is no worse for that. Ask from one and the same socket, and listen on it until the end.',
  'printed-twice':
    'The same answer came twice, and both were printed. The first one answers the question; after it nothing counts any more.',
  'not-plain':
    'One line came, and it tells nobody anything: it is what a value without words looks like in print. Did you print a property that is not there, or an object? The README: "exactly one line that says so".',
  'no-message': 'The program ended without a word. Its user cannot know why: say it in one line on stderr.',
  'stack-trace':
    'A stack trace is for the author of a program, not for its user. The socket has an error event: say in one line what is wrong.',
  crashed:
    'A stack trace is for the author of a program, not for its user. The socket has an error event: say in one line what is wrong.',
  'many-lines': 'One line is enough to say that no answer came, and from where.',
  'exit-code': 'Exit code 0 says that all went well, and other programs believe it. Exit with 1.',
  'extra-output':
    'There is no answer, so nothing but the prompt is on stdout. What went wrong is for stderr. The README: "Nothing but the prompt is on stdout then."',
  'never-ends':
    'The answer is printed, and the program goes on. A timer that was started for the next try is still running. The README: "Then it prints the answer, whatever it is, and a newline, and ends with exit code 0."',
  otherwise:
    'After each datagram start a timer; when it fires, send again and wait twice as long; when the tries are used up, say so and exit with 1.',
};

export const trying: Check[] = [
  {
    id: 'lab-03/client-asks-again',
    step: 4,
    program: 'own',
    title: 'no answer after TIMEOUT_MS: the client asks again',
    rule: 'README, step 4',
    quote: 'When no answer has come after `TIMEOUT_MS`, the same datagram is sent again.',
    level: 'lab',
    needs: ['lab-03/client-sends-line'],
    hints: HINTS,
    async run(judge) {
      const line = judge.draw('line', (random) => random.letters(6));
      const session = await Session.start(judge, { env: HASTY });
      session.service.lose(await session.ask(line));
      const again = await session.service.expect(session.console.program, {
        bytes: Buffer.from(line),
        what: 'the same datagram again',
        silence: { waiting: 'waits-for-ever', crashed: 'too-few' },
      });
      await session.service.answer(again, Buffer.from(line));
      await session.expectAnswer(line);
    },
  },
  {
    id: 'lab-03/client-gives-up',
    step: 4,
    program: 'own',
    title: 'TRIES datagrams, each wait twice as long; then one line and exit code 1',
    rule: 'README, step 4',
    quote:
      'Each wait is twice as long as the one before. When the wait after datagram number `TRIES` is over too, it writes one line to stderr and ends with exit code 1.',
    level: 'lab',
    needs: ['lab-03/client-asks-again'],
    hints: HINTS,
    run: (judge) => expectGivesUp(judge, { tries: 3, timeoutMs: TIMEOUT_MS }),
  },
  {
    id: 'lab-03/client-late-answer',
    step: 4,
    program: 'own',
    title: 'a late answer counts, and only once',
    rule: 'README, step 4',
    quote:
      'An answer to an earlier datagram that comes after a later one was sent counts as well. Of several answers the first is printed, and only that.',
    level: 'lab',
    needs: ['lab-03/client-asks-again'],
    hints: HINTS,
    async run(judge) {
      const line = judge.draw('line', (random) => random.letters(6));
      const session = await Session.start(judge, { env: HASTY });
      const first = await session.ask(line);
      session.service.lose(await session.expectQuestion(line));
      judge.trace.note('the answer to datagram 1 comes only now, and twice');
      await session.service.answer(first, Buffer.from(line));
      await session.service.answer(first, Buffer.from(line));
      const twice: Symptom = {
        slug: 'printed-twice',
        when: (came) => Buffer.from(came).toString().startsWith(`${line}\n`),
      };
      await session.expectAnswer(line, [twice], { waiting: 'late-dropped', crashed: 'late-dropped' });
    },
  },
  {
    id: 'lab-03/client-nobody-there',
    step: 4,
    program: 'own',
    title: 'a port where nobody listens: one line and exit code 1',
    rule: 'README, step 4',
    quote:
      'A port where nobody listens ends the same way: one line on stderr and exit code 1, at once or after the tries.',
    level: 'lab',
    needs: ['lab-03/client-prompts'],
    hints: HINTS,
    async run(judge) {
      const port = await freePort('udp', '127.0.0.1');
      judge.trace.note(`nobody listens on UDP port ${port}`);
      const console = startClient(judge, '127.0.0.1', port, { TRIES: '2', TIMEOUT_MS: String(TIMEOUT_MS) });
      await expectPrompt(console);
      console.type(`${judge.draw('line', (random) => random.letters(6))}\n`);
      await expectGivenUp(console, {
        when: 'with nobody at that port',
        why: 'that nobody answers',
        limitMs: GRACE_MS,
        goesOn: 'waits-for-ever',
      });
    },
  },
];
