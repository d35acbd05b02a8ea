/** Made-up results for the tests of the reports. */
import type { CheckResult, Evidence, RunResult, TraceEvent, Verdict } from '../run/result.ts';
import { VERDICTS } from '../run/result.ts';

export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

export function sampleCheck(change: Partial<CheckResult> = {}): CheckResult {
  const verdict = change.verdict ?? 'pass';
  const level = change.level ?? 'MUST';
  const maxPoints = level === 'advice' || verdict === 'not-run' ? 0 : 1;
  return {
    id: 'lab-01/echo-text',
    step: 2,
    title: 'A line of text comes back',
    rule: 'README, step 2',
    quote: 'Send back every byte that you receive.',
    level,
    verdict,
    points: verdict === 'pass' ? maxPoints : 0,
    maxPoints,
    durationMs: 12,
    message: verdict === 'pass' ? 'passed' : 'your server sent 0x0a at byte 5, and 0x0d was expected',
    misconception: null,
    hint: null,
    replay: null,
    trace: [],
    ...change,
  };
}

export function sampleResult(checks: CheckResult[], change: Partial<RunResult> = {}): RunResult {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  for (const check of checks) counts[check.verdict] += 1;
  const graded = checks.filter(({ level, verdict }) => level !== 'advice' && verdict !== 'not-run');
  const sum = (pick: (check: CheckResult) => number) =>
    checks.reduce((total, check) => total + pick(check), 0);
  return {
    schema: 'barewire/check/v1',
    lab: 'lab-01',
    title: 'A TCP echo server',
    subject: 'labs/lab-01-tcp-echo',
    verdict: graded.some(({ verdict }) => verdict === 'error')
      ? 'error'
      : graded.every(({ verdict }) => verdict === 'pass')
        ? 'pass'
        : 'fail',
    seed: '7f3a',
    durationMs: 912,
    points: sum(({ points }) => points),
    maxPoints: sum(({ maxPoints }) => maxPoints),
    counts,
    sealed: { total: 0, run: 0 },
    steps: [
      { number: 1, title: 'Listen' },
      { number: 2, title: 'Send back what comes' },
    ],
    checks,
    problems: [],
    notices: [],
    ...change,
  };
}

/** A CRLF that came back as LF; the judge cut between CR and LF. */
export const LOST_CR: Evidence = {
  sent: [
    {
      label: '',
      excerpt: { offset: 0, bytes: bytesOf('hello\r\nworld'), totalBytes: 12 },
      cuts: [6],
    },
  ],
  accepted: ['the same 12 bytes'],
  actual: '11 bytes, different from byte 5 on',
  difference: {
    at: 5,
    expected: { offset: 0, bytes: bytesOf('hello\r\nworld'), totalBytes: 12 },
    actual: { offset: 0, bytes: bytesOf('hello\nworld'), totalBytes: 11 },
  },
};

export const LOST_CR_TRACE: TraceEvent[] = [
  { atMs: 0, lane: '', from: 'judge', text: 'connects from port 40112' },
  {
    atMs: 0.4,
    lane: '',
    from: 'judge',
    text: 'sends 6 bytes',
    bytes: bytesOf('hello\r'),
    totalBytes: 6,
    delivery: 'verified',
  },
  {
    atMs: 1.2,
    lane: '',
    from: 'judge',
    text: 'sends 6 bytes',
    bytes: bytesOf('\nworld'),
    totalBytes: 6,
    delivery: 'unread',
  },
  {
    atMs: 1.9,
    lane: '',
    from: 'student',
    text: 'sends 11 bytes',
    bytes: bytesOf('hello\nworld'),
    totalBytes: 11,
  },
  { atMs: 2, lane: '', from: 'note', text: 'the echo is one byte short' },
];

export function failing(change: Partial<CheckResult> = {}): CheckResult {
  return sampleCheck({
    verdict: 'fail',
    misconception: 'text-not-bytes',
    hint: 'Bytes are not text. Where does your program turn what it received into lines?',
    replay: 'npm run replay lab-01/echo-text -- --seed 7f3a',
    evidence: LOST_CR,
    trace: LOST_CR_TRACE,
    ...change,
  });
}
