import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findLab, repositoryRoot } from '../../course/course.ts';
import { runLab } from '../../run/run.ts';
import { sourcesOf } from '../mutant.ts';
import { loadProof } from '../prove.ts';
import { proveInTests } from '../prove-in-tests.ts';

await proveInTests('lab-06');

// The proof looks once at each mutant; a student's run looks again, at the folder as the first look has left it.
test.skipIf(process.platform === 'win32').each([
  ['links-followed', 'lab-06/links', 'served-outside'],
  ['etag-of-the-size', 'lab-06/etag', 'etag-stays'],
])(
  'a second look at files fails as the first did: %s',
  async (name, id, misconception) => {
    const lab = findLab('lab-06');
    const mutant = (await loadProof(lab)).mutants.find((one) => one.name === name)!;
    const result = await runLab({
      lab,
      labsFolder: join(repositoryRoot, 'solutions'),
      subject: name,
      overrides: sourcesOf(lab, mutant),
      only: [id],
    });
    const check = result.checks.find((one) => one.id === id);
    expect(check).toMatchObject({ verdict: 'fail', misconception });
  },
  30_000,
);
