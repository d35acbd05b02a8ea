import { expect, test } from 'vitest';
import { isPerfect, type LabMutants, renderMutants, toMutantsJson } from './mutants.ts';

const PERFECT: LabMutants = {
  lab: 'lab-01',
  mutants: 31,
  killed: 31,
  killedByClaim: 31,
  hintShown: 31,
  variants: 8,
  variantsPassed: 8,
  starterFails: true,
  referencePasses: true,
};
const PLAIN = { colour: false, width: 80 };

test('a perfect and a bad score', () => {
  const bad = {
    ...PERFECT,
    lab: 'lab-05',
    killed: 30,
    killedByClaim: 29,
    hintShown: 28,
    variantsPassed: 7,
    starterFails: false,
    referencePasses: false,
    details: [
      'mutant trim-values survives',
      'variant added-date fails lab-05/get: a 200 response was expected',
    ],
  };
  expect(renderMutants(toMutantsJson([PERFECT, bad]), PLAIN)).toMatchInlineSnapshot(`
    "lab     mutants  killed  by claim  hint  variants  starter   reference
    lab-01       31      31        31    31    8 of 8  fails     passes
    lab-05       31    ✗ 30      ✗ 29  ✗ 28  ✗ 7 of 8  ✗ passes  ✗ fails

    ✗ lab-05: mutant trim-values survives
    ✗ lab-05: variant added-date fails lab-05/get: a 200 response was expected

    61 of 62 mutants killed"
  `);
});

test.each([
  ['killed', 30],
  ['killedByClaim', 30],
  ['hintShown', 30],
  ['variantsPassed', 7],
  ['starterFails', false],
  ['referencePasses', false],
] as const)('%s %s is marked and spoils the score', (key, value) => {
  const lab = { ...PERFECT, [key]: value };
  expect(isPerfect(lab)).toBe(false);
  expect(renderMutants(toMutantsJson([lab]), PLAIN)).toContain('✗');
  expect(renderMutants(toMutantsJson([PERFECT]), PLAIN)).not.toContain('✗');
});

test('mutants that this machine cannot try spoil nothing, and are counted', () => {
  const lab = { ...PERFECT, notTried: 3, killed: 28, killedByClaim: 28, hintShown: 28 };
  expect(isPerfect(lab)).toBe(true);
  const text = renderMutants(toMutantsJson([lab]), PLAIN);
  expect(text).not.toContain('✗');
  expect(text).toContain('lab-01: 3 of 31 mutants not tried');
  expect(text).toContain('28 of 28 mutants killed');
});

test('no labs prove nothing', () => {
  expect(renderMutants(toMutantsJson([]), PLAIN)).toContain('nothing is proved');
});

test('the document names its schema', () => {
  expect(toMutantsJson([PERFECT])).toEqual({ schema: 'barewire/mutants/v1', labs: [PERFECT] });
});
