/** The fast parser of lab 05 reads what the plain one reads, at any cut: what either of them gets wrong, both would have to. */
import { expect, test } from 'vitest';
import { RequestParser as FastParser } from '../../../solutions/lab-05-http-request/fast-parser.ts';
import {
  type HttpEvent,
  type Limits,
  RequestParser as PlainParser,
} from '../../../solutions/lab-05-http-request/parser.ts';
import { Random } from '../../run/random.ts';

const STREAMS = 500;
const NO_MISTAKE = 3;

const METHODS = [
  'GET',
  'POST',
  'HEAD',
  'OPTIONS',
  'CONNECT',
  'get',
  '',
  'G T',
  'M'.repeat(64),
  'M'.repeat(65),
];
const TARGETS = [
  '/',
  '/a?b=1',
  '/c',
  '*',
  'http://h/a',
  'h:443',
  '',
  '/\x01',
  '/\xe9',
  '/'.padEnd(8192, 'x'),
];
const VERSIONS = [
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/1.2',
  'HTTP/2.0',
  'HTTP/1',
  'http/1.1',
  'HTTP/1.1 ',
];
const LINE_ENDS = [...new Array<string>(12).fill('\r\n'), '\n', '\r', '\r\r\n', '\r\n\r\n'];
const FIELDS = [
  'Accept: */*',
  'Connection: keep-alive',
  'connection:  Keep-Alive , upgrade\t',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64)',
  'A:1',
  'X-Empty:',
  'X-Spaces: \t ',
  'X-Obs: \xe9\xff ok',
  'X-Tab: a\tb',
  `X-${'Long-'.repeat(10)}: v`,
  'constructor: y',
  'Connection: close',
  'Content-Length: 3',
  'content-length: 5',
  'Content-Length: +1',
  'Content-Length: 99999999999',
  'Transfer-Encoding: chunked',
  'transfer-encoding: gzip, chunked',
  'Transfer-Encoding:',
  'Host: y',
  'Bad Name: x',
  ': x',
  'No colon',
  ' folded',
  'X-Nul: \0',
  'X-Cr: a\rb',
  `X-Big: ${'v'.repeat(8192 - 'X-Big: '.length)}`,
  `X-Big: ${'v'.repeat(8193 - 'X-Big: '.length)}`,
];
const CHUNKS = [
  '3\r\nabc\r\n',
  '00a;x=y\r\n0123456789\r\n',
  '3 ; q="a;b"\r\nabc\r\n',
  '0\r\nT: v\r\n\r\n',
  '3\r\nabcd\r\n',
  '3\nabc\r\n',
  '-1\r\n',
  'FFFFFFFFFFFFFFFF\r\n',
  `0${';x'.repeat(512)}\r\n\r\n`,
  '0\r\nContent-Length: 1\r\n\r\n',
];
const MISTAKES = ['\0', '\r', '\n', ' ', ':', '\t', '\x7f', '\xff', '', '\r\n', ';', ','];
const LIMITS: Partial<Limits>[] = [
  {},
  {},
  { maxHeadBytes: 60 },
  { maxFields: 2, maxFieldLineBytes: 20 },
  { maxMethodBytes: 3, maxTargetBytes: 4 },
  { maxBodyBytes: 10, maxChunkLineBytes: 4 },
  { maxHeadBytes: 30, maxMethodBytes: 40, maxTargetBytes: 50, maxFieldLineBytes: 60 },
  { maxHeadBytes: 2 ** 20, maxFieldLineBytes: 100_000, maxFields: 1000 },
];

