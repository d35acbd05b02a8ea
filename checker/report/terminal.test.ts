import { describe, expect, test } from 'vitest';
import { type CheckResult, type RunResult, VERDICTS } from '../run/result.ts';
import { columnsOf } from './columns.ts';
import { palette } from './palette.ts';
import { failing, LOST_CR, sampleCheck, sampleResult } from './sample-results.ts';
import { type ReportOptions, renderReport, renderTypeAdvice } from './terminal.ts';

function render(result: RunResult, change: Partial<ReportOptions> = {}): string {
  return renderReport(result, { colour: false, width: 80, trace: false, advice: [], ...change });
}

const LISTENS = sampleCheck({ id: 'lab-01/listens', step: 1 });
const NODELAY = sampleCheck({
  id: 'lab-01/no-delay',
  level: 'advice',
  verdict: 'fail',
  message: 'small pieces waited 40 ms',
});
/** One of each verdict; the first that did not pass is `first`. */
function oneOfEach(first: CheckResult = failing()): CheckResult[] {
  const others: CheckResult[] = [
    failing(),
    sampleCheck({ id: 'lab-01/idle', verdict: 'timeout', message: 'your server waits for more input' }),
    sampleCheck({ id: 'lab-01/many', verdict: 'crash', message: 'your server ended (exit code 1)' }),
    sampleCheck({
      id: 'lab-01/half',
      verdict: 'skipped',
      message: 'needs lab-01/echo-text, which did not pass',
    }),
    sampleCheck({ id: 'lab-01/signal', verdict: 'not-run', message: 'Windows has no SIGTERM handler' }),
    sampleCheck({ id: 'lab-01/slow', verdict: 'flaky', message: 'failed, then passed with the same seed' }),
    sampleCheck({ id: 'lab-01/big', verdict: 'error', message: 'the reference fails here too' }),
  ];
  return [
    LISTENS,
    first,
    ...others.filter(({ id, verdict }) => id !== first.id && verdict !== first.verdict),
  ];
}

test('a run with every verdict', () => {
  const result = sampleResult(oneOfEach(), { notices: ['the reference stands in for your lab-03'] });
  const advice = [
    { file: 'labs/lab-01-tcp-echo/server.ts', line: 12, column: 5, message: "Type 'string' is no number." },
  ];
  expect(render({ ...result, verdict: 'fail' }, { advice })).toMatchInlineSnapshot(`
    "lab-01  A TCP echo server
    labs/lab-01-tcp-echo · seed 7f3a
    note: the reference stands in for your lab-03

      ✓ step 1  Listen                1 of 1
      ✗ step 2  Send back what comes  0 of 6    1 fail, 1 timeout, 1 crash
                                                1 skipped, 1 not-run, 1 flaky
                                                1 error

    ✗ FAIL  lab-01/echo-text  MUST  A line of text comes back
      your server sent 0x0a at byte 5, and 0x0d was expected

      sent      "hello\\r│\\nworld"
                        ^ cut after 6 bytes
      accepted  the same 12 bytes
      actual    11 bytes, different from byte 5 on
      bytes     expected   0  68 65 6c 6c 6f 0d 0a 77  hello··w
                came       0  68 65 6c 6c 6f 0a 77 6f  hello·wo
                                             ^^ ^^ ^^ byte 5
                expected   8  6f 72 6c 64              orld
                came       8  72 6c 64 (ends here)     rld
                              ^^ ^^ ^^ ^^

          ms  judge                                your program
      1  0.0  connects from port 40112          ─▶
      2  0.4  sends 6 bytes "hello\\r"           ─▶
      3  1.2  sends 6 bytes "\\nworld"           ─▶ (not read)
      4  1.9                                    ◀─ sends 11 bytes "hello\\nworld"
      5  2.0  · the echo is one byte short

      rule      README, step 2
                “Send back every byte that you receive.”
      hint      Bytes are not text. Where does your program turn what it received
                into lines?
      replay    npm run replay lab-01/echo-text -- --seed 7f3a

    Also not passed
      … timeout  lab-01/idle  your server waits for more input
      ■ crash    lab-01/many  your server ended (exit code 1)
      - skipped  lab-01/half  needs lab-01/echo-text, which did not pass
      ≈ flaky    lab-01/slow  failed, then passed with the same seed
      ! error    lab-01/big   the reference fails here too

    Not run on this machine
      ○ not-run  lab-01/signal  Windows has no SIGTERM handler

    The TypeScript compiler also says (advice, not graded)
      labs/lab-01-tcp-echo/server.ts:12:5
        Type 'string' is no number.

    Not there yet. Begin with the check above: the others may follow from it.
    1 of 7 hidden checks passed · 1 of 7 points · 0.9 s · seed 7f3a
    1 check not run on this machine: no points asked, none given"
  `);
});

