/** A student's `Reconnection`, called in order, beside the judge's own. */
import type { Judge } from '../../run/judge.ts';
import { type WaitOptions, Waits, WRONG_WAITS } from './waits.ts';

const LIMIT_MS = 2000;
const TOLERANCE_MS = 1;
const SHOWN_CALLS = 14;

/** A method and its argument. */
export type Call =
  | readonly ['retry' | 'opened' | 'heard', number]
  | readonly ['lost' | 'silenceLeft', number];

export interface Script {
  /** Completes "when …": `a stream was opened and lost`. */
  name: string;
  options?: WaitOptions | undefined;
  calls: readonly Call[];
}

/** What to think about for each mistake. */
export const HINTS = {
  'never-grows':
    'Every wait is the same. After failed attempts the next wait grows: a server that is down is not helped by a client that asks at the same pace.',
  'no-jitter':
    'The wait is the ceiling itself. Half of it is left to chance (`random`): otherwise all clients that lost the server together come back together.',
  'first-wait-doubled':
    'The first wait is too long. It is R, exactly: n counts the attempts that have failed since the stream was opened, and its own end is none of them.',
  'shorter-than-retry': 'The wait is shorter than R. The server has asked for at least so long: `max(R, …)`.',
  'full-jitter':
    'The wait is `random` times the ceiling, so it may be nearly nothing. The README: `max(R, ceiling × (1 + random) / 2)`.',
  'grows-by-addition': 'The wait grows by R each time. It doubles: R × 2^n.',
  'no-cap': 'The wait grows beyond `maxRetryMs`. The ceiling is at most `maxRetryMs`.',
  'cap-after-jitter':
    'The ceiling is limited before the chance is applied, not after: otherwise all long waits are the same.',
  'cap-on-retry':
    'The server asked for more than `maxRetryMs`, and the wait is shorter. That limit is for growth; R itself is what the server asked for.',
  'opened-forgotten':
    'A stream was opened, and the next wait still counts the failures before it. `opened` sets n to 0.',
  'retry-ignored': '`retry` has set another R, and the wait is made of the old one.',
  'retry-forgotten':
    'R fell back to its first value when a stream was opened. What `retry` has set stays, also for later streams.',
  'retry-zero-ignored': 'An R of 0 was ignored. 0 is a time like any other; is it false to your test?',
  'retry-starts-anew': '`retry` sets R and nothing else; only `opened` sets n to 0.',
  'timer-overflow':
    'The wait is longer than 2,147,483,647 ms. A timer of Node that is longer fires after 1 ms: a server that asks for much would get a flood.',
  'shift-overflow':
    'After many failures the wait is wrong. `<<` counts in 32 bits: it turns negative, then 0, and begins again. `2 ** n` does not.',
  'not-a-number':
    'The wait is NaN. After many failures 2 ** n is Infinity, and 0 times Infinity is no number.',
  'heard-ignored': '`heard` says that bytes have come. The silence begins anew with them.',
  'opened-not-heard': 'A stream was opened, and its silence is not counted from there.',
  'negative-silence': 'The time that is left is never less than 0.',
  'silence-of-nothing': 'With `silenceMs` 0 a stream may be silent for ever: `undefined`, not 0.',
  'silent-while-closed':
    'The stream was lost, and its silence is still counted. From `lost` until the next `opened` there is none: `undefined`.',
  'silent-before-opened':
    'Nothing was opened yet, and a silence is counted already: `undefined` before the first `opened`.',
  'zero-at-start':
    'The time 0 is a time. A test for "truthy" takes it for "not yet": compare with undefined.',
  'nothing-returned': 'A call that must return a number returned nothing. Is there a path without `return`?',
};

/** So many failures, with these random numbers. */
export function losses(...randoms: readonly number[]): Call[] {
  return randoms.map((random) => ['lost', random]);
}

