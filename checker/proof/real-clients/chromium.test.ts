/** Chromium against the reference of lab 06. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Drive } from '../../drive/drive.ts';
import { leftOf } from '../try-server.ts';
import { Chromium, findChromium } from './chromium.ts';
import { type FileServer, startFileServer } from './reference-server.ts';

/** What Chromium opens to one host at most. */
const CONNECTIONS = 6;
/** How long the browser may take to tell of a response. */
const NEWS = { timeout: 5000 };

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>A page with three files</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="style.css">
    <script src="script.js" type="module"></script>
  </head>
  <body>
    <h1>A page</h1>
    <img src="image.svg" alt="">
  </body>
</html>
`;
const STYLE = 'h1 { color: rgb(1, 2, 3); }\n';
const SCRIPT = "document.body.dataset.script = 'has run';\n";
const IMAGE =
  '<svg xmlns="http://www.w3.org/2000/svg" width="123" height="45"><rect width="9" height="9"/></svg>\n';

/** Each of the three files, by what it has done. */
const WORKS = `return [
  getComputedStyle(document.querySelector('h1')).color,
  document.body.dataset.script,
  document.querySelector('img').naturalWidth,
];`;

const program = findChromium();
let missing = program === undefined ? 'this machine has no Chromium, and CHROME_PATH names none' : undefined;
let drive: Drive;
let server: FileServer;
let browser: Chromium;

beforeAll(async () => {
  if (program === undefined) return;
  drive = await Drive.open();
  server = await startFileServer(drive);
  try {
    browser = await Chromium.start(drive, program);
  } catch (error) {
    missing = `${program} does not start on this machine: ${(error as Error).message}`;
  }
});
beforeEach(async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  const files = { 'page.html': PAGE, 'style.css': STYLE, 'script.js': SCRIPT, 'image.svg': IMAGE };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(server.files, name), text);
  await browser.open(at('/files/page.html'));
});
afterAll(async () => {
  await browser?.close();
  await drive?.close();
  expect(await leftOf(process.pid)).toEqual([]);
});

describe('a page with three files', () => {
  test('is loaded, and each of them works', async () => {
    expect(await browser.run(WORKS)).toEqual(['rgb(1, 2, 3)', 'has run', 123]);
  });

  test('is not sent again while nothing changes', async () => {
    await browser.reload();
    const urls = ['page.html', 'style.css', 'script.js', 'image.svg'].map((name) => at(`/files/${name}`));
    const statuses = () => new Map(browser.received().map(({ url, status }) => [url, status]));
    await expect.poll(statuses, NEWS).toEqual(new Map(urls.map((url) => [url, 304])));
    expect(await browser.run(WORKS)).toEqual(['rgb(1, 2, 3)', 'has run', 123]);
  });

  test('is another one when a file has changed', async () => {
    writeFileSync(join(server.files, 'style.css'), 'h1 { color: rgb(40, 50, 60); }\n');
    await browser.reload();
    expect(await browser.run(WORKS)).toEqual(['rgb(40, 50, 60)', 'has run', 123]);
    const received = () => browser.received();
    await expect.poll(received, NEWS).toContainEqual({ url: at('/files/style.css'), status: 200 });
    await expect.poll(received, NEWS).toContainEqual({ url: at('/files/image.svg'), status: 304 });
  });
});

describe('fetch', () => {
  test('posts any bytes and has them back', async () => {
    const back = await browser.run(`
      const sent = new Uint8Array(1024 * 1024 + 1);
      for (let at = 0; at < sent.length; at += 65536) crypto.getRandomValues(sent.subarray(at, at + 65536));
      const response = await fetch('/echo', { method: 'POST', body: new Blob([sent], { type: 'image/x-noise' }) });
      const back = new Uint8Array(await response.arrayBuffer());
      const differ = back.findIndex((byte, at) => byte !== sent[at]);
      return [response.status, response.headers.get('Content-Type'), back.length - sent.length, differ];`);
    expect(back).toEqual([200, 'image/x-noise', 0, -1]);
  });

  test('is answered before it has sent what nobody reads', async () => {
    const statuses = await browser.run(`
      const statuses = [];
      for (const bytes of [100, 100_000, 3 * 1024 * 1024]) {
        const response = await fetch('/hello', { method: 'POST', body: new Uint8Array(bytes) });
        statuses.push(response.status, (await fetch('/hello', { cache: 'no-store' })).status);
      }
      return statuses;`);
    expect(statuses).toEqual([405, 200, 405, 200, 405, 200]);
  });

  test('reads a stream while it is written, and may leave it', async () => {
    const [first, aborted] = (await browser.run(`
      const leaving = new AbortController();
      const response = await fetch('/stream?chunks=2&ms=60000', { signal: leaving.signal });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const { value } = await reader.read();
      leaving.abort();
      return [value, await reader.read().catch((error) => error.name)];`)) as unknown[];
    expect([first, aborted]).toEqual(['chunk 1 of 2\n', 'AbortError']);
    const pieces = (await browser.run(`
      const { body } = await fetch('/stream?chunks=4&ms=100');
      const pieces = [];
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      for (let read; !(read = await reader.read()).done; ) pieces.push(read.value);
      return pieces;`)) as string[];
    expect(pieces.join('')).toBe('chunk 1 of 4\nchunk 2 of 4\nchunk 3 of 4\nchunk 4 of 4\n');
    expect(pieces.length).toBeGreaterThan(1);
  });

  test('sees that a stream breaks off', async () => {
    const [status, name] = (await browser.run(`
      const response = await fetch('/throw?after=3');
      return [response.status, await response.text().catch((error) => error.name)];`)) as unknown[];
    expect([status, name]).toEqual([200, 'TypeError']);
    expect(await browser.run("return (await fetch('/throw')).status;")).toBe(500);
  });

  test('finds the end of every response, with a body and without', async () => {
    const asked = [
      ['GET', '/hello', 200, 'Hello, world!\n'],
      ['HEAD', '/hello', 200, ''],
      ['GET', '/status/204', 204, ''],
      ['GET', '/status/205', 205, ''],
      ['HEAD', '/files/page.html', 200, ''],
      ['GET', '/status/304', 304, ''],
      ['HEAD', '/stream?chunks=3', 200, ''],
      ['GET', '/stream?chunks=0', 200, ''],
      ['GET', '/status/503', 503, 'status 503\n'],
      ['GET', '/files/page.html', 200, PAGE],
    ];
    // One after the other: what one has too much would be the beginning of the next.
    const seen = await browser.run(`
      const seen = [];
      for (const [method, path] of ${JSON.stringify(asked)}) {
        const response = await fetch(path, { method, cache: 'no-store' });
        seen.push([method, path, response.status, await response.text()]);
      }
      return seen;`);
    expect(seen).toEqual(asked);
  });

  test('keeps its connections', async () => {
    await browser.run(`
      const slow = () => fetch('/slow?ms=100', { cache: 'no-store' }).then((response) => response.text());
      await Promise.all(Array.from({ length: 18 }, slow));`);
    const slow = () => browser.received().filter(({ url }) => url === at('/slow?ms=100'));
    await expect.poll(slow, NEWS).toHaveLength(18);
    expect(browser.connections()).toBeLessThanOrEqual(CONNECTIONS);
  });
});

test.skipIf(process.platform === 'win32')(
  'the server ends under an open browser, with exit code 0',
  async () => {
    expect(server.program.program.exit).toBeUndefined();
    expect(await server.program.program.stop()).toEqual({ code: 0, signal: null });
  },
);

function at(path: string): string {
  return `${server.origin}${path}`;
}
