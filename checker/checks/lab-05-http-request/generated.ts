/** Steps 6 and 7: requests drawn from the seed, good ones and such with one mistake. */
import type { Arbitrary } from 'fast-check';
import { expectGenerated, type Row } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { message } from './messages.ts';
import { body, type Expected, type ExpectedField, end, failure, latin1, reads, someOf } from './reading.ts';
import { HINTS, PARSER } from './symptoms.ts';

type FastCheck = typeof import('fast-check');

export const generated: Check[] = [
  {
    id: 'lab-05/generated-requests',
    step: 6,
    title: 'generated requests are read as they were made',
    rule: 'README, step 6',
    quote: 'The next request begins at the byte behind the last one, behind a body too.',
    level: 'lab',
    needs: [
      'lab-05/pipelined-bodies',
      'lab-05/trailers',
      'lab-05/chunk-extensions',
      'lab-05/field-white-space',
      'lab-05/target-forms',
      'lab-05/version',
      'lab-05/obs-text',
      'lab-05/field-value',
      'lab-05/field-name',
      'lab-05/length-value',
      'lab-05/chunked-name',
      'lab-05/chunked-bytes',
      'lab-05/body-bytes',
      'lab-05/empty-lines',
    ],
    hints: {
      ...HINTS,
      otherwise:
        'The input was drawn, and then made as small as it can be while it still fails: everything in it matters. Take it into your example.test.ts and follow it byte by byte.',
    },
    async run(judge) {
      await expectGenerated(judge, PARSER, {
        what: 'generated requests',
        runs: 24,
        arbitrary: (fc) => fc.array(madeRequest(fc), { minLength: 1, maxLength: 4 }),
        rowOf: (made) => ({
          name: made.length === 1 ? 'a generated request' : `${made.length} generated requests`,
          bytes: made.map(bytesOf).join(''),
          accepts: [reads(...made.map(expectedOf))],
        }),
      });
    },
  },
  {
    id: 'lab-05/generated-mistakes',
    step: 7,
    title: 'generated requests with one mistake are refused',
    rule: 'README, step 6',
    quote:
      'When a good request is followed by a bad one, the events of the good one come first, then `failed`.',
    level: 'lab',
    needs: [
      'lab-05/generated-requests',
      'lab-05/space-before-colon',
      'lab-05/length-conflict',
      'lab-05/host-once',
      'lab-05/control-characters',
      'lab-05/length-invalid',
      'lab-05/final-coding',
      'lab-05/request-line-spaces',
      'lab-05/field-name',
    ],
    hints: {
      ...HINTS,
      otherwise:
        'One mistake was put into a good request, at a place that was drawn; each kind has a check of its own in step 7. What is different here: the size, the case, the request before it?',
    },
    async run(judge) {
      await expectGenerated(judge, PARSER, {
        what: 'generated mistakes',
        runs: 24,
        arbitrary: (fc) =>
          fc.tuple(
            fc.array(madeRequest(fc), { maxLength: 2 }),
            madeRequest(fc),
            fc.constantFrom(...MISTAKES),
            fc.nat(1000),
          ),
        rowOf: ([before, made, mistake, drawn]) => mistakenRow(before, made, mistake, drawn),
      });
    },
  },
];

interface MadeField {
  name: string;
  value: string;
  before: string;
  behind: string;
}

interface MadeRequest {
  emptyLine: boolean;
  method: string;
  target: string;
  version: '1.1' | '1.2';
  hostName: string;
  fields: MadeField[];
  /** Undefined for no body. */
  length?: { name: string; zeros: number; data: string };
  chunked?: { name: string; coding: string; chunks: MadeChunk[]; last: string; trailers: MadeField[] };
}

interface MadeChunk {
  data: string;
  zeros: number;
  capitals: boolean;
  extension: string;
}

