import { expect, test } from 'vitest';
import { overallVerdict, toJson, toJsonAll, toJsonRepeat } from './json.ts';
import { failing, sampleCheck, sampleResult } from './sample-results.ts';

const PASSED = sampleResult([sampleCheck()]);
const FAILED = sampleResult([failing()]);

test('keys come in the order of the contract, additions after them', () => {
  const document = toJson(FAILED);
  expect(Object.keys(document).slice(0, 11)).toEqual([
    'schema',
    'lab',
    'title',
    'verdict',
    'seed',
    'durationMs',
    'points',
    'maxPoints',
    'counts',
    'sealed',
    'checks',
  ]);
  expect(Object.keys(document.checks[0]!)).toEqual([
    'id',
    'step',
    'title',
    'rule',
    'level',
    'verdict',
    'points',
    'maxPoints',
    'durationMs',
    'message',
    'misconception',
    'hint',
    'replay',
    'quote',
  ]);
  expect(document.schema).toBe('barewire/check/v1');
  expect(Object.keys(document.counts)).toEqual([
    'pass',
    'fail',
    'timeout',
    'crash',
    'skipped',
    'not-run',
    'flaky',
    'error',
  ]);
});

test('evidence and trace come on request, bytes as digits, and survive JSON', () => {
  const document = toJson(FAILED, { evidence: true, trace: true });
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  const [check] = document.checks;
  expect(check!.evidence!.difference!.actual.bytes).toBe('68656c6c6f0a776f726c64');
  expect(check!.evidence!.sent[0]!.cuts).toEqual([6]);
  expect(check!.trace![1]).toMatchObject({ text: 'sends 6 bytes', bytes: '68656c6c6f0d' });
  expect(toJson(PASSED, { evidence: true, trace: true }).checks[0]).not.toHaveProperty('trace');
});

test('several labs', () => {
  expect(toJsonAll([PASSED, FAILED])).toMatchObject({
    schema: 'barewire/check-all/v1',
    verdict: 'fail',
    labs: [{ verdict: 'pass' }, { verdict: 'fail' }],
  });
});

test('several runs, with the checks that did not always come out alike', () => {
  const [first, second] = [sampleCheck(), sampleCheck({ id: 'lab-01/slow' })];
  const stable = sampleResult([first, second]);
  const once = sampleResult([first, { ...second, verdict: 'timeout' }]);
  expect(toJsonRepeat([stable, once, stable])).toMatchObject({
    schema: 'barewire/check-repeat/v1',
    verdict: 'fail',
    unstable: [{ id: 'lab-01/slow', verdicts: { pass: 2, timeout: 1 } }],
    runs: [{ verdict: 'pass' }, { verdict: 'fail' }, { verdict: 'pass' }],
  });
});

test('the worst run counts, and no run is never a pass', () => {
  const error = { ...PASSED, verdict: 'error' as const };
  expect(overallVerdict([PASSED])).toBe('pass');
  expect(overallVerdict([FAILED, error, PASSED])).toBe('error');
  expect(overallVerdict([])).toBe('error');
});
