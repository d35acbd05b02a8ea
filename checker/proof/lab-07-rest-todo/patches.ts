/** Patches on the reference, in short. */
import type { Patch } from '../mutant.ts';

export function server(find: string, replace: string): Patch {
  return { file: 'server.ts', find, replace };
}

export function store(find: string, replace: string): Patch {
  return { file: 'store.ts', find, replace };
}
