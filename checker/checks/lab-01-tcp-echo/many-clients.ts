/** Step 3: many clients at once. */
import { connect, type TcpPeer } from '../../peer/tcp.ts';
import type { Check } from '../../run/check.ts';
import { ECHO_SYMPTOMS } from './echo.ts';

const HINTS = {
  waiting:
    'The client that connected last asked first, and got nothing. A server that finishes with one client before it looks at the next can only serve the queue in order.',
  'not-reading':
    'The bytes of this client lie in its socket, unread. Does your server look at one client at a time?',
  'different-bytes':
    'This client got bytes that are not its own. What it sent is kept in a place that all clients share.',
  'extra-bytes':
    'This client got bytes that others sent. An echo goes to the client that it came from, to nobody else.',
  'fixed-reply':
    'This client got bytes that are not its own. An echo goes to the client that it came from, to nobody else.',
  refused: 'Some clients were turned away. Is there a limit on how many the server takes?',
  fin: 'This client was turned away. Is there a limit on how many the server takes?',
  reset: 'This client was turned away. Is there a limit on how many the server takes?',
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
        await client.expect({
          bytes: Buffer.from(word),
          what: `the echo to client ${client.lane}`,
          symptoms: ECHO_SYMPTOMS,
        });
      }
      // Only now can it be seen that nobody got what was meant for another.
      for (const [client] of clients) await client.expectQuiet(0, 'that another client had sent');
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
          symptoms: ECHO_SYMPTOMS,
        });
      }
    },
  },
];
