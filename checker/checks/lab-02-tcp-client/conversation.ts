/** Step 2: what is typed is sent, what arrives is printed. */
import type { Check } from '../../run/check.ts';
import type { Random } from '../../run/random.ts';
import { INPUT_HINTS, INPUT_SYMPTOMS, OUTPUT_HINTS, OUTPUT_SYMPTOMS } from './symptoms.ts';
import { expectConnected, startTalk, type Talk } from './talk.ts';

const BIG_BYTES = 400 * 1024;
const AS_TYPED = 'the same bytes as were typed, sent to the server';

export const conversation: Check[] = [
  {
    id: 'lab-02/sends-lines',
    step: 2,
    program: 'own',
    title: 'each line that is typed is sent, with its newline',
    rule: 'README, step 2',
    quote:
      'Send each line when it has been typed, byte for byte, with LF at its end. An empty line is a line.',
    level: 'lab',
    needs: ['lab-02/says-connected'],
    hints: INPUT_HINTS,
    async run(judge) {
      const talk = await startTalk(judge);
      await expectConnected(talk);
      const line = judge.draw('line', (random) => random.letters(6));
      const spaced = judge.draw('spaced', (random) => `  ${random.letters(3)} ${random.letters(3)} \t`);
      const two = judge.draw('two', (random) => [random.letters(4), random.letters(5)]);
      await typeAndExpect(talk, `${line}\n`, 'the line', 'sends-at-end');
      await typeAndExpect(talk, `${spaced}\n`, 'the line with spaces at its edges', 'one-line');
      await typeAndExpect(talk, '\n', 'the empty line', 'empty-line-lost');
      await typeAndExpect(talk, `${two.join('\n')}\n`, 'the two lines', 'one-line');
      await typeCut(talk, judge.draw('cut', unusualText));
    },
  },
  {
    id: 'lab-02/prints-as-it-comes',
    step: 2,
    program: 'own',
    title: 'what arrives is printed as it arrives, and nothing else',
    rule: 'README, step 2',
    quote: 'Print what arrives when it arrives, byte for byte: half a line before its other half has come.',
    level: 'lab',
    needs: ['lab-02/says-connected'],
    hints: OUTPUT_HINTS,
    async run(judge) {
      const talk = await startTalk(judge);
      await expectConnected(talk);
      const [first, rest, last] = judge.draw('words', (random) => [3, 5, 4].map((n) => random.letters(n)));
      await sayAndExpect(talk, `${first}`, 'the first half of a line', 'waits-for-newline');
      await sayAndExpect(talk, ` ${rest}\n`, 'the other half of the line');
      await sayAndExpect(talk, `\n  ${last}\r\n\n`, 'the next lines');
      await sayAndExpect(talk, `${last}? `, 'a question without a newline', 'waits-for-newline');
      await sayAndExpect(talk, `${first}!`, 'more of the same line', 'waits-for-newline');
    },
  },
  {
    id: 'lab-02/cut-character',
    step: 2,
    program: 'own',
    title: 'a character that arrives in two pieces is printed whole',
    rule: 'README, step 2',
    quote: 'TCP may cut the bytes anywhere, in the middle of a character too: it is whole on the screen.',
    level: 'lab',
    needs: ['lab-02/prints-as-it-comes'],
    hints: OUTPUT_HINTS,
    async run(judge) {
      const talk = await startTalk(judge);
      await expectConnected(talk);
      const text = `${judge.draw('text', unusualText)}\n`;
      const cuts = judge.draw('cuts', (random) => cutsInsideCharacters(text, random));
      const bytes = Buffer.from(text);
      await talk.server.send(bytes, { cuts });
      await talk.client.expectOutput({ bytes, what: 'the text', symptoms: OUTPUT_SYMPTOMS });
    },
  },
  {
    id: 'lab-02/conversation',
    step: 2,
    program: 'own',
    title: 'question and answer go on, also after the first answer',
    rule: 'README, step 2',
    quote: 'An answer ends nothing: the next line can be typed, and the server may still be speaking.',
    level: 'lab',
    needs: ['lab-02/sends-lines', 'lab-02/prints-as-it-comes'],
    hints: {
      ...OUTPUT_HINTS,
      ...INPUT_HINTS,
      'ended-after-answer':
        'Your client ended the connection when the first data had come. One data event is not one answer, and one answer is not the end: only the end of the input ends your side.',
      'one-answer': OUTPUT_HINTS['one-answer'],
      otherwise: 'Go on sending lines and printing answers until one side ends.',
    },
    async run(judge) {
      const talk = await startTalk(judge);
      await expectConnected(talk);
      const silence = {
        waiting: 'one-answer',
        'not-reading': 'one-answer',
        crashed: 'ended-after-answer',
      };
      for (const word of judge.draw('words', (random) => [1, 2, 3].map(() => random.letters(6)))) {
        await typeAndExpect(talk, `${word}\n`, `the line "${word}"`, 'ended-after-answer');
        // In two pieces, the second when the first has been printed: half an answer is no answer.
        for (const [index, piece] of [word.toUpperCase(), ', you say\n'].entries()) {
          const bytes = Buffer.from(piece);
          await talk.server.send(bytes);
          const what = `${index === 0 ? 'the first' : 'the other'} half of the answer to "${word}"`;
          await talk.client.expectOutput({ bytes, what, symptoms: OUTPUT_SYMPTOMS, silence });
        }
      }
    },
  },
  {
    id: 'lab-02/big-answer',
    step: 2,
    program: 'own',
    title: 'a long answer is printed whole',
    rule: 'README, step 2',
    quote: 'An answer may be long, several hundred KiB in many pieces: every byte of it is printed.',
    level: 'lab',
    needs: ['lab-02/prints-as-it-comes'],
    hints: OUTPUT_HINTS,
    async run(judge) {
      const talk = await startTalk(judge);
      await expectConnected(talk);
      const bytes = longText(
        judge.draw('words', (random) => random.letters(12)),
        BIG_BYTES,
        ['\n', '\r\n', '\n\n'],
      );
      const pumped = talk.server.pump(bytes);
      await talk.client.expectOutput({ bytes, what: 'the answer', symptoms: OUTPUT_SYMPTOMS });
      await pumped;
    },
  },
];

