/** Step 2, RFC 9112 §2.2: CR without LF, and LF without CR. */
import { WHOLE } from '../../drive/cuts.ts';
import { expectRows, type Row } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { drawWords, everyCut, get, got, HERE, post, posted, row, type Words } from './messages.ts';
import { body, end, failure, latin1, reads, refused, someOf, typeOf } from './reading.ts';
import { HINTS, PARSER } from './symptoms.ts';

const LIMIT_MS = 3000;

export const lineEnds: Check[] = [
  {
    id: 'lab-05/bare-cr',
    step: 2,
    title: 'a CR without LF ends no line',
    rule: 'RFC 9112 §2.2',
    quote:
      'A recipient of such a bare CR MUST consider that element to be invalid or replace each bare CR with SP before processing the element or forwarding the message.',
    level: 'MUST',
    needs: ['lab-05/field-lines'],
    hints: {
      ...HINTS,
      otherwise:
        'This CR has no LF behind it. It is no line end and no character of the value: refuse it, or put SP in its place. What did yours make of it?',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { path, host, value, other } = words;
      const read = (value: string) => reads(got(words, [['X-A', value]]), end());
      await expectRows(
        judge,
        PARSER,
        everyCut([
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
          row(
            'a bare CR for the line end of the request line',
            `GET ${path} HTTP/1.1${HERE}\rHost: ${host}\r\n\r\n`,
            [refused(400, 505)],
          ),
        ]),
      );
    },
  },
  {
    id: 'lab-05/bare-lf',
    step: 2,
    title: 'a bare LF is a line end everywhere or nowhere',
    rule: 'README, step 2',
    quote:
      'A bare LF as line end: 400, or taken as CR LF (RFC 9112 §2.2). Do the same for the request line, every field line, the empty line and trailers.',
    level: 'lab',
    needs: ['lab-05/field-lines'],
    hints: {
      ...HINTS,
      'bare-lf-differs':
        'For one line your parser takes a bare LF, for another it does not. Read every line with one and the same function, and the question is answered once.',
      otherwise:
        'A line ends with CR LF. With LF alone it is 400, or the same as with CR LF. It came to something else.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const takes = await takesBareLf(await judge.module(), words);
      judge.trace.note(
        `your parser ${takes ? 'takes' : 'refuses'} a head of bare LF; so it must for each line`,
      );
      await expectRows(judge, PARSER, bareLfRows(words, takes));
    },
  },
];

/** Whether a head in which every line ends with a bare LF is taken. */
async function takesBareLf(host: Awaited<ReturnType<Judge['module']>>, words: Words): Promise<boolean> {
  const bytes = latin1(get(words).replaceAll('\r\n', '\n'));
  const { ways } = await host.feed(
    { className: PARSER.className, bytes, ways: [WHOLE], end: true },
    LIMIT_MS,
  );
  const [way] = ways;
  return way?.kind === 'ok' && typeOf(way.events[0]) === 'request';
}

function bareLfRows(words: Words, takes: boolean): Row[] {
  const { path, host, value, other } = words;
  const line = `GET ${path} HTTP/1.1`;
  const of = (name: string, input: string) =>
    row(name, input, [takes ? reads(got(words, [['X-A', value]]), end()) : refused(400, 505)], {
      symptom: 'bare-lf-differs',
    });
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
    of('a bare LF behind every line', `${line}\nHost: ${host}\nX-A: ${value}\n\n`),
    of('a bare LF behind the request line', `${line}${HERE}\nHost: ${host}\r\nX-A: ${value}\r\n\r\n`),
    of('a bare LF behind the first field line', `${line}\r\nHost: ${host}${HERE}\nX-A: ${value}\r\n\r\n`),
    of('a bare LF behind the last field line', `${line}\r\nHost: ${host}\r\nX-A: ${value}${HERE}\n\r\n`),
    of('a bare LF for the empty line', `${line}\r\nHost: ${host}\r\nX-A: ${value}\r\n${HERE}\n`),
    trailer('a bare LF behind a trailer', `X-A: ${value}${HERE}\n\r\n`),
    trailer('a bare LF for the empty line behind the trailers', `X-A: ${value}\r\n${HERE}\n`),
  ];
}
