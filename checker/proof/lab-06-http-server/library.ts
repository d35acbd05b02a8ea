/** Libraries that break their word to a handler. */
import type { Mutant } from '../mutant.ts';
import { http } from './patches.ts';

export const library: Mutant[] = [
  {
    name: 'always-chunked',
    story: 'The length is known, and the body is sent in chunks all the same.',
    patches: [
      http(
        'this.#sendHead(bytes?.length ?? 0, bytes !== undefined);',
        'this.#sendHead(this.#head?.lines.includes("charset") ? (bytes?.length ?? 0) : undefined, bytes !== undefined);',
      ),
    ],
    killedBy: { 'lab-06/library': { verdict: 'fail', misconception: 'no-length' } },
  },
  {
    name: 'line-ends-in-values',
    story: 'Values are written as they are: whoever chooses one writes fields of his own.',
    patches: [
      http(
        '    if (NOT_IN_VALUE.test(value)) throw new TypeError(`${JSON.stringify(value)} is no field value`);\n',
        '',
      ),
    ],
    killedBy: { 'lab-06/write-head-refuses': { verdict: 'fail', misconception: 'response-split' } },
  },
  {
    name: 'two-heads',
    story: 'The second writeHead replaces the first, silently.',
    patches: [
      http(
        "    if (this.ended) throw new TypeError('writeHead after end');\n    if (this.#head !== undefined) throw new TypeError('writeHead was called before');\n",
        '',
      ),
    ],
    killedBy: { 'lab-06/write-head-refuses': { verdict: 'fail', misconception: 'called-twice' } },
  },
  {
    name: 'write-after-end',
    story: 'Nobody remembers that the response is complete.',
    patches: [
      http(
        "    if (this.ended) throw new TypeError('write after end');\n",
        '    if (this.ended) return true;\n',
      ),
    ],
    killedBy: { 'lab-06/after-end': { verdict: 'fail', misconception: 'no-throw' } },
  },
  {
    name: 'body-kept-until-whole',
    story: 'The body is given to the handler when all of it has come.',
    patches: [
      http(
        '      const part = this.#parts.shift();\n',
        '      const part = this.#complete || this.#failure !== undefined ? this.#parts.shift() : undefined;\n',
      ),
    ],
    killedBy: { 'lab-06/body-as-it-arrives': { verdict: 'timeout', misconception: 'kept-until-whole' } },
  },
  {
    name: 'body-ends-quietly',
    story: 'When the client is gone the body ends, as if it were complete.',
    patches: [http('        throw this.#failure;\n', '        return;\n')],
    killedBy: { 'lab-06/body-as-it-arrives': { verdict: 'fail', misconception: 'ends-quietly' } },
  },
  {
    name: 'waits-for-the-gone',
    story: 'drained waits for drain, and a client that is gone never drains.',
    patches: [
      http(
        "    this.#body?.fail(new Error('the connection ended before the body did'));\n    this.#roomAgain();\n",
        "    this.#body?.fail(new Error('the connection ended before the body did'));\n",
      ),
    ],
    killedBy: { 'lab-06/gone-handlers': { verdict: 'timeout', misconception: 'waits-for-gone' } },
  },
];
