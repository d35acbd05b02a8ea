/** curl against the reference of lab 06. */
import { randomBytes } from 'node:crypto';
import { readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Drive } from '../../drive/drive.ts';
import { waitUntil } from '../../drive/waiting.ts';
import { leftOf } from '../try-server.ts';
import { type Call, curl, startCurl, whyNoCurl } from './curl.ts';
import { type FileServer, SECRET, startFileServer } from './reference-server.ts';

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const onWindows = process.platform === 'win32';

const missing = whyNoCurl();
let drive: Drive;
let server: FileServer;

beforeAll(async () => {
  if (missing !== undefined) return;
  drive = await Drive.open();
  server = await startFileServer(drive);
});
beforeEach((ctx) => {
  if (missing !== undefined) ctx.skip(missing);
});
afterAll(async () => {
  await drive?.close();
  expect(await leftOf(process.pid)).toEqual([]);
});

describe('one connection', () => {
  test('serves two URLs', async () => {
    const { text } = await call('--write-out', '%{num_connects}\n', at('/hello'), at('/hello'));
    expect(text).toBe('Hello, world!\n1\nHello, world!\n0\n');
  });

  test('serves every status, with a body and without', async () => {
    const { code, text } = await call(
      '--write-out',
      '<%{http_code} %{num_connects}>\n',
      at('/status/[200-599]'),
    );
    expect(code).toBe(0);
    const expected = Array.from({ length: 400 }, (_, index) => {
      const status = 200 + index;
      const body = [204, 205, 304].includes(status) ? '' : `status ${status}\n`;
      return `${body}<${status} ${index === 0 ? 1 : 0}>`;
    });
    expect(text.trimEnd()).toBe(expected.join('\n'));
  });

  test('serves one kind of response after the other', async () => {
    writeFileSync(join(server.files, 'small.txt'), 'small\n');
    const paths = ['/stream?chunks=3', '/nothing', '/files/small.txt', '/headers', '/files/none', '/hello'];
    const { text } = await call('--write-out', '<%{num_connects}>', ...paths.map(at));
    expect(text.match(/<\d>/g)).toEqual(['<1>', '<0>', '<0>', '<0>', '<0>', '<0>']);
  });

  test('ends when curl asks for it', async () => {
    const { heads, text } = await call(
      ...['--header', 'Connection: close', '--write-out', '%{num_connects}\n'],
      ...[at('/hello'), at('/hello')],
    );
    expect(text).toBe('Hello, world!\n1\nHello, world!\n1\n');
    expect(heads.map(({ fields }) => fields.get('connection')?.toLowerCase())).toEqual(['close', 'close']);
  });

  test('goes on behind the bodies of requests', async () => {
    const body = fileOf('three-bodies', randomBytes(100_000));
    const { code, output } = await call(
      ...['--data-binary', `@${body}`, '--header', 'Expect:', '--write-out', '%{num_connects}'],
      ...[at('/echo'), at('/echo'), at('/echo')],
    );
    expect(code).toBe(0);
    const sent = readFileSync(body);
    expectSame(output, Buffer.concat(['1', '0', '0'].flatMap((connects) => [sent, Buffer.from(connects)])));
  });

  test('is one of twenty, served at once', async () => {
    // One after the other these would take 7.6 s.
    const { code, text } = await call(
      ...['--parallel', '--parallel-max', '20', '--http1.1', '--max-time', '5', '--output', 'part-#1'],
      ...['--write-out', '%{http_code}\n', at('/stream?ms=40&chunks=[1-20]')],
    );
    expect(code).toBe(0);
    expect(text).toBe('200\n'.repeat(20));
    for (let chunks = 1; chunks <= 20; chunks += 1)
      expect(readFileSync(join(drive.folder, `part-${chunks}`), 'utf8')).toBe(streamOf(chunks));
  });
});

