/** Random values that a printed seed repeats. */

/** A stream of values that is the same for the same seed, on every machine. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
    [this.#a, this.#b, this.#c, this.#d] = hash(seed);
    for (let round = 0; round < 12; round += 1) this.uint32();
  }

  /** A stream of its own, so that drawing more here changes nothing elsewhere. */
  fork(label: string): Random {
    return new Random(`${this.#seed}/${label}`);
  }

  /** 0 to 2^32 - 1. The generator is sfc32: 128 bits of state, three additions and a rotation. */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** A whole number from `least` to `most`, both included. */
  integer(least: number, most: number): number {
    return least + (this.uint32() % (most - least + 1));
  }

  pick<T>(from: readonly [T, ...T[]] | readonly T[]): T {
    return from[this.integer(0, from.length - 1)]!;
  }

  /** `length` bytes of any value. */
  bytes(length: number): Uint8Array {
    const words = new Uint32Array(Math.ceil(length / 4));
    for (let index = 0; index < words.length; index += 1) words[index] = this.uint32();
    return new Uint8Array(words.buffer, 0, length);
  }

  /**
   * Many letters at little cost, as bytes: a random block of 65,521 of them, over and over. The block's length is a
   * prime, so a buffer's worth (a power of two) that is lost, doubled or moved never goes unseen. Letters, so that a
   * program which spoils bytes that are no text is caught by the check for that, and not by all.
   */
  bulk(length: number): Uint8Array {
    return Buffer.alloc(length, this.letters(65_521));
  }

  /** `length` letters a to z. */
  letters(length: number): string {
    return Array.from({ length }, () => String.fromCharCode(0x61 + this.integer(0, 25))).join('');
  }

  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last -= 1) {
      const other = this.integer(0, last);
      [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
    }
    return shuffled;
  }
}

/** A seed that a person can read out: six hexadecimal digits. */
export function newSeed(): string {
  return Math.floor(Math.random() * 0x1000000)
    .toString(16)
    .padStart(6, '0');
}

/** FNV-1a over the seed with four different starts. */
function hash(text: string): [number, number, number, number] {
  const word = (start: number): number => {
    let value = start;
    for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
    return value | 0;
  };
  return [word(0x811c9dc5), word(0x2c1b3c6d), word(0x9e3779b9), word(0x85ebca6b)];
}
