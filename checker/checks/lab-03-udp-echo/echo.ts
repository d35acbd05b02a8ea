/** Step 1: datagrams come back. */
import { firstDifference, type Symptom, throughText } from '../../peer/compare.ts';
import { UdpPeer } from '../../peer/udp.ts';
import type { Check } from '../../run/check.ts';
import type { Random } from '../../run/random.ts';

/** Mistakes that show in the bytes of a wrong echo; `sent` is what should have come back. */
export const ECHO_SYMPTOMS: Symptom[] = [
  {
    slug: 'padded',
    when: (came, sent) => came.length > sent.length && startsLike(sent, came) && isZero(came, sent.length),
  },
  { slug: 'text-round-trip', when: (came, sent) => equal(came, throughText(sent)) },
  {
    slug: 'latin1-round-trip',
    when: (came, sent) => equal(came, Buffer.from(Buffer.from(sent).toString('latin1'))),
  },
  {
    slug: 'cut-at-nul',
    when: (came, sent) => sent.includes(0) && equal(came, sent.subarray(0, sent.indexOf(0))),
  },
  { slug: 'cut-short', when: (came, sent) => came.length < sent.length && startsLike(came, sent) },
  {
    slug: 'changed-text',
    when: (came, sent) =>
      sent.length > 0 && came.length > sent.length && Buffer.from(came).includes(Buffer.from(sent)),
  },
  { slug: 'fixed-reply', when: (came, sent) => came.length > 0 && firstDifference(came, sent) === 0 },
];

const HINTS = {
  padded:
    'What came back is as long as your buffer, not as the datagram. A datagram has a length of its own: send that many bytes and no more.',
  'text-round-trip':
    'EF BF BD in the echo is U+FFFD: somewhere the bytes were made into text and back. Keep the Buffer as it is.',
  'latin1-round-trip':
    'Each byte from 0x80 on came back as two. The bytes were read as Latin-1 text and sent as UTF-8. Keep the Buffer as it is.',
  'cut-at-nul': 'The echo ends where a zero byte was. The length says where a datagram ends, never a zero.',
  'cut-short':
    'Only the beginning came back. What does not fit into the buffer of a receiver is lost for good: a datagram cannot be read in two steps. Up to 65,507 bytes may come at once.',
  'changed-text':
    'Your echo has all of the bytes and some more. Send nothing but what came: no prefix, no newline, no greeting.',
  'fixed-reply': 'The answer has nothing to do with what was sent. An echo sends back what arrived.',
  'other-socket':
    'The answer came from another port than the one that was asked, so the client does not know whose it is. Answer with the very socket that received.',
  'echoed-twice': 'One datagram came back twice. How many times is your listener registered?',
  'no-empty':
    'A datagram without a single byte is a datagram all the same, and was asked for like any other. Its length is no reason to skip it.',
  'waits-for-more':
    'Your server has the datagram and keeps it. Each datagram is complete: there is no newline, no end and no second part to wait for.',
  'first-only':
    'Another client was answered before, this one was not. Each datagram brings the address and port of its own sender: nothing about a client needs to be kept.',
  'not-its-own':
    'This client got what another one had sent. Send each datagram to the address and port that came with it.',
  otherwise: 'Send the value that the message event gave you to the address and port that came with it.',
};

