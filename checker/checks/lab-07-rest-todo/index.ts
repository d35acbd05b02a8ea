/** Lab 07, a REST API: the steps, and the hidden checks of each. */
import type { Suite } from '../../run/check.ts';
import { bodies } from './bodies.ts';
import { damage } from './damage.ts';
import { environment } from './data-file.ts';
import { idempotence } from './idempotence.ts';
import { ids } from './ids.ts';
import { kept } from './kept.ts';
import { killed } from './killed.ts';
import { goingAway, listens } from './listening.ts';
import { routes } from './routes.ts';
import { statuses } from './statuses.ts';
import { writers } from './writers.ts';

const suite: Suite = {
  lab: 'lab-07',
  transport: 'tcp',
  environment,
  steps: [
    {
      number: 1,
      title: 'Routes and path parameters',
      why: 'A path is the name of a thing, and each thing has one name.',
      hints: [
        'Begin with the two paths of the table, and with 404 for all others. What does createServer of lab 06 want from you?',
        'Cut the target at the first ?. Then look at the whole path: is it /todos, or /todos/ and something that looks like an id?',
        'A regular expression that is anchored on both sides finds the id: a digit from 1 to 9, then digits. Make a number of it only after that. POST reads the body to its end, parses it, adds the todo, and answers with it.',
      ],
    },
    {
      number: 2,
      title: 'Bodies',
      why: 'A body comes from a stranger, and what is stored once is read for years.',
      hints: [
        'What do you know about a body when it has arrived? What do you know when it is JSON?',
        'There are four questions, each with its own status: Is it said to be JSON (415)? Is it short enough (413)? Is it JSON (400)? Is it a todo (400)?',
        'Compare the media type up to the first semicolon, in lower case. Put all pieces of the body together, then decode, then parse inside of try. Then: an object, neither null nor an array; task a string; completed a boolean. Build the todo from these two, and touch the list only when all questions are answered.',
      ],
    },
    {
      number: 3,
      title: 'Status codes',
      why: 'A program reads the status and nothing else.',
      hints: [
        'Which methods has each of the two paths? What is the answer to all others?',
        'First the path (404), then the method (405), then the todo (404 again). A success has a status that says what happened: 200, 201 or 204.',
        'Keep the methods of each path in a table: it tells you whether to answer 405, and it is what Allow lists, with HEAD beside GET. Location of a 201 is /todos/ and the id. DELETE looks for the todo before it takes it out.',
      ],
    },
    {
      number: 4,
      title: 'PUT is idempotent, POST is not',
      why: 'A client that got no answer may send a PUT once more, and must not break anything.',
      hints: [
        'What is the todo after a PUT that leaves out completed? What should it be?',
        'PUT replaces all of the todo, so all of it must be in the body. The check of a body differs between POST and PUT in this one thing.',
        'Look at the body first, then find the todo, then write both members at once, in the place where it is, with nothing awaited in between.',
      ],
    },
    {
      number: 5,
      title: 'Ids are never used again',
      why: 'Who keeps the name of a thing must never find another thing under it.',
      hints: [
        'Where does the next id come from now? What is it when the last todo has been deleted?',
        'It cannot come from the list, because the list forgets. What has to be remembered beside it?',
        'Keep the last id that was given in a variable that only grows, and keep it in the file beside the list. The file is then an object with two members.',
      ],
    },
    {
      number: 6,
      title: 'Kept',
      why: 'An answer is a promise, also when the power fails a moment later.',
      hints: [
        'What is in the file while it is being written? What does a kill at that moment leave?',
        'Write to another file in the same folder, then rename it. Answer when that is done. And what happens when two saves run at once?',
        'One save at a time. A write changes a copy of the list, or can be taken back; it waits for the save that contains it. When a save ends, all writes that came meanwhile go into the next one. A save that fails is the 500 of its writes, and the next one begins all the same.',
      ],
    },
  ],
  // The steps in order, whatever file a check stands in.
  checks: [
    ...listens,
    ...routes,
    ...goingAway,
    ...bodies,
    ...statuses,
    ...idempotence,
    ...ids,
    ...kept,
    ...writers,
    ...killed,
    ...damage,
  ].sort((a, b) => a.step - b.step),
};

export default suite;
