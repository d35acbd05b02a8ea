/** Step 5: an answer counts only from where it was asked for. */
import { isBeginningOf, type Symptom } from '../../peer/compare.ts';
import type { Check } from '../../run/check.ts';
import { Session } from './client-session.ts';
import { expectGivesUp } from './schedule.ts';

/** Long enough to tell a wait from the way of a datagram there and back. */
const TIMEOUT_MS = 150;

const HINTS = {
  'stranger-believed':
    'This datagram came from somebody who was not asked, and your client took it for the answer. Anybody can send to your port. Compare address and port of the sender, or connect the socket: then the kernel compares.',
  'stranger-address':
    'The port was right, the address was not. An answer counts only when both are those that were asked.',
  'stranger-stops':
    'The first datagram that came was no answer, and after it your client heard no other. A listener that listens once is used up by whoever comes first.',
  'note-on-stdout':
    'Stdout holds the prompt and the answer only; notes go to stderr. What stands there beside the answer? The README: "exactly `Enter a message: `, then, after the answer came, the answer and a newline".',
  'extra-output':
    'Nobody who was asked has answered, so nothing but the prompt is on stdout. Was a datagram from somebody else printed, or a note about it? Notes go to stderr. The README: "Nothing but the prompt is on stdout then."',
  'stranger-ends':
    'A datagram from somebody who was not asked ended the waiting. It is no answer, so nothing has changed: the timer runs on, and the next try comes when it is over.',
  'exit-code':
    'No answer came from where it was asked for, so the exit code is 1. Did a datagram from somebody else end the waiting? The README: "it writes one line to stderr and ends with exit code 1".',
  'too-early':
    'A datagram from somebody else came, and your client asked again at once. It is no answer and no failure either: the wait goes on as if it had not come.',
  'waits-for-ever':
    'A datagram from somebody who was not asked ended the timer, and no answer can come any more. Stop the timer for an answer only.',
  otherwise: 'Look at the second argument of the message event, or at what connect does for a UDP socket.',
};

export const strangers: Check[] = [
  {
    id: 'lab-03/client-ignores-strangers',
    step: 5,
    program: 'own',
    title: 'an answer counts only from the address and port that was asked',
    rule: 'README, step 5',
    quote: 'An answer counts only when it comes from the address and the port that was asked.',
    level: 'lab',
    needs: ['lab-03/client-prints-answer'],
    hints: HINTS,
    async run(judge) {
      const [line, port, address] = judge.draw('words', (random) =>
        [6, 7, 8].map((size) => random.letters(size)),
      );
      const session = await Session.start(judge);
      const question = await session.ask(line!);
      const { service } = session;
      await service.answerAsStranger('other port', question, Buffer.from(port!));
      // Only Linux has more than one IPv4 address that is surely its own.
      if (process.platform === 'linux')
        await service.answerAsStranger('other address', question, Buffer.from(address!));
      await service.answer(question, Buffer.from(line!));
      const printed = (slug: string, word: string): Symptom => ({
        slug,
        when: (came) => Buffer.from(came).toString().startsWith(word),
      });
      // Labels of an answer are told by a check before this one: what is different here is about the strangers.
      const note: Symptom = { slug: 'note-on-stdout', when: (came, answer) => !isBeginningOf(came, answer) };
      await session.expectAnswer(
        line!,
        [printed('stranger-believed', port!), printed('stranger-address', address!), note],
        { waiting: 'stranger-stops', crashed: 'stranger-ends' },
      );
    },
  },
  {
    id: 'lab-03/client-only-a-stranger',
    step: 5,
    program: 'own',
    title: "a stranger's datagram neither ends the wait nor uses up a try",
    rule: 'README, step 5',
    quote: 'Any other datagram is ignored: the wait goes on as if it had not come, and it uses up no try.',
    level: 'lab',
    needs: ['lab-03/client-asks-again'],
    hints: HINTS,
    run: (judge) =>
      expectGivesUp(judge, {
        tries: 2,
        timeoutMs: TIMEOUT_MS,
        stranger: judge.draw('stranger', (random) => random.letters(9)),
      }),
  },
];
