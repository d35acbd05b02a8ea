/** A lab's proof as tests: one a program, so that a failure names it. */
import { describe, expect, test } from 'vitest';
import { findLab } from '../course/course.ts';
import { loadProof, tryMutant, tryReference, tryStarter, tryVariant } from './prove.ts';

/** Each test runs real programs, some of which stay silent until a limit of several seconds. */
const LIMIT_MS = 90_000;

/** Mutants run only the checks that claim them and what these need; `npm run mutants` runs everything. */
export async function proveInTests(labId: string): Promise<void> {
  const lab = findLab(labId);
  const proof = await loadProof(lab);

  describe.concurrent(`${labId}: what must pass`, () => {
    test('the reference', async () => expect((await tryReference(lab)).wrong).toEqual([]), LIMIT_MS);
    for (const variant of proof.variants) {
      test(
        `variant ${variant.name}`,
        async () => expect((await tryVariant(lab, variant)).wrong).toEqual([]),
        LIMIT_MS,
      );
    }
  });

  describe.concurrent(`${labId}: what must be caught, by whom, with which hint`, () => {
    test(
      'the starter',
      async () => expect((await tryStarter(lab, proof.starter)).wrong).toEqual([]),
      LIMIT_MS,
    );
    for (const mutant of proof.mutants) {
      test(
        `mutant ${mutant.name}`,
        async (ctx) => {
          const { wrong, notTried } = await tryMutant(lab, mutant, true);
          expect(wrong).toEqual([]);
          if (notTried) ctx.skip('this machine cannot run the checks that claim it');
        },
        LIMIT_MS,
      );
    }
  });
}
