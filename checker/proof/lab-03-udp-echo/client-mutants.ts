/** UDP clients with one mistake each. */
import type { Mutant, Patch } from '../mutant.ts';

const PRINT = "process.stdout.write(Buffer.concat([answer, Buffer.from('\\n')]));";
const FAILED = `  console.error((error as Error).message);
  process.exitCode = 1;`;
const CONNECT = `  socket.connect(port, host);
  await once(socket, 'connect');
`;
const ON_MESSAGE = `    socket.once('message', (answer) => {
      clearTimeout(timer);
      resolve(answer);
    });`;
const TIMER = 'timer = setTimeout(attempt, wait, later);';

function replacing(find: string, replace: string): Patch {
  return { file: 'client.ts', find, replace };
}

/** A socket that takes what anybody sends, with this listener. */
function unconnected(listener: string): Patch[] {
  return [
    replacing(CONNECT, ''),
    replacing('socket.send(question)', 'socket.send(question, port, host)'),
    replacing(ON_MESSAGE, listener),
  ];
}

export const clientMutants: Mutant[] = [
  {
    name: 'prompt-with-newline',
    story: 'console.log is the only way to print that is known.',
    patches: [replacing('process.stdout.write(prompt)', 'console.log(prompt)')],
    killedBy: { 'lab-03/client-prompts': { verdict: 'fail', misconception: 'prompt-line' } },
  },
  {
    name: 'sends-unasked',
    story: "000's client: a message from the source is sent as soon as the program starts.",
    patches: [
      replacing(
        "const question = await readLine('Enter a message: ');",
        "socket.send('Hello, server!', port, host);\n  const question = await readLine('Enter a message: ');",
      ),
    ],
    killedBy: { 'lab-03/client-prompts': { verdict: 'fail', misconception: 'unasked' } },
  },
  {
    name: 'newline-sent',
    story: 'The newline goes out with the line, as fgets and nc do it.',
    patches: [replacing('return Buffer.from(line);', 'return Buffer.from(`${line}\\n`);')],
    killedBy: { 'lab-03/client-sends-line': { verdict: 'fail', misconception: 'with-newline' } },
  },
  {
    name: 'line-trimmed',
    story: 'trim takes the newline off, and the spaces with it.',
    patches: [replacing('return Buffer.from(line);', 'return Buffer.from(line.trim());')],
    killedBy: { 'lab-03/client-sends-line': { verdict: 'fail', misconception: 'trimmed' } },
  },
  {
    name: 'empty-line-refused',
    story: 'An empty line is taken for no line.',
    patches: [replacing('if (line === undefined)', 'if (!line)')],
    killedBy: { 'lab-03/client-sends-line': { verdict: 'crash', misconception: 'no-empty' } },
  },
  {
    name: 'first-chunk-is-the-line',
    story: 'One data event of stdin is taken for one line.',
    files: { 'client.ts': 'programs/first-chunk-is-the-line.ts' },
    killedBy: { 'lab-03/client-line-in-pieces': { verdict: 'fail', misconception: 'half-a-line' } },
  },
  {
    name: 'text-of-each-chunk',
    story: 'The chunks of stdin are added to a string; a character cut in two becomes two times U+FFFD.',
    patches: [
      replacing(
        `  const lines = createInterface({ input: process.stdin });
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => text as string),
    once(lines, 'close').then(() => undefined),
  ]);
  lines.close();`,
        `  let typed = '';
  while (!typed.includes('\\n')) typed += (await once(process.stdin, 'data'))[0];
  const [line] = typed.split('\\n');`,
      ),
    ],
    killedBy: { 'lab-03/client-line-in-pieces': { verdict: 'fail', misconception: 'broken-character' } },
  },
  {
    name: 'prints-the-question',
    story: 'An echo is the same anyway, so what was typed is printed when something comes.',
    patches: [replacing(PRINT, PRINT.replace('[answer', '[question'))],
    killedBy: { 'lab-03/client-prints-answer': { verdict: 'fail', misconception: 'typed-line' } },
  },
  {
    name: 'answer-prefixed',
    story: "000's clients print words of their own before the answer.",
    patches: [replacing(PRINT, 'console.log(`Received response: ${answer}`);')],
    killedBy: { 'lab-03/client-prints-answer': { verdict: 'fail', misconception: 'prefixed' } },
  },
  {
    name: 'newline-forgotten',
    story: 'The answer is written without a newline.',
    patches: [replacing(PRINT, 'process.stdout.write(answer);')],
    killedBy: { 'lab-03/client-prints-answer': { verdict: 'crash', misconception: 'no-newline' } },
  },
  {
    name: 'answer-cut',
    story: "000's C++ client has room for 1,023 bytes of the answer.",
    patches: [replacing('[answer, ', '[answer.subarray(0, 1023), ')],
    killedBy: { 'lab-03/client-prints-answer': { verdict: 'fail', misconception: 'cut-short' } },
  },
  {
    name: 'stdin-left-open',
    story: 'The readline interface is not closed, and stdin keeps the program.',
    patches: [replacing('  process.stdin.destroy();\n', ''), replacing('  lines.close();\n', '')],
    killedBy: { 'lab-03/client-prints-answer': { verdict: 'timeout', misconception: 'never-ends' } },
  },
  {
    name: 'retry-timer-left',
    story: 'The answer is printed, and the timer for the next try is still running.',
    patches: [replacing(ON_MESSAGE, "    socket.once('message', resolve);")],
    killedBy: { 'lab-03/client-prints-answer': { verdict: 'timeout', misconception: 'never-ends' } },
  },
  {
    name: 'waits-for-ever',
    story: "000's clients: one datagram, and then the answer must come.",
    patches: [replacing(TIMER, 'void later;')],
    killedBy: { 'lab-03/client-asks-again': { verdict: 'timeout', misconception: 'waits-for-ever' } },
  },
  {
    name: 'one-try',
    story: 'The time-out is there, but it ends the program instead of asking again.',
    patches: [replacing('Number(process.env.TRIES ?? 3)', '1')],
    killedBy: { 'lab-03/client-asks-again': { verdict: 'crash', misconception: 'too-few' } },
  },
  {
    name: 'same-wait',
    story: 'Every wait is as long as the first.',
    patches: [replacing('(_, index) => timeoutMs * 2 ** index', '() => timeoutMs')],
    killedBy: { 'lab-03/client-gives-up': { verdict: 'fail', misconception: 'not-doubled' } },
  },
  {
    name: 'no-last-wait',
    story: 'The program gives up as soon as the last datagram has been sent.',
    patches: [replacing(TIMER, 'timer = setTimeout(attempt, later.length === 0 ? 0 : wait, later);')],
    killedBy: { 'lab-03/client-gives-up': { verdict: 'fail', misconception: 'no-last-wait' } },
  },
  {
    name: 'one-too-many',
    story: 'TRIES is read as the number of repetitions after the first datagram.',
    patches: [replacing('{ length: tries }', '{ length: tries + 1 }')],
    killedBy: { 'lab-03/client-gives-up': { verdict: 'fail', misconception: 'too-many' } },
  },
  {
    name: 'timeout-fixed',
    story: 'The 500 ms of the example stand in the source.',
    patches: [replacing('Number(process.env.TIMEOUT_MS ?? 500)', '500')],
    killedBy: { 'lab-03/client-gives-up': { verdict: 'fail', misconception: 'timeout-ignored' } },
  },
  {
    name: 'timeout-in-seconds',
    story: 'setTimeout is believed to take seconds.',
    patches: [replacing(TIMER, 'timer = setTimeout(attempt, wait / 1000, later);')],
    killedBy: { 'lab-03/client-gives-up': { verdict: 'fail', misconception: 'too-early' } },
  },
  {
    name: 'text-doubled',
    story:
      'The values of process.env are text, and text is doubled by writing it twice: "60" becomes "6060".',
    patches: [
      replacing('Number(process.env.TIMEOUT_MS ?? 500)', "process.env.TIMEOUT_MS ?? '500'"),
      replacing('timeoutMs: number', 'timeoutMs: string'),
      replacing('timeoutMs * 2 ** index', 'Number(timeoutMs.repeat(2 ** index))'),
    ],
    killedBy: { 'lab-03/client-gives-up': { verdict: 'timeout', misconception: 'waits-too-long' } },
  },
  {
    name: 'exit-zero',
    story: 'The trouble is said on stderr, and the exit code says that all went well.',
    patches: [replacing(FAILED, '  console.error((error as Error).message);')],
    killedBy: {
      'lab-03/client-gives-up': { verdict: 'fail', misconception: 'exit-code' },
      'lab-03/client-nobody-there': { verdict: 'fail', misconception: 'exit-code' },
    },
  },
  {
    name: 'error-as-object',
    story: 'The error is made into JSON, where its message is not: the line is {}.',
    patches: [
      replacing(
        FAILED,
        FAILED.replace('(error as Error).message', 'JSON.stringify(new Error(String(error)))'),
      ),
    ],
    killedBy: {
      'lab-03/client-gives-up': { verdict: 'fail', misconception: 'not-plain' },
      'lab-03/client-nobody-there': { verdict: 'fail', misconception: 'not-plain' },
    },
  },
  {
    name: 'trouble-on-stdout',
    story: 'The trouble is said on stdout, where a program that reads the answer takes it for one.',
    patches: [replacing(FAILED, FAILED.replace('console.error', 'console.log'))],
    killedBy: { 'lab-03/client-nobody-there': { verdict: 'fail', misconception: 'extra-output' } },
  },
  {
    name: 'error-thrown',
    story: 'Nobody catches the error, so the user gets its stack.',
    patches: [replacing(FAILED, '  throw error;')],
    killedBy: { 'lab-03/client-nobody-there': { verdict: 'fail', misconception: 'stack-trace' } },
  },
  {
    name: 'socket-per-try',
    story: 'Each try opens a socket and closes the one before: a late answer finds nobody.',
    files: { 'client.ts': 'programs/socket-per-try.ts' },
    killedBy: { 'lab-03/client-late-answer': { verdict: 'timeout', misconception: 'late-dropped' } },
  },
  {
    name: 'every-answer-printed',
    story: 'The listener prints whatever comes, and the socket is closed a little later.',
    patches: [
      replacing(PRINT, 'void answer;'),
      replacing(
        ON_MESSAGE,
        `    socket.on('message', (answer) => {
      clearTimeout(timer);
      console.log(String(answer));
      setTimeout(resolve, 100, answer);
    });`,
      ),
    ],
    killedBy: { 'lab-03/client-late-answer': { verdict: 'fail', misconception: 'printed-twice' } },
  },
  {
    name: 'believes-anybody',
    story: "000's clients take the first datagram that comes for the answer, whoever sent it.",
    patches: unconnected(ON_MESSAGE),
    killedBy: {
      'lab-03/client-ignores-strangers': { verdict: 'fail', misconception: 'stranger-believed' },
      'lab-03/client-only-a-stranger': { verdict: 'crash', misconception: 'stranger-ends' },
    },
  },
  {
    name: 'compares-the-port',
    story: 'The port of the sender is compared, its address is not.',
    patches: unconnected(`    socket.on('message', (answer, sender) => {
      if (sender.port !== port) return;
      clearTimeout(timer);
      resolve(answer);
    });`),
    killedBy: {
      'lab-03/client-ignores-strangers': {
        verdict: 'fail',
        misconception: 'stranger-address',
        onlyOn: 'linux',
      },
    },
  },
  {
    name: 'listens-once',
    story: 'A stranger is ignored, but the listener was for one datagram only and is used up.',
    patches: unconnected(`    socket.once('message', (answer, sender) => {
      if (sender.port !== port || sender.address !== host) return;
      clearTimeout(timer);
      resolve(answer);
    });`),
    killedBy: {
      'lab-03/client-ignores-strangers': { verdict: 'timeout', misconception: 'stranger-stops' },
    },
  },
  {
    name: 'note-on-stdout',
    story: 'Strangers are ignored, and the note about it goes to stdout, where only the answer belongs.',
    patches: unconnected(`    socket.on('message', (answer, sender) => {
      if (sender.port !== port || sender.address !== host) {
        console.log(\`ignored \${answer} from \${sender.address}\`);
        return;
      }
      clearTimeout(timer);
      resolve(answer);
    });`),
    killedBy: {
      'lab-03/client-ignores-strangers': { verdict: 'fail', misconception: 'note-on-stdout' },
      'lab-03/client-only-a-stranger': { verdict: 'fail', misconception: 'extra-output' },
    },
  },
  {
    name: 'stranger-stops-the-timer',
    story: 'The timer is stopped for every datagram, and only then is the sender looked at.',
    patches: unconnected(`    socket.on('message', (answer, sender) => {
      clearTimeout(timer);
      if (sender.port === port && sender.address === host) resolve(answer);
    });`),
    killedBy: {
      'lab-03/client-only-a-stranger': { verdict: 'timeout', misconception: 'waits-for-ever' },
    },
  },
  {
    name: 'stranger-uses-up-a-try',
    story: 'A datagram from a stranger is taken for a failed try: the next one starts at once.',
    patches: unconnected(`    socket.on('message', (answer, sender) => {
      clearTimeout(timer);
      if (sender.port === port && sender.address === host) resolve(answer);
      else attempt(waits.slice(1));
    });`),
    killedBy: { 'lab-03/client-only-a-stranger': { verdict: 'fail', misconception: 'too-early' } },
  },
  {
    name: 'client-udp4-only',
    story: "createSocket('udp4') from the example, whatever HOST is.",
    patches: [replacing("isIPv6(host) ? 'udp6' : 'udp4'", "'udp4'")],
    killedBy: { 'lab-03/client-ipv6': { verdict: 'crash', misconception: 'not-sent' } },
  },
];
