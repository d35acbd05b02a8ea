/** Field values that are lists of members with commas between them (RFC 9110 §5.6.1). */
import type { Field } from '../lab-05-http-request/parser.ts';

/** Whether a comma-separated list has this member, in whatever case (RFC 9110 §5.6.1). */
export function hasOption(list: string, option: string): boolean {
  return list
    .toLowerCase()
    .split(',')
    .some((member) => member.trim() === option);
}

export function hasOnlyOption(list: string, option: string): boolean {
  return list
    .toLowerCase()
    .split(',')
    .every((member) => member.trim() === option);
}

/** The values of all field lines of this name, as one list; undefined where there is none. */
export function listOf(headers: Field[], lowerCaseName: string): string | undefined {
  let list: string | undefined;
  for (const [name, value] of headers) {
    if (name.length !== lowerCaseName.length || name.toLowerCase() !== lowerCaseName) continue;
    list = list === undefined ? value : `${list}, ${value}`;
  }
  return list;
}
