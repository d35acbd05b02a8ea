/** Step 7: a stream that breaks again and again, and the server that knows what came before. */
import { waitUntil } from '../../drive/waiting.ts';
import type { Exchange } from '../../peer/http-service.ts';
import type { Judge } from '../../run/judge.ts';
import { comesBack, lastEventIdOf, message, Session, wire } from './session.ts';

const CUTS = 50;
const EVENTS = 160;

/** A server that holds all events, and breaks the connection at places that are drawn. */
export async function expectAllEvents(judge: Judge): Promise<void> {
  const word = judge.draw('word', (random) => random.letters(3));
  const plan = judge.draw('cuts', (random) =>
    Array.from({ length: CUTS }, () => ({
      bytes: random.integer(1, 90),
      chunked: random.integer(0, 1) === 1,
      reset: random.integer(0, 1) === 1,
    })),
  );
  const events = Array.from({ length: EVENTS }, (_, at) => message(`${word} é${at + 1}`, `${at + 1}`));
  const session = await Session.start(judge, { RETRY_MS: '1', MAX_RETRY_MS: '5' });
  const after = (lastEventId: string | undefined): string =>
    events
      .slice(Number(lastEventId ?? 0))
      .map(wire)
      .join('');
  for (const [at, { bytes, chunked, reset }] of plan.entries()) {
    const what = at === 0 ? {} : comesBack(`cut ${at}`);
    const exchange = await session.stream(what, chunked ? 'chunked' : 'close');
    const rest = Buffer.from(after(knownId(judge, session, exchange)));
    // A reset throws away what was not read yet; now and then it is waited for, which takes a while.
    const piece = chunked ? chunkOf(rest).subarray(0, bytes) : rest.subarray(0, bytes);
    await exchange.write(piece, { cuts: reset && at % 16 === 0 ? [piece.length] : [] });
    if (reset) exchange.reset();
    else exchange.end();
  }
  const last = await session.stream(comesBack(`cut ${CUTS}`));
  await last.send(after(knownId(judge, session, last)));
  await expectSequence(judge, session, events.length, word);
}

/** The id of a request; fails when it is none that was sent. */
function knownId(judge: Judge, session: Session, exchange: Exchange): string | undefined {
  const id = lastEventIdOf(exchange);
  const number = Number(id ?? 0);
  if (!Number.isInteger(number) || number < 0 || number > EVENTS || id === '') {
    judge.fail(`your client came back with Last-Event-ID: ${JSON.stringify(id)}`, 'other-last-event-id', {
      ...session.service.evidence(['the id of an event that was sent'], JSON.stringify(id)),
    });
  }
  return id;
}

/** Every event once and in order on stdout. */
async function expectSequence(judge: Judge, session: Session, events: number, word: string): Promise<void> {
  const { program } = session;
  const numbers = (): number[] =>
    [...program.stdout.text().matchAll(/"lastEventId"\s*:\s*"(\d+)"/g)].map(([, digits]) => Number(digits));
  const isOver = (): boolean => numbers().includes(events) || program.exit !== undefined;
  await waitUntil(isOver, () => program.stdout.change(), 4000);
  const came = numbers();
  const wrong = came.findIndex((number, at) => number !== at + 1);
  if (wrong >= 0) {
    const number = came[wrong]!;
    const isTwice = number <= wrong;
    judge.fail(
      isTwice
        ? `event ${number} was printed again behind event ${came[wrong - 1]}`
        : `event ${wrong + 1} was not printed: behind event ${wrong} comes event ${number}`,
      isTwice ? 'event-twice' : 'event-lost',
      session.service.evidence(
        [`events 1 to ${events}, each once and in order`],
        `… ${came.slice(Math.max(0, wrong - 3), wrong + 3).join(', ')} …`,
      ),
    );
  }
  await session.expectPrinted(
    Array.from({ length: events }, (_, at) => message(`${word} é${at + 1}`, `${at + 1}`)),
    'the events',
  );
  session.expectNothingMore('the events');
}

function chunkOf(data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]);
}
