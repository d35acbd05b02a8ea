/** Parsers that take what must be refused: the holes through which requests are smuggled. */
import type { Mutant } from '../mutant.ts';
import { fail, replacing } from './patches.ts';

const CHECK_HOST = '      checkHost(version, headers);\n';
const ONE_HOST =
  "if (hosts.length !== 1) throw bad('host', `${hosts.length} Host field lines instead of one`);";
const HOST_VALUE =
  "if (!HOST.test(hosts[0]!)) throw bad('host', 'the value of Host is not a host and perhaps a port');";
const FINAL =
  "if (codings.at(-1) !== 'chunked') throw bad('not-chunked', 'the final transfer coding is not chunked');";
const TWICE =
  "if (codings.indexOf('chunked') < codings.length - 1) throw bad('chunked-twice', 'chunked is applied twice');";
const UNKNOWN =
  "if (codings.length > 1) throw new Refusal(501, 'transfer-coding', `${codings[0]} is not understood`);";
const BESIDE =
  "if (lengths.length > 0) throw bad('length-and-coding', 'Content-Length beside Transfer-Encoding');";
const OLD = "if (version === '1.0') throw bad('coding-in-1.0', 'Transfer-Encoding in HTTP/1.0');";
const CODED = 'if (codings.length > 0) {';
const TOO_LONG = 'if (contentLength > maxBodyBytes) throw bodyTooLong(maxBodyBytes);';

export const refusalMutants: Mutant[] = [
  {
    name: 'host-not-checked',
    story: 'Host is a field like another.',
    patches: [replacing(CHECK_HOST, '')],
    killedBy: { 'lab-05/host-once': fail('host-missing') },
  },
  {
    name: 'first-host-wins',
    story: 'headers.find(): two Hosts, and the first is taken. The proxy took the second.',
    patches: [replacing(ONE_HOST, "if (hosts.length === 0) throw bad('host', 'no Host');")],
    killedBy: { 'lab-05/host-once': fail('otherwise') },
  },
  {
    name: 'host-in-1.0-too',
    story: 'A Host is a must, says the RFC; of HTTP/1.1, it says.',
    patches: [replacing("  if (hosts.length === 0 && version === '1.0') return;\n", '')],
    killedBy: { 'lab-05/host-once': fail('host-1.0') },
  },
  {
    name: 'host-not-checked-in-1.0',
    story: 'In HTTP/1.0 there is no Host, so nobody looks how many there are.',
    patches: [
      replacing("if (hosts.length === 0 && version === '1.0') return;", "if (version === '1.0') return;"),
    ],
    killedBy: { 'lab-05/host-once': fail('otherwise') },
  },
  {
    name: 'host-of-any-value',
    story: "There is one Host, and its value is somebody else's business.",
    patches: [replacing(HOST_VALUE, '')],
    killedBy: { 'lab-05/host-value': fail('otherwise') },
  },
  {
    name: 'host-of-letters',
    story: '/^[a-z0-9.-]+(:[0-9]+)?$/ for a host. IPv6 was never heard of, and an empty value is refused.',
    patches: [
      replacing(
        "const HOST = /^(?:\\[[\\w.:~!$&'()*+,;=%-]+\\]|[\\w.~!$&'()*+,;=%-]*)(?::[0-9]*)?$/;",
        'const HOST = /^[a-z0-9.-]+(?::[0-9]+)?$/;',
      ),
    ],
    killedBy: { 'lab-05/host-value': fail('host-refused') },
  },
  {
    name: 'chunked-somewhere',
    story: "transferEncoding.includes('chunked'): xchunked is, and so is chunked, gzip.",
    patches: [
      replacing(FINAL, "if (!codings.join().includes('chunked')) throw bad('not-chunked', 'not chunked');"),
      replacing(TWICE, ''),
      replacing(UNKNOWN, ''),
    ],
    killedBy: { 'lab-05/final-coding': fail('chunked-searched') },
  },
  {
    name: 'chunked-twice',
    story: 'The final coding is chunked, and what is before it is not looked at when it is chunked too.',
    patches: [
      replacing(TWICE, ''),
      replacing(UNKNOWN, UNKNOWN.replace('codings.length > 1', "codings[0] !== 'chunked'")),
    ],
    killedBy: { 'lab-05/unknown-coding': fail('otherwise') },
  },
  {
    name: 'empty-coding-ignored',
    story:
      'if (transferEncoding) …: an empty value is as good as none, and the body is as long as Content-Length says.',
    patches: [replacing(CODED, 'if (namesIn(codings).length > 0) {')],
    killedBy: { 'lab-05/final-coding': fail('chunked-searched') },
  },
  {
    name: 'unknown-coding-passed-on',
    story: 'gzip, chunked: the chunks are taken off, and the application gets the bytes of gzip.',
    patches: [replacing(UNKNOWN, '')],
    killedBy: { 'lab-05/unknown-coding': fail('otherwise') },
  },
  {
    name: 'everything-is-bad-request',
    story: 'There is one answer to everything that is refused: 400.',
    patches: [replacing('    this.status = status;\n', '    this.status = status === 400 ? status : 400;\n')],
    killedBy: {
      'lab-05/version-major': fail('other-status'),
      'lab-05/unknown-coding-501': fail('other-status'),
      'lab-05/limit-request-line': fail('other-status'),
    },
  },
  {
    name: 'length-before-chunked',
    story:
      'Content-Length is looked for first, and where it is found nothing else is. The chunks become the next request.',
    patches: [replacing(BESIDE, ''), replacing(CODED, 'if (codings.length > 0 && lengths.length === 0) {')],
    killedBy: { 'lab-05/length-and-chunked': fail('chunked-ignored') },
  },
  {
    name: 'persists-beside-a-length',
    story: 'Transfer-Encoding overrides Content-Length, and that is that. The connection goes on.',
    patches: [replacing(BESIDE, '')],
    killedBy: { 'lab-05/length-and-chunked': fail('keep-alive') },
  },
  {
    name: 'chunked-in-1.0',
    story: 'Chunked is chunked, in whatever version, and keep-alive is keep-alive.',
    patches: [replacing(OLD, '')],
    killedBy: { 'lab-05/chunked-http10': fail('keep-alive') },
  },
  {
    name: 'length-without-limit',
    story: 'The length is checked against nothing; the body will end some day.',
    patches: [replacing(TOO_LONG, '')],
    killedBy: { 'lab-05/limit-body': fail('unlimited') },
  },
];
