/** lab-05: parsers of requests beside llhttp. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { solutionFolder } from '../../course/course.ts';
import { parserBench } from '../parser-bench.ts';
import { CASES, type Case, nameOf } from './workloads.ts';

export default parserBench<Case>({
  title: 'Parsers of HTTP/1.1 requests beside llhttp, the one of Node',
  notes: [
    'Everybody makes strings of method, target, names and values. Each has a process of its own; they take turns.',
  ],
  program: 'lab-05-http-request/parser-main',
  peer: 'llhttp',
  module: { file: 'parser.ts', exports: ['RequestParser'] },
  references: ({ lab, root }) => {
    const reference = solutionFolder(lab, root);
    const fast = readFileSync(join(reference, 'fast-parser.ts'), 'utf8');
    return [
      { who: 'parser.ts' },
      { who: 'fast-parser.ts', overrides: new Map([[join(reference, 'parser.ts'), fast]]) },
    ];
  },
  cases: CASES.map((each) => ({ name: nameOf(each), case: each })),
  messages: 'requests',
  figure: 'nanoseconds per request',
  ratio: 'times the speed of llhttp',
});
