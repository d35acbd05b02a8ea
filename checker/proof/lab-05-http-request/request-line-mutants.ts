/** Parsers that misread the request line. */
import type { Mutant } from '../mutant.ts';
import { fail, replacing } from './patches.ts';

const METHOD = 'const method = text.slice(0, methodEnd);';
const CHECK_TARGET = '      checkTarget(method, target);\n';
const VERSION = '/^HTTP\\/([0-9])\\.([0-9])$/.exec(text)';
const MAJOR =
  "if (major !== '1') throw new Refusal(505, 'major-version', `HTTP/${major} is not spoken here`);";

export const requestLineMutants: Mutant[] = [
  {
    name: 'method-in-capitals',
    story: 'All methods are in capitals, so toUpperCase can do no harm.',
    patches: [replacing(METHOD, METHOD.replace(';', '.toUpperCase();'))],
    killedBy: { 'lab-05/method': fail('method-case'), 'lab-05/generated-requests': fail('method-case') },
  },
  {
    name: 'known-methods',
    story:
      'A list of methods in the parser: what is not on it is answered with 501, as if this were the server.',
    patches: [
      replacing(
        CHECK_TARGET,
        `      if (!['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'CONNECT'].includes(method)) {
        throw new Refusal(501, 'method', 'unknown method');
      }
${CHECK_TARGET}`,
      ),
    ],
    killedBy: { 'lab-05/method': fail('known-methods') },
  },
  {
    name: 'method-of-any-characters',
    story: 'The method is whatever stands before the first space.',
    patches: [replacing('input.scan(TOKEN, 0, methodLimit)', 'input.scan(VISIBLE, 0, methodLimit)')],
    killedBy: { 'lab-05/method': fail('no-token') },
  },
  {
    name: 'origin-form-only',
    story: 'A target begins with a slash, says everybody who never saw a proxy.',
    patches: [replacing(' || ABSOLUTE_FORM.test(target)', '')],
    killedBy: { 'lab-05/target-forms': fail('origin-only') },
  },
  {
    name: 'target-normalised',
    story: 'The target goes through the URL class, which resolves dots, encodes characters and adds slashes.',
    patches: [
      replacing(
        'const target = text.slice(methodEnd + 1, targetEnd);',
        `let target = text.slice(methodEnd + 1, targetEnd);
      if (target.startsWith('/')) {
        const { pathname, search } = new URL(\`http://x\${target}\`);
        target = pathname + search;
      }`,
      ),
    ],
    killedBy: { 'lab-05/target-forms': fail('normalised') },
  },
  {
    name: 'target-form-not-checked',
    story: 'Between the two spaces is the target, and what it means is for others to say.',
    patches: [replacing(CHECK_TARGET, '')],
    killedBy: { 'lab-05/target-refused': fail('otherwise') },
  },
  {
    name: 'form-for-any-method',
    story: 'The four forms are known, and not that each belongs to a method.',
    patches: [
      replacing(
        `    method === 'CONNECT'
      ? AUTHORITY_FORM.test(target)
      : target.startsWith('/') || ABSOLUTE_FORM.test(target) || (target === '*' && method === 'OPTIONS');`,
        `    target.startsWith('/') || target === '*' || ABSOLUTE_FORM.test(target) || AUTHORITY_FORM.test(target);`,
      ),
    ],
    killedBy: { 'lab-05/target-refused': fail('wrong-method') },
  },
  {
    name: 'target-of-any-bytes',
    story: 'A target ends at a space, and every other character belongs to it.',
    patches: [
      replacing(
        'input.scan(VISIBLE, methodEnd + 1, targetLimit)',
        'input.scan(NOT_SPACE, methodEnd + 1, targetLimit)',
      ),
      replacing(
        '/** VCHAR */',
        'const NOT_SPACE = bytesWhere((byte) => byte > 0x20 || byte === HTAB || (byte < 0x20 && byte !== LF && byte !== CR));\n/** VCHAR */',
      ),
    ],
    killedBy: { 'lab-05/target-characters': fail('otherwise') },
  },
  {
    name: 'white-space-between-parts',
    story:
      'line.trim().split(/\\s+/): robust, says the tutorial. Here it is a space too many that is skipped.',
    patches: [
      replacing('    this.#at++;\n  }', '    while (this.bytes[this.#at] === SP) this.#at++;\n  }'),
      replacing(
        'const target = text.slice(methodEnd + 1, targetEnd);',
        'const target = text.slice(methodEnd + 1, targetEnd).trim();',
      ),
      replacing(
        'readVersion(text.slice(targetEnd + 1, versionEnd))',
        'readVersion(text.slice(targetEnd + 1, versionEnd).trim())',
      ),
    ],
    killedBy: { 'lab-05/request-line-spaces': fail('otherwise') },
  },
  {
    name: 'no-empty-line-before',
    story: 'A request begins with its method, so an empty line is refused.',
    patches: [replacing('const MAX_EMPTY_LINES = 8;', 'const MAX_EMPTY_LINES = 0;')],
    killedBy: { 'lab-05/empty-lines': fail('otherwise') },
  },
  {
    name: 'minor-versions-refused',
    story: 'HTTP/1.0 and HTTP/1.1 are known; HTTP/1.2 is answered with 505.',
    patches: [
      replacing(
        MAJOR,
        "if (major !== '1' || Number(minor) > 1) throw new Refusal(505, 'version', 'unknown version');",
      ),
    ],
    killedBy: { 'lab-05/version': fail('otherwise') },
  },
  {
    name: 'major-version-is-bad-request',
    story: 'There is one answer to everything that is not understood: 400.',
    patches: [replacing(MAJOR, "if (major !== '1') throw bad('version', 'unknown version');")],
    killedBy: { 'lab-05/version-major': fail('other-status') },
  },
  {
    name: 'version-begins-right',
    story: 'A regular expression without its end: HTTP/1.1x is HTTP/1.1 as well.',
    patches: [
      replacing(VERSION, '/^HTTP\\/([0-9])\\.([0-9])/.exec(text)'),
      replacing("maxBytes: 'HTTP/1.1'.length", 'maxBytes: 100'),
    ],
    killedBy: { 'lab-05/version-malformed': fail('otherwise') },
  },
  {
    name: 'version-in-any-case',
    story: 'Field names are compared without regard to case, so the version is too.',
    patches: [replacing(VERSION, '/^HTTP\\/([0-9])\\.([0-9])$/i.exec(text)')],
    killedBy: { 'lab-05/version-malformed': fail('otherwise') },
  },
];
