/** UDP echo servers and clients of other designs, all right. */
import type { Variant } from '../mutant.ts';

export const variants: Variant[] = [
  {
    name: 'unconnected-client',
    story:
      'An unconnected socket that compares address and port, raw stdin, callbacks, process.exit at the end.',
    files: { 'client.ts': 'programs/unconnected-client.ts' },
  },
  {
    name: 'promises-client',
    story: 'readline/promises with its output, timers with an AbortController, a refusal only noted.',
    files: { 'client.ts': 'programs/promises-client.ts' },
  },
  {
    name: 'socket-kept-per-try',
    story: 'A socket for each try, all of them kept open and listened to until the end.',
    files: { 'client.ts': 'programs/socket-kept-per-try.ts' },
  },
  {
    name: 'dual-stack',
    story: 'udp6 sockets at both ends, with IPv4 addresses mapped into IPv6.',
    files: { 'server.ts': 'programs/dual-stack-server.ts', 'client.ts': 'programs/dual-stack-client.ts' },
  },
  {
    name: 'iterated-server',
    story: 'for await over the message events, one answer after the other, a loud log, the port in brackets.',
    files: { 'server.ts': 'programs/iterated-server.ts' },
  },
  {
    name: 'unordered-server',
    story:
      'Each datagram is copied and answered a little later, in no particular order; it takes a second to start.',
    files: { 'server.ts': 'programs/unordered-server.ts' },
  },
];
