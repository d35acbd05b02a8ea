import { describe, expect, test } from 'vitest';
import type { RunResult } from '../run/result.ts';
import { bytesOf, failing, sampleCheck, sampleResult } from './sample-results.ts';
import { type ReportOptions, renderReport } from './terminal.ts';

function render(result: RunResult, change: Partial<ReportOptions> = {}): string {
  return renderReport(result, { colour: false, width: 80, trace: false, advice: [], ...change });
}

describe('hostile bytes', () => {
  const attack = '\x1b[2J\x1b]0;owned\x07\u009b2J\r\n\u202e✓ PASS';
  const bytes = bytesOf('\x1b[2J\x07\x9b\x00\r');
  const excerpt = { offset: 0, bytes, totalBytes: bytes.length };
  const check = failing({
    message: attack,
    hint: attack,
    evidence: {
      sent: [{ label: attack, excerpt, cuts: [1] }],
      accepted: [attack],
      actual: attack,
      difference: { at: 0, expected: excerpt, actual: { ...excerpt, bytes: bytes.toReversed() } },
      stderr: [attack, 'x'.repeat(100_000)],
    },
    trace: [{ atMs: 0, lane: attack, from: 'student', text: attack, bytes, totalBytes: 7 }],
  });
  const change = {
    subject: attack,
    notices: [attack],
    problems: [],
  };
  const advice = [{ file: attack, line: 1, column: 1, message: attack }];
  const open = sampleCheck({ id: 'lab-01/other', verdict: 'timeout', message: attack });

  test('reach the terminal as text only', () => {
    const text = render(sampleResult([check, open], change), { advice });
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    expect(text).toContain('\\x1b[2J');
    expect(text.length).toBeLessThan(10_000);
  });

  test('with colour, only our own colours are sequences', () => {
    const text = render(sampleResult([check, open], change), { advice, colour: true });
    expect(text.replaceAll(/\x1b\[\d+m/g, '')).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  });

  test('no line of the student begins like one of ours', () => {
    const text = render(sampleResult([check]));
    expect(text.split('\n').filter((line) => /^\s*✓ PASS/.test(line))).toEqual([]);
    for (const line of text.split('\n').filter((one) => one.includes('xxxx')))
      expect(line).toMatch(/^ +(stderr +)?│ /);
  });

  test('in a source line and its place', () => {
    const problem = {
      kind: 'syntax' as const,
      file: attack,
      line: 1,
      column: 3,
      message: attack,
      advice: attack,
      sourceLine: attack,
    };
    expect(render(sampleResult([], { verdict: 'fail', problems: [problem] }))).not.toMatch(
      /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/,
    );
  });
});
