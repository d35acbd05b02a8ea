/** What to think about for each mistake of the client program; a check's own hint for the same one comes first. */
import { REQUEST_HINTS } from '../../peer/http-request.ts';

export const CLIENT_HINTS = {
  ...REQUEST_HINTS,
  'never-connected':
    'The program never connected to HOST and PORT. Both come from the environment; PORT is text there.',
  'no-reconnect':
    'The stream is over, and the client does not come back. Which of end, close and error tells you of it, and what do you do then?',
  'gave-up':
    'The client ended. Only an answer that says no ends it: another status, another type, a redirect that leads nowhere, or an event that is too large. Every trouble of the connection means: wait, and come back.',
  'asked-again':
    'The answer was a no, and the client asked again. Only the network and the end of a stream are a reason to come back: a server that says no will say it again.',
  'goes-on': 'The answer was a no, and the program goes on. It gives up: a line on stderr, exit code 1.',
  'exit-code':
    'The program ended with another exit code. It is 1 when it gives up, 0 after SIGTERM and Ctrl-C.',
  'stack-trace': 'A stack trace is for the author of a program. Say in a line of words why it gives up.',
  'no-message': 'The program ended without a word. Its user cannot know why: a line on stderr.',
  'extra-output':
    'Stdout is read by other programs, line by line: events and nothing else. What you want to say to a person goes to stderr.',
  'not-json': 'A line on stdout is no JSON object. `JSON.stringify` makes one of an object, in one line.',
  members:
    'The object on stdout lacks a member, or has one that is no text: `event`, `data` and `lastEventId` are strings.',
  'no-newline': 'The event is there, and the newline behind it is not. Whoever reads lines still waits.',
  'not-printed':
    'The event is complete, and nothing was printed. The stream goes on for hours: print each event as soon as `receive` gives it out. Do the bytes of the body reach your parser as they arrive?',
  'cut-character':
    'A character became U+FFFD. The bytes of the body go to the parser as they are, not as text.',
  'chunk-sizes-printed':
    'The size of a chunk is in the data. What the parser gets is the body, with the chunks taken off.',
  'other-id': 'The data is right, and `lastEventId` is another. It comes from the parser, with the event.',
  'event-lost': 'An event is missing: a later one was printed in its place.',
  'other-event': 'The line says something else than the event that was sent.',
  'no-handler': 'The signal ended the program the hard way: nothing listens for it. `process.on` can.',
  'never-ends':
    'The program goes on. What is still open: a socket, a timer? A handler of the signal may end the process by itself.',
};
