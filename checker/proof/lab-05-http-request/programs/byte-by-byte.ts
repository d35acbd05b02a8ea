/** A state machine that looks at one byte at a time and puts characters together. It decides as early as it can. */
interface Limits {
  maxMethodBytes: number;
  maxTargetBytes: number;
  maxFieldLineBytes: number;
  maxHeadBytes: number;
  maxFields: number;
  maxChunkLineBytes: number;
  maxBodyBytes: number;
}

type State =
  | 'first'
  | 'first-lf'
  | 'method'
  | 'target'
  | 'version'
  | 'version-lf'
  | 'line'
  | 'name'
  | 'before-value'
  | 'value'
  | 'value-lf'
  | 'empty-lf'
  | 'body'
  | 'size'
  | 'extension'
  | 'size-lf'
  | 'data'
  | 'data-cr'
  | 'data-lf'
  | 'done';

const CR = 13;
const LF = 10;
const WORD = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

export class RequestParser {
  private limits: Limits;
  private state: State = 'first';
  private events: object[] = [];
  private started = false;
  private count = 0;
  private method = '';
  private target = '';
  private version = '';
  private name = '';
  private value = '';
  private blanks = '';
  private fields: [string, string][] = [];
  private lineBytes = 0;
  private sectionBytes = 0;
  private trailing = false;
  private persistent = true;
  private remaining = 0;
  private bodyBytes = 0;
  private digits = 0;
  private extension = '';

  constructor(limits?: Partial<Limits>) {
    this.limits = {
      maxMethodBytes: 64,
      maxTargetBytes: 8192,
      maxFieldLineBytes: 8192,
      maxHeadBytes: 16_384,
      maxFields: 100,
      maxChunkLineBytes: 1024,
      maxBodyBytes: 16 * 1024 * 1024,
      ...limits,
    };
  }

  receive(chunk: Uint8Array): object[] {
    this.events = [];
    for (let at = 0; at < chunk.length && this.state !== 'done'; at += 1) {
      this.count += 1;
      if (this.state === 'body' || this.state === 'data') {
        const piece = chunk.slice(at, at + this.remaining);
        this.events.push({ type: 'body', bytes: piece });
        this.remaining -= piece.length;
        at += piece.length - 1;
        if (this.remaining === 0) {
          if (this.state === 'data') this.state = 'data-cr';
          else this.complete([]);
        }
      } else this.step(chunk[at]!);
    }
    return this.events;
  }

  end(): object[] {
    this.events = [];
    if (this.state !== 'done' && this.started) this.fail(400);
    this.state = 'done';
    return this.events;
  }

  private fail(status: number): undefined {
    if (this.state === 'done') return;
    this.events.push({ type: 'failed', status, code: 'no', message: `status ${status}`, offset: this.count });
    this.state = 'done';
  }

