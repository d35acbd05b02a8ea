import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadProgress } from '../course/progress.ts';
import type { RunResult, TypeAdvice, Verdict } from '../run/result.ts';
import type { RunRequest } from '../run/run.ts';
import { run } from './check.ts';
import type { Context } from './context.ts';
import type { Engine } from './grading.ts';
import { makeCourse, makeWorld, resultOf, type TestCourse } from './test-course.ts';

let course: TestCourse;
beforeEach(() => {
  course = makeCourse();
});
afterEach(() => course.remove());

interface Played {
  exitCode: number;
  out: string;
  err: string[];
  requests: RunRequest[];
}

interface Script {
  /** One for each run; the last one for all further runs. */
  verdicts?: Verdict[];
  /** What the compiler says; a promise for a slow one. */
  advice?: TypeAdvice[] | Promise<TypeAdvice[]>;
  onRun?: () => void;
  onCancel?: () => void;
  world?: Partial<Context>;
}

/** Runs `check` with an engine that answers from a script. */
async function check(args: string[], script: Script = {}): Promise<Played> {
  const { verdicts = ['pass'], advice = [] } = script;
  const requests: RunRequest[] = [];
  const engine: Engine = {
    runLab: async (request): Promise<RunResult> => {
      script.onRun?.();
      requests.push(request);
      const verdict = verdicts[requests.length - 1] ?? verdicts.at(-1)!;
      return { ...resultOf(verdict), lab: request.lab.id, subject: request.subject };
    },
    startTypeAdvice: async () => ({
      result: Promise.resolve(advice),
      cancel: () => script.onCancel?.(),
    }),
  };
  const { context, out, err } = makeWorld(course.root, script.world);
  const exitCode = await run(args, context, engine);
  return { exitCode, out: out.join('\n'), err, requests };
}

test.each<[Verdict, number]>([
  ['pass', 0],
  ['fail', 1],
  ['timeout', 1],
  ['crash', 1],
  ['flaky', 1],
  ['error', 3],
])('a run with one %s ends with exit code %i', async (verdict, exitCode) => {
  expect(await check(['lab-01'], { verdicts: [verdict] })).toMatchObject({ exitCode, err: [] });
});

describe('what is asked of the runner', () => {
  test("is the student's own labs, and new inputs", async () => {
    const [request] = (await check(['1'])).requests;
    expect(request).toMatchObject({
      labsFolder: join(course.root, 'labs'),
      subject: 'labs/lab-01-tcp-echo',
      bail: false,
      root: course.root,
    });
    expect(request).not.toHaveProperty('seed');
    expect(request).not.toHaveProperty('command');
  });

  test('is what the options say', async () => {
    const { requests } = await check(['1', '--labs', 'solutions', '--seed', '7', '--bail']);
    expect(requests[0]).toMatchObject({
      labsFolder: join(course.root, 'solutions'),
      subject: 'solutions/lab-01-tcp-echo',
      seed: '7',
      bail: true,
    });
  });

  test('is the command, where the student stands', async () => {
    const { requests } = await check(['1', '--cmd', 'python3 "my server.py" {port}']);
    expect(requests[0]).toMatchObject({
      command: ['python3', 'my server.py', '{port}'],
      commandFolder: course.root,
      subject: 'python3 my server.py {port}',
    });
  });

  test('is the reference for an earlier lab that is not passed, unless --own', async () => {
    const standIns = async (...args: string[]) => [...(await check(args)).requests[0]!.standIns!.keys()];
    expect(await standIns('4')).toEqual(['lab-01-tcp-echo']);
    expect(await standIns('4', '--own')).toEqual([]);
    await check(['1']);
    expect(await standIns('4')).toEqual([]);
  });
});

test('--cmd is for labs with a server', async () => {
  await expect(check(['4', '--cmd', './server'])).rejects.toThrow('lab-04 has no server program');
});

