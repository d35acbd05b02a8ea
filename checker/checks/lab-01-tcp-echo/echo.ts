/** Step 2: echo exactly the bytes. */
import { firstDifference, type Symptom, throughText } from '../../peer/compare.ts';
import { connect, type TcpPeer } from '../../peer/tcp.ts';
import type { Check } from '../../run/check.ts';
import type { Random } from '../../run/random.ts';

const BULK_BYTES = 4096;
const KNOWN_BY_BYTES = 16;

/** Mistakes that show in the bytes of a wrong echo; the first that fits is named. */
export const ECHO_SYMPTOMS: Symptom[] = [
  {
    slug: 'cut-at-nul',
    when: (actual, sent) => sent.includes(0) && equal(actual, sent.subarray(0, sent.indexOf(0))),
  },
  {
    slug: 'cut-short',
    when: (actual, sent) => actual.length > 0 && actual.length < sent.length && beginsLike(actual, sent),
  },
  { slug: 'text-round-trip', when: (actual, sent) => beginsLike(actual, throughText(sent)) },
  { slug: 'latin1-round-trip', when: (actual, sent) => beginsLike(actual, throughLatin1(sent)) },
  {
    slug: 'ascii-only',
    when: (actual, sent) =>
      beginsLike(
        actual,
        Buffer.from(sent).map((byte) => byte & 0x7f),
      ),
  },
  { slug: 'newline-added', when: (actual, sent) => beginsWithNewline(actual) && !beginsWithNewline(sent) },
  {
    slug: 'changed-text',
    when: (actual, sent) => actual.length > sent.length && Buffer.from(actual).includes(Buffer.from(sent)),
  },
  { slug: 'bytes-lost', when: isOutOfPlace },
  { slug: 'fixed-reply', when: (actual, sent) => actual.length > 0 && firstDifference(actual, sent) === 0 },
];

const HINTS = {
  'bytes-lost':
    'The echo goes on with another part of what was sent: bytes were left out, or came twice. A buffer of a fixed size holds only as much as its size; the rest is still to be echoed.',
  'newline-added':
    'A newline came that nobody had sent. Send nothing but what came; nc shows it well enough.',
  unasked: 'Your server speaks before it was asked. The echo is all that a client may get.',
  'text-round-trip':
    'EF BF BD in the echo is U+FFFD: somewhere the bytes were made into text and back. Keep the Buffer as it is.',
  'latin1-round-trip':
    'Each byte from 0x80 on came back as two. The bytes were read as Latin-1 text and written as UTF-8. Keep the Buffer as it is.',
  'ascii-only': 'The top bit of each byte is gone: the bytes were read as ASCII. Keep the Buffer as it is.',
  'cut-at-nul':
    'The echo ends where a zero byte was. In a protocol on bytes the length says where the end is, never a zero.',
  'changed-text':
    'Your echo has all of the bytes and some more. Send nothing but what came: no prefix, no newline, no greeting.',
  'cut-short':
    'Only the beginning came back. One read is not all that was sent: keep on reading and echoing until the client ends.',
  'fixed-reply': 'The answer has nothing to do with what was sent. An echo sends back what arrived.',
  fin: 'The server ended the connection after its first answer. Only the client decides when it is over.',
  crashed:
    'The program ended while a client was there. Its last lines on stderr, if it had any, say why. If it had none: what calls process.exit, or what kept the program alive and is gone?',
  waiting:
    'Your server has the bytes and keeps them. Echo each piece as it comes: do not wait for a newline, a certain length or the end.',
  otherwise: 'Write back exactly the value that the data event gave you.',
};

