/** Mistakes at the end of the input and of the server: steps 3 and 4. */
import type { Mutant } from '../mutant.ts';
import { byLines, GOODBYE, PIPE, replacing, TIMER } from './patches.ts';

export const ending: Mutant[] = [
  {
    name: 'never-half-closes',
    story: 'The end of the input is noticed by nobody, so a server that waits for it waits for ever.',
    patches: [replacing(PIPE, 'stdin.pipe(socket, { end: false });')],
    killedBy: { 'lab-02/half-close': { verdict: 'timeout', misconception: 'never-half-closed' } },
  },
  {
    name: 'last-line-lost',
    story: 'The input is cut at its newlines, and what comes after the last one is forgotten.',
    patches: [
      replacing(
        PIPE,
        `let kept = '';
stdin.setEncoding('utf8').on('data', (text) => {
  const lines = (kept + text).split('\\n');
  kept = lines.pop() ?? '';
  for (const line of lines) socket.write(\`\${line}\\n\`);
});
stdin.on('end', () => socket.end());`,
      ),
    ],
    killedBy: { 'lab-02/half-close': { verdict: 'fail', misconception: 'last-line-lost' } },
  },
  {
    name: 'early-lines-lost',
    story:
      'What is typed before the connection is there is read and forgotten. (The delay makes it certain.)',
    patches: [
      replacing(
        "socket.on('connect', () => {",
        "let ready = false;\nsocket.on('connect', async () => {\n  await new Promise((resolve) => setTimeout(resolve, 20));\n  ready = true;",
      ),
      replacing(
        PIPE,
        "stdin.on('data', (piece) => ready && socket.write(piece));\nstdin.on('end', () => socket.end());",
      ),
    ],
    killedBy: { 'lab-02/half-close': { verdict: 'fail', misconception: 'typed-early' } },
  },
  {
    name: 'exits-at-end-of-input',
    story: 'Nothing more to type, nothing more to do: the program leaves when the input has ended.',
    patches: [replacing(PIPE, `${PIPE}\nsocket.on('finish', () => process.exit(0));`)],
    killedBy: { 'lab-02/answer-after-end': { verdict: 'crash', misconception: 'left-early' } },
  },
  {
    name: 'destroys-at-end-of-input',
    story: 'destroy() is taken for the stronger end(): it ends both directions.',
    patches: [
      replacing(
        PIPE,
        "stdin.pipe(socket, { end: false });\nstdin.on('end', () => setTimeout(() => socket.destroy(), 50));",
      ),
    ],
    killedBy: { 'lab-02/answer-after-end': { verdict: 'crash', misconception: 'left-early' } },
  },
  {
    name: 'silent-after-end-of-input',
    story: 'The end of the input ends the conversation, so the rest of the answer is read and not printed.',
    patches: [replacing(PIPE, `${PIPE}\nstdin.on('end', () => socket.removeAllListeners('data').resume());`)],
    killedBy: { 'lab-02/answer-after-end': { verdict: 'timeout', misconception: 'stopped-printing' } },
  },
  {
    name: 'timer-goes-on',
    story: 'The timer of the connect is never stopped, and ends the conversation.',
    patches: [replacing('  clearTimeout(timer);\n', '')],
    killedBy: { 'lab-02/slow-answer': { verdict: 'crash', misconception: 'left-early' } },
  },
  {
    name: 'idle-timeout',
    story: 'socket.setTimeout looks like a connect timeout, and watches for silence at any time.',
    patches: [
      replacing(
        TIMER,
        'socket.setTimeout(connectTimeoutMs, () => fail(`no answer within ${connectTimeoutMs} ms`));',
      ),
      replacing('  clearTimeout(timer);\n', ''),
    ],
    killedBy: { 'lab-02/slow-answer': { verdict: 'crash', misconception: 'left-early' } },
  },
  {
    name: 'no-goodbye',
    story: 'The program just ends when the server does.',
    patches: [replacing(GOODBYE, '  process.exit(0);')],
    killedBy: { 'lab-02/server-ends': { verdict: 'crash', misconception: 'no-goodbye' } },
  },
  {
    name: 'own-goodbye',
    story: "000's line: almost the same words.",
    patches: [replacing('`Disconnected from ${host}:${port}\\n`', "'Disconnected from server\\n'")],
    killedBy: { 'lab-02/server-ends': { verdict: 'fail', misconception: 'other-goodbye' } },
  },
  {
    name: 'goodbye-glued',
    story: 'Whether the server ended its last line is not looked at.',
    patches: [replacing("  if (!atLineStart) print(Buffer.from('\\n'));", '')],
    killedBy: { 'lab-02/line-of-its-own': { verdict: 'fail', misconception: 'glued' } },
  },
  {
    name: 'always-a-newline',
    story: 'A newline is printed before the goodbye, needed or not.',
    patches: [replacing("  if (!atLineStart) print(Buffer.from('\\n'));", "  print(Buffer.from('\\n'));")],
    killedBy: { 'lab-02/server-ends': { verdict: 'fail', misconception: 'empty-line' } },
  },
  {
    name: 'stays-for-stdin',
    story: 'The goodbye is printed, and standard input, still open, keeps the program alive.',
    patches: [...byLines('socket.write(`${line}\\n`);'), replacing(', () => process.exit(0));', ');')],
    killedBy: { 'lab-02/server-ends': { verdict: 'timeout', misconception: 'never-ends' } },
  },
  {
    name: 'exit-one-at-the-end',
    story: 'The end of the server is taken for a failure.',
    patches: [replacing('process.exit(0)', 'process.exit(1)')],
    killedBy: { 'lab-02/server-ends': { verdict: 'fail', misconception: 'exit-code' } },
  },
];
