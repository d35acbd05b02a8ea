/** Bytes that arrive piece by piece and are looked at as one run, without copying all of them each time. */
export class ByteLog {
  #buffer = Buffer.alloc(4096);
  #length = 0;

  append(piece: Uint8Array): void {
    if (this.#length + piece.length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + piece.length));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(piece, this.#length);
    this.#length += piece.length;
  }

  /** All of them so far, as a view: valid until the next `append`. */
  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }
}
