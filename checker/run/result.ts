/**
 * What a run of checks comes to, as plain data: one shape for the runner that makes it, for the reports that
 * show it and for the machines that read it as JSON. Nothing here knows a process or a socket.
 */

/** MUST and lab are graded; advice (a SHOULD) is shown and never graded. */
export type Level = 'MUST' | 'lab' | 'advice';

/** In the order in which reports count them. */
export const VERDICTS = ['pass', 'fail', 'timeout', 'crash', 'skipped', 'not-run', 'flaky', 'error'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** How it is known that the student's program read a piece before the next one was sent. */
export type Delivery =
  /** The kernel's receive queue of the program's socket was seen empty. */
  | 'verified'
  /** The program's own answer proves that it read the piece. */
  | 'echoed'
  /** Only a gap of 20 ms was left; nothing proves the delivery. */
  | 'unverified'
  /** The piece still waited in the program's receive queue when the judge went on. */
  | 'unread';

/** One thing that happened during a check. The list of them, in order, is the trace. */
export interface TraceEvent {
  /** Milliseconds since the check began. */
  atMs: number;
  /** Names the conversation when a check holds several: `A`, `B`, `client 17`; empty when there is one. */
  lane: string;
  /** Who did it. A note is the judge talking about what it measured. */
  from: 'judge' | 'student' | 'note';
  /** What was done, in a few words: `connects`, `sends 5 bytes`, `ends its side (FIN)`, `stdout`. */
  text: string;
  /** The first bytes that moved; at most 512 of them. */
  bytes?: Uint8Array;
  /** How many bytes moved in all; at least `bytes.length`. */
  totalBytes?: number;
  /** For a piece that the judge sent. */
  delivery?: Delivery;
}

/** A piece of a longer run of bytes, with its place in it. */
export interface Excerpt {
  /** Where `bytes` begins in the whole, in bytes. */
  offset: number;
  bytes: Uint8Array;
  /** Length of the whole, in bytes. */
  totalBytes: number;
}

/** What the judge put in: one stream, datagram, line of input or argument. */
export interface Sent {
  /** Who got it and how: `on connection A`, `as one datagram`, `typed`. Empty when there is only one. */
  label: string;
  excerpt: Excerpt;
  /** Offsets in the whole after which the judge paused until the piece had been read; ascending. */
  cuts: number[];
  /** Offset in the whole of the byte that the failure is about, where one can be named. */
  focus?: number;
}

/** Where what came leaves what was expected. Both excerpts begin at the same offset, at or before `at`. */
export interface Difference {
  /** Offset of the first byte that differs, or at which one of the two ends. */
  at: number;
  expected: Excerpt;
  actual: Excerpt;
  /** What the two columns hold, when not simply `expected` and `came`. */
  labels?: { expected: string; actual: string };
}

/** What the report shows of a check that did not pass. */
export interface Evidence {
  sent: Sent[];
  /** Every outcome that would have passed, as phrases: `the same 8 bytes`. */
  accepted: string[];
  /** What came instead, as one phrase: `12 bytes, different from byte 3 on`. */
  actual: string;
  difference?: Difference;
  /** The last lines that the student's program wrote to stderr. */
  stderr?: string[];
}

export interface CheckResult {
  /** Stable for ever: `lab-01/echo-binary`. */
  id: string;
  step: number;
  /** The requirement as a short sentence. */
  title: string;
  /** Where it is stated: `README, step 2` or `RFC 9112 §5.1`. */
  rule: string;
  /** The sentence that is graded, word for word from there. */
  quote: string;
  level: Level;
  verdict: Verdict;
  points: number;
  maxPoints: number;
  durationMs: number;
  /** First line of what the student is told. */
  message: string;
  /** Slug of the mistake that the symptom points to, or null. */
  misconception: string | null;
  /** What to think about, for that symptom, or null. */
  hint: string | null;
  /** The command that runs this exchange again, or null when nothing was exchanged. */
  replay: string | null;
  evidence?: Evidence;
  trace: TraceEvent[];
}

/** The program could not be run at all: a syntax error, a forbidden import, a missing file or export. */
export interface Problem {
  kind: 'missing-file' | 'empty-file' | 'syntax' | 'forbidden' | 'missing-export';
  /** Path as the student would type it, relative to where she stands. */
  file: string;
  /** From 1; 0 when the whole file is meant. */
  line: number;
  /** From 1; 0 when the whole line is meant. */
  column: number;
  /** One line: what is wrong. */
  message: string;
  /** One line: what to do. */
  advice: string;
  /** The source line, for the caret; absent when there is none. */
  sourceLine?: string;
}

/** One type error that the compiler found beside the run. It is advice, never a verdict. */
export interface TypeAdvice {
  file: string;
  line: number;
  column: number;
  message: string;
}

export interface RunResult {
  schema: 'barewire/check/v1';
  /** `lab-01` */
  lab: string;
  title: string;
  /** The folder that was graded, or the `--cmd` command. */
  subject: string;
  verdict: 'pass' | 'fail' | 'error';
  seed: string;
  durationMs: number;
  points: number;
  maxPoints: number;
  counts: Record<Verdict, number>;
  /** Checks that only an instructor can run. None exist yet. */
  sealed: { total: number; run: number };
  steps: { number: number; title: string }[];
  checks: CheckResult[];
  /** Why nothing ran; empty when checks ran. */
  problems: Problem[];
  /** Sentences about this run that are no verdict: which parts the reference stood in for, and the like. */
  notices: string[];
}
