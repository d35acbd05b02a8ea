/** `npm run replay`: one failing exchange again, byte for byte. */
import { closest } from '../course/closest.ts';
import { findLab, type Lab } from '../course/course.ts';
import { findSubject } from '../course/subject.ts';
import { UsageError } from '../course/usage-error.ts';
import { keptExchange } from '../run/exchange.ts';
import { loadSuite } from '../run/run.ts';
import { readArguments } from './arguments.ts';
import type { CheckOptions } from './check.ts';
import type { Context, Syntax } from './context.ts';
import { type Engine, exitCodeOf, grade, theEngine } from './grading.ts';
import { jsonOf, reportOf } from './look.ts';
import { serverCommand } from './split-command.ts';

export const syntax = {
  command: 'replay',
  summary: 'one failing exchange again, byte for byte, with everything that happened',
  positionals: ['<check-id>'],
  options: {
    seed: { value: 'SEED', what: 'the seed that the report printed; left out, that of the last failure' },
    labs: { value: 'DIR', what: 'the labs folder that was graded' },
    cmd: { value: '"COMMAND ARGS"', what: 'the program that was graded' },
    own: { what: 'use your own earlier labs even where they have not passed' },
    trace: { what: 'show all that happened, which replay does anyway' },
    json: { what: 'one JSON document on standard output (with npm run -s) and nothing else' },
  },
} as const satisfies Syntax;

export async function run(args: string[], context: Context, engine: Engine = theEngine): Promise<number> {
  const { positionals, values } = readArguments(syntax, args, context);
  if (values.cmd !== undefined && values.labs !== undefined) {
    throw new UsageError('--cmd and --labs do not go together');
  }
  const { lab, id } = await findCheck(positionals[0]!, context.root);
  const options: CheckOptions = {
    subject: findSubject(values.labs, context),
    command: serverCommand(values.cmd, lab, context.standingIn),
    own: values.own,
    seed: values.seed ?? keptExchange(context.root, id)?.seed,
    bail: false,
    trace: true,
    json: values.json,
    junit: undefined,
    repeat: undefined,
  };
  const { result } = await grade(lab, options, context, engine, { only: [id], replay: true });
  if (values.json) {
    const { toJson } = await import('../report/json.ts');
    context.out(jsonOf(toJson(result, { evidence: true, trace: true })));
  } else {
    context.out(await reportOf(result, options, context, [], true));
  }
  return exitCodeOf(result);
}

/** The check that `lab-01/echo-binary` names. */
async function findCheck(named: string, root: string): Promise<{ lab: Lab; id: string }> {
  const [labName, checkName] = named.split('/');
  if (!labName || !checkName) {
    throw new UsageError(`${JSON.stringify(named)} is no check: its id looks like lab-01/echo-binary`);
  }
  const lab = findLab(labName, root);
  const id = `${lab.id}/${checkName}`;
  const ids = (await loadSuite(lab, root)).checks.map((check) => check.id);
  if (ids.includes(id)) return { lab, id };
  const meant = closest(id, ids);
  const suggestion = meant === undefined ? '' : ` Did you mean ${meant}?`;
  throw new UsageError(`${lab.id} has no check ${JSON.stringify(checkName)}.${suggestion}`);
}
