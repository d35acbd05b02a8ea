/**
 * The inputs of a check, kept so that a failing exchange can be run again byte for byte, even when the way in which
 * inputs are drawn has changed since.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a check may draw: data that survives being written down. */
export type Drawn = string | number | boolean | Uint8Array | Drawn[] | { [name: string]: Drawn };

/** All that a check drew, by name, in the order in which it was drawn. */
export interface Inputs {
  [name: string]: Drawn;
}

export interface Exchange {
  schema: 'barewire/exchange/v1';
  check: string;
  seed: string;
  inputs: Inputs;
}

/** Where the last failing exchange of a check is kept, below the repository's root. */
export function exchangeFile(root: string, checkId: string): string {
  return join(root, '.barewire', 'exchanges', `${checkId}.json`);
}

/** Keep it; where the folder cannot be written the replay draws from the seed instead, so nothing is said. */
export function keepExchange(root: string, exchange: Exchange): void {
  const file = exchangeFile(root, exchange.check);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(exchange, pack, 1)}\n`);
  } catch {
    // Explained above.
  }
}

/** The kept exchange of a check, or undefined when there is none or it cannot be read. */
export function keptExchange(root: string, checkId: string): Exchange | undefined {
  try {
    const exchange = JSON.parse(readFileSync(exchangeFile(root, checkId), 'utf8'), unpack);
    return exchange.schema === 'barewire/exchange/v1' ? exchange : undefined;
  } catch {
    return undefined;
  }
}

function pack(_name: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { $base64: Buffer.from(value).toString('base64') } : value;
}

function unpack(_name: string, value: unknown): unknown {
  const packed = value as { $base64?: string } | null;
  return typeof packed?.$base64 === 'string' ? new Uint8Array(Buffer.from(packed.$base64, 'base64')) : value;
}
