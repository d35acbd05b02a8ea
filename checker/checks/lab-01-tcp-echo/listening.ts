/** Step 1: listen, and say so. */
import { accepts } from '../../peer/tcp.ts';
import type { Check } from '../../run/check.ts';
import { waitUntil } from '../../run/waiting.ts';

const ANNOUNCED_MS = 2000;
const SHOWN_LETTERS = 60;

export const listening: Check[] = [
  {
    id: 'lab-01/listens',
    step: 1,
    title: 'the server listens on HOST and PORT',
    rule: 'README, step 1',
    quote: 'Listen on the address `HOST` and the port `PORT`, both from the environment.',
    level: 'lab',
    hints: {
      otherwise: 'Does the program reach the call that listens, and with the port from PORT?',
    },
    async run(judge) {
      const server = await judge.server();
      if (await accepts(server.host, server.port, 5000)) judge.observe();
      else {
        judge.fail(
          `your server listens, but took no connection on ${server.host}:${server.port}`,
          'otherwise',
          {
            accepted: ['an accepted connection'],
            actual: 'no connection',
          },
        );
      }
    },
  },
  {
    id: 'lab-01/announces',
    step: 1,
    title: 'it says where it listens',
    rule: 'README, step 1',
    quote: 'Once it listens, it writes the line `listening on HOST:PORT` to stdout.',
    level: 'lab',
    needs: ['lab-01/listens'],
    hints: {
      'no-announcement':
        'Others wait for this line before they connect. It goes to stdout, not stderr, and at once: not when the first client comes.',
      'other-announcement':
        'Compare the two lines letter by letter. The line is read by programs, so it has to be exact.',
      otherwise: 'Write the line in the function that listen calls when it listens.',
    },
    async run(judge) {
      const { program, host, port } = await judge.server();
      const line = `listening on ${host}:${port}`;
      const lines = (): string[] => program.stdout.text().split(/\r?\n/);
      const said = await waitUntil(
        () => lines().includes(line),
        () => program.stdout.change(),
        ANNOUNCED_MS,
      );
      judge.trace.student('', 'stdout', program.stdout.bytes());
      if (said) {
        judge.observe();
        return;
      }
      const [first = ''] = lines().filter((candidate) => candidate !== '');
      const shown = JSON.stringify(
        first.length > SHOWN_LETTERS ? `${first.slice(0, SHOWN_LETTERS)}…` : first,
      );
      judge.fail(
        first === '' ? 'your server wrote nothing to stdout' : `your server wrote ${shown} to stdout`,
        first === '' ? 'no-announcement' : 'other-announcement',
        { accepted: [`the line "${line}"`], actual: first === '' ? 'nothing' : shown },
      );
    },
  },
];