function madeRequest(fc: FastCheck): Arbitrary<MadeRequest> {
  const name = fc.stringMatching(/^[A-Za-z!#$%&'*+.^_`|~0-9-]{1,6}$/).map((text) => `X-${text}`);
  const white = fc.constantFrom('', ' ', '  ', '\t', ' \t');
  const value = fc.constantFrom(
    '',
    'a',
    'a b',
    'a:b',
    '"x, y"',
    'caf\xe9',
    'a \t z',
    'close',
    'chunked',
    '0',
  );
  const field = fc.record({ name, value, before: white, behind: white });
  const fields = fc.array(field, { maxLength: 3 });
  const data = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.constantFrom('\r\n', '\r\n\r\n', '0\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n', '\n', '\r'),
  );
  const chunk = fc.record({
    data,
    zeros: fc.nat(2),
    capitals: fc.boolean(),
    extension: fc.constantFrom('', ';a', ';a=b', ' ; a = "b;c"', ';a="\\"";b'),
  });
  const head = {
    emptyLine: fc.boolean(),
    method: fc.constantFrom('GET', 'POST', 'PUT', 'get', 'X-M'),
    target: fc.constantFrom('/', '/a', '/a?b=c', '//x/../y', '/%20', 'http://h/a'),
    version: fc.constantFrom('1.1' as const, '1.1' as const, '1.2' as const),
    hostName: fc.constantFrom('Host', 'host', 'HOST'),
    fields,
  };
  return fc.oneof(
    fc.record(head),
    fc.record({
      ...head,
      length: fc.record({
        name: fc.constantFrom('Content-Length', 'content-length'),
        zeros: fc.nat(2),
        data,
      }),
    }),
    fc.record({
      ...head,
      chunked: fc.record({
        name: fc.constantFrom('Transfer-Encoding', 'transfer-encoding'),
        coding: fc.constantFrom('chunked', 'Chunked'),
        chunks: fc.array(chunk, { maxLength: 3 }),
        last: fc.constantFrom('0', '00', '0;a=b'),
        trailers: fc.array(field, { maxLength: 2 }),
      }),
    }),
  );
}

/** The field lines of a head, the framing first: whatever follows it must not change it. */
function linesOf({ hostName, fields, length, chunked }: MadeRequest): MadeField[] {
  const plain = (name: string, value: string): MadeField => ({ name, value, before: ' ', behind: '' });
  return [
    plain(hostName, 'h'),
    ...(length === undefined ? [] : [plain(length.name, `${'0'.repeat(length.zeros)}${length.data.length}`)]),
    ...(chunked === undefined ? [] : [plain(chunked.name, chunked.coding)]),
    ...fields,
  ];
}

function lineOf({ name, value, before, behind }: MadeField): string {
  return `${name}:${before}${value}${behind}`;
}

function requestLineOf({ method, target, version }: MadeRequest): string {
  return `${method} ${target} HTTP/${version}`;
}

function headOf(made: MadeRequest): string {
  return `${made.emptyLine ? '\r\n' : ''}${message(requestLineOf(made), ...linesOf(made).map(lineOf))}`;
}

function chunkOf({ data, zeros, capitals, extension }: MadeChunk): string {
  const size = data.length.toString(16);
  return `${'0'.repeat(zeros)}${capitals ? size.toUpperCase() : size}${extension}\r\n${data}\r\n`;
}

function bytesOf(made: MadeRequest): string {
  const { length, chunked } = made;
  if (chunked === undefined) return headOf(made) + (length?.data ?? '');
  const { chunks, last, trailers } = chunked;
  return `${headOf(made)}${chunks.map(chunkOf).join('')}${message(last, ...trailers.map(lineOf))}`;
}

function dataOf({ length, chunked }: MadeRequest): string {
  return length?.data ?? chunked?.chunks.map(({ data }) => data).join('') ?? '';
}

function headEventOf(made: MadeRequest): Expected {
  return {
    type: 'request',
    method: made.method,
    target: made.target,
    version: '1.1',
    headers: linesOf(made).map(asField),
    body: made.length !== undefined ? 'length' : made.chunked !== undefined ? 'chunked' : 'none',
    keepAlive: true,
  };
}

function expectedOf(made: MadeRequest): Expected[] {
  return [headEventOf(made), body(dataOf(made)), end(...(made.chunked?.trailers ?? []).map(asField))];
}

function asField({ name, value }: MadeField): ExpectedField {
  return [name, value];
}

interface Mistake {
  name: string;
  /** Of the head, unless it is said. */
  statuses: number[];
  spoil: (made: MadeRequest, drawn: number) => string;
  /** The head is right: the mistake is in the chunked body. */
  inChunks?: true;
}

/** The head with one of its lines replaced. */
function withLine(made: MadeRequest, drawn: number, change: (line: string) => string): string {
  const lines = linesOf(made).map(lineOf);
  const at = drawn % lines.length;
  lines[at] = change(lines[at]!);
  return message(requestLineOf(made), ...lines);
}

function withMoreLine(made: MadeRequest, line: string): string {
  return message(requestLineOf(made), ...linesOf(made).map(lineOf), line);
}

function withChunk(made: MadeRequest, drawn: number, change: (chunk: string) => string): string {
  const chunks: MadeChunk[] = made.chunked?.chunks ?? [];
  const parts = (chunks.length > 0 ? chunks : [{ data: 'ab', zeros: 0, capitals: false, extension: '' }]).map(
    chunkOf,
  );
  const at = drawn % parts.length;
  parts[at] = change(parts[at]!);
  return parts.join('');
}

const MISTAKES: Mistake[] = [
  {
    name: 'a space before a colon',
    statuses: [400],
    spoil: (made, drawn) => withLine(made, drawn, (line) => line.replace(':', ' :')),
  },
  {
    name: 'a NUL at the end of a line',
    statuses: [400],
    spoil: (made, drawn) => withLine(made, drawn, (line) => `${line}\0`),
  },
  { name: 'a line without a colon', statuses: [400], spoil: (made) => withMoreLine(made, 'abc') },
  {
    name: 'a name with a space',
    statuses: [400],
    spoil: (made, drawn) => withLine(made, drawn, (line) => `a ${line}`),
  },
  { name: 'a second Host', statuses: [400], spoil: (made) => withMoreLine(made, 'hOst: h') },
  {
    name: 'a length with a sign',
    statuses: [400],
    spoil: (made) => withMoreLine({ ...bare(made) }, 'Content-Length: +2'),
  },
  {
    name: 'two lengths',
    statuses: [400],
    spoil: (made) =>
      withMoreLine(
        { ...bare(made), length: { name: 'content-length', zeros: 0, data: 'abc' } },
        'Content-Length: 4',
      ),
  },
  {
    name: 'a coding behind chunked',
    statuses: [400, 501],
    spoil: (made) => withMoreLine(bare(made), 'Transfer-Encoding: chunked, gzip'),
  },
  {
    name: 'two spaces in the request line',
    statuses: [400, 505],
    spoil: (made) => withMoreLine(made, 'X-A: b').replace(' ', '  '),
  },
  {
    name: 'a chunk size with a sign',
    statuses: [400],
    inChunks: true,
    spoil: (made, drawn) => withChunk(made, drawn, (chunk) => `+${chunk}`),
  },
  {
    name: 'a chunk size with 0x',
    statuses: [400],
    inChunks: true,
    spoil: (made, drawn) => withChunk(made, drawn, (chunk) => `0x${chunk}`),
  },
  {
    name: 'one byte too many in a chunk',
    statuses: [400],
    inChunks: true,
    spoil: (made, drawn) => withChunk(made, drawn, (chunk) => chunk.replace(/\r\n$/, 'x\r\n')),
  },
];

/** The request without a body of its own. */
function bare(made: MadeRequest): MadeRequest {
  const { emptyLine, method, target, version, hostName, fields } = made;
  return { emptyLine, method, target, version, hostName, fields };
}

function mistakenRow(
  before: MadeRequest[],
  made: MadeRequest,
  { name, statuses, spoil, inChunks }: Mistake,
  drawn: number,
): Row {
  const good = before.map(bytesOf).join('');
  const expected = before.flatMap(expectedOf);
  const count =
    before.length === 0
      ? ''
      : ` behind ${before.length} good ${before.length === 1 ? 'request' : 'requests'}`;
  if (inChunks === undefined) {
    return {
      name: `${name}${count}`,
      bytes: good + spoil(made, drawn),
      accepts: [reads(expected, failure(...statuses))],
    };
  }
  const chunks = made.chunked?.chunks ?? [];
  const chunkedMade: MadeRequest = {
    ...bare(made),
    chunked: { name: 'Transfer-Encoding', coding: 'chunked', chunks, last: '0', trailers: [] },
  };
  const data = chunks.length > 0 ? dataOf(chunkedMade) : 'ab';
  return {
    name: `${name}${count}`,
    bytes: `${good}${headOf(chunkedMade)}${spoil(chunkedMade, drawn)}0\r\n\r\n`,
    accepts: [reads(expected, headEventOf(chunkedMade), someOf(latin1(data)), failure(...statuses))],
  };
}
