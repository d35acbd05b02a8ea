/**
 * The judge's side of a core: a class of the student's that takes bytes and gives events, and knows no socket.
 *
 * An input is a row of a table: bytes, and all that may legally come of them. Each row is tried in one piece, byte by
 * byte and cut anywhere; what comes of it must not depend on the cuts.
 */
import type { Arbitrary } from 'fast-check';
import { type Cuts, shortestFailure, WHOLE } from '../drive/cuts.ts';
import type { ModuleHost, WayOutcome } from '../drive/module-host.ts';
import type { Judge } from '../run/judge.ts';
import { explainModuleFailure } from '../run/module-failure.ts';
import type { Evidence } from '../run/result.ts';
import { count, excerpt } from './compare.ts';
import { allWays, cutPhrase, drawnWays, fewWays, withEmptyPiece } from './core-cuts.ts';

/** What the judge knows about a class of the student's. */
export interface Core {
  className: string;
  /** A piece may have no bytes. Default false. */
  emptyPieces?: boolean;
  /** Makes lists of events comparable: adjacent `body` events become one, and the like. Must bear any value. */
  normalise?: (events: readonly unknown[]) => unknown[];
  /** One event in a few words: `request GET /a`. Must bear any value. */
  describe: (event: unknown) => string;
  /** Mistakes that show in the events; the first that fits is the failure's symptom. */
  symptoms: CoreSymptom[];
  /** The mistake to name where the class throws at a cut only. Default `cut`. */
  symptomOfCut?: (row: Row, cuts: Cuts) => string;
}

export interface CoreSymptom {
  /** Looked up in the check's `hints`. */
  slug: string;
  when: (seen: Seen) => boolean;
  /** Where it stands what this mistake breaks, when neither the row nor the check is about that. */
  rule?: string;
}

/** What came of one row at the cut that is shown. */
export interface Seen {
  row: Row;
  cuts: Cuts;
  /** Made comparable. */
  events: unknown[];
  /** What came of the same bytes in one piece; undefined where that way did not return. */
  whole: unknown[] | undefined;
  /** In one piece they were read right: the mistake shows at this cut only. */
  wholeHolds: boolean;
}

/** One input, with what may come of it. */
export interface Row {
  /** Completes "given …": `a space before the colon`. */
  name: string;
  /** A string is Latin-1. */
  bytes: Uint8Array | string;
  /** For the constructor. */
  args?: unknown[];
  /** Call `end()` after the last byte. Default true. */
  end?: boolean;
  /** Only in one piece: what another check cuts. Default at all cuts. */
  inOnePiece?: boolean;
  /** Every legal outcome. All cuts must come to the same one. */
  accepts: Reading[];
  /** Offset of the byte that it is about, for the caret. */
  focus?: number;
  /** Where it stands, when the check's own rule is more general. */
  rule?: string;
  /** The mistake to name when the row fails and no symptom of the core fits. */
  symptom?: string;
  /** The mistake to name when the class throws in one piece too. Default `threw`. */
  symptomOfThrow?: string;
}

/** One legal outcome. */
export interface Reading {
  /** In words: `a failure with status 400`. */
  what: string;
  holds: (events: readonly unknown[]) => boolean;
}

/** Inputs drawn from the seed. One that fails is made as small as it can be before it is shown. */
export interface Generated<T> {
  /** Completes "given …" in the report, with the row's own name: `generated requests`. */
  what: string;
  arbitrary: (fc: typeof import('fast-check')) => Arbitrary<T>;
  rowOf: (value: T) => Row;
  runs: number;
}

/** An input that grows. */
export interface Growth {
  /** `a body in pieces of 16 bytes` */
  name: string;
  bytes: (units: number) => Uint8Array;
  /** Of the smaller input; the larger has eight times as many. */
  units: number;
  /** Size of the pieces; all in one piece when left out. */
  everyBytes?: number;
  args?: unknown[];
  /** Whether the last events (at most eight) of so many units are right. */
  holds: (last: readonly unknown[], units: number) => boolean;
  /** For the report: `the end of the request`. */
  what: string;
  /** The mistake to name when the last events are not right. Default `otherwise`. */
  symptomOf?: (last: readonly unknown[]) => string | undefined;
}

