/** Lab 04, messages on a byte stream: the steps, and the hidden checks of each. */
import type { Suite } from '../../run/check.ts';
import { anyCut } from './any-cut.ts';
import { growth } from './growth.ts';
import { limits } from './limits.ts';
import { lines } from './lines.ts';
import { messages } from './messages.ts';
import { text } from './text.ts';
import { unfinished } from './unfinished.ts';

const suite: Suite = {
  lab: 'lab-04',
  steps: [
    {
      number: 1,
      title: 'Lines',
      why: 'A stream has no messages in it, so the bytes themselves must say where one ends.',
      hints: [
        'Forget the network for now: one chunk, many lines. Where does the first one end, and where does the next one begin?',
        'Look for the byte 0x0A from where the last line ended, as often as there is one. Text comes later: a Uint8Array has indexOf and subarray.',
        'For each LF: take the bytes between the last end and this one, leave a CR at their end away, make text of them, and put a line event into the list that receive returns.',
      ],
    },
    {
      number: 2,
      title: 'Any cut',
      why: 'The network cuts the bytes where it likes, and a program that works only at some cuts works only on some days.',
      hints: [
        'What is left of a chunk when no LF comes any more? Whose beginning is it?',
        'Keep it in a private member of the class. The next chunk continues it: what is complete is the kept bytes and the bytes up to the first LF, together.',
        'A chunk without any LF is kept too, behind what is already there. And look for the CR in the whole line, not in its last piece: CR and LF may come in different chunks.',
      ],
    },
    {
      number: 3,
      title: 'A length in front',
      why: 'With its length in front a message can have any bytes, and the reader knows what to expect.',
      hints: [
        'Your decoder waits for one of two things: the rest of a length, or the rest of a message. What does it know in each case?',
        'Four bytes make the length; a DataView or a Buffer reads them big-endian and unsigned. Keep them like any other bytes until all four are there.',
        'Repeat until the chunk is used up: take as many bytes as are still missing of what you wait for. Length complete: now wait for that many bytes, which may be 0. Message complete: give it out and wait for a length.',
      ],
    },
    {
      number: 4,
      title: 'Text is UTF-8',
      why: 'A cut may go through a character, and not all bytes are text.',
      hints: [
        'When do you know that all the bytes of a character are there?',
        'Keep bytes, not text: a complete line has only complete characters. LF is never a part of another character in UTF-8.',
        'A TextDecoder has two options that matter here, and both are off: one lets it throw instead of writing U+FFFD, the other lets it keep U+FEFF. Catch what it throws: it becomes the failed event.',
      ],
    },
    {
      number: 5,
      title: 'Limits',
      why: 'Whoever can send to you can send without an end, and a length is only a claim.',
      hints: [
        'How much memory can a peer fill that sends letters and never an LF?',
        'Count before you keep: the bytes that you have of this line and the new ones. Only a CR at the very end may be one too many. A length can be compared as soon as you have it.',
        'After a failure the decoder is over: remember it in a member, look at it first in receive and in end, and leave the loop over the chunk. The events that you had found before stay in the list, in front of the failure.',
      ],
    },
    {
      number: 6,
      title: 'The end in the middle',
      why: 'A connection that breaks looks like one that ends. Only the framing can tell the difference.',
      hints: [
        'What does your decoder still hold when all that came was complete?',
        'One question is enough for end(): has a line, a length or a message begun that is not complete? A length of 5 that waits for its first byte has begun.',
        'Count the bytes of each line with its line end, and of each message with its length, when you give it out: the sum is the offset of the next one.',
      ],
    },
    {
      number: 7,
      title: 'Many small pieces',
      why: 'Copying all again for each new piece is fast with ten pieces and takes minutes with half a million.',
      hints: [
        'How many bytes does your decoder copy for a line of 1,000 pieces? And for one of 2,000?',
        'Two costs hide here: joining what is kept with each new chunk, and copying the rest of a chunk after each line. Also a search that begins again at the start of all that is kept.',
        'Keep a list of pieces and join it once, when the line is complete; or keep one buffer and double it when it is full. Within a chunk move a position along, or take subarray, which copies nothing.',
      ],
    },
  ],
  checks: [...lines, ...anyCut, ...messages, ...text, ...limits, ...unfinished, ...growth],
};

export default suite;