  private step(byte: number): undefined {
    const character = String.fromCharCode(byte);
    if (this.started && this.state !== 'size' && this.state !== 'extension' && this.state !== 'size-lf') {
      this.sectionBytes += 1;
      const inHead = this.state !== 'data-cr' && this.state !== 'data-lf';
      if (inHead && this.sectionBytes > this.limits.maxHeadBytes) this.fail(431);
    }
    switch (this.state) {
      case 'first':
        if (byte === CR) this.state = 'first-lf';
        else {
          this.started = true;
          this.sectionBytes = 0;
          this.method = this.target = this.version = '';
          this.state = 'method';
          this.step(byte);
        }
        return;
      case 'first-lf':
        return byte === LF ? this.go('first') : this.fail(400);
      case 'method':
        if (byte === 32 && this.method !== '') return this.go('target');
        if (!WORD.includes(character)) return this.fail(400);
        this.method += character;
        return this.method.length > this.limits.maxMethodBytes ? this.fail(501) : undefined;
      case 'target':
        if (byte === 32) return this.isTarget() ? this.go('version') : this.fail(400);
        if (byte <= 32 || byte >= 127) return this.fail(400);
        this.target += character;
        return this.target.length > this.limits.maxTargetBytes ? this.fail(414) : undefined;
      case 'version':
        return this.stepVersion(byte, character);
      case 'version-lf':
        if (byte !== LF) return this.fail(400);
        this.trailing = false;
        this.fields = [];
        return this.go('line');
      case 'line':
        this.lineBytes = 0;
        this.name = this.value = this.blanks = '';
        if (byte === CR) return this.go('empty-lf');
        if (this.fields.length === this.limits.maxFields) return this.fail(431);
        this.state = 'name';
        this.sectionBytes -= 1;
        return this.step(byte);
      case 'name':
        if (byte === 58 && this.name !== '') this.state = 'before-value';
        else if (!WORD.includes(character)) return this.fail(400);
        else this.name += character;
        return this.measure();
      case 'before-value':
        if (byte === 32 || byte === 9) return this.measure();
        this.state = 'value';
        this.sectionBytes -= 1;
        return this.step(byte);
      case 'value':
        if (byte === CR) return this.go('value-lf');
        if (byte === 32 || byte === 9) this.blanks += character;
        else if (byte < 32 || byte === 127) return this.fail(400);
        else {
          this.value += this.blanks + character;
          this.blanks = '';
        }
        return this.measure();
      case 'value-lf':
        if (byte !== LF) return this.fail(400);
        this.fields.push([this.name, this.value]);
        return this.go('line');
      case 'empty-lf':
        if (byte !== LF) return this.fail(400);
        return this.trailing ? this.complete(this.fields) : this.headIsThere();
      case 'size':
      case 'extension':
        return this.stepSize(byte, character);
      case 'size-lf':
        return byte === LF ? this.sizeIsThere() : this.fail(400);
      case 'data-cr':
        return byte === CR ? this.go('data-lf') : this.fail(400);
      case 'data-lf':
        return byte === LF ? this.nextChunk() : this.fail(400);
    }
  }

  private go(state: State): undefined {
    if (this.state !== 'done') this.state = state;
  }

  /** A byte more of a field line. */
  private measure(): undefined {
    this.lineBytes += 1;
    if (this.lineBytes > this.limits.maxFieldLineBytes) this.fail(431);
  }

  private stepVersion(byte: number, character: string): undefined {
    const pattern = 'HTTP/d.d';
    const place = this.version.length;
    if (place === pattern.length) {
      if (byte !== CR) return this.fail(400);
      return this.version[5] === '1' ? this.go('version-lf') : this.fail(505);
    }
    const fits = pattern[place] === 'd' ? byte >= 48 && byte <= 57 : pattern[place] === character;
    if (!fits) return this.fail(place < 5 ? 505 : 400);
    this.version += character;
  }