describe('what curl asks', () => {
  test('a path that is none, and a method that is none of the route', async () => {
    const { heads } = await call(at('/nothing'));
    expect(heads.map(({ status }) => status)).toEqual([404]);
    expect((await call('--fail', at('/nothing'))).code).toBe(22);
    const [head] = (await call('--request', 'DELETE', at('/hello'))).heads;
    expect(head?.status).toBe(405);
    expect(
      head?.fields
        .get('allow')
        ?.split(/[\t ]*,[\t ]*/)
        .sort(),
    ).toEqual(['GET', 'HEAD']);
  });

  test('HEAD twice on one connection, with the fields of GET', async () => {
    writeFileSync(join(server.files, 'page.html'), '<p>Hello</p>\n');
    for (const [path, type, length] of [
      ['/hello', 'text/plain', '14'],
      ['/files/page.html', 'text/html', '13'],
      ['/stream?chunks=3', 'text/plain', undefined],
    ] as const) {
      const { code, text, heads } = await call(
        ...['--head', '--write-out', '<%{num_connects} %{size_download}>', at(path), at(path)],
      );
      expect([code, text.match(/<.*?>/g)]).toEqual([0, ['<1 0>', '<0 0>']]);
      expect(heads).toHaveLength(2);
      for (const { status, fields } of heads) {
        expect([status, fields.get('content-type')?.split(';')[0]]).toEqual([200, type]);
        expect([length, undefined]).toContain(fields.get('content-length'));
      }
    }
  });

  test('its fields, in their order and case', async () => {
    const own = ['X-b: 2', 'x-A: 1', 'X-b: 3', 'X-Empty;'];
    const { heads, text } = await call(...own.flatMap((field) => ['--header', field]), at('/headers'));
    expect(heads[0]?.fields.get('content-type')).toMatch(/^application\/json\b/);
    const fields = JSON.parse(text) as string[][];
    expect(fields.filter(([name]) => /^x-/i.test(name!))).toEqual([
      ['X-b', '2'],
      ['x-A', '1'],
      ['X-b', '3'],
      ['X-Empty', ''],
    ]);
    expect(fields).toContainEqual(['Host', new URL(server.origin).host]);
  });

  test('by HTTP/1.0', async () => {
    const [hello, stream] = [
      await call('--http1.0', at('/hello')),
      await call('--http1.0', at('/stream?chunks=20')),
    ];
    expect([hello.code, hello.text]).toEqual([0, 'Hello, world!\n']);
    expect([stream.code, stream.text]).toEqual([0, streamOf(20)]);
    expect(stream.heads[0]?.fields.has('transfer-encoding')).toBe(false);
  });

  test('in absolute form, as of a proxy', async () => {
    const { text, log } = await call(
      ...['--noproxy', '', '--proxy', server.origin, 'http://localhost/hello'],
    );
    expect(text).toBe('Hello, world!\n');
    expect(log).toContain('> GET http://localhost/hello HTTP/1.1');
  });

  test('for a compressed body: it may come as it is', async () => {
    writeFileSync(join(server.files, 'text.txt'), 'text '.repeat(1000));
    const { code, text } = await call('--compressed', at('/files/text.txt'));
    expect([code, text]).toEqual([0, 'text '.repeat(1000)]);
  });
});

