/** Echo servers with one mistake each. */
import type { Mutant } from '../mutant.ts';

const DATA = `  socket.on('data', (chunk) => {
    if (!socket.write(chunk)) socket.pause();
  });`;
const END = `  socket.on('end', () => socket.end());`;
const HOST = "process.env.HOST ?? '127.0.0.1'";
const LISTEN = 'server.listen(port, host, () => console.log(`listening on ${host}:${port}`));';
const SIGTERM_LOOP = '  for (const socket of open) if (socket.writableLength === 0) socket.destroy();';

/** The body of the data listener, replaced. */
function onData(body: string): { file: string; find: string; replace: string }[] {
  return [{ file: 'server.ts', find: DATA, replace: `  socket.on('data', (chunk) => {\n${body}\n  });` }];
}

function replacing(find: string, replace: string): { file: string; find: string; replace: string } {
  return { file: 'server.ts', find, replace };
}

export const mutants: Mutant[] = [
  {
    name: 'port-fixed',
    story: 'The port stands in the source, as in the first example that everybody copies.',
    patches: [replacing('Number(process.env.PORT ?? 3000)', '3456')],
    killedBy: { 'lab-01/listens': { verdict: 'fail', misconception: 'fixed-port', onlyOn: 'linux' } },
  },
  {
    name: 'name-of-the-machine',
    story: 'It listens on the name of the machine, for which Debian writes 127.0.1.1 into /etc/hosts.',
    patches: [replacing(HOST, "'127.0.1.1'")],
    killedBy: { 'lab-01/listens': { verdict: 'fail', misconception: 'other-address', onlyOn: 'linux' } },
  },
  {
    name: 'host-ignored',
    story: 'listen gets the port alone, as in most examples: the server is open to the whole network.',
    patches: [replacing('listen(port, host, ', 'listen(port, ')],
    killedBy: { 'lab-01/host': { verdict: 'fail', misconception: 'host-ignored' } },
  },
  {
    name: 'localhost-only',
    story: 'The port comes from the environment, and the host stands in the source.',
    patches: [replacing(HOST, "'127.0.0.1'")],
    killedBy: { 'lab-01/host': { verdict: 'fail', misconception: 'localhost-only' } },
  },
  {
    name: 'never-listens',
    story: 'The server is made, a timer keeps the program alive, and nobody calls listen.',
    patches: [replacing(LISTEN, 'setInterval(() => {}, 1000);')],
    killedBy: { 'lab-01/listens': { verdict: 'timeout', misconception: 'never-listened' } },
  },
  {
    name: 'silent-start',
    story: 'Nothing is said when the server listens.',
    patches: [replacing(LISTEN, 'server.listen(port, host);')],
    killedBy: { 'lab-01/announces': { verdict: 'fail', misconception: 'no-announcement' } },
  },
  {
    name: 'own-words',
    story: "000's line: other words, and without the host.",
    patches: [
      replacing('console.log(`listening on ${host}:${port}`)', 'console.log(`Server is up, port ${port}`)'),
    ],
    killedBy: { 'lab-01/announces': { verdict: 'fail', misconception: 'other-announcement' } },
  },
  {
    name: 'text-round-trip',
    story: 'The chunk is made into text for the log, and the text is sent back. What is no UTF-8 is lost.',
    patches: onData('    if (!socket.write(chunk.toString())) socket.pause();'),
    killedBy: {
      'lab-01/echo-binary': { verdict: 'fail', misconception: 'text-round-trip' },
      'lab-01/echo-at-cuts': { verdict: 'fail', misconception: 'text-round-trip' },
    },
  },
  {
    name: 'set-encoding',
    story: 'setEncoding keeps characters whole over cuts, so text works and everything else breaks.',
    patches: [replacing('  open.add(socket);', "  open.add(socket);\n  socket.setEncoding('utf8');")],
    killedBy: { 'lab-01/echo-binary': { verdict: 'fail', misconception: 'text-round-trip' } },
  },
  {
    name: 'latin1',
    story: 'Somebody heard that latin1 is safe for bytes, and writes the string without naming it again.',
    patches: onData("    if (!socket.write(chunk.toString('latin1'))) socket.pause();"),
    killedBy: { 'lab-01/echo-binary': { verdict: 'fail', misconception: 'latin1-round-trip' } },
  },
  {
    name: 'ascii',
    story: 'The bytes are read as ASCII: Node clears the top bit of each.',
    patches: onData("    if (!socket.write(Buffer.from(chunk.toString('ascii'), 'latin1'))) socket.pause();"),
    killedBy: { 'lab-01/echo-binary': { verdict: 'fail', misconception: 'ascii-only' } },
  },
  {
    name: 'c-string',
    story: 'A habit from C: the message ends at the first zero byte.',
    patches: onData(
      '    const zero = chunk.indexOf(0);\n    const text = zero < 0 ? chunk : chunk.subarray(0, zero);\n    if (!socket.write(text)) socket.pause();',
    ),
    killedBy: { 'lab-01/echo-binary': { verdict: 'timeout', misconception: 'cut-at-nul' } },
  },
  {
    name: 'newline-added',
    story: 'The echo ends with a newline, so that it looks good in nc.',
    patches: onData("    socket.write(chunk);\n    if (!socket.write('\\n')) socket.pause();"),
    killedBy: { 'lab-01/echo-again': { verdict: 'fail', misconception: 'newline-added' } },
  },
  {
    name: 'prefixed',
    story: 'The answer says what it is: "echo: hello".',
    patches: onData('    if (!socket.write(Buffer.concat([Buffer.from("echo: "), chunk]))) socket.pause();'),
    killedBy: { 'lab-01/echo-first': { verdict: 'fail', misconception: 'changed-text' } },
  },
  {
    name: 'greeting',
    story: 'A friendly server says hello before anybody asked.',
    patches: [replacing('  open.add(socket);', "  open.add(socket);\n  socket.write('Welcome!\\n');")],
    killedBy: { 'lab-01/echo-first': { verdict: 'fail', misconception: 'unasked' } },
  },
  {
    name: 'fixed-reply',
    story: "000's C++ server: whatever is said, the reply is the same.",
    patches: onData("    if (!socket.write('Hello from the server!')) socket.pause();"),
    killedBy: { 'lab-01/echo-first': { verdict: 'fail', misconception: 'fixed-reply' } },
  },
  {
    name: 'line-by-line',
    story: 'Tried with nc only, where every message ends with a newline: the server waits for one.',
    patches: [
      replacing(
        DATA,
        "  let line = Buffer.alloc(0);\n  socket.on('data', (chunk) => {\n    line = Buffer.concat([line, chunk]);\n    const end = line.lastIndexOf(10);\n    if (end < 0) return;\n    socket.write(line.subarray(0, end + 1));\n    line = line.subarray(end + 1);\n  });",
      ),
    ],
    killedBy: { 'lab-01/echo-first': { verdict: 'timeout', misconception: 'waiting' } },
  },
  {
    name: 'echo-at-the-end',
    story: 'All chunks are collected, and the echo is sent when the client has ended.',
    patches: [
      replacing(DATA, "  const all: Buffer[] = [];\n  socket.on('data', (chunk) => all.push(chunk));"),
      replacing(END, "  socket.on('end', () => socket.end(Buffer.concat(all)));"),
    ],
    killedBy: { 'lab-01/echo-first': { verdict: 'timeout', misconception: 'waiting' } },
  },
  {
    name: 'close-after-one',
    story: "000's C++ server: one message, one answer, close.",
    patches: onData('    socket.end(chunk);'),
    killedBy: { 'lab-01/echo-again': { verdict: 'fail', misconception: 'fin' } },
  },
  {
    name: 'one-kilobyte',
    story: "000's C++ server: a buffer of 1,024 bytes, and what does not fit is dropped.",
    patches: onData('    if (!socket.write(chunk.subarray(0, 1023))) socket.pause();'),
    killedBy: { 'lab-01/echo-8-mib': { verdict: 'fail', misconception: 'bytes-lost' } },
  },
  {
    name: 'one-client-at-a-time',
    story: "000's C++ server: the next client is looked at when the one before has gone.",
    files: { 'server.ts': 'programs/one-client-at-a-time.ts' },
    killedBy: { 'lab-01/reverse-order': { verdict: 'timeout', misconception: 'one-at-a-time' } },
  },
  {
    name: 'told-to-all',
    story: 'A chat server is taken for an echo server: every client hears what one says.',
    patches: onData('    for (const one of open) one.write(chunk);'),
    killedBy: { 'lab-01/reverse-order': { verdict: 'fail', misconception: 'others-bytes' } },
  },
  {
    name: 'last-client-only',
    story: 'The socket is kept in one variable for all: the echo goes to whoever connected last.',
    patches: [
      replacing('const open = new Set<Socket>();', 'const open = new Set<Socket>();\nlet current: Socket;'),
      replacing('  open.add(socket);', '  open.add(socket);\n  current = socket;'),
      ...onData('    current.write(chunk);'),
    ],
    killedBy: { 'lab-01/reverse-order': { verdict: 'fail', misconception: 'others-bytes' } },
  },
  {
    name: 'hundred-clients',
    story: 'A limit that looked large enough.',
    patches: [replacing(LISTEN, `server.maxConnections = 100;\n${LISTEN}`)],
    killedBy: { 'lab-01/two-hundred': { verdict: 'fail', misconception: 'turned-away' } },
  },
  {
    name: 'default-half-open',
    story:
      'The echo waits for a timer; allowHalfOpen is left at its default, so the FIN of the client ends both sides.',
    patches: [
      replacing('createServer({ allowHalfOpen: true }, (socket)', 'createServer((socket)'),
      ...onData('    setTimeout(() => socket.write(chunk), 20);'),
      replacing(`\n${END}`, ''),
    ],
    killedBy: { 'lab-01/half-close-short': { verdict: 'fail', misconception: 'lost-after-fin' } },
  },
  {
    name: 'destroyed-at-the-end',
    story: 'When the client has ended, the socket is destroyed: what was still queued is gone.',
    patches: [
      ...onData('    socket.write(chunk);'),
      replacing(END, "  socket.on('end', () => socket.destroy());"),
    ],
    killedBy: { 'lab-01/half-close': { verdict: 'fail', misconception: 'lost-after-fin' } },
  },
  {
    name: 'never-ended',
    story: 'allowHalfOpen is on, and nobody ends the other half.',
    patches: [replacing(`\n${END}`, '')],
    killedBy: {
      'lab-01/half-close': { verdict: 'timeout', misconception: 'never-ended' },
      'lab-01/half-close-short': { verdict: 'timeout', misconception: 'never-ended' },
    },
  },
  {
    name: 'no-error-listener',
    story: 'No listener for error: one reset ends the whole server.',
    patches: [
      replacing("  socket.on('error', (error) => console.error(`connection lost: ${error.message}`));", ''),
    ],
    killedBy: { 'lab-01/reset': { verdict: 'crash', misconception: 'crashed' } },
  },
  {
    name: 'exit-on-error',
    story: "000's C++ server: an error on one connection returns from main.",
    patches: [replacing('console.error(`connection lost: ${error.message}`)', 'process.exit(error ? 1 : 0)')],
    killedBy: { 'lab-01/reset': { verdict: 'crash', misconception: 'crashed' } },
  },
  {
    name: 'greets-the-address',
    story: "The log wants the client's address. A client that is gone already has none.",
    patches: [
      replacing(
        '  open.add(socket);',
        '  open.add(socket);\n  console.log(socket.remoteAddress!.toUpperCase());',
      ),
    ],
    killedBy: { 'lab-01/gone-at-once': { verdict: 'crash', misconception: 'crashed' } },
  },
  {
    name: 'write-ignored',
    story: "000's Node server: what write returns is not looked at, and the memory fills.",
    patches: onData('    socket.write(chunk);'),
    killedBy: { 'lab-01/stalled-client-memory': { verdict: 'fail', misconception: 'write-ignored' } },
  },
  {
    name: 'never-resumed',
    story: 'The socket is paused when it must be, and nobody wakes it again.',
    patches: [replacing("  socket.on('drain', () => socket.resume());", '')],
    killedBy: { 'lab-01/stalled-client-resumes': { verdict: 'timeout', misconception: 'never-resumed' } },
  },
  {
    name: 'resumed-by-timer',
    story: 'Instead of waiting for drain the socket is resumed after 20 ms, whether there is room or not.',
    patches: [
      ...onData(
        '    if (socket.write(chunk)) return;\n    socket.pause();\n    setTimeout(() => socket.resume(), 1);',
      ),
      replacing("  socket.on('drain', () => socket.resume());", ''),
    ],
    killedBy: { 'lab-01/stalled-client-memory': { verdict: 'fail', misconception: 'write-ignored' } },
  },
  {
    name: 'dropped-when-full',
    story: 'When write has answered false, what comes next is dropped.',
    patches: onData('    if (socket.writableNeedDrain) return;\n    socket.write(chunk);'),
    killedBy: { 'lab-01/stalled-client-resumes': { verdict: 'timeout', misconception: 'bytes-lost' } },
  },
  {
    name: 'all-paused',
    story: 'One client stalls, and the server stops reading from everybody.',
    patches: [
      ...onData('    if (!socket.write(chunk)) for (const one of open) one.pause();'),
      replacing('() => socket.resume()', '() => open.forEach((one) => one.resume())'),
    ],
    killedBy: { 'lab-01/stalled-client-resumes': { verdict: 'timeout', misconception: 'others-wait' } },
  },
  {
    name: 'no-sigterm',
    story: 'SIGTERM is left to the system, which ends the program by the signal.',
    patches: [replacing("process.on('SIGTERM'", "process.on('SIGUSR2'")],
    killedBy: { 'lab-01/sigterm-idle': { verdict: 'fail', misconception: 'no-handler' } },
  },
  {
    name: 'waits-for-idle-clients',
    story: 'server.close alone: it waits for clients that never go.',
    patches: [
      replacing(SIGTERM_LOOP, ''),
      replacing('  setTimeout(() => process.exit(0), LAST_CALL_MS);', ''),
    ],
    killedBy: { 'lab-01/sigterm-idle': { verdict: 'timeout', misconception: 'never-ends' } },
  },
  {
    name: 'exits-with-one',
    story: 'The program ends as asked, and says that something went wrong.',
    patches: [replacing('server.close(() => process.exit(0))', 'server.close(() => process.exit(1))')],
    killedBy: { 'lab-01/sigterm-idle': { verdict: 'fail', misconception: 'exit-code' } },
  },
  {
    name: 'exits-at-once',
    story: 'SIGTERM is process.exit, whatever is under way.',
    patches: [replacing('  server.close(() => process.exit(0));', '  process.exit(0);')],
    killedBy: { 'lab-01/sigterm-busy': { verdict: 'fail', misconception: 'cut-off' } },
  },
  {
    name: 'goes-on-accepting',
    story: 'On SIGTERM the open connections are seen to, and new ones are still taken.',
    patches: [replacing('  server.close(() => process.exit(0));', '')],
    killedBy: { 'lab-01/sigterm-busy': { verdict: 'fail', misconception: 'still-accepts' } },
  },
  {
    name: 'trace-for-a-taken-port',
    story: 'No error listener on the server: a port in use ends it with a stack trace.',
    patches: [replacing("server.on('error'", "server.on('close'")],
    killedBy: { 'lab-01/port-in-use': { verdict: 'fail', misconception: 'stack-trace' } },
  },
  {
    name: 'zero-for-a-taken-port',
    story: 'The error is said, and the exit code says that all went well.',
    patches: [
      replacing(
        '  console.error(`cannot listen on ${host}:${port}: ${error.message}`);\n  process.exit(1);',
        '  console.error(error.message);\n  process.exit(0);',
      ),
    ],
    killedBy: { 'lab-01/port-in-use': { verdict: 'fail', misconception: 'exit-code' } },
  },
  {
    name: 'announces-first',
    story: 'The line is written right after the call of listen, before anybody knows whether it works.',
    patches: [replacing(LISTEN, 'server.listen(port, host);\nconsole.log(`listening on ${host}:${port}`);')],
    killedBy: { 'lab-01/port-in-use': { verdict: 'fail', misconception: 'announced-anyway' } },
  },
  {
    name: 'stays-without-a-port',
    story: 'The error is said, and the program stays, doing nothing.',
    patches: [
      replacing(
        '  console.error(`cannot listen on ${host}:${port}: ${error.message}`);\n  process.exit(1);',
        '  console.error(error.message);\n  setInterval(() => {}, 1000);',
      ),
    ],
    killedBy: { 'lab-01/port-in-use': { verdict: 'timeout', misconception: 'never-ends' } },
  },
];
