/** Mistakes on trouble and at a terminal: steps 5 and 6. */
import type { Mutant } from '../mutant.ts';
import { byLines, CONNECTED, FAIL, ON_ERROR, PIPE, replacing, TIMER } from './patches.ts';

export const trouble: Mutant[] = [
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
    name: 'reason-undefined',
    story: 'A property that the error does not have is printed, and the line is the word undefined.',
    patches: [replacing(FAIL, '  void reason;\n  stderr.write(`${undefined}\\n`, () => process.exit(1));')],
    killedBy: { 'lab-02/refused': { verdict: 'fail', misconception: 'not-plain' } },
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
    name: 'timeout-too-short',
    story: 'Better early than late: the client gives up after a tenth of the time that it was given.',
    patches: [
      replacing(
        'no answer within ${connectTimeoutMs} ms`), connectTimeoutMs)',
        'no answer within ${connectTimeoutMs} ms`), connectTimeoutMs / 10)',
      ),
    ],
    killedBy: { 'lab-02/connect-timeout': { verdict: 'fail', misconception: 'gave-up-early' } },
  },
];

export const atTerminal: Mutant[] = [
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
