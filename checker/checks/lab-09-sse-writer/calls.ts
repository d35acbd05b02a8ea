/** Calls of the functions that write, read by the judge's own reader. */
import { excerpt } from '../../peer/compare.ts';
import { describeEvent, EventStreamReader, type Remark } from '../../peer/event-stream.ts';
import type { Judge } from '../../run/judge.ts';
import type { Evidence } from '../../run/result.ts';

const LIMIT_MS = 2000;

export interface Block {
  event?: string;
  id?: string;
  retry?: number;
  data?: string;
}

/** What a reader makes of the bytes. */
export interface Expected {
  /** All that is dispatched; `id` is the reader's last event id then. */
  events: { type: string; data: string; id: string }[];
  /** Afterwards. */
  lastEventId?: string;
  retry?: number;
}

export const CALL_HINTS = {
  'not-bytes': 'The function returns a Uint8Array. A Buffer is one; a text is none, nor is a promise.',
  empty:
    'Not a single byte came back. What does the README show for one event, line by line? Write that as a text first, then encode it.',
  'no-line-end':
    'The last line has no end, so its reader waits for the rest of it, and then for the empty line. Each line ends with LF, the empty one behind the last as well.',
  'no-empty-line':
    'All lines are there, and the event is not dispatched: the reader waits for the next line of it. An event ends with an empty line, a second line end in a row.',
  'data-on-one-line':
    'A line begins with no field that a reader knows, so the reader throws it away. The data has a line end in it: each of its lines needs a data field of its own.',
  'undefined-written':
    'A member that is left out came out as the text "undefined". It writes no line at all.',
  'no-data-line':
    'There is no data line in these bytes, so nothing is dispatched. Is an empty text no text in your condition? Data that is there, and be it empty, has a line.',
  'event-without-data':
    'Without data no event is dispatched, and here one was. Where does the data line come from?',
  leak: 'Something of one block came into the next. What ends a block that has no data?',
  'space-lost':
    'A reader takes one space away behind the colon, and so a space of the value is gone. What must you write, so that all of the value is left?',
  trimmed: 'White space at the ends of the text is gone. It is a part of it, line ends too.',
  latin1: 'The bytes are no UTF-8. An event stream is always UTF-8.',
  'crlf-twice': 'CRLF is one line end, and here it came out as two.',
  quoted: 'The text came out in quotes, as JSON. Data is the text itself; whoever wants JSON gives JSON.',
  'colon-lines-lost':
    'A line of the data that begins with a colon is gone. It is a line like any other: behind data: nobody takes it for a comment.',
  'nul-lost': 'NUL is a character of the text like any other, in data and in event.',
  'id-not-set':
    'The reader has another last event id than it should. An empty id is an id, too: with it the reader forgets the one before.',
  'retry-not-written': 'The reader learned another time to wait. retry is digits, and 0 is a number as well.',
  type: 'The event has another type. An empty one is as good as none: the reader takes it for message.',
  injected:
    'A text that somebody chose became a line of its own. It must not be able to end a line: there is no way to write a line end there, so it is refused.',
  'nul-in-id': 'A reader ignores an id with NUL in it, so who writes one has lost it. It is refused.',
  'bad-retry': 'A reader takes nothing but digits for retry, and ignores the line. Refuse such a number.',
  data: 'The data is another one than was given. Look at the bytes in this report, line by line: what does a reader make of each (§9.2.6)?',
  'byte-order-mark':
    'A byte order mark stands before a field name. A reader takes one away at the very beginning of the stream and nowhere else: the line is thrown away.',
  'other-error': 'It is refused with a TypeError.',
  'comment-dispatched':
    'A reader skips a line that begins with a colon, and no other. Each line of the comment needs its colon.',
  'not-a-comment': 'No line of this begins with a colon, so it is no comment.',
};

