/** Step 2, RFC 9112 §2.2: CR without LF, and LF without CR. */
import { WHOLE } from '../../drive/cuts.ts';
import { expectRows, type Row } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { drawWords, get, got, HERE, post, posted, row, type Words } from './messages.ts';
import { body, end, failure, latin1, reads, refused, someOf, typeOf } from './reading.ts';
import { HINTS, PARSER } from './symptoms.ts';

const LIMIT_MS = 3000;

const BARE_LF =
  'A bare LF as line end: 400, or taken as CR LF (RFC 9112 §2.2). Do the same for the request line, every field line, the empty line and trailers.';

const BARE_LF_HINTS = {
  ...HINTS,
  waits:
    'It is neither taken nor refused: your parser waits for CR LF, and says nothing when the stream ends. An end in the middle of a request is `failed` (step 4).',
  'bare-lf-differs':
    'For one line your parser takes a bare LF, for another it does not. Read every line with one and the same function, and the question is answered once.',
  otherwise:
    'A line ends with CR LF. With LF alone it is 400, or the same as with CR LF. It came to something else.',
};

export const lineEnds: Check[] = [
  {
    id: 'lab-05/bare-cr',
    step: 2,
    title: 'a CR without LF ends no line',
    rule: 'RFC 9112 §2.2',
    quote:
      'A recipient of such a bare CR MUST consider that element to be invalid or replace each bare CR with SP before processing the element or forwarding the message.',
    level: 'MUST',
    needs: ['lab-05/field-lines', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      otherwise:
        'This CR has no LF behind it. It is no line end and no character of the value: refuse it, or put SP in its place. What did yours make of it?',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { path, host, value, other } = words;
      const read = (value: string) => reads(got(words, [['X-A', value]]), end());
      await expectRows(judge, PARSER, [
        row('a bare CR in a value', get(words, `X-A: ${value}${HERE}\r${other}`), [
          read(`${value} ${other}`),
          refused(400),
        ]),
        row('a bare CR and what looks like a field', get(words, `X-A: ${value}${HERE}\rHost: ${other}`), [
          read(`${value} Host: ${other}`),
          refused(400),
        ]),
        row('a bare CR before the CR LF of a line', get(words, `X-A: ${value}${HERE}\r`), [
          read(value),
          refused(400),
        ]),
        row('a bare CR before a value', get(words, `X-A:${HERE}\r${value}`), [read(value), refused(400)]),
        row('a bare CR in a name', get(words, `X-${HERE}\rA: ${value}`), [refused(400)]),
        row('a bare CR before the request line', `${HERE}\r${get(words)}`, [refused(400)]),
        row(
          'a bare CR for the line end of the request line',
          `GET ${path} HTTP/1.1${HERE}\rHost: ${host}\r\n\r\n`,
          [refused(400, 505)],
        ),
      ]);
    },
  },
  {
    id: 'lab-05/bare-lf',
    step: 2,
    title: 'a bare LF is a line end everywhere or nowhere',
    rule: 'README, step 2',
    quote: BARE_LF,
    level: 'lab',
    needs: ['lab-05/field-lines', 'lab-05/failed-is-last'],
    hints: BARE_LF_HINTS,
    async run(judge) {
      const words = drawWords(judge);
      await expectRows(judge, PARSER, bareLfRows(words, await takesBareLf(judge, words)));
    },
  },
];

/** For step 5: the same in a trailer section. */
export const trailerLineEnds: Check[] = [
  {
    id: 'lab-05/bare-lf-trailers',
    step: 5,
    title: 'a bare LF is a line end in trailers where it is one in a head',
    rule: 'README, step 2',
    quote: BARE_LF,
    level: 'lab',
    needs: ['lab-05/bare-lf', 'lab-05/trailers', 'lab-05/trailers-refused'],
    hints: BARE_LF_HINTS,
    async run(judge) {
      const words = drawWords(judge);
      await expectRows(judge, PARSER, bareLfTrailerRows(words, await takesBareLf(judge, words)));
    },
  },
];

/** Whether a head in which every line ends with a bare LF is taken. */
async function takesBareLf(judge: Judge, words: Words): Promise<boolean> {
  const host = await judge.module();
  const bytes = latin1(get(words).replaceAll('\r\n', '\n'));
  const request = { className: PARSER.className, bytes, ways: [WHOLE], end: true };
  const [way] = (await host.feed(request, LIMIT_MS)).ways;
  const takes = way?.kind === 'ok' && typeOf(way.events[0]) === 'request';
  judge.trace.note(`your parser ${takes ? 'takes' : 'refuses'} a head of bare LF; so it must for each line`);
  return takes;
}

function bareLfRows(words: Words, takes: boolean): Row[] {
  const { path, host, value } = words;
  const line = `GET ${path} HTTP/1.1`;
  const of = (name: string, input: string) =>
    row(name, input, [takes ? reads(got(words, [['X-A', value]]), end()) : refused(400, 505)], {
      symptom: 'bare-lf-differs',
    });
  return [
    { ...of('a bare LF behind every line', `${line}\nHost: ${host}\nX-A: ${value}\n\n`), symptom: 'waits' },
    of('a bare LF behind the request line', `${line}${HERE}\nHost: ${host}\r\nX-A: ${value}\r\n\r\n`),
    of('a bare LF behind the first field line', `${line}\r\nHost: ${host}${HERE}\nX-A: ${value}\r\n\r\n`),
    of('a bare LF behind the last field line', `${line}\r\nHost: ${host}\r\nX-A: ${value}${HERE}\n\r\n`),
    of('a bare LF for the empty line', `${line}\r\nHost: ${host}\r\nX-A: ${value}\r\n${HERE}\n`),
  ];
}

function bareLfTrailerRows(words: Words, takes: boolean): Row[] {
  const { value, other } = words;
  const chunked = post(words, 'Transfer-Encoding: chunked');
  const taken = posted(words, [['Transfer-Encoding', 'chunked']], { body: 'chunked' });
  const trailer = (name: string, section: string) =>
    row(
      name,
      `${chunked}4\r\n${other}\r\n0\r\n${section}`,
      [takes ? reads(taken, body(other), end(['X-A', value])) : reads(taken, someOf(other), failure(400))],
      { symptom: 'bare-lf-differs' },
    );
  return [
    trailer('a bare LF behind a trailer', `X-A: ${value}${HERE}\n\r\n`),
    trailer('a bare LF for the empty line behind the trailers', `X-A: ${value}\r\n${HERE}\n`),
  ];
}
