/** Patches on the reference, in short. */
import type { Patch } from '../mutant.ts';

export const server = (find: string, replace: string): Patch => ({ file: 'server.ts', find, replace });
export const board = (find: string, replace: string): Patch => ({ file: 'board.ts', find, replace });
export const client = (find: string, replace: string): Patch => ({ file: 'client.ts', find, replace });
export const poll = (find: string, replace: string): Patch => ({ file: 'poll.ts', find, replace });
