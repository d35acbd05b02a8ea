import { describe, expect, test } from 'vitest';
import {
  type Asked,
  announcesClose,
  connectionOptions,
  fieldValue,
  fieldValues,
  type HttpResponse,
  type Reading,
  readResponse,
} from './http-response.ts';

const get: Asked = { method: 'GET' };

function read(text: string, asked: Asked = get, over = false, from = 0): Reading {
  return readResponse(Buffer.from(text, 'latin1'), from, asked, over);
}

function whole(text: string, asked: Asked = get, over = false, from = 0): HttpResponse {
  const reading = read(text, asked, over, from);
  if (reading.kind !== 'complete') throw new Error(JSON.stringify(reading));
  return reading.response;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const HELLO = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

describe('a response is read', () => {
  test('with a length', () => {
    expect(whole(HELLO)).toMatchObject({
      version: '1.1',
      status: 200,
      reason: 'OK',
      framing: 'length',
      start: 0,
      bodyStart: 38,
      end: 43,
    });
    expect(text(whole(HELLO).body)).toBe('hello');
  });

  test('without a reason, with any case, order and white space of fields', () => {
    const response = whole('HTTP/1.1 404 \r\nx-A:1\r\nCONTENT-length: \t0 \t\r\nX-a:  two words \r\n\r\n');
    expect(response.reason).toBe('');
    expect(fieldValues(response, 'X-A')).toEqual(['1', 'two words']);
    expect(fieldValue(response, 'content-length')).toBe('0');
    expect(response.fields.map(({ name, offset }) => [name, offset])).toEqual([
      ['x-A', 15],
      ['CONTENT-length', 22],
      ['X-a', 44],
    ]);
  });

  test('in chunks, with extensions and trailers', () => {
    const response = whole(`${CHUNKED}5;a=b\r\nhello\r\n0A\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n`);
    expect(response.chunks.map(text)).toEqual(['hello', '0123456789']);
    expect(text(response.body)).toBe('hello0123456789');
    expect(response.trailers).toMatchObject([{ name: 'X-Sum', value: '1' }]);
  });

  test('until the end of the connection', () => {
    const head = 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n';
    expect(read(`${head}he`)).toMatchObject({ kind: 'partial' });
    expect(text(whole(`${head}hello`, get, true).body)).toBe('hello');
  });

  test('one behind the other', () => {
    expect(whole(HELLO + HELLO).end).toBe(43);
    expect(whole(HELLO + HELLO, get, false, 43)).toMatchObject({ start: 43, bodyStart: 81, end: 86 });
  });

  test.each([
    ['a HEAD', { method: 'HEAD' }, 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
    ['a HEAD that would be chunked', { method: 'HEAD' }, CHUNKED],
    ['204', get, 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['304', get, 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n'],
    ['100', get, 'HTTP/1.1 100 Continue\r\n\r\n'],
  ])('without a body: %s', (_what, asked, head) => {
    expect(whole(`${head}HTTP/1.1`, asked)).toMatchObject({ framing: 'none', end: head.length });
  });

  test('and its Connection options are known', () => {
    const response = whole('HTTP/1.1 200 OK\r\nConnection: Foo, \tCLOSE\r\nContent-Length: 0\r\n\r\n');
    expect(connectionOptions(response)).toEqual(['foo', 'close']);
    expect(announcesClose(response)).toBe(true);
    expect(announcesClose(whole(HELLO))).toBe(false);
    expect(announcesClose(whole('HTTP/1.0 204 x\r\n\r\n'))).toBe(true);
    expect(announcesClose(whole('HTTP/1.0 204 x\r\nConnection: keep-alive\r\n\r\n'))).toBe(false);
  });
});

test('at every cut it is partial, never broken, and says what has to come', () => {
  for (const response of [HELLO, `${CHUNKED}5;a\r\nhello\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n`]) {
    for (let cut = 0; cut < response.length; cut += 1) {
      const reading = read(response.slice(0, cut));
      expect(reading.kind, `${cut}`).toBe('partial');
    }
    expect(read(response).kind).toBe('complete');
  }
  expect(read('HTTP/1.1 20')).toMatchObject({ awaited: 'the rest of the status line' });
  expect(read(HELLO.slice(0, 40))).toMatchObject({ awaited: 'the rest of the body (2 of 5 bytes came)' });
  expect(read(`${CHUNKED}5\r\nhel`)).toMatchObject({ awaited: 'the rest of a chunk (3 of 5 bytes came)' });
});

/** The caret stands under the byte that the finding is about. */
test.each([
  ['no-status-line', '<p>hello', '^'],
  ['version', 'HTTP/2 200 OK\r\n', '^'],
  ['status-line', 'HTTP/1.1  200 OK\r\n', '         ^'],
  ['status-line', 'HTTP/1.1 200\r\n', '            ^'],
  ['status-line', 'HTTP/1.1 99 Low\r\n', '         ^'],
  ['control-character', 'HTTP/1.1 200 \x01\r\n', '             ^'],
  ['bare-lf', 'HTTP/1.1 200 OK\nA: b\r\n', '               ^'],
  ['bare-lf', 'HTTP/1.1 200 OK\r\nA: b\r\n\n', `${' '.repeat(23)}^`],
  ['bare-cr', 'HTTP/1.1 200 O\rK\r\n', '              ^'],
  ['obs-fold', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n', `${' '.repeat(23)}^`],
  ['no-colon', 'HTTP/1.1 200 OK\r\nHello\r\n', `${' '.repeat(17)}^`],
  ['space-before-colon', 'HTTP/1.1 200 OK\r\nAge : 1\r\n', `${' '.repeat(20)}^`],
  ['field-name', 'HTTP/1.1 200 OK\r\nA B: 1\r\n', `${' '.repeat(17)}^`],
  ['field-name', 'HTTP/1.1 200 OK\r\n: 1\r\n', `${' '.repeat(17)}^`],
  ['control-character', 'HTTP/1.1 200 OK\r\nA: \x00\r\n', `${' '.repeat(20)}^`],
  ['length-twice', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\n', `${' '.repeat(36)}^`],
  ['length-invalid', 'HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n', `${' '.repeat(17)}^`],
  ['length-invalid', 'HTTP/1.1 200 OK\r\nContent-Length: undefined\r\n\r\n', `${' '.repeat(17)}^`],
  ['length-and-chunked', `${CHUNKED.slice(0, -2)}Content-Length: 5\r\n\r\n`, `${' '.repeat(45)}^`],
  ['length-without-body', 'HTTP/1.1 204 x\r\nContent-Length: 0\r\n\r\n', `${' '.repeat(16)}^`],
  ['length-without-body', 'HTTP/1.1 100 x\r\nContent-Length: 0\r\n\r\n', `${' '.repeat(16)}^`],
  ['unknown-coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n', `${' '.repeat(17)}^`],
  ['chunk-size', `${CHUNKED}0x5\r\n`, `${' '.repeat(47)}^`],
  ['chunk-size', `${CHUNKED}hello\r\n`, `${' '.repeat(47)}^`],
  ['chunk-size', `${CHUNKED}\r\n`, `${' '.repeat(47)}^`],
  ['chunk-end', `${CHUNKED}2\r\nhello\r\n`, `${' '.repeat(52)}^`],
  ['chunk-end', `${CHUNKED}5\r\nhello\n0`, `${' '.repeat(55)}^`],
  ['bare-lf', `${CHUNKED}5\nhello`, `${' '.repeat(48)}^`],
])('%s is found at its byte: %j', (slug, response, caret) => {
  const reading = read(response);
  expect(reading).toMatchObject({ kind: 'broken', finding: { slug, offset: caret.length - 1 } });
});

test('chunks to a client of HTTP/1.0 are found', () => {
  const reading = read(CHUNKED, { method: 'GET', version: '1.0' });
  expect(reading).toMatchObject({ kind: 'broken', finding: { slug: 'chunked-to-1.0', offset: 17 } });
});

test('a line without an end is given up', () => {
  expect(read(`HTTP/1.1 200 ${'a'.repeat(70_000)}`)).toMatchObject({ finding: { slug: 'endless-line' } });
});
