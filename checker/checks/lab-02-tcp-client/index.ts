/** Lab 02, a TCP client for people: the steps, and the hidden checks of each. */
import type { Suite } from '../../run/check.ts';
import { connecting } from './connecting.ts';
import { conversation } from './conversation.ts';
import { endings } from './endings.ts';
import { terminal } from './terminal.ts';
import { trouble } from './trouble.ts';

const suite: Suite = {
  lab: 'lab-02',
  transport: 'tcp',
  steps: [
    {
      number: 1,
      title: 'Connect, and say so',
      why: 'A person who waits wants to know whether anybody is there.',
      hints: [
        'connect of node:net returns a socket at once. Is the connection made by then?',
        'PORT is text in process.env; Number makes a number of it. What is the value where PORT is not set?',
        'Give connect the host and the port, and listen for the event that says the connection is made: there the line goes to stdout.',
      ],
    },
    {
      number: 2,
      title: 'What is typed is sent, what arrives is printed',
      why: 'TCP carries a stream of bytes: neither a line nor an answer nor a character arrives in one piece for certain.',
      hints: [
        'How many bytes does one data event bring, and what do you know about where they end?',
        'Turning a piece of the stream into text breaks the character at its edge. Must it be text at all?',
        'Standard input and the socket are streams of bytes, both. process.stdout.write takes the very bytes of a data event; console.log adds a newline.',
      ],
    },
    {
      number: 3,
      title: 'The end of the input',
      why: 'Each direction of a connection ends by itself: who has nothing more to say can still listen.',
      hints: [
        'How does the server learn that nothing more will be typed?',
        'The methods end and destroy of a socket are different. Which one sends what is queued, and which one leaves the other direction open?',
        'When standard input ends, end the socket, and do nothing else. The program is over when the server has ended too.',
      ],
    },
    {
      number: 4,
      title: 'The server ends',
      why: 'A program that hangs after the other side has gone must be killed by hand.',
      hints: [
        'A socket has the events end and close. Which one tells that the server has sent all it had?',
        'A Node program ends when nothing can happen any more. What can still happen when the server has gone?',
        'On the end event: a newline if the last byte was none, the line, then leave with exit code 0, since standard input would keep the program alive.',
      ],
    },
    {
      number: 5,
      title: 'Trouble in plain words',
      why: 'Who uses a program has no use for its stack, and scripts see nothing but the exit code.',
      hints: [
        'All trouble of a socket comes as one event. What does Node do when nobody listens to it?',
        'The error has a code (ECONNREFUSED, ENOTFOUND, ECONNRESET). Print one line with console.error, and choose the exit code yourself.',
        'For a connect that nobody answers no event comes for minutes: start a timer beside it, and stop that timer when the connection is made.',
      ],
    },
    {
      number: 6,
      title: 'At a terminal',
      why: 'Who sits at a terminal must see whose turn it is, and be able to leave.',
      hints: [
        'process.stdin tells whether it is a terminal. In a pipe nobody reads a prompt.',
        'At a terminal Ctrl-D is the end of standard input, and Ctrl-C is the signal SIGINT, unless your program takes the keys for itself.',
        'Write the prompt to stdout without a newline when the connection is made and after each piece of answer that ends a line. With readline, listen for its SIGINT event too.',
      ],
    },
  ],
  checks: [...connecting, ...conversation, ...endings, ...trouble, ...terminal],
};

export default suite;
