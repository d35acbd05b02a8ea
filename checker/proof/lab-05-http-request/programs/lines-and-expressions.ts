/**
 * Lines as strings, matched by regular expressions. Where the RFC leaves a choice it takes what it gets: bare LF,
 * folded lines, white space before the first field line, equal lengths, a length beside chunked.
 */
type Pair = [name: string, value: string];
type Version = '1.0' | '1.1';

const DEFAULTS = {
  maxMethodBytes: 64,
  maxTargetBytes: 8192,
  maxFieldLineBytes: 8192,
  maxHeadBytes: 16384,
  maxFields: 100,
  maxChunkLineBytes: 1024,
  maxBodyBytes: 16777216,
};

class Wrong extends Error {
  status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export class RequestParser {
  limits: typeof DEFAULTS;
  step: 'start' | 'fields' | 'body' | 'size' | 'data' | 'data-end' | 'trailers' | 'over' = 'start';
  out: object[] = [];
  /** Of the line that is not complete. */
  pieces: string[] = [];
  lineBytes = 0;
  spaces: number[] = [];
  /** Of the section. */
  sectionBytes = 0;
  lines = 0;
  fields: Pair[] = [];
  ignoring = true;
  line: { method: string; target: string; version: Version } | undefined;
  head: { keepAlive: boolean } | undefined;
  left = 0;
  total = 0;

  constructor(limits: Partial<typeof DEFAULTS> = {}) {
    this.limits = Object.assign({}, DEFAULTS, limits);
  }

  receive(chunk: Uint8Array): object[] {
    this.out = [];
    const bytes = Buffer.from(chunk);
    try {
      for (let at = 0; at < bytes.length && this.step !== 'over'; ) at = this.take(bytes, at);
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      this.fail(error);
    }
    return this.out;
  }

  end(): object[] {
    this.out = [];
    const idle = this.step === 'start' && this.pieces.join('').replace('\r', '') === '';
    if (this.step !== 'over' && !idle) this.fail(new Wrong(400, 'ended'));
    this.step = 'over';
    return this.out;
  }

  fail({ status, message }: Wrong): void {
    this.out.push({ type: 'failed', status, code: 'wrong', message, offset: -1 });
    this.step = 'over';
  }

  take(bytes: Buffer, at: number): number {
    if (this.step === 'body' || this.step === 'data') {
      const piece = bytes.subarray(at, at + this.left);
      this.out.push({ type: 'body', bytes: new Uint8Array(piece) });
      this.left -= piece.length;
      if (this.left === 0) {
        if (this.step === 'data') this.step = 'data-end';
        else this.finish([]);
      }
      return at + piece.length;
    }
    const found = bytes.indexOf(10, at);
    const until = found < 0 ? bytes.length : found;
    const piece = bytes.toString('latin1', at, until);
    for (
      let index = piece.indexOf(' ');
      index >= 0 && this.spaces.length < 2;
      index = piece.indexOf(' ', index + 1)
    ) {
      this.spaces.push(this.lineBytes + index);
    }
    this.pieces.push(piece);
    this.lineBytes += piece.length;
    this.sectionBytes += piece.length;
    this.measure(found >= 0);
    if (found < 0) return until;
    let line = this.pieces.join('');
    this.pieces = [];
    this.lineBytes = 0;
    this.spaces = [];
    this.sectionBytes += 1;
    const bare = !line.endsWith('\r');
    if (!bare) line = line.slice(0, -1);
    this.read(line, bare);
    return found + 1;
  }

  /** Hold the line, as far as it has come, against the limits. */
  measure(complete: boolean): void {
    const { limits, lineBytes } = this;
    const [first = lineBytes, second = lineBytes] = this.spaces;
    // The CR of a line end is not counted, and in a line that is not complete the last byte may be one.
    const endsWithCr = this.pieces.findLast((piece) => piece !== '')?.endsWith('\r');
    const over = (bytes: number, most: number) => bytes > most + (complete && !endsWithCr ? 0 : 1);
    if (this.step === 'start') {
      if (this.spaces.length > 0 ? first > limits.maxMethodBytes : over(first, limits.maxMethodBytes))
        throw new Wrong(501, 'method');
      if (
        this.spaces.length > 1
          ? second - first - 1 > limits.maxTargetBytes
          : over(second - first - 1, limits.maxTargetBytes)
      ) {
        throw new Wrong(414, 'target');
      }
    }
    const inFields = this.step === 'fields' || this.step === 'trailers';
    if (inFields && over(lineBytes, limits.maxFieldLineBytes)) throw new Wrong(431, 'field line');
    if (this.step === 'size' && over(lineBytes, limits.maxChunkLineBytes)) throw new Wrong(400, 'chunk line');
    if ((inFields || this.step === 'start') && this.sectionBytes + (complete ? 1 : 0) > limits.maxHeadBytes) {
      throw new Wrong(431, 'head');
    }
    if (this.step === 'data-end' && lineBytes > 1) throw new Wrong(400, 'no line end behind the data');
  }

  read(line: string, bare: boolean): void {
    if (this.step === 'start') this.readStart(line);
    else if (this.step === 'size') this.readSize(line, bare);
    else if (this.step === 'data-end') {
      if (line !== '' || bare) throw new Wrong(400, 'no CR LF behind the data');
      this.step = 'size';
    } else if (line === '') this.finishFields();
    else this.readField(line);
  }

  readStart(line: string): void {
    if (line === '') {
      this.sectionBytes = 0;
      return;
    }
    const parts = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~]+) (\S+)$/.exec(line);
    if (parts === null) throw new Wrong(400, 'request line');
    const [, method = '', target = '', protocol = ''] = parts;
    const version = /^HTTP\/(\d)\.(\d)$/.exec(protocol);
    if (version === null) throw new Wrong(400, 'version');
    if (version[1] !== '1') throw new Wrong(505, 'version');
    const legal =
      method === 'CONNECT'
        ? /^[^/?#@]+:\d+$/.test(target)
        : /^\/|^[a-z][a-z0-9+.-]*:\/\/[^/?#]/i.test(target) || (method === 'OPTIONS' && target === '*');
    if (!legal) throw new Wrong(400, 'target');
    this.line = { method, target, version: version[2] === '0' ? '1.0' : '1.1' };
    this.begin('fields');
    this.sectionBytes = line.length + 2;
  }

  begin(step: 'fields' | 'trailers'): void {
    this.step = step;
    this.sectionBytes = 0;
    this.lines = 0;
    this.fields = [];
    this.ignoring = true;
  }

  readField(raw: string): void {
    this.lines += 1;
    if (this.lines > this.limits.maxFields) throw new Wrong(431, 'fields');
    if (/[^\t\x20-\x7e\x80-\xff]/.test(raw)) throw new Wrong(400, 'control character');
    if (/^[ \t]/.test(raw)) {
      const last = this.fields.at(-1);
      if (last !== undefined) last[1] = strip(`${last[1]} ${strip(raw)}`);
      return;
    }
    const field = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.*)$/.exec(raw);
    if (field === null) throw new Wrong(400, 'field line');
    this.fields.push([field[1]!, strip(field[2]!)]);
  }

