/** What the judge knows about LineDecoder: rows of lines, and the mistakes that can be told from the lines that came. */
import type { Core, CoreSymptom, Row, Seen } from '../../peer/core.ts';
import { chunksOf, describe, isFailure, isLine, offsetsOf, sameList } from './events.ts';

/** Of rows with white space in them. */
export const SPACES_RULE = 'README, step 1: "Spaces and tabs belong to the text."';

/** A row that says what must come of it. */
export interface LineRow extends Row {
  texts: readonly string[];
  /** After these lines. */
  fails: boolean;
}

export interface LineRowOptions extends Pick<Row, 'end' | 'inOnePiece' | 'focus' | 'symptom' | 'rule'> {
  maxBytes?: number;
  fails?: boolean;
  /** Events behind the failure are a matter of another check. */
  mayGoOn?: boolean;
}

/** Bytes, the lines that must come of them, and whether the decoder fails then. */
export function lineRow(
  name: string,
  bytes: Uint8Array | string,
  texts: readonly string[],
  { maxBytes, fails = false, mayGoOn = false, ...rest }: LineRowOptions = {},
): LineRow {
  return {
    name: maxBytes === undefined ? name : `${name} (maxBytes is ${maxBytes.toLocaleString('en-US')})`,
    bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes,
    texts,
    fails,
    ...(maxBytes !== undefined && { args: [{ maxBytes }] }),
    accepts: [
      {
        what: inWords(texts, fails),
        holds: (events) =>
          (mayGoOn || events.length === texts.length + (fails ? 1 : 0)) &&
          texts.every((text, index) => isLine(events[index]) && events[index].text === text) &&
          (!fails || isFailure(events[texts.length])),
      },
    ],
    ...rest,
  };
}

/** Lines as a right decoder finds them in a text. The text after the last LF is not among them. */
export function linesIn(text: string): string[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/\r$/, ''));
}

/**
 * A mistaken way to read: what comes of these chunks. `whole` is all of them as text. It is seen when just this came, and
 * it is not what had to come.
 */
interface Mistake {
  slug: string;
  reads: (chunks: readonly Buffer[], whole: string, texts: readonly string[]) => readonly string[][];
}

const MISTAKES: Mistake[] = [
  { slug: 'cr-kept', reads: (_, whole) => [whole.split('\n').slice(0, -1)] },
  {
    slug: 'lone-cr',
    reads: (_, whole) => [
      whole.split(/\r\n|\r|\n/).slice(0, -1),
      whole.split(/\r|\n/).slice(0, -1),
      linesIn(whole).map((line) => line.replaceAll('\r', '')),
      linesIn(whole).map((line) => line.replace(/\r+$/, '')),
    ],
  },
  {
    slug: 'other-line-ends',
    reads: (_, whole) => [whole.split(/\r?\n|[\v\f\x85\u2028\u2029]/).slice(0, -1)],
  },
  {
    slug: 'line-end-kept',
    reads: (_, whole) => [whole.split(/(?<=\n)/).filter((line) => line.endsWith('\n'))],
  },
  { slug: 'empty-swallowed', reads: (_, __, texts) => [texts.filter((text) => text !== '')] },
  {
    slug: 'bom-dropped',
    reads: (_, __, texts) => [
      texts.map((text) => text.replace(/^\ufeff/, '')),
      texts.map((text, index) => (index === 0 ? text.replace(/^\ufeff/, '') : text)),
    ],
  },
  {
    slug: 'trimmed',
    reads: (_, __, texts) => [
      texts.map((text) => text.trim()),
      texts.map((text) => text.trimEnd()),
      texts.map((text) => text.trimStart()),
    ],
  },
  { slug: 'latin1', reads: (chunks) => [linesIn(Buffer.concat(chunks).toString('latin1'))] },
  { slug: 'lossy', reads: (_, whole) => (whole.includes('\ufffd') ? [linesIn(whole)] : []) },
  {
    slug: 'text-per-chunk',
    reads: (chunks) => [linesIn(chunks.map((chunk) => chunk.toString()).join(''))],
  },
  {
    slug: 'split-per-chunk',
    reads: (chunks) => {
      const parts = chunks.map((chunk) => chunk.toString().split(/\r?\n/));
      const withoutLast = parts.map((lines) => (lines.at(-1) === '' ? lines.slice(0, -1) : lines));
      return [parts.flat(), withoutLast.flat(), parts.flat().filter((text) => text !== '')];
    },
  },
  {
    slug: 'chunk-is-message',
    reads: (chunks) => {
      const all = chunks.map((chunk) => chunk.toString());
      return [all, all.map((text) => text.replace(/\r?\n$/, '')), all.map((text) => text.trim())];
    },
  },
  { slug: 'rest-dropped', reads: (chunks) => [chunks.flatMap((chunk) => linesIn(chunk.toString()))] },
  { slug: 'rest-overwritten', reads: (chunks) => [withOverwrittenRest(chunks)] },
  { slug: 'first-only', reads: (chunks) => [firstOfEach(chunks, true), firstOfEach(chunks, false)] },
  {
    slug: 'line-late',
    reads: (chunks, _, texts) => (chunks.length > 1 ? [] : [texts.slice(0, -1)]),
  },
];

