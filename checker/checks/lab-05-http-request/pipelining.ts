/** Step 6, RFC 9112 §9.3.2: several requests on one connection. */
import { expectRows } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { chunkedPost, readsChunked, refusesChunked } from './chunked.ts';
import { drawWords, get, got, HERE, message, nextGet, nextGot, post, posted, row } from './messages.ts';
import { body, end, failure, reads } from './reading.ts';
import { HINTS, PARSER } from './symptoms.ts';

export const pipelining: Check[] = [
  {
    id: 'lab-05/pipelined',
    step: 6,
    title: 'the next request begins right behind the last one',
    rule: 'README, step 6',
    quote: 'The next request begins at the byte behind the last one, behind a body too.',
    level: 'lab',
    needs: ['lab-05/simple-request'],
    hints: {
      ...HINTS,
      otherwise:
        'A request is complete, and bytes are left: they are the beginning of the next one. Go on with them, and go on until nothing is complete any more.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const third = message(`GET /3 HTTP/1.1`, `Host: ${words.host}`);
      await expectRows(judge, PARSER, [
        row('two requests', get(words) + nextGet(words), [reads(got(words), end(), nextGot(words))]),
        row('three requests', get(words) + nextGet(words) + third, [
          reads(got(words), end(), nextGot(words), got(words, [], { target: '/3' }), end()),
        ]),
        row('an empty line between two requests', `${get(words)}\r\n${nextGet(words)}`, [
          reads(got(words), end(), nextGot(words)),
        ]),
      ]);
    },
  },
  {
    id: 'lab-05/pipelined-bodies',
    step: 6,
    title: 'requests with and without a body follow each other',
    rule: 'README, step 6',
    quote: 'The next request begins at the byte behind the last one, behind a body too.',
    level: 'lab',
    needs: ['lab-05/pipelined', 'lab-05/length-body', 'lab-05/chunked'],
    hints: {
      ...HINTS,
      'kept-state':
        'Something of one request is in the next: its fields, its trailers, its length. Where is the state of a request set back to its beginning?',
      otherwise:
        'When a body is complete, the very next byte is the first of a request line. Neither one byte earlier nor one later.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value, other } = words;
      const withLength = `${post(words, 'Content-Length: 3', `X-A: ${value}`)}${value}`;
      const takesLength = [
        posted(
          words,
          [
            ['Content-Length', '3'],
            ['X-A', value],
          ],
          { body: 'length' },
        ),
        body(value),
        end(),
      ];
      const withChunks = chunkedPost(words, `4\r\n${other}\r\n0\r\nX-T: ${value}\r\n\r\n`);
      const takesChunks = readsChunked(words, other, [['X-T', value]]).expected;
      const kept = { symptom: 'kept-state' };
      await expectRows(judge, PARSER, [
        row(
          'a body with a length, then a GET request',
          withLength + nextGet(words),
          [reads(takesLength, nextGot(words))],
          kept,
        ),
        row(
          'a chunked body, then a GET request',
          withChunks + nextGet(words),
          [reads(takesChunks, nextGot(words))],
          kept,
        ),
        row(
          'a chunked body, then one with a length',
          withChunks + withLength,
          [reads(takesChunks, takesLength)],
          kept,
        ),
        row(
          'a length, then a POST request without one',
          withLength + post(words),
          [reads(takesLength, posted(words), end())],
          kept,
        ),
        row(
          'a body that ends with half a line end',
          `${post(words, 'Content-Length: 1')}\r${nextGet(words)}`,
          [
            reads(
              posted(words, [['Content-Length', '1']], { body: 'length' }),
              body('\r'),
              end(),
              nextGot(words),
            ),
          ],
        ),
        row(
          'a chunked body with a trailer, then one without',
          withChunks + chunkedPost(words, '0\r\n\r\n'),
          [reads(takesChunks, readsChunked(words, '').expected)],
          kept,
        ),
      ]);
    },
  },
  {
    id: 'lab-05/good-then-bad',
    step: 6,
    title: 'a mistake does not lose what came before it',
    rule: 'README, step 6',
    quote:
      'When a good request is followed by a bad one, the events of the good one come first, then `failed`.',
    level: 'lab',
    needs: ['lab-05/length-body', 'lab-05/pipelined', 'lab-05/field-name', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      otherwise: 'First the events of what is right, in order; `failed` behind them; then nothing.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const bad = message(`GET ${words.next} HTTP/1.1`, `Host: ${words.host}`, `${HERE}abc`);
      await expectRows(judge, PARSER, [
        row('a good request and a bad one', get(words) + bad, [reads(got(words), end(), failure(400))]),
        row('a good request and what is none', `${get(words)}${HERE}?\r\n\r\n`, [
          reads(got(words), end(), failure(400, 505)),
        ]),
        row('a good request and half of another', `${get(words)}${nextGet(words).slice(0, 9)}`, [
          reads(got(words), end(), failure(400)),
        ]),
        row('a body and a bad request', `${post(words, 'Content-Length: 4')}${words.other}${bad}`, [
          reads(
            posted(words, [['Content-Length', '4']], { body: 'length' }),
            body(words.other),
            end(),
            failure(400),
          ),
        ]),
      ]);
    },
  },
  {
    id: 'lab-05/trailer-framing',
    step: 6,
    title: 'a trailer changes nothing about the body, or is refused',
    rule: 'README, step 5',
    quote:
      'A trailer field `Content-Length`, `Transfer-Encoding` or `Host` changes nothing: it is a trailer like another, or 400; both pass.',
    level: 'lab',
    needs: ['lab-05/pipelined-bodies', 'lab-05/trailers', 'lab-05/good-then-bad'],
    hints: {
      ...HINTS,
      'trailer-believed':
        'The field stands behind the body, where it can change nothing any more: the body is over, and the next request begins behind the empty line.',
      otherwise: 'It is a trailer like another, or it is refused with 400. It came to something else.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value, other } = words;
      await expectRows(judge, PARSER, [
        ...(
          [
            ['Content-Length', '5'],
            ['Transfer-Encoding', 'gzip'],
            ['Host', value],
          ] as const
        ).map((field) =>
          row(
            `the trailer ${field.join(': ')}, then a GET request`,
            `${chunkedPost(words, `4\r\n${other}\r\n0\r\n${field.join(': ')}\r\n\r\n`)}${nextGet(words)}`,
            [
              reads(readsChunked(words, other, [field]).expected, nextGot(words)),
              refusesChunked(words, other, 400),
            ],
            { symptom: 'trailer-believed' },
          ),
        ),
      ]);
    },
  },
];
