/** Step 3: one line out, one answer printed. */

import { sleep } from '../../drive/waiting.ts';
import type { Symptom } from '../../peer/compare.ts';
import type { Check } from '../../run/check.ts';
import { PROMPT, Session } from './client-session.ts';

/** Long enough for a program that is awake to read what was typed before the rest comes. */
const TYPING_PAUSE_MS = 40;

const PROMPTS =
  'It writes the prompt `Enter a message: ` to stdout, without a newline, and reads one line from stdin.';
const SENDS =
  'The bytes of the line (UTF-8), without its newline, go out as one datagram; an empty line is an empty datagram.';
const PRINTS = 'Then it prints the answer, whatever it is, and a newline, and ends with exit code 0.';

const PROMPT_HINTS = {
  'no-prompt':
    'The prompt goes to stdout before anything is read, and without a newline: process.stdout.write adds none.',
  'prompt-line': 'A newline stands after the prompt. console.log adds one; process.stdout.write does not.',
};

const SENDING_HINTS = {
  'not-sent':
    'A whole line was typed, newline included, and no datagram came. Stdin stays open after a line, so an end is nothing to wait for.',
  'no-empty': 'An empty line is a message too: a datagram without a single byte.',
  'with-newline': 'The newline says where the line ends. It is not a part of the message.',
  trimmed: 'Spaces at the ends belong to the message. Take off the newline, and nothing else.',
  'broken-character':
    'EF BF BD is U+FFFD: one half of a character was made into text without the other. Collect the bytes up to the newline first, or let something do it that knows lines.',
  'half-a-line':
    'Only the beginning of the line was sent. What is typed may arrive in several pieces; the newline says when the line is complete.',
};

const PRINTING_HINTS = {
  'answer-ignored': 'The answer came, and nothing was printed. Is there a listener for it on this socket?',
  'typed-line': 'What was typed is printed, not what came. A server may answer something else.',
  prefixed: 'The answer is there, with something before it. Print the answer and a newline, nothing else.',
  'no-newline': 'A newline follows the answer, so that the next prompt of the shell has a line of its own.',
  'cut-short':
    'Only the beginning of the answer was printed. A datagram is at most 65,507 bytes long, and all of it is in one message event.',
  'never-ends':
    'The answer is printed, and the program goes on. Something keeps it: an open socket, a running timer, or stdin, which stays open until the user ends it.',
  'exit-code': 'All went well, so the exit code is 0.',
};

/** For a check that quotes one of these sentences: the hint for a mistake against another one names that. */
function hintsBeside(quote: string) {
  return {
    ...named(PROMPT_HINTS, PROMPTS, quote),
    ...named(SENDING_HINTS, SENDS, quote),
    ...named(PRINTING_HINTS, PRINTS, quote),
    otherwise: 'Read one line, send its bytes as one datagram, print the datagram that comes back, and end.',
  };
}

function named(hints: { [symptom: string]: string }, rule: string, quote: string) {
  if (rule === quote) return hints;
  return Object.fromEntries(
    Object.entries(hints).map(([slug, hint]) => [slug, `${hint} The README: "${rule}"`]),
  );
}

/** For a check whose own quote is none of these. */
export const ASKING_HINTS = hintsBeside('');

export const asking: Check[] = [
  {
    id: 'lab-03/client-prompts',
    step: 3,
    program: 'own',
    title: 'the client prompts, and sends nothing before there is a line',
    rule: 'README, step 3',
    quote: PROMPTS,
    level: 'lab',
    hints: {
      ...hintsBeside(PROMPTS),
      unasked: `Nothing was typed yet, and a datagram came. What does it say? The README: "${SENDS}"`,
    },
    async run(judge) {
      const { console, service } = await Session.start(judge);
      const newline: Symptom = { slug: 'prompt-line', when: (came) => came[0] === 0x0a };
      await console.expectNoMoreOutput('the prompt', [newline]);
      if (await service.receive(console.program, 1, TYPING_PAUSE_MS)) {
        judge.fail('your client sent a datagram before a line was typed', 'unasked', {
          accepted: [`"${PROMPT}" on stdout, then nothing`],
          actual: 'a datagram',
        });
      }
      judge.observe();
    },
  },
  {
    id: 'lab-03/client-sends-line',
    step: 3,
    program: 'own',
    title: 'the line goes out as one datagram, the empty line too',
    rule: 'README, step 3',
    quote: SENDS,
    level: 'lab',
    needs: ['lab-03/client-prompts'],
    hints: hintsBeside(SENDS),
    async run(judge) {
      const words = judge.draw('words', (random) => `  ${random.letters(4)}  é€🙂 ${random.letters(3)} `);
      for (const line of [words, '']) {
        const session = await Session.start(judge);
        const question = await session.ask(line);
        await session.service.answer(question, Buffer.from(line));
        await session.expectAnswer(line);
      }
    },
  },
  {
    id: 'lab-03/client-line-in-pieces',
    step: 3,
    program: 'own',
    title: 'a line that arrives in pieces is one line',
    rule: 'README, step 3',
    quote: 'The newline ends the line, and nothing else does: it may reach your program in pieces.',
    level: 'lab',
    needs: ['lab-03/client-prompts'],
    hints: ASKING_HINTS,
    async run(judge) {
      const line = judge.draw('line', (random) => `${random.letters(3)}é${random.letters(3)}`);
      const session = await Session.start(judge);
      const bytes = Buffer.from(`${line}\n`);
      // Within the é, which has two bytes, and before the newline.
      for (const piece of [bytes.subarray(0, 4), bytes.subarray(4, -1)]) {
        session.console.type(piece);
        await sleep(TYPING_PAUSE_MS);
      }
      session.console.type(bytes.subarray(-1));
      const question = await session.expectQuestion(line);
      await session.service.answer(question, Buffer.from(line));
      await session.expectAnswer(line);
    },
  },
  {
    id: 'lab-03/client-prints-answer',
    step: 3,
    program: 'own',
    title: 'it prints the answer, all of it, and ends',
    rule: 'README, step 3',
    quote: PRINTS,
    level: 'lab',
    needs: ['lab-03/client-prompts'],
    hints: hintsBeside(PRINTS),
    async run(judge) {
      const line = judge.draw('line', (random) => random.letters(6));
      const session = await Session.start(judge);
      const question = await session.ask(line);
      // Below the 9,216 bytes that macOS sends at once.
      const answer = judge.draw('answer', (random) =>
        `${random.letters(3)} é🙂 `.repeat(random.integer(600, 700)),
      );
      await session.service.answer(question, Buffer.from(answer));
      const typed: Symptom = { slug: 'typed-line', when: (came) => Buffer.from(came).includes(line) };
      await session.expectAnswer(answer, [typed], { waiting: 'answer-ignored' });
    },
  },
];
