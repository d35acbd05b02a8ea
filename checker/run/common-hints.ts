/** What to think about for symptoms that every lab knows. A check's own hint for the same symptom comes first. */
export const COMMON_HINTS: { readonly [symptom: string]: string } = {
  exited:
    'A server stays alive as long as it listens. Did the program reach the call that listens? Its last words on stderr, if it had any, stand in this report.',
  'never-listened':
    'The program runs, but no socket of its listens on PORT. Is the call that listens ever reached, and does it get the number from PORT?',
  'other-address':
    'The port is right, and the address is another than HOST. Give the call that listens both. (`localhost` may mean ::1.)',
  'fixed-port':
    'The port must come from the environment variable PORT (it is text there, so make a number of it), with 3000 only where PORT is not set.',
  'broke-limit':
    'The checker stops a program that uses far more than a right solution needs. Look for a loop or a list that grows without an end. If it was output: print the length of a piece instead of the piece.',
  crashed:
    'The program ended while the judge talked to it. The last lines on stderr name the place. An error event without a listener ends a Node program.',
  busy: 'While your code computes, nothing else reaches it. Look for a loop that never ends: one that waits by asking again and again, or that goes on where the bytes are used up and more are needed.',
  'ended-process':
    'A module never ends the process: whoever called it goes down with it. Say what is wrong with an event, or with an error where the README asks for one.',
  blocked:
    'A call that waits (a synchronous read or sleep, Atomics.wait) stops the whole event loop. Let the wait be an event instead.',
  'write-blocked':
    'Both sides wait: what you wrote has not left, and what was sent to you is not read. Reading must go on, or start again, when a write has to wait.',
  'not-reading':
    'Bytes have arrived and your program leaves them in its socket. Is there a data listener on this connection? Was it paused and never resumed?',
  late: 'The right answer after the time is over helps nobody who waits for it. What does your program wait for before it answers?',
  fin: 'Your program ended the connection while the other side still waited for something. Who should speak last here?',
  reset:
    'RST means that the connection was thrown away, not ended: destroying a socket with unread data does that. End it in order instead.',
  waiting:
    'Your program has read everything and waits for more. Does it wait for an end, a newline or a length that the other side never promised?',
  threw:
    'An error left your code. Bytes of the peer are never a reason to throw: what comes before the bad byte would be lost. Look at the line that is named.',
  'missing-export':
    'The checker calls your module by the names that the README gives. Is the class or function there, spelled like that, with `export` before it?',
  'not-array':
    'Every call must return a list of events, an empty one when there is nothing to say yet. Look for a path without `return`, or a method that is async.',
  'not-cloneable':
    'Events are plain data: objects, lists, strings, numbers, bytes. A function or a promise is none.',
};