describe('what curl sends', () => {
  const upload = ['--request', 'POST'];

  test('each of the 256 bytes', async () => {
    const body = fileOf(
      'bytes',
      Uint8Array.from({ length: 256 }, (_, index) => index),
    );
    expectSame((await call('--data-binary', `@${body}`, at('/echo'))).output, readFileSync(body));
  });

  test('some MiB of any bytes, with their type', async () => {
    const body = fileOf('body', randomBytes(3 * 1024 * 1024 + 1));
    const { heads, output } = await call(
      ...['--data-binary', `@${body}`, '--header', 'Content-Type: image/x-noise', '--header', 'Expect:'],
      at('/echo'),
    );
    expect(heads.map(({ status, fields }) => [status, fields.get('content-type')])).toEqual([
      [200, 'image/x-noise'],
    ]);
    expectSame(output, readFileSync(body));
  });

  test('after a 100, for which it waits', async () => {
    const body = fileOf('waiting', randomBytes(1024 * 1024 + 1));
    // Without a 100 curl would wait longer than it may take.
    const { code, heads, output } = await call(
      ...['--header', 'Expect: 100-continue', '--expect100-timeout', '60', '--data-binary', `@${body}`],
      at('/echo'),
    );
    expect(code).toBe(0);
    expect(heads.map(({ status }) => status)).toEqual([100, 200]);
    expectSame(output, readFileSync(body));
  });

  test('nothing, when the answer comes instead of a 100', async () => {
    const body = fileOf('unwanted', randomBytes(1024 * 1024 + 1));
    const { code, heads, text } = await call(
      ...['--header', 'Expect: 100-continue', '--expect100-timeout', '60', '--data-binary', `@${body}`],
      ...['--write-out', '<%{size_upload}>', at('/hello')],
    );
    expect(code).toBe(0);
    expect(heads.map(({ status }) => status)).toEqual([405]);
    expect(text).toMatch(/<0>$/);
  });

  test.each([100, 100_000, 3 * 1024 * 1024])('%i bytes that nobody reads', async (bytes) => {
    const body = fileOf('unread', randomBytes(bytes));
    const { heads, text } = await call(
      ...['--data-binary', `@${body}`, '--header', 'Expect:', at('/hello')],
      ...['--next', '--silent', '--noproxy', '*', at('/hello')],
    );
    expect(heads.map(({ status }) => status)).toEqual([405]);
    expect(text).toMatch(/Hello, world!\n$/);
  });

  test('an expectation that nobody knows', async () => {
    const { heads } = await call('--header', 'Expect: 200-ok', '--data', 'body', at('/echo'));
    expect(heads.map(({ status }) => status)).toEqual([417]);
  });

  test('chunks from a pipe and from a file', async () => {
    const body = fileOf('chunks', randomBytes(300_000));
    const sent = readFileSync(body);
    const piped = await curl(drive, [...upload, '--upload-file', '-', at('/echo')], sent);
    expect(piped.log).toContain('> Transfer-Encoding: chunked');
    expect(piped.heads.at(-1)?.fields.get('content-type')).toBe('application/octet-stream');
    expectSame(piped.output, sent);
    const chunked = ['--header', 'Transfer-Encoding: chunked', '--data-binary', `@${body}`];
    const fromFile = await call(...chunked, at('/echo'));
    expect(fromFile.log).toContain('> Transfer-Encoding: chunked');
    expectSame(fromFile.output, sent);
  });

  test('as much as it may, and one byte more', async () => {
    const most = join(drive.folder, 'most');
    writeFileSync(most, '');
    truncateSync(most, MAX_BODY_BYTES);
    const back = join(drive.folder, 'most-back');
    const right = await call('--output', back, ...upload, '--upload-file', most, at('/echo'));
    expect(right.heads.at(-1)?.status).toBe(200);
    expectSame(readFileSync(back), readFileSync(most));
    truncateSync(most, MAX_BODY_BYTES + 1);
    // In the first curl waits for a 100, which does not come; in the others the body is on its way already.
    for (const framing of ['Expect: 100-continue', 'Expect:', 'Transfer-Encoding: chunked']) {
      const expectation = framing.startsWith('Transfer') ? ['--header', 'Expect:'] : [];
      const { heads } = await call(
        ...['--header', framing, ...expectation, '--expect100-timeout', '60', '--output', back],
        ...[...upload, '--upload-file', most, at('/echo')],
      );
      expect([framing, ...heads.map(({ status }) => status)]).toEqual([framing, 413]);
    }
  });

  test.each<[string, number, string[]]>([
    ['a field name with a space', 400, ['--header', 'X Y: 1']],
    ['no Host', 400, ['--header', 'Host:']],
    ['a long target', 414, ['--get', '--data', 'x'.repeat(8192)]],
    ['a long head', 431, ['--header', `X-Long: ${'x'.repeat(16_384)}`]],
    [
      'a transfer coding that nobody knows',
      501,
      ['--header', 'Transfer-Encoding: x, chunked', '--data', 'body'],
    ],
  ])('what is refused: %s', async (_what, status, args) => {
    const { heads } = await call(...args, at('/echo'));
    expect(heads.map((head) => head.status)).toEqual([status]);
    const { text } = await call(...args, at('/echo'), '--next', '--silent', '--noproxy', '*', at('/hello'));
    expect(text).toMatch(/Hello, world!\n$/);
  });
});

