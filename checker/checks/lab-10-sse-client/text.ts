/** Step 5, the Encoding standard §8.1: bytes become characters. */
import { event, id, retry } from './reading.ts';
import { raw, row } from './rows.ts';
import type { Table } from './table.ts';

const R = '\ufffd';

export const text: Table[] = [
  {
    id: 'lab-10/characters-cut',
    step: 5,
    title: 'a cut may go through a character',
    quote:
      'The stream is UTF-8, whatever anybody says, and a cut may go through a character: the text is the same at every cut.',
    needs: ['lab-10/type', 'lab-10/id-event'],
    hints: {
      otherwise: 'A character has up to four bytes. Those that came are kept until the others are there.',
    },
    rows: ({ one, two }) => [
      row('characters of two bytes', `data: ${one}é${two}ß\n\n`, [event(`${one}é${two}ß`)]),
      row('characters of three bytes', `data: €${one}漢字\n\n`, [event(`€${one}漢字`)]),
      row('characters of four bytes', `data: ${one}😀👋\n\n`, [event(`${one}😀👋`)]),
      row('characters in a type', `event: é${one}😀\ndata: ${two}\n\n`, [event(two, { event: `é${one}😀` })]),
      row('characters in an id', `id: ${one}漢\ndata: ${two}\n\nid: 😀\n\n`, [
        event(two, { lastEventId: `${one}漢` }),
        id('😀'),
      ]),
      row('characters in a name', `dàta: ${one}\ndata: ${two}\n\n`, [event(two)]),
      row('characters in a comment', `: 漢😀\ndata: ${two}\n\n`, [event(two)]),
      row('a letter and its accent, apart', `data: e\u0301\n\n`, [event('e\u0301')]),
      row('the last character of all', 'data: \u{10ffff}\n\n', [event('\u{10ffff}')]),
    ],
  },
  {
    id: 'lab-10/invalid-utf8',
    step: 5,
    title: 'bytes that are not UTF-8 become U+FFFD',
    quote:
      'Bytes that are not UTF-8 become U+FFFD, exactly as `TextDecoder` does it: as many, and in the same places. The stream goes on behind them.',
    needs: ['lab-10/characters-cut'],
    hints: {
      otherwise:
        'Let one decoder do it, for the whole stream. How many U+FFFD there are is its matter, at every cut.',
    },
    rows: ({ one, two }) => {
      const of = (name: string, bytes: string, data: string) =>
        row(name, raw(`data: ${one}${bytes}${two}\n\n`), [event(`${one}${data}${two}`)]);
      return [
        of('the byte ff', '\xff', R),
        of('a byte that continues nothing', '\x80', R),
        of('two bytes that continue nothing', '\x80\xbf', R + R),
        of('é in Latin-1', '\xe9', R),
        of('the first byte of two, and a letter', '\xc3(', `${R}(`),
        of('two bytes of three', '\xe2\x82', R),
        of('three bytes of four', '\xf0\x9f\x98', R),
        of('three bytes of four, and another character', '\xf0\x9f\x98\xc3\xa9', `${R}é`),
        of('a surrogate', '\xed\xa0\x80', R + R + R),
        of('an overlong slash', '\xc0\xaf', R + R),
        of('an overlong slash of three bytes', '\xe0\x80\xaf', R + R + R),
        of('a character beyond the last', '\xf4\x90\x80\x80', R + R + R + R),
        of('fe and ff', '\xfe\xff', R + R),
        row('a wrong byte in a name', raw(`d\xffata: ${one}\ndata: ${two}\n\n`), [event(two)]),
        row('half of a byte order mark', raw(`\xef\xbbdata: ${one}\ndata: ${two}\n\n`), [event(two)]),
      ];
    },
  },
  {
    id: 'lab-10/line-end-in-character',
    step: 5,
    title: 'a line end in the middle of a character is a line end',
    quote: 'An LF or CR that comes where the rest of a character should have been ends the line as always.',
    needs: ['lab-10/invalid-utf8', 'lab-10/retry'],
    hints: {
      otherwise:
        'The first bytes of a character came, and then a line end. They become one U+FFFD, and the line ends.',
    },
    rows: ({ one, two, ms }) => [
      row('an LF behind a byte that begins nothing', raw(`data: \xff\n\ndata: ${two}\n\n`), [
        event(R),
        event(two),
      ]),
      row('an LF behind a byte in an id', raw(`id: ${one}\xff\ndata: ${two}\n\n`), [
        event(two, { lastEventId: `${one}${R}` }),
      ]),
      row('an LF behind one byte of two', raw(`data: ${one}\xc3\n\n`), [event(one + R)]),
      row('an LF behind two bytes of three', raw(`data: ${one}\xe2\x82\ndata: ${two}\n\n`), [
        event(`${one}${R}\n${two}`),
      ]),
      row('a CR behind three bytes of four', raw(`data: ${one}\xf0\x9f\x98\r\r`), [event(one + R)], {
        end: false,
      }),
      row('a CRLF behind two bytes of four', raw(`data: ${one}\xf0\x9f\r\n\r\n`), [event(one + R)]),
      row('an LF behind a byte in a comment', raw(`: \xe2\nretry: ${ms}\n`), [retry(ms)]),
    ],
  },
  {
    id: 'lab-10/any-character',
    step: 5,
    title: 'NUL and U+FFFD are characters like any other',
    quote: 'NUL and U+FFFD in data are characters like any other.',
    needs: ['lab-10/characters-cut'],
    hints: {
      otherwise:
        'Nothing is removed or replaced in data: not NUL, not a control character, not a U+FFFD that the server has sent.',
    },
    rows: ({ one, two, type }) => [
      row('a NUL in data', `data: ${one}\0${two}\n\n`, [event(`${one}\0${two}`)]),
      row('data that is a NUL', 'data:\0\n\n', [event('\0')]),
      row('a NUL in a type', `event: ${type}\0\ndata: ${one}\n\n`, [event(one, { event: `${type}\0` })]),
      row('a no-break space behind the colon', `data:\u00a0${one}\n\n`, [event(`\u00a0${one}`)]),
      row('U+FFFD in data', `data: ${one}${R}${two}\n\n`, [event(`${one}${R}${two}`)]),
      row('control characters in data', `data: \x01${one}\x1b[0m\x7f\n\n`, [event(`\x01${one}\x1b[0m\x7f`)]),
    ],
  },
];
