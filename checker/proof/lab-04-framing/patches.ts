/** The places of the reference at which mutants differ from it. */
import type { Claim, Patch } from '../mutant.ts';

/** What LineDecoder.receive does with a chunk. */
const LINE_LOOP = `    let rest = chunk;
    while (rest.length > 0 && !this.#failed) {
      const end = rest.indexOf(LF);
      const piece = end < 0 ? rest : rest.subarray(0, end);
      if (this.#exceeds(piece)) {
        events.push(this.#fail('too-long', \`a line of more than \${this.#maxBytes} bytes\`));
        break;
      }
      this.#line.append(piece);
      if (end < 0) break;
      events.push(this.#finishLine());
      rest = rest.subarray(end + 1);
    }`;

/** What LengthPrefixDecoder.receive does with a chunk. */
const MESSAGE_LOOP = `    let rest = chunk;
    while (!this.#failed) {
      const partBytes = this.#messageBytes ?? PREFIX_BYTES;
      const piece = rest.subarray(0, partBytes - this.#part.length);
      this.#part.append(piece);
      if (this.#part.length < partBytes) break;
      events.push(...(this.#messageBytes === undefined ? this.#finishPrefix() : this.#finishMessage()));
      rest = rest.subarray(piece.length);
    }`;

export function replacing(find: string, replace: string): Patch {
  return { file: 'framing.ts', find, replace };
}

/** Another way to find lines in a chunk. What it keeps is text, in \`this.kept\`. */
export function findingLines(body: string): Patch[] {
  return [replacing(LINE_LOOP, indented(body)), replacing(LINE_MEMBER, `  kept = '';\n${LINE_MEMBER}`)];
}

/** Another way to find messages in a chunk. What it keeps are bytes, in \`this.kept\`. */
export function findingMessages(body: string): Patch[] {
  return [
    replacing(MESSAGE_LOOP, indented(body)),
    replacing(MESSAGE_MEMBER, `  kept: Buffer = Buffer.alloc(0);\n${MESSAGE_MEMBER}`),
  ];
}

export function fail(misconception: string): Claim {
  return { verdict: 'fail', misconception };
}

const LINE_MEMBER = '  readonly #line = new GrowingBytes();';
const MESSAGE_MEMBER = '  readonly #part = new GrowingBytes();';

function indented(body: string): string {
  return body
    .trim()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}