test.each([
  [['1', '--cmd', 'x', '--labs', 'solutions'], '--cmd and --labs do not go together'],
  [['all', '--cmd', 'x'], '--cmd and all do not go together'],
  [['all', '--repeat', '2'], '--repeat and all do not go together'],
  [['1', '--repeat', '1e3'], '--repeat needs a whole number from 1, and got "1e3"'],
])('%j is refused', async (args, message) => {
  await expect(check(args)).rejects.toThrow(message);
});

describe('progress', () => {
  const kept = async () => (await loadProgress(course.root)).progress['lab-01'];

  test('is kept of the own labs, with the steps that failed', async () => {
    await check(['1'], { verdicts: ['fail'] });
    expect(Object.values((await kept())!.results)).toMatchObject([
      { verdict: 'fail', points: 1, maxPoints: 2, failingSteps: [2] },
    ]);
  });

  test('belongs to the files as they were when the run began', async () => {
    const onRun = () => course.write('labs/lab-01-tcp-echo/server.ts', 'edited while the checks ran');
    await check(['1'], { onRun });
    await check(['1'], { verdicts: ['fail'] });
    expect(Object.values((await kept())!.results).map(({ verdict }) => verdict)).toEqual(['pass', 'fail']);
  });

  test.each([
    ["somebody else's labs", ['1', '--labs', 'solutions'], 'pass'],
    ['a command', ['1', '--cmd', 'node server'], 'pass'],
    ['a broken checker', ['1'], 'error'],
  ] as [string, string[], Verdict][])('is not kept of %s', async (_name, args, verdict) => {
    await check(args, { verdicts: [verdict] });
    expect(await kept()).toBeUndefined();
  });

  test('costs one line where it cannot be kept', async () => {
    course.write('.barewire', 'a file where the folder should be');
    const { exitCode, err } = await check(['1']);
    expect(exitCode).toBe(0);
    expect(err).toEqual([expect.stringMatching(/^your progress is not kept: /)]);
  });
});

describe('after a pass', () => {
  test('the next lab is named', async () => {
    const { out } = await check(['1'], { world: { standingIn: join(course.root, 'labs') } });
    expect(out).toMatch(/\nNext: lab-03, UDP echo\. Begin with lab-03-udp-echo\/README\.md$/);
    expect((await check(['4'])).out).toMatch(/\nThat was the last lab there is\.$/);
    expect((await check(['1', '--cmd', 'node server'])).out).toMatch(/\nNext: lab-03/);
  });

  test('not after anything else', async () => {
    expect((await check(['1'], { verdicts: ['fail'] })).out).not.toContain('Next:');
    expect((await check(['1', '--labs', 'solutions'])).out).not.toContain('Next:');
  });
});

describe('for machines', () => {
  test('--json prints one document and nothing else', async () => {
    const { out, exitCode } = await check(['1', '--json']);
    expect(JSON.parse(out)).toMatchObject({ schema: 'barewire/check/v1', lab: 'lab-01', verdict: 'pass' });
    expect(exitCode).toBe(0);
  });

  test('--json of all labs prints one document and nothing else', async () => {
    const { out, exitCode } = await check(['all', '--json'], { verdicts: ['pass', 'fail', 'pass'] });
    expect(() => JSON.parse(out)).not.toThrow();
    expect(exitCode).toBe(1);
  });

  test('--junit writes a file as well', async () => {
    const { exitCode } = await check(['1', '--junit', 'report.xml'], { verdicts: ['fail'] });
    expect(exitCode).toBe(1);
    expect(readFileSync(join(course.root, 'report.xml'), 'utf8')).toContain('lab-01/echo-binary');
  });

  test('a JUnit file that cannot be written is one line and exit code 3; the report is there', async () => {
    mkdirSync(join(course.root, 'report.xml'));
    const { exitCode, err, out } = await check(['1', '--junit', 'report.xml']);
    expect(exitCode).toBe(3);
    expect(err).toEqual([expect.stringMatching(/^the JUnit report was not written: .*report\.xml/)]);
    expect(out).toContain('lab-01');
  });
});

