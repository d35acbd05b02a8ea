/**
 * Lab 04: messages on a byte stream. Bytes in, events out: two decoders that find the messages in a stream of bytes,
 * and the two functions that write them. No sockets in here.
 *
 * The contract and the steps are in README.md beside this file.
 */

/** The last event of a decoder: after it nothing more comes. */
export interface Failed {
  type: 'failed';
  code: 'too-long' | 'invalid-utf8' | 'unfinished';
  /** What went wrong, for people. */
  message: string;
  /** Where the line or message begins that failed, in bytes from the start of the stream. */
  offset: number;
}

export type LineEvent = { type: 'line'; text: string } | Failed;
export type MessageEvent = { type: 'message'; bytes: Uint8Array } | Failed;

export interface DecoderOptions {
  /** The most bytes of one line (without its line end) or of one message (without its prefix). Default 65,536. */
  maxBytes?: number;
}

/** Finds lines of UTF-8 text that end with LF or CRLF. */
export class LineDecoder {
  constructor(options: DecoderOptions = {}) {
    // TODO(lab-04): what has to be kept from one chunk to the next?
  }

  /**
   * Take the next bytes of the stream.
   *
   * @param chunk  any number of bytes, from none to many lines
   * @returns the lines that these bytes complete, in order; `failed` last, when a rule is broken
   */
  receive(chunk: Uint8Array): LineEvent[] {
    // TODO(lab-04): give out each line that is complete, and keep the rest for the next chunk.
    return [];
  }

  /**
   * The stream is over.
   *
   * @returns nothing between two lines; `failed` in the middle of one
   */
  end(): LineEvent[] {
    // TODO(lab-04): is there an unfinished line?
    return [];
  }
}

/** Finds messages with their length in front: 4 bytes, big-endian, unsigned. */
export class LengthPrefixDecoder {
  constructor(options: DecoderOptions = {}) {
    // TODO(lab-04): what has to be kept from one chunk to the next?
  }

  /**
   * Take the next bytes of the stream.
   *
   * @param chunk  any number of bytes, from none to many messages
   * @returns the messages that these bytes complete, in order; `failed` last, when a rule is broken
   */
  receive(chunk: Uint8Array): MessageEvent[] {
    // TODO(lab-04): read the length, then that many bytes. Either may arrive in pieces.
    return [];
  }

  /**
   * The stream is over.
   *
   * @returns nothing between two messages; `failed` in the middle of one
   */
  end(): MessageEvent[] {
    // TODO(lab-04): is there an unfinished message?
    return [];
  }
}

/**
 * Write one line.
 *
 * @param text  without its line end
 * @returns the text in UTF-8, and LF
 * @throws TypeError or RangeError for a text that a LineDecoder would not give back
 */
export function encodeLine(text: string): Uint8Array {
  // TODO(lab-04): refuse what cannot be one line, then write the text and its line end.
  return new Uint8Array();
}

/**
 * Write one message.
 *
 * @param bytes  at most 2^32 - 1 of them
 * @returns the length (4 bytes, big-endian, unsigned), and the bytes
 * @throws TypeError or RangeError when the length does not fit into 4 bytes
 */
export function encodeLengthPrefixed(bytes: Uint8Array): Uint8Array {
  // TODO(lab-04): write the length, then the bytes.
  return new Uint8Array();
}
