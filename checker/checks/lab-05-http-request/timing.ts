/** The same events at any cut, each from the call that brought its last byte. */
import { BYTE_BY_BYTE, type Cuts, chunkCount, chunkEnd, WHOLE } from '../../drive/cuts.ts';
import { count, excerpt } from '../../peer/compare.ts';
import { expectRows } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { chunkedPost, refusesChunked } from './chunked.ts';
import { drawWords, get, got, HERE, message, nextGet, post, row } from './messages.ts';
import { describeEvent, end, isBody, latin1, reads, refused, typeOf } from './reading.ts';
import { HINTS, PARSER } from './symptoms.ts';

const LIMIT_MS = 3000;

const IN_TIME =
  'An event comes from the call that brought its last byte: `request` with the last byte of the head, the bytes of a body as they arrive, `end` with the last byte of the request. Nothing is kept until the body is complete.';

const TIME_HINTS = {
  ...HINTS,
  'body-kept':
    'Bytes of a body have arrived, and they are kept. A body may be larger than your memory: hand on what there is, with each call.',
  'request-late':
    'The head is complete, and its `request` has not come. A server must be able to answer before the body is there.',
  otherwise: 'When the last byte of something is there, do not wait for one more.',
};

export const timing: Check[] = [
  {
    id: 'lab-05/any-cut',
    step: 3,
    title: 'the events are the same, wherever the bytes are cut',
    rule: 'README, step 3',
    quote:
      'TCP cuts the bytes anywhere: between CR and LF, within a name, after the first byte. The events are the same (a body may be cut into other `body` events).',
    level: 'lab',
    needs: ['lab-05/simple-request'],
    hints: {
      ...HINTS,
      otherwise:
        'What is not complete is kept, and what is complete is returned; the next byte changes nothing about either.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value, other } = words;
      await expectRows(judge, PARSER, [
        row('a head of four fields', get(words, `Accept: ${value}`, `X-A: ${other}`, `X-B: ${value}`), [
          reads(
            got(words, [
              ['Accept', value],
              ['X-A', other],
              ['X-B', value],
            ]),
            end(),
          ),
        ]),
      ]);
    },
  },
  {
    id: 'lab-05/head-in-time',
    step: 3,
    title: 'request comes with the last byte of the head',
    rule: 'README, the contract',
    quote: IN_TIME,
    level: 'lab',
    needs: ['lab-05/any-cut'],
    hints: TIME_HINTS,
    async run(judge) {
      const words = drawWords(judge);
      const plain = get(words);
      await expectInTime(judge, [
        {
          name: 'a GET request',
          bytes: plain,
          marks: [
            ['request', plain.length],
            ['end', plain.length],
          ],
        },
      ]);
    },
  },
  {
    id: 'lab-05/body-in-time',
    step: 4,
    title: 'the bytes of a body come as they arrive',
    rule: 'README, the contract',
    quote: IN_TIME,
    level: 'lab',
    needs: ['lab-05/head-in-time', 'lab-05/length-body'],
    hints: TIME_HINTS,
    async run(judge) {
      const words = drawWords(judge);
      const head = post(words, 'Content-Length: 4');
      await expectInTime(judge, [
        {
          name: 'a body of 4 bytes',
          bytes: head + words.other,
          marks: [
            ['request', head.length],
            ['end', head.length + 4],
          ],
          body: [1, 2, 3, 4].map((index) => head.length + index),
        },
      ]);
    },
  },
  {
    id: 'lab-05/chunks-in-time',
    step: 5,
    title: 'the data of a chunk comes as it arrives',
    rule: 'README, the contract',
    quote: IN_TIME,
    level: 'lab',
    needs: ['lab-05/head-in-time', 'lab-05/chunked'],
    hints: TIME_HINTS,
    async run(judge) {
      const words = drawWords(judge);
      const head = chunkedPost(words, '');
      await expectInTime(judge, [
        {
          name: 'a chunk of 4 bytes',
          bytes: `${head}4\r\n${words.other}\r\n0\r\n\r\n`,
          marks: [
            ['request', head.length],
            ['end', head.length + 14],
          ],
          body: [4, 5, 6, 7].map((index) => head.length + index),
        },
      ]);
    },
  },
  {
    id: 'lab-05/pipelined-in-time',
    step: 6,
    title: 'a chunk that completes several requests brings them all',
    rule: 'README, step 6',
    quote: 'All events that a chunk completes come from the call that brings it.',
    level: 'lab',
    needs: ['lab-05/pipelined'],
    hints: {
      ...HINTS,
      'request-late':
        'The second request was in this chunk, whole, and it comes from a later call. On a quiet connection there is no later call: go on until nothing is complete any more.',
      otherwise: 'When a request is complete, look at once whether another one is.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const [first, second] = [get(words), nextGet(words)];
      const both = first.length + second.length;
      const marks: Mark[] = [
        ['request', first.length],
        ['end', first.length],
        ['request', both],
        ['end', both],
      ];
      await expectInTime(judge, [
        { name: 'two requests', bytes: first + second, marks },
        { name: 'two requests and half of a third', bytes: first + second + first.slice(0, 9), marks },
      ]);
    },
  },
  {
    id: 'lab-05/mistakes-in-time',
    step: 7,
    title: 'a mistake is told when its section is complete',
    rule: 'README, the contract',
    quote:
      'The mistake is told at the latest when the section that it is in is complete: the head, the chunk-size line, or the trailer section.',
    level: 'lab',
    needs: [
      'lab-05/field-name',
      'lab-05/chunk-size',
      'lab-05/trailers-refused',
      'lab-05/length-invalid',
      'lab-05/chunk-end',
    ],
    hints: {
      ...HINTS,
      otherwise:
        'All bytes of the section are there, the mistake among them, and nothing came. Its client waits for an answer: `failed` comes with that call, not with the end of the stream.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { path, host, other, value } = words;
      const late = { end: false, symptom: 'late' };
      await expectRows(judge, PARSER, [
        row(
          'a head with a bad request line',
          message(`GET ${path}`, `Host: ${host}`),
          [refused(400, 505)],
          late,
        ),
        row('a head with a bad field line', get(words, `X${HERE} A: ${value}`), [refused(400)], late),
        row('a head with a bad length', post(words, `Content-Length: ${HERE}-4`), [refused(400)], late),
        row(
          'a bad chunk-size line',
          chunkedPost(words, `${HERE}x\r\n`),
          [refusesChunked(words, '', 400)],
          late,
        ),
        row(
          'other bytes behind the data of a chunk',
          chunkedPost(words, `4\r\n${other}${HERE}xy`),
          [refusesChunked(words, other, 400)],
          late,
        ),
        row(
          'a bad trailer',
          chunkedPost(words, `0\r\n${HERE}: ${value}\r\n\r\n`),
          [refusesChunked(words, '', 400)],
          late,
        ),
      ]);
    },
  },
];