describe('all labs', () => {
  test('are run in order, and summed up', async () => {
    const { exitCode, out, requests } = await check(['all'], { verdicts: ['pass', 'fail', 'pass'] });
    expect(requests.map(({ lab }) => lab.id)).toEqual(['lab-01', 'lab-03', 'lab-04']);
    expect(out).toMatch(/\n2 of 3 labs passed$/);
    expect(exitCode).toBe(1);
  });

  test('are worth the worst of them', async () => {
    expect(await check(['all'], { verdicts: ['error', 'fail', 'pass'] })).toMatchObject({ exitCode: 3 });
    expect(await check(['all'])).toMatchObject({ exitCode: 0 });
  });

  test('end at the first that does not pass with --bail', async () => {
    const { requests } = await check(['all', '--bail'], { verdicts: ['fail'] });
    expect(requests).toHaveLength(1);
  });
});

describe('--repeat', () => {
  test('prints a line a run, and the first failing report', async () => {
    const { exitCode, out, requests } = await check(['1', '--repeat', '10'], {
      verdicts: ['pass', 'fail', 'pass', 'fail', 'pass'],
    });
    expect(requests).toHaveLength(10);
    expect(out).toContain('run  1 of 10: pass  2 of 2 points  seed 5eed  0.1 s\nrun  2 of 10: fail');
    expect(out.match(/it did not/g)!.length).toBeGreaterThan(0);
    expect(out.split('Also not passed').length).toBeLessThan(3);
    expect(out).toMatch(/\n8 of 10 runs passed$/);
    expect(exitCode).toBe(1);
  });

  test('draws new inputs every time, unless a seed is given', async () => {
    const seeds = async (...args: string[]) => (await check(args)).requests.map(({ seed }) => seed);
    expect(await seeds('1', '--repeat', '2')).toEqual([undefined, undefined]);
    expect(await seeds('1', '--repeat', '2', '--seed', 'a')).toEqual(['a', 'a']);
  });

  test('is one document with --json', async () => {
    const { out, exitCode } = await check(['1', '--repeat', '2', '--json'], { verdicts: ['pass', 'fail'] });
    expect(JSON.parse(out).runs).toHaveLength(2);
    expect(exitCode).toBe(1);
  });

  test('stops when nobody reads any more', async () => {
    const { requests } = await check(['1', '--repeat', '9'], { world: { outClosed: () => true } });
    expect(requests).toHaveLength(1);
  });
});

describe('advice on types', () => {
  const ADVICE = [{ file: 'labs/x/server.ts', line: 3, column: 1, message: 'Type wonder is not assignable' }];
  const never = new Promise<TypeAdvice[]>(() => {});

  test('that is ready stands in the report', async () => {
    const { out } = await check(['1'], { advice: ADVICE });
    expect(out).toContain('Type wonder');
    expect(out.indexOf('Type wonder')).toBeLessThan(out.indexOf('Next:'));
  });

  test('that is late stands below it, at a terminal', async () => {
    const late = new Promise<TypeAdvice[]>((resolve) => setTimeout(resolve, 100, ADVICE));
    const { out } = await check(['1'], { advice: late, world: { terminal: true } });
    expect(out.indexOf('Type wonder')).toBeGreaterThan(out.indexOf('Next:'));
  });

  test('is waited for no longer than a second, and then cancelled', async () => {
    const onCancel = vi.fn();
    const begin = Date.now();
    await check(['1'], { advice: never, onCancel, world: { terminal: true } });
    expect(Date.now() - begin).toBeGreaterThan(900);
    expect(Date.now() - begin).toBeLessThan(2500);
    expect(onCancel).toHaveBeenCalled();
  });

  test('is not waited for without a terminal', async () => {
    const begin = Date.now();
    await check(['1'], { advice: never });
    expect(Date.now() - begin).toBeLessThan(800);
  });
});
