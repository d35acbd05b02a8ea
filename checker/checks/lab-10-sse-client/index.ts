/** Lab 10, an EventSource: the steps, and the hidden checks of each. */
import type { Suite } from '../../run/check.ts';
import { clientLimits } from './client-limits.ts';
import { comingBack } from './coming-back.ts';
import { ending } from './ending.ts';
import { events } from './events.ts';
import { fields } from './fields.ts';
import { generated } from './generated.ts';
import { growth } from './growth.ts';
import { ids } from './ids.ts';
import { inTime } from './in-time.ts';
import { limits } from './limits.ts';
import { lines } from './lines.ts';
import { silences, waits } from './reconnection.ts';
import { redirects } from './redirects.ts';
import { requests } from './requests.ts';
import { retries } from './retries.ts';
import { asChecks } from './table.ts';
import { text } from './text.ts';

/** Nearly all checks of the client need the one that it comes back. */
const [comesBack, ...broken] = comingBack;
const [asking, answers] = [requests.slice(0, 3), requests.slice(3)];
const tables = [lines, fields, events, ids, retries, text, ending, limits].flat();
const tableChecks = asChecks(tables);
/** The checks of the tables in these steps. */
const ofSteps = (from: number, to: number) => tableChecks.filter(({ step }) => step >= from && step <= to);

const suite: Suite = {
  lab: 'lab-10',
  steps: [
    {
      number: 1,
      title: 'Lines',
      why: 'Everything in a stream is a line. Who finds the wrong lines reads nothing right.',
      hints: [
        'A line end is one or two bytes, and a chunk may end between the two. What do you know after a CR, and what do you not know yet?',
        'End the line with the CR, and remember that it was one. If the next byte of the stream is an LF, leave it out; with any other byte, and not with an empty chunk, forget it.',
        'Go through the bytes of a chunk one by one, or from one line end to the next. Three things are kept between two calls: the bytes of the unfinished line, whether the last byte was a CR, and whether this is still the first line.',
      ],
    },
    {
      number: 2,
      title: 'Fields',
      why: 'A name and a value, and one space that may stand between them. Data that begins with spaces is data too.',
      hints: [
        'Where does the name end, and where does the value begin? And where there is no colon?',
        'Look for the first colon. At the very beginning of the line it makes a comment; where there is none, the whole line is a name.',
        'Take the value from behind the colon; if its first character is a space, take it from one later. Compare the name with the four that are known, and do nothing for any other.',
      ],
    },
    {
      number: 3,
      title: 'Events',
      why: 'An empty line decides what becomes of all lines before it, and what is forgotten then.',
      hints: [
        'Make a list of what your parser remembers. For each of them: who sets it, and when is it forgotten?',
        'Data and type are forgotten at every empty line, whether there was an event or not. "No data" and "empty data" are not the same.',
        'Keep the values of the `data` lines as a list. At an empty line: no element, no event; otherwise they are joined with LF. Then, in any case, an empty list and an empty type.',
      ],
    },
    {
      number: 4,
      title: 'The last event ID, and retry',
      why: 'With the id a client that comes back says what it has. A wrong one loses events or gets them twice.',
      hints: [
        'The id belongs to the stream. When does a later event have an id, although no line says one?',
        'There are two: the id that the lines have said so far, and the one that counts since the last empty line. At an empty line the first becomes the second. An event without data is told as `id` when that was a change.',
        'Test the value of `retry` with a pattern for digits from its beginning to its end, before you make a number of it, and push the event at once. Test the value of `id` for a NUL, and for nothing else.',
      ],
    },
    {
      number: 5,
      title: 'Text is UTF-8',
      why: 'A character has up to four bytes, and the network cuts where it likes.',
      hints: [
        'Which of your calls turns bytes into text, and does it have all the bytes of each character then?',
        'CR and LF are single bytes in UTF-8, and never a part of another character. So there are two ways: decode the stream before you look for lines, or look for lines before you decode.',
        'A TextDecoder with the option `stream` keeps half of a character for the next call. It also skips a byte order mark, unless it is told not to. Or: keep bytes until a line is complete, and decode it as a whole.',
      ],
    },
    {
      number: 6,
      title: 'The end in the middle',
      why: 'Half of an event may be half of a number. The server sends it again, to who comes back.',
      hints: [
        'The connection is over. What do you have then that no empty line has ended?',
        'None of it comes out: no data, no id, no retry of a line that has not ended.',
        'If your events come out at line ends only, `end` has nothing to do.',
      ],
    },
    {
      number: 7,
      title: 'The client comes back',
      why: 'Connections break. A client that comes back with the last id misses nothing, and its user sees nothing of it.',
      hints: [
        'For each thing that can happen (a status, a type, an end, an error) write down one of three words: go on, come back, give up.',
        'The last event ID and the reconnection time outlive a stream: they are of the client, not of its parser. Where are they kept between two connections, and how do they get into the next one?',
        'One function opens a connection and tells one time, and only once, how it ended: given up, or lost. When lost: ask `lost` how long, wait so long, open again with the id. `opened` belongs behind the head of a good response, not behind the connect.',
      ],
    },
    {
      number: 8,
      title: 'Limits and silence',
      why: 'A server can send without an end, and it can go away without a word. Both must not be the end of the client.',
      hints: [
        'What of yours grows as long as a server sends no line end? And what as long as it sends no empty line?',
        'Count the bytes of the unfinished line, and the bytes of the data so far. Look at the limit when you keep them, and begin to count again when they are given out.',
        'For silence: one timer. Set it to `silenceLeft` when the stream opens; when it fires, ask again how much is left, since bytes may have come meanwhile: wait for that, or close the connection and come back.',
      ],
    },
  ],
  checks: [
    ...ofSteps(1, 1),
    ...inTime,
    ...ofSteps(2, 6),
    ...generated(tables),
    ...waits,
    ...asking,
    ...(comesBack ? [comesBack] : []),
    ...answers,
    ...redirects,
    ...broken,
    // First what the client needs, whose checks take the longest.
    ...silences,
    ...ofSteps(8, 8),
    ...growth,
    ...clientLimits,
  ],
};

export default suite;
