import { describe, expect, test } from 'vitest';
import { columnsOf } from './columns.ts';
import { escapeBytes, escapeText, escapeTokens, rowsOf } from './escape.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

describe('bytes', () => {
  test.each([
    ['names of the common controls', [0x0d, 0x0a, 0x09, 0x00], '\\r\\n\\t\\0'],
    ['a zero before a digit is no octal number', [0x00, 0x31], '\\x001'],
    ['quote and backslash', [0x22, 0x5c], '\\"\\\\'],
    ['other controls and DEL', [0x1b, 0x7f, 0x01], '\\x1b\\x7f\\x01'],
    ['printable ASCII', [0x20, 0x41, 0x7e], ' A~'],
    ['UTF-8', [0xc3, 0xab, 0xf0, 0x9f, 0x98, 0x80], 'ë😀'],
    ['a lone continuation byte', [0x80, 0x41], '\\x80A'],
    ['a sequence that breaks off', [0xe2, 0x82, 0x41], '\\xe2\\x82A'],
    ['a sequence at the end that breaks off', [0xe2, 0x82], '\\xe2\\x82'],
    ['an overlong slash', [0xc0, 0xaf], '\\xc0\\xaf'],
    ['a surrogate in UTF-8', [0xed, 0xa0, 0x80], '\\xed\\xa0\\x80'],
    ['0xff', [0xff, 0xfe], '\\xff\\xfe'],
    ['U+FFFD came as three bytes and is shown as three', [0xef, 0xbf, 0xbd], '\\xef\\xbf\\xbd'],
    ['C1 control CSI', [0xc2, 0x9b], '\\xc2\\x9b'],
    ['right-to-left override', [0xe2, 0x80, 0xae], '\\xe2\\x80\\xae'],
    ['byte order mark', [0xef, 0xbb, 0xbf], '\\xef\\xbb\\xbf'],
    ['combining accent', [0x65, 0xcc, 0x81], 'e\\xcc\\x81'],
    ['our own cut mark', [0xe2, 0x94, 0x82], '\\xe2\\x94\\x82'],
  ])('%s', (_, bytes, expected) => {
    expect(escapeBytes(Uint8Array.from(bytes)).text).toBe(expected);
  });

  test('columns count what is shown, not bytes', () => {
    const { text, columns } = escapeBytes(utf8('a\r\në界\x01b'));
    expect(text).toBe('a\\r\\në界\\x01b');
    //                       a  \r \n  ë     界      \x01 b  end
    expect(columns).toEqual([0, 1, 3, 5, 5, 6, 6, 6, 8, 12, 13]);
  });

  test('every byte alone is printable ASCII and as wide as its columns say', () => {
    for (let byte = 0; byte < 256; byte += 1) {
      const { text, columns } = escapeBytes(Uint8Array.of(byte));
      expect(text).toMatch(/^[ -~]+$/);
      expect(columns).toEqual([0, columnsOf(text)]);
    }
  });

  test('a character that holds a mark is shown as its bytes', () => {
    const tokens = escapeTokens(utf8('ëë'), [3]);
    expect(tokens.map(({ text }) => text)).toEqual(['ë', '\\xc3', '\\xab']);
    expect(tokens.map(({ offset }) => offset)).toEqual([0, 2, 3]);
  });

  test('marks and offsets count from the base', () => {
    const tokens = escapeTokens(utf8('ë'), [70_001], 70_000);
    expect(tokens.map(({ offset }) => offset)).toEqual([70_000, 70_001]);
  });
});

describe('text', () => {
  test('control sequences, line breaks and direction marks become visible', () => {
    expect(escapeText('\x1b[2J\r\n\x07\u009b1m\u202e\u2028')).toBe(
      '\\x1b[2J\\r\\n\\x07\\x9b1m\\u{202e}\\u{2028}',
    );
  });

  test('a lone surrogate becomes visible, a pair stays', () => {
    expect(escapeText('\ud800 😀')).toBe('\\u{d800} 😀');
  });

  test('letters, quotes and backslashes stay; a tab becomes two spaces', () => {
    expect(escapeText('\t"Größe" \\ ñ')).toBe('  "Größe" \\ ñ');
  });
});

describe('rows', () => {
  const rows = (text: string, columns: number) =>
    rowsOf(escapeTokens(utf8(text)), columns).map((row) => row.map((token) => token.text).join(''));

  test('an escape is never torn', () => {
    expect(rows('abc\x01\x02', 5)).toEqual(['abc', '\\x01', '\\x02']);
  });

  test('a line feed ends a row when not all fits', () => {
    expect(rows('GET\r\nHost\r\n', 12)).toEqual(['GET\\r\\n', 'Host\\r\\n']);
    expect(rows('GET\r\n', 12)).toEqual(['GET\\r\\n']);
  });

  test('a token that is wider than the row stands alone', () => {
    expect(rows('\x01a', 2)).toEqual(['\\x01', 'a']);
  });
});
