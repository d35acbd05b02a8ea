/** Step 5: trouble, in plain words. */
import { freePort } from '../../drive/ports.ts';
import { waitUntil } from '../../drive/waiting.ts';
import { ProgramConsole } from '../../peer/console.ts';
import { deafListener } from '../../peer/deaf-listener.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { OUTPUT_HINTS, OUTPUT_SYMPTOMS } from './symptoms.ts';
import { expectConnected, HOST, startTalk } from './talk.ts';

const CONNECT_TIMEOUT_MS = 300;
/** README: within 3 s where it may wait for 300 ms. */
const GAVE_UP_MS = 3000;
/** Windows asks a closed port three times, half a second apart, and an address of each family in turn. */
const TOLD_MS = process.platform === 'win32' ? 8000 : 2000;
/** A label of a name has at most 63 letters (RFC 1035 §2.3.4): the resolver knows without asking anybody. */
const UNKNOWN_HOST = `${'a'.repeat(64)}.invalid`;

const HINTS = {
  'wrong-exit-code':
    'Something went wrong, and the exit code says that all is well. Scripts see only the code: it is 1 on trouble.',
  'never-ends':
    'There is no connection any more, and your client goes on. Standard input is still open, and that keeps a Node program alive: end the program yourself.',
  'stack-trace':
    'A stack trace is for the author, not for the user. An error event brings an Error with a code and a message: print one line made of them. And an event error without a listener is thrown.',
  'many-lines': 'One plain line says what went wrong; more than one came. Print the message, not the object.',
  'not-plain':
    'One line came, and it tells nobody anything: it is what a value without words looks like in print. Did you print a property that is not there, or an object? An error has a message and a code.',
  'no-message':
    'The program ended without a word about why. Say it in one line, on stderr: stdout is for the answers. (The error for a name with several addresses, such as localhost, has an empty message: look at its code.)',
  'announced-too-early':
    'It says "Connected" and there was no connection. A call that begins to connect returns at once; the event comes when it is made. The README: "Once connected, print the line".',
  'disconnected-after-trouble':
    'It says "Disconnected" as if all had gone well. The close event comes after an error too: which event comes only when the server ends in order? The README: "Stdout gets nothing more".',
  'extra-output':
    'What went wrong goes to stderr. The README: "Stdout gets nothing more, and the input may still be open."',
  crashed: 'An error event that nobody listens to ends a Node program, with a stack trace.',
  otherwise: 'On trouble: one plain line on stderr, then exit code 1.',
};

/** For the checks whose own quote is another sentence. */
const TROUBLE =
  'The README: "On trouble write one plain line to stderr, no stack trace, and end with exit code 1."';
const TROUBLE_HINTS = {
  ...HINTS,
  ...Object.fromEntries(
    (
      [
        'wrong-exit-code',
        'never-ends',
        'stack-trace',
        'many-lines',
        'not-plain',
        'no-message',
        'crashed',
      ] as const
    ).map((slug) => [slug, `${HINTS[slug]} ${TROUBLE}`]),
  ),
};

