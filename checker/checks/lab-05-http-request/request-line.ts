/** Step 1, RFC 9112 §3: method, target, and the white space between them. The version has a file of its own. */
import { expectRows } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { drawWords, get, got, HERE, message, row } from './messages.ts';
import { end, reads, refused } from './reading.ts';
import { HINTS, PARSER } from './symptoms.ts';

/** All characters of a token that are neither letters nor digits (RFC 9110 §5.6.2). */
export const TOKEN_MARKS = "!#$%&'*+-.^_`|~";

export const requestLine: Check[] = [
  {
    id: 'lab-05/simple-request',
    step: 1,
    title: 'a GET request gives request and end',
    rule: 'RFC 9112 §3',
    quote:
      'A request-line begins with a method token, followed by a single space (SP), the request-target, and another single space (SP), and ends with the protocol version.',
    level: 'lab',
    hints: {
      ...HINTS,
      otherwise:
        'Compare what is accepted with what came, word by word. The parts of the request line are separated by one space; the head ends with an empty line.',
    },
    async run(judge) {
      const words = drawWords(judge);
      await expectRows(judge, PARSER, [
        row('a GET request with a Host field', get(words), [reads(got(words), end())]),
        row(
          'a GET request with a query',
          message(`GET ${words.path}?a=1&b=2 HTTP/1.1`, `Host: ${words.host}`),
          [reads(got(words, [], { target: `${words.path}?a=1&b=2` }), end())],
        ),
      ]);
    },
  },
  {
    id: 'lab-05/failed-is-last',
    step: 1,
    title: 'what is no request is failed, and nothing comes after it',
    rule: 'README, the contract',
    quote:
      'A mistake ends everything: `failed` is the last event. After it `receive` and `end` return an empty array.',
    level: 'lab',
    needs: ['lab-05/simple-request'],
    hints: {
      ...HINTS,
      'not-refused':
        'A line without a target and a version is no request, and a request came of it. Look at each part of the line before you believe it; what is wrong gives `failed` with status 400.',
      otherwise:
        'Once a mistake was found nobody knows where the next request begins. Remember it, and return an empty array from then on.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const notRefused = { symptom: 'not-refused' };
      await expectRows(judge, PARSER, [
        row(
          'a bad request line and a good request',
          `${HERE}?\r\n\r\n${get(words)}`,
          [refused(400, 505)],
          notRefused,
        ),
        row('two bad request lines', `${HERE}?\r\n\r\n?\r\n\r\n`, [refused(400, 505)], notRefused),
        row(
          'a bad request line and half a good request',
          `${HERE}?\r\n\r\n${get(words).slice(0, 20)}`,
          [refused(400, 505)],
          notRefused,
        ),
      ]);
    },
  },
  {
    id: 'lab-05/method',
    step: 1,
    title: 'the method is any token, and its case is kept',
    rule: 'README, step 1',
    quote:
      'The method is a token (RFC 9110 §5.6.2), any token. Its case is kept: `get` is another method than `GET`.',
    level: 'lab',
    needs: ['lab-05/simple-request', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      'known-methods':
        'This is a token, so it is a method. Which methods a server knows is for the server to say, with 501 or 405; a parser has no list.',
      'no-token':
        'A method holds token characters only. Compare each character with the list in RFC 9110 §5.6.2; what is not in it is refused with 400.',
      otherwise: 'Look up `token` in RFC 9110 §5.6.2. It is the same rule as for the name of a field.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const line = (method: string): string =>
        message(`${method} ${words.path} HTTP/1.1`, `Host: ${words.host}`);
      const taken = (name: string, method: string) =>
        row(name, line(method), [reads(got(words, [], { method }), end())], { symptom: 'known-methods' });
      const bad = (name: string, method: string) =>
        row(name, line(method), [refused(400)], { symptom: 'no-token' });
      await expectRows(judge, PARSER, [
        taken('the method DELETE', 'DELETE'),
        taken('a method in lower case', 'get'),
        taken('a method that nobody has registered', words.other.toUpperCase()),
        taken('a method with digits and a hyphen', `M-${words.value}1`),
        taken('a method of all the marks of a token', TOKEN_MARKS),
        bad('a parenthesis in the method', `G${HERE}(T`),
        bad('a colon in the method', `GET${HERE}:`),
        bad('a slash in the method', `G${HERE}/T`),
        bad('a NUL in the method', `GE${HERE}\0T`),
        bad('a byte from 0x80 in the method', `G${HERE}\xc9T`),
        row('no method', message(`${HERE} ${words.path} HTTP/1.1`, `Host: ${words.host}`), [refused(400)], {
          symptom: 'no-token',
        }),
      ]);
    },
  },
  {
    id: 'lab-05/target-forms',
    step: 1,
    title: 'the target has one of four forms, and comes as it was sent',
    rule: 'README, step 1',
    quote: 'The target comes as it was sent. It has one of four forms (RFC 9112 §3.2).',
    level: 'lab',
    needs: ['lab-05/simple-request'],
    hints: {
      ...HINTS,
      'origin-only':
        'Not every target begins with a slash. RFC 9112 §3.2 shows four forms, each with an example; which one is it here?',
      normalised:
        'Leave the target alone: no decoding, no joining of slashes, no resolving of dots. What it means is for the server to say.',
      otherwise: 'Read RFC 9112 §3.2.1 to §3.2.4. The target comes as it was sent.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { path, host, value } = words;
      const taken = (name: string, target: string, symptom = 'normalised', method = 'GET') =>
        row(
          name,
          message(`${method} ${target} HTTP/1.1`, `Host: ${host}`),
          [reads(got(words, [], { method, target }), end())],
          { symptom },
        );
      await expectRows(judge, PARSER, [
        taken('the target /', '/'),
        taken('percent-encoded characters', `${path}%2F%41%00?${value}=%20`),
        taken('dots and doubled slashes', `//${value}/../.${path}/`),
        taken('a question mark in the query', `${path}?a?b/c`),
        taken('all the other characters of a path', `/-._~!$&'()*+,;=:@`),
        taken('the absolute-form', `http://${value}.example${path}?q`, 'origin-only'),
        taken('the absolute-form without a path', `http://${value}.example:81`, 'origin-only', 'OPTIONS'),
        taken('the authority-form', `${value}.example:443`, 'origin-only', 'CONNECT'),
        taken('the asterisk-form', '*', 'origin-only', 'OPTIONS'),
      ]);
    },
  },
  {
    id: 'lab-05/target-refused',
    step: 1,
    title: 'a target of no such form is refused',
    rule: 'README, step 1',
    quote: 'Everything else is 400.',
    level: 'lab',
    needs: ['lab-05/target-forms', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      'wrong-method':
        'The form exists, and not for this method: only CONNECT has host and port for a target and no other form, and only OPTIONS has the asterisk.',
      otherwise:
        'What does the target begin with? A slash, a scheme and a colon, an asterisk alone, or (for CONNECT) a host: there is no fifth form.',
    },
    async run(judge) {
      const { path, host, value } = drawWords(judge);
      const bad = (name: string, target: string, method = 'GET', symptom = 'otherwise') =>
        row(name, message(`${method} ${target} HTTP/1.1`, `Host: ${host}`), [refused(400)], { symptom });
      await expectRows(judge, PARSER, [
        bad('a target without a slash at its beginning', `${HERE}${value}${path}`),
        bad('a query alone', `${HERE}?${value}`),
        bad('an asterisk with something behind it', `*${HERE}${path}`, 'OPTIONS'),
        bad('an asterisk with GET', `${HERE}*`, 'GET', 'wrong-method'),
        bad('a path with CONNECT', `${HERE}${path}`, 'CONNECT', 'wrong-method'),
        bad('a whole URI with CONNECT', `http://${HERE}${value}/`, 'CONNECT', 'wrong-method'),
        bad('CONNECT without a port', `${value}${HERE}`, 'CONNECT', 'wrong-method'),
        bad('CONNECT with an empty port', `${value}:${HERE}`, 'CONNECT', 'wrong-method'),
        bad('CONNECT with letters for a port', `${value}:${HERE}https`, 'CONNECT', 'wrong-method'),
      ]);
    },
  },
  {
    id: 'lab-05/target-characters',
    step: 1,
    title: 'control characters and bytes from 0x80 in a target are refused',
    rule: 'README, step 1',
    quote: 'Control characters, DEL and bytes from 0x80 in a target are 400.',
    level: 'lab',
    needs: ['lab-05/simple-request', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      undecided: 'This one is up to you: the target as it was sent, or 400. It came to something else.',
      otherwise:
        'Which bytes may a target have? Below 0x21 none, 0x7f is a control character too, and whatever is above 0x7f has to be percent-encoded.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { path, host, value } = words;
      const line = (target: string): string => message(`GET ${target} HTTP/1.1`, `Host: ${host}`);
      const bad = (name: string, character: string) =>
        row(`${name} in the target`, line(`${path}${HERE}${character}${value}`), [refused(400)]);
      const either = (name: string, target: string) =>
        row(`${name} in the target`, line(target), [reads(got(words, [], { target }), end()), refused(400)], {
          symptom: 'undecided',
        });
      await expectRows(judge, PARSER, [
        bad('a NUL', '\0'),
        bad('a 0x01', '\x01'),
        bad('an ESC', '\x1b'),
        bad('a DEL', '\x7f'),
        bad('the bytes of an é', '\xc3\xa9'),
        bad('a byte 0xff', '\xff'),
        bad('a bare CR', '\r'),
        either('a vertical line', `${path}|${value}`),
        either('braces', `${path}{${value}}`),
        either('quotes and angle brackets', `${path}"<${value}>`),
        either('a caret, a backslash and a grave accent', `${path}^\\\``),
        either('a percent sign without digits', `${path}%${value}`),
        either('a fragment', `${path}#${value}`),
      ]);
    },
  },
  {
    id: 'lab-05/request-line-spaces',
    step: 1,
    title: 'exactly one SP stands between the parts',
    rule: 'README, step 1',
    quote:
      'The parts are separated by exactly one SP; other white space, more of it, or white space around the line is 400.',
    level: 'lab',
    needs: ['lab-05/simple-request', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      otherwise:
        'Count the spaces of the line: there are two, each alone. `split(/\\s+/)` and `trim` forgive what another program on the way reads differently.',
    },
    async run(judge) {
      const { path, host, value } = drawWords(judge);
      // Who splits at each SP finds another version in some of these, which may be 505.
      const bad = (name: string, line: string) =>
        row(name, message(line, `Host: ${host}`), [refused(400, 505)]);
      await expectRows(judge, PARSER, [
        bad('two spaces behind the method', `GET ${HERE} ${path} HTTP/1.1`),
        bad('two spaces before the version', `GET ${path} ${HERE} HTTP/1.1`),
        bad('a tab behind the method', `GET${HERE}\t${path} HTTP/1.1`),
        bad('a tab before the version', `GET ${path}${HERE}\tHTTP/1.1`),
        bad('a space in the target', `GET ${path}${HERE} ${value} HTTP/1.1`),
        bad('a space at the end of the line', `GET ${path} HTTP/1.1${HERE} `),
        bad('a space before the method', `${HERE} GET ${path} HTTP/1.1`),
        bad('a vertical tab behind the method', `GET${HERE}\v${path} HTTP/1.1`),
        bad('a method alone', `GET${HERE}`),
        bad('no target', `GET ${HERE}HTTP/1.1`),
      ]);
    },
  },
  {
    id: 'lab-05/empty-lines',
    step: 1,
    title: 'an empty line before the request line is ignored',
    rule: 'README, step 1',
    quote: 'At least one empty line (CR LF) before the request line is ignored.',
    level: 'lab',
    needs: ['lab-05/simple-request'],
    hints: {
      ...HINTS,
      otherwise:
        'Some old clients send CR LF behind a body. It is no request line: skip it where a request line should begin. One empty line at least.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const taken = reads(got(words), end());
      await expectRows(judge, PARSER, [
        row('an empty line before the request line', `\r${HERE}\n${get(words)}`, [taken]),
        row('two empty lines before the request line', `\r\n\r\n${get(words)}`, [taken, refused(400)]),
      ]);
    },
  },
];
