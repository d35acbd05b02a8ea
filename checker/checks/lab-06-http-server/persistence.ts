/** Step 2: the connection persists. */
import { HttpPeer } from '../../peer/http.ts';
import { announcesClose, connectionOptions } from '../../peer/http-response.ts';
import type { Check } from '../../run/check.ts';
import { chunkedEcho, HELLO, hello, helloRequest, hints, request } from './requests.ts';
import { expectType } from './response.ts';

const MIB = 1024 * 1024;
const OFTEN = 100;
const CLIENTS = 60;
/** So long that no answer can come by accident; nobody waits for it. */
const LONG_MS = 20_000;
/** For a client that waits until each piece has been read: on a slow machine that takes its time. */
const PATIENT = { HEAD_TIMEOUT_MS: '60000', BODY_TIMEOUT_MS: '60000', IDLE_TIMEOUT_MS: '60000' };

const CLOSED_HINT =
  'The connection ended after an answer, and nobody had asked for that. An HTTP/1.1 connection stays open for the next request.';

const PERSISTS =
  'After a response the connection stays open, and the next request on it is answered as well, a hundred times if need be.';

export const persistence: Check[] = [
  {
    id: 'lab-06/reuse',
    step: 2,
    title: 'one connection, a hundred requests',
    rule: 'README, step 2',
    quote: PERSISTS,
    level: 'lab',
    needs: ['lab-06/hello'],
    hints: hints({
      fin: CLOSED_HINT,
      reset: CLOSED_HINT,
      waiting:
        'A request on a connection that had been used before got no answer. Does anybody still listen to the socket, and is the parser ready for another request?',
      otherwise: 'Answering does not end the connection: go on reading.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      for (let round = 1; round <= OFTEN; round += 1) {
        await client.ask(helloRequest(), { ...hello, to: `GET /hello, number ${round} on this connection` });
      }
    },
  },
  {
    id: 'lab-06/echo',
    step: 2,
    title: 'a body comes back, and the next byte begins the next request',
    rule: 'README, step 2',
    quote: 'Bodies count: after `/echo` has read a body, the next byte begins the next request.',
    level: 'lab',
    needs: ['lab-06/reuse'],
    hints: hints({
      type: 'The type of the answer is the one of the request, and application/octet-stream where it has none.',
      body: 'The answer is the very bytes of the body. Was text made of them, or was a chunk size taken for data?',
      'body-cut': 'The body came in several events and only some of them came back. Wait for its end.',
      'status-405': '/echo takes any method.',
      waiting: 'The body is complete and the answer stays out. Which event says that the body is over?',
      otherwise: 'Collect the body until it ends, then answer with the same bytes.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      const bytes = judge.draw('bytes', (random) => [
        random.bytes(700),
        random.bytes(3),
        random.bytes(300),
      ]) as Uint8Array[];
      const type = judge.draw('type', (random) => `text/x-${random.letters(5)}; charset=utf-8`);
      for (const method of ['POST', 'PUT', 'GET', 'DELETE']) {
        const to = `${method} /echo`;
        const fields: [string, string][] = [['Content-Type', type]];
        const answer = await client.ask(request(to, { fields, body: bytes[0]! }), {
          to,
          status: 200,
          body: bytes[0]!,
        });
        expectType(client, answer, type.split(';')[0]!);
      }
      const bare = await client.ask(request('POST /echo', { body: bytes[1]! }), {
        to: 'POST /echo without a Content-Type',
        status: 200,
        body: bytes[1]!,
      });
      expectType(client, bare, 'application/octet-stream');
      await client.ask(chunkedEcho(bytes[2]!, [1, 16, 100]), {
        to: 'POST /echo with a chunked body',
        status: 200,
        body: bytes[2]!,
      });
      await client.ask(request('POST /echo', { body: '' }), {
        to: 'POST /echo, empty',
        status: 200,
        body: '',
      });
      await client.ask(request('POST /echo'), { to: 'POST /echo without a body', status: 200, body: '' });
      await client.ask(helloRequest(), hello);
    },
  },
  {
    id: 'lab-06/cuts',
    step: 2,
    program: 'own',
    title: 'a request may arrive in any pieces',
    rule: 'README, step 2',
    quote: 'A request may arrive in any pieces, and two may arrive in one.',
    level: 'lab',
    needs: ['lab-06/echo'],
    hints: hints({
      waiting:
        'The request came in several pieces and was not answered. One data event is not one request: what came before belongs to it.',
      'status-400':
        'A piece of a request was taken for a whole one. Give every piece to the parser and wait for its events.',
      fin: 'The connection ended over a request that was not complete yet. More of it was on its way.',
      otherwise: 'One parser per connection, every piece into it, and act on its events only.',
    }),
    async run(judge) {
      const server = await judge.startServer({ env: PATIENT });
      const client = await HttpPeer.connect(judge, server);
      const get = helloRequest();
      const drawn = judge.draw('cuts', (random) =>
        Array.from({ length: 5 }, () => random.integer(1, get.length - 1)),
      );
      // Before and behind every CR and LF.
      const edges = [...get].flatMap((byte, index) => (byte < 0x20 ? [index, index + 1] : []));
      const cuts = [...new Set([1, ...drawn, ...edges])].filter((cut) => cut < get.length);
      await client.send(get, { cuts: cuts.sort((a, b) => a - b) });
      await client.expectResponse({ ...hello, to: 'GET /hello, sent in pieces' });
      const body = judge.draw('body', (random) => random.bytes(40));
      for (const [kind, post] of [
        ['with Content-Length', request('POST /echo', { body })],
        ['chunked', chunkedEcho(body, [7, 20])],
      ] as const) {
        const cuts = judge.draw(`cuts ${kind}`, (random) =>
          [...new Set(Array.from({ length: 6 }, () => random.integer(1, post.length - 1)))].sort(
            (a, b) => a - b,
          ),
        );
        await client.send(post, { cuts });
        await client.expectResponse({ to: `POST /echo ${kind}, sent in pieces`, status: 200, body });
      }
      // The end of one request and the beginning of the next in one piece.
      const both = Buffer.concat([get, get]);
      await client.send(both, { cuts: [get.length - 3, get.length + 5], requests: 2 });
      await client.expectResponse({ ...hello, to: 'GET /hello' });
      await client.expectResponse({
        ...hello,
        to: 'GET /hello, whose first bytes came with the last ones of the request before',
      });
    },
  },
  {
    id: 'lab-06/upload',
    step: 2,
    title: '8 MiB of any bytes go through /echo',
    rule: 'README, step 2',
    quote: 'Bodies count: after `/echo` has read a body, the next byte begins the next request.',
    level: 'lab',
    needs: ['lab-06/echo'],
    hints: hints({
      body: 'Some of the bytes changed on their way. Was text made of them, or were pieces put together in another order?',
      'status-413': '8 MiB are within MAX_BODY_BYTES, which is 16 MiB where it is not set.',
      'not-reading': 'The body waits in the socket: it was paused and nobody resumed it.',
      late: 'Joining what has come with each new piece copies everything again and again. Keep the pieces in an array, and join once.',
      otherwise: 'Keep the pieces in an array and answer at the end of the body.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      const seed = judge.draw('seed', (random) => random.bytes(4093));
      const body = Buffer.alloc(8 * MIB, seed);
      await client.send(request('POST /echo', { body }));
      await client.expectResponse({ to: 'POST /echo with 8 MiB', status: 200, body });
      await client.ask(helloRequest(), hello);
    },
  },
  {
    id: 'lab-06/close',
    step: 2,
    title: 'Connection: close ends the connection after the answer, and nothing behind it is answered',
    rule: 'RFC 9112 §9.6',
    quote:
      'A server that receives a "close" connection option MUST initiate closure of the connection (see below) after it sends the final response to the request that contained the "close" connection option.',
    level: 'MUST',
    needs: ['lab-06/reuse'],
    hints: hints({
      'not-closed':
        'The client asked for the end of the connection, and it stays open. Connection is a list, its options have no case, and it may come in several lines.',
      'not-announced': 'The answer to a request with Connection: close says Connection: close too.',
      'extra-bytes':
        'A request behind the one with Connection: close was answered. After that one nothing is read any more.',
      otherwise: 'The parser says in keepAlive whether the connection persists. Heed it after the answer.',
    }),
    async run(judge) {
      const server = await judge.server();
      const word = judge.draw('word', (random) => random.letters(5));
      const ways: [string, string][][] = [
        [['Connection', 'close']],
        [['connection', 'Close']],
        [['CONNECTION', `${word}, CLOSE`]],
        [
          ['Connection', word],
          ['Connection', 'close'],
        ],
      ];
      for (const fields of ways) {
        const client = await HttpPeer.connect(judge, server);
        const to = `GET /hello with ${fields.map((field) => field.join(': ')).join(' and ')}`;
        await client.send(Buffer.concat([helloRequest({ fields }), request('GET /status/299')]));
        const answer = await client.expectResponse({ ...hello, to, body: HELLO });
        if (!announcesClose(answer)) {
          const accepted = ['Connection: close in the response'];
          client.fail(`the response to ${to} does not say that it closes`, 'not-announced', accepted, answer);
        }
        await client.expectClosed(`the response to ${to}`);
      }
    },
  },
  {
    id: 'lab-06/http-1-0',
    step: 2,
    title: 'an HTTP/1.0 connection ends after the answer, unless both sides say keep-alive',
    rule: 'README, step 2',
    quote:
      'An HTTP/1.0 request without `Connection: keep-alive` is the last: your server closes after its answer.',
    level: 'lab',
    needs: ['lab-06/reuse'],
    hints: hints({
      'not-closed':
        'A client of HTTP/1.0 waits for the end of the connection. It persists there only when the request says keep-alive, and the answer says it as well.',
      'kept-silently':
        'The connection stays open, but the answer does not say so. To a client of HTTP/1.0 it must say Connection: keep-alive; otherwise the client waits for the end.',
      otherwise: 'The parser says in keepAlive whether the connection persists. Heed it after the answer.',
    }),
    async run(judge) {
      const server = await judge.server();
      const plain = await HttpPeer.connect(judge, server);
      const asked = { ...hello, version: '1.0' as const };
      await plain.ask(helloRequest({ version: '1.0' }), { ...asked, to: 'GET /hello HTTP/1.0' });
      await plain.expectClosed('the response to GET /hello HTTP/1.0');
      const option = judge.draw('option', (random) =>
        random.pick(['keep-alive', 'Keep-Alive', 'KEEP-ALIVE']),
      );
      const kept = await HttpPeer.connect(judge, server);
      const to = `GET /hello HTTP/1.0 with Connection: ${option}`;
      const keep = helloRequest({ version: '1.0', fields: [['Connection', option]] });
      const answer = await kept.ask(keep, { ...asked, to });
      if (connectionOptions(answer).includes('keep-alive')) {
        await kept.ask(keep, { ...asked, to: `${to}, the second one` });
      } else await kept.expectClosed(`the response to ${to}`, { waiting: 'kept-silently' });
    },
  },
  {
    id: 'lab-06/slow',
    step: 2,
    title: 'a slow answer comes when its time has come',
    rule: 'README, step 2',
    quote: 'Each connection is served by itself: one that is waiting for an answer keeps no other waiting.',
    level: 'lab',
    needs: ['lab-06/hello'],
    hints: hints({
      'status-404': 'The target is /slow?ms=…: the path ends at the question mark.',
      'others-wait':
        'While one client waited for a slow answer, others got none. A timer lets the event loop go on; a loop that waits does not.',
      'too-early': 'The answer to /slow came at once. It has to wait as long as ms says.',
      otherwise: 'Answer from a timer, and let the event loop go on meanwhile.',
    }),
    async run(judge) {
      const server = await judge.server();
      const slow = await HttpPeer.connect(judge, server, { lane: 'A' });
      await slow.send(request(`GET /slow?ms=${LONG_MS}`));
      const others = [];
      for (const lane of ['B', 'C']) {
        const other = await HttpPeer.connect(judge, server, { lane });
        await other.ask(helloRequest(), {
          ...hello,
          silence: {
            waiting: 'others-wait',
            'not-reading': 'others-wait',
            busy: 'others-wait',
            blocked: 'others-wait',
          },
        });
        others.push(other);
      }
      slow.expectNothingYet('long before its time', 'too-early');
      const ms = judge.draw('ms', (random) => random.integer(1, 40));
      await others[0]!.ask(request(`GET /slow?ms=${ms}`), {
        to: `GET /slow?ms=${ms}`,
        status: 200,
        body: `waited ${ms} ms\n`,
      });
      slow.tcp.vanish();
    },
  },
  {
    id: 'lab-06/half-close',
    step: 2,
    title: 'a client that has ended its side still gets every answer, then FIN',
    rule: 'README, step 2',
    quote:
      'A client may end its side (FIN) right after its last request: it still gets every answer, then your FIN.',
    level: 'lab',
    needs: ['lab-06/reuse', 'lab-06/slow'],
    hints: hints({
      fin: 'The client ended its side and its answer was lost. It is not gone: it waits, and reads. By default Node ends your side at once then: look up allowHalfOpen. And FIN alone aborts no signal.',
      'aborted-by-fin':
        'The client ended its side, and its answer never came. FIN is not gone: the client says nothing more, and reads on. Is request.signal aborted then, and did the handler give up?',
      reset:
        'The client ended its side and the connection was thrown away. An end is no error: answer what was asked, then end.',
      'not-closed':
        'Every answer came, but your FIN did not. With allowHalfOpen on, nobody ends your side but you.',
      otherwise: 'On the end event, note that nothing more will come; end your side after the last answer.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      await client.ask(helloRequest(), hello);
      await client.send(request('GET /slow?ms=60'));
      client.tcp.end();
      await client.expectResponse({
        to: 'GET /slow?ms=60, then FIN',
        status: 200,
        body: 'waited 60 ms\n',
        symptoms: [{ slug: 'aborted-by-fin', when: ({ status }) => status >= 500 }],
        silence: { waiting: 'aborted-by-fin' },
      });
      await client.expectClosed('the last answer');
    },
  },
  {
    id: 'lab-06/many-clients',
    step: 2,
    title: `${CLIENTS} clients at once each get their own answer`,
    rule: 'README, step 2',
    quote: 'Each connection is served by itself: one that is waiting for an answer keeps no other waiting.',
    level: 'lab',
    needs: ['lab-06/echo'],
    hints: hints({
      body: 'One client got what belongs to another. What belongs to one connection is kept inside of the function that is called for it.',
      waiting: 'Some of the clients got no answer. What do all connections share?',
      otherwise: 'Each connection has its own parser and its own list of answers.',
    }),
    async run(judge) {
      const server = await judge.server();
      const words = judge.draw('words', (random) => Array.from({ length: CLIENTS }, () => random.letters(9)));
      const clients = await Promise.all(
        words.map((_, index) => HttpPeer.connect(judge, server, { lane: `${index}` })),
      );
      const asked = words.map((word) => request('POST /echo', { body: word }));
      // First the beginnings of all, then the rest in another order.
      for (const [index, client] of clients.entries()) {
        await client.send(asked[index]!.subarray(0, 30), { requests: 0 });
      }
      const order = judge.draw('order', (random) => random.shuffle(words.map((_, index) => index)));
      for (const index of order) await clients[index]!.send(asked[index]!.subarray(30));
      for (const [index, client] of clients.entries()) {
        await client.expectResponse({
          to: `POST /echo of client ${index}`,
          status: 200,
          body: words[index]!,
        });
      }
    },
  },
];
