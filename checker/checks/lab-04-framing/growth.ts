/** Step 7: many small pieces. */
import { expectLinear } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { isLine, isMessage } from './events.ts';
import { LINE_HINTS, MESSAGE_HINTS } from './hints.ts';
import { lineCore } from './line-core.ts';
import { messageCore, prefixed } from './message-core.ts';

const PIECE_BYTES = 16;
const LONG_BYTES = 2 ** 16;
/** Enough of them, and each long enough, that finding them costs little beside copying the rest of the chunk each time. */
const MANY_BYTES = 2 ** 17;
const SHORT_BYTES = 128;
const ROOM = [{ maxBytes: 2 ** 24 }];

const QUOTE = 'What your decoder does grows with the number of bytes, not with its square.';
const PIECES_HINT =
  'Each small piece makes your decoder copy, or look at, all that it has kept so far. Search only what is new. Keep the pieces in a list and join them once, or keep a buffer that doubles when it is full.';
const REST_HINT =
  'Each line or message that is found makes your decoder copy all that is left of the chunk. Remember a position instead: subarray copies nothing, slice, concat and shift do.';

export const growth: Check[] = [
  {
    id: 'lab-04/long-line',
    step: 7,
    title: 'a long line in small pieces costs what its bytes cost',
    rule: 'README, step 7',
    quote: QUOTE,
    level: 'lab',
    needs: ['lab-04/lines-any-cut'],
    hints: { ...LINE_HINTS, quadratic: PIECES_HINT },
    async run(judge) {
      const word = judge.draw('word', (random) => random.letters(13));
      await expectLinear(judge, lineCore(), {
        name: `one line in pieces of ${PIECE_BYTES} bytes`,
        units: LONG_BYTES,
        everyBytes: PIECE_BYTES,
        args: ROOM,
        bytes: (units) => Buffer.concat([Buffer.alloc(units, word), Buffer.from('\n')]),
        what: 'one line, and nothing else',
        holds: (last, units) =>
          last.length === 1 &&
          isLine(last[0]) &&
          last[0].text.length === units &&
          last[0].text.startsWith(word),
      });
    },
  },
  {
    id: 'lab-04/long-message',
    step: 7,
    title: 'a long message in small pieces costs what its bytes cost',
    rule: 'README, step 7',
    quote: QUOTE,
    level: 'lab',
    needs: ['lab-04/messages-any-cut'],
    hints: { ...MESSAGE_HINTS, quadratic: PIECES_HINT },
    async run(judge) {
      const word = judge.draw('word', (random) => random.letters(13));
      await expectLinear(judge, messageCore(), {
        name: `one message in pieces of ${PIECE_BYTES} bytes`,
        units: LONG_BYTES,
        everyBytes: PIECE_BYTES,
        args: ROOM,
        bytes: (units) => prefixed(Buffer.alloc(units, word)),
        what: 'one message, and nothing else',
        holds: (last, units) => last.length === 1 && isMessage(last[0]) && last[0].bytes.length === units,
      });
    },
  },
  {
    id: 'lab-04/many-lines',
    step: 7,
    title: 'many short lines in one chunk cost what their bytes cost',
    rule: 'README, step 7',
    quote: QUOTE,
    level: 'lab',
    needs: ['lab-04/lines-any-cut'],
    hints: { ...LINE_HINTS, quadratic: REST_HINT },
    async run(judge) {
      const word = judge.draw('word', (random) => random.letters(SHORT_BYTES - 1));
      await expectLinear(judge, lineCore(), {
        name: 'short lines in one piece',
        units: MANY_BYTES,
        args: ROOM,
        bytes: (units) => Buffer.alloc(units, `${word}\n`),
        what: 'all of the lines',
        holds: (last) => last.length > 0 && last.every((event) => isLine(event) && event.text === word),
      });
    },
  },
  {
    id: 'lab-04/many-messages',
    step: 7,
    title: 'many short messages in one chunk cost what their bytes cost',
    rule: 'README, step 7',
    quote: QUOTE,
    level: 'lab',
    needs: ['lab-04/messages-any-cut'],
    hints: { ...MESSAGE_HINTS, quadratic: REST_HINT },
    async run(judge) {
      const word = Buffer.from(judge.draw('word', (random) => random.letters(SHORT_BYTES - 4)));
      await expectLinear(judge, messageCore(), {
        name: 'short messages in one piece',
        units: MANY_BYTES,
        args: ROOM,
        bytes: (units) => Buffer.alloc(units, prefixed(word)),
        what: 'all of the messages',
        holds: (last) =>
          last.length > 0 &&
          last.every((event) => isMessage(event) && Buffer.compare(event.bytes, word) === 0),
      });
    },
  },
];
