/** What lab 08 gives to its students must be right: the core over every cut, the shell over real sockets. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ClientRequest,
  discardBody,
  fieldValue,
  readBody,
  request,
} from '../../../solutions/lab-08-polling/http-client.ts';
import {
  type Limits,
  type ResponseEvent,
  ResponseParser,
} from '../../../solutions/lab-08-polling/response-parser.ts';

const OK = 'HTTP/1.1 200 OK\r\n';

/** The events, with the pieces of the body joined; Latin-1. */
function read(pieces: Uint8Array[], { method = 'GET', end = true, limits = {} as Partial<Limits> } = {}) {
  const parser = new ResponseParser(method, limits);
  const events: ResponseEvent[] = pieces.flatMap((piece) => parser.receive(piece));
  if (end) events.push(...parser.end());
  if (['end', 'failed'].includes(events.at(-1)?.type ?? ''))
    expect(parser.receive(Buffer.from('HTTP/1.1 500 More\r\n\r\n'))).toEqual([]);
  let body = '';
  const others: Exclude<ResponseEvent, { type: 'body' }>[] = [];
  for (const event of events) {
    if (event.type !== 'body') others.push(event);
    else {
      expect(event.bytes.length).toBeGreaterThan(0);
      body += Buffer.from(event.bytes).toString('latin1');
    }
  }
  return { head: others.find((event) => event.type === 'response'), body, last: events.at(-1)?.type };
}

/** In one piece, byte by byte, and at every single split: always the same. */
function readCut(text: string, options: Parameters<typeof read>[1] = {}) {
  const bytes = Buffer.from(text, 'latin1');
  const whole = read([bytes], options);
  const cuts = [Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))];
  for (let at = 1; at < bytes.length; at += 1) cuts.push([bytes.subarray(0, at), bytes.subarray(at)]);
  for (const pieces of cuts) expect(read(pieces, options)).toEqual(whole);
  return whole;
}

