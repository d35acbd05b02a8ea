/** Step 8: the limits. At the limit a request is taken, above it refused, and as soon as that can be known. */
import { expectRows, type Row } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { chunkedPost, readsChunked, refusesChunked } from './chunked.ts';
import { drawWords, get, got, HERE, message, post, posted, row, type Words } from './messages.ts';
import { body, type ExpectedField, end, type HttpReading, reads, refused } from './reading.ts';
import { HINTS, PARSER } from './symptoms.ts';

type Limits = { [name: string]: number };

const EXACT = 'What is exactly at its limit is accepted. One byte, or one field, more is refused.';

const LIMIT_HINTS = {
  ...HINTS,
  'one-too-few':
    'This is exactly at the limit, and a limit is what may be, not what may not. Is it `>` or `>=`? And what is counted: the line end too?',
  unlimited: 'This is over the limit, and it was taken. Whoever sends more and more of it fills your memory.',
  otherwise: 'Look at the table of step 8: which bytes are counted, and which status stands for it?',
};

const atLimit = (name: string, limits: Limits, input: string, reading: HttpReading): Row =>
  row(name, input, [reading], { args: [limits], symptom: 'one-too-few' });

const above = (name: string, limits: Limits, input: string, ...accepts: HttpReading[]): Row =>
  row(name, input, accepts, { args: [limits], symptom: 'unlimited' });