/** For one row in all its ways: far more than a right core needs. */
const LIMIT_MS = 3000;
/** What fast-check may spend on making a failing input smaller. */
const SHRINK_MS = 2500;
const SHOWN_EVENTS = 6;
const WHOLE_IS_RIGHT = '(in one piece it is read right)';
const TIMES = 8;
/** A linear core needs 8 times as much for 8 times the input, a quadratic one 64 times. */
const MOST_TIMES = 20;
/**
 * Below that a compiler or a collector at work makes 1 ms into 60: no cost that could be told from chance. An input must
 * be so large that a quadratic core needs several times as much.
 */
const LEAST_MS = 150;

/**
 * Feed each row in all ways.
 *
 * Fails the check at the first row that does not hold, at its shortest failing cut. The symptom is the core's that
 * fits; else `cut` where the bytes in one piece are read right; else the row's; else `otherwise`. A core that reads
 * the same bytes in two legal ways, depending on the cuts, has the symptom `inconsistent`.
 */
export async function expectRows(judge: Judge, core: Core, rows: readonly Row[]): Promise<void> {
  const host = await judge.module();
  for (const [index, row] of rows.entries()) {
    const ways = waysOf(core, row);
    const outcome = await feed(host, core, row, ways);
    if (!isRight(outcome)) {
      if (index > 0) judge.trace.note(`${count(index, 'other input')} of this check came out right`);
      failRow(judge, core, row, outcome);
    }
    judge.observe();
  }
}

/** Feed inputs drawn from the seed; one that fails is shrunk and reported like a row. */
export async function expectGenerated<T>(judge: Judge, core: Core, generated: Generated<T>): Promise<void> {
  const fc = await import('fast-check');
  const host = await judge.module();
  const seed = judge.draw(generated.what, (random) => random.integer(0, 2 ** 31 - 1));
  let failing: Row | undefined;
  const property = fc.asyncProperty(generated.arbitrary(fc), async (value) => {
    const row = generated.rowOf(value);
    const right = isRight(await feed(host, core, row, drawnWaysOf(row, seed)));
    // While it shrinks, each input that fails is smaller than the one before.
    if (right) judge.observe();
    else failing = row;
    return right;
  });
  await fc.check(property, { seed, numRuns: generated.runs, interruptAfterTimeLimit: SHRINK_MS });
  if (failing === undefined) return;
  const ways = [...waysOf(core, failing), ...drawnWaysOf(failing, seed)];
  const outcome = await feed(host, core, failing, ways);
  if (!isRight(outcome)) failRow(judge, core, failing, outcome);
  judge.fail(`given ${failing.name}, it comes out right or wrong by chance`, 'otherwise');
}

/**
 * Eight times the input may cost about eight times as much processor time, not 64 times.
 *
 * Fails with the symptom `quadratic`. Wrong last events fail with the growth's own symptom, or with `otherwise`.
 */
export async function expectLinear(judge: Judge, core: Core, growth: Growth): Promise<void> {
  const host = await judge.module();
  const { units } = growth;
  // The first time pays for the compiler, and is compared with nothing that costs more than a moment.
  let small = await costOf(judge, host, core, growth, units);
  let large: number | undefined;
  // Others work on this machine too: one more look at what seems too much.
  for (let attempt = 0; attempt < 2 && small !== undefined; attempt += 1) {
    const cost = await costOf(judge, host, core, growth, units * TIMES);
    if (cost === undefined) break;
    large = Math.min(large ?? cost, cost);
    if (large > LEAST_MS) small = Math.min(small, (await costOf(judge, host, core, growth, units)) ?? small);
    if (large > Math.max(small * MOST_TIMES, LEAST_MS)) continue;
    judge.observe();
    return;
  }
  const bytes = count(growth.bytes(growth.units).length, 'byte');
  const took =
    large === undefined || small === undefined
      ? `more than ${LIMIT_MS / 1000} s`
      : `${Math.round(large / small)} times as long`;
  const [what, actual] =
    small !== undefined
      ? [
          `${TIMES} times as many bytes take ${took}`,
          `${small.toFixed(1)} ms for ${bytes}, ${took} for ${TIMES} times as many`,
        ]
      : [`${bytes} take ${took}`, took];
  judge.fail(`given ${growth.name}, ${what}: the cost grows with the square`, 'quadratic', {
    sent: [],
    accepted: [`about ${TIMES} times the time for ${TIMES} times the bytes`],
    actual,
  });
}

