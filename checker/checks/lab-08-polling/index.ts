/** Lab 08, short and long polling: the steps, and the hidden checks of each. */
import type { Suite } from '../../run/check.ts';
import { asking } from './asking.ts';
import { everyone } from './everyone.ts';
import { failures } from './failures.ts';
import { goingAway, listening } from './listening.ts';
import { poller } from './poller.ts';
import { short } from './short.ts';
import { waiting } from './waiting.ts';

const checks = [
  ...listening,
  ...short,
  ...waiting,
  ...everyone,
  ...goingAway,
  ...poller,
  ...asking,
  ...failures,
];

const suite: Suite = {
  lab: 'lab-08',
  transport: 'tcp',
  steps: [
    {
      number: 1,
      title: 'Short polling',
      why: 'A client that says what it has can be told what is missing, and the server need not remember it.',
      hints: [
        'What does the server keep, and what does it take from the request? Begin with the table in the README.',
        'Keep all messages in an array, and never take one out. The answer to a poll is those whose id is greater than since.',
        'Cut the target at the first ?, and read the query with URLSearchParams. Test since against digits only before you make a number of it. Read the body to its end, decode it as a whole, parse it inside of try, and look at the type of text.',
      ],
    },
    {
      number: 2,
      title: 'A poll that waits',
      why: 'Most polls bring nothing. A server that holds them has less to say, and says it sooner.',
      hints: [
        'Which three things can end a poll that waits? What does each of them have to undo of the other two?',
        'First look whether there is news; if so, answer as a short poll. If not, keep the response in a set, with its since and a timer.',
        'A post goes through the set: whose since is less than the new id gets its answer, leaves the set, and its timer stops. The timer answers 204 and leaves the set. Hold the timeout at 60 s before you make milliseconds of it.',
      ],
    },
    {
      number: 3,
      title: 'Nothing is lost between two polls',
      why: 'Between two polls nobody waits, and that is when messages come.',
      hints: [
        'A message is posted while the client is on its way back. Where is it then, and who tells the client?',
        'The answer is never "the message that has just come". It is all that the client does not have, and since says what that is.',
        'Let one function make the answer from since and from the array, for a poll that comes and for one that waits. And let a poll leave the set in the same turn in which it is answered.',
      ],
    },
    {
      number: 4,
      title: 'Many clients',
      why: 'Clients go away without a word, and a server that keeps something of each is full one day.',
      hints: [
        'How does a handler of lab 06 learn that its client is gone?',
        'request.signal is aborted then. Three things refer to the poll: the set, the timer, and whoever awaits its end.',
        'When the signal is aborted: out of the set, stop the timer, let the handler return. When the server is asked to end: answer all that wait with 204, or cut them.',
      ],
    },
    {
      number: 5,
      title: 'The client',
      why: 'A client that is right when all is well is half a client.',
      hints: [
        'Write the Poller first: it has three things to remember. Which outcomes change which of them?',
        'since, the time of the last ask, and the number of failures in a row. Where is the interval counted from, and what does the first failure wait?',
        'One loop: ask, request with a signal that a timer aborts, read the whole body, look at status, JSON and shape, receive, print, wait for delayMs. Everything that is thrown on the way is a failure, caught in one place. SIGTERM aborts whatever is awaited.',
      ],
    },
    {
      number: 6,
      title: 'A thousand waiting clients',
      why: 'Clients that wait cost little, if each of them is only an entry in a set.',
      hints: [
        'What does one post do, and how often, when a thousand wait?',
        'One walk through the set, and an answer for each. Nothing in it may be awaited, and nothing may look at all of the others.',
        'Take the set as it is, begin a new empty one, and answer those of the old one; who still waits goes into the new one. The body is the same for all with the same since.',
      ],
    },
  ],
  // The steps in order, whatever file a check stands in.
  checks: [...checks].sort((a, b) => a.step - b.step),
};

export default suite;