/** Encode blocks by one call each; a reader of them, one behind the other, must see just this. */
export async function expectRead(judge: Judge, blocks: readonly Block[], expected: Expected): Promise<void> {
  const pieces: Uint8Array[] = [];
  for (const block of blocks) pieces.push(await encode(judge, 'encodeEvent', block));
  const bytes = Buffer.concat(pieces);
  const reader = new EventStreamReader();
  const events = reader.receive(bytes).map(({ type, data, id }) => ({ type, data, id }));
  const evidence: Partial<Evidence> = {
    sent: [],
    accepted: [
      expected.events.length === 0
        ? 'nothing dispatched'
        : expected.events.map(describeEvent).join(', then '),
    ],
    actual: `${JSON.stringify(bytes.toString('utf8').slice(0, 400))}, which dispatches ${
      events.length === 0 ? 'nothing' : events.map(describeEvent).join(', then ').slice(0, 400)
    }`,
  };
  const given = inWords(blocks);
  const fail = (message: string, symptom: string): never =>
    judge.fail(message, symptom, {
      ...evidence,
      sent: [{ label: 'to a reader', excerpt: excerpt(bytes, 0), cuts: [] }],
    });
  const symptom = (fallback: string): string => symptomOf(reader, events, expected, bytes, fallback);
  const at = expected.events.findIndex(
    (event, index) => describeWhole(event) !== describeWhole(events[index]),
  );
  if (at !== -1) {
    const came = events[at];
    const wanted = expected.events[at]!;
    const behind = blocks.length > 1 ? ` (event ${at + 1})` : '';
    if (came === undefined)
      fail(`a reader dispatches nothing for ${given}${behind}`, symptom('no-data-line'));
    else
      fail(`a reader of ${given} dispatches ${describeEvent(came)}${behind}`, symptom(otherOf(wanted, came)));
  }
  if (events.length > expected.events.length) {
    const extra = describeEvent(events[expected.events.length]!);
    fail(`a reader of ${given} dispatches ${extra}`, symptom('event-without-data'));
  }
  if (reader.unfinishedLine !== '' || reader.inBlock)
    fail(`behind ${given} the reader waits for more`, 'no-empty-line');
  if (expected.lastEventId !== undefined && reader.lastEventId !== expected.lastEventId) {
    const [came, wanted] = [reader.lastEventId, expected.lastEventId].map((id) => JSON.stringify(id));
    fail(
      `behind ${given} the last event id of a reader is ${came}, expected ${wanted}`,
      symptom('id-not-set'),
    );
  }
  if (expected.retry !== undefined && reader.retry !== expected.retry)
    fail(
      `behind ${given} a reader waits ${reader.retry ?? 'as long as before'}, expected ${expected.retry} ms`,
      'retry-not-written',
    );
  judge.observe();
}

/** The call must throw a TypeError. */
export async function expectTypeError(judge: Judge, block: Block, symptom: string): Promise<void> {
  const host = await judge.module();
  const outcome = await host.call('encodeEvent', [block], LIMIT_MS);
  const given = inWords([block]);
  const accepted = { sent: [], accepted: ['a TypeError'] };
  if (outcome.kind === 'ok') {
    const { value } = outcome;
    const returned =
      value instanceof Uint8Array ? JSON.stringify(Buffer.from(value).toString()) : String(value);
    judge.fail(`${given} is written`, symptom, { ...accepted, actual: `the bytes of ${returned}` });
  }
  if (outcome.kind !== 'threw') judge.failModule(outcome, accepted);
  if (outcome.error.name !== 'TypeError') {
    const { name, message } = outcome.error;
    judge.fail(`${given} throws ${name === '' ? 'no Error' : name}`, 'other-error', {
      ...accepted,
      actual: `${name}: ${message}`,
    });
  }
  judge.observe();
}

/** The comment must be skipped by a reader, wherever it stands; or be refused, where it has several lines. */
export async function expectComment(judge: Judge, text: string): Promise<void> {
  const host = await judge.module();
  const given = `encodeComment(${JSON.stringify(text)})`;
  const outcome = await host.call('encodeComment', [text], LIMIT_MS);
  if (outcome.kind === 'threw' && outcome.error.name === 'TypeError' && /[\r\n]/.test(text)) {
    judge.observe();
    return;
  }
  if (outcome.kind !== 'ok') judge.failModule(outcome, { accepted: ['bytes that a reader skips'] });
  const comment = bytesOf(judge, outcome.value, given);
  const reader = new EventStreamReader();
  // Before it a block has begun, behind it one goes on: nothing of them may be lost.
  const around = [Buffer.from('id: 1\nevent: before\n'), comment, Buffer.from('data: behind\n\n')];
  const events = reader.receive(Buffer.concat(around));
  const alone = new EventStreamReader();
  const dispatched = alone.receive(comment);
  const shown = JSON.stringify(Buffer.from(comment).toString('utf8').slice(0, 300));
  const evidence = { accepted: ['lines that begin with a colon'], actual: shown };
  // A comment may end a block with an empty line of its own: then what stood before is over.
  const tail = events.at(-1);
  if (alone.comments === 0) judge.fail(`${given} is no comment`, 'not-a-comment', evidence);
  if (
    dispatched.length > 0 ||
    alone.remarks.length > 0 ||
    alone.undispatchedData !== undefined ||
    alone.lastEventId !== ''
  )
    judge.fail(`a reader does not skip all of ${given}`, 'comment-dispatched', evidence);
  if (alone.unfinishedLine !== '') judge.fail(`the line of ${given} has no end`, 'no-line-end', evidence);
  if (events.length !== 1 || tail?.data !== 'behind')
    judge.fail(`behind ${given} an event is read wrongly`, 'comment-dispatched', evidence);
  judge.observe();
}

