/** Parsers that are wrong about which request is the last. */
import type { Mutant } from '../mutant.ts';
import { fail, replacing } from './patches.ts';

const OPTIONS = "const options = namesIn(valuesOf('connection', headers));";
const CLOSE = "if (options.includes('close')) return false;";
const PERSISTS = "return version === '1.1' || options.includes('keep-alive');";

export const persistenceMutants: Mutant[] = [
  {
    name: 'close-ignored',
    story: 'HTTP/1.1 connections are persistent.',
    patches: [replacing(CLOSE, '')],
    killedBy: { 'lab-05/persistence-http11': fail('keep-alive') },
  },
  {
    name: 'always-persistent',
    story: 'HTTP/1.0 is forgotten: its connections stay open too, and its clients wait for the end.',
    patches: [replacing(PERSISTS, 'return true;')],
    killedBy: { 'lab-05/persistence-http10': fail('keep-alive') },
  },
  {
    name: 'never-in-1.0',
    story: 'HTTP/1.0 has no keep-alive, one has read. It has.',
    patches: [replacing(PERSISTS, "return version === '1.1';")],
    killedBy: { 'lab-05/persistence-http10': fail('keep-alive') },
  },
  {
    name: 'only-with-keep-alive',
    story: 'Persistent is who says keep-alive. HTTP/1.1 clients need not say it.',
    patches: [replacing(PERSISTS, "return options.includes('keep-alive');")],
    killedBy: { 'lab-05/simple-request': fail('keep-alive') },
  },
  {
    name: 'connection-compared-whole',
    story: "connection === 'close'. A browser also sends Upgrade.",
    patches: [
      replacing(
        OPTIONS,
        "const options = valuesOf('connection', headers).map((value) => value.toLowerCase());",
      ),
    ],
    killedBy: { 'lab-05/connection-list': fail('keep-alive') },
  },
  {
    name: 'first-connection-line',
    story: 'There may be several Connection lines, and the first is read.',
    patches: [replacing(OPTIONS, "const options = namesIn(valuesOf('connection', headers).slice(0, 1));")],
    killedBy: { 'lab-05/connection-list': fail('keep-alive') },
  },
  {
    name: 'close-somewhere',
    story: "connection.includes('close'): an option closed-captions closes as well.",
    patches: [replacing(CLOSE, "if (options.join().includes('close')) return false;")],
    killedBy: { 'lab-05/connection-list': fail('keep-alive') },
  },
  {
    name: 'option-in-lower-case-only',
    story: "includes('close'), and somebody sends Close.",
    patches: [
      replacing(
        OPTIONS,
        "const options = valuesOf('connection', headers).flatMap((value) => value.split(',').map(withoutWhiteSpace));",
      ),
    ],
    killedBy: { 'lab-05/persistence-http10': fail('keep-alive') },
  },
  {
    name: 'htab-in-connection',
    story: 'The list is split at a comma and spaces. `close<TAB>` is another name.',
    patches: [
      replacing(
        OPTIONS,
        "const options = valuesOf('connection', headers).flatMap((value) => value.toLowerCase().split(/ *, */));",
      ),
    ],
    killedBy: { 'lab-05/connection-list': fail('keep-alive') },
  },
  {
    name: 'keep-alive-beats-close',
    story: 'keep-alive is asked for first, and then nobody asks for close.',
    patches: [
      replacing(CLOSE, "if (options.includes('close') && !options.includes('keep-alive')) return false;"),
    ],
    killedBy: { 'lab-05/persistence-http10': fail('keep-alive') },
  },
  {
    name: 'reads-on-after-close',
    story: 'keepAlive is an event for others. The parser parses.',
    patches: [replacing('} while (keepAlive);', '} while (keepAlive !== undefined);')],
    killedBy: { 'lab-05/after-close': fail('goes-on') },
  },
  {
    name: 'fails-after-close',
    story: 'Bytes behind the last request are a mistake.',
    patches: [
      replacing(
        '} while (keepAlive);',
        `} while (keepAlive);
    input.begin(LINE_END);
    while (!input.hasMore()) yield;
    throw bad('after-close', 'bytes behind the last request');`,
      ),
    ],
    killedBy: { 'lab-05/after-close': fail('goes-on') },
  },
];
