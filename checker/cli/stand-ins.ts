/** Which earlier labs the reference stands in for: those that the graded lab builds on and that are not passed yet. */
import { existsSync, realpathSync } from 'node:fs';
import { findLab, type Lab, labFolderIn, solutionFolder } from '../course/course.ts';
import { hasPassed, loadProgress } from '../course/progress.ts';
import type { Subject } from '../course/subject.ts';

export interface StandIns {
  /** Folder of the reference, by the earlier lab's folder name. */
  folders: Map<string, string>;
  /** What the report says about them. */
  notices: string[];
}

/**
 * Of somebody else's labs no progress is known, so the reference stands in for all that the lab needs.
 *
 * @param own  `--own`: nothing stands in for anything, and it is only said what has not passed
 */
export async function standInsFor(lab: Lab, subject: Subject, root: string, own = false): Promise<StandIns> {
  const standIns: StandIns = { folders: new Map(), notices: [] };
  if (lab.needs.length === 0) return standIns;
  const { progress } = await loadProgress(root);
  for (const earlier of lab.needs.map((id) => findLab(id, root))) {
    if (subject.own && hasPassed(progress, earlier, subject.labsFolder)) continue;
    const reference = solutionFolder(earlier, root);
    if (isSameFolder(labFolderIn(subject.labsFolder, earlier), reference)) continue;
    if (own) {
      standIns.notices.push(`${earlier.id} is not passed with these files: what fails here may come from it`);
      continue;
    }
    standIns.folders.set(earlier.folder, reference);
    standIns.notices.push(
      `${earlier.id} is not passed with these files, so the reference stood in for it; --own uses what is there`,
    );
  }
  return standIns;
}

function isSameFolder(a: string, b: string): boolean {
  return existsSync(a) && existsSync(b) && realpathSync(a) === realpathSync(b);
}
