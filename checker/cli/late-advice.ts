import { escapeText } from '../report/escape.ts';
import { palette } from '../report/palette.ts';
import { placeOf } from '../report/problems.ts';
import type { TypeAdvice } from '../run/result.ts';
import type { Context } from './context.ts';

/** What the compiler found, for below a report that did not wait for it. */
export function lateAdvice(advice: readonly TypeAdvice[], { colour }: Context): string {
  const paint = palette(colour);
  const lines = advice.map((one) => `  ${escapeText(placeOf(one))}  ${escapeText(one.message)}`);
  return ['', paint.strong('The TypeScript compiler also says (advice, not graded)'), ...lines].join('\n');
}
