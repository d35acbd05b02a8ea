/**
 * Loaded into the processes of `npm run example`, before anything else: an import that leads into an earlier lab leads
 * to what stands in for it. The environment says which folders; see example.ts. Plain JavaScript, because node loads it
 * without help.
 */
import { register } from 'node:module';

/** Pairs of folder URLs: what is imported, what is loaded. */
const moved = JSON.parse(process.env.BAREWIRE_STAND_INS ?? '[]');

if (!import.meta.url.includes('?hooks')) register(`${import.meta.url}?hooks`);

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  const pair = moved.find(([from]) => found.url.startsWith(from));
  if (pair === undefined) return found;
  return { ...found, url: pair[1] + found.url.slice(pair[0].length) };
}
