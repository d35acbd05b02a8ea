/** Step 5: backpressure. */

import { sleep } from '../../drive/waiting.ts';
import { count } from '../../peer/compare.ts';
import { untilStalled } from '../../peer/stall.ts';
import { connect } from '../../peer/tcp.ts';
import type { Check } from '../../run/check.ts';
import { ECHO_SYMPTOMS, isOutOfPlace } from './echo.ts';

const MIB = 1024 * 1024;
/** README: at most this much above the level after an 8 MiB echo. */
const GROWTH_BYTES = 32 * MIB;
const PAUSE_MS = 150;

export const backpressure: Check[] = [
  {
    id: 'lab-01/stalled-client-memory',
    step: 5,
    program: 'own',
    title: 'a client that reads nothing stalls; it does not fill the memory',
    rule: 'README, step 5',
    quote:
      'While a client that sends 64 MiB reads nothing, the memory of your server stays within 32 MiB of its level after an 8 MiB echo.',
    level: 'lab',
    needs: ['lab-01/echo-first'],
    hints: {
      'write-ignored':
        'Your server went on reading although nothing it wrote could leave, so everything is kept in memory. Look at what write returns, and pause the socket when it says so.',
      otherwise: 'Stop reading from a client while what you wrote to it has not left.',
    },
    async run(judge) {
      const server = await judge.startServer();
      const warmUp = judge.drawBulk('warm-up', 8 * MIB);
      const first = await connect(judge, server, { lane: 'A' });
      void first.pump(warmUp);
      await first.expect({ bytes: warmUp, what: 'the echo to client A', symptoms: ECHO_SYMPTOMS });
      first.end();
      await first.over();
      const level = server.program.usage()?.residentBytes ?? 0;

      const bytes = judge.drawBulk('block', 64 * MIB);
      const stalled = await connect(judge, server, { lane: 'B', reading: false });
      void stalled.pump(bytes);
      const memory = (): number => server.program.usage()?.residentBytes ?? 0;
      let peak = 0;
      await untilStalled(stalled, () => {
        peak = Math.max(peak, memory());
      });
      await sleep(PAUSE_MS);
      peak = Math.max(peak, memory());
      const taken = stalled.sentBytes;
      const growth = Math.max(0, peak - level);
      judge.trace.note(
        `the client's writes stalled after ${count(taken, 'byte')}; memory grew by ${mib(growth)} (from ${mib(level)})`,
      );
      const evidence = {
        sent: [stalled.sentExcerpt()],
        accepted: [`at most ${mib(GROWTH_BYTES)} more memory than after the 8 MiB echo`],
        actual: `${mib(growth)} more, and ${mib(taken)} of 64 MiB taken from a client that reads nothing`,
      };
      if (server.program.exit !== undefined) {
        judge.crash(
          `your server ended (${server.program.describeExit()}) while a client read nothing`,
          'crashed',
          server.program,
          evidence,
        );
      }
      if (growth > GROWTH_BYTES || taken === bytes.length) {
        judge.fail(
          `memory grew by ${mib(growth)} while a client read nothing; your server took ${mib(taken)} from it`,
          'write-ignored',
          evidence,
        );
      }
      judge.observe();
    },
  },
  {
    id: 'lab-01/stalled-client-resumes',
    step: 5,
    program: 'own',
    title: 'when the client reads again, every byte arrives; others are served meanwhile',
    rule: 'README, step 5',
    quote: 'Other clients are served meanwhile. When the client reads at last, every byte arrives.',
    level: 'lab',
    needs: ['lab-01/echo-first'],
    hints: {
      'never-resumed':
        'The client reads again, and the echo does not go on. A paused socket stays paused until somebody resumes it: when does a socket say that there is room again?',
      'bytes-lost':
        'Some of the bytes are missing or came twice. When write answers false it has taken the bytes all the same: do not drop them, do not send them twice.',
      'others-wait':
        'While one client stalled, another got no answer. Pause the socket of the client that does not read, and only that one.',
      otherwise: 'Pause one socket when its write answers false, resume the same one on drain.',
    },
    async run(judge) {
      const server = await judge.startServer();
      const bytes = judge.drawBulk('block', 24 * MIB);
      const word = Buffer.from(judge.draw('word', (random) => random.letters(6)));
      const bystander = await connect(judge, server, { lane: 'B' });
      const stalled = await connect(judge, server, { lane: 'A', reading: false });
      void stalled.pump(bytes);
      await untilStalled(stalled);
      judge.trace.note(`client A has sent ${count(stalled.sentBytes, 'byte')} and reads nothing`);
      // More than once: the kernel's probe of a full window lets a server that is blocked in a write go on for a moment.
      for (let round = 0; round < 3; round += 1) {
        await bystander.send(word);
        await bystander.expect({
          bytes: word,
          what: 'the echo to client B',
          symptoms: ECHO_SYMPTOMS,
          silence: {
            waiting: 'others-wait',
            'not-reading': 'others-wait',
            'write-blocked': 'others-wait',
            blocked: 'others-wait',
          },
        });
      }
      judge.trace.judge('A', 'begins to read');
      stalled.startReading();
      await stalled.expect({
        bytes,
        what: 'the echo to client A',
        symptoms: [{ slug: 'bytes-lost', when: isOutOfPlace }],
        silence: {
          'not-reading': 'never-resumed',
          'write-blocked': 'never-resumed',
          get waiting() {
            return stalled.sentBytes < bytes.length ? 'never-resumed' : 'bytes-lost';
          },
        },
      });
    },
  },
];

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}
