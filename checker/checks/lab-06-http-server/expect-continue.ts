/** Step 6: Expect: 100-continue. */
import { HttpPeer } from '../../peer/http.ts';
import type { Check } from '../../run/check.ts';

import { hello, helloRequest, hints, request } from './requests.ts';

const HINTS = hints({
  'no-continue':
    'The client holds the body back until it gets HTTP/1.1 100 Continue, and your server waits for the body: both wait. When does it learn that the handler wants to read?',
  'late-continue':
    'A 100 came when nothing was left to wait for. It is for a body that has not come yet, and never behind the final answer.',
  'waits-for-body':
    'The route needs no body, and the answer waits for it all the same. The client waits too.',
  'unasked-continue':
    'This request did not ask for a 100, or its body is not read. Then the final answer is all there is.',
  'wrong-order':
    'The 100 came before the answer to an earlier request. It is a part of this response, and waits for its turn like the rest.',
  'status-417': '100-continue is known, in any case of letters. Compare it without its case.',
  'length-without-body':
    'A 100 is a status line and an empty line. Only the final response says how long its body is.',
  otherwise:
    'Send the 100 when the handler begins to read the body, the client asked for it, and none of the body has come.',
});

const FIRST =
  'When your handler begins to read a body that was announced with `Expect: 100-continue`, and none of it has come yet, `HTTP/1.1 100 Continue` and an empty line go out first; the final response follows when the body has come.';

