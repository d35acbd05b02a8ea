/** Step 4: text is UTF-8. */
import { expectGenerated, expectRows } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { LINE_HINTS } from './hints.ts';
import { lineCore, lineRow, linesIn } from './line-core.ts';

/** Bytes that are not UTF-8, by the mistake of a decoder that takes them. */
const INVALID: [name: string, symptom: string, bytes: number[]][] = [
  ['a byte that is never in UTF-8', 'not-noticed', [0xff]],
  ['a continuation byte without its start', 'not-noticed', [0x80]],
  ['a start without its continuation byte', 'not-noticed', [0xc3, 0x28]],
  ['a character that the line end cuts off', 'not-noticed', [0xe2, 0x82]],
  ['an overlong form of two bytes', 'overlong', [0xc0, 0xaf]],
  ['an overlong form of three bytes', 'overlong', [0xe0, 0x80, 0xaf]],
  ['an overlong form of four bytes', 'overlong', [0xf0, 0x80, 0x82, 0xac]],
  ['half of a surrogate pair', 'surrogate', [0xed, 0xa0, 0xbd]],
  ['a surrogate pair in six bytes', 'surrogate', [0xed, 0xa0, 0xbd, 0xed, 0xb9, 0x82]],
  ['a character above U+10FFFF', 'too-high', [0xf4, 0x90, 0x80, 0x80]],
  ['a form of five bytes', 'too-high', [0xf8, 0x88, 0x80, 0x80, 0x80]],
];

/** The first and the last character of each row of RFC 3629's table of well-formed bytes. */
const BOUNDARIES = '\u0080\u07ff\u0800\u0fff\u1000\ud7ff\ue000\uffff\u{10000}\u{3ffff}\u{40000}\u{10ffff}';

/** What generated lines are made of: what ends lines, what looks as if it did, and characters of one to four bytes. */
const PIECES = ['\n', '\r\n', '\r', 'a', 'bc', ' ', '\0', '\u2028', 'é', '€', '🙂'] as const;

export const text: Check[] = [
  {
    id: 'lab-04/characters-cut',
    step: 4,
    title: 'a character cut in two arrives whole',
    rule: 'README, step 4',
    quote:
      'A character has one to four bytes, and a cut may go through it: the text of a line is the same at every cut.',
    level: 'lab',
    needs: ['lab-04/lines-any-cut'],
    hints: LINE_HINTS,
    async run(judge) {
      const [a = ''] = judge.draw('words', (random) => [random.letters(2)]);
      const mixed = judge.draw('characters', (random) =>
        random.shuffle(['ü', '€', 'ж', '日', '🙂', 'z', '𝄞']).join(''),
      );
      await expectRows(judge, lineCore(), [
        lineRow('a character of two bytes', `${a}é\n`, [`${a}é`]),
        lineRow('a character of three bytes', `€${a}\n`, [`€${a}`]),
        lineRow('a character of four bytes', `${a}🙂\n`, [`${a}🙂`]),
        lineRow('characters of all lengths', `${mixed}\r\n${mixed}\n`, [mixed, mixed]),
      ]);
    },
  },
  {
    id: 'lab-04/generated-lines',
    step: 4,
    title: 'generated lines come out as they went in, at any cut',
    rule: 'README, step 4',
    quote:
      'A character has one to four bytes, and a cut may go through it: the text of a line is the same at every cut.',
    level: 'lab',
    needs: ['lab-04/line-ends'],
    hints: LINE_HINTS,
    async run(judge) {
      await expectGenerated(judge, lineCore(), {
        what: 'generated lines',
        runs: 20,
        arbitrary: (fc) => fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }),
        rowOf: (pieces) => {
          const text = `${pieces.join('')}\n`;
          return lineRow('generated lines', text, linesIn(text));
        },
      });
    },
  },
  {
    id: 'lab-04/characters-kept',
    step: 4,
    title: 'every character is kept',
    rule: 'README, step 4',
    quote:
      'All other characters are kept: NUL, a byte order mark (U+FEFF) also at the start, and a U+FFFD that was sent as such.',
    level: 'lab',
    needs: ['lab-04/lines-any-cut'],
    hints: {
      ...LINE_HINTS,
      'replacement-refused':
        'U+FFFD is a character like any other: somebody may have sent just that. It does not prove that something was replaced.',
      'nul-lost':
        'A line with NUL in it was cut or refused. In a protocol on bytes zero is a value like any other.',
    },
    async run(judge) {
      const [a = '', b = ''] = judge.draw('words', (random) => [random.letters(3), random.letters(2)]);
      const kept = (name: string, lines: string[], symptom: string) =>
        lineRow(name, lines.map((line) => `${line}\n`).join(''), lines, { symptom });
      await expectRows(judge, lineCore('replacement-refused', 'nul-lost'), [
        lineRow('a byte order mark at the start', `\ufeff${a}\n${b}\n`, [`\ufeff${a}`, b]),
        lineRow('a byte order mark in the second line', `${a}\n\ufeff${b}\n`, [a, `\ufeff${b}`]),
        kept('a line with NUL in it', [`${a}\0${b}`, '\0'], 'nul-lost'),
        kept('U+FFFD that was sent as such', [`${a}\ufffd`, b], 'replacement-refused'),
        lineRow('line separators of Unicode', `${a}\u0085${b}\u2028\u2029\n`, [`${a}\u0085${b}\u2028\u2029`]),
        lineRow('the first and last characters of each length', `${BOUNDARIES}\n`, [BOUNDARIES]),
      ]);
    },
  },
  {
    id: 'lab-04/invalid-utf8',
    step: 4,
    title: 'a line that is not UTF-8 fails',
    rule: 'README, step 4',
    quote:
      'A line whose bytes are not UTF-8 fails with the code invalid-utf8: overlong forms, surrogates (U+D800 to U+DFFF) and what is above U+10FFFF included.',
    level: 'lab',
    needs: ['lab-04/lines-any-cut'],
    hints: {
      ...LINE_HINTS,
      'not-noticed': 'The bytes are not UTF-8, and no failed event came. Where does your code find out?',
      overlong:
        'The same character has a shorter form, and only that one is UTF-8. Who takes the longer one lets a slash or an LF through that nobody sees.',
      surrogate: 'U+D800 to U+DFFF are halves of pairs in UTF-16. In UTF-8 they do not exist.',
      'too-high':
        'Characters end at U+10FFFF, so no form begins with F5 or more, and F4 is followed by 8F at most.',
    },
    async run(judge) {
      const [a = '', b = ''] = judge.draw('words', (random) => [random.letters(3), random.letters(2)]);
      await expectRows(
        judge,
        lineCore(),
        INVALID.map(([name, symptom, bytes]) =>
          lineRow(
            name,
            Buffer.concat([Buffer.from(`${a}\n${b}`), Buffer.from(bytes), Buffer.from('\n')]),
            [a],
            {
              fails: true,
              end: false,
              symptom,
              focus: a.length + 1 + b.length,
            },
          ),
        ),
      );
    },
  },
];
