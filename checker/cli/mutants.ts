/** `npm run mutants`: what the checks are worth, lab by lab. */
import { findLab, listLabs } from '../course/course.ts';
import { readArguments } from './arguments.ts';
import { type Context, EXIT, type Syntax } from './context.ts';
import { jsonOf, look } from './look.ts';

export const syntax = {
  command: 'mutants',
  summary: "the checker's own score: planted mistakes caught, legal programs passed",
  positionals: ['[lab]'],
  options: {
    json: { what: 'one JSON document on standard output (with npm run -s) and nothing else' },
  },
} as const satisfies Syntax;

export async function run(args: string[], context: Context): Promise<number> {
  const { positionals, values } = readArguments(syntax, args, context);
  const [name] = positionals;
  const labs = name === undefined ? listLabs(context.root) : [findLab(name, context.root)];
  const { prove } = await import('../proof/prove.ts');
  const onProgress = values.json ? () => {} : (line: string) => context.out(line);
  const document = await prove(
    labs.map((lab) => lab.id),
    { onProgress },
  );
  const { isPerfect, renderMutants } = await import('../report/mutants.ts');
  context.out(values.json ? jsonOf(document) : renderMutants(document, look(context)));
  return document.labs.length > 0 && document.labs.every(isPerfect) ? EXIT.passed : EXIT.notPassed;
}