export const echo: Check[] = [
  {
    id: 'lab-01/echo-first',
    step: 2,
    title: 'a few letters come back',
    rule: 'RFC 862',
    quote: 'Once a connection is established any data received is sent back.',
    level: 'lab',
    needs: ['lab-01/listens'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const letters = judge.draw('letters', (random) => random.letters(random.integer(4, 9)));
      const client = await connect(judge, server);
      await client.expectQuiet(20, 'before the client said anything');
      await expectEcho(client, Buffer.from(letters));
    },
  },
  {
    id: 'lab-01/echo-again',
    step: 2,
    title: 'the connection stays open for more',
    rule: 'RFC 862',
    quote: 'This continues until the calling user terminates the connection.',
    level: 'lab',
    needs: ['lab-01/echo-first'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const client = await connect(judge, server);
      for (const message of judge.draw('messages', (random) => [1, 2, 3].map(() => random.letters(6)))) {
        await expectEcho(client, Buffer.from(message));
      }
    },
  },
  {
    id: 'lab-01/echo-binary',
    step: 2,
    title: 'bytes that are no text come back unchanged',
    rule: 'README, step 2',
    quote: 'Send back exactly the bytes that came: NUL, 0xFF and what is no UTF-8 included.',
    level: 'lab',
    needs: ['lab-01/echo-first'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const client = await connect(judge, server);
      for (const [kind, how] of Object.entries(BYTE_CLASSES)) {
        const bytes = judge.draw(kind, how);
        judge.trace.note(kind);
        await expectEcho(client, bytes);
      }
    },
  },
  {
    id: 'lab-01/echo-at-cuts',
    step: 2,
    title: 'a character cut in two arrives whole',
    rule: 'README, step 2',
    quote: 'TCP may cut the bytes anywhere, in the middle of a character too.',
    level: 'lab',
    needs: ['lab-01/echo-first'],
    hints: {
      ...HINTS,
      'text-round-trip':
        'A character of two to four bytes was cut, and each half became U+FFFD (EF BF BD). Bytes that stay bytes cannot break.',
    },
    async run(judge) {
      const server = await judge.server();
      const text = judge.draw('text', (random) =>
        random.shuffle(['né', '€5', 'ж', '日本', '🙂', 'z']).join(''),
      );
      const bytes = Buffer.from(text);
      const client = await connect(judge, server);
      await client.send(bytes, { cuts: cutsInsideCharacters(bytes), echoes: true });
      await client.expect({ bytes, what: 'the echo', symptoms: [CUT_CHARACTER, ...ECHO_SYMPTOMS] });
    },
  },
  {
    id: 'lab-01/echo-8-mib',
    step: 2,
    title: '8 MiB come back whole',
    rule: 'README, step 2',
    quote: 'There is no limit to how much a client may send: one byte or 8 MiB.',
    level: 'lab',
    needs: ['lab-01/echo-first'],
    hints: {
      ...HINTS,
      'never-resumed':
        'Your server stopped reading half way. A paused socket stays paused until somebody resumes it: when does a socket say that there is room again?',
    },
    async run(judge) {
      const server = await judge.server();
      const bytes = judge.drawBulk('block', 8 * 1024 * 1024);
      const client = await connect(judge, server);
      const sent = client.pump(bytes);
      await client.expect({
        bytes,
        what: 'the echo',
        symptoms: ECHO_SYMPTOMS,
        silence: { 'not-reading': 'never-resumed', 'write-blocked': 'never-resumed' },
      });
      await sent;
    },
  },
];

/**
 * Whether what came goes on, where it leaves what was sent, with some other part of that: bytes were left out or came
 * twice. Only in much is a part known by its bytes.
 */
export function isOutOfPlace(actual: Uint8Array, sent: Uint8Array): boolean {
  const at = firstDifference(sent, actual);
  if (at === undefined || sent.length <= BULK_BYTES || actual.length - at < KNOWN_BY_BYTES) return false;
  const part = Buffer.from(actual.subarray(at, at + KNOWN_BY_BYTES));
  return Buffer.from(sent.buffer, sent.byteOffset, sent.length).includes(part);
}

/** Every class occurs in every run; only the values are drawn. */
const BYTE_CLASSES: { [kind: string]: (random: Random) => Uint8Array } = {
  'one byte': (random) => Uint8Array.of(random.integer(1, 127)),
  'zero bytes among letters': (random) => Buffer.from(`${random.letters(3)}\0${random.letters(2)}\0\0`),
  'bytes 0xFF': (random) =>
    Buffer.concat([Buffer.from(random.letters(2)), new Uint8Array(random.integer(1, 4)).fill(0xff)]),
  'a continuation byte without its start': (random) =>
    Buffer.concat([Buffer.from(random.letters(2)), Uint8Array.of(random.integer(0x80, 0xbf))]),
  'an overlong form': () => Uint8Array.of(0xc0, 0xaf),
  'half of a surrogate pair': () => Uint8Array.of(0xed, 0xa0, 0x80),
  'a byte order mark first': (random) => Buffer.from(`\ufeff${random.letters(3)}`),
  'line ends of all kinds': (random) => Buffer.from(`${random.letters(2)}\r\n\n\r${random.letters(2)}\r`),
  'every byte value': (random) =>
    Uint8Array.from(random.shuffle(Array.from({ length: 256 }, (_, value) => value))),
};

/** Each half of the character became U+FFFD. */
const CUT_CHARACTER: Symptom = {
  slug: 'text-round-trip',
  when: (actual) => Buffer.from(actual).includes('\ufffd'),
};

async function expectEcho(client: TcpPeer, bytes: Uint8Array): Promise<void> {
  await client.send(bytes);
  await client.expect({ bytes, what: 'the echo', symptoms: ECHO_SYMPTOMS });
}

/** Offsets before each continuation byte (10xxxxxx), so that no character stays whole. */
function cutsInsideCharacters(bytes: Uint8Array): number[] {
  return [...bytes.keys()].filter((at) => (bytes[at]! & 0b1100_0000) === 0b1000_0000);
}

function throughLatin1(bytes: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(bytes).toString('latin1'));
}

function beginsWithNewline(bytes: Uint8Array): boolean {
  return bytes[0] === 0x0a || (bytes[0] === 0x0d && bytes[1] === 0x0a);
}

function beginsLike(actual: Uint8Array, wrong: Uint8Array): boolean {
  return actual.length > 0 && equal(actual, wrong.subarray(0, actual.length));
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
