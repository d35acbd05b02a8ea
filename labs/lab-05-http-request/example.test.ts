/**
 * Visible tests of lab 05. Run them with `npm run example lab-05`, and add your own.
 */
import { expect, test } from 'vitest';
import { type HttpEvent, RequestParser } from './parser.ts';

test('a request without a body', () => {
  expect(eventsOf('GET /hello?name=x HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\n\r\n')).toEqual([
    {
      type: 'request',
      method: 'GET',
      target: '/hello?name=x',
      version: '1.1',
      headers: [
        ['Host', 'example.com'],
        ['Accept', '*/*'],
      ],
      body: 'none',
      keepAlive: true,
    },
    { type: 'end', trailers: [] },
  ]);
});

test('the same events byte by byte', () => {
  const request = 'GET / HTTP/1.1\r\nHost: example.com\r\n\r\n';
  expect(eventsOf(request, 1)).toEqual(eventsOf(request));
});

test('a body as long as Content-Length says, and the next request behind it', () => {
  const events = eventsOf(
    'POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\nHost: x\r\n\r\n',
  );
  expect(events.map(({ type }) => type)).toEqual(['request', 'body', 'end', 'request', 'end']);
  expect(textOf(events)).toBe('hello');
});

test('a chunked body', () => {
  const events = eventsOf(
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\nDone: yes\r\n\r\n',
  );
  expect(textOf(events)).toBe('hello world');
  expect(events.at(-1)).toEqual({ type: 'end', trailers: [['Done', 'yes']] });
});

test('a space before the colon is refused', () => {
  expect(eventsOf('GET / HTTP/1.1\r\nHost : x\r\n\r\n')).toMatchObject([{ type: 'failed', status: 400 }]);
});

/** What a parser makes of a request (Latin-1: a character is a byte) that arrives in pieces of so many bytes. */
function eventsOf(request: string, pieceBytes = request.length): HttpEvent[] {
  const parser = new RequestParser();
  const bytes = Uint8Array.from(request, (character) => character.charCodeAt(0));
  const events: HttpEvent[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    events.push(...parser.receive(bytes.subarray(at, at + pieceBytes)));
  }
  return [...events, ...parser.end()];
}

/** The bytes of all `body` events, as text. */
function textOf(events: HttpEvent[]): string {
  return events.map((event) => (event.type === 'body' ? new TextDecoder().decode(event.bytes) : '')).join('');
}