describe('a stream', () => {
  test('comes as it was written', async () => {
    const { code, heads, text } = await call(at('/stream?chunks=1000'));
    expect([code, text]).toEqual([0, streamOf(1000)]);
    expect(heads[0]?.fields.get('transfer-encoding')).toBe('chunked');
    expect(heads[0]?.fields.has('content-length')).toBe(false);
  });

  test('comes in chunks, of which the last is empty', async () => {
    const { code, text } = await call('--raw', at('/stream?chunks=100'));
    expect(code).toBe(0);
    expect(dechunked(text)).toBe(streamOf(100));
  });

  test('of no parts is empty, and the connection goes on', async () => {
    const twice = await call(
      '--raw',
      '--write-out',
      '<%{num_connects}>',
      at('/stream?chunks=0'),
      at('/hello'),
    );
    expect([twice.code, twice.text]).toEqual([0, '0\r\n\r\n<1>Hello, world!\n<0>']);
  });

  test('begins before it ends, and curl may go away', async () => {
    const program = startCurl(drive, ['--no-buffer', at('/stream?chunks=2&ms=60000')]);
    const first = () => program.stdout.text() === 'chunk 1 of 2\n';
    expect(await waitUntil(first, () => program.stdout.change(), 5000)).toBe(true);
    expect(program.exit).toBeUndefined();
    await program.kill();
    expect((await call(at('/hello'))).text).toBe('Hello, world!\n');
  });

  test('may be left in its middle', async () => {
    const program = startCurl(drive, ['--limit-rate', '100k', at('/stream?chunks=1000000')]);
    const begun = () => program.stdout.totalBytes > 0;
    expect(await waitUntil(begun, () => program.stdout.change(), 5000)).toBe(true);
    await program.kill();
    expect((await call(at('/hello'))).text).toBe('Hello, world!\n');
  });

  test('that breaks off is seen to', async () => {
    // 18: a part of the body is missing. 56: the connection was reset.
    const { code, text } = await call(at('/throw?after=3'));
    expect([18, 56]).toContain(code);
    expect(streamOf(3, 1_000_000)).toContain(text);
    const thrown = await call(
      '--write-out',
      '%{http_code}',
      '--output',
      join(drive.folder, 'thrown'),
      at('/throw'),
    );
    expect([thrown.code, thrown.text]).toEqual([0, '500']);
  });
});

test('curl waits for a slow answer, and does not wait for one that is too slow', async () => {
  expect((await call(at('/slow?ms=100'))).text).toBe('waited 100 ms\n');
  expect(await call('--max-time', '0.3', at('/slow?ms=60000'))).toMatchObject({ code: 28, text: '' });
  expect((await call(at('/hello'))).text).toBe('Hello, world!\n');
});

