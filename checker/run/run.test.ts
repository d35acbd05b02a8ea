import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { exchangeFile, keepExchange, keptExchange } from './exchange.ts';
import type { CheckResult, RunResult } from './result.ts';
import { ANSWERS_GOOD, answering, makeLab, type TestLab, type TestLabFiles } from './test-lab.ts';

let lab: TestLab | undefined;
afterEach(() => lab?.remove());

function labWith(files: TestLabFiles): TestLab {
  lab = makeLab(files);
  return lab;
}

describe('what a run comes to', () => {
  test('all passed: pass, with all points', async () => {
    const result = await labWith({
      checks: `check('a', ${ANSWERS_GOOD}), check('b', ${ANSWERS_GOOD}, { points: 3 })`,
    }).run();
    expect(result).toMatchObject({ verdict: 'pass', points: 4, maxPoints: 4, seed: '5eed', lab: 'lab-01' });
    expect(result.counts).toMatchObject({ pass: 2, fail: 0, error: 0 });
    expect(result.checks[0]).toMatchObject({ message: 'passed', replay: null, hint: null });
  });

  test('one wrong answer: fail, with what was sent, what is accepted and how to see it again', async () => {
    const made = labWith({ server: answering('evil'), checks: `check('a', ${ANSWERS_GOOD})` });
    const result = await made.run();
    expect(result).toMatchObject({ verdict: 'fail', points: 0, maxPoints: 1 });
    expect(only(result)).toMatchObject({
      verdict: 'fail',
      message: 'byte 0 of the answer is 0x65, expected 0x67',
      hint: 'look again',
      misconception: null,
      replay: 'npm run replay lab-01/a -- --seed 5eed',
      evidence: { accepted: ['the same 4 bytes'], actual: '4 bytes, different from byte 0 on' },
    });
    expect(keptExchange(made.root, 'lab-01/a')).toMatchObject({ seed: '5eed', check: 'lab-01/a' });
  });

  test('a failure of mere advice: pass', async () => {
    const result = await labWith({
      server: answering('evil'),
      checks: `check('a', ${ANSWERS_GOOD}, { level: 'advice' }), check('b', async (judge) => judge.observe())`,
    }).run();
    expect(result).toMatchObject({ verdict: 'pass', points: 1, maxPoints: 1 });
    expect(result.checks[0]).toMatchObject({ verdict: 'fail', points: 0, maxPoints: 0 });
  });

  test('some cannot run here: pass by the others, and no points asked', async () => {
    const result = await labWith({
      checks: `check('a', async (judge) => judge.observe()),
        check('b', async () => {}, { lacks: () => 'this machine has no moon' }),
        check('c', async (judge) => judge.notRun('the moon is down'))`,
    }).run();
    expect(result).toMatchObject({ verdict: 'pass', points: 1, maxPoints: 1 });
    expect(result.counts['not-run']).toBe(2);
    expect(result.checks[1]).toMatchObject({ message: 'this machine has no moon', replay: null });
    expect(result.checks[2]).toMatchObject({ message: 'the moon is down', maxPoints: 0 });
  });

  test('none can run here: error, never pass', async () => {
    const result = await labWith({
      checks: `check('a', async () => {}, { lacks: () => 'no moon' }), check('b', async (judge) => judge.notRun('no sun'))`,
    }).run();
    expect(result).toMatchObject({ verdict: 'error', points: 0, maxPoints: 0 });
  });

  test('no check at all: error, never pass', async () => {
    const made = labWith({ checks: `check('a', ${ANSWERS_GOOD})` });
    expect(await made.run({ only: ['lab-01/none-of-that-name'] })).toMatchObject({
      verdict: 'error',
      checks: [],
    });
  });

  test('nothing graded, only advice that passed: error, never pass', async () => {
    const result = await labWith({ checks: `check('a', ${ANSWERS_GOOD}, { level: 'advice' })` }).run();
    expect(result.counts.pass).toBe(1);
    expect(result.verdict).toBe('error');
  });

  test('a program that does not compile: fail, and why, without a check', async () => {
    const result = await labWith({ server: 'const = 1;', checks: `check('a', ${ANSWERS_GOOD})` }).run();
    expect(result).toMatchObject({ verdict: 'fail', checks: [], points: 0 });
    expect(result.problems).toMatchObject([{ kind: 'syntax', line: 1 }]);
  });
});