describe('the core', () => {
  const complete: { name: string; text: string; method?: string; body: string; status?: number }[] = [
    { name: 'Content-Length', text: `${OK}Content-Length: 5\r\n\r\nab\r\nc`, body: 'ab\r\nc' },
    { name: 'Content-Length 0', text: `${OK}content-length:0\r\n\r\n`, body: '' },
    { name: 'bytes behind the end', text: `${OK}Content-Length: 2\r\n\r\nabHTTP/1.1 500 x`, body: 'ab' },
    { name: 'a list of equal lengths', text: `${OK}Content-Length: 2, 2\r\n\r\nab`, body: 'ab' },
    {
      name: 'chunked, with extensions and trailers',
      text: `${OK}Transfer-Encoding: Chunked\r\n\r\n2;a="b"\r\nab\r\n0A\r\n0123456789\r\n0 \r\nX: y\r\n\r\n`,
      body: 'ab0123456789',
    },
    {
      name: 'chunked beside a length',
      text: `${OK}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`,
      body: 'a',
    },
    { name: 'until close', text: `${OK}X:  y \r\n\r\nabc`, body: 'abc' },
    { name: 'until close, of HTTP/1.0, empty', text: 'HTTP/1.0 200 OK\r\n\r\n', body: '' },
    { name: 'no reason phrase', text: 'HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\na', body: 'a' },
    { name: 'no space behind the status', text: 'HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na', body: 'a' },
    { name: 'bare line feeds', text: 'HTTP/1.1 200 OK\nContent-Length: 1\n\na', body: 'a' },
    {
      name: '1xx before it',
      text: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}Content-Length: 1\r\n\r\na`,
      body: 'a',
    },
    { name: 'a 204', text: 'HTTP/1.1 204 No Content\r\n\r\n', body: '', status: 204 },
    {
      name: 'a 304 with a length',
      text: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n',
      body: '',
      status: 304,
    },
    { name: 'HEAD', method: 'HEAD', text: `${OK}Content-Length: 9\r\n\r\n`, body: '' },
    { name: 'HEAD, chunked', method: 'HEAD', text: `${OK}Transfer-Encoding: chunked\r\n\r\n`, body: '' },
    { name: 'an unusual status', text: 'HTTP/1.1 799 \xe4\r\n\r\n', body: '', status: 799 },
  ];
  test.each(complete)('reads $name, however it is cut', ({ text, method = 'GET', body, status = 200 }) => {
    const seen = readCut(text, { method });
    expect(seen).toMatchObject({ head: { status }, body, last: 'end' });
  });

  test('keeps the order and the case of fields, and joins a folded one', () => {
    const text = `${OK}B: 1\r\na:\t x y \t\r\nb:\r\nC: one\r\n  two\r\nContent-Length: 0\r\n\r\n`;
    expect(readCut(text).head?.headers).toEqual([
      ['B', '1'],
      ['a', 'x y'],
      ['b', ''],
      ['C', 'one two'],
      ['Content-Length', '0'],
    ]);
  });

  const refused: [name: string, text: string, body?: string][] = [
    ['no status line', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['an empty line first', '\r\nHTTP/1.1 200 OK\r\n\r\n'],
    ['a space before the colon', `${OK}A : b\r\n\r\n`],
    ['no colon', `${OK}A\r\n\r\n`],
    ['a fold in the first line', `${OK} A: b\r\n\r\n`],
    ['NUL in a value', `${OK}A: \0\r\n\r\n`],
    ['CR in a value', `${OK}A: \rb\r\n\r\n`],
    ['an unknown transfer coding', `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n`],
    ['chunked twice', `${OK}Transfer-Encoding: chunked, chunked\r\n\r\n`],
    ['two lengths', `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\na`],
    ['a length with a sign', `${OK}Content-Length: +1\r\n\r\na`],
    ['an empty length', `${OK}Content-Length:\r\n\r\na`],
    ['a length beyond 2^53', `${OK}Content-Length: 9007199254740993\r\n\r\na`],
    ['a chunk size that is none', `${OK}Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n`],
    ['an empty chunk size', `${OK}Transfer-Encoding: chunked\r\n\r\n\r\n`],
    ['a huge chunk size', `${OK}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\na`],
    ['a chunk that is too long', `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n`, 'a'],
    ['101', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['1xx without end', 'HTTP/1.1 102 P\r\n\r\n'.repeat(21)],
  ];
  test.each(refused)('refuses %s, however it is cut', (_name, text, body = '') => {
    expect(readCut(text, { end: false })).toMatchObject({ last: 'failed', body });
  });

  test.each([
    ['nothing at all', ''],
    ['half a status line', 'HTTP/1.1 2'],
    ['half a head', `${OK}A: b\r\n`],
    ['only a 100', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['a length with less behind it', `${OK}Content-Length: 3\r\n\r\nab`],
    ['chunks without the last', `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n`],
    ['a last chunk without its empty line', `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n`],
  ])('says that %s is not complete', (_name, text) => {
    expect(readCut(text).last).toBe('failed');
  });

  test('gives bytes of a body at once', () => {
    const parser = new ResponseParser('GET');
    parser.receive(Buffer.from(`${OK}Transfer-Encoding: chunked\r\n\r\n5\r\n`));
    expect(parser.receive(Buffer.from('ab'))).toEqual([{ type: 'body', bytes: Buffer.from('ab') }]);
    expect(parser.receive(Buffer.from('c'))).toEqual([{ type: 'body', bytes: Buffer.from('c') }]);
  });

  const limits = { maxHeadBytes: 100, maxChunkLineBytes: 10 };
  const chunked = 'Transfer-Encoding: chunked\r\n\r\n';
  test.each([
    ['a line without end', `HTTP/1.1 200 ${'x'.repeat(200)}`],
    ['many short lines', `${OK}${'A: b\r\n'.repeat(40)}`],
    ['a chunk-size line', `${OK}${chunked}1;${'x'.repeat(20)}`],
    ['a trailer section', `${OK}${chunked}0\r\n${'A: b\r\n'.repeat(40)}`],
    ['what stands where a chunk ends', `${OK}${chunked}1\r\naxxxx`],
  ])('bounds %s before its end is there', (_name, text) => {
    expect(readCut(text, { end: false, limits }).last).toBe('failed');
  });
  test('takes a head of just the limit', () => {
    const head = `HTTP/1.1 204 ${'x'.repeat(83)}\r\n\r\n`;
    expect(head).toHaveLength(100);
    expect(readCut(head, { limits })).toMatchObject({ head: { status: 204 }, last: 'end' });
  });
});

describe('the shell', () => {
  let server: Server;
  let to: { host: string; port: number };
  const sockets = new Set<Socket>();
  let serve: (socket: Socket, asked: string) => void;
  beforeAll(async () => {
    server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
      let asked = '';
      socket.on('data', (chunk) => {
        asked += chunk.toString('latin1');
        if (asked.includes('\r\n\r\n')) serve(socket, asked);
      });
      socket.on('end', () => socket.end());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    to = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  });
  afterAll(() => server.close());

  const ask = (more: Partial<ClientRequest> = {}) => request({ ...to, target: '/a?b=c', ...more });
  /** The client's side of every connection is closed, so the server's goes too. */
  const noneLeft = () => expect.poll(() => sockets.size, { timeout: 2000 }).toBe(0);

  test('sends a request and reads the response', async () => {
    let seen = '';
    serve = (socket, asked) => {
      seen = asked;
      // It is not closed: the client must know the end by the length.
      socket.write(`${OK}X-Name: v\r\nContent-Length: 2\r\n\r\nok`);
    };
    const body = Buffer.from('{}');
    const response = await ask({ method: 'POST', headers: [['A', '\xe2\x82\xac']], body });
    expect(response.status).toBe(200);
    expect(fieldValue(response.headers, 'x-nAME')).toBe('v');
    expect(fieldValue(response.headers, 'other')).toBeUndefined();
    expect(Buffer.from(await readBody(response, 2)).toString()).toBe('ok');
    expect(seen).toBe(
      `POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:${to.port}\r\nConnection: close\r\nA: \xe2\x82\xac\r\nContent-Length: 2\r\n\r\n{}`,
    );
    await noneLeft();
  });

  test('gives the bytes as they arrive', async () => {
    let socket: Socket | undefined;
    serve = (accepted) => {
      socket = accepted;
      socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n`);
    };
    const body = (await ask()).body[Symbol.asyncIterator]();
    for (const piece of ['one', 'two']) {
      socket!.write(`3\r\n${piece}\r\n`);
      expect(Buffer.from((await body.next()).value!).toString()).toBe(piece);
    }
    socket!.write('0\r\n\r\n');
    expect((await body.next()).done).toBe(true);
    await noneLeft();
  });

  test('reads a body until the connection ends', async () => {
    serve = (socket) => socket.end(`${OK}\r\n${'x'.repeat(100_000)}`);
    expect(await readBody(await ask(), 100_000)).toHaveLength(100_000);
    await noneLeft();
  });

  test.each([
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n', 'GET'],
    ['HEAD', `${OK}Content-Length: 5\r\n\r\n`, 'HEAD'],
  ])('leaves nothing open after a %s whose body nobody reads', async (_name, text, method) => {
    serve = (socket) => socket.write(text);
    const response = await ask({ method });
    await noneLeft();
    expect(await readBody(response, 0)).toHaveLength(0);
  });

  test.each([
    ['is cut before the answer', (socket: Socket) => socket.destroy()],
    ['is reset', (socket: Socket) => socket.resetAndDestroy()],
    ['ends inside of the head', (socket: Socket) => socket.end('HTTP/1.1 200')],
    ['brings something else', (socket: Socket) => socket.write('220 mail.example ESMTP\r\n')],
  ])('rejects when the connection %s', async (_name, act) => {
    serve = act;
    await expect(ask()).rejects.toThrow(/./);
    await noneLeft();
  });

  test('rejects when nobody listens', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    await expect(ask({ port })).rejects.toThrow(/ECONNREFUSED/);
  });

  test.each([
    ['ends', (socket: Socket) => socket.end()],
    ['is reset', (socket: Socket) => socket.resetAndDestroy()],
  ])('the body throws when the connection %s in the middle of it', async (_name, act) => {
    let socket: Socket | undefined;
    serve = (accepted) => {
      socket = accepted;
      socket.write(`${OK}Content-Length: 5\r\n\r\nab`);
    };
    const body = (await ask()).body[Symbol.asyncIterator]();
    expect(Buffer.from((await body.next()).value!).toString()).toBe('ab');
    act(socket!);
    await expect(body.next()).rejects.toThrow(/./);
    await noneLeft();
  });

  test('a body over the bound is refused, and its connection closed', async () => {
    serve = (socket) => socket.write(`${OK}\r\n${'x'.repeat(11)}`);
    await expect(readBody(await ask(), 10)).rejects.toThrow('longer than 10 bytes');
    await noneLeft();
  });

  test('the connection is closed when the loop is left, or the body discarded', async () => {
    serve = (socket) => socket.write(`${OK}\r\nabc`);
    for await (const bytes of (await ask()).body) {
      expect(bytes).toHaveLength(3);
      break;
    }
    await noneLeft();
    await discardBody(await ask());
    await noneLeft();
  });

  test('the connection is closed when the signal is aborted: before the head, and in the body', async () => {
    serve = () => {};
    const before = new AbortController();
    const asking = ask({ signal: before.signal });
    await expect.poll(() => sockets.size).toBe(1);
    before.abort();
    await expect(asking).rejects.toThrow(/abort/i);
    await noneLeft();

    serve = (socket) => socket.write(`${OK}\r\nabc`);
    const within = new AbortController();
    const body = (await ask({ signal: within.signal })).body[Symbol.asyncIterator]();
    await body.next();
    const more = body.next();
    within.abort();
    await expect(more).rejects.toThrow(/abort/i);
    await noneLeft();

    await expect(ask({ signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    await noneLeft();
  });

  test('a signal keeps nothing of requests that are over', async () => {
    serve = (socket) => socket.write(`${OK}Content-Length: 0\r\n\r\n`);
    const { signal } = new AbortController();
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    for (let n = 0; n < 30; n += 1) await readBody(await ask({ signal }), 0);
    await noneLeft();
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  test.each([
    { target: '/a\r\nB: c' },
    { target: '/a b' },
    { method: 'GET\n' },
    { headers: [['A', 'b\r\nC: d']] as [string, string][] },
    { headers: [['A', 'b\0']] as [string, string][] },
    { headers: [['A', '€']] as [string, string][] },
  ])('does not send what would break the head: %j', async (more) => {
    await expect(ask(more)).rejects.toThrow(TypeError);
    expect(sockets.size).toBe(0);
  });
});
