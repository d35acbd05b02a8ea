/** How a check ends early: thrown by the judge's verbs, caught by the runner. */
import type { Evidence } from './result.ts';

/** An observation contradicts the requirement, or none came. */
export class CheckFailure extends Error {
  readonly verdict: 'fail' | 'timeout' | 'crash';
  /** Looked up in the check's `hints`. */
  readonly symptom: string;
  readonly evidence: Partial<Evidence>;

  constructor(
    verdict: 'fail' | 'timeout' | 'crash',
    message: string,
    symptom: string,
    evidence: Partial<Evidence>,
  ) {
    super(message);
    this.verdict = verdict;
    this.symptom = symptom;
    this.evidence = evidence;
  }
}

/** This machine cannot run the check; found out on the way. */
export class NotRun extends Error {}
