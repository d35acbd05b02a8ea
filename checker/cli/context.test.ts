import { expect, test } from 'vitest';
import { wantsColour } from './context.ts';

const terminal = { isTTY: true, getColorDepth: () => 8 };
const dumbTerminal = { isTTY: true, getColorDepth: () => 1 };
const file = { isTTY: false, getColorDepth: () => 8 };

test.each([
  ['a terminal', {}, terminal, true],
  ['a terminal without colours', {}, dumbTerminal, false],
  ['a file', {}, file, false],
  ['NO_COLOR', { NO_COLOR: '1' }, terminal, false],
  ['an empty NO_COLOR', { NO_COLOR: '' }, terminal, true],
  ['FORCE_COLOR into a file', { FORCE_COLOR: '1' }, file, true],
  ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, terminal, false],
  ['FORCE_COLOR before NO_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, file, true],
])('colours with %s', (_name, environment, stdout, expected) => {
  expect(wantsColour(environment, stdout as never)).toBe(expected);
});
