/** Mistakes that show in the bytes that a client prints or sends. */
import { isBeginningOf, type Symptom } from '../../peer/compare.ts';

const LF = 0x0a;

/** In what was printed of the server's bytes. */
export const OUTPUT_SYMPTOMS: Symptom[] = [
  { slug: 'cut-character', when: (actual, expected) => hasMore(actual, expected, '\ufffd') },
  { slug: 'prompt-in-pipe', when: (actual) => Buffer.from(actual).toString().startsWith('> ') },
  {
    slug: 'newline-added',
    when: (actual, expected) =>
      !isBeginningOf(actual, expected) && lines(expected).join('').startsWith(lines(actual).join('')),
  },
  { slug: 'label-added', when: (actual, expected) => Buffer.from(actual).includes(Buffer.from(expected)) },
  { slug: 'bytes-missing', when: (actual, expected) => isPartOf(actual, expected) },
];

const NOTHING_ADDED = 'The README: "Nothing is added, no label and no newline."';

export const OUTPUT_HINTS = {
  'cut-character':
    'EF BF BD is U+FFFD: half of a character was decoded as text by itself. One data event may end in the middle of a character. Let the bytes stay bytes, or let one decoder see all of the stream. The README: "TCP may cut the bytes anywhere, in the middle of a character too: it is whole on the screen."',
  'prompt-in-pipe':
    'Here stdin is a pipe, and the prompt came out among the answers. A prompt is for a person: ask whether stdin is a terminal. The README: "In a pipe there is no prompt."',
  'newline-added': `There are newlines that the server did not send. A piece of a stream is no line: print its bytes and nothing else. ${NOTHING_ADDED}`,
  'label-added': `All bytes of the answer are there, with words of your own around them. The answer is printed as it is. ${NOTHING_ADDED}`,
  'bytes-missing':
    'Bytes of the answer are missing. How much may one data event bring, and do you print all of it, each time?',
  'waits-for-newline':
    'The server has sent a part of a line, your client has read it and shows nothing. Print what arrives when it arrives: a question that ends without a newline is a question too.',
  'one-answer':
    'The first piece was printed, the next one was not. One send and one receive are no conversation: go on printing for as long as data comes. The README: "An answer ends nothing: the next line can be typed, and the server may still be speaking."',
  otherwise: 'Write to stdout the very bytes that each data event gives you.',
};

/** In what a client sent of the lines that were typed. */
export const INPUT_SYMPTOMS: Symptom[] = [
  { slug: 'cut-character', when: (actual, expected) => hasMore(actual, expected, '\ufffd') },
  { slug: 'carriage-return', when: (actual, expected) => hasMore(actual, expected, '\r') },
  { slug: 'newline-added', when: (actual, expected) => actual[0] === LF && expected[0] !== LF },
  {
    slug: 'newline-lost',
    when: (actual, expected) =>
      actual.length > 0 && lines(expected).join('').startsWith(Buffer.from(actual).toString()),
  },
  {
    slug: 'line-trimmed',
    when: (actual, expected) => {
      const trimmed = lines(expected).map((line) => line.trim());
      return actual.length > 0 && trimmed.join('\n').startsWith(Buffer.from(actual).toString().trimEnd());
    },
  },
];

export const INPUT_HINTS = {
  'cut-character':
    'EF BF BD is U+FFFD: half of a character was decoded as text by itself. Standard input comes in pieces too, and a piece may end in the middle of a character.',
  'carriage-return': 'A line ends with LF (0A) alone here. Where does the CR (0D) come from?',
  'newline-added':
    'The server got more newlines than were typed. Does the text that you send have one already?',
  'newline-lost':
    'The newline is missing. Whoever hands you a line without its end (readline does) leaves it to you to send the end too.',
  'line-trimmed': 'The line lost its spaces at the edges. What is typed is sent as it is.',
  'empty-line-lost':
    'An empty line was typed, and nothing was sent. An empty line is a line: many protocols end a message with one. Is there a test for "truthy" text?',
  'sends-at-end':
    'A line was typed, and the server got nothing. Do not wait for the end of the input: send each line when it comes.',
  'one-line':
    'The first line was sent, and the next one was not. A person types many lines: send each of them when it comes.',
  unasked:
    'Nothing was typed yet, and your client has spoken. It sends what is typed and nothing else. The README: "Send nothing that was not typed: no greeting."',
  otherwise: 'Send each line when it comes, as it was typed, with one LF at its end.',
};

function lines(bytes: Uint8Array): string[] {
  return Buffer.from(bytes).toString().split('\n');
}

/** Whether `mark` occurs in what came, and not in what was expected. */
function hasMore(actual: Uint8Array, expected: Uint8Array, mark: string): boolean {
  return Buffer.from(actual).includes(mark) && !Buffer.from(expected).includes(mark);
}

/** Whether what came begins as it should and goes on with a later part. */
function isPartOf(actual: Uint8Array, expected: Uint8Array): boolean {
  if (actual.length === 0) return false;
  return isBeginningOf(actual, expected) || isBeginningOf(actual.subarray(0, 16), expected);
}
