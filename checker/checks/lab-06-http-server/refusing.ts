/** Step 7: refusing. */
import type { ServerProgram } from '../../drive/server-program.ts';
import { HttpPeer } from '../../peer/http.ts';
import { untilStalled } from '../../peer/stall.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { HELLO, hello, helloRequest, hints, request } from './requests.ts';

const MIB = 1024 * 1024;
/** README: how long a server reads on behind a refusal. */
const LINGER_MS = 2000;

/** Bytes that are no request, and the status of the refusal. */
interface Refused {
  what: string;
  bytes: Uint8Array | string;
  status: number[];
}

const HINTS = hints({
  'taken-as-good': 'This was answered like a right request. What did your parser say, and who looks at it?',
  'not-closed':
    'The refusal came, and the connection stays open. Nobody knows where the next request begins, so it has to end.',
  'extra-bytes':
    'Bytes behind the refused ones were taken for a request. After a refusal nothing is read as a request any more.',
  'no-answer': 'The connection ended without an answer. Send the refusal first, then end your side.',
  waiting:
    'The request cannot become right any more, and your server waits for more of it. The parser has said failed: answer that.',
  'other-status': 'The request was refused with another status than the one that the parser names.',
  otherwise:
    'failed is the last event: answer with its status and Connection: close, then end the connection.',
});

const NAMES =
  'What your parser refuses is answered with the status that it names: 400, 413, 414, 431, 501 or 505, and a `Content-Length` above `MAX_BODY_BYTES` is refused before the body is read.';
const CLOSED = 'What follows the refused bytes is never taken for a request.';

