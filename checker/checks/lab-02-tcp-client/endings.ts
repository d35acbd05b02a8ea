/** Steps 3 and 4: the end of the input, and the end of the server. */

import { sleep } from '../../drive/waiting.ts';
import { isBeginningOf, type Symptom } from '../../peer/compare.ts';
import type { Check } from '../../run/check.ts';
import { longText } from './conversation.ts';
import { OUTPUT_HINTS, OUTPUT_SYMPTOMS } from './symptoms.ts';
import { expectConnected, expectDisconnected, startTalk, type Talk } from './talk.ts';

const INPUT_BYTES = 200 * 1024;
const ANSWER_BYTES = 300 * 1024;
/** The connection is made long before this is over, and the answer begins after it. */
const CONNECT_TIMEOUT_MS = 600;
const SILENT_MS = 700;

const GOODBYE_HINTS = {
  'no-goodbye':
    'The server has ended, and your client did not say so. The line goes to stdout when the other side has ended: which event tells?',
  'other-goodbye': 'Compare the two lines letter by letter. Programs read stdout, so it has to be exact.',
  glued:
    'The line does not stand on a line of its own: what the server sent last had no newline. Remember the last byte that was printed. The README: "The line stands on a line of its own."',
  'empty-line':
    'There is an empty line that nobody sent. Where the last printed byte is a newline already, none is needed. The README: "Where it was one, do not."',
  'never-ends':
    'The server has ended, and your client goes on. Standard input is still open, and that keeps a Node program alive: end it yourself.',
  'exit-code':
    'The server ended in order, so nothing went wrong, and the exit code is 0. Where does another come from?',
  'extra-output':
    'That line is the last one. The README: stdout is "exactly: the line `Connected to HOST:PORT`, the bytes that arrive, the line `Disconnected from HOST:PORT`".',
  'prompt-in-pipe': OUTPUT_HINTS['prompt-in-pipe'],
  otherwise: 'When the server has ended: one line, then the end of the program, with exit code 0.',
};

/** For the check whose own quote is another sentence. */
const GOODBYE =
  'The README: "When the server has ended, print the line `Disconnected from HOST:PORT` and end with exit code 0, although the input is still open."';
const OWN_LINE_HINTS = {
  ...GOODBYE_HINTS,
  ...Object.fromEntries(
    (['no-goodbye', 'other-goodbye', 'never-ends', 'exit-code'] as const).map((slug) => [
      slug,
      `${GOODBYE_HINTS[slug]} ${GOODBYE}`,
    ]),
  ),
};

const ANSWER_HINTS = {
  ...OUTPUT_HINTS,
  'left-early':
    'The input had ended, and your client left before the answer was over. The end of the input ends your side only. The other side ends when the server says so.',
  'stopped-printing':
    'After the end of the input nothing was printed any more. The end of the input ends your side only: go on printing.',
  'never-half-closed':
    'The input has ended, and the server was not told: it waits for your FIN before it answers.',
  otherwise: 'End your side of the socket at the end of the input, and nothing else.',
};

/** Of what was typed before the connection was there. */
const LOST_INPUT: Symptom[] = [
  { slug: 'typed-early', when: (actual) => actual.length === 0 },
  {
    slug: 'last-line-lost',
    when: (actual, expected) => actual.length >= Buffer.from(expected).lastIndexOf('\n'),
  },
  { slug: 'cut-off', when: isBeginningOf },
];