/** An event, and how many bytes had arrived when it was complete. */
type Mark = readonly [type: 'request' | 'end', after: number];

interface Timed {
  name: string;
  bytes: string;
  /** All events but those of bodies, in order. */
  marks: readonly Mark[];
  /** For each byte of the body, how many bytes had arrived with it. */
  body?: readonly number[];
}

/** Each event must come from the call that brought its last byte, in one piece, byte by byte, and in pieces of 5. */
async function expectInTime(judge: Judge, inputs: readonly Timed[]): Promise<void> {
  const host = await judge.module();
  for (const input of inputs) {
    const bytes = latin1(input.bytes);
    const ways: Cuts[] = [WHOLE, BYTE_BY_BYTE, { everyBytes: 5 }];
    const outcome = await host.feed(
      { className: PARSER.className, bytes, ways, end: false, counted: true },
      LIMIT_MS,
    );
    for (const way of outcome.ways) {
      if (way.kind !== 'ok') judge.failModule(way);
      const calls = eventsOfCalls(way.events, way.counts);
      const late = firstLate(input, way.cuts, calls);
      if (late !== undefined) failLate(judge, input, way.cuts, late);
    }
    judge.observe();
  }
}

interface Late {
  symptom: string;
  /** What is missing. */
  what: string;
  /** How many bytes had arrived by then. */
  after: number;
  /** What the calls had returned by then. */
  came: readonly unknown[];
}

/** The first thing that had not come although its last byte had. */
function firstLate({ bytes, marks, body = [] }: Timed, cuts: Cuts, calls: unknown[][]): Late | undefined {
  for (let call = 0; call < chunkCount(cuts, bytes.length); call += 1) {
    const after = chunkEnd(cuts, call, bytes.length);
    const came = calls.slice(0, call + 1).flat();
    const due = marks.filter(([, complete]) => complete <= after);
    const types = came.map(typeOf).filter((type) => type !== 'body');
    const missing = due.find(([type], index) => types[index] !== type);
    if (missing !== undefined) {
      const symptom = missing[0] === 'request' ? 'request-late' : 'late';
      return { symptom, what: `\`${missing[0]}\``, after, came };
    }
    const bodyDue = body.filter((arrived) => arrived <= after).length;
    const bodyCame = came.filter(isBody).reduce((sum, event) => sum + event.bytes.length, 0);
    if (bodyCame < bodyDue) {
      return { symptom: 'body-kept', what: `byte ${bodyCame + 1} of the body`, after, came };
    }
  }
  return undefined;
}

function failLate(
  judge: Judge,
  { name, bytes }: Timed,
  cuts: Cuts,
  { symptom, what, after, came }: Late,
): never {
  const whole = after === bytes.length && !('everyBytes' in cuts);
  const pieces = 'everyBytes' in cuts ? `, in pieces of ${count(cuts.everyBytes, 'byte')}` : '';
  const events = came.length === 0 ? 'no event' : came.map(describeEvent).join(', ');
  const when = whole
    ? 'the call that brought them all'
    : `the call that brought byte ${after} of ${bytes.length}`;
  judge.fail(`given ${name}${pieces}, ${what} has not come with ${when}`, symptom, {
    sent: [
      {
        label: '',
        excerpt: excerpt(latin1(bytes), 0, 512),
        cuts: whole ? [] : [after],
        focus: after - 1,
      },
    ],
    accepted: [`${what} by then`],
    actual: `${events} by then`,
  });
}

/** Split the list of all events by the call that returned them. */
function eventsOfCalls(events: readonly unknown[], counts: readonly number[]): unknown[][] {
  let from = 0;
  return Array.from(counts, (number) => {
    from += number;
    return events.slice(from - number, from);
  });
}
