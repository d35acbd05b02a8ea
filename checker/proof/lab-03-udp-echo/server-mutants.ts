/** UDP echo servers with one mistake each. */
import type { Mutant, Patch } from '../mutant.ts';

const SEND = 'socket.send(data, sender.port, sender.address, (error) => {';
const SOCKET = "const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');";
const BIND = 'socket.bind(port, host, () => console.log(`listening on ${host}:${port}`));';
const SIGTERM = "process.on('SIGTERM', () => socket.close());";
const ERROR = `  console.error(\`cannot serve on \${host}:\${port}: \${error.message}\`);
  process.exit(1);`;

function replacing(find: string, replace: string): Patch {
  return { file: 'server.ts', find, replace };
}

/** The call that sends the answer, with other bytes. */
function sending(bytes: string, before = ''): Patch[] {
  return [replacing(SEND, before + SEND.replace('data', bytes))];
}

export const serverMutants: Mutant[] = [
  {
    name: 'port-fixed',
    story: 'The port stands in the source, as in the first example that everybody copies.',
    patches: [replacing('Number(process.env.PORT ?? 3000)', '3456')],
    killedBy: { 'lab-03/binds': { verdict: 'fail', misconception: 'fixed-port', onlyOn: 'linux' } },
  },
  {
    name: 'never-bound',
    story: 'The socket and its listener are there, a timer keeps the program alive, and nobody calls bind.',
    patches: [replacing(BIND, 'setInterval(() => {}, 1000);')],
    killedBy: { 'lab-03/binds': { verdict: 'timeout', misconception: 'never-listened' } },
  },
  {
    name: 'silent-start',
    story: 'Nothing is said when the socket is bound.',
    patches: [replacing(BIND, 'socket.bind(port, host);')],
    killedBy: { 'lab-03/announces': { verdict: 'fail', misconception: 'no-announcement', onlyOn: 'linux' } },
  },
  {
    name: 'own-words',
    story: "000's line has other words before the address.",
    patches: [replacing('`listening on ${host}', '`UDP server listening on ${host}')],
    killedBy: { 'lab-03/announces': { verdict: 'fail', misconception: 'other-announcement' } },
  },
  {
    name: 'text-round-trip',
    story: 'The datagram is made into text for the log, and the text is sent back.',
    patches: sending('data.toString()'),
    killedBy: { 'lab-03/echo-binary': { verdict: 'fail', misconception: 'text-round-trip' } },
  },
  {
    name: 'latin1',
    story: 'Somebody heard that latin1 is safe for bytes, and sends the string without naming it again.',
    patches: sending("data.toString('latin1')"),
    killedBy: { 'lab-03/echo-binary': { verdict: 'fail', misconception: 'latin1-round-trip' } },
  },
  {
    name: 'c-string',
    story: "A habit from C, and 000's C++ programs have it: the message ends at the first zero byte.",
    patches: sending('data.subarray(0, data.includes(0) ? data.indexOf(0) : data.length)'),
    killedBy: { 'lab-03/echo-binary': { verdict: 'fail', misconception: 'cut-at-nul' } },
  },
  {
    name: 'fixed-buffer',
    story: "000's C++ server has room for 1,023 bytes; the rest of a datagram is lost.",
    patches: sending('data.subarray(0, 1023)'),
    killedBy: { 'lab-03/echo-sizes': { verdict: 'fail', misconception: 'cut-short' } },
  },
  {
    name: 'buffer-sent-whole',
    story: 'The datagram is copied into a buffer of 64 KiB, and the buffer is sent, not what is in it.',
    patches: sending(
      'buffer',
      'const buffer = Buffer.alloc(Math.max(1024, data.length));\n  data.copy(buffer);\n  ',
    ),
    killedBy: { 'lab-03/echo-first': { verdict: 'fail', misconception: 'padded' } },
  },
  {
    name: 'fixed-reply',
    story: "000's C++ server: every datagram gets the same greeting.",
    patches: sending("'Hello from server!'"),
    killedBy: { 'lab-03/echo-first': { verdict: 'fail', misconception: 'fixed-reply' } },
  },
  {
    name: 'newline-added',
    story: 'The echo ends with a newline, so that it looks good in nc.',
    patches: sending("Buffer.concat([data, Buffer.from('\\n')])"),
    killedBy: { 'lab-03/echo-first': { verdict: 'fail', misconception: 'changed-text' } },
  },
  {
    name: 'second-socket',
    story: 'One socket to receive and one to send: the answer comes from a port that nobody asked.',
    patches: [
      replacing(SEND, SEND.replace('socket', 'outgoing')),
      replacing(SOCKET, `${SOCKET}\nconst outgoing = createSocket(isIPv6(host) ? 'udp6' : 'udp4');`),
      replacing(SIGTERM, SIGTERM.replace('socket.close()', 'process.exit(0)')),
    ],
    killedBy: { 'lab-03/echo-first': { verdict: 'fail', misconception: 'other-socket' } },
  },
  {
    name: 'waits-for-newline',
    story: 'A habit from TCP: what comes is collected until there is a line.',
    patches: [
      replacing(
        SEND,
        `text += data;\n  if (!text.endsWith('\\n')) return;\n  ${SEND.replace('data', 'text')}`,
      ),
      replacing(SOCKET, `${SOCKET}\nlet text = '';`),
    ],
    killedBy: { 'lab-03/echo-first': { verdict: 'timeout', misconception: 'waits-for-more' } },
  },
  {
    name: 'empty-skipped',
    story: 'A datagram without a byte is taken for a mistake, or for the end.',
    patches: [replacing(SEND, `if (data.length === 0) return;\n  ${SEND}`)],
    killedBy: { 'lab-03/echo-boundaries': { verdict: 'timeout', misconception: 'no-empty' } },
  },
  {
    name: 'two-listeners',
    story: 'The listener is added when the socket is made and once more when it is bound.',
    patches: [
      replacing(
        BIND,
        "socket.on('listening', () => socket.on('message', (data, sender) => socket.send(data, sender.port, sender.address)));\n" +
          BIND,
      ),
    ],
    killedBy: { 'lab-03/echo-boundaries': { verdict: 'fail', misconception: 'echoed-twice' } },
  },
  {
    name: 'first-client-only',
    story: 'The address of the first sender is kept, as if it were a connection, and everything goes there.',
    patches: [
      replacing(SEND, 'client ??= sender;\n  socket.send(data, client.port, client.address, (error) => {'),
      replacing(SOCKET, `${SOCKET}\nlet client: { port: number; address: string } | undefined;`),
    ],
    killedBy: { 'lab-03/each-sender': { verdict: 'timeout', misconception: 'first-only' } },
  },
  {
    name: 'connected-to-the-first',
    story: 'The server connects its socket to the first sender; the kernel then keeps all others out.',
    patches: [
      replacing(
        `  ${SEND}`,
        `  if (!connected) {
    connected = true;
    socket.connect(sender.port, sender.address, () => socket.send(data));
    return;
  }
  socket.send(data, (error) => {`,
      ),
      replacing(SOCKET, `${SOCKET}\nlet connected = false;`),
      replacing(
        "socket.on('error', (error) => {",
        "socket.on('error', (error) => {\n  if (connected) return;",
      ),
    ],
    killedBy: { 'lab-03/each-sender': { verdict: 'timeout', misconception: 'first-only' } },
  },
  {
    name: 'shared-sender',
    story: 'The sender is kept in a variable outside of the listener and read when the answer is ready.',
    patches: [
      replacing(
        `  ${SEND}`,
        `  latest = sender;
  setTimeout(() => socket.send(data, latest.port, latest.address), 5);
  socket.emit('noted', (error?: Error) => {`,
      ),
      replacing(SOCKET, `${SOCKET}\nlet latest: { port: number; address: string };`),
    ],
    killedBy: { 'lab-03/each-sender': { verdict: 'fail', misconception: 'not-its-own' } },
  },
  {
    name: 'answers-behind',
    story: 'The answers stand in a queue, and one of them leaves every 10 ms so as not to flood anybody.',
    patches: [
      replacing(
        `  ${SEND}`,
        '  queue.push(() => socket.send(data, sender.port, sender.address));\n  queue.concat((error?: Error) => {',
      ),
      replacing(
        SOCKET,
        `${SOCKET}\nconst queue: (() => void)[] = [];\nsetInterval(() => queue.shift()?.(), 10).unref();`,
      ),
    ],
    killedBy: { 'lab-03/survives-burst': { verdict: 'timeout', misconception: 'behind' } },
  },
  {
    name: 'no-sigterm',
    story: 'Nothing listens for SIGTERM.',
    patches: [replacing(SIGTERM, '')],
    killedBy: { 'lab-03/sigterm': { verdict: 'fail', misconception: 'no-handler' } },
  },
  {
    name: 'sigterm-exit-one',
    story: 'The end is taken for a failure.',
    patches: [replacing(SIGTERM, "process.on('SIGTERM', () => process.exit(1));")],
    killedBy: { 'lab-03/sigterm': { verdict: 'fail', misconception: 'exit-code' } },
  },
  {
    name: 'timer-left',
    story: 'The socket is closed on SIGTERM; a timer for the statistics goes on and keeps the program.',
    patches: [replacing(BIND, `${BIND}\nsetInterval(() => {}, 1000);`)],
    killedBy: { 'lab-03/sigterm': { verdict: 'timeout', misconception: 'never-ends' } },
  },
  {
    name: 'error-unheard',
    story: 'The socket has no error listener, so Node throws the error and prints its stack.',
    patches: [
      replacing(
        "socket.on('error'",
        "socket.on('listening', () => console.log(`listening on ${host}:${port}`));\nsocket.on('close'",
      ),
      replacing(BIND, 'socket.bind(port, host);'),
    ],
    killedBy: { 'lab-03/port-in-use': { verdict: 'fail', misconception: 'stack-trace' } },
  },
  {
    name: 'error-swallowed',
    story:
      'No error listener either, but a callback for bind: Node takes that for one, and the program ends silently.',
    patches: [replacing("socket.on('error'", "socket.on('close'")],
    killedBy: { 'lab-03/port-in-use': { verdict: 'fail', misconception: 'exit-code' } },
  },
  {
    name: 'error-exit-zero',
    story: 'The error is said, and the program ends as if all were well.',
    patches: [replacing(ERROR, ERROR.replace('exit(1)', 'exit(0)'))],
    killedBy: { 'lab-03/port-in-use': { verdict: 'fail', misconception: 'exit-code' } },
  },
  {
    name: 'server-udp4-only',
    story: "createSocket('udp4') from the example, whatever HOST is.",
    patches: [replacing("isIPv6(host) ? 'udp6' : 'udp4'", "'udp4'")],
    killedBy: { 'lab-03/server-ipv6': { verdict: 'crash', misconception: 'exited' } },
  },
  {
    name: 'host-ignored',
    story: "000's server: udp4, and bound to the port alone.",
    patches: [
      replacing("isIPv6(host) ? 'udp6' : 'udp4'", "'udp4'"),
      replacing('socket.bind(port, host, ', 'socket.bind(port, '),
    ],
    killedBy: { 'lab-03/server-ipv6': { verdict: 'timeout', misconception: 'family-ignored' } },
  },
];
