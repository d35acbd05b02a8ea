/**
 * Many runs of `check lab-01`, of the reference, a spinning server and a `--cmd` program in turn, a tenth ended by
 * Ctrl-C and a tenth by SIGKILL of the checker: what is left of them?
 *
 *     npx tsx checker/proof/leftovers.ts 200
 */
import { countLeftovers } from './leftover-runs.ts';

const runs = Number(process.argv[2] ?? 200);
const began = performance.now();
const left = await countLeftovers(runs, 2);
for (const line of left.wrongExits) console.log(line);
console.log(
  `${left.runs} runs, ${left.interrupted} ended by Ctrl-C and ${left.killed} by SIGKILL, in ` +
    `${Math.round((performance.now() - began) / 1000)} s: ${left.processes} processes, ${left.listeners} listeners and ` +
    `${left.folders} temporary folders left; ${left.wrongExits.length} wrong exit codes`,
);
process.exit(left.processes + left.listeners + left.folders + left.wrongExits.length === 0 ? 0 : 1);
