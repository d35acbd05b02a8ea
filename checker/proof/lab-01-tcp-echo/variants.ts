/** Echo servers of other designs, all right. */
import type { Variant } from '../mutant.ts';

export const variants: Variant[] = [
  {
    name: 'pipe',
    story: 'The socket is piped into itself; pipe heeds backpressure and ends the other side.',
    files: { 'server.ts': 'programs/pipe.ts' },
  },
  {
    name: 'async-iterator',
    story: 'for await over the socket, waiting for drain with events.once.',
    files: { 'server.ts': 'programs/async-iterator.ts' },
  },
  {
    name: 'own-queue',
    story:
      'A queue of its own with high and low marks, written in merged pieces after a turn of the event loop.',
    files: { 'server.ts': 'programs/own-queue.ts' },
  },
  {
    name: 'byte-pieces',
    story: 'Every chunk goes back in pieces of 1,000 bytes, and the log is loud.',
    patches: [
      {
        file: 'server.ts',
        find: '    if (!socket.write(chunk)) socket.pause();',
        replace:
          '    let room = true;\n    for (let at = 0; at < chunk.length; at += 1000) room = socket.write(chunk.subarray(at, at + 1000));\n    if (!room) socket.pause();\n    console.log(`${chunk.length} bytes`);\n    console.error("noted");',
      },
    ],
  },
  {
    name: 'slow-start',
    story: 'The server takes a second before it listens, as programs with a lot to load do.',
    patches: [
      {
        file: 'server.ts',
        find: 'server.listen(port, host, ',
        replace: 'await new Promise((resolve) => setTimeout(resolve, 1000));\nserver.listen(port, host, ',
      },
    ],
  },
  {
    name: 'warned',
    story: 'It makes a call that Node warns of on stderr; that is no word of the program message.',
    patches: [
      {
        file: 'server.ts',
        find: 'const open = new Set<Socket>();',
        replace:
          'const open = new Set<Socket>();\nprocess.emitWarning("this call will go", "DeprecationWarning");',
      },
    ],
  },
  {
    name: 'one-write-at-a-time',
    story: 'The next chunk is read when the callback of the write before has come.',
    patches: [
      {
        file: 'server.ts',
        find: '    if (!socket.write(chunk)) socket.pause();',
        replace: '    socket.pause();\n    socket.write(chunk, () => socket.resume());',
      },
    ],
  },
];
