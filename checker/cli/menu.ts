/** Choosing a lab with the arrow keys. */
import prompts from 'prompts';
import { type Lab, listLabs, studentLabs } from '../course/course.ts';
import { currentLab, hasPassed, loadProgress } from '../course/progress.ts';
import { UsageError } from '../course/usage-error.ts';

/**
 * Ask which lab, beginning at the first one that is not passed.
 *
 * @returns undefined when the student left the menu (Ctrl-C, Escape)
 */
export async function chooseLab(root: string): Promise<Lab | undefined> {
  const labs = listLabs(root);
  if (labs.length === 0) throw new UsageError('this repository has no labs yet');
  const { progress } = await loadProgress(root);
  const folder = studentLabs(root);
  const current = currentLab(labs, progress, folder);
  const answer = await prompts({
    type: 'select',
    name: 'lab',
    message: 'Which lab?',
    choices: labs.map((lab) => ({
      title: `${lab.id}  ${lab.title}${hasPassed(progress, lab, folder) ? '  (passed)' : ''}`,
      value: lab,
    })),
    initial: current === undefined ? 0 : labs.indexOf(current),
  });
  return answer.lab;
}
