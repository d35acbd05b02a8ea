/** What the library promises its handlers: handlers of the judge's own on the student's `http.ts`. */
import { ownProgram } from '../../drive/own-code.ts';
import type { ServerProgram } from '../../drive/server-program.ts';
import { count } from '../../peer/compare.ts';
import { HttpPeer } from '../../peer/http.ts';
import { readResponse } from '../../peer/http-response.ts';
import { untilStalled } from '../../peer/stall.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { MIB } from '../memory.ts';
import { hints, request } from './requests.ts';

const ok = { to: 'GET /ok, another handler', status: 200, body: 'ok\n' };
const LARGE_BYTES = 24 * MIB;
/** As much as may wait in buffers, the kernel's included; a library that never says stop takes all. */
const KEPT_BYTES = 16 * MIB;

const SERVES =
  'When the whole body is given to `end`, with no `write` before, the response has a `Content-Length`.';

export const handlers: Check[] = [
  {
    id: 'lab-06/library',
    step: 1,
    title: 'http.ts serves whatever handler it is given',
    rule: 'README, the contract',
    quote: SERVES,
    level: 'lab',
    needs: ['lab-06/hello'],
    hints: hints({
      'no-length': 'Who calls end with a body and has not called write has told you the length of the body.',
      exited:
        'The judge gave your http.ts a handler of its own, and the program ended. Does listen return a promise, and does the server stay open?',
      'status-404': 'The handler that was given to createServer answers; http.ts itself knows no route.',
      'status-500': 'The handler called end without writeHead: that is a 200.',
      otherwise:
        'Everything that a handler needs stands in the types of the starter; http.ts knows no route and reads no environment.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await serve(judge));
      const answer = await client.ask(request('GET /ok'), { ...ok, to: 'GET /ok' });
      if (answer.framing !== 'length') {
        const message = 'the handler gave the whole body to end, and the response has no Content-Length';
        client.fail(message, 'no-length', ['Content-Length: 3'], answer);
      }
      await client.ask(request('GET /no-head'), {
        to: 'GET /no-head, whose handler calls end alone',
        status: 200,
        body: 'no head\n',
      });
      await client.ask(request('GET /elsewhere'), {
        to: 'GET /elsewhere, whose handler answers 404',
        status: 404,
        body: '',
      });
    },
  },
  {
    id: 'lab-06/write-head-refuses',
    step: 1,
    title: 'writeHead throws a TypeError for what would break the framing',
    rule: 'README, the contract',
    quote:
      '`writeHead` throws a `TypeError` for a status that is not 200 to 599, for a field name that is no token, and for a value with CR, LF or NUL in it. It throws one when it is called twice.',
    level: 'lab',
    needs: ['lab-06/library'],
    hints: hints({
      'response-split':
        'A value with a line end in it was written as it is. Whoever chooses that value writes fields, or a whole response, in the name of your server. Look at each name and value before you write.',
      'called-twice':
        'A second head would stand in the middle of the body. writeHead called twice is a mistake of the handler: TypeError.',
      otherwise:
        'A name is a token, a value holds no control character but HTAB, a status is a whole number of three digits.',
    }),
    async run(judge) {
      const server = await serve(judge);
      const client = await HttpPeer.connect(judge, server);
      const to = 'GET /bad-heads';
      const answer = await client.ask(request(to), { to, status: 200 });
      const outcomes = JSON.parse(Buffer.from(answer.body).toString()) as [string, string][];
      for (const [name, outcome] of outcomes) {
        if (outcome !== 'TypeError')
          client.fail(`writeHead with ${name}: ${outcome}`, 'response-split', ['a TypeError'], answer);
        judge.observe();
      }
      await client.ask(request('GET /two-heads'), {
        to: 'GET /two-heads, whose body says what the second call did',
        status: 200,
        body: 'TypeError',
        symptoms: [{ slug: 'called-twice', when: () => true }],
      });
    },
  },
  {
    id: 'lab-06/after-end',
    step: 1,
    title: 'write and end after end throw a TypeError, and the response stays whole',
    rule: 'README, the contract',
    quote:
      '`write` and `end` throw a `TypeError` after `end`. The handler that does so by mistake harms nobody: the response that was sent is whole.',
    level: 'lab',
    needs: ['lab-06/library'],
    hints: hints({
      'no-throw':
        'The response was complete, and more was written into it. Who does that has made a mistake and should hear of it: TypeError.',
      'extra-bytes': 'What was written after the end came to the client. It takes it for the next response.',
      crashed:
        'The handler made a mistake, and the program ended. Catch what a handler throws where you call it.',
      fin: 'The response was complete before the handler made its mistake. The connection need not suffer for it.',
      otherwise: 'Remember that the response is complete; throw in write and end from then on.',
    }),
    async run(judge) {
      const server = await serve(judge);
      const client = await HttpPeer.connect(judge, server);
      const whole = { status: 200, body: 'whole\n' };
      await client.ask(request('GET /after-end'), { to: 'GET /after-end', ...whole });
      const other = await HttpPeer.connect(judge, server, { lane: 'B' });
      await other.ask(request('GET /what-was-thrown'), {
        to: 'GET /what-was-thrown, which tells what write and end did after end',
        status: 200,
        body: 'TypeError, TypeError',
        symptoms: [{ slug: 'no-throw', when: () => true }],
      });
      const careless = await HttpPeer.connect(judge, server, { lane: 'C' });
      await careless.ask(request('GET /careless'), {
        to: 'GET /careless, whose handler writes after end',
        ...whole,
      });
      const next = await HttpPeer.connect(judge, server, { lane: 'D' });
      await next.ask(request('GET /ok'), ok);
    },
  },
  {
    id: 'lab-06/body-as-it-arrives',
    step: 2,
    title: 'a handler reads a body as it arrives, and learns when it breaks off',
    rule: 'README, the contract',
    quote:
      '`request.body` gives the bytes of the body as they arrive. It throws when the connection breaks off in the middle.',
    level: 'lab',
    needs: ['lab-06/library', 'lab-06/echo'],
    hints: hints({
      'kept-until-whole':
        'The handler got nothing although a part of the body had come. Hand on each piece as it arrives: a body may be larger than the memory.',
      'ends-quietly':
        'The connection broke off in the middle of a body, and the handler was told that the body is complete. It would keep half of an upload for a whole one.',
      'never-told': 'The connection broke off in the middle of a body, and the handler still waits.',
      crashed:
        'The handler reads a body that breaks off. What throws must throw where the handler reads, not anywhere else.',
      otherwise:
        'The body is an async iterable: it yields each piece, returns at the end of the body, and throws when the connection ends before it.',
    }),
    async run(judge) {
      const server = await serve(judge);
      const client = await HttpPeer.connect(judge, server);
      const word = judge.draw('word', (random) => random.letters(12));
      const whole = request('POST /pieces', { body: word });
      const first = whole.subarray(0, whole.length - 7);
      await client.send(first);
      const came = (): string => {
        const reading = readResponse(client.tcp.received(), 0, { method: 'POST' }, false);
        return Buffer.from(reading.kind === 'partial' ? reading.body() : new Uint8Array()).toString('latin1');
      };
      await client.tcp.settle(() => came().length >= word.length - 7);
      if (came() === '') {
        await client.expectResponse({
          to: 'POST /pieces, whose handler writes back each piece at once',
          limitMs: 0,
          silence: { waiting: 'kept-until-whole' },
        });
      }
      judge.observe();
      await client.send(whole.subarray(whole.length - 7), { requests: 0 });
      await client.expectResponse({ to: 'POST /pieces', status: 200, body: `${word}.` });

      const breaking = await HttpPeer.connect(judge, server, { lane: 'A' });
      const half = request('POST /body-breaks', { body: word }).subarray(0, -5);
      await breaking.send(half, { cuts: [half.length] });
      breaking.tcp.vanish();
      const asking = await HttpPeer.connect(judge, server, { lane: 'B' });
      await asking.ask(request('GET /did-it-throw'), {
        to: 'GET /did-it-throw, which tells what the other handler saw',
        status: 200,
        body: 'threw',
        symptoms: [{ slug: 'ends-quietly', when: () => true }],
        silence: { waiting: 'never-told' },
      });
    },
  },
  {
    id: 'lab-06/drained',
    step: 5,
    program: 'own',
    title: 'write says when to wait, and drained when to go on',
    rule: 'README, the contract',
    quote:
      '`write` returns false when the client does not keep up. `drained` is fulfilled when it may go on, or when the client is gone.',
    level: 'lab',
    needs: ['lab-06/library', 'lab-06/stream'],
    hints: hints({
      'never-false':
        'The handler wrote 24 MiB to a client that reads nothing, and write never said stop. Tell it what the socket tells you.',
      'drained-at-once':
        'write returned false, and drained() was fulfilled at once, although the client had read nothing: nobody waited. It is fulfilled when there is room again.',
      'never-resumed':
        'The client reads again, and drained() is still not fulfilled. Which event of the socket says that there is room?',
      body: 'Some of the bytes are missing or came twice. When write answers false it has taken the bytes all the same.',
      otherwise:
        'write answers what socket.write answers; drained waits for drain or close, whichever comes first.',
    }),
    async run(judge) {
      const server = await serve(judge);
      const deaf = await HttpPeer.connect(judge, server, { lane: 'A', reading: false });
      await deaf.send(request('GET /large'));
      await untilStalled(deaf.tcp);
      const asking = await HttpPeer.connect(judge, server, { lane: 'B' });
      const answer = await asking.ask(request('GET /how-many'), { to: 'GET /how-many', status: 200 });
      const [pieces, refusals] = Buffer.from(answer.body).toString().split(' ').map(Number) as [
        number,
        number,
      ];
      const written = pieces * 64 * 1024;
      if (written > KEPT_BYTES) {
        const accepted = [
          'a write that returns false after a few MiB, and a drained() that waits for the client',
        ];
        const said =
          refusals === 0 ? 'write never returned false' : `write returned false ${count(refusals, 'time')}`;
        judge.fail(
          `the handler has written ${(written / MIB).toFixed(1)} MiB, and its client has read nothing`,
          refusals === 0 ? 'never-false' : 'drained-at-once',
          deaf.evidence(accepted, `${(written / MIB).toFixed(1)} MiB written; ${said}`),
        );
      }
      judge.observe();
      deaf.tcp.startReading();
      await deaf.expectResponse({
        to: 'GET /large, 24 MiB',
        status: 200,
        body: new Uint8Array(LARGE_BYTES).fill(0x61),
        silence: { waiting: 'never-resumed', 'write-blocked': 'never-resumed' },
      });
    },
  },
  {
    id: 'lab-06/gone-handlers',
    step: 8,
    program: 'own',
    title: 'a handler learns that its client is gone, and one that never answers keeps nobody waiting',
    rule: 'README, the contract',
    quote: '`request.signal` is aborted when the connection is gone before the response is complete.',
    level: 'lab',
    needs: ['lab-06/library'],
    hints: hints({
      'not-aborted':
        'The client is gone, and the signal of its request is not aborted: the handler works on for nobody.',
      'others-wait': 'One handler never answers, and another client waits.',
      'waits-for-gone':
        'The client is gone, and its handler waits in drained() for ever. Fulfil it when the connection closes.',
      crashed: 'A client went away and took the program with it.',
      otherwise:
        'When a connection closes, abort the signals of its requests that have no complete response yet.',
    }),
    async run(judge) {
      const server = await serve(judge);
      for (const path of ['/never', '/never-awaited']) {
        const waiting = await HttpPeer.connect(judge, server, { lane: path });
        await waiting.send(request(`GET ${path}`));
      }
      const other = await HttpPeer.connect(judge, server, { lane: 'B' });
      await other.ask(request('GET /ok'), { ...ok, silence: { waiting: 'others-wait' } });
      const leaving = await HttpPeer.connect(judge, server, { lane: 'A' });
      const asked = request('GET /watched');
      await leaving.send(asked, { cuts: [asked.length] });
      leaving.tcp.reset();
      await other.ask(request('GET /was-it-aborted'), {
        to: 'GET /was-it-aborted, which waits for the signal of another request',
        status: 200,
        body: 'aborted',
        silence: { waiting: 'not-aborted' },
      });
      const deaf = await HttpPeer.connect(judge, server, { lane: 'C', reading: false });
      await deaf.send(request('GET /large'));
      await untilStalled(deaf.tcp);
      deaf.tcp.reset();
      await other.ask(request('GET /did-it-go-on'), {
        to: 'GET /did-it-go-on, which waits for the end of a handler whose client is gone',
        status: 200,
        body: 'went on',
        silence: { waiting: 'waits-for-gone' },
      });
    },
  },
  {
    id: 'lab-06/rejects',
    step: 8,
    title: 'a handler whose promise is rejected: 500, or a cut connection',
    rule: 'README, step 8',
    quote: 'A handler that throws or rejects is answered with 500 when the response has not begun',
    level: 'lab',
    needs: ['lab-06/library'],
    hints: hints({
      crashed:
        'The promise of a handler was rejected and nobody caught it: that ends a Node program. Catch both, what it throws and what it rejects.',
      waiting: 'The promise of a handler was rejected, and its client waits for ever.',
      'looks-complete': 'The handler failed in the middle, and the response looks complete.',
      fin: 'The handler failed before it had written anything: 500 can still be said.',
      otherwise:
        'Await the handler inside of try; what is caught becomes a 500, or the end of the connection.',
    }),
    async run(judge) {
      const server = await serve(judge);
      for (const path of ['/throw', '/reject']) {
        const client = await HttpPeer.connect(judge, server);
        await client.ask(request(`GET ${path}`), { to: `GET ${path}`, status: 500 });
      }
      const late = await HttpPeer.connect(judge, server);
      await late.send(request('GET /reject-late'));
      await late.tcp.over();
      const reading = readResponse(late.tcp.received(), 0, { method: 'GET' }, late.tcp.ended === 'fin');
      const accepted = ['a response that breaks off'];
      if (reading.kind === 'complete' && reading.response.framing !== 'close')
        late.fail(
          'the response looks complete, and its handler was rejected',
          'looks-complete',
          accepted,
          reading.response,
        );
      if (late.tcp.ended === undefined)
        await late.expectClosed('a handler that was rejected in the middle of its response');
      judge.observe();
      const next = await HttpPeer.connect(judge, server);
      await next.ask(request('GET /ok'), ok);
    },
  },
  {
    id: 'lab-06/upgrade',
    step: 6,
    title: 'onUpgrade gets the socket, and what came behind the request',
    rule: 'README, the contract',
    quote:
      'With `onUpgrade`, an HTTP/1.1 request with `Connection: upgrade` and an `Upgrade` field goes to it instead of the handler, with the socket and the bytes that came behind the request.',
    level: 'lab',
    needs: ['lab-06/library'],
    hints: hints({
      'status-404':
        'The request asks for an upgrade, in Connection and Upgrade, and the handler got it instead of onUpgrade.',
      'head-lost':
        'Bytes came right behind the request, in the same segment. They belong to the new protocol: hand them over as head.',
      'still-http':
        'After the upgrade the bytes are no HTTP any more. Take your listeners off the socket before you hand it over.',
      'status-400':
        'After the upgrade the bytes are no HTTP any more. Take your listeners off the socket before you hand it over.',
      otherwise:
        'Connection lists upgrade and there is an Upgrade field: take your listeners off the socket, then call onUpgrade.',
    }),
    async run(judge) {
      const server = await serve(judge);
      const client = await HttpPeer.connect(judge, server);
      const [early, later] = judge.draw('words', (random) => [random.letters(6), random.letters(8)]) as [
        string,
        string,
      ];
      const fields: [string, string][] = [
        ['Connection', 'keep-alive, Upgrade'],
        ['Upgrade', 'echo'],
      ];
      await client.send(Buffer.concat([request('GET /chat', { fields }), Buffer.from(early)]));
      await client.expectResponse({ to: 'GET /chat with Upgrade: echo', status: 101 });
      await client.tcp.expect({
        bytes: Buffer.from(`/chat|${early}`),
        what: 'the target, and the echo of what came behind the request',
        symptoms: [{ slug: 'head-lost', when: (actual) => Buffer.from(actual).toString() === '/chat|' }],
        silence: { waiting: 'head-lost' },
      });
      await client.tcp.send(Buffer.from(later));
      await client.tcp.expect({
        bytes: Buffer.from(later),
        what: 'the echo after the upgrade',
        symptoms: [{ slug: 'still-http', when: (actual) => Buffer.from(actual).includes('HTTP/1.') }],
        silence: { fin: 'still-http', reset: 'still-http', waiting: 'still-http' },
      });
    },
  },
];

/** The student's library in a program of ours; not run where `--cmd` gives the program. */
async function serve(judge: Judge): Promise<ServerProgram> {
  const hostProgram = await ownProgram('handlers-main', judge.folder, import.meta.url);
  return judge.server({ hostProgram });
}
