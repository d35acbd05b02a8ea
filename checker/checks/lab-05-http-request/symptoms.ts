/** What the judge knows about a `RequestParser`: the mistakes that show in its events, and what to think about each. */
import type { Cuts } from '../../drive/cuts.ts';
import type { Core, CoreSymptom, Row, Seen } from '../../peer/core.ts';
import {
  describeEvent,
  type Expected,
  type ExpectedField,
  fits,
  type HttpReading,
  isBody,
  latin1,
  mergeBodies,
  typeOf,
} from './reading.ts';

/** For every check of the lab; a check's own hint for the same mistake comes first. */
export const HINTS = {
  'no-event':
    'No event came at all. When is a line complete, and which call should then return something? Look at what `receive` returns.',
  'end-missing':
    'The request came, and no `end` behind it. The contract: "It comes once after every `request`, also after one without a body."',
  'unknown-event':
    'There is an event whose `type` is none of `request`, `body`, `end` and `failed`. Those four words are the contract with everybody who uses your parser.',
  'field-shape':
    '`headers` and `trailers` are arrays of pairs, `[["Host", "a"], ["Accept", "b"]]`. An object or a Map has no room for a repeated field, and none for the case of a name.',
  'body-shape':
    'The bytes of a body are a Uint8Array. What made something else of them? A body may be a photograph.',
  'after-failed':
    'Something came after `failed`. Nobody knows where the next request begins once a mistake was found, so the parser must remember that it has failed.',
  'lost-events':
    'What came before the mistake was good, and its events are gone. When a mistake is found, put `failed` behind what is already in the array.',
  'one-event-one-request':
    'In one piece it is right, and cut near its beginning it is not. One call of `receive` is not one request: TCP cuts the bytes anywhere. What is not complete yet has to be kept until the next call.',
  'cut-line-end':
    'The cut is between CR and LF. The two bytes of a line end may come in two calls: what do you remember when the last byte is CR?',
  'first-segment-only':
    'The head is right, and of the body there is only what came in the same piece as the head. Content-Length says how many bytes belong to it: count those that are still to come.',
  cut: 'In one piece it is right, and cut at this place it is not. What do you keep from one call to the next, and what do you look for again when the next bytes come?',
  inconsistent:
    'Both readings are legal, and yours depends on how the bytes were cut. The network must not decide what a request means.',
  'text-body':
    'The body is not what was sent: some bytes became EF BF BD (U+FFFD), or two bytes where there was one. That is what decoding to text does. Keep the bytes of a body as they are.',
  'ows-kept':
    'There is white space at an end of a value. RFC 9112 §5.1: "The field line value does not include that leading or trailing whitespace". There may be none, or several, and HTAB counts too.',
  'trimmed-too-much':
    'Something that belongs to the value was cut off. Only SP and HTAB are white space here; `trim` knows many more, U+00A0 among them.',
  'name-case':
    'The name of a field came in another case than it was sent in. Names are compared without regard to case, and handed on as they came.',
  'method-case': 'The method came in another case than it was sent in. Methods are compared with their case.',
  'split-colon':
    'A value was cut at a colon, or a line without a space behind its colon was not understood. The first colon ends the name, and nothing has to follow it: what do `split` and `indexOf` find here?',
  'utf8-value':
    'A byte from 0x80 in a value has changed. Decoded as UTF-8, two bytes become one character, and some become U+FFFD. The README: "a byte is one character of the string".',
  'fields-merged':
    'There are fewer fields than field lines. A field that is repeated stays two fields, in order.',
  'pipelined-dropped':
    'Only the first request came. The bytes behind it are the next one: what does your parser do with what is left of a chunk when a request is complete?',
  'chunked-ignored':
    'The chunk sizes are in the body, or were read as the next request. Transfer-Encoding says that this body comes in chunks.',
  'trailers-dropped': 'The fields behind the last chunk are missing. They come with `end`, as `trailers`.',
  'keep-alive':
    'All is right but `keepAlive`. Read step 9 again: which version is it, and what does Connection say?',
  'body-kind':
    'All is right but `body`, which says how the end of the body is told: `length`, `chunked` or `none`.',
  'smuggle-first':
    'Two lengths, and yours took the first. Somebody else on the way takes the last, and what is between the two is a hidden request. Which one is right cannot be known.',
  'smuggle-last':
    'Two lengths, and yours took the last. Somebody else on the way takes the first, and what is between the two is a hidden request. Which one is right cannot be known.',
  'other-status':
    'It was refused, with another status than a server would send. The table of step 8, and the refusals of steps 1 and 7, say which.',
  threw:
    'An exception leaves `receive`, and the events before the mistake are lost with it. Whatever the bytes are, the answer is an array; a mistake is the event `failed`.',
  quadratic:
    'Eight times the bytes should cost eight times as much. Joining all that came before with every new piece, or searching it again from its beginning, costs the square. Where does each call begin to look?',
  late: 'The event is right, and it comes from a later call than the one that brought its last byte. Do not wait for more than an event needs.',
};

