/** Results as JUnit XML, the dialect that CI systems read: testsuites, testsuite, testcase. */
import type { CheckResult, RunResult } from '../run/result.ts';
import { escapeText } from './escape.ts';
import { placeOf } from './problems.ts';

/**
 * A file with one suite for each lab. What counts against the student (fail, timeout, crash, flaky, a problem that kept
 * the program from running) is a failure; `error` is an error; skipped and not-run are skipped; advice never fails.
 */
export function toJUnit(results: readonly RunResult[]): string {
  const suites = results.map(suiteOf);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="barewire" ${countsOf(suites.flatMap(({ cases }) => cases))} time="${seconds(
      results.reduce((sum, { durationMs }) => sum + durationMs, 0),
    )}">`,
    ...suites.flatMap(suiteLines),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

interface Case {
  name: string;
  className: string;
  durationMs: number;
  outcome: 'passed' | 'failure' | 'error' | 'skipped';
  /** The verdict, or the kind of problem. */
  type: string;
  message: string;
  /** Lines of text under the message; of a passed case, its output. */
  details: string[];
}

interface Suite {
  result: RunResult;
  cases: Case[];
}

function suiteOf(result: RunResult): Suite {
  const cases = [
    ...result.problems.map((problem) => problemCase(result, problem)),
    ...result.checks.map(checkCase),
  ];
  // A suite without a failing case would read as a success.
  if (result.verdict === 'error' && !cases.some(({ outcome }) => outcome === 'error'))
    cases.push(nothingRan(result));
  return { result, cases };
}

function checkCase(check: CheckResult): Case {
  const outcome = outcomeOf(check);
  const told = outcome === 'failure' || outcome === 'error';
  return {
    name: check.id,
    className: `${check.id.split('/')[0]}.step-${check.step}`,
    durationMs: check.durationMs,
    outcome,
    type: check.verdict,
    message: check.message,
    details: told ? detailsOf(check) : adviceOf(check),
  };
}

function outcomeOf({ level, verdict }: CheckResult): Case['outcome'] {
  if (verdict === 'skipped' || verdict === 'not-run') return 'skipped';
  if (verdict === 'pass' || level === 'advice') return 'passed';
  return verdict === 'error' ? 'error' : 'failure';
}

function detailsOf({ title, evidence, rule, quote, hint, replay }: CheckResult): string[] {
  return [
    title,
    ...(evidence?.accepted.length ? [`accepted: ${evidence.accepted.join(', or ')}`] : []),
    ...(evidence?.actual ? [`actual: ${evidence.actual}`] : []),
    ...(evidence?.stderr ?? []).map((line) => `stderr | ${line}`),
    `rule: ${rule}: ${quote}`,
    ...(hint === null ? [] : [`hint: ${hint}`]),
    ...(replay === null ? [] : [`replay: ${replay}`]),
  ];
}

function adviceOf({ level, verdict, message }: CheckResult): string[] {
  const open = level === 'advice' && verdict !== 'pass' && verdict !== 'skipped' && verdict !== 'not-run';
  return open ? [`advice, not graded: ${verdict}: ${message}`] : [];
}

function problemCase({ lab }: RunResult, problem: RunResult['problems'][number]): Case {
  return {
    name: placeOf(problem),
    className: `${lab}.build`,
    durationMs: 0,
    outcome: 'failure',
    type: problem.kind,
    message: problem.message,
    details: [...(problem.sourceLine === undefined ? [] : [problem.sourceLine]), problem.advice],
  };
}

function nothingRan({ lab }: RunResult): Case {
  return {
    name: `${lab} could not be judged`,
    className: lab,
    durationMs: 0,
    outcome: 'error',
    type: 'error',
    message: 'no graded check could be run: the checker or this machine is at fault',
    details: [],
  };
}

function suiteLines({ result, cases }: Suite): string[] {
  const { lab, title, subject, seed, points, maxPoints, durationMs } = result;
  const properties = Object.entries({ title, subject, seed, points, maxPoints });
  return [
    `  <testsuite name="${attribute(lab)}" ${countsOf(cases)} time="${seconds(durationMs)}">`,
    '    <properties>',
    ...properties.map(
      ([name, value]) => `      <property name="${name}" value="${attribute(String(value))}"/>`,
    ),
    '    </properties>',
    ...cases.flatMap(caseLines),
    '  </testsuite>',
  ];
}

function caseLines({ name, className, durationMs, outcome, type, message, details }: Case): string[] {
  const open = `    <testcase classname="${attribute(className)}" name="${attribute(name)}" time="${seconds(durationMs)}"`;
  const text = details.map(content).join('\n');
  const close = '    </testcase>';
  if (outcome === 'skipped') {
    return [`${open}>`, `      <skipped message="${attribute(`${type}: ${message}`)}"/>`, close];
  }
  if (outcome === 'passed') {
    return text === '' ? [`${open}/>`] : [`${open}>`, `      <system-out>${text}</system-out>`, close];
  }
  const what = `<${outcome} type="${type}" message="${attribute(message)}">${text}</${outcome}>`;
  return [`${open}>`, `      ${what}`, close];
}

function countsOf(cases: Case[]): string {
  const number = (outcome: Case['outcome']) => cases.filter((one) => one.outcome === outcome).length;
  return `tests="${cases.length}" failures="${number('failure')}" errors="${number('error')}" skipped="${number('skipped')}"`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function attribute(text: string): string {
  return content(text).replaceAll('"', '&quot;');
}

/** Characters that XML 1.0 cannot hold, not even as references, are written as escapes. */
function content(text: string): string {
  return escapeText(text)
    .replace(/[\uFFFE\uFFFF]/g, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
