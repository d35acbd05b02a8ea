/** Events that a reader reads as something else, or not at all: steps 1 and 2, and comments. */
import type { Mutant } from '../mutant.ts';
import { events } from './patches.ts';

export const encoding: Mutant[] = [
  {
    name: 'one-newline',
    story: 'Has read that events are separated by a newline: no empty line ends the block.',
    patches: [events("Buffer.from(`${block}\\n`, 'utf8')", "Buffer.from(block, 'utf8')")],
    killedBy: { 'lab-09/one-event': { verdict: 'fail', misconception: 'no-empty-line' } },
  },
  {
    name: 'no-newline',
    story: 'Writes `data:welcome` and nothing behind it, as a tutorial does, and waits for it to arrive.',
    patches: [events("Buffer.from(`${block}\\n`, 'utf8')", "Buffer.from(block.trimEnd(), 'utf8')")],
    killedBy: { 'lab-09/one-event': { verdict: 'fail', misconception: 'no-line-end' } },
  },
  {
    name: 'data-on-one-line',
    story: 'Data is put behind `data:` as it is; its second line is no field that a reader knows.',
    patches: [
      events(
        'for (const line of data.split(END_OF_LINE)) block += `data: ${line}\\n`;',
        'block += `data: ${data}\\n`;',
      ),
    ],
    killedBy: { 'lab-09/lines-of-data': { verdict: 'fail', misconception: 'data-on-one-line' } },
  },
  {
    name: 'splits-at-lf',
    story: "Splits the data with split('\\n'), and knows no other line end.",
    patches: [events('of data.split(END_OF_LINE))', "of data.split('\\n'))")],
    killedBy: { 'lab-09/line-ends': { verdict: 'fail', misconception: 'data-on-one-line' } },
  },
  {
    name: 'crlf-is-two',
    story: 'Splits the data at each CR and each LF: CRLF becomes two line ends.',
    patches: [events('of data.split(END_OF_LINE))', 'of data.split(/[\\r\\n]/))')],
    killedBy: { 'lab-09/line-ends': { verdict: 'fail', misconception: 'crlf-twice' } },
  },
  {
    name: 'empty-data-left-out',
    story: 'Writes the data when there is some: `if (data)` is false for the empty text.',
    patches: [events('if (data !== undefined) for', 'if (data) for')],
    killedBy: { 'lab-09/empty-data': { verdict: 'fail', misconception: 'no-data-line' } },
  },
  {
    name: 'trims-data',
    story: 'Trims the data, so that it ends with exactly one newline.',
    patches: [events('of data.split(END_OF_LINE))', 'of data.trimEnd().split(END_OF_LINE))')],
    killedBy: { 'lab-09/line-ends': { verdict: 'fail', misconception: 'trimmed' } },
  },
  {
    name: 'no-space',
    story: 'Writes no space behind the colon, and a reader takes one away from the data.',
    patches: [events('block += `data: ${line}\\n`;', 'block += `data:${line}\\n`;')],
    killedBy: { 'lab-09/spaces': { verdict: 'fail', misconception: 'space-lost' } },
  },
  {
    name: 'no-space-in-the-type',
    story: 'Writes the data with a space behind the colon, and the type without.',
    patches: [
      events(
        "block += `event: ${singleLine('event', event)}\\n`",
        "block += `event:${singleLine('event', event)}\\n`",
      ),
    ],
    killedBy: { 'lab-09/spaces': { verdict: 'fail', misconception: 'space-lost' } },
  },
  {
    name: 'event-unchecked',
    story: 'The type comes from whoever publishes, and is written as it is.',
    patches: [events("`event: ${singleLine('event', event)}\\n`", '`event: ${event}\\n`')],
    killedBy: {
      'lab-09/refused': { verdict: 'fail', misconception: 'injected' },
      'lab-09/refused-publish': { verdict: 'fail', misconception: 'status-201' },
    },
  },
  {
    name: 'lf-checked-only',
    story: 'Refuses LF in the type and the id, and forgets that CR ends a line too.',
    patches: [events('if (/[\\r\\n]/.test(value))', "if (value.includes('\\n'))")],
    killedBy: { 'lab-09/refused': { verdict: 'fail', misconception: 'injected' } },
  },
  {
    name: 'line-ends-taken-out',
    story: 'Takes the line ends out of type and id instead of refusing them.',
    patches: [
      events(
        'if (/[\\r\\n]/.test(value)) throw new TypeError(`CR or LF in ${name}: ${JSON.stringify(value)}`);\n  return value;',
        "return name === '' ? '' : value.replaceAll(/[\\r\\n]/g, '');",
      ),
    ],
    killedBy: { 'lab-09/refused': { verdict: 'fail', misconception: 'injected' } },
  },
  {
    name: 'nul-in-id',
    story: 'Does not know that a reader ignores an id with NUL in it.',
    patches: [
      events(
        "${withoutNul(singleLine('id', id))}",
        "${id.length < 0 ? withoutNul(id) : singleLine('id', id)}",
      ),
    ],
    killedBy: { 'lab-09/refused': { verdict: 'fail', misconception: 'nul-in-id' } },
  },
  {
    name: 'nul-taken-out-of-data',
    story: 'Control characters are bad everywhere: takes NUL out of the data.',
    patches: [events('of data.split(END_OF_LINE))', "of data.replaceAll('\\0', '').split(END_OF_LINE))")],
    killedBy: { 'lab-09/nul': { verdict: 'fail', misconception: 'nul-lost' } },
  },
  {
    name: 'retry-unchecked',
    story: 'Writes any number: -1, 1.5 and NaN are no digits, and the reader ignores the line.',
    patches: [events('if (!Number.isSafeInteger(retry) || retry < 0)', 'if (typeof retry !== "number")')],
    killedBy: { 'lab-09/retry': { verdict: 'fail', misconception: 'bad-retry' } },
  },
  {
    name: 'retry-with-exponent',
    story: 'Takes every whole number: 1e21 is one, and is written as `1e+21`, which is no digits.',
    patches: [events('!Number.isSafeInteger(retry)', '!Number.isInteger(retry)')],
    killedBy: { 'lab-09/retry': { verdict: 'fail', misconception: 'bad-retry' } },
  },
  {
    name: 'retry-refused-otherwise',
    story: 'Refuses a bad retry with a RangeError.',
    patches: [events('throw new TypeError(`retry is no', 'throw new RangeError(`retry is no')],
    killedBy: { 'lab-09/retry': { verdict: 'fail', misconception: 'other-error' } },
  },
  {
    name: 'retry-0-left-out',
    story: 'Writes retry when there is one: `if (retry)` is false for 0.',
    patches: [events('if (retry !== undefined) block', 'if (retry) block')],
    killedBy: { 'lab-09/retry': { verdict: 'fail', misconception: 'retry-not-written' } },
  },
  {
    name: 'empty-id-left-out',
    story:
      'Writes the id when there is one: `if (id)` is false for the empty text, and the reader keeps the old one.',
    patches: [events('if (id !== undefined) block', 'if (id) block')],
    killedBy: { 'lab-09/empty-type-and-id': { verdict: 'fail', misconception: 'id-not-set' } },
  },
  {
    name: 'latin1',
    story: 'Sends the text in Latin-1, in which nothing was wrong with the first test.',
    patches: [events("Buffer.from(`${block}\\n`, 'utf8')", "Buffer.from(`${block}\\n`, 'latin1')")],
    killedBy: { 'lab-09/utf8': { verdict: 'fail', misconception: 'latin1' } },
  },
  {
    name: 'data-always',
    story: 'Every block has a data line, and one that is to set an id is dispatched.',
    patches: [
      events(
        'if (data !== undefined) for (const line of data.split',
        "for (const line of (data ?? '').split",
      ),
    ],
    killedBy: { 'lab-09/no-data': { verdict: 'fail', misconception: 'event-without-data' } },
  },
  {
    name: 'undefined-written',
    story: 'Writes all four lines with a template: a member that is left out becomes the text `undefined`.',
    patches: [
      events(
        "if (event !== undefined) block += `event: ${singleLine('event', event)}",
        "block += `event: ${singleLine('event', String(event))}",
      ),
    ],
    killedBy: { 'lab-09/one-event': { verdict: 'fail', misconception: 'undefined-written' } },
  },
  {
    name: 'type-leaks',
    story:
      'Ends a block with an empty line when there is data to dispatch; the type of one without goes into the next.',
    patches: [
      events(
        "return Buffer.from(`${block}\\n`, 'utf8')",
        "if (data === undefined) return Buffer.from(block, 'utf8');\n  return Buffer.from(`${block}\\n`, 'utf8')",
      ),
    ],
    killedBy: { 'lab-09/no-data': { verdict: 'fail', misconception: 'no-empty-line' } },
  },
  {
    name: 'data-as-json',
    story: 'Data is JSON in every example, so all of it is made JSON: a text arrives in quotes.',
    patches: [events('of data.split(END_OF_LINE))', 'of JSON.stringify(data).split(END_OF_LINE))')],
    killedBy: { 'lab-09/one-event': { verdict: 'fail', misconception: 'quoted' } },
  },
  {
    name: 'byte-order-mark',
    story: 'Begins each block with a byte order mark. A reader skips one, at the beginning of the stream.',
    patches: [events("Buffer.from(`${block}\\n`, 'utf8')", "Buffer.from(`\\ufeff${block}\\n`, 'utf8')")],
    killedBy: { 'lab-09/blocks': { verdict: 'fail', misconception: 'byte-order-mark' } },
  },
  {
    name: 'id-always',
    story:
      'Writes an id in each block, an empty one where there is none: the reader forgets what it has read.',
    patches: [
      events(
        "if (id !== undefined) block += `id: ${withoutNul(singleLine('id', id))}\\n`;",
        "block += `id: ${withoutNul(singleLine('id', id ?? ''))}\\n`;",
      ),
    ],
    killedBy: { 'lab-09/left-out': { verdict: 'fail', misconception: 'id-not-set' } },
  },
  {
    name: 'colons-left-out',
    story: 'Leaves out lines of the data that begin with a colon, because such a line is a comment.',
    patches: [
      events(
        'of data.split(END_OF_LINE))',
        "of data.split(END_OF_LINE).filter((line) => !line.startsWith(':')))",
      ),
    ],
    killedBy: { 'lab-09/lines-of-data': { verdict: 'fail', misconception: 'colon-lines-lost' } },
  },
  {
    name: 'collapses-white-space',
    story: 'Makes one space of the white space inside a line, as a browser does with HTML.',
    patches: [
      events(
        'of data.split(END_OF_LINE))',
        "of data.replaceAll(/(?<=[^ \\t\\r\\n])([ \\t]{2,}|\\t)(?=[^ \\t\\r\\n])/g, ' ').split(END_OF_LINE))",
      ),
    ],
    killedBy: { 'lab-09/any-text': { verdict: 'fail', misconception: 'data' } },
  },
  {
    name: 'comment-of-one-line',
    story: 'A comment is a colon and the text. Its second line is a field.',
    patches: [events('const lines = text.split(END_OF_LINE).map(', 'const lines = [text].map(')],
    killedBy: { 'lab-09/comment': { verdict: 'fail', misconception: 'comment-dispatched' } },
  },
];
