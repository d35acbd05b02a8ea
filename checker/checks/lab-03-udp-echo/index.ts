/** Lab 03, UDP echo: the steps, and the hidden checks of each. */
import type { Suite } from '../../run/check.ts';
import { asking } from './asking.ts';
import { binding } from './binding.ts';
import { echo } from './echo.ts';
import { ipv6 } from './ipv6.ts';
import { staying } from './staying.ts';
import { strangers } from './strangers.ts';
import { trying } from './trying.ts';

const suite: Suite = {
  lab: 'lab-03',
  transport: 'udp',
  steps: [
    {
      number: 1,
      title: 'Echo each datagram to its sender',
      why: 'UDP keeps the boundaries of messages and knows no connections: each datagram stands for itself.',
      hints: [
        'createSocket only makes a socket. It receives nothing until it is bound to an address and a port.',
        'The message event brings two things: the bytes of one datagram, and where they came from. That is all that an echo needs.',
        'Send the very Buffer that came, to the port and address in the second argument, with the socket that received it. No text, no list of clients, nothing that is kept.',
      ],
    },
    {
      number: 2,
      title: 'Stay up, and go in order',
      why: 'Anybody can send anything to a UDP port at any pace, and a server has to bear it.',
      hints: [
        'What does your server still hold of a datagram when the next one comes?',
        'The kernel drops what it has no room for; that is its way to say "too fast", and no mistake of yours. Your program must only survive it.',
        'Three events end or keep a program here: error of the socket (say it in one line, exit with 1), SIGTERM of the process (close the socket), and the callback of send (an answer that was lost is no reason to end).',
      ],
    },
    {
      number: 3,
      title: 'Ask one question',
      why: 'A client that people use prompts, reads a line, and shows the answer and nothing else.',
      hints: [
        'console.log writes a newline after the prompt. process.stdout.write does not.',
        'A chunk of stdin need not be a line. node:readline gives you whole lines; take the first one.',
        'The program ends by itself when nothing is left to wait for: close the readline interface after the line, and the socket after the answer. And the bytes of a text are Buffer.from(text).',
      ],
    },
    {
      number: 4,
      title: 'The answer may be lost',
      why: 'UDP promises nothing. What a program needs promised it must promise itself.',
      hints: [
        'Who could tell your program that a datagram was lost?',
        'Start a timer with each datagram. What has to happen when it fires, and what when the answer comes first?',
        'Two ends to prepare for: the answer (stop the timer, print, close) and the last timer (one line on stderr, close, exit code 1). Between them the same datagram goes out again from the same socket, and the wait doubles. An error event of the socket is an end too.',
      ],
    },
    {
      number: 5,
      title: 'Whose answer is it?',
      why: 'A UDP port takes datagrams from everybody. Who believes them all can be told anything.',
      hints: [
        'Anybody on the network may send to the port of your client. How do you know who did?',
        'The message event has a second argument. Or look up what connect does for a UDP socket: no datagram is sent by it, so what changes?',
        'Ignoring means that nothing changes: no output, no timer stopped or started, no listener used up, no try counted.',
      ],
    },
    {
      number: 6,
      title: 'IPv6',
      why: 'Half of the Internet speaks IPv6, and a socket speaks only one of the two.',
      hints: [
        'What does the argument of createSocket say?',
        'An IPv6 address has colons in it. node:net has functions that tell the two families apart.',
        'Choose udp4 or udp6 by HOST when the socket is made; nothing else has to change.',
      ],
    },
  ],
  checks: [...binding, ...echo, ...staying, ...asking, ...trying, ...strangers, ...ipv6],
};

export default suite;