async function encode(judge: Judge, name: string, block: Block): Promise<Uint8Array> {
  const host = await judge.module();
  const outcome = await host.call(name, [block], LIMIT_MS);
  if (outcome.kind !== 'ok') judge.failModule(outcome, { accepted: ['the bytes of a block'], sent: [] });
  return bytesOf(judge, outcome.value, inWords([block]));
}

function bytesOf(judge: Judge, value: unknown, given: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  const what = value === undefined ? 'nothing' : typeof value === 'string' ? 'a string' : typeof value;
  return judge.fail(`${given} returns ${what}, not a Uint8Array`, 'not-bytes', {
    accepted: ['a Uint8Array'],
  });
}

function inWords(blocks: readonly Block[]): string {
  const shown = blocks.map((block) => {
    const members = Object.entries(block).map(([name, value]) => {
      const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
      return `${name}: ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`;
    });
    return `encodeEvent({${members.length === 0 ? '' : ` ${members.join(', ')} `}})`;
  });
  return shown.length <= 3
    ? shown.join(' and ')
    : `${shown.slice(0, 2).join(', ')} and ${shown.length - 2} more`;
}

function describeWhole(event: Expected['events'][number] | undefined): string {
  return event === undefined ? '' : JSON.stringify([event.type, event.data, event.id]);
}

type Seen = Expected['events'][number];

/** The mistake that shows in the bytes as a whole, where there is one. */
function symptomOf(
  reader: EventStreamReader,
  events: readonly Seen[],
  { events: expected }: Expected,
  bytes: Uint8Array,
  fallback: string,
): string {
  if (bytes.length === 0) return 'empty';
  const remarked = (kind: Remark['kind']): boolean => reader.remarks.some((remark) => remark.kind === kind);
  if (remarked('invalid-utf8')) return 'latin1';
  if (Buffer.from(bytes).includes('undefined')) return 'undefined-written';
  if (reader.unfinishedLine !== '' && events.length < expected.length) return 'no-line-end';
  if (reader.inBlock) return 'no-empty-line';
  if (reader.remarks.some(({ line }) => line.startsWith('\ufeff'))) return 'byte-order-mark';
  if (remarked('unknown-field')) return 'data-on-one-line';
  if (
    events.length < expected.length &&
    events.length > 0 &&
    /\n[a-z]*:?/.test(events.at(-1)!.data) &&
    !remarked('no-data')
  )
    return 'no-empty-line';
  return fallback;
}

/** What is wrong with an event beside the one that is expected. */
function otherOf(expected: Seen, came: Seen): string {
  const texts = [
    [expected.data, came.data],
    [expected.type, came.type],
    [expected.id, came.id],
  ] as const;
  for (const [wanted, is] of texts) {
    if (wanted === is) continue;
    if (is === JSON.stringify(wanted)) return 'quoted';
    if (
      is ===
      wanted
        .split('\n')
        .map((line) => line.replace(/^ /, ''))
        .join('\n')
    )
      return 'space-lost';
    if (
      is ===
      wanted
        .split('\n')
        .filter((line) => !line.startsWith(':'))
        .join('\n')
    )
      return 'colon-lines-lost';
    if (wanted.includes('\0') && is === wanted.replaceAll('\0', '')) return 'nul-lost';
    if (is.trim() === wanted.trim()) return 'trimmed';
    if (is.replaceAll('\n\n', '\n') === wanted.replaceAll('\n\n', '\n')) return 'crlf-twice';
  }
  if (expected.data !== came.data) return 'data';
  return expected.type === came.type ? 'id-not-set' : 'type';
}
