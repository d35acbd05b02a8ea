/**
 * What a hidden check is: data that reads as a specification, and one function that holds the conversation.
 * The files in `checker/checks/` are made of these.
 */
import type { Transport } from '../drive/ports.ts';
import type { Judge } from './judge.ts';
import type { Level } from './result.ts';

/** A machine that a check may or may not be able to run on. */
export interface Machine {
  platform: NodeJS.Platform;
  /** True when `::1` can be listened on. */
  ipv6: boolean;
}

export interface Check {
  /** `lab-01/echo-binary`; stable for ever. */
  id: string;
  step: number;
  /** The requirement as one short sentence about the student's program. */
  title: string;
  /** Where the requirement stands: `README, step 2` or `RFC 9112 §5.1`. */
  rule: string;
  /** The sentence that is graded, word for word from there. */
  quote: string;
  level: Level;
  /** Ids of checks without which this one would only repeat their failure. */
  needs?: string[];
  /** Default 1. */
  points?: number;
  /**
   * `shared`: talks to the server, or calls the module, that the lab's checks share, one check at a time; it is
   * replaced after a check that did not pass. `own`: starts what it needs itself, and may run beside others. Default `shared`.
   */
  program?: 'shared' | 'own';
  /** Needs a pseudo-terminal: not run, with the reason, where there is none. */
  terminal?: boolean;
  /** Why this machine cannot run the check (a whole clause: `Windows has no SIGTERM handler`), or undefined. */
  lacks?: (machine: Machine) => string | undefined;
  /**
   * By symptom: the slug of the mistake it points to, with what to think about. `otherwise` is for a failure
   * without a symptom of its own.
   */
  hints: { [symptom: string]: string; otherwise: string };
  /** Holds the conversation. Returns when all observations held; leaves by `judge.fail` and its kin otherwise. */
  run: (judge: Judge) => Promise<void>;
}

export interface Step {
  number: number;
  title: string;
  /** One sentence: why a program needs this. */
  why: string;
  /** Three, each saying more; the last is still not the code. */
  hints: [string, string, string];
}

/** The hidden checks of one lab: what `checker/checks/lab-NN-slug/index.ts` exports as its default. */
export interface Suite {
  lab: string;
  /** What the lab's server speaks, for finding a free port and proving its owner. Default `tcp`. */
  transport?: Transport;
  /**
   * What every server of this lab finds in its environment beside HOST and PORT; asked for each one that is started,
   * so that one that keeps something need not find what another has left.
   *
   * @param folder  the run's temporary folder, for what it names there
   */
  environment?: (folder: string) => Record<string, string>;
  steps: Step[];
  checks: Check[];
}