test('all passed', () => {
  expect(render(sampleResult([LISTENS, sampleCheck()]))).toMatchInlineSnapshot(`
    "lab-01  A TCP echo server
    labs/lab-01-tcp-echo · seed 7f3a

      ✓ step 1  Listen                1 of 1
      ✓ step 2  Send back what comes  1 of 1

    Well done: your program does all that lab-01 asks.
    2 of 2 hidden checks passed · 2 of 2 points · 0.9 s · seed 7f3a"
  `);
});

test('the program cannot be run', () => {
  const result = sampleResult([], {
    verdict: 'fail',
    problems: [
      {
        kind: 'syntax',
        file: 'labs/lab-01-tcp-echo/server.ts',
        line: 12,
        column: 12,
        message: "expected a name, found ')'",
        advice: 'Look at this place and at the end of the line above.',
        sourceLine: '\tconst x = );',
      },
    ],
  });
  const advice = [{ file: 'server.ts', line: 1, column: 1, message: 'noise' }];
  expect(render(result, { advice })).toMatchInlineSnapshot(`
    "lab-01  A TCP echo server
    labs/lab-01-tcp-echo

    ✗ labs/lab-01-tcp-echo/server.ts:12:12

        12 │   const x = );
           │             ^

      expected a name, found ')'
      Look at this place and at the end of the line above.

    No check was run: the program cannot be started like this."
  `);
});

test('a starter that fails at once is short', () => {
  const crash = sampleCheck({
    id: 'lab-01/listens',
    step: 1,
    title: 'The server listens on HOST and PORT',
    verdict: 'crash',
    message: 'your server ended before it listened on port 40113: exit code 1',
    hint: 'A server that has nothing to wait for ends.',
    evidence: {
      sent: [],
      accepted: ['a program that listens on HOST and PORT from its environment'],
      actual: 'exit code 1',
      stderr: ['Error: not written yet', '    at server.ts:12:9'],
    },
  });
  const waiting = ['a', 'b', 'c'].map((name) =>
    sampleCheck({
      id: `lab-01/echo-${name}`,
      verdict: 'skipped',
      message: 'needs lab-01/listens, which did not pass',
    }),
  );
  expect(render(sampleResult([crash, ...waiting]))).toMatchInlineSnapshot(`
    "lab-01  A TCP echo server
    labs/lab-01-tcp-echo · seed 7f3a

      ■ step 1  Listen                0 of 1    1 crash
      - step 2  Send back what comes  0 of 3    3 skipped

    ■ CRASH  lab-01/listens  MUST  The server listens on HOST and PORT
      your server ended before it listened on port 40113: exit code 1

      accepted  a program that listens on HOST and PORT from its environment
      actual    exit code 1
      stderr    │ Error: not written yet
                │     at server.ts:12:9
      rule      README, step 2
                “Send back every byte that you receive.”
      hint      A server that has nothing to wait for ends.

    Also not passed
      - skipped  3 checks: needs lab-01/listens, which did not pass
                 lab-01/echo-a lab-01/echo-b lab-01/echo-c

    Not there yet. Begin with the check above: the others may follow from it.
    0 of 4 hidden checks passed · 0 of 4 points · 0.9 s · seed 7f3a"
  `);
});