export const endings: Check[] = [
  {
    id: 'lab-02/half-close',
    step: 3,
    program: 'own',
    title: 'at the end of the input all that was typed has been sent, then FIN',
    rule: 'README, step 3',
    quote:
      'At the end of the input your side ends (FIN), after all that was typed. That includes lines that were typed before the connection was made, and a last line without a newline; you may send it as it is or add the LF that it lacks.',
    level: 'lab',
    needs: ['lab-02/sends-lines'],
    hints: {
      'never-half-closed':
        'All lines came, but your FIN did not. The server waits for it: it cannot know that nothing more will be typed. On the end of the input, end your side of the socket.',
      'cut-off':
        'Your side ended before all that was typed had been sent. Ending a socket sends what is queued first; destroying it, or leaving the program, does not.',
      'last-line-lost':
        'The last line has no newline at its end, and it was not sent. The end of the input ends a line too.',
      'typed-early':
        'The lines were typed before the connection was there, and none was sent. Keep them until they can be sent.',
      otherwise: 'End the socket when the input ends: it sends what is queued, then FIN.',
    },
    async run(judge) {
      const word = judge.draw('word', (random) => random.letters(12));
      const bytes = Buffer.concat([longText(word, INPUT_BYTES), Buffer.from(`${word} without an end`)]);
      const { server } = await startTalk(judge, { typed: bytes });
      await server.expect({
        bytes,
        what: 'the lines',
        accepted: ['the same bytes as were typed, sent to the server'],
        symptoms: LOST_INPUT,
        silence: { crashed: 'cut-off' },
      });
      await server.over();
      // Both are right: the last line as it was typed, and with the newline that it lacks.
      const newline = Buffer.from('\n');
      if (newline.equals(server.rest())) await server.expect({ bytes: newline, what: 'the last newline' });
      await server.expectFin('the lines', { waiting: 'never-half-closed', crashed: 'cut-off' });
    },
  },
  {
    id: 'lab-02/answer-after-end',
    step: 3,
    program: 'own',
    title: 'the answer that comes after the end of the input is printed whole',
    rule: 'README, step 3',
    quote:
      'The other side has not ended. Print the rest of the answer, however slow the server is and however much it sends.',
    level: 'lab',
    needs: ['lab-02/half-close', 'lab-02/says-connected'],
    hints: ANSWER_HINTS,
    async run(judge) {
      const typed = Buffer.from(`${judge.draw('question', (random) => random.letters(8))}?\n`);
      const word = judge.draw('word', (random) => random.letters(12));
      const talk = await startTalk(judge, { typed });
      await expectConnected(talk);
      await talk.server.expect({ bytes: typed, what: 'the line' });
      await talk.server.expectFin('the line', { waiting: 'never-half-closed' });
      await sayAfterEnd(talk, Buffer.from('Let me think. '), 'the beginning of the answer');
      await sayAfterEnd(talk, longText(word, ANSWER_BYTES), 'the rest of the answer');
    },
  },
  {
    id: 'lab-02/slow-answer',
    step: 3,
    program: 'own',
    title: 'a slow answer is waited for, longer than the connect may take',
    rule: 'README, step 3',
    quote:
      'Print the rest of the answer, however slow the server is and however much it sends. It may take longer than `CONNECT_TIMEOUT_MS`, which is for the connect only.',
    level: 'lab',
    needs: ['lab-02/half-close', 'lab-02/says-connected'],
    hints: {
      ...ANSWER_HINTS,
      'left-early':
        'Your client gave up on a server that was only slow. Connected is connected: does a clock still run that was meant for the connect? (The socket.setTimeout of Node watches for silence at any time.)',
    },
    async run(judge) {
      const typed = Buffer.from(`${judge.draw('question', (random) => random.letters(8))}?\n`);
      const env = { CONNECT_TIMEOUT_MS: String(CONNECT_TIMEOUT_MS) };
      const talk = await startTalk(judge, { typed, env });
      await expectConnected(talk);
      await sleep(SILENT_MS);
      judge.trace.note(`the server has said nothing for ${SILENT_MS} ms`);
      await sayAfterEnd(talk, Buffer.from('42\n'), 'the answer');
    },
  },
  {
    id: 'lab-02/server-ends',
    step: 4,
    program: 'own',
    title: 'when the server ends, the client says so and exits with 0',
    rule: 'README, step 4',
    quote:
      'When the server has ended, print the line `Disconnected from HOST:PORT` and end with exit code 0, although the input is still open.',
    level: 'lab',
    needs: ['lab-02/prints-as-it-comes'],
    hints: GOODBYE_HINTS,
    async run(judge) {
      const talk = await startTalk(judge);
      await expectConnected(talk);
      await sayLast(talk, Buffer.from(`${judge.draw('word', (random) => random.letters(5))}\n`));
      await expectDisconnected(talk, true);
    },
  },
  {
    id: 'lab-02/line-of-its-own',
    step: 4,
    program: 'own',
    title: 'it says so on a line of its own',
    rule: 'README, step 4',
    quote: 'Where the last printed byte was no newline, print one before it.',
    level: 'lab',
    needs: ['lab-02/prints-as-it-comes'],
    hints: OWN_LINE_HINTS,
    async run(judge) {
      const talk = await startTalk(judge);
      await expectConnected(talk);
      await sayLast(talk, Buffer.from(judge.draw('word', (random) => random.letters(5))));
      await expectDisconnected(talk, false);
    },
  },
];

/** The server speaks and ends at once. */
async function sayLast({ client, server }: Talk, bytes: Uint8Array): Promise<void> {
  await server.send(bytes);
  server.end();
  await client.expectOutput({ bytes, what: 'the last words of the server', symptoms: OUTPUT_SYMPTOMS });
}

async function sayAfterEnd({ client, server }: Talk, bytes: Uint8Array, what: string): Promise<void> {
  const pumped = server.pump(bytes);
  const silence = { crashed: 'left-early', waiting: 'stopped-printing', 'not-reading': 'stopped-printing' };
  await client.expectOutput({ bytes, what, symptoms: OUTPUT_SYMPTOMS, silence });
  await pumped;
}
