/** TCP clients of other designs, all right. */
import type { Variant } from '../mutant.ts';

export const variants: Variant[] = [
  {
    name: 'readline',
    story: 'readline reads the lines and edits them at a terminal; the socket decodes UTF-8 itself.',
    files: { 'client.ts': 'programs/readline.ts' },
  },
  {
    name: 'async-iterators',
    story: 'Two loops over async iterators, with once and AbortSignal.timeout for the connect.',
    files: { 'client.ts': 'programs/async-iterators.ts' },
  },
  {
    name: 'pipeline',
    story: "pipeline and pipe, the socket's own timeout while connecting, the goodbye on close.",
    files: { 'client.ts': 'programs/pipeline.ts' },
  },
  {
    name: 'raw-keys',
    story: 'Raw mode with an echo of its own, put back at the end.',
    files: { 'client.ts': 'programs/raw-keys.ts' },
  },
  {
    name: 'set-encoding-in-pieces',
    story: 'The socket decodes UTF-8, and the text is printed character by character.',
    patches: [
      {
        file: 'client.ts',
        find: "socket.on('data', (chunk) => {",
        replace:
          "socket.setEncoding('utf8');\nsocket.on('data', (text: string) => {\n  const chunk = Buffer.from(text);",
      },
      {
        file: 'client.ts',
        find: '  if (!print(chunk)) socket.pause();',
        replace:
          '  for (const character of text) stdout.write(character);\n  atLineStart = chunk.at(-1) === LF;',
      },
    ],
  },
  {
    name: 'prompt-then-readline',
    story: 'The prompt is on the screen a moment before readline takes over the terminal.',
    files: { 'client.ts': 'programs/prompt-then-readline.ts' },
  },
  {
    name: 'slow-start',
    story: 'The program takes half a second before it connects, as programs with a lot to load do.',
    patches: [
      {
        file: 'client.ts',
        find: 'const socket = connect({ host, port });',
        replace:
          'await new Promise((resolve) => setTimeout(resolve, 500));\nconst socket = connect({ host, port });',
      },
    ],
  },
];
