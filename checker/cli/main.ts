/**
 * Where every npm script of the course begins: `node --import tsx checker/cli/main.ts <command> …arguments`.
 * Commands are loaded when they are asked for; loading them all would cost more than a whole check of a small lab.
 */
import { UsageError } from '../course/usage-error.ts';
import { type Command, type Context, EXIT, processContext } from './context.ts';

const commands: Record<string, () => Promise<Command>> = {
  check: () => import('./check.ts'),
  start: () => import('./start.ts'),
  labs: () => import('./labs.ts'),
  hint: () => import('./hint.ts'),
  reset: () => import('./reset.ts'),
  replay: () => import('./replay.ts'),
  mutants: () => import('./mutants.ts'),
  bench: () => import('./bench.ts'),
  example: () => import('./example.ts'),
};

async function main([name, ...args]: string[], context: Context): Promise<number> {
  const load = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  const asksForHelp = args.includes('--help') || args.includes('-h');
  if (load !== undefined && !asksForHelp) {
    const command = await load();
    return command.run(args, context);
  }
  const { commandHelp, courseHelp, unknownCommand } = await import('./help.ts');
  if (load !== undefined) {
    context.out(commandHelp((await load()).syntax));
    return EXIT.passed;
  }
  const syntaxes = await Promise.all(Object.values(commands).map(async (each) => (await each()).syntax));
  if (name === 'help' || name === '--help' || name === '-h') {
    context.out(courseHelp(syntaxes));
    return EXIT.passed;
  }
  context.err(name === undefined ? courseHelp(syntaxes) : unknownCommand(name, syntaxes));
  return EXIT.wrongUsage;
}

/** Says what went wrong in one line, and how bad it is. */
function complain(error: unknown, context: Context): number {
  if (error instanceof UsageError) {
    context.err(error.message);
    return EXIT.wrongUsage;
  }
  const message = error instanceof Error ? error.message : String(error);
  context.err(`the checker itself failed: ${message.trim().replaceAll(/\s*\n\s*/g, ' ')}`);
  if (context.environment.BAREWIRE_DEBUG === '1' && error instanceof Error) context.err(error.stack ?? '');
  return EXIT.broken;
}

/** Ends the process when everything written has left it; whatever a command left open does not keep it alive. */
function leave(exitCode: number): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
}

const context = processContext();
// Node ends a process that waits for what can never come, and calls that a success.
process.on('beforeExit', () =>
  leave(complain(new Error('it waits for something that cannot come any more'), context)),
);
process.on('uncaughtException', (error) => leave(complain(error, context)));
main(process.argv.slice(2), context).then(leave, (error) => leave(complain(error, context)));
