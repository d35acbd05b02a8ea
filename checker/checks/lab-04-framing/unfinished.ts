/** Step 6: the end in the middle, and what a failure says. */
import { type Core, type CoreSymptom, expectRows, type Row, type Seen } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { type Failure, isFailure, isLine, withSymptoms } from './events.ts';
import { LINE_HINTS, MESSAGE_HINTS } from './hints.ts';
import { type LineRow, lineCore, lineRow } from './line-core.ts';
import { lengthOf, type MessageRow, messageCore, messageRow, prefixed } from './message-core.ts';

const fails = true;

const END_HINTS = {
  'end-silent':
    'The stream ended in the middle, and end() said nothing. Whoever asks believes that all has come. What do you still hold when end() is called?',
  'gives-unfinished':
    'What had come of the last one was given out as if it were complete. The connection may have been cut: half of an order is not an order. Say unfinished.',
  'end-fails':
    'The stream ended between two, and nothing is missing. end() returns an empty list then. Is something left in your memory that was given out already?',
  cut: 'In one piece end() says it right; cut at the mark it does not. What end() has to know must not depend on the last chunk.',
};

export const unfinished: Check[] = [
  {
    id: 'lab-04/line-unfinished',
    step: 6,
    title: 'the end in the middle of a line fails',
    rule: 'README, step 6',
    quote:
      'In the middle of one it returns failed with the code unfinished: half a message is not a message.',
    level: 'lab',
    needs: ['lab-04/lines-any-cut'],
    hints: { ...LINE_HINTS, ...END_HINTS },
    async run(judge) {
      const [a = '', b = ''] = judge.draw('words', (random) => [random.letters(4), random.letters(3)]);
      const middle = (name: string, bytes: Uint8Array | string, lines: string[]) =>
        lineRow(name, bytes, lines, { fails, symptom: 'end-silent' });
      await expectRows(judge, withUnfinished(lineCore('end-fails')), [
        lineRow('a stream without a byte', '', [], { symptom: 'end-fails' }),
        lineRow('a stream that ends with a line', `${a}\n${b}\n`, [a, b], { symptom: 'end-fails' }),
        middle('a stream that ends in its first line', a, []),
        middle('a stream that ends in its second line', `${a}\n${b}`, [a]),
        middle('a stream that ends with one byte of a line', `${a}\r\nx`, [a]),
        middle('a stream that ends with a CR', `${a}\n${b}\r`, [a]),
        middle('a stream that ends in a character', Buffer.from(`${a}\n${b}€`).subarray(0, -1), [a]),
      ]);
    },
  },
  {
    id: 'lab-04/message-unfinished',
    step: 6,
    title: 'the end in the middle of a message fails',
    rule: 'README, step 6',
    quote: 'The middle begins with the first byte, of a length too.',
    level: 'lab',
    needs: ['lab-04/messages-any-cut'],
    hints: { ...MESSAGE_HINTS, ...END_HINTS },
    async run(judge) {
      const letters = judge.draw('letters', (random) => Buffer.from(random.letters(random.integer(4, 6))));
      const message = Uint8Array.from(letters);
      const middle = (name: string, behind: Uint8Array) =>
        messageRow(name, [message], { fails, behind, symptom: 'end-silent' });
      await expectRows(judge, withUnfinished(messageCore('end-fails')), [
        messageRow('a stream without a byte', [], { symptom: 'end-fails' }),
        messageRow('a stream that ends with a message', [message], { symptom: 'end-fails' }),
        messageRow('a stream that ends with an empty message', [message, new Uint8Array()], {
          symptom: 'end-fails',
        }),
        middle('a stream that ends before the last byte of a message', prefixed(message).subarray(0, -1)),
        middle('a stream that ends after the first byte of a message', prefixed(message).subarray(0, 5)),
        middle('a stream that ends right after a length', lengthOf(message.length)),
        middle('a stream that ends after three bytes of a length', lengthOf(message.length).subarray(0, 3)),
        middle('a stream that ends after one byte of a length', new Uint8Array(1)),
      ]);
    },
  },
  {
    id: 'lab-04/failure-says',
    step: 6,
    title: 'a failure says what is wrong, and where it begins',
    rule: 'README, step 6',
    quote:
      'In each, offset is where the line or message begins that failed: the number of bytes in the stream before it.',
    level: 'lab',
    needs: [
      'lab-04/failed-is-last',
      'lab-04/line-unfinished',
      'lab-04/message-unfinished',
      'lab-04/line-limit-at-once',
      'lab-04/message-limit',
      'lab-04/invalid-utf8',
    ],
    hints: {
      ...LINE_HINTS,
      'wrong-code':
        'The failure is right, and its code is another: the README lists the three of them, one a step.',
      'offset-in-chunk':
        'The offset counts from the start of the last chunk. Nobody who reads it knows where that was: count all the bytes of the stream.',
      'wrong-offset':
        'The failure is right, and its offset is not: it is the number of bytes before the line or message that failed. Line ends and lengths are bytes too.',
    },
    async run(judge) {
      const [a = '', b = ''] = judge.draw('words', (random) => [random.letters(4), random.letters(3)]);
      const maxBytes = 6;
      const at = a.length + 2;
      const lines = (name: string, behind: Uint8Array, code: Failure['code']) =>
        exactly(
          lineRow(name, Buffer.concat([Buffer.from(`${a}\r\n`), behind]), [a], { maxBytes, fails }),
          code,
          at,
        );
      const message = Buffer.from(b);
      const messages = (name: string, behind: Uint8Array, code: Failure['code']) =>
        exactly(
          messageRow(name, [message, message], { maxBytes, fails, behind }),
          code,
          2 * prefixed(message).length,
        );
      await expectRows(judge, says(lineCore()), [
        lines('a second line that is too long', Buffer.from(`${a}${b}\n`), 'too-long'),
        lines('a second line that is not UTF-8', Buffer.of(0x61, 0xff, 0x0a), 'invalid-utf8'),
        lines('a second line that is not complete', message, 'unfinished'),
      ]);
      await expectRows(judge, says(messageCore()), [
        messages('a third message that is too long', lengthOf(7), 'too-long'),
        messages('a third message that is not complete', prefixed(message).subarray(0, 6), 'unfinished'),
        messages('a third length that is not complete', lengthOf(1).subarray(0, 2), 'unfinished'),
      ]);
    },
  },
];

