/** Step 3: many clients at once. */
import { count } from '../../peer/compare.ts';
import { connect, type TcpPeer } from '../../peer/tcp.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { ECHO_SYMPTOMS } from './echo.ts';

const HINTS = {
  'one-at-a-time':
    'A client that connected later asked first, and got nothing. A server that finishes with one client before it looks at the next can only serve the queue in order.',
  'others-bytes':
    'Bytes came to a client that had not sent them. What belongs to one client is kept in a place that all share, or is sent to all.',
  'turned-away': 'Some clients were turned away. Is there a limit on how many the server takes?',
  refused: 'Some clients were turned away. Is there a limit on how many the server takes?',
  otherwise: 'Keep what belongs to one client inside of the function that is called for it.',
};

export const manyClients: Check[] = [
  {
    id: 'lab-01/reverse-order',
    step: 3,
    title: 'the last client to connect may ask first',
    rule: 'README, step 3',
    quote: 'Clients are served at the same time: one that says nothing keeps nobody waiting.',
    level: 'lab',
    needs: ['lab-01/echo-first'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const words = judge.draw('words', (random) =>
        ['A', 'B', 'C', 'D', 'E'].map((name) => name + random.letters(6)),
      );
      const clients: [TcpPeer, string][] = [];
      for (const word of words) clients.push([await connect(judge, server, { lane: word[0]! }), word]);
      for (const [client, word] of [...clients].reverse()) {
        await client.send(Buffer.from(word));
        await client.receive(word.length);
        expectNoStray(judge, client, clients);
        await client.expect({
          bytes: Buffer.from(word),
          what: `the echo to client ${client.lane}`,
          symptoms: ECHO_SYMPTOMS,
          silence: { waiting: 'one-at-a-time', 'not-reading': 'one-at-a-time' },
          limitMs: 0,
        });
      }
    },
  },
  {
    id: 'lab-01/two-hundred',
    step: 3,
    title: '200 clients at once each get their own bytes back',
    rule: 'README, step 3',
    quote: 'It serves 200 clients at once, each with its own bytes.',
    level: 'lab',
    needs: ['lab-01/reverse-order'],
    hints: HINTS,
    async run(judge) {
      const server = await judge.server();
      const words = judge.draw('words', (random) =>
        Array.from({ length: 200 }, (_, index) => `${index}:${random.letters(8)}`),
      );
      const clients = await Promise.all(
        words.map((_, index) => connect(judge, server, { lane: `${index}` })),
      );
      const order = judge.draw('order', (random) => random.shuffle(words.map((_, index) => index)));
      for (const index of order) await clients[index]!.send(Buffer.from(words[index]!));
      for (const [index, client] of clients.entries()) {
        await client.expect({
          bytes: Buffer.from(words[index]!),
          what: `the echo to client ${index}`,
          symptoms: [{ slug: 'others-bytes', when: (actual) => actual.length > 0 }],
          silence: { fin: 'turned-away', reset: 'turned-away' },
        });
      }
    },
  },
];

/** What one client sent must not have come to another. */
function expectNoStray(judge: Judge, sender: TcpPeer, clients: [TcpPeer, string][]): void {
  const stray = clients.find(([client]) => client !== sender && client.rest().length > 0);
  if (stray === undefined) return;
  const [{ lane }] = stray;
  judge.fail(`what client ${sender.lane} sent came to client ${lane}`, 'others-bytes', {
    sent: [sender.sentExcerpt()],
    accepted: [`the echo at client ${sender.lane}, and nothing at the others`],
    actual: `${count(stray[0].rest().length, 'byte')} at client ${lane}, who has sent nothing`,
  });
}