export const echo: Check[] = [
  {
    id: 'lab-03/echo-first',
    step: 1,
    title: 'a datagram of a few letters comes back',
    rule: 'RFC 862',
    quote: 'When a datagram is received, the data from it is sent back in an answering datagram.',
    level: 'lab',
    needs: ['lab-03/binds'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const letters = judge.draw('letters', (random) => random.letters(random.integer(4, 9)));
      const client = await UdpPeer.open(judge, server);
      await client.ask(Buffer.from(letters), ECHOES);
    },
  },
  {
    id: 'lab-03/each-sender',
    step: 1,
    title: 'several clients each get their own datagrams back',
    rule: 'README, step 1',
    quote:
      'Each datagram goes back to the address and port that it came from, however many clients there are.',
    level: 'lab',
    needs: ['lab-03/echo-first'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const words = judge.draw('words', (random) =>
        ['A', 'B', 'C', 'D', 'E'].map((name) => name + random.letters(6)),
      );
      const clients: UdpPeer[] = [];
      for (const word of words) clients.push(await UdpPeer.open(judge, server, word[0]));
      const ofAnother: Symptom = {
        slug: 'not-its-own',
        when: (came, sent) => words.includes(Buffer.from(came).toString()) && !equal(came, sent),
      };
      for (const [index, client] of clients.entries()) await client.send(Buffer.from(words[index]!));
      for (const client of [...clients].reverse()) {
        await client.expectEchoes({
          what: `the echo to client ${client.lane}`,
          symptoms: [ofAnother, ...ECHO_SYMPTOMS],
          silence: { waiting: 'first-only' },
        });
      }
      // Only now can it be seen that nobody got what was meant for another, and that the first is not forgotten.
      await clients[0]!.ask(Buffer.from(words[0]!), { ...ECHOES, symptoms: [ofAnother, ...ECHO_SYMPTOMS] });
      for (const client of clients) await client.expectQuiet(0, [ofAnother]);
    },
  },
  {
    id: 'lab-03/echo-boundaries',
    step: 1,
    title: 'each datagram comes back as one, the empty one too',
    rule: 'README, step 1',
    quote: 'One datagram in, one datagram out: never joined, never split, and an empty one is one too.',
    level: 'lab',
    needs: ['lab-03/echo-first'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const words = judge.draw('words', (random) => [7, 5, 9].map((length) => random.letters(length)));
      const client = await UdpPeer.open(judge, server);
      for (const word of words) await client.send(Buffer.from(word));
      await client.expectEchoes(ECHOES);
      judge.trace.note('an empty datagram');
      await client.ask(new Uint8Array(), { ...ECHOES, silence: { waiting: 'no-empty' } });
      await client.ask(Buffer.from(judge.draw('last', (random) => random.letters(4))), ECHOES);
      await client.expectQuiet(20);
    },
  },
  {
    id: 'lab-03/echo-sizes',
    step: 1,
    title: 'datagrams of every size come back whole',
    rule: 'README, step 1',
    quote:
      'A datagram may have 1 byte, 1,472 bytes, or 65,507, which is the most that UDP carries over IPv4.',
    level: 'lab',
    needs: ['lab-03/echo-first'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const client = await UdpPeer.open(judge, server);
      for (const length of [1, ONE_FRAME_BYTES, MOST_BYTES]) {
        const bytes = judge.drawBulk(`${length}`, length);
        // macOS sends no more than 9,216 bytes at once, unless told otherwise.
        const sent = (await client.send(bytes)) || (await client.send(bytes.subarray(0, MACOS_BYTES)));
        if (!sent) throw new Error(`this system does not send datagrams of ${MACOS_BYTES} bytes`);
        await client.expectEchoes(ECHOES);
      }
    },
  },
  {
    id: 'lab-03/echo-binary',
    step: 1,
    title: 'bytes that are no text come back unchanged',
    rule: 'README, step 1',
    quote: 'Send back exactly the bytes that came: NUL, 0xFF and what is no UTF-8 included.',
    level: 'lab',
    needs: ['lab-03/echo-first'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const client = await UdpPeer.open(judge, server);
      for (const [kind, how] of Object.entries(BYTE_CLASSES)) {
        const bytes = judge.draw(kind, how);
        judge.trace.note(kind);
        await client.ask(bytes, ECHOES);
      }
    },
  },
];

export const ECHOES = { symptoms: ECHO_SYMPTOMS, silence: { waiting: 'waits-for-more' } };

/** What fits into one Ethernet frame: 1,500 bytes without 20 of IPv4 and 8 of UDP. */
const ONE_FRAME_BYTES = 1472;
/** What fits into the 16 bits of IPv4's length, without the same 28. */
const MOST_BYTES = 65_507;
const MACOS_BYTES = 9216;

/** Every class occurs in every run; only the values are drawn. */
const BYTE_CLASSES: { [kind: string]: (random: Random) => Uint8Array } = {
  'zero bytes among letters': (random) => Buffer.from(`${random.letters(3)}\0${random.letters(2)}\0\0`),
  'bytes 0xFF': (random) =>
    Buffer.concat([Buffer.from(random.letters(2)), new Uint8Array(random.integer(1, 4)).fill(0xff)]),
  'half of a character': (random) =>
    Buffer.concat([Buffer.from(random.letters(2)), Buffer.from('é').subarray(0, 1)]),
  'an overlong form': () => Uint8Array.of(0xc0, 0xaf),
  'line ends of all kinds': (random) => Buffer.from(`${random.letters(2)}\r\n\n\r${random.letters(2)}\r\n`),
  'every byte value': (random) =>
    Uint8Array.from(random.shuffle(Array.from({ length: 256 }, (_, value) => value))),
};

function isZero(bytes: Uint8Array, from: number): boolean {
  return bytes.subarray(from).every((byte) => byte === 0);
}

/** Whether `whole` begins with `part`. */
function startsLike(part: Uint8Array, whole: Uint8Array): boolean {
  return equal(part, whole.subarray(0, part.length));
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
