/** Step 4: endings. */

import { sleep } from '../../drive/waiting.ts';
import { untilStalled } from '../../peer/stall.ts';
import { connect } from '../../peer/tcp.ts';
import type { Check } from '../../run/check.ts';
import { ECHO_SYMPTOMS } from './echo.ts';

/** A reset or a lost client has its effect on the server within this time. */
const SETTLE_MS = 60;

export const endings: Check[] = [
  {
    id: 'lab-01/half-close',
    step: 4,
    title: 'a client that has ended its side still gets everything back',
    rule: 'README, step 4',
    quote:
      'A client may end its side (FIN) right after its last byte: it still gets everything back, then your FIN.',
    level: 'lab',
    needs: ['lab-01/echo-first'],
    hints: {
      'lost-after-fin':
        'The client ended its side, and the rest of its echo was lost. By default Node ends your side as soon as the client ends its own: look up allowHalfOpen.',
      'never-ended':
        'All bytes came, but your FIN did not. With allowHalfOpen on, nobody ends your side but you: on the end event.',
      otherwise: 'On the end event, end your side after everything has been written; not earlier, not never.',
    },
    async run(judge) {
      const server = await judge.server();
      // More than the server can hand to its kernel while the client does not read.
      const bytes = judge.drawBulk('block', 6 * 1024 * 1024);
      const client = await connect(judge, server, { reading: false });
      const sent = client.pump(bytes).then(() => client.end());
      await untilStalled(client);
      judge.trace.judge('', 'begins to read');
      client.startReading();
      await client.expect({
        bytes,
        what: 'the echo',
        symptoms: ECHO_SYMPTOMS.filter(({ slug }) => slug !== 'cut-short'),
        silence: { fin: 'lost-after-fin', reset: 'lost-after-fin', waiting: 'lost-after-fin' },
      });
      await sent;
      await client.expectFin('the echo', { waiting: 'never-ended' });
    },
  },
  {
    id: 'lab-01/half-close-short',
    step: 4,
    title: 'a few bytes and FIN at once: the echo comes, then FIN',
    rule: 'README, step 4',
    quote:
      'A client may end its side (FIN) right after its last byte: it still gets everything back, then your FIN.',
    level: 'lab',
    needs: ['lab-01/echo-first'],
    hints: {
      'lost-after-fin':
        'The FIN came right behind the bytes, and the echo was never sent. If the echo waits for something (a timer, a promise), your side must stay open until it is out: look up allowHalfOpen.',
      'never-ended':
        'The echo came, but your FIN did not. With allowHalfOpen on, nobody ends your side but you: on the end event.',
      otherwise: 'On the end event, end your side after everything has been written; not earlier, not never.',
    },
    async run(judge) {
      const server = await judge.server();
      const word = Buffer.from(judge.draw('word', (random) => random.letters(5)));
      const client = await connect(judge, server);
      await client.send(word);
      client.end();
      await client.expect({
        bytes: word,
        what: 'the echo',
        symptoms: ECHO_SYMPTOMS,
        silence: { fin: 'lost-after-fin', reset: 'lost-after-fin' },
      });
      await client.expectFin('the echo', { waiting: 'never-ended' });
    },
  },
  {
    id: 'lab-01/reset',
    step: 4,
    title: 'a client that resets mid-transfer does not end the server',
    rule: 'README, step 4',
    quote: 'A client that resets its connection, or vanishes, ends that connection and nothing else.',
    level: 'lab',
    needs: ['lab-01/reverse-order'],
    hints: {
      crashed:
        'The reset arrived as an error event on that socket. An error event that nobody listens to ends a Node program: give every socket a listener.',
      refused:
        'After one client was cut off, the server took no more clients. Losing one connection is no reason to stop listening.',
      fin: 'When one client was cut off, another was closed with it. Each connection ends by itself.',
      reset: 'When one client was cut off, another was closed with it. Each connection ends by itself.',
      otherwise: 'Losing one client must leave the others as they were.',
    },
    async run(judge) {
      const server = await judge.server();
      const bystander = await connect(judge, server, { lane: 'B' });
      const victim = await connect(judge, server, { lane: 'A', reading: false });
      void victim.pump(judge.drawBulk('block', 1024 * 1024));
      await untilStalled(victim);
      victim.reset();
      await sleep(SETTLE_MS);
      const word = Buffer.from(judge.draw('word', (random) => random.letters(7)));
      await bystander.send(word);
      await bystander.expect({
        bytes: word,
        what: 'the echo to client B, who was there before',
        symptoms: ECHO_SYMPTOMS,
      });
      const next = await connect(judge, server, { lane: 'C' });
      await next.send(word);
      await next.expect({
        bytes: word,
        what: 'the echo to client C, who came after',
        symptoms: ECHO_SYMPTOMS,
      });
    },
  },
  {
    id: 'lab-01/gone-at-once',
    step: 4,
    title: 'clients that are gone before they are served do not end the server',
    rule: 'README, step 4',
    quote: 'A client that resets its connection, or vanishes, ends that connection and nothing else.',
    level: 'lab',
    needs: ['lab-01/echo-first'],
    hints: {
      crashed:
        'The client was gone before your function saw it. Then the socket has no remote address any more (it is undefined), and reading or writing gives an error event.',
      refused:
        'After some clients had vanished, the server took no more. Losing a connection is no reason to stop listening.',
      otherwise:
        'Expect any client to be gone at any moment, also in the very function that is called for it.',
    },
    async run(judge) {
      const server = await judge.server();
      for (let round = 0; round < 10; round += 1) {
        const lane = `${round}`;
        const client = await connect(judge, server, { lane, reading: false });
        if (round % 2 === 0) client.reset();
        else {
          void client.pump(Buffer.from('gone'));
          client.vanish();
        }
      }
      await sleep(SETTLE_MS);
      const word = Buffer.from(judge.draw('word', (random) => random.letters(7)));
      const next = await connect(judge, server, { lane: 'next' });
      await next.send(word);
      await next.expect({ bytes: word, what: 'the echo to the next client', symptoms: ECHO_SYMPTOMS });
    },
  },
];
