import { afterEach, expect, test } from 'vitest';
import type { RunResult } from '../run/result.ts';
import { makeLab, type TestLab } from '../run/test-lab.ts';

/** Lines that end in LF; a failure when the stream ends within one. */
const RIGHT = core(
  `this.rest += Buffer.from(chunk).toString('latin1');
   const lines = this.rest.split('\\n');
   this.rest = lines.pop();
   return lines.map((text) => ({ type: 'line', text }));`,
);

let lab: TestLab | undefined;
afterEach(() => lab?.remove());

test('a core that reads every cut alike passes', async () => {
  expect(await verdict(RIGHT, ROWS)).toMatchObject({ verdict: 'pass' });
});

test('a wrong reading is shown in one piece when it shows there', async () => {
  const { message, evidence } = await verdict(RIGHT.replace("{ type: 'line', text }", "'?'"), ROWS);
  expect(message).toBe('given two lines, it comes to "?", "?"');
  expect(evidence).toMatchObject({ accepted: ['two lines (RFC 1 §2)'], sent: [{ cuts: [] }] });
});

test('a mistake that a cut brings out is shown at the first such cut', async () => {
  const perChunk = core(`return Buffer.from(chunk).toString('latin1').split('\\n').slice(0, -1)
    .map((text) => ({ type: 'line', text }));`);
  const result = await verdict(perChunk, ROWS);
  expect(result).toMatchObject({
    verdict: 'fail',
    misconception: 'cut',
    evidence: { sent: [{ cuts: [1] }] },
  });
  expect(result.message).toBe('given two lines, cut after 1 byte, it comes to line "b", line "cd"');
  expect(result.evidence?.actual).toContain('in one piece it is read right');
});

test('two legal readings of the same bytes are one too many', async () => {
  const moody = core(`return chunk.length > 3 ? [{ type: 'line', text: 'long' }] : [];`);
  const row = `{ name: 'a word', bytes: 'abcdef', accepts: [
    { what: 'a line', holds: (events) => events.length === 1 },
    { what: 'none', holds: (events) => events.length === 0 },
  ] }`;
  expect(await verdict(moody, `await expectRows(judge, CORE, [${row}]);`)).toMatchObject({
    verdict: 'fail',
    misconception: 'inconsistent',
    evidence: { sent: [{ cuts: [3] }] },
  });
});

test('a throw is named with the bytes that led to it, and a symptom of the core before all others', async () => {
  expect(await verdict(core('throw new Error("odd")'), ROWS)).toMatchObject({
    verdict: 'crash',
    misconception: 'threw',
    message: expect.stringContaining('Lines.receive() with bytes 0 to 5 threw Error: odd'),
  });
  expect(await verdict(core("return [{ type: 'odd' }]"), ROWS)).toMatchObject({ misconception: 'odd-event' });
});

test('an exception at a cut only is named after the cut, and one that the row explains after the row', async () => {
  const throws = RIGHT.replace(
    'this.rest +=',
    'if (chunk.length === 1) throw new Error("odd"); this.rest +=',
  );
  expect(await verdict(throws, ROWS)).toMatchObject({
    verdict: 'crash',
    misconception: 'cut',
    evidence: { sent: [{ cuts: [1] }], actual: expect.stringContaining('in one piece it is read right') },
  });
  const explained = ROWS.replace("name: 'two lines'", "name: 'two lines', symptomOfThrow: 'odd-event'");
  expect(await verdict(core('throw new Error("odd")'), explained)).toMatchObject({
    verdict: 'crash',
    misconception: 'odd-event',
  });
});

test('a symptom brings its own rule', async () => {
  const { evidence } = await verdict(core("return [{ type: 'odd' }]"), ROWS);
  expect(evidence).toMatchObject({ accepted: ['two lines (RFC 2 §3)'] });
});

