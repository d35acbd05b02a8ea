/** TCP clients with one mistake each. */
import type { Mutant, Patch } from '../mutant.ts';

const CONNECTED = `socket.on('connect', () => {
  clearTimeout(timer);
  print(Buffer.from(\`Connected to \${host}:\${port}\\n\`));`;
const PRINT = '  if (!print(chunk)) socket.pause();';
const PIPE = 'stdin.pipe(socket);';
const GOODBYE = '  stdout.write(`Disconnected from ${host}:${port}\\n`, () => process.exit(0));';
const ON_ERROR = "socket.on('error', (error: NodeJS.ErrnoException) => fail(inPlainWords(error)));";
const FAIL = '  stderr.write(`${host}:${port}: ${reason}\\n`, () => process.exit(1));';
const TIMER =
  'const timer = setTimeout(() => fail(`no answer within ${connectTimeoutMs} ms`), connectTimeoutMs);';

function replacing(find: string, replace: string): Patch {
  return { file: 'client.ts', find, replace };
}

/** The input read by readline, with `send` for each line, which comes without its newline. */
function byLines(send: string): Patch[] {
  return [
    replacing(
      "import { connect } from 'node:net';",
      "import { connect } from 'node:net';\nimport { createInterface } from 'node:readline';",
    ),
    replacing(
      PIPE,
      `const lines = createInterface({ input: stdin });
lines.on('line', (line) => {
  ${send}
});
lines.on('close', () => socket.end());`,
    ),
  ];
}

