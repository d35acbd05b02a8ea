/** What a process that measures needs of its own: the processor's time, and a heap without garbage. */

type Collect = (options: { type: 'minor' | 'major'; execution?: 'sync' }) => void;

/** There with `--expose-gc`. */
const collect = (globalThis as { gc?: Collect }).gc;

/** Begin with a young heap that is empty. */
export function collectYoung(): void {
  collect?.({ type: 'minor' });
}

/** Keep what is in use, and nothing else. */
export function collectAll(): void {
  collect?.({ type: 'major' });
}

/** Windows counts CPU time in ticks of 15 ms; elsewhere it does not matter what else the machine does meanwhile. */
export function clockMs(): number {
  if (process.platform === 'win32') return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