/** Processor time in ms; undefined where the larger input did not end. */
async function costOf(
  judge: Judge,
  host: ModuleHost,
  core: Core,
  growth: Growth,
  units: number,
): Promise<number | undefined> {
  const { name, everyBytes, args: constructorArgs = [], holds, what, symptomOf } = growth;
  const { className } = core;
  const bytes = growth.bytes(units);
  const ways: Cuts[] = [everyBytes === undefined ? WHOLE : { everyBytes }];
  const request = { className, constructorArgs, bytes, ways, end: true, lastEvents: 8, measured: true };
  const [way] = (await host.feed(request, LIMIT_MS)).ways;
  // Too slow for the smaller input already, or for the larger one only.
  if (way?.kind === 'hang' && (way.state === 'slow' || units > growth.units)) return undefined;
  const row = {
    name,
    bytes,
    accepts: [{ what, holds: (events: readonly unknown[]) => holds(events, units) }],
  };
  if (way?.kind !== 'ok') judge.failModule(way!, rowEvidence(row, ways[0]!));
  const events = comparable(core, way.events);
  if (holds(events, units)) return way.cpuMs;
  const actual = listEnd(core, events);
  return judge.fail(`given ${name}, it ends with ${actual}`, symptomOf?.(events) ?? 'otherwise', {
    ...rowEvidence(row, way.cuts),
    actual,
  });
}

interface Outcome {
  ways: WayOutcome[];
  /** For each way the index of the accepted reading that holds; -1 for none. */
  readings: Map<WayOutcome, number>;
}

async function feed(host: ModuleHost, core: Core, row: Row, ways: Cuts[]): Promise<Outcome> {
  const { ways: outcomes } = await host.feed(
    {
      className: core.className,
      constructorArgs: row.args ?? [],
      bytes: bytesOf(row),
      ways,
      end: row.end ?? true,
    },
    LIMIT_MS,
  );
  const readings = new Map<WayOutcome, number>();
  // Most ways bring the very same list.
  const known = new Map<readonly unknown[], number>();
  for (const way of outcomes) {
    if (way.kind !== 'ok') readings.set(way, -1);
    else {
      const reading = known.get(way.events) ?? readingOf(row, comparable(core, way.events));
      known.set(way.events, reading);
      readings.set(way, reading);
    }
  }
  return { ways: outcomes, readings };
}

function readingOf(row: Row, events: readonly unknown[]): number {
  return row.accepts.findIndex(({ holds }) => holds(events));
}

/** All ways come to the same accepted reading. */
function isRight({ ways, readings }: Outcome): boolean {
  const [first] = ways;
  const reading = first === undefined ? -1 : readings.get(first)!;
  return reading >= 0 && ways.every((way) => readings.get(way) === reading);
}

function failRow(judge: Judge, core: Core, row: Row, { ways, readings }: Outcome): never {
  const bytes = bytesOf(row);
  const whole = ways.find(({ cuts }) => cuts === WHOLE);
  const wholeEvents = whole?.kind === 'ok' ? comparable(core, whole.events) : undefined;
  const wholeHolds = whole !== undefined && readings.get(whole)! >= 0;
  const wrong = shortestFailure(ways, bytes.length, (way) => readings.get(way)! >= 0);
  if (wrong === undefined) failInconsistent(judge, core, row, { ways, readings });
  const evidence = rowEvidence(row, wrong.cuts);
  if (wrong.kind !== 'ok') {
    const { message } = explainModuleFailure(wrong);
    judge.failModule(
      wrong,
      wholeHolds ? { ...evidence, actual: `${message} ${WHOLE_IS_RIGHT}` } : evidence,
      wrong.kind === 'threw' ? symptomOfThrow(core, row, wrong.cuts, wholeHolds) : undefined,
    );
  }
  const events = comparable(core, wrong.events);
  const seen: Seen = { row, cuts: wrong.cuts, events, whole: wholeEvents, wholeHolds };
  const known = core.symptoms.find(({ when }) => when(seen));
  const symptom = known?.slug ?? (wholeHolds ? 'cut' : (row.symptom ?? 'otherwise'));
  const actual = list(core, events);
  judge.fail(`given ${row.name}${cutPhrase(wrong.cuts)}, it comes to ${actual}`, symptom, {
    ...(known?.rule === undefined ? evidence : rowEvidence({ ...row, rule: known.rule }, wrong.cuts)),
    actual: wholeHolds ? `${actual} ${WHOLE_IS_RIGHT}` : actual,
  });
}

