import { describe, expect, test } from 'vitest';
import { kindOf, parseJson, shownJson, stringsIn } from './json.ts';

const read = (text: string) => parseJson(Buffer.from(text));

test('what is JSON is read, white space and all', () => {
  expect(read(' {"a": [1, null, "undefined, [object Object] \\u00e9"]}\r\n')).toEqual({
    kind: 'right',
    value: { a: [1, null, 'undefined, [object Object] \u00e9'] },
  });
  expect(read('"{ not json"')).toMatchObject({ kind: 'right' });
  expect(read('7')).toEqual({ kind: 'right', value: 7 });
});

describe('what is no JSON is named by the mistake that makes it', () => {
  test.each([
    ['json-empty', ''],
    ['json-empty', ' \n'],
    ['json-undefined', 'undefined'],
    ['json-undefined', '{"id":1,"completed":undefined}'],
    ['json-object', '[object Object]'],
    ['json-object', '[[object Object],[object Object]]'],
    ['json-javascript', "{ id: 1, task: 'x' }"],
    ['json-javascript', '{id:1}'],
    ['json-javascript', '[1,2,]'],
    ['json-twice', JSON.stringify('{"id":1}')],
    ['json-cut', '{"task":"\u00e9\u00e9"'],
    ['json-cut', '[{"id":1},{"id":'],
    ['json-trailing', '{"id":1}{"id":2}'],
    ['json-trailing', '[]x'],
    ['json-trailing', '[{"a":"]"}] undef'],
    ['json', '<h1>Hello</h1>'],
    ['json', 'milk'],
  ])('%s: %s', (symptom, text) => {
    expect(read(text)).toMatchObject({ kind: 'wrong', symptom });
  });

  test('bytes that are no UTF-8', () => {
    expect(parseJson(Buffer.from('"\u00e9"', 'latin1'))).toMatchObject({ symptom: 'json-utf8' });
  });

  test('and a long one is shown short', () => {
    const reading = read(`<${'x'.repeat(5000)}`);
    expect(reading.kind === 'wrong' && reading.message.length).toBeLessThan(300);
  });
});

test('all strings of a value are found, at any depth', () => {
  const value = { a: 'x', b: [['y', { z: 'z' }], null, 4], 'not this': true };
  expect([...stringsIn(value)].sort()).toEqual(['x', 'y', 'z']);
  expect([...stringsIn('alone')]).toEqual(['alone']);
  let deep: unknown = 'deep';
  for (let depth = 0; depth < 20_000; depth += 1) deep = [deep];
  expect([...stringsIn(deep)]).toEqual(['deep']);
});

test('values are named and shown in words', () => {
  expect([null, undefined, [], {}, 'a', 1, true].map(kindOf)).toEqual([
    'null',
    'nothing',
    'an array',
    'an object',
    'a string',
    'a number',
    'a boolean',
  ]);
  expect(shownJson({ a: 1 })).toBe('{"a":1}');
  expect(shownJson(undefined)).toBe('nothing');
});
