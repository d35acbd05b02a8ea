/** Patches on the reference, in short. */
import type { Patch } from '../mutant.ts';

export function http(find: string, replace: string): Patch {
  return { file: 'http.ts', find, replace };
}

export function server(find: string, replace: string): Patch {
  return { file: 'server.ts', find, replace };
}
