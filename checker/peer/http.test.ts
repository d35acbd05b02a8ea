import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { CheckFailure } from '../run/failure.ts';
import { HttpPeer, RESPONSE_HINTS, type ResponseExpectation } from './http.ts';
import { converse, failureOf } from './test-judge.ts';

const REQUEST = 'GET /hello HTTP/1.1\r\nHost: x\r\n\r\n';
const hello: ResponseExpectation = { to: 'GET /hello', status: 200, body: 'hello' };

/** A server that answers each piece with the next of these. */
const answering =
  (...answers: string[]) =>
  (socket: Socket): void => {
    socket.on('data', () => {
      const answer = answers.shift();
      if (answer !== undefined) socket.write(answer, 'latin1');
      if (answers.length === 0) socket.end();
    });
  };

const response = (body: string, length = body.length, status = '200 OK'): string =>
  `HTTP/1.1 ${status}\r\nContent-Length: ${length}\r\n\r\n${body}`;

async function http(serve: (socket: Socket) => void): Promise<HttpPeer> {
  const { judge, peer } = await converse(serve);
  return new HttpPeer(judge, peer);
}

/** How the check ends with a server that gives these bytes. */
async function failure(answer: string, expectation: ResponseExpectation = hello): Promise<CheckFailure> {
  const peer = await http(answering(answer));
  return failureOf(peer.ask(REQUEST, expectation).then(() => peer.expectClosed('the response')));
}

describe('a response', () => {
  test('that is right is an observation; the next one begins behind it', async () => {
    const { judge, peer } = await converse(answering(response('hello'), response('other')));
    const client = new HttpPeer(judge, peer);
    await client.ask(REQUEST, hello);
    const second = await client.ask(REQUEST, { to: 'GET /other', status: [200, 404], body: 'other' });
    expect(second.start).toBe(43);
    await client.expectClosed('it');
    expect(judge.observations).toBe(3);
  });

  test('may have interim ones before it', async () => {
    const client = await http(
      answering(`HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 100 \r\n\r\n${response('hello')}`),
    );
    expect(await client.ask(REQUEST, hello)).toMatchObject({ status: 200 });
  });

  test('that is one of several in one piece is taken alone', async () => {
    const client = await http(answering(response('a') + response('b')));
    await client.send(REQUEST + REQUEST, { requests: 2 });
    await client.expectResponse({ ...hello, body: 'a' });
    await client.expectResponse({ ...hello, body: 'b' });
  });

  test('to HEAD ends with its head', async () => {
    const client = await http(answering(response('', 5)));
    await client.ask('HEAD / HTTP/1.1\r\nHost: x\r\n\r\n', { to: 'HEAD /', status: 200, body: '' });
  });

  test.each([
    [
      'status-404',
      response('', 0, '404 Not Found'),
      'the response to GET /hello has the status 404, expected 200',
    ],
    ['body', response('HELLO'), 'the body of the response to GET /hello differs from byte 0 on'],
    ['extra-bytes', response('hello!', 5), 'your server sent 1 byte more behind the response to GET /hello'],
    [
      'length-too-small',
      response('hello', 3),
      'the body of the response to GET /hello differs from byte 3 on',
    ],
    ['body-cut', response('hel'), 'the body of the response to GET /hello differs from byte 3 on'],
    [
      'bare-lf',
      'HTTP/1.1 200 OK\n\n',
      'at byte 15 of the response to GET /hello your server sent a line that ends in LF without CR (RFC 9112 §2.1)',
    ],
    [
      'length-too-large',
      response('hello', 6),
      'your server closed the connection (FIN) before the rest of the body (5 of 6 bytes came) in the response to GET /hello',
    ],
    [
      'no-last-chunk',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
      'your server closed the connection (FIN) before the next chunk, or the last one in the response to GET /hello',
    ],
    ['fin', '', 'your server closed the connection (FIN) before the response to GET /hello'],
  ])('that is wrong: %s', async (symptom, answer, message) => {
    expect(await failure(answer)).toMatchObject({ verdict: 'fail', symptom, message });
  });

  test('whose length counts characters', async () => {
    const body = 'h\u00e9llo';
    const bytes = Buffer.from(body).toString('latin1');
    const seen = await failure(response(bytes, 5), { ...hello, body });
    expect(seen.symptom).toBe('length-in-characters');
  });

  test('to HEAD that has a body is named when the next one is read', async () => {
    const client = await http(answering(response('hello'), response('hello')));
    await client.send('HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n', { requests: 2 });
    await client.expectResponse({ to: 'HEAD /' });
    expect((await failureOf(client.expectResponse(hello))).symptom).toBe('body-for-head');
  });

  test('that is wrong shows where', async () => {
    const { evidence } = await failure('HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n');
    expect(evidence.difference?.at).toBe(15);
    expect(Buffer.from(evidence.difference!.expected.bytes).toString()).toContain('OK\r\nContent');
    expect(evidence.sent?.[0]?.excerpt.totalBytes).toBe(REQUEST.length);
  });

  test('with another status is named by it, not by its framing', async () => {
    const seen = await failure('HTTP/1.1 199 \r\nContent-Length: 0\r\n\r\n', { to: 'GET /a', status: 404 });
    expect(seen.symptom).toBe('status-199');
    expect(seen.evidence.difference).toBeUndefined();
    const interim = await failure('HTTP/1.1 100 \r\nContent-Length: 0\r\n\r\n');
    expect(interim.symptom).toBe('length-without-body');
  });

  test('that comes late and is another one is named', async () => {
    const { judge, peer } = await converse(
      (socket) => {
        socket.once('data', () => setTimeout(() => socket.write(response('', 0, '408 Late')), 1000));
      },
      { patienceMs: 5000 },
    );
    const client = new HttpPeer(judge, peer);
    const seen = await failureOf(client.ask(REQUEST, { ...hello, limitMs: 50 }));
    expect(seen.message).toContain('instead of the response to GET /hello a 408 came');
  });
});

