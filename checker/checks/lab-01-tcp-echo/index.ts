/** Lab 01, a TCP echo server: the steps, and the hidden checks of each. */
import type { Suite } from '../../run/check.ts';
import { backpressure } from './backpressure.ts';
import { echo } from './echo.ts';
import { endings } from './endings.ts';
import { goingAway } from './going-away.ts';
import { listening } from './listening.ts';
import { manyClients } from './many-clients.ts';

const suite: Suite = {
  lab: 'lab-01',
  transport: 'tcp',
  steps: [
    {
      number: 1,
      title: 'Listen, and say so',
      why: 'A program that others start must be told where to listen, and must say when it does.',
      hints: [
        'createServer only makes a server. It takes no connection until it is told to listen.',
        'PORT is text in process.env; Number makes a number of it. What is the value where PORT is not set?',
        'Give listen the port, the host and a function. Node calls that function when the socket listens: that is the moment to write the line to stdout.',
      ],
    },
    {
      number: 2,
      title: 'Echo exactly the bytes',
      why: 'TCP carries bytes, not text. A server that makes text of them changes what is no text.',
      hints: [
        'What type has the value that a data event gives you? Look it up before you change it into another.',
        'Not every run of bytes is UTF-8. Decoding puts U+FFFD (EF BF BD) where it finds none, and nothing brings the byte back.',
        'Write the very value that the data event gave you. Nothing else: no greeting, no newline, and no end after the first piece.',
      ],
    },
    {
      number: 3,
      title: 'Many clients at once',
      why: 'A client that says nothing must not keep the others waiting.',
      hints: [
        'The function that you gave to createServer is called once for each client. What do these calls share?',
        'Variables outside of that function belong to all clients, those inside to one.',
        'A server that serves one client until it ends answers the first and leaves the others in the queue. In Node nothing makes you wait: just listen for events on each socket.',
      ],
    },
    {
      number: 4,
      title: 'Endings',
      why: 'Each direction of a connection ends by itself. And some clients never end in order at all.',
      hints: [
        'A client that has sent all it has ends its side (FIN), and still reads. What does Node do with your side then, unless told otherwise?',
        'Read what allowHalfOpen does in the options of createServer, and what you must do yourself once it is on.',
        'With allowHalfOpen, answer the end event by ending your side: end sends FIN after all that is still queued. And an error event without a listener ends the whole program.',
      ],
    },
    {
      number: 5,
      title: 'Backpressure',
      why: 'A client that reads slowly must not fill your memory.',
      hints: [
        'Where are the bytes that you have written and that the client has not read yet?',
        'The answer of socket.write is a boolean. Look up what false means.',
        'When write answers false, pause that socket; when it says drain, resume it. Its client then stalls, and nobody else.',
      ],
    },
    {
      number: 6,
      title: 'Going away',
      why: 'Programs are stopped and started again every day. Nobody should lose bytes by it.',
      hints: [
        'process.on can listen for SIGTERM. Without a listener the signal ends the program at once, and not with exit code 0.',
        'server.close stops accepting, and calls back when the last connection is gone. Who ends the connections that are idle?',
        'Keep the open sockets in a Set. On SIGTERM end those that have nothing left to write. Leave the others as they are: they go on echoing until their client ends. Exit after 1.5 s in any case.',
      ],
    },
  ],
  checks: [...listening, ...echo, ...manyClients, ...endings, ...backpressure, ...goingAway],
};

export default suite;