export const expectContinue: Check[] = [
  {
    id: 'lab-06/continue',
    step: 6,
    title: 'a client that asks first gets 100, then sends the body, then gets the answer',
    rule: 'README, step 6',
    quote: FIRST,
    level: 'lab',
    needs: ['lab-06/echo'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const client = await HttpPeer.connect(judge, server);
      const body = judge.draw('body', (random) => random.bytes(2000));
      for (const value of ['100-continue', '100-Continue']) {
        const to = `POST /echo with Expect: ${value}`;
        await client.send(headOf(body.length, value));
        await expectInterim(client, to);
        await client.send(body, { requests: 0, cuts: [1, 900] });
        await client.expectResponse({ to, status: 200, body });
      }
      const word = judge.draw('word', (random) => random.letters(20));
      const piped = 'POST /echo, chunked, with Expect: 100-continue';
      const fields: [string, string][] = [
        ['Transfer-Encoding', 'chunked'],
        ['Expect', '100-continue'],
      ];
      await client.send(request('POST /echo', { fields }));
      await expectInterim(client, piped);
      await client.send(`14\r\n${word}\r\n0\r\n\r\n`, { requests: 0 });
      await client.expectResponse({ to: piped, status: 200, body: word });
      await client.ask(helloRequest(), { ...hello, to: 'GET /hello, behind an upload' });
    },
  },
  {
    id: 'lab-06/continue-unread',
    step: 6,
    title: 'a route that does not read the body answers at once, without 100',
    rule: 'README, step 6',
    quote:
      'A route that does not read the body answers at once, and sends no 100. After the final response there is never a 100.',
    level: 'lab',
    needs: ['lab-06/continue'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const length = judge.draw('length', (random) => random.integer(1000, 5000));
      for (const line of ['GET /hello', 'POST /hello', 'PUT /nowhere']) {
        const client = await HttpPeer.connect(judge, server);
        const fields: [string, string][] = [
          ['Content-Length', `${length}`],
          ['Expect', '100-continue'],
        ];
        await client.send(request(line, { fields }));
        const to = `${line} with Expect: 100-continue`;
        const answer = await client.next({
          to,
          method: 'GET',
          silence: { waiting: 'waits-for-body', 'not-reading': 'waits-for-body' },
        });
        if (answer.status < 200) {
          client.fail(
            `${to} was answered with ${answer.status}`,
            'unasked-continue',
            ['the final response'],
            answer,
          );
        }
        judge.observe();
        // The client sends the body all the same; the connection may be closed by then.
        await client.send(Buffer.concat([Buffer.alloc(length, 0x61), helloRequest()]));
        await client.tcp.settle(() => client.tcp.rest().length > 0);
        if (client.tcp.rest().length === 0 && client.tcp.ended !== undefined) continue;
        const behind = await client.next({ ...hello, to: `GET /hello, behind ${to}` });
        if (behind.status < 200) {
          const message = `a ${behind.status} came behind the final response to ${to}`;
          client.fail(message, 'late-continue', ['the response to GET /hello'], behind);
        }
      }
    },
  },
  {
    id: 'lab-06/continue-body-is-there',
    step: 6,
    title: 'a body that comes without waiting: never a 100 behind the answer',
    rule: 'README, step 6',
    quote: 'After the final response there is never a 100.',
    level: 'lab',
    needs: ['lab-06/continue'],
    hints: HINTS,
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      const body = judge.draw('body', (random) => random.bytes(50));
      const whole = Buffer.concat([headOf(body.length), body]);
      for (let round = 0; round < 3; round += 1) {
        const to = 'POST /echo with Expect: 100-continue and its body in one segment';
        await client.ask(whole, { to, status: 200, body });
        await client.send(helloRequest());
        const next = await client.next({ ...hello, to: `GET /hello, behind ${to}` });
        if (next.status < 200) {
          const message = 'a 100 came behind the final response';
          client.fail(message, 'late-continue', ['the response to GET /hello'], next);
        }
      }
    },
  },
  {
    id: 'lab-06/continue-http-1-0',
    step: 6,
    title: 'to an HTTP/1.0 client no 100 is sent',
    rule: 'RFC 9110 §10.1.1',
    quote:
      'A server that receives a 100-continue expectation in an HTTP/1.0 request MUST ignore that expectation.',
    level: 'MUST',
    needs: ['lab-06/continue', 'lab-06/http-1-0'],
    hints: HINTS,
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      const body = judge.draw('body', (random) => random.bytes(50));
      const head = headOf(body.length, '100-continue', '1.0');
      await client.send(Buffer.concat([head, body]), { cuts: [head.length] });
      const to = 'POST /echo HTTP/1.0 with Expect: 100-continue';
      const asked = { to, version: '1.0' as const };
      const answer = await client.next(asked);
      if (answer.status < 200) {
        const message = `a ${answer.status} came to a client of HTTP/1.0`;
        client.fail(message, 'unasked-continue', ['the final response, and nothing before it'], answer);
      }
      if (answer.status !== 200 || !Buffer.from(answer.body).equals(body)) {
        client.fail(
          `the response to ${to} is not the echo`,
          'otherwise',
          ['a 200 response with the body'],
          answer,
        );
      }
      judge.observe();
    },
  },
  {
    id: 'lab-06/continue-in-turn',
    step: 6,
    title: 'on a pipelined connection the 100 waits for its turn',
    rule: 'README, step 6',
    quote: 'On a pipelined connection the 100 comes behind the responses to the requests before.',
    level: 'lab',
    needs: ['lab-06/continue', 'lab-06/pipelined-two'],
    hints: HINTS,
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      const body = judge.draw('body', (random) => random.bytes(50));
      await client.send(Buffer.concat([request('GET /slow?ms=60'), headOf(body.length)]), { requests: 2 });
      const first = await client.next({ to: 'GET /slow?ms=60' });
      if (first.status < 200) {
        const message = 'a 100 came before the response to the request before it';
        client.fail(message, 'wrong-order', ['the response to GET /slow'], first);
      }
      const to = 'POST /echo with Expect: 100-continue, the second of two';
      await expectInterim(client, to);
      await client.send(body, { requests: 0 });
      await client.expectResponse({ to, status: 200, body });
    },
  },
  {
    id: 'lab-06/expectation-failed',
    step: 6,
    title: 'another expectation is answered with 417',
    rule: 'README, step 6',
    quote: 'An expectation other than `100-continue` is answered with 417.',
    level: 'lab',
    needs: ['lab-06/hello'],
    hints: hints({
      'status-200': 'The client expects something that your server does not know, and it was not told so.',
      otherwise: 'Look at Expect before the handler is called.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      const word = judge.draw('word', (random) => random.letters(6));
      const to = `GET /hello with Expect: ${word}`;
      await client.ask(helloRequest({ fields: [['Expect', word]] }), { to, status: 417 });
    },
  },
];

function headOf(length: number, value = '100-continue', version: '1.0' | '1.1' = '1.1'): Uint8Array {
  const fields: [string, string][] = [
    ['Content-Length', `${length}`],
    ['Expect', value],
  ];
  return request('POST /echo', { version, fields });
}

/** The client holds the body back: a 100 must come. */
async function expectInterim(client: HttpPeer, to: string): Promise<void> {
  const answer = await client.next({
    to,
    what: `a 100 for ${to}`,
    accepted: ['HTTP/1.1 100 Continue and an empty line'],
    method: 'POST',
    silence: { waiting: 'no-continue', 'not-reading': 'no-continue' },
  });
  if (answer.status !== 100) {
    const message = `${to} was answered with ${answer.status} before its body was sent`;
    client.fail(message, `status-${answer.status}`, ['HTTP/1.1 100 Continue and an empty line'], answer);
  }
}
