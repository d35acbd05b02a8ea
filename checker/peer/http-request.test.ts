import { expect, test } from 'vitest';
import { readRequest } from './http-request.ts';

const read = (text: string, from = 0) => readRequest(Buffer.from(text, 'latin1'), from);
const GET = 'GET /a?b=1 HTTP/1.1\r\nhost: x\r\nX-A:\t two words \r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello';
const CHUNKED = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';

test('a request is read', () => {
  expect(read(GET)).toMatchObject({
    kind: 'complete',
    request: { method: 'GET', target: '/a?b=1', version: '1.1', start: 0, end: GET.length },
  });
  const reading = read(GET);
  if (reading.kind !== 'complete') throw new Error(reading.kind);
  expect(reading.request.fields.map(({ name, value }) => [name, value])).toEqual([
    ['host', 'x'],
    ['X-A', 'two words'],
  ]);
});

test.each([
  ['with a length', POST],
  ['in chunks', `${CHUNKED}2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nA: b\r\n\r\n`],
])('with a body %s', (_how, text) => {
  const reading = read(text);
  if (reading.kind !== 'complete') throw new Error(JSON.stringify(reading));
  expect(Buffer.from(reading.request.body).toString()).toBe('hello');
  expect(reading.request.end).toBe(text.length);
});

test('one behind the other', () => {
  expect(read(POST + GET, POST.length)).toMatchObject({ request: { method: 'GET', start: POST.length } });
});

test('at every cut it is partial, never broken', () => {
  for (const text of [GET, POST, `${CHUNKED}2\r\nhe\r\n0\r\n\r\n`]) {
    for (let cut = 0; cut < text.length; cut += 1) expect(read(text.slice(0, cut)).kind).toBe('partial');
  }
});

const AT_X = 'GET / HTTP/1.1\r\n'.length;

test.each([
  ['request-line', 'GET  / HTTP/1.1\r\n', 0],
  ['request-line', 'GET /\r\n', 0],
  ['request-line', 'GET /a b HTTP/1.1\r\n', 0],
  ['request-version', 'GET / HTTP/2\r\n', 6],
  ['request-target', 'GET index HTTP/1.1\r\n', 4],
  ['request-target', 'GET /#a HTTP/1.1\r\n', 4],
  ['bare-lf', 'GET / HTTP/1.1\nHost: x\n\n', 14],
  ['bare-cr', 'GET / HTT\rP/1.1\r\n', 9],
  ['no-host', 'GET / HTTP/1.1\r\nA: b\r\n\r\n', AT_X + 6],
  ['host-twice', 'GET / HTTP/1.1\r\nHost: x\r\nhost: x\r\n\r\n', AT_X + 9],
  ['obs-fold', 'GET / HTTP/1.1\r\n Host: x\r\n', AT_X],
  ['no-colon', 'GET / HTTP/1.1\r\nHost\r\n', AT_X],
  ['space-before-colon', 'GET / HTTP/1.1\r\nHost : x\r\n', AT_X + 4],
  ['field-name', 'GET / HTTP/1.1\r\nHo st: x\r\n', AT_X],
  ['control-character', 'GET / HTTP/1.1\r\nHost: \0\r\n', AT_X + 6],
  ['length-invalid', POST.replace(': 5', ': five'), 26],
  ['length-twice', POST.replace('Host', 'Content-Length: 5\r\nHost'), 45],
  ['length-and-chunked', POST.replace('Host', 'Transfer-Encoding: chunked\r\nHost'), 54],
  ['unknown-coding', CHUNKED.replace('chunked', 'gzip'), 26],
  ['chunk-size', `${CHUNKED}x\r\n`, CHUNKED.length],
  ['chunk-end', `${CHUNKED}1\r\nabc`, CHUNKED.length + 4],
])('%s is found at its byte: %j', (slug, text, offset) => {
  expect(read(text)).toMatchObject({ kind: 'broken', finding: { slug, offset } });
});

test('HTTP/1.0 needs no Host; a line without an end is given up', () => {
  expect(read('GET / HTTP/1.0\r\n\r\n').kind).toBe('complete');
  expect(read(`GET /${'a'.repeat(70_000)}`)).toMatchObject({ finding: { slug: 'endless-line' } });
});
