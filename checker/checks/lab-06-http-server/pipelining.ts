/** Step 3: pipelining. */
import { HttpPeer } from '../../peer/http.ts';
import { untilStalled } from '../../peer/stall.ts';
import type { Check } from '../../run/check.ts';
import { expectGrowthWithin, MIB, memoryOf } from '../memory.ts';
import { chunkedEcho, HELLO, hello, helloRequest, hints, request } from './requests.ts';

const IN_ORDER =
  'Answers leave in the order of the requests, although the first is slow and the others are not. None is dropped, however many requests one segment carries, and whether they have bodies or not.';

const HINTS = hints({
  'wrong-order':
    'The answer to a later request came first. Whose turn is it? Keep what is ready until all those before it have left.',
  waiting:
    'Not every request of the segment was answered. One data event may bring many requests: how many events did the parser return, and what became of each?',
  fin: 'The connection ended while answers were still due.',
  body: 'The bodies of two answers were mixed up. Only the answer whose turn it is may write to the socket.',
  otherwise:
    'Keep a queue of answers for each connection; the first one writes, the others wait for their turn.',
});

/** Requests that are asked at once must take that much; far above what a server needs that heeds backpressure. */
const GROWTH_BYTES = 64 * MIB;
const ECHO_BYTES = MIB / 2;
const ECHOES = 200;

export const pipelining: Check[] = [
  {
    id: 'lab-06/pipelined-two',
    step: 3,
    title: 'two requests in one segment, the first one slow: answers in order',
    rule: 'README, step 3',
    quote: IN_ORDER,
    level: 'lab',
    needs: ['lab-06/reuse', 'lab-06/slow'],
    hints: HINTS,
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      const ms = judge.draw('ms', (random) => random.integer(60, 90));
      await client.send(Buffer.concat([request(`GET /slow?ms=${ms}`), helloRequest()]), { requests: 2 });
      await client.expectResponse({
        to: `GET /slow?ms=${ms}, the first of two`,
        status: 200,
        body: `waited ${ms} ms\n`,
        symptoms: [{ slug: 'wrong-order', when: ({ body }) => Buffer.from(body).toString() === HELLO }],
      });
      await client.expectResponse({ ...hello, to: 'GET /hello, the second of two' });
    },
  },
  {
    id: 'lab-06/pipelined-twenty',
    step: 3,
    title: 'twenty requests in one segment, with and without bodies',
    rule: 'README, step 3',
    quote: IN_ORDER,
    level: 'lab',
    needs: ['lab-06/pipelined-two', 'lab-06/echo'],
    hints: HINTS,
    async run(judge) {
      const client = await HttpPeer.connect(judge, await judge.server());
      const kinds = judge.draw('kinds', (random) => [
        'slow',
        ...random.shuffle(
          Array.from({ length: 19 }, (_, index) => ['get', 'echo', 'chunked', 'status', 'slow'][index % 5]!),
        ),
      ]);
      const words = judge.draw('words', (random) => kinds.map(() => random.letters(random.integer(1, 30))));
      const exchanges = kinds.map((kind, index) => exchangeOf(kind, words[index]!, index));
      await client.send(Buffer.concat(exchanges.map(({ bytes }) => bytes)), { requests: exchanges.length });
      for (const [index, { to, status, body }] of exchanges.entries()) {
        const later = exchanges.slice(index + 1).map((exchange) => exchange.body);
        await client.expectResponse({
          to: `${to}, number ${index + 1} of 20`,
          status,
          body,
          symptoms: [
            { slug: 'wrong-order', when: (answer) => later.includes(Buffer.from(answer.body).toString()) },
          ],
        });
      }
    },
  },
  {
    id: 'lab-06/pipelined-unread',
    step: 3,
    program: 'own',
    title: 'a client that sends requests and reads no answers does not fill the memory',
    rule: 'README, step 3',
    quote:
      'While it does, the memory of your server stays within 64 MiB of its level before, and when it reads at last, every answer comes.',
    level: 'lab',
    needs: ['lab-06/pipelined-twenty', 'lab-06/upload'],
    hints: hints({
      'memory-grows':
        'Your server goes on reading requests while the answers before them cannot leave, and keeps everything. When too much waits for the client, stop reading from it: pause the socket.',
      'not-reading':
        'The client reads again and your server does not. What resumes the socket once the answers have left?',
      'write-blocked':
        'The client reads again and your server does not. What resumes the socket once the answers have left?',
      waiting:
        'Some of the answers never came. What was paused, and what resumes it once the answers have left?',
      otherwise: 'Bound what waits on one connection: pause reading above it, resume below it.',
    }),
    async run(judge) {
      const server = await judge.startServer();
      const body = judge.drawBulk('body', ECHO_BYTES);
      const first = await HttpPeer.connect(judge, server, { lane: 'A' });
      for (let round = 0; round < 8; round += 1)
        await first.ask(request('POST /echo', { body }), { to: 'POST /echo', status: 200, body });
      const level = memoryOf(server);
      const deaf = await HttpPeer.connect(judge, server, { lane: 'B', reading: false });
      const one = request('POST /echo', { body });
      let asked = 0;
      let enough = false;
      const asking = async (): Promise<void> => {
        while (asked < ECHOES && !enough) {
          asked += 1;
          await deaf.pump(one, 1);
        }
      };
      void asking();
      await expectGrowthWithin(judge, server, {
        level,
        bound: GROWTH_BYTES,
        stalled: (each) => untilStalled(deaf.tcp, each),
        symptom: 'memory-grows',
        what: 'a client sent requests to /echo and read no answer',
        evidence: () => deaf.evidence([`at most ${GROWTH_BYTES / MIB} MiB more memory than before`], ''),
      });
      judge.trace.judge('B', 'begins to read');
      enough = true;
      deaf.tcp.startReading();
      for (let number = 1; number <= asked; number += 1) {
        await deaf.expectResponse({
          to: `POST /echo, number ${number} on this connection`,
          status: 200,
          body,
        });
      }
    },
  },
];

function exchangeOf(
  kind: string,
  word: string,
  index: number,
): { bytes: Uint8Array; to: string; status: number; body: string } {
  switch (kind) {
    case 'get':
      return { bytes: helloRequest(), to: 'GET /hello', status: 200, body: HELLO };
    case 'echo':
      return { bytes: request('POST /echo', { body: word }), to: 'POST /echo', status: 200, body: word };
    case 'chunked':
      return {
        bytes: chunkedEcho(Buffer.from(word), [1]),
        to: 'POST /echo, chunked',
        status: 200,
        body: word,
      };
    case 'status':
      return {
        bytes: request(`GET /status/${420 + index}`),
        to: `GET /status/${420 + index}`,
        status: 420 + index,
        body: `status ${420 + index}\n`,
      };
    default: {
      const ms = 1 + ((index * 7) % 20);
      return {
        bytes: request(`GET /slow?ms=${ms}`),
        to: `GET /slow?ms=${ms}`,
        status: 200,
        body: `waited ${ms} ms\n`,
      };
    }
  }
}
