/** The places of the reference at which mutants differ from it. */
import type { Patch } from '../mutant.ts';

export const CONNECTED = `socket.on('connect', () => {
  clearTimeout(timer);
  print(Buffer.from(\`Connected to \${host}:\${port}\\n\`));`;
export const PRINT = '  if (!print(chunk)) socket.pause();';
export const PIPE = 'stdin.pipe(socket);';
export const GOODBYE = '  stdout.write(`Disconnected from ${host}:${port}\\n`, () => process.exit(0));';
export const ON_ERROR = "socket.on('error', (error: NodeJS.ErrnoException) => fail(inPlainWords(error)));";
export const FAIL = '  stderr.write(`${host}:${port}: ${reason}\\n`, () => process.exit(1));';
export const TIMER =
  'const timer = setTimeout(() => fail(`no answer within ${connectTimeoutMs} ms`), connectTimeoutMs);';

export function replacing(find: string, replace: string): Patch {
  return { file: 'client.ts', find, replace };
}

/** The input read by readline, with `send` for each line, which comes without its newline. */
export function byLines(send: string): Patch[] {
  return [
    replacing(
      "import { connect } from 'node:net';",
      "import { connect } from 'node:net';\nimport { createInterface } from 'node:readline';",
    ),
    replacing(
      PIPE,
      `const lines = createInterface({ input: stdin });
lines.on('line', (line) => {
  ${send}
});
lines.on('close', () => socket.end());`,
    ),
  ];
}
