/** Step 2, RFC 9112 §5 and RFC 9110 §5: names, values, and the white space around them. */
import { expectRows } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { drawWords, get, got, HERE, message, row } from './messages.ts';
import { type ExpectedField, end, reads, refused } from './reading.ts';
import { TOKEN_MARKS } from './request-line.ts';
import { HINTS, PARSER } from './symptoms.ts';

export const fieldLines: Check[] = [
  {
    id: 'lab-05/field-lines',
    step: 2,
    title: 'names and values keep their case, and repeated fields stay apart',
    rule: 'README, step 2',
    quote: 'Names and values keep their case. A repeated field stays two fields, in order.',
    level: 'lab',
    needs: ['lab-05/simple-request'],
    hints: {
      ...HINTS,
      otherwise:
        '`headers` has one pair for each field line, in the order of the lines. Nothing is joined, sorted or changed.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value, other } = words;
      const of = (name: string, ...fields: [string, string][]) =>
        row(name, get(words, ...fields.map((field) => field.join(': '))), [reads(got(words, fields), end())]);
      await expectRows(judge, PARSER, [
        of('three more fields', ['Accept', value], ['X-A', other], ['User-Agent', value]),
        of('names and values in other cases', ['aCCEPT', value.toUpperCase()], ['x-b', `${value}A`]),
        of('a field that is repeated', ['Accept', value], ['X-A', other], ['Accept', other]),
        of('a repeated field in two cases', ['Cookie', value], ['cookie', value]),
        of('names that every object has', ['toString', value], ['constructor', other]),
      ]);
    },
  },
  {
    id: 'lab-05/field-white-space',
    step: 2,
    title: 'white space around a value does not belong to it',
    rule: 'RFC 9110 §5.5',
    quote:
      'When a specific version of HTTP allows such whitespace to appear in a message, a field parsing implementation MUST exclude such whitespace prior to evaluating the field value.',
    level: 'MUST',
    needs: ['lab-05/field-lines'],
    hints: {
      ...HINTS,
      otherwise:
        'Between the colon and the value there may be no white space, or several SP and HTAB; behind the value too. Inside the value it stays.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value, other } = words;
      const of = (name: string, sent: string, read: string) =>
        row(name, get(words, `X-A:${sent}`), [reads(got(words, [['X-A', read]]), end())]);
      await expectRows(judge, PARSER, [
        of('no space behind the colon', value, value),
        of('three spaces before the value', `   ${value}`, value),
        of('tabs before the value', `\t\t${value}`, value),
        of('white space behind the value', ` ${value} \t `, value),
        of('white space inside the value', ` ${value}  \t${other}`, `${value}  \t${other}`),
        of('nothing but white space', ' \t ', ''),
      ]);
    },
  },
  {
    id: 'lab-05/field-value',
    step: 2,
    title: 'a value may be empty, and holds any visible characters',
    rule: 'README, step 2',
    quote: 'Inside the value it stays. The value may be empty, and it may hold colons.',
    level: 'lab',
    needs: ['lab-05/field-lines'],
    hints: {
      ...HINTS,
      otherwise:
        'The first colon ends the name. All that is behind it, white space at both ends aside, is the value.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value, other } = words;
      const of = (name: string, read: string) =>
        row(name, get(words, `X-A: ${read}`), [reads(got(words, [['X-A', read]]), end())]);
      await expectRows(judge, PARSER, [
        row('an empty value', get(words, 'X-A:', `X-B: ${value}`), [
          reads(
            got(words, [
              ['X-A', ''],
              ['X-B', value],
            ]),
            end(),
          ),
        ]),
        of('colons in the value', `${value}:${other}: ${value}:`),
        of('commas and semicolons in the value', `${value}, ${other};q=0.5`),
        of('quotes in the value', `"${value}, \\"${other}"`),
        of('all the other visible characters', `(/<=>?@[\\]{}#%&'*+-.^_\`|~${value}`),
      ]);
    },
  },
  {
    id: 'lab-05/obs-text',
    step: 2,
    title: 'bytes from 0x80 in a value are kept, one character each',
    rule: 'README, step 2',
    quote:
      'Bytes from 0x80 in a value (obs-text) are kept: a byte is one character of the string, with the byte as its code (Latin-1).',
    level: 'lab',
    needs: ['lab-05/field-lines'],
    hints: {
      ...HINTS,
      'refused-obs-text':
        'A byte from 0x80 is legal in a value (obs-text, RFC 9110 §5.5), old as the rule is.',
      otherwise: 'Decode a value as Latin-1: each byte is the character with that code.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value } = words;
      const byte = judge.draw('byte', (random) => String.fromCharCode(random.integer(0xc0, 0xff)));
      const of = (name: string, read: string) =>
        row(name, get(words, `X-A: ${read}`), [reads(got(words, [['X-A', read]]), end())], {
          symptom: 'refused-obs-text',
        });
      await expectRows(judge, PARSER, [
        of('an é in UTF-8', `${value}\xc3\xa9${value}`),
        of('a byte that is no UTF-8', `${value}${byte}`),
        of('the bytes 0x80, 0x85 and 0xff', `${value}\x80\x85\xff${value}`),
        of('bytes 0xa0 at both ends of a value', `\xa0${value}\xa0`),
      ]);
    },
  },
  {
    id: 'lab-05/field-name',
    step: 2,
    title: 'a name is a token, with the colon right behind it',
    rule: 'README, step 2',
    quote:
      'The name is a token, and the colon follows at once. No name, no colon, or another character in the name is 400.',
    level: 'lab',
    needs: ['lab-05/field-lines', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      'token-refused': 'All of these characters may stand in a name: the list is in RFC 9110 §5.6.2.',
      otherwise:
        'What is before the first colon? It has to be one token character at least, and nothing else.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value, host } = words;
      const taken = (name: string, field: ExpectedField) =>
        row(name, get(words, field.join(': ')), [reads(got(words, [field]), end())], {
          symptom: 'token-refused',
        });
      const bad = (name: string, line: string) => row(name, get(words, line), [refused(400)]);
      await expectRows(judge, PARSER, [
        taken('the name __proto__', ['__proto__', value]),
        taken('a name of all the marks of a token', [TOKEN_MARKS, value]),
        taken('a name that begins with a digit', ['0a9', value]),
        bad('a line without a name', `${HERE}: ${value}`),
        bad('a line without a colon', `${value}${HERE}`),
        bad('a space in the name', `X${HERE} A: ${value}`),
        bad('a parenthesis in the name', `X${HERE}(A): ${value}`),
        bad('a slash in the name', `X${HERE}/A: ${value}`),
        bad('quotes around the name', `${HERE}"XA": ${value}`),
        bad('an at sign in the name', `X${HERE}@A: ${value}`),
        bad('a NUL in the name', `X${HERE}\0A: ${value}`),
        bad('a DEL in the name', `X${HERE}\x7fA: ${value}`),
        bad('a byte from 0x80 in the name', `X${HERE}\xe9A: ${value}`),
        row(
          'a line without a colon before Host',
          message(`GET ${words.path} HTTP/1.1`, `${HERE}${value}`, `Host: ${host}`),
          [refused(400)],
        ),
      ]);
    },
  },
  {
    id: 'lab-05/control-characters',
    step: 2,
    title: 'control characters in a value are refused',
    rule: 'README, step 2',
    quote:
      'The other characters of a value are visible ASCII, SP and HTAB. NUL, other control characters and DEL are 400.',
    level: 'lab',
    needs: ['lab-05/field-lines', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      otherwise:
        'Of the bytes below 0x20 a value may have one, HTAB (0x09); and 0x7f it may not have. Programs behind yours read the others as an end, or as a line.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value } = words;
      const drawn = judge.draw('control', (random) =>
        random.pick([2, 3, 4, 5, 6, 7, 0x0e, 0x10, 0x1a, 0x1f]),
      );
      const hex = `0x${drawn.toString(16).padStart(2, '0')}`;
      const bad = (name: string, character: string) =>
        row(`${name} in a value`, get(words, `X-A: ${value}${HERE}${character}${value}`), [refused(400)]);
      await expectRows(judge, PARSER, [
        bad('a NUL', '\0'),
        bad('a byte 0x01', '\x01'),
        bad('a backspace', '\b'),
        bad('a vertical tab', '\v'),
        bad('a form feed', '\f'),
        bad('an ESC', '\x1b'),
        bad('a DEL', '\x7f'),
        bad(`a byte ${hex}`, String.fromCharCode(drawn)),
        row('a vertical tab at the end of a value', get(words, `X-A: ${value}${HERE}\v`), [refused(400)]),
      ]);
    },
  },
  {
    id: 'lab-05/white-space-first',
    step: 2,
    title: 'white space before the first field line is refused, or its line ignored',
    rule: 'RFC 9112 §2.2',
    quote:
      'A recipient that receives whitespace between the start-line and the first header field MUST either reject the message as invalid or consume each whitespace-preceded line without further processing of it (i.e., ignore the entire line, along with any subsequent lines preceded by whitespace, until a properly formed header field is received or the header section is terminated).',
    level: 'MUST',
    needs: ['lab-05/field-lines', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      otherwise:
        'This line continues nothing: no field is before it. Taken as a field, it would be one that another program does not see. Refuse it, or pass over the whole line.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { path, host, value } = words;
      const either = [reads(got(words), end()), refused(400)];
      const of = (name: string, ...lines: string[]) =>
        row(name, message(`GET ${path} HTTP/1.1`, ...lines, `Host: ${host}`), either);
      await expectRows(judge, PARSER, [
        of('a space before the first field line', `${HERE} X-A: ${value}`),
        of('a tab before the first field line', `${HERE}\tX-A: ${value}`),
        of('two such lines', `${HERE} X-A: ${value}`, ` X-B: ${value}`),
        of('a second Host behind a space', `${HERE} Host: ${value}`),
      ]);
    },
  },
  {
    id: 'lab-05/obs-fold',
    step: 2,
    title: 'a folded line is refused, or its text belongs to the value before',
    rule: 'RFC 9112 §5.2',
    quote:
      'A server that receives an obs-fold in a request message that is not within a "message/http" container MUST either reject the message by sending a 400 (Bad Request), preferably with a representation explaining that obsolete line folding is unacceptable, or replace each received obs-fold with one or more SP octets prior to interpreting the field value or forwarding the message downstream.',
    level: 'MUST',
    needs: ['lab-05/field-lines', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      'fold-as-field':
        'This line begins with white space, so it is no field of its own: it goes on with the value before. Refusing it is simpler than joining it, and as legal.',
      otherwise:
        'Either refuse it with 400, or put one or more SP in place of the line end and of the white space on both sides of it.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { value, other } = words;
      const of = (name: string, read: RegExp | string, ...lines: string[]) =>
        row(name, get(words, ...lines), [reads(got(words, [['X-A', read]]), end()), refused(400)], {
          symptom: 'fold-as-field',
        });
      const joined = new RegExp(`^${value} +${other}$`);
      await expectRows(judge, PARSER, [
        of('a value that goes on behind a space', joined, `X-A: ${value}`, `${HERE} ${other}`),
        of('a value that goes on behind a tab', joined, `X-A: ${value}`, `${HERE}\t${other}`),
        of('white space on both sides of the line end', joined, `X-A: ${value} `, `${HERE}  ${other}`),
        of(
          'a folded line with a colon',
          new RegExp(`^${value} +Host: ${other}$`),
          `X-A: ${value}`,
          `${HERE} Host: ${other}`,
        ),
        of(
          'a value folded twice',
          new RegExp(`^${value} +${other} +${value}$`),
          `X-A: ${value}`,
          `${HERE} ${other}`,
          ` ${value}`,
        ),
      ]);
    },
  },
  {
    id: 'lab-05/space-before-colon',
    step: 7,
    title: 'white space before the colon is refused',
    rule: 'RFC 9112 §5.1',
    quote:
      'A server MUST reject, with a response status code of 400 (Bad Request), any received request message that contains whitespace between a header field name and colon.',
    level: 'MUST',
    needs: ['lab-05/field-lines', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      otherwise:
        'There is white space before the colon. Trimmed away, this is a field for you and none for another program: that is how a Content-Length gets past a proxy.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { path, host, value } = words;
      const bad = (name: string, line: string) => row(name, get(words, line), [refused(400)]);
      await expectRows(judge, PARSER, [
        bad('a space before the colon', `X-A${HERE} : ${value}`),
        bad('a tab before the colon', `X-A${HERE}\t: ${value}`),
        bad('two spaces before the colon', `X-A${HERE}  :${value}`),
        bad('a space before the colon of Content-Length', `Content-Length${HERE} : 0`),
        row('a space before the colon of Host', message(`GET ${path} HTTP/1.1`, `Host${HERE} : ${host}`), [
          refused(400),
        ]),
      ]);
    },
  },
];
