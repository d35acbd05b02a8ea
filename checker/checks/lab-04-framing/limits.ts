/** Step 5: limits, and the failure as the last event. */
import { expectRows } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { withSymptoms } from './events.ts';
import { LINE_HINTS, MESSAGE_HINTS } from './hints.ts';
import { failsUnasked, lineCore, lineRow } from './line-core.ts';
import { lengthOf, messageCore, messageRow } from './message-core.ts';

const DEFAULT_MAX_BYTES = 65_536;
const fails = true;

const LIMIT_HINTS = {
  'no-limit': 'More came than maxBytes allows, and no failed event. Where does your code look at maxBytes?',
  'off-by-one': 'Exactly maxBytes bytes are allowed. One more is too many.',
  default:
    'Where maxBytes is not given it is 65,536: for new with no argument and with {}. Exactly that many bytes are allowed.',
  'limit-of-stream': 'The limit is for each line and each message. What came before is not counted again.',
};

export const limits: Check[] = [
  {
    id: 'lab-04/line-limit',
    step: 5,
    title: 'a line may have maxBytes bytes, and not one more',
    rule: 'README, step 5',
    quote:
      'maxBytes is the most bytes that a line may have, without its line end, or a message, without its length.',
    level: 'lab',
    needs: ['lab-04/line-ends'],
    hints: {
      ...LINE_HINTS,
      ...LIMIT_HINTS,
      cut: 'In one piece the limit holds; cut at the mark it does not. The limit is about the line, not about the chunk: count what you have kept too.',
      'line-end-counted':
        'The line end was counted. maxBytes is about the line without it, LF and CRLF alike.',
      'characters-counted':
        'maxBytes counts bytes. The length of a string counts neither bytes nor characters: "é" is 2 bytes, "🙂" is 4.',
      'too-early':
        'The line is not too long. A CR right after the last allowed byte may belong to the line end: only the next byte tells, and it may come with the next chunk.',
    },
    async run(judge) {
      const letters = judge.draw('letters', (random) => random.letters(random.integer(8, 14)));
      const maxBytes = letters.length;
      // What comes behind a failure, and what end() says then, is a matter of other checks.
      const failing = { fails, mayGoOn: true, end: false };
      const half = 'é'.repeat(maxBytes / 2);
      const wide = 'é'.repeat(Math.floor(maxBytes / 2) + 1);
      const full = 'x'.repeat(DEFAULT_MAX_BYTES);
      const core = withSymptoms(
        lineCore(
          'off-by-one',
          'line-end-counted',
          'characters-counted',
          'limit-of-stream',
          'no-limit',
          'default',
        ),
        { slug: 'too-early', when: (seen) => seen.wholeHolds && failsUnasked(seen) },
      );
      await expectRows(judge, core, [
        lineRow('a line of exactly maxBytes', `${letters}\n`, [letters], { maxBytes, symptom: 'off-by-one' }),
        lineRow('a line of 1 byte more', `a\n${letters}x\n`, ['a'], {
          maxBytes,
          ...failing,
          symptom: 'no-limit',
        }),
        lineRow('a line of exactly maxBytes that ends with CRLF', `${letters}\r\n`, [letters], {
          maxBytes,
          symptom: 'line-end-counted',
        }),
        lineRow('a line of 1 byte more that ends with CRLF', `${letters}x\r\n`, [], {
          maxBytes,
          ...failing,
          symptom: 'no-limit',
        }),
        lineRow(
          'many lines that are longer together',
          `${`${letters}\n`.repeat(3)}`,
          Array(3).fill(letters),
          {
            maxBytes,
            symptom: 'limit-of-stream',
          },
        ),
        lineRow('fewer characters than maxBytes, and just as many bytes', `${half}\n`, [half], {
          maxBytes: half.length * 2,
          symptom: 'characters-counted',
        }),
        lineRow('fewer characters than maxBytes, and more bytes', `${wide}\n`, [], {
          maxBytes,
          ...failing,
          symptom: 'characters-counted',
        }),
        lineRow('65,536 bytes, where maxBytes is not given', `${full}\n`, [full], {
          symptom: 'default',
        }),
        {
          ...lineRow('65,537 bytes, where maxBytes is not given', `${full}x\n`, [], {
            ...failing,
            symptom: 'default',
          }),
          args: [{}],
        },
      ]);
    },
  },
  {
    id: 'lab-04/line-limit-at-once',
    step: 5,
    title: 'a line without an end fails as soon as it is too long',
    rule: 'README, step 5',
    quote: 'A line fails as soon as the limit is passed, although its LF has not come.',
    level: 'lab',
    needs: ['lab-04/line-limit'],
    hints: {
      ...LINE_HINTS,
      'waits-for-lf':
        'More bytes came than a line may have, and your decoder keeps them and waits for the LF. The peer that never sends one fills your memory. Look at the limit before you keep bytes, not when the line is complete.',
      cut: 'In one piece the limit holds; cut at the mark it does not. The limit is about the line, not about the chunk: count what you have kept too.',
      'too-early':
        'The line is not too long yet. A CR right after the last allowed byte may belong to the line end: only the next byte tells.',
      'cr-uncounted':
        'A CR right after the last allowed byte belongs to the line end only if an LF comes next. Something else came, so it is text, and the line is too long.',
    },
    async run(judge) {
      const letters = judge.draw('letters', (random) => random.letters(random.integer(5, 9)));
      const maxBytes = letters.length;
      const end = false;
      const core = lineCore('waits-for-lf', 'too-early', 'cr-uncounted');
      const row = (name: string, bytes: string, failing: boolean, symptom: string) =>
        lineRow(name, bytes, [], { maxBytes, end, fails: failing, symptom });
      await expectRows(judge, core, [
        row('exactly maxBytes, and no LF yet', letters, false, 'too-early'),
        row('1 byte more, and no LF yet', `${letters}x`, true, 'waits-for-lf'),
        row('three times maxBytes, and no LF yet', letters.repeat(3), true, 'waits-for-lf'),
        row('exactly maxBytes and a CR, and no LF yet', `${letters}\r`, false, 'too-early'),
        row('exactly maxBytes, a CR and a letter', `${letters}\rx`, true, 'cr-uncounted'),
        row('exactly maxBytes and two CRs', `${letters}\r\r`, true, 'cr-uncounted'),
      ]);
    },
  },
  {
    id: 'lab-04/message-limit',
    step: 5,
    title: 'a length above maxBytes fails with its fourth byte',
    rule: 'README, step 5',
    quote: 'A message fails with the fourth byte of its length, before any byte of the message has come.',
    level: 'lab',
    needs: ['lab-04/messages-any-cut'],
    hints: {
      ...MESSAGE_HINTS,
      ...LIMIT_HINTS,
      'waits-for-bytes':
        'The length alone says that the message is too long, and your decoder waits for its bytes. Four bytes from a stranger, and you would keep up to 4 GiB for him.',
    },
    async run(judge) {
      const letters = Buffer.from(judge.draw('letters', (random) => random.letters(random.integer(8, 14))));
      const maxBytes = letters.length;
      const end = false;
      const core = messageCore('off-by-one', 'limit-of-stream', 'default');
      const claim = (name: string, length: number, limit: number, symptom: string) =>
        messageRow(name, [], {
          maxBytes: limit,
          end,
          fails,
          behind: lengthOf(length),
          symptom,
          ...(symptom === 'signed' && { symptomOfThrow: symptom }),
        });
      const byDefault = (length: number, failing: boolean) =>
        messageRow(`the length ${length.toLocaleString('en-US')}, where maxBytes is not given`, [], {
          end,
          fails: failing,
          behind: lengthOf(length),
          symptom: 'default',
        });
      await expectRows(judge, core, [
        messageRow('a message of exactly maxBytes', [letters], { maxBytes, symptom: 'off-by-one' }),
        messageRow('many messages that are longer together', [letters, letters, letters], {
          maxBytes,
          symptom: 'limit-of-stream',
        }),
        claim('a length of 1 above maxBytes', maxBytes + 1, maxBytes, 'waits-for-bytes'),
        claim('the length 16,777,216', 0x01_00_00_00, 10_000, 'waits-for-bytes'),
        claim('the length 65,536', 0x01_00_00, 10_000, 'waits-for-bytes'),
        claim('the length 2,147,483,648', 0x80_00_00_00, maxBytes, 'signed'),
        claim('the length 4,294,967,295', 0xff_ff_ff_ff, maxBytes, 'signed'),
        byDefault(DEFAULT_MAX_BYTES, false),
        { ...byDefault(DEFAULT_MAX_BYTES + 1, true), args: [{}] },
      ]);
    },
  },
  {
    id: 'lab-04/failed-is-last',
    step: 5,
    title: 'a failure is the last event, and never an exception',
    rule: 'README, step 5',
    quote:
      'failed is the last event. After it nothing more comes: what stands behind it in the same chunk is left alone, and each later call of receive or end returns an empty list.',
    level: 'lab',
    needs: ['lab-04/line-limit', 'lab-04/message-limit', 'lab-04/invalid-utf8'],
    hints: {
      ...LINE_HINTS,
      cut: 'In one piece your decoder is silent after its failure; cut at the mark it is not. Every later call of receive and end has to know that it has failed.',
    },
    async run(judge) {
      const [a = '', b = ''] = judge.draw('words', (random) => [random.letters(4), random.letters(3)]);
      const maxBytes = 6;
      const [first, second] = [Buffer.from(a), Buffer.from(b)];
      await expectRows(judge, lineCore(), [
        lineRow(
          'lines before and behind a line that is too long',
          `${a}\n${b}\n${a}${b}\n${b}\n${a}`,
          [a, b],
          {
            maxBytes,
            fails,
          },
        ),
        lineRow(
          'lines before and behind a line that is not UTF-8',
          Buffer.concat([Buffer.from(`${a}\n${b}`), Uint8Array.of(0xc3, 0x28), Buffer.from(`\n${b}\n${a}`)]),
          [a],
          { maxBytes, fails },
        ),
        lineRow('two lines in a row that are too long', `${b}\n${a}${b}\n${a}${b}\n`, [b], {
          maxBytes,
          fails,
        }),
      ]);
      await expectRows(judge, messageCore(), [
        messageRow('messages before and behind a length that is too large', [first, second], {
          maxBytes,
          fails,
          behind: Buffer.concat([lengthOf(7), lengthOf(1), lengthOf(0), lengthOf(2), second]),
        }),
        messageRow('two lengths in a row that are too large', [second], {
          maxBytes,
          fails,
          behind: Buffer.concat([lengthOf(1000), lengthOf(1000), Buffer.alloc(3)]),
        }),
      ]);
    },
  },
];