test('the fast parser and the plain one return the same events for the same bytes, however they are cut', () => {
  const outcomes = new Set<string>();
  for (let stream = 0; stream < STREAMS; stream += 1) {
    const random = new Random(`parsers-agree-${stream}`);
    const bytes = Buffer.from(streamOf(random), 'latin1');
    const limits = random.pick(LIMITS);
    const expected = eventsOf(new PlainParser(limits), bytes, []);
    outcomes.add(String(expected.at(-1)?.status ?? 'ok'));
    for (const cuts of waysToCut(random, bytes.length)) {
      const actual = eventsOf(new FastParser(limits), bytes, cuts);
      expect(actual, `stream ${stream}, cut at ${cuts.slice(0, 10)}`).toEqual(expected);
    }
  }
  // It would be a poor test whose streams all failed, or all for the same reason.
  expect([...outcomes].sort()).toEqual(
    expect.arrayContaining(['400', '413', '414', '431', '501', '505', 'ok']),
  );
});

function streamOf(random: Random): string {
  let text = '';
  for (let request = random.integer(1, 4); request > 0; request -= 1) text += requestOf(random);
  if (random.integer(0, 1) === 0) text = spoilt(text, random);
  return random.integer(0, 9) === 0 ? text.slice(0, random.integer(0, text.length)) : text;
}

/** Two of three are right, but for a field that may be wrong, so that the ones behind them are reached. */
function requestOf(random: Random): string {
  const right = random.integer(0, 2) > 0;
  const from = (list: readonly string[]): string =>
    right && random.integer(0, 4) > 0 ? random.pick(list.slice(0, NO_MISTAKE)) : random.pick(list);
  const end = (): string => (right ? '\r\n' : random.pick(LINE_ENDS));
  let text = random.integer(0, 11) === 0 ? '\r\n'.repeat(random.integer(0, 10)) : '';
  text += `${from(METHODS)} ${from(TARGETS)} ${from(VERSIONS)}${end()}`;
  if (random.integer(0, 11) > 0) text += random.pick(['Host: x', 'host: [::1]:80', 'HOST: ']) + end();
  const fields = random.integer(0, 40) === 0 ? random.integer(90, 130) : random.integer(0, 5);
  for (let field = 0; field < fields; field += 1) {
    text += random.pick(right && random.integer(0, 4) > 0 ? FIELDS.slice(0, 11) : FIELDS) + end();
  }
  const body = random.integer(0, 2);
  if (body === 0) return `${text}\r\n`;
  const bytes = random.integer(0, 20);
  if (body === 1) return `${text}Content-Length: ${bytes}\r\n\r\n${'b'.repeat(bytes)}`;
  text += 'Transfer-Encoding: chunked\r\n\r\n';
  for (let chunk = random.integer(0, 3); chunk > 0; chunk -= 1) text += from(CHUNKS);
  return `${text}0\r\n\r\n`;
}

function spoilt(text: string, random: Random): string {
  const at = random.integer(0, text.length - 1);
  return text.slice(0, at) + random.pick(MISTAKES) + text.slice(at + random.integer(0, 1));
}

function waysToCut(random: Random, length: number): number[][] {
  const everywhere = Array.from({ length: length - 1 }, (_, index) => index + 1);
  const drawn = () => everywhere.filter(() => random.integer(0, length) < 6);
  return [[], drawn(), drawn(), ...(length < 2000 ? [everywhere] : [])];
}

interface Parser {
  receive(chunk: Uint8Array): HttpEvent[];
  end(): HttpEvent[];
}

interface Seen {
  type: string;
  status?: number;
  text?: string;
}

/** Bodies in one piece; and of a failure its status, for the rest is for people. */
function eventsOf(parser: Parser, bytes: Buffer, cuts: number[]): Seen[] {
  const events: HttpEvent[] = [];
  for (const [index, end] of [...cuts, bytes.length].entries()) {
    const chunk = Buffer.copyBytesFrom(bytes.subarray(cuts[index - 1] ?? 0, end));
    if (chunk.length > 0) events.push(...parser.receive(chunk));
  }
  events.push(...parser.end());
  const seen: Seen[] = [];
  for (const event of events) {
    const last = seen.at(-1);
    if (event.type === 'failed') seen.push({ type: 'failed', status: event.status });
    else if (event.type !== 'body') seen.push(event);
    else if (last?.type === 'body') last.text += latin1(event.bytes);
    else seen.push({ type: 'body', text: latin1(event.bytes) });
  }
  return seen;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
