import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Exchange, exchangeFile, keepExchange, keptExchange } from './exchange.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'barewire-exchange-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const exchange: Exchange = {
  schema: 'barewire/exchange/v1',
  check: 'lab-01/echo-binary',
  seed: '5eed',
  inputs: {
    every: Uint8Array.from({ length: 256 }, (_, value) => value),
    empty: new Uint8Array(),
    text: 'zwölf\0€',
    nested: { list: [1, 'two', Uint8Array.of(0xff), [true]], order: [3, 1, 2] },
  },
};

describe('a kept exchange', () => {
  test('comes back byte for byte', () => {
    keepExchange(root, exchange);
    const kept = keptExchange(root, exchange.check);
    expect(kept).toEqual(exchange);
    expect(kept?.inputs.every).toBeInstanceOf(Uint8Array);
    expect(Object.keys(kept!.inputs)).toEqual(Object.keys(exchange.inputs));
  });

  test('lies below .barewire, by the id of its check, and gives way to a later one', () => {
    keepExchange(root, exchange);
    keepExchange(root, { ...exchange, seed: 'later' });
    const file = join(root, '.barewire', 'exchanges', 'lab-01', 'echo-binary.json');
    expect(exchangeFile(root, exchange.check)).toBe(file);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ seed: 'later' });
    expect(keptExchange(root, exchange.check)?.seed).toBe('later');
  });

  test('that is missing, damaged or of another kind is none', () => {
    expect(keptExchange(root, exchange.check)).toBeUndefined();
    keepExchange(root, exchange);
    const file = exchangeFile(root, exchange.check);
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -20));
    expect(keptExchange(root, exchange.check)).toBeUndefined();
    writeFileSync(file, '{ "schema": "barewire/exchange/v2", "inputs": {} }');
    expect(keptExchange(root, exchange.check)).toBeUndefined();
  });

  test('is given up without a word where nothing can be written', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    keepExchange(file, exchange);
    expect(keptExchange(file, exchange.check)).toBeUndefined();
  });
});
