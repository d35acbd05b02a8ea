/**
 * The reference, again and again, while another process keeps a core busy: how many checks came to anything but pass?
 *
 *     npx tsx checker/proof/endurance.ts lab-01 100
 *
 * Failing checks are not confirmed by a second run here, so the count is what the machine's noise alone does.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findLab, repositoryRoot } from '../course/course.ts';
import { runLab } from '../run/run.ts';

const [name = 'lab-01', times = '100'] = process.argv.slice(2);
const lab = findLab(name);
const busy = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
process.on('exit', () => busy.kill('SIGKILL'));

let checks = 0;
let notRun = 0;
const durations: number[] = [];
const others: string[] = [];
for (let round = 1; round <= Number(times); round += 1) {
  const labsFolder = join(repositoryRoot, 'solutions');
  const result = await runLab({ lab, labsFolder, subject: 'the reference', confirm: false });
  durations.push(result.durationMs);
  for (const check of result.checks) {
    checks += 1;
    if (check.verdict === 'not-run') notRun += 1;
    else if (check.verdict !== 'pass')
      others.push(`round ${round}, seed ${result.seed}: ${check.id} ${check.verdict}: ${check.message}`);
  }
}
durations.sort((a, b) => a - b);
for (const line of others) console.log(line);
console.log(
  `${lab.id}: ${times} runs, ${checks} checks, ${notRun} not run, ${others.length} neither pass nor not-run; ` +
    `a run took ${durations[0]} to ${durations.at(-1)} ms, median ${durations[durations.length >> 1]} ms`,
);
process.exit(others.length === 0 ? 0 : 1);
