/** How a parser differs from the reference. */
import type { Claim, Patch } from '../mutant.ts';

export function replacing(find: string, replace: string): Patch {
  return { file: 'parser.ts', find, replace };
}

export function fail(misconception: string): Claim {
  return { verdict: 'fail', misconception };
}

/**
 * Bare CRs in field lines are no mistake.
 *
 * @param field  what a field is then, of `name` and `value`
 */
export function readingBareCr(field: string): Patch[] {
  return [
    replacing(
      'const TEXT = bytesWhere((byte) => byte === HTAB || (byte >= 0x20 && byte !== 0x7f));',
      `const TEXT = bytesWhere((byte) => byte === HTAB || (byte >= 0x20 && byte !== 0x7f));
const TEXT_AND_CR = bytesWhere((byte) => byte === CR || TEXT[byte] === 1);`,
    ),
    replacing(
      'if (!input.scan(TEXT, this.#lineStart, this.#fieldLineLimit)) return false;\n      const lineEnd = input.length;\n      if (!input.lineEnd()) return false;',
      `const { what, maxBytes, status } = this.#fieldLineLimit;
      if (!input.scan(TEXT_AND_CR, this.#lineStart, { what, maxBytes: maxBytes + 1, status })) return false;
      const lineEnd = input.lineFeed();
      hold(this.#fieldLineLimit, lineEnd - this.#lineStart);`,
    ),
    replacing(
      '  /** Read as many bytes as there are',
      `  /** Read the LF that has to be next, behind a CR. Returns where the line ends. */
  lineFeed(): number {
    if (this.bytes[this.#at] !== LF || this.bytes[this.#at - 1] !== CR) throw bad('character', 'not allowed');
    this.#at++;
    hold(this.#limit, this.length);
    return this.length - 2;
  }

  /** Read as many bytes as there are`,
    ),
    replacing(
      'fields.push([text.slice(marks[i], marks[i + 1]), text.slice(marks[i + 2], marks[i + 3])]);',
      `const name = text.slice(marks[i], marks[i + 1]);
      const value = text.slice(marks[i + 2], marks[i + 3]);
      fields.push(${field});`,
    ),
  ];
}
