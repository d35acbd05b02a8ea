/** Starts itself twice, once in a session of its own, and so without an end. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

for (const detached of [false, true]) {
  spawn(process.execPath, [fileURLToPath(import.meta.url)], { detached, stdio: 'ignore' });
}
setInterval(() => {}, 1e6);
