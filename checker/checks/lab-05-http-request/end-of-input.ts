/** Step 4, RFC 9112 §8: the bytes end. */
import { expectRows } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { drawWords, get, got, message, post, posted, row } from './messages.ts';
import { end, failure, reads, refused, someOf } from './reading.ts';
import { HINTS, PARSER } from './symptoms.ts';

export const endOfInput: Check[] = [
  {
    id: 'lab-05/end-between-requests',
    step: 4,
    title: 'an end between two requests is no mistake',
    rule: 'README, step 4',
    quote: 'The end of the stream: `end()` before a request has begun, or between two, gives no event.',
    level: 'lab',
    needs: ['lab-05/simple-request'],
    hints: {
      ...HINTS,
      otherwise:
        'Every connection ends some day. Nothing was begun here that is not complete, so there is nothing to say.',
    },
    async run(judge) {
      const words = drawWords(judge);
      await expectRows(judge, PARSER, [
        row('no byte at all', '', [reads()]),
        row('the end behind a request', get(words), [reads(got(words), end())]),
        row('the end behind an empty line', '\r\n', [reads(), refused(400)]),
        row('the end behind a request and an empty line', `${get(words)}\r\n`, [
          reads(got(words), end()),
          reads(got(words), end(), failure(400)),
        ]),
      ]);
    },
  },
  {
    id: 'lab-05/end-in-request',
    step: 4,
    title: 'an end in the middle of a request is a mistake',
    rule: 'README, step 4',
    quote: 'In the middle of a request, head or body, it gives `failed` with status 400.',
    level: 'lab',
    needs: ['lab-05/length-body', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      'silent-end':
        'The request was not complete, and `end()` says nothing. Whoever uses the parser would wait, or take half a body for a whole one.',
      'early-end': 'Bytes are missing, and still `end` came: half a body was taken for a whole one.',
      otherwise:
        'What does the parser still wait for when `end()` is called? If it waits for anything, that is a mistake of status 400.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { path, host, other } = words;
      const taken = posted(words, [['Content-Length', '9']], { body: 'length' });
      const half = { symptom: 'silent-end' };
      await expectRows(judge, PARSER, [
        row('the end within the method', 'GE', [refused(400)], half),
        row('the end within the request line', `GET ${path} HT`, [refused(400)], half),
        row('the end behind the request line', `GET ${path} HTTP/1.1\r\n`, [refused(400)], half),
        row(
          'the end within a field line',
          `GET ${path} HTTP/1.1\r\nHost: ${host.slice(1)}`,
          [refused(400)],
          half,
        ),
        row(
          'the end before the empty line',
          message(`GET ${path} HTTP/1.1`, `Host: ${host}`).slice(0, -2),
          [refused(400)],
          half,
        ),
        row(
          'the end between the CR and the LF of the empty line',
          get(words).slice(0, -1),
          [refused(400)],
          half,
        ),
        row(
          'the end before a body of 9 bytes',
          post(words, 'Content-Length: 9'),
          [reads(taken, failure(400))],
          half,
        ),
        row(
          'the end behind 4 of 9 bytes of a body',
          `${post(words, 'Content-Length: 9')}${other}`,
          [reads(taken, someOf(other), failure(400))],
          half,
        ),
      ]);
    },
  },
];
