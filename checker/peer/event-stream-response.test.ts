import { expect, test } from 'vitest';
import { EventStreamResponse } from './event-stream-response.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';
const WHOLE = `${HEAD}8\r\ndata: a\n\r\n1;x=y\r\n\n\r\n2\r\n:\n\r\n9\r\ndata: b\n\n\r\n0\r\n\r\n`;

const read = (pieces: Uint8Array[], version: '1.0' | '1.1' = '1.1') => {
  const response = new EventStreamResponse(version);
  for (const piece of pieces) response.receive(piece);
  return response;
};

test('chunks mean nothing, wherever the bytes are cut', () => {
  const bytes = Buffer.from(WHOLE);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const { events, complete, finding, stream } = read([bytes.subarray(0, cut), bytes.subarray(cut)]);
    expect(events.map(({ data }) => data)).toEqual(['a', 'b']);
    expect([complete, finding, stream.comments]).toEqual([true, undefined, 1]);
  }
  expect(read([...bytes].map((byte) => Uint8Array.of(byte))).events).toHaveLength(2);
});

test('without chunks, up to the end', () => {
  const { head, events } = read(
    [Buffer.from('HTTP/1.1 200 \r\nA: b\r\n\r\ndata: a\n'), Buffer.from('\n')],
    '1.0',
  );
  expect(head!.framing).toBe('close');
  expect(events).toHaveLength(1);
});

test('an error is whole by its length', () => {
  const { whole, head } = read([Buffer.from('HTTP/1.1 404 \r\nContent-Length: 2\r\n\r\nno')]);
  expect([whole?.status, head]).toEqual([404, undefined]);
});

test('wrong chunks are found, with their place', () => {
  const slugOf = (body: string) => {
    const { finding } = read([...Buffer.from(HEAD + body)].map((byte) => Uint8Array.of(byte)));
    return [finding?.slug, (finding?.offset ?? 0) - HEAD.length];
  };
  expect(slugOf('3\r\nabcd\r\n')).toEqual(['chunk-end', 6]);
  expect(slugOf('x\r\n')).toEqual(['chunk-size', 0]);
  expect(slugOf('3\nabc')[0]).toBe('bare-lf');
  expect(slugOf('0\r\n\r\nHTTP')[0]).toBe('extra-bytes');
});
