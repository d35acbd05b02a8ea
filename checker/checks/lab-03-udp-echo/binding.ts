/** Step 1: bind, and say so. */
import { expectAnnouncement } from '../../peer/announcement.ts';
import type { Check } from '../../run/check.ts';

export const ANNOUNCEMENT_HINTS = {
  'no-announcement':
    'Others wait for this line before they send: UDP tells nobody whether a server is there. It goes to stdout, not stderr, and at once: not when the first datagram comes.',
  'other-announcement':
    'Compare the two lines letter by letter. The line is read by programs, so it has to be exact.',
};

export const binding: Check[] = [
  {
    id: 'lab-03/binds',
    step: 1,
    title: 'the server is bound to HOST and PORT',
    rule: 'README, step 1',
    quote: 'Bind a UDP socket to the address `HOST` and the port `PORT`, both from the environment.',
    level: 'lab',
    hints: {
      exited:
        'A Node program ends when nothing is left to wait for, and a socket that is not bound waits for nothing. Is the call that binds ever reached? Its last words on stderr, if any, are shown above.',
      'never-listened':
        'The program runs, but no UDP socket of its is bound to PORT. A TCP server on the same number is something else.',
      otherwise: 'Does the program reach the call that binds the socket, and with the port from PORT?',
    },
    async run(judge) {
      await judge.server();
      judge.observe();
    },
  },
  {
    id: 'lab-03/announces',
    step: 1,
    title: 'it says where it listens',
    rule: 'README, step 1',
    quote: 'Once it is bound, it writes the line `listening on HOST:PORT` to stdout.',
    level: 'lab',
    needs: ['lab-03/binds'],
    hints: {
      ...ANNOUNCEMENT_HINTS,
      otherwise: 'Write the line in the function that bind calls when the socket is bound.',
    },
    async run(judge) {
      await expectAnnouncement(judge, await judge.server());
    },
  },
];