test('bytes that nobody asked for are refused before the next request', async () => {
  const client = await http((socket) => socket.write('HTTP/1.1 408 x\r\n\r\n'));
  await client.tcp.receive(5);
  expect((await failureOf(client.send(REQUEST))).symptom).toBe('unasked');
});

describe('a connection that ends although there is more to ask', () => {
  const closing = (status: string): string =>
    `HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: x, Close\r\n\r\n`;

  test('is named by the response before, where that announced it', async () => {
    const client = await http(answering(closing('404 Not Found')));
    await client.ask(REQUEST, { to: 'GET /nowhere', status: 404 });
    expect(await failureOf(client.ask(REQUEST, hello))).toMatchObject({
      verdict: 'fail',
      symptom: 'close-announced',
      message:
        'the 404 response to GET /nowhere said Connection: close although nobody had asked for it, and the connection ended before the response to GET /hello',
    });
  });

  test('is what the check says it is', async () => {
    const client = await http(answering(closing('200 OK')));
    await client.ask(REQUEST, { to: 'GET /', status: 200 });
    const seen = await failureOf(client.ask(REQUEST, { ...hello, silence: { fin: 'cut-off' } }));
    expect(seen.symptom).toBe('cut-off');
  });

  test('is a plain FIN where nothing was announced', async () => {
    const client = await http(answering(response('hello')));
    await client.ask(REQUEST, hello);
    expect((await failureOf(client.ask(REQUEST, hello))).symptom).toBe('fin');
  });
});

test('a connection that must end and does not is explained', async () => {
  const client = await http((socket) => socket.once('data', () => socket.write(response('hello'))));
  await client.ask(REQUEST, hello);
  const seen = await failureOf(client.expectClosed('the response'));
  expect(seen).toMatchObject({ verdict: 'timeout', symptom: 'not-closed' });
});

test('nothing yet is an observation, something is not', async () => {
  const { judge, peer } = await converse((socket) =>
    socket.once('data', () => socket.write(response('hello'))),
  );
  const client = new HttpPeer(judge, peer);
  client.expectNothingYet('before it was asked', 'too-early');
  expect(judge.observations).toBe(1);
  await client.send(REQUEST);
  await peer.receive(1);
  expect(() => client.expectNothingYet('before it was asked', 'too-early')).toThrow('before it was asked');
});

test('every deviation has a hint', () => {
  const source = readFileSync(new URL('./http-response.ts', import.meta.url), 'utf8');
  const slugs = [...source.matchAll(/#break\(\s*[^,;]+,\s*'([\w.-]+)'/g)].map(([, slug]) => slug);
  expect(slugs.length).toBeGreaterThan(20);
  expect(slugs.filter((slug) => !(slug! in RESPONSE_HINTS))).toEqual([]);
});