/** Of all that is legal, what the mistakes are named against: one that takes the request, where there is one. */
function goalOf(row: Row): readonly Expected[] {
  const readings = row.accepts as unknown as readonly HttpReading[];
  const taken = readings.find(({ expected }) => expected.every(({ type }) => type !== 'failed'));
  return (taken ?? readings[0])?.expected ?? [];
}

interface Pair {
  event: { [name: string]: unknown };
  expected: Expected;
  at: number;
}

/** The first event that is not as expected, where both are of one type. */
function firstWrong({ row, events }: Seen): Pair | undefined {
  const goal = goalOf(row);
  const at = goal.findIndex((expected, index) => !fits(events[index], expected));
  const expected = goal[at];
  if (expected === undefined || typeOf(events[at]) !== expected.type) return undefined;
  return { event: events[at] as Pair['event'], expected, at };
}

/** A mistake in the first event that is wrong. */
function inEvent<T extends Expected['type']>(
  slug: keyof typeof HINTS,
  type: T,
  when: (event: Pair['event'], expected: Extract<Expected, { type: T }>, seen: Seen) => boolean,
): CoreSymptom {
  return {
    slug,
    when: (seen) => {
      const wrong = firstWrong(seen);
      return (
        wrong?.expected.type === type &&
        when(wrong.event, wrong.expected as Extract<Expected, { type: T }>, seen)
      );
    },
  };
}

/** A mistake in a field of the first event that is wrong: a request or an end. */
function inField(
  slug: keyof typeof HINTS,
  when: (field: readonly unknown[], expected: ExpectedField) => boolean,
): CoreSymptom {
  return {
    slug,
    when: (seen) => {
      const wrong = firstWrong(seen);
      if (wrong === undefined) return false;
      const { event, expected } = wrong;
      const [actual, fields] =
        expected.type === 'request'
          ? [event.headers, expected.headers]
          : expected.type === 'end'
            ? [event.trailers, expected.trailers]
            : [[], []];
      if (!isListOfPairs(actual)) return false;
      return fields.some(
        (field, at) => actual[at] !== undefined && !isField(actual[at], field) && when(actual[at], field),
      );
    },
  };
}

/** A mistake in a value whose name is right. */
function inValue(slug: keyof typeof HINTS, when: (value: string, expected: string) => boolean): CoreSymptom {
  return inField(
    slug,
    ([name, value], [expectedName, expected]) =>
      name === expectedName &&
      typeof value === 'string' &&
      typeof expected === 'string' &&
      when(value, expected),
  );
}

