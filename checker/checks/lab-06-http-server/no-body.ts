/** Step 4: responses without a body. */
import { HttpPeer } from '../../peer/http.ts';
import { announcesClose, fieldValue } from '../../peer/http-response.ts';
import type { Check } from '../../run/check.ts';
import { hello, helloRequest, hints, request } from './requests.ts';

const BEHIND = 'The next response on the same connection begins right behind the empty line.';

export const noBody: Check[] = [
  {
    id: 'lab-06/head',
    step: 4,
    title: 'HEAD is GET without the body',
    rule: 'RFC 9110 §9.3.2',
    quote:
      'The HEAD method is identical to GET except that the server MUST NOT send content in the response.',
    level: 'MUST',
    needs: ['lab-06/reuse'],
    hints: hints({
      'status-405': 'HEAD is served wherever GET is.',
      'status-404': 'HEAD is served wherever GET is.',
      'other-length':
        'The Content-Length of a response to HEAD is the one that GET would have, or is left out.',
      'other-type': 'A response to HEAD has the fields of the GET.',
      otherwise: 'Do all that GET does, and let the one place that writes bodies write none.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      const status = judge.draw('status', (random) => random.integer(400, 499));
      for (const path of ['/hello', '/headers', `/status/${status}`, '/slow?ms=5', '/nowhere']) {
        const got = await client.ask(request(`GET ${path}`), { to: `GET ${path}` });
        const to = `HEAD ${path}`;
        const headed = await client.ask(request(to), { to, status: got.status });
        const accepted = [`the head of the ${got.status} response to GET ${path}, and no body`];
        const [length, other] = [fieldValue(headed, 'Content-Length'), fieldValue(got, 'Content-Length')];
        if (length !== undefined && other !== undefined && Number(length) !== Number(other)) {
          const message = `the response to ${to} has the Content-Length ${length}, and the GET has ${other}`;
          client.fail(message, 'other-length', accepted, headed);
        }
        const [type, otherType] = [fieldValue(headed, 'Content-Type'), fieldValue(got, 'Content-Type')];
        if (type !== otherType && got.status === 200) {
          const message = `the response to ${to} has the Content-Type ${type}, and the GET has ${otherType}`;
          client.fail(message, 'other-type', accepted, headed);
        }
        await client.ask(helloRequest(), { ...hello, to: `GET /hello, behind ${to}` });
      }
      // In one segment nothing but the empty line stands between the two.
      await client.send(Buffer.concat([request('HEAD /hello'), helloRequest()]), { requests: 2 });
      await client.expectResponse({ to: 'HEAD /hello', status: 200 });
      await client.expectResponse({ ...hello, to: 'GET /hello, in one segment with a HEAD' });
    },
  },
  {
    id: 'lab-06/no-content',
    step: 4,
    title: 'a 204 has no body and no field that delimits one',
    rule: 'README, step 4',
    quote: 'A 204 has no body, no `Content-Length` and no `Transfer-Encoding`.',
    level: 'lab',
    needs: ['lab-06/status'],
    hints: hints({
      'extra-bytes': 'A 204 ends at the empty line. What came behind it is taken for the next response.',
      otherwise: 'Before a body is written, look at the status.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      await client.send(Buffer.concat([request('GET /status/204'), helloRequest()]), { requests: 2 });
      await client.expectResponse({ to: 'GET /status/204', status: 204 });
      await client.expectResponse({ ...hello, to: 'GET /hello, behind a 204' });
    },
  },
  {
    id: 'lab-06/reset-content',
    step: 4,
    title: 'a 205 has an empty body',
    rule: 'README, step 4',
    quote: 'A 205 has an empty body.',
    level: 'lab',
    needs: ['lab-06/status'],
    hints: hints({
      body: 'A 205 has no content. Its body is empty: Content-Length: 0.',
      waiting:
        'A 205 is not one of the responses that end at the empty line by themselves. It needs Content-Length: 0, or the client waits for a body.',
      otherwise: 'Say Content-Length: 0, and write nothing.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      const asked = { to: 'GET /status/205', status: 205, body: '' };
      const answer = await client.ask(request('GET /status/205'), asked);
      if (!announcesClose(answer))
        await client.ask(helloRequest(), { ...hello, to: 'GET /hello, behind a 205' });
    },
  },
  {
    id: 'lab-06/not-modified',
    step: 4,
    title: 'a 304 has no body',
    rule: 'README, step 4',
    quote: BEHIND,
    level: 'lab',
    needs: ['lab-06/status'],
    hints: hints({
      'extra-bytes': 'A 304 ends at the empty line, whatever Content-Length says.',
      otherwise: 'Before a body is written, look at the status.',
    }),
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      await client.send(Buffer.concat([request('GET /status/304'), helloRequest()]), { requests: 2 });
      await client.expectResponse({ to: 'GET /status/304', status: 304 });
      await client.expectResponse({ ...hello, to: 'GET /hello, behind a 304' });
    },
  },
];
