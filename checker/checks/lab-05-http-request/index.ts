/** Lab 05, an HTTP/1.1 request parser: the steps, and the hidden checks of each. */
import type { Suite } from '../../run/check.ts';
import { chunked } from './chunked.ts';
import { contentLength } from './content-length.ts';
import { endOfInput } from './end-of-input.ts';
import { fieldLines } from './field-lines.ts';
import { generated } from './generated.ts';
import { growth } from './growth.ts';
import { host } from './host.ts';
import { limits } from './limits.ts';
import { lineEnds, trailerLineEnds } from './line-ends.ts';
import { persistence } from './persistence.ts';
import { pipelining } from './pipelining.ts';
import { requestLine } from './request-line.ts';
import { timing } from './timing.ts';
import { transferEncoding } from './transfer-encoding.ts';
import { versions } from './versions.ts';

const checks = [
  ...requestLine,
  ...versions,
  ...fieldLines,
  ...lineEnds,
  ...contentLength,
  ...chunked,
  ...trailerLineEnds,
  ...endOfInput,
  ...pipelining,
  ...timing,
  ...growth,
  ...host,
  ...transferEncoding,
  ...limits,
  ...persistence,
  ...generated,
];

const suite: Suite = {
  lab: 'lab-05',
  steps: [
    {
      number: 1,
      title: 'Request line',
      why: 'It says what is asked and how the rest is written. Whoever reads it too kindly reads something else than the proxy in front.',
      hints: [
        'A line is complete when its CR LF is there. Where do you keep what came before that, and what do you return meanwhile?',
        'Two spaces, three parts. For each part write down which bytes it may have, and refuse the line for any other one. Do not trim, and do not split at all white space.',
        'Give each line to one function that returns what it found or what is wrong. The head is complete with the empty line; then `request` comes, and without a body `end` right behind it.',
      ],
    },
    {
      number: 2,
      title: 'Field lines',
      why: 'The fields decide where the body ends. A line that two programs read differently is a way in.',
      hints: [
        'Look for the first colon. What is before it, and what is behind it?',
        'Before it: a token, down to the last byte. Behind it: SP and HTAB off at both ends, and nothing else changed. Which method of strings takes off exactly those two?',
        'Decode as Latin-1, so that a byte is a character; test the name against the characters of a token and the value against those that are allowed; push the pair. Keep no object with names as its keys.',
      ],
    },
    {
      number: 3,
      title: 'Any cut',
      why: 'The network cuts as it likes. A parser that works on the loopback of your machine may fail on the first real connection.',
      hints: [
        'What does your parser have to remember between two calls of `receive`? Write the list down: it is shorter than it seems.',
        'A state (which line or which part of a body comes next), the bytes of an incomplete line, how much of the body is missing. That is nearly all.',
        'For each call: join what was kept with the new bytes only when a line was cut, look for the line end only in what is new, and take a body from the chunk as it is. Then nothing is copied or searched twice.',
      ],
    },
    {
      number: 4,
      title: 'Content-Length',
      why: 'A body has no end that one could see. Its length is told before it comes.',
      hints: [
        'When the head is complete, what says whether there is a body? Not the method.',
        'Keep a number: how many bytes of the body are still to come. Each chunk may hold fewer, exactly so many, or more.',
        'Take the smaller one of what is missing and what is there, hand it on as bytes, subtract, and send `end` when nothing is missing. What is left in the chunk belongs to the next request.',
      ],
    },
    {
      number: 5,
      title: 'Chunked',
      why: 'Whoever does not know the length beforehand sends pieces, each with its own.',
      hints: [
        'There are lines and there are data, in turn. Which of the two comes next is one more thing to remember.',
        'Four states: the size line, the data, the CR LF behind the data, the trailer lines. Draw the arrows between them before you write.',
        'The size is what stands before the first `;`, in hexadecimal digits only. With size 0 the trailers begin; they are read like field lines, and the empty line sends `end` with them.',
      ],
    },
    {
      number: 6,
      title: 'Pipelined requests',
      why: 'A client need not wait for an answer. The bytes of its next request may be in your hands already.',
      hints: [
        'A request is complete, and the chunk is not used up. Who reads the rest?',
        'Let one loop run over the chunk until nothing is complete any more. With each new request everything about the last one must be forgotten.',
        'Keep an offset into the chunk and move it forward; copy only the bytes that are left at the end. Collect the events of the whole call in one array, and put `failed` behind them when it comes to that.',
      ],
    },
    {
      number: 7,
      title: 'Refusals',
      why: 'Two programs that find the end of a request at two places let a third one speak between them. Refusing is how a parser stays out of it.',
      hints: [
        'For each field that frames a request ask: what if it comes twice? What if it is empty, or something else than I expect?',
        'Test the text before you make a number of it: digits only, from the first to the last. `parseInt` answers another question. And a number may be greater than any that a double holds exactly.',
        'Decide about the body once, when the head is complete, with all fields in hand: is there a Transfer-Encoding, is chunked its last and only coding, is there a length beside it, are all lengths the same, is there one Host? Each "no" is a `failed` in place of the `request`.',
      ],
    },
    {
      number: 8,
      title: 'Limits',
      why: 'Without limits a single client with an endless line takes all memory there is.',
      hints: [
        'Which of your variables can grow as long as somebody goes on sending? Each needs a limit.',
        'Look at the limit when bytes are kept, not when the line is complete: the line may never be.',
        'A limit is what may still be: compare with `>`. Count the bytes of the line without its line end, those of the head with all of them, and begin the count of a section again with each section.',
      ],
    },
    {
      number: 9,
      title: 'Persistence',
      why: 'A connection that is closed too early costs a round trip; one that is kept too long leaves both sides waiting.',
      hints: [
        'Two things decide: the version, and the names in Connection.',
        'Connection may come several times, and each is a list: split at the commas, trim SP and HTAB, compare without regard to case. Whole names, not parts of them.',
        '`close` wins. Without it HTTP/1.1 persists, and HTTP/1.0 only with `keep-alive`. After the last byte of a request that does not persist the parser is as silent as after `failed`.',
      ],
    },
  ],
  checks: [...checks].sort((a, b) => a.step - b.step),
};

export default suite;
