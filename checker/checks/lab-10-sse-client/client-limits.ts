/** Step 8: too much, and nothing at all. */
import { sleep, waitUntil } from '../../drive/waiting.ts';
import type { Exchange } from '../../peer/http-service.ts';
import type { Check } from '../../run/check.ts';
import { CLIENT_HINTS } from './client-hints.ts';
import { drawWords } from './rows.ts';
import { comesBack, lastEventIdOf, message, Session, wire } from './session.ts';

const SILENCE_MS = 300;
const BEAT_MS = 30;
/** Much longer than the silence that it may have. */
const BEATS_MS = 600;
/** A machine that stalls may keep a beat back; not so often. */
const TRIES = 10;

export const clientLimits: Check[] = [
  {
    id: 'lab-10/client-limit',
    step: 8,
    program: 'own',
    title: 'an event that is too large ends the client',
    rule: 'README, step 8',
    quote: 'The client gives up then: a line on stderr that says why, exit code 1.',
    level: 'lab',
    needs: ['lab-10/limit-of-line', 'lab-10/prints-events', 'lab-10/refused-status'],
    hints: {
      ...CLIENT_HINTS,
      'asked-again':
        'The event was too large, and the client came back: it would get the same event again. `failed` ends it.',
      'goes-on':
        'The event was far larger than MAX_EVENT_BYTES, and the client goes on. Does the parser get that limit from the environment, and what do you do with `failed`?',
      'not-printed':
        'An event within MAX_EVENT_BYTES was not printed. It comes from the environment as text: make a number of it.',
      otherwise: '`failed` of the parser: a line on stderr, exit code 1.',
    },
    async run(judge) {
      const session = await Session.start(judge, { MAX_EVENT_BYTES: '1000' });
      const stream = await session.stream();
      const good = message('g'.repeat(900), '1');
      await stream.send(wire(good));
      await session.expectPrinted([good], 'an event of 900 bytes', stream);
      session.markNo();
      await stream.send(`id: 2\ndata: ${'x'.repeat(3000)}`);
      await session.expectGivesUp('a line of 3,000 bytes');
    },
  },
  {
    id: 'lab-10/silence',
    step: 8,
    program: 'own',
    title: 'a stream that is silent too long is closed, and one with comments is not',
    rule: 'README, step 8',
    quote:
      'A client with `SILENCE_MS` closes the connection of a dead stream, and comes back as after any other end. Every byte of the stream is a sign of life, a comment too.',
    level: 'lab',
    needs: ['lab-10/comes-back', 'lab-10/silence-left'],
    hints: {
      ...CLIENT_HINTS,
      'comments-not-heard':
        'Comments came all the time, and the client took the stream for dead. `heard` belongs where the bytes of the body arrive, not where an event is printed.',
      'no-reconnect':
        'Nothing has come for far longer than SILENCE_MS, and the client still waits. No event of the socket will tell: a timer must, from the head of the response on.',
      'left-open':
        'The client came back, and its old connection is still open. Close what is dead: a server holds a place for it.',
      otherwise:
        'A timer that is set to `silenceLeft`; when it is over, the connection is closed, and lost. `heard` for every piece of the body.',
    },
    async run(judge) {
      const { one, id } = drawWords(judge);
      const session = await Session.start(judge, { SILENCE_MS: `${SILENCE_MS}` });
      const sent = message(one, id);
      let stream = await session.stream();
      await stream.send(wire(sent));
      await session.expectPrinted([sent], 'an event', stream);
      for (let attempt = 1; !(await staysWithComments(stream)); attempt += 1) {
        judge.trace.note('the client has closed the stream although comments came');
        if (attempt === TRIES) {
          judge.fail(
            `your client closed a stream with a comment every ${BEAT_MS} ms, with SILENCE_MS=${SILENCE_MS}`,
            'comments-not-heard',
            session.service.evidence(['an open connection'], 'it was closed, each of several times', stream),
          );
        }
        stream = await session.streamAfter('a silence');
        await stream.send(wire(sent));
        await session.expectPrinted([sent], 'an event', stream);
      }
      const again = await session.stream(comesBack(`a silence, with SILENCE_MS=${SILENCE_MS}`));
      if (lastEventIdOf(again) !== id) {
        judge.fail('your client came back without the last event ID', 'otherwise', {
          ...session.service.evidence([`Last-Event-ID: ${id}`], again.field('Last-Event-ID') ?? 'none'),
        });
      }
      // Of that one there is only the head.
      await session.next(comesBack(`a head and then a silence, with SILENCE_MS=${SILENCE_MS}`));
      await stream.connection.over();
      if (stream.connection.ended === undefined) {
        judge.fail('your client came back and left the silent connection open', 'left-open', {
          ...session.service.evidence(['the end of the silent connection'], 'it is open', stream),
        });
      }
      judge.observe();
    },
  },
];

/**
 * Send a comment now and then, in parts, for much longer than the silence that there may be.
 *
 * @returns whether the client stays
 */
async function staysWithComments(stream: Exchange): Promise<boolean> {
  const { connection } = stream;
  const began = performance.now();
  for (let beat = 0; performance.now() - began < BEATS_MS; beat += 1) {
    await stream.send(beat % 3 === 0 ? ':' : beat % 3 === 1 ? ' ping' : '\n\n');
    await waitUntil(
      () => connection.ended !== undefined,
      () => sleep(BEAT_MS),
      BEAT_MS,
    );
    if (connection.ended !== undefined) return false;
  }
  return true;
}