  private isTarget(): boolean {
    const { method, target } = this;
    if (method === 'CONNECT') {
      const colon = target.lastIndexOf(':');
      const host = target.slice(0, colon);
      const bracketed = host.startsWith('[') && host.endsWith(']');
      const port = target.slice(colon + 1);
      return colon > 0 && port !== '' && [...port].every(isDigit) && (bracketed || !/[/?#@:]/.test(host));
    }
    if (target === '*') return method === 'OPTIONS';
    if (target.startsWith('/')) return true;
    const scheme = target.indexOf('://');
    return scheme > 0 && /^[a-z][a-z0-9.+-]*$/i.test(target.slice(0, scheme)) && target.length > scheme + 3;
  }

  private all(name: string): string[] {
    return this.fields.filter((field) => field[0].toLowerCase() === name).map((field) => field[1]);
  }

  private headIsThere(): undefined {
    const old = this.version === 'HTTP/1.0';
    const hosts = this.all('host');
    if (hosts.length > 1 || (hosts.length === 0 && !old)) return this.fail(400);
    if (hosts.length === 1 && !isHost(hosts[0]!)) return this.fail(400);
    const options = this.all('connection').flatMap(names);
    this.persistent = !options.includes('close') && (!old || options.includes('keep-alive'));
    const codings = this.all('transfer-encoding');
    const lengths = this.all('content-length');
    let body = 'none';
    let length = 0;
    if (codings.length > 0) {
      const list = codings.flatMap(names);
      if (list.at(-1) !== 'chunked' || list.filter((name) => name === 'chunked').length > 1)
        return this.fail(400);
      if (old || lengths.length > 0 || list.length > 1) return this.fail(400);
      body = 'chunked';
    } else if (lengths.length > 0) {
      if (lengths.length > 1 || lengths[0] === '' || ![...lengths[0]!].every(isDigit)) return this.fail(400);
      for (const digit of lengths[0]!) {
        length = length * 10 + Number(digit);
        if (length > this.limits.maxBodyBytes) return this.fail(413);
      }
      body = length === 0 ? 'none' : 'length';
    }
    this.events.push({
      type: 'request',
      method: this.method,
      target: this.target,
      version: old ? '1.0' : '1.1',
      headers: this.fields,
      body,
      keepAlive: this.persistent,
    });
    this.bodyBytes = 0;
    if (body === 'chunked') this.nextChunk();
    else if (length > 0) {
      this.remaining = length;
      this.state = 'body';
    } else this.complete([]);
  }

  private nextChunk(): undefined {
    this.remaining = 0;
    this.digits = 0;
    this.lineBytes = 0;
    this.extension = '';
    this.state = 'size';
  }

  private stepSize(byte: number, character: string): undefined {
    if (byte === CR)
      return this.digits === 0 || /^[ \t]+$/.test(this.extension) ? this.fail(400) : this.go('size-lf');
    this.lineBytes += 1;
    if (this.lineBytes > this.limits.maxChunkLineBytes) return this.fail(400);
    const digit = '0123456789abcdef'.indexOf(character.toLowerCase());
    if (this.state === 'size' && digit >= 0) {
      this.digits += 1;
      this.remaining = this.remaining * 16 + digit;
      if (this.bodyBytes + this.remaining > this.limits.maxBodyBytes) this.fail(413);
      return;
    }
    this.state = 'extension';
    const isText = byte === 9 || (byte >= 32 && byte !== 127);
    const begins = /^[ \t]*;?$/.test(this.extension + character);
    if (this.digits === 0 || !isText || (!this.extension.includes(';') && !begins)) return this.fail(400);
    if (!this.extension.includes(';')) this.extension += character;
  }

  private sizeIsThere(): undefined {
    this.bodyBytes += this.remaining;
    if (this.remaining > 0) {
      this.state = 'data';
      return;
    }
    this.trailing = true;
    this.fields = [];
    this.sectionBytes = 0;
    this.state = 'line';
  }

  private complete(trailers: [string, string][]): undefined {
    this.events.push({ type: 'end', trailers });
    this.started = false;
    this.state = this.persistent ? 'first' : 'done';
  }
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

function isHost(value: string): boolean {
  if (value === '') return true;
  const bracket = value.startsWith('[') ? value.indexOf(']') : -1;
  if (value.startsWith('[') && bracket < 2) return false;
  const colon = value.indexOf(':', bracket + 1);
  const host = colon < 0 ? value : value.slice(0, colon);
  const port = colon < 0 ? '' : value.slice(colon + 1);
  if (bracket > 0 && host.length !== bracket + 1) return false;
  return !/[\s/?#@,\\<>"{}|^`\x80-\xff]/.test(host) && [...port].every(isDigit);
}

function names(value: string): string[] {
  const found: string[] = [];
  let name = '';
  for (const character of `${value},`) {
    if (character === ',') {
      while (name.endsWith(' ') || name.endsWith('\t')) name = name.slice(0, -1);
      if (name !== '') found.push(name.toLowerCase());
      name = '';
    } else if (name !== '' || (character !== ' ' && character !== '\t')) name += character;
  }
  return found;
}
