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
    const result = await made.run({ keepExchanges: true });
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

  test("a shared server that dies at the end of a check is that check's crash", async () => {
    const result = await labWith({
      checks: `check('a', async (judge) => {
          const { program } = await judge.server();
          judge.observe();
          program.signal('SIGKILL');
          await program.exited;
        }), check('b', ${ANSWERS_GOOD})`,
    }).run({ confirm: false });
    expect(result.checks.map(({ verdict }) => verdict)).toEqual(['crash', 'pass']);
    expect(result.checks[0]!.message).toBe(
      'your server ended (signal SIGKILL) when the conversation was over',
    );
  });

  test('a failure that only earlier clients bring about is no flake', async () => {
    // Answers the first client rightly, and every later one wrongly.
    const server = `import { createServer } from 'node:net';
      let clients = 0;
      createServer((socket) => {
        const word = (clients += 1) === 1 ? 'good' : 'evil';
        socket.on('error', () => {});
        socket.on('data', () => socket.write(word));
      }).listen(Number(process.env.PORT), process.env.HOST);`;
    const checks = `check('a', ${ANSWERS_GOOD}), check('b', ${ANSWERS_GOOD})`;
    const result = await labWith({ server, checks }).run();
    expect(result.checks.map(({ verdict }) => verdict)).toEqual(['pass', 'fail']);
  });

  test('a server that only listens has not passed', async () => {
    const result = await labWith({ checks: `check('a', async (judge) => { await judge.server(); })` }).run();
    expect(only(result)).toMatchObject({ verdict: 'error' });
  });

  test('nothing is started by a conversation that was given up', async () => {
    const result = await labWith({
      checks: `check('a', async (judge) => { globalThis.late = judge; judge.observe(); }),
        check('b', async (judge) => { judge.observe(); await globalThis.late.startServer(); }, { program: 'own', needs: ['lab-01/a'] })`,
    }).run({ confirm: false });
    expect(result.checks[1]).toMatchObject({ verdict: 'error' });
    expect(result.checks[1]!.message).toContain('the check is over');
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

describe('a module lab', () => {
  const module = { file: 'upper.ts', exports: ['Upper'] };
  const CHECK = `check('a', async (judge) => {
    const host = await judge.module();
    const bytes = Buffer.from('ab');
    const { ways } = await host.feed({ className: 'Upper', bytes, ways: [[], [1]], end: true }, 1000);
    for (const way of ways) {
      if (way.kind !== 'ok') judge.failModule(way);
      const text = way.events.join('');
      if (text !== 'AB.') judge.fail('came to ' + text, 'otherwise');
      judge.observe();
    }
  }, { program: 'own' })`;
  const RIGHT = `export class Upper {
    receive(chunk: Uint8Array): string[] { return [Buffer.from(chunk).toString().toUpperCase()]; }
    end(): string[] { return ['.']; }
  }`;
  const grade = async (text: string) =>
    only(await labWith({ checks: CHECK, solution: RIGHT, server: text, module }).run({ confirm: false }));

  test('a right module passes, whole and cut', async () => {
    expect(await grade(RIGHT)).toMatchObject({ verdict: 'pass' });
  });

  test.each([
    ['a wrong answer', RIGHT.replace("'.'", "'!'"), 'fail', /^came to AB!$/],
    [
      'a throw',
      RIGHT.replace('return [B', "throw new RangeError('too short'); return [B"),
      'crash',
      /^Upper\.receive\(\) with bytes 0 to 1 threw RangeError: too short at .*upper\.ts:2/,
    ],
    [
      'a loop',
      RIGHT.replace('return [B', 'for (;;); return [B'),
      'timeout',
      /^Upper\.receive\(\) with bytes 0 to 1 did not return within \d\.\d s: it computes without an end$/,
    ],
    [
      'an exit',
      RIGHT.replace('return [B', 'process.exit(0); return [B'),
      'crash',
      /^Upper\.receive\(\) with bytes 0 to 1 ended the process \(exit code 0\)$/,
    ],
    [
      'no list',
      RIGHT.replace("return ['.']", "return '.' as never"),
      'fail',
      /^Upper\.end\(\) returned .*, not a list of events$/,
    ],
    [
      'a throw when loaded',
      `${RIGHT}\nthrow new Error('not yet');`,
      'crash',
      /^loading your module threw Error: not yet/,
    ],
  ])('%s', async (_name, text, verdict, message) => {
    const result = await grade(text);
    expect(result).toMatchObject({ verdict });
    expect(result.message).toMatch(message);
    expect(result.hint).toBeTruthy();
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
    const drawn = only(await made.run({ confirm: false, keepExchanges: true })).message;
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

function only(result: RunResult): CheckResult {
  expect(result.checks).toHaveLength(1);
  return result.checks[0]!;
}
