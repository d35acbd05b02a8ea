/** Steps 4 and 7, RFC 9112 §6.2 and §6.3: bodies whose length is told. */
import { expectRows } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { drawWords, get, got, HERE, nextGet, post, posted, row } from './messages.ts';
import { body, end, reads, refused } from './reading.ts';
import { HINTS, PARSER } from './symptoms.ts';

const LENGTH = 'Content-Length';
const UNRECOVERABLE =
  'If the unrecoverable error is in a request message, the server MUST respond with a 400 (Bad Request) status code and then close the connection.';
/** Of which 5 bytes or 6, or none, may be taken for a body. */
const FIVE_OR_SIX = 'abcdef';

export const contentLength: Check[] = [
  {
    id: 'lab-05/length-body',
    step: 4,
    title: 'the body is as many bytes as Content-Length says',
    rule: 'README, step 4',
    quote: 'The body is as many bytes as Content-Length says, whatever the method: a GET may have one.',
    level: 'lab',
    needs: ['lab-05/simple-request'],
    hints: {
      ...HINTS,
      'method-decides':
        'A GET request may have a body too: RFC 9112 §6: "Request message framing is independent of method semantics." Only the fields decide.',
      otherwise:
        'Count the bytes behind the empty line. As many as Content-Length says are the body; then comes `end`.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value, other } = words;
      await expectRows(judge, PARSER, [
        row('a POST request with a body', `${post(words, `${LENGTH}: 4`)}${other}`, [
          reads(posted(words, [[LENGTH, '4']], { body: 'length' }), body(other), end()),
        ]),
        row('a body of one byte', `${post(words, `${LENGTH}: 1`)}x`, [
          reads(posted(words, [[LENGTH, '1']], { body: 'length' }), body('x'), end()),
        ]),
        row(
          'a GET request with a body',
          `${get(words, `${LENGTH}: 3`)}${value}`,
          [reads(got(words, [[LENGTH, '3']], { body: 'length' }), body(value), end())],
          { symptom: 'method-decides' },
        ),
        row(
          'a body that looks like another request',
          `${post(words, `${LENGTH}: ${nextGet(words).length}`)}${nextGet(words)}`,
          [
            reads(
              posted(words, [[LENGTH, String(nextGet(words).length)]], { body: 'length' }),
              body(nextGet(words)),
              end(),
            ),
          ],
        ),
      ]);
    },
  },
  {
    id: 'lab-05/body-bytes',
    step: 4,
    title: 'a body is bytes, and comes as it was sent',
    rule: 'README, step 4',
    quote: 'The body is bytes, not text: they come exactly as they were sent.',
    level: 'lab',
    needs: ['lab-05/length-body'],
    hints: {
      ...HINTS,
      otherwise:
        'Cut the body from the bytes that came, with `subarray`. Search it for nothing, decode it to nothing.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const drawn = judge.draw('bytes', (random) => random.bytes(12));
      const of = (name: string, bytes: string) =>
        row(name, `${post(words, `${LENGTH}: ${bytes.length}`)}${bytes}`, [
          reads(posted(words, [[LENGTH, String(bytes.length)]], { body: 'length' }), body(bytes), end()),
        ]);
      await expectRows(judge, PARSER, [
        of('a body with NUL and 0xff', `\0${words.value}\xff\0`),
        of('a body with line ends', `\r\n\r\n${words.value}\n\r`),
        of('a body that is no UTF-8', '\xc3\x28\x80\xed\xa0\x80'),
        of('a body of an é in UTF-8', `\xc3\xa9${words.value}`),
        of('a body of any bytes', Buffer.from(drawn).toString('latin1')),
      ]);
    },
  },
  {
    id: 'lab-05/length-value',
    step: 4,
    title: 'Content-Length in any case, with leading zeros, and 0',
    rule: 'README, step 4',
    quote: 'The value is one or more digits; leading zeros are legal.',
    level: 'lab',
    needs: ['lab-05/length-body'],
    hints: {
      ...HINTS,
      'name-compared': 'Field names are compared without regard to case: `content-length` is Content-Length.',
      octal: 'Leading zeros mean nothing here: 011 is eleven bytes.',
      otherwise: 'The value is a decimal number without the white space around it. 0 is a length as well.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value } = words;
      const NAME_RULE = 'README, step 4: "The field name is compared without regard to case"';
      const of = (name: string, field: string, sent: string, bytes: string, symptom: string, rule?: string) =>
        row(
          name,
          `${post(words, `${field}:${sent}`)}${bytes}`,
          [reads(posted(words, [[field, sent.trim()]], { body: 'length' }), body(bytes), end())],
          { symptom, ...(rule !== undefined && { rule }) },
        );
      await expectRows(judge, PARSER, [
        of('content-length in lower case', 'content-length', ' 3', value, 'name-compared', NAME_RULE),
        of('cOnTeNt-LENGTH in mixed case', 'cOnTeNt-LENGTH', ' 3', value, 'name-compared', NAME_RULE),
        of('a length with leading zeros', LENGTH, ' 0003', value, 'octal'),
        of('the length 011', LENGTH, ' 011', 'abcdefghijk', 'octal'),
        of('white space around the length', LENGTH, '\t 3 \t', value, 'otherwise'),
        row('the length 0', post(words, `${LENGTH}: 0`), [
          reads(posted(words, [[LENGTH, '0']], { body: 'length' }), end()),
          reads(posted(words, [[LENGTH, '0']], { body: 'none' }), end()),
        ]),
      ]);
    },
  },
  {
    id: 'lab-05/no-length',
    step: 4,
    title: 'without Content-Length and Transfer-Encoding there is no body',
    rule: 'RFC 9112 §6.3',
    quote:
      'If this is a request message and none of the above are true, then the message body length is zero (no message body is present).',
    level: 'lab',
    needs: ['lab-05/simple-request'],
    hints: {
      ...HINTS,
      otherwise:
        'No field says that there is a body, so there is none, with POST too. What comes behind the head is the next request.',
    },
    async run(judge) {
      const words = drawWords(judge);
      await expectRows(judge, PARSER, [
        row('a POST request without a length', post(words), [reads(posted(words), end())]),
        row('a POST request with a type and no length', post(words, 'Content-Type: text/plain'), [
          reads(posted(words, [['Content-Type', 'text/plain']]), end()),
        ]),
      ]);
    },
  },
  {
    id: 'lab-05/length-invalid',
    step: 7,
    title: 'a Content-Length that is not digits only is refused',
    rule: 'RFC 9112 §6.3',
    quote: UNRECOVERABLE,
    level: 'MUST',
    needs: ['lab-05/length-body', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      'parse-int':
        '`parseInt` and `Number` understand more than digits: a sign, `5abc`, `0x5`, `5e0`, an empty text. What is not digits from its first character to its last is no length (RFC 9110 §8.6).',
      otherwise: 'Content-Length = 1*DIGIT (RFC 9110 §8.6): digits and nothing else.',
    },
    run: (judge) =>
      expectRefusedLengths(judge, [
        ['a plus sign', '+5'],
        ['a minus sign', '-5'],
        ['a minus sign and zero', '-0'],
        ['a fraction', '5.0'],
        ['a hexadecimal length', '0x5'],
        ['an exponent', '5e0'],
        ['letters behind the digits', '5abc'],
        ['no digits', 'five'],
        ['white space inside', '5 5'],
        ['an underscore', '0_5'],
        ['an empty value', ''],
        ['digits of another script', '\xd9\xa5'],
      ]),
  },
  {
    id: 'lab-05/length-conflict',
    step: 7,
    title: 'two lengths that differ are refused',
    rule: 'RFC 9112 §6.3',
    quote: UNRECOVERABLE,
    level: 'MUST',
    needs: ['lab-05/length-body', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      'equal-lengths':
        'The same length twice: RFC 9112 §6.3 lets you take it as the one length or refuse it with 400. The fields come as they were sent.',
      otherwise:
        'Look at every Content-Length field there is, and at every member of a list, before you believe one.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const bad = (name: string, ...lines: string[]) =>
        row(name, `${post(words, ...lines)}${FIVE_OR_SIX}`, [refused(400)]);
      const equal = (name: string, ...fields: [string, string][]) =>
        row(
          name,
          `${post(words, ...fields.map((field) => field.join(': ')))}abcde`,
          [reads(posted(words, fields, { body: 'length' }), body('abcde'), end()), refused(400)],
          { symptom: 'equal-lengths' },
        );
      await expectRows(judge, PARSER, [
        bad('two lengths in two lines', `${LENGTH}: 5`, `${HERE}${LENGTH}: 6`),
        bad('the greater length first', `${LENGTH}: 6`, `${HERE}${LENGTH}: 5`),
        bad('two lengths, one in another case', `${LENGTH}: 5`, `${HERE}content-length: 6`),
        bad('a length and 0', `${LENGTH}: 5`, 'X-A: b', `${HERE}${LENGTH}: 0`),
        bad('two lengths in a list', `${LENGTH}: 5, ${HERE}6`),
        bad('three lengths, the last another', `${LENGTH}: 5,5,${HERE}6`),
        bad('a length and no number', `${LENGTH}: 5`, `${HERE}${LENGTH}: x`),
        equal('the same length in two lines', [LENGTH, '5'], [LENGTH, '5']),
        equal('the same length in a list', [LENGTH, '5, 5']),
      ]);
    },
  },
  {
    id: 'lab-05/length-overflow',
    step: 7,
    title: 'a length beyond all numbers is refused',
    rule: 'RFC 9110 §8.6',
    quote:
      'Since there is no predefined limit to the length of content, a recipient MUST anticipate potentially large decimal numerals and prevent parsing errors due to integer conversion overflows or precision loss due to integer conversion (Section 17.5).',
    level: 'MUST',
    needs: ['lab-05/length-body', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      otherwise:
        'This number is greater than every limit, and some arithmetic makes a small one of it: 32 bits, `| 0`, or a double that rounds. Compare before you compute, or count the digits. 400 and 413 both pass.',
    },
    async run(judge) {
      const words = drawWords(judge);
      // Behind 32, 53 and 64 bits the same 5 again; and one that a double makes Infinity of.
      const lengths = [
        '4294967301',
        '9007199254740997',
        '18446744073709551621',
        '9'.repeat(40),
        '1'.repeat(400),
      ];
      await expectRows(
        judge,
        PARSER,
        lengths.map((length) =>
          row(`a length of ${length.length} digits`, `${post(words, `${LENGTH}: ${HERE}${length}`)}abcde`, [
            refused(400, 413),
          ]),
        ),
      );
    },
  },
];

async function expectRefusedLengths(judge: Judge, lengths: [name: string, value: string][]): Promise<void> {
  const words = drawWords(judge);
  await expectRows(
    judge,
    PARSER,
    lengths.map(([name, value]) =>
      row(
        `${name} in Content-Length`,
        `${post(words, `${LENGTH}: ${HERE}${value}`)}${FIVE_OR_SIX}`,
        [refused(400)],
        {
          symptom: 'parse-int',
        },
      ),
    ),
  );
}
