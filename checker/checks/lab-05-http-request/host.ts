/** Step 7, RFC 9112 §3.2 and RFC 9110 §7.2: Host. */
import { expectRows } from '../../peer/core.ts';
import type { Check } from '../../run/check.ts';
import { drawWords, got, HERE, message, row } from './messages.ts';
import { end, reads, refused } from './reading.ts';
import { HINTS, PARSER } from './symptoms.ts';

const MUST_REFUSE =
  'A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1 request message that lacks a Host header field and to any request message that contains more than one Host header field line or a Host header field with an invalid field value.';

export const host: Check[] = [
  {
    id: 'lab-05/host-once',
    step: 7,
    title: 'an HTTP/1.1 request has exactly one Host',
    rule: 'RFC 9112 §3.2',
    quote: MUST_REFUSE,
    level: 'MUST',
    needs: ['lab-05/simple-request', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      'host-missing':
        'HTTP/1.1 without Host: many sites share one address, and only Host says which is meant.',
      'name-compared': 'Field names are compared without regard to case: `hOST` is Host.',
      'host-1.0': 'Host came with HTTP/1.1. An HTTP/1.0 request needs none.',
      otherwise:
        'Count the field lines named Host, in any case, also where the values are the same. Another program may believe the other one.',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { path, value } = words;
      const host = `Host: ${words.host}`;
      const bad = (name: string, symptom: string, ...lines: string[]) =>
        row(name, message(...lines), [refused(400)], { symptom });
      await expectRows(judge, PARSER, [
        bad('no Host', 'host-missing', `GET ${path} HTTP/1.1`, `X-A: ${value}`),
        bad('no field line at all', 'host-missing', `GET ${path} HTTP/1.1${HERE}`),
        bad(
          'no Host, with an absolute-form',
          'host-missing',
          `GET http://${value}${path} HTTP/1.1`,
          `X-A: ${value}`,
        ),
        bad(
          'two Host fields that differ',
          'otherwise',
          `GET ${path} HTTP/1.1`,
          host,
          `${HERE}Host: ${value}`,
        ),
        bad(
          'two Host fields with the same value',
          'otherwise',
          `GET ${path} HTTP/1.1`,
          host,
          `${HERE}${host}`,
        ),
        bad(
          'two Host fields in two cases',
          'otherwise',
          `GET ${path} HTTP/1.1`,
          host,
          `X-A: b`,
          `${HERE}hOST: ${value}`,
        ),
        bad(
          'two Host fields in HTTP/1.0',
          'otherwise',
          `GET ${path} HTTP/1.0`,
          host,
          `${HERE}Host: ${value}`,
        ),
        row(
          'no Host in HTTP/1.0',
          message(`GET ${path} HTTP/1.0`, `X-A: ${value}`),
          // Step 9 asks what `keepAlive` is in HTTP/1.0.
          [false, true].map((keepAlive) =>
            reads(got(words, [], { version: '1.0', headers: [['X-A', value]], keepAlive }), end()),
          ),
          { end: false, symptom: 'host-1.0' },
        ),
        row(
          'Host in another case, and last',
          message(`GET ${path} HTTP/1.1`, `X-A: ${value}`, `hOST: ${words.host}`),
          [
            reads(
              got(words, [], {
                headers: [
                  ['X-A', value],
                  ['hOST', words.host],
                ],
              }),
              end(),
            ),
          ],
          { symptom: 'name-compared' },
        ),
      ]);
    },
  },
  {
    id: 'lab-05/host-value',
    step: 7,
    title: 'Host is a host and perhaps a port',
    rule: 'RFC 9112 §3.2',
    quote: MUST_REFUSE,
    level: 'MUST',
    needs: ['lab-05/simple-request', 'lab-05/failed-is-last'],
    hints: {
      ...HINTS,
      'host-refused':
        'This value is legal: Host = uri-host [ ":" port ] (RFC 9110 §7.2). A host may be a name, an IPv4 address, an IPv6 address in brackets, or nothing.',
      otherwise:
        'Host = uri-host [ ":" port ] (RFC 9110 §7.2). Which characters cannot be part of a host, and what can stand behind its colon?',
    },
    async run(judge) {
      const words = drawWords(judge);
      const { path, value } = words;
      const line = `GET ${path} HTTP/1.1`;
      const taken = (host: string) =>
        row(
          host === '' ? 'an empty Host' : `the Host ${host}`,
          message(line, `Host: ${host}`),
          [reads(got(words, [], { headers: [['Host', host]] }), end())],
          { symptom: 'host-refused' },
        );
      const bad = (name: string, value: string) =>
        row(`${name} in Host`, message(line, `Host: ${value}`), [refused(400)]);
      await expectRows(judge, PARSER, [
        taken(`${value}.example:8080`),
        taken(`${value.toUpperCase()}-1.Example`),
        taken('127.0.0.1:3000'),
        taken('[::1]'),
        taken('[2001:db8::1]:80'),
        taken(''),
        row(
          'another Host than the one of the target',
          message(`GET http://${value}${path} HTTP/1.1`, `Host: ${words.host}`),
          [reads(got(words, [], { target: `http://${value}${path}` }), end())],
          { symptom: 'host-refused' },
        ),
        bad('a space', `${value}${HERE} ${value}`),
        bad('a tab', `${value}${HERE}\t${value}`),
        bad('a slash', `${value}${HERE}/`),
        bad('a question mark', `${value}${HERE}?a`),
        bad('a number sign', `${value}${HERE}#a`),
        bad('an at sign', `${value}${HERE}@${value}`),
        bad('letters for a port', `${value}:${HERE}http`),
        bad('a sign before the port', `${value}:${HERE}-1`),
        bad('two colons', `${value}:1${HERE}:2`),
        bad('an IPv6 address without brackets', `${HERE}::1`),
        bad('a whole URI', `http${HERE}://${value}`),
      ]);
    },
  },
];
