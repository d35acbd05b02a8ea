/** Step 5: streaming. */
import { HttpPeer } from '../../peer/http.ts';
import { readResponse } from '../../peer/http-response.ts';
import type { Check } from '../../run/check.ts';
import { hello, helloRequest, hints, request, streamed } from './requests.ts';

/** So long that the second part cannot come by accident; nobody waits for it. */
const LONG_MS = 30_000;

const CHUNKED =
  'To an HTTP/1.1 client it is sent with `Transfer-Encoding: chunked`, and without `Content-Length`; the connection then persists.';

export const streaming: Check[] = [
  {
    id: 'lab-06/stream',
    step: 5,
    title: '/stream is sent in chunks, and the connection persists',
    rule: 'README, step 5',
    quote: CHUNKED,
    level: 'lab',
    needs: ['lab-06/reuse'],
    hints: hints({
      'not-chunked':
        'This response is delimited in another way. A server that does not know the length when it begins says Transfer-Encoding: chunked.',
      'chunk-size':
        'The size before each chunk is in hexadecimal: 16 bytes are 10. An empty chunk would be the last one.',
      body: 'The parts are "chunk 1 of N" and a newline, "chunk 2 of N" and a newline, and so on.',
      waiting:
        'The last chunk has not come: a size of 0, CRLF, and an empty line. It comes when the response is ended, also when nothing was written.',
      fin: 'The connection ended before the last chunk. In chunks the end of the body is told, so that the connection can persist.',
      otherwise: 'Each write becomes: size in hexadecimal, CRLF, data, CRLF. The end becomes: 0, CRLF, CRLF.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      for (const chunks of [judge.draw('chunks', (random) => random.integer(11, 40)), 1, 0]) {
        const to = `GET /stream?chunks=${chunks}`;
        const answer = await client.ask(request(to), { to, status: 200, body: streamed(chunks) });
        if (answer.framing !== 'chunked' && chunks > 0) {
          client.fail(
            `the response to ${to} is not chunked`,
            'not-chunked',
            ['Transfer-Encoding: chunked'],
            answer,
          );
        }
      }
      await client.ask(helloRequest(), { ...hello, to: 'GET /hello, behind a stream' });
    },
  },
  {
    id: 'lab-06/stream-at-once',
    step: 5,
    title: 'each part leaves when it is written',
    rule: 'README, step 5',
    quote: 'Each part leaves when it is written: the first is not kept until the last is there.',
    level: 'lab',
    needs: ['lab-06/stream'],
    hints: hints({
      kept: 'The second part comes half a minute later, and the first one waits for it. Whoever writes wants it to leave: do not collect.',
      'too-early': 'The parts came all at once, although ms asks for a pause between them.',
      otherwise: 'Write each part to the socket as soon as it is that response’s turn.',
    }),
    async run(judge) {
      const server = await judge.server();
      const chunks = judge.draw('chunks', (random) => random.integer(2, 9));
      const first = `chunk 1 of ${chunks}\n`;
      for (const version of ['1.1', '1.0'] as const) {
        const client = await HttpPeer.connect(judge, server);
        const to = `GET /stream?chunks=${chunks}&ms=${LONG_MS}`;
        await client.send(request(to, { version }));
        const part = (): string => {
          // In chunks or not, to whom: another check looks at that.
          const reading = readResponse(client.tcp.received(), 0, { method: 'GET' }, false);
          if (reading.kind === 'partial') return Buffer.from(reading.body()).toString('latin1');
          return reading.kind === 'complete'
            ? Buffer.from(reading.response.body).toString('latin1')
            : 'broken';
        };
        await client.tcp.settle(() => part().length >= first.length || part() === 'broken');
        if (part() === first) {
          judge.observe();
          client.tcp.vanish();
          continue;
        }
        if (part().startsWith(first)) {
          judge.fail(
            `more than the first part of ${to} came at once`,
            'too-early',
            client.evidence(['the first part, and a pause'], JSON.stringify(part().slice(0, 100))),
          );
        }
        await client.expectResponse({
          to,
          what: `the first part of ${to} in HTTP/${version}`,
          accepted: [JSON.stringify(first)],
          status: 200,
          body: first,
          limitMs: 0,
          silence: { waiting: 'kept', 'not-reading': 'kept' },
        });
      }
    },
  },
  {
    id: 'lab-06/stream-http-1-0',
    step: 5,
    title: 'to an HTTP/1.0 client a stream ends where the connection ends',
    rule: 'RFC 9112 §6.1',
    quote:
      'A server MUST NOT send a response containing Transfer-Encoding unless the corresponding request indicates HTTP/1.1 (or later minor revisions).',
    level: 'MUST',
    needs: ['lab-06/stream', 'lab-06/http-1-0'],
    hints: hints({
      waiting:
        'To this client only the end of the connection ends the body. Even keep-alive does not change that.',
      'no-last-chunk': 'The body holds chunk sizes. A client of HTTP/1.0 takes them for text.',
      body: 'The body is not the plain parts. Were the sizes of chunks written without Transfer-Encoding?',
      otherwise: 'Look at the version of the request before you decide how the body is delimited.',
    }),
    async run(judge) {
      const server = await judge.server();
      const chunks = judge.draw('chunks', (random) => random.integer(11, 40));
      for (const fields of [[], [['Connection', 'keep-alive']]] as [string, string][][]) {
        const client = await HttpPeer.connect(judge, server);
        const to = `GET /stream?chunks=${chunks}`;
        const answer = await client.ask(request(to, { version: '1.0', fields }), {
          to: `${to} HTTP/1.0${fields.length > 0 ? ' with keep-alive' : ''}`,
          method: 'GET',
          version: '1.0',
          status: 200,
          body: streamed(chunks),
        });
        if (answer.framing === 'close') await client.expectClosed('the stream');
      }
    },
  },
  {
    id: 'lab-06/head-stream',
    step: 5,
    title: 'HEAD of a stream has no chunks, not even the last one',
    rule: 'RFC 9110 §9.3.2',
    quote:
      'The HEAD method is identical to GET except that the server MUST NOT send content in the response.',
    level: 'MUST',
    needs: ['lab-06/head', 'lab-06/stream'],
    hints: hints({
      otherwise:
        'The last chunk, 0 and an empty line, belongs to the body. A response to HEAD has none of it.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      const chunks = judge.draw('chunks', (random) => random.integer(2, 9));
      const to = `HEAD /stream?chunks=${chunks}`;
      await client.send(Buffer.concat([request(to), helloRequest()]), { requests: 2 });
      await client.expectResponse({ to, status: 200 });
      await client.expectResponse({ ...hello, to: `GET /hello, behind ${to}` });
    },
  },
  {
    id: 'lab-06/numbers',
    step: 5,
    title: 'a number that is malformed or out of range is 400',
    rule: 'README, the contract',
    quote:
      'A number that is malformed or out of range is 400, as is a missing `ms` of `/slow` or `chunks` of `/stream`',
    level: 'lab',
    needs: ['lab-06/stream', 'lab-06/slow'],
    hints: hints({
      'bad-number':
        'Number and parseInt take more than decimal digits: an empty text, 1e3, 0x10, 12abc. Look at the text first, then at the range.',
      waiting: 'A number that is none made your server wait. Look at it before you use it.',
      otherwise: 'Digits only, then the range; everything else is 400.',
    }),
    async run(judge) {
      const server = await judge.server();
      const bad = judge.draw('digits', (random) => random.integer(2, 9));
      for (const target of [
        '/slow',
        '/slow?ms=',
        '/slow?ms=-1',
        `/slow?ms=${bad}.5`,
        `/slow?ms=${bad}ms`,
        '/slow?ms=60001',
        '/slow?ms=0x10',
        '/stream',
        '/stream?chunks=',
        `/stream?chunks=${bad}e2`,
        '/stream?chunks=1000001',
        '/stream?chunks=-0',
        `/stream?chunks=${bad}&ms=x`,
      ]) {
        const client = await HttpPeer.connect(judge, server);
        const to = `GET ${target}`;
        await client.ask(request(to), { to, status: 400, otherStatus: 'bad-number' });
        client.tcp.vanish();
      }
    },
  },
];