describe('verdicts', () => {
  test('eight colours, all different', () => {
    const paint = palette(true);
    expect(new Set(VERDICTS.map((verdict) => paint.verdict(verdict, 'x'))).size).toBe(8);
  });

  test.each(['fail', 'timeout', 'crash', 'flaky', 'error'] as const)(
    '%s is shown in full when it is first',
    (verdict) => {
      const text = render(
        sampleResult([LISTENS, failing({ id: 'lab-01/it', verdict, message: 'what happened' })]),
      );
      expect(text).toMatch(new RegExp(`^\\S ${verdict.toUpperCase()}  lab-01/it  MUST`, 'm'));
      expect(text).toContain('\n  what happened\n');
    },
  );

  test('an error is the fault of the checker, and gives no hint about the program', () => {
    const text = render(sampleResult([failing({ verdict: 'error', message: 'no free port' })]));
    expect(text).toContain('the fault of the checker or of the machine, not yours');
    expect(text).not.toContain('Bytes are not text');
  });

  test('flaky counts as not passed', () => {
    const text = render(sampleResult([LISTENS, failing({ verdict: 'flaky' })]));
    expect(text).toContain('It counts as not passed');
    expect(text).toContain('1 of 2 hidden checks passed');
  });

  test('a run in which nothing graded could run says that it shows nothing', () => {
    const check = sampleCheck({ verdict: 'not-run', message: 'there is no pseudo-terminal' });
    const text = render(sampleResult([check], { verdict: 'error' }));
    expect(text).toContain('says nothing about your program');
    expect(text).not.toContain('Well done');
  });
});

describe('totals', () => {
  const totals = (checks: CheckResult[], change: Partial<RunResult> = {}) =>
    render(sampleResult(checks, change)).split('\n\n').at(-1)!;

  test('advice is counted apart and costs nothing', () => {
    const text = totals([LISTENS, NODELAY]);
    expect(text).toContain('1 of 1 hidden checks passed · 1 of 1 point');
    expect(text).toContain('advice: 0 of 1 followed (never graded)');
    expect(text).toContain('Well done');
  });

  test('what was not run is not asked for', () => {
    const text = totals([LISTENS, sampleCheck({ verdict: 'not-run', message: 'no IPv6' })]);
    expect(text).toContain('1 of 1 hidden checks passed');
    expect(text).toContain('1 check not run on this machine');
  });

  test('sealed checks are named when there are any', () => {
    expect(totals([LISTENS])).not.toContain('sealed');
    expect(totals([LISTENS], { sealed: { total: 6, run: 0 } })).toContain(
      '1 of 1 hidden checks passed; 6 sealed checks run when you are graded',
    );
  });
});

test('a part of the checks says nothing of the lab', () => {
  const passed = render(sampleResult([sampleCheck()]), { part: true });
  expect(passed).toContain('This check passes.');
  expect(passed).not.toContain('Well done');
  expect(render(sampleResult([failing()]), { part: true })).not.toContain('Not there yet');
  expect(render(sampleResult([failing({ verdict: 'error' })]), { part: true })).toContain('not your program');
});

test('what came is not repeated when the message says it', () => {
  const check = failing({
    message: 'exit code 1',
    evidence: { sent: [], accepted: [], actual: 'exit code 1' },
  });
  expect(render(sampleResult([check])).match(/exit code 1/g)).toHaveLength(1);
});

test('advice is shown in full only when no graded check is open', () => {
  expect(render(sampleResult([NODELAY, failing()]))).toMatch(/^✗ FAIL {2}lab-01\/echo-text/m);
  expect(render(sampleResult([LISTENS, NODELAY]))).toMatch(
    /^✗ FAIL {2}lab-01\/no-delay {2}advice, not graded/m,
  );
});

test('a passed run never shows the trace or evidence of its checks', () => {
  const check = { ...failing(), verdict: 'pass' as const, points: 1 };
  expect(render(sampleResult([check]))).not.toContain('judge');
});

