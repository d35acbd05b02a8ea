/** What the judge knows about an `EventStreamParser`: the mistakes that show in its events. */
import { type Cuts, WHOLE } from '../../drive/cuts.ts';
import type { Core, CoreSymptom, Row, Seen } from '../../peer/core.ts';
import { allWays } from '../../peer/core-cuts.ts';
import { describeEvent, fits, memberOf, type StreamReading, typeOf } from './reading.ts';
import { piecesOf, readPieces, type Told, type WrongReader } from './stream-reader.ts';
import { WRONG_EVENTS } from './wrong-events.ts';
import { WRONG_IDS } from './wrong-ids.ts';
import { WRONG_LINES } from './wrong-lines.ts';

const MEMBERS: { [type: string]: { [name: string]: string } } = {
  event: { event: 'string', data: 'string', lastEventId: 'string' },
  id: { lastEventId: 'string' },
  retry: { retryMs: 'number' },
  failed: { code: 'string' },
};

/** Longer rows are about limits, which no reader here has. */
const MOST_BYTES = 1000;

/**
 * What the judge knows of the parser when some rows have come out right already: readers that would have failed those are
 * not what the student has written.
 *
 * @param passed  the rows that came out right, at all cuts, before this one
 */
export function parserAfter(passed: (row: Row) => readonly Row[]): Core {
  return {
    className: 'EventStreamParser',
    emptyPieces: true,
    describe: describeEvent,
    symptoms: symptomsAfter(passed),
  };
}

export const PARSER = parserAfter(() => []);

function symptomsAfter(passed: (row: Row) => readonly Row[]): CoreSymptom[] {
  return [
    { slug: 'unknown-event', when: ({ events }) => events.some((event) => !isKnown(event)) },
    { slug: 'event-shape', when: ({ events }) => events.some(isMisshapen) },
    { slug: 'after-failed', when: ({ events }) => events.slice(0, -1).some(isFailure) },
    { slug: 'lost-events', when: (seen) => hasOnlyFailed(seen) },
    {
      slug: 'failed-too-early',
      when: (seen) => seen.events.some(isFailure) && !goalOf(seen.row).some(isFailure),
    },
    {
      slug: 'empty-chunk',
      when: ({ wholeHolds, cuts }) =>
        wholeHolds && !('everyBytes' in cuts) && cuts[0] === cuts[1] && cuts.length > 1,
    },
    // At cuts, what does not remember is worse than what misreads.
    ...[...WRONG_LINES, ...WRONG_EVENTS, ...WRONG_IDS].map((wrong) => asSymptom(wrong, passed)),
    { slug: 'cut-line-end', when: (seen) => seen.wholeHolds && isCutIn(seen, isLineEnd) },
    { slug: 'cut-character', when: (seen) => seen.wholeHolds && isCutIn(seen, isContinued) },
    { slug: 'cut', when: ({ wholeHolds }) => wholeHolds },
    {
      slug: 'no-event',
      when: ({ events, row }) =>
        events.length === 0 && goalOf(row).length > 0 && !goalOf(row).some(isFailure),
    },
  ];
}

/** The mistake of a reader that says the very same of these bytes, here and in one piece, and reads right what was. */
function asSymptom([slug, Reader]: WrongReader, passed: (row: Row) => readonly Row[]): CoreSymptom {
  const says = (row: Row, cuts: Cuts): Told[] => {
    const option = memberOf(row.args?.[0], 'lastEventId');
    const reader = new Reader(typeof option === 'string' ? option : '');
    return readPieces(reader, piecesOf(bytesOf(row), cuts), row.end).flat();
  };
  const isRight = (row: Row): boolean => {
    const { length } = bytesOf(row);
    if (length > MOST_BYTES || goalOf(row).some(isFailure)) return true;
    const ways = row.inOnePiece ? [WHOLE] : allWays(length);
    return ways.every((cuts) => isSame(goalOf(row), says(row, cuts)));
  };
  return {
    slug,
    when: ({ row, cuts, events, whole }) =>
      !goalOf(row).some(isFailure) &&
      isSame(events, says(row, cuts)) &&
      (whole === undefined || isSame(whole, says(row, WHOLE))) &&
      passed(row).every(isRight),
  };
}

function isSame(events: readonly unknown[], told: readonly Told[]): boolean {
  return told.length === events.length && told.every((one, at) => fits(events[at], one));
}

function goalOf(row: Row): readonly unknown[] {
  return (row.accepts as unknown as readonly StreamReading[])[0]?.expected ?? [];
}

function isFailure(event: unknown): boolean {
  return typeOf(event) === 'failed';
}

function isKnown(event: unknown): boolean {
  return Object.hasOwn(MEMBERS, String(typeOf(event)));
}

function isMisshapen(event: unknown): boolean {
  const members = Object.entries(MEMBERS[String(typeOf(event))] ?? {});
  return members.some(([name, type]) => typeof memberOf(event, name) !== type);
}

/** The failure came, and nothing of what was to come before it. */
function hasOnlyFailed({ row, events }: Seen): boolean {
  const goal = goalOf(row);
  return events.length === 1 && isFailure(events[0]) && goal.length > 1 && isFailure(goal.at(-1));
}

function isCutIn({ row, cuts }: Seen, splits: (before: number, behind: number) => boolean): boolean {
  const bytes = bytesOf(row);
  return !('everyBytes' in cuts) && cuts.some((cut) => splits(bytes[cut - 1] ?? 0, bytes[cut] ?? 0));
}

function isLineEnd(before: number, behind: number): boolean {
  return before === 0x0d && behind === 0x0a;
}

function isContinued(_before: number, behind: number): boolean {
  return behind >= 0x80 && behind < 0xc0;
}

function bytesOf({ bytes }: Row): Uint8Array {
  return typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
}
