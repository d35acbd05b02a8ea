/** Patches on the reference, in short. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../course/course.ts';
import type { Patch } from '../mutant.ts';

const LIBRARY = ['http.ts', 'connection.ts', 'request.ts', 'response.ts', 'lists.ts'].map((file) => ({
  file,
  text: readFileSync(join(repositoryRoot, 'solutions', 'lab-06-http-server', file), 'utf8'),
}));

/** In whichever file of the library has this text. */
export function http(find: string, replace: string): Patch {
  const { file } = LIBRARY.find(({ text }) => text.includes(find)) ?? { file: 'http.ts' };
  return { file, find, replace };
}

export function server(find: string, replace: string): Patch {
  return { file: 'server.ts', find, replace };
}