const SYMPTOMS: CoreSymptom[] = [
  {
    slug: 'no-event',
    when: ({ events, row, wholeHolds }) =>
      events.length === 0 && !wholeHolds && goalOf(row)[0]?.type === 'request',
  },
  { slug: 'unknown-event', when: ({ events }) => events.some((event) => !isKnown(event)) },
  { slug: 'field-shape', when: ({ events }) => events.some(hasWrongFields) },
  {
    slug: 'body-shape',
    when: ({ events }) => events.some((event) => typeOf(event) === 'body' && !isBody(event)),
  },
  {
    slug: 'after-failed',
    // Where the whole was read right, a mistake that is none shows what is made of a piece.
    when: ({ row, events, wholeHolds }) =>
      (!wholeHolds || goalOf(row).at(-1)?.type === 'failed') &&
      events.slice(0, -1).some((event) => typeOf(event) === 'failed'),
  },
  inEvent('text-body', 'body', ({ bytes }, expected) => {
    const replaced = (some: Uint8Array): boolean => Buffer.from(some).includes('\ufffd');
    const came = bytes as Uint8Array;
    return (
      (replaced(came) && !replaced(expected.bytes)) ||
      Buffer.from(Buffer.from(expected.bytes).toString('latin1')).equals(came)
    );
  }),
  { slug: 'lost-events', when: hasOnlyFailed },
  { slug: 'first-segment-only', when: (seen) => seen.wholeHolds && hasEndedEarly(seen) },
  {
    slug: 'cut-line-end',
    when: ({ wholeHolds, cuts, row }) => wholeHolds && isCutInLineEnd(row, cuts),
  },
  {
    slug: 'one-event-one-request',
    when: ({ wholeHolds, cuts, row }) => wholeHolds && isCutInFirstLine(row, cuts),
  },
  {
    slug: 'cut',
    when: ({ wholeHolds }) => wholeHolds,
  },
  inValue('ows-kept', (value, expected) => withoutOws(value) === expected),
  inValue(
    'utf8-value',
    (value, expected) => /[\x80-\xff]/.test(expected) && value === Buffer.from(expected, 'latin1').toString(),
  ),
  inValue('trimmed-too-much', (value, expected) => value !== '' && expected.trim() === value),
  {
    ...inField('name-case', ([name], [expected]) => isSameButCase(name, expected)),
    rule: 'README, step 2: "Names and values keep their case."',
  },
  inField(
    'split-colon',
    ([name, value], [expected]) => value === undefined || String(name).startsWith(`${expected}:`),
  ),
  inValue(
    'split-colon',
    (value, expected) => expected.includes(':') && expected.split(':')[0]!.trim() === value,
  ),
  inEvent(
    'fields-merged',
    'request',
    ({ headers }, expected) =>
      Array.isArray(headers) && headers.length < expected.headers.length && hasRepeats(expected.headers),
  ),
  inEvent(
    'trailers-dropped',
    'end',
    ({ trailers }, expected) =>
      Array.isArray(trailers) && trailers.length === 0 && expected.trailers.length > 0,
  ),
  inEvent('method-case', 'request', ({ method }, expected) => isSameButCase(method, expected.method)),
  inEvent(
    'chunked-ignored',
    'request',
    ({ body }, expected) => expected.body === 'chunked' && body !== 'chunked',
  ),
  inEvent(
    'chunked-ignored',
    'body',
    ({ bytes }, _expected, seen) => isChunked(seen) && isRaw(bytes, seen.row),
  ),
  inEvent('keep-alive', 'request', (event, expected) =>
    fits({ ...event, keepAlive: expected.keepAlive }, expected),
  ),
  inEvent(
    'body-kind',
    'request',
    (event, expected, { row, events }) =>
      fits({ ...event, body: expected.body }, expected) && isRightBehind(goalOf(row), events),
  ),
  { slug: 'end-missing', when: isWithoutEnds },
  { slug: 'pipelined-dropped', when: isFirstRequestOnly },
  { slug: 'smuggle-first', when: (seen) => takesLength(seen, (lengths) => lengths[0]) },
  { slug: 'smuggle-last', when: (seen) => takesLength(seen, (lengths) => lengths.at(-1)) },
  inEvent('other-status', 'failed', () => true),
];

export const PARSER: Core = {
  className: 'RequestParser',
  normalise: mergeBodies,
  describe: describeEvent,
  symptoms: SYMPTOMS,
  symptomOfCut: (row, cuts) =>
    isCutInLineEnd(row, cuts)
      ? 'cut-line-end'
      : isCutInFirstLine(row, cuts)
        ? 'one-event-one-request'
        : 'cut',
};

/** The failure came, and nothing of what was to come before it. */
function hasOnlyFailed({ row, events }: Seen): boolean {
  const goal = goalOf(row);
  return (
    events.length === 1 && typeOf(events[0]) === 'failed' && goal.length > 1 && goal.at(-1)?.type === 'failed'
  );
}

