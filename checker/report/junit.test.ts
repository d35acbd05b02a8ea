import { describe, expect, test } from 'vitest';
import type { Verdict } from '../run/result.ts';
import { toJUnit } from './junit.ts';
import { failing, sampleCheck, sampleResult } from './sample-results.ts';

function caseOf(verdict: Verdict, level: 'MUST' | 'advice' = 'MUST'): string {
  const xml = toJUnit([sampleResult([failing({ verdict, level })])]);
  return xml.slice(xml.indexOf('<testcase'), xml.lastIndexOf('</testsuite>'));
}

test('a passed and a failed check', () => {
  const checks = [sampleCheck({ id: 'lab-01/listens', step: 1 }), failing()];
  expect(toJUnit([sampleResult(checks)])).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="barewire" tests="2" failures="1" errors="0" skipped="0" time="0.912">
      <testsuite name="lab-01" tests="2" failures="1" errors="0" skipped="0" time="0.912">
        <properties>
          <property name="title" value="A TCP echo server"/>
          <property name="subject" value="labs/lab-01-tcp-echo"/>
          <property name="seed" value="7f3a"/>
          <property name="points" value="1"/>
          <property name="maxPoints" value="2"/>
        </properties>
        <testcase classname="lab-01.step-1" name="lab-01/listens" time="0.012"/>
        <testcase classname="lab-01.step-2" name="lab-01/echo-text" time="0.012">
          <failure type="fail" message="your server sent 0x0a at byte 5, and 0x0d was expected">A line of text comes back
    accepted: the same 12 bytes
    actual: 11 bytes, different from byte 5 on
    rule: README, step 2: Send back every byte that you receive.
    hint: Bytes are not text. Where does your program turn what it received into lines?
    replay: npm run replay lab-01/echo-text -- --seed 7f3a</failure>
        </testcase>
      </testsuite>
    </testsuites>
    "
  `);
});

describe('verdicts', () => {
  test.each(['fail', 'timeout', 'crash', 'flaky'] as const)('%s is a failure of that type', (verdict) => {
    expect(caseOf(verdict)).toContain(`<failure type="${verdict}" `);
  });

  test('error is an error', () => {
    expect(caseOf('error')).toContain('<error type="error" ');
    expect(caseOf('error')).not.toContain('<failure');
  });

  test.each(['skipped', 'not-run'] as const)('%s is skipped, with the reason', (verdict) => {
    expect(caseOf(verdict)).toContain(`<skipped message="${verdict}: your server sent 0x0a`);
  });

  test.each(['fail', 'timeout', 'crash', 'flaky', 'error'] as const)('advice never fails: %s', (verdict) => {
    expect(caseOf(verdict, 'advice')).toMatch(/<system-out>advice, not graded: /);
    expect(caseOf(verdict, 'advice')).not.toMatch(/<failure|<error/);
  });
});

test('a program that cannot run is a failure', () => {
  const problem = {
    kind: 'forbidden' as const,
    file: 'server.ts',
    line: 3,
    column: 1,
    message: 'node:http is not allowed',
    advice: 'Write to the socket.',
  };
  const xml = toJUnit([sampleResult([], { verdict: 'fail', problems: [problem] })]);
  expect(xml).toContain('tests="1" failures="1"');
  expect(xml).toContain('name="server.ts:3:1"');
  expect(xml).toContain('<failure type="forbidden" message="node:http is not allowed">Write to the socket.');
});

test('a run in which nothing could be judged is an error, not a success', () => {
  const check = sampleCheck({ verdict: 'not-run', message: 'no terminal' });
  expect(toJUnit([sampleResult([check], { verdict: 'error' })])).toContain(
    '<testsuites name="barewire" tests="2" failures="0" errors="1" skipped="1"',
  );
});

test('what XML 1.0 cannot hold is escaped', () => {
  const message = '<a href="x">&\x00\x1b[2J\uffff\ud800]]></a>\n';
  const xml = toJUnit([sampleResult([failing({ message, title: message })])]);
  expect(xml).toContain(
    'message="&lt;a href=&quot;x&quot;&gt;&amp;\\0\\x1b[2J\\u{ffff}\\u{d800}]]&gt;&lt;/a&gt;\\n"',
  );
  expect(xml).not.toMatch(/[\x00-\x08\x0b\x0c\x0e-\x1f\uffff]/);
  expect(xml).not.toMatch(/\p{Cs}/u);
});

test('the sums of all labs stand at the top', () => {
  const xml = toJUnit([sampleResult([sampleCheck()]), sampleResult([failing()], { lab: 'lab-02' })]);
  expect(xml).toContain(
    '<testsuites name="barewire" tests="2" failures="1" errors="0" skipped="0" time="1.824">',
  );
  expect(xml.match(/<testsuite name="lab-0[12]" tests="1"/g)).toHaveLength(2);
});