export const trouble: Check[] = [
  {
    id: 'lab-02/refused',
    step: 5,
    program: 'own',
    title: 'nobody listens: one line on stderr, exit code 1',
    rule: 'README, step 5',
    quote: 'On trouble write one plain line to stderr, no stack trace, and end with exit code 1.',
    level: 'lab',
    needs: ['lab-02/connects'],
    hints: HINTS,
    async run(judge) {
      const port = await freePort('tcp', HOST);
      const clients = [HOST, 'localhost'].map((host) => ({ host, client: startClient(judge, host, port) }));
      for (const { host, client } of clients) {
        const { program } = client;
        const ended = (): boolean => program.exit !== undefined;
        await waitUntil(ended, () => program.exited, TOLD_MS);
        judge.trace.note(`the client for ${host} ${ended() ? 'ends' : 'goes on'}`);
        await expectTrouble(judge, client, 'that nobody listens there', 0);
      }
    },
  },
  {
    id: 'lab-02/unknown-host',
    step: 5,
    program: 'own',
    title: 'there is no such host: one line on stderr, exit code 1',
    rule: 'README, step 5',
    quote:
      'On trouble write one plain line to stderr, no stack trace, and end with exit code 1. Trouble is: the connection is refused, the host is unknown, the server resets, nobody answers.',
    level: 'lab',
    needs: ['lab-02/connects'],
    hints: HINTS,
    async run(judge) {
      const client = startClient(judge, UNKNOWN_HOST, await freePort('tcp', HOST));
      await expectTrouble(judge, client, 'that there is no such host');
    },
  },
  {
    id: 'lab-02/reset',
    step: 5,
    program: 'own',
    title: 'the server resets the connection: one line on stderr, exit code 1, no goodbye',
    rule: 'README, step 5',
    quote: 'A reset (RST) is no end in order: what came is printed, `Disconnected` is not.',
    level: 'lab',
    needs: ['lab-02/prints-as-it-comes'],
    hints: { ...OUTPUT_HINTS, ...TROUBLE_HINTS },
    async run(judge) {
      const talk = await startTalk(judge);
      await expectConnected(talk);
      const bytes = Buffer.from(judge.draw('half', (random) => random.letters(5)));
      await talk.server.send(bytes);
      await talk.client.expectOutput({ bytes, what: 'half of an answer', symptoms: OUTPUT_SYMPTOMS });
      talk.server.reset();
      await expectTrouble(judge, talk.client, 'that the connection was reset');
    },
  },
  {
    id: 'lab-02/connect-timeout',
    step: 5,
    program: 'own',
    title: 'nobody answers the connect: given up after CONNECT_TIMEOUT_MS',
    rule: 'README, step 5',
    quote:
      'Give up on a connect that is not answered within `CONNECT_TIMEOUT_MS` milliseconds (5000 where it is not set), not earlier.',
    level: 'lab',
    needs: ['lab-02/connects'],
    hints: {
      ...TROUBLE_HINTS,
      'gave-up-early':
        'The client gave up before its time was over. CONNECT_TIMEOUT_MS is in milliseconds, as is the time of a timer.',
      'never-ends':
        'Nobody answers the connect, and your client still waits. The system gives up after minutes; a timer of your own, set to CONNECT_TIMEOUT_MS, is sooner.',
    },
    async run(judge) {
      const listener = await deafListener(judge);
      const env = { CONNECT_TIMEOUT_MS: String(CONNECT_TIMEOUT_MS) };
      const client = startClient(judge, listener.host, listener.port, env);
      const began = performance.now();
      const { program } = client;
      await waitUntil(
        () => program.exit !== undefined,
        () => program.exited,
        GAVE_UP_MS,
      );
      const lastedMs = Math.round(performance.now() - began);
      if (!listener.stillDeaf()) judge.notRun('this system has answered the connect after all');
      await client.expectExit({
        code: 1,
        when: `after ${CONNECT_TIMEOUT_MS} ms without an answer`,
        limitMs: 0,
        otherCode: 'wrong-exit-code',
      });
      if (lastedMs < CONNECT_TIMEOUT_MS) {
        judge.fail(`your client gave up ${lastedMs} ms after its start`, 'gave-up-early', {
          accepted: [`the end of the program after ${CONNECT_TIMEOUT_MS} ms or more`],
          actual: `its end after ${lastedMs} ms`,
        });
      }
      await expectTrouble(judge, client, 'that nobody answers');
    },
  },
];

function startClient(
  judge: Judge,
  host: string,
  port: number,
  env: Record<string, string> = {},
): ProgramConsole {
  return new ProgramConsole(judge, judge.startClient({ host, port, env }));
}

/** One plain line on stderr, exit code 1, and nothing more on stdout but the newline after half a line. */
async function expectTrouble(
  judge: Judge,
  client: ProgramConsole,
  what: string,
  limitMs = TOLD_MS,
): Promise<void> {
  await client.expectExit({ code: 1, when: 'on trouble', limitMs, otherCode: 'wrong-exit-code' });
  const printed = Buffer.from(client.rest()).toString();
  if (printed.trim() !== '') {
    const symptom = printed.includes('Disconnected')
      ? 'disconnected-after-trouble'
      : printed.includes('Connected')
        ? 'announced-too-early'
        : 'extra-output';
    judge.fail(`your client printed ${JSON.stringify(printed.trim())} on stdout on trouble`, symptom, {
      accepted: [`one line on stderr that says ${what}, and nothing more on stdout`],
      actual: JSON.stringify(printed),
    });
  }
  client.expectPlainLine(what);
}
