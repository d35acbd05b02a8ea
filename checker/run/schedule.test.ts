import { describe, expect, test } from 'vitest';
import { sleep } from '../drive/waiting.ts';
import type { Check } from './check.ts';
import type { CheckResult, Verdict } from './result.ts';
import { unrun } from './run-check.ts';
import { runAll, withNeeds } from './schedule.ts';

describe('the order of checks', () => {
  test('those that share a server run one after another, the others at most five beside them', async () => {
    const shared = ['s1', 's2', 's3', 's4'].map((id) => check(id));
    const own = ['o1', 'o2', 'o3', 'o4', 'o5', 'o6'].map((id) => check(id, { program: 'own' }));
    const { results, most } = await play([...own, ...shared]);
    expect(most).toEqual({ shared: 1, own: 5 });
    expect(results.map(({ id }) => id)).toEqual(['o1', 'o2', 'o3', 'o4', 'o5', 'o6', 's1', 's2', 's3', 's4']);
  });

  test('none runs before those that it needs, in whatever lane they are', async () => {
    const checks = [
      check('first', { program: 'own' }),
      check('second', { needs: ['first'] }),
      check('third', { program: 'own', needs: ['second'] }),
    ];
    const { began } = await play(checks);
    expect(began).toEqual(['first', 'second', 'third']);
  });
});

describe('a check whose need did not pass', () => {
  const checks = [
    check('base'),
    check('upon', { needs: ['base'] }),
    check('upon that', { needs: ['upon'], program: 'own' }),
    check('beside'),
  ];

  test.each<Verdict>(['fail', 'timeout', 'crash', 'error', 'skipped'])(
    '%s: is skipped, and the need named',
    async (verdict) => {
      const { results, began } = await play(checks, { base: verdict });
      expect(began).toEqual(['base', 'beside']);
      expect(results.map((result) => result.verdict)).toEqual([verdict, 'skipped', 'skipped', 'pass']);
      expect(results[1]).toMatchObject({
        message: 'needs base, which did not pass',
        points: 0,
        maxPoints: 1,
      });
      expect(results[2]).toMatchObject({ message: 'needs upon, which did not pass' });
    },
  );

  test('because the machine cannot run it stands in nobody’s way', async () => {
    const { results } = await play(checks, { base: 'not-run' });
    expect(results.map((result) => result.verdict)).toEqual(['not-run', 'pass', 'pass', 'pass']);
  });

  test('is run all the same when needs are not heeded', async () => {
    const { results } = await play(checks, { base: 'fail' }, { heedNeeds: false });
    expect(results.map((result) => result.verdict)).toEqual(['fail', 'pass', 'pass', 'pass']);
  });
});

describe('with bail', () => {
  const checks = [
    check('one'),
    check('two', { level: 'advice' }),
    check('three'),
    check('four'),
    check('five'),
  ];

  test('nothing is started after the first graded check that did not pass', async () => {
    const { results, began } = await play(checks, { three: 'fail' }, { bail: true });
    expect(began).toEqual(['one', 'two', 'three']);
    expect(results[3]).toMatchObject({ verdict: 'skipped', message: 'not started: --bail stopped at three' });
    expect(results[4]).toMatchObject({ verdict: 'skipped', message: 'not started: --bail stopped at three' });
  });

  test.each<Partial<Record<string, Verdict>>>([{ two: 'fail' }, { one: 'not-run' }])(
    'advice and what cannot run here stop nothing: %o',
    async (verdicts) => {
      const { began } = await play(checks, verdicts, { bail: true });
      expect(began).toEqual(['one', 'two', 'three', 'four', 'five']);
    },
  );
});

test('the checks that are asked for come with all that they need, in the order of the suite', () => {
  const checks = [
    check('a'),
    check('b', { needs: ['a'] }),
    check('c'),
    check('d', { needs: ['b'] }),
    check('e', { needs: ['d'] }),
  ];
  const ids = (wanted: string[]) => withNeeds(checks, wanted).map(({ id }) => id);
  expect(ids(['d'])).toEqual(['a', 'b', 'd']);
  expect(ids(['c', 'b'])).toEqual(['a', 'b', 'c']);
  expect(ids(['unknown'])).toEqual([]);
});

function check(id: string, other: Partial<Check> = {}): Check {
  return {
    id,
    step: 1,
    title: id,
    rule: '',
    quote: '',
    level: 'lab',
    hints: { otherwise: '' },
    run: async () => {},
    ...other,
  };
}

test('a need that is not before its check is our mistake, and said', async () => {
  const checks = [check('first', { needs: ['second'] }), check('second')];
  await expect(play(checks)).rejects.toThrow('first needs second, which is not before it');
});

test('where there are two of what is shared, two checks use it at a time', async () => {
  const checks = ['a', 'b', 'c', 'd'].map((name) => check(name));
  expect((await play(checks)).most.shared).toBe(1);
  expect((await play(checks, {}, { sharedLanes: 2 })).most.shared).toBe(2);
});

/** Runs the checks, each for a few milliseconds, to the verdicts given (default: pass). */
async function play(
  checks: Check[],
  verdicts: Partial<Record<string, Verdict>> = {},
  options: { bail?: boolean; heedNeeds?: boolean; sharedLanes?: number } = {},
) {
  const began: string[] = [];
  const running = { shared: 0, own: 0 };
  const most = { shared: 0, own: 0 };
  const runOne = async (one: Check): Promise<CheckResult> => {
    const lane = one.program ?? 'shared';
    began.push(one.id);
    running[lane] += 1;
    most[lane] = Math.max(most[lane], running[lane]);
    await sleep(10);
    running[lane] -= 1;
    return { ...unrun(one, 'skipped', ''), verdict: verdicts[one.id] ?? 'pass' };
  };
  const results = await runAll({ checks, bail: false, heedNeeds: true, sharedLanes: 1, ...options, runOne });
  return { results, began, most };
}
