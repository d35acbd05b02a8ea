import { expect, test } from 'vitest';
import { EventStreamReader, readEvents } from './event-stream.ts';

const brief = (text: string | Uint8Array) =>
  readEvents(typeof text === 'string' ? Buffer.from(text) : text).events.map(({ type, data, id }) => [
    type,
    data,
    id,
  ]);

test('the examples of §9.2.6', () => {
  expect(brief('data: YHOO\ndata: +2\ndata: 10\n\n')).toEqual([['message', 'YHOO\n+2\n10', '']]);
  expect(
    brief(': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n'),
  ).toEqual([
    ['message', 'first event', '1'],
    ['message', 'second event', ''],
    ['message', ' third event', ''],
  ]);
  expect(brief('data\n\ndata\ndata\n\ndata:')).toEqual([
    ['message', '', ''],
    ['message', '\n', ''],
  ]);
  expect(brief('data:test\n\ndata: test\n\n')).toEqual([
    ['message', 'test', ''],
    ['message', 'test', ''],
  ]);
  expect(brief('event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n')).toEqual([
    ['add', '73857293', ''],
    ['remove', '2153', ''],
  ]);
});

test('lines end with LF, CR or CRLF, mixed, and a byte order mark counts once', () => {
  expect(brief('\ufeffdata: a\rdata: b\r\ndata: c\n\r\ndata: d\r\r')).toEqual([
    ['message', 'a\nb\nc', ''],
    ['message', 'd', ''],
  ]);
  expect(brief('\ufeff\ufeffdata: a\n\n')).toEqual([]);
  expect(brief('data: a\n\n\ufeffdata: b\n\n')).toEqual([['message', 'a', '']]);
});

test('the same at every cut, with the same places', () => {
  const bytes = Buffer.from('\ufeff:x\r\nevent: é\r\nid: 7\r\ndata: 🙂\r\ndata\r\n\r\nid\rdata: x\r\r:\n');
  const whole = readEvents(bytes).events;
  expect(whole.map(({ data }) => data)).toEqual(['🙂\n', 'x']);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const reader = new EventStreamReader();
    const events = [...reader.receive(bytes.subarray(0, cut)), ...reader.receive(bytes.subarray(cut))];
    expect(events, `cut at ${cut}`).toEqual(whole);
    expect(reader.comments).toBe(2);
  }
  const reader = new EventStreamReader();
  expect([...bytes].flatMap((byte) => reader.receive(Uint8Array.of(byte)))).toEqual(whole);
});

test('an event knows its place', () => {
  const [event] = readEvents(Buffer.from(':\n\nid: 1\ndata: é\n\n:')).events;
  expect([event!.start, event!.end]).toEqual([3, 19]);
});

test('no event without data; the id counts, the type does not', () => {
  const { events, reader } = readEvents(Buffer.from('id: 7\nevent: add\n\ndata: x\n\n'));
  expect(events.map(({ type, id }) => [type, id])).toEqual([['message', '7']]);
  expect(reader.remarks.map(({ kind }) => kind)).toEqual(['no-data']);
});

test('an id is set by the empty line, not before it', () => {
  const { reader } = readEvents(Buffer.from('id: 7\ndata: x\n'));
  expect(reader.lastEventId).toBe('');
  expect(reader.undispatchedData).toBe('x');
  expect(reader.receive(Buffer.from('\n')).map(({ id }) => id)).toEqual(['7']);
});

test('fields are compared with their case, and only one space is taken away', () => {
  expect(brief('Data: x\n\n data: x\n\ndata : x\n\n')).toEqual([]);
  expect(brief('data:   x \nevent:  a\n\n')).toEqual([[' a', '  x ', '']]);
});

test('id with NUL and retry that is no number are ignored, and remarked', () => {
  const { events, reader } = readEvents(
    Buffer.from('retry: 10\nid: 1\n\nretry: -1\nid: a\0\nsecond\ndata: x\0\n\n'),
  );
  expect(events.map(({ id, data }) => [id, data])).toEqual([['1', 'x\0']]);
  expect(reader.retry).toBe(10);
  expect(reader.remarks.map(({ kind, offset }) => [kind, offset])).toEqual([
    ['retry-not-digits', 17],
    ['nul-in-id', 27],
    ['unknown-field', 34],
  ]);
});

test('what is no UTF-8 becomes U+FFFD', () => {
  const { events, reader } = readEvents(Buffer.from('data: \xe9t\xe9\n\n', 'latin1'));
  expect(events[0]!.data).toBe('\ufffdt\ufffd');
  expect(reader.remarks[0]!.kind).toBe('invalid-utf8');
});

test('an unfinished line can be looked at', () => {
  const { reader } = readEvents(Buffer.from('data: a\ndata:wel'));
  expect([reader.unfinishedLine, reader.undispatchedData]).toEqual(['data:wel', 'a']);
});