const connecting: Mutant[] = [
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

const talking: Mutant[] = [
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

const ending: Mutant[] = [
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

const trouble: Mutant[] = [
  {
    name: 'announces-too-early',
    story: 'connect has returned, so the program says that it is connected.',
    patches: [
      replacing(CONNECTED, "socket.on('connect', () => {\n  clearTimeout(timer);"),
      replacing(TIMER, `${TIMER}\nprint(Buffer.from(\`Connected to \${host}:\${port}\\n\`));`),
    ],
    killedBy: { 'lab-02/refused': { verdict: 'fail', misconception: 'announced-too-early' } },
  },
  {
    name: 'exit-zero-on-trouble',
    story: "000's client prints the error, and its exit code says that all is well.",
    patches: [replacing('process.exit(1)', 'process.exit(0)')],
    killedBy: {
      'lab-02/refused': { verdict: 'fail', misconception: 'wrong-exit-code' },
      'lab-02/unknown-host': { verdict: 'fail', misconception: 'wrong-exit-code' },
      'lab-02/connect-timeout': { verdict: 'fail', misconception: 'wrong-exit-code' },
    },
  },
  {
    name: 'error-object-printed',
    story: "console.error of the Error itself, as in 000's client: a stack trace for the user.",
    patches: [
      replacing(
        ON_ERROR,
        "socket.on('error', (error) => {\n  console.error('Socket error:', error);\n  process.exit(1);\n});",
      ),
    ],
    killedBy: {
      'lab-02/refused': { verdict: 'fail', misconception: 'stack-trace' },
      'lab-02/reset': { verdict: 'fail', misconception: 'stack-trace' },
    },
  },
  {
    name: 'no-error-listener',
    story: 'Nobody listens to error, so Node throws it.',
    patches: [replacing(ON_ERROR, 'void inPlainWords;')],
    killedBy: {
      'lab-02/refused': { verdict: 'fail', misconception: 'stack-trace' },
      'lab-02/unknown-host': { verdict: 'fail', misconception: 'stack-trace' },
    },
  },
  {
    name: 'trouble-on-stdout',
    story: 'What went wrong is printed among the answers.',
    patches: [replacing(FAIL, '  stdout.write(`${host}:${port}: ${reason}\\n`, () => process.exit(1));')],
    killedBy: { 'lab-02/refused': { verdict: 'fail', misconception: 'extra-output' } },
  },
  {
    name: 'silent-trouble',
    story: 'The exit code is right, and nobody learns why.',
    patches: [replacing(FAIL, '  void reason;\n  process.exit(1);')],
    killedBy: { 'lab-02/refused': { verdict: 'fail', misconception: 'no-message' } },
  },
  {
    name: 'trouble-twice',
    story: 'error and close both report, so one failure is told in two lines.',
    patches: [
      replacing(ON_ERROR, `${ON_ERROR}\nsocket.on('error', () => console.error('the connection failed'));`),
    ],
    killedBy: { 'lab-02/refused': { verdict: 'fail', misconception: 'many-lines' } },
  },
  {
    name: 'stays-after-trouble',
    story: 'The line is printed, and standard input, still open, keeps the program alive.',
    patches: [
      ...byLines('socket.write(`${line}\\n`);'),
      replacing(
        FAIL,
        '  clearTimeout(timer);\n  stderr.write(`${host}:${port}: ${reason}\\n`);\n  process.exitCode = 1;',
      ),
    ],
    killedBy: { 'lab-02/refused': { verdict: 'timeout', misconception: 'never-ends' } },
  },
  {
    name: 'goodbye-on-close',
    story: 'The goodbye is said on close, which comes after a reset too.',
    patches: [
      replacing("socket.on('end', () => {", "socket.on('close', () => {"),
      replacing(
        FAIL,
        '  stderr.write(`${host}:${port}: ${reason}\\n`);\n  setTimeout(() => process.exit(1), 20);',
      ),
      replacing(', () => process.exit(0));', ', () => setTimeout(() => process.exit(0), 40));'),
    ],
    killedBy: { 'lab-02/reset': { verdict: 'fail', misconception: 'disconnected-after-trouble' } },
  },
  {
    name: 'no-connect-timeout',
    story: 'The time that a connect may take is left to the system, which has minutes.',
    patches: [replacing(TIMER, 'const timer = undefined;\nvoid connectTimeoutMs;')],
    killedBy: { 'lab-02/connect-timeout': { verdict: 'timeout', misconception: 'never-ends' } },
  },
  {
    name: 'timeout-in-seconds',
    story: 'The milliseconds are divided by 1000 on their way to a timer that takes milliseconds.',
    patches: [
      replacing(
        'Number(process.env.CONNECT_TIMEOUT_MS ?? 5000)',
        'Number(process.env.CONNECT_TIMEOUT_MS ?? 5000) / 1000',
      ),
    ],
    killedBy: { 'lab-02/connect-timeout': { verdict: 'fail', misconception: 'gave-up-early' } },
  },
];

const atTerminal: Mutant[] = [
  {
    name: 'no-prompt',
    story: 'No prompt at all.',
    patches: [replacing("  if (stdin.isTTY) print(Buffer.from('> '));", '')],
    killedBy: { 'lab-02/prompt': { verdict: 'timeout', misconception: 'no-prompt' } },
  },
  {
    name: 'prompt-once',
    story: 'The prompt comes once, when the connection is made.',
    patches: [replacing('  if (atLineStart) prompt();\n', '')],
    killedBy: { 'lab-02/prompt': { verdict: 'timeout', misconception: 'no-second-prompt' } },
  },
  {
    name: 'ctrl-d-leaves',
    story: 'Ctrl-D is taken for "leave": the rest of the answer is lost.',
    patches: [replacing("  stdin.on('end', freshLine);", "  stdin.on('end', () => process.exit(0));")],
    killedBy: { 'lab-02/ctrl-d': { verdict: 'crash', misconception: 'left-early' } },
  },
  {
    name: 'ctrl-c-closes-readline',
    story: 'readline takes Ctrl-C for itself and only closes, which looks like the end of the input.',
    patches: byLines('socket.write(`${line}\\n`);').map((patch) =>
      patch.find === PIPE
        ? {
            ...patch,
            replace: patch.replace.replace(
              '{ input: stdin }',
              '{ input: stdin, output: stdin.isTTY ? stdout : undefined }',
            ),
          }
        : patch,
    ),
    killedBy: { 'lab-02/ctrl-c': { verdict: 'timeout', misconception: 'ctrl-c-ignored' } },
  },
];

export const mutants: Mutant[] = [...connecting, ...talking, ...ending, ...trouble, ...atTerminal];