  finishFields(): void {
    if (this.step === 'trailers') {
      this.finish(this.fields);
      return;
    }
    const { method, target, version } = this.line!;
    const headers = this.fields;
    const valuesOf = (name: string) =>
      headers.filter((field) => field[0].toLowerCase() === name).map((field) => field[1]);
    const listOf = (name: string) =>
      valuesOf(name)
        .flatMap((value) => value.split(',').map(strip))
        .filter((item) => item !== '');
    const hosts = valuesOf('host');
    if (hosts.length > 1 || (hosts.length === 0 && version === '1.1')) throw new Wrong(400, 'host');
    if (hosts.some((host) => !/^(\[[^\]\s/?#@]+\]|[^\s/?#@:[\]\x80-\xff]*)(:\d*)?$/.test(host)))
      throw new Wrong(400, 'host');
    const connection = listOf('connection').map((name) => name.toLowerCase());
    let keepAlive = !connection.includes('close') && (version === '1.1' || connection.includes('keep-alive'));
    let body: 'none' | 'length' | 'chunked' = 'none';
    this.left = 0;
    this.total = 0;
    if (valuesOf('transfer-encoding').length > 0) {
      const codings = listOf('transfer-encoding').map((name) => name.toLowerCase());
      if (codings.at(-1) !== 'chunked' || codings.indexOf('chunked') < codings.length - 1)
        throw new Wrong(400, 'coding');
      if (codings.length > 1) throw new Wrong(501, 'coding');
      if (version === '1.0' || valuesOf('content-length').length > 0) keepAlive = false;
      body = 'chunked';
    } else if (valuesOf('content-length').length > 0) {
      const lengths = valuesOf('content-length').flatMap((value) => value.split(',').map(strip));
      if (!lengths.every((length) => /^\d+$/.test(length)) || new Set(lengths.map(BigInt)).size > 1)
        throw new Wrong(400, 'length');
      if (BigInt(lengths[0]!) > BigInt(this.limits.maxBodyBytes)) throw new Wrong(413, 'length');
      this.left = Number(lengths[0]);
      body = 'length';
    }
    this.head = { keepAlive };
    this.out.push({ type: 'request', method, target, version, headers, body, keepAlive });
    if (body === 'chunked') this.step = 'size';
    else if (this.left > 0) this.step = 'body';
    else this.finish([]);
  }

  readSize(line: string, bare: boolean): void {
    const size = /^0*([0-9a-f]*)[ \t]*(;.*)?$/is.exec(line);
    if (size === null || bare || !/^[0-9a-f]/i.test(line)) throw new Wrong(400, 'chunk size');
    if (/[^\t\x20-\x7e\x80-\xff]/.test(line)) throw new Wrong(400, 'control character');
    if (size[1]!.length > 12) throw new Wrong(413, 'chunk size');
    this.left = Number(`0x0${size[1]}`);
    this.total += this.left;
    if (this.total > this.limits.maxBodyBytes) throw new Wrong(413, 'body');
    if (this.left > 0) this.step = 'data';
    else this.begin('trailers');
  }

  finish(trailers: Pair[]): void {
    this.out.push({ type: 'end', trailers });
    this.step = this.head!.keepAlive ? 'start' : 'over';
    this.sectionBytes = 0;
  }
}

function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && ' \t'.includes(text[start]!)) start += 1;
  while (end > start && ' \t'.includes(text[end - 1]!)) end -= 1;
  return text.slice(start, end);
}