/** What shows before the lines are compared. */
const FIRST: CoreSymptom[] = [
  {
    slug: 'shape',
    when: ({ events }) => events.some((event) => !isLine(event) && !isFailure(event)),
  },
  { slug: 'after-failed', when: ({ events }) => events.slice(0, -1).some(isFailure) },
  {
    slug: 'lost-before',
    when: ({ row, events }) =>
      (row as LineRow).fails &&
      (row as LineRow).texts.length > 0 &&
      events.length === 1 &&
      isFailure(events[0]),
  },
  {
    slug: 'no-event',
    when: ({ row, events, wholeHolds }) =>
      events.length === 0 && (row as LineRow).texts.length > 0 && !wholeHolds,
  },
  {
    slug: 'numbers',
    when: ({ events }) =>
      events.some((event) => isLine(event) && /^\d{1,3}(,\d{1,3})+,?$/.test(event.text.trim())),
  },
  {
    slug: 'crlf-cut',
    when: (seen) =>
      seen.wholeHolds &&
      !failsUnasked(seen) &&
      everyCut(seen, (before, after) => before === 0x0d && after === 0x0a),
  },
];

/** What shows when the lines explain nothing. */
const LAST: CoreSymptom[] = [
  {
    slug: 'character-cut',
    when: (seen) => seen.wholeHolds && everyCut(seen, (_, after) => (after & 0b1100_0000) === 0b1000_0000),
  },
  { slug: 'refused', when: (seen) => !seen.wholeHolds && failsUnasked(seen) },
];

/** @param own  slugs of the check's rows: where such a row fails in one piece, its slug is named before any other mistake */
export function lineCore(...own: string[]): Core {
  return {
    className: 'LineDecoder',
    emptyPieces: true,
    describe,
    symptoms: [
      ...FIRST,
      ...own.map((slug) => ({
        slug,
        when: ({ row, wholeHolds }: Seen) => row.symptom === slug && !wholeHolds,
      })),
      ...MISTAKES.map(symptomOf),
      ...LAST,
    ],
  };
}

/** Whether the decoder fails for bytes that are right. */
export function failsUnasked({ row, events }: Seen): boolean {
  return !(row as LineRow).fails && events.some(isFailure);
}

function symptomOf({ slug, reads }: Mistake): CoreSymptom {
  return {
    slug,
    when: (seen) => {
      const { texts } = seen.row as LineRow;
      const came = seen.events.filter(isLine).map(({ text }) => text);
      if (failsUnasked(seen) || sameList(came, texts)) return false;
      const chunks = chunksOf(seen);
      const whole = Buffer.concat(chunks).toString();
      // Just what stands there explains nothing, unless it does not stand there.
      if (slug !== 'lossy' && sameList(came, linesIn(whole))) return false;
      return reads(chunks, whole, texts).some((lines) => sameList(came, lines));
    },
  };
}

/** Whether the bytes are cut, and only at such places. */
function everyCut(seen: Seen, is: (before: number, after: number) => boolean): boolean {
  const bytes = Buffer.concat(chunksOf(seen));
  const cuts = offsetsOf(seen.cuts, bytes.length);
  return cuts.length > 0 && cuts.every((cut) => is(bytes[cut - 1]!, bytes[cut]!));
}

/** What was left of a chunk takes the place of what was left before, instead of its end. */
function withOverwrittenRest(chunks: readonly Buffer[]): string[] {
  let rest = '';
  return chunks.flatMap((chunk) => {
    const parts = chunk.toString().split('\n');
    if (parts.length > 1) parts[0] = rest + parts[0];
    rest = parts.pop()!;
    return parts.map((line) => line.replace(/\r$/, ''));
  });
}

/** One line of each chunk, and the rest kept for the next or forgotten. */
function firstOfEach(chunks: readonly Buffer[], kept: boolean): string[] {
  let rest = '';
  return chunks.flatMap((chunk) => {
    rest += chunk.toString();
    const end = rest.indexOf('\n');
    if (end < 0) return [];
    const line = rest.slice(0, end).replace(/\r$/, '');
    rest = kept ? rest.slice(end + 1) : '';
    return [line];
  });
}

function inWords(texts: readonly string[], fails: boolean): string {
  const lines = texts.map((text) => describe({ type: 'line', text }));
  const shown = lines.length > 6 ? [...lines.slice(0, 6), `${lines.length - 6} more`] : lines;
  if (!fails) return shown.length === 0 ? 'no event' : shown.join(', ');
  return shown.length === 0 ? 'failed' : `${shown.join(', ')}, then failed`;
}
