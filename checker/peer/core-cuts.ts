/** Where the input of a core is cut, and the words for it. Lengths are in bytes. */
import { BYTE_BY_BYTE, type Cuts, everySplit, WHOLE } from '../drive/cuts.ts';
import { Random } from '../run/random.ts';
import { count } from './compare.ts';

/** Up to so many bytes every single split is tried. */
const EVERY_SPLIT_BYTES = 400;
const SOME_SPLITS = 48;
/** Above that the pieces are not small: what many small ones cost is the matter of `expectLinear`. */
const MANY_BYTES = 2 ** 15;
const LARGE_PIECE = 1021;
/** Splits of a generated input, of which there are many. */
const FEW_SPLITS = 6;
/** Sets of drawn cuts of a generated input, and cuts in each. */
const DRAWN_WAYS = 4;
const DRAWN_CUTS = 4;

/** One piece; byte by byte, unless they are very many; cut once anywhere; in pieces of some sizes. */
export function allWays(length: number, focus?: number): Cuts[] {
  const splits = length <= EVERY_SPLIT_BYTES ? everySplit(length) : someSplits(length, SOME_SPLITS, focus);
  if (length > MANY_BYTES) return [WHOLE, ...splits, { everyBytes: LARGE_PIECE }];
  return [WHOLE, ...splits, BYTE_BY_BYTE, { everyBytes: 2 }, { everyBytes: 3 }, { everyBytes: 7 }];
}

/** The same for one of many inputs that are drawn. */
export function fewWays(length: number, focus?: number): Cuts[] {
  return [
    WHOLE,
    BYTE_BY_BYTE,
    { everyBytes: 3 },
    { everyBytes: 16 },
    ...someSplits(length, FEW_SPLITS, focus),
  ];
}

/** Some sets of cuts, the same for the same seed and length. */
export function drawnWays(length: number, seed: number): Cuts[] {
  const random = new Random(`${seed}/${length}`);
  if (length < 2) return [];
  const offsets = (): number[] => {
    // A set: two cuts at the same place would make an empty piece.
    const drawn = new Set(Array.from({ length: DRAWN_CUTS }, () => random.integer(1, length - 1)));
    return [...drawn].sort((a, b) => a - b);
  };
  return Array.from({ length: DRAWN_WAYS }, offsets);
}

/** Cut in the middle, with a piece of no bytes there. */
export function withEmptyPiece(length: number): Cuts {
  const middle = length >> 1;
  return [middle, middle];
}

/** Splits at even distances, and around the byte that matters. */
function someSplits(length: number, number: number, focus?: number): Cuts[] {
  const offsets = new Set<number>();
  for (let index = 1; index <= number; index += 1) offsets.add(Math.floor((length * index) / (number + 1)));
  for (const near of [-2, -1, 0, 1, 2]) {
    offsets.add(length + near);
    if (focus !== undefined) offsets.add(focus + near);
  }
  return [...offsets]
    .filter((offset) => offset > 0 && offset < length)
    .sort((a, b) => a - b)
    .map((offset) => [offset]);
}

/** How the bytes were cut, as the end of a clause; empty for one piece. */
export function cutPhrase(cuts: Cuts): string {
  if ('everyBytes' in cuts) {
    return cuts.everyBytes === 1
      ? ', sent byte by byte'
      : `, sent in pieces of ${count(cuts.everyBytes, 'byte')}`;
  }
  return cuts.length === 0
    ? ''
    : `, cut after ${cuts.map((cut) => cut.toLocaleString('en-US')).join(' and ')} ${cuts.at(-1) === 1 ? 'byte' : 'bytes'}`;
}