/** An exception at a cut only is about the cut; undefined where it is about exceptions. */
function symptomOfThrow(core: Core, row: Row, cuts: Cuts, wholeHolds: boolean): string | undefined {
  return wholeHolds ? (core.symptomOfCut?.(row, cuts) ?? 'cut') : row.symptomOfThrow;
}

function failInconsistent(judge: Judge, core: Core, row: Row, { ways, readings }: Outcome): never {
  const whole = ways[0]!;
  const other = shortestFailure(
    ways,
    bytesOf(row).length,
    (way) => readings.get(way) === readings.get(whole),
  )!;
  const name = (way: WayOutcome): string =>
    way.kind === 'ok' ? list(core, comparable(core, way.events)) : way.kind;
  judge.fail(
    `given ${row.name}, it comes to ${name(whole)} in one piece, and to something else${cutPhrase(other.cuts)}`,
    'inconsistent',
    {
      ...rowEvidence(row, other.cuts),
      accepted: [
        `one of these, however the bytes are cut: ${row.accepts.map(({ what }) => what).join('; ')}`,
      ],
      actual: `${name(whole)} in one piece; ${name(other)}${cutPhrase(other.cuts)}`,
    },
  );
}

function rowEvidence(row: Row, cuts: Cuts): Pick<Evidence, 'sent' | 'accepted'> {
  const bytes = bytesOf(row);
  const offsets =
    'everyBytes' in cuts
      ? Array.from(
          { length: Math.ceil(bytes.length / cuts.everyBytes) - 1 },
          (_, at) => (at + 1) * cuts.everyBytes,
        )
      : [...cuts];
  const long = bytes.length > 512;
  const centre = row.focus ?? offsets[0] ?? 0;
  return {
    sent: [
      {
        label: '',
        excerpt: long ? excerpt(bytes, Math.max(0, centre - 48)) : excerpt(bytes, 0, 512),
        cuts: offsets,
        ...(row.focus !== undefined && { focus: row.focus }),
      },
    ],
    accepted: row.accepts.map(({ what }) => (row.rule === undefined ? what : `${what} (${row.rule})`)),
  };
}

function waysOf(core: Core, row: Row): Cuts[] {
  if (row.inOnePiece) return [WHOLE];
  const { length } = bytesOf(row);
  const ways = allWays(length, row.focus);
  return core.emptyPieces ? [...ways, withEmptyPiece(length)] : ways;
}

/** Of a generated input. */
function drawnWaysOf(row: Row, seed: number): Cuts[] {
  const { length } = bytesOf(row);
  return [...fewWays(length, row.focus), ...drawnWays(length, seed)];
}

function list(core: Core, events: readonly unknown[]): string {
  if (events.length === 0) return 'no event';
  const shown = events.slice(0, SHOWN_EVENTS).map((event) => core.describe(event));
  const left = events.length - shown.length;
  return [...shown, ...(left > 0 ? [`${left} more`] : [])].join(', ');
}

/** The last events, which tell why it stopped. How many came before them is not known. */
function listEnd(core: Core, events: readonly unknown[]): string {
  if (events.length === 0) return 'no event';
  const shown = events.slice(-SHOWN_EVENTS).map((event) => core.describe(event));
  return [...(events.length > shown.length ? ['…'] : []), ...shown].join(', ');
}

function comparable(core: Core, events: readonly unknown[]): unknown[] {
  return core.normalise?.(events) ?? [...events];
}

function bytesOf({ bytes }: Row): Uint8Array {
  return typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
}
