/** lab-10: parsers of event streams beside the package that most programs use. */
import { parserBench } from '../parser-bench.ts';
import { WORKLOADS } from './workloads.ts';

export default parserBench<number>({
  title: 'Parsers of event streams beside the package eventsource-parser',
  notes: [
    'Everybody is given bytes. The package takes text, so its decoding by TextDecoder counts, as its users have it.',
    'Each has a process of its own; they take turns.',
  ],
  program: 'lab-10-sse-client/parser-main',
  peer: 'eventsource-parser',
  module: { file: 'event-stream-parser.ts', exports: ['EventStreamParser'] },
  references: () => [{ who: 'event-stream-parser.ts' }],
  cases: WORKLOADS.map(({ name }, index) => ({ name, case: index })),
  messages: 'events',
  figure: 'nanoseconds per event',
  ratio: 'times the speed of eventsource-parser',
});