/** Numbered lines of characters of one to four bytes: what is lost, doubled or moved is seen. */
export function longText(word: string, leastBytes: number, lineEnds = ['\n']): Uint8Array {
  const lines: string[] = [];
  for (let bytes = 0, number = 0; bytes < leastBytes; number += 1) {
    const line = `${number} ${word} é€🙂${'·'.repeat(number % 7)}${lineEnds[number % lineEnds.length]}`;
    bytes += Buffer.byteLength(line);
    lines.push(line);
  }
  return Buffer.from(lines.join(''));
}

/** @param unsent  symptom of a line of which nothing comes */
async function typeAndExpect(
  { client, server }: Talk,
  text: string,
  what: string,
  unsent: string,
): Promise<void> {
  client.type(text);
  await server.expect({
    bytes: Buffer.from(text),
    what,
    accepted: [AS_TYPED],
    symptoms: [{ slug: unsent, when: (actual) => actual.length === 0 }, ...INPUT_SYMPTOMS],
    silence: { crashed: unsent },
  });
}

/** A line whose first character comes in two pieces: the second when the line before it has arrived. */
async function typeCut({ client, server }: Talk, text: string): Promise<void> {
  const bytes = Buffer.from(`so\n${text}\n`);
  const cut = Buffer.byteLength('so\n') + 1;
  client.type(bytes.subarray(0, cut));
  await server.receive(server.received().length - server.rest().length + 'so\n'.length);
  client.type(bytes.subarray(cut));
  await server.expect({ bytes, what: 'the lines', accepted: [AS_TYPED], symptoms: INPUT_SYMPTOMS });
}

async function sayAndExpect({ client, server }: Talk, text: string, what: string, kept = 'one-answer') {
  const bytes = Buffer.from(text);
  await server.send(bytes);
  await client.expectOutput({
    bytes,
    what,
    symptoms: OUTPUT_SYMPTOMS,
    silence: { waiting: kept, 'not-reading': 'one-answer', crashed: 'one-answer' },
  });
}

/** Characters of two, three and four bytes; the first is never of one. */
function unusualText(random: Random): string {
  return random.shuffle(['né', '€5', 'ж', '日本', '🙂']).join('').replace(/^n/, '');
}

/** One in each character of more than one byte, anywhere in it. */
function cutsInsideCharacters(text: string, random: Random): number[] {
  const cuts: number[] = [];
  let at = 0;
  for (const character of text) {
    const length = Buffer.byteLength(character);
    if (length > 1) cuts.push(at + random.integer(1, length - 1));
    at += length;
  }
  return cuts;
}
