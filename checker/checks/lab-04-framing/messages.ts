/** Step 3: messages with a length in front. */
import { expectGenerated, expectRows } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { expectBytes } from './encoding.ts';
import { MESSAGE_HINTS } from './hints.ts';
import { messageCore, messageRow, prefixed } from './message-core.ts';

const inOnePiece = true;

export const messages: Check[] = [
  {
    id: 'lab-04/messages',
    step: 3,
    title: 'every message of a chunk is one event',
    rule: 'README, step 3',
    quote: 'A message is its length in 4 bytes (big-endian, unsigned), then that many bytes of any value.',
    level: 'lab',
    hints: MESSAGE_HINTS,
    async run(judge) {
      const [a, b] = judge.draw('letters', (random) => [
        Buffer.from(random.letters(random.integer(3, 6))),
        Buffer.from(random.letters(2)),
      ]) as [Buffer, Buffer];
      const long = Buffer.from(judge.draw('300 letters', (random) => random.letters(300)));
      const odd = Uint8Array.of(0x00, 0xff, 0x0a, 0xc3, 0x28, 0x0d, 0x80);
      const none = new Uint8Array();
      await expectRows(judge, messageCore('message-late'), [
        messageRow('one message', [a], { inOnePiece }),
        messageRow('three messages in one chunk', [a, b, a], { inOnePiece }),
        messageRow('an empty message between others', [a, none, b], { inOnePiece }),
        messageRow('an empty message, and then silence', [a, none], {
          inOnePiece,
          end: false,
          symptom: 'message-late',
        }),
        messageRow('nothing but empty messages', [none, none], { inOnePiece }),
        messageRow('bytes that are no text', [odd, b], { inOnePiece }),
        messageRow('a message that looks like a message', [prefixed(a), b], { inOnePiece }),
        messageRow('a message of 300 bytes', [long, a], { inOnePiece }),
        messageRow('two messages, and then silence', [a, b], { inOnePiece, end: false }),
      ]);
    },
  },
  {
    id: 'lab-04/messages-any-cut',
    step: 3,
    title: 'the same messages, wherever the bytes are cut',
    rule: 'README, step 3',
    quote:
      'All that step 2 says is true here as well: the length itself may arrive in pieces, and one chunk may bring many messages.',
    level: 'lab',
    needs: ['lab-04/messages'],
    hints: MESSAGE_HINTS,
    async run(judge) {
      const [a, b, c] = judge.draw('letters', (random) =>
        [random.integer(4, 6), 2, 4].map((length) => Buffer.from(random.letters(length))),
      ) as [Buffer, Buffer, Buffer];
      const long = Buffer.from(judge.draw('260 letters', (random) => random.letters(260)));
      const none = new Uint8Array();
      await expectRows(judge, messageCore(), [
        messageRow('one message', [a]),
        messageRow('three messages', [a, b, c]),
        messageRow('empty messages between others', [none, b, none, none]),
        messageRow('an empty message, and then silence', [a, none], { end: false }),
        messageRow('a message that looks like a message', [prefixed(a), b]),
        messageRow('a message of 260 bytes', [long, a]),
      ]);
    },
  },
  {
    id: 'lab-04/generated-messages',
    step: 3,
    title: 'generated messages come out as they went in',
    rule: 'README, step 3',
    quote:
      'All that step 2 says is true here as well: the length itself may arrive in pieces, and one chunk may bring many messages.',
    level: 'lab',
    needs: ['lab-04/messages-any-cut'],
    hints: MESSAGE_HINTS,
    async run(judge) {
      await expectGenerated(judge, messageCore(), {
        what: 'generated messages',
        runs: 20,
        arbitrary: (fc) => fc.array(fc.uint8Array({ maxLength: 24 }), { minLength: 1, maxLength: 8 }),
        rowOf: (list) => messageRow('generated messages', list),
      });
    },
  },
  {
    id: 'lab-04/encode-length-prefixed',
    step: 3,
    title: 'encodeLengthPrefixed writes the length and the bytes',
    rule: 'README, step 3',
    quote: 'encodeLengthPrefixed(bytes) returns the length and the bytes, in a new array.',
    level: 'lab',
    hints: {
      empty: 'Nothing came back. Even a message of no bytes has the four bytes of its length.',
      'not-bytes': 'What goes onto the wire is a Uint8Array.',
      'no-prefix': 'The bytes came back without their length.',
      'little-endian':
        'The length stands the wrong way round. Big-endian means that the first byte counts most.',
      'counts-prefix': 'The length says how many bytes come after it. Its own four bytes are not counted.',
      'short-length':
        'The bytes are right, and the length is not. A length above 255 has more than one byte that is not zero: 258 is 00 00 01 02.',
      'wrong-length':
        'The bytes are right, and the length is not. It is the number of bytes: not of characters, and not of anything else.',
      'other-length':
        'There are too few bytes, or too many. How long is the array that you make, and what do you write where?',
      otherwise: 'First the length in four bytes, big-endian, then the bytes as they are.',
    },
    async run(judge) {
      const letters = judge.draw('letters', (random) => Buffer.from(random.letters(random.integer(3, 9))));
      const long = judge.draw('many bytes', (random) => random.bytes(random.integer(66_000, 66_200)));
      for (const bytes of [
        Uint8Array.from(letters),
        new Uint8Array(),
        Uint8Array.of(0xff, 0x00, 0x80),
        long.slice(0, 258),
        long,
      ]) {
        await expectBytes(judge, 'encodeLengthPrefixed', bytes, Buffer.from(prefixed(bytes)));
      }
    },
  },
];