export const refusing: Check[] = [
  {
    id: 'lab-06/refuse-400',
    step: 7,
    title: 'what is no request is answered with 400, and the connection is closed',
    rule: 'README, step 7',
    quote: CLOSED,
    level: 'lab',
    needs: ['lab-06/reuse'],
    hints: HINTS,
    async run(judge) {
      const word = judge.draw('word', (random) => random.letters(6));
      await expectRefused(judge, await judge.server(), [
        { what: 'a request without Host', bytes: 'GET /hello HTTP/1.1\r\n\r\n', status: [400] },
        {
          what: 'two Host fields',
          bytes: `GET /hello HTTP/1.1\r\nHost: a\r\nHost: ${word}\r\n\r\n`,
          status: [400],
        },

        {
          what: 'a space before the colon',
          bytes: `GET /hello HTTP/1.1\r\nHost: a\r\nX-${word} : b\r\n\r\n`,
          status: [400],
        },
        {
          what: 'a line that is no request line',
          bytes: `${word} ${word} ${word} ${word}\r\n\r\n`,
          status: [400],
        },
        {
          what: 'two lengths that differ',
          bytes: 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd',
          status: [400],
        },
        {
          what: 'a length that is no number',
          bytes: `POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: ${word}\r\n\r\n`,
          status: [400],
        },
        {
          what: 'a transfer coding other than chunked at the end',
          bytes: 'POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n',
          status: [400],
        },
      ]);
    },
  },
  {
    id: 'lab-06/refuse-others',
    step: 7,
    title: 'too long, too large, unknown: 414, 431, 413, 501, 505',
    rule: 'README, step 7',
    quote: NAMES,
    level: 'lab',
    needs: ['lab-06/refuse-400'],
    hints: HINTS,
    async run(judge) {
      const letters = judge.draw('letters', (random) => random.letters(5000));
      const long = letters + letters;
      await expectRefused(judge, await judge.server(), [
        {
          what: 'a target of 10,001 bytes',
          bytes: `GET /${long} HTTP/1.1\r\nHost: a\r\n\r\n`,
          status: [414],
        },
        {
          what: 'a field line of 10,003 bytes',
          bytes: `GET /hello HTTP/1.1\r\nHost: a\r\nX: ${long}\r\n\r\n`,
          status: [431],
        },
        {
          what: 'a head of 20 kB',
          bytes: `GET /hello HTTP/1.1\r\nHost: a\r\n${['A', 'B', 'C', 'D'].map((name) => `X-${name}: ${letters}\r\n`).join('')}\r\n`,
          status: [431],
        },
        {
          what: 'Content-Length: 16777217, and none of the body',
          bytes: 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 16777217\r\n\r\n',
          status: [413],
        },
        {
          what: 'a method of 100 letters',
          bytes: `${letters.slice(0, 100).toUpperCase()} /hello HTTP/1.1\r\nHost: a\r\n\r\n`,
          status: [501, 400],
        },
        {
          what: 'an unknown transfer coding',
          bytes: 'POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n',
          status: [501, 400],
        },
        { what: 'HTTP/2.0', bytes: 'GET /hello HTTP/2.0\r\nHost: a\r\n\r\n', status: [505] },
        { what: 'HTTP/3.1', bytes: 'GET /hello HTTP/3.1\r\nHost: a\r\n\r\n', status: [505] },
      ]);
    },
  },
  {
    id: 'lab-06/refuse-bad-body',
    step: 7,
    title: 'a body that breaks a rule is refused as a head is',
    rule: 'README, step 7',
    quote:
      'A body that breaks a rule (a bad chunk size, say) is refused as a head is, when the response has not begun.',
    level: 'lab',
    needs: ['lab-06/refuse-400', 'lab-06/echo'],
    hints: HINTS,
    async run(judge) {
      const head = 'POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
      const word = judge.draw('word', (random) => random.letters(5));
      await expectRefused(judge, await judge.server(), [
        { what: 'a chunk size that is no number', bytes: `${head}5\r\n${word}\r\nxyz\r\n`, status: [400] },
        {
          what: 'a chunk that is longer than its size',
          bytes: `${head}4\r\n${word}\r\n0\r\n\r\n`,
          status: [400],
        },
        {
          what: 'a chunk that would make the body too large',
          bytes: `${head}1000001\r\n${word}`,
          status: [413],
        },
      ]);
    },
  },
  {
    id: 'lab-06/limits',
    step: 7,
    program: 'own',
    title: 'the limits come from the environment, and what is exactly at one is accepted',
    rule: 'README, step 7',
    quote: NAMES,
    level: 'lab',
    needs: ['lab-06/refuse-others', 'lab-06/echo'],
    hints: hints({
      ...HINTS,
      'limit-ignored': 'This is above a limit that the environment sets. Does it reach the parser?',
      'limit-too-low': 'This is exactly at the limit, and that is accepted.',
    }),
    async run(judge) {
      const [target, head, body] = judge.draw('limits', (random) => [
        random.integer(60, 99),
        random.integer(300, 500),
        random.integer(500, 2000),
      ]) as [number, number, number];
      const server = await judge.startServer({
        env: { MAX_TARGET_BYTES: `${target}`, MAX_HEAD_BYTES: `${head}`, MAX_BODY_BYTES: `${body}` },
      });
      const path = (bytes: number): Uint8Array => request(`GET /${'a'.repeat(bytes - 1)}`);
      const headed = (bytes: number): Uint8Array => {
        const fixed = helloRequest({ fields: [['X', '']] }).length;
        return helloRequest({ fields: [['X', 'b'.repeat(bytes - fixed)]] });
      };
      const long = (bytes: number): string => 'c'.repeat(bytes);
      const atLimit = { otherStatus: 'limit-too-low' };
      const client = await HttpPeer.connect(judge, server);
      await client.ask(path(target), { to: `GET with a target of ${target} bytes`, status: 404, ...atLimit });
      await client.ask(headed(head), { ...hello, to: `GET /hello with a head of ${head} bytes`, ...atLimit });
      const echo = { status: 200, body: long(body), ...atLimit };
      await client.ask(request('POST /echo', { body: long(body) }), {
        to: `POST /echo with ${body} bytes`,
        ...echo,
      });
      await expectRefused(
        judge,
        server,
        [
          { what: `a target of ${target + 1} bytes`, bytes: path(target + 1), status: [414] },
          { what: `a head of ${head + 2} bytes`, bytes: headed(head + 2), status: [431] },
          {
            what: `a body of ${body + 1} bytes`,
            bytes: request('POST /echo', { body: long(body + 1) }),
            status: [413],
          },
          {
            what: `a chunked body of ${body + 1} bytes`,
            bytes: `POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${body.toString(16)}\r\n${long(body)}\r\n1\r\nc\r\n0\r\n\r\n`,
            status: [413],
          },
        ],
        'limit-ignored',
      );
    },
  },
  {
    id: 'lab-06/good-then-bad',
    step: 7,
    title: 'the answer to a good request is kept when bad bytes follow in the same segment',
    rule: 'README, step 7',
    quote:
      'The answers to the requests before it come first, complete, although the bad bytes arrived in the same segment.',
    level: 'lab',
    needs: ['lab-06/refuse-400', 'lab-06/pipelined-two'],
    hints: hints({
      ...HINTS,
      fin: 'The connection was closed for the bad bytes, and the good request before them lost its answer.',
      reset:
        'The connection was thrown away for the bad bytes, and the good request before them lost its answer.',
      'wrong-order':
        'The refusal came before the answer to the good request. It waits for its turn like any answer.',
    }),
    async run(judge) {
      const server = await judge.server();
      for (const [line, body] of [
        ['GET /slow?ms=60', 'waited 60 ms\n'],
        ['GET /hello', HELLO],
      ] as const) {
        const client = await HttpPeer.connect(judge, server);
        const bad = Buffer.from('GET /hello HTTP/1.1\r\nHost : a\r\n\r\n');
        await client.send(Buffer.concat([request(line), bad, helloRequest()]), { requests: 2 });
        await client.expectResponse({
          to: `${line}, a good request before bad bytes`,
          status: 200,
          body,
          symptoms: [{ slug: 'wrong-order', when: ({ status }) => status === 400 }],
        });
        await client.expectResponse({ to: 'the bad bytes behind it', method: 'GET', status: 400 });
        await client.expectClosed('the refusal');
      }
    },
  },
  {
    id: 'lab-06/refusal-readable',
    step: 7,
    title: 'the client can read the refusal although it goes on sending',
    rule: 'README, step 7',
    quote: 'The judge goes on sending up to 1 MiB behind what is refused, and the answer must arrive.',
    level: 'lab',
    needs: ['lab-06/refuse-400'],
    hints: hints({
      ...HINTS,
      reset:
        'The answer never arrived: the socket was closed while bytes waited in it unread, and that sends RST, which destroys what is on its way. End your side, and go on reading for a while.',
      fin: 'The connection ended and the answer was not there.',
    }),
    async run(judge) {
      const server = await judge.server();
      const bulk = judge.drawBulk('bulk', MIB - 1024);
      const heads = [
        'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n',
        'POST /echo HTTP/1.1\r\nHost : a\r\n\r\n',
        `GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      ];
      const clients: HttpPeer[] = [];
      const began = performance.now();
      for (const [index, head] of heads.entries()) {
        const client = await HttpPeer.connect(judge, server, { reading: false, lane: 'ABC'[index]! });
        await client.send(head);
        void client.tcp.pump(bulk);
        clients.push(client);
      }
      await untilStalled({
        program: server.program,
        get sentBytes() {
          return clients.reduce((sum, { tcp }) => sum + tcp.sentBytes, 0);
        },
      });
      // Who was reset learns it from this piece, and loses what it has not read. A server need not read on for ever.
      if (performance.now() - began < LINGER_MS / 2)
        for (const client of clients) void client.tcp.pump(bulk.subarray(0, 10));
      for (const client of clients) {
        client.tcp.startReading();
        await client.expectResponse({
          to: 'what is refused, with 1 MiB behind it',
          method: 'POST',
          status: [400, 413, 414],
        });
        client.tcp.end();
        await client.expectClosed('the refusal');
      }
    },
  },
  {
    id: 'lab-06/unread-body',
    step: 7,
    title: 'a body that the route did not read is never taken for the next request',
    rule: 'RFC 9112 §9.3',
    quote:
      'A server MUST read the entire request message body or close the connection after sending its response; otherwise, the remaining data on a persistent connection would be misinterpreted as the next request.',
    level: 'MUST',
    needs: ['lab-06/reuse'],
    hints: hints({
      smuggled:
        'The body of a request was taken for another request, and it was answered. Whoever can write a body could so speak in the name of others. Read the body to its end, or close.',
      otherwise:
        'Read what the handler left of the body and throw it away, or close the connection behind the answer.',
    }),
    async run(judge) {
      const server = await judge.server();
      const status = judge.draw('status', (random) => random.integer(520, 580));
      const smuggled = request(`GET /status/${status}`);
      const withLength = (line: string): Uint8Array => request(line, { body: smuggled });
      const inChunks = Buffer.concat([
        request('POST /nowhere', { fields: [['Transfer-Encoding', 'chunked']] }),
        Buffer.from(`${smuggled.length.toString(16)}\r\n`),
        smuggled,
        Buffer.from('\r\n0\r\n\r\n'),
      ]);
      const tries: [string, Uint8Array, number][] = [
        ['POST /hello', withLength('POST /hello'), 405],
        ['GET /hello', withLength('GET /hello'), 200],
        ['POST /nowhere, chunked', inChunks, 404],
      ];
      for (const [line, bytes, answered] of tries) {
        const client = await HttpPeer.connect(judge, server);
        const to = `${line} with a body that reads like a request`;
        await client.send(bytes, { cuts: [bytes.length - smuggled.length - 7] });
        await client.expectResponse({ to, status: answered });
        await client.send(helloRequest());
        await client.tcp.settle(() => client.tcp.rest().length > 0);
        if (client.tcp.rest().length === 0 && client.tcp.ended !== undefined) {
          judge.observe();
          continue;
        }
        await client.expectResponse({
          ...hello,
          to: `GET /hello, behind ${to}`,
          accepted: ['the response to GET /hello, or a closed connection'],
          symptoms: [{ slug: 'smuggled', when: (answer) => answer.status === status }],
        });
      }
    },
  },
  {
    id: 'lab-06/length-beside-chunked',
    step: 7,
    title: 'Content-Length beside Transfer-Encoding: the connection does not persist',
    rule: 'RFC 9112 §6.1',
    quote:
      'Regardless, the server MUST close the connection after responding to such a request to avoid the potential attacks.',
    level: 'MUST',
    needs: ['lab-06/refuse-400', 'lab-06/echo'],
    hints: hints({
      ...HINTS,
      smuggled:
        'The bytes behind a request with two lengths were taken for a request. One of the two lengths says that they are its body.',
    }),
    async run(judge) {
      const server = await judge.server();
      const status = judge.draw('status', (random) => random.integer(520, 580));
      const smuggled = Buffer.from(request(`GET /status/${status}`)).toString('latin1');
      for (const fields of [
        'Content-Length: 4\r\nTransfer-Encoding: chunked',
        'Transfer-Encoding: chunked\r\nContent-Length: 4',
      ]) {
        const client = await HttpPeer.connect(judge, server);
        await client.send(
          `POST /echo HTTP/1.1\r\nHost: a\r\n${fields}\r\n\r\n5\r\nabcde\r\n0\r\n\r\n${smuggled}`,
        );
        await client.expectResponse({
          to: 'POST /echo with both lengths',
          status: [200, 400],
          symptoms: [{ slug: 'smuggled', when: (answer) => answer.status === status }],
        });
        await client.expectClosed('the response to a request with both lengths');
      }
    },
  },
];

/** Each of these on a connection of its own, with a good request behind it in the same segment. */
async function expectRefused(
  judge: Judge,
  server: ServerProgram,
  rows: Refused[],
  goodSymptom = 'taken-as-good',
): Promise<void> {
  for (const { what, bytes, status } of rows) {
    judge.trace.note(what);
    const client = await HttpPeer.connect(judge, server);
    const raw = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    await client.send(Buffer.concat([raw, request('GET /status/299')]));
    const accepted = [`a ${status.join(' or ')} response, and the end of the connection`];
    await client.expectResponse({
      to: what,
      method: 'GET',
      status,
      accepted,
      otherStatus: 'other-status',
      symptoms: [{ slug: goodSymptom, when: (answer) => answer.status < 400 }],
      silence: { fin: 'no-answer', reset: 'no-answer' },
    });
    await client.expectClosed(`the refusal of ${what}`);
    client.tcp.vanish();
  }
}