describe('files', () => {
  test.each([
    ['note.txt', 'text/plain'],
    ['page.HTML', 'text/html'],
    ['style.css', 'text/css'],
    ['program.js', 'text/javascript'],
    ['data.json', 'application/json'],
    ['drawing.svg', 'image/svg+xml'],
    ['picture.png', 'image/png'],
    ['photo.JPeG', 'image/jpeg'],
    ['a b é%.bin', 'application/octet-stream'],
  ])('%s is %s', async (name, type) => {
    const bytes = randomBytes(500);
    writeFileSync(join(server.files, name), bytes);
    const { heads, output } = await call(at(`/files/${encodeURIComponent(name)}?version=1`));
    const [head] = heads;
    expect([head?.status, head?.fields.get('content-length')]).toEqual([200, '500']);
    expect(head?.fields.get('content-type')?.split(';')[0]).toBe(type);
    expectSame(output, bytes);
  });

  test('of some MiB arrive whole', async () => {
    const bytes = randomBytes(5 * 1024 * 1024 + 1);
    writeFileSync(join(server.files, 'large.bin'), bytes);
    expectSame((await call(at('/files/large.bin'))).output, bytes);
  });

  test('have a tag, which spares the body until they change', async () => {
    const file = join(server.files, 'tagged.txt');
    const tag = join(drive.folder, 'tag');
    const url = at('/files/tagged.txt');
    writeFileSync(file, 'first\n');
    expect((await call('--etag-save', tag, url)).text).toBe('first\n');
    expect(readFileSync(tag, 'utf8')).toMatch(/^(W\/)?"[^"]+"\s*$/);
    for (const method of [[], ['--head']]) {
      const unchanged = await call(
        ...method,
        '--etag-compare',
        tag,
        '--write-out',
        '<%{size_download}>',
        url,
      );
      expect([unchanged.code, unchanged.heads.map(({ status }) => status)]).toEqual([0, [304]]);
      expect(unchanged.text).toMatch(/<0>$/);
    }
    // As long as before, and with a date in the future, which does not count beside a tag (RFC 9110 §13.1.3).
    writeFileSync(file, 'other\n');
    const changed = await call('--etag-compare', tag, '--time-cond', 'Tue, 01 Jan 2030 00:00:00 GMT', url);
    expect([changed.heads[0]?.status, changed.text]).toEqual([200, 'other\n']);
  });

  test('outside of the folder are not served', async () => {
    if (!onWindows) {
      symlinkSync(join(server.files, '..', 'secret.txt'), join(server.files, 'link.txt'));
      symlinkSync(join(server.files, '..'), join(server.files, 'up'));
    }
    const paths = [
      '../secret.txt',
      './../secret.txt',
      'none/../../secret.txt',
      '%2e%2e/secret.txt',
      '.%2E/secret.txt',
      '..%2fsecret.txt',
      '..%5csecret.txt',
      '%2e%2e%5csecret.txt',
      '..%2fsecret.txt%00.html',
      '/../secret.txt',
      `/${join(server.files, '..', 'secret.txt')}`,
      encodeURIComponent(join(server.files, '..', 'secret.txt')),
      'link.txt',
      'up/secret.txt',
    ];
    const answers = paths.map((path) => ['--write-out', '<%{http_code}>\n', at(`/files/${path}`)]);
    const { code, text } = await call('--path-as-is', '--globoff', ...answers.flat());
    expect(code).toBe(0);
    expect(text).not.toContain(SECRET.trim());
    expect(text.match(/<\d+>/g)?.filter((status) => !/<(400|403|404)>/.test(status))).toEqual([]);
    expect(text.match(/<\d+>/g)).toHaveLength(paths.length);
  });
});

test.skipIf(onWindows)('nothing of all this has hurt it: on SIGTERM it ends with exit code 0', async () => {
  expect(server.program.program.exit).toBeUndefined();
  expect(await server.program.program.stop()).toEqual({ code: 0, signal: null });
});

async function call(...args: string[]): Promise<Call> {
  const made = await curl(drive, args);
  // What it says of bytes behind the end of a response, which it throws away.
  expect(made.log).not.toContain('Excess found');
  return made;
}

function at(path: string): string {
  return `${server.origin}${path}`;
}

function fileOf(name: string, bytes: Uint8Array): string {
  const file = join(drive.folder, name);
  writeFileSync(file, bytes);
  return file;
}

/** The body of `/stream?chunks=OF`, or its first parts. */
function streamOf(parts: number, of = parts): string {
  return Array.from({ length: parts }, (_, index) => `chunk ${index + 1} of ${of}\n`).join('');
}

/** The content of a chunked body without extensions and trailers; it throws where that is no chunked body. */
function dechunked(text: string): string {
  let [content, rest] = ['', text];
  for (;;) {
    const size = /^([0-9A-Fa-f]+)\r\n/.exec(rest);
    if (size === null) throw new Error(`no chunk: ${JSON.stringify(rest.slice(0, 40))}`);
    const bytes = Number.parseInt(size[1]!, 16);
    rest = rest.slice(size[0].length);
    if (rest.slice(bytes, bytes + 2) !== '\r\n')
      throw new Error(`no line end behind a chunk of ${bytes} bytes`);
    content += rest.slice(0, bytes);
    rest = rest.slice(bytes + 2);
    if (bytes > 0) continue;
    if (rest !== '') throw new Error(`behind the last chunk: ${JSON.stringify(rest.slice(0, 40))}`);
    return content;
  }
}

/** Of two large buffers that differ, a report would print both. */
function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  expect(actual.length).toBe(expected.length);
  expect(Buffer.compare(actual, expected)).toBe(0);
}
