/** Lab 09, Server-Sent Events: the steps, and the hidden checks of each. */
import type { Suite } from '../../run/check.ts';
import { heartbeats } from './heartbeats.ts';
import { listening } from './listening.ts';
import { comments, oneEvent } from './one-event.ts';
import { publishing } from './publishing.ts';
import { realReaders } from './real-readers.ts';
import { theResponse } from './response.ts';
import { resuming } from './resuming.ts';
import { slowReaders } from './slow-readers.ts';

const suite: Suite = {
  lab: 'lab-09',
  transport: 'tcp',
  steps: [
    {
      number: 1,
      title: 'One event',
      why: 'A stream has no end, so its bytes must say where each event ends.',
      hints: [
        'Write down the bytes of one event as the README shows them. Which of them are there for every event?',
        'A line is the name of a field, a colon, a space, the value and LF. Which members of the argument have a line, and what stands behind the last one?',
        'Build a string: a line for each member that is not undefined (the empty text is one), then an empty line. Encode it as UTF-8. Refuse a retry that is no whole number from 0 to 2^53 - 1.',
      ],
    },
    {
      number: 2,
      title: 'Text that is not one line',
      why: 'Text comes from people, and people press Enter; some of them write lines on purpose that you did not mean to send.',
      hints: [
        'What does a reader make of the second line of a text, if you write the text as it is?',
        'Which three line ends does §9.2.5 know? Cut the data at each of them, CRLF in one piece. What is left of a text that ends with a line end?',
        'Split the data with one expression that knows CRLF, CR and LF, and write a data line for each part, the empty ones too, always with a space behind the colon. In event and id look for CR and LF first, and throw.',
      ],
    },
    {
      number: 3,
      title: 'The response',
      why: 'A reader decides by the head whether this is a stream, and waits for the first byte of it.',
      hints: [
        'When does your library of lab 06 send the head? What has happened by then?',
        'writeHead says what the head is; the first write sends it. What can you write that is no event? Which response has no body at all?',
        'For GET: the head with Content-Type and Cache-Control and without a length, then a first write of nothing, and no end. For HEAD: the head and end. On SIGTERM end all streams before the server waits for its responses.',
      ],
    },
    {
      number: 4,
      title: 'Publish, and all readers get it',
      why: 'One who speaks and many who listen: everything else in push is built on this.',
      hints: [
        'Who knows all the readers, and when does it learn that there is one more?',
        'A set of readers. Publishing checks the body, makes an id, encodes the event once and writes it to each of them.',
        'Do it in one turn of the event loop, without await between the id and the last write: then there is one order for all. Parse and check before anything is given an id. One reader that fails is nothing to the others.',
      ],
    },
    {
      number: 5,
      title: 'Heartbeats',
      why: 'Without a sign of life nobody can tell a quiet connection from a dead one.',
      hints: [
        'Which bytes can you send that no program of a reader ever hears of?',
        'A line that begins with a colon. One timer is enough for all readers.',
        'setInterval with HEARTBEAT_MS, and each time a comment to all. A text of several lines gets a colon before each of them.',
      ],
    },
    {
      number: 6,
      title: 'Last-Event-ID',
      why: 'Connections break, and a reader should not have to care.',
      hints: [
        'A reader says what it has read last. What must your program still have, to know what comes behind that?',
        'Hold the last HISTORY events, with their ids. Find the one with that id: what stands behind it is written first, then the reader is one like the others. And if it is not found?',
        'Replay and add the reader in one turn, without await between them. A counter makes ids that never repeat. What you do not find is a reset, with data, and nothing else. Leave an empty id out.',
      ],
    },
    {
      number: 7,
      title: 'Readers that do not read',
      why: 'One phone in a tunnel must not fill the memory of the server that a thousand others read from.',
      hints: [
        'What becomes of the bytes that you write to somebody who does not read? Who counts them?',
        'write answers false: from then on the events of this reader wait in a list of its own, and their bytes are counted. drained says when it may go on.',
        'Over MAX_BUFFERED: forget the reader and cut it, never leave events out. What is replayed does not count. And when request.signal is aborted, take away all that there is of a reader.',
      ],
    },
    {
      number: 8,
      title: 'Real readers',
      why: 'A server is right when those who have never seen it get along with it.',
      hints: [
        'Open a page from your server in a browser, and an EventSource in its console.',
        'Look at the requests in its network view: which fields does it send the second time?',
        'What differs from the steps before? Take the bytes of the report, send them with printf and nc, and take fields away until it works.',
      ],
    },
  ],
  checks: [
    ...oneEvent,
    ...listening,
    ...theResponse,
    ...publishing,
    ...heartbeats,
    ...comments,
    ...resuming,
    ...slowReaders,
    ...realReaders,
  ],
};

export default suite;