describe('width', () => {
  const result = sampleResult(
    oneOfEach(failing({ trace: failing().trace.map((event) => ({ ...event, lane: 'B' })) })),
  );

  test.each([20, 60, 72, 80, 100, 110, 300])('%i columns', (width) => {
    const text = render(result, { width });
    const commands = /npm run replay/;
    const used = Math.max(
      ...text
        .split('\n')
        .filter((line) => !commands.test(line))
        .map(columnsOf),
    );
    expect(used).toBeLessThanOrEqual(Math.min(110, Math.max(60, width)));
  });

  test('narrower than 60 and wider than 110 change nothing', () => {
    expect(render(result, { width: 20 })).toBe(render(result, { width: 60 }));
    expect(render(result, { width: 300 })).toBe(render(result, { width: 110 }));
  });

  test('the replay command stays on one line, to be copied', () => {
    expect(render(result, { width: 60 })).toContain('npm run replay lab-01/echo-text -- --seed 7f3a');
  });
});

test('colour changes nothing but the colours', () => {
  const result = sampleResult(oneOfEach());
  const coloured = render(result, { colour: true });
  expect(coloured).toContain('\x1b[');
  expect(coloured.replaceAll(/\x1b\[\d+m/g, '')).toBe(render(result));
  expect(render(result)).not.toContain('\x1b');
});

test('late type advice looks like the section of a report, and names only the first five', () => {
  const advice = Array.from({ length: 7 }, (_, line) => ({
    file: 'server.ts',
    line,
    column: 1,
    message: `no ${line}`,
  }));
  const text = renderTypeAdvice(advice, { colour: false, width: 80 });
  expect(render(sampleResult([LISTENS]), { advice })).toContain(text);
  expect(text).toContain('no 4');
  expect(text).not.toContain('no 5');
  expect(text).toContain('and 2 more');
  expect(renderTypeAdvice([], { colour: false, width: 80 })).toBe('');
});

test('the trace is whole on request', () => {
  const trace = Array.from({ length: 40 }, (_, index) => ({ ...failing().trace[0]!, atMs: index }));
  const result = sampleResult([failing({ trace, evidence: LOST_CR })]);
  expect(render(result)).toContain('28 earlier events left out');
  expect(render(result, { trace: true })).not.toContain('left out');
});

test('a caret far into a minified line stays in sight', () => {
  const source = `${'a'.repeat(5_000)}!${'b'.repeat(5_000)}`;
  const problem = {
    kind: 'syntax' as const,
    file: 'server.ts',
    line: 1,
    column: 5_001,
    message: 'no',
    advice: 'do',
    sourceLine: source,
  };
  const lines = render(sampleResult([], { verdict: 'fail', problems: [problem] })).split('\n');
  const caret = lines.findIndex((line) => line.trimEnd().endsWith('^'));
  expect(lines[caret - 1]![lines[caret]!.indexOf('^')]).toBe('!');
  expect(columnsOf(lines[caret - 1]!)).toBeLessThanOrEqual(80);
});

test('a tenth step leaves the titles in one column', () => {
  const checks = [sampleCheck({ step: 9 }), sampleCheck({ id: 'lab-01/last', step: 10 })];
  const steps = [
    { number: 9, title: 'Files' },
    { number: 10, title: 'Real clients' },
  ];
  expect(render(sampleResult(checks, { steps }))).toContain(
    '  ✓ step 9   Files         1 of 1\n  ✓ step 10  Real clients  1 of 1\n',
  );
});

test('many checks that wait are counted, not named', () => {
  const waiting = Array.from({ length: 17 }, (_, index) =>
    sampleCheck({
      id: `lab-01/later-${index}`,
      verdict: 'skipped',
      message: 'needs lab-01/echo-text, which did not pass',
    }),
  );
  const report = render(sampleResult([sampleCheck({ verdict: 'fail' }), ...waiting]));
  expect(report).toContain('  - skipped  17 checks: each needs one that did not pass\n');
  expect(report).not.toContain('lab-01/later-3');
  expect(render(sampleResult([sampleCheck({ verdict: 'fail' }), ...waiting.slice(1)]))).toContain(
    'lab-01/later-3',
  );
});