/** A core that can tell when what was not complete is given out. */
function withUnfinished(core: Core): Core {
  const expected = (row: Row): number =>
    ('texts' in row ? (row as LineRow).texts : (row as MessageRow).messages).length;
  const symptom: CoreSymptom = {
    slug: 'gives-unfinished',
    when: ({ row, events }) =>
      (row as LineRow).fails && events.filter((event) => !isFailure(event)).length === expected(row) + 1,
  };
  return withSymptoms(core, symptom);
}

/** The same row, with the code and offset of its failure. */
function exactly<T extends LineRow | MessageRow>(row: T, code: unknown, offset: number): T {
  const [reading] = row.accepts;
  return {
    ...row,
    accepts: [
      {
        what: `${reading!.what} (${code}, offset ${offset})`,
        holds: (events) => {
          const last = events.at(-1);
          return reading!.holds(events) && isFailure(last) && last.code === code && last.offset === offset;
        },
      },
    ],
    expected: { code, offset },
  };
}

/** A core that can tell what is wrong about a failure. */
function says(core: Core): Core {
  const differs =
    (is: (came: Failure, expected: { code: unknown; offset: number }) => boolean) =>
    ({ row, events }: Seen): boolean => {
      const last = events.at(-1);
      const right = 'texts' in row ? isLine(events[0]) : events.length > 1;
      return (
        right &&
        isFailure(last) &&
        is(last, (row as unknown as { expected: { code: unknown; offset: number } }).expected)
      );
    };
  return withSymptoms(
    core,
    { slug: 'wrong-code', when: differs((came, expected) => came.code !== expected.code) },
    {
      slug: 'offset-in-chunk',
      when: (seen) => seen.wholeHolds && differs((came, expected) => came.offset !== expected.offset)(seen),
    },
    { slug: 'wrong-offset', when: differs((came, expected) => came.offset !== expected.offset) },
  );
}
