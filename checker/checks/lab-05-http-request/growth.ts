/** Step 3, and what follows from it: work grows with the number of bytes, not with its square. */
import { expectLinear } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { drawWords, get, message, post } from './messages.ts';
import { failure, fits, isBody, latin1, typeOf } from './reading.ts';
import { HINTS, PARSER } from './symptoms.ts';

const LINEAR =
  'Work grows with the number of bytes, not with its square: a head that comes byte by byte, a body in pieces of 16 bytes, ten thousand requests in one piece.';

const GROWTH_HINTS = {
  ...HINTS,
  otherwise:
    'It does not end as it should, however long it takes. Do the shorter inputs of the other checks pass?',
};

/**
 * Of the smaller inputs; the larger have eight times as many. Of those a right parser makes 10 to 50 ms (100 ms where
 * it is slow), and one that copies all it has with each piece 400 ms and more.
 */
const PIPELINED = 4000;
const BODY_PIECES = 6000;
/** The larger line is far longer than a default head: copying text is so fast that the square shows late. */
const HEAD_BYTES = 16_000;
const HUGE = { maxHeadBytes: 1e6, maxFieldLineBytes: 1e6 };

export const growth: Check[] = [
  {
    id: 'lab-05/long-head',
    step: 3,
    title: 'a long head that comes byte by byte costs no more than its bytes',
    rule: 'README, step 3',
    quote: LINEAR,
    level: 'lab',
    needs: ['lab-05/field-lines'],
    hints: {
      ...GROWTH_HINTS,
      quadratic:
        'Each byte costs more than the one before. Joining all that was kept with every new byte costs the square, and so does looking for the line end from the beginning again. Where did the last call stop looking?',
    },
    async run(judge) {
      const words = drawWords(judge);
      await expectLinear(judge, PARSER, {
        name: 'a head that comes byte by byte',
        bytes: (units) => latin1(get(words, `X-Long: ${'y'.repeat(units)}`)),
        units: HEAD_BYTES,
        everyBytes: 1,
        args: [HUGE],
        holds: (last) => last.length === 2 && typeOf(last[0]) === 'request' && typeOf(last[1]) === 'end',
        what: 'request, end',
      });
    },
  },
  {
    id: 'lab-05/long-body',
    step: 4,
    title: 'a long body in small pieces costs no more than its bytes',
    rule: 'README, step 3',
    quote: LINEAR,
    level: 'lab',
    needs: ['lab-05/length-body'],
    hints: {
      ...GROWTH_HINTS,
      quadratic:
        'Each piece of the body costs more than the one before. Is all that has come joined again with every piece? A body need not be kept: hand on what there is, and count.',
    },
    async run(judge) {
      const words = drawWords(judge);
      await expectLinear(judge, PARSER, {
        name: 'a body in pieces of 16 bytes',
        bytes: (units) =>
          Buffer.concat([
            latin1(post(words, `Content-Length: ${units * 16}`)),
            Buffer.alloc(units * 16, words.other),
          ]),
        units: BODY_PIECES,
        everyBytes: 16,
        holds: (last) => typeOf(last.at(-1)) === 'end' && isBody(last.at(-2)),
        what: 'body, end',
      });
    },
  },
  {
    id: 'lab-05/many-pipelined',
    step: 6,
    title: 'ten thousand requests in one piece cost no more than their bytes',
    rule: 'README, step 3',
    quote: LINEAR,
    level: 'lab',
    needs: ['lab-05/pipelined'],
    hints: {
      ...GROWTH_HINTS,
      'limit-of-connection':
        'It ends with a refusal, and each of these requests is small. What do you count over several requests, and where does that count begin again?',
      quadratic:
        'Each request costs as much as all that is left behind it. Copying the rest of a chunk after each request, or decoding all of it, costs the square. An offset into the chunk costs nothing.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const one = message(`GET ${words.path} HTTP/1.1`, `Host: ${words.host}`);
      await expectLinear(judge, PARSER, {
        name: 'many requests in one piece',
        bytes: (units) => latin1(one.repeat(units)),
        units: PIPELINED,
        holds: (last) =>
          last.length === 8 &&
          last.every((event, at) => typeOf(event) === (at % 2 === 0 ? 'request' : 'end')),
        what: 'four times request, end',
        symptomOf: (last) => (isOverLimit(last.at(-1)) ? 'limit-of-connection' : undefined),
      });
    },
  },
];

function isOverLimit(event: unknown): boolean {
  return fits(event, failure(413, 414, 431, 501));
}
