/** Step 9, RFC 9112 §9.3: whether the connection persists. */
import { expectRows } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { drawWords, get, got, HERE, message, nextGet, post, posted, row } from './messages.ts';
import { body, type ExpectedField, end, reads } from './reading.ts';
import { HINTS, PARSER } from './symptoms.ts';

/** Without `end()`: what that gives behind the last request is asked by a check of its own. */
const SILENT = { end: false };

export const persistence: Check[] = [
  {
    id: 'lab-05/persistence-http11',
    step: 9,
    title: 'HTTP/1.1 persists unless close is said',
    rule: 'RFC 9112 §9.3',
    quote:
      'If the "close" connection option is present (Section 9.6), the connection will not persist after the current response; else,',
    level: 'lab',
    needs: ['lab-05/simple-request'],
    hints: {
      ...HINTS,
      'keep-alive':
        'In HTTP/1.1 a connection persists by itself. Only the name `close` in Connection ends it.',
      otherwise: 'Only the version and the field Connection decide.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const of = (name: string, keepAlive: boolean, ...fields: ExpectedField[]) =>
        row(
          name,
          get(words, ...fields.map((field) => field.join(': '))),
          [reads(got(words, fields, { keepAlive }), end())],
          SILENT,
        );
      await expectRows(judge, PARSER, [
        of('no Connection', true),
        of('Connection: close', false, ['Connection', 'close']),
        of('Connection: keep-alive', true, ['Connection', 'keep-alive']),
        of('Connection: Upgrade', true, ['Connection', 'Upgrade']),
        of('close in another field', true, ['X-Connection', 'close']),
      ]);
    },
  },
  {
    id: 'lab-05/persistence-http10',
    step: 9,
    title: 'HTTP/1.0 persists only with keep-alive',
    rule: 'README, step 9',
    quote: 'Otherwise HTTP/1.1: true. HTTP/1.0: true with `keep-alive` in it, false without.',
    level: 'lab',
    needs: ['lab-05/version'],
    hints: {
      ...HINTS,
      'keep-alive': 'In HTTP/1.0 a connection ends by itself, unless Connection holds the name `keep-alive`.',
      otherwise: 'Only the version and the field Connection decide.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const of = (name: string, keepAlive: boolean, ...fields: ExpectedField[]) =>
        row(
          `HTTP/1.0 and ${name}`,
          message(
            `GET ${words.path} HTTP/1.0`,
            `Host: ${words.host}`,
            ...fields.map((field) => field.join(': ')),
          ),
          [reads(got(words, fields, { version: '1.0', keepAlive }), end())],
          SILENT,
        );
      await expectRows(judge, PARSER, [
        of('no Connection', false),
        of('Connection: close', false, ['Connection', 'close']),
        of('Connection: keep-alive', true, ['Connection', 'keep-alive']),
        of('Connection: Keep-Alive in capitals', true, ['Connection', 'Keep-Alive']),
        of('both close and keep-alive', false, ['Connection', 'keep-alive, close']),
        of('keep-alive in another field', false, ['Keep-Alive', 'timeout=5']),
      ]);
    },
  },
  {
    id: 'lab-05/connection-list',
    step: 9,
    title: 'Connection is a list of names in any case',
    rule: 'README, step 9',
    quote:
      'Connection is a list of names in any case: `Keep-Alive, Upgrade`. There may be several Connection lines, and white space, SP or HTAB, around each name.',
    level: 'lab',
    needs: ['lab-05/persistence-http11'],
    hints: {
      ...HINTS,
      'keep-alive':
        'Connection holds a list of names: split every Connection line at its commas, take off the white space, and compare whole names without regard to case.',
      otherwise:
        'Split every Connection line at its commas, take off the white space, and compare whole names.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { other } = words;
      const of = (name: string, keepAlive: boolean, ...fields: ExpectedField[]) =>
        row(
          name,
          get(words, ...fields.map((field) => field.join(': '))),
          [reads(got(words, fields, { keepAlive }), end())],
          SILENT,
        );
      await expectRows(judge, PARSER, [
        of('Close with a capital', false, ['Connection', 'Close']),
        of('CLOSE and the field name in capitals', false, ['CONNECTION', 'CLOSE']),
        of('close first in a list', false, ['Connection', `close, ${other}`]),
        of('close last in a list', false, ['Connection', `${other},close`]),
        of('close between tabs', false, ['Connection', `${other}\t,\tclose\t,\tTE`]),
        of('close in a second Connection line', false, ['Connection', 'keep-alive'], ['Connection', 'close']),
        of('close in the first of two lines', false, ['connection', 'close'], ['Connection', other]),
        of('a name that begins with close', true, ['Connection', `close${other}`]),
        of('a name that ends with close', true, ['Connection', `${other}-close`]),
      ]);
    },
  },
  {
    id: 'lab-05/after-close',
    step: 9,
    title: 'nothing comes after a request that closes',
    rule: 'README, step 9',
    quote:
      'After a request with `keepAlive` false nothing more comes: the bytes behind it are ignored, and so is `end()`.',
    level: 'lab',
    needs: ['lab-05/persistence-http11', 'lab-05/length-body'],
    hints: {
      ...HINTS,
      'goes-on':
        'This request was to be the last, and your parser went on. RFC 9112 §9.6: "The server MUST NOT process any further requests received on that connection."',
      otherwise:
        'The request with `keepAlive` false is read to its end, body included. After that every call returns an empty array.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { path, host, other } = words;
      const closing: ExpectedField = ['Connection', 'close'];
      const closes = get(words, closing.join(': '));
      const goesOn = { symptom: 'goes-on' };
      const closed = reads(got(words, [closing], { keepAlive: false }), end());
      await expectRows(judge, PARSER, [
        row('a request that closes, and another', `${closes}${HERE}${nextGet(words)}`, [closed], goesOn),
        row('a request that closes, and what is none', `${closes}${HERE}\0\r\n?\r\n\r\n`, [closed], goesOn),
        row(
          'a request that closes, and half a request',
          `${closes}${HERE}GET ${words.next}`,
          [closed],
          goesOn,
        ),
        row(
          'an HTTP/1.0 request, and another',
          `${message(`GET ${path} HTTP/1.0`, `Host: ${host}`)}${HERE}${nextGet(words)}`,
          [reads(got(words, [], { version: '1.0', keepAlive: false }), end())],
          goesOn,
        ),
        row(
          'a body behind Connection: close, and another request',
          `${post(words, closing.join(': '), 'Content-Length: 4')}${other}${HERE}${nextGet(words)}`,
          [
            reads(
              posted(words, [closing, ['Content-Length', '4']], { body: 'length', keepAlive: false }),
              body(other),
              end(),
            ),
          ],
          goesOn,
        ),
      ]);
    },
  },
];
