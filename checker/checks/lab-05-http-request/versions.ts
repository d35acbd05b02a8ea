/** Step 1, RFC 9112 §2.3 and RFC 9110 §2.5: the version. */
import { expectRows } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { drawWords, got, HERE, message, row } from './messages.ts';
import { end, reads, refused } from './reading.ts';
import { HINTS, PARSER } from './symptoms.ts';

export const versions: Check[] = [
  {
    id: 'lab-05/version',
    step: 1,
    title: 'HTTP/1.0, HTTP/1.1 and higher minor versions are read',
    rule: 'README, step 1',
    quote:
      '`HTTP/1.1` is `1.1` and `HTTP/1.0` is `1.0`. A higher minor version, `HTTP/1.2`, is read as `1.1`.',
    level: 'lab',
    needs: ['lab-05/simple-request'],
    hints: {
      ...HINTS,
      otherwise:
        'The digit before the dot says how a message is written, the one behind it what the sender can do beside that. RFC 9110 §6.2 says what to do with a higher minor version.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const minor = judge.draw('minor', (random) => random.integer(3, 9));
      const taken = (sent: string, version: '1.0' | '1.1') =>
        // Step 9 asks what `keepAlive` is in HTTP/1.0.
        row(
          `the version ${sent}`,
          message(`GET ${words.path} ${sent}`, `Host: ${words.host}`),
          (version === '1.0' ? [false, true] : [true]).map((keepAlive) =>
            reads(got(words, [], { version, keepAlive }), end()),
          ),
          { end: false },
        );
      await expectRows(judge, PARSER, [
        taken('HTTP/1.1', '1.1'),
        taken('HTTP/1.0', '1.0'),
        taken('HTTP/1.2', '1.1'),
        taken(`HTTP/1.${minor}`, '1.1'),
      ]);
    },
  },
  {
    id: 'lab-05/version-major',
    step: 1,
    title: 'another major version is refused with 505',
    rule: 'README, step 1',
    quote: 'Another major version, `HTTP/2.0` or `HTTP/0.9`, is 505.',
    level: 'lab',
    needs: ['lab-05/simple-request', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      'other-status':
        'The line is well formed and the version is one that you do not speak. 505 (HTTP Version Not Supported) says just that; 400 says that the line is broken.',
      otherwise:
        'The messages of another major version are written in another way: what follows cannot be read.',
    },
    async run(judge) {
      const { path, host } = drawWords(judge);
      const major = judge.draw('major', (random) => random.integer(3, 9));
      const bad = (version: string) =>
        row(
          `the version ${version}`,
          message(`GET ${path} HTTP/${HERE}${version.slice(5)}`, `Host: ${host}`),
          [refused(505)],
        );
      await expectRows(judge, PARSER, [bad('HTTP/2.0'), bad('HTTP/0.9'), bad(`HTTP/${major}.1`)]);
    },
  },
  {
    id: 'lab-05/version-malformed',
    step: 1,
    title: 'a version of another form is refused',
    rule: 'README, step 1',
    quote: 'The version is `HTTP/`, a digit, a dot, a digit; `HTTP` in capitals.',
    level: 'lab',
    needs: ['lab-05/simple-request', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      otherwise:
        'Eight characters, all of them known but two digits. `startsWith` and `parseFloat` let much else pass.',
    },
    async run(judge) {
      const { path, host } = drawWords(judge);
      const bad = (version: string) =>
        row(
          `the version ${JSON.stringify(version)}`,
          message(`GET ${path} ${HERE}${version}`, `Host: ${host}`),
          [refused(400, 505)],
        );
      await expectRows(judge, PARSER, [
        bad('http/1.1'),
        bad('Http/1.1'),
        bad('HTTP/1'),
        bad('HTTP/1.'),
        bad('HTTP/11'),
        bad('HTTP/1.1x'),
        bad('HTTP/1.10'),
        bad('HTTP/01.1'),
        bad('HTTP/1,1'),
        bad('HTTP 1.1'),
        bad('HTTPS/1.1'),
        bad('1.1'),
        row('no version', message(`GET ${path}${HERE}`, `Host: ${host}`), [refused(400, 505)]),
      ]);
    },
  },
];
