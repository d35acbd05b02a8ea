/** Lab 06, an HTTP/1.1 server: the steps, and the hidden checks of each. */
import type { Suite } from '../../run/check.ts';
import { expectContinue } from './expect-continue.ts';
import { environment, files } from './files.ts';
import { goingAway } from './going-away.ts';
import { handlers } from './handlers.ts';
import { noBody } from './no-body.ts';
import { persistence } from './persistence.ts';
import { pipelining } from './pipelining.ts';
import { realClients } from './real-clients.ts';
import { refusing } from './refusing.ts';
import { response } from './response.ts';
import { streaming } from './streaming.ts';
import { surviving } from './surviving.ts';
import { timeOuts } from './time-outs.ts';

const checks = [
  ...response,
  ...persistence,
  ...timeOuts,
  ...pipelining,
  ...noBody,
  ...streaming,
  ...expectContinue,
  ...refusing,
  ...files,
  ...surviving,
  ...realClients,
  ...goingAway,
  ...handlers,
];

const suite: Suite = {
  lab: 'lab-06',
  transport: 'tcp',
  environment,
  steps: [
    {
      number: 1,
      title: 'A response',
      why: 'A client finds everything in a response by counting bytes; one byte that is wrong, and nothing behind it can be read.',
      hints: [
        'Look at the picture in the README and write those very lines. Which bytes end a line, and which line ends the head?',
        'The parser gives you a request event. Its target holds a path and perhaps a query, its headers are a list of pairs. What does your route need of them?',
        'Build the head as one string of lines joined by CR LF, with Date and Content-Length (the number of bytes of the encoded body) where the handler gave none. Write it and the body, and nothing else.',
      ],
    },
    {
      number: 2,
      title: 'The connection persists',
      why: 'Connecting costs a round trip; a page has a hundred files.',
      hints: [
        'Who ends the connection now, after an answer? Nobody should, unless it was asked for.',
        'One connection has one parser for all of its life. Its request event says in keepAlive whether another request may follow.',
        'Give every data event to the parser and act on each event that it returns. After the answer to a request whose keepAlive is false, end your side; for the others go on. Set allowHalfOpen, or the answers to a client that ended its side are lost.',
      ],
    },
    {
      number: 3,
      title: 'Pipelining',
      why: 'Two requests may come in one segment, and the answers must not be mixed up.',
      hints: [
        'What happens in your server when the second request comes while the first is still being answered?',
        'Each request has a place in a queue. Only the first of the queue may write to the socket.',
        'Either begin a request only when the one before it is answered, or let later ones write into a list of their own until it is their turn. And when much waits, pause the socket: who asks and does not read must not fill your memory.',
      ],
    },
    {
      number: 4,
      title: 'No body: HEAD, 204, 205, 304',
      why: 'Some responses end at the empty line, whatever they say.',
      hints: [
        'For which methods and statuses does the client not look for a body? RFC 9112 §6.3 begins with them.',
        'There is one place in your library that knows both the method of the request and the status of the response. It decides.',
        'To HEAD, and with 204 and 304, throw away what the handler writes. A 204 also has no Content-Length and no Transfer-Encoding; a 205 has Content-Length: 0.',
      ],
    },
    {
      number: 5,
      title: 'Streaming',
      why: 'Who does not know how much will come cannot say how long it is.',
      hints: [
        'How does the client learn that a body is over, when the head could not say how long it is?',
        'RFC 9112 §7.1: each piece has its size before it. Look at which base the size is written in, and at what ends the last one.',
        'On the first write without a Content-Length: Transfer-Encoding: chunked for HTTP/1.1, Connection: close and plain bytes for HTTP/1.0. Each write leaves at once; end writes the last chunk.',
      ],
    },
    {
      number: 6,
      title: 'Expect: 100-continue',
      why: 'A client that asks before it sends a gigabyte waits for your word.',
      hints: [
        'The client holds its body back. What is it waiting for, and what is your handler waiting for?',
        'The 100 is due when the handler asks for the first byte of the body, and only if none of it has come.',
        'When somebody begins to iterate over request.body: if the request asked, is HTTP/1.1, has a body of which nothing came, and the answer has not begun, write HTTP/1.1 100 Continue and an empty line, in its turn.',
      ],
    },
    {
      number: 7,
      title: 'Refusing',
      why: 'Behind bytes that are no request nobody knows where the next one begins.',
      hints: [
        'What does the parser return for bytes that are no request, and what do you do with it?',
        'failed carries the status. Answer in turn, behind the answers to the requests before; then the connection has to end, without losing that answer.',
        'Write the refusal with Connection: close, end your side, and go on reading (and throwing away) for a while, so that no RST destroys the answer. What a handler left of a body is read to its end, or the connection is closed.',
      ],
    },
    {
      number: 8,
      title: 'Surviving',
      why: 'On the network everything that can go wrong goes wrong, and others still want to be served.',
      hints: [
        'Which events end a Node program when nobody listens for them? Which promises?',
        'Every socket has an error listener. Every call of a handler is inside of try and its promise is awaited there. Every wait has an end: data that comes, a timer, or the close of the connection.',
        'When a connection closes: abort the signals of its requests, fulfil what waits in drained, let the bodies throw. And let memory be bounded in both directions: pause the socket when a body is not read, say false when a response is not taken.',
      ],
    },
    {
      number: 9,
      title: 'Files',
      why: 'A path from the network names a file on your disk; it must name no other than you meant.',
      hints: [
        'Which file does the path really mean, once all of its dots and percent signs are taken for what they are?',
        'Decode each segment by itself, once; refuse what holds a slash, a backslash or NUL after that. Then follow the links (realpath) and see whether the file is still below the folder.',
        'Open it, ask what is open for its size and whether it is a file, answer with a stream that waits when the client does not read. An ETag from size and time of change is enough; If-None-Match is a list.',
      ],
    },
    {
      number: 10,
      title: 'Real clients',
      why: 'A server is right when those who have never seen it get along with it.',
      hints: [
        'Run curl -v against your server and read what it says, line by line.',
        'Real clients send many fields, keep connections open, and come back for the same file with its tag.',
        'What differs from the checks before? Take the bytes of the report, send them with printf and nc, and take fields away until it works.',
      ],
    },
  ],
  // The steps in order, whatever file a check stands in.
  checks: [...checks].sort((a, b) => a.step - b.step),
};

export default suite;