describe('our own fault is never the student’s', () => {
  test('a check that saw nothing has not passed', async () => {
    const result = await labWith({ checks: "check('a', async () => {})" }).run();
    expect(result.verdict).toBe('error');
    expect(only(result).message).toContain('the check ended without having seen anything');
  });

  test('a check that breaks is an error with its reason', async () => {
    const result = await labWith({
      checks: "check('a', async (judge) => { judge.observe(); throw new Error('no such codec'); })",
    }).run();
    expect(result.verdict).toBe('error');
    expect(only(result)).toMatchObject({
      verdict: 'error',
      points: 0,
      maxPoints: 1,
      message: 'the checker or this machine failed, not your program: no such codec',
    });
  });

  test('a check whose cleaning up breaks is an error', async () => {
    const result = await labWith({
      checks:
        "check('a', async (judge) => { judge.observe(); judge.defer(() => { throw new Error('stuck'); }); })",
    }).run();
    expect(only(result)).toMatchObject({ verdict: 'error' });
    expect(only(result).message).toContain('after the check: stuck');
  });

  test('a check on which the reference fails too is an error, and the run with it', async () => {
    const result = await labWith({
      server: answering('evil'),
      solution: answering('bad!'),
      checks: `check('a', ${ANSWERS_GOOD}), check('b', async (judge) => judge.observe())`,
    }).run();
    expect(result).toMatchObject({ verdict: 'error', points: 1, maxPoints: 2 });
    expect(result.checks[0]).toMatchObject({ verdict: 'error', points: 0 });
    expect(result.checks[0]!.message).toContain(
      'the reference fails here too (byte 0 of the answer is 0x62, expected 0x67)',
    );
  });

  test('a check that fails and then passes with the same seed is flaky, and has not passed', async () => {
    const flaky = `check('a', async (judge) => {
      judge.observe();
      globalThis.attempts = (globalThis.attempts ?? 0) + 1;
      if (globalThis.attempts % 2 === 1) judge.fail('it was the first time', 'otherwise');
    })`;
    const made = labWith({ checks: flaky });
    const result = await made.run();
    expect(result).toMatchObject({ verdict: 'fail', points: 0 });
    expect(result.counts).toMatchObject({ flaky: 1, fail: 0 });
    expect(only(result)).toMatchObject({
      verdict: 'flaky',
      message: 'failed, then passed with the same seed. The first time: it was the first time',
    });
    // Without a second look the first one counts.
    expect(only(await made.run({ confirm: false })).verdict).toBe('fail');
  });

  test('the checks go on after one that ended the shared server', async () => {
    const result = await labWith({
      checks: `check('a', async (judge) => {
          const { program } = await judge.server();
          program.signal('SIGKILL');
          await program.exited;
          judge.crash('it ended', 'crashed', program);
        }), check('b', ${ANSWERS_GOOD})`,
    }).run({ confirm: false });
    expect(result.checks.map(({ verdict }) => verdict)).toEqual(['crash', 'pass']);
    expect(result.checks[0]).toMatchObject({ misconception: 'crashed' });
  });
});

describe('inputs', () => {
  const DRAWS = `check('a', async (judge) => {
    judge.observe();
    judge.fail(judge.draw('word', (random) => random.letters(12)), 'otherwise');
  })`;

  test('are drawn from the seed: the same again, others with another', async () => {
    const made = labWith({ checks: DRAWS });
    const word = async (seed: string) => only(await made.run({ seed, confirm: false })).message;
    expect(await word('one')).toBe(await word('one'));
    expect(await word('one')).not.toBe(await word('two'));
  });

  test('of a kept exchange are used in a replay of the same seed, and in no other', async () => {
    const made = labWith({ checks: DRAWS });
    const drawn = only(await made.run({ confirm: false })).message;
    expect(existsSync(exchangeFile(made.root, 'lab-01/a'))).toBe(true);
    const inputs = { word: 'as it was drawn once' };
    keepExchange(made.root, { schema: 'barewire/exchange/v1', check: 'lab-01/a', seed: '5eed', inputs });
    const replay = { only: ['lab-01/a'], replay: true, confirm: false };
    expect(only(await made.run(replay)).message).toBe('as it was drawn once');
    keepExchange(made.root, { schema: 'barewire/exchange/v1', check: 'lab-01/a', seed: 'other', inputs });
    expect(only(await made.run(replay)).message).toBe(drawn);
  });
});

test('a selection runs with what it needs, a replay without', async () => {
  const made = labWith({
    checks: `check('a', async (judge) => judge.observe()),
      check('b', async (judge) => judge.observe(), { needs: ['lab-01/a'] }),
      check('c', async (judge) => judge.observe())`,
  });
  const ids = (result: RunResult) => result.checks.map(({ id }) => id);
  expect(ids(await made.run({ only: ['lab-01/b'] }))).toEqual(['lab-01/a', 'lab-01/b']);
  expect(ids(await made.run({ only: ['lab-01/b'], replay: true }))).toEqual(['lab-01/b']);
});

test('each result is told as it comes', async () => {
  const told: string[] = [];
  const made = labWith({
    checks: `check('a', async (judge) => judge.observe()), check('b', ${ANSWERS_GOOD})`,
  });
  await made.run({ onCheck: ({ id, verdict }) => told.push(`${id} ${verdict}`) });
  expect(told).toEqual(['lab-01/a pass', 'lab-01/b pass']);
});

function only(result: RunResult): CheckResult {
  expect(result.checks).toHaveLength(1);
  return result.checks[0]!;
}
