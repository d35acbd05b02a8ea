/** Node's own parser, llhttp, through the binding that node:http uses, and driven as node:http drives it. */
import { createRequire } from 'node:module';
import type { Reader } from './parser-main.ts';
import type { Counts } from './workloads.ts';

interface Binding {
  new (): Parser;
  REQUEST: number;
  kOnHeadersComplete: number;
  kOnBody: number;
  kOnMessageComplete: number;
}

interface Parser {
  initialize(type: number, resource: object): void;
  /** @returns the number of bytes read, or what was wrong */
  execute(chunk: Buffer): number | Error;
  [callback: number]: (...args: never[]) => unknown;
}

/** llhttp gives a number; those of the methods that are sent here. */
const METHODS = ['DELETE', 'GET', 'HEAD', 'POST', 'PUT'];

/** @throws Error when this Node does not lend its parser */
export function llhttp(): Reader {
  const { HTTPParser } = createRequire(import.meta.url)('_http_common') as { HTTPParser?: Binding };
  if (HTTPParser === undefined) throw new Error(`Node ${process.version} does not lend its own parser`);
  return (chunks, counts, letters) => {
    const parser = parserFor(HTTPParser, counts, letters);
    for (const chunk of chunks) parser.execute(chunk);
  };
}

function parserFor(HTTPParser: Binding, counts: Counts, letters: boolean): Parser {
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.REQUEST, {});
  // node:http gets the fields as one flat list, [name, value, name, value, …]; more than 32 would come in parts.
  parser[HTTPParser.kOnHeadersComplete] = (
    _major: number,
    _minor: number,
    headers: string[],
    method: number,
    url: string,
  ) => {
    counts.requests += 1;
    counts.fields += headers.length / 2;
    const name = METHODS[method]!;
    if (letters) counts.letters += [name, url, ...headers].join('').length;
    return 0;
  };
  parser[HTTPParser.kOnBody] = (bytes: Buffer) => {
    counts.bodyBytes += bytes.length;
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    counts.ends += 1;
  };
  return parser;
}
