/** Mistakes in connecting, sending and printing: steps 1 and 2. */
import type { Mutant } from '../mutant.ts';
import { byLines, CONNECTED, PIPE, PRINT, replacing, TIMER } from './patches.ts';

export const connecting: Mutant[] = [
  {
    name: 'port-fixed',
    story: 'The port stands in the source, as in the first example that everybody copies.',
    patches: [replacing('Number(process.env.PORT ?? 3000)', '3456')],
    killedBy: { 'lab-02/connects': { verdict: 'crash', misconception: 'fixed-port' } },
  },
  {
    name: 'never-connects',
    story: 'The socket is made, and connect is never called; standard input keeps the program alive.',
    patches: [
      replacing("import { connect } from 'node:net';", "import { Socket } from 'node:net';"),
      replacing('const socket = connect({ host, port });', 'const socket = new Socket();'),
      replacing(TIMER, 'const timer = setTimeout(() => process.exit(0), 500);'),
    ],
    killedBy: { 'lab-02/connects': { verdict: 'crash', misconception: 'never-connected' } },
  },
  {
    name: 'throws-first',
    story: 'PORT is used as the number that it is not: an error is thrown before anything connects.',
    patches: [
      replacing(
        'const socket = connect({ host, port });',
        'const socket = connect({ host, port: port + 65_536 });',
      ),
    ],
    killedBy: { 'lab-02/connects': { verdict: 'crash', misconception: 'threw-first' } },
  },
  {
    name: 'speaks-first',
    story: "000's Node client sends a message of its own as soon as it is connected.",
    patches: [replacing(CONNECTED, `${CONNECTED}\n  socket.write('Hello, server!');`)],
    killedBy: { 'lab-02/connects': { verdict: 'fail', misconception: 'unasked' } },
  },
  {
    name: 'own-words',
    story: "000's line: almost the same words.",
    patches: [replacing('`Connected to ${host}:${port}\\n`', '`Connected to server: ${host}:${port}\\n`')],
    killedBy: { 'lab-02/says-connected': { verdict: 'fail', misconception: 'other-announcement' } },
  },
  {
    name: 'announces-on-stderr',
    story: 'The line is taken for a diagnostic and goes to stderr.',
    patches: [
      replacing(
        'print(Buffer.from(`Connected to ${host}:${port}\\n`));',
        'console.error(`Connected to ${host}:${port}`);',
      ),
    ],
    killedBy: { 'lab-02/says-connected': { verdict: 'timeout', misconception: 'no-announcement' } },
  },
];