/** Each script on an instance of its own; every value that a call must return is compared. */
export async function expectScripts(judge: Judge, scripts: readonly Script[]): Promise<void> {
  const host = await judge.module();
  for (const { name, options, calls } of scripts) {
    const constructorArgs = options === undefined ? [] : [options];
    const outcome = await host.play({ className: 'Reconnection', constructorArgs, calls }, LIMIT_MS);
    const evidence = { sent: [], accepted: [`${describeNew(options)}, then the calls of the README`] };
    if (outcome.kind !== 'ok') judge.failModule(outcome, { ...evidence, actual: `when ${name}` });
    const expected = valuesOf(new Waits(options), calls);
    const wrong = expected.findIndex(
      (value, at) => returns(calls[at]!) && !isNear(outcome.values[at], value),
    );
    if (wrong >= 0) failScript(judge, { name, options, calls }, { expected, came: outcome.values, wrong });
    judge.observe();
  }
}

interface Values {
  expected: readonly unknown[];
  came: readonly unknown[];
  /** The first call whose value is wrong. */
  wrong: number;
}

function failScript(
  judge: Judge,
  { name, options, calls }: Script,
  { expected, came, wrong }: Values,
): never {
  const known = WRONG_WAITS.find(([, WrongWaits]) => {
    const values = valuesOf(new WrongWaits(options), calls);
    return calls.every((call, at) => !returns(call) || isNear(came[at], values[at]));
  });
  const judges = new Waits(options);
  valuesOf(judges, calls.slice(0, wrong));
  const isShort = calls[wrong]![0] === 'lost' && Number(came[wrong]) < judges.retryMs - TOLERANCE_MS;
  const lead = Math.max(0, wrong + 1 - SHOWN_CALLS);
  const told = calls.slice(lead, wrong + 1).map(([method, argument]) => `${method}(${shown(argument)})`);
  judge.trace.note(`${describeNew(options)}${lead > 0 ? `; ${lead} calls` : ''}; ${told.join('; ')}`);
  const last = told.at(-1)!;
  judge.fail(
    `when ${name}, ${last} returned ${shown(came[wrong])}, expected ${shown(expected[wrong])}`,
    symptomOf({ calls }, came, wrong) ?? known?.[0] ?? (isShort ? 'shorter-than-retry' : 'otherwise'),
    {
      sent: [],
      accepted: [
        `${shown(expected[wrong])} from ${last}, behind ${describeNew(options)}${lead > 0 ? `; ${lead} calls` : ''}; ${told.slice(0, -1).join('; ') || 'no other call'}`,
      ],
      actual: shown(came[wrong]),
    },
  );
}

/** What shows in the value itself, whatever model it fits. */
function symptomOf(
  { calls }: Pick<Script, 'calls'>,
  came: readonly unknown[],
  wrong: number,
): string | undefined {
  const value = came[wrong];
  if (calls[wrong]![0] !== 'lost') return undefined;
  if (value === undefined) return 'nothing-returned';
  if (Number.isNaN(value)) return 'not-a-number';
  return undefined;
}

function valuesOf(instance: Waits, calls: readonly Call[]): unknown[] {
  return calls.map(([method, argument]) => instance[method](argument));
}

function returns([method]: Call): boolean {
  return method === 'lost' || method === 'silenceLeft';
}

function isNear(actual: unknown, expected: unknown): boolean {
  if (typeof actual !== 'number' || typeof expected !== 'number') return Object.is(actual, expected);
  return Object.is(actual, expected) || Math.abs(actual - expected) <= TOLERANCE_MS;
}

function describeNew(options: WaitOptions | undefined): string {
  const members = Object.entries(options ?? {}).map(([name, value]) => `${name}: ${shown(value)}`);
  return `new Reconnection(${members.length === 0 ? '' : `{ ${members.join(', ')} }`})`;
}

function shown(value: unknown): string {
  if (typeof value === 'number')
    return value.toLocaleString('en-US', { maximumFractionDigits: 3, useGrouping: false });
  if (value === undefined) return 'undefined';
  return JSON.stringify(value) ?? String(value);
}
