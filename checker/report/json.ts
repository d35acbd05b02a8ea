/** Results for machines: the documents that `check --json` prints. */
import type {
  CheckResult,
  Difference,
  Evidence,
  Excerpt,
  Problem,
  RunResult,
  TraceEvent,
  Verdict,
} from '../run/result.ts';

export interface JsonOptions {
  /** Add what was sent, accepted and seen to each check that did not pass; bytes as hexadecimal digits. */
  evidence?: boolean;
  /** Add everything that happened to each check that did not pass. */
  trace?: boolean;
}

/** Bytes as lower-case hexadecimal digits without spaces. */
type Hex = string;
type JsonExcerpt = Omit<Excerpt, 'bytes'> & { bytes: Hex };

export interface JsonEvidence extends Omit<Evidence, 'sent' | 'difference'> {
  sent: { label: string; excerpt: JsonExcerpt; cuts: number[] }[];
  difference?: Omit<Difference, 'expected' | 'actual'> & { expected: JsonExcerpt; actual: JsonExcerpt };
}

export type JsonCheck = Omit<CheckResult, 'evidence' | 'trace'> & {
  evidence?: JsonEvidence;
  trace?: (Omit<TraceEvent, 'bytes'> & { bytes?: Hex })[];
};

/** Schema `barewire/check/v1`. Keys come in the order of the contract, additions at the end. */
export interface CheckDocument extends Omit<RunResult, 'checks'> {
  checks: JsonCheck[];
  problems: Problem[];
}

/** Schema `barewire/check-all/v1`. */
export interface CheckAllDocument {
  schema: 'barewire/check-all/v1';
  verdict: RunResult['verdict'];
  labs: CheckDocument[];
}

/** Schema `barewire/check-repeat/v1`. */
export interface CheckRepeatDocument {
  schema: 'barewire/check-repeat/v1';
  /** Of all runs together. */
  verdict: RunResult['verdict'];
  /** Checks that did not get the same verdict in every run, with how often they got which. */
  unstable: { id: string; verdicts: Partial<Record<Verdict, number>> }[];
  runs: CheckDocument[];
}

/** One run as a document. */
export function toJson(result: RunResult, options: JsonOptions = {}): CheckDocument {
  return {
    schema: result.schema,
    lab: result.lab,
    title: result.title,
    verdict: result.verdict,
    seed: result.seed,
    durationMs: result.durationMs,
    points: result.points,
    maxPoints: result.maxPoints,
    counts: result.counts,
    sealed: result.sealed,
    checks: result.checks.map((check) => checkDocument(check, options)),
    subject: result.subject,
    steps: result.steps,
    problems: result.problems,
    notices: result.notices,
  };
}

/** The runs of several labs as one document. */
export function toJsonAll(results: readonly RunResult[], options: JsonOptions = {}): CheckAllDocument {
  return {
    schema: 'barewire/check-all/v1',
    verdict: overallVerdict(results),
    labs: results.map((result) => toJson(result, options)),
  };
}

/** Several runs of one lab as one document. */
export function toJsonRepeat(results: readonly RunResult[], options: JsonOptions = {}): CheckRepeatDocument {
  return {
    schema: 'barewire/check-repeat/v1',
    verdict: overallVerdict(results),
    unstable: unstableChecks(results),
    runs: results.map((result) => toJson(result, options)),
  };
}

/** The worst of several runs; no run at all is `error`, never `pass`. */
export function overallVerdict(results: readonly RunResult[]): RunResult['verdict'] {
  if (results.length === 0 || results.some(({ verdict }) => verdict === 'error')) return 'error';
  return results.some(({ verdict }) => verdict === 'fail') ? 'fail' : 'pass';
}

/** Checks whose verdict was not the same in every run. */
export function unstableChecks(results: readonly RunResult[]): CheckRepeatDocument['unstable'] {
  const verdicts = new Map<string, Partial<Record<Verdict, number>>>();
  for (const { id, verdict } of results.flatMap(({ checks }) => checks)) {
    const seen = verdicts.get(id) ?? {};
    verdicts.set(id, { ...seen, [verdict]: (seen[verdict] ?? 0) + 1 });
  }
  return [...verdicts]
    .filter(([, seen]) => Object.keys(seen).length > 1)
    .map(([id, seen]) => ({ id, verdicts: seen }));
}

function checkDocument(check: CheckResult, options: JsonOptions): JsonCheck {
  const shown = check.verdict !== 'pass';
  return {
    id: check.id,
    step: check.step,
    title: check.title,
    rule: check.rule,
    level: check.level,
    verdict: check.verdict,
    points: check.points,
    maxPoints: check.maxPoints,
    durationMs: check.durationMs,
    message: check.message,
    misconception: check.misconception,
    hint: check.hint,
    replay: check.replay,
    quote: check.quote,
    ...(options.evidence && shown && check.evidence && { evidence: evidenceDocument(check.evidence) }),
    ...(options.trace && shown && { trace: check.trace.map(eventDocument) }),
  };
}

function evidenceDocument({ sent, accepted, actual, difference, stderr }: Evidence): JsonEvidence {
  return {
    sent: sent.map(({ label, excerpt, cuts }) => ({ label, excerpt: excerptDocument(excerpt), cuts })),
    accepted,
    actual,
    ...(difference && {
      difference: {
        ...difference,
        expected: excerptDocument(difference.expected),
        actual: excerptDocument(difference.actual),
      },
    }),
    ...(stderr && { stderr }),
  };
}

function eventDocument({ bytes, ...event }: TraceEvent): Omit<TraceEvent, 'bytes'> & { bytes?: Hex } {
  return { ...event, ...(bytes && { bytes: hex(bytes) }) };
}

function excerptDocument(excerpt: Excerpt): JsonExcerpt {
  return { ...excerpt, bytes: hex(excerpt.bytes) };
}

function hex(bytes: Uint8Array): Hex {
  return Buffer.from(bytes).toString('hex');
}