export const talking: Mutant[] = [
  {
    name: 'one-send-one-recv',
    story: "000's C++ client: one send, one recv, close. No loop anywhere.",
    files: { 'client.ts': 'programs/one-send-one-recv.ts' },
    killedBy: {
      'lab-02/sends-lines': { verdict: 'timeout', misconception: 'one-line' },
      'lab-02/prints-as-it-comes': { verdict: 'crash', misconception: 'one-answer' },
    },
  },
  {
    name: 'one-recv',
    story: 'The listener is there for the first data event only.',
    patches: [replacing("socket.on('data'", "socket.once('data'")],
    killedBy: { 'lab-02/prints-as-it-comes': { verdict: 'timeout', misconception: 'one-answer' } },
  },
  {
    name: 'ends-after-first-data',
    story: "000's Node client: client.end() when the first data has come, as if that were the answer.",
    patches: [replacing(PRINT, `${PRINT}\n  socket.end();`)],
    killedBy: { 'lab-02/conversation': { verdict: 'fail', misconception: 'ended-after-answer' } },
  },
  {
    name: 'text-chunks',
    story: "Each chunk is made into text by itself, with toString(), as in 000's data listener.",
    patches: [replacing(PRINT, '  if (!print(Buffer.from(chunk.toString()))) socket.pause();')],
    killedBy: { 'lab-02/cut-character': { verdict: 'fail', misconception: 'cut-character' } },
  },
  {
    name: 'console-log',
    story: 'console.log prints the chunk, and a newline after it.',
    patches: [replacing(PRINT, '  console.log(chunk.toString());')],
    killedBy: { 'lab-02/prints-as-it-comes': { verdict: 'fail', misconception: 'newline-added' } },
  },
  {
    name: 'received-label',
    story: 'A label before each piece, for the author, printed among the answers.',
    patches: [replacing(PRINT, "  stdout.write('Received: ');\n  if (!print(chunk)) socket.pause();")],
    killedBy: { 'lab-02/prints-as-it-comes': { verdict: 'fail', misconception: 'label-added' } },
  },
  {
    name: 'prints-whole-lines',
    story: 'readline reads the socket too, so half a line is kept until its end comes.',
    patches: [
      replacing(
        "import { connect } from 'node:net';",
        "import { connect } from 'node:net';\nimport { createInterface } from 'node:readline';",
      ),
      replacing(
        "socket.on('data', (chunk) => {",
        "createInterface({ input: socket }).on('line', (line) => {\n  const chunk = Buffer.from(`${line}\\n`);",
      ),
    ],
    killedBy: { 'lab-02/prints-as-it-comes': { verdict: 'timeout', misconception: 'waits-for-newline' } },
  },
  {
    name: 'prompt-everywhere',
    story: 'The prompt is printed wherever stdin comes from.',
    patches: [replacing("  if (stdin.isTTY) print(Buffer.from('> '));", "  print(Buffer.from('> '));")],
    killedBy: { 'lab-02/prints-as-it-comes': { verdict: 'fail', misconception: 'prompt-in-pipe' } },
  },
  {
    name: 'fixed-buffer',
    story: "A buffer of 1,023 bytes, as in 000's C++ client: the rest of a larger piece is dropped.",
    patches: [replacing(PRINT, '  if (!print(chunk.subarray(0, 1023))) socket.pause();')],
    killedBy: { 'lab-02/big-answer': { verdict: 'fail', misconception: 'bytes-missing' } },
  },
  {
    name: 'newline-lost',
    story: 'readline hands over lines without their end, and they are sent so.',
    patches: byLines('socket.write(line);'),
    killedBy: { 'lab-02/sends-lines': { verdict: 'timeout', misconception: 'newline-lost' } },
  },
  {
    name: 'newline-doubled',
    story: 'What was typed has its newline, and another one is added.',
    patches: [
      replacing(
        PIPE,
        "stdin.on('data', (text) => socket.write(`${text}\\n`));\nstdin.on('end', () => socket.end());",
      ),
    ],
    killedBy: { 'lab-02/sends-lines': { verdict: 'fail', misconception: 'newline-added' } },
  },
  {
    name: 'crlf-sent',
    story: 'Lines are ended with CR LF, as in many protocols, but not in this one.',
    patches: byLines('socket.write(`${line}\\r\\n`);'),
    killedBy: { 'lab-02/sends-lines': { verdict: 'fail', misconception: 'carriage-return' } },
  },
  {
    name: 'lines-trimmed',
    story: 'trim() to be rid of the newline, and of the spaces with it.',
    patches: byLines('socket.write(`${line.trim()}\\n`);'),
    killedBy: { 'lab-02/sends-lines': { verdict: 'fail', misconception: 'line-trimmed' } },
  },
  {
    name: 'empty-line-skipped',
    story: '"If there is a line": an empty text is false.',
    patches: byLines('if (line) socket.write(`${line}\\n`);'),
    killedBy: { 'lab-02/sends-lines': { verdict: 'timeout', misconception: 'empty-line-lost' } },
  },
  {
    name: 'typed-text-chunks',
    story: 'Each piece of standard input is made into text by itself.',
    patches: [
      replacing(
        PIPE,
        "stdin.on('data', (piece) => socket.write(piece.toString()));\nstdin.on('end', () => socket.end());",
      ),
    ],
    killedBy: { 'lab-02/sends-lines': { verdict: 'fail', misconception: 'cut-character' } },
  },
  {
    name: 'sends-at-end',
    story: 'All of standard input is read first, and then sent.',
    patches: [
      replacing(
        PIPE,
        "const all: Buffer[] = [];\nstdin.on('data', (piece) => all.push(piece));\nstdin.on('end', () => socket.end(Buffer.concat(all)));",
      ),
    ],
    killedBy: { 'lab-02/sends-lines': { verdict: 'timeout', misconception: 'sends-at-end' } },
  },
];