function isKnown(event: unknown): boolean {
  return ['request', 'body', 'end', 'failed'].includes(typeOf(event) as string);
}

function hasWrongFields(event: unknown): boolean {
  const { headers, trailers } = (event ?? {}) as { headers?: unknown; trailers?: unknown };
  if (typeOf(event) === 'request') return !isListOfPairs(headers);
  return typeOf(event) === 'end' && !isListOfPairs(trailers);
}

function isListOfPairs(fields: unknown): fields is [unknown, unknown][] {
  return Array.isArray(fields) && fields.every((field) => Array.isArray(field) && field.length === 2);
}

function isField([name, value]: readonly unknown[], [expectedName, expected]: ExpectedField): boolean {
  return (
    name === expectedName &&
    (typeof expected === 'string' ? value === expected : expected.test(String(value)))
  );
}

function withoutOws(value: string): string {
  return value.replace(/^[ \t]+|[ \t]+$/g, '');
}

function isSameButCase(actual: unknown, expected: string): boolean {
  return typeof actual === 'string' && actual !== expected && actual.toLowerCase() === expected.toLowerCase();
}

function hasRepeats(fields: readonly ExpectedField[]): boolean {
  return new Set(fields.map(([name]) => name.toLowerCase())).size < fields.length;
}

function isCutInLineEnd(row: Row, cuts: Cuts): boolean {
  const bytes = latin1(row.bytes);
  return !('everyBytes' in cuts) && cuts.some((cut) => bytes[cut - 1] === 0x0d && bytes[cut] === 0x0a);
}

function isCutInFirstLine(row: Row, cuts: Cuts): boolean {
  return !('everyBytes' in cuts) && (cuts[0] ?? 0) < latin1(row.bytes).indexOf(0x0a);
}

/** The request came right, and its body stopped before its end. */
function hasEndedEarly({ row, events }: Seen): boolean {
  const [request, body] = goalOf(row);
  if (request?.type !== 'request' || body?.type !== 'body' || !fits(events[0], request)) return false;
  const came = isBody(events[1]) ? events[1].bytes : new Uint8Array();
  return came.length < body.bytes.length && typeOf(events[isBody(events[1]) ? 2 : 1]) === 'end';
}

function isChunked({ row }: Seen): boolean {
  return goalOf(row).some((expected) => expected.type === 'request' && expected.body === 'chunked');
}

/** Whether these bytes stand behind a head just so, sizes and line ends included. */
function isRaw(bytes: unknown, row: Row): boolean {
  const all = Buffer.from(latin1(row.bytes));
  const from = all.indexOf('\r\n\r\n') + 4;
  return bytes instanceof Uint8Array && all.subarray(from, from + bytes.length).equals(bytes);
}

/** Whether all that comes behind the first event is as expected. */
function isRightBehind(goal: readonly Expected[], events: readonly unknown[]): boolean {
  return events.length === goal.length && events.slice(1).every((event, at) => fits(event, goal[at + 1]!));
}

function isWithoutEnds({ row, events }: Seen): boolean {
  const rest = goalOf(row).filter(({ type }) => type !== 'end');
  return (
    rest.length === events.length &&
    rest.length < goalOf(row).length &&
    rest.every((one, at) => fits(events[at], one))
  );
}

function isFirstRequestOnly({ row, events }: Seen): boolean {
  const goal = goalOf(row);
  const [last] = events.slice(-1);
  return (
    events.length < goal.length &&
    (typeOf(last) === 'end' || isBody(last)) &&
    typeOf(goal[events.length]) === 'request' &&
    events.every((event, at) => fits(event, goal[at]!))
  );
}

/** Whether a request was taken that has more than one length, and its body is as long as this one of them. */
function takesLength({ row, events }: Seen, pick: (lengths: number[]) => number | undefined): boolean {
  const text = Buffer.from(latin1(row.bytes)).toString('latin1');
  const lengths = [...text.matchAll(/^content-length:(.*)\r$/gim)].flatMap(([, list]) =>
    list!.split(',').map(Number),
  );
  if (new Set(lengths).size < 2 || typeOf(events[0]) !== 'request') return false;
  return (isBody(events[1]) ? events[1].bytes.length : 0) === pick(lengths);
}
