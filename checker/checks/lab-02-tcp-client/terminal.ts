/** Step 6: at a terminal. */
import { TcpService } from '../../peer/tcp-service.ts';
import { TerminalConsole } from '../../peer/terminal-console.ts';
import type { Check } from '../../run/check.ts';
import type { Judge } from '../../run/judge.ts';
import { HOST } from './talk.ts';

const PROMPT = '> ';

export const terminal: Check[] = [
  {
    id: 'lab-02/prompt',
    step: 6,
    program: 'own',
    terminal: true,
    title: 'a prompt asks for the first line, and again after an answer',
    rule: 'README, step 6',
    quote:
      'When stdin is a terminal, print the prompt `> ` (without a newline) after the connected line, and again after an answer.',
    level: 'lab',
    needs: ['lab-02/conversation'],
    hints: {
      'no-prompt':
        'Here stdin is a terminal, and no prompt is shown. Which property of process.stdin tells a terminal from a pipe?',
      'no-second-prompt':
        'The answer is on the screen, and no prompt stands below it. The person does not know that it is her turn.',
      'no-answer': 'The answer came, and the screen does not show it.',
      otherwise: 'At a terminal: the prompt after the connected line, and after each answer.',
    },
    async run(judge) {
      const { client, server, address } = await startAtTerminal(judge);
      await expectPrompt(client, `Connected to ${address}`, 'no-prompt');
      for (const word of judge.draw('words', (random) => [random.letters(5), random.letters(6)])) {
        await client.enter(word);
        await server.expect({ bytes: Buffer.from(`${word}\n`), what: 'the line' });
        const answer = `you say ${word}`;
        await server.send(Buffer.from(`${answer}\n`));
        await client.expectScreen({
          shows: (lines) => withoutPrompts(lines).includes(answer),
          what: 'the answer',
          accepted: [`the line "${answer}" on the screen`],
          symptom: 'no-answer',
        });
        await expectPrompt(client, answer, 'no-second-prompt');
      }
    },
  },
  {
    id: 'lab-02/ctrl-d',
    step: 6,
    program: 'own',
    terminal: true,
    title: 'Ctrl-D at the prompt is the end of the input',
    rule: 'README, step 6',
    quote:
      'Ctrl-D at an empty prompt is the end of the input: your side ends, and the rest of the answer is still printed.',
    level: 'lab',
    needs: ['lab-02/prompt', 'lab-02/half-close'],
    hints: {
      'never-half-closed':
        'Ctrl-D was pressed, and the server got no FIN. At a terminal it is the end of standard input; what does your program do there?',
      'left-early':
        'Ctrl-D ended the program, and what the server still had to say was lost. It ends your side only, as the end of any input does.',
      'no-goodbye': 'The server has ended, and the screen does not say so.',
      'never-ends': 'The server has ended, and your client goes on.',
      'raw-mode': 'Raw mode was switched on and never off: the shell that comes after it does not work.',
      otherwise: 'Treat Ctrl-D as the end of the input, which it is.',
    },
    async run(judge) {
      const { client, server, address } = await startAtTerminal(judge);
      await expectPrompt(client, `Connected to ${address}`, 'no-prompt');
      await client.press('\x04', 'Ctrl-D');
      await server.expectFin('Ctrl-D', { waiting: 'never-half-closed', crashed: 'left-early' });
      const answer = judge.draw('answer', (random) => random.letters(7));
      await server.send(Buffer.from(`${answer}\n`));
      await client.expectScreen({
        shows: (lines) => withoutPrompts(lines).includes(answer),
        what: 'the rest of the answer',
        accepted: [`the line "${answer}" on the screen`],
        symptom: 'left-early',
      });
      server.end();
      await client.expectScreen({
        shows: (lines) => withoutPrompts(lines).includes(`Disconnected from ${address}`),
        what: 'the line that says the server has gone',
        accepted: [`the line "Disconnected from ${address}" on the screen`],
        symptom: 'no-goodbye',
      });
      const key = 'Ctrl-D and the end of the server';
      await client.expectExit({ key, accepts: [0], goesOn: 'never-ends', otherEnd: 'exit-code' });
    },
  },
  {
    id: 'lab-02/ctrl-c',
    step: 6,
    program: 'own',
    terminal: true,
    title: 'Ctrl-C ends the program and the connection',
    rule: 'README, step 6',
    quote:
      'Ctrl-C ends the program within 2 s, with exit code 130 or 0 or by the signal SIGINT, and with it the connection.',
    level: 'lab',
    needs: ['lab-02/prompt'],
    hints: {
      'ctrl-c-ignored':
        'Ctrl-C was pressed, and your client goes on. The server says nothing more, so waiting for its end is waiting for ever. (readline takes Ctrl-C for itself: without a SIGINT listener it only closes.)',
      'exit-code':
        'A program that Ctrl-C ends says so: by the signal itself, or with 130, which is 128 and the number of SIGINT. 0 is right too: it was asked to end.',
      'raw-mode': 'Raw mode was switched on and never off: the shell that comes after it does not work.',
      otherwise: 'Let Ctrl-C end the program; the connection ends with it.',
    },
    async run(judge) {
      const { client, server, address } = await startAtTerminal(judge);
      await expectPrompt(client, `Connected to ${address}`, 'no-prompt');
      await client.press('\x03', 'Ctrl-C');
      await client.expectExit({
        key: 'Ctrl-C',
        accepts: [130, 0, 'SIGINT'],
        goesOn: 'ctrl-c-ignored',
        otherEnd: 'exit-code',
      });
      await server.over();
      if (server.ended === undefined) {
        judge.fail('your client ended, and its connection is still open', 'ctrl-c-ignored', {
          accepted: ['the end of the connection'],
          actual: 'an open connection',
        });
      }
    },
  },
];

async function startAtTerminal(judge: Judge) {
  const service = await TcpService.listen(judge, HOST);
  const client = await TerminalConsole.start(judge, { host: HOST, port: service.port });
  const server = await service.accept(client.subject);
  client.serve(server);
  return { client, server, address: `${HOST}:${service.port}` };
}

/** The prompt must stand alone on the last line, somewhere below the line `after`. */
async function expectPrompt(client: TerminalConsole, after: string, symptom: string): Promise<void> {
  await client.expectScreen({
    shows: (lines) => lines.at(-1) === PROMPT && withoutPrompts(lines).includes(after),
    what: `the prompt after "${after}"`,
    accepted: [`the line "${after}", and "${PROMPT}" as the last line of the screen`],
    symptom,
  });
}

/** What comes of its own accord may stand behind a prompt. */
function withoutPrompts(lines: string[]): string[] {
  return lines.map((line) => line.replace(/^(> )+/, '').trimEnd());
}