test('of wrong last events the very last are shown', async () => {
  const growth = `await expectLinear(judge, CORE, { name: 'lines', what: 'a line', units: 20,
    bytes: (units) => new Uint8Array(units), holds: () => false, symptomOf: () => 'odd-event' });`;
  const many = core("return Array.from(chunk, (_, text) => ({ type: 'line', text }))", 'return ["last"]');
  expect(await verdict(many, growth)).toMatchObject({
    verdict: 'fail',
    misconception: 'odd-event',
    message: 'given lines, it ends with …, line 15, line 16, line 17, line 18, line 19, "last"',
  });
});

test('an input that was drawn is made as small as it can be, the same each time', async () => {
  const swallows = RIGHT.replace('lines.map(', "lines.filter((text) => !text.includes('q')).map(");
  const generated = `await expectGenerated(judge, CORE, { what: 'drawn lines', runs: 200,
    arbitrary: (fc) => fc.array(fc.stringMatching(/^[a-z]{0,8}$/)),
    rowOf: (lines) => ({ name: 'drawn lines', bytes: lines.map((line) => line + '\\n').join(''),
      accepts: [{ what: 'them', holds: (events) => events.length === lines.length }] }) });`;
  const first = await verdict(swallows, generated);
  expect(first).toMatchObject({ verdict: 'fail', evidence: { actual: 'no event' } });
  expect(Buffer.from(first.evidence!.sent[0]!.excerpt.bytes).toString()).toBe('q\n');
  expect(await verdict(swallows, generated)).toMatchObject({ message: first.message });
  expect(await verdict(RIGHT, generated)).toMatchObject({ verdict: 'pass' });
});

test('cost that grows with the square is told from cost that grows with the input', async () => {
  const growth = `await expectLinear(judge, CORE, { name: 'a long line', what: 'a line', units: 16_000, everyBytes: 4,
    bytes: (units) => new Uint8Array(units).fill(0x61), holds: (events) => events.length === 1 });`;
  const linear = core('return []', "return [{ type: 'line' }]");
  expect(await verdict(linear, growth)).toMatchObject({ verdict: 'pass' });
  const quadratic = core(
    'this.held = Buffer.concat([this.held ?? Buffer.alloc(0), chunk]); return []',
    "return [{ type: 'line' }]",
  );
  expect(await verdict(quadratic, growth.replace('16_000', '128_000'))).toMatchObject({
    verdict: 'fail',
    misconception: 'quadratic',
  });
});

const ROWS = `await expectRows(judge, CORE, [{ name: 'two lines', bytes: 'ab\\ncd\\n', rule: 'RFC 1 §2', accepts: [{
  what: 'two lines',
  holds: (events) => JSON.stringify(events) === '[{"type":"line","text":"ab"},{"type":"line","text":"cd"}]',
}] }]);`;

function core(receive: string, end = 'return []'): string {
  return `export class Lines { rest = ''; receive(chunk) { ${receive} } end() { ${end} } }`;
}

async function verdict(module: string, conversation: string): Promise<RunResult['checks'][number]> {
  lab?.remove();
  lab = makeLab({
    module: { file: 'lines.ts', exports: ['Lines'] },
    server: module,
    solution: RIGHT,
    checks: `check('rows', async (judge) => {
      const { expectGenerated, expectLinear, expectRows } = await import(${JSON.stringify(new URL('core.ts', import.meta.url).href)});
      const CORE = { className: 'Lines', describe: (event) => event?.type === 'line' ? 'line ' + JSON.stringify(event.text) : JSON.stringify(event),
        symptoms: [{ slug: 'odd-event', rule: 'RFC 2 §3', when: ({ events }) => events.some((event) => event?.type === 'odd') }] };
      ${conversation}
    }, { hints: { cut: 'a', inconsistent: 'b', 'odd-event': 'c', quadratic: 'd', otherwise: 'e' } })`,
  });
  const { checks, problems } = await lab.run({ confirm: false });
  expect(problems).toEqual([]);
  return checks[0]!;
}
