/** Steps 5 and 7, RFC 9112 §7.1: bodies in chunks. */
import { expectRows, type Row } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { drawWords, HERE, post, posted, row, type Words } from './messages.ts';
import { body, type ExpectedField, end, failure, type HttpReading, reads, someOf } from './reading.ts';
import { HINTS, PARSER } from './symptoms.ts';

const CODING = ['Transfer-Encoding', 'chunked'] as const;
const ANY_BYTES = '\r\n\0;\r\n0\r\n\r\n';

/** A chunked POST request and these bytes behind its head. */
export function chunkedPost(words: Words, behind: string): string {
  return `${post(words, CODING.join(': '))}${behind}`;
}

/** The chunked request is read with this body; `more` is what comes behind it. */
export function readsChunked(words: Words, bytes: string, trailers: ExpectedField[] = []): HttpReading {
  return reads(posted(words, [CODING], { body: 'chunked' }), body(bytes), end(...trailers));
}

/** The head is read and, before or behind some of the body, the rest refused. */
export function refusesChunked(words: Words, bytes: string, ...statuses: number[]): HttpReading {
  return reads(posted(words, [CODING], { body: 'chunked' }), someOf(bytes), failure(...statuses));
}

export const chunked: Check[] = [
  {
    id: 'lab-05/chunked',
    step: 5,
    title: 'a chunked body is read',
    rule: 'RFC 9112 §7.1',
    quote: 'A recipient MUST be able to parse and decode the chunked transfer coding.',
    level: 'MUST',
    needs: ['lab-05/simple-request'],
    hints: {
      ...HINTS,
      'decimal-size': 'A chunk size is hexadecimal: `a` is ten and `10` is sixteen.',
      'last-chunk':
        'The size of the last chunk is 0, however many zeros it is written with. No data follows it, and no CR LF of data.',
      'chunk-data-searched':
        'The data of this chunk looks like the end of one. Take as many bytes as the size says before you look at any of them.',
      otherwise:
        'A size, CR LF, so many bytes, CR LF; and again, until the size is 0. Then come the trailers, if any, and an empty line.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value, other } = words;
      const twentySix = 'abcdefghijklmnopqrstuvwxyz';
      const of = (name: string, chunks: string, read: string, symptom = 'otherwise') =>
        row(name, chunkedPost(words, chunks), [readsChunked(words, read)], { symptom });
      await expectRows(judge, PARSER, [
        of('one chunk', `4\r\n${other}\r\n0\r\n\r\n`, other),
        of('two chunks', `4\r\n${other}\r\n3\r\n${value}\r\n0\r\n\r\n`, other + value),
        of('no chunk but the last', '0\r\n\r\n', '', 'last-chunk'),
        of('a size of two digits', `1a\r\n${twentySix}\r\n0\r\n\r\n`, twentySix, 'decimal-size'),
        of(
          'a size in capitals',
          `C\r\n${twentySix.slice(0, 12)}\r\n0\r\n\r\n`,
          twentySix.slice(0, 12),
          'decimal-size',
        ),
        of('sizes with leading zeros', `0004\r\n${other}\r\n00\r\n\r\n`, other, 'last-chunk'),
        of(
          'line ends and zeros in a chunk',
          `b\r\n${ANY_BYTES}\r\n0\r\n\r\n`,
          ANY_BYTES,
          'chunk-data-searched',
        ),
        of('a chunk that is only CR LF', `2\r\n\r\n\r\n0\r\n\r\n`, '\r\n', 'chunk-data-searched'),
      ]);
    },
  },
  {
    id: 'lab-05/chunked-bytes',
    step: 5,
    title: 'the data of chunks is bytes, and comes as it was sent',
    rule: 'README, step 5',
    quote:
      "A chunk's data may hold anything, CR LF too. Its bytes come as `body` events; sizes and line ends do not.",
    level: 'lab',
    needs: ['lab-05/chunked'],
    hints: {
      ...HINTS,
      otherwise:
        'The size counts bytes, not characters. Cut the data from the bytes that came, and leave it as it is.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const drawn = Buffer.from(judge.draw('bytes', (random) => random.bytes(10))).toString('latin1');
      const of = (name: string, bytes: string) =>
        row(name, chunkedPost(words, `${bytes.length.toString(16)}\r\n${bytes}\r\n0\r\n\r\n`), [
          readsChunked(words, bytes),
        ]);
      await expectRows(judge, PARSER, [
        of('a chunk with NUL and 0xff', `\0${words.value}\xff`),
        of('a chunk that is no UTF-8', '\xc3\x28\x80\xed\xa0\x80'),
        of('a chunk of any bytes', drawn),
        row(
          'an é whose two bytes are in two chunks',
          chunkedPost(words, '2\r\nh\xc3\r\n2\r\n\xa9o\r\n0\r\n\r\n'),
          [readsChunked(words, 'h\xc3\xa9o')],
        ),
      ]);
    },
  },
  {
    id: 'lab-05/chunked-name',
    step: 5,
    title: 'chunked is known in any case',
    rule: 'RFC 9112 §7',
    quote:
      'All transfer-coding names are case-insensitive and ought to be registered within the HTTP Transfer Coding registry, as defined in Section 7.3.',
    level: 'lab',
    needs: ['lab-05/chunked'],
    hints: {
      ...HINTS,
      otherwise:
        'Transfer-Encoding is a list of names, compared without regard to case, and so is the name of the field. The white space around it is none of it.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { other } = words;
      const of = (name: string, field: [string, string]) =>
        row(
          name,
          `${post(words, field.join(':'))}4\r\n${other}\r\n0\r\n\r\n`,
          [reads(posted(words, [[field[0], field[1].trim()]], { body: 'chunked' }), body(other), end())],
          { symptom: 'chunked-ignored' },
        );
      await expectRows(judge, PARSER, [
        of('Chunked with a capital', ['Transfer-Encoding', ' Chunked']),
        of('CHUNKED in capitals', ['Transfer-Encoding', ' CHUNKED']),
        of('the field name in lower case', ['transfer-encoding', ' chunked']),
        of('white space around chunked', ['Transfer-Encoding', '\tchunked \t']),
      ]);
    },
  },
  {
    id: 'lab-05/chunk-extensions',
    step: 5,
    title: 'chunk extensions are ignored',
    rule: 'RFC 9112 §7.1.1',
    quote: 'A recipient MUST ignore unrecognized chunk extensions.',
    level: 'MUST',
    needs: ['lab-05/chunked'],
    hints: {
      ...HINTS,
      'quoted-extension':
        'A quoted value may hold a semicolon, an escaped quote, anything that is printed. What do you look for in the line, once you have the size?',
      otherwise:
        'Behind the size there may be `;` and more. The size ends there; what follows, up to the CR LF, means nothing to you.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value, other } = words;
      const of = (name: string, extension: string, symptom = 'otherwise') =>
        row(
          name,
          chunkedPost(words, `4${extension}\r\n${other}\r\n0\r\n\r\n`),
          [readsChunked(words, other)],
          { symptom },
        );
      await expectRows(judge, PARSER, [
        of('an extension without a value', `;${value}`),
        of('an extension with a value', `;${value}=1f`),
        of('two extensions', `;a=${value};b`),
        of('white space around ; and =', ` ; a = ${value}`),
        of('a quoted value', `;a="${value}, 5"`, 'quoted-extension'),
        of('a quoted value with a semicolon and an escaped quote', `;a="${value};\\"5"`, 'quoted-extension'),
        row('an extension of the last chunk', chunkedPost(words, `4\r\n${other}\r\n0;${value}=5\r\n\r\n`), [
          readsChunked(words, other),
        ]),
      ]);
    },
  },
  {
    id: 'lab-05/trailers',
    step: 5,
    title: 'trailers come with end',
    rule: 'README, step 5',
    quote: 'They come with `end`, not among the `headers`.',
    level: 'lab',
    needs: ['lab-05/chunked'],
    hints: {
      ...HINTS,
      otherwise:
        'Behind the last chunk come field lines, as in a head, until the empty line. They belong to `end`.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value, other } = words;
      const section = (...lines: string[]): string =>
        `4\r\n${other}\r\n0\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
      const of = (name: string, trailers: [string, string][]) =>
        row(name, chunkedPost(words, section(...trailers.map((field) => field.join(': ')))), [
          readsChunked(words, other, trailers),
        ]);
      await expectRows(judge, PARSER, [
        of('one trailer', [['X-Sum', value]]),
        of('two trailers', [
          ['X-Sum', value],
          ['etag', other],
        ]),
        of('a trailer that is repeated', [
          ['X-A', value],
          ['X-A', other],
        ]),
        row(
          'a trailer with white space around its value',
          chunkedPost(words, section(`X-A: \t${value} \t`)),
          [readsChunked(words, other, [['X-A', value]])],
        ),
        row('a trailer without a value', chunkedPost(words, section('X-A:')), [
          readsChunked(words, other, [['X-A', '']]),
        ]),
      ]);
    },
  },
  {
    id: 'lab-05/trailers-refused',
    step: 5,
    title: 'a trailer that is no field line is refused',
    rule: 'README, step 5',
    quote: 'Trailers are field lines and obey step 2.',
    level: 'lab',
    needs: ['lab-05/trailers', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      otherwise: 'A trailer is a field line: read it with the function that reads those of the head.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value, other } = words;
      const bad = (name: string, line: string) =>
        row(name, chunkedPost(words, `4\r\n${other}\r\n0\r\n${line}\r\n\r\n`), [
          refusesChunked(words, other, 400),
        ]);
      await expectRows(judge, PARSER, [
        bad('a trailer with a space before its colon', `X-A${HERE} : ${value}`),
        bad('a trailer without a colon', `${HERE}${value}`),
        bad('a trailer without a name', `${HERE}: ${value}`),
        bad('a trailer with a NUL in its value', `X-A: ${HERE}\0${value}`),
        bad('a trailer with a parenthesis in its name', `X${HERE}(A: ${value}`),
      ]);
    },
  },
  {
    id: 'lab-05/end-in-chunked',
    step: 5,
    title: 'an end within a chunked body is a mistake',
    rule: 'RFC 9112 §8',
    quote:
      'A message body that uses the chunked transfer coding is incomplete if the zero-sized chunk that terminates the encoding has not been received.',
    level: 'lab',
    needs: ['lab-05/chunked', 'lab-05/end-in-request'],
    hints: {
      ...HINTS,
      otherwise:
        'The body is complete with the empty line behind the last chunk, and with nothing else. Before that, `end()` means that something is missing: `failed` with 400.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { other, value } = words;
      const cut = (name: string, behind: string) =>
        row(name, chunkedPost(words, behind), [refusesChunked(words, other, 400)]);
      await expectRows(judge, PARSER, [
        cut('the end before the first chunk', ''),
        cut('the end within a chunk size', '4'),
        cut('the end behind a chunk-size line', '4\r\n'),
        cut('the end within a chunk', `4\r\n${other.slice(0, 2)}`),
        cut('the end behind the data of a chunk', `4\r\n${other}`),
        cut('the end between two chunks', `4\r\n${other}\r\n`),
        cut('the end within the last chunk', `4\r\n${other}\r\n0\r`),
        cut('the end before the empty line', `4\r\n${other}\r\n0\r\n`),
        cut('the end within a trailer', `4\r\n${other}\r\n0\r\nX-A: ${value}`),
      ]);
    },
  },
  {
    id: 'lab-05/chunk-size',
    step: 7,
    title: 'a chunk size that is not hexadecimal digits only is refused',
    rule: 'README, step 7',
    quote:
      'A chunk size that is not hexadecimal digits only: a sign, `0x`, nothing, white space before it, something else than an extension behind it.',
    level: 'lab',
    needs: ['lab-05/chunked', 'lab-05/good-then-bad'],
    hints: {
      ...HINTS,
      'parse-int':
        '`parseInt(line, 16)` reads as far as it can: it takes a sign, `0x`, white space, and whatever is behind the digits. Two programs that read a size differently see two different requests.',
      'space-behind-size': 'White space behind the size: take it or answer 400. It came to something else.',
      otherwise:
        'chunk-size = 1*HEXDIG (RFC 9112 §7.1): hexadecimal digits, at least one, and then CR LF, or an extension.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { other } = words;
      const bad = (name: string, size: string) =>
        row(
          name,
          chunkedPost(words, `${HERE}${size}\r\n${other}\r\n0\r\n\r\n`),
          [refusesChunked(words, other, 400)],
          {
            symptom: 'parse-int',
          },
        );
      const either = (name: string, line: string) =>
        row(
          name,
          chunkedPost(words, `${HERE}${line}\r\n${other}\r\n0\r\n\r\n`),
          [readsChunked(words, other), refusesChunked(words, '', 400)],
          { symptom: 'space-behind-size' },
        );
      await expectRows(judge, PARSER, [
        bad('a chunk size with a plus sign', '+4'),
        bad('a chunk size with a minus sign', '-4'),
        bad('a chunk size with 0x', '0x4'),
        bad('no chunk size', ''),
        bad('an extension and no chunk size', ';a'),
        bad('white space before a chunk size', ' 4'),
        bad('a tab before a chunk size', '\t4'),
        bad('a letter behind a chunk size', '4g'),
        bad('a chunk size of a letter that is no digit', 'g'),
        bad('two numbers for a chunk size', '4 4'),
        bad('a chunk size with a fraction', '4.0'),
        bad('a comma behind a chunk size', '4,'),
        bad('an underscore in a chunk size', '0_4'),
        bad('a chunk size that is no digit of ASCII', '\xb2'),
        either('a space behind a chunk size', '4 '),
      ]);
    },
  },
  {
    id: 'lab-05/chunk-size-overflow',
    step: 7,
    title: 'a chunk size beyond all numbers is refused',
    rule: 'RFC 9112 §7.1',
    quote:
      'Therefore, recipients MUST anticipate potentially large hexadecimal numerals and prevent parsing errors due to integer conversion overflows or precision loss due to integer representation.',
    level: 'MUST',
    needs: ['lab-05/chunked', 'lab-05/good-then-bad'],
    hints: {
      ...HINTS,
      'leading-zeros':
        'This size is small: its leading zeros are not counted. How many digits has it without them?',
      otherwise:
        'Some arithmetic makes a small number of this size: 32 bits, `| 0`, or a double that rounds. Compare with the limit before you compute on, or count the digits. 400 and 413 both pass.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { other } = words;
      const bad = (size: string) =>
        row(
          size.length > 40 ? `a chunk size of ${size.length} digits` : `a chunk size of ${size}`,
          chunkedPost(words, `${HERE}${size}\r\n${other}\r\n0\r\n\r\n`),
          [refusesChunked(words, '', 400, 413)],
        );
      await expectRows(judge, PARSER, [
        bad('100000004'),
        bad('20000000000004'),
        bad('10000000000000004'),
        bad('ffffffffffffffff'),
        bad('fffffffffffffffffffffffc'),
        bad('f'.repeat(300)),
        row(
          'a small chunk size behind 16 zeros',
          chunkedPost(words, `${'0'.repeat(16)}4\r\n${other}\r\n0\r\n\r\n`),
          [readsChunked(words, other)],
          { symptom: 'leading-zeros', rule: 'README, step 5: "leading zeros are legal"' },
        ),
      ]);
    },
  },
  {
    id: 'lab-05/chunk-end',
    step: 7,
    title: 'CR LF stands behind the data of a chunk',
    rule: 'README, step 7',
    quote: 'Anything but CR LF behind the data of a chunk. Compare both bytes.',
    level: 'lab',
    needs: ['lab-05/chunked', 'lab-05/good-then-bad'],
    hints: {
      ...HINTS,
      otherwise:
        "Two bytes are skipped here without a look. They have to be CR and LF: if they are not, the size was a lie, and what follows is somebody else's request.",
    },
    async run(judge) {
      const words = drawWords(judge);
      const { other } = words;
      const bad = (name: string, behind: string) =>
        row(name, chunkedPost(words, behind), [refusesChunked(words, other, 400)]);
      await expectRows(judge, PARSER, [
        bad('two other bytes behind the data', `4\r\n${other}${HERE}xy0\r\n\r\n`),
        bad('one byte more than the size says', `4\r\n${other}${HERE}x\r\n0\r\n\r\n`),
        bad('no line end behind the data', `4\r\n${other}${HERE}0\r\n\r\n`),
        bad('CR and another byte behind the data', `4\r\n${other}\r${HERE}x0\r\n\r\n`),
        bad('LF and CR behind the data', `4\r\n${other}${HERE}\n\r0\r\n\r\n`),
        bad('a byte and LF behind the data', `4\r\n${other}${HERE}x\n0\r\n\r\n`),
      ]);
    },
  },
  {
    id: 'lab-05/chunk-bare-lf',
    step: 7,
    title: 'a bare LF ends no line of a chunk',
    rule: 'README, step 7',
    quote: 'A bare LF behind a chunk size or the data of a chunk.',
    level: 'lab',
    needs: ['lab-05/chunked', 'lab-05/good-then-bad'],
    hints: {
      ...HINTS,
      otherwise:
        'A single LF may pass for a line end in a head. Around chunks it must not: a program on the way that goes on to the CR LF sees another chunk there.',
    },
    run: async (judge) => expectRows(judge, PARSER, bareLfRows(drawWords(judge))),
  },
];

function bareLfRows(words: Words): Row[] {
  const { other, value } = words;
  const bad = (name: string, behind: string) =>
    row(name, chunkedPost(words, behind), [refusesChunked(words, other, 400)]);
  return [
    bad('a bare LF behind a chunk size', `4${HERE}\n${other}\r\n0\r\n\r\n`),
    bad('a bare LF behind a chunk extension', `4;${value}${HERE}\n${other}\r\n0\r\n\r\n`),
    bad('a bare LF behind the size of the last chunk', `4\r\n${other}\r\n0${HERE}\n\r\n`),
    bad('a bare LF behind the data of a chunk', `4\r\n${other}${HERE}\n0\r\n\r\n`),
    // RFC 9112 §2.2 lets a bare CR stand for SP, and an extension is ignored with all the white space in it.
    row(
      'a bare CR in a chunk extension',
      chunkedPost(words, `4;${value}${HERE}\r${value}\r\n${other}\r\n0\r\n\r\n`),
      [readsChunked(words, other), refusesChunked(words, '', 400)],
    ),
  ];
}
