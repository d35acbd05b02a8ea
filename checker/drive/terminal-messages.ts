/**
 * What the checker and the program on the inside of its pseudo-terminal say to each other: lines of JSON over a
 * socket, and marks inside the terminal's output.
 */

/** What the checker asks for. */
export type Order =
  /** The first: `secret` begins every mark, so that no student's program can print one. */
  | { type: 'marks'; secret: string }
  /** Run a program in the foreground: `args` for node, and its whole environment. */
  | { type: 'start'; args: string[]; env: Record<string, string>; cwd: string };

export type SessionReport =
  /** The first: `token` shows that it is our program that connected. */
  | { type: 'hello'; token: string }
  | { type: 'ready' }
  | { type: 'started'; pid: number }
  | { type: 'not-started'; reason: string }
  | { type: 'ended'; code: number | null; signal: NodeJS.Signals | null; leftRawMode: boolean };

/** Number of the control sequence (OSC) that carries a mark; terminals and programs use none near it. */
export const MARK_SEQUENCE = 7077;

/** Whoever has read a mark has read all output before it. */
export type Mark = 'cleared' | 'ended';

export function markText(secret: string, mark: Mark): string {
  return `${secret} ${mark}`;
}