export const limits: Check[] = [
  {
    id: 'lab-05/limit-request-line',
    step: 8,
    title: 'a method and a target have limits',
    rule: 'README, step 8',
    quote: EXACT,
    level: 'lab',
    needs: ['lab-05/simple-request', 'lab-05/failed-is-last'],
    hints: LIMIT_HINTS,
    async run(judge) {
      const words = drawWords(judge);
      const { host } = words;
      const of = (method: string, target: string): string =>
        message(`${method} ${target} HTTP/1.1`, `Host: ${host}`);
      const target = `${words.path}/${words.other}`;
      await expectRows(judge, PARSER, [
        atLimit(
          'a method of 6 bytes, of 6 allowed',
          { maxMethodBytes: 6 },
          of('DELETE', '/'),
          reads(got(words, [], { method: 'DELETE', target: '/' }), end()),
        ),
        above(
          'a method of 7 bytes, of 6 allowed',
          { maxMethodBytes: 6 },
          of(`OPTION${HERE}S`, '/'),
          refused(501),
        ),
        atLimit(
          'a target of 9 bytes, of 9 allowed',
          { maxTargetBytes: 9 },
          of('GET', target),
          reads(got(words, [], { target }), end()),
        ),
        above(
          'a target of 10 bytes, of 9 allowed',
          { maxTargetBytes: 9 },
          of('GET', `${target}${HERE}x`),
          refused(414),
        ),
      ]);
    },
  },
  {
    id: 'lab-05/limit-field-line',
    step: 8,
    title: 'a field line has a limit',
    rule: 'README, step 8',
    quote: EXACT,
    level: 'lab',
    needs: ['lab-05/field-white-space', 'lab-05/failed-is-last'],
    hints: LIMIT_HINTS,
    async run(judge) {
      const words = drawWords(judge);
      const { other } = words;
      const limits = { maxFieldLineBytes: 30 };
      const line = `X-Long:   ${other.repeat(5)}`;
      const field: ExpectedField = ['X-Long', other.repeat(5)];
      await expectRows(judge, PARSER, [
        atLimit(
          'a field line of 30 bytes, of 30 allowed',
          limits,
          get(words, line),
          reads(got(words, [field]), end()),
        ),
        above('a field line of 31 bytes, of 30 allowed', limits, get(words, `${line}${HERE}x`), refused(431)),
        above(
          'a field line with 20 spaces behind its value',
          limits,
          get(words, `X-Long: ${other}${' '.repeat(20)}`),
          refused(431),
        ),
      ]);
    },
  },
  {
    id: 'lab-05/limit-head',
    step: 8,
    title: 'a head has a limit',
    rule: 'README, step 8',
    quote: EXACT,
    level: 'lab',
    needs: ['lab-05/field-lines', 'lab-05/empty-lines', 'lab-05/pipelined', 'lab-05/failed-is-last'],
    hints: {
      ...LIMIT_HINTS,
      'sections-added':
        'The second head was added to the first. Each section is counted by itself: where does the count begin again?',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value } = words;
      const head = get(words, `X-A: ${value}`);
      const limits = { maxHeadBytes: head.length };
      const taken = reads(got(words, [['X-A', value]]), end());
      const added = (made: Row): Row => ({ ...made, symptom: 'sections-added' });
      await expectRows(judge, PARSER, [
        atLimit(`a head of ${head.length} bytes, of ${head.length} allowed`, limits, head, taken),
        above(
          `a head of ${head.length + 1} bytes, of ${head.length} allowed`,
          limits,
          get(words, `X-A: ${value}${HERE}x`),
          refused(431),
        ),
        atLimit('an empty line before the longest head', limits, `\r\n${head}`, taken),
        added(
          atLimit('two heads, each at the limit', limits, head + head, reads(taken.expected, taken.expected)),
        ),
      ]);
    },
  },
  {
    id: 'lab-05/limit-fields',
    step: 8,
    title: 'the number of fields has a limit',
    rule: 'README, step 8',
    quote: EXACT,
    level: 'lab',
    needs: ['lab-05/field-value', 'lab-05/failed-is-last'],
    hints: LIMIT_HINTS,
    async run(judge) {
      const words = drawWords(judge);
      const limits = { maxFields: 3 };
      const fields: ExpectedField[] = [
        ['A', ''],
        ['B', ''],
      ];
      await expectRows(judge, PARSER, [
        atLimit(
          'three fields, of three allowed',
          limits,
          get(words, 'A:', 'B:'),
          reads(got(words, fields), end()),
        ),
        above('four fields, of three allowed', limits, get(words, 'A:', 'B:', `${HERE}C:`), refused(431)),
        above(
          'the same field four times, of three allowed',
          limits,
          get(words, 'A:', 'A:', `${HERE}A:`),
          refused(431),
        ),
      ]);
    },
  },
  {
    id: 'lab-05/limit-trailers',
    step: 8,
    title: 'trailers have the limits of a head, by themselves',
    rule: 'README, step 8',
    quote: EXACT,
    level: 'lab',
    needs: ['lab-05/limit-field-line', 'lab-05/limit-head', 'lab-05/limit-fields', 'lab-05/trailers-refused'],
    hints: {
      ...LIMIT_HINTS,
      'sections-added':
        'The trailer section was added to the head. Each section is counted by itself: where does the count begin again?',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { other } = words;
      const chunk = `4\r\n${other}\r\n0\r\n`;
      const line = `X-Long: ${other.repeat(5)}xx`;
      const limits = { maxFieldLineBytes: 30 };
      const room = { maxHeadBytes: chunkedPost(words, '').length };
      const fill = 'y'.repeat(room.maxHeadBytes - 9);
      const few = { maxFields: 3 };
      const fields: ExpectedField[] = [
        ['A', ''],
        ['B', ''],
        ['C', ''],
      ];
      await expectRows(judge, PARSER, [
        atLimit(
          'a trailer of 30 bytes, of 30 allowed',
          limits,
          chunkedPost(words, `${chunk}${line}\r\n\r\n`),
          readsChunked(words, other, [['X-Long', `${other.repeat(5)}xx`]]),
        ),
        above(
          'a trailer of 31 bytes, of 30 allowed',
          limits,
          chunkedPost(words, `${chunk}${line}${HERE}x\r\n\r\n`),
          refusesChunked(words, other, 431),
        ),
        {
          ...atLimit(
            'a trailer section that is at the limit',
            room,
            chunkedPost(words, `${chunk}X-A: ${fill}\r\n\r\n`),
            readsChunked(words, other, [['X-A', fill]]),
          ),
          symptom: 'sections-added',
        },
        above(
          'a trailer section of one byte more',
          room,
          chunkedPost(words, `${chunk}X-A: ${fill}${HERE}x\r\n\r\n`),
          refusesChunked(words, other, 431),
        ),
        atLimit(
          'three trailers, of three allowed',
          few,
          chunkedPost(words, `${chunk}A:\r\nB:\r\nC:\r\n\r\n`),
          readsChunked(words, other, fields),
        ),
        above(
          'four trailers, of three allowed',
          few,
          chunkedPost(words, `${chunk}A:\r\nB:\r\nC:\r\n${HERE}D:\r\n\r\n`),
          refusesChunked(words, other, 431),
        ),
      ]);
    },
  },
  {
    id: 'lab-05/limit-chunk-line',
    step: 8,
    title: 'a chunk-size line has a limit',
    rule: 'README, step 8',
    quote: EXACT,
    level: 'lab',
    needs: ['lab-05/chunk-extensions', 'lab-05/good-then-bad'],
    hints: LIMIT_HINTS,
    async run(judge) {
      const words = drawWords(judge);
      const { other } = words;
      const limits = { maxChunkLineBytes: 10 };
      await expectRows(judge, PARSER, [
        atLimit(
          'a chunk-size line of 10 bytes, of 10 allowed',
          limits,
          chunkedPost(words, `4;${other}=abc\r\n${other}\r\n0\r\n\r\n`),
          readsChunked(words, other),
        ),
        above(
          'a chunk-size line of 11 bytes, of 10 allowed',
          limits,
          chunkedPost(words, `4;${other}=abc${HERE}d\r\n${other}\r\n0\r\n\r\n`),
          refusesChunked(words, '', 400),
        ),
        above(
          'a chunk size of 11 digits, of 10 bytes allowed',
          limits,
          chunkedPost(words, `0000000000${HERE}4\r\n${other}\r\n0\r\n\r\n`),
          refusesChunked(words, '', 400),
        ),
        above(
          'a last chunk of 11 bytes, of 10 allowed',
          limits,
          chunkedPost(words, `4\r\n${other}\r\n0;${other}=abc${HERE}d\r\n\r\n`),
          refusesChunked(words, other, 400),
        ),
      ]);
    },
  },
  {
    id: 'lab-05/limit-body',
    step: 8,
    title: 'a body has a limit, its chunks added up',
    rule: 'README, step 8',
    quote:
      'A Content-Length above `maxBodyBytes` is refused with the head, in place of `request`. A chunk whose size would bring the body above it is refused with its chunk-size line, and none of its data comes.',
    level: 'lab',
    needs: ['lab-05/length-body', 'lab-05/chunked', 'lab-05/failed-is-last', 'lab-05/good-then-bad'],
    hints: {
      ...LIMIT_HINTS,
      'chunks-not-added': 'Each chunk alone is within the limit, and the body is not. Add the sizes up.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value, other } = words;
      const limits = { maxBodyBytes: 7 };
      await expectRows(judge, PARSER, [
        atLimit(
          'a Content-Length of 7, of 7 allowed',
          limits,
          `${post(words, 'Content-Length: 7')}${value}${other}`,
          reads(posted(words, [['Content-Length', '7']], { body: 'length' }), body(value + other), end()),
        ),
        above(
          'a Content-Length of 8, of 7 allowed',
          limits,
          `${post(words, `Content-Length: ${HERE}8`)}${other}${other}`,
          refused(413),
        ),
        atLimit(
          'chunks of 3 and 4 bytes, of 7 allowed',
          limits,
          chunkedPost(words, `3\r\n${value}\r\n4\r\n${other}\r\n0\r\n\r\n`),
          readsChunked(words, value + other),
        ),
        above(
          'a chunk of 8 bytes, of 7 allowed',
          limits,
          chunkedPost(words, `${HERE}8\r\n${other}${other}\r\n0\r\n\r\n`),
          refusesChunked(words, '', 413),
        ),
        {
          ...above(
            'chunks of 4 and 4 bytes, of 7 allowed',
            limits,
            chunkedPost(words, `4\r\n${other}\r\n${HERE}4\r\n${other}\r\n0\r\n\r\n`),
            refusesChunked(words, other, 413),
          ),
          symptom: 'chunks-not-added',
        },
        atLimit(
          'two bodies of 7 bytes, of 7 allowed',
          limits,
          `${post(words, 'Content-Length: 7')}${value}${other}`.repeat(2),
          reads(
            ...[1, 2].map(
              () =>
                reads(
                  posted(words, [['Content-Length', '7']], { body: 'length' }),
                  body(value + other),
                  end(),
                ).expected,
            ),
          ),
        ),
        atLimit(
          'two chunked bodies of 4 bytes, of 7 allowed',
          limits,
          chunkedPost(words, `4\r\n${other}\r\n0\r\n\r\n`).repeat(2),
          reads(...[1, 2].map(() => readsChunked(words, other).expected)),
        ),
      ]);
    },
  },
  {
    id: 'lab-05/limit-at-once',
    step: 8,
    title: 'what is over a limit is refused before it is complete',
    rule: 'README, step 8',
    quote:
      "It is refused as soon as it is over the limit, not when the line or the head is complete: with the second byte over the limit at the latest (the first could be the line end's), and a field too many with its line end at the latest.",
    level: 'lab',
    needs: [
      'lab-05/limit-request-line',
      'lab-05/limit-field-line',
      'lab-05/limit-head',
      'lab-05/limit-fields',
      'lab-05/limit-chunk-line',
      'lab-05/limit-body',
      'lab-05/limit-trailers',
    ],
    hints: {
      ...LIMIT_HINTS,
      late: 'It is over the limit, and your parser goes on collecting. When the line end never comes, it collects for ever. Look at the length of what you keep with each call, whether the line is complete or not.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { path, host, other } = words;
      const unfinished = (name: string, limits: Limits, input: string, reading: HttpReading): Row =>
        row(name, input, [reading], { args: [limits], end: false, symptom: 'late' });
      const begun = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n`;
      await expectRows(judge, PARSER, [
        unfinished(
          '8 bytes of a method, of 6 allowed, and no more',
          { maxMethodBytes: 6 },
          'OPTIONSX',
          refused(501),
        ),
        unfinished(
          '11 bytes of a target, of 9 allowed, and no more',
          { maxTargetBytes: 9 },
          `GET ${path}/abcdef`,
          refused(414),
        ),
        unfinished(
          '32 bytes of a field line, of 30 allowed, and no more',
          { maxFieldLineBytes: 30 },
          `${begun}X-A: ${'y'.repeat(27)}`,
          refused(431),
        ),
        unfinished(
          '32 bytes of a name, of 30 allowed, and no more',
          { maxFieldLineBytes: 30 },
          `${begun}${'y'.repeat(32)}`,
          refused(431),
        ),
        unfinished(
          '62 bytes of a head, of 60 allowed, and no more',
          { maxHeadBytes: 60 },
          `${begun}${'y'.repeat(62 - begun.length)}`,
          refused(431),
        ),
        unfinished(
          '62 bytes of a request line, of 60 of a head allowed',
          { maxHeadBytes: 60 },
          `GET ${path.padEnd(58, 'y')}`,
          refused(431, 414),
        ),
        unfinished('a field too many, and no more', { maxFields: 2 }, `${begun}A:\r\nB:\r\n`, refused(431)),
      ]);
      const chunk = `4\r\n${other}\r\n0\r\n`;
      await expectRows(judge, PARSER, [
        unfinished(
          'a trailer too many, and no more',
          { maxFields: 2 },
          chunkedPost(words, `${chunk}A:\r\nB:\r\nC:\r\n`),
          refusesChunked(words, other, 431),
        ),
        unfinished(
          '32 bytes of a trailer, of 30 allowed, and no more',
          { maxFieldLineBytes: 30 },
          chunkedPost(words, `${chunk}X-A: ${'y'.repeat(27)}`),
          refusesChunked(words, other, 431),
        ),
        unfinished(
          '12 bytes of a chunk-size line, of 10 allowed, and no more',
          { maxChunkLineBytes: 10 },
          chunkedPost(words, `4;${other}=abcde`),
          refusesChunked(words, '', 400),
        ),
        unfinished(
          'the head of a body over the limit',
          { maxBodyBytes: 7 },
          post(words, 'Content-Length: 8'),
          refused(413),
        ),
        unfinished(
          'the size of a chunk over the limit',
          { maxBodyBytes: 7 },
          chunkedPost(words, '8\r\n'),
          refusesChunked(words, '', 413),
        ),
      ]);
    },
  },
  {
    id: 'lab-05/limit-defaults',
    step: 8,
    title: 'without arguments the default limits hold',
    rule: 'README, the contract',
    quote: 'limits that are not given are the default ones',
    level: 'lab',
    needs: [
      'lab-05/limit-request-line',
      'lab-05/limit-field-line',
      'lab-05/limit-head',
      'lab-05/limit-fields',
      'lab-05/limit-chunk-line',
      'lab-05/limit-body',
    ],
    hints: {
      ...LIMIT_HINTS,
      'others-undefined':
        'Only one limit was given here, and another one does not hold any more. The defaults stand for each limit that is not given.',
    },
    run: async (judge) => expectRows(judge, PARSER, defaultRows(drawWords(judge))),
  },
];

/** The defaults of the README's table. */
function defaultRows(words: Words): Row[] {
  const { path, host, other } = words;
  const y = (count: number): string => 'y'.repeat(count);
  const taken = (name: string, input: string, reading: HttpReading, more: Partial<Row> = {}): Row =>
    row(name, input, [reading], { symptom: 'one-too-few', ...more });
  const bad = (name: string, input: string, reading: HttpReading, more: Partial<Row> = {}): Row =>
    row(name, input, [reading], { symptom: 'unlimited', ...more });
  const line = (method: string, target: string): string =>
    message(`${method} ${target} HTTP/1.1`, `Host: ${host}`);
  const field = (bytes: number): string => get(words, `X-A: ${y(bytes - 5)}`);
  /** A head of so many bytes, in two lines. */
  const head = (bytes: number): [string, HttpReading] => {
    const rest = bytes - get(words, `X-A: ${y(8170)}`, 'X-B: ').length;
    return [
      get(words, `X-A: ${y(8170)}`, `X-B: ${y(rest)}`),
      reads(
        got(words, [
          ['X-A', y(8170)],
          ['X-B', y(rest)],
        ]),
        end(),
      ),
    ];
  };
  const fields = (count: number): ExpectedField[] => Array.from({ length: count - 1 }, () => ['A', '']);
  const long = (bytes: number): string => chunkedPost(words, `4;${y(bytes - 2)}\r\n${other}\r\n0\r\n\r\n`);
  const length = (bytes: number): string => post(words, `Content-Length: ${bytes}`);
  const most = 16 * 1024 * 1024;
  return [
    taken(
      'a method of 64 bytes',
      line('Y'.repeat(64), path),
      reads(got(words, [], { method: 'Y'.repeat(64) }), end()),
    ),
    bad('a method of 65 bytes', line('Y'.repeat(65), path), refused(501)),
    taken(
      'a target of 8,192 bytes',
      line('GET', `/${y(8191)}`),
      reads(got(words, [], { target: `/${y(8191)}` }), end()),
    ),
    bad('a target of 8,193 bytes', line('GET', `/${y(8192)}`), refused(414)),
    taken('a field line of 8,192 bytes', field(8192), reads(got(words, [['X-A', y(8187)]]), end())),
    bad('a field line of 8,193 bytes', field(8193), refused(431)),
    taken('a head of 16,384 bytes', ...head(16_384)),
    bad('a head of 16,385 bytes', head(16_385)[0], refused(431)),
    taken('100 fields', get(words, ...fields(100).map(() => 'A:')), reads(got(words, fields(100)), end())),
    bad('101 fields', get(words, ...fields(101).map(() => 'A:')), refused(431)),
    taken('a chunk-size line of 1,024 bytes', long(1024), readsChunked(words, other)),
    bad('a chunk-size line of 1,025 bytes', long(1025), refusesChunked(words, '', 400)),
    taken(
      'a Content-Length of 16 MiB',
      length(most),
      reads(posted(words, [['Content-Length', String(most)]], { body: 'length' })),
      { end: false },
    ),
    bad('a Content-Length of 16 MiB and 1 byte', length(most + 1), refused(413), { end: false }),
    bad('a target of 8,193 bytes, with another limit given', line('GET', `/${y(8192)}`), refused(414), {
      args: [{ maxFields: 3 }],
      symptom: 'others-undefined',
    }),
    bad('a Content-Length of 16 MiB and 1 byte, with another limit given', length(most + 1), refused(413), {
      args: [{ maxFields: 3 }],
      end: false,
      symptom: 'others-undefined',
    }),
  ];
}
