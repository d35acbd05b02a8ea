/** Step 7, RFC 9112 §6.1 and §6.3: transfer codings, and what stands beside them. */
import { expectRows } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { drawWords, got, HERE, message, nextGet, post, posted, row } from './messages.ts';
import { body, type ExpectedField, end, reads, refused } from './reading.ts';
import { HINTS, PARSER } from './symptoms.ts';

const CODING = ['Transfer-Encoding', 'chunked'] as const;

export const transferEncoding: Check[] = [
  {
    id: 'lab-05/final-coding',
    step: 7,
    title: 'a Transfer-Encoding that does not end with chunked is refused',
    rule: 'RFC 9112 §6.3',
    quote:
      'If a Transfer-Encoding header field is present in a request and the chunked transfer coding is not the final encoding, the message body length cannot be determined reliably; the server MUST respond with the 400 (Bad Request) status code and then close the connection.',
    level: 'MUST',
    needs: ['lab-05/chunked', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      'chunked-searched':
        'The letters of chunked are in this value, and it is not the name of the last coding. `includes` and `endsWith` on the whole text see no names: split the list.',
      otherwise:
        'There is a Transfer-Encoding, so the body ends where chunked says it does. When chunked is not the last coding, nobody knows where that is.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const bad = (name: string, ...values: string[]) =>
        row(
          name,
          `${post(words, ...values.map((value) => `Transfer-Encoding: ${value}`))}3\r\nabc\r\n0\r\n\r\n`,
          // A coding that is unknown may be told first.
          [refused(400, 501)],
          { symptom: 'chunked-searched' },
        );
      await expectRows(judge, PARSER, [
        bad('gzip alone', `${HERE}gzip`),
        bad('identity', `${HERE}identity`),
        bad('chunked before gzip', `chunked, ${HERE}gzip`),
        bad('chunked before gzip, in two lines', 'chunked', `${HERE}gzip`),
        bad('a name that ends with chunked', `${HERE}xchunked`),
        bad('a name that begins with chunked', `chunked${HERE}x`),
        bad('chunked in quotes', `${HERE}"chunked"`),
        bad('an empty Transfer-Encoding', HERE),
        bad('chunked and another word', `chunked ${HERE}foo`),
        bad('a control character behind chunked', `chunked${HERE}\v`),
      ]);
    },
  },
  {
    id: 'lab-05/unknown-coding',
    step: 7,
    title: 'an unknown coding before chunked is refused, and so is chunked twice',
    rule: 'README, step 7',
    quote: 'A coding that you do not know before chunked (`gzip, chunked`): 501, and 400 passes too.',
    level: 'lab',
    needs: ['lab-05/chunked', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      otherwise:
        'The chunks can be read, and what is in them cannot be understood: another coding was applied before chunked. Look at every name in the list, and at every line.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { other } = words;
      const bad = (name: string, ...values: string[]) =>
        row(
          name,
          `${post(words, ...values.map((value) => `Transfer-Encoding: ${value}`))}3\r\nabc\r\n0\r\n\r\n`,
          [refused(400, 501)],
        );
      await expectRows(judge, PARSER, [
        bad('gzip before chunked', `${HERE}gzip, chunked`),
        bad('gzip before chunked, in two lines', `${HERE}gzip`, 'chunked'),
        bad('a coding that nobody has registered', `${HERE}${other},chunked`),
        bad('chunked twice', `chunked, ${HERE}chunked`),
        bad('chunked twice, in two lines', 'chunked', `${HERE}chunked`),
      ]);
    },
  },
  {
    id: 'lab-05/unknown-coding-501',
    step: 7,
    title: 'an unknown coding is refused with 501 rather than 400',
    rule: 'RFC 9112 §6.1',
    quote:
      'A server that receives a request message with a transfer coding it does not understand SHOULD respond with 501 (Not Implemented).',
    level: 'advice',
    needs: ['lab-05/unknown-coding'],
    hints: {
      ...HINTS,
      'other-status':
        'The request is well formed: it is the server that lacks something. 501 tells the client so.',
      otherwise:
        '501 (Not Implemented) tells a client to try again without the coding; 400 tells it that it made a mistake.',
    },
    async run(judge) {
      const words = drawWords(judge);
      await expectRows(judge, PARSER, [
        row('gzip before chunked', `${post(words, `Transfer-Encoding: ${HERE}gzip, chunked`)}0\r\n\r\n`, [
          refused(501),
        ]),
      ]);
    },
  },
  {
    id: 'lab-05/length-and-chunked',
    step: 7,
    title: 'Content-Length beside Transfer-Encoding: 400, or chunked and no more',
    rule: 'RFC 9112 §6.1',
    quote:
      'A server MAY reject a request that contains both Content-Length and Transfer-Encoding or process such a request in accordance with the Transfer-Encoding alone. Regardless, the server MUST close the connection after responding to such a request to avoid the potential attacks.',
    level: 'MUST',
    needs: ['lab-05/chunked', 'lab-05/length-body', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      'chunked-ignored':
        'Both fields say where the body ends, and Content-Length was believed. Transfer-Encoding overrides it (RFC 9112 §6.3); refusing the request is the safer choice.',
      'keep-alive':
        'It may be read as chunked, and then the connection must not go on: what a request of this kind is followed by may be the body that somebody else saw. `keepAlive` is false.',
      otherwise:
        'This is how requests are smuggled: one program believes the length, the next one the chunks. Refuse it with 400, or read the chunks and let nothing follow.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value } = words;
      const behind = `3\r\n${value}\r\n0\r\n\r\n`;
      const of = (name: string, ...fields: ExpectedField[]) =>
        row(name, `${post(words, ...fields.map((field) => field.join(': ')))}${behind}${nextGet(words)}`, [
          refused(400),
          // What is behind it is ignored: the connection does not persist.
          reads(posted(words, fields, { body: 'chunked', keepAlive: false }), body(value), end()),
        ]);
      await expectRows(judge, PARSER, [
        of('Content-Length before Transfer-Encoding', ['Content-Length', '4'], CODING),
        of('Transfer-Encoding before Content-Length', CODING, ['Content-Length', '4']),
        of('Transfer-Encoding beside Content-Length: 0', ['content-length', '0'], CODING),
      ]);
    },
  },
  {
    id: 'lab-05/chunked-http10',
    step: 7,
    title: 'Transfer-Encoding in HTTP/1.0: 400, or chunked and no more',
    rule: 'RFC 9112 §6.1',
    quote:
      'A server or client that receives an HTTP/1.0 message containing a Transfer-Encoding header field MUST treat the message as if the framing is faulty, even if a Content-Length is present, and close the connection after processing the message.',
    level: 'MUST',
    needs: ['lab-05/chunked', 'lab-05/version', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      'keep-alive':
        'HTTP/1.0 knows no Transfer-Encoding: somebody on the way may have handed on what was not understood. Whatever Connection says, nothing may follow.',
      otherwise:
        'Refuse it with 400, or read the chunks with `keepAlive` false, `Connection: keep-alive` or not.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { path, host, value } = words;
      const of = (name: string, ...fields: ExpectedField[]) =>
        row(
          name,
          `${message(`POST ${path} HTTP/1.0`, `Host: ${host}`, ...fields.map((field) => field.join(': ')))}3\r\n${value}\r\n0\r\n\r\n`,
          [
            refused(400),
            reads(
              got(words, fields, { method: 'POST', version: '1.0', body: 'chunked', keepAlive: false }),
              body(value),
              end(),
            ),
          ],
        );
      await expectRows(judge, PARSER, [
        of('Transfer-Encoding in HTTP/1.0', CODING),
        of('Transfer-Encoding and keep-alive in HTTP/1.0', CODING, ['Connection', 'keep-alive']),
        of('Transfer-Encoding and Content-Length in HTTP/1.0', ['Content-Length', '4'], CODING),
      ]);
    },
  },
];
