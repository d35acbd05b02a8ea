/**
 * Bytes and foreign text made visible and harmless: nothing that a student's program wrote reaches the terminal as a
 * control character.
 */
import { columnsOf, columnsOfCharacter } from './columns.ts';

/** One byte, or the bytes of one character, as they are shown. */
export interface Token {
  text: string;
  columns: number;
  /** Of its first byte. */
  offset: number;
  byteLength: number;
}

const NAMED: Record<number, string> = {
  0: '\\0',
  9: '\\t',
  10: '\\n',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
};

/**
 * Characters beyond ASCII that are shown as themselves: those that every terminal sets from left to right in one or
 * two columns of their own. Marks that join, flags, skin tones and box lines (our cut mark is one) are not among them.
 */
const SHOWN = new RegExp(
  [
    '[\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}\\p{Script=Han}\\p{Script=Hiragana}]',
    '[\\p{Script=Katakana}\\uAC00-\\uD7A3]',
    '[\\p{P}\\p{S}\\p{N}]',
  ].join('|'),
  'u',
);
const NOT_SHOWN =
  /[\p{M}\u2500-\u257F\uFF61-\uFF9F\uFFFD\u{1F1E6}-\u{1F1FF}\u{1F3FB}-\u{1F3FF}\p{Bidi_Control}]|\p{Script=Hebrew}|\p{Script=Arabic}/u;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Escape bytes piece by piece: `\r \n \t \0 \" \\`, printable characters as themselves, all else as `\xHH`.
 *
 * @param marks  offsets at which something will be pointed at: a character that holds one is shown as its bytes
 * @param base   offset of the first byte in the whole; `marks` and the tokens' offsets count from there
 */
export function escapeTokens(bytes: Uint8Array, marks: readonly number[] = [], base = 0): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < bytes.length; ) {
    const token = tokenAt(bytes, at, base);
    const split = marks.some((mark) => mark > token.offset && mark < token.offset + token.byteLength);
    tokens.push(split ? hexToken(bytes[at]!, token.offset) : token);
    at += tokens.at(-1)!.byteLength;
  }
  return tokens;
}

export interface Escaped {
  text: string;
  /** Column at which each byte begins (a later byte of a character: where the character begins), then the end. */
  columns: number[];
}

/** Escape bytes, and say in which column each of them begins. */
export function escapeBytes(bytes: Uint8Array, marks: readonly number[] = []): Escaped {
  const columns: number[] = [];
  let text = '';
  let column = 0;
  for (const token of escapeTokens(bytes, marks)) {
    for (let byte = 0; byte < token.byteLength; byte += 1) columns.push(column);
    text += token.text;
    column += token.columns;
  }
  return { text, columns: [...columns, column] };
}

/**
 * Break tokens into rows: after the last line feed that fits, else after the last token that fits.
 *
 * @param columns  longest row; one token is put into a row of its own however long it is
 */
export function rowsOf<T extends { text: string; columns: number }>(
  tokens: readonly T[],
  columns: number,
): T[][] {
  const rows: T[][] = [];
  for (let begin = 0; begin < tokens.length; ) {
    let end = begin;
    let used = 0;
    while (end < tokens.length && (end === begin || used + tokens[end]!.columns <= columns)) {
      used += tokens[end]!.columns;
      end += 1;
    }
    if (end < tokens.length) end = afterLineFeed(tokens, begin, end);
    rows.push(tokens.slice(begin, end));
    begin = end;
  }
  return rows;
}

/** Text that is not ours on one line: control and format characters as `\n`, `\x1b`, `\u{202e}`, a tab as two spaces. */
export function escapeText(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = character.codePointAt(0)!;
    if (code === 0x09) return '  ';
    return NAMED[code] ?? (code <= 0xff ? hex(code) : `\\u{${code.toString(16)}}`);
  });
}

function tokenAt(bytes: Uint8Array, at: number, base: number): Token {
  const byte = bytes[at]!;
  const offset = base + at;
  if (byte < 0x80) return asciiToken(byte, bytes[at + 1], offset);
  const byteLength = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
  // A longer, shorter or broken sequence comes out as several characters or as U+FFFD, which is not shown.
  const text = decoder.decode(bytes.subarray(at, at + byteLength));
  const [character, second] = text;
  if (
    character === undefined ||
    second !== undefined ||
    NOT_SHOWN.test(character) ||
    !SHOWN.test(character)
  ) {
    return hexToken(byte, offset);
  }
  return { text, columns: columnsOfCharacter(character), offset, byteLength };
}

function asciiToken(byte: number, next: number | undefined, offset: number): Token {
  // `\0` before a digit would read as an octal number.
  if (byte === 0 && next !== undefined && next >= 0x30 && next <= 0x39) return hexToken(byte, offset);
  const printable = byte >= 0x20 && byte < 0x7f;
  const text = NAMED[byte] ?? (printable ? String.fromCharCode(byte) : hex(byte));
  return { text, columns: columnsOf(text), offset, byteLength: 1 };
}

function hexToken(byte: number, offset: number): Token {
  return { text: hex(byte), columns: 4, offset, byteLength: 1 };
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

function afterLineFeed(tokens: readonly { text: string }[], begin: number, end: number): number {
  for (let at = end; at > begin; at -= 1) if (tokens[at - 1]!.text === '\\n') return at;
  return end;
}
