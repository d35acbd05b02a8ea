import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../course/usage-error.ts';
import { readArguments, usageLine } from './arguments.ts';
import type { Syntax } from './context.ts';

const syntax = {
  command: 'check',
  summary: 'grade a lab',
  positionals: ['[lab]'],
  options: {
    labs: { value: 'DIR', what: 'grade DIR' },
    cmd: { value: 'COMMAND', what: 'grade a program' },
    seed: { value: 'SEED', what: 'inputs again' },
    json: { what: 'JSON' },
    bail: { what: 'stop early' },
  },
} as const satisfies Syntax;
const replay = { ...syntax, command: 'replay', positionals: ['<check-id>'] } as const satisfies Syntax;

const linux = { environment: {}, platform: 'linux' } as const;
const read = (...args: string[]) => readArguments(syntax, args, linux);
const complaint = (...args: string[]) => {
  try {
    read(...args);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  return undefined;
};

test('reads arguments and options in any order', () => {
  expect(read('--seed', '7', 'lab-05', '--bail')).toEqual({
    positionals: ['lab-05'],
    values: { labs: undefined, cmd: undefined, seed: '7', json: false, bail: true },
  });
  expect(read('--seed=7=8').values.seed).toBe('7=8');
  expect(read('--cmd', '-x').values.cmd).toBe('-x');
});

test('takes the second -- that people write for PowerShell', () => {
  expect(read('lab-05', '--', '--seed', '7').values.seed).toBe('7');
});

test.each([
  [['--sed', '7'], 'unknown option --sed. Did you mean --seed?'],
  [
    ['--constructor'],
    'unknown option --constructor; npm run check knows --labs, --cmd, --seed, --json, --bail',
  ],
  [['-s'], 'unknown option -s; npm run check knows --labs, --cmd, --seed, --json, --bail'],
  [['--seed'], '--seed needs a value: --seed SEED'],
  [['--seed='], '--seed needs a value: --seed SEED'],
  [['--seed', '--bail'], '--seed needs a value: --seed SEED'],
  [['--json=yes'], '--json takes no value'],
  [['lab-01', 'lab-02'], 'there is an argument too many: lab-02. Usage: npm run check [lab] [-- options]'],
])('%j is refused in one line', (args, message) => {
  expect(complaint(...args)).toBe(message);
});

test('a missing argument is named', () => {
  expect(() => readArguments(replay, [], linux)).toThrow(
    'npm run replay needs <check-id>. Usage: npm run replay <check-id> [-- options]',
  );
});

test('usage of a command without options', () => {
  expect(usageLine({ ...syntax, options: {} })).toBe('npm run check [lab]');
});

describe('what npm kept for itself', () => {
  const keptBy = (
    environment: Record<string, string>,
    args: string[],
    as: Syntax = syntax,
    platform = 'linux',
  ) => {
    const context = {
      environment: { npm_lifecycle_event: as.command, ...environment },
      platform: platform as NodeJS.Platform,
    };
    return () => readArguments(as, args, context);
  };
  const write = (command: string, names: string) =>
    `npm kept ${names} for itself: options come after a lone --. Write: ${command}`;

  test.each<[Record<string, string>, string[], string, string]>([
    [{ npm_config_seed: '7' }, ['lab-01'], '--seed', 'npm run check lab-01 -- --seed 7'],
    [{ npm_config_seed: 'true' }, ['lab-01', '7'], '--seed', 'npm run check lab-01 -- --seed 7'],
    [{ npm_config_seed: 'true' }, ['7', 'lab-01'], '--seed', 'npm run check lab-01 -- --seed 7'],
    [{ npm_config_labs: 'true' }, ['solutions'], '--labs', 'npm run check -- --labs solutions'],
    [{ npm_config_labs: 'true' }, ['5', 'solutions'], '--labs', 'npm run check 5 -- --labs solutions'],
    [{ npm_config_labs: 'my labs' }, ['5'], '--labs', 'npm run check 5 -- --labs "my labs"'],
    [{ npm_config_json: 'true' }, [], '--json', 'npm run check -- --json'],
    [
      { npm_config_bail: 'true', npm_config_seed: 'true', npm_config_labs: 'true' },
      ['lab-01', '7', 'solutions'],
      '--labs and --seed and --bail',
      'npm run check lab-01 -- --labs DIR --seed SEED --bail',
    ],
    [
      { npm_config_message: '', npm_config_loglevel: 'info' },
      ['lab-01', 'python3 a.py'],
      '--cmd',
      'npm run check lab-01 -- --cmd "python3 a.py"',
    ],
  ])('%j with %j', (environment, args, names, command) => {
    expect(keptBy(environment, args)).toThrow(new UsageError(write(command, names)));
  });

  test('is said with the quotes that PowerShell needs', () => {
    expect(keptBy({ npm_config_json: 'true' }, ['5'], syntax, 'win32')).toThrow(
      "In PowerShell put the -- in quotes: '--'.",
    );
  });

  test('is no matter for a command without that option, nor for another npm script', () => {
    expect(keptBy({ npm_config_json: 'true' }, [], { ...syntax, options: {} })).not.toThrow();
    expect(keptBy({ npm_config_json: 'true', npm_lifecycle_event: 'test' }, [])).not.toThrow();
  });

  test('is no matter when the option was given rightly as well', () => {
    expect(keptBy({ npm_config_json: 'true' }, ['--json'])).not.toThrow();
  });

  describe('is not blamed on the command line when it stands in an .npmrc', () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'barewire-npmrc-'));
      writeFileSync(join(folder, '.npmrc'), 'fund=false\njson = true\n');
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test.each(['npm_config_userconfig', 'npm_config_globalconfig'])('of %s', (name) => {
      expect(keptBy({ npm_config_json: 'true', [name]: join(folder, '.npmrc') }, [])).not.toThrow();
    });

    test('of the project', () => {
      expect(keptBy({ npm_config_json: 'true', npm_config_local_prefix: folder }, [])).not.toThrow();
      expect(keptBy({ npm_config_bail: 'true', npm_config_local_prefix: folder }, [])).toThrow(
        'npm kept --bail',
      );
    });
  });
});
